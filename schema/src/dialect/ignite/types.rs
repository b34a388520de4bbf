//! The type names of Ignite's SQL and the types of their values on the wire, which are the same for both engines.
//!
//! A decimal has a scale of its own in every value, whatever its column declares, so all are
//! [`SqlType::BigDecimal`]; a TIME has milliseconds, a TIMESTAMP nanoseconds.

use querent_types::{SqlType, TimeUnit};

use crate::ast::TypeName;

/// A point in time without a zone: the server converts by its own zone.
pub(super) const TIMESTAMP: SqlType = SqlType::Timestamp(TimeUnit::Nanosecond, None);

/// A time of day.
pub(super) const TIME: SqlType = SqlType::Time(TimeUnit::Millisecond);

/// The type of a name that both engines read, accepted in DDL by a 2.17.0 node; `None` is any object.
pub(super) fn common(name: &str) -> Option<Option<SqlType>> {
    Some(Some(match name {
        "BOOLEAN" => SqlType::Boolean,
        "TINYINT" => SqlType::Int8,
        "SMALLINT" => SqlType::Int16,
        "INT" | "INTEGER" => SqlType::Int32,
        "BIGINT" => SqlType::Int64,
        "REAL" => SqlType::Float32,
        "DOUBLE" | "DOUBLE PRECISION" => SqlType::Float64,
        "DECIMAL" | "DEC" | "NUMERIC" => SqlType::BigDecimal,
        "CHAR" | "CHARACTER" | "VARCHAR" | "CHARACTER VARYING" => SqlType::TEXT,
        "DATE" => SqlType::Date32,
        "TIME" => TIME,
        "TIMESTAMP" => TIMESTAMP,
        "BINARY" | "VARBINARY" => SqlType::BINARY,
        "UUID" => SqlType::Uuid,
        "OTHER" => return Some(None),
        _ => return None,
    }))
}

/// The name of a type as the server's own DDL writes it.
pub(super) fn native(ty: &SqlType) -> Option<String> {
    let name = match ty {
        SqlType::Boolean => "BOOLEAN",
        SqlType::Int8 => "TINYINT",
        SqlType::Int16 => "SMALLINT",
        SqlType::Int32 => "INTEGER",
        SqlType::Int64 => "BIGINT",
        SqlType::Float32 => "REAL",
        SqlType::Float64 => "DOUBLE",
        SqlType::BigDecimal => "DECIMAL",
        SqlType::Text(_) => "VARCHAR",
        SqlType::Date32 => "DATE",
        SqlType::Time(_) => "TIME",
        SqlType::Timestamp(..) => "TIMESTAMP",
        SqlType::Binary(_) => "VARBINARY",
        SqlType::Uuid => "UUID",
        _ => return None,
    };
    Some(name.to_owned())
}

/// The name of a type with its digits, as it was declared: `VARCHAR(20)`.
pub(super) fn declared(name: &TypeName) -> Option<String> {
    (!name.args.is_empty()).then(|| format!("{}({})", name.name, name.args.join(", ")))
}
