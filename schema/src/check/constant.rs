//! Expressions of constants, on engines that compute them before they send the statement to the nodes as text.
//!
//! What is sent is a literal, and the nodes give it the type of that literal: `CAST(1 AS BIGINT)` becomes `1`, an INT.

use crate::ast::{BinaryOp, Expr, ExprKind, FunctionArg, Literal, UnaryOp};
use crate::dialect::{Constant, FunctionKind};

use super::binder::Binder;
use super::typed::{Ty, Typed, Why};

impl<'a> Binder<'a> {
    /// The expression as it is sent, where it is one of constants that is sent as a literal.
    pub(super) fn sent(&self, expr: &Expr, mut typed: Typed) -> Typed {
        let computed = match &expr.kind {
            ExprKind::Cast { .. }
            | ExprKind::Function(_)
            | ExprKind::Binary { .. }
            | ExprKind::Case { .. } => true,
            ExprKind::Literal(Literal::Number(text)) => text.contains(['e', 'E']),
            _ => false,
        };
        if !computed || !self.distributed || !self.is_constant(expr) {
            return typed;
        }
        if self.loses_constants && !typed.nullable {
            typed.nullable = true;
            typed.why = Why::Static("the engine may compute it where an outer join has no row");
        }
        if let Some(ty) = self.carried(&typed) {
            let sent = self.dialect.rules.sent(&ty, self.constant(expr));
            typed.ty = sent.map_or(Ty::Opaque, Ty::Known);
            typed.carried = None;
        }
        typed
    }

    fn is_constant(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::TypedString { .. } => true,
            ExprKind::Unary { expr, .. } | ExprKind::Cast { expr, .. } | ExprKind::Extract { expr, .. } => {
                self.is_constant(expr)
            }
            ExprKind::Binary { left, right, .. } => self.is_constant(left) && self.is_constant(right),
            ExprKind::Case { operand, branches, otherwise } => {
                operand.as_deref().is_none_or(|operand| self.is_constant(operand))
                    && branches.iter().all(|(when, then)| self.is_constant(when) && self.is_constant(then))
                    && otherwise.as_deref().is_none_or(|otherwise| self.is_constant(otherwise))
            }
            ExprKind::Function(call) => {
                let name = self.function_name(call);
                let plain = call.over.is_none() && !call.distinct;
                plain
                    && self.functions.kinds(&name) == [FunctionKind::Scalar]
                    && !self.dialect.rules.is_volatile(&name)
                    && call.args.iter().all(|arg| match arg {
                        FunctionArg::Expr(expr) => self.is_constant(expr),
                        _ => false,
                    })
            }
            _ => false,
        }
    }
}

impl<'a> Binder<'a> {
    /// What is plainly known of the value of a constant expression.
    pub(super) fn constant(&self, expr: &Expr) -> Constant {
        match &expr.kind {
            ExprKind::Literal(Literal::Number(text)) => number(text),
            ExprKind::Unary { op: UnaryOp::Plus, expr: inner } => self.constant(inner),
            ExprKind::Unary { op: UnaryOp::Minus, expr: inner } => match self.constant(inner) {
                Constant::Whole(value) => value.checked_neg().map_or(Constant::Unknown, Constant::Whole),
                other => other,
            },
            ExprKind::Cast { expr: inner, ty, .. } => {
                match (&inner.kind, ty.args.get(1).map(|scale| scale.trim())) {
                    (_, Some(scale)) if scale != "0" => Constant::Fraction,
                    (ExprKind::Literal(Literal::String(text)), _) => number(text.trim()),
                    _ => self.constant(inner),
                }
            }
            ExprKind::Binary { left, op, right, .. } => {
                computed(op, self.constant(left), self.constant(right))
            }
            ExprKind::Function(call) => match (self.function_name(call).as_str(), &call.args[..]) {
                (name, [FunctionArg::Expr(left), FunctionArg::Expr(right)]) => {
                    called(name, self.constant(left), self.constant(right))
                }
                // The length and the hash of a text that is written out fit an INT, whatever they are.
                (
                    "length" | "char_length" | "character_length" | "octet_length" | "bit_length"
                    | "ora_hash",
                    _,
                ) => Constant::Small,
                _ => Constant::Unknown,
            },
            _ => Constant::Unknown,
        }
    }
}

fn computed(op: &BinaryOp, left: Constant, right: Constant) -> Constant {
    let sums = matches!(op, BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply);
    let (Constant::Whole(a), Constant::Whole(b)) = (left, right) else {
        let known = |side| matches!(side, Constant::Whole(_) | Constant::Fraction);
        return if sums && known(left) && known(right) { Constant::Fraction } else { Constant::Unknown };
    };
    let value = match op {
        BinaryOp::Plus => a.checked_add(b),
        BinaryOp::Minus => a.checked_sub(b),
        BinaryOp::Multiply => a.checked_mul(b),
        BinaryOp::Divide => a.checked_div(b),
        BinaryOp::Modulo => a.checked_rem(b),
        _ => None,
    };
    value.map_or(Constant::Unknown, Constant::Whole)
}

/// A function of two whole numbers.
fn called(name: &str, left: Constant, right: Constant) -> Constant {
    let (Constant::Whole(a), Constant::Whole(b)) = (left, right) else { return Constant::Unknown };
    match name {
        "mod" => computed(&BinaryOp::Modulo, left, right),
        "bitand" => Constant::Whole(a & b),
        "bitor" => Constant::Whole(a | b),
        "bitxor" => Constant::Whole(a ^ b),
        _ => Constant::Unknown,
    }
}

/// A number as it is written again: `1e0` becomes `1`, and `1e3` keeps its exponent.
fn number(text: &str) -> Constant {
    if let Ok(value) = text.parse() {
        return Constant::Whole(value);
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    match (exponent.parse::<i64>(), format!("{whole}{fraction}").parse::<i128>()) {
        (Ok(exponent), Ok(digits)) if exponent == fraction.len() as i64 => Constant::Whole(digits),
        (Ok(_), Ok(_)) => Constant::Fraction,
        _ => Constant::Unknown,
    }
}
