//! Views whose text the server keeps: the checker knows their columns better than the server's description does.
//!
//! H2 describes ROUND of an INT as an INT and sends a double, and a node may describe nothing at all. Names are the server's.

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_types::{SourceDescription, TableKind};

use crate::output;

/// The property of a view that holds what it selects.
const DEFINITION: &str = "definition";

/// Types the columns of a source's views by the checker, as far as it takes their texts. A view of views comes after them.
pub(crate) fn refine(description: &mut SourceDescription) {
    let mut views: Vec<usize> = (0..description.tables.len())
        .filter(|at| {
            let table = &description.tables[*at];
            table.kind == TableKind::View && table.properties.contains_key(DEFINITION)
        })
        .collect();
    while !views.is_empty() {
        // What is refined in one round is seen in the next one.
        let Ok(catalog) = Catalog::from_description(description.clone()) else { return };
        let before = views.len();
        let names: Vec<Vec<String>> = views.iter().map(|at| description.tables[*at].path.clone()).collect();
        views.retain(|at| {
            let table = &mut description.tables[*at];
            let checked = check(&table.properties[DEFINITION], &catalog);
            let Some(plan) = &checked.plan else { return false };
            // One that reads a view that is not refined yet waits for it, whatever is said of it now.
            if plan.tables.iter().any(|path| names.contains(path)) {
                return true;
            }
            if !output::is_ok(&checked) || plan.columns.len() != table.columns.len() {
                return false;
            }
            for (column, inferred) in table.columns.iter_mut().zip(&plan.columns) {
                if inferred.ty.is_some() {
                    column.ty.clone_from(&inferred.ty);
                    column.native.clone_from(&inferred.native);
                }
                column.nullable = inferred.nullable;
            }
            false
        });
        // Views that read each other cannot be; they would go round for ever.
        if views.len() == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use querent_types::{ColumnDescription, SqlType, TableDescription};

    use super::*;

    fn view(name: &str, column: &str, text: &str) -> TableDescription {
        let column = ColumnDescription { ty: None, ..ColumnDescription::new(column, SqlType::Null, true) };
        let mut view = TableDescription::new(vec!["PUBLIC".into(), name.into()], vec![column]);
        view.kind = TableKind::View;
        view.properties.insert(DEFINITION.into(), text.into());
        view
    }

    #[test]
    fn views_are_typed_by_the_checker() {
        let columns = vec![ColumnDescription::new("ID", SqlType::Int32, false)];
        let mut source = SourceDescription {
            backend: "ignite".into(),
            dialect: "ignite-h2".into(),
            tables: vec![
                view("A", "MANY", "SELECT many FROM b"),
                view("B", "MANY", "SELECT COUNT(*) AS many FROM t"),
                view("C", "X", "SELECT nothing FROM nowhere"),
                TableDescription::new(vec!["PUBLIC".into(), "T".into()], columns),
            ],
            ..SourceDescription::default()
        };
        refine(&mut source);
        let types: Vec<_> = source.tables.iter().map(|t| t.columns[0].ty.clone()).collect();
        let (long, int) = (Some(SqlType::Int64), Some(SqlType::Int32));
        assert_eq!(types, [long.clone(), long, None, int]);
        assert!(!source.tables[1].columns[0].nullable, "COUNT gives no NULL");
    }
}
