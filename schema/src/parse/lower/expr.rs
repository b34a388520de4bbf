//! Expressions.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use super::operator::{binary_op, is_quantifier, unary_op};
use crate::ast::{Expr, ExprKind, IsTest, LikeOp, Name, Span};
use crate::parse::limits;

impl Lower<'_> {
    /// An expression that begins under the cursor.
    pub(super) fn expr(&mut self, expr: &sp::Expr) -> Expr {
        self.nested(
            |this| {
                let start = this.cursor.pos();
                let kind = this.kind(expr);
                // A name may have put the cursor right before what was thought the first token.
                Expr { kind, span: this.cursor.since(start) }
            },
            |this| Expr { kind: ExprKind::Other("deep nesting".to_string()), span: this.cursor.here() },
        )
    }

    pub(super) fn boxed(&mut self, expr: &sp::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    /// Expressions with commas between them.
    pub(super) fn exprs(&mut self, exprs: &[sp::Expr]) -> Vec<Expr> {
        let mut all = Vec::with_capacity(exprs.len());
        for (i, expr) in exprs.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            all.push(self.expr(expr));
        }
        all
    }

    fn kind(&mut self, expr: &sp::Expr) -> ExprKind {
        use sp::Expr as E;
        match expr {
            E::Identifier(ident) => ExprKind::Column(Name { parts: vec![self.ident(ident)] }),
            E::CompoundIdentifier(parts) => ExprKind::Column(Name { parts: self.idents(parts) }),
            E::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            E::Value(value) => self.value(value),
            E::Nested(inner) => self.parenthesised(inner),
            E::BinaryOp { .. } => self.binary(expr),
            E::UnaryOp { op, expr } => self.unary(*op, expr),
            E::IsNull(e) => self.is(e, IsTest::Null, false),
            E::IsNotNull(e) => self.is(e, IsTest::Null, true),
            E::IsTrue(e) => self.is(e, IsTest::True, false),
            E::IsNotTrue(e) => self.is(e, IsTest::True, true),
            E::IsFalse(e) => self.is(e, IsTest::False, false),
            E::IsNotFalse(e) => self.is(e, IsTest::False, true),
            E::IsUnknown(e) => self.is(e, IsTest::Unknown, false),
            E::IsNotUnknown(e) => self.is(e, IsTest::Unknown, true),
            E::IsDistinctFrom(left, right) => self.is_distinct(left, right, false),
            E::IsNotDistinctFrom(left, right) => self.is_distinct(left, right, true),
            E::IsNormalized { expr, negated, .. } => self.is_normalized(expr, *negated),
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            E::InSubquery { expr, subquery, negated } => self.in_subquery(expr, subquery, *negated),
            E::InUnnest { expr, array_expr, negated } => self.in_unnest(expr, array_expr, *negated),
            E::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            E::Like { negated, any, expr, pattern, escape_char } => {
                self.like(LikeOp::Like, expr, pattern, *negated, *any, escape_char.as_ref())
            }
            E::ILike { negated, any, expr, pattern, escape_char } => {
                self.like(LikeOp::ILike, expr, pattern, *negated, *any, escape_char.as_ref())
            }
            E::SimilarTo { negated, expr, pattern, escape_char } => {
                self.like(LikeOp::SimilarTo, expr, pattern, *negated, false, escape_char.as_ref())
            }
            E::RLike { negated, expr, pattern, .. } => {
                self.like(LikeOp::RLike, expr, pattern, *negated, false, None)
            }
            E::AnyOp { left, compare_op, right, .. } => self.quantified(left, compare_op, right, false),
            E::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true),
            E::Exists { subquery, negated } => self.exists(subquery, *negated),
            E::Subquery(query) => {
                let close = self.cursor.open(&Token::LParen);
                let query = Box::new(self.query(query));
                self.cursor.close(close);
                ExprKind::Subquery(query)
            }
            E::Tuple(items) => {
                let close = self.cursor.open(&Token::LParen);
                let items = self.exprs(items);
                self.cursor.close(close);
                ExprKind::Tuple(items)
            }
            E::Function(function) => self.function(function),
            other => self.form(other),
        }
    }

    /// `(expr)`: the parentheses belong to the expression's span, which the caller takes from the tokens.
    fn parenthesised(&mut self, inner: &sp::Expr) -> ExprKind {
        let close = self.cursor.open(&Token::LParen);
        let inner = self.expr(inner);
        self.cursor.close(close);
        inner.kind
    }

    fn unary(&mut self, op: sp::UnaryOperator, expr: &sp::Expr) -> ExprKind {
        if op == sp::UnaryOperator::PGPostfixFactorial {
            self.expr(expr);
            self.cursor.advance(1);
            return ExprKind::Other("factorial".to_string());
        }
        self.cursor.advance(1);
        let expr = self.boxed(expr);
        match unary_op(op) {
            Some(op) => ExprKind::Unary { op, expr },
            None => ExprKind::Other(format!("operator {op}")),
        }
    }

    fn is(&mut self, expr: &sp::Expr, test: IsTest, negated: bool) -> ExprKind {
        let expr = self.boxed(expr);
        // `ISNULL`, `NOTNULL` and `NOT NULL` are spellings of some dialects.
        if !self.cursor.skip("isnull") && !self.cursor.skip("notnull") {
            self.cursor.skip("is");
            self.cursor.skip("not");
            self.cursor.advance(1);
        }
        ExprKind::Is { expr, test, negated }
    }

    fn is_distinct(&mut self, left: &sp::Expr, right: &sp::Expr, negated: bool) -> ExprKind {
        let left = self.boxed(left);
        self.cursor.skip_any(&["is", "not", "distinct"]);
        self.cursor.expect("from");
        ExprKind::IsDistinctFrom { left, right: self.boxed(right), negated }
    }

    fn is_normalized(&mut self, expr: &sp::Expr, negated: bool) -> ExprKind {
        let expr = self.boxed(expr);
        self.cursor.skip_any(&["is", "not"]);
        if self.cursor.skip("json") {
            self.cursor.skip_any(&["value", "object", "array", "scalar"]);
            return ExprKind::Is { expr, test: IsTest::Json, negated };
        }
        self.cursor.skip_any(&["nfc", "nfd", "nfkc", "nfkd", "normalized"]);
        ExprKind::Other("IS NORMALIZED".to_string())
    }

    fn in_list(&mut self, expr: &sp::Expr, list: &[sp::Expr], negated: bool) -> ExprKind {
        let expr = self.boxed(expr);
        self.cursor.skip("not");
        self.cursor.expect("in");
        let close = self.cursor.open(&Token::LParen);
        let mut list = self.exprs(list);
        self.cursor.close(close);
        for element in &mut list {
            if let ExprKind::Param(index) = element.kind
                && self.params[index].spread
            {
                element.kind = ExprKind::Spread(index);
            }
        }
        ExprKind::InList { expr, list, negated }
    }

    fn in_subquery(&mut self, expr: &sp::Expr, query: &sp::Query, negated: bool) -> ExprKind {
        let expr = self.boxed(expr);
        self.cursor.skip("not");
        self.cursor.expect("in");
        let close = self.cursor.open(&Token::LParen);
        let query = Box::new(self.query(query));
        self.cursor.close(close);
        ExprKind::InSubquery { expr, query, negated }
    }

    fn in_unnest(&mut self, expr: &sp::Expr, array: &sp::Expr, negated: bool) -> ExprKind {
        let expr = self.boxed(expr);
        self.cursor.skip("not");
        self.cursor.expect("in");
        self.cursor.expect("unnest");
        let close = self.cursor.open(&Token::LParen);
        let array = self.boxed(array);
        self.cursor.close(close);
        ExprKind::InUnnest { expr, array, negated }
    }

    fn between(&mut self, expr: &sp::Expr, low: &sp::Expr, high: &sp::Expr, negated: bool) -> ExprKind {
        let expr = self.boxed(expr);
        self.cursor.skip("not");
        self.cursor.expect("between");
        let low = self.boxed(low);
        self.cursor.expect("and");
        ExprKind::Between { expr, low, high: self.boxed(high), negated }
    }

    fn like(
        &mut self,
        op: LikeOp,
        expr: &sp::Expr,
        pattern: &sp::Expr,
        negated: bool,
        any: bool,
        escape: Option<&sp::ValueWithSpan>,
    ) -> ExprKind {
        let expr = self.boxed(expr);
        self.cursor.skip_any(&["not", "like", "ilike", "similar", "to", "rlike", "regexp"]);
        if any {
            self.cursor.expect("any");
        }
        let pattern = self.boxed(pattern);
        let escape = escape.map(|value| {
            self.cursor.expect("escape");
            self.take_value(value);
            Self::text_of(&value.value)
        });
        if any {
            return ExprKind::Other("LIKE ANY".to_string());
        }
        ExprKind::Like { op, expr, pattern, negated, escape }
    }

    fn quantified(
        &mut self,
        left: &sp::Expr,
        op: &sp::BinaryOperator,
        right: &sp::Expr,
        all: bool,
    ) -> ExprKind {
        let left = self.boxed(left);
        self.operator_span(op);
        self.cursor.seek(is_quantifier);
        let op = binary_op(op);
        if let sp::Expr::Subquery(query) = right {
            let close = self.cursor.open(&Token::LParen);
            let query = Box::new(self.query(query));
            self.cursor.close(close);
            return ExprKind::QuantifiedSubquery { left, op, all, query };
        }
        let close = self.cursor.open(&Token::LParen);
        let array = self.boxed(right);
        self.cursor.close(close);
        ExprKind::Quantified { left, op, all, array }
    }

    fn exists(&mut self, query: &sp::Query, negated: bool) -> ExprKind {
        if negated {
            self.cursor.expect("not");
        }
        self.cursor.expect("exists");
        let close = self.cursor.open(&Token::LParen);
        let query = Box::new(self.query(query));
        self.cursor.close(close);
        ExprKind::Exists { query, negated }
    }

    /// `a.b[1].c`, `(s).f`, `f(x)[2:3]`.
    fn access(&mut self, root: &sp::Expr, chain: &[sp::AccessExpr]) -> ExprKind {
        let start = self.cursor.pos();
        let mut expr = self.expr(root);
        let mut plain = matches!(root, sp::Expr::Identifier(_));
        if chain.len() > limits::TREE_DEPTH_MAX {
            self.diagnostics.push(limits::too_long(expr.span));
            return ExprKind::Other("a long chain".to_string());
        }
        for access in chain {
            let kind = match access {
                sp::AccessExpr::Dot(sp::Expr::Identifier(ident)) => {
                    self.cursor.eat(&Token::Period);
                    let field = self.ident(ident);
                    match expr.kind {
                        ExprKind::Column(mut name) if plain => {
                            name.parts.push(field);
                            ExprKind::Column(name)
                        }
                        kind => {
                            let expr = Box::new(Expr { kind, span: expr.span });
                            ExprKind::Field { expr, field }
                        }
                    }
                }
                sp::AccessExpr::Dot(other) => {
                    plain = false;
                    self.cursor.eat(&Token::Period);
                    self.expr(other);
                    ExprKind::Other("method call".to_string())
                }
                sp::AccessExpr::Subscript(subscript) => {
                    plain = false;
                    self.subscript(expr, subscript)
                }
            };
            expr = Expr { kind, span: self.cursor.since(start) };
        }
        expr.kind
    }

    fn subscript(&mut self, expr: Expr, subscript: &sp::Subscript) -> ExprKind {
        let close = self.cursor.open(&Token::LBracket);
        let expr = Box::new(expr);
        let kind = match subscript {
            sp::Subscript::Index { index } => ExprKind::Subscript { expr, index: self.boxed(index) },
            sp::Subscript::Slice { lower_bound, upper_bound, stride } => {
                let from = lower_bound.as_ref().map(|e| self.boxed(e));
                self.cursor.eat(&Token::Colon);
                let to = upper_bound.as_ref().map(|e| self.boxed(e));
                self.cursor.eat(&Token::Colon);
                let step = stride.as_ref().map(|e| self.boxed(e));
                ExprKind::Slice { expr, from, to, step }
            }
        };
        self.cursor.close(close);
        kind
    }

    /// An empty place for something that is not there.
    pub(super) fn nothing(&self) -> Span {
        let at = self.cursor.here().start;
        Span { start: at, end: at }
    }
}
