//! Tables: their columns in order, their keys, what is particular to them.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use querent_core::types::{ColumnDescription, TableDescription};
use querent_core::{ErrorKind, Result};

use super::ask::{AT_ONCE, Ask, reason};
use super::caches::Cache;
use super::classes::{column_type, is_random};
use super::order::Order;
use crate::options::Engine;
use crate::sql::Row;

const KEY: &str = "_KEY";
const VALUE: &str = "_VAL";

/// The name of a table: schema and table.
type Name = (String, String);

/// A row of SYS.TABLES.
#[derive(Debug, Clone, Default)]
struct Table {
    cache: String,
    group: Option<String>,
    affinity_column: Option<String>,
    /// The column that is the whole key.
    key_column: Option<String>,
    /// The column that is the whole value.
    value_column: Option<String>,
    key_type: Option<String>,
    value_type: Option<String>,
}

/// What the server says of a column.
#[derive(Debug, Clone)]
struct Column {
    /// `None` where it is not known.
    class: Option<String>,
    has_default: bool,
    nullable: bool,
    in_key: bool,
    precision: i32,
    scale: i32,
}

/// Reads all tables, by name.
pub(super) async fn read(
    ask: &Ask,
    order: &Order,
    engine: Engine,
    caches: &[Cache],
    notes: &mut Vec<String>,
) -> Result<Vec<TableDescription>> {
    let tables = ask
        .rows(
            "SELECT SCHEMA_NAME, TABLE_NAME, CACHE_NAME, CACHE_GROUP_NAME, AFFINITY_KEY_COLUMN, KEY_ALIAS, \
             VALUE_ALIAS, KEY_TYPE_NAME, VALUE_TYPE_NAME FROM SYS.TABLES ORDER BY SCHEMA_NAME, TABLE_NAME",
        )
        .await?;
    let tables: Vec<(Name, Table)> = tables.iter().map(table).collect::<Result<_>>()?;
    let columns = columns(ask, order, engine, notes).await?;
    let mut keys = HashMap::new();
    for row in ask.rows("SELECT SCHEMA_NAME, TABLE_NAME, COLUMNS FROM SYS.INDEXES WHERE IS_PK = TRUE").await?
    {
        keys.insert((row.name(0)?, row.name(1)?), row.text(2).unwrap_or_default());
    }
    let empty = HashMap::new();
    let described = tables.iter().map(|(name, table)| {
        let columns = columns.get(name).unwrap_or(&empty);
        let key = keys.get(name).map_or("", String::as_str);
        let cache = caches.iter().find(|cache| cache.name == table.cache);
        async move {
            // The views give columns in no order, and a cache's configuration those of before an ALTER TABLE.
            match order.of(ask, &name.0, &name.1).await {
                Ok(order) => Ok(Ok(describe(name, table, &order, columns, key, cache, engine))),
                Err(error) if error.kind() == ErrorKind::Query => Ok(Err((name, error))),
                Err(error) => Err(error),
            }
        }
    });
    let read: Vec<_> = stream::iter(described).buffered(AT_ONCE).try_collect().await?;
    let mut described = Vec::with_capacity(read.len());
    for outcome in read {
        match outcome {
            Ok(table) => described.push(table),
            // It was dropped meanwhile, or the engine cannot: H2 (2.17.0) has no table with a column whose name has a quote.
            Err(((schema, table), error)) => {
                notes.push(format!(
                    "the table {schema}.{table} cannot be read, and is left out: {}",
                    reason(error.message())
                ));
            }
        }
    }
    Ok(described)
}

/// The columns of all tables.
async fn columns(
    ask: &Ask,
    order: &Order,
    engine: Engine,
    notes: &mut Vec<String>,
) -> Result<HashMap<Name, HashMap<String, Column>>> {
    let select = |hint: &str, more: &str| {
        format!(
            "SELECT {hint} SCHEMA_NAME, TABLE_NAME, COLUMN_NAME, DEFAULT_VALUE, NULLABLE, PK, \"PRECISION\", SCALE{more} \
             FROM SYS.TABLE_COLUMNS"
        )
    };
    let rows = match (order.is_told(), engine) {
        (true, _) => ask.rows(&select("", "")).await?,
        (false, Engine::H2) => ask.rows(&select("", ", TYPE")).await?,
        // Calcite (2.17.0) gives a class as what Java's own serialization makes of it, and casts it to text on some threads
        // only. The other engine may be there beside it.
        (false, Engine::Calcite) => match ask.rows(&select("/*+ QUERY_ENGINE('h2') */", ", TYPE")).await {
            Ok(rows) => rows,
            Err(_) => {
                notes.push(
                    "the node's client connector takes no JDBC connections (jdbcEnabled): types of columns are not \
                     known"
                        .to_owned(),
                );
                ask.rows(&select("", "")).await?
            }
        },
    };
    let mut columns: HashMap<Name, HashMap<String, Column>> = HashMap::new();
    for row in rows {
        let (schema, table, name) = (row.name(0)?, row.name(1)?, row.name(2)?);
        let column = Column {
            class: order.class((&schema, &table), &name).map(str::to_owned).or_else(|| row.text(8)),
            has_default: row.has(3),
            nullable: row.flag(4)?,
            in_key: row.flag(5)?,
            precision: row.int(6)?,
            scale: row.int(7)?,
        };
        columns.entry((schema, table)).or_default().insert(name, column);
    }
    Ok(columns)
}

fn table(row: &Row) -> Result<(Name, Table)> {
    let table = Table {
        cache: row.name(2)?,
        group: row.text(3),
        affinity_column: row.text(4),
        key_column: row.text(5),
        value_column: row.text(6),
        key_type: row.text(7),
        value_type: row.text(8),
    };
    Ok(((row.name(0)?, row.name(1)?), table))
}

fn describe(
    name: &Name,
    table: &Table,
    order: &[String],
    columns: &HashMap<String, Column>,
    index: &str,
    cache: Option<&Cache>,
    engine: Engine,
) -> TableDescription {
    let known = order.iter().filter_map(|name| Some((name, columns.get(name)?)));
    let mut described: Vec<ColumnDescription> = known
        .map(|(name, column)| {
            let ty = column.class.as_deref().map(|class| {
                let (precision, scale) = (column.precision, column.scale);
                column_type(class, precision, scale, engine)
            });
            let is_key = table.key_column.as_ref() == Some(name);
            ColumnDescription {
                ty: ty.as_ref().and_then(|ty| ty.ty.clone()),
                native: ty.map(|ty| ty.native),
                // A key is never null, and the flags do not say so of the column that is the whole key. The columns of a key
                // of several, or of one that is wrapped, can be: both engines take a NULL for them (2.17.0).
                nullable: column.nullable && !is_key,
                has_default: column.has_default,
                ..plain(name)
            }
        })
        .collect();
    let primary_key = primary_key(table, order, columns, index);
    let properties = properties(name, table, &primary_key, cache);
    // The whole key and value: objects, unless one column is it.
    for (name, whole, nullable) in [(KEY, &table.key_column, false), (VALUE, &table.value_column, true)] {
        let column = described.iter().find(|column| whole.as_ref() == Some(&column.name));
        let (ty, native) = column.map_or((None, None), |column| (column.ty.clone(), column.native.clone()));
        described.push(ColumnDescription {
            ty,
            native,
            nullable,
            has_default: true,
            hidden: true,
            ..plain(name)
        });
    }
    let path = vec![name.0.clone(), name.1.clone()];
    TableDescription { primary_key, properties, ..TableDescription::new(path, described) }
}

/// A column of which nothing is known.
pub(super) fn plain(name: &str) -> ColumnDescription {
    ColumnDescription {
        name: name.to_owned(),
        ty: None,
        native: None,
        nullable: true,
        has_default: false,
        hidden: false,
        comment: None,
    }
}

/// The columns of the key in the order of its index, as far as the index names them: `"K" ASC, "A" ASC`, or `"_KEY" ASC`.
fn primary_key(
    table: &Table,
    order: &[String],
    columns: &HashMap<String, Column>,
    index: &str,
) -> Vec<String> {
    if let Some(key) = &table.key_column {
        return vec![key.clone()];
    }
    let in_key = |name: &&String| columns.get(*name).is_some_and(|column| column.in_key);
    let mut key: Vec<&String> = order.iter().filter(in_key).collect();
    key.sort_by_key(|name| index.find(&format!("\"{name}\"")).unwrap_or(usize::MAX));
    key.into_iter().cloned().collect()
}

/// What CREATE TABLE … WITH would say, by the same names; a default is left out, as there.
fn properties(
    (schema, name): &Name,
    table: &Table,
    primary_key: &[String],
    cache: Option<&Cache>,
) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    let mut keep = |name: &str, value: &str| {
        kept.insert(name.to_owned(), value.to_owned());
    };
    if cache.is_some_and(Cache::is_replicated) {
        keep("template", "replicated");
    }
    if cache.is_some_and(Cache::is_transactional) {
        keep("atomicity", "transactional");
    }
    // H2 names the one column of a wrapped key, too.
    if let Some(column) = table.affinity_column.as_ref().filter(|_| primary_key.len() > 1) {
        keep("affinity_key", column);
    }
    if table.cache != format!("SQL_{schema}_{name}") {
        keep("cache_name", &table.cache);
    }
    if let Some(group) = table.group.as_ref().filter(|group| **group != table.cache) {
        keep("cache_group", group);
    }
    let wrapped = table.key_column.is_none();
    match table.key_type.as_deref() {
        Some(class) if wrapped && !is_random(class) => keep("key_type", class),
        _ if wrapped && primary_key.len() == 1 => keep("wrap_key", "true"),
        _ => {}
    }
    match table.value_type.as_deref() {
        _ if table.value_column.is_some() => keep("wrap_value", "false"),
        Some(class) if !is_random(class) => keep("value_type", class),
        _ => {}
    }
    kept
}
