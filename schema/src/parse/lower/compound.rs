//! Literals of compound types, lambdas, and what no rule of ours covers.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::ExprKind;

impl Lower<'_> {
    /// Literals of compound types, and what no rule of ours covers.
    pub(super) fn compound(&mut self, expr: &sp::Expr) -> ExprKind {
        use sp::Expr as E;
        match expr {
            E::Array(array) => {
                self.cursor.skip("array");
                let close = self.cursor.open(&Token::LBracket);
                let items = self.exprs(&array.elem);
                self.cursor.close(close);
                ExprKind::Array(items)
            }
            E::Struct { values, fields } => self.structure(values, fields),
            E::Dictionary(fields) => self.dictionary(fields),
            E::Map(map) => self.map(map),
            E::Lambda(lambda) => self.lambda(lambda),
            E::Named { expr, name } => {
                // Only STRUCT(…) makes these; elsewhere the name has nothing to belong to.
                let kind = self.expr(expr).kind;
                self.cursor.skip("as");
                self.ident(name);
                kind
            }
            E::JsonAccess { value, path } => {
                self.expr(value);
                self.json_path(path);
                ExprKind::Other("semi-structured access".to_string())
            }
            E::MatchAgainst { .. } => {
                self.cursor.expect("match");
                self.cursor.skip_group();
                self.cursor.expect("against");
                self.cursor.skip_group();
                ExprKind::Other("MATCH … AGAINST".to_string())
            }
            E::OuterJoin(expr) => {
                self.expr(expr);
                self.cursor.skip_group();
                ExprKind::Other("(+)".to_string())
            }
            E::Prior(expr) => {
                self.cursor.expect("prior");
                self.expr(expr);
                ExprKind::Other("PRIOR".to_string())
            }
            E::MemberOf(member) => {
                self.expr(&member.value);
                self.cursor.skip_any(&["member", "of"]);
                self.cursor.skip_group();
                ExprKind::Other("MEMBER OF".to_string())
            }
            E::QualifiedWildcard(name, _) => {
                self.name(name);
                self.cursor.eat(&Token::Period);
                self.star();
                ExprKind::Other("wildcard".to_string())
            }
            E::Wildcard(_) => {
                self.star();
                ExprKind::Other("wildcard".to_string())
            }
            other => {
                self.cursor.advance(1);
                self.cursor.skip_group();
                let name = other.to_string();
                ExprKind::Other(name.split_whitespace().next().unwrap_or("expression").to_string())
            }
        }
    }

    fn structure(&mut self, values: &[sp::Expr], fields: &[sp::StructField]) -> ExprKind {
        let typed = (!fields.is_empty()).then(|| self.type_name());
        if typed.is_none() {
            self.cursor.expect("struct");
        }
        let close = self.cursor.open(&Token::LParen);
        let mut all = Vec::with_capacity(values.len());
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let declared = typed.as_ref().and_then(|t| t.elements.get(i)).and_then(|(name, _)| name.clone());
            if let sp::Expr::Named { expr, name } = value {
                let expr = self.expr(expr);
                self.cursor.skip("as");
                all.push((Some(self.ident(name)), expr));
            } else {
                all.push((declared, self.expr(value)));
            }
        }
        self.cursor.close(close);
        ExprKind::Struct(all)
    }

    fn dictionary(&mut self, fields: &[sp::DictionaryField]) -> ExprKind {
        let close = self.cursor.open(&Token::LBrace);
        let mut all = Vec::with_capacity(fields.len());
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let key = self.ident(&field.key);
            self.cursor.expect_token(&Token::Colon);
            all.push((Some(key), self.expr(&field.value)));
        }
        self.cursor.close(close);
        ExprKind::Struct(all)
    }

    fn map(&mut self, map: &sp::Map) -> ExprKind {
        self.cursor.expect("map");
        // `MAP[key, value]` has commas where `MAP {key: value}` has colons.
        let listed = *self.cursor.peek() == Token::LBracket;
        let (open, between) =
            if listed { (Token::LBracket, Token::Comma) } else { (Token::LBrace, Token::Colon) };
        let close = self.cursor.open(&open);
        let mut all = Vec::with_capacity(map.entries.len());
        for (i, entry) in map.entries.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            let key = self.expr(&entry.key);
            self.cursor.expect_token(&between);
            all.push((key, self.expr(&entry.value)));
        }
        self.cursor.close(close);
        ExprKind::Map(all)
    }

    fn lambda(&mut self, lambda: &sp::LambdaFunction) -> ExprKind {
        self.cursor.skip("lambda");
        let params: Vec<&sp::LambdaFunctionParameter> = match &lambda.params {
            sp::OneOrManyWithParens::One(param) => vec![param],
            sp::OneOrManyWithParens::Many(params) => params.iter().collect(),
        };
        let close = (*self.cursor.peek() == Token::LParen).then(|| self.cursor.open(&Token::LParen));
        let params = params.into_iter().map(|param| self.ident(&param.name)).collect();
        if let Some(close) = close {
            self.cursor.close(close);
        }
        self.cursor.seek(|t| matches!(t, Token::Arrow | Token::Colon));
        ExprKind::Lambda { params, body: self.boxed(&lambda.body) }
    }

    pub(super) fn json_path(&mut self, path: &sp::JsonPath) {
        for element in &path.path {
            match element {
                sp::JsonPathElem::Dot { .. } => self.cursor.advance(2),
                sp::JsonPathElem::Bracket { .. } => {
                    self.cursor.skip_group();
                }
                sp::JsonPathElem::ColonBracket { .. } => {
                    self.cursor.eat(&Token::Colon);
                    self.cursor.skip_group();
                }
            }
        }
    }
}
