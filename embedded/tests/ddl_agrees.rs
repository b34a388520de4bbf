//! What the checker makes of SQL scripts is what the engine makes of them: tables, columns, types, nullability.
//!
//! A column of a table may hold a NULL wherever the engine says so, for an INSERT may put one there. A view's column may
//! be known never to hold one although the engine does not know it. A column named `cautious` is computed by a form that
//! engines do not agree on, and so may be nullable here and not there.

use datafusion::prelude::{SessionConfig, SessionContext};
use querent_schema::{ddl, dialect};
use querent_types::TableKind;

const SCRIPT: &str = "
CREATE TABLE plain (a INT, b BIGINT NOT NULL, c VARCHAR(10), d DECIMAL(12, 3) DEFAULT 1, e TIMESTAMP, f DATE NOT NULL,
    g BOOLEAN, h DOUBLE, i REAL, j SMALLINT, k TINYINT UNSIGNED, l BYTEA, m TIME, n TIMESTAMP WITH TIME ZONE, \"O p\" TEXT);
CREATE TABLE keyed (a INT PRIMARY KEY, b INT);
CREATE TABLE keyed_apart (a INT NOT NULL, b INT, PRIMARY KEY (a, b));
CREATE TABLE lists (a INT[], b VARCHAR[] NOT NULL);
CREATE TABLE rows_given AS VALUES (1, 'a', NULL, 1.5), (2, NULL, 3, 2.5);
CREATE TABLE rows_cast (a INT NOT NULL, b VARCHAR) AS VALUES (1, 'a'), (2, NULL);
CREATE TABLE rows_declared (a INT, b VARCHAR NOT NULL) AS VALUES (1, 'a'), (2, 'b');
CREATE TABLE copied AS SELECT * FROM plain;
CREATE TABLE filtered AS SELECT a, c || 'x' AS cx, a + 1 AS next FROM plain WHERE a > 1 AND c IS NOT NULL;
CREATE TABLE grouped AS SELECT c, count(*) AS n, sum(a) AS total, max(b) AS top FROM plain WHERE c IS NOT NULL GROUP BY c;
CREATE TABLE joined AS SELECT plain.b, keyed.b AS other, plain.b + keyed_apart.a AS both_sides
    FROM plain LEFT JOIN keyed ON plain.a = keyed.a JOIN keyed_apart ON keyed_apart.a = plain.a;
CREATE TABLE narrowed AS SELECT x.b + 1 AS y FROM (SELECT * FROM keyed WHERE b > 0) x JOIN keyed_apart ON x.b = keyed_apart.b;
CREATE TABLE computed AS SELECT abs(b) AS size, CASE WHEN a > 0 THEN b ELSE 0 END AS cautious, coalesce(a, 0) AS sure,
    b IS NULL AS is_null, -b AS less, b * 2 > 3 AS more, b IN (1, 2) AS listed, CAST(b AS VARCHAR) AS word FROM plain;
CREATE TABLE united AS SELECT b FROM plain UNION ALL SELECT a FROM keyed_apart;
CREATE TABLE literals AS SELECT 1 AS one, 'text' AS word, true AS yes, 1.5 AS half, NULL AS nothing, DATE '2024-01-01' AS day;
CREATE VIEW seen AS SELECT a, b, coalesce(a, 0) AS sure FROM plain WHERE a IS NOT NULL;
CREATE VIEW renamed (x, y) AS SELECT a, b FROM keyed;
CREATE VIEW stacked AS SELECT x, count(y) AS n FROM renamed GROUP BY x;
CREATE TABLE gone (a INT);
DROP TABLE gone;
CREATE OR REPLACE TABLE keyed (z INT);
CREATE TABLE IF NOT EXISTS plain (other INT);
";

#[tokio::test]
async fn scripts_give_the_tables_that_the_engine_has() {
    let engine = SessionContext::new_with_config(SessionConfig::new());
    let file = ddl::File { name: "script.sql".into(), text: SCRIPT.into() };
    for statement in SCRIPT.split(';').filter(|statement| !statement.trim().is_empty()) {
        let ran = match engine.sql(statement).await {
            Ok(frame) => frame.collect().await.map(drop),
            Err(error) => Err(error),
        };
        ran.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    let made = ddl::evaluate(&[file], dialect::by_name("datafusion").expect("DataFusion's dialect"));
    assert_eq!(made.findings, []);
    assert_eq!(made.notes, []);
    let mut differences = Vec::new();
    for table in &made.source.tables {
        let name = table.path.join(".");
        let schema = engine.table_provider(&*table.path.join(".")).await.expect(&name).schema();
        let theirs: Vec<_> = schema
            .fields()
            .iter()
            .map(|f| (f.name().clone(), f.data_type().to_string(), f.is_nullable()))
            .collect();
        let ours = table.columns.iter().map(|column| {
            (
                column.name.clone(),
                column.ty.as_ref().map(ToString::to_string).unwrap_or_default(),
                column.nullable,
            )
        });
        let ours: Vec<_> = ours.collect();
        let is_view = table.kind == TableKind::View;
        let same = |(a, b): (&(String, String, bool), &(String, String, bool))| {
            a.0 == b.0 && a.1 == b.1 && (a.2 == b.2 || is_view || a.0 == "cautious")
        };
        if ours.len() != theirs.len() || !ours.iter().zip(&theirs).all(same) {
            differences.push(format!("{name}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let names = engine
        .catalog("datafusion")
        .and_then(|catalog| catalog.schema("public"))
        .expect("public")
        .table_names();
    assert_eq!(made.source.tables.len(), names.len());
}
