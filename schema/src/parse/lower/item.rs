//! Select lists and wildcards.

use sqlparser::ast as sp;
use sqlparser::tokenizer::Token;

use super::Lower;
use crate::ast::{Clause, Name, SelectItem, WildcardOptions};
use crate::parse::token::span_of;

impl Lower<'_> {
    pub(super) fn select_items(
        &mut self,
        items: &[sp::SelectItem],
        other: &mut Vec<Clause>,
    ) -> Vec<SelectItem> {
        let mut all = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            all.push(self.select_item(item, other));
        }
        // A trailing comma is allowed by some dialects.
        self.cursor.eat(&Token::Comma);
        all
    }

    fn select_item(&mut self, item: &sp::SelectItem, other: &mut Vec<Clause>) -> SelectItem {
        let start = self.cursor.pos();
        match item {
            sp::SelectItem::UnnamedExpr(expr) => SelectItem::Expr { expr: self.expr(expr), alias: None },
            sp::SelectItem::ExprWithAlias { expr, alias } => {
                // `alias = expr` is a spelling of T-SQL.
                if span_of(alias.span).is_some_and(|s| s.start == self.cursor.here().start)
                    && *self.cursor.at(1) == Token::Eq
                {
                    let alias = self.alias(alias);
                    self.cursor.advance(1);
                    return SelectItem::Expr { expr: self.expr(expr), alias: Some(alias) };
                }
                let expr = self.expr(expr);
                self.cursor.skip("as");
                SelectItem::Expr { expr, alias: Some(self.alias(alias)) }
            }
            sp::SelectItem::ExprWithAliases { expr, .. } => {
                let expr = self.expr(expr);
                self.other(other, "an alias of several columns", |this| {
                    this.cursor.skip("as");
                    this.cursor.skip_group();
                });
                SelectItem::Expr { expr, alias: None }
            }
            sp::SelectItem::QualifiedWildcard(kind, options) => {
                let qualifier = match kind {
                    sp::SelectItemQualifiedWildcardKind::ObjectName(name) => Some(self.name(name)),
                    sp::SelectItemQualifiedWildcardKind::Expr(expr) => {
                        let expr = self.expr(expr);
                        self.unsupported(expr.span, "`.*` after an expression");
                        None
                    }
                };
                self.cursor.eat(&Token::Period);
                self.wildcard(qualifier, options, start)
            }
            sp::SelectItem::Wildcard(options) => self.wildcard(None, options, start),
        }
    }

    fn wildcard(
        &mut self,
        qualifier: Option<Name>,
        options: &sp::WildcardAdditionalOptions,
        start: usize,
    ) -> SelectItem {
        self.star();
        let options = self.wildcard_options(options);
        SelectItem::Wildcard { qualifier, options, span: self.cursor.since(start) }
    }

    pub(super) fn wildcard_options(&mut self, options: &sp::WildcardAdditionalOptions) -> WildcardOptions {
        let mut lowered = WildcardOptions::default();
        if let Some(ilike) = &options.opt_ilike {
            self.cursor.expect("ilike");
            self.cursor.advance(1);
            lowered.ilike = Some(ilike.pattern.clone());
        }
        if let Some(exclude) = &options.opt_exclude {
            let names = match exclude {
                sp::ExcludeSelectItem::Single(name) => std::slice::from_ref(name),
                sp::ExcludeSelectItem::Multiple(names) => names.as_slice(),
            };
            lowered.exclude = self.listed("exclude", names, |this, name| this.name(name).last().clone());
        }
        if let Some(except) = &options.opt_except {
            let names: Vec<_> =
                std::iter::once(&except.first_element).chain(&except.additional_elements).collect();
            lowered.exclude.extend(self.listed("except", &names, |this, name| this.ident(name)));
        }
        if let Some(replace) = &options.opt_replace {
            lowered.replace = self.listed("replace", &replace.items, |this, item| {
                let expr = this.expr(&item.expr);
                this.cursor.skip("as");
                (expr, this.ident(&item.column_name))
            });
        }
        if let Some(rename) = &options.opt_rename {
            let items = match rename {
                sp::RenameSelectItem::Single(item) => std::slice::from_ref(item),
                sp::RenameSelectItem::Multiple(items) => items.as_slice(),
            };
            lowered.rename = self.listed("rename", items, |this, item| {
                let from = this.ident(&item.ident);
                this.cursor.skip("as");
                (from, this.ident(&item.alias))
            });
        }
        if let Some(alias) = &options.opt_alias {
            self.cursor.skip("as");
            let alias = self.ident(alias);
            self.unsupported(alias.span, "an alias of a wildcard");
        }
        lowered
    }

    /// `WORD item` or `WORD (item, …)`.
    fn listed<I, T>(&mut self, word: &str, items: &[I], mut read: impl FnMut(&mut Self, &I) -> T) -> Vec<T> {
        self.cursor.expect(word);
        let close = (*self.cursor.peek() == Token::LParen).then(|| self.cursor.open(&Token::LParen));
        let mut all = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.cursor.expect_token(&Token::Comma);
            }
            all.push(read(self, item));
        }
        if let Some(close) = close {
            self.cursor.close(close);
        }
        all
    }
}
