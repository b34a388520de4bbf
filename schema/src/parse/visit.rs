//! The walk of [`crate::walk`] without its clauses, for rules that hold wherever a node stands.

use crate::ast::{Expr, Statement};
pub(crate) use crate::walk::Node;
use crate::walk::{self, Clause};

/// Walks a statement.
pub(crate) fn statement<'a>(node: &'a Statement, see: &mut dyn FnMut(Node<'a>)) {
    walk::statement(node, &mut |_, inner| see(inner));
}

/// Walks an expression and all in it.
pub(crate) fn expr<'a>(node: &'a Expr, see: &mut dyn FnMut(Node<'a>)) {
    walk::expr(Clause::Select, node, &mut |_, inner| see(inner));
}

/// The operands and arguments of an expression, subqueries left out.
pub(crate) fn children<'a>(node: &'a Expr, see: &mut dyn FnMut(&'a Expr)) {
    walk::children(node).into_iter().for_each(see);
}
