//! Classes and their properties: names against the catalog.

use std::sync::Arc;

use querent_types::{SqlType, TableDescription};

use super::check::{Checker, Class, Scope};
use super::commands::{Target, Verb};
use super::tree::{Item, Member, Name, Node, Value};
use crate::ast::{Ident, Span};
use crate::catalog::TableLookup;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest::nearest;

/// What is known of a property.
#[derive(Debug, Clone, Default)]
pub(super) struct Property {
    /// `None` where nobody knows.
    pub(super) ty: Option<SqlType>,
    pub(super) native: Option<String>,
    /// Whether every object has it.
    pub(super) always: bool,
    /// The path of its class.
    pub(super) class: Option<Vec<String>>,
}

/// Why a class is not there, and the names that come near.
pub(super) enum NoClass {
    Missing(Vec<String>),
    Unreadable(Box<Diagnostic>),
}

/// Properties that the system gives every object.
fn system(name: &str, target: Target) -> Option<SqlType> {
    match (name, target) {
        ("_uniqueid", _) | ("_src" | "_dst", Target::Connection) => Some(SqlType::TEXT),
        _ => None,
    }
}

impl Checker<'_> {
    /// Looks a class up by its path, and notes that the query depends on it.
    pub(super) fn lookup(&mut self, path: &[String]) -> Result<Arc<TableDescription>, NoClass> {
        let part = |part: &String| Ident { value: part.clone(), quoted: true, span: Span::default() };
        let name = crate::ast::Name { parts: path.iter().map(part).collect() };
        match self.catalog.table(&name) {
            TableLookup::Found(table) => {
                self.use_table(&table.path);
                Ok(table)
            }
            TableLookup::Missing(near) => {
                let kind = format!("{}.", path[0]);
                let near = near.iter().filter_map(|name| name.strip_prefix(&kind));
                Err(NoClass::Missing(near.map(|name| name.trim_matches('"').to_owned()).collect()))
            }
            TableLookup::Ambiguous(_) => Err(NoClass::Missing(Vec::new())),
            TableLookup::Unreadable(found) => Err(NoClass::Unreadable(Box::new(found))),
        }
    }

    /// The name of a class, which must be there, or which the command makes.
    pub(super) fn class_name(&mut self, target: Target, node: &Node, must_be_there: bool) {
        let Some(class) = node.text() else {
            let message = match node.is_param() {
                true => "a class cannot be a parameter: it decides the types".to_owned(),
                false => format!("a class is named by a string, and this is {}", node.noun()),
            };
            self.fixable(Code::TypeMismatch, node.span, message, "write its name");
            return;
        };
        if class.starts_with('_') {
            let message = format!("\"{class}\" is a class of the system's own");
            self.fixable(Code::UnknownClass, node.span, message, "use the command that is made for it");
            return;
        }
        let what = if target == Target::Connection { "connections" } else { "entities" };
        let near = match self.lookup(&self.path(target, class)) {
            Ok(_) => return,
            Err(NoClass::Unreadable(found)) => {
                self.found.push(*found);
                return;
            }
            Err(NoClass::Missing(near)) => near,
        };
        let help = near.first().map(|near| format!("did you mean \"{near}\"?"));
        let mut found = match must_be_there {
            true => {
                let message = format!("the source has no class of {what} \"{class}\"");
                Diagnostic::error(Code::UnknownClass, node.span, message)
                    .note("a server would answer as if no object were found")
            }
            // Legal: the class is made. More often it is misspelt.
            false => {
                let message =
                    format!("the source has no class of {what} \"{class}\" yet: the command makes it");
                Diagnostic::warning(Code::UnknownClass, node.span, message)
                    .note("its properties are not checked until `querent pull` finds it")
            }
        };
        found.help = help;
        self.found.push(found);
    }

    /// A property of the scope's class by its name; what is not there is among the findings.
    pub(super) fn property(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Property> {
        if let Some(ty) = system(name, scope.command.target) {
            return Some(Property { ty: Some(ty), always: true, ..Property::default() });
        }
        let table = match &scope.class {
            Class::Known(table) => Arc::clone(table),
            Class::Untold => return Some(Property::default()),
        };
        if let Some(column) = table.columns.iter().find(|column| column.name == name) {
            return Some(Property {
                ty: column.ty.clone(),
                native: column.native.clone(),
                always: !column.nullable,
                class: Some(table.path.clone()),
            });
        }
        let class = table.path.last().cloned().unwrap_or_default();
        let near = nearest(name, table.columns.iter().map(|column| &*column.name).chain(["_uniqueid"]));
        let near = near.first().map(|near| format!("did you mean \"{near}\"?"));
        let is_written = matches!(scope.command.verb, Verb::Add | Verb::Update);
        let mut found = match is_written {
            true => {
                let message =
                    format!("class \"{class}\" has no property \"{name}\" yet: the command makes it");
                Diagnostic::warning(Code::UnknownProperty, span, message)
            }
            false => {
                let message = format!("class \"{class}\" has no property \"{name}\"");
                Diagnostic::error(Code::UnknownProperty, span, message)
            }
        };
        found.help = near.or_else(|| (!is_written).then(|| self.properties_of(&table)));
        self.found.push(found);
        is_written.then(Property::default)
    }

    fn properties_of(&self, table: &TableDescription) -> String {
        let names: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        match names.is_empty() {
            true => "the class has no properties".to_owned(),
            false => format!("its properties are {}", names.join(", ")),
        }
    }

    /// `properties`: values by the names of properties.
    pub(super) fn properties(&mut self, node: &Node, scope: &Scope) {
        let Value::Object(items) = &node.value else {
            let message = format!("properties are an object, and this is {}", node.noun());
            self.error(Code::TypeMismatch, node.span, message);
            return;
        };
        for item in items {
            match item {
                Item::One(member) => self.written(member, scope),
                Item::Section(index, members) => {
                    self.section = Some(*index);
                    members.iter().for_each(|member| self.written(member, scope));
                    self.section = None;
                }
            }
        }
    }

    fn written(&mut self, member: &Member, scope: &Scope) {
        if member.name.text.starts_with('_') {
            let message = format!("\"{}\" is a property of the system's own", member.name.text);
            self.error(Code::UnknownProperty, member.name.span, message);
            return;
        }
        let Some(property) = self.property(&member.name.text, member.name.span, scope) else { return };
        if matches!(member.value.value, Value::Null) {
            let message = format!("property \"{}\" cannot be written as null", member.name.text);
            self.fixable(Code::NotNull, member.value.span, message, "leave the property out");
            return;
        }
        self.value(&member.value, &property, &member.name.text, false);
    }

    /// The names of properties: one, or a list.
    pub(super) fn property_names(&mut self, owner: &Name, node: &Node, scope: &Scope) {
        for node in self.names(owner, node) {
            // What is wrong with an override is told where the list is read for its columns.
            if let Some(name) = node.text().and_then(super::result::plain_name) {
                self.property(&name, node.span, scope);
            }
        }
    }

    /// The texts of a list of names, or the one name.
    pub(super) fn names<'n>(&mut self, owner: &Name, node: &'n Node) -> Vec<&'n Node> {
        let nodes = match &node.value {
            Value::Text(_) => vec![node],
            Value::Array(items) => self.plain(items),
            _ => {
                let message =
                    format!("\"{}\" takes the names of properties, and this is {}", owner.text, node.noun());
                self.error(Code::TypeMismatch, node.span, message);
                return Vec::new();
            }
        };
        for node in &nodes {
            if node.text().is_none() {
                let message = match node.is_param() {
                    true => "the name of a property cannot be a parameter".to_owned(),
                    false => format!("the name of a property is a string, and this is {}", node.noun()),
                };
                self.error(Code::TypeMismatch, node.span, message);
            }
        }
        nodes.into_iter().filter(|node| node.text().is_some()).collect()
    }
}
