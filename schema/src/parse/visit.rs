//! A walk over the queries, joins, select items and expressions of a statement.

use crate::ast::{
    CopySource, Distinct, Expr, ExprKind, Frame, FrameBound, Function, FunctionArg, GroupBy, Join,
    JoinConstraint, Merge, MergeAction, OrderBy, OrderByExpr, Query, Select, SelectItem, SetExpr, Statement,
    StatementKind, TableFactor, TableFactorKind, TableWithJoins, Window, WindowRef, With,
};

/// What a walk comes by.
pub(crate) enum Node<'a> {
    /// A statement, before what it holds.
    Statement(&'a Statement),
    /// A query, before its parts.
    Query(&'a Query),
    /// `SELECT`, before its parts.
    Select(&'a Select),
    /// An entry of FROM, before what it holds.
    Factor(&'a TableFactor),
    /// A join, after what is joined.
    Join(&'a Join),
    /// An expression, before those inside it.
    Expr(&'a Expr),
    /// An entry of a select list.
    Item(&'a SelectItem),
}

/// Walks a statement in the order of its text, as far as the tree keeps it.
pub(crate) fn statement<'a>(node: &'a Statement, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Statement(node));
    match &node.kind {
        StatementKind::Query(query_) => query(query_, see),
        StatementKind::Insert(insert) => {
            with(insert.with.as_ref(), see);
            if let Some(source) = &insert.source {
                query(source, see);
            }
            if let Some(conflict) = &insert.on_conflict {
                conflict.assignments.iter().for_each(|a| expr(&a.value, see));
                optional(conflict.selection.as_ref(), see);
            }
            items(insert.returning.as_deref().unwrap_or_default(), see);
        }
        StatementKind::Update(update) => {
            with(update.with.as_ref(), see);
            table(&update.table, see);
            update.assignments.iter().for_each(|a| expr(&a.value, see));
            update.from.iter().for_each(|t| table(t, see));
            optional(update.selection.as_ref(), see);
            optional(update.limit.as_ref(), see);
            items(update.returning.as_deref().unwrap_or_default(), see);
        }
        StatementKind::Delete(delete) => {
            with(delete.with.as_ref(), see);
            factor(&delete.table, see);
            delete.using.iter().for_each(|t| table(t, see));
            optional(delete.selection.as_ref(), see);
            optional(delete.limit.as_ref(), see);
            items(delete.returning.as_deref().unwrap_or_default(), see);
        }
        StatementKind::Merge(merge_) => merge(merge_, see),
        StatementKind::Explain { statement: inner, .. } | StatementKind::Prepare(inner) => {
            statement(inner, see)
        }
        StatementKind::Copy(CopySource::Query(inner)) => query(inner, see),
        StatementKind::CreateTable(create) => create.query.iter().for_each(|q| query(q, see)),
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

fn merge<'a>(merge: &'a Merge, see: &mut dyn FnMut(Node<'a>)) {
    factor(&merge.table, see);
    factor(&merge.source, see);
    expr(&merge.on, see);
    for clause in &merge.clauses {
        optional(clause.condition.as_ref(), see);
        match &clause.action {
            MergeAction::Update(assignments) => assignments.iter().for_each(|a| expr(&a.value, see)),
            MergeAction::Insert { values, .. } => all(values, see),
            MergeAction::Delete => {}
        }
    }
}

fn with<'a>(with: Option<&'a With>, see: &mut dyn FnMut(Node<'a>)) {
    for cte in with.iter().flat_map(|w| &w.ctes) {
        query(&cte.query, see);
    }
}

fn query<'a>(node: &'a Query, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Query(node));
    with(node.with.as_ref(), see);
    body(&node.body, see);
    if let Some(OrderBy::Expressions(keys)) = &node.order_by {
        sort_keys(keys, see);
    }
    optional(node.limit.as_ref(), see);
    optional(node.offset.as_ref(), see);
}

fn body<'a>(node: &'a SetExpr, see: &mut dyn FnMut(Node<'a>)) {
    match node {
        SetExpr::Select(select_) => select(select_, see),
        SetExpr::Query(inner) => query(inner, see),
        SetExpr::Values(values) => values.rows.iter().flatten().for_each(|e| expr(e, see)),
        SetExpr::SetOperation { left, right, .. } => {
            body(left, see);
            body(right, see);
        }
        SetExpr::Table(_) => {}
        SetExpr::Statement(inner) => statement(inner, see),
    }
}

fn select<'a>(node: &'a Select, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Select(node));
    if let Some(Distinct::On(exprs)) = &node.distinct {
        all(exprs, see);
    }
    optional(node.top.as_ref(), see);
    items(&node.items, see);
    node.from.iter().for_each(|t| table(t, see));
    optional(node.selection.as_ref(), see);
    if let GroupBy::Expressions(exprs) = &node.group_by {
        all(exprs, see);
    }
    optional(node.having.as_ref(), see);
    optional(node.qualify.as_ref(), see);
    node.windows.iter().for_each(|(_, w)| window(w, see));
}

fn items<'a>(items: &'a [SelectItem], see: &mut dyn FnMut(Node<'a>)) {
    for item in items {
        see(Node::Item(item));
        match item {
            SelectItem::Expr { expr: e, .. } => expr(e, see),
            SelectItem::Wildcard { options, .. } => options.replace.iter().for_each(|(e, _)| expr(e, see)),
        }
    }
}

fn table<'a>(node: &'a TableWithJoins, see: &mut dyn FnMut(Node<'a>)) {
    factor(&node.relation, see);
    for join in &node.joins {
        factor(&join.relation, see);
        if let JoinConstraint::On(on) = &join.constraint {
            expr(on, see);
        }
        see(Node::Join(join));
    }
}

fn factor<'a>(node: &'a TableFactor, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Factor(node));
    match &node.kind {
        TableFactorKind::Derived(inner) => query(inner, see),
        TableFactorKind::Function { args, .. } | TableFactorKind::InTable { args, .. } => {
            arguments(args, see)
        }
        TableFactorKind::Unnest { exprs, .. } => all(exprs, see),
        TableFactorKind::Nested(inner) => table(inner, see),
        TableFactorKind::Table(_) | TableFactorKind::Other(_) => {}
    }
}

fn all<'a>(exprs: &'a [Expr], see: &mut dyn FnMut(Node<'a>)) {
    exprs.iter().for_each(|e| expr(e, see));
}

fn optional<'a>(node: Option<&'a Expr>, see: &mut dyn FnMut(Node<'a>)) {
    node.into_iter().for_each(|e| expr(e, see));
}

fn sort_keys<'a>(keys: &'a [OrderByExpr], see: &mut dyn FnMut(Node<'a>)) {
    keys.iter().for_each(|k| expr(&k.expr, see));
}

/// The expressions directly in an expression, subqueries left out.
pub(crate) fn children<'a>(node: &'a Expr, see: &mut dyn FnMut(&'a Expr)) {
    use ExprKind as E;
    match &node.kind {
        E::Unary { expr: e, .. }
        | E::Is { expr: e, .. }
        | E::Cast { expr: e, .. }
        | E::Extract { expr: e, .. }
        | E::Field { expr: e, .. }
        | E::InSubquery { expr: e, .. }
        | E::QuantifiedSubquery { left: e, .. }
        | E::Collate { expr: e, .. } => see(e),
        E::Binary { left, right, .. }
        | E::IsDistinctFrom { left, right, .. }
        | E::Quantified { left, array: right, .. }
        | E::AtTimeZone { expr: left, zone: right }
        | E::Like { expr: left, pattern: right, .. }
        | E::Subscript { expr: left, index: right } => [left, right].into_iter().for_each(|e| see(e)),
        E::Between { expr: e, low, high, .. } => [e, low, high].into_iter().for_each(|e| see(e)),
        E::InList { expr: e, list, .. } => std::iter::once(&**e).chain(list).for_each(see),
        E::Case { operand, branches, otherwise } => {
            operand.iter().for_each(|e| see(e));
            branches.iter().for_each(|(when, then)| [when, then].into_iter().for_each(&mut *see));
            otherwise.iter().for_each(|e| see(e));
        }
        E::Tuple(exprs) | E::Array(exprs) => exprs.iter().for_each(see),
        _ => {}
    }
}

/// An expression and all in it.
pub(crate) fn expr<'a>(node: &'a Expr, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Expr(node));
    use ExprKind as E;
    match &node.kind {
        E::Column(_) | E::Literal(_) | E::Param(_) | E::Spread(_) | E::TypedString { .. } | E::Other(_) => {}
        E::Unary { expr: e, .. }
        | E::Is { expr: e, .. }
        | E::Cast { expr: e, .. }
        | E::Interval { value: e, .. }
        | E::Extract { expr: e, .. }
        | E::Field { expr: e, .. }
        | E::Collate { expr: e, .. }
        | E::Lambda { body: e, .. } => expr(e, see),
        E::Binary { left, right, .. }
        | E::IsDistinctFrom { left, right, .. }
        | E::InUnnest { expr: left, array: right, .. }
        | E::Quantified { left, array: right, .. }
        | E::AtTimeZone { expr: left, zone: right }
        | E::Like { expr: left, pattern: right, .. }
        | E::Subscript { expr: left, index: right } => {
            expr(left, see);
            expr(right, see);
        }
        E::Between { expr: e, low, high, .. } => [e, low, high].into_iter().for_each(|e| expr(e, see)),
        E::InList { expr: e, list, .. } => {
            expr(e, see);
            all(list, see);
        }
        E::InSubquery { expr: e, query: q, .. } | E::QuantifiedSubquery { left: e, query: q, .. } => {
            expr(e, see);
            query(q, see);
        }
        E::Case { operand, branches, otherwise } => {
            optional(operand.as_deref(), see);
            for (when, then) in branches {
                expr(when, see);
                expr(then, see);
            }
            optional(otherwise.as_deref(), see);
        }
        E::Function(call) => function(call, see),
        E::Exists { query: q, .. } | E::Subquery(q) => query(q, see),
        E::Tuple(exprs) | E::Array(exprs) => all(exprs, see),
        E::Struct(fields) => fields.iter().for_each(|(_, e)| expr(e, see)),
        E::Map(entries) => entries.iter().for_each(|(k, v)| {
            expr(k, see);
            expr(v, see);
        }),
        E::Slice { expr: e, from, to, step } => {
            expr(e, see);
            [from, to, step].into_iter().for_each(|bound| optional(bound.as_deref(), see));
        }
        E::GroupingSets(sets) | E::Cube(sets) | E::Rollup(sets) => sets.iter().for_each(|set| all(set, see)),
    }
}

fn arguments<'a>(args: &'a [FunctionArg], see: &mut dyn FnMut(Node<'a>)) {
    for arg in args {
        match arg {
            FunctionArg::Expr(e) | FunctionArg::Named(_, e) => expr(e, see),
            FunctionArg::Query(q) => query(q, see),
            FunctionArg::Wildcard(_) | FunctionArg::QualifiedWildcard(_) => {}
        }
    }
}

fn function<'a>(call: &'a Function, see: &mut dyn FnMut(Node<'a>)) {
    arguments(&call.args, see);
    sort_keys(&call.order_by, see);
    sort_keys(&call.within_group, see);
    optional(call.filter.as_ref(), see);
    if let Some(WindowRef::Inline(w)) = &call.over {
        window(w, see);
    }
}

fn window<'a>(node: &'a Window, see: &mut dyn FnMut(Node<'a>)) {
    all(&node.partition_by, see);
    sort_keys(&node.order_by, see);
    if let Some(Frame { start, end, .. }) = &node.frame {
        for bound in std::iter::once(start).chain(end) {
            match bound {
                FrameBound::Preceding(amount) | FrameBound::Following(amount) => {
                    optional(amount.as_deref(), see)
                }
                FrameBound::CurrentRow => {}
            }
        }
    }
}
