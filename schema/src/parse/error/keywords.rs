//! The keywords that may be meant at a place: those of the clause first.

use super::clause::Place;
use crate::suggest::nearest;

/// Words that begin a statement.
const STATEMENTS: &[&str] = &[
    "SELECT", "WITH", "VALUES", "FROM", "INSERT", "UPDATE", "DELETE", "EXPLAIN", "DESCRIBE", "SHOW",
    "CREATE", "DROP", "ALTER", "SET", "COPY", "MERGE", "TRUNCATE", "BEGIN", "COMMIT", "ROLLBACK", "PREPARE",
    "EXECUTE", "REPLACE",
];

/// Words between FROM and the next clause.
const JOINS: &[&str] =
    &["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "CROSS", "NATURAL", "LATERAL", "ON", "USING", "AS"];

/// Words that go on with a condition or a value.
const OPERATORS: &[&str] = &[
    "AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE", "BETWEEN", "SIMILAR", "ESCAPE", "NULL", "DIV", "COLLATE",
];

/// Clauses that may follow.
const LATER: &[&str] = &[
    "WHERE",
    "GROUP",
    "BY",
    "HAVING",
    "WINDOW",
    "QUALIFY",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "RETURNING",
];

/// Words of ORDER BY.
const SORTS: &[&str] = &["ASC", "DESC", "NULLS", "FIRST", "LAST", "BY"];

/// Words of OVER.
const WINDOWS: &[&str] = &[
    "PARTITION",
    "ORDER",
    "BY",
    "ROWS",
    "RANGE",
    "GROUPS",
    "BETWEEN",
    "UNBOUNDED",
    "PRECEDING",
    "FOLLOWING",
    "CURRENT",
    "ROW",
    "AND",
    "ASC",
    "DESC",
    "NULLS",
];

/// Words of a definition.
const DEFINITIONS: &[&str] = &[
    "TABLE",
    "VIEW",
    "INDEX",
    "EXTERNAL",
    "PRIMARY",
    "KEY",
    "NOT",
    "NULL",
    "DEFAULT",
    "UNIQUE",
    "REFERENCES",
    "CHECK",
    "EXISTS",
    "AS",
    "WITH",
    "STORED",
    "LOCATION",
];

/// Words that stand right before an opening parenthesis.
const BEFORE_LISTS: &[&str] = &["VALUES", "EXISTS", "USING", "OVER", "FILTER"];

/// Every other word that is misspelt often.
const OTHERS: &[&str] = &[
    "SELECT",
    "FROM",
    "VALUES",
    "INSERT",
    "UPDATE",
    "DELETE",
    "INTO",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "DISTINCT",
    "EXISTS",
    "PARTITION",
    "OVER",
    "FILTER",
    "WITHIN",
    "RECURSIVE",
    "WITH",
    "CREATE",
    "TABLE",
    "VIEW",
    "DROP",
    "ALTER",
    "SET",
    "EXPLAIN",
    "ANALYZE",
    "DESCRIBE",
    "CONFLICT",
    "NOTHING",
    "INTERVAL",
    "CAST",
    "ROWS",
    "RANGE",
    "PRECEDING",
    "FOLLOWING",
    "UNBOUNDED",
    "ONLY",
];

const ALL: &[&[&str]] =
    &[STATEMENTS, JOINS, OPERATORS, LATER, SORTS, WINDOWS, DEFINITIONS, BEFORE_LISTS, OTHERS];

/// Whether a word is one of the keywords here, and so is not misspelt.
fn is_keyword(word: &str) -> bool {
    ALL.iter().any(|list| list.contains(&word))
}

/// The keyword that a word is a misspelling of, where a statement has to begin.
pub(super) fn statement(word: &str) -> Option<&'static str> {
    closest(&word.to_uppercase(), &[STATEMENTS])
}

/// The keyword that a word before an opening parenthesis is a misspelling of.
pub(super) fn before_list(word: &str) -> Option<&'static str> {
    closest(&word.to_uppercase(), &[BEFORE_LISTS])
}

/// The keyword that a word is a misspelling of: one of those that were expected, else one of the clause, else any.
pub(super) fn meant<'a>(word: &str, expected: &'a str, place: Place) -> Option<&'a str> {
    let word = word.to_uppercase();
    if is_keyword(&word) {
        return None;
    }
    let wanted = expected.split(|c: char| !c.is_ascii_alphanumeric());
    let wanted = wanted.filter(|one| one.len() > 1 && one.bytes().all(|b| b.is_ascii_uppercase()));
    if let Some(own) = nearest(&word, wanted).into_iter().find(|own| is_likely(&word, own)) {
        return Some(own);
    }
    let own: &[&[&str]] = match place {
        Place::Select => &[&["FROM", "AS", "OVER", "FILTER", "DISTINCT"], OPERATORS],
        Place::From | Place::Join => &[JOINS, LATER, &["SET"]],
        Place::Predicate => &[OPERATORS, LATER, JOINS],
        Place::Group => &[LATER],
        Place::Order => &[SORTS, LATER],
        Place::Limit => &[&["OFFSET", "FETCH", "ROWS", "ONLY", "BY"]],
        Place::Values => &[&["ON", "CONFLICT", "RETURNING"]],
        Place::Set => &[&["WHERE", "FROM", "RETURNING"], OPERATORS],
        Place::Window => &[WINDOWS],
        Place::Definition => &[DEFINITIONS],
        Place::Other => &[],
    };
    closest(&word, own).or_else(|| (word.len() > 2).then(|| closest(&word, ALL)).flatten())
}

fn closest(word: &str, lists: &[&[&'static str]]) -> Option<&'static str> {
    if is_keyword(word) {
        return None;
    }
    nearest(word, lists.iter().copied().flatten().copied()).into_iter().find(|own| is_likely(word, own))
}

/// Of a word of two letters a single other letter makes another word: it must hold all of them.
fn is_likely(word: &str, keyword: &str) -> bool {
    word.len() > 2 || word.chars().all(|letter| keyword.contains(letter))
}
