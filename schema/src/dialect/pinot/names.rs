//! What a column without an alias is called, and which spellings mean one function.
//!
//! The single-stage engine prints an expression as a call in lower case whose constants stand in quotes:
//! `plus(c_int,'1')`, `count(*)`, `distinctcount(c_int)`. The multi-stage engine has `EXPR$0`, by position.

use crate::ast::{BinaryOp, Expr, ExprKind, Function, FunctionArg, IsTest, Literal, Name};

/// The name under which a function is looked up: without underscores, and `percentile95(x)` as `percentile#(x)`.
pub(super) fn canonical_function(name: &str) -> Option<String> {
    let plain = name.replace('_', "").to_lowercase();
    let digits = plain.len() - plain.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let of_percentile = digits > 0 && plain.starts_with("percentile");
    let canonical = if of_percentile { format!("{}#", &plain[..plain.len() - digits]) } else { plain };
    (canonical != name).then_some(canonical)
}

/// The name of a column of the single-stage engine, of a source with NULLs or without.
pub(crate) fn column_name(expr: &Expr, nulls: bool) -> String {
    match &expr.kind {
        ExprKind::Function(function) if counts_rows(function, nulls) => "count(*)".to_owned(),
        ExprKind::Literal(Literal::String(text)) => format!("'{text}'"),
        ExprKind::Literal(literal) => literal_text(literal),
        ExprKind::Unary { .. } | ExprKind::Binary { .. } => match constant(expr) {
            Some(value) => value,
            None => print(expr),
        },
        _ => print(expr),
    }
}

/// Whether all rows count: of a constant, and of anything where there are no NULLs. Within an expression its name stays.
fn counts_rows(function: &Function, nulls: bool) -> bool {
    let plain = !function.distinct && function.filter.is_none();
    let constant = |arg: &FunctionArg| matches!(arg, FunctionArg::Expr(expr) if matches!(&expr.kind, ExprKind::Literal(literal) if *literal != Literal::Null));
    plain
        && function.name.last().value.eq_ignore_ascii_case("count")
        && function.args.first().is_some_and(|arg| !nulls || constant(arg))
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(true) => "true".to_owned(),
        Literal::Boolean(false) => "false".to_owned(),
        Literal::Number(text) => text.clone(),
        Literal::String(text) | Literal::NationalString(text) | Literal::Bytes(text) => text.clone(),
    }
}

/// The value of an expression of numbers, which the broker computes before it names the column.
fn constant(expr: &Expr) -> Option<String> {
    let value = value(expr)?;
    Some(match value {
        value if value.is_nan() => "NaN".to_owned(),
        value if value.is_infinite() => (if value > 0.0 { "Infinity" } else { "-Infinity" }).to_owned(),
        value => value.to_string(),
    })
}

fn value(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Literal(Literal::Number(text)) => text.parse().ok(),
        ExprKind::Unary { op: crate::ast::UnaryOp::Minus, expr } => value(expr).map(|value| -value),
        ExprKind::Binary { left, op, right, .. } => {
            let (a, b) = (value(left)?, value(right)?);
            Some(match op {
                BinaryOp::Plus => a + b,
                BinaryOp::Minus => a - b,
                BinaryOp::Multiply => a * b,
                BinaryOp::Divide => a / b,
                _ => return None,
            })
        }
        _ => None,
    }
}

fn call(name: &str, args: &[&Expr]) -> String {
    let args: Vec<String> = args.iter().map(|arg| print(arg)).collect();
    format!("{name}({})", args.join(","))
}

fn print(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Column(name) => column(name),
        ExprKind::Literal(literal) => format!("'{}'", literal_text(literal)),
        ExprKind::Param(param) | ExprKind::Spread(param) => format!("?{}", param + 1),
        ExprKind::Unary { expr, .. } => call("not", &[expr]),
        ExprKind::Binary { left, op, right, .. } => call(operator(op), &[left, right]),
        ExprKind::Is { expr, test, negated } => call(is_name(*test, *negated), &[expr]),
        ExprKind::Between { expr, low, high, .. } => call("between", &[expr, low, high]),
        ExprKind::Like { expr, pattern, .. } => call("like", &[expr, pattern]),
        ExprKind::InList { expr, list, negated } => {
            let args: Vec<&Expr> = std::iter::once(&**expr).chain(list).collect();
            call(if *negated { "notin" } else { "in" }, &args)
        }
        ExprKind::Case { branches, otherwise, .. } => {
            let mut args: Vec<&Expr> = branches.iter().flat_map(|(when, then)| [when, then]).collect();
            args.extend(otherwise.as_deref());
            call("case", &args)
        }
        ExprKind::Cast { expr, ty, .. } => format!("cast({},'{}')", print(expr), ty.name),
        ExprKind::Extract { field, expr } => format!("extract('{field}',{})", print(expr)),
        ExprKind::Subscript { expr, index } => call("item", &[expr, index]),
        ExprKind::Array(items) => call("arrayvalueconstructor", &items.iter().collect::<Vec<_>>()),
        ExprKind::Function(function) => function_text(function),
        ExprKind::TypedString { text, .. } => format!("'{text}'"),
        _ => "?".to_owned(),
    }
}

fn column(name: &Name) -> String {
    let parts: Vec<&str> = name.parts.iter().map(|part| part.value.as_str()).collect();
    parts.join(".")
}

fn is_name(test: IsTest, negated: bool) -> &'static str {
    match (test, negated) {
        (IsTest::True, false) => "istrue",
        (IsTest::True, true) => "isnottrue",
        (IsTest::False, false) => "isfalse",
        (IsTest::False, true) => "isnotfalse",
        (_, false) => "isnull",
        (_, true) => "isnotnull",
    }
}

fn operator(op: &BinaryOp) -> &'static str {
    match op {
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Eq => "equals",
        BinaryOp::NotEq => "notequals",
        BinaryOp::Lt => "lessthan",
        BinaryOp::LtEq => "lessthanorequal",
        BinaryOp::Gt => "greaterthan",
        BinaryOp::GtEq => "greaterthanorequal",
        BinaryOp::Plus => "plus",
        BinaryOp::Minus => "minus",
        BinaryOp::Multiply => "times",
        BinaryOp::Divide => "divide",
        BinaryOp::Modulo => "mod",
        _ => "?",
    }
}

fn function_text(function: &Function) -> String {
    let name = function.name.last().value.replace('_', "").to_lowercase();
    let name = if name == "count" && function.distinct { "distinctcount".to_owned() } else { name };
    let percentile = name.starts_with("percentile");
    let arg = |(place, arg): (usize, &FunctionArg)| match arg {
        FunctionArg::Expr(expr) | FunctionArg::Named(_, expr) => match &expr.kind {
            ExprKind::Literal(Literal::Number(text)) if percentile && place > 0 => {
                let whole = if text.contains('.') { "" } else { ".0" };
                format!(" {text}{whole}")
            }
            _ => print(expr),
        },
        _ => "*".to_owned(),
    };
    let args: Vec<String> = function.args.iter().enumerate().map(arg).collect();
    format!("{name}({})", args.join(","))
}
