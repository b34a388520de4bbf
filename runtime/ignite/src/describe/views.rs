//! Views: the cluster's own in schema SYS, and the users'.

use std::collections::{BTreeMap, HashMap};

use querent_core::types::{ColumnDescription, SqlType, TableDescription, TableKind, TimeUnit};
use querent_core::{ErrorKind, Result};
use querent_protocol::ignite::describe::odbc;
use querent_protocol::ignite::value::code;

use super::ask::{Ask, quoted, reason};
use super::classes::{column_type, is_primitive};
use super::front::Odbc;
use super::order::Order;
use super::tables::plain;
use crate::options::Engine;
use crate::sql::Row;

/// The property that holds what a view selects.
const DEFINITION: &str = "definition";

/// Reads all views, by name.
pub(super) async fn read(
    ask: &Ask,
    order: &Order,
    engine: Engine,
    mut odbc: Option<&mut Odbc>,
    notes: &mut Vec<String>,
) -> Result<Vec<TableDescription>> {
    let mut views = system(ask, order, engine).await?;
    let own = own(ask).await?;
    for row in own {
        let (schema, name) = (row.name(0)?, row.name(1)?);
        let columns = match odbc.as_deref_mut() {
            Some(odbc) => {
                let sql = format!("SELECT * FROM {}", quoted(&[&schema, &name]));
                let described = odbc.result_set("PUBLIC", &sql).await?;
                let columns = described.map(|all| all.iter().map(|found| column(found, engine)).collect());
                columns.map_err(|failure| failure.message)
            }
            None => match ask.column_names(&schema, &name).await {
                Ok(names) => Ok(names.iter().map(|name| plain(name)).collect()),
                Err(error) if error.kind() == ErrorKind::Query => Err(error.message().to_owned()),
                Err(error) => return Err(error),
            },
        };
        let columns: Vec<ColumnDescription> = match columns {
            Ok(columns) => columns,
            // One whose tables are gone is there all the same.
            Err(message) => {
                let why = reason(&message);
                notes.push(format!("the view {schema}.{name} cannot be read, and is left out: {why}"));
                continue;
            }
        };
        let mut view = TableDescription::new(vec![schema, name], columns);
        view.kind = TableKind::View;
        if let Some(text) = row.text(2) {
            view.properties.insert(DEFINITION.to_owned(), text);
        }
        views.push(view);
    }
    Ok(views)
}

/// The views of the users: schema, name and text.
pub(super) async fn own(ask: &Ask) -> Result<Vec<Row>> {
    let sql =
        "SELECT \"SCHEMA\", NAME, \"SQL\" FROM SYS.VIEWS WHERE \"SCHEMA\" <> 'SYS' ORDER BY \"SCHEMA\", NAME";
    match ask.rows(sql).await {
        // 2.16 has no CREATE VIEW, and its view of views no such columns.
        Err(error) if error.kind() == ErrorKind::Query => Ok(Vec::new()),
        outcome => outcome,
    }
}

/// The views of schema SYS, by name.
async fn system(ask: &Ask, order: &Order, engine: Engine) -> Result<Vec<TableDescription>> {
    let rows = ask
        .rows(
            "SELECT SCHEMA_NAME, VIEW_NAME, COLUMN_NAME, TYPE, \"PRECISION\", SCALE \
             FROM SYS.VIEW_COLUMNS",
        )
        .await?;
    let mut views: BTreeMap<(String, String), HashMap<String, ColumnDescription>> = BTreeMap::new();
    for row in rows {
        let (class, name) = (row.name(3)?, row.name(2)?);
        let ty = column_type(&class, row.int(4)?, row.int(5)?, engine);
        let column = ColumnDescription {
            ty: ty.ty,
            native: Some(ty.native),
            nullable: !is_primitive(&class),
            ..plain(&name)
        };
        views.entry((row.name(0)?, row.name(1)?)).or_default().insert(name, column);
    }
    let mut described = Vec::new();
    for ((schema, name), mut columns) in views {
        let order = match order.of(ask, &schema, &name).await {
            Ok(order) => order,
            // Some views are there only with persistence.
            Err(error) if error.kind() == ErrorKind::Query => continue,
            Err(error) => return Err(error),
        };
        let columns = order.iter().filter_map(|name| columns.remove(name)).collect();
        let mut view = TableDescription::new(vec![schema, name], columns);
        view.kind = TableKind::System;
        described.push(view);
    }
    Ok(described)
}

/// A column of a view, as the server describes it.
fn column(found: &odbc::Column, engine: Engine) -> ColumnDescription {
    ColumnDescription {
        ty: described_type(found, engine),
        nullable: found.nullability != querent_protocol::ignite::describe::Nullability::NotNull,
        ..plain(&found.name)
    }
}

/// The type that a described column has on the wire, where the description tells.
pub(crate) fn described_type(found: &odbc::Column, engine: Engine) -> Option<SqlType> {
    Some(match found.type_code {
        code::BOOL => SqlType::Boolean,
        code::BYTE => SqlType::Int8,
        code::SHORT => SqlType::Int16,
        code::INT => SqlType::Int32,
        code::LONG => SqlType::Int64,
        code::FLOAT => SqlType::Float32,
        code::DOUBLE => SqlType::Float64,
        code::DECIMAL => SqlType::BigDecimal,
        code::STRING => SqlType::TEXT,
        code::UUID => SqlType::Uuid,
        code::DATE => SqlType::Date32,
        code::TIME => SqlType::Time(TimeUnit::Millisecond),
        code::TIMESTAMP => SqlType::Timestamp(TimeUnit::Nanosecond, None),
        // H2 says so of UUIDs, too.
        code::BYTE_ARRAY if engine == Engine::Calcite => SqlType::BINARY,
        code::OBJECT if engine == Engine::Calcite => return not_null(found),
        _ => return None,
    })
}

/// Calcite (2.17.0) describes numbers that are NOT NULL as objects; their digits tell which. One digit without a scale is a
/// BOOLEAN or a BINARY(1).
fn not_null(found: &odbc::Column) -> Option<SqlType> {
    const NO_SCALE: i32 = i32::MIN;
    Some(match (found.precision, found.scale) {
        (3, 0) => SqlType::Int8,
        (5, 0) => SqlType::Int16,
        (10, 0) => SqlType::Int32,
        (19, 0) => SqlType::Int64,
        (7, NO_SCALE) => SqlType::Float32,
        (15, NO_SCALE) => SqlType::Float64,
        _ => return None,
    })
}
