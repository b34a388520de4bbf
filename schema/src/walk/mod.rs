//! A walk over every node of a statement, each with the clause that it stands in.
//!
//! Nodes come in the order of the text, as far as the tree keeps it, and a node before what it holds. Nothing is bound or
//! typed here: names are as they were written.

mod expr;

pub use self::expr::{children, expr};

use self::expr::{all, arguments, optional, sorted, window};
use crate::ast::{
    Assignment, CopySource, Distinct, Expr, GroupBy, Insert, Join, JoinConstraint, Merge, MergeAction,
    MergeClause, OrderBy, OrderByExpr, Query, Select, SelectItem, SetExpr, Statement, StatementKind, Step,
    StepKind, TableFactor, TableFactorKind, TableWithJoins, Window, With,
};

/// A clause in which expressions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// The select list.
    Select,
    /// DISTINCT ON.
    DistinctOn,
    /// FROM, conditions of joins aside.
    From,
    /// The condition of a join or a MERGE.
    On,
    /// WHERE.
    Where,
    /// GROUP BY.
    GroupBy,
    /// HAVING.
    Having,
    /// QUALIFY.
    Qualify,
    /// Partitions, orders and frames of windows.
    Window,
    /// ORDER BY.
    OrderBy,
    /// LIMIT and OFFSET.
    Limit,
    /// VALUES.
    Values,
    /// SET of UPDATE and MERGE.
    Set,
    /// RETURNING.
    Returning,
}

/// What a walk comes by.
#[derive(Debug, Clone, Copy)]
pub enum Node<'a> {
    /// A statement.
    Statement(&'a Statement),
    /// A query, subqueries too.
    Query(&'a Query),
    /// `WITH`.
    With(&'a With),
    /// The body of a query, and each side of a set operation.
    Body(&'a SetExpr),
    /// `SELECT`.
    Select(&'a Select),
    /// An entry of a select list.
    Item(&'a SelectItem),
    /// The list of FROM.
    Tables(&'a [TableWithJoins]),
    /// An entry of FROM.
    Factor(&'a TableFactor),
    /// A join, before what is joined.
    Join(&'a Join),
    /// An expression.
    Expr(&'a Expr),
    /// The keys of an order, where there are any.
    Keys(&'a [OrderByExpr]),
    /// A window that is written out.
    Window(&'a Window),
    /// `INSERT`, behind its WITH.
    Insert(&'a Insert),
    /// `SET`.
    Assignments(&'a [Assignment]),
    /// A WHEN of MERGE.
    MergeClause(&'a MergeClause),
}

type See<'s, 'a> = &'s mut dyn FnMut(Clause, Node<'a>);

/// Walks a statement; what is no expression comes with the clause that its expressions would be in.
pub fn statement<'a>(node: &'a Statement, see: &mut dyn FnMut(Clause, Node<'a>)) {
    see(Clause::Select, Node::Statement(node));
    parts(node, see);
}

/// Walks what a statement holds.
fn parts<'a>(node: &'a Statement, see: See<'_, 'a>) {
    match &node.kind {
        StatementKind::Block(own) => steps(own, see),
        StatementKind::Query(inner) => query(inner, see),
        StatementKind::Insert(insert) => {
            with(insert.with.as_ref(), see);
            see(Clause::Values, Node::Insert(insert));
            insert.source.iter().for_each(|source| query(source, see));
            if let Some(conflict) = &insert.on_conflict {
                assignments(&conflict.assignments, see);
                optional(Clause::Where, conflict.selection.as_ref(), see);
            }
            items(Clause::Returning, insert.returning.as_deref().unwrap_or_default(), see);
        }
        StatementKind::Update(update) => {
            with(update.with.as_ref(), see);
            table(&update.table, see);
            assignments(&update.assignments, see);
            tables(&update.from, see);
            optional(Clause::Where, update.selection.as_ref(), see);
            optional(Clause::Limit, update.limit.as_ref(), see);
            items(Clause::Returning, update.returning.as_deref().unwrap_or_default(), see);
        }
        StatementKind::Delete(delete) => {
            with(delete.with.as_ref(), see);
            factor(&delete.table, see);
            tables(&delete.using, see);
            optional(Clause::Where, delete.selection.as_ref(), see);
            optional(Clause::Limit, delete.limit.as_ref(), see);
            items(Clause::Returning, delete.returning.as_deref().unwrap_or_default(), see);
        }
        StatementKind::Merge(inner) => merge(inner, see),
        StatementKind::Explain { statement: inner, .. } | StatementKind::Prepare(inner) => {
            statement(inner, see)
        }
        StatementKind::Copy(CopySource::Query(inner)) => query(inner, see),
        StatementKind::CreateTable(create) => create.query.iter().for_each(|inner| query(inner, see)),
        StatementKind::CreateView(create) => query(&create.query, see),
        StatementKind::Describe(_)
        | StatementKind::Show(_)
        | StatementKind::Drop { .. }
        | StatementKind::AlterTable { .. }
        | StatementKind::Copy(CopySource::Table(_))
        | StatementKind::Truncate { .. }
        | StatementKind::Other(_) => {}
    }
}

/// Walks the steps of a block; a statement among them does not come as one, for it is none on its own.
fn steps<'a>(own: &'a [Step], see: See<'_, 'a>) {
    for step in own {
        match &step.kind {
            StepKind::Return(inner) | StepKind::Let { query: inner, .. } => query(inner, see),
            StepKind::If { condition, then } => {
                expr(Clause::Where, condition, see);
                steps(then, see);
            }
            StepKind::Statement(inner) => parts(inner, see),
        }
    }
}

fn merge<'a>(merge: &'a Merge, see: See<'_, 'a>) {
    factor(&merge.table, see);
    factor(&merge.source, see);
    expr(Clause::On, &merge.on, see);
    for clause in &merge.clauses {
        see(Clause::Set, Node::MergeClause(clause));
        optional(Clause::On, clause.condition.as_ref(), see);
        match &clause.action {
            MergeAction::Update(own) => assignments(own, see),
            MergeAction::Insert { values, .. } => all(Clause::Values, values, see),
            MergeAction::Delete => {}
        }
    }
}

fn assignments<'a>(own: &'a [Assignment], see: See<'_, 'a>) {
    see(Clause::Set, Node::Assignments(own));
    own.iter().for_each(|assignment| expr(Clause::Set, &assignment.value, see));
}

fn with<'a>(with: Option<&'a With>, see: See<'_, 'a>) {
    let Some(with) = with else { return };
    see(Clause::From, Node::With(with));
    with.ctes.iter().for_each(|cte| query(&cte.query, see));
}

fn query<'a>(node: &'a Query, see: See<'_, 'a>) {
    see(Clause::Select, Node::Query(node));
    with(node.with.as_ref(), see);
    body(&node.body, see);
    if let Some(OrderBy::Expressions(keys)) = &node.order_by {
        sorted(Clause::OrderBy, keys, see);
    }
    optional(Clause::Limit, node.limit.as_ref(), see);
    optional(Clause::Limit, node.offset.as_ref(), see);
}

fn body<'a>(node: &'a SetExpr, see: See<'_, 'a>) {
    see(Clause::Select, Node::Body(node));
    match node {
        SetExpr::Select(inner) => select(inner, see),
        SetExpr::Query(inner) => query(inner, see),
        SetExpr::Values(values) => values.rows.iter().for_each(|row| all(Clause::Values, row, see)),
        SetExpr::SetOperation { left, right, .. } => {
            body(left, see);
            body(right, see);
        }
        SetExpr::Table(_) => {}
        SetExpr::Statement(inner) => statement(inner, see),
    }
}

fn select<'a>(node: &'a Select, see: See<'_, 'a>) {
    see(Clause::Select, Node::Select(node));
    if let Some(Distinct::On(keys)) = &node.distinct {
        all(Clause::DistinctOn, keys, see);
    }
    optional(Clause::Limit, node.top.as_ref(), see);
    items(Clause::Select, &node.items, see);
    tables(&node.from, see);
    optional(Clause::Where, node.selection.as_ref(), see);
    if let GroupBy::Expressions(keys) = &node.group_by {
        all(Clause::GroupBy, keys, see);
    }
    optional(Clause::Having, node.having.as_ref(), see);
    optional(Clause::Qualify, node.qualify.as_ref(), see);
    node.windows.iter().for_each(|(_, own)| window(own, see));
}

fn items<'a>(clause: Clause, items: &'a [SelectItem], see: See<'_, 'a>) {
    for item in items {
        see(clause, Node::Item(item));
        match item {
            SelectItem::Expr { expr: inner, .. } => expr(clause, inner, see),
            SelectItem::Wildcard { options, .. } => {
                options.replace.iter().for_each(|(inner, _)| expr(clause, inner, see));
            }
        }
    }
}

fn tables<'a>(own: &'a [TableWithJoins], see: See<'_, 'a>) {
    see(Clause::From, Node::Tables(own));
    own.iter().for_each(|entry| table(entry, see));
}

fn table<'a>(node: &'a TableWithJoins, see: See<'_, 'a>) {
    factor(&node.relation, see);
    for join in &node.joins {
        see(Clause::From, Node::Join(join));
        factor(&join.relation, see);
        if let JoinConstraint::On(on) = &join.constraint {
            expr(Clause::On, on, see);
        }
    }
}

fn factor<'a>(node: &'a TableFactor, see: See<'_, 'a>) {
    see(Clause::From, Node::Factor(node));
    match &node.kind {
        TableFactorKind::Derived(inner) => query(inner, see),
        TableFactorKind::Function { args, .. } | TableFactorKind::InTable { args, .. } => {
            arguments(Clause::From, args, see);
        }
        TableFactorKind::Unnest { exprs, .. } => all(Clause::From, exprs, see),
        TableFactorKind::Nested(inner) => table(inner, see),
        TableFactorKind::Table(_) | TableFactorKind::Other(_) => {}
    }
}
