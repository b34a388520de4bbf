//! `constraints` and `if_not_found`: properties, operators and the values that they are compared with.
//!
//! The older dialect's form: `{"age": [">=", 18, "<", 65], "any": {…}}`. The newer one's expressions are told as not
//! checked yet.

use super::Version;
use super::check::{Checker, Scope};
use super::property::Property;
use super::tree::{Item, Member, Node, Value};
use super::value::Family;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest::nearest;

/// The operators (documentation of constraints).
const OPERATORS: &[&str] = &["<", "<=", "==", "!=", ">", ">=", "in", "not in"];
/// Those that `_uniqueid` has; `!=` by the official client's own use.
const ID_OPERATORS: &[&str] = &["==", "!=", "in", "not in"];

impl Checker<'_> {
    /// A whole `constraints`.
    pub(super) fn constraints(&mut self, node: &Node, scope: &Scope) {
        match (&node.value, self.version) {
            (Value::Object(items), Version::V1) => self.conditions(items, scope),
            (Value::Array(_), Version::V2) => {
                let message = "constraints as expressions are not checked yet";
                self.error(Code::Unsupported, node.span, message);
            }
            (Value::Array(_), Version::V1) => {
                let message = "the server's dialect has constraints as an object";
                self.fixable(
                    Code::TypeMismatch,
                    node.span,
                    message,
                    "write `{\"property\": [\">=\", value]}`",
                );
            }
            (Value::Object(_), Version::V2) => {
                let message = "the server's dialect has constraints as expressions";
                self.fixable(
                    Code::TypeMismatch,
                    node.span,
                    message,
                    "write `[\"$property\", \">=\", value]`",
                );
            }
            _ => {
                let message = format!("constraints are an object, and this is {}", node.noun());
                self.error(Code::TypeMismatch, node.span, message);
            }
        }
    }

    fn conditions(&mut self, items: &[Item<Member>], scope: &Scope) {
        for item in items {
            match item {
                Item::One(member) => self.condition(member, scope),
                Item::Section(index, members) => {
                    let outer = self.section.replace(*index);
                    members.iter().for_each(|member| self.condition(member, scope));
                    self.section = outer;
                }
            }
        }
    }

    fn condition(&mut self, member: &Member, scope: &Scope) {
        if let ("all" | "any", Value::Object(items)) = (&*member.name.text, &member.value.value) {
            self.conditions(items, scope);
            return;
        }
        let property = self.property(&member.name.text, member.name.span, scope);
        let Value::Array(items) = &member.value.value else {
            let message =
                format!("a condition is a list of operators and values, and this is {}", member.value.noun());
            let help = format!("write `\"{}\": [\"==\", …]`", member.name.text);
            self.fixable(Code::TypeMismatch, member.value.span, message, help);
            return;
        };
        // A property that is not there has been told; its operators and parameters are read all the same.
        let property = property.unwrap_or_default();
        let (mut always, mut pairs) = (Vec::new(), Vec::new());
        for item in items {
            match item {
                Item::One(node) => always.push(node),
                Item::Section(index, nodes) => {
                    pairs.push((self.section, std::mem::take(&mut always)));
                    pairs.push((Some(*index), nodes.iter().collect()));
                }
            }
        }
        pairs.push((self.section, always));
        let outer = self.section;
        for (section, nodes) in pairs {
            self.section = section;
            self.pairs(&nodes, &property, member);
        }
        self.section = outer;
        if items.is_empty() {
            let message = format!("no condition for \"{}\"", member.name.text);
            self.fixable(
                Code::InvalidParameter,
                member.value.span,
                message,
                "write `[\"==\", …]`, or leave it out",
            );
        }
    }

    /// Operators, each with its value.
    fn pairs(&mut self, nodes: &[&Node], property: &Property, member: &Member) {
        for pair in nodes.chunks(2) {
            let Some(operator) = self.operator(pair[0], property, &member.name.text) else { continue };
            match pair.get(1) {
                Some(value) => self.compared(operator, value, property, &member.name.text),
                None => {
                    let message = format!("operator \"{operator}\" has no value");
                    let help = "an optional section among operators holds whole pairs";
                    let found = Diagnostic::error(Code::InvalidParameter, pair[0].span, message);
                    self.found.push(if nodes.len() > 1 { found } else { found.help(help) });
                }
            }
        }
    }

    fn operator(&mut self, node: &Node, property: &Property, name: &str) -> Option<&'static str> {
        let Some(text) = node.text() else {
            let message = format!("an operator is a string, and this is {}", node.noun());
            self.fixable(Code::TypeMismatch, node.span, message, format!("write `\"{name}\": [\"==\", …]`"));
            return None;
        };
        let Some(operator) = OPERATORS.iter().find(|operator| **operator == text) else {
            let message = format!("ApertureDB has no operator \"{text}\"");
            let near = match text {
                "=" => Some("=="),
                "<>" => Some("!="),
                "=>" => Some(">="),
                "=<" => Some("<="),
                _ => nearest(text, OPERATORS.iter().copied()).first().copied(),
            };
            let help = match near {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("the operators are {}", list(OPERATORS)),
            };
            self.fixable(Code::UnknownOperator, node.span, message, help);
            return None;
        };
        if name == "_uniqueid" && !ID_OPERATORS.contains(operator) {
            let message = format!("\"_uniqueid\" cannot be compared by \"{operator}\"");
            self.fixable(Code::TypeMismatch, node.span, message, format!("it has {}", list(ID_OPERATORS)));
        }
        let is_ordered = matches!(*operator, "<" | "<=" | ">" | ">=");
        let family = property.ty.as_ref().and_then(Family::of);
        if is_ordered && matches!(family, Some(Family::Boolean | Family::Json)) {
            let what = family.map_or("", Family::noun);
            let message = format!("property \"{name}\" is {what}, which has no order for \"{operator}\"");
            self.fixable(Code::TypeMismatch, node.span, message, "compare it by \"==\" or \"!=\"");
        }
        Some(operator)
    }

    fn compared(&mut self, operator: &'static str, node: &Node, property: &Property, name: &str) {
        if !matches!(operator, "in" | "not in") {
            let is_null = matches!(node.value, Value::Null);
            let takes_null = matches!(operator, "==" | "!=");
            if is_null && !takes_null {
                let message = format!("\"{operator}\" does not compare with null");
                let help =
                    "`[\"==\", null]` finds objects without the property, `[\"!=\", null]` those with it";
                self.fixable(Code::TypeMismatch, node.span, message, help);
            } else if !is_null {
                self.value(node, property, name, takes_null);
            }
            return;
        }
        match &node.value {
            Value::Array(items) => {
                for node in self.plain(items) {
                    self.value(node, property, name, false);
                }
            }
            Value::Param(_) => self.many(node, property),
            _ => {
                let message = format!("\"{operator}\" takes a list, and this is {}", node.noun());
                self.fixable(Code::TypeMismatch, node.span, message, "put the value in brackets");
            }
        }
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
