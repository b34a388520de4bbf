//! What `parse/` reads and Picodata does not take, or takes and leaves out without a word; each with what to write instead.
//!
//! `statement` has statements and their clauses, `clause` those of queries, `expr` expressions, `word` reserved words.

mod clause;
mod expr;
pub(super) mod statement;
mod word;

use super::{Version, block, lint};
use crate::ast::{CreateTable, Span, StatementKind};
use crate::diagnostic::Code;
use crate::dialect::{Advice, Around};
use crate::parse::visit::Node;

/// A refusal: what there is not, and what to write instead.
pub(super) fn refuse(span: Span, what: &str, help: &str) -> (Span, Advice) {
    let message = format!("{what} is not supported by picodata");
    (span, Advice { code: Code::Unsupported, refused: true, message, help: help.to_owned() })
}

/// The same of what the server takes and leaves out.
fn ignored(span: Span, what: &str, help: &str) -> (Span, Advice) {
    let message = format!("picodata takes {what} without a word, and does nothing");
    (span, Advice { code: Code::Unsupported, refused: true, message, help: help.to_owned() })
}

/// What there is not in a query nor in a script of tables.
pub(super) fn everywhere(node: &Node<'_>) -> Option<(Span, String)> {
    let Node::Statement(statement) = node else { return None };
    let what = match &statement.kind {
        StatementKind::CreateView(_) | StatementKind::Drop { view: true, .. } => "a view",
        StatementKind::CreateTable(create) => of_table(create)?,
        _ => return None,
    };
    Some((statement.span, what.to_owned()))
}

/// The form of a CREATE TABLE that there is not.
fn of_table(create: &CreateTable) -> Option<&'static str> {
    let keyed = !create.primary_key.is_empty() || create.columns.iter().any(|own| own.primary_key);
    Some(match create {
        _ if create.query.is_some() => "CREATE TABLE … AS",
        _ if create.or_replace => "CREATE OR REPLACE TABLE",
        _ if create.temporary => "CREATE TEMPORARY TABLE",
        _ if create.foreign_key => "a foreign key",
        _ if !keyed => "CREATE TABLE without PRIMARY KEY",
        _ => return None,
    })
}

/// What is to be said of a part of a statement.
pub(super) fn advice<const V: u8>(node: &Node<'_>, around: &Around<'_>) -> Vec<(Span, Advice)> {
    let version = Version(V);
    let mut found = word::reserved(node);
    found.extend(match node {
        Node::Statement(own) => match &own.kind {
            StatementKind::Block(steps) => block::check(steps, own.span, around, version),
            _ => statement::of(own),
        },
        Node::Query(query) => clause::query(query),
        Node::Body(body) => clause::body(body).into_iter().collect(),
        Node::Select(select) => clause::select(select),
        Node::Item(item) => clause::item(item).into_iter().collect(),
        Node::Factor(factor) => clause::factor(factor).into_iter().collect(),
        Node::Join(join) => clause::join(join).into_iter().collect(),
        Node::Expr(own) => expr::of(own, around.clause, version).into_iter().collect(),
        Node::Window(window) => expr::window(window).into_iter().collect(),
        _ => Vec::new(),
    });
    if found.is_empty() {
        found = lint::advice(node, around);
    }
    found
}
