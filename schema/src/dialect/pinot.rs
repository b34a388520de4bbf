//! `pinot-sse` and `pinot-mse`: Apache Pinot's two engines, measured on 1.5.1.
//!
//! They read one syntax and give different types: the single-stage engine adds up in doubles, the multi-stage engine
//! follows Calcite. What depends on the plan (integer arithmetic of the single-stage engine is DOUBLE or LONG) is
//! unknown, never guessed. There are no parameters: values travel as literals of the types settled here.

use querent_types::{SqlType, TimeUnit};

use super::function::signature::Signature;
use super::function::{FunctionRules, FunctionTable};
use super::thin::{STANDARD, beside, known, numbers_beside, unknown};
use super::{
    CommonPlace, Dialect, Fold, NullRule, Operand, Placeholder, Reading, Refusal, Resolved, TypeRules,
    Written,
};
use crate::ast::{BinaryOp, LikeOp, TypeName, UnaryOp};

/// The dialect `pinot-sse`: the single-stage engine.
pub static PINOT_SSE: Dialect =
    dialect("pinot-sse", &Rules { engine: Engine::SingleStage }, || &SSE_FUNCTIONS);

/// The dialect `pinot-mse`: the multi-stage engine.
pub static PINOT_MSE: Dialect =
    dialect("pinot-mse", &Rules { engine: Engine::MultiStage }, || &MSE_FUNCTIONS);

static SSE_FUNCTIONS: FunctionTable = FunctionTable::new(include_str!("pinot_sse.tsv"), true, &Functions);
static MSE_FUNCTIONS: FunctionTable = FunctionTable::new(include_str!("pinot_mse.tsv"), true, &Functions);

const fn dialect(
    name: &'static str,
    rules: &'static Rules,
    functions: fn() -> &'static FunctionTable,
) -> Dialect {
    Dialect {
        name,
        fold: Fold::None,
        placeholder: Placeholder::Literal,
        // A bare FALSE is no filter to every version.
        booleans: ["1 = 0", "1 = 1"],
        default_catalog: None,
        default_schemas: &[],
        syntax: || Box::new(sqlparser::dialect::GenericDialect {}),
        written: Written::Plain,
        rules,
        functions,
        reading: &Reading::PLAIN,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    SingleStage,
    MultiStage,
}

struct Rules {
    engine: Engine,
}

struct Functions;

impl FunctionRules for Functions {
    fn coerce(&self, _: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        Some(types.to_vec())
    }

    fn returns(&self, rule: &str, _: &[Operand], types: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        Ok(match (rule, types) {
            ("sum", [SqlType::Int32 | SqlType::Int64]) => Some(SqlType::Int64),
            ("sum", [ty @ (SqlType::Float32 | SqlType::Float64 | SqlType::BigDecimal)]) => Some(ty.clone()),
            ("avg", [SqlType::BigDecimal]) => Some(SqlType::BigDecimal),
            ("avg", [ty]) if is_number(ty) => Some(SqlType::Float64),
            ("alike", [first, rest @ ..]) if rest.iter().all(|ty| ty == first) => Some(first.clone()),
            _ => None,
        })
    }
}

/// A point in time: whole milliseconds since 1970.
fn timestamp() -> SqlType {
    SqlType::Timestamp(TimeUnit::Millisecond, Some("UTC".to_owned()))
}

fn is_number(ty: &SqlType) -> bool {
    use SqlType::*;
    matches!(ty, Int32 | Int64 | Float32 | Float64 | BigDecimal)
}

impl Rules {
    /// The type of `a + b`, where it is sure.
    fn sum(&self, left: Option<&SqlType>, right: Option<&SqlType>) -> Option<SqlType> {
        use SqlType::{BigDecimal, Float32, Float64, Int32, Int64};
        Some(match (self.engine, left?, right?) {
            (_, Float64, Float64) => Float64,
            (_, BigDecimal, BigDecimal) => BigDecimal,
            (Engine::SingleStage, Float32 | Float64, Float32 | Float64) => Float64,
            (Engine::MultiStage, Int32, Int32) => Int32,
            (Engine::MultiStage, Int32 | Int64, Int32 | Int64) => Int64,
            _ => return None,
        })
    }
}

impl TypeRules for Rules {
    fn type_name(&self, name: &TypeName) -> Result<SqlType, String> {
        Ok(match name.name.as_str() {
            "INT" | "INTEGER" => SqlType::Int32,
            "LONG" | "BIGINT" => SqlType::Int64,
            "FLOAT" => SqlType::Float32,
            "DOUBLE" => SqlType::Float64,
            "BIG_DECIMAL" => SqlType::BigDecimal,
            "BOOLEAN" => SqlType::Boolean,
            "TIMESTAMP" => timestamp(),
            "STRING" | "VARCHAR" => SqlType::TEXT,
            // The multi-stage engine calls it STRING once it is computed.
            "JSON" if self.engine == Engine::SingleStage => SqlType::Json,
            "BYTES" | "VARBINARY" => SqlType::BINARY,
            other => return Err(format!("what {other} is to Pinot is not surely known")),
        })
    }

    fn native(&self, ty: &SqlType) -> Option<String> {
        let name = match ty {
            SqlType::Int32 => "INT",
            SqlType::Int64 => "LONG",
            SqlType::Float32 => "FLOAT",
            SqlType::Float64 => "DOUBLE",
            SqlType::BigDecimal => "BIG_DECIMAL",
            SqlType::Boolean => "BOOLEAN",
            SqlType::Timestamp(..) => "TIMESTAMP",
            SqlType::Text(_) => "STRING",
            SqlType::Json => "JSON",
            SqlType::Binary(_) => "BYTES",
            SqlType::Uuid => "UUID",
            SqlType::List(field, _) => return self.native(&field.ty).map(|name| format!("{name}_ARRAY")),
            _ => return None,
        };
        Some(name.to_owned())
    }

    fn number(&self, text: &str) -> Result<SqlType, String> {
        let ty = STANDARD.number(text)?;
        let SqlType::Decimal { precision, .. } = ty else { return Ok(ty) };
        match self.engine {
            // Beyond 64 bits the servers cut digits off without a word.
            _ if !text.contains('.') => Err("an integer has 64 bits at most".to_owned()),
            Engine::MultiStage if precision > 30 => Ok(SqlType::BigDecimal),
            _ => Ok(SqlType::Float64),
        }
    }

    fn string(&self) -> SqlType {
        SqlType::TEXT
    }

    fn unary(&self, op: UnaryOp, operand: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.unary(op, operand)
    }

    fn binary(&self, op: &BinaryOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        use BinaryOp::*;
        Ok(match op {
            Concat if self.engine == Engine::MultiStage => known(SqlType::TEXT, vec![Some(SqlType::TEXT); 2]),
            Plus | Minus | Multiply => match self.sum(left.ty.as_ref(), right.ty.as_ref()) {
                Some(ty) => known(ty, vec![left.ty.clone(), right.ty.clone()]),
                None => Resolved { operands: numbers_beside(left, right), ..unknown(2) },
            },
            And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq => STANDARD.binary(op, left, right)?,
            _ => Resolved { nulls: NullRule::Always, operands: beside(left, right), ..unknown(2) },
        })
    }

    fn like(&self, op: LikeOp, left: &Operand, right: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.like(op, left, right)
    }

    fn common(&self, place: CommonPlace, types: &[Operand]) -> Result<SqlType, Refusal> {
        let types_known = || types.iter().filter_map(|o| o.ty.as_ref()).filter(|ty| **ty != SqlType::Null);
        let compared = matches!(place, CommonPlace::InList | CommonPlace::Between | CommonPlace::CaseWhen);
        // A parameter there gets the type of the first, which is the column that it is compared with; so a literal has
        // that column's form. Time stands beside its milliseconds.
        if compared && types_known().all(|ty| is_number(ty) || *ty == timestamp()) {
            return Ok(types_known().next().cloned().unwrap_or(SqlType::Null));
        }
        STANDARD.common(place, types)
    }

    fn can_cast(&self, from: &SqlType, to: &SqlType) -> bool {
        STANDARD.can_cast(from, to)
    }

    fn can_assign(&self, from: &SqlType, to: &SqlType) -> bool {
        STANDARD.can_assign(from, to)
    }

    fn subscript(&self, expr: &Operand, index: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.subscript(expr, index)
    }

    fn extract(&self, _: &str, _: &Operand) -> Result<Resolved, Refusal> {
        let ty = if self.engine == Engine::SingleStage { SqlType::Int32 } else { SqlType::Int64 };
        Ok(Resolved { nulls: NullRule::Always, ..known(ty, vec![None]) })
    }

    fn at_time_zone(&self, expr: &Operand, zone: &Operand) -> Result<Resolved, Refusal> {
        STANDARD.at_time_zone(expr, zone)
    }
}
