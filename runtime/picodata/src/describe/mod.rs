//! What a cluster's tables are, asked of its system tables.
//!
//! What their columns hold is read by `querent_protocol::picodata::catalog`. Two facts are not in the catalog: how many
//! buckets a tier has is asked of `_pico_bucket` where `_pico_tier` may not be read, and the elements' type of an array is
//! what the server describes a query of it with.

mod ask;

use std::collections::{BTreeMap, BTreeSet};

use querent_core::types::{
    NullabilityTrust, ServerIdentity, SourceDescription, SqlType, TableDescription, TableKind,
};
use querent_core::{Error, ErrorKind, Result};
use querent_protocol::picodata::catalog::{self, IndexRow, RoutineRow, TableRow, Unreadable};
use tokio_postgres::Row;

use crate::connect;
use crate::options::PicodataOptions;
use ask::{Ask, Said, flag, number, quoted, text};

/// Describes a cluster.
///
/// # Errors
/// Where no host of the URL answers, or the user may not read `_pico_table` and `_pico_index`: the error names all rights
/// that are missing, as the statements that grant them.
pub async fn describe(options: &PicodataOptions) -> Result<SourceDescription> {
    let connection = connect::connect(options).await?;
    let mut ask = Ask::new(&connection.client);
    let tables = ask.needed(TABLES, "_pico_table").await?;
    let indexes = ask.needed(INDEXES, "_pico_index").await?;
    let routines = ask.rows(ROUTINES, "_pico_routine").await?;
    let tiers = ask.rows(TIERS, "_pico_tier").await?;
    if tables.is_none() || indexes.is_none() {
        return Err(lacking(&options.user, &ask.denied));
    }
    let (tables, indexes) = (tables.unwrap_or_default(), indexes.unwrap_or_default());
    let mut source = SourceDescription {
        backend: "picodata".to_owned(),
        dialect: "picodata".to_owned(),
        // A NULL in a NOT NULL column is refused by the storage.
        nullability: NullabilityTrust::Trusted,
        ..SourceDescription::default()
    };
    source.server = version(&mut ask, &mut source.notes).await?;
    tabulate(&tables, &indexes, &mut source)?;
    elements(&mut ask, &mut source).await?;
    list_routines(routines, &mut source.notes)?;
    count_buckets(&mut ask, tiers, &mut source).await?;
    let left_out = ask.denied.iter().filter(|table| OPTIONAL.contains(table));
    source.notes.extend(left_out.map(|table| {
        format!("the user may not read {table}: GRANT READ ON TABLE {table} lets `querent pull` tell what is in it")
    }));
    Ok(source)
}

/// What a source is described without where it may not be read. Of `_pico_tier` another question tells the same.
const OPTIONAL: &[&str] = &["_pico_routine"];

const TABLES: &str = "SELECT id, name, distribution, format, operable, engine FROM _pico_table";
const INDEXES: &str = "SELECT table_id, id, name, opts, parts, operable FROM _pico_index";
const ROUTINES: &str = "SELECT name, kind, params, operable FROM _pico_routine";
const TIERS: &str = "SELECT name, bucket_count FROM _pico_tier";

/// All rights that are missing, as the statements that grant them.
fn lacking(user: &str, denied: &[&str]) -> Error {
    let user = quoted(user);
    let grants: Vec<String> =
        denied.iter().map(|table| format!("GRANT READ ON TABLE {table} TO {user}")).collect();
    let message = format!(
        "the user may not read the system tables that describe the source; an administrator allows it by: {}",
        grants.join("; ")
    );
    Error::new(ErrorKind::Permission, message)
}

fn unreadable(error: Unreadable) -> Error {
    Error::new(ErrorKind::Protocol, error.to_string())
}

/// A row in which a column is missing, NULL or of a type that it never had.
fn odd(table: &str) -> Error {
    let message = format!("a row of {table} is in a form that this version of querent does not know");
    Error::new(ErrorKind::Protocol, message)
}

/// The earliest version that an instance runs; every user may ask for it.
async fn version(ask: &mut Ask<'_>, notes: &mut Vec<String>) -> Result<Option<ServerIdentity>> {
    let instances = ask.rows("SELECT picodata_version FROM _pico_instance", "_pico_instance").await?;
    let versions: BTreeSet<String> = match instances {
        Said::Rows(rows) => rows.iter().filter_map(|row| text(row, 0)).collect(),
        _ => BTreeSet::new(),
    };
    let mut version = catalog::earliest(versions.iter().map(String::as_str)).map(str::to_owned);
    if let (Some(version), 2..) = (&version, versions.len()) {
        let all: Vec<&str> = versions.iter().map(String::as_str).collect();
        let all = all.join(", ");
        notes
            .push(format!("the instances run different versions ({all}): queries are checked for {version}"));
    }
    if version.is_none()
        && let Said::Rows(rows) = ask.rows("SELECT version()", "version()").await?
    {
        version = rows.first().and_then(|row| text(row, 0));
    }
    Ok(version.map(|version| ServerIdentity { name: "Picodata".to_owned(), version }))
}

fn tabulate(tables: &[Row], indexes: &[Row], source: &mut SourceDescription) -> Result<()> {
    let indexes = indexes.iter().map(index).collect::<Option<Vec<_>>>().ok_or_else(|| odd("_pico_index"))?;
    for row in tables {
        let row = table(row).ok_or_else(|| odd("_pico_table"))?;
        if !row.operable {
            source.notes.push(format!("the table {} is being made or dropped, and is left out", row.name));
            continue;
        }
        source.tables.push(catalog::table(&row, &indexes).map_err(unreadable)?);
    }
    source.tables.sort_by(|a, b| a.path.cmp(&b.path));
    for table in source.tables.iter().filter(|table| table.kind == TableKind::Table) {
        let unknown = table.columns.iter().filter(|column| column.ty.is_none());
        source.notes.extend(unknown.map(|column| {
            let native = column.native.as_deref().unwrap_or("?");
            let name = table.path.join(".");
            format!("{name}.{} has the type {native}, which does not come over the wire", column.name)
        }));
    }
    Ok(())
}

fn table(row: &Row) -> Option<TableRow> {
    Some(TableRow {
        id: number(row, 0)?,
        name: text(row, 1)?,
        distribution: text(row, 2)?,
        format: text(row, 3)?,
        operable: flag(row, 4)?,
        engine: text(row, 5).unwrap_or_default(),
    })
}

fn index(row: &Row) -> Option<IndexRow> {
    Some(IndexRow {
        table_id: number(row, 0)?,
        id: number(row, 1)?,
        name: text(row, 2)?,
        opts: text(row, 3)?,
        parts: text(row, 4)?,
        operable: flag(row, 5)?,
    })
}

/// Arrays whose elements have a type on the wire have it in the description, too: from 26.2 on. Before, they are JSON.
async fn elements(ask: &mut Ask<'_>, source: &mut SourceDescription) -> Result<()> {
    let has_typed =
        source.server.as_ref().is_some_and(|server| catalog::numbers(&server.version) >= vec![26, 2]);
    let tables = source.tables.iter_mut().filter(|table| table.kind == TableKind::Table);
    for table in tables.filter(|table| table.columns.iter().any(catalog::is_array)) {
        let types = ask.types(&arrays(table)).await?;
        let mut types = types.unwrap_or_default().into_iter();
        for column in table.columns.iter_mut().filter(|column| catalog::is_array(column)) {
            match types.next() {
                Some(ty @ Some(SqlType::Json | SqlType::List(..))) => column.ty = ty,
                _ if has_typed => {
                    column.ty = None;
                    source.notes.push(format!(
                        "{}.{} is an array of which the user may not ask the elements' type",
                        table.path.join("."),
                        column.name
                    ));
                }
                // Of what is no type of an array the catalog's word is taken.
                _ => {}
            }
        }
    }
    Ok(())
}

/// A query of the arrays of a table, which is described and never run.
fn arrays(table: &TableDescription) -> String {
    let columns = table.columns.iter().filter(|column| catalog::is_array(column));
    let columns: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
    let name = table.path.last().map(|name| quoted(name)).unwrap_or_default();
    format!("SELECT {} FROM {name}", columns.join(", "))
}

/// Procedures are told; the checker knows nothing of CALL yet.
fn list_routines(said: Said, notes: &mut Vec<String>) -> Result<()> {
    let Said::Rows(rows) = said else { return Ok(()) };
    let mut told = Vec::new();
    for row in &rows {
        let routine = || -> Option<RoutineRow> {
            Some(RoutineRow {
                name: text(row, 0)?,
                kind: text(row, 1)?,
                params: text(row, 2)?,
                operable: flag(row, 3)?,
            })
        };
        let routine = routine().ok_or_else(|| odd("_pico_routine"))?;
        if routine.operable {
            let kind = routine.kind.to_lowercase();
            told.push(format!("the cluster has the {kind} {}", catalog::routine(&routine)));
        }
    }
    told.sort();
    notes.append(&mut told);
    Ok(())
}

/// How many buckets the tiers have that tables are spread over. It is a note and no property: another cluster of the same
/// schema may have another number, and no query depends on it.
async fn count_buckets(ask: &mut Ask<'_>, tiers: Said, source: &mut SourceDescription) -> Result<()> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    if let Said::Rows(rows) = &tiers {
        let count = |row: &Row| Some((text(row, 0)?, u64::try_from(number(row, 1)?).ok()?));
        counts.extend(rows.iter().filter_map(count));
    }
    let property = |table: &TableDescription| table.properties.get(TableDescription::TIER).cloned();
    let used: BTreeSet<String> = source.tables.iter().filter_map(property).collect();
    for tier in used.iter().filter(|tier| !counts.contains_key(*tier)).cloned().collect::<Vec<_>>() {
        let sql = format!("SELECT _pico_bucket('{}')", tier.replace('\'', "''"));
        // While a replicaset is away there is no answer.
        if let Said::Rows(rows) = ask.rows(&sql, "_pico_bucket").await?
            && let Some(count) =
                rows.first().and_then(|row| text(row, 0)).and_then(|json| catalog::bucket_count(&json))
        {
            counts.insert(tier, count);
        }
    }
    let told = counts.iter().filter(|(tier, _)| used.contains(*tier));
    source.notes.extend(told.map(|(tier, count)| format!("the tier {tier} has {count} buckets")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_rights_are_told_all_at_once() {
        let error = lacking("al\"ice", &["_pico_table", "_pico_index"]);
        assert_eq!(error.kind(), ErrorKind::Permission);
        assert!(
            error.message().ends_with(
                "by: GRANT READ ON TABLE _pico_table TO \"al\"\"ice\"; GRANT READ ON TABLE _pico_index TO \"al\"\"ice\""
            ),
            "{error}"
        );
    }
}
