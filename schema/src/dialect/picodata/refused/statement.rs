//! Statements.

use super::{ignored, refuse};
use crate::ast::{Insert, Span, Statement, StatementKind, TableFactorKind, Update};
use crate::dialect::Advice;
use crate::dialect::picodata::tables::BUCKET_ID;

type Found = Vec<(Span, Advice)>;

const BLOCK: &str = "fix this by a block, which is a transaction: `DO $$ BEGIN …; …; END $$`";
const SETTINGS: &str =
    "fix this by `OPTION (…)` behind the statement, or by options of the pool, which every connection gets";

/// Commands that there are, by their first words.
const COMMANDS: &[&str] = &[
    "ALTER INDEX",
    "ALTER PLUGIN",
    "ALTER PROCEDURE",
    "ALTER SYSTEM",
    "ALTER USER",
    "AUDIT",
    "BACKUP",
    "CALL",
    "CREATE INDEX",
    "CREATE PLUGIN",
    "CREATE PROCEDURE",
    "CREATE ROLE",
    "CREATE UNIQUE",
    "CREATE USER",
    "DEALLOCATE",
    "DROP INDEX",
    "DROP PLUGIN",
    "DROP PROCEDURE",
    "DROP ROLE",
    "DROP USER",
    "GRANT",
    "REVOKE",
];

/// What is wrong with a statement that stands alone.
pub(super) fn of(statement: &Statement) -> Found {
    let span = statement.span;
    let one = |what: &str, help: &str| vec![refuse(span, what, help)];
    match &statement.kind {
        StatementKind::Insert(_) | StatementKind::Update(_) | StatementKind::Delete(_) => {
            writes(statement, false)
        }
        StatementKind::Explain { statement: inner, analyze, plan_for, describe, format, verbose } => {
            let explains = matches!(
                inner.kind,
                StatementKind::Query(_)
                    | StatementKind::Insert(_)
                    | StatementKind::Update(_)
                    | StatementKind::Delete(_)
                    | StatementKind::Block(_)
            );
            if *describe {
                return one("DESCRIBE", "fix this by `querent explain`, which says the columns of a query");
            }
            if *analyze || *plan_for || *verbose || format.is_some() {
                return one("this form of EXPLAIN", "fix this by `EXPLAIN …` or `EXPLAIN (RAW) …`");
            }
            if !explains {
                return vec![refuse(
                    inner.span,
                    "EXPLAIN of this",
                    "fix this by a query, a write or a block",
                )];
            }
            Vec::new()
        }
        StatementKind::Describe(_) => {
            one("DESCRIBE", "fix this by `SELECT format FROM _pico_table WHERE name = …`")
        }
        StatementKind::Show(_) => one("SHOW", SETTINGS),
        StatementKind::Copy(_) => one("COPY", "fix this by INSERT with many rows in VALUES"),
        StatementKind::Merge(_) => one("MERGE", "fix this by `INSERT … ON CONFLICT DO REPLACE`"),
        StatementKind::Prepare(_) => {
            one("PREPARE", "fix this by leaving it out: the driver prepares statements")
        }
        StatementKind::Drop { names, .. } if names.len() > 1 => {
            vec![refuse(names[1].span(), "DROP of several tables", "fix this by one DROP for each")]
        }
        StatementKind::Truncate { names, .. } if names.len() > 1 => {
            vec![refuse(names[1].span(), "TRUNCATE of several tables", "fix this by one TRUNCATE for each")]
        }
        StatementKind::CreateView(_) | StatementKind::Drop { view: true, .. } => {
            one("a view", "fix this by its query in WITH, or in FROM")
        }
        StatementKind::CreateTable(create) => match super::of_table(create) {
            Some(what) => {
                one(what, "fix this by the statement's plain form: `CREATE TABLE t (…, PRIMARY KEY (…))`")
            }
            None => Vec::new(),
        },
        StatementKind::Other(words) => command(words, span).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn command(words: &str, span: Span) -> Option<(Span, Advice)> {
    if COMMANDS.iter().any(|own| words.starts_with(own)) {
        return None;
    }
    let first = words.split(' ').next().unwrap_or_default();
    Some(match first {
        "BEGIN" | "COMMIT" | "END" | "ROLLBACK" => ignored(span, first, BLOCK),
        "START" | "SAVEPOINT" | "RELEASE" | "ABORT" => refuse(span, words, BLOCK),
        "SET" if words == "SET" => ignored(span, "SET", SETTINGS),
        "SET" => ignored(span, words, BLOCK),
        "SHOW" | "RESET" | "DISCARD" => refuse(span, first, SETTINGS),
        "LISTEN" | "NOTIFY" | "UNLISTEN" => {
            refuse(span, first, "fix this by asking again: the server sends nothing by itself")
        }
        "DECLARE" | "FETCH" | "MOVE" | "CLOSE" => {
            refuse(span, "a cursor", "fix this by LIMIT, and by a condition that takes the next rows")
        }
        "COPY" => refuse(span, first, "fix this by INSERT with many rows in VALUES"),
        "EXECUTE" => refuse(span, first, "fix this by the statement itself: the driver prepares it"),
        "CREATE" | "DROP" if words.contains("SCHEMA") => {
            ignored(span, words, "fix this by leaving it out: there is one schema, `public`")
        }
        "CREATE" if words.starts_with("CREATE TABLE") => {
            ignored(span, "PARTITION OF", "fix this by DISTRIBUTED BY, by which rows are spread over nodes")
        }
        _ => refuse(span, words, "fix this by a statement that Picodata has"),
    })
}

/// What is wrong with an INSERT, UPDATE or DELETE, alone or in a block.
pub(in crate::dialect::picodata) fn writes(statement: &Statement, in_block: bool) -> Found {
    const RETURNING: &str =
        "fix this by a block that reads first: `DO $$ BEGIN RETURN QUERY SELECT …; …; END $$`";
    const WITH: &str = "fix this by a subquery in the place of the name";
    const ALIAS: &str = "fix this by the name of the table itself";
    let mut found = Vec::new();
    let with = |with: &Option<crate::ast::With>| {
        let first = with.as_ref()?.ctes.first()?;
        Some(refuse(first.alias.name.span, "WITH before a write", WITH))
    };
    match &statement.kind {
        StatementKind::Insert(own) => {
            found.extend(with(&own.with));
            found.extend(insert(own, in_block));
            if let Some(alias) = &own.alias {
                found.push(refuse(alias.span, "an alias of the table that is written", ALIAS));
            }
            found.extend(
                own.returning.as_ref().map(|items| refuse(place(items, statement), "RETURNING", RETURNING)),
            );
        }
        StatementKind::Update(own) => {
            found.extend(with(&own.with));
            found.extend(update(own));
            if let Some(alias) = &own.table.relation.alias {
                found.push(refuse(alias.name.span, "an alias of the table that is written", ALIAS));
            }
            found.extend(
                own.returning.as_ref().map(|items| refuse(place(items, statement), "RETURNING", RETURNING)),
            );
        }
        StatementKind::Delete(own) => {
            found.extend(with(&own.with));
            if let Some(entry) = own.using.first() {
                let help = "fix this by `WHERE … IN (SELECT …)`";
                found.push(refuse(entry.relation.span, "DELETE … USING", help));
            }
            if let Some(alias) = &own.table.alias {
                found.push(refuse(alias.name.span, "an alias of the table that is written", ALIAS));
            }
            if let Some(limit) = &own.limit {
                found.push(refuse(limit.span, "LIMIT of a DELETE", "fix this by a condition"));
            }
            found.extend(
                own.returning.as_ref().map(|items| refuse(place(items, statement), "RETURNING", RETURNING)),
            );
        }
        _ => {}
    }
    found
}

fn place(items: &[crate::ast::SelectItem], statement: &Statement) -> Span {
    match items.first() {
        Some(crate::ast::SelectItem::Expr { expr, .. }) => expr.span,
        Some(crate::ast::SelectItem::Wildcard { span, .. }) => *span,
        None => statement.span,
    }
}

fn insert(own: &Insert, in_block: bool) -> Found {
    let mut found = Vec::new();
    if own.verb != "INSERT" {
        let help = "fix this by `INSERT … ON CONFLICT DO REPLACE`";
        found.push(refuse(own.table.span(), &own.verb, help));
    }
    if own.source.is_none() {
        let help = "fix this by VALUES with a value for each column";
        found.push(refuse(own.table.span(), "DEFAULT VALUES", help));
    }
    let bucket = own.columns.iter().find(|column| column.value.eq_ignore_ascii_case(BUCKET_ID));
    if let Some(bucket) = bucket {
        found.push(refuse(
            bucket.span,
            "writing bucket_id",
            "fix this by leaving it out: the server computes it",
        ));
    }
    if let Some(conflict) = own.on_conflict.as_ref().filter(|_| !in_block) {
        let whole = "fix this by `ON CONFLICT DO REPLACE` or `DO NOTHING`, which are about the primary key; from 26.2 on \
                     a block has `DO UPDATE`";
        if let Some(column) = conflict.columns.first() {
            found.push(refuse(column.span, "the target of ON CONFLICT outside of a block", whole));
        } else if let Some(first) = conflict.assignments.first() {
            found.push(refuse(first.value.span, "ON CONFLICT DO UPDATE outside of a block", whole));
        }
    }
    found
}

fn update(own: &Update) -> Found {
    let mut found = Vec::new();
    let one = "fix this by one table in FROM, and a subquery for more";
    if let Some(join) = own.table.joins.first() {
        found.push(refuse(join.span, "a join in UPDATE", one));
    }
    if let Some(entry) = own.from.get(1) {
        found.push(refuse(entry.relation.span, "UPDATE … FROM several tables", one));
    }
    if let Some(join) = own.from.first().and_then(|entry| entry.joins.first()) {
        found.push(refuse(join.span, "UPDATE … FROM a join", one));
    }
    if let Some(entry) = own.from.first()
        && !matches!(entry.relation.kind, TableFactorKind::Table(_) | TableFactorKind::Derived(_))
    {
        found.push(refuse(entry.relation.span, "this in FROM", one));
    }
    if let Some(limit) = &own.limit {
        found.push(refuse(limit.span, "LIMIT of an UPDATE", "fix this by a condition"));
    }
    let bucket = own
        .assignments
        .iter()
        .flat_map(|own| &own.targets)
        .find(|name| name.last().value.eq_ignore_ascii_case(BUCKET_ID));
    if let Some(bucket) = bucket {
        found.push(refuse(
            bucket.span(),
            "writing bucket_id",
            "fix this by leaving it out: the server computes it",
        ));
    }
    found
}
