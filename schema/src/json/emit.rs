//! The template: the text written anew, without blanks, overrides and what else no server knows.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::tree::{Item, Member, Node, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Piece, Section};

/// What is sent otherwise than it is written, by where it stands.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Other texts in place of strings.
    pub(super) texts: HashMap<u32, String>,
    /// What is put around parameters.
    pub(super) around: HashMap<u32, (&'static str, &'static str)>,
}

/// Writes a template.
pub(super) fn template(
    root: &Node,
    edits: &Edits,
    sections: &[Section],
    found: &mut Vec<Diagnostic>,
) -> Vec<Piece> {
    let mut out = Out { pieces: Vec::new(), edits, sections, found };
    out.node(root);
    out.pieces
}

struct Out<'e> {
    pieces: Vec<Piece>,
    edits: &'e Edits,
    sections: &'e [Section],
    found: &'e mut Vec<Diagnostic>,
}

impl Out<'_> {
    fn text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Null => self.text("null"),
            Value::Bool(value) => self.text(if *value { "true" } else { "false" }),
            Value::Number(text) => self.text(text),
            Value::Text(text) => {
                let sent = self.edits.texts.get(&node.span.start).unwrap_or(text);
                self.text(&quoted(sent));
            }
            Value::Param(index) => {
                let (before, after) = self.edits.around.get(&node.span.start).copied().unwrap_or_default();
                self.text(before);
                self.pieces.push(Piece::Param(*index));
                self.text(after);
            }
            Value::Array(items) => self.list("[", items, "]", Self::node),
            Value::Object(items) => self.list("{", items, "}", Self::member),
        }
    }

    fn member(&mut self, member: &Member) {
        self.text(&quoted(&member.name.text));
        self.text(":");
        self.node(&member.value);
    }

    /// Elements with commas between them. The comma beside an optional section is sent with it.
    fn list<T>(&mut self, open: &str, items: &[Item<T>], close: &str, one: fn(&mut Self, &T)) {
        self.text(open);
        let first = items.iter().position(|item| matches!(item, Item::One(_)));
        if first.is_none() {
            self.refuse_second_section(items);
        }
        for (position, item) in items.iter().enumerate() {
            // Commas go before what follows the first element that is always there, and after what precedes it.
            let (before, after) = match first {
                Some(first) => (position > first, position < first),
                None => (false, false),
            };
            match item {
                Item::One(element) => {
                    self.text(if before { "," } else { "" });
                    one(self, element);
                }
                Item::Section(index, elements) => {
                    let outside = std::mem::take(&mut self.pieces);
                    self.text(if before { "," } else { "" });
                    for (position, element) in elements.iter().enumerate() {
                        self.text(if position > 0 { "," } else { "" });
                        one(self, element);
                    }
                    self.text(if after { "," } else { "" });
                    let inner = std::mem::replace(&mut self.pieces, outside);
                    self.pieces.push(Piece::Section(*index, inner));
                }
            }
        }
        self.text(close);
    }

    /// Of two sections with nothing beside them that is always sent, nobody can say where the comma belongs.
    fn refuse_second_section<T>(&mut self, items: &[Item<T>]) {
        let mut sections = items.iter().filter_map(|item| match item {
            Item::Section(index, _) => Some(*index),
            Item::One(_) => None,
        });
        if let (Some(_), Some(second)) = (sections.next(), sections.next()) {
            let span = self.sections.get(second).map_or_else(Default::default, |section| section.span);
            let message = "several optional sections with nothing beside them that is always sent";
            let found = Diagnostic::error(Code::InvalidSection, span, message);
            self.found
                .push(found.help("move one thing that is always sent out of them, or write two queries"));
        }
    }
}

/// A string as JSON writes it, in its quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing into a String cannot fail.
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
