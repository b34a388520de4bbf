//! Literals and parameters.

use sqlparser::ast as sp;

use super::Lower;
use crate::ast::{ExprKind, Literal, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::token::span_of;

impl Lower<'_> {
    /// Takes a value's tokens.
    pub(super) fn take_value(&mut self, value: &sp::ValueWithSpan) -> Span {
        match span_of(value.span) {
            Some(span) => self.cursor.take_at(span),
            None => {
                let span = self.cursor.here();
                self.cursor.advance(1);
                span
            }
        }
    }

    /// A literal, or a parameter.
    pub(super) fn value(&mut self, value: &sp::ValueWithSpan) -> ExprKind {
        let span = self.take_value(value);
        match &value.value {
            sp::Value::Placeholder(text) => self.parameter(text, span),
            other => ExprKind::Literal(literal(other)),
        }
    }

    fn parameter(&mut self, text: &str, span: Span) -> ExprKind {
        let index = text.strip_prefix('$').and_then(|n| n.parse::<usize>().ok());
        let known = index.and_then(|n| n.checked_sub(1)).filter(|&n| {
            self.params
                .get(n)
                .is_some_and(|p| p.uses.binary_search_by_key(&span.start, |(s, _)| s.start).is_ok())
        });
        match known {
            // Spreads are put in place by the IN list that they stand in; elsewhere the scan has complained.
            Some(index) => ExprKind::Param(index),
            None => {
                let own = self.slice(span);
                let name = own.trim_start_matches([':', '@', '$', '?']);
                // `$1x` was the scan's to refuse.
                if !own.starts_with('$') {
                    let mut found =
                        Diagnostic::error(Code::Syntax, span, format!("`{own}` is not a parameter here"));
                    if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                        found = found.help(format!("write `${name}`"));
                    }
                    self.diagnostics.push(found);
                }
                ExprKind::Other("placeholder".to_string())
            }
        }
    }

    /// A string that stands as itself (`ESCAPE 'x'`, `COMMENT 'x'`).
    pub(super) fn text_of(value: &sp::Value) -> String {
        match literal(value) {
            Literal::String(text)
            | Literal::NationalString(text)
            | Literal::Number(text)
            | Literal::Bytes(text) => text,
            Literal::Null => "NULL".to_string(),
            Literal::Boolean(value) => value.to_string(),
        }
    }
}

/// A literal's value; placeholders are not literals and become their text.
pub(super) fn literal(value: &sp::Value) -> Literal {
    use sp::Value as V;
    match value {
        V::Number(text, _) => Literal::Number(text.clone()),
        V::Boolean(value) => Literal::Boolean(*value),
        V::Null => Literal::Null,
        V::SingleQuotedByteStringLiteral(text)
        | V::DoubleQuotedByteStringLiteral(text)
        | V::TripleSingleQuotedByteStringLiteral(text)
        | V::TripleDoubleQuotedByteStringLiteral(text)
        | V::HexStringLiteral(text) => Literal::Bytes(text.clone()),
        V::NationalStringLiteral(text) | V::UnicodeStringLiteral(text) => {
            Literal::NationalString(text.clone())
        }
        V::NationalQuoteDelimitedStringLiteral(text) => Literal::NationalString(text.value.clone()),
        V::DollarQuotedString(text) => Literal::String(text.value.clone()),
        V::QuoteDelimitedStringLiteral(text) => Literal::String(text.value.clone()),
        V::SingleQuotedString(text)
        | V::TripleSingleQuotedString(text)
        | V::TripleDoubleQuotedString(text)
        | V::EscapedStringLiteral(text)
        | V::SingleQuotedRawStringLiteral(text)
        | V::DoubleQuotedRawStringLiteral(text)
        | V::TripleSingleQuotedRawStringLiteral(text)
        | V::TripleDoubleQuotedRawStringLiteral(text)
        | V::DoubleQuotedString(text)
        | V::Placeholder(text) => Literal::String(text.clone()),
    }
}
