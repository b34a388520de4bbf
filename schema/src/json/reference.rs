//! References: numbers by which a command speaks of an earlier one's objects.

use super::check::Checker;
use super::tree::{Node, Value};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    /// `_ref`: a number that later commands refer to this one's objects by.
    pub(super) fn define(&mut self, node: &Node) {
        let Some(number) = self.reference(node) else { return };
        if let Some((_, first)) = self.refs.iter().find(|(known, _)| *known == number) {
            let message = format!("reference {number} is defined twice");
            let found = Diagnostic::error(Code::InvalidReference, node.span, message);
            self.found.push(found.related(*first, "first here"));
            return;
        }
        self.refs.push((number, node.span));
    }

    /// A number that an earlier command must have defined.
    pub(super) fn refer(&mut self, node: &Node) {
        let Some(number) = self.reference(node) else { return };
        if self.refs.iter().any(|(known, _)| *known == number) {
            return;
        }
        let known: Vec<String> = self.refs.iter().map(|(known, _)| known.to_string()).collect();
        let message = format!("no command before this one defines reference {number}");
        let help = match known.is_empty() {
            true => format!("give the earlier command `\"_ref\": {number}`"),
            false => format!("the references before this one are {}", known.join(", ")),
        };
        self.fixable(Code::InvalidReference, node.span, message, help);
    }

    /// A reference, which is written out: the official client's limit is 99,999.
    fn reference(&mut self, node: &Node) -> Option<u32> {
        let number = match &node.value {
            Value::Number(text) => text.parse().ok().filter(|number| (1..100_000).contains(number)),
            _ => None,
        };
        if number.is_none() {
            let message = "a reference is an integer from 1 to 99999, written out";
            self.error(Code::InvalidReference, node.span, message);
        }
        number
    }
}
