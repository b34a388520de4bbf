//! What a command answers: which columns a row has, or that there are none.

use querent_types::SqlType;

use super::check::{Checker, Class, Scope};
use super::commands::{RESULTS, Verb};
use super::tree::{Item, Member, Name, Node, Value};
use crate::ast::{ColumnOverride, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::parse::overrides;
use crate::plan::{Column, ResultKind};

/// A name in `list` without what it overrides; `None` where the override cannot be read.
pub(super) fn plain_name(text: &str) -> Option<String> {
    match split(text, Span::new(0, text.len() + 2)) {
        Ok(Some((name, _))) => Some(name),
        Ok(None) => Some(text.to_owned()),
        Err(_) => None,
    }
}

/// Splits a name from what it overrides, as SQL's aliases do; `span` is the place of the string.
fn split(text: &str, span: Span) -> Result<Option<(String, ColumnOverride)>, Box<Diagnostic>> {
    overrides::split(&format!("\"{text}\""), text, span)
}

impl Checker<'_> {
    /// `results`, but for what it makes of the answer.
    pub(super) fn results(&mut self, owner: &Name, node: &Node, scope: &Scope) {
        let Value::Object(items) = &node.value else {
            let message = format!("\"{}\" is an object, and this is {}", owner.text, node.noun());
            self.error(Code::TypeMismatch, node.span, message);
            return;
        };
        let members = self.plain(items);
        self.members(RESULTS.iter(), &members, owner, scope);
    }

    /// The kind and the columns of a command's answer.
    pub(super) fn outcome(
        &mut self,
        scope: &Scope,
        name: &Name,
        members: &[&Member],
    ) -> (ResultKind, Vec<Column>) {
        if scope.command.verb != Verb::Find {
            return (ResultKind::Done, Vec::new());
        }
        let member = |name: &str| members.iter().copied().find(|member| member.name.text == name);
        let results: Vec<&Member> = match member("results").map(|member| &member.value.value) {
            Some(Value::Object(items)) => items.iter().filter_map(one).collect(),
            _ => Vec::new(),
        };
        let result = |name: &str| results.iter().copied().find(|member| member.name.text == name);
        self.not_yet(&results, members);
        let mut columns = Vec::new();
        if let Some(all) = result("all_properties").filter(|member| is_true(&member.value)) {
            columns.extend(self.all_properties(scope, all.name.span));
        }
        if let Some(list) = result("list") {
            self.listed(&list.value, scope, &mut columns);
        }
        if let Some(blobs) = member("blobs").filter(|member| is_true(&member.value)) {
            columns.push(Column {
                name: "blob".to_owned(),
                ty: Some(SqlType::BINARY),
                native: None,
                nullable: true,
                why: "an object may have no blob".to_owned(),
                origin: None,
                over: None,
                span: blobs.name.span,
            });
        }
        let aggregates: Vec<Column> =
            results.iter().filter_map(|member| self.aggregate(member, scope)).collect();
        match (columns.is_empty(), aggregates.is_empty()) {
            (false, true) => (ResultKind::Rows, columns),
            (true, false) => (ResultKind::Row, aggregates),
            (false, false) => {
                let message = "objects and an aggregate at once are not checked yet";
                let help = "ask for the aggregate in a command of its own";
                self.fixable(Code::Unsupported, aggregates[0].span, message, help);
                (ResultKind::Rows, columns)
            }
            (true, true) => {
                // What asks for something and could not be read was told.
                let asks = match member("results").map(|member| &member.value.value) {
                    None => false,
                    Some(Value::Object(_)) => results.iter().any(|member| !is_false(&member.value)),
                    Some(_) => true,
                };
                if member("_ref").is_none() && !asks {
                    let message = format!("\"{}\" asks for nothing: a server refuses that", name.text);
                    let help =
                        "ask for `\"results\": {\"list\": […]}` or `\"blobs\": true`, or give it a `_ref`";
                    self.fixable(Code::InvalidParameter, name.span, message, help);
                }
                (ResultKind::Done, Vec::new())
            }
        }
    }

    /// What changes the answer's shape and is not followed.
    fn not_yet(&mut self, results: &[&Member], members: &[&Member]) {
        for member in results.iter().chain(members) {
            let is_asked = match &*member.name.text {
                "group" => true,
                "group_by_source" => is_true(&member.value),
                "batch" => true,
                _ => false,
            };
            if is_asked {
                let message = format!("\"{}\" is not checked yet", member.name.text);
                self.error(Code::Unsupported, member.name.span, message);
            }
        }
    }

    fn all_properties(&mut self, scope: &Scope, span: Span) -> Vec<Column> {
        let table = match &scope.class {
            Class::Known(table) => table.clone(),
            Class::Untold => {
                let message = "all properties of a class that is not known";
                self.fixable(Code::UnknownResult, span, message, "name the class, or list the properties");
                return Vec::new();
            }
        };
        let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        names.iter().filter_map(|name| self.column(name, span, scope)).collect()
    }

    fn listed(&mut self, list: &Node, scope: &Scope, columns: &mut Vec<Column>) {
        let nodes: Vec<&Node> = match &list.value {
            Value::Array(items) => items.iter().filter_map(one).collect(),
            _ => vec![list],
        };
        if nodes.is_empty() {
            self.error(Code::InvalidParameter, list.span, "the list of properties is empty");
        }
        for node in nodes {
            let Some(text) = node.text() else { continue };
            let (name, over) = match split(text, node.span) {
                Ok(Some((name, over))) => {
                    self.edits.texts.insert(node.span.start, name.clone());
                    (name, Some(over))
                }
                Ok(None) => (text.to_owned(), None),
                Err(found) => {
                    self.found.push(*found);
                    continue;
                }
            };
            if columns.iter().any(|column| column.name == name) {
                let message = format!("property \"{name}\" is listed twice");
                self.error(Code::DuplicateColumn, node.span, message);
                continue;
            }
            // One that is not there has been told where the list was read.
            let told = self.found.len();
            let column = self.column(&name, node.span, scope);
            self.found.truncate(told);
            if let Some(mut column) = column {
                if let Some(nullable) = over.as_ref().and_then(|over| over.nullable) {
                    column.nullable = nullable;
                    column.why = "the query says so".to_owned();
                }
                columns.push(Column { over, ..column });
            }
        }
    }

    fn column(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Column> {
        let property = self.property(name, span, scope)?;
        let why = match property.always {
            true => "every object has it",
            false => "an object may lack it",
        };
        Some(Column {
            name: name.to_owned(),
            ty: property.ty,
            native: property.native,
            nullable: !property.always,
            why: why.to_owned(),
            origin: property.class.map(|path| (path, name.to_owned())),
            over: None,
            span,
        })
    }

    /// `count`, `sum`, `average`, `min`, `max`.
    fn aggregate(&mut self, member: &Member, scope: &Scope) -> Option<Column> {
        let name = &*member.name.text;
        let (ty, nullable) = match name {
            "count" if is_true(&member.value) => (Some(SqlType::UInt64), false),
            "sum" | "average" | "min" | "max" => (self.aggregated(member, scope)?, true),
            _ => return None,
        };
        Some(Column {
            name: name.to_owned(),
            ty,
            native: None,
            nullable,
            why: if nullable { "there may be nothing to take it of" } else { "it counts" }.to_owned(),
            origin: None,
            over: None,
            span: member.name.span,
        })
    }

    /// The type of an aggregate of one property; `None` where it was refused.
    fn aggregated(&mut self, member: &Member, scope: &Scope) -> Option<Option<SqlType>> {
        let Some(text) = member.value.text() else {
            if matches!(&member.value.value, Value::Array(_)) {
                let message = format!("\"{}\" of several properties is not checked yet", member.name.text);
                self.fixable(Code::Unsupported, member.value.span, message, "ask for one property");
            }
            return None;
        };
        let told = self.found.len();
        let property = self.property(text, member.value.span, scope);
        self.found.truncate(told);
        let ty = property?.ty;
        if let (Some(ty), "sum" | "average") = (&ty, &*member.name.text) {
            let is_time = matches!(ty, SqlType::Timestamp(..)) && member.name.text == "average";
            if !ty.is_numeric() && !is_time {
                let message =
                    format!("\"{}\" takes a number, and property \"{text}\" is none", member.name.text);
                self.found.push(Diagnostic::error(Code::TypeMismatch, member.value.span, message));
            }
        }
        match &*member.name.text {
            "average" if ty.as_ref().is_some_and(SqlType::is_numeric) => Some(Some(SqlType::Float64)),
            _ => Some(ty),
        }
    }
}

fn one<T>(item: &Item<T>) -> Option<&T> {
    match item {
        Item::One(one) => Some(one),
        Item::Section(..) => None,
    }
}

fn is_false(node: &Node) -> bool {
    matches!(node.value, Value::Bool(false))
}

fn is_true(node: &Node) -> bool {
    matches!(node.value, Value::Bool(true))
}
