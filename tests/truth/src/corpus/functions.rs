//! Calls of every function that a dialect lists: every number of arguments, columns of every type and literals in every
//! place, then NULL and a parameter in each.
//!
//! Which arguments a function takes is asked of the dialect; that it refuses what the engine takes is found by
//! `probe_functions --check`, which asks the engine first.

use querent_generator::schemas;
use querent_schema::ast::Literal;
use querent_schema::catalog::Catalog;
use querent_schema::dialect::{self, Dialect, FunctionKind, Operand};
use querent_schema::parse::split;
use querent_types::SqlType;

use super::{Case, Corpus, Script};

/// The most arguments that are tried.
const ARGUMENTS_MAX: usize = 4;
/// Lists of arguments that are kept for each number of them.
const LISTS_MAX: [usize; ARGUMENTS_MAX + 1] = [1, 64, 48, 32, 16];

/// What can stand as an argument.
#[derive(Clone)]
struct Argument {
    sql: String,
    /// The table that it is a column of.
    table: Option<String>,
    operand: Operand,
}

/// How lists of arguments are searched for.
#[derive(Clone, Copy)]
enum Search {
    /// Place by place: a beginning is gone on with that is taken whatever follows.
    ByPlace,
    /// As a whole only, because a literal decides: two of any kind, after these literals.
    Whole,
}

/// Calls of a dialect's functions over its schemas of types; a script a function.
///
/// # Errors
/// A dialect that there is not, or a schema that it does not read.
pub fn calls(name: &str) -> Result<Corpus, String> {
    let dialect = dialect::by_name(name).ok_or_else(|| format!("there is no dialect {name}"))?;
    let (mut setup, mut arguments) = (Vec::new(), literals());
    for schema in
        schemas::of_dialect(name).into_iter().filter(|schema| ["types", "nested"].contains(&schema.name))
    {
        let text = |span: std::ops::Range<usize>| schema.ddl.get(span).unwrap_or_default();
        let statements = split(schema.ddl, dialect).into_iter();
        setup.extend(
            statements.map(|found| text(found.span.start as usize..found.span.end as usize).to_owned()),
        );
        columns(&schema.catalog(name)?, &mut arguments)?;
    }
    let setup: Vec<Case> =
        setup.iter().enumerate().map(|(i, sql)| Case::setup(format!("table {}", i + 1), sql)).collect();
    let mut functions = (dialect.functions)().names();
    functions.dedup();
    let scripts = functions.into_iter().map(|(function, kind)| {
        let calls = calls_of(dialect, function, kind, &arguments);
        let asked = calls.into_iter().enumerate().map(|(i, sql)| Case::ask((i + 1).to_string(), sql));
        Script { name: format!("{kind:?} {function}"), cases: setup.iter().cloned().chain(asked).collect() }
    });
    Ok(Corpus { name: "functions".to_owned(), scripts: scripts.collect() })
}

/// Literals of every kind; texts are such as some function asks for.
fn literals() -> Vec<Argument> {
    let literal = |sql: &str, ty: SqlType, literal: Option<Literal>| Argument {
        sql: sql.to_owned(),
        table: None,
        operand: Operand { ty: Some(ty), literal, nullable: false },
    };
    let text =
        |word: &str| literal(&format!("'{word}'"), SqlType::TEXT, Some(Literal::String(word.to_owned())));
    let number = |word: &str, ty| literal(word, ty, Some(Literal::Number(word.to_owned())));
    let mut all: Vec<Argument> = ["a", "day", "Int32", "%Y", "1"].map(text).into();
    all.push(number("1", SqlType::Int64));
    all.push(number("2", SqlType::Int64));
    all.push(number("0.5", SqlType::Float64));
    all.push(literal("TRUE", SqlType::Boolean, Some(Literal::Boolean(true))));
    all
}

/// One column of each type that a catalog's tables have.
fn columns(catalog: &Catalog, arguments: &mut Vec<Argument>) -> Result<(), String> {
    for table in catalog.tables().map_err(|error| error.to_string())? {
        let Some(name) = table.path.last() else { continue };
        for column in &table.columns {
            let Some(ty) = &column.ty else { continue };
            let is_known = |known: &Argument| known.table.is_some() && known.operand.ty.as_ref() == Some(ty);
            if !arguments.iter().any(is_known) {
                arguments.push(Argument {
                    sql: format!("{name}.{}", column.name),
                    table: Some(name.clone()),
                    operand: Operand { ty: Some(ty.clone()), literal: None, nullable: true },
                });
            }
        }
    }
    Ok(())
}

fn calls_of(dialect: &Dialect, function: &str, kind: FunctionKind, arguments: &[Argument]) -> Vec<String> {
    let usable: Vec<&Argument> =
        arguments.iter().filter(|argument| kind != FunctionKind::Table || argument.table.is_none()).collect();
    let takes = |operands: &[Operand]| (dialect.functions)().resolve(kind, function, operands).is_ok();
    let search = |count, by| (count, lists(&usable, count, by, takes));
    let mut found: Vec<(usize, Vec<Vec<Argument>>)> =
        (0..=ARGUMENTS_MAX).map(|count| search(count, Search::ByPlace)).collect();
    if found.iter().all(|(_, lists)| lists.is_empty()) {
        found = (1..=3).map(|count| search(count, Search::Whole)).collect();
    }
    let mut calls = Vec::new();
    for (count, lists) in found {
        for list in lists {
            calls.push(call(function, kind, &list));
            for (place, stands_in) in (0..count).flat_map(|place| ["NULL", "$1"].map(|sql| (place, sql))) {
                let mut list = list.clone();
                list[place].sql = stands_in.to_owned();
                list[place].table = None;
                calls.push(call(function, kind, &list));
            }
        }
    }
    calls.sort();
    calls.dedup();
    calls
}

/// Lists of so many arguments that are taken.
fn lists(
    usable: &[&Argument],
    count: usize,
    search: Search,
    takes: impl Fn(&[Operand]) -> bool,
) -> Vec<Vec<Argument>> {
    // What is not chosen yet has no type.
    let open = Operand { ty: None, literal: None, nullable: true };
    let is_taken = |list: &[Argument]| {
        let chosen = list.iter().map(|argument| argument.operand.clone());
        takes(&chosen.chain(std::iter::repeat(open.clone())).take(count).collect::<Vec<_>>())
    };
    let goes_on = |list: &[Argument]| match search {
        Search::ByPlace => is_taken(list),
        Search::Whole => list.len() <= 2 || list.last().is_some_and(|argument| argument.table.is_none()),
    };
    let max = match search {
        Search::ByPlace => LISTS_MAX[count],
        Search::Whole => usize::MAX,
    };
    let mut found = vec![Vec::new()];
    for _ in 0..count {
        let longer = found.iter().flat_map(|list: &Vec<Argument>| {
            usable.iter().map(move |argument| [list.as_slice(), &[(*argument).clone()]].concat())
        });
        found = spread(longer.filter(|list| goes_on(list)).collect(), max);
    }
    found.retain(|list| is_taken(list));
    spread(found, LISTS_MAX[count])
}

/// So many of all, from everywhere among them.
fn spread<T>(all: Vec<T>, max: usize) -> Vec<T> {
    let len = all.len();
    if len <= max {
        return all;
    }
    // The places are multiples of a fraction, so that neighbours, which differ in the last argument only, are not all
    // of the same kind.
    let mut taken = (0..max).map(|i| i * len / max).peekable();
    let chosen = all.into_iter().enumerate().filter(|(i, _)| taken.next_if_eq(i).is_some());
    chosen.map(|(_, one)| one).collect()
}

fn call(function: &str, kind: FunctionKind, list: &[Argument]) -> String {
    let arguments: Vec<&str> = list.iter().map(|argument| argument.sql.as_str()).collect();
    let called = format!("{function}({})", arguments.join(", "));
    let mut tables: Vec<&str> = list.iter().filter_map(|argument| argument.table.as_deref()).collect();
    tables.sort_unstable();
    tables.dedup();
    let first = *tables.first().unwrap_or(&"every_type");
    let from = if tables.is_empty() { first.to_owned() } else { tables.join(", ") };
    match kind {
        FunctionKind::Scalar | FunctionKind::Aggregate => format!("SELECT {called} AS x FROM {from}"),
        FunctionKind::Window => format!("SELECT {called} OVER (ORDER BY {first}.id) AS x FROM {from}"),
        FunctionKind::Table => format!("SELECT * FROM {called}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_called() {
        let corpus = calls("datafusion").expect("a corpus");
        let uncalled: Vec<&str> = (corpus.scripts.iter())
            .filter(|script| script.cases.iter().all(|case| case.role == super::super::Role::Setup))
            .map(|script| script.name.as_str())
            .collect();
        // No DDL makes a column of a union.
        assert_eq!(uncalled, ["Scalar union_extract"]);
    }
}
