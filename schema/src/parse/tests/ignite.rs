//! What Ignite writes besides, read with the places of the original text.

use super::*;
use crate::ast::{AlterOperation, CreateTable, FunctionArg, Insert, SetExpr, TableFactorKind};
use crate::dialect::{IGNITE_CALCITE, IGNITE_H2};

#[track_caller]
fn one(text: &str, dialect: &'static Dialect) -> StatementKind {
    let (source, found) = Source::new(text, dialect);
    assert!(found.is_empty(), "{text}: {found:?}");
    let mut parsed = source.parse(&|_| true);
    assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
    assert_eq!(parsed.statements.len(), 1, "{text}");
    parsed.statements.remove(0).kind
}

fn at(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

#[track_caller]
fn created(text: &str) -> CreateTable {
    match one(text, &IGNITE_CALCITE) {
        StatementKind::CreateTable(create) => *create,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn inserted(text: &str) -> Insert {
    match one(text, &IGNITE_H2) {
        StatementKind::Insert(insert) => *insert,
        other => panic!("{other:?}"),
    }
}

#[test]
fn options_of_a_table() {
    let create =
        created("CREATE TABLE t (a INT PRIMARY KEY) WITH \"Backups = 1,template=partitioned, cache_name=T\"");
    let expected = [("backups", "1"), ("template", "partitioned"), ("cache_name", "T")];
    assert_eq!(create.options, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    // A CTE with a quoted name is none.
    let query = one("WITH \"q\" AS (SELECT 1) SELECT * FROM \"q\"", &IGNITE_H2);
    assert!(matches!(query, StatementKind::Query(query) if query.with.is_some()));
}

#[test]
fn merge_by_key_is_an_insert() {
    let text = "MERGE INTO t (a, b) KEY (a) VALUES (?, UPPER(?))";
    let insert = inserted(text);
    assert_eq!(insert.verb, "MERGE");
    assert_eq!(insert.columns.iter().map(|column| at(text, column.span)).collect::<Vec<_>>(), ["a", "b"]);
    let Some(source) = &insert.source else { panic!("rows") };
    assert_eq!(at(text, source.span), "VALUES (?, UPPER(?))");
    let insert = inserted("MERGE INTO t (a) SELECT b FROM u WHERE c = ?");
    assert!(matches!(insert.source.expect("a query").body, SetExpr::Select(_)));
    let merge = one("MERGE INTO t USING u ON (t.a = u.a) WHEN MATCHED THEN DELETE", &IGNITE_H2);
    assert!(matches!(merge, StatementKind::Merge(_)));
}

#[test]
fn calcite_has_no_merge_by_key() {
    let (source, _) = Source::new("MERGE INTO t (a) VALUES (1)", &IGNITE_CALCITE);
    assert!(!source.parse(&|_| true).diagnostics.is_empty());
}

#[test]
fn rows_of_values() {
    let text = "SELECT * FROM TABLE(a INT = ?, b VARCHAR(3) = ('x', 'y')) t";
    let StatementKind::Query(query) = one(text, &IGNITE_H2) else { panic!("a query") };
    let SetExpr::Select(select) = &query.body else { panic!("a select") };
    let TableFactorKind::Function { args, .. } = &select.from[0].relation.kind else { panic!("a function") };
    let shown: Vec<(&str, &str, String)> = args
        .iter()
        .map(|arg| match arg {
            FunctionArg::Named(name, crate::ast::Expr { kind: ExprKind::Cast { expr, ty, .. }, .. }) => {
                (at(text, name.span), at(text, expr.span), format!("{}{:?}", ty.name, ty.args))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let (a, b) = (("a", "?", "INT[]".to_owned()), ("b", "('x', 'y')", "VARCHAR[\"3\"]".to_owned()));
    assert_eq!(shown, [a, b]);
    assert_eq!(at(text, select.from[0].relation.alias.as_ref().expect("an alias").name.span), "t");
}

#[test]
fn lists_of_columns() {
    let operations = |text: &str| match one(text, &IGNITE_H2) {
        StatementKind::AlterTable { operations, .. } => operations,
        other => panic!("{other:?}"),
    };
    let added = operations("ALTER TABLE t ADD COLUMN IF NOT EXISTS (a DECIMAL(3, 1), b INT)");
    assert!(matches!(
        &added[..],
        [AlterOperation::AddColumn { if_not_exists: true, column: a }, AlterOperation::AddColumn { column: b, .. }]
            if a.name.value == "a" && b.name.value == "b"
    ));
    assert_eq!(operations("ALTER TABLE t DROP COLUMN (a, b)").len(), 2);
}

#[test]
fn numbered_parameters() {
    let (source, found) = Source::new("SELECT 1 FROM t WHERE a = ?1 OR b = ?2 OR c = ?1", &IGNITE_H2);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(source.params.iter().map(|param| param.uses.len()).collect::<Vec<_>>(), [2, 1]);
}
