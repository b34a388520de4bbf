//! The whole of a check: the text is parsed and read for each choice of its optional sections, and the outcomes become
//! one plan.
//!
//! Columns must be the same whatever sections are sent; a column may be NULL if it may be in any choice. Parameters are
//! typed from the text with all sections, which holds every use.

use std::collections::{HashMap, HashSet};

use querent_types::SqlType;

use crate::ast::{ExprKind, Literal, Span, Statement, StatementKind};
use crate::catalog::Catalog;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::dialect::Habit;
use crate::parse::Source;
use crate::plan::{Column, Param, Piece, Plan, Section};

use super::Checked;
use super::choices::choices;
use super::params::Params;
use super::scope::{Field, Relation};
use super::solve::{Reading, read, solve};

/// What is said of a statement that is taken.
const LINTS: &[Code] = &[
    Code::DefaultLimit,
    Code::IgnoredOffset,
    Code::TrimmedGroups,
    Code::InexactResult,
    Code::OddComparison,
    Code::NullGroup,
    Code::ConstantRows,
    Code::MotionLimit,
    Code::BlockKey,
    Code::IgnoredClause,
];

/// Checks a text whose tokens were read, with what was found in them.
pub(super) fn check(source: &Source<'_>, found: Vec<Diagnostic>, catalog: &Catalog) -> Checked {
    let mut diagnostics = found;
    let parsed = source.parse(&|_| true);
    diagnostics.extend(parsed.diagnostics);
    if let Some(limit) = diagnostics.iter().position(|found| found.code == Code::TooComplex) {
        // Of a tree that was cut short nothing else can be said.
        return Checked { plan: None, diagnostics: vec![diagnostics.swap_remove(limit)] };
    }
    let broken = diagnostics.iter().any(|found| found.severity == Severity::Error);
    let statement = match &parsed.statements[..] {
        [one] => one,
        [] => {
            if !broken {
                diagnostics.push(
                    Diagnostic::error(
                        Code::StatementCount,
                        Span::new(0, source.text.len()),
                        "there is no statement",
                    )
                    .help("fix this by writing one statement"),
                );
            }
            return Checked { plan: None, diagnostics };
        }
        [_, second, ..] => {
            diagnostics.push(
                Diagnostic::error(Code::StatementCount, second.span, "there is more than one statement")
                    .help("fix this by giving each statement a query of its own"),
            );
            return Checked { plan: None, diagnostics: tidy(diagnostics) };
        }
    };
    let full = solve(statement, catalog, source);
    let mut columns = columns(&full.relation, &full.params, catalog);
    let mut open = full.relation.is_open();
    refused_columns(statement, &columns, catalog, &mut diagnostics);
    let Reading { effect, tables, diagnostics: found, mut params, mut table_cache, .. } = full;
    diagnostics.extend(found);
    if diagnostics.iter().any(|found| found.severity == Severity::Error)
        && let Some(swallowed) = source.swallowed(&diagnostics)
    {
        // What follows was read as something else than what was meant.
        return Checked { plan: None, diagnostics: vec![swallowed] };
    }
    if let StatementKind::Other(words) = &statement.kind
        && words.is_empty()
    {
        diagnostics.push(Diagnostic::error(
            Code::Unsupported,
            statement.span,
            "this statement is not understood",
        ));
    }
    for choice in choices(source, statement) {
        let parsed = source.parse(&|section| choice[section]);
        let broken = parsed.diagnostics.iter().any(|found| found.severity == Severity::Error);
        let blamed = |found| without(source, &choice, found);
        diagnostics.extend(parsed.diagnostics.into_iter().map(blamed));
        let [statement] = &parsed.statements[..] else { continue };
        if broken {
            continue;
        }
        let reading = read(statement, catalog, params, table_cache, &source.settings);
        let others = self::columns(&reading.relation, &reading.params, catalog);
        diagnostics.extend(reading.diagnostics);
        (params, table_cache) = (reading.params, reading.table_cache);
        open |= reading.relation.is_open();
        if !open {
            merge(&mut columns, &others, source, &mut diagnostics);
        }
    }
    let described: Vec<Param> = describe(source, &params);
    refused_params(&described, catalog, &mut diagnostics);
    unknown(&described, &columns, catalog, &mut diagnostics);
    apply_overrides(&mut columns);
    let sections = source
        .sections
        .iter()
        .map(|section| Section { params: section.params.clone(), span: section.span })
        .collect();
    let (key, split) = match source.sections.is_empty() {
        true => super::routing::key(statement, source.text, catalog, &described),
        false => (None, None),
    };
    let template = source.template(statement, split);
    let key = key.filter(|key| !key.splits() || can_be_split(&template));
    let plan = Plan {
        template,
        params: described,
        sections,
        columns,
        results: Vec::new(),
        blobs: Vec::new(),
        tables,
        key,
        effect,
    };
    let broken = diagnostics.iter().any(|found| found.severity == Severity::Error);
    // What an engine makes of a statement is of no interest before it is one.
    let unasked = |code: Code| source.allowed.contains(&code) || (broken && LINTS.contains(&code));
    diagnostics.retain(|found| found.severity == Severity::Error || !unasked(found.code));
    Checked { plan: Some(plan), diagnostics: tidy(diagnostics) }
}

/// Whether what a statement is split by stands apart in its template.
fn can_be_split(template: &[Piece]) -> bool {
    template.iter().any(|piece| matches!(piece, Piece::Split(_) | Piece::Rows(_)))
}

/// Reports columns that the server cannot write into an answer. Where no row is asked for, it does not try.
fn refused_columns(
    statement: &Statement,
    columns: &[Column],
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let StatementKind::Query(query) = &statement.kind else { return };
    let none = query
        .limit
        .as_ref()
        .is_some_and(|limit| matches!(&limit.kind, ExprKind::Literal(Literal::Number(text)) if text == "0"));
    if none {
        return;
    }
    for column in columns {
        let Some(reason) = column.ty.as_ref().and_then(|ty| catalog.dialect.rules.refuses_column(ty)) else {
            continue;
        };
        let message = format!("column `{}` cannot be in an answer", column.name);
        diagnostics.push(Diagnostic::error(Code::Unsupported, column.span, message).note(reason));
    }
}

/// What is wrong with the text of a choice, told of the section whose absence makes it so.
fn without(source: &Source<'_>, choice: &[bool], found: Diagnostic) -> Diagnostic {
    const OPENERS: [&str; 5] = ["WHERE", "HAVING", "QUALIFY", "ON", "WHEN"];
    let before = |section: usize| {
        let start = source.sections[section].span.start as usize;
        let text = source.text.get(..start).unwrap_or_default().trim_end();
        let word = text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        word.to_ascii_uppercase()
    };
    let mut off = (0..choice.len()).filter(|&section| !choice[section]);
    let opens = off.clone().find(|&section| OPENERS.contains(&before(section).as_str()));
    let Some(section) = opens.or_else(|| off.next()) else { return found };
    let span = source.sections[section].span;
    let help = match opens {
        Some(_) => {
            let inside = source.text.get(span.start as usize + 2..span.end.saturating_sub(2) as usize);
            let (word, inside) = (before(section), inside.unwrap_or("…").trim());
            format!("fix this by writing `{word} TRUE {{{{ AND {inside} }}}}`")
        }
        None => {
            "fix this by taking into the section what only it needs, or out of it what the rest needs".into()
        }
    };
    Diagnostic::error(
        Code::InvalidSection,
        span,
        format!("the text without this section is not SQL: {}", found.message),
    )
    .related(found.span, "here")
    .help(help)
}

/// Reports parameters of types that cannot be sent.
fn refused_params(params: &[Param], catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
    for param in params {
        let reason = param.ty.as_ref().and_then(|ty| catalog.dialect.rules.refuses_param(ty));
        let (Some(reason), Some(span)) = (reason, param.spans.first()) else { continue };
        let name = param.ty.as_ref().map_or_else(String::new, SqlType::sql_name);
        let message = format!("a parameter cannot be {name} here");
        let help = "fix this by a literal, or by columns of plain types";
        diagnostics.push(Diagnostic::error(Code::Unsupported, *span, message).note(reason).help(help));
    }
}

fn columns(relation: &Relation, params: &Params, catalog: &Catalog) -> Vec<Column> {
    let column = |field: &Field| {
        let ty = field.carried.clone().unwrap_or_else(|| params.known(&field.ty));
        let native = field.native.as_ref().map(|native| native.to_string());
        let native = native.or_else(|| ty.as_ref().and_then(|ty| catalog.dialect.rules.native(ty)));
        Column {
            name: field.name.to_string(),
            native,
            ty: ty.map(|ty| catalog.dialect.rules.answered(ty)),
            nullable: field.nullable,
            why: field.why.to_text(),
            origin: field.origin.as_ref().map(|origin| ((*origin.table).clone(), origin.column.to_string())),
            over: field.over.clone(),
            span: field.span,
        }
    };
    relation.fields.iter().map(column).collect()
}

/// Merges the columns of another choice of sections into those of all of them.
fn merge(columns: &mut [Column], others: &[Column], source: &Source<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let same = columns.len() == others.len()
        && columns
            .iter()
            .zip(others)
            .all(|(a, b)| a.name == b.name && (a.ty == b.ty || a.ty.is_none() || b.ty.is_none()));
    if !same {
        let span = source.sections.first().map_or_else(Span::default, |section| section.span);
        diagnostics.push(
            Diagnostic::error(
                Code::InvalidSection,
                span,
                "an optional section changes the columns of the result",
            )
            .help("fix this by keeping the select list outside of optional sections"),
        );
        return;
    }
    for (column, other) in columns.iter_mut().zip(others) {
        if other.nullable && !column.nullable {
            (column.nullable, column.why) = (true, other.why.clone());
        }
        if column.origin != other.origin {
            column.origin = None;
        }
    }
}

fn describe(source: &Source<'_>, params: &Params) -> Vec<Param> {
    source
        .params
        .iter()
        .enumerate()
        .map(|(i, used)| Param {
            name: used.name.clone(),
            ty: params.get(i).cloned(),
            nullable: !params.is_not_null(i),
            spread: used.spread,
            // A use outside of every section needs the value always; else the first section that it stands in.
            section: match used.uses.iter().any(|(_, section)| section.is_none()) {
                true => None,
                false => used.uses.first().and_then(|(_, section)| *section),
            },
            spans: used.uses.iter().map(|(span, _)| *span).collect(),
        })
        .collect()
}

/// Says what has no type.
pub(crate) fn unknown(
    params: &[Param],
    columns: &[Column],
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let untyped_runs = catalog.dialect.has(Habit::UntypedParamsRun);
    unsolved(params, untyped_runs, diagnostics);
    if !diagnostics.iter().any(|found| found.severity == Severity::Error) {
        let untyped = untyped_runs && params.iter().any(|param| param.ty.is_none());
        unknown_columns(columns, untyped, diagnostics);
    }
}

/// Says which parameters have no type. `runs`: the statement runs all the same, so that it is only warned of.
fn unsolved(params: &[Param], runs: bool, diagnostics: &mut Vec<Diagnostic>) {
    // Another error may be why nothing decides the type.
    if diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return;
    }
    for param in params.iter().filter(|param| param.ty.is_none()) {
        let Some(span) = param.spans.first() else { continue };
        let name =
            param.name.as_ref().map_or_else(|| "this parameter".to_owned(), |name| format!("`{name}`"));
        let message = format!("nothing decides the type of {name}");
        let found = if runs {
            Diagnostic::warning(Code::ParameterUnknown, *span, message)
                .note("the server runs it with whatever is passed, but cannot describe it")
                .help("fix this by writing `CAST(? AS type)`")
        } else {
            Diagnostic::error(Code::ParameterUnknown, *span, message)
                .help("fix this by adding a cast: `CAST(… AS …)`")
        };
        diagnostics.push(found);
    }
}

/// Says which columns have no type. `untyped`: a parameter has none, which is warned of, and they may follow from it.
fn unknown_columns(columns: &[Column], untyped: bool, diagnostics: &mut Vec<Diagnostic>) {
    for column in columns.iter().filter(|column| column.ty.is_none()) {
        let overridden = column.over.as_ref().is_some_and(|over| over.rust_type.is_some());
        if !overridden {
            let message = format!("the type of column `{}` is not known", column.name);
            let found = if untyped {
                Diagnostic::warning(Code::UnknownResult, column.span, message)
            } else {
                Diagnostic::error(Code::UnknownResult, column.span, message)
            };
            diagnostics.push(
                found.help(
                    "fix this by running `querent prepare`, or by naming the type: `AS \"name: Type\"`",
                ),
            );
        }
    }
}

fn apply_overrides(columns: &mut [Column]) {
    for column in columns {
        if let Some(nullable) = column.over.as_ref().and_then(|over| over.nullable) {
            column.nullable = nullable;
            let mark = if nullable { "?" } else { "!" };
            column.why = format!("its alias says `{mark}`");
        }
    }
}

/// Findings in the order of the text, each said once.
pub(crate) fn tidy(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = HashSet::new();
    diagnostics.retain(|found| seen.insert((found.code, found.span)));
    diagnostics.sort_by_key(|found| (found.span.start, found.span.end));
    // A wrong alias is one mistake, however often it is used.
    let mut tidied: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    let mut aliases: HashMap<String, usize> = HashMap::new();
    for found in diagnostics {
        if found.code == Code::UnknownAlias {
            match aliases.get(&found.message).and_then(|first| tidied.get_mut(*first)) {
                Some(first) => {
                    first.related.push((found.span, "used here too".to_owned()));
                    continue;
                }
                None => drop(aliases.insert(found.message.clone(), tidied.len())),
            }
        }
        tidied.push(found);
    }
    tidied
}
