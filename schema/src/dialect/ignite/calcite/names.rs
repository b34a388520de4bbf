//! The name of a column without an alias, as Ignite's validator derives it: calls of functions and aggregates, arithmetic
//! and literals are printed as Calcite unparses them (identifiers in upper case, without quotes), a column keeps its name,
//! and everything else is `EXPR$` and its position.

use crate::ast::{BinaryOp, Expr, ExprKind, Function, FunctionArg, Ident, Literal, Name, TypeName, UnaryOp};

/// The server cuts names that it prints (2.17.0).
const NAME_LEN_MAX: usize = 256;

/// Functions of kinds of their own, or rewritten to such before names are derived: they are not printed.
const UNPRINTED: &[&str] = &[
    "COALESCE",
    "NVL",
    "NULLIF",
    "GREATEST",
    "LEAST",
    "DECODE",
    "TIMESTAMPADD",
    "TIMESTAMPDIFF",
    "YEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAYOFYEAR",
    "DAYOFMONTH",
    "DAYOFWEEK",
    "HOUR",
    "MINUTE",
    "SECOND",
];

pub(crate) fn column_name(expr: &Expr, position: usize) -> String {
    match &expr.kind {
        ExprKind::Column(name) => folded(name.last()),
        _ if is_printed(expr) => {
            let name = print(expr, 0, 0);
            name.chars().take(NAME_LEN_MAX).collect()
        }
        _ => format!("EXPR${position}"),
    }
}

fn is_printed(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::TypedString { .. } | ExprKind::Interval { .. } => true,
        ExprKind::Cast { .. } => true,
        ExprKind::Binary { op, .. } => arithmetic(op),
        ExprKind::Function(call) => {
            let name = folded(call.name.last());
            let plain = call.filter.is_none() && call.within_group.is_empty() && call.over.is_none();
            plain && !UNPRINTED.contains(&name.as_str())
        }
        _ => false,
    }
}

fn arithmetic(op: &BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Plus | Minus | Multiply | Divide | Modulo)
}

fn folded(ident: &Ident) -> String {
    if ident.quoted { ident.value.clone() } else { ident.value.to_uppercase() }
}

fn path(name: &Name) -> String {
    name.parts.iter().map(folded).collect::<Vec<_>>().join(".")
}

/// How an operator is written, and how tightly it binds.
fn operator(op: &BinaryOp) -> (&str, u8) {
    match op {
        BinaryOp::Or => ("OR", 22),
        BinaryOp::And => ("AND", 24),
        BinaryOp::Eq => ("=", 30),
        BinaryOp::NotEq => ("<>", 30),
        BinaryOp::Lt => ("<", 30),
        BinaryOp::LtEq => ("<=", 30),
        BinaryOp::Gt => (">", 30),
        BinaryOp::GtEq => (">=", 30),
        BinaryOp::Plus => ("+", 40),
        BinaryOp::Minus => ("-", 40),
        BinaryOp::Multiply => ("*", 60),
        BinaryOp::Divide => ("/", 60),
        BinaryOp::Modulo => ("%", 60),
        BinaryOp::Concat => ("||", 60),
        BinaryOp::Other(text) => (text, 30),
        _ => ("?", 30),
    }
}

/// Prints an expression between operators that bind as tightly as `left` and `right` say.
fn print(expr: &Expr, left: u8, right: u8) -> String {
    match &expr.kind {
        ExprKind::Column(name) => path(name),
        ExprKind::Literal(literal) => literal_text(literal),
        ExprKind::Param(_) => "?".to_owned(),
        ExprKind::Unary { op, expr: inner } => {
            let sign = match op {
                UnaryOp::Not => "NOT ",
                UnaryOp::Minus => "- ",
                UnaryOp::Plus => "+ ",
                UnaryOp::BitNot => "~ ",
            };
            format!("{sign}{}", print(inner, 80, right))
        }
        ExprKind::Binary { left: a, op, right: b, .. } => {
            let (sign, precedence) = operator(op);
            let open = precedence < left || precedence <= right;
            let (left, right) = if open { (0, 0) } else { (left, right) };
            let text =
                format!("{} {sign} {}", print(a, left, precedence - 1), print(b, precedence + 1, right));
            if open { format!("({text})") } else { text }
        }
        ExprKind::Cast { expr: inner, ty, .. } => {
            format!("CAST({} AS {})", print(inner, 0, 0), type_text(ty))
        }
        ExprKind::TypedString { ty, text } => format!("{} '{}'", ty.name, text.replace('\'', "''")),
        ExprKind::Interval { value, unit } => {
            format!("INTERVAL {} {}", print(value, 0, 0), unit.as_deref().unwrap_or_default())
        }
        ExprKind::Extract { field, expr: inner } => format!("EXTRACT({field} FROM {})", print(inner, 0, 0)),
        ExprKind::Function(call) => function(call),
        ExprKind::Case { operand, branches, otherwise } => {
            let mut text = "CASE".to_owned();
            if let Some(operand) = operand {
                text.push_str(&format!(" {}", print(operand, 0, 0)));
            }
            for (when, then) in branches {
                text.push_str(&format!(" WHEN {} THEN {}", print(when, 0, 0), print(then, 0, 0)));
            }
            let otherwise = otherwise.as_ref().map_or("NULL".to_owned(), |otherwise| print(otherwise, 0, 0));
            format!("{text} ELSE {otherwise} END")
        }
        ExprKind::Array(items) => format!("ARRAY[{}]", list(items.iter())),
        ExprKind::Tuple(items) => format!("ROW({})", list(items.iter())),
        ExprKind::Subscript { expr: inner, index } => {
            format!("{}[{}]", print(inner, 0, 0), print(index, 0, 0))
        }
        _ => "?".to_owned(),
    }
}

fn list<'a>(items: impl Iterator<Item = &'a Expr>) -> String {
    items.map(|item| print(item, 0, 0)).collect::<Vec<_>>().join(", ")
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Null => "NULL".to_owned(),
        Literal::Boolean(value) => value.to_string().to_uppercase(),
        Literal::Number(text) => number(text),
        Literal::String(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Bytes(digits) => format!("X'{}'", digits.to_uppercase()),
        Literal::NationalString(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

/// A number as Calcite prints it: one with an exponent has one digit before the point.
fn number(text: &str) -> String {
    let Some(value) = text.contains(['e', 'E']).then(|| text.parse::<f64>().ok()).flatten() else {
        return text.to_owned();
    };
    let printed = format!("{value:E}");
    match printed.split_once('E') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}E{exponent}"),
        None => printed,
    }
}

fn type_text(ty: &TypeName) -> String {
    let name = match ty.name.as_str() {
        "INT" => "INTEGER",
        "DEC" | "NUMERIC" => "DECIMAL",
        "CHARACTER" => "CHAR",
        "CHARACTER VARYING" | "CHAR VARYING" => "VARCHAR",
        "BINARY VARYING" => "VARBINARY",
        "DOUBLE PRECISION" => "DOUBLE",
        other => other,
    };
    match &ty.args[..] {
        [] => name.to_owned(),
        args => format!("{name}({})", args.join(", ")),
    }
}

/// A call; some are printed with words between their arguments.
fn function(call: &Function) -> String {
    let name = folded(call.name.last());
    let args: Vec<&Expr> = call
        .args
        .iter()
        .filter_map(|arg| match arg {
            FunctionArg::Expr(expr) | FunctionArg::Named(_, expr) => Some(expr),
            _ => None,
        })
        .collect();
    let text = |i: usize| args.get(i).map_or(String::new(), |arg| print(arg, 0, 0));
    match (name.as_str(), args.len()) {
        ("SUBSTRING", 2) => format!("SUBSTRING({} FROM {})", text(0), text(1)),
        ("SUBSTRING", 3) => format!("SUBSTRING({} FROM {} FOR {})", text(0), text(1), text(2)),
        ("OVERLAY", 3) => format!("OVERLAY({} PLACING {} FROM {})", text(0), text(1), text(2)),
        ("OVERLAY", 4) => {
            format!("OVERLAY({} PLACING {} FROM {} FOR {})", text(0), text(1), text(2), text(3))
        }
        // The tree holds the text first.
        ("POSITION", 2) => format!("POSITION({} IN {})", text(1), text(0)),
        ("TRIM", 1) => format!("TRIM(BOTH ' ' FROM {})", text(0)),
        ("TRIM", 2) => format!("TRIM(BOTH {} FROM {})", text(1), text(0)),
        ("FLOOR" | "CEIL", 2) => match &args[1].kind {
            ExprKind::Literal(Literal::String(unit)) => format!("{name}({} TO {unit})", text(0)),
            _ => format!("{name}({})", list(args.into_iter())),
        },
        _ => {
            let star = call.args.iter().any(|arg| matches!(arg, FunctionArg::Wildcard(_)));
            let distinct = if call.distinct { "DISTINCT " } else { "" };
            let args = if star { "*".to_owned() } else { list(args.into_iter()) };
            let name = if name == "CEILING" { "CEIL" } else { &name };
            if call.bare { name.to_owned() } else { format!("{name}({distinct}{args})") }
        }
    }
}
