//! Compares the dialect's operators, casts and common types with the engine's over all pairs of types.

use std::panic::{AssertUnwindSafe, catch_unwind};

use datafusion::arrow::compute::can_cast_types;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::DFSchema;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::ExprSchemable;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::prelude::SessionContext;
use querent_schema::ast::{BinaryOp, LikeOp, Literal, UnaryOp};
use querent_schema::dialect::{CommonPlace, DATAFUSION, Operand, Refusal};
use querent_types::SqlType;

use crate::check::Agreement;
use crate::lattice::{self, sql_type};

/// What the dialect says, in the engine's terms.
pub(crate) type Said = Result<Option<SqlType>, Refusal>;

/// One operator: its SQL over columns `a` and `b`, and the dialect's answer.
struct Case {
    sql: &'static str,
    said: Says,
}

type Says = Box<dyn Fn(&Operand, &Operand) -> Said>;

/// All operators over every so-manieth pair of types; whether the figures are good enough.
pub(crate) fn run(every: usize) -> bool {
    let state = SessionContext::new().state();
    let types = lattice::types();
    let mut whole = Agreement::default();
    for case in cases() {
        let mut agreement = Agreement::default();
        let pairs = case.sql.contains('b');
        for (row, left) in types.iter().enumerate() {
            for (column, right) in types.iter().enumerate().take(if pairs { types.len() } else { 1 }) {
                if pairs && !(row + column).is_multiple_of(every) {
                    continue;
                }
                let answer =
                    catch_unwind(AssertUnwindSafe(|| engine(&state, case.sql, left, right))).ok().flatten();
                // The engine plans AT TIME ZONE over anything, and fails when it runs.
                let answer = answer.filter(|to| !case.sql.contains("ZONE") || can_cast_types(left, to));
                let said = (case.said)(&operand(left), &operand(right));
                judge(&mut agreement, &format!("{} with {left}, {right}", case.sql), answer, said);
            }
        }
        if agreement.differs() {
            agreement.print(case.sql);
        }
        whole.add(&agreement);
    }
    let casts = casts(&types);
    if casts.differs() {
        casts.print("casts");
    }
    whole.add(&casts);
    whole.print("all operators");
    let (verdicts, types) = whole.shares();
    println!("verdicts {:.4} %, types {:.4} %", verdicts * 100.0, types * 100.0);
    verdicts >= 0.99 && types >= 0.999
}

fn operand(ty: &DataType) -> Operand {
    Operand { ty: Some(sql_type(ty)), literal: None, nullable: true }
}

/// The type that the engine gives an expression after coercion.
fn engine(state: &SessionState, sql: &str, left: &DataType, right: &DataType) -> Option<DataType> {
    let fields = vec![Field::new("a", left.clone(), true), Field::new("b", right.clone(), true)];
    let schema = DFSchema::try_from(Schema::new(fields)).ok()?;
    let expr = state.create_logical_expr(sql, &schema).ok()?;
    let simplifier =
        ExprSimplifier::new(SimplifyContext::builder().with_schema(schema.clone().into()).build());
    let expr = simplifier.coerce(expr, &schema).ok()?;
    expr.get_type(&schema).ok()
}

/// Counts how an answer and what the dialect says compare.
pub(crate) fn judge(agreement: &mut Agreement, call: &str, answer: Option<DataType>, said: Said) {
    agreement.asked += 1;
    match (answer, said) {
        (None, Err(_)) => {}
        (Some(answer), Err(_)) => {
            agreement.accepted += 1;
            agreement.refused += 1;
            agreement.note(|| format!("refused: {call} gives {answer}"));
        }
        (None, Ok(ty)) => {
            agreement.taken += 1;
            agreement.note(|| format!("taken: {call} gives {:?}", ty.map(|ty| ty.to_string())));
        }
        (Some(answer), Ok(ty)) => {
            agreement.accepted += 1;
            match ty {
                None => {
                    agreement.unknown += 1;
                    agreement.note(|| format!("unknown: {call} gives {answer}"));
                }
                Some(ty) if ty != sql_type(&answer) => {
                    agreement.mistyped += 1;
                    agreement.note(|| format!("mistyped: {call} gives {answer}, not {ty}"));
                }
                Some(_) => {}
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let other = |sign: &str| BinaryOp::Other(sign.to_owned());
    let regex = BinaryOp::Regex { negated: false, case_insensitive: false };
    let like = BinaryOp::LikeMatch { negated: true, case_insensitive: true };
    for (sql, op) in [
        ("a = b", BinaryOp::Eq),
        ("a < b", BinaryOp::Lt),
        ("a >= b", BinaryOp::GtEq),
        ("a AND b", BinaryOp::And),
        ("a OR b", BinaryOp::Or),
        ("a + b", BinaryOp::Plus),
        ("a - b", BinaryOp::Minus),
        ("a * b", BinaryOp::Multiply),
        ("a / b", BinaryOp::Divide),
        ("a % b", BinaryOp::Modulo),
        ("a & b", BinaryOp::BitAnd),
        ("a | b", BinaryOp::BitOr),
        ("a << b", BinaryOp::ShiftLeft),
        ("a || b", BinaryOp::Concat),
        ("a ~ b", regex),
        ("a !~~* b", like),
        ("a @> b", other("@>")),
        ("a <@ b", other("<@")),
        ("a -> b", other("->")),
    ] {
        let said =
            move |a: &Operand, b: &Operand| DATAFUSION.rules.binary(&op, a, b).map(|resolved| resolved.ty);
        cases.push(Case { sql, said: Box::new(said) });
    }
    for (sql, op) in
        [("a LIKE b", LikeOp::Like), ("a ILIKE b", LikeOp::ILike), ("a SIMILAR TO b", LikeOp::SimilarTo)]
    {
        let said =
            move |a: &Operand, b: &Operand| DATAFUSION.rules.like(op, a, b).map(|resolved| resolved.ty);
        cases.push(Case { sql, said: Box::new(said) });
    }
    for (sql, op) in [("NOT a", UnaryOp::Not), ("- a", UnaryOp::Minus), ("+ a", UnaryOp::Plus)] {
        let said = move |a: &Operand, _: &Operand| DATAFUSION.rules.unary(op, a).map(|resolved| resolved.ty);
        cases.push(Case { sql, said: Box::new(said) });
    }
    for (sql, place, of) in [
        ("CASE WHEN true THEN a ELSE b END", CommonPlace::CaseResult, false),
        ("CASE a WHEN b THEN true END", CommonPlace::CaseWhen, true),
        ("a IN (b, b)", CommonPlace::InList, true),
        ("a BETWEEN b AND b", CommonPlace::Between, true),
        ("coalesce(a, b)", CommonPlace::Values, false),
    ] {
        let said = move |a: &Operand, b: &Operand| {
            // ELSE comes first.
            let turned = place == CommonPlace::CaseResult;
            let operands = if turned { [b.clone(), a.clone()] } else { [a.clone(), b.clone()] };
            let common = DATAFUSION.rules.common(place, &operands)?;
            Ok(Some(if of { SqlType::Boolean } else { common }))
        };
        cases.push(Case { sql, said: Box::new(said) });
    }
    let array = |a: &Operand, b: &Operand| {
        let common = DATAFUSION.rules.common(CommonPlace::Array, &[a.clone(), b.clone()])?;
        Ok(Some(SqlType::list(common)))
    };
    cases.push(Case { sql: "[a, b]", said: Box::new(array) });
    let subscript = |a: &Operand, b: &Operand| DATAFUSION.rules.subscript(a, b).map(|resolved| resolved.ty);
    cases.push(Case { sql: "a[b]", said: Box::new(subscript) });
    let member = |a: &Operand, _: &Operand| {
        let key = Operand {
            ty: Some(SqlType::TEXT),
            literal: Some(Literal::String("x".to_owned())),
            nullable: false,
        };
        DATAFUSION.rules.subscript(a, &key).map(|resolved| resolved.ty)
    };
    cases.push(Case { sql: "a['x']", said: Box::new(member) });
    for (sql, field) in [("extract(YEAR FROM a)", "YEAR"), ("extract(EPOCH FROM a)", "EPOCH")] {
        let said =
            move |a: &Operand, _: &Operand| DATAFUSION.rules.extract(field, a).map(|resolved| resolved.ty);
        cases.push(Case { sql, said: Box::new(said) });
    }
    let zone = |a: &Operand, _: &Operand| {
        let zone = Operand { ty: None, literal: Some(Literal::String("UTC".to_owned())), nullable: false };
        DATAFUSION.rules.at_time_zone(a, &zone).map(|resolved| resolved.ty)
    };
    cases.push(Case { sql: "a AT TIME ZONE 'UTC'", said: Box::new(zone) });
    cases
}

fn casts(types: &[DataType]) -> Agreement {
    let mut agreement = Agreement::default();
    for from in types {
        for to in types {
            // Structs are matched by the engine's own cast.
            if matches!((from, to), (DataType::Struct(_), DataType::Struct(_))) {
                continue;
            }
            let answer = can_cast_types(from, to).then_some(DataType::Boolean);
            let said = if DATAFUSION.rules.can_cast(&sql_type(from), &sql_type(to)) {
                Ok(Some(SqlType::Boolean))
            } else {
                Err(Refusal::Types(String::new()))
            };
            judge(&mut agreement, &format!("cast from {from} to {to}"), answer, said);
        }
    }
    agreement
}
