//! The marker of an SQL type, by which `Bind` and `Holds` are chosen. It has the name that SQL has for the type.

use proc_macro2::{Ident, Span, TokenStream};
use querent_types::SqlType;
use quote::quote;

/// The marker's path; `ANY` where nothing is known that could be compared.
pub(crate) fn tokens(krate: &Ident, ty: Option<&SqlType>) -> TokenStream {
    if let Some(SqlType::List(field, _) | SqlType::FixedSizeList(field, _)) = ty {
        let element = tokens(krate, Some(&field.ty));
        return quote!(#krate::__private::sql::ARRAY<#element>);
    }
    let name = ty.and_then(SqlType::sql_family).unwrap_or("ANY");
    let name = Ident::new(name, Span::call_site());
    quote!(#krate::__private::sql::#name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_have_the_names_of_types() {
        for (ty, marker) in [
            ("Int64", "BIGINT"),
            ("Dictionary(Int32, Utf8)", "VARCHAR"),
            ("Timestamp(µs, \"UTC\")", "TIMESTAMP_WITH_TIME_ZONE"),
            ("Decimal128(10, 2)", "DECIMAL"),
            ("List(Float32)", "ARRAY < querent :: __private :: sql :: REAL >"),
            ("UInt8", "TINYINT_UNSIGNED"),
            ("Number", "NUMBER"),
            ("Null", "ANY"),
        ] {
            let ty: SqlType = ty.parse().unwrap();
            let tokens = tokens(&Ident::new("querent", Span::call_site()), Some(&ty)).to_string();
            assert_eq!(tokens, format!("querent :: __private :: sql :: {marker}"));
        }
    }
}
