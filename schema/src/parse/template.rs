//! The text to send, in pieces: what the user wrote, with holes for parameters, spreads, rows of VALUES and sections.
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
use crate::ast::{Expr, ExprKind, Insert, Query, SelectItem, SetExpr, Span, Statement, StatementKind};
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
    /// The rows of VALUES, each with its parentheses.
    Rows(Vec<Span>),
    /// An override: nothing is sent for it.
    Cut,
    /// A comment that the server does not read, or a place where it wants a blank.
    Blank,
}

/// An IN predicate whose elements are told apart.
struct InSite {
    /// Each element's place, and the parameter where it is a spread.
    elements: Vec<(Span, Option<usize>)>,
    negated: bool,
    /// Whether the statement can be split by them.
    splits: bool,
}

/// The pieces of a text; `statement` is its tree with all sections active. `split` is where the predicate or the VALUES
/// stand by which the statement can be split.
pub(super) fn template(source: &Source<'_>, statement: &Statement, split: Option<Span>) -> Vec<Piece> {
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
                holes.extend(in_site(source, operand.span, list, *negated, split == Some(expr.span)));
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
    if let StatementKind::Insert(insert) = &statement.kind
        && source.sections.is_empty()
    {
        holes.extend(rows_site(source, insert, split));
    }
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

/// An IN predicate as a hole, where a spread is among its elements or the statement can be split by them.
fn in_site(source: &Source<'_>, operand: Span, list: &[Expr], negated: bool, splits: bool) -> Option<Hole> {
    let elements: Vec<_> = list
        .iter()
        .map(|e| match e.kind {
            ExprKind::Spread(index) => (e.span, Some(index)),
            _ => (e.span, None),
        })
        .collect();
    elements.iter().find(|(_, spread)| splits || spread.is_some())?;
    // The predicate ends with the parenthesis that closes the list; parentheses around the predicate are text.
    let span = operand.to(closing(source, elements.last()?.0.end)?);
    Some(Hole { span, what: What::In(InSite { elements, negated, splits }) })
}

/// The rows of an INSERT as a hole, where they are all that it writes and hold no query; and only where it is split by
/// them, or others may be joined to its one row.
fn rows_site(source: &Source<'_>, insert: &Insert, split: Option<Span>) -> Option<Hole> {
    let Query {
        with: None,
        body: SetExpr::Values(values),
        order_by: None,
        limit: None,
        offset: None,
        other,
        ..
    } = &**insert.source.as_ref()?
    else {
        return None;
    };
    // `ON CONFLICT DO UPDATE` sees what other rows wrote, and OVERWRITE leaves nothing of them.
    let updates = insert.on_conflict.as_ref().is_some_and(|conflict| !conflict.assignments.is_empty());
    if insert.with.is_some() || !other.is_empty() || updates || insert.verb.contains("OVERWRITE") {
        return None;
    }
    if values.rows.len() > 1 && split != Some(values.span) {
        return None;
    }
    let mut params = false;
    let mut row = |row: &Vec<Expr>| {
        let (first, last) = (row.first()?, row.last()?);
        let mut queries = false;
        for expr in row {
            visit::expr(expr, &mut |node| {
                queries |= matches!(node, Node::Query(_));
                params |= matches!(node, Node::Expr(Expr { kind: ExprKind::Param(_), .. }));
            });
        }
        let span = opening(source, first.span.start)?.to(closing(source, last.span.end)?);
        (!queries).then_some(span)
    };
    let rows: Vec<Span> = values.rows.iter().map(&mut row).collect::<Option<_>>()?;
    if rows.len() == 1 && !params {
        return None;
    }
    let between = |pair: &[Span]| {
        let text = source.text.get(pair[0].end as usize..pair[1].start as usize);
        text.is_some_and(|text| text.trim() == ",")
    };
    if !rows.windows(2).all(between) {
        return None;
    }
    Some(Hole { span: rows.first()?.to(*rows.last()?), what: What::Rows(rows) })
}

/// The parenthesis that opens before a place, if that is what stands there.
fn opening(source: &Source<'_>, before: u32) -> Option<Span> {
    let to = source.tokens.partition_point(|t| span_of(t.token.span).is_some_and(|s| s.start < before));
    let open = source.tokens[..to].iter().rev().find(|t| significant(&t.token.token))?;
    span_of(open.token.span).filter(|_| open.token.token == Token::LParen)
}

/// The parenthesis that closes behind a place, if that is what stands there.
fn closing(source: &Source<'_>, behind: u32) -> Option<Span> {
    let from = source.tokens.partition_point(|t| span_of(t.token.span).is_some_and(|s| s.start < behind));
    let close = source.tokens[from..].iter().find(|t| significant(&t.token.token))?;
    span_of(close.token.span).filter(|_| close.token.token == Token::RParen)
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
            What::In(site) => {
                let predicate = self.predicate(hole.span, site, inside, before, after);
                out.push(if site.splits { Piece::Split(predicate) } else { Piece::In(predicate) });
            }
            What::Rows(rows) => {
                let row = |row: &Span| {
                    self.pieces(within(inside, row.start, row.end), row.start as usize, row.end as usize)
                };
                out.push(Piece::Rows(rows.iter().map(row).collect()));
            }
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
        let list = site.elements.first().map_or(span.end, |(first, _)| first.start);
        let close = site.elements.last().map_or(span.end, |(last, _)| last.end);
        let elements = site.elements.iter().map(|(element, spread)| match spread {
            Some(index) => Element::Spread(*index),
            None => {
                let holes = within(inside, element.start, element.end);
                Element::Pieces(self.pieces(holes, element.start as usize, element.end as usize))
            }
        });
        let word = self.source.dialect.booleans[usize::from(site.negated)];
        let space = |needed: bool| if needed { " " } else { "" };
        InPredicate {
            head: self.pieces(within(inside, span.start, list), start, list as usize),
            elements: elements.collect(),
            tail: self.plain(within(inside, close, span.end), close as usize, end),
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

/// The holes that begin in a range.
fn within(holes: &[Hole], from: u32, to: u32) -> &[Hole] {
    let first = holes.partition_point(|h| h.span.start < from);
    let last = holes.partition_point(|h| h.span.start < to);
    &holes[first..last]
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
