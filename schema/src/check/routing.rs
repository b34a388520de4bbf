//! Where a statement can be sent: the parameters that are the routing key of all rows that it touches.
//!
//! A routing key spares a hop; a wrong one costs correctness on a server that believes it. So this answers for plain
//! point statements only: one table, no subquery, no optional section, and each column of the key equal to a parameter
//! of the column's own type, in a conjunct of WHERE or in the one row of an INSERT. Everything else has no key.

use querent_types::TableDescription;

use crate::ast::{BinaryOp, Expr, ExprKind, Ident, Insert, Name, Query, SetExpr, Statement, StatementKind};
use crate::ast::{TableFactor, TableFactorKind};
use crate::catalog::{Catalog, TableLookup};
use crate::plan::Param;

/// The parameters that make up the key, in the order of its columns; empty where the rows cannot be told.
///
/// `text` is the whole statement: a word that could begin a subquery anywhere in it is one too many.
pub(super) fn key(statement: &Statement, text: &str, catalog: &Catalog, params: &[Param]) -> Vec<usize> {
    let Some((table, fixed, words)) = rows(statement) else { return Vec::new() };
    let TableLookup::Found(table) = catalog.table(table) else { return Vec::new() };
    let Some(columns) = table.properties.get(TableDescription::ROUTING_KEY) else { return Vec::new() };
    if !alone(text, words) {
        return Vec::new();
    }
    let same = |ident: &Ident, column: &str| {
        let folded = catalog.dialect.fold(ident);
        catalog.dialect.same(column, &folded)
    };
    let find = |column: &str| {
        let ty = &table.columns.iter().find(|own| own.name == column)?.ty;
        let param = match &fixed {
            Fixed::Where(conditions) => {
                conditions.iter().find(|(ident, _)| same(ident, column)).map(|(_, param)| *param)
            }
            Fixed::Row(insert, row) => {
                let at = match insert.columns.is_empty() {
                    true => table.columns.iter().filter(|own| !own.hidden).position(|own| own.name == column),
                    false => insert.columns.iter().position(|ident| same(ident, column)),
                };
                at.and_then(|at| row.get(at)).and_then(parameter)
            }
        }?;
        // A value of another type may be equal and still have another hash.
        params.get(param).filter(|known| ty.is_some() && known.ty == *ty).map(|_| param)
    };
    columns.split(',').map(find).collect::<Option<Vec<usize>>>().unwrap_or_default()
}

/// What decides which rows a statement touches.
enum Fixed<'a> {
    /// Columns that equal a parameter.
    Where(Vec<(&'a Ident, usize)>),
    /// The one row that is written.
    Row(&'a Insert, &'a [Expr]),
}

/// The one table of a statement, what fixes its rows, and the words that begin queries and may stand in its text.
fn rows(statement: &Statement) -> Option<(&Name, Fixed<'_>, &'static [&'static str])> {
    match &statement.kind {
        StatementKind::Query(query) => {
            let SetExpr::Select(select) = &query.body else { return None };
            let [from] = &select.from[..] else { return None };
            let table = plain(&from.relation).filter(|_| from.joins.is_empty())?;
            Some((table, conditions(select.selection.as_ref()), &["SELECT", "FROM"]))
        }
        StatementKind::Delete(delete) if delete.using.is_empty() => {
            Some((plain(&delete.table)?, conditions(delete.selection.as_ref()), &["FROM"]))
        }
        StatementKind::Update(update) if update.table.joins.is_empty() => {
            let table = plain(&update.table.relation)?;
            let Fixed::Where(mut fixed) = conditions(update.selection.as_ref()) else { return None };
            // A row whose key changes is in two places.
            let targets = || update.assignments.iter().flat_map(|assignment| &assignment.targets);
            fixed.retain(|(ident, _)| {
                !targets().any(|name| name.last().value.eq_ignore_ascii_case(&ident.value))
            });
            Some((table, Fixed::Where(fixed), &[]))
        }
        StatementKind::Insert(insert) => {
            let Query { body: SetExpr::Values(values), .. } = &**insert.source.as_ref()? else { return None };
            let [row] = &values.rows[..] else { return None };
            Some((&insert.table, Fixed::Row(insert, row), &["VALUES"]))
        }
        _ => None,
    }
}

/// Whether, of the words that a query can begin with, only these stand in a text, each once at most.
fn alone(text: &str, words: &[&str]) -> bool {
    let mut seen: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_uppercase) {
        if matches!(
            &*word,
            "SELECT" | "FROM" | "VALUES" | "TABLE" | "WITH" | "UNION" | "INTERSECT" | "EXCEPT"
        ) {
            if !words.contains(&&*word) || seen.contains(&word) {
                return false;
            }
            seen.push(word);
        }
    }
    true
}

fn plain(factor: &TableFactor) -> Option<&Name> {
    match &factor.kind {
        TableFactorKind::Table(name) if factor.other.is_empty() => Some(name),
        _ => None,
    }
}

fn conditions(selection: Option<&Expr>) -> Fixed<'_> {
    let mut found = Vec::new();
    let mut open: Vec<&Expr> = selection.into_iter().collect();
    while let Some(expr) = open.pop() {
        let ExprKind::Binary { left, op, right, .. } = &expr.kind else { continue };
        match op {
            BinaryOp::And => open.extend([&**right, &**left]),
            BinaryOp::Eq => {
                let sides = [(left, right), (right, left)];
                found.extend(sides.into_iter().filter_map(|(a, b)| Some((column(a)?, parameter(b)?))));
            }
            _ => {}
        }
    }
    Fixed::Where(found)
}

fn column(expr: &Expr) -> Option<&Ident> {
    match &expr.kind {
        ExprKind::Column(name) => Some(name.last()),
        _ => None,
    }
}

fn parameter(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Param(index) => Some(*index),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use querent_types::{ColumnDescription, SourceDescription, SqlType};

    fn catalog() -> Catalog {
        let columns = vec![
            ColumnDescription::new("tenant", SqlType::TEXT_VIEW, false),
            ColumnDescription::new("id", SqlType::Int64, false),
            ColumnDescription::new("note", SqlType::TEXT_VIEW, true),
        ];
        let mut table = TableDescription::new(vec!["items".to_owned()], columns.clone());
        table.properties.insert(TableDescription::ROUTING_KEY.to_owned(), "tenant,id".to_owned());
        let other = TableDescription::new(vec!["free".to_owned()], columns);
        Catalog::from_description(SourceDescription {
            backend: "x".to_owned(),
            dialect: "datafusion".to_owned(),
            tables: vec![table, other],
            ..SourceDescription::default()
        })
        .unwrap()
    }

    #[track_caller]
    fn check(text: &str, expected: &[usize]) {
        let checked = crate::check(text, &catalog());
        let plan = checked.plan.unwrap_or_else(|| panic!("{text}: {:?}", checked.diagnostics));
        assert_eq!(plan.key, expected, "{text}");
    }

    #[test]
    fn point_statements_have_a_key() {
        check("SELECT note FROM items WHERE id = :id AND tenant = :tenant", &[1, 0]);
        check(
            "SELECT i.note FROM items AS i WHERE :tenant = i.TENANT AND (i.id = :id AND note > 'a')",
            &[0, 1],
        );
        check("DELETE FROM items WHERE tenant = $1 AND id = $2", &[0, 1]);
        check("UPDATE items SET note = :note WHERE tenant = :tenant AND id = :id", &[1, 2]);
        check("INSERT INTO items VALUES ($1, $2, $3)", &[0, 1]);
        check("INSERT INTO items (id, tenant) VALUES (:id, :tenant)", &[1, 0]);
    }

    #[test]
    fn what_is_no_point_statement_has_none() {
        for text in [
            "SELECT note FROM items WHERE id = :id",
            "SELECT note FROM free WHERE id = :id AND tenant = :tenant",
            "SELECT note FROM items WHERE id = :id OR tenant = :tenant",
            "SELECT note FROM items WHERE NOT (id = :id AND tenant = :tenant)",
            "SELECT note FROM items WHERE id = :id + 1 AND tenant = :tenant",
            "SELECT note FROM items WHERE id = CAST(:id AS INT) AND tenant = :tenant",
            "SELECT note FROM items WHERE tenant = :tenant {{ AND id = :id }}",
            "SELECT note FROM items WHERE tenant = :tenant AND id = :id {{ AND note = :note }}",
            "SELECT a.note FROM items a JOIN items b ON a.id = b.id WHERE a.id = :id AND a.tenant = :tenant",
            "SELECT (SELECT max(id) FROM items) AS m FROM items WHERE id = :id AND tenant = :tenant",
            "SELECT note FROM items WHERE id = :id AND tenant = :tenant UNION SELECT note FROM items",
            "UPDATE items SET id = :new WHERE tenant = :tenant AND id = :id",
            "INSERT INTO items (tenant, id) VALUES ($1, $2), ('x', 7)",
            "INSERT INTO items (tenant, id) SELECT note, id FROM free WHERE id = :id AND tenant = :tenant",
        ] {
            check(text, &[]);
        }
    }
}
