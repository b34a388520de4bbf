//! Expressions.

use super::refuse;
use crate::ast::{
    BinaryOp, Expr, ExprKind, FrameUnit, Function, FunctionArg, IsTest, LikeOp, Literal, Span, TypeName,
    UnaryOp, Window, WindowRef,
};
use crate::dialect::Advice;
use crate::dialect::picodata::functions::SYSTEM;
use crate::dialect::picodata::{DECIMAL_DIGITS, Version};
use crate::walk::Clause;

/// What is wrong with an expression in a clause.
pub(super) fn of(expr: &Expr, clause: Clause, version: Version) -> Option<(Span, Advice)> {
    if let ExprKind::Function(call) = &expr.kind {
        return function(call, expr.span, clause);
    }
    if let ExprKind::Cast { ty, .. } = &expr.kind
        && is_wide(ty)
    {
        let what = format!("a DECIMAL of more than {DECIMAL_DIGITS} digits");
        return Some(refuse(ty.span, &what, "fix this by DECIMAL(28, …), or by a cast to TEXT"));
    }
    let (what, help) = form(expr, version)?;
    let place = if let ExprKind::Binary { op_span, .. } = &expr.kind { *op_span } else { expr.span };
    Some(refuse(place, what, help))
}

/// Whether a type has more digits than come over the wire.
fn is_wide(ty: &TypeName) -> bool {
    let digits = ty.args.first().and_then(|digits| digits.trim().parse::<usize>().ok());
    matches!(ty.name.as_str(), "DECIMAL" | "NUMERIC" | "NUMBER")
        && digits.is_some_and(|own| own > DECIMAL_DIGITS)
}

fn form(expr: &Expr, version: Version) -> Option<(&'static str, &'static str)> {
    const CAST: &str = "fix this by `CAST('…' AS DATETIME)`";
    const PARTS: &str = "fix this by `x[1]` or `x['name']`";
    Some(match &expr.kind {
        ExprKind::Unary { op: UnaryOp::Minus, expr: inner } if !is_number(inner) => {
            ("a minus sign before anything but a number", "fix this by `0 - x`")
        }
        ExprKind::Unary { op: UnaryOp::Plus, expr: inner } if !is_number(inner) => {
            ("a plus sign before anything but a number", "fix this by leaving it out")
        }
        ExprKind::Unary { op: UnaryOp::BitNot, .. } => ("`~`", "fix this by arithmetic: `-1 - x`"),
        ExprKind::Binary { op, .. } => return operator(op),
        ExprKind::Is { test: IsTest::Json, .. } => ("IS JSON", "fix this by leaving it out"),
        ExprKind::IsDistinctFrom { .. } => {
            ("IS DISTINCT FROM", "fix this by `a <> b OR a IS NULL AND b IS NOT NULL OR …`")
        }
        ExprKind::Quantified { .. } | ExprKind::QuantifiedSubquery { .. } | ExprKind::InUnnest { .. } => {
            ("ANY or ALL", "fix this by `x IN (:list..)` or `x IN (SELECT …)`")
        }
        ExprKind::Like { op: LikeOp::RLike, .. } => ("a regular expression", "fix this by LIKE or SIMILAR"),
        ExprKind::Cast { try_: true, .. } => ("TRY_CAST", "fix this by CAST"),
        ExprKind::TypedString { .. } => ("a literal with a type before it", CAST),
        ExprKind::Interval { .. } => ("INTERVAL", "fix this by computing the time in the program"),
        ExprKind::AtTimeZone { .. } => ("AT TIME ZONE", "fix this by leaving it out: times are in UTC"),
        ExprKind::Extract { .. } => ("EXTRACT", "fix this by `to_char(x, '%Y')`"),
        ExprKind::Array(_) if version < Version::V26_2 => {
            ("ARRAY[…] before 26.2", "fix this by an IN list, or by a server of 26.2")
        }
        ExprKind::Slice { .. } | ExprKind::Field { .. } => ("this access", PARTS),
        ExprKind::Struct(_) | ExprKind::Map(_) => ("this literal", "fix this by columns of their own"),
        ExprKind::Collate { .. } => ("COLLATE", "fix this by `lower(x)`"),
        ExprKind::GroupingSets(_) | ExprKind::Cube(_) | ExprKind::Rollup(_) => {
            ("GROUPING SETS, ROLLUP or CUBE", "fix this by UNION ALL of the groups")
        }
        ExprKind::Lambda { .. } => ("a lambda", "fix this by leaving it out"),
        ExprKind::Literal(Literal::NationalString(_) | Literal::Bytes(_)) => {
            ("a string with a prefix", "fix this by a plain string: `'…'`")
        }
        _ => return None,
    })
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Number(_)))
}

fn operator(op: &BinaryOp) -> Option<(&'static str, &'static str)> {
    use BinaryOp::{
        And, BitAnd, BitOr, BitXor, Concat, Divide, Eq, Gt, GtEq, IntegerDivide, LikeMatch, Lt, LtEq, Minus,
        Modulo, Multiply, NotEq, Or, Other, Plus, Regex, ShiftLeft, ShiftRight, Spaceship, Xor,
    };
    Some(match op {
        And | Or | Eq | NotEq | Lt | LtEq | Gt | GtEq | Plus | Minus | Multiply | Divide | Modulo
        | Concat => {
            return None;
        }
        Xor => ("XOR", "fix this by `a <> b`"),
        Spaceship => ("`<=>`", "fix this by `a = b OR a IS NULL AND b IS NULL`"),
        IntegerDivide => ("DIV", "fix this by `/`, which divides integers without a rest"),
        BitAnd | BitOr | BitXor | ShiftLeft | ShiftRight => {
            ("an operator on bits", "fix this by computing it in the program")
        }
        Regex { .. } => ("a regular expression", "fix this by LIKE or SIMILAR"),
        LikeMatch { .. } => ("`~~`", "fix this by LIKE or ILIKE"),
        Other(_) => ("this operator", "fix this by a function, or by the program"),
    })
}

fn function(call: &Function, span: Span, clause: Clause) -> Option<(Span, Advice)> {
    let name = call.name.last().value.to_lowercase();
    if SYSTEM.contains(&name.as_str()) && clause != Clause::Select {
        let help = "fix this by a WITH that selects it: `WITH own AS (SELECT version() AS v) SELECT …`";
        return Some(refuse(span, &format!("{name}() outside of a select list"), help));
    }
    let (what, help) = match call {
        _ if call.over.is_some() && clause != Clause::Select => {
            ("a window function outside of the select list", "fix this by a subquery with the window")
        }
        _ if call.over.is_some() && call.distinct => {
            ("DISTINCT of a window function", "fix this by a subquery with GROUP BY")
        }
        _ if call.filter.is_some() && call.over.is_none() => {
            ("FILTER without OVER", "fix this by CASE: `sum(CASE WHEN … THEN x END)`")
        }
        _ if !call.within_group.is_empty() => ("WITHIN GROUP", "fix this by a subquery with ORDER BY"),
        _ if !call.order_by.is_empty() => {
            ("ORDER BY among arguments", "fix this by a subquery with ORDER BY")
        }
        _ if call.ignore_nulls.is_some() => ("IGNORE or RESPECT NULLS", "fix this by a filter"),
        _ if call.args.iter().any(|arg| matches!(arg, FunctionArg::Named(..))) => {
            ("an argument with a name", "fix this by arguments in their order")
        }
        Function { over: Some(WindowRef::Inline(Window { base: Some(_), .. })), .. } => {
            ("a window that builds on another", "fix this by writing the window out")
        }
        _ => return None,
    };
    Some(refuse(span, what, help))
}

/// What is wrong with a window.
pub(super) fn window(window: &Window) -> Option<(Span, Advice)> {
    window.frame.as_ref().filter(|frame| frame.unit == FrameUnit::Groups)?;
    let place = window.order_by.first().map(|key| key.expr.span).unwrap_or_default();
    Some(refuse(place, "a frame of GROUPS", "fix this by ROWS or RANGE"))
}
