//! The walk inside expressions.

use super::{Clause, Node, See, query};
use crate::ast::{Expr, ExprKind, FrameBound, Function, FunctionArg, OrderByExpr, Query, Window, WindowRef};

/// What an expression holds directly.
enum Part<'a> {
    /// An operand or an argument.
    Operand(&'a Expr),
    /// A subquery.
    Query(&'a Query),
    /// The keys of an aggregate's order.
    Keys(&'a [OrderByExpr]),
    /// The condition of FILTER.
    Filter(&'a Expr),
    /// A window of its own.
    Window(&'a Window),
}

/// Walks an expression and all in it.
pub fn expr<'a>(clause: Clause, node: &'a Expr, see: &mut dyn FnMut(Clause, Node<'a>)) {
    see(clause, Node::Expr(node));
    parts(node, &mut |inner| part(clause, inner, see));
}

fn part<'a>(clause: Clause, node: Part<'a>, see: See<'_, 'a>) {
    match node {
        Part::Operand(inner) | Part::Filter(inner) => expr(clause, inner, see),
        Part::Query(inner) => query(inner, see),
        Part::Keys(keys) => sorted(clause, keys, see),
        Part::Window(own) => window(own, see),
    }
}

/// The operands and arguments of an expression; what stands in its subqueries, orders, FILTER and window is left out.
pub fn children(node: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    parts(node, &mut |part| {
        if let Part::Operand(inner) = part {
            found.push(inner);
        }
    });
    found
}

fn parts<'a>(node: &'a Expr, see: &mut dyn FnMut(Part<'a>)) {
    use ExprKind as E;
    let mut operand = |inner: &'a Expr| see(Part::Operand(inner));
    match &node.kind {
        E::Column(_) | E::Literal(_) | E::Param(_) | E::Spread(_) | E::TypedString { .. } | E::Other(_) => {}
        E::Unary { expr: e, .. }
        | E::Is { expr: e, .. }
        | E::Cast { expr: e, .. }
        | E::Interval { value: e, .. }
        | E::Extract { expr: e, .. }
        | E::Field { expr: e, .. }
        | E::Collate { expr: e, .. }
        | E::Lambda { body: e, .. } => operand(e),
        E::Binary { left, right, .. }
        | E::IsDistinctFrom { left, right, .. }
        | E::InUnnest { expr: left, array: right, .. }
        | E::Quantified { left, array: right, .. }
        | E::AtTimeZone { expr: left, zone: right }
        | E::Like { expr: left, pattern: right, .. }
        | E::Subscript { expr: left, index: right } => {
            operand(left);
            operand(right);
        }
        E::Between { expr: e, low, high, .. } => [e, low, high].into_iter().for_each(|e| operand(e)),
        E::InList { expr: e, list, .. } => std::iter::once(&**e).chain(list).for_each(operand),
        E::InSubquery { expr: e, query, .. } | E::QuantifiedSubquery { left: e, query, .. } => {
            operand(e);
            see(Part::Query(query));
        }
        E::Case { operand: of, branches, otherwise } => {
            of.as_deref().into_iter().for_each(&mut operand);
            branches.iter().flat_map(|(when, then)| [when, then]).for_each(&mut operand);
            otherwise.as_deref().into_iter().for_each(operand);
        }
        E::Function(call) => in_call(call, see),
        E::Exists { query, .. } | E::Subquery(query) => see(Part::Query(query)),
        E::Tuple(own) | E::Array(own) => own.iter().for_each(operand),
        E::Struct(own) => own.iter().for_each(|(_, e)| operand(e)),
        E::Map(own) => own.iter().flat_map(|(key, value)| [key, value]).for_each(operand),
        E::Slice { expr: e, from, to, step } => {
            operand(e);
            [from, to, step].into_iter().filter_map(|bound| bound.as_deref()).for_each(operand);
        }
        E::GroupingSets(sets) | E::Cube(sets) | E::Rollup(sets) => sets.iter().flatten().for_each(operand),
    }
}

fn in_call<'a>(call: &'a Function, see: &mut dyn FnMut(Part<'a>)) {
    of_arguments(&call.args, see);
    see(Part::Keys(&call.order_by));
    see(Part::Keys(&call.within_group));
    call.filter.iter().for_each(|condition| see(Part::Filter(condition)));
    if let Some(WindowRef::Inline(own)) = &call.over {
        see(Part::Window(own));
    }
}

fn of_arguments<'a>(args: &'a [FunctionArg], see: &mut dyn FnMut(Part<'a>)) {
    for arg in args {
        match arg {
            FunctionArg::Expr(inner) | FunctionArg::Named(_, inner) => see(Part::Operand(inner)),
            FunctionArg::Query(inner) => see(Part::Query(inner)),
            FunctionArg::Wildcard(_) | FunctionArg::QualifiedWildcard(_) => {}
        }
    }
}

/// The arguments of a function in FROM.
pub(super) fn arguments<'a>(clause: Clause, args: &'a [FunctionArg], see: See<'_, 'a>) {
    of_arguments(args, &mut |inner| part(clause, inner, see));
}

pub(super) fn all<'a>(clause: Clause, exprs: &'a [Expr], see: See<'_, 'a>) {
    exprs.iter().for_each(|inner| expr(clause, inner, see));
}

pub(super) fn optional<'a>(clause: Clause, node: Option<&'a Expr>, see: See<'_, 'a>) {
    node.into_iter().for_each(|inner| expr(clause, inner, see));
}

pub(super) fn sorted<'a>(clause: Clause, keys: &'a [OrderByExpr], see: See<'_, 'a>) {
    if !keys.is_empty() {
        see(clause, Node::Keys(keys));
    }
    keys.iter().for_each(|key| expr(clause, &key.expr, see));
}

pub(super) fn window<'a>(node: &'a Window, see: See<'_, 'a>) {
    see(Clause::Window, Node::Window(node));
    all(Clause::Window, &node.partition_by, see);
    sorted(Clause::Window, &node.order_by, see);
    let Some(frame) = &node.frame else { return };
    for bound in std::iter::once(&frame.start).chain(&frame.end) {
        if let FrameBound::Preceding(amount) | FrameBound::Following(amount) = bound {
            optional(Clause::Window, amount.as_deref(), see);
        }
    }
}
