//! What a live server said of a statement, for `querent prepare` and for the queries of which the checker does not know all.
//!
//! [`statement`] is the text that is asked about ([`without_rows`] where it has to be run for that), [`mod@compare`] holds the answer against what the checker inferred,
//! [`settle`] takes from it what the checker left open. Asking is a driver's work, keeping the answer the cache's.

pub mod compare;
pub mod statement;
pub mod without_rows;

use querent_types::{AnsweredColumn, AnsweredType, NullabilityTrust, SqlType, StatementAnswer};

use crate::catalog::Catalog;
use crate::check::{self, Checked};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::plan::{Column, Param, Plan};
use compare::compare;

/// The backends whose servers `querent prepare` asks.
pub const ASKED: &[&str] = &["ignite", "picodata", "pinot"];

/// What a check says where the checker does not know, and the server may.
const OPEN: &[Code] = &[Code::UnknownFunction, Code::UnknownResult, Code::ParameterUnknown];

/// Whether the checker leaves something open that a server may know, and has nothing else against the query.
pub fn is_open(checked: &Checked) -> bool {
    let is_asked_of = |plan: &Plan| plan.results.is_empty();
    let errors = || checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    checked.plan.as_ref().is_some_and(is_asked_of)
        && errors().all(|found| OPEN.contains(&found.code))
        && checked.diagnostics.iter().any(|found| OPEN.contains(&found.code))
}

/// Takes from an answer what the checker left open; where the two disagree, that is the finding.
pub fn settle(checked: Checked, catalog: &Catalog, answer: &StatementAnswer) -> Checked {
    let Checked { plan: Some(mut plan), diagnostics: found } = checked else { return checked };
    let mut diagnostics: Vec<Diagnostic> =
        found.into_iter().filter(|found| !OPEN.contains(&found.code)).collect();
    let statement = statement::whole(&plan);
    let comparison = compare(&plan, &statement.parameters, answer);
    diagnostics.extend(comparison.disagreements.into_iter().map(|found| {
        let message = format!("the checker and the server disagree: {}", found.what);
        Diagnostic::error(Code::Disagreement, found.span, message)
            .note("the server's word is what the last `querent prepare` recorded")
            .help("fix this by running `querent prepare`, which asks the server again")
    }));
    if diagnostics.iter().all(|found| found.severity != Severity::Error) {
        for (column, answered) in plan.columns.iter_mut().zip(answer.columns.iter().flatten()) {
            settle_column(column, answered, catalog);
        }
        for (index, param) in plan.params.iter_mut().enumerate() {
            settle_param(index, param, &statement.parameters, answer.parameters.iter().flatten());
        }
        check::unknown(&plan.params, &plan.columns, catalog, &mut diagnostics);
    }
    Checked { plan: Some(plan), diagnostics: check::tidy(diagnostics) }
}

fn settle_column(column: &mut Column, answered: &AnsweredColumn, catalog: &Catalog) {
    if !compare::is_open(column) {
        return;
    }
    column.ty.clone_from(&answered.ty.says);
    column.native = column.ty.as_ref().and_then(|ty| catalog.dialect.rules.native(ty));
    if column.over.as_ref().is_some_and(|over| over.nullable.is_some()) {
        return;
    }
    let is_trusted = catalog.source.nullability == NullabilityTrust::Trusted;
    (column.nullable, column.why) = match answered.nullable {
        Some(false) if is_trusted => (false, "the server said that it is never NULL".to_owned()),
        _ => (column.nullable, "the server did not say that it is never NULL".to_owned()),
    };
}

/// A parameter has one type in all its places, or none is taken.
fn settle_param<'a>(
    index: usize,
    param: &mut Param,
    places: &[usize],
    answered: impl Iterator<Item = &'a AnsweredType>,
) {
    if param.ty.is_some() {
        return;
    }
    let mut said = places.iter().zip(answered).filter(|(place, _)| **place == index).map(|(_, ty)| &ty.says);
    if let Some(Some(first)) = said.next()
        && said.all(|other| other.as_ref() == Some(first))
    {
        param.ty = Some(first.clone());
    }
}

/// What is kept of an answer that agrees: of what the checker knows its own word, which the server's admits, for a server's
/// names of types are not always what it sends. Where a server is known to send something else at times, its word is
/// taken only if the checker has not heard of a function: without one the checker's silence means that the rows differ
/// (a UNION of an INT and a VARCHAR on H2, which the server calls INT).
pub fn agreed(checked: &Checked, answer: &StatementAnswer) -> StatementAnswer {
    let Some(plan) = &checked.plan else { return StatementAnswer::default() };
    let is_heard_of = checked.diagnostics.iter().all(|found| found.code != Code::UnknownFunction);
    let exact = |own: &Option<SqlType>, said: &AnsweredType| {
        let is_vague = is_heard_of && !said.or.is_empty();
        let said = said.says.clone().filter(|_| !is_vague);
        AnsweredType { says: own.clone().or(said), or: Vec::new() }
    };
    let columns = answer.columns.as_ref().map(|columns| {
        let both = plan.columns.iter().zip(columns);
        both.map(|(own, said)| AnsweredColumn { ty: exact(&own.ty, &said.ty), ..said.clone() }).collect()
    });
    let places = statement::whole(plan).parameters;
    let parameters = answer.parameters.as_ref().map(|parameters| {
        let both = places.iter().filter_map(|place| plan.params.get(*place)).zip(parameters);
        // What else is taken for a parameter is converted by the server.
        let taken = |own: &Option<SqlType>, said: &AnsweredType| own.clone().or_else(|| said.says.clone());
        both.map(|(own, said)| AnsweredType { says: taken(&own.ty, said), or: Vec::new() }).collect()
    });
    StatementAnswer { columns, parameters }
}

/// The same findings with the way to an answer, where there is none and a server can be asked.
pub fn unasked(mut checked: Checked, catalog: &Catalog) -> Checked {
    if !ASKED.contains(&catalog.source.backend.as_str()) {
        return checked;
    }
    for found in checked.diagnostics.iter_mut().filter(|found| found.code == Code::UnknownFunction) {
        found.notes.push("of a function of your own `querent prepare` asks the server".to_owned());
    }
    checked
}

#[cfg(test)]
mod tests;
