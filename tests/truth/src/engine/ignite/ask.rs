//! One statement: what its description and its runs come to.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use querent_core::types::value::{Date, Time, Timestamp, Uuid};
use querent_core::{Executed, Pool, SqlQuery, sql_query};
use querent_ignite::IgniteQuery as _;
use querent_types::{AnsweredType, SqlType, StatementAnswer};

use super::wire::Row;
use super::{EMPTY, FULL, Grid, TIME_MAX};
use crate::engine::{Answer, Column, Kind, Outcome, Parameter};

/// Rows that are looked at, and how many come at a time.
const ROWS_MAX: usize = 2_000;
const PAGE: usize = 500;

/// What rows showed of one column.
#[derive(Default, Clone)]
struct Seen {
    types: BTreeSet<String>,
    null: bool,
}

/// What one run showed: names and what came under them, where rows came.
type Shown = Vec<(String, Seen)>;

/// The answer, and whether rows of the tables without rows may have changed.
pub(super) async fn ask(
    pool: &Pool<Grid>,
    sql: &str,
    described: Result<StatementAnswer, String>,
) -> (Answer, bool) {
    let described = match described {
        Ok(described) => described,
        Err(words) => return (Answer::refused(refusal(&words)), false),
    };
    let wanted = parameters(sql, &described);
    let params = wanted.iter().enumerate().map(|(at, ty)| Parameter {
        name: format!("${}", at + 1),
        ty: ty.says.as_ref().map(ToString::to_string),
    });
    let mut answer =
        Answer { kind: kind(sql), params: params.collect(), ..Answer::refused(Outcome::Accepted) };
    if answer.kind == Kind::Change {
        let run = given(sql, &wanted).of::<Grid, Row>().schema(EMPTY).timeout(TIME_MAX).execute(pool).await;
        let changed = run.as_ref().is_ok_and(|done: &Executed| done.rows_affected != Some(0)) || run.is_err();
        answer.outcome = run.map_or_else(|error| failure(error.message()), |_| Outcome::Accepted);
        return (answer, changed);
    }
    let mut shown = match rows(pool, given(sql, &wanted), EMPTY).await {
        Ok(shown) => shown,
        Err(words) => {
            answer.outcome = failure(&words);
            return (answer, false);
        }
    };
    match rows(pool, given(sql, &wanted), FULL).await {
        Ok(full) => merge(&mut shown, full),
        Err(words) => {
            answer.outcome = Outcome::Failed(shortened(&words));
            return (answer, false);
        }
    }
    let mut of_nulls = Vec::new();
    if !wanted.is_empty() {
        let nulls = wanted.iter().fold(sql_query(sql), |query, _| query.bind(None::<i32>));
        // What takes no NULL fails, and shows nothing.
        of_nulls = rows(pool, nulls, FULL).await.unwrap_or_default();
    }
    match columns(described, &shown, &of_nulls) {
        Some(columns) => answer.columns = columns,
        None => answer.kind = Kind::Unknown,
    }
    (answer, false)
}

/// Runs a statement for its effect.
pub(super) async fn run(pool: &Pool<Grid>, sql: &str, schema: &str) -> Result<(), String> {
    let run = sql_query(sql).of::<Grid, Row>().schema(schema).timeout(TIME_MAX).execute(pool).await;
    run.map(drop).map_err(|error| error.message().to_owned())
}

/// Runs a query and looks at its first rows.
async fn rows(pool: &Pool<Grid>, query: SqlQuery<'_>, schema: &str) -> Result<Shown, String> {
    let query = query.of::<Grid, Row>().schema(schema).page_size(PAGE).timeout(TIME_MAX);
    let mut stream = query.fetch(pool).take(ROWS_MAX);
    let mut shown = Shown::new();
    while let Some(row) = stream.next().await {
        let row = row.map_err(|error| error.message().to_owned())?;
        if shown.is_empty() {
            shown = row.names.iter().map(|name| (name.clone(), Seen::default())).collect();
        }
        for ((_, seen), ty) in shown.iter_mut().zip(row.types) {
            match ty {
                Some(ty) => drop(seen.types.insert(ty)),
                None => seen.null = true,
            }
        }
    }
    Ok(shown)
}

fn merge(shown: &mut Shown, other: Shown) {
    if shown.is_empty() {
        *shown = other;
        return;
    }
    for ((_, seen), (_, other)) in shown.iter_mut().zip(other) {
        seen.types.extend(other.types);
        seen.null |= other.null;
    }
}

/// The columns as they were described, with the types and names of what came; `None` where neither tells.
fn columns(described: StatementAnswer, shown: &Shown, of_nulls: &Shown) -> Option<Vec<Column>> {
    let Some(described) = described.columns else {
        let column = |(name, seen): &(String, Seen)| Column {
            name: name.clone(),
            ty: came(&seen.types),
            nullable: true,
            null_seen: seen.null,
            ..Column::default()
        };
        return (!shown.is_empty()).then(|| shown.iter().map(column).collect());
    };
    let columns = described.into_iter().enumerate().map(|(at, described)| {
        let seen = shown.get(at);
        let came = seen.map(|(_, seen)| came(&seen.types)).filter(|ty| !ty.is_empty());
        let or = described.ty.or.iter().map(ToString::to_string).filter(|_| came.is_none()).collect();
        let says = described.ty.says.map(|ty| ty.to_string()).unwrap_or_default();
        Column {
            name: seen.map_or(described.name, |(name, _)| name.clone()),
            ty: came.unwrap_or(says),
            or,
            nullable: described.nullable.unwrap_or(true),
            null_seen: seen.is_some_and(|(_, seen)| seen.null),
            null_of_nulls: of_nulls.get(at).is_some_and(|(_, seen)| seen.null),
            ..Column::default()
        }
    });
    Some(columns.collect())
}

/// The types of the values of one column.
fn came(types: &BTreeSet<String>) -> String {
    types.iter().map(String::as_str).collect::<Vec<_>>().join(" and ")
}

/// The types of the parameters, as many as the text has; of those that are not described nothing is known.
fn parameters(sql: &str, described: &StatementAnswer) -> Vec<AnsweredType> {
    let count = placeholders(sql);
    let mut types = described.parameters.clone().unwrap_or_default();
    types.resize(count, AnsweredType::default());
    types
}

/// The question marks outside of quotes.
fn placeholders(sql: &str) -> usize {
    let (mut count, mut quote) = (0, None);
    for c in sql.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None => count += usize::from(c == '?'),
        }
    }
    count
}

/// The statement with a value of each parameter's type; of one that is not known an INT, which both engines convert.
fn given<'q>(sql: &'q str, types: &[AnsweredType]) -> SqlQuery<'q> {
    types.iter().fold(sql_query(sql), |query, ty| match &ty.says {
        Some(SqlType::Boolean) => query.bind(true),
        Some(SqlType::Int8) => query.bind(1_i8),
        Some(SqlType::Int16) => query.bind(1_i16),
        Some(SqlType::Int64) => query.bind(1_i64),
        Some(SqlType::Float32) => query.bind(1.5_f32),
        Some(SqlType::Float64 | SqlType::BigDecimal) => query.bind(1.5_f64),
        Some(SqlType::Text(_)) => query.bind("1"),
        Some(SqlType::Binary(_)) => query.bind(&b"\x01"[..]),
        Some(SqlType::Uuid) => query.bind(Uuid::from_u128(1)),
        Some(SqlType::Date32) => query.bind(Date::from_ymd(1994, 1, 1)),
        Some(SqlType::Time(_)) => query.bind(Time::from_nanos(0)),
        Some(SqlType::Timestamp(..)) => query.bind("1994-01-01T00:00:00".parse::<Timestamp>().ok()),
        _ => query.bind(1_i32),
    })
}

/// What a statement is, by its first word: neither engine says it.
fn kind(sql: &str) -> Kind {
    let word = sql.split_whitespace().next().unwrap_or_default().to_uppercase();
    match word.as_str() {
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" => Kind::Change,
        "CREATE" | "DROP" | "ALTER" => Kind::Definition,
        _ => Kind::Query,
    }
}

/// What the nodes (2.17.0) say of a value that a function, a cast or a column does not take: an affair of values, which
/// another text of the same types may have right. Constants are computed while a statement is described.
const OF_VALUES: &[&str] = &[
    "Division by zero",
    "/ by zero",
    "Hexadecimal string",
    "Data conversion error",
    "Numeric value out of range",
    "Cannot parse \"",
    "Value conversion failed",
    "Null value is not allowed",
    "Cannot set NULL",
    "Duplicate key",
    "already in cache",
    "Value for column",
    "Scalar subquery contains more than one row",
    "Subquery returned more than",
    "Error in LIKE ESCAPE",
    "Invalid escape",
    "For input string",
    "out of range",
    "overflow",
    "Invalid DATE value",
    "Illegal pattern",
    "Dangling meta character",
    // Neither tells what failed where the rows are.
    "Remote query execution",
    "Failed to execute map query",
    // Calcite's planner ran out of its time (`IGNITE_CALCITE_PLANNER_TIMEOUT`): no word of the statement itself.
    "Failed to plan query",
    // Nor did the client wait for it any longer.
    "took longer than",
    // H2 says so of WITH at times, and takes the same statement the next time.
    "getAllRights",
];

fn is_of_values(words: &str) -> bool {
    OF_VALUES.iter().any(|known| words.contains(known))
}

/// What does not describe: refused.
fn refusal(words: &str) -> Outcome {
    if is_of_values(words) { Outcome::Failed(shortened(words)) } else { Outcome::Refused(shortened(words)) }
}

/// What fails without rows although it was described: it has no way to be run.
fn failure(words: &str) -> Outcome {
    if is_of_values(words) { Outcome::Failed(shortened(words)) } else { Outcome::Unready(shortened(words)) }
}

/// A message without the statement that it repeats.
fn shortened(words: &str) -> String {
    let before = |words: &str, mark: &str| words.split(mark).next().unwrap_or_default().to_owned();
    let words = before(words, "; SQL statement:");
    for mark in ["Unsupported query", "while converting", "Was expecting one of"] {
        if let Some((before, _)) = words.split_once(mark) {
            return format!("{before}{mark}");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_counted_outside_of_quotes() {
        assert_eq!(placeholders("SELECT ?, '?', \"?\", 'it''s ?' WHERE a = ?"), 2);
    }
}
