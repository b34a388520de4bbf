//! Queries: WITH, set operations, VALUES, ORDER BY, LIMIT.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{
    Clause, Cte, Expr, OrderBy, OrderByExpr, Query, SetExpr, SetOperator, Span, TableAlias, Values, With,
};

impl Lower<'_> {
    /// A query that begins under the cursor.
    pub(super) fn query(&mut self, query: &sp::Query) -> Query {
        self.nested(
            |this| this.read_query(query),
            |this| {
                let span = this.cursor.here();
                of_body(SetExpr::Values(Values { rows: Vec::new(), span }), span)
            },
        )
    }

    fn read_query(&mut self, query: &sp::Query) -> Query {
        let start = self.cursor.pos();
        let with = query.with.as_ref().map(|with| self.with(with));
        let body = self.set_expr(&query.body);
        let mut lowered = Query { with, ..of_body(body, Span::default()) };
        if let Some(order_by) = &query.order_by {
            lowered.order_by = Some(self.order_by(order_by, &mut lowered.other));
        }
        if let Some(limit) = &query.limit_clause {
            self.limit_clause(limit, &mut lowered);
        }
        if let Some(fetch) = &query.fetch {
            self.fetch(fetch, &mut lowered);
        }
        self.query_tail(query, &mut lowered.other);
        lowered.span = self.cursor.since(start);
        if query.pipe_operators.is_empty() {
            return lowered;
        }
        let piped = self.cursor.pos();
        let mut lowered = self.pipes(lowered, &query.pipe_operators);
        let span = self.cursor.since(piped);
        lowered.other.push(Clause { name: "the pipe operator `|>`".to_string(), span });
        lowered
    }

    fn with(&mut self, with: &sp::With) -> With {
        self.cursor.expect("with");
        self.cursor.skip("recursive");
        let mut ctes = Vec::with_capacity(with.cte_tables.len());
        for (i, cte) in with.cte_tables.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let name = self.ident(&cte.alias.name);
            let columns = self.alias_columns(&cte.alias.columns);
            self.cursor.skip_any(&["as", "not", "materialized"]);
            let close = self.cursor.open(&Token::LParen);
            let query = Box::new(self.query(&cte.query));
            self.cursor.close(close);
            if let Some(from) = &cte.from {
                self.cursor.skip("from");
                self.ident(from);
            }
            ctes.push(Cte { alias: TableAlias { name, columns }, query });
        }
        With { recursive: with.recursive, ctes }
    }

    /// A query's body. UNIONs nest to the left as deep as they are many, so they are walked in a loop.
    fn set_expr(&mut self, body: &sp::SetExpr) -> SetExpr {
        let start = self.cursor.pos();
        let mut chain = Vec::new();
        let mut leftmost = body;
        while let sp::SetExpr::SetOperation { left, op, set_quantifier, right } = leftmost {
            chain.push((*op, *set_quantifier, right.as_ref()));
            leftmost = left;
        }
        let mut tree = self.set_operand(leftmost);
        if chain.len() > crate::parse::limits::TREE_DEPTH_MAX {
            self.diagnostics.push(crate::parse::limits::too_many_inputs(self.cursor.since(start)));
            return tree;
        }
        for (op, quantifier, right) in chain.into_iter().rev() {
            use sp::SetQuantifier as Q;
            self.cursor.seek(|t| {
                ["union", "except", "intersect", "minus"].iter().any(|w| crate::parse::token::is_word(t, w))
            });
            self.cursor.skip_any(&["all", "distinct", "by", "name"]);
            let right = self.nested(|this| this.set_expr(right), |this| empty_body(this.cursor.here()));
            tree = SetExpr::SetOperation {
                op: match op {
                    sp::SetOperator::Union => SetOperator::Union,
                    sp::SetOperator::Except => SetOperator::Except,
                    sp::SetOperator::Minus => SetOperator::Minus,
                    sp::SetOperator::Intersect => SetOperator::Intersect,
                },
                all: matches!(quantifier, Q::All | Q::AllByName),
                by_name: matches!(quantifier, Q::ByName | Q::AllByName | Q::DistinctByName),
                left: Box::new(tree),
                right: Box::new(right),
                span: self.cursor.since(start),
            };
        }
        tree
    }

    fn set_operand(&mut self, body: &sp::SetExpr) -> SetExpr {
        match body {
            sp::SetExpr::Select(select) => SetExpr::Select(Box::new(self.select(select))),
            sp::SetExpr::Query(query) => {
                let close = self.cursor.open(&Token::LParen);
                let query = Box::new(self.query(query));
                self.cursor.close(close);
                SetExpr::Query(query)
            }
            sp::SetExpr::Values(values) => SetExpr::Values(self.values(values)),
            sp::SetExpr::Table(_) => {
                self.cursor.expect("table");
                SetExpr::Table(self.name_of_tokens())
            }
            sp::SetExpr::Insert(statement)
            | sp::SetExpr::Update(statement)
            | sp::SetExpr::Delete(statement)
            | sp::SetExpr::Merge(statement) => SetExpr::Statement(Box::new(self.statement(statement))),
            sp::SetExpr::SetOperation { .. } => self.set_expr(body),
        }
    }

    pub(super) fn values(&mut self, values: &sp::Values) -> Values {
        let start = self.cursor.pos();
        self.cursor.skip_any(&["values", "value"]);
        let mut rows = Vec::with_capacity(values.rows.len());
        for (i, row) in values.rows.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            self.cursor.skip("row");
            let close = self.cursor.open(&Token::LParen);
            rows.push(self.exprs(&row.content));
            self.cursor.close(close);
        }
        Values { rows, span: self.cursor.since(start) }
    }

    fn order_by(&mut self, order_by: &sp::OrderBy, other: &mut Vec<Clause>) -> OrderBy {
        self.cursor.expect("order");
        self.cursor.expect("by");
        let lowered = match &order_by.kind {
            sp::OrderByKind::All(_) => {
                self.cursor.expect("all");
                self.cursor.skip_any(&["asc", "desc", "nulls", "first", "last"]);
                OrderBy::All
            }
            sp::OrderByKind::Expressions(keys) => OrderBy::Expressions(self.order_by_exprs(keys)),
        };
        if order_by.interpolate.is_some() {
            self.other(other, "INTERPOLATE", |this| {
                this.cursor.expect("interpolate");
                this.cursor.skip_group();
            });
        }
        lowered
    }

    pub(super) fn order_by_exprs(&mut self, keys: &[sp::OrderByExpr]) -> Vec<OrderByExpr> {
        let mut all = Vec::with_capacity(keys.len());
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let expr = self.expr(&key.expr);
            self.cursor.skip_any(&["asc", "desc"]);
            if key.options.nulls_first.is_some() {
                self.cursor.skip_any(&["nulls", "first", "last"]);
            }
            if let Some(fill) = &key.with_fill {
                self.cursor.skip_any(&["with", "fill"]);
                for (word, bound) in [("from", &fill.from), ("to", &fill.to), ("step", &fill.step)] {
                    if let Some(bound) = bound {
                        self.cursor.expect(word);
                        self.expr(bound);
                    }
                }
                self.unsupported(expr.span, "WITH FILL");
            }
            all.push(OrderByExpr {
                expr,
                descending: key.options.asc == Some(false),
                nulls_first: key.options.nulls_first,
            });
        }
        all
    }

    fn limit_clause(&mut self, clause: &sp::LimitClause, query: &mut Query) {
        match clause {
            sp::LimitClause::OffsetCommaLimit { offset, limit } => {
                self.cursor.expect("limit");
                query.offset = Some(self.expr(offset));
                self.cursor.expect_token(&Token::Comma);
                query.limit = Some(self.expr(limit));
            }
            sp::LimitClause::LimitOffset { limit, offset, limit_by } => {
                // The two come in either order.
                if self.cursor.is("offset") {
                    query.offset = self.offset(offset.as_ref());
                }
                if self.cursor.skip("limit") {
                    match limit {
                        Some(limit) => query.limit = Some(self.expr(limit)),
                        None => self.cursor.skip_any(&["all", "null"]),
                    }
                }
                if query.offset.is_none() {
                    query.offset = self.offset(offset.as_ref());
                }
                if !limit_by.is_empty() {
                    self.other(&mut query.other, "LIMIT … BY", |this| {
                        this.cursor.expect("by");
                        this.exprs(limit_by);
                    });
                }
            }
        }
    }

    fn offset(&mut self, offset: Option<&sp::Offset>) -> Option<Expr> {
        let offset = offset?;
        self.cursor.expect("offset");
        let value = self.expr(&offset.value);
        self.cursor.skip_any(&["row", "rows"]);
        Some(value)
    }

    /// `FETCH FIRST n ROWS ONLY`.
    fn fetch(&mut self, fetch: &sp::Fetch, query: &mut Query) {
        let start = self.cursor.pos();
        self.cursor.skip_any(&["fetch", "first", "next"]);
        if let Some(quantity) = &fetch.quantity {
            query.limit = Some(self.expr(quantity));
        }
        self.cursor.skip_any(&["percent", "row", "rows", "only", "with", "ties"]);
        let span = self.cursor.since(start);
        if fetch.percent || fetch.with_ties || fetch.quantity.is_none() {
            query.other.push(Clause { name: "this form of FETCH".to_string(), span });
        }
        query.fetch = Some(span);
    }

    /// What may follow LIMIT.
    fn query_tail(&mut self, query: &sp::Query, other: &mut Vec<Clause>) {
        if let Some(settings) = &query.settings {
            self.other(other, "SETTINGS", |this| {
                this.cursor.expect("settings");
                for setting in settings {
                    this.cursor.eat(&Token::Comma);
                    this.ident(&setting.key);
                    this.cursor.eat(&Token::Eq);
                    this.expr(&setting.value);
                }
            });
        }
        for lock in &query.locks {
            self.other(other, "FOR UPDATE", |this| {
                this.cursor.skip_any(&["for", "update", "share"]);
                if let Some(of) = &lock.of {
                    this.cursor.expect("of");
                    this.name(of);
                }
                this.cursor.skip_any(&["nowait", "skip", "locked"]);
            });
        }
        if query.for_clause.is_some() {
            self.other(other, "FOR …", |this| this.skip_to_close());
        }
        if query.format_clause.is_some() {
            self.other(other, "FORMAT", |this| this.cursor.advance(2));
        }
    }

    /// Goes to the end of the bracket or statement that the cursor stands in.
    pub(super) fn skip_to_close(&mut self) {
        while !matches!(self.cursor.peek(), Token::RParen | Token::RBracket | Token::SemiColon | Token::EOF) {
            if !self.cursor.skip_group() {
                self.cursor.advance(1);
            }
        }
    }

    /// Reads a clause that has no place in the tree and notes its name and place.
    pub(super) fn other(&mut self, other: &mut Vec<Clause>, name: &str, read: impl FnOnce(&mut Self)) {
        let start = self.cursor.pos();
        read(self);
        other.push(Clause { name: name.to_string(), span: self.cursor.since(start) });
    }
}

fn empty_body(span: Span) -> SetExpr {
    SetExpr::Values(Values { rows: Vec::new(), span })
}

/// A query that is a body alone.
pub(super) fn of_body(body: SetExpr, span: Span) -> Query {
    Query {
        with: None,
        body,
        order_by: None,
        limit: None,
        fetch: None,
        offset: None,
        other: Vec::new(),
        span,
    }
}
