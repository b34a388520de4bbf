//! Type names and number literals, as `datafusion-sql` 55.2 reads them with its default options.

use querent_types::{DecimalWidth, Field, IntervalUnit, Layout, ListLayout, SqlType, TimeUnit};

use crate::ast::{Ident, TypeName};

/// The type that a type name means.
pub(super) fn type_name(name: &TypeName) -> Result<SqlType, String> {
    let (base, unsigned) = unsigned(&name.name);
    let number = |signed: SqlType, other: SqlType| Ok(if unsigned { other } else { signed });
    match base.as_str() {
        "BOOLEAN" | "BOOL" => signed_only(unsigned, name, SqlType::Boolean),
        "TINYINT" => number(SqlType::Int8, SqlType::UInt8),
        "SMALLINT" | "INT2" => number(SqlType::Int16, SqlType::UInt16),
        "INT" | "INTEGER" | "INT4" => number(SqlType::Int32, SqlType::UInt32),
        "BIGINT" | "INT8" => number(SqlType::Int64, SqlType::UInt64),
        _ if unsigned => Err(unsupported(name)),
        "FLOAT" | "REAL" | "FLOAT4" => Ok(SqlType::Float32),
        "DOUBLE" if !name.args.is_empty() => Err("DOUBLE takes no precision".to_owned()),
        "DOUBLE" | "DOUBLE PRECISION" | "FLOAT8" => Ok(SqlType::Float64),
        "TEXT" if !name.args.is_empty() => Err("TEXT takes no length; VARCHAR does".to_owned()),
        "VARCHAR" | "CHAR" | "TEXT" | "STRING" => Ok(SqlType::TEXT_VIEW),
        "DECIMAL" | "NUMERIC" => decimal(&name.args),
        "DATE" => Ok(SqlType::Date32),
        "TIME" | "TIME WITHOUT TIME ZONE" if name.args.is_empty() => Ok(SqlType::Time(TimeUnit::Nanosecond)),
        // The session's time zone is none by default, so both kinds of timestamp are without one.
        "TIMESTAMP" | "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "TIMESTAMP WITHOUT TIME ZONE" => {
            timestamp(&name.args)
        }
        "BYTEA" => Ok(SqlType::BINARY),
        "INTERVAL" if name.args.is_empty() => Ok(SqlType::Interval(IntervalUnit::MonthDayNano)),
        "ARRAY" => array(name),
        "STRUCT" => structure(name),
        _ => Err(unsupported(name)),
    }
}

/// Splits `UNSIGNED` off.
fn unsigned(name: &str) -> (String, bool) {
    match name.strip_suffix(" UNSIGNED").or_else(|| name.strip_prefix("UNSIGNED ")) {
        Some(base) => (base.to_owned(), true),
        None => (name.to_owned(), false),
    }
}

fn signed_only(unsigned: bool, name: &TypeName, ty: SqlType) -> Result<SqlType, String> {
    if unsigned { Err(unsupported(name)) } else { Ok(ty) }
}

fn unsupported(name: &TypeName) -> String {
    let instead = match name.name.as_str() {
        "UUID" | "CHARACTER" | "CHARACTER VARYING" | "CHAR VARYING" | "NVARCHAR" | "CLOB" | "JSON"
        | "JSONB" => Some("VARCHAR"),
        "BLOB" | "BINARY" | "VARBINARY" | "BYTES" => Some("BYTEA"),
        "DATETIME" | "TIMESTAMP_NTZ" => Some("TIMESTAMP"),
        "DEC" | "BIGNUMERIC" | "BIGDECIMAL" => Some("DECIMAL"),
        "INT16" => Some("SMALLINT"),
        "INT32" | "MEDIUMINT" | "SIGNED" => Some("INT"),
        "INT64" => Some("BIGINT"),
        "FLOAT32" => Some("REAL"),
        "FLOAT64" => Some("DOUBLE"),
        "DATE32" => Some("DATE"),
        "UINT8" | "UINT16" | "UINT32" | "UINT64" => Some("BIGINT UNSIGNED"),
        _ => None,
    };
    match instead {
        Some(instead) => format!("DataFusion has no type {}; it has {instead}", name.name),
        None => format!("DataFusion has no type {}", name.name),
    }
}

fn decimal(args: &[String]) -> Result<SqlType, String> {
    let (precision, scale): (i64, i64) = match args {
        [] => (38, 10),
        [precision] => (whole(precision)?, 0),
        [precision, scale, ..] => (whole(precision)?, whole(scale)?),
    };
    if !(1..=76).contains(&precision) || scale.unsigned_abs() > precision.unsigned_abs() {
        return Err(format!(
            "a decimal has 1 to 76 digits, no fewer than its scale: not ({precision}, {scale})"
        ));
    }
    let width = if precision > 38 { DecimalWidth::W256 } else { DecimalWidth::W128 };
    Ok(SqlType::Decimal { width, precision: precision as u8, scale: scale as i8 })
}

fn whole(text: &str) -> Result<i64, String> {
    text.trim().parse().map_err(|_| "a precision is a whole number".to_owned())
}

fn timestamp(args: &[String]) -> Result<SqlType, String> {
    let unit = match args.first().map(|precision| whole(precision)).transpose()? {
        Some(0) => TimeUnit::Second,
        Some(3) => TimeUnit::Millisecond,
        Some(6) => TimeUnit::Microsecond,
        None | Some(9) => TimeUnit::Nanosecond,
        Some(other) => return Err(format!("a timestamp's precision is 0, 3, 6 or 9, not {other}")),
    };
    Ok(SqlType::Timestamp(unit, None))
}

fn array(name: &TypeName) -> Result<SqlType, String> {
    let [(_, element)] = name.elements.as_slice() else {
        return Err("an array type names its elements: ARRAY<INT> or INT[]".to_owned());
    };
    let field = Box::new(Field::item(type_name(element)?));
    match name.args.first() {
        Some(size) => {
            let size = whole(size)?;
            let size = i32::try_from(size).map_err(|_| "an array's size has at most 31 bits".to_owned())?;
            Ok(SqlType::FixedSizeList(field, size))
        }
        None => Ok(SqlType::List(field, ListLayout::List)),
    }
}

fn structure(name: &TypeName) -> Result<SqlType, String> {
    let member = |(place, (ident, ty)): (usize, &(Option<Ident>, TypeName))| {
        let called = match ident {
            Some(ident) if ident.quoted => ident.value.clone(),
            Some(ident) => ident.value.to_lowercase(),
            None => format!("c{place}"),
        };
        Ok(Field::new(called, type_name(ty)?, true))
    };
    name.elements.iter().enumerate().map(member).collect::<Result<_, String>>().map(SqlType::Struct)
}

/// The SQL name of a type, where SQL can say it.
pub(super) fn native(ty: &SqlType) -> Option<String> {
    Some(match ty {
        SqlType::Boolean => "BOOLEAN".to_owned(),
        SqlType::Int8 => "TINYINT".to_owned(),
        SqlType::Int16 => "SMALLINT".to_owned(),
        SqlType::Int32 => "INT".to_owned(),
        SqlType::Int64 => "BIGINT".to_owned(),
        SqlType::UInt8 => "TINYINT UNSIGNED".to_owned(),
        SqlType::UInt16 => "SMALLINT UNSIGNED".to_owned(),
        SqlType::UInt32 => "INT UNSIGNED".to_owned(),
        SqlType::UInt64 => "BIGINT UNSIGNED".to_owned(),
        SqlType::Float32 => "REAL".to_owned(),
        SqlType::Float64 => "DOUBLE".to_owned(),
        SqlType::Decimal { width: DecimalWidth::W128 | DecimalWidth::W256, precision, scale } => {
            format!("DECIMAL({precision}, {scale})")
        }
        SqlType::Text(_) => "VARCHAR".to_owned(),
        SqlType::Binary(Layout::Plain) => "BYTEA".to_owned(),
        SqlType::Date32 => "DATE".to_owned(),
        SqlType::Time(TimeUnit::Nanosecond) => "TIME".to_owned(),
        SqlType::Timestamp(unit, None) => match unit {
            TimeUnit::Second => "TIMESTAMP(0)".to_owned(),
            TimeUnit::Millisecond => "TIMESTAMP(3)".to_owned(),
            TimeUnit::Microsecond => "TIMESTAMP(6)".to_owned(),
            TimeUnit::Nanosecond => "TIMESTAMP".to_owned(),
        },
        SqlType::Interval(IntervalUnit::MonthDayNano) => "INTERVAL".to_owned(),
        SqlType::List(field, ListLayout::List) => format!("{}[]", native(&field.ty)?),
        SqlType::FixedSizeList(field, size) => format!("{}[{size}]", native(&field.ty)?),
        _ => return None,
    })
}

/// The type of a number literal, its sign included where one was folded in.
pub(super) fn number(text: &str) -> Result<SqlType, String> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if digits.parse::<i64>().is_ok() {
        return Ok(SqlType::Int64);
    }
    if digits.parse::<u64>().is_ok() {
        return Ok(SqlType::UInt64);
    }
    // What overflows an integer is a float, and so is every fraction and exponent.
    digits.parse::<f64>().map(|_| SqlType::Float64).map_err(|_| "this is not a number".to_owned())
}
