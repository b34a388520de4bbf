//! The cuts of a statement's tree: what can be left out, and what can be replaced by something in it.

use querent_schema::ast::{
    Distinct, Expr, ExprKind, Function, FunctionArg, GroupBy, Ident, OrderBy, Query, Select, SelectItem,
    SetExpr, Span, Statement, StatementKind, TableFactorKind, TableWithJoins, With,
};

use super::Cut;
use crate::walk::{self, Node};

struct Cuts<'s> {
    sql: &'s str,
    all: Vec<Cut>,
}

/// Every cut of a statement, also those that gain nothing.
pub(super) fn cuts(sql: &str, statement: &Statement) -> Vec<Cut> {
    let mut cuts = Cuts { sql, all: Vec::new() };
    if let StatementKind::Explain { statement: inner, .. } = &statement.kind {
        cuts.keep(statement.span, inner.span);
    }
    walk::statement(statement, &mut |_, node| cuts.see(&node));
    cuts.all
}

impl Cuts<'_> {
    fn see(&mut self, node: &Node<'_>) {
        match node {
            Node::Query(query) => self.query(query),
            Node::Body(body) => self.body(body),
            Node::Select(select) => self.select(select),
            Node::With(with) => self.with(with),
            Node::Item(SelectItem::Expr { expr, alias: Some(alias) }) => {
                self.cut(expr.span.end, alias.ident.span.end);
            }
            Node::Tables(tables) => self.list(&tables.iter().map(entry).collect::<Vec<_>>()),
            Node::Join(join) => self.cut(join.span.start, join.span.end),
            Node::Factor(factor) => {
                if let TableFactorKind::Nested(inner) = &factor.kind {
                    self.keep(factor.span, entry(inner));
                }
            }
            Node::Keys(keys) => self.list(&keys.iter().map(|key| key.expr.span).collect::<Vec<_>>()),
            Node::Expr(expr) => self.expr(expr),
            Node::Window(window) => {
                self.list(&window.partition_by.iter().map(|key| key.span).collect::<Vec<_>>());
            }
            _ => {}
        }
    }

    /// Leaves a range out.
    fn cut(&mut self, start: u32, end: u32) {
        if start < end {
            self.all.push(Cut { span: Span { start, end }, text: String::new() });
        }
    }

    fn replace(&mut self, span: Span, text: &str) {
        self.all.push(Cut { span, text: text.to_owned() });
    }

    /// Replaces a range by a part of it.
    fn keep(&mut self, whole: Span, part: Span) {
        if let Some(text) = self.sql.get(part.start as usize..part.end as usize) {
            self.replace(whole, text);
        }
    }

    /// Leaves one of several out that have commas between them.
    fn list(&mut self, spans: &[Span]) {
        for place in 0..spans.len() {
            match (place.checked_sub(1).map(|before| spans[before]), spans.get(place + 1)) {
                (_, Some(next)) => self.cut(spans[place].start, next.start),
                (Some(before), None) => self.cut(before.end, spans[place].end),
                (None, None) => {}
            }
        }
    }

    /// The place where the words before a place begin: `GROUP BY` of a key.
    fn words_before(&self, at: u32, words: usize) -> Option<u32> {
        let mut rest = self.sql.get(..at as usize)?;
        for _ in 0..words {
            let trimmed = rest.trim_end();
            let start = trimmed.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| at + 1);
            if start == trimmed.len() {
                return None;
            }
            rest = &trimmed[..start];
        }
        u32::try_from(rest.trim_end().len()).ok()
    }

    /// Leaves a clause out, from its words to the end of what it holds.
    fn clause(&mut self, words: usize, first: Span, end: u32) {
        if let Some(start) = self.words_before(first.start, words) {
            self.cut(start, end);
        }
    }

    fn query(&mut self, query: &Query) {
        let limit = query.limit.as_ref().map(|limit| limit.span);
        let offset = query.offset.as_ref().map(|offset| offset.span);
        let limit_start = match (query.fetch, limit) {
            (Some(fetch), _) => Some(fetch.start),
            (None, Some(limit)) => self.words_before(limit.start, 1),
            (None, None) => None,
        };
        let offset_start = offset.and_then(|offset| self.words_before(offset.start, 1));
        if let (Some(start), Some(limit)) = (limit_start, limit) {
            self.cut(start, query.fetch.map_or(limit.end, |fetch| fetch.end));
        }
        if let (Some(start), Some(offset)) = (offset_start, offset) {
            self.cut(start, offset.end);
        }
        if let Some(OrderBy::Expressions(keys)) = &query.order_by
            && let Some(first) = keys.first()
        {
            let end = [limit_start, offset_start].into_iter().flatten().min().unwrap_or(query.span.end);
            self.clause(2, first.expr.span, end);
        }
        if query.with.is_some() {
            self.cut(query.span.start, body_span(&query.body).start);
        }
        if let SetExpr::Query(inner) = &query.body {
            self.keep(query.span, inner.span);
        }
    }

    fn with(&mut self, with: &With) {
        for (place, cte) in with.ctes.iter().enumerate() {
            // The bracket behind the query closes the entry.
            let close = |at: u32| {
                let rest = self.sql.get(at as usize..)?;
                rest.find(')').and_then(|found| u32::try_from(at as usize + found + 1).ok())
            };
            let (start, end) = (cte.alias.name.span.start, close(cte.query.span.end));
            match (place.checked_sub(1).map(|before| &with.ctes[before]), with.ctes.get(place + 1), end) {
                (_, Some(next), _) => self.cut(start, next.alias.name.span.start),
                (Some(before), None, Some(end)) => {
                    if let Some(from) = close(before.query.span.end) {
                        self.cut(from, end);
                    }
                }
                _ => {}
            }
        }
    }

    fn body(&mut self, body: &SetExpr) {
        match body {
            SetExpr::SetOperation { left, right, span, .. } => {
                self.keep(*span, body_span(left));
                self.keep(*span, body_span(right));
            }
            SetExpr::Values(values) => {
                let rows = values.rows.iter().filter_map(|row| Some(row.first()?.span.to(row.last()?.span)));
                // With the brackets around each.
                let rows: Vec<Span> =
                    rows.map(|row| Span { start: row.start.saturating_sub(1), end: row.end + 1 }).collect();
                self.list(&rows);
            }
            _ => {}
        }
    }

    fn select(&mut self, select: &Select) {
        self.list(&select.items.iter().map(item).collect::<Vec<_>>());
        if let (Some(first), Some(_)) = (select.items.first(), &select.distinct) {
            let start = select.span.start;
            self.replace(Span { start, end: item(first).start }, "SELECT ");
        }
        if let Some(Distinct::On(keys)) = &select.distinct {
            self.list(&spans(keys));
        }
        if let Some(condition) = &select.selection {
            self.clause(1, condition.span, condition.span.end);
        }
        if let GroupBy::Expressions(keys) = &select.group_by {
            self.list(&spans(keys));
            if let (Some(first), Some(last)) = (keys.first(), keys.last()) {
                self.clause(2, first.span, last.span.end);
            }
        }
        if let Some(having) = &select.having {
            self.clause(1, having.span, having.span.end);
        }
        if let Some(qualify) = &select.qualify {
            self.clause(1, qualify.span, qualify.span.end);
        }
        if let (Some(first), Some(last)) = (select.from.first(), select.from.last()) {
            let (first, last) = (entry(first), entry(last));
            self.clause(1, first, last.end);
            // What is left of FROM may be all there is to say.
            self.replace(Span { start: first.start, end: last.end }, "t");
        }
        self.named_windows(&select.windows.iter().map(|(name, _)| name).collect::<Vec<_>>(), select);
    }

    /// The clause WINDOW ends where the SELECT does, or where QUALIFY begins.
    fn named_windows(&mut self, names: &[&Ident], select: &Select) {
        let Some(first) = names.first() else { return };
        let behind = select.qualify.as_ref().filter(|qualify| qualify.span.start > first.span.start);
        let end =
            behind.and_then(|qualify| self.words_before(qualify.span.start, 1)).unwrap_or(select.span.end);
        self.clause(1, first.span, end);
        for pair in names.windows(2) {
            self.cut(pair[0].span.start, pair[1].span.start);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        for constant in ["1", "NULL", "TRUE", "''"] {
            self.replace(expr.span, constant);
        }
        for child in walk::children(expr) {
            self.keep(expr.span, child.span);
        }
        match &expr.kind {
            ExprKind::InList { list, .. } | ExprKind::Array(list) | ExprKind::Tuple(list) => {
                self.list(&spans(list))
            }
            ExprKind::Case { branches, otherwise, .. } => self.case(branches, otherwise.as_deref()),
            ExprKind::Function(call) => self.call(call, expr.span),
            _ => {}
        }
    }

    fn case(&mut self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) {
        for (when, then) in branches.iter().filter(|_| branches.len() > 1) {
            self.clause(1, when.span, then.span.end);
        }
        if let Some(otherwise) = otherwise {
            self.clause(1, otherwise.span, otherwise.span.end);
        }
    }

    fn call(&mut self, call: &Function, whole: Span) {
        let args: Vec<Span> = call.args.iter().filter_map(argument).collect();
        self.list(&args);
        if let (Some(first), Some(last)) = (args.first(), args.last()) {
            // Without what follows the arguments: FILTER, WITHIN GROUP, OVER.
            let name = call.name.span();
            let (Some(name), Some(args)) = (
                self.sql.get(name.start as usize..name.end as usize),
                self.sql.get(first.start as usize..last.end as usize),
            ) else {
                return;
            };
            let plain = format!("{name}({args})");
            self.replace(whole, &plain);
        }
    }
}

fn argument(arg: &FunctionArg) -> Option<Span> {
    match arg {
        FunctionArg::Expr(expr) => Some(expr.span),
        FunctionArg::Named(name, expr) => Some(name.span.to(expr.span)),
        FunctionArg::Wildcard(span) => Some(*span),
        FunctionArg::QualifiedWildcard(_) => None,
        FunctionArg::Query(query) => Some(query.span),
    }
}

fn spans(exprs: &[Expr]) -> Vec<Span> {
    exprs.iter().map(|expr| expr.span).collect()
}

fn entry(table: &TableWithJoins) -> Span {
    let last = table.joins.last().map_or(table.relation.span, |join| join.span);
    table.relation.span.to(last)
}

fn item(item: &SelectItem) -> Span {
    match item {
        SelectItem::Expr { expr, alias } => {
            alias.as_ref().map_or(expr.span, |alias| expr.span.to(alias.ident.span))
        }
        SelectItem::Wildcard { span, .. } => *span,
    }
}

fn body_span(body: &SetExpr) -> Span {
    match body {
        SetExpr::Select(select) => select.span,
        SetExpr::Query(query) => query.span,
        SetExpr::Values(values) => values.span,
        SetExpr::SetOperation { span, .. } => *span,
        SetExpr::Table(name) => name.span(),
        SetExpr::Statement(statement) => statement.span,
    }
}
