//! The text of a query and where each byte of it stands in the user's files.
//!
//! A text is string literals joined by `+`, or a file. rustc on stable gives macros the place of a whole literal only, so
//! the exact place of a finding is computed here from the literal's own text and printed in the message.

use std::ops::Range;

use proc_macro2::{Literal, Span};
use querent_schema::ast;
use querent_schema::diagnostic::{Position, line_column};

use crate::literal::{self, Decoded, NotText};
use crate::report::Problem;

/// The text of a query.
pub(crate) struct Text {
    /// What is checked and sent.
    pub(crate) value: String,
    pieces: Vec<Piece>,
}

/// One literal, or the whole of a file.
struct Piece {
    /// Where its value begins in the text's.
    start: usize,
    /// The text as it stands in the file.
    source: String,
    /// How offsets in the value become offsets in `source`; `None` where they are equal.
    decoded: Option<Decoded>,
    /// The token to underline, and the literal where places inside it may be had.
    span: Span,
    literal: Option<Literal>,
    /// Where `source` begins.
    origin: Option<Position>,
    /// Whether `span` is the place itself, and not that of something larger around it.
    exact: bool,
}

impl Text {
    /// Reads literals.
    pub(crate) fn from_literals(literals: Vec<Literal>) -> Result<Text, Problem> {
        let mut text = Text { value: String::new(), pieces: Vec::new() };
        for literal in literals {
            let source = literal.to_string();
            let decoded = literal::decode(&source).map_err(|why| refusal(why, literal.span()))?;
            let start = text.value.len();
            text.value.push_str(&decoded.value);
            let (span, origin) = (literal.span(), place_of(literal.span()));
            text.pieces.push(Piece {
                start,
                source,
                decoded: Some(decoded),
                span,
                literal: Some(literal),
                origin,
                exact: false,
            });
        }
        Ok(text)
    }

    /// A text that was written of tokens, each with the place where it begins.
    pub(crate) fn from_tokens(value: String, marks: Vec<(usize, Span)>) -> Text {
        let ends = marks.iter().skip(1).map(|(start, _)| *start).chain([value.len()]);
        let piece = |((start, span), end): (&(usize, Span), usize)| Piece {
            start: *start,
            source: value[*start..end].to_owned(),
            decoded: None,
            span: *span,
            literal: None,
            origin: place_of(*span),
            exact: true,
        };
        let pieces = marks.iter().zip(ends).map(piece).collect();
        Text { value, pieces }
    }

    /// The text of a file; `span` is the literal that names it.
    pub(crate) fn from_file(content: String, file: String, span: Span) -> Text {
        let origin = Some(Position { file, line: 1, column: 1 });
        let piece = Piece {
            start: 0,
            source: content.clone(),
            decoded: None,
            span,
            literal: None,
            origin,
            exact: false,
        };
        Text { value: content, pieces: vec![piece] }
    }

    /// The span to underline for some bytes: those bytes where the compiler can say so, else the literal.
    pub(crate) fn span(&self, at: ast::Span) -> Span {
        let Some(piece) = self.piece(at.start as usize) else { return Span::call_site() };
        let exact = piece.literal.as_ref().and_then(|literal| literal.subspan(piece.range(at)));
        exact.unwrap_or(piece.span)
    }

    /// Whether the compiler can underline the bytes themselves.
    pub(crate) fn is_exact(&self, at: ast::Span) -> bool {
        let piece = self.piece(at.start as usize);
        piece.is_some_and(|p| {
            p.exact || p.literal.as_ref().is_some_and(|literal| literal.subspan(p.range(at)).is_some())
        })
    }

    /// The place of a byte in the user's files.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let piece = self.piece(offset);
        let at = piece.map(|piece| (piece, piece.range(ast::Span::new(offset, offset)).start));
        match at.and_then(|(piece, at)| Some((piece.origin.as_ref()?, &piece.source, at))) {
            Some((origin, source, at)) => {
                let (line, column) = line_column(source, at);
                let column = if line == 1 { origin.column + column - 1 } else { column };
                Position { file: origin.file.clone(), line: origin.line + line - 1, column }
            }
            None => {
                let (line, column) = line_column(&self.value, offset);
                Position { file: "query".to_owned(), line, column }
            }
        }
    }

    /// The span of the first literal.
    pub(crate) fn first_span(&self) -> Span {
        self.pieces.first().map_or_else(Span::call_site, |piece| piece.span)
    }

    fn piece(&self, offset: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.start <= offset);
        let found = self.pieces.get(after.checked_sub(1)?)?;
        // What is said of the very end of the text, or of an empty piece, goes to the last literal with something in it.
        let is_end = offset >= self.value.len();
        let filled = self.pieces.iter().rev().find(|piece| piece.start < self.value.len());
        if is_end { filled.or(Some(found)) } else { Some(found) }
    }
}

impl Piece {
    /// Where bytes of the value stand in `source`; never past the piece.
    fn range(&self, at: ast::Span) -> Range<usize> {
        let start = (at.start as usize).saturating_sub(self.start);
        let end = (at.end as usize).saturating_sub(self.start).max(start);
        match &self.decoded {
            Some(decoded) => {
                let from = decoded.source_offset(start.min(decoded.value.len()));
                // The end of the last character, not the start of what follows it: a line break may stand between them.
                let to = if end > start { decoded.source_end(&self.source, end - 1) } else { from };
                from..to.max(from)
            }
            None => start.min(self.source.len())..end.min(self.source.len()),
        }
    }
}

/// Where a token begins; `None` where the compiler (or rust-analyzer) does not say.
pub(crate) fn place_of(span: Span) -> Option<Position> {
    if !is_compiler() {
        return None;
    }
    let span = span.unwrap();
    let (file, line, column) = (span.file(), span.line(), span.column());
    (!file.is_empty() && line > 0 && column > 0).then_some(Position { file, line, column })
}

/// Whether this runs inside the compiler; unit tests do not.
pub(crate) fn is_compiler() -> bool {
    proc_macro::is_available()
}

fn refusal(why: NotText, span: Span) -> Problem {
    match why {
        NotText::Bytes => {
            Problem::new(span, "the text of a query is a plain string literal, not one of bytes")
        }
        NotText::Other => Problem::new(span, "the text of a query is a string literal"),
        NotText::Malformed => Problem::new(span, "this string literal cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pieces: &[&str]) -> Text {
        Text::from_literals(pieces.iter().map(|piece| piece.parse().unwrap()).collect()).unwrap()
    }

    /// Checks which bytes of which literal the first `needle` of the value stands for.
    #[track_caller]
    fn check(text: &Text, needle: &str, expected: &str) {
        let at = text.value.find(needle).unwrap();
        let span = ast::Span::new(at, at + needle.len());
        let piece = text.piece(at).unwrap();
        assert_eq!(&piece.source[piece.range(span)], expected);
    }

    #[test]
    fn places_go_through_pieces_and_escapes() {
        let text = text(&[r#""SELECT \ta, ""#, "r#\"b \"#", "\"\"", "\"FROM \\u{74} \\\n  WHERE c = 'é'\""]);
        assert_eq!(text.value, "SELECT \ta, b FROM t WHERE c = 'é'");
        check(&text, "\t", "\\t");
        check(&text, "a,", "a,");
        check(&text, "b", "b");
        check(&text, "t WHERE", "\\u{74} \\\n  WHERE");
        check(&text, "'é'", "'é'");
    }

    #[test]
    fn places_at_and_past_the_end_are_in_the_last_literal() {
        let text = text(&["\"SELECT \"", "\"a\"", "\"\""]);
        for offset in [8, 9, 100] {
            let piece = text.piece(offset).unwrap();
            let range = piece.range(ast::Span::new(offset, offset + 1));
            assert!(range.end <= piece.source.len() && range.start <= range.end, "{offset}: {range:?}");
            assert_eq!(piece.source, "\"a\"", "{offset}");
        }
        assert!(Text::from_literals(Vec::new()).unwrap().piece(0).is_none());
    }

    #[test]
    fn files_have_places_of_their_own() {
        let file = Text::from_file("SELECT 1\n  FROM é, x".into(), "q/a.sql".into(), Span::call_site());
        let at = file.value.find('x').unwrap();
        assert_eq!(file.position(at), Position { file: "q/a.sql".into(), line: 2, column: 11 });
    }
}
