//! The text to send, in pieces: what the user wrote, with holes for parameters, spreads and sections.
//!
//! Holes are cut out of the original text by their places; what stands between is copied byte for byte, comments and
//! all. A space is put in only where two words that the text keeps apart would otherwise become one.

use std::collections::{HashMap, HashSet};

use sqlparser::tokenizer::Token;

use super::Source;
use super::picodata;
use super::scan::Scanned;
use super::token::{significant, span_of};
use super::visit::{self, Node};
use crate::ast::{ExprKind, SelectItem, Span, Statement};
use crate::dialect::Habit;
use crate::plan::{Element, InPredicate, Piece};

/// A hole in the text.
struct Hole {
    span: Span,
    what: What,
}

enum What {
    Param(usize),
    Section(usize),
    In(InSite),
    /// An override: nothing is sent for it.
    Cut,
    /// A comment that the server does not read, or a place where it wants a blank.
    Blank,
}

/// An IN predicate with a spread.
struct InSite {
    /// Each element's place, and the parameter where it is a spread.
    elements: Vec<(Span, Option<usize>)>,
    negated: bool,
}

/// The pieces of a text; `statement` is its tree with all sections active.
pub(super) fn template(source: &Source<'_>, statement: &Statement) -> Vec<Piece> {
    let mut holes = Vec::new();
    for (index, param) in source.params.iter().enumerate() {
        holes.extend(param.uses.iter().map(|(span, _)| Hole { span: *span, what: What::Param(index) }));
    }
    for (index, section) in source.sections.iter().enumerate() {
        holes.push(Hole { span: section.span, what: What::Section(index) });
    }
    let mut cuts: HashMap<&str, Span> = HashMap::new();
    visit::statement(statement, &mut |node| match node {
        Node::Expr(expr) => {
            if let ExprKind::InList { expr: operand, list, negated } = &expr.kind {
                holes.extend(in_site(source, operand.span, list, *negated));
            }
        }
        Node::Item(SelectItem::Expr { alias: Some(alias), .. }) => {
            if let Some(over) = &alias.over {
                let span = alias.ident.span;
                cuts.insert(
                    slice(source.text, span),
                    Span { start: over.span.start - span.start, end: over.span.end - span.start },
                );
            }
        }
        _ => {}
    });
    holes.extend(cut_holes(source, &cuts));
    if source.dialect.has(Habit::PlainText) {
        holes.extend(blanks(source));
    }
    holes.sort_by_key(|h| (h.span.start, std::cmp::Reverse(h.span.end)));
    Build { source }.pieces(&holes, 0, source.text.len())
}

/// Whether quoted names other than the aliases themselves name an alias that lost its override.
pub(super) fn refers_to(
    tokens: &[Scanned],
    stripped: &HashMap<String, String>,
    statements: &[Statement],
) -> bool {
    if stripped.is_empty() {
        return false;
    }
    let mut aliases = HashSet::new();
    for statement in statements {
        visit::statement(statement, &mut |node| {
            if let Node::Item(SelectItem::Expr { alias: Some(alias), .. }) = node {
                aliases.insert(alias.ident.span.start);
            }
        });
    }
    tokens.iter().any(|t| match &t.token.token {
        Token::Word(w) if w.quote_style.is_some() && stripped.contains_key(&w.value) => {
            span_of(t.token.span).is_some_and(|span| !aliases.contains(&span.start))
        }
        _ => false,
    })
}

/// Every quoted name that an override is cut out of: aliases, and what refers to them.
fn cut_holes(source: &Source<'_>, cuts: &HashMap<&str, Span>) -> Vec<Hole> {
    let mut holes = Vec::new();
    for scanned in source.tokens.iter().filter(|_| !cuts.is_empty()) {
        let Token::Word(word) = &scanned.token.token else { continue };
        let Some(span) = span_of(scanned.token.span).filter(|_| word.quote_style.is_some()) else { continue };
        if let Some(cut) = cuts.get(slice(source.text, span)) {
            let span = Span { start: span.start + cut.start, end: span.start + cut.end };
            holes.push(Hole { span, what: What::Cut });
        }
    }
    holes
}

/// The comments, and the places where the server wants a blank.
fn blanks(source: &Source<'_>) -> Vec<Hole> {
    let mut holes = Vec::new();
    for (i, scanned) in source.tokens.iter().enumerate() {
        let Some(span) = span_of(scanned.token.span) else { continue };
        if picodata::is_comment(&scanned.token.token) {
            holes.push(Hole { span, what: What::Blank });
        }
        let next = source.tokens.get(i + 1).map(|next| &next.token.token);
        if next.is_some_and(|next| picodata::wants_blank(&scanned.token.token, next)) {
            holes.push(Hole { span: Span { start: span.end, end: span.end }, what: What::Blank });
        }
    }
    holes
}

/// An IN predicate as a hole, where a spread is among its elements.
fn in_site(source: &Source<'_>, operand: Span, list: &[crate::ast::Expr], negated: bool) -> Option<Hole> {
    let elements: Vec<_> = list
        .iter()
        .map(|e| match e.kind {
            ExprKind::Spread(index) => (e.span, Some(index)),
            _ => (e.span, None),
        })
        .collect();
    elements.iter().find(|(_, spread)| spread.is_some())?;
    // The predicate ends with the parenthesis that closes the list; parentheses around the predicate are text.
    let last = elements.last()?.0.end;
    let from = source.tokens.partition_point(|t| span_of(t.token.span).is_some_and(|s| s.start < last));
    let close = source.tokens[from..].iter().find(|t| significant(&t.token.token))?;
    let span = operand.to(span_of(close.token.span)?);
    Some(Hole { span, what: What::In(InSite { elements, negated }) })
}

struct Build<'a> {
    source: &'a Source<'a>,
}

impl Build<'_> {
    /// The pieces of a range, given the holes that begin in it.
    fn pieces(&self, holes: &[Hole], from: usize, to: usize) -> Vec<Piece> {
        let mut out = Vec::new();
        let mut at = from;
        let mut i = 0;
        while let Some(hole) = holes.get(i) {
            let (start, end) = (hole.span.start as usize, hole.span.end as usize);
            let inner = &holes[i + 1..];
            let inside = inner.iter().take_while(|h| (h.span.start as usize) < end).count();
            i += 1 + inside;
            if start < at || end > to {
                continue;
            }
            push(&mut out, &self.source.text[at..start]);
            self.hole(hole, &inner[..inside], &mut out);
            at = end;
        }
        push(&mut out, &self.source.text[at..to]);
        out
    }

    fn hole(&self, hole: &Hole, inside: &[Hole], out: &mut Vec<Piece>) {
        let (start, end) = (hole.span.start as usize, hole.span.end as usize);
        let (before, after) = (self.word_before(start), self.word_after(end));
        match &hole.what {
            What::Cut => {}
            What::Blank => push(out, " "),
            What::Param(index) => {
                push(out, if before { " " } else { "" });
                out.push(Piece::Param(*index));
                push(out, if after { " " } else { "" });
            }
            What::Section(index) => {
                let (first, last) = (start + 2, end.saturating_sub(2).max(start + 2));
                let mut pieces = Vec::new();
                push(&mut pieces, if before && self.word_after(first) { " " } else { "" });
                pieces.extend(self.pieces(inside, first, last));
                push(&mut pieces, if after && self.word_before(last) { " " } else { "" });
                out.push(Piece::Section(*index, merge(pieces)));
                push(out, if before && after { " " } else { "" });
            }
            What::In(site) => out.push(Piece::In(self.predicate(hole.span, site, inside, before, after))),
        }
    }

    fn predicate(
        &self,
        span: Span,
        site: &InSite,
        inside: &[Hole],
        before: bool,
        after: bool,
    ) -> InPredicate {
        let (start, end) = (span.start as usize, span.end as usize);
        let within = |from: u32, to: u32| {
            let first = inside.partition_point(|h| h.span.start < from);
            let last = inside.partition_point(|h| h.span.start < to);
            &inside[first..last]
        };
        let list = site.elements.first().map_or(span.end, |(first, _)| first.start);
        let close = site.elements.last().map_or(span.end, |(last, _)| last.end);
        let elements = site.elements.iter().map(|(element, spread)| match spread {
            Some(index) => Element::Spread(*index),
            None => {
                let holes = within(element.start, element.end);
                Element::Pieces(self.pieces(holes, element.start as usize, element.end as usize))
            }
        });
        let word = self.source.dialect.booleans[usize::from(site.negated)];
        let space = |needed: bool| if needed { " " } else { "" };
        InPredicate {
            head: self.pieces(within(span.start, list), start, list as usize),
            elements: elements.collect(),
            tail: self.plain(within(close, span.end), close as usize, end),
            empty: format!("{}{word}{}", space(before), space(after)),
        }
    }

    /// The text of a range that holds nothing but text and comments.
    fn plain(&self, holes: &[Hole], from: usize, to: usize) -> String {
        let text = |piece| if let Piece::Text(text) = piece { text } else { String::new() };
        self.pieces(holes, from, to).into_iter().map(text).collect()
    }

    fn word_before(&self, at: usize) -> bool {
        self.source.text[..at].chars().next_back().is_some_and(in_word)
    }

    fn word_after(&self, at: usize) -> bool {
        self.source.text[at..].chars().next().is_some_and(in_word)
    }
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Adds text, to the last piece where that is text too.
fn push(out: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(Piece::Text(last)) => last.push_str(text),
        _ => out.push(Piece::Text(text.to_string())),
    }
}

/// Joins neighbouring pieces of text.
fn merge(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match piece {
            Piece::Text(text) => push(&mut out, &text),
            other => out.push(other),
        }
    }
    out
}
