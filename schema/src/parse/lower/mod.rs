//! sqlparser's tree into ours, with exact spans.
//!
//! sqlparser keeps the places of names and values only. So lowering walks the tokens along with the tree, in the order of
//! the text: a node begins at the token under the cursor when its lowering starts, and ends at the last token taken.
//! Every name and value that has a place of its own sets the cursor right, so that syntax which is not followed word by
//! word costs at most the exactness of one span, never the reading of what comes after.

mod block;
mod compound;
mod cursor;
mod ddl;
mod dml;
mod expr;
mod form;
mod function;
mod item;
mod operator;
mod pipe;
mod query;
mod select;
mod statement;
mod table;
mod types;
mod value;

use std::collections::HashMap;

use sqlparser::ast as sp;
use sqlparser::tokenizer::TokenWithSpan;

use self::cursor::Cursor;
use super::overrides::split;
use super::token::span_of;
use super::{ParamUse, limits};
use crate::ast::{Ident, Name, Span};
use crate::diagnostic::{Code, Diagnostic};

/// Lowers statements that share one list of tokens.
pub(super) struct Lower<'a> {
    text: &'a str,
    cursor: Cursor,
    params: &'a [ParamUse],
    /// Aliases whose override was stripped: what they were, what they are now.
    stripped: HashMap<String, String>,
    depth: usize,
    /// Whether one half of a `>>` was taken as a `>`.
    half_closed: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Lower<'a> {
    pub(super) fn new(text: &'a str, tokens: Vec<TokenWithSpan>, params: &'a [ParamUse]) -> Lower<'a> {
        Lower {
            text,
            cursor: Cursor::new(tokens),
            params,
            stripped: HashMap::new(),
            depth: 0,
            half_closed: false,
            diagnostics: Vec::new(),
        }
    }

    /// The aliases that lost an override.
    pub(super) fn stripped(&self) -> &HashMap<String, String> {
        &self.stripped
    }

    /// Back to the start, knowing which aliases lost an override.
    pub(super) fn restart(&mut self) {
        self.cursor.set(0);
        self.diagnostics.clear();
    }

    /// How often the tokens were not what the tree says; a test holds this at zero.
    #[cfg(test)]
    pub(super) fn astray(&self) -> usize {
        self.cursor.astray
    }

    /// A name, under the cursor or where its own place says.
    fn ident(&mut self, ident: &sp::Ident) -> Ident {
        let span = match span_of(ident.span) {
            Some(span) => self.cursor.take_at(span),
            None => self.cursor.take_name(&ident.value),
        };
        let quoted = ident.quote_style.is_some();
        let value = match self.stripped.get(&ident.value) {
            Some(plain) if quoted => plain.clone(),
            _ => ident.value.clone(),
        };
        Ident { value, quoted, span }
    }

    fn idents(&mut self, idents: &[sp::Ident]) -> Vec<Ident> {
        idents.iter().map(|i| self.ident(i)).collect()
    }

    /// A qualified name.
    fn name(&mut self, name: &sp::ObjectName) -> Name {
        let mut parts = Vec::with_capacity(name.0.len());
        for part in &name.0 {
            match part {
                sp::ObjectNamePart::Identifier(ident) => parts.push(self.ident(ident)),
                sp::ObjectNamePart::Function(function) => {
                    let start = self.cursor.pos();
                    self.ident(&function.name);
                    self.cursor.skip_group();
                    let span = self.cursor.since(start);
                    self.unsupported(span, "a function in place of a name");
                    parts.push(Ident { value: self.slice(span).to_string(), quoted: true, span });
                }
            }
        }
        if parts.is_empty() {
            let span = self.cursor.here();
            parts.push(Ident { value: String::new(), quoted: true, span });
        }
        Name { parts }
    }

    /// An alias of a select item: the name and what it overrides.
    fn alias(&mut self, ident: &sp::Ident) -> crate::ast::Alias {
        let quoted = ident.quote_style.is_some();
        let plain = Ident { value: ident.value.clone(), quoted, span: self.ident(ident).span };
        if !quoted {
            return crate::ast::Alias { ident: plain, over: None };
        }
        let raw = &self.text[plain.span.start as usize..plain.span.end as usize];
        match split(raw, &ident.value, plain.span) {
            Ok(None) => crate::ast::Alias { ident: plain, over: None },
            Ok(Some((value, over))) => {
                self.stripped.insert(ident.value.clone(), value.clone());
                crate::ast::Alias { ident: Ident { value, ..plain }, over: Some(over) }
            }
            Err(found) => {
                self.diagnostics.push(*found);
                crate::ast::Alias { ident: plain, over: None }
            }
        }
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Says that syntax is read but that neither the checker nor a server behind it knows what to do with it.
    fn unsupported(&mut self, span: Span, what: &str) {
        self.diagnostics.push(Diagnostic::error(Code::Unsupported, span, format!("{what} is not supported")));
    }

    /// Runs a nested lowering unless it goes too deep.
    fn nested<T>(&mut self, lower: impl FnOnce(&mut Self) -> T, too_deep: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= limits::TREE_DEPTH_MAX {
            let span = self.cursor.here();
            if !self.diagnostics.iter().any(|d| d.code == Code::TooComplex) {
                self.diagnostics.push(limits::too_deep(span));
            }
            return too_deep(self);
        }
        self.depth += 1;
        let result = lower(self);
        self.depth -= 1;
        result
    }
}
