//! Values: scalars of parameters, values of properties, and what each `{"$param": …}` is bound as.

use querent_types::{Field, ListLayout, SqlType, TimeUnit};

use super::check::{Checker, Scope, Use};
use super::commands::{CONNECTED, Kind, OPERATIONS, Param, SORT};
use super::property::Property;
use super::tree::{Item, Name, Node, Value};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest::nearest;

/// The types of properties (GetSchema: string, number, boolean, datetime, json).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Text,
    Number,
    Boolean,
    Datetime,
    Json,
}

impl Family {
    pub(super) fn of(ty: &SqlType) -> Option<Family> {
        Some(match ty {
            SqlType::Text(_) => Family::Text,
            SqlType::Boolean => Family::Boolean,
            SqlType::Timestamp(..) => Family::Datetime,
            SqlType::Json => Family::Json,
            ty if ty.is_numeric() => Family::Number,
            _ => return None,
        })
    }

    pub(super) fn noun(self) -> &'static str {
        match self {
            Family::Text => "a string",
            Family::Number => "a number",
            Family::Boolean => "a boolean",
            Family::Datetime => "a datetime",
            Family::Json => "JSON",
        }
    }
}

/// The one member of an object that is a datetime.
const DATE_KEY: &str = "_date";

impl Checker<'_> {
    /// A value that a property is compared with, or set to.
    pub(super) fn value(&mut self, node: &Node, property: &Property, name: &str, nullable: bool) {
        let family = property.ty.as_ref().and_then(Family::of);
        if let Value::Param(_) = node.value {
            if family == Some(Family::Datetime) {
                self.edits.around.insert(node.span.start, ("{\"_date\":", "}"));
                // A NULL inside of `{"_date": …}` is nothing that a server knows.
                self.bind(node, property.ty.clone(), false);
            } else {
                self.bind(node, property.ty.clone(), nullable);
            }
            return;
        }
        let fits = match (&node.value, family) {
            (_, None) => {
                self.holes(node);
                return;
            }
            (Value::Text(_), Some(Family::Text))
            | (Value::Number(_), Some(Family::Number))
            | (Value::Bool(_), Some(Family::Boolean)) => true,
            (Value::Object(_), Some(Family::Datetime)) => return self.datetime(node, name),
            (_, Some(Family::Json)) => {
                self.holes(node);
                return;
            }
            _ => false,
        };
        let Some(family) = family.filter(|_| !fits) else { return };
        let message = format!("property \"{name}\" is {}, and this is {}", family.noun(), node.noun());
        let found = Diagnostic::error(Code::TypeMismatch, node.span, message);
        self.found.push(match family {
            Family::Datetime => found.help("write `{\"_date\": \"2026-01-31T00:00:00Z\"}`"),
            _ => found,
        });
    }

    /// `{"_date": …}`.
    fn datetime(&mut self, node: &Node, name: &str) {
        let Value::Object(items) = &node.value else { return };
        let members = self.plain(items);
        let [member] = members[..] else {
            let message = format!("property \"{name}\" is a datetime, and this is an object");
            self.fixable(
                Code::TypeMismatch,
                node.span,
                message,
                "write `{\"_date\": \"2026-01-31T00:00:00Z\"}`",
            );
            return;
        };
        match &member.value.value {
            _ if member.name.text != DATE_KEY => {
                let message = format!("a datetime has no member \"{}\"", member.name.text);
                self.fixable(Code::UnknownParameter, member.name.span, message, "write `{\"_date\": …}`");
            }
            Value::Text(_) => {}
            Value::Param(_) => self.bind(&member.value, Some(instant()), false),
            _ => {
                let message = format!("a datetime is text in ISO 8601, and this is {}", member.value.noun());
                self.error(Code::TypeMismatch, member.value.span, message);
            }
        }
    }

    /// The parameters in a value of which nothing is known.
    fn holes(&mut self, node: &Node) {
        match &node.value {
            Value::Param(_) => self.bind(node, None, true),
            Value::Array(items) => self.plain(items).into_iter().for_each(|node| self.holes(node)),
            Value::Object(items) => {
                self.plain(items).into_iter().for_each(|member| self.holes(&member.value));
            }
            _ => {}
        }
    }

    /// A parameter that stands for a list of a property's values.
    pub(super) fn many(&mut self, node: &Node, property: &Property) {
        if property.ty.as_ref().and_then(Family::of) == Some(Family::Datetime) {
            let message = "a list of datetimes cannot be a parameter";
            let help = "write the list, with a parameter for each: `[{\"_date\": …}, …]`";
            self.fixable(Code::Unsupported, node.span, message, help);
            return;
        }
        let item = property.ty.clone().map(|ty| Field::new("item", ty, false));
        self.bind(node, item.map(|item| SqlType::List(Box::new(item), ListLayout::List)), false);
    }

    /// Notes what a parameter must be where it stands.
    pub(super) fn bind(&mut self, node: &Node, ty: Option<SqlType>, nullable: bool) {
        let Value::Param(index) = node.value else { return };
        let used = Use { ty: ty.clone(), section: self.section, span: node.span };
        let Some(first) = self.uses[index].clone() else {
            self.params[index].nullable = nullable;
            self.params[index].ty = ty;
            self.uses[index] = Some(used);
            return;
        };
        if first.section != used.section {
            let message = "one parameter inside of an optional section and outside of it";
            let found = Diagnostic::error(Code::InvalidSection, node.span, message);
            self.found.push(found.related(first.span, "the other use").help("give it two names"));
            return;
        }
        self.params[index].nullable &= nullable;
        match (&first.ty, ty) {
            (None, ty) => {
                self.params[index].ty = ty;
                self.uses[index] = Some(used);
            }
            (Some(known), Some(ty)) if *known != ty => {
                let message = format!("one parameter as two types: {known:#} and {ty:#}");
                let found = Diagnostic::error(Code::ParameterConflict, node.span, message);
                self.found.push(found.related(first.span, "the other use"));
            }
            _ => {}
        }
    }

    /// A scalar of a parameter of a command.
    pub(super) fn scalar(&mut self, kind: Kind, owner: &Name, node: &Node) {
        let (wanted, ty) = match kind {
            Kind::Flag | Kind::Bool => ("true or false", SqlType::Boolean),
            Kind::Count => ("an integer from 0", SqlType::Int64),
            Kind::Number => ("a number", SqlType::Number),
            _ => ("a string", SqlType::TEXT),
        };
        let fits = match (&node.value, kind) {
            (Value::Param(_), Kind::Flag | Kind::OneOf(_)) => {
                let message = format!("\"{}\" cannot be a parameter: it must be known here", owner.text);
                self.fixable(Code::InvalidParameter, node.span, message, format!("write {wanted}"));
                return;
            }
            (Value::Param(_), _) => {
                self.bind(node, Some(ty), false);
                return;
            }
            (Value::Text(text), Kind::OneOf(words)) => {
                self.one_of(owner, text, words, node.span);
                return;
            }
            (Value::Bool(_), Kind::Flag | Kind::Bool)
            | (Value::Number(_), Kind::Number)
            | (Value::Text(_), Kind::Text) => true,
            (Value::Number(text), Kind::Count) => text.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        };
        if !fits {
            let message = match &node.value {
                Value::Number(text) if matches!(kind, Kind::Count) => {
                    format!("\"{}\" is {wanted}, and this is {text}", owner.text)
                }
                _ => format!("\"{}\" is {wanted}, and this is {}", owner.text, node.noun()),
            };
            self.error(Code::TypeMismatch, node.span, message);
        }
    }

    fn one_of(&mut self, owner: &Name, text: &str, words: &[&str], span: Span) {
        if words.contains(&text) {
            return;
        }
        let message = format!("\"{}\" cannot be \"{text}\"", owner.text);
        let help = match nearest(text, words.iter().copied()).first() {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("it is one of {}", words.join(", "))
            }
        };
        self.fixable(Code::InvalidParameter, span, message, help);
    }

    pub(super) fn object(&mut self, params: &'static [Param], owner: &Name, node: &Node, scope: &Scope) {
        let Value::Object(items) = &node.value else {
            let message = format!("\"{}\" is an object, and this is {}", owner.text, node.noun());
            self.error(Code::TypeMismatch, node.span, message);
            return;
        };
        let members = self.plain(items);
        self.members(params.iter(), &members, owner, scope);
    }

    /// `is_connected_to`: one reference, or `any` or `all` of several.
    pub(super) fn connected(&mut self, owner: &Name, node: &Node, scope: &Scope) {
        if let Value::Object(items) = &node.value
            && let [Item::One(member)] = &items[..]
            && let ("any" | "all", Value::Array(items)) = (&*member.name.text, &member.value.value)
        {
            for node in self.plain(items) {
                self.connected(owner, node, scope);
            }
            return;
        }
        self.object(CONNECTED, owner, node, scope);
    }

    pub(super) fn sort(&mut self, owner: &Name, node: &Node, scope: &Scope) {
        match &node.value {
            Value::Array(items) => {
                self.plain(items).into_iter().for_each(|node| self.sort(owner, node, scope));
            }
            Value::Object(_) => self.object(SORT, owner, node, scope),
            _ => self.property_names(owner, node, scope),
        }
    }

    /// `operations`: objects that `type` tells from each other.
    pub(super) fn operations(&mut self, owner: &Name, node: &Node, scope: &Scope) {
        let Value::Array(items) = &node.value else {
            let message = format!("\"{}\" is a list of objects, and this is {}", owner.text, node.noun());
            self.error(Code::TypeMismatch, node.span, message);
            return;
        };
        for node in self.plain(items) {
            let Value::Object(items) = &node.value else {
                self.error(
                    Code::TypeMismatch,
                    node.span,
                    format!("an operation is an object, and this is {}", node.noun()),
                );
                continue;
            };
            let members = self.plain(items);
            let (types, others): (Vec<_>, Vec<_>) =
                members.into_iter().partition(|member| member.name.text == "type");
            let Some(kind) = types.first() else {
                self.error(Code::InvalidParameter, node.span, "an operation must say its \"type\"");
                continue;
            };
            let words: Vec<&str> = OPERATIONS.iter().map(|(name, _)| *name).collect();
            match kind.value.text().and_then(|text| OPERATIONS.iter().find(|(name, _)| *name == text)) {
                Some((name, params)) => {
                    let owner = Name { text: (*name).to_owned(), span: kind.value.span };
                    self.members(params.iter(), &others, &owner, scope);
                }
                None => {
                    self.one_of(&kind.name, kind.value.text().unwrap_or_default(), &words, kind.value.span)
                }
            }
        }
    }

    pub(super) fn texts(&mut self, owner: &Name, node: &Node) {
        match &node.value {
            Value::Param(_) => {
                let item = Field::new("item", SqlType::TEXT, false);
                self.bind(node, Some(SqlType::List(Box::new(item), ListLayout::List)), false);
            }
            Value::Array(items) => {
                for node in self.plain(items) {
                    self.scalar(Kind::Text, owner, node);
                }
            }
            _ => {
                let message = format!("\"{}\" is a list of strings, and this is {}", owner.text, node.noun());
                self.error(Code::TypeMismatch, node.span, message);
            }
        }
    }
}

/// The type of a datetime where no property says it.
fn instant() -> SqlType {
    SqlType::Timestamp(TimeUnit::Microsecond, Some("UTC".to_owned()))
}
