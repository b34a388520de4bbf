//! One mistake gives one finding, two that do not depend on each other give two, each at its very place: every kind of
//! mistake that can stand in one statement beside another, alone and with every other.

#[expect(dead_code, reason = "each test uses a part of it")]
mod support;

use querent_schema::ast::Span;
use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::Code;

const SCHEMA: &str = "
CREATE TABLE users (id BIGINT NOT NULL, name VARCHAR NOT NULL, email VARCHAR, age INT, born DATE, home STRUCT<town VARCHAR>);
CREATE TABLE trades (id BIGINT NOT NULL, buyer BIGINT, symbol VARCHAR NOT NULL, price DOUBLE, qty INT);
CREATE SCHEMA web;
CREATE SCHEMA app;
CREATE TABLE web.events (at BIGINT NOT NULL);
CREATE TABLE app.events (at BIGINT NOT NULL);
";

/// Where in the statement a mistake stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// In the select list.
    Item,
    /// As a join.
    Join,
    /// In WHERE.
    Condition,
    /// As an optional section.
    Section,
    /// As a key of ORDER BY.
    Key,
}

use Slot::{Condition, Item, Join, Key, Section};

/// A mistake: where it stands, its text, its code, and the part of it that a finding points at, its last occurrence.
type Mistake = (Slot, &'static str, Code, &'static str);

const MISTAKES: &[Mistake] = &[
    (Item, "nmae", Code::UnknownColumn, "nmae"),
    (Item, "u.emial", Code::UnknownColumn, "emial"),
    (Item, "u.home.twon", Code::UnknownColumn, "twon"),
    (Item, "id", Code::AmbiguousColumn, "id"),
    (Item, "x.name", Code::UnknownAlias, "x"),
    (Item, "y.*", Code::UnknownAlias, "y"),
    (Item, "uper(u.name)", Code::UnknownFunction, "uper"),
    (Item, "summ(t.price) OVER ()", Code::UnknownFunction, "summ"),
    (Item, "lower(u.name, u.email)", Code::WrongArity, "lower(u.name, u.email)"),
    (Item, "(u.age > 1) + u.age", Code::TypeMismatch, "+"),
    (Item, "abs(u.born)", Code::TypeMismatch, "abs(u.born)"),
    (
        Item,
        "CASE WHEN u.age > 1 THEN u.born ELSE 1.5 END",
        Code::TypeMismatch,
        "CASE WHEN u.age > 1 THEN u.born ELSE 1.5 END",
    ),
    (Item, "CAST(u.id AS STRNG)", Code::UnknownType, "STRNG"),
    (Item, "CAST(u.born AS BOOLEAN)", Code::InvalidCast, "CAST(u.born AS BOOLEAN)"),
    (Item, "sum(t.price) OVER v", Code::UnknownWindow, "v"),
    (Item, "u.name AS twice, u.email AS twice", Code::DuplicateColumn, "u.email AS twice"),
    (Item, "u.name AS \"n!!\"", Code::InvalidOverride, "\"n!!\""),
    (Item, "lag(t.price)", Code::MisplacedAggregate, "lag(t.price)"),
    (Item, "(SELECT max(z.price) + z.qty FROM trades z)", Code::UngroupedColumn, "z.qty"),
    (Item, "(SELECT z.price FROM trades z ORDER BY 7 LIMIT 1)", Code::InvalidOrdinal, "7"),
    (Item, "(SELECT 1 WHERE EXISTS (SELECT 1 FROM nowhere))", Code::UnknownTable, "nowhere"),
    (Join, "JOIN nothing n ON true", Code::UnknownTable, "nothing"),
    (Join, "JOIN trades u ON true", Code::DuplicateAlias, "trades u"),
    (Join, "JOIN events e ON true", Code::AmbiguousTable, "events"),
    (Join, "JOIN (SELECT 1, 2) AS c (a) ON true", Code::ColumnCount, "a"),
    (Join, "LEFT JOIN trades w", Code::Unsupported, "LEFT JOIN trades w"),
    (Join, "JOIN trades q ON q.idd = 1", Code::UnknownColumn, "idd"),
    (Condition, "u.born = '2024-13-01'", Code::InvalidLiteral, "'2024-13-01'"),
    (Condition, "u.age IN (1, 'two')", Code::InvalidLiteral, "'two'"),
    (Condition, "u.age && u.age", Code::UnknownOperator, "&&"),
    (Condition, "count(*) > 1", Code::MisplacedAggregate, "count(*)"),
    (
        Condition,
        "u.id IN (SELECT buyer, symbol FROM trades)",
        Code::SubqueryColumns,
        "SELECT buyer, symbol FROM trades",
    ),
    (Condition, "(u.name = :p AND u.age = :p)", Code::ParameterConflict, ":p"),
    (Condition, "u.name = :names..", Code::MisplacedSpread, ":names.."),
    (Section, "{{ AND 2 = 2 }}", Code::InvalidSection, "{{ AND 2 = 2 }}"),
    (Key, "99", Code::InvalidOrdinal, "99"),
    (Key, "u.agee", Code::UnknownColumn, "agee"),
];

/// Texts of which the first is not told beside the second, because it may follow from it: a column of a table that is not
/// there, a name that is ambiguous among tables that cannot be told apart.
const FOLLOWS: &[(&str, &str)] =
    &[("nmae", "JOIN nothing n ON true"), ("nmae", "JOIN events e ON true"), ("id", "JOIN trades u ON true")];

/// A statement with these mistakes, and where each is.
fn statement(mistakes: &[&Mistake]) -> (String, Vec<(Code, Span)>) {
    let mut sql = "SELECT u.email".to_owned();
    let mut places = Vec::new();
    for (slot, before) in [(Item, ", "), (Join, " "), (Condition, " AND "), (Section, " "), (Key, ", ")] {
        match slot {
            Join => sql.push_str(" FROM users u JOIN trades t ON u.id = t.buyer"),
            Condition => sql.push_str(" WHERE t.price > 0"),
            Key => sql.push_str(" ORDER BY u.email"),
            Item | Section => {}
        }
        for (_, text, code, part) in mistakes.iter().filter(|mistake| mistake.0 == slot) {
            sql.push_str(before);
            let start = sql.len() + text.rfind(part).expect("a part of the text");
            sql.push_str(text);
            if !mistakes.iter().any(|other| FOLLOWS.contains(&(*text, other.1))) {
                places.push((*code, Span::new(start, start + part.len())));
            }
        }
    }
    places.sort_by_key(|(code, span)| (*span, *code));
    (sql, places)
}

/// What is said of a statement with these mistakes and is not what should be.
fn wrong(mistakes: &[&Mistake], catalog: &Catalog) -> Option<String> {
    let (sql, expected) = statement(mistakes);
    let found = check::check(&sql, catalog).diagnostics;
    let mut places: Vec<(Code, Span)> = found.iter().map(|found| (found.code, found.span)).collect();
    places.sort_by_key(|(code, span)| (*span, *code));
    let said = || found.iter().map(|found| support::printed(found, &sql)).collect::<Vec<_>>().join("\n");
    (places != expected).then(|| format!("{sql}\nexpected {expected:?}\n{}", said()))
}

#[test]
fn one_mistake_is_one_finding() {
    let catalog = support::catalog("pairs.sql", SCHEMA.to_owned(), "datafusion");
    let all: Vec<String> = MISTAKES.iter().filter_map(|mistake| wrong(&[mistake], &catalog)).collect();
    assert!(all.is_empty(), "{} of {}\n{}", all.len(), MISTAKES.len(), all.join("\n\n"));
}

#[test]
fn two_mistakes_are_two_findings() {
    let catalog = support::catalog("pairs.sql", SCHEMA.to_owned(), "datafusion");
    let mut all = Vec::new();
    let mut pairs = 0;
    for (at, first) in MISTAKES.iter().enumerate() {
        for second in &MISTAKES[at + 1..] {
            pairs += 1;
            all.extend(wrong(&[first, second], &catalog));
        }
    }
    assert!(all.is_empty(), "{} of {pairs}\n{}", all.len(), all.join("\n\n"));
    assert!(pairs > 500, "only {pairs} pairs");
}
