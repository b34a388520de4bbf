//! The names of types as people write them in SQL: one vocabulary for all messages.

use crate::SqlType;

impl SqlType {
    /// The type as SQL calls it (`BIGINT`, `DECIMAL(10, 2)`, `ARRAY<VARCHAR>`), whatever its layout; Arrow's notation for
    /// what SQL has no name for.
    pub fn sql_name(&self) -> String {
        match self {
            SqlType::List(field, _) | SqlType::FixedSizeList(field, _) => {
                format!("ARRAY<{}>", field.ty.sql_name())
            }
            SqlType::Decimal { precision, scale, .. } => format!("DECIMAL({precision}, {scale})"),
            ty => match ty.sql_family() {
                Some(name) => name.replace('_', " "),
                None => ty.to_string(),
            },
        }
    }

    /// The same without what follows the name, and with `_` between words; `None` for lists and for what SQL has no name
    /// for.
    pub fn sql_family(&self) -> Option<&'static str> {
        Some(match self {
            SqlType::Boolean => "BOOLEAN",
            SqlType::Int8 => "TINYINT",
            SqlType::Int16 => "SMALLINT",
            SqlType::Int32 => "INTEGER",
            SqlType::Int64 => "BIGINT",
            SqlType::UInt8 => "TINYINT_UNSIGNED",
            SqlType::UInt16 => "SMALLINT_UNSIGNED",
            SqlType::UInt32 => "INTEGER_UNSIGNED",
            SqlType::UInt64 => "BIGINT_UNSIGNED",
            SqlType::Float16 | SqlType::Float32 => "REAL",
            SqlType::Float64 => "DOUBLE",
            SqlType::Decimal { .. } | SqlType::BigDecimal => "DECIMAL",
            SqlType::Number => "NUMBER",
            SqlType::Text(_) => "VARCHAR",
            SqlType::Binary(_) | SqlType::FixedSizeBinary(_) => "VARBINARY",
            SqlType::Uuid => "UUID",
            SqlType::Json => "JSON",
            SqlType::Date32 | SqlType::Date64 => "DATE",
            SqlType::Time(_) => "TIME",
            SqlType::Timestamp(_, None) => "TIMESTAMP",
            SqlType::Timestamp(_, Some(_)) => "TIMESTAMP_WITH_TIME_ZONE",
            SqlType::Duration(_) => "DURATION",
            SqlType::Interval(_) => "INTERVAL",
            SqlType::Dictionary(_, value) => return value.sql_family(),
            SqlType::RunEndEncoded(_, values) => return values.ty.sql_family(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_people_say_them() {
        for (ty, name) in [
            ("Int64", "BIGINT"),
            ("UInt8", "TINYINT UNSIGNED"),
            ("Float16", "REAL"),
            ("Utf8View", "VARCHAR"),
            ("FixedSizeBinary(4)", "VARBINARY"),
            ("Dictionary(Int32, Utf8)", "VARCHAR"),
            ("Timestamp(µs)", "TIMESTAMP"),
            ("Timestamp(µs, \"UTC\")", "TIMESTAMP WITH TIME ZONE"),
            ("Decimal128(10, 2)", "DECIMAL(10, 2)"),
            ("BigDecimal", "DECIMAL"),
            ("Number", "NUMBER"),
            ("List(List(Float32))", "ARRAY<ARRAY<REAL>>"),
            ("Null", "Null"),
        ] {
            let ty: SqlType = ty.parse().unwrap();
            assert_eq!((ty.sql_name(), format!("{ty:#}")), (name.to_owned(), name.to_owned()));
        }
    }
}
