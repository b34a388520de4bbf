//! Expressions of constants, on engines that compute them before they send the statement to the nodes as text.
//!
//! What is sent is a literal, and the nodes give it the type of that literal: `CAST(1 AS BIGINT)` becomes `1`, an INT.

use crate::ast::{BinaryOp, Expr, ExprKind, FunctionArg, Literal, UnaryOp};
use crate::dialect::FunctionKind;

use super::binder::Binder;
use super::expr::bare_number;
use super::typed::{Ty, Typed};

impl<'a> Binder<'a> {
    /// The expression as it is sent, where it is one of constants that is sent as a literal.
    pub(super) fn sent(&self, expr: &Expr, mut typed: Typed) -> Typed {
        let computed = matches!(
            expr.kind,
            ExprKind::Cast { .. } | ExprKind::Function(_) | ExprKind::Binary { .. } | ExprKind::Case { .. }
        );
        if !computed || !self.distributed || !self.is_constant(expr) {
            return typed;
        }
        if let Some(ty) = self.known(&typed.ty) {
            let sent = self.dialect.rules.sent(&ty, whole(expr));
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

/// The value of an expression of whole numbers, as far as that is plain.
fn whole(expr: &Expr) -> Option<i128> {
    match &expr.kind {
        ExprKind::Literal(Literal::Number(text)) => text.parse().ok(),
        ExprKind::Unary { op: UnaryOp::Minus, expr: inner } => match bare_number(inner) {
            Some(text) => format!("-{text}").parse().ok(),
            None => whole(inner)?.checked_neg(),
        },
        ExprKind::Unary { op: UnaryOp::Plus, expr: inner } => whole(inner),
        ExprKind::Cast { expr: inner, ty, .. } if ty.args.is_empty() || ty.args.len() == 1 => {
            match &inner.kind {
                ExprKind::Literal(Literal::String(text)) => text.trim().parse().ok(),
                _ => whole(inner),
            }
        }
        ExprKind::Binary { left, op, right, .. } => {
            let (left, right) = (whole(left)?, whole(right)?);
            match op {
                BinaryOp::Plus => left.checked_add(right),
                BinaryOp::Minus => left.checked_sub(right),
                BinaryOp::Multiply => left.checked_mul(right),
                BinaryOp::Divide => left.checked_div(right),
                BinaryOp::Modulo => left.checked_rem(right),
                _ => None,
            }
        }
        _ => None,
    }
}
