//! How a column without an alias is called, by the engine's way.
//!
//! DataFusion's names are in `schema_name`, Calcite's with its dialect. H2 prints the expression in upper case with every operator in brackets, takes
//! the outermost brackets away, and leaves names qualified as they were written; an expression of constants is printed as
//! its value, which is followed here for plain numbers only.

use crate::ast::{BinaryOp, Expr, ExprKind, Function, FunctionArg, IsTest, LikeOp, Literal, Name, UnaryOp};
use crate::dialect::{ColumnNames, Constant, calcite_column_name, pinot_column_name};

use super::argument::DATE_PART_FIRST;
use super::binder::Binder;
use super::expr::bare_number;
use super::operator::symbol;

impl<'a> Binder<'a> {
    /// The name of a column of a select list, by its position from 0, and by how many before it have no name either.
    pub(super) fn column_name_of(&mut self, expr: &'a Expr, position: usize, unnamed: usize) -> String {
        match self.dialect.reading.column_names {
            ColumnNames::DataFusion => self.schema_name(expr),
            ColumnNames::Calcite => calcite_column_name(expr, position),
            ColumnNames::Position => format!("EXPR${position}"),
            ColumnNames::Pinot => pinot_column_name(expr, false),
            ColumnNames::PinotNulls => pinot_column_name(expr, true),
            ColumnNames::Picodata => format!("col_{}", unnamed + 1),
            ColumnNames::H2 => {
                let text = self.h2(expr);
                match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                    Some(inner) if closes_at_end(&text) => inner.to_owned(),
                    _ => text,
                }
            }
        }
    }

    fn h2(&self, expr: &Expr) -> String {
        if let (ExprKind::Binary { .. }, Constant::Whole(value)) = (&expr.kind, self.constant(expr)) {
            return value.to_string();
        }
        match &expr.kind {
            ExprKind::Column(name) => self.h2_name(name),
            ExprKind::Literal(literal) => h2_literal(literal),
            ExprKind::Param(param) => format!("?{}", param + 1),
            ExprKind::Unary { op: UnaryOp::Minus, expr: inner } => match bare_number(inner) {
                Some(number) => format!("-{number}"),
                None => format!("(- {})", self.h2(inner)),
            },
            ExprKind::Unary { op: UnaryOp::Not, expr: inner } => format!("(NOT {})", self.h2(inner)),
            ExprKind::Unary { expr: inner, .. } => self.h2(inner),
            ExprKind::Binary { left, op, right, .. } => {
                let op = if *op == BinaryOp::NotEq { "<>" } else { symbol(op) };
                format!("({} {op} {})", self.h2(left), self.h2(right))
            }
            ExprKind::Is { expr: inner, test: IsTest::Null, negated } => {
                format!("({} IS {}NULL)", self.h2(inner), if *negated { "NOT " } else { "" })
            }
            ExprKind::IsDistinctFrom { left, right, negated } => {
                let not = if *negated { "" } else { " NOT" };
                format!("({} IS{not} {})", self.h2(left), self.h2(right))
            }
            ExprKind::InList { expr: inner, list, negated } => {
                negate(*negated, format!("({} IN({}))", self.h2(inner), self.h2_list(list)))
            }
            ExprKind::Between { expr: inner, low, high, negated } => {
                let (inner, low, high) = (self.h2(inner), self.h2(low), self.h2(high));
                negate(*negated, format!("(({inner} >= {low}) AND ({inner} <= {high}))"))
            }
            ExprKind::Like { op, expr: inner, pattern, negated, .. } => {
                let word = if *op == LikeOp::RLike { "REGEXP" } else { "LIKE" };
                negate(*negated, format!("({} {word} {})", self.h2(inner), self.h2(pattern)))
            }
            ExprKind::Case { operand, branches, otherwise } => {
                let mut text = String::from("CASE");
                if let Some(operand) = operand {
                    text.push_str(&format!(" {}", self.h2(operand)));
                }
                for (when, then) in branches {
                    text.push_str(&format!(" WHEN {} THEN {}", self.h2(when), self.h2(then)));
                }
                if let Some(otherwise) = otherwise {
                    text.push_str(&format!(" ELSE {}", self.h2(otherwise)));
                }
                text + " END"
            }
            ExprKind::Cast { expr: inner, ty, .. } => {
                let args =
                    if ty.args.is_empty() { String::new() } else { format!("({})", ty.args.join(", ")) };
                let name = if ty.name == "INT" { "INTEGER" } else { &ty.name };
                format!("CAST({} AS {name}{args})", self.h2(inner))
            }
            ExprKind::TypedString { ty, text } => format!("{} '{}'", ty.name, text.replace('\'', "''")),
            ExprKind::Extract { field, expr: inner } => format!("EXTRACT({field} FROM {})", self.h2(inner)),
            ExprKind::Function(function) => self.h2_call(function),
            ExprKind::Tuple(items) => format!("({})", self.h2_list(items)),
            // A subquery is printed with its plan, which is the server's own to know.
            _ => "SELECT".to_owned(),
        }
    }

    fn h2_list(&self, exprs: &[Expr]) -> String {
        let all: Vec<String> = exprs.iter().map(|expr| self.h2(expr)).collect();
        all.join(", ")
    }

    fn h2_name(&self, name: &Name) -> String {
        let call = match &name.parts[..] {
            [only] if !only.quoted => match only.value.to_lowercase().as_str() {
                "current_date" | "today" => Some("CURRENT_DATE()"),
                "current_time" | "systime" => Some("CURRENT_TIME()"),
                "current_timestamp" | "sysdate" | "systimestamp" => Some("CURRENT_TIMESTAMP()"),
                "current_user" => Some("USER()"),
                _ => None,
            },
            _ => None,
        };
        if let Some(call) = call {
            return call.to_owned();
        }
        let parts: Vec<String> = name.parts.iter().map(|part| self.dialect.quote(&self.fold(part))).collect();
        parts.join(".")
    }

    fn h2_call(&self, function: &Function) -> String {
        let name = self.function_name(function).to_uppercase();
        if function.bare {
            return self.h2_name(&function.name);
        }
        let dated = DATE_PART_FIRST.contains(&&*name.to_lowercase());
        let arg = |(i, arg): (usize, &FunctionArg)| match arg {
            FunctionArg::Expr(Expr { kind: ExprKind::Column(part), .. }) if dated && i == 0 => {
                format!("'{}'", self.fold(part.last()))
            }
            FunctionArg::Expr(expr) | FunctionArg::Named(_, expr) => self.h2(expr),
            _ => "*".to_owned(),
        };
        let args: Vec<String> = function.args.iter().enumerate().map(arg).collect();
        let distinct = if function.distinct { "DISTINCT " } else { "" };
        let filter = match &function.filter {
            Some(filter) => format!(" FILTER (WHERE {})", self.h2(filter)),
            None => String::new(),
        };
        format!("{name}({distinct}{}){filter}", args.join(", "))
    }
}

fn negate(negated: bool, text: String) -> String {
    if negated { format!("(NOT {text})") } else { text }
}

fn h2_literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "NULL".to_owned(),
        Literal::Boolean(true) => "TRUE".to_owned(),
        Literal::Boolean(false) => "FALSE".to_owned(),
        Literal::Number(text) => text.clone(),
        Literal::String(text) | Literal::NationalString(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Bytes(digits) => format!("X'{}'", digits.to_lowercase()),
    }
}

/// Whether the bracket that opens a text closes at its end.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 0usize;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1 == text.len();
        }
    }
    false
}
