//! The tree of a query in JSON: what stands where, with byte spans of the original text.
//!
//! Values are as written: what a command makes of them is said in `command` and below. Beside JSON there are two forms of
//! our own, which no server sees: a parameter (`{"$param": "name"}`) and an optional section (`{{ … }}`), which holds
//! elements of an array or members of an object.

use crate::ast::Span;

/// A whole text.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) root: Node,
    /// The parameters in the order of their numbers, or of their first use where they have names.
    pub(super) params: Vec<ParamUse>,
    /// The places of the optional sections, by their indices.
    pub(super) sections: Vec<Span>,
}

/// A parameter and every place where it is used.
#[derive(Debug)]
pub(super) struct ParamUse {
    /// `None` where it has a number.
    pub(super) name: Option<String>,
    pub(super) spans: Vec<Span>,
}

/// A value.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) span: Span,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    Array(Vec<Item<Node>>),
    Object(Vec<Item<Member>>),
    /// A parameter, by index.
    Param(usize),
}

/// An element or member, or several that are sent or left out together.
#[derive(Debug)]
pub(super) enum Item<T> {
    One(T),
    /// An optional section, by index.
    Section(usize, Vec<T>),
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) value: Node,
}

/// The name of a member, in its quotes.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Node {
    /// What it is, in words.
    pub(super) fn noun(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
            Value::Param(_) => "a parameter",
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_param(&self) -> bool {
        matches!(self.value, Value::Param(_))
    }
}
