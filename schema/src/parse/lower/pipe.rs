//! Pipes: `query |> WHERE …`. Each is a query over the one before it, as DataFusion plans them.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use super::query::of_body;
use super::select::empty_select;
use crate::ast::{
    Alias, Clause, Expr, GroupBy, OrderBy, Query, Select, SelectItem, SetExpr, SetOperator, TableAlias,
    TableFactor, TableFactorKind, TableWithJoins, WildcardOptions,
};

impl Lower<'_> {
    /// The query that pipes make of another. Its CTEs are seen by all of them.
    pub(super) fn pipes(&mut self, mut query: Query, pipes: &[sp::PipeOperator]) -> Query {
        let with = query.with.take();
        for pipe in pipes {
            let start = self.cursor.pos();
            self.cursor.expect_token(&Token::VerticalBarRightAngleBracket);
            query = self.pipe(query, pipe);
            let own = self.cursor.since(start);
            query.span = query.span.to(own);
        }
        query.with = with;
        query
    }

    fn pipe(&mut self, query: Query, pipe: &sp::PipeOperator) -> Query {
        use sp::PipeOperator as P;
        match pipe {
            P::Where { expr } => {
                self.cursor.expect("where");
                let selection = Some(self.expr(expr));
                over(query, |select| select.selection = selection)
            }
            P::OrderBy { exprs } => {
                self.cursor.expect("order");
                self.cursor.expect("by");
                let order_by = Some(OrderBy::Expressions(self.order_by_exprs(exprs)));
                // Columns that the query leaves out can be sorted by.
                let plain = matches!(query.body, SetExpr::Select(_)) && query.order_by.is_none();
                if plain && query.limit.is_none() && query.offset.is_none() && query.fetch.is_none() {
                    return Query { order_by, ..query };
                }
                Query { order_by, ..over(query, |_| {}) }
            }
            P::Limit { expr, offset } => {
                self.cursor.expect("limit");
                let limit = Some(self.expr(expr));
                let offset = offset.as_ref().map(|offset| {
                    self.cursor.expect("offset");
                    self.expr(offset)
                });
                Query { limit, offset, ..over(query, |_| {}) }
            }
            P::Select { exprs } => {
                self.cursor.expect("select");
                let mut other = Vec::new();
                let items = self.select_items(exprs, &mut other);
                over(query, |select| (select.items, select.other) = (items, other))
            }
            P::Extend { exprs } => {
                self.cursor.expect("extend");
                let mut other = Vec::new();
                let items = self.select_items(exprs, &mut other);
                over(query, |select| {
                    select.items.extend(items);
                    select.other = other;
                })
            }
            P::As { alias } => {
                self.cursor.expect("as");
                let alias = TableAlias { name: self.ident(alias), columns: Vec::new() };
                over(query, |select| {
                    if let Some(entry) = select.from.first_mut() {
                        entry.relation.alias = Some(alias);
                    }
                })
            }
            P::Union { set_quantifier, queries } => {
                self.sides(query, SetOperator::Union, *set_quantifier, queries)
            }
            P::Intersect { set_quantifier, queries } => {
                self.sides(query, SetOperator::Intersect, *set_quantifier, queries)
            }
            P::Except { set_quantifier, queries } => {
                self.sides(query, SetOperator::Except, *set_quantifier, queries)
            }
            P::Aggregate { full_table_exprs, group_by_expr } => {
                self.aggregate(query, full_table_exprs, group_by_expr)
            }
            P::Join(join) => {
                let join = self.join(join);
                over(query, |select| {
                    if let Some(entry) = select.from.first_mut() {
                        entry.joins.push(join);
                    }
                })
            }
            P::Set { .. }
            | P::Drop { .. }
            | P::TableSample { .. }
            | P::Rename { .. }
            | P::Call { .. }
            | P::Pivot { .. }
            | P::Unpivot { .. } => self.unplanned(query, &pipe.to_string()),
        }
    }

    fn aggregate(
        &mut self,
        query: Query,
        values: &[sp::ExprWithAliasAndOrderBy],
        keys: &[sp::ExprWithAliasAndOrderBy],
    ) -> Query {
        self.cursor.expect("aggregate");
        let values = self.aggregated(values);
        self.cursor.skip_any(&["group", "by"]);
        let keys = self.aggregated(keys);
        let grouped: Vec<Expr> = keys.iter().map(|(expr, _)| expr.clone()).collect();
        let item = |(expr, alias)| SelectItem::Expr { expr, alias };
        over(query, |select| {
            select.items = keys.into_iter().chain(values).map(item).collect();
            if !grouped.is_empty() {
                select.group_by = GroupBy::Expressions(grouped);
            }
        })
    }

    /// A pipe that no engine of ours plans, by its text.
    fn unplanned(&mut self, query: Query, text: &str) -> Query {
        let start = self.cursor.pos();
        while !matches!(
            self.cursor.peek(),
            Token::VerticalBarRightAngleBracket | Token::RParen | Token::SemiColon | Token::EOF
        ) {
            if !self.cursor.skip_group() {
                self.cursor.advance(1);
            }
        }
        let clause = Clause {
            name: format!("the pipe operator `{}`", first_word(text)),
            span: self.cursor.since(start),
        };
        over(query, |select| select.other.push(clause))
    }

    /// The queries that a set operation adds, each in brackets.
    fn sides(
        &mut self,
        query: Query,
        op: SetOperator,
        quantifier: sp::SetQuantifier,
        queries: &[sp::Query],
    ) -> Query {
        use sp::SetQuantifier as Q;
        self.cursor.skip_any(&["union", "intersect", "except", "all", "distinct", "by", "name"]);
        let mut whole = query;
        for (i, side) in queries.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let close = self.cursor.open(&Token::LParen);
            let right = self.query(side);
            self.cursor.close(close);
            let span = whole.span.to(right.span);
            let body = SetExpr::SetOperation {
                op,
                all: matches!(quantifier, Q::All | Q::AllByName),
                by_name: matches!(quantifier, Q::ByName | Q::AllByName | Q::DistinctByName),
                left: Box::new(SetExpr::Query(Box::new(whole))),
                right: Box::new(SetExpr::Query(Box::new(right))),
                span,
            };
            whole = of_body(body, span);
        }
        whole
    }

    fn aggregated(&mut self, exprs: &[sp::ExprWithAliasAndOrderBy]) -> Vec<(Expr, Option<Alias>)> {
        let mut all = Vec::with_capacity(exprs.len());
        for (i, one) in exprs.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let expr = self.expr(&one.expr.expr);
            let alias = one.expr.alias.as_ref().map(|alias| {
                self.cursor.skip("as");
                self.alias(alias)
            });
            self.cursor.skip_any(&["asc", "desc", "nulls", "first", "last"]);
            all.push((expr, alias));
        }
        all
    }
}

/// `SELECT * FROM (query)`, changed.
fn over(query: Query, change: impl FnOnce(&mut Select)) -> Query {
    let span = query.span;
    let relation = TableFactor {
        kind: TableFactorKind::Derived(Box::new(query)),
        alias: None,
        lateral: false,
        other: Vec::new(),
        span,
    };
    let mut select = Select {
        items: vec![SelectItem::Wildcard { qualifier: None, options: WildcardOptions::default(), span }],
        from: vec![TableWithJoins { relation, joins: Vec::new() }],
        span,
        ..empty_select()
    };
    change(&mut select);
    of_body(SetExpr::Select(Box::new(select)), span)
}

fn first_word(text: &str) -> &str {
    text.split([' ', '(']).next().unwrap_or(text)
}
