//! Expressions with a syntax of their own: CASE, CAST, EXTRACT, literals of compound types and the like.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use super::function::plain;
use crate::ast::{Expr, ExprKind, FunctionArg, Ident, Literal, Name, TypeName};
use crate::parse::token::is_word;

impl Lower<'_> {
    pub(super) fn form(&mut self, expr: &sp::Expr) -> ExprKind {
        use sp::Expr as E;
        match expr {
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            E::Cast { kind, expr, format, .. } => self.cast(kind, expr, format.is_some()),
            E::Convert { .. } => self.convert(expr),
            E::AtTimeZone { timestamp, time_zone } => {
                let expr = self.boxed(timestamp);
                self.cursor.skip_any(&["at", "time", "zone"]);
                ExprKind::AtTimeZone { expr, zone: self.boxed(time_zone) }
            }
            E::Collate { expr, collation } => {
                let expr = self.boxed(expr);
                self.cursor.expect("collate");
                ExprKind::Collate { expr, collation: self.name(collation) }
            }
            E::TypedString(typed) => self.typed_string(typed),
            E::Interval(interval) => self.interval(interval),
            E::Prefixed { prefix, value } => {
                self.ident(prefix);
                match self.expr(value).kind {
                    ExprKind::Literal(Literal::String(text)) => {
                        ExprKind::Literal(Literal::NationalString(text))
                    }
                    kind => kind,
                }
            }
            E::GroupingSets(sets) => {
                self.cursor.skip_any(&["grouping", "sets"]);
                ExprKind::GroupingSets(self.grouping(sets))
            }
            E::Cube(sets) => {
                self.cursor.expect("cube");
                ExprKind::Cube(self.grouping(sets))
            }
            E::Rollup(sets) => {
                self.cursor.expect("rollup");
                ExprKind::Rollup(self.grouping(sets))
            }
            other => self.call_form(other),
        }
    }

    /// What looks like a call of a function, with words between the arguments.
    fn call_form(&mut self, expr: &sp::Expr) -> ExprKind {
        use sp::Expr as E;
        match expr {
            E::Extract { field, expr, .. } => {
                self.cursor.expect("extract");
                let close = self.cursor.open(&Token::LParen);
                self.cursor.advance(1);
                self.cursor.skip_group();
                self.cursor.seek(|t| is_word(t, "from") || *t == Token::Comma);
                let expr = self.boxed(expr);
                self.cursor.close(close);
                let field = field.to_string();
                // A quoted field keeps its spelling, which the column's name shows.
                let field = if field.starts_with(['"', '\'']) { field } else { upper(&field) };
                ExprKind::Extract { field, expr }
            }
            E::Ceil { expr, field } => self.rounding(expr, field),
            E::Floor { expr, field } => self.rounding(expr, field),
            E::Position { expr, r#in } => {
                let name = self.keyword_name();
                let close = self.cursor.open(&Token::LParen);
                let needle = self.expr(expr);
                self.cursor.expect("in");
                let text = self.expr(r#in);
                self.cursor.close(close);
                // The plain function takes the text first.
                call(name, vec![text, needle])
            }
            E::Substring { expr, substring_from, substring_for, .. } => {
                let parts = [Some(expr.as_ref()), substring_from.as_deref(), substring_for.as_deref()];
                let words: &[&str] = &["from", "for"];
                self.worded_call(&parts, words)
            }
            E::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let (what, from) = (Some(overlay_what.as_ref()), Some(overlay_from.as_ref()));
                self.worded_call(
                    &[Some(expr.as_ref()), what, from, overlay_for.as_deref()],
                    &["placing", "from", "for"],
                )
            }
            E::Trim { trim_where, trim_what, expr, trim_characters } => {
                self.trim(*trim_where, trim_what.as_deref(), expr, trim_characters.as_deref())
            }
            other => self.compound(other),
        }
    }

    fn case(
        &mut self,
        operand: Option<&sp::Expr>,
        conditions: &[sp::CaseWhen],
        otherwise: Option<&sp::Expr>,
    ) -> ExprKind {
        self.cursor.expect("case");
        let operand = operand.map(|expr| self.boxed(expr));
        let mut branches = Vec::with_capacity(conditions.len());
        for when in conditions {
            self.cursor.expect("when");
            let condition = self.expr(&when.condition);
            self.cursor.expect("then");
            branches.push((condition, self.expr(&when.result)));
        }
        let otherwise = otherwise.map(|expr| {
            self.cursor.expect("else");
            self.boxed(expr)
        });
        self.cursor.expect("end");
        ExprKind::Case { operand, branches, otherwise }
    }

    fn cast(&mut self, kind: &sp::CastKind, expr: &sp::Expr, format: bool) -> ExprKind {
        if *kind == sp::CastKind::DoubleColon {
            let expr = self.boxed(expr);
            self.cursor.expect_token(&Token::DoubleColon);
            return ExprKind::Cast { expr, ty: self.type_name(), try_: false };
        }
        self.cursor.advance(1);
        let close = self.cursor.open(&Token::LParen);
        let expr = self.boxed(expr);
        self.cursor.expect("as");
        let ty = self.type_name();
        if format {
            let span = self.cursor.here();
            self.unsupported(span, "CAST … FORMAT");
        }
        self.cursor.close(close);
        ExprKind::Cast { expr, ty, try_: *kind != sp::CastKind::Cast }
    }

    /// `CONVERT(expr, type)` and `CONVERT(type, expr)`.
    fn convert(&mut self, expr: &sp::Expr) -> ExprKind {
        let sp::Expr::Convert { is_try, expr, data_type, target_before_value, styles, .. } = expr else {
            return ExprKind::Other("CONVERT".to_string());
        };
        self.cursor.advance(1);
        let close = self.cursor.open(&Token::LParen);
        let mut ty = None;
        if *target_before_value {
            ty = Some(self.type_name());
            self.cursor.expect_token(&Token::Comma);
        }
        let expr = self.boxed(expr);
        if !*target_before_value && data_type.is_some() {
            self.cursor.expect_token(&Token::Comma);
            ty = Some(self.type_name());
        }
        if !styles.is_empty() {
            let span = self.cursor.here();
            self.unsupported(span, "the style of CONVERT");
        }
        self.cursor.close(close);
        match ty {
            Some(ty) => ExprKind::Cast { expr, ty, try_: *is_try },
            None => ExprKind::Other("CONVERT … USING".to_string()),
        }
    }

    /// `DATE '…'`, `{d '…'}`.
    fn typed_string(&mut self, typed: &sp::TypedString) -> ExprKind {
        let braced = typed.uses_odbc_syntax.then(|| self.cursor.open(&Token::LBrace));
        let mut ty = self.type_name();
        if braced.is_some() {
            ty = TypeName { name: typed.data_type.to_string(), ..ty };
        }
        self.take_value(&typed.value);
        if let Some(close) = braced {
            self.cursor.close(close);
        }
        if let sp::Value::Placeholder(_) = typed.value.value {
            return ExprKind::Other("a parameter in a typed literal".to_string());
        }
        ExprKind::TypedString { ty, text: Self::text_of(&typed.value.value) }
    }

    fn interval(&mut self, interval: &sp::Interval) -> ExprKind {
        self.cursor.expect("interval");
        let value = self.boxed(&interval.value);
        let mut unit = None;
        if let Some(field) = &interval.leading_field {
            unit = Some(upper(&field.to_string()));
            self.cursor.advance(1);
            self.cursor.skip_group();
        }
        if let Some(last) = &interval.last_field {
            self.cursor.expect("to");
            self.cursor.advance(1);
            self.cursor.skip_group();
            let first = unit.unwrap_or_default();
            unit = Some(format!("{first} TO {}", upper(&last.to_string())));
        }
        ExprKind::Interval { value, unit }
    }

    fn grouping(&mut self, sets: &[Vec<sp::Expr>]) -> Vec<Vec<Expr>> {
        let close = self.cursor.open(&Token::LParen);
        let mut all = Vec::with_capacity(sets.len());
        for (i, set) in sets.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            // A parenthesis here belongs to the set, never to its first expression.
            if *self.cursor.peek() == Token::LParen {
                let inner = self.cursor.open(&Token::LParen);
                let exprs = self.exprs(set);
                self.cursor.close(inner);
                all.push(exprs);
            } else {
                all.push(self.exprs(set));
            }
        }
        self.cursor.close(close);
        all
    }

    /// The keyword under the cursor as a function's name.
    fn keyword_name(&mut self) -> Name {
        let span = self.cursor.here();
        let value = self.slice(span).to_string();
        self.cursor.advance(1);
        Name { parts: vec![Ident { value, quoted: false, span }] }
    }

    /// `SUBSTRING(a FROM b FOR c)`: arguments with words or commas between them.
    fn worded_call(&mut self, parts: &[Option<&sp::Expr>], words: &[&str]) -> ExprKind {
        let name = self.keyword_name();
        let close = self.cursor.open(&Token::LParen);
        let mut args = Vec::with_capacity(parts.len());
        for (i, part) in parts.iter().enumerate() {
            let Some(part) = part else { continue };
            if i > 0 {
                self.cursor.seek(|t| *t == Token::Comma || words.iter().any(|w| is_word(t, w)));
            }
            args.push(self.expr(part));
        }
        self.cursor.close(close);
        call(name, args)
    }

    fn rounding(&mut self, expr: &sp::Expr, field: &sp::CeilFloorKind) -> ExprKind {
        let name = self.keyword_name();
        let close = self.cursor.open(&Token::LParen);
        let mut args = vec![self.expr(expr)];
        match field {
            sp::CeilFloorKind::DateTimeField(sp::DateTimeField::NoDateTime) => {}
            sp::CeilFloorKind::DateTimeField(field) => {
                self.cursor.expect("to");
                let span = self.cursor.here();
                let kind = ExprKind::Literal(Literal::String(upper(&field.to_string())));
                args.push(Expr { kind, span });
            }
            sp::CeilFloorKind::Scale(value) => {
                self.cursor.expect_token(&Token::Comma);
                let span = self.cursor.here();
                let kind = self.value(value);
                args.push(Expr { kind, span });
            }
        }
        self.cursor.close(close);
        call(name, args)
    }

    fn trim(
        &mut self,
        side: Option<sp::TrimWhereField>,
        what: Option<&sp::Expr>,
        expr: &sp::Expr,
        characters: Option<&[sp::Expr]>,
    ) -> ExprKind {
        let mut name = self.keyword_name();
        let close = self.cursor.open(&Token::LParen);
        self.cursor.skip_any(&["both", "leading", "trailing"]);
        let what = what.map(|what| {
            let what = self.expr(what);
            self.cursor.expect("from");
            what
        });
        if what.is_none() {
            self.cursor.skip("from");
        }
        let mut args = vec![self.expr(expr)];
        args.extend(what);
        if let Some(characters) = characters {
            self.cursor.expect_token(&Token::Comma);
            args.extend(self.exprs(characters));
        }
        self.cursor.close(close);
        if let (Some(part), Some(plain)) = (name.parts.last_mut(), side.and_then(one_sided)) {
            part.value = plain.to_string();
        }
        call(name, args)
    }
}

fn call(name: Name, args: Vec<Expr>) -> ExprKind {
    ExprKind::Function(Box::new(plain(name, args.into_iter().map(FunctionArg::Expr).collect())))
}

fn one_sided(side: sp::TrimWhereField) -> Option<&'static str> {
    match side {
        sp::TrimWhereField::Both => None,
        sp::TrimWhereField::Leading => Some("ltrim"),
        sp::TrimWhereField::Trailing => Some("rtrim"),
    }
}

fn upper(text: &str) -> String {
    text.trim_matches(['\'', '"']).to_uppercase()
}
