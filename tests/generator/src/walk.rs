//! A walk over every node of a statement, each with the clause that it stands in.

use querent_schema::ast::{
    Assignment, Expr, ExprKind, Frame, FrameBound, Function, FunctionArg, GroupBy, Insert, Join,
    JoinConstraint, Merge, MergeAction, MergeClause, OrderBy, OrderByExpr, Query, Select, SelectItem,
    SetExpr, Statement, StatementKind, TableFactor, TableFactorKind, TableWithJoins, Window, WindowRef, With,
};
use querent_schema::ast::{CopySource, Distinct};

/// A clause in which expressions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// The select list.
    Select,
    /// DISTINCT ON.
    DistinctOn,
    /// FROM, joins aside.
    From,
    /// The condition of a join.
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
pub(crate) enum Node<'a> {
    Statement(&'a Statement),
    Query(&'a Query),
    With(&'a With),
    Body(&'a SetExpr),
    Select(&'a Select),
    Item(&'a SelectItem),
    Tables(&'a [TableWithJoins]),
    Factor(&'a TableFactor),
    Join(&'a Join),
    Expr(&'a Expr),
    Keys(&'a [OrderByExpr]),
    Window(&'a Window),
    Insert(&'a Insert),
    Assignments(&'a [Assignment]),
    MergeClause(&'a MergeClause),
}

type See<'s, 'a> = &'s mut dyn FnMut(Clause, Node<'a>);

/// Walks a statement in the order of its text, as far as the tree keeps it; a node comes before what it holds.
pub(crate) fn statement<'a>(node: &'a Statement, see: See<'_, 'a>) {
    see(Clause::Select, Node::Statement(node));
    match &node.kind {
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

fn all<'a>(clause: Clause, exprs: &'a [Expr], see: See<'_, 'a>) {
    exprs.iter().for_each(|inner| expr(clause, inner, see));
}

fn optional<'a>(clause: Clause, node: Option<&'a Expr>, see: See<'_, 'a>) {
    node.into_iter().for_each(|inner| expr(clause, inner, see));
}

fn sorted<'a>(clause: Clause, keys: &'a [OrderByExpr], see: See<'_, 'a>) {
    if !keys.is_empty() {
        see(clause, Node::Keys(keys));
    }
    keys.iter().for_each(|key| expr(clause, &key.expr, see));
}

/// The expressions directly in an expression, what stands in its subqueries and windows left out.
pub(crate) fn children<'a>(node: &'a Expr) -> Vec<&'a Expr> {
    use ExprKind as E;
    let mut found: Vec<&'a Expr> = Vec::new();
    match &node.kind {
        E::Column(_)
        | E::Literal(_)
        | E::Param(_)
        | E::Spread(_)
        | E::TypedString { .. }
        | E::Other(_)
        | E::Exists { .. }
        | E::Subquery(_) => {}
        E::Unary { expr: e, .. }
        | E::Is { expr: e, .. }
        | E::Cast { expr: e, .. }
        | E::Interval { value: e, .. }
        | E::Extract { expr: e, .. }
        | E::Field { expr: e, .. }
        | E::Collate { expr: e, .. }
        | E::Lambda { body: e, .. }
        | E::InSubquery { expr: e, .. }
        | E::QuantifiedSubquery { left: e, .. } => found.push(e),
        E::Binary { left, right, .. }
        | E::IsDistinctFrom { left, right, .. }
        | E::InUnnest { expr: left, array: right, .. }
        | E::Quantified { left, array: right, .. }
        | E::AtTimeZone { expr: left, zone: right }
        | E::Like { expr: left, pattern: right, .. }
        | E::Subscript { expr: left, index: right } => found.extend([&**left, &**right]),
        E::Between { expr: e, low, high, .. } => found.extend([&**e, &**low, &**high]),
        E::InList { expr: e, list, .. } => found.extend(std::iter::once(&**e).chain(list)),
        E::Case { operand, branches, otherwise } => {
            found.extend(operand.as_deref());
            found.extend(branches.iter().flat_map(|(when, then)| [when, then]));
            found.extend(otherwise.as_deref());
        }
        E::Tuple(own) | E::Array(own) => found.extend(own),
        E::Struct(own) => found.extend(own.iter().map(|(_, e)| e)),
        E::Map(own) => found.extend(own.iter().flat_map(|(key, value)| [key, value])),
        E::Slice { expr: e, from, to, step } => {
            found.push(e);
            found.extend([from, to, step].into_iter().filter_map(|bound| bound.as_deref()));
        }
        E::GroupingSets(sets) | E::Cube(sets) | E::Rollup(sets) => found.extend(sets.iter().flatten()),
        E::Function(call) => {
            for arg in &call.args {
                if let FunctionArg::Expr(e) | FunctionArg::Named(_, e) = arg {
                    found.push(e);
                }
            }
        }
    }
    found
}

fn expr<'a>(clause: Clause, node: &'a Expr, see: See<'_, 'a>) {
    see(clause, Node::Expr(node));
    children(node).into_iter().for_each(|child| expr(clause, child, see));
    match &node.kind {
        ExprKind::Exists { query: inner, .. }
        | ExprKind::Subquery(inner)
        | ExprKind::InSubquery { query: inner, .. }
        | ExprKind::QuantifiedSubquery { query: inner, .. } => query(inner, see),
        ExprKind::Function(call) => around_call(clause, call, see),
        _ => {}
    }
}

fn arguments<'a>(clause: Clause, args: &'a [FunctionArg], see: See<'_, 'a>) {
    for arg in args {
        match arg {
            FunctionArg::Expr(inner) | FunctionArg::Named(_, inner) => expr(clause, inner, see),
            FunctionArg::Query(inner) => query(inner, see),
            FunctionArg::Wildcard(_) | FunctionArg::QualifiedWildcard(_) => {}
        }
    }
}

/// What a call holds besides its arguments.
fn around_call<'a>(clause: Clause, call: &'a Function, see: See<'_, 'a>) {
    for arg in &call.args {
        if let FunctionArg::Query(inner) = arg {
            query(inner, see);
        }
    }
    sorted(clause, &call.order_by, see);
    sorted(clause, &call.within_group, see);
    optional(clause, call.filter.as_ref(), see);
    if let Some(WindowRef::Inline(own)) = &call.over {
        window(own, see);
    }
}

fn window<'a>(node: &'a Window, see: See<'_, 'a>) {
    see(Clause::Window, Node::Window(node));
    all(Clause::Window, &node.partition_by, see);
    sorted(Clause::Window, &node.order_by, see);
    let Some(Frame { start, end, .. }) = &node.frame else { return };
    for bound in std::iter::once(start).chain(end) {
        if let FrameBound::Preceding(amount) | FrameBound::Following(amount) = bound {
            optional(Clause::Window, amount.as_deref(), see);
        }
    }
}
