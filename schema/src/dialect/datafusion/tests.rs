//! Coercions, literals, type names and function calls, by tables.

use std::str::FromStr;

use super::*;
use crate::ast::Literal;
use crate::dialect::FunctionKind;

fn ty(text: &str) -> SqlType {
    SqlType::from_str(text).expect("a type")
}

/// `?` is a parameter, `'…'` and numbers are literals, anything else a type.
fn operand(text: &str) -> Operand {
    if text == "?" {
        return Operand { ty: None, literal: None, nullable: true };
    }
    if let Some(string) = text.strip_prefix('\'') {
        let literal = Literal::String(string.trim_end_matches('\'').to_owned());
        return Operand { ty: Some(SqlType::TEXT), literal: Some(literal), nullable: false };
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        let ty = names::number(text).expect("a number");
        return Operand { ty: Some(ty), literal: Some(Literal::Number(text.to_owned())), nullable: false };
    }
    Operand { ty: Some(ty(text)), literal: None, nullable: true }
}

fn shown(ty: &Option<SqlType>) -> String {
    ty.as_ref().map_or("?".to_owned(), SqlType::to_string)
}

/// `result from operands`, or the refusal's words.
fn said(resolved: Result<Resolved, Refusal>) -> String {
    match resolved {
        Ok(resolved) => {
            let operands: Vec<String> = resolved.operands.iter().map(shown).collect();
            format!("{} from {}", shown(&resolved.ty), operands.join(", "))
        }
        Err(Refusal::UnknownFunction(names)) => format!("unknown, {}", names.join(" or ")),
        Err(Refusal::Arity(words)) => format!("takes {words}"),
        Err(Refusal::Types(_)) => "refused".to_owned(),
    }
}

#[track_caller]
fn call(kind: FunctionKind, name: &str, args: &[&str], expected: &str) {
    let args: Vec<Operand> = args.iter().map(|arg| operand(arg)).collect();
    assert_eq!(said(FUNCTIONS.resolve(kind, name, &args)), expected, "{name}");
}

#[track_caller]
fn op(op: BinaryOp, left: &str, right: &str, expected: &str) {
    assert_eq!(said(Rules.binary(&op, &operand(left), &operand(right))), expected, "{left} {op:?} {right}");
}

#[test]
fn every_line_of_the_data_can_be_read() {
    assert_eq!(FUNCTIONS.faults(), Vec::<String>::new());
    assert!(FUNCTIONS.names().len() > 300);
}

#[test]
fn scalar_functions() {
    use FunctionKind::Scalar;
    call(Scalar, "upper", &["Utf8View"], "Utf8View from Utf8View");
    call(Scalar, "upper", &["?"], "Utf8View from Utf8View");
    call(Scalar, "length", &["LargeUtf8"], "Int64 from LargeUtf8");
    call(
        Scalar,
        "date_trunc",
        &["'day'", "Timestamp(ms, \"UTC\")"],
        "Timestamp(ms, \"UTC\") from Utf8, Timestamp(ms, \"UTC\")",
    );
    call(Scalar, "date_trunc", &["'day'", "Date32"], "Timestamp(ns) from Utf8, Timestamp(ns)");
    call(Scalar, "date_part", &["'epoch'", "Date32"], "Float64 from Utf8, Date32");
    call(Scalar, "date_part", &["'year'", "?"], "Int32 from Utf8, Timestamp(ns)");
    call(Scalar, "coalesce", &["?", "Int32"], "Int32 from Int32, Int32");
    call(
        Scalar,
        "coalesce",
        &["Int32", "Decimal128(7, 2)"],
        "Decimal128(12, 2) from Decimal128(12, 2), Decimal128(12, 2)",
    );
    call(Scalar, "nullif", &["Int32", "Int64"], "Int64 from Int64, Int64");
    call(Scalar, "round", &["Decimal128(10, 4)", "2"], "Decimal128(10, 2) from Decimal128(10, 4), Int32");
    call(Scalar, "round", &["Decimal128(10, 4)", "Int64"], "Decimal128(11, 4) from Decimal128(10, 4), Int32");
    call(Scalar, "round", &["Float64", "?"], "Float64 from Float64, Int32");
    call(Scalar, "arrow_cast", &["Int32", "'UInt8'"], "UInt8 from Int32, Utf8");
    call(Scalar, "get_field", &["Struct(\"a\": Int8)", "'a'"], "Int8 from Struct(\"a\": Int8), Utf8");
    call(Scalar, "make_array", &["1", "Float32"], "List(Float32) from Float32, Float32");
    call(Scalar, "abs", &["Utf8"], "refused");
    call(Scalar, "substr", &["Utf8"], "takes 2 or 3");
    call(Scalar, "uper", &["Utf8"], "unknown, upper");
}

#[test]
fn aggregates_and_windows() {
    use FunctionKind::{Aggregate, Window};
    call(Aggregate, "sum", &["Int8"], "Int64 from Int64");
    call(Aggregate, "sum", &["Decimal128(10, 2)"], "Decimal128(20, 2) from Decimal128(10, 2)");
    call(Aggregate, "mean", &["Decimal128(10, 2)"], "Decimal128(14, 6) from Decimal128(10, 2)");
    call(Aggregate, "count", &[], "Int64 from ");
    call(Aggregate, "array_agg", &["Utf8View"], "List(Utf8View) from Utf8View");
    call(Aggregate, "sum", &["Utf8"], "refused");
    call(Window, "ntile", &["4"], "UInt64 from Int64");
    call(Window, "lag", &["Utf8", "1", "Utf8"], "Utf8 from Utf8, Int64, Utf8");
}

#[test]
fn comparisons() {
    op(BinaryOp::Eq, "Int32", "Int64", "Boolean from Int64, Int64");
    op(BinaryOp::Eq, "Date32", "Utf8", "Boolean from Date32, Date32");
    op(BinaryOp::Lt, "Timestamp(s)", "Utf8", "Boolean from Timestamp(ns), Timestamp(ns)");
    op(BinaryOp::Eq, "Utf8", "Int64", "Boolean from Int64, Int64");
    op(BinaryOp::Eq, "UInt64", "Int8", "Boolean from Decimal128(20, 0), Decimal128(20, 0)");
    op(BinaryOp::Eq, "Utf8View", "?", "Boolean from Utf8View, Utf8View");
    op(BinaryOp::Eq, "?", "Dictionary(Int32, Utf8)", "Boolean from Utf8, Dictionary(Int32, Utf8)");
    op(BinaryOp::Eq, "Boolean", "Int64", "refused");
    op(BinaryOp::And, "Boolean", "Int64", "refused");
}

#[test]
fn arithmetic() {
    op(BinaryOp::Plus, "Int32", "Int64", "Int64 from Int64, Int64");
    op(BinaryOp::Divide, "Int32", "Int32", "Int32 from Int32, Int32");
    op(
        BinaryOp::Multiply,
        "Decimal128(10, 2)",
        "Decimal128(5, 1)",
        "Decimal128(16, 3) from Decimal128(10, 2), Decimal128(5, 1)",
    );
    op(BinaryOp::Multiply, "Decimal128(10, 2)", "Float64", "Float64 from Float64, Float64");
    op(
        BinaryOp::Divide,
        "Decimal128(10, 2)",
        "Int64",
        "Decimal128(14, 6) from Decimal128(10, 2), Decimal128(20, 0)",
    );
    op(BinaryOp::Minus, "Date32", "Date32", "Int64 from Date32, Date32");
    op(BinaryOp::Minus, "Timestamp(ns)", "Timestamp(ns)", "Duration(ns) from Timestamp(ns), Timestamp(ns)");
    op(BinaryOp::Plus, "Date32", "Int64", "Date32 from Date32, Interval(MonthDayNano)");
    op(BinaryOp::Plus, "Timestamp(ns)", "?", "Timestamp(ns) from Timestamp(ns), Interval(MonthDayNano)");
    op(BinaryOp::Multiply, "Float64", "?", "Float64 from Float64, Float64");
    op(BinaryOp::Plus, "?", "?", "? from ?, ?");
    op(BinaryOp::Plus, "Utf8", "Int64", "refused");
    op(BinaryOp::Plus, "Null", "Int32", "Int32 from Int32, Int32");
}

#[test]
fn literals() {
    for (text, expected) in [
        ("1", "Int64"),
        ("9223372036854775808", "UInt64"),
        ("18446744073709551616", "Float64"),
        ("1e3", "Float64"),
        (".5", "Float64"),
        ("1_000", "Int64"),
    ] {
        assert_eq!(names::number(text).map(|ty| ty.to_string()), Ok(expected.to_owned()), "{text}");
    }
}
