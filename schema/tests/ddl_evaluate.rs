//! SQL files as a source: what tables they amount to, what is wrong with them, what is skipped.

use querent_schema::ddl::{Evaluated, File, evaluate};
use querent_schema::dialect;
use querent_types::{TableDescription, TableKind};

fn run(files: &[(&str, &str)]) -> Evaluated {
    let file = |(name, text): &(&str, &str)| File { name: name.to_string(), text: text.to_string() };
    let files: Vec<File> = files.iter().map(file).collect();
    evaluate(&files, dialect::by_name("datafusion").unwrap())
}

fn shown(table: &TableDescription) -> String {
    let column = |column: &querent_types::ColumnDescription| {
        let ty = column.ty.as_ref().map_or("?".to_owned(), |ty| ty.to_string());
        let null = if column.nullable { "" } else { " not null" };
        let default = if column.has_default { " default" } else { "" };
        format!("{} {ty}{null}{default}", column.name)
    };
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    let kind = if table.kind == TableKind::View { "view " } else { "" };
    let key = if table.primary_key.is_empty() {
        String::new()
    } else {
        format!(" key {}", table.primary_key.join(","))
    };
    let path = table.path.join(".");
    let path = path.strip_prefix("datafusion.").unwrap_or(&path);
    format!("{kind}{path}({}){key}", columns.join(", "))
}

/// The tables of one script without findings.
#[track_caller]
fn tables(sql: &str, expected: &[&str]) {
    let evaluated = run(&[("a.sql", sql)]);
    assert_eq!(findings(&evaluated), Vec::<String>::new());
    assert_eq!(evaluated.source.tables.iter().map(shown).collect::<Vec<_>>(), expected);
}

fn findings(evaluated: &Evaluated) -> Vec<String> {
    let finding = |finding: &querent_schema::ddl::Finding| {
        let diagnostic = &finding.diagnostic;
        let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
        let (file, line, column) = (&finding.file, finding.line, finding.column);
        format!("{file}:{line}:{column} [{}] {}{help}", diagnostic.code.as_str(), diagnostic.message)
    };
    evaluated.findings.iter().map(finding).collect()
}

#[track_caller]
fn wrong(sql: &str, expected: &[&str]) {
    assert_eq!(findings(&run(&[("a.sql", sql)])), expected);
}

#[track_caller]
fn notes(sql: &str, expected: &[&str]) {
    let evaluated = run(&[("a.sql", sql)]);
    assert_eq!(findings(&evaluated), Vec::<String>::new());
    let notes: Vec<String> =
        evaluated.notes.iter().map(|note| format!("{}: {}", note.line, note.text)).collect();
    assert_eq!(notes, expected);
}

const TRADES: &str =
    "CREATE TABLE trades (id BIGINT NOT NULL, symbol VARCHAR, price DECIMAL(10, 2), ok BOOLEAN);";

#[test]
fn columns_are_as_declared() {
    tables(
        "CREATE TABLE t (a INT, b BIGINT NOT NULL, c VARCHAR(10) DEFAULT 'x', d DECIMAL(10,2), e TIMESTAMP, \
         \"F g\" DOUBLE, H DATE)",
        &[
            "public.t(a Int32, b Int64 not null, c Utf8View default, d Decimal128(10, 2), e Timestamp(ns), F g Float64, \
           h Date32)",
        ],
    );
    tables(
        "CREATE TABLE other.t (a INT); CREATE TABLE c.s.t (a INT)",
        &["c.s.t(a Int32)", "other.t(a Int32)"],
    );
}

#[test]
fn a_primary_key_is_nullable_where_the_engine_says_so() {
    // DataFusion 55 makes NOT NULL of `NOT NULL` alone (`SqlToRel::build_schema`).
    tables("CREATE TABLE t (a INT PRIMARY KEY, b INT)", &["public.t(a Int32, b Int32) key a"]);
    tables(
        "CREATE TABLE t (a INT NOT NULL, b INT, PRIMARY KEY (b, a))",
        &["public.t(a Int32 not null, b Int32) key b,a"],
    );
}

#[test]
fn a_table_of_a_query_has_its_columns() {
    tables(
        &format!("{TRADES} CREATE TABLE copy AS SELECT id, price AS p, 1 AS one FROM trades"),
        &[
            "public.copy(id Int64 not null, p Decimal128(10, 2), one Int64 not null)",
            "public.trades(id Int64 not null, symbol Utf8View, price Decimal128(10, 2), ok Boolean)",
        ],
    );
    tables(
        "CREATE TABLE v AS VALUES (1, 'a'), (2, NULL)",
        &["public.v(column1 Int64 not null, column2 Utf8)"],
    );
    tables(
        "CREATE TABLE v (a INT, b VARCHAR) AS VALUES (1, 'a'), (2, NULL)",
        &["public.v(a Int32, b Utf8View)"],
    );
    // Declared NOT NULL it is, for then the engine refuses a later NULL.
    tables(
        "CREATE TABLE v (a INT NOT NULL, b VARCHAR) AS VALUES (1, 'a'), (2, 'b')",
        &["public.v(a Int32 not null, b Utf8View)"],
    );
    tables("CREATE TABLE v (a INT) AS SELECT column1 FROM (VALUES (1), (2)) AS rows", &["public.v(a Int32)"]);
}

#[test]
fn filters_prove_nothing_about_a_table() {
    // The engine takes a NULL in an INSERT later; a view never shows one.
    let query = "SELECT symbol, price * 2 AS twice, count(*) AS n FROM trades \
        WHERE symbol IS NOT NULL AND price > 0 GROUP BY symbol, price";
    let evaluated =
        run(&[("a.sql", &format!("{TRADES} CREATE TABLE t AS {query}; CREATE VIEW v AS {query};"))]);
    assert_eq!(findings(&evaluated), Vec::<String>::new());
    let nullable = |name: &str| {
        let table = evaluated.source.tables.iter().find(|table| table.path[2] == name).unwrap();
        table.columns.iter().map(|column| column.nullable).collect::<Vec<_>>()
    };
    assert_eq!(nullable("t"), [true, true, false]);
    assert_eq!(nullable("v"), [false, false, false]);
}

#[test]
fn views_are_typed_by_the_checker_over_what_is_there() {
    tables(
        &format!(
            "{TRADES} CREATE VIEW a AS SELECT symbol, id + 1 AS next FROM trades;
             CREATE VIEW b (s, n) AS SELECT symbol, count(next) FROM a GROUP BY symbol;
             DROP TABLE trades;"
        ),
        &[
            "view public.a(symbol Utf8View, next Int64 not null)",
            "view public.b(s Utf8View, n Int64 not null)",
        ],
    );
}

#[test]
fn statements_are_followed_in_order_across_files() {
    let evaluated = run(&[
        ("1.sql", "CREATE TABLE t (a INT); CREATE TABLE gone (a INT);"),
        ("2.sql", "ALTER TABLE t ADD COLUMN b VARCHAR NOT NULL; ALTER TABLE t RENAME COLUMN a TO \"A\";"),
        ("3.sql", "DROP TABLE gone; DROP TABLE IF EXISTS gone; CREATE VIEW v AS SELECT * FROM t"),
    ]);
    assert_eq!(findings(&evaluated), Vec::<String>::new());
    let tables: Vec<String> = evaluated.source.tables.iter().map(shown).collect();
    assert_eq!(
        tables,
        ["public.t(A Int32, b Utf8View not null)", "view public.v(A Int32, b Utf8View not null)",]
    );
}

#[test]
fn every_alteration_is_followed() {
    tables(
        "CREATE TABLE t (a INT NOT NULL, b INT, c INT, PRIMARY KEY (a, b));
         ALTER TABLE t ADD COLUMN IF NOT EXISTS a VARCHAR, DROP COLUMN IF EXISTS z;
         ALTER TABLE t DROP COLUMN b;
         ALTER TABLE t ALTER COLUMN a DROP NOT NULL, ALTER COLUMN c SET NOT NULL;
         ALTER TABLE t ALTER COLUMN c SET DATA TYPE BIGINT;
         ALTER TABLE t ALTER COLUMN c SET DEFAULT 1;
         ALTER TABLE IF EXISTS nothing ADD COLUMN x INT;
         ALTER TABLE t RENAME TO u;",
        &["public.u(a Int32, c Int64 not null default) key a"],
    );
}

#[test]
fn what_is_there_already_is_told() {
    tables("CREATE TABLE t (a INT); CREATE TABLE IF NOT EXISTS t (b INT);", &["public.t(a Int32)"]);
    tables("CREATE TABLE t (a INT); CREATE OR REPLACE TABLE t (b INT);", &["public.t(b Int32)"]);
    tables(
        "CREATE VIEW v AS SELECT 1 AS a; CREATE OR REPLACE VIEW v AS SELECT true AS b;",
        &["view public.v(b Boolean not null)"],
    );
    wrong(
        "CREATE TABLE t (a INT);\n  CREATE TABLE T (b INT);",
        &[
            "a.sql:2:16 [duplicate-table] `T` is there already | fix this by CREATE OR REPLACE, by IF NOT EXISTS, or by a DROP \
         before it",
        ],
    );
}

#[test]
fn mistakes_are_told_with_their_places() {
    wrong(
        "-- é\nCREATE TABLE t (a INT, A VARCHAR);",
        &[
            "a.sql:2:24 [duplicate-column] two columns are named `a` | fix this by naming one of them otherwise",
        ],
    );
    wrong(
        &format!("{TRADES}\nDROP TABLE trads;\nDROP VIEW trades;"),
        &[
            "a.sql:2:12 [unknown-table] there is no table `trads` | did you mean `trades`?",
            "a.sql:3:11 [unknown-table] there is no view `trades`",
        ],
    );
    wrong(
        &format!("{TRADES}\nALTER TABLE trades DROP COLUMN prise;"),
        &["a.sql:2:32 [unknown-column] there is no column `prise` | did you mean `price`?"],
    );
    wrong(
        "CREATE TABLE t (a INT, PRIMARY KEY (b));",
        &["a.sql:1:37 [unknown-column] there is no column `b`"],
    );
    wrong(
        "CREATE TABLE t (a INT, b INT) AS VALUES (1);",
        &["a.sql:1:17 [column-count] 2 columns are named, and the query gives 1"],
    );
    wrong(
        "CREATE TABLE t (a DATE) AS SELECT true;",
        &["a.sql:1:17 [invalid-cast] column `a` is DATE, and the query gives BOOLEAN"],
    );
    let found = findings(&run(&[("a.sql", "CREATE TABLE t (a VARCAHR);")]));
    assert!(found.len() == 1 && found[0].starts_with("a.sql:1:19 [unknown-type]"), "{found:?}");
    let found = findings(&run(&[("a.sql", "CREATE VIEW v AS SELECT :x AS y;")]));
    assert!(found[0].starts_with("a.sql:1:25 "), "{found:?}");
    wrong(
        "CREATE VIEW v (a, b) AS SELECT 1;",
        &["a.sql:1:16 [column-count] 2 columns are named, and the query gives 1"],
    );
}

#[test]
fn a_mistake_in_a_query_is_told_once() {
    let evaluated = run(&[(
        "a.sql",
        &format!(
            "{TRADES}\nCREATE VIEW v AS\n  SELECT prise FROM trades;\nCREATE VIEW w AS SELECT prise FROM v;\nDROP VIEW w;"
        ),
    )]);
    let found = findings(&evaluated);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a.sql:3:10 [unknown-column]"), "{found:?}");
    assert!(evaluated.has_errors());
}

#[test]
fn one_statement_that_cannot_be_read_hides_no_other() {
    let evaluated = run(&[(
        "a.sql",
        "CREATE TABLE a (x INT);\nCREATE TABLE b (x INT,,);\nCREATE TABLE c (x INT); DROP TABLE b;",
    )]);
    let found = findings(&evaluated);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a.sql:2:"), "{found:?}");
    assert_eq!(
        evaluated.source.tables.iter().map(shown).collect::<Vec<_>>(),
        ["public.a(x Int32)", "public.c(x Int32)"]
    );
    let found =
        findings(&run(&[("a.sql", "CREATE TABLE a (x INT);\nCREATE TABLE b (x VARCHAR DEFAULT 'open);")]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a.sql:2:"), "{found:?}");
}

#[test]
fn what_does_not_count_is_skipped_with_a_note() {
    notes(
        "SET x = 1;\nINSERT INTO t VALUES (';');\n\n-- only a comment;\nCREATE INDEX i ON t (a); SELECT 1;\nCOPY t TO 'x';",
        &[
            "1: SET X was skipped: it does not change what tables there are",
            "2: INSERT INTO was skipped: it does not change what tables there are",
            "5: CREATE INDEX was skipped: it does not change what tables there are",
            "5: SELECT 1 was skipped: it does not change what tables there are",
            "6: COPY T was skipped: it does not change what tables there are",
        ],
    );
    notes("", &[]);
    notes(";;\n/* ; */", &[]);
}

#[test]
fn external_tables_count_where_their_columns_are_there() {
    tables(
        "CREATE EXTERNAL TABLE t (a INT NOT NULL, b VARCHAR) STORED AS CSV LOCATION 'x.csv' OPTIONS ('has_header' 'true');",
        &["public.t(a Int32 not null, b Utf8View)"],
    );
    notes(
        "\nCREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION 'x.parquet';",
        &["2: table t was skipped: its columns are not in the SQL"],
    );
}

#[test]
fn names_are_in_the_default_catalog_and_schema() {
    let evaluated = run(&[(
        "a.sql",
        "CREATE TABLE t (a INT); CREATE TABLE s.u (a INT); CREATE TABLE c.s.v (a INT);
         CREATE VIEW w AS SELECT x.a FROM datafusion.public.t x, public.t y, u, c.s.v;
         DROP TABLE public.t; ALTER TABLE datafusion.s.u RENAME TO z;",
    )]);
    assert_eq!(findings(&evaluated), Vec::<String>::new());
    let paths: Vec<String> = evaluated.source.tables.iter().map(|table| table.path.join(".")).collect();
    assert_eq!(paths, ["c.s.v", "datafusion.public.w", "datafusion.s.z"]);
}

#[test]
fn the_description_says_what_it_is() {
    let source = run(&[]).source;
    assert_eq!((&*source.backend, &*source.dialect), ("flight", "datafusion"));
    assert_eq!(source.nullability, querent_types::NullabilityTrust::Trusted);
}

#[test]
fn no_script_makes_it_panic() {
    for text in [
        "CREATE",
        "CREATE TABLE",
        "DROP VIEW",
        "ALTER TABLE t",
        "'",
        "\"",
        "/*",
        "$$",
        "\u{0}",
        "CREATE TABLE t (",
        "é;é",
    ] {
        run(&[("a.sql", text)]);
        run(&[("a.sql", &format!("{text};{text}"))]);
    }
    run(&[("a.sql", &format!("CREATE VIEW v AS SELECT {}1", "(".repeat(5000)))]);
    let nested =
        format!("CREATE TABLE t AS {}SELECT 1 AS a{}", "SELECT * FROM (".repeat(60), ") x".repeat(60));
    assert_eq!(findings(&run(&[("a.sql", &nested)])), Vec::<String>::new());
}
