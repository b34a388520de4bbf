//! Places and contents of what is not an expression: tables, joins, queries, statements.

use super::*;
use crate::ast::{JoinKind, Query, Select, SelectItem, SetExpr, TableFactor, TableFactorKind, WindowRef};

#[track_caller]
fn query(text: &str) -> Query {
    match one(text).0.kind {
        StatementKind::Query(query) => *query,
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn select(text: &str) -> Select {
    match query(text).body {
        SetExpr::Select(select) => *select,
        other => panic!("{text}: {other:?}"),
    }
}

fn at(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// The texts of all table factors, outer first, and of joins after their left side.
fn tables(text: &str) -> Vec<&str> {
    fn factor<'a>(text: &'a str, node: &TableFactor, out: &mut Vec<&'a str>) {
        out.push(at(text, node.span));
        if let TableFactorKind::Nested(inner) = &node.kind {
            joined(text, inner, out);
        }
    }
    fn joined<'a>(text: &'a str, node: &crate::ast::TableWithJoins, out: &mut Vec<&'a str>) {
        factor(text, &node.relation, out);
        for join in &node.joins {
            out.push(at(text, join.span));
            factor(text, &join.relation, out);
        }
    }
    let mut out = Vec::new();
    select(text).from.iter().for_each(|t| joined(text, t, &mut out));
    out
}

#[test]
fn tables_and_joins_have_their_places() {
    assert_eq!(
        tables(
            "SELECT * FROM a AS x LEFT JOIN s.b (p, q) ON x.i = 1 AND TRUE, (c NATURAL JOIN d) AS y JOIN e USING (i, j)"
        ),
        [
            "a AS x",
            "LEFT JOIN s.b (p, q) ON x.i = 1 AND TRUE",
            "s.b (p, q)",
            "(c NATURAL JOIN d) AS y",
            "c",
            "NATURAL JOIN d",
            "d",
            "JOIN e USING (i, j)",
            "e",
        ]
    );
    assert_eq!(
        tables(
            "SELECT * FROM LATERAL (SELECT (1)) AS l (x), UNNEST([1]) WITH ORDINALITY AS u, f(1, (2)) g CROSS JOIN (VALUES (1), (2)) v"
        ),
        [
            "LATERAL (SELECT (1)) AS l (x)",
            "UNNEST([1]) WITH ORDINALITY AS u",
            "f(1, (2)) g",
            "CROSS JOIN (VALUES (1), (2)) v",
            "(VALUES (1), (2)) v",
        ]
    );
}

#[test]
fn joins_are_told_apart() {
    let kinds = |text: &str| -> Vec<JoinKind> { select(text).from[0].joins.iter().map(|j| j.kind).collect() };
    assert_eq!(
        kinds(
            "SELECT 1 FROM a JOIN b ON TRUE INNER JOIN c ON TRUE LEFT JOIN d ON TRUE RIGHT OUTER JOIN e ON TRUE FULL JOIN f ON TRUE CROSS JOIN g"
        ),
        [JoinKind::Inner, JoinKind::Inner, JoinKind::Left, JoinKind::Right, JoinKind::Full, JoinKind::Cross]
    );
    assert_eq!(
        kinds(
            "SELECT 1 FROM a LEFT SEMI JOIN b ON TRUE RIGHT SEMI JOIN c ON TRUE LEFT ANTI JOIN d ON TRUE RIGHT ANTI JOIN e ON TRUE"
        ),
        [JoinKind::LeftSemi, JoinKind::RightSemi, JoinKind::LeftAnti, JoinKind::RightAnti]
    );
}

#[test]
fn queries_and_their_parts_have_their_places() {
    let text = "WITH c (x) AS ( SELECT 1 ) (SELECT a FROM t) UNION ALL SELECT b FROM u ORDER BY 1 LIMIT 2 OFFSET (3) -- end";
    let whole = query(text);
    assert_eq!(at(text, whole.span), text.trim_end_matches(" -- end"));
    let cte = &whole.with.as_ref().expect("a CTE").ctes[0];
    assert_eq!(at(text, cte.query.span), "SELECT 1");
    assert_eq!(cte.alias.columns[0].value, "x");
    let SetExpr::SetOperation { left, right, all, span, .. } = &whole.body else { panic!("{whole:?}") };
    assert!(all);
    assert_eq!(at(text, *span), "(SELECT a FROM t) UNION ALL SELECT b FROM u");
    let SetExpr::Query(inner) = left.as_ref() else { panic!("{left:?}") };
    assert_eq!(at(text, inner.span), "SELECT a FROM t");
    let SetExpr::Select(right) = right.as_ref() else { panic!("{right:?}") };
    assert_eq!(at(text, right.span), "SELECT b FROM u");
    assert_eq!(at(text, whole.limit.expect("a limit").span), "2");
    assert_eq!(at(text, whole.offset.expect("an offset").span), "(3)");
}

#[test]
fn clauses_without_a_rule_are_kept_by_name() {
    let names = |text: &str| -> Vec<String> {
        let query = query(text);
        let mut all: Vec<_> =
            query.other.iter().map(|c| format!("{}: {}", c.name, at(text, c.span))).collect();
        if let SetExpr::Select(select) = &query.body {
            all.extend(select.other.iter().map(|c| format!("{}: {}", c.name, at(text, c.span))));
            all.extend(
                select
                    .from
                    .iter()
                    .flat_map(|t| &t.relation.other)
                    .map(|c| format!("{}: {}", c.name, at(text, c.span))),
            );
        }
        all
    };
    assert_eq!(names("SELECT a FROM t FOR UPDATE"), ["FOR UPDATE: FOR UPDATE"]);
    assert_eq!(names("SELECT TOP 5 PERCENT a FROM t"), ["this form of TOP: TOP 5 PERCENT"]);
    let SetExpr::Select(top) = query("SELECT TOP 5 a FROM t").body else { panic!("a select") };
    assert_eq!(top.top.expect("a number").span, Span::new(11, 12));
    assert_eq!(names("SELECT a INTO u FROM t"), ["SELECT … INTO: INTO u"]);
    assert_eq!(
        names("SELECT a FROM t LATERAL VIEW explode(b) x AS y"),
        ["LATERAL VIEW: LATERAL VIEW explode(b) x AS y"]
    );
    assert_eq!(
        names("SELECT a FROM t DISTRIBUTE BY a SORT BY b"),
        ["DISTRIBUTE BY: DISTRIBUTE BY a", "SORT BY: SORT BY b"]
    );
    assert_eq!(
        names("SELECT a FROM t AS s TABLESAMPLE SYSTEM (10)"),
        ["TABLESAMPLE: TABLESAMPLE SYSTEM (10)"]
    );
    assert_eq!(names("SELECT a FROM t LIMIT 2 BY a"), ["LIMIT … BY: BY a"]);
    assert_eq!(
        names("SELECT a FROM t FETCH FIRST 3 ROWS WITH TIES"),
        ["this form of FETCH: FETCH FIRST 3 ROWS WITH TIES"]
    );
    assert_eq!(names("FROM t |> WHERE a > 1"), ["the pipe operator `|>`: |> WHERE a > 1"]);
}

#[test]
fn wildcards_keep_their_options() {
    let text = "SELECT t.* EXCLUDE (a, b), * REPLACE (c + 1 AS c) FROM t";
    let select = select(text);
    let SelectItem::Wildcard { qualifier: Some(t), options, span } = &select.items[0] else { panic!() };
    assert_eq!((t.to_string().as_str(), at(text, *span)), ("t", "t.* EXCLUDE (a, b)"));
    assert_eq!(options.exclude.iter().map(|i| i.value.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let SelectItem::Wildcard { qualifier: None, options, span } = &select.items[1] else { panic!() };
    assert_eq!(at(text, *span), "* REPLACE (c + 1 AS c)");
    assert_eq!((at(text, options.replace[0].0.span), options.replace[0].1.value.as_str()), ("c + 1", "c"));
}

#[test]
fn windows_keep_their_parts() {
    let text = "SELECT last_value(a) IGNORE NULLS OVER (w PARTITION BY b ORDER BY c ROWS 2 PRECEDING) FROM t WINDOW w AS ()";
    let select = select(text);
    assert_eq!(select.windows[0].0.value, "w");
    let SelectItem::Expr { expr, .. } = &select.items[0] else { panic!() };
    let ExprKind::Function(call) = &expr.kind else { panic!() };
    assert_eq!(call.ignore_nulls, Some(true));
    let Some(WindowRef::Inline(window)) = &call.over else { panic!() };
    assert_eq!(window.base.as_ref().map(|b| b.value.as_str()), Some("w"));
    assert_eq!((window.partition_by.len(), window.order_by.len()), (1, 1));
    assert!(window.frame.as_ref().is_some_and(|f| f.end.is_none()));
}

#[test]
fn statements_that_define_keep_what_they_define() {
    let text = "CREATE EXTERNAL TABLE s.t (a INT NOT NULL, b VARCHAR(3)) STORED AS parquet PARTITIONED BY (p DATE) LOCATION '/x' OPTIONS (k 'v', a.b 2)";
    let StatementKind::CreateTable(create) = one(text).0.kind else { panic!() };
    assert!(create.external);
    let columns: Vec<_> = create
        .columns
        .iter()
        .map(|c| (c.name.value.as_str(), c.ty.as_ref().map_or("", |t| at(text, t.span)), c.not_null))
        .collect();
    assert_eq!(columns, [("a", "INT", true), ("b", "VARCHAR(3)", false), ("p", "DATE", false)]);
    let options: Vec<_> = create.options.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(options, ["stored as=PARQUET", "location=/x", "k=v", "a.b=2"]);

    let text = "CREATE TABLE t (a INT DEFAULT (1 + 2), b TEXT PRIMARY KEY, c INT, PRIMARY KEY (a, c)) AS SELECT 1, 'x', 2";
    let StatementKind::CreateTable(create) = one(text).0.kind else { panic!() };
    assert_eq!(create.primary_key.iter().map(|i| i.value.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    assert!(create.columns[0].has_default && create.columns[1].primary_key);
    assert_eq!(at(text, create.query.expect("a query").span), "SELECT 1, 'x', 2");

    let StatementKind::AlterTable { operations, .. } =
        one("ALTER TABLE t DROP COLUMN a, RENAME COLUMN b TO c, ALTER COLUMN d SET DATA TYPE BIGINT").0.kind
    else {
        panic!()
    };
    assert_eq!(operations.len(), 3);
    assert!(matches!(&operations[2], crate::ast::AlterOperation::SetType { ty, .. } if ty.name == "BIGINT"));

    for (text, name) in
        [("BEGIN", "BEGIN"), ("SET a = 1", "SET"), ("CREATE INDEX i ON t (a)", "CREATE INDEX")]
    {
        assert_eq!(one(text).0.kind, StatementKind::Other(name.to_string()), "{text}");
    }
}

#[test]
fn explain_holds_what_it_explains() {
    for (text, run) in [
        ("EXPLAIN SELECT 1", false),
        ("EXPLAIN ANALYZE VERBOSE SELECT 1", true),
        ("EXPLAIN FORMAT TREE SELECT 1", false),
        ("EXPLAIN (ANALYZE false, FORMAT json) SELECT 1", false),
        ("EXPLAIN (ANALYZE) SELECT 1", true),
    ] {
        let StatementKind::Explain { statement, analyze, .. } = one(text).0.kind else { panic!("{text}") };
        assert_eq!((at(text, statement.span), analyze), ("SELECT 1", run), "{text}");
    }
}

#[test]
fn with_belongs_to_the_statement_behind_it() {
    let StatementKind::Insert(insert) = one("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a").0.kind
    else {
        panic!()
    };
    assert_eq!(insert.with.expect("a WITH").ctes.len(), 1);
    assert_eq!(insert.verb, "INSERT");
}
