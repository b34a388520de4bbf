//! What cannot be told from outside: the stack that checking takes, and short cuts against the long way round.

mod once;
mod sections;
mod stack;

use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription};

use crate::ast::Ident;
use crate::catalog::Catalog;
use crate::dialect;

/// Every dialect whose queries are SQL.
fn dialects() -> impl Iterator<Item = &'static str> {
    dialect::NAMES.iter().copied().filter(|name| !name.starts_with("aperture"))
}

/// A column's name, type and whether it may be NULL.
type Declared<'a> = (&'a str, SqlType, bool);

/// A source of tables with these columns.
fn catalog(name: &str, tables: &[(&str, &[Declared<'_>])]) -> Catalog {
    let dialect = dialect::by_name(name).expect("a dialect");
    let folded =
        |name: &str| dialect.fold(&Ident { value: name.into(), quoted: false, span: Default::default() });
    let tables = tables.iter().map(|(table, columns)| {
        let columns = columns
            .iter()
            .map(|(name, ty, nullable)| ColumnDescription::new(folded(name), ty.clone(), *nullable));
        TableDescription::new(vec![folded("public"), folded(table)], columns.collect())
    });
    Catalog::from_description(SourceDescription {
        backend: "flight".into(),
        dialect: name.into(),
        nullability: NullabilityTrust::Trusted,
        tables: tables.collect(),
        ..SourceDescription::default()
    })
    .expect("a catalog")
}
