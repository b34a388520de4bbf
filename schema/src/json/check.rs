//! The list of commands: which command it is, which class it is about, its parameters one by one.

use std::sync::Arc;

use querent_types::{SqlType, TableDescription};

use super::commands::{COMMANDS, Command, Kind, Param, Place, Target, UNCHECKED, Verb};
use super::parse::parse;
use super::tree::{Item, Member, Name, Node, Value};
use super::{Version, emit};
use crate::ast::Span;
use crate::catalog::Catalog;
use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::plan::{self, CommandResult, Effect, Plan, Section};
use crate::suggest::nearest;

/// Checks a text against a catalog of a source that speaks JSON.
pub(crate) fn check(text: &str, catalog: &Catalog, version: Version) -> Checked {
    let document = match parse(text) {
        Ok(document) => document,
        Err(found) => return Checked { plan: None, diagnostics: vec![with_form(text, *found)] },
    };
    let params = document.params.iter().map(|param| plan::Param {
        name: param.name.clone(),
        ty: None,
        nullable: false,
        spread: false,
        section: None,
        spans: param.spans.clone(),
    });
    let sections = document.sections.iter().map(|span| Section { params: Vec::new(), span: *span });
    let mut checker = Checker {
        catalog,
        version,
        params: params.collect(),
        uses: vec![None; document.params.len()],
        sections: sections.collect(),
        section: None,
        found: Vec::new(),
        tables: Vec::new(),
        refs: Vec::new(),
        blobs: Vec::new(),
        edits: emit::Edits::default(),
    };
    let commands = checker.query(&document.root);
    checker.sections_switched();
    let pieces = emit::template(&document.root, &checker.edits, &checker.sections, &mut checker.found);
    checker.finish(commands, pieces)
}

/// Says what a query in JSON looks like, where what was found looks like no JSON at all.
fn with_form(text: &str, found: Diagnostic) -> Diagnostic {
    match text.trim_start().starts_with(['[', '{']) || found.help.is_some() {
        true => found,
        false => found.help("this source takes commands in JSON: `[{\"FindEntity\": {…}}]`"),
    }
}

/// What is known of a whole query while it is read.
pub(super) struct Checker<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) version: Version,
    pub(super) params: Vec<plan::Param>,
    /// How each parameter was used first.
    pub(super) uses: Vec<Option<Use>>,
    sections: Vec<Section>,
    /// The optional section that is being read.
    pub(super) section: Option<usize>,
    pub(super) found: Vec<Diagnostic>,
    tables: Vec<Vec<String>>,
    /// The references defined so far.
    pub(super) refs: Vec<(u32, Span)>,
    /// The commands that take a blob, in order.
    blobs: Vec<Span>,
    pub(super) edits: emit::Edits,
}

/// One use of a parameter.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) ty: Option<SqlType>,
    pub(super) section: Option<usize>,
    pub(super) span: Span,
}

/// The class that a command is about.
#[derive(Debug, Clone)]
pub(super) enum Class {
    /// It is in the catalog.
    Known(Arc<TableDescription>),
    /// It is not told, or was found wrong: nothing is said of its properties.
    Untold,
}

/// What the parameters of one command are read against.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) command: &'static Command,
    pub(super) class: Class,
}

impl<'c> Checker<'c> {
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.found.push(Diagnostic::error(code, span, message));
    }

    pub(super) fn fixable(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::error(code, span, message).help(help));
    }

    fn query(&mut self, root: &Node) -> Vec<CommandResult> {
        let items = match &root.value {
            Value::Array(items) => items,
            Value::Object(_) => {
                let message = "a query is a list of commands, and this is an object";
                self.fixable(Code::Syntax, root.span, message, "put it in brackets: `[{…}]`");
                return Vec::new();
            }
            _ => {
                let message = format!("a query is a list of commands, and this is {}", root.noun());
                self.fixable(Code::Syntax, root.span, message, "write `[{\"FindEntity\": {…}}]`");
                return Vec::new();
            }
        };
        if items.is_empty() {
            self.error(Code::StatementCount, root.span, "the query holds no command");
        }
        self.plain(items).into_iter().filter_map(|node| self.command(node)).collect()
    }

    /// The elements that are always sent; optional ones are refused here.
    pub(super) fn plain<'n, T>(&mut self, items: &'n [Item<T>]) -> Vec<&'n T> {
        let mut out = Vec::new();
        for item in items {
            match item {
                Item::One(one) => out.push(one),
                Item::Section(index, inner) => {
                    let span = self.sections[*index].span;
                    let message = "an optional section cannot stand here";
                    let help =
                        "it may stand among constraints, and among the `properties` that a command writes";
                    self.fixable(Code::InvalidSection, span, message, help);
                    out.extend(inner);
                }
            }
        }
        out
    }

    fn command(&mut self, node: &Node) -> Option<CommandResult> {
        let Value::Object(members) = &node.value else {
            let message = format!("a command is an object of one member, and this is {}", node.noun());
            self.fixable(Code::Syntax, node.span, message, "write `{\"FindEntity\": {…}}`");
            return None;
        };
        let members = self.plain(members);
        let [Member { name, value }] = members[..] else {
            let span = members.get(1).map_or(node.span, |second| second.name.span);
            let message = match members.len() {
                0 => "an object without a command",
                _ => "a second command in one object",
            };
            self.fixable(Code::Syntax, span, message, "write one object for each command: `[{…}, {…}]`");
            return None;
        };
        let Some(command) = Command::of(&name.text) else {
            self.unknown_command(name);
            return None;
        };
        let Value::Object(body) = &value.value else {
            let message = format!("\"{}\" takes an object, and this is {}", name.text, value.noun());
            self.error(Code::TypeMismatch, value.span, message);
            return None;
        };
        if command.takes_blob {
            self.blobs.push(name.span);
        }
        let members = self.plain(body);
        let scope = Scope { command, class: self.class(command, &members) };
        self.members(command.params(), &members, name, &scope);
        let (kind, columns) = self.outcome(&scope, name, &members);
        Some(CommandResult { command: command.name.to_owned(), span: name.span, kind, columns })
    }

    fn unknown_command(&mut self, name: &Name) {
        if UNCHECKED.contains(&&*name.text) {
            let message = format!("\"{}\" is not checked yet", name.text);
            let help = "what is checked are commands on entities, connections, images and blobs";
            self.fixable(Code::Unsupported, name.span, message, help);
            return;
        }
        let known = COMMANDS.iter().map(|command| command.name).chain(UNCHECKED.iter().copied());
        let message = format!("ApertureDB has no command \"{}\"", name.text);
        let mut found = Diagnostic::error(Code::UnknownCommand, name.span, message);
        found.help = nearest(&name.text, known).first().map(|near| format!("did you mean \"{near}\"?"));
        self.found.push(found);
    }

    /// The class that a command is about, from the member that names it or from the command.
    fn class(&mut self, command: &Command, members: &[&Member]) -> Class {
        if let Target::System(class) = command.target {
            return match self.lookup(&super::entity_path(class)) {
                Ok(table) => Class::Known(table),
                // There is no object yet: the first that is written decides about the properties.
                Err(_) => Class::Untold,
            };
        }
        let named = members.iter().find(|member| matches!(&*member.name.text, "class" | "with_class"));
        match named.and_then(|member| Some((member.value.text()?, member.value.span))) {
            Some((class, _)) => match self.lookup(&self.path(command.target, class)) {
                Ok(table) => Class::Known(table),
                Err(_) => Class::Untold,
            },
            None => Class::Untold,
        }
    }

    pub(super) fn path(&self, target: Target, class: &str) -> Vec<String> {
        match target {
            Target::Connection => super::connection_path(class),
            _ => super::entity_path(class),
        }
    }

    /// The members of an object against the parameters that it may have.
    pub(super) fn members(
        &mut self,
        params: impl Iterator<Item = &'static Param> + Clone,
        members: &[&Member],
        owner: &Name,
        scope: &Scope,
    ) {
        for member in members {
            match params.clone().find(|param| param.name == member.name.text) {
                Some(param) => self.param(param, member, scope),
                None => self.unknown_param(params.clone(), member, owner),
            }
        }
        for param in params.filter(|param| param.required) {
            if !members.iter().any(|member| member.name.text == param.name) {
                let message = format!("\"{}\" must say its \"{}\"", owner.text, param.name);
                self.error(Code::InvalidParameter, owner.span, message);
            }
        }
    }

    fn unknown_param(
        &mut self,
        params: impl Iterator<Item = &'static Param> + Clone,
        member: &Member,
        owner: &Name,
    ) {
        let name = &member.name.text;
        let message = format!("\"{}\" has no parameter \"{name}\"", owner.text);
        let mut found = Diagnostic::error(Code::UnknownParameter, member.name.span, message);
        let other = match &**name {
            "class" => "with_class",
            "with_class" => "class",
            _ => "",
        };
        let near = nearest(name, params.clone().map(|param| param.name));
        found.help = Some(
            match params
                .clone()
                .find(|param| param.name == other)
                .map(|param| param.name)
                .or(near.first().copied())
            {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => {
                    let names: Vec<String> = params.map(|param| format!("\"{}\"", param.name)).collect();
                    format!("it may be {}", names.join(", "))
                }
            },
        );
        self.found.push(found);
    }

    fn param(&mut self, param: &'static Param, member: &Member, scope: &Scope) {
        if let (Place::Older(instead), Version::V2) = (param.place, self.version) {
            let message = format!("the server's dialect has no \"{}\" here", param.name);
            self.fixable(Code::UnknownParameter, member.name.span, message, instead);
            return;
        }
        self.kind(param.kind, &member.name, &member.value, scope);
    }

    pub(super) fn kind(&mut self, kind: Kind, name: &Name, node: &Node, scope: &Scope) {
        match kind {
            Kind::EntityClass => self.class_name(Target::Entity, node, true),
            Kind::ConnectionClass => self.class_name(Target::Connection, node, true),
            Kind::NewClass => self.class_name(scope.command.target, node, false),
            Kind::NewConnectionClass => self.class_name(Target::Connection, node, false),
            Kind::Constraints => self.constraints(node, scope),
            Kind::OtherConstraints => {
                self.constraints(node, &Scope { class: Class::Untold, ..scope.clone() });
            }
            Kind::Properties => self.properties(node, scope),
            Kind::OtherProperties => {
                self.properties(node, &Scope { class: Class::Untold, ..scope.clone() });
            }
            Kind::PropertyNames => self.property_names(name, node, scope),
            Kind::Results => self.results(name, node, scope),
            Kind::Define => self.define(node),
            Kind::Refer => self.refer(node),
            Kind::Object(params) => self.object(params, name, node, scope),
            Kind::Sort => self.sort(name, node, scope),
            Kind::Connected => self.connected(name, node, scope),
            Kind::Operations => self.operations(name, node, scope),
            Kind::Texts => self.texts(name, node),
            Kind::Flag | Kind::Bool | Kind::Count | Kind::Number | Kind::Text | Kind::OneOf(_) => {
                self.scalar(kind, name, node);
            }
        }
    }

    pub(super) fn use_table(&mut self, path: &[String]) {
        if !self.tables.iter().any(|known| known == path) {
            self.tables.push(path.to_vec());
        }
    }

    /// Notes which parameters switch which section; one without any is always sent, which is never meant.
    fn sections_switched(&mut self) {
        for (index, used) in self.uses.iter().enumerate() {
            if let Some(section) = used.as_ref().and_then(|used| used.section) {
                self.params[index].section = Some(section);
                self.sections[section].params.push(index);
            }
        }
        let idle: Vec<Span> = self
            .sections
            .iter()
            .filter(|section| section.params.is_empty())
            .map(|section| section.span)
            .collect();
        // What was not read for another error has no uses.
        if self.found.iter().any(|found| found.severity == Severity::Error) {
            return;
        }
        for span in idle {
            let message = "an optional section without a parameter: it would always be sent";
            self.error(Code::InvalidSection, span, message);
        }
    }

    fn finish(mut self, mut commands: Vec<CommandResult>, template: Vec<plan::Piece>) -> Checked {
        self.found.sort_by_key(|found| found.span.start);
        let first_blob = self.params.len();
        self.params.extend(self.blobs.iter().map(|span| plan::Param {
            name: None,
            ty: Some(SqlType::BINARY),
            nullable: false,
            spread: false,
            section: None,
            spans: vec![*span],
        }));
        self.tables.sort();
        let writes = commands
            .iter()
            .any(|result| Command::of(&result.command).is_some_and(|command| command.verb != Verb::Find));
        let (columns, results) = match &mut commands[..] {
            [only] => (std::mem::take(&mut only.columns), Vec::new()),
            _ => (Vec::new(), commands),
        };
        let plan = Plan {
            template,
            blobs: (first_blob..self.params.len()).collect(),
            params: self.params,
            sections: self.sections,
            columns,
            results,
            tables: self.tables,
            key: None,
            effect: if writes { Effect::Write } else { Effect::Read },
        };
        Checked { plan: Some(plan), diagnostics: self.found }
    }
}
