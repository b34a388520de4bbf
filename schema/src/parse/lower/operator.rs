//! Operators, and long chains of them.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use crate::parse::limits;

impl Lower<'_> {
    /// A chain of binary operators. sqlparser nests it to the left as deep as it is long, so it is walked in a loop.
    pub(super) fn binary(&mut self, expr: &sp::Expr) -> ExprKind {
        let mut chain = Vec::new();
        let mut leftmost = expr;
        while let sp::Expr::BinaryOp { left, op, right } = leftmost {
            chain.push((op, right.as_ref()));
            leftmost = left;
        }
        let mut operands = vec![self.expr(leftmost)];
        let mut operators = Vec::with_capacity(chain.len());
        for (op, right) in chain.into_iter().rev() {
            let span = self.operator_span(op);
            operators.push((binary_op(op), span));
            operands.push(self.expr(right));
        }
        self.fold(operands, operators).kind
    }

    /// Takes an operator's tokens.
    pub(super) fn operator_span(&mut self, op: &sp::BinaryOperator) -> Span {
        let start = self.cursor.pos();
        self.cursor.advance(1);
        if matches!(op, sp::BinaryOperator::PGCustomBinaryOperator(_)) {
            self.cursor.skip_group();
        }
        self.cursor.since(start)
    }

    /// Joins operands from the left; a long run of one AND or OR as a balanced tree, which means the same and keeps the
    /// tree shallow.
    fn fold(&mut self, operands: Vec<Expr>, operators: Vec<(BinaryOp, Span)>) -> Expr {
        let mut operands = operands.into_iter();
        let mut operators = operators.into_iter().peekable();
        let Some(mut tree) = operands.next() else {
            return Expr { kind: ExprKind::Other("operator".to_string()), span: Span::default() };
        };
        let mut height = 0;
        while let Some((op, span)) = operators.next() {
            let Some(right) = operands.next() else { break };
            if !matches!(op, BinaryOp::And | BinaryOp::Or) {
                tree = join(tree, op, span, right);
                height += 1;
                if height > limits::TREE_DEPTH_MAX {
                    self.diagnostics.push(limits::too_long(span));
                    return tree;
                }
                continue;
            }
            let mut run = vec![tree, right];
            let mut spans = vec![span];
            while let Some((_, span)) = operators.next_if(|(next, _)| *next == op) {
                spans.push(span);
                run.extend(operands.next());
            }
            height += 1;
            tree = if run.len() <= limits::BALANCE_FROM {
                left_deep(run, &op, spans)
            } else {
                balance(run, &op, &spans)
            };
        }
        tree
    }
}

fn join(left: Expr, op: BinaryOp, op_span: Span, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary { left: Box::new(left), op, op_span, right: Box::new(right) }, span }
}

fn left_deep(run: Vec<Expr>, op: &BinaryOp, spans: Vec<Span>) -> Expr {
    let mut run = run.into_iter();
    let first = run.next();
    let tree = run
        .zip(spans)
        .fold(first, |left, (right, span)| left.map(|left| join(left, op.clone(), span, right)));
    tree.unwrap_or_else(|| Expr { kind: ExprKind::Other("operator".to_string()), span: Span::default() })
}

fn balance(mut run: Vec<Expr>, op: &BinaryOp, spans: &[Span]) -> Expr {
    if run.len() <= 2 {
        return left_deep(run, op, spans.to_vec());
    }
    let middle = run.len() / 2;
    let right = run.split_off(middle);
    let left = balance(run, op, &spans[..middle - 1]);
    let right = balance(right, op, &spans[middle..]);
    join(left, op.clone(), spans[middle - 1], right)
}

/// A unary operator of ours; `None` where we have none.
pub(super) fn unary_op(op: sp::UnaryOperator) -> Option<UnaryOp> {
    use sp::UnaryOperator as U;
    match op {
        U::Not | U::BangNot => Some(UnaryOp::Not),
        U::Minus => Some(UnaryOp::Minus),
        U::Plus => Some(UnaryOp::Plus),
        U::BitwiseNot => Some(UnaryOp::BitNot),
        _ => None,
    }
}

/// A binary operator of ours; what has no name of its own keeps its spelling.
pub(super) fn binary_op(op: &sp::BinaryOperator) -> BinaryOp {
    use sp::BinaryOperator as B;
    match op {
        B::And => BinaryOp::And,
        B::Or => BinaryOp::Or,
        B::Xor => BinaryOp::Xor,
        B::Eq => BinaryOp::Eq,
        B::NotEq => BinaryOp::NotEq,
        B::Lt => BinaryOp::Lt,
        B::LtEq => BinaryOp::LtEq,
        B::Gt => BinaryOp::Gt,
        B::GtEq => BinaryOp::GtEq,
        B::Spaceship => BinaryOp::Spaceship,
        B::Plus => BinaryOp::Plus,
        B::Minus => BinaryOp::Minus,
        B::Multiply => BinaryOp::Multiply,
        B::Divide => BinaryOp::Divide,
        B::DuckIntegerDivide | B::MyIntegerDivide => BinaryOp::IntegerDivide,
        B::Modulo => BinaryOp::Modulo,
        B::StringConcat => BinaryOp::Concat,
        B::BitwiseAnd => BinaryOp::BitAnd,
        B::BitwiseOr => BinaryOp::BitOr,
        B::BitwiseXor | B::PGBitwiseXor => BinaryOp::BitXor,
        B::PGBitwiseShiftLeft => BinaryOp::ShiftLeft,
        B::PGBitwiseShiftRight => BinaryOp::ShiftRight,
        B::PGRegexMatch => BinaryOp::Regex { negated: false, case_insensitive: false },
        B::PGRegexIMatch => BinaryOp::Regex { negated: false, case_insensitive: true },
        B::PGRegexNotMatch => BinaryOp::Regex { negated: true, case_insensitive: false },
        B::PGRegexNotIMatch => BinaryOp::Regex { negated: true, case_insensitive: true },
        B::PGLikeMatch => BinaryOp::LikeMatch { negated: false, case_insensitive: false },
        B::PGILikeMatch => BinaryOp::LikeMatch { negated: false, case_insensitive: true },
        B::PGNotLikeMatch => BinaryOp::LikeMatch { negated: true, case_insensitive: false },
        B::PGNotILikeMatch => BinaryOp::LikeMatch { negated: true, case_insensitive: true },
        // `OPERATOR(pg_catalog.+)` names a plain operator in a long way.
        B::PGCustomBinaryOperator(parts) => BinaryOp::Other(parts.last().cloned().unwrap_or_default()),
        other => BinaryOp::Other(other.to_string()),
    }
}

/// Whether a token opens an ANY, SOME or ALL comparison.
pub(super) fn is_quantifier(token: &Token) -> bool {
    ["any", "some", "all"].iter().any(|word| crate::parse::token::is_word(token, word))
}
