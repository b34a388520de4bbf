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
        Err(Refusal::Types(_) | Refusal::UnknownOperator) => "refused".to_owned(),
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

/// Takes the place of the parser: a name, `(…)` arguments, `<…>` or `[…]` an element.
fn type_name(name: &str, args: &[&str], elements: Vec<TypeName>) -> TypeName {
    TypeName {
        name: name.to_owned(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        elements: elements.into_iter().map(|element| (None, element)).collect(),
        span: crate::ast::Span::default(),
    }
}

#[track_caller]
fn named(name: TypeName, expected: &str) {
    let said = match Rules.type_name(&name) {
        Ok(ty) => ty.to_string(),
        Err(reason) => format!("! {reason}"),
    };
    assert_eq!(said, expected);
}

#[test]
fn type_names() {
    let plain = |name: &str| type_name(name, &[], Vec::new());
    named(plain("VARCHAR"), "Utf8View");
    named(type_name("VARCHAR", &["20"], Vec::new()), "Utf8View");
    named(plain("INT8"), "Int64");
    named(plain("TINYINT UNSIGNED"), "UInt8");
    named(plain("UNSIGNED INTEGER"), "UInt32");
    named(plain("FLOAT"), "Float32");
    named(plain("DECIMAL"), "Decimal128(38, 10)");
    named(type_name("DECIMAL", &["40", "3"], Vec::new()), "Decimal256(40, 3)");
    named(
        type_name("DECIMAL", &["4", "6"], Vec::new()),
        "! a decimal has 1 to 76 digits, no fewer than its scale: not (4, 6)",
    );
    named(plain("TIMESTAMP WITH TIME ZONE"), "Timestamp(ns)");
    named(type_name("TIMESTAMP", &["6"], Vec::new()), "Timestamp(µs)");
    named(type_name("TIMESTAMP", &["5"], Vec::new()), "! a timestamp's precision is 0, 3, 6 or 9, not 5");
    named(type_name("ARRAY", &[], vec![plain("INT")]), "List(Int32)");
    named(type_name("ARRAY", &["3"], vec![plain("TEXT")]), "FixedSizeList(3 x Utf8View)");
    named(
        type_name("STRUCT", &[], vec![plain("INT"), plain("DATE")]),
        "Struct(\"c0\": Int32, \"c1\": Date32)",
    );
    named(plain("UUID"), "! DataFusion has no type UUID; it has VARCHAR");
    named(plain("GEOGRAPHY"), "! DataFusion has no type GEOGRAPHY");
}

#[test]
fn native_names_read_back() {
    for text in [
        "Int8",
        "UInt64",
        "Float32",
        "Decimal256(50, 2)",
        "Utf8View",
        "Date32",
        "Timestamp(ms)",
        "Time64(ns)",
    ] {
        let native = names::native(&ty(text)).expect("SQL can say it");
        let (name, args) = native.split_once('(').unwrap_or((&native, ""));
        let args: Vec<&str> = args.trim_end_matches(')').split(", ").filter(|arg| !arg.is_empty()).collect();
        named(type_name(name, &args, Vec::new()), text);
    }
    assert_eq!(names::native(&ty("Dictionary(Int32, Utf8)")), None);
}

#[track_caller]
fn together(place: CommonPlace, types: &[&str], expected: &str) {
    let operands: Vec<Operand> = types.iter().map(|text| operand(text)).collect();
    let said = match Rules.common(place, &operands) {
        Ok(ty) => ty.to_string(),
        Err(_) => "refused".to_owned(),
    };
    assert_eq!(said, expected, "{place:?} {types:?}");
}

#[test]
fn common_types() {
    use CommonPlace::{Array, Between, CaseResult, InList, SetOperation, Values};
    together(SetOperation, &["Int32", "Utf8"], "Utf8");
    together(InList, &["Int32", "Utf8"], "Int32");
    together(Values, &["Int64", "Float64", "?"], "Float64");
    together(Values, &["Null", "Null"], "Null");
    together(Values, &["Null", "Date32"], "Date32");
    together(Values, &["Boolean", "Int64"], "refused");
    together(CaseResult, &["Null", "Timestamp(s)", "Timestamp(ns)"], "Timestamp(ns)");
    together(Between, &["Date32", "Utf8", "Timestamp(s)"], "Timestamp(ns)");
    together(Array, &["List(Int32)", "List(Int64)"], "List(Int64)");
    together(Array, &["?", "?"], "Null");
}

#[test]
fn parameters_take_what_they_stand_beside() {
    use FunctionKind::Scalar;
    call(Scalar, "concat", &["?", "'x'"], "Utf8 from Utf8, Utf8");
    call(Scalar, "round", &["?", "2"], "Float64 from Float64, Int32");
    call(Scalar, "to_hex", &["?"], "Utf8 from Int64");
    call(Scalar, "array_append", &["List(Int32)", "?"], "List(Int32) from List(Int32), Int32");
    call(Scalar, "array_element", &["List(Utf8)", "?"], "Utf8 from List(Utf8), Int64");
    call(Scalar, "coalesce", &["?", "?"], "? from ?, ?");
    call(Scalar, "arrow_typeof", &["?"], "Utf8 from ?");
    call(FunctionKind::Aggregate, "max", &["?"], "? from ?");
    op(BinaryOp::Concat, "?", "Int64", "Utf8 from Utf8, Utf8");
    op(BinaryOp::And, "?", "Boolean", "Boolean from Boolean, Boolean");
    op(BinaryOp::Minus, "Timestamp(s)", "?", "Duration(s) from Timestamp(s), Timestamp(s)");
    op(BinaryOp::Eq, "?", "Null", "Boolean from ?, Null");
}

#[test]
fn members_fields_and_zones() {
    let said_subscript = |expr: &str, index: &str| said(Rules.subscript(&operand(expr), &operand(index)));
    assert_eq!(said_subscript("List(Int32)", "1"), "Int32 from List(Int32), Int64");
    assert_eq!(said_subscript("Struct(\"a\": Utf8)", "'a'"), "Utf8 from Struct(\"a\": Utf8), Utf8");
    assert_eq!(said_subscript("Struct(\"a\": Utf8)", "'b'"), "refused");
    assert_eq!(said_subscript("Struct(\"a\": Utf8)", "1"), "refused");
    assert_eq!(said_subscript("Int32", "1"), "refused");
    assert_eq!(
        said(Rules.extract("YEAR", &operand("Timestamp(s, \"UTC\")"))),
        "Int32 from Timestamp(s, \"UTC\")"
    );
    assert_eq!(said(Rules.extract("EPOCH", &operand("?"))), "Float64 from Timestamp(ns)");
    assert_eq!(said(Rules.extract("YEAR", &operand("Boolean"))), "refused");
    let zone = said(Rules.at_time_zone(&operand("Timestamp(s)"), &operand("'Europe/Oslo'")));
    assert_eq!(zone, "Timestamp(ns, \"Europe/Oslo\") from Timestamp(s), Utf8");
}

#[test]
fn unary_operators() {
    let minus = |text: &str| said(Rules.unary(UnaryOp::Minus, &operand(text)));
    assert_eq!(minus("9223372036854775808"), "Int64 from Int64");
    assert_eq!(minus("9223372036854775809"), "Float64 from Float64");
    assert_eq!(minus("UInt32"), "refused");
    assert_eq!(minus("Decimal128(5, 2)"), "Decimal128(5, 2) from Decimal128(5, 2)");
    assert_eq!(said(Rules.unary(UnaryOp::Not, &operand("?"))), "Boolean from Boolean");
    assert_eq!(said(Rules.unary(UnaryOp::Not, &operand("Date32"))), "refused");
}

#[test]
fn null_rules() {
    use crate::dialect::NullRule;
    let rule = |kind, name: &str, args: &[&str]| {
        let args: Vec<Operand> = args.iter().map(|arg| operand(arg)).collect();
        FUNCTIONS.resolve(kind, name, &args).map(|resolved| resolved.nulls)
    };
    assert_eq!(rule(FunctionKind::Scalar, "upper", &["Utf8"]), Ok(NullRule::Strict));
    assert_eq!(rule(FunctionKind::Scalar, "nullif", &["Utf8", "Utf8"]), Ok(NullRule::Always));
    assert_eq!(rule(FunctionKind::Scalar, "concat", &["Utf8", "Utf8"]), Ok(NullRule::Never));
    assert_eq!(rule(FunctionKind::Scalar, "coalesce", &["Utf8", "Utf8"]), Ok(NullRule::AllOperands));
    assert_eq!(rule(FunctionKind::Scalar, "array_element", &["List(Utf8)", "1"]), Ok(NullRule::Always));
    assert_eq!(rule(FunctionKind::Aggregate, "count", &["Utf8"]), Ok(NullRule::Never));
    assert_eq!(rule(FunctionKind::Aggregate, "sum", &["Int8"]), Ok(NullRule::EmptyOrNull));
    // One row has no sample deviation.
    assert_eq!(rule(FunctionKind::Aggregate, "stddev", &["Int8"]), Ok(NullRule::Always));
}

#[test]
fn dialects_by_name() {
    for name in crate::dialect::NAMES {
        let dialect = crate::dialect::by_name(name).expect("a listed dialect");
        assert_eq!(dialect.name, *name);
        assert_eq!((dialect.functions)().faults(), Vec::<String>::new());
    }
    assert!(crate::dialect::by_name("mysql").is_none());
}
