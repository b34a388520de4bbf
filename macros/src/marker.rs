//! The marker of an SQL type, by which `Bind` and `Holds` are chosen, and the type's name as people write it.

use proc_macro2::{Ident, Span, TokenStream};
use querent_types::SqlType;
use quote::quote;

/// The marker's path; `Any` where nothing is known that could be compared.
pub(crate) fn tokens(krate: &Ident, ty: Option<&SqlType>) -> TokenStream {
    if let Some(SqlType::List(field, _) | SqlType::FixedSizeList(field, _)) = ty {
        let element = tokens(krate, Some(&field.ty));
        return quote!(#krate::__private::sql::Array<#element>);
    }
    let name = Ident::new(ty.map_or("Any", marker), Span::call_site());
    quote!(#krate::__private::sql::#name)
}

fn marker(ty: &SqlType) -> &'static str {
    match ty {
        SqlType::Boolean => "Boolean",
        SqlType::Int8 => "TinyInt",
        SqlType::Int16 => "SmallInt",
        SqlType::Int32 => "Integer",
        SqlType::Int64 => "BigInt",
        SqlType::UInt8 => "UnsignedTinyInt",
        SqlType::UInt16 => "UnsignedSmallInt",
        SqlType::UInt32 => "UnsignedInteger",
        SqlType::UInt64 => "UnsignedBigInt",
        SqlType::Float16 | SqlType::Float32 => "Real",
        SqlType::Float64 => "Double",
        SqlType::Decimal { .. } | SqlType::BigDecimal => "Decimal",
        SqlType::Text(_) => "Varchar",
        SqlType::Binary(_) | SqlType::FixedSizeBinary(_) => "Varbinary",
        SqlType::Uuid => "Uuid",
        SqlType::Json => "Json",
        SqlType::Date32 | SqlType::Date64 => "Date",
        SqlType::Time(_) => "Time",
        SqlType::Timestamp(_, None) => "Timestamp",
        SqlType::Timestamp(_, Some(_)) => "TimestampTz",
        SqlType::Duration(_) => "Duration",
        SqlType::Interval(_) => "Interval",
        SqlType::Dictionary(_, value) => marker(value),
        SqlType::RunEndEncoded(_, values) => marker(&values.ty),
        _ => "Any",
    }
}

/// The type's name in the words of the markers' documentation, for messages.
pub(crate) fn sql_name(ty: &SqlType) -> String {
    match ty {
        SqlType::List(field, _) | SqlType::FixedSizeList(field, _) => {
            format!("{} array", sql_name(&field.ty))
        }
        SqlType::Decimal { precision, scale, .. } => format!("DECIMAL({precision}, {scale})"),
        SqlType::Timestamp(_, Some(_)) => "TIMESTAMP WITH TIME ZONE".to_owned(),
        ty => match marker(ty) {
            "Any" => ty.to_string(),
            "TinyInt" => "TINYINT".to_owned(),
            "UnsignedTinyInt" => "TINYINT UNSIGNED".to_owned(),
            "UnsignedSmallInt" => "SMALLINT UNSIGNED".to_owned(),
            "UnsignedInteger" => "INTEGER UNSIGNED".to_owned(),
            "UnsignedBigInt" => "BIGINT UNSIGNED".to_owned(),
            name => name.to_uppercase(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_people_say_them() {
        for (ty, marker, name) in [
            ("Int64", "BigInt", "BIGINT"),
            ("Utf8View", "Varchar", "VARCHAR"),
            ("Dictionary(Int32, Utf8)", "Varchar", "VARCHAR"),
            ("Timestamp(µs, \"UTC\")", "TimestampTz", "TIMESTAMP WITH TIME ZONE"),
            ("Decimal128(10, 2)", "Decimal", "DECIMAL(10, 2)"),
            ("List(Float32)", "Array < querent :: __private :: sql :: Real >", "REAL array"),
            ("UInt8", "UnsignedTinyInt", "TINYINT UNSIGNED"),
            ("Null", "Any", "Null"),
        ] {
            let ty: SqlType = ty.parse().unwrap();
            let tokens = tokens(&Ident::new("querent", Span::call_site()), Some(&ty)).to_string();
            assert_eq!(tokens, format!("querent :: __private :: sql :: {marker}"));
            assert_eq!(sql_name(&ty), name);
        }
    }
}
