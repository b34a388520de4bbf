//! SQL files of Picodata as a source: types, where rows are, the hidden column, what ALTER does.

use querent_schema::ddl::{Evaluated, File, evaluate};
use querent_schema::dialect;
use querent_types::TableDescription;

fn run(sql: &str) -> Evaluated {
    let file = File { name: "a.sql".to_owned(), text: sql.to_owned() };
    evaluate(&[file], dialect::by_name("picodata").expect("a dialect"))
}

/// `name type[?][ hidden], … | key=value, …` of the first table.
fn shown(sql: &str) -> String {
    let made = run(sql);
    assert!(!made.has_errors(), "{:?}", made.findings);
    let table: &TableDescription = &made.source.tables[0];
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let ty = column.ty.as_ref().map_or("?".to_owned(), ToString::to_string);
            let null = if column.nullable { "?" } else { "" };
            let hidden = if column.hidden { " hidden" } else { "" };
            format!("{} {ty}{null}{hidden}", column.name)
        })
        .collect();
    let properties: Vec<String> =
        table.properties.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!(
        "{} {} | {} | {}",
        table.path.join("."),
        columns.join(", "),
        table.primary_key.join(","),
        properties.join(", ")
    )
}

#[track_caller]
fn check(sql: &str, expected: &str) {
    assert_eq!(shown(sql), expected);
}

#[test]
fn every_type_of_a_column() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a BIGINT, b SMALLINT, c INT2, d INT4, e INT8, f UNSIGNED NOT NULL, g DOUBLE, \
         h DECIMAL, i NUMERIC(10, 2), j NUMBER(5), k TEXT, l STRING, m VARCHAR(20), n BOOLEAN, o BOOL, p UUID, q DATETIME, \
         r JSON, s INT[], t TEXT ARRAY, u INT[3][4], v UUID ARRAY[2])",
        "t id Int64, bucket_id Int64 hidden, a Int64?, b Int64?, c Int64?, d Int64?, e Int64?, f Int64, g Float64?, \
         h BigDecimal?, i BigDecimal?, j BigDecimal?, k Utf8?, l Utf8?, m Utf8?, n Boolean?, o Boolean?, p Uuid?, \
         q Timestamp(µs, \"UTC\")?, r Json?, s List(Int64)?, t List(Utf8)?, u List(Int64)?, v List(Uuid)? | id | \
         distribution=sharded, engine=memtx, routing_key=id, tier=default",
    );
}

#[test]
fn where_rows_are() {
    check(
        "CREATE TABLE Stock (id INTEGER NOT NULL, item TEXT, PRIMARY KEY (id)) USING vinyl WITH (bloom_fpr = 0.05) \
         DISTRIBUTED BY (Item, id) IN TIER hot WAIT APPLIED GLOBALLY OPTION (TIMEOUT = 3.0)",
        "stock id Int64, bucket_id Int64 hidden, item Utf8? | id | \
         distribution=sharded, engine=vinyl, routing_key=item,id, tier=hot",
    );
    check(
        "CREATE UNLOGGED TABLE IF NOT EXISTS public.codes (code TEXT NOT NULL, PRIMARY KEY (code)) DISTRIBUTED GLOBALLY",
        "codes code Utf8 | code | distribution=global, engine=memtx",
    );
    // The hidden column stands last where the primary key does not lead.
    check(
        "CREATE TABLE t (a INT, id INT NOT NULL, PRIMARY KEY (id))",
        "t a Int64?, id Int64, bucket_id Int64 hidden | id | \
         distribution=sharded, engine=memtx, routing_key=id, tier=default",
    );
    check(
        "CREATE TABLE t (b INT NOT NULL, a INT NOT NULL, c INT, PRIMARY KEY (bucket_id, b, a)) PARTITION BY HASH (a)",
        "t b Int64, a Int64, bucket_id Int64 hidden, c Int64? | b,a | \
         distribution=sharded, engine=memtx, routing_key=b,a, tier=default",
    );
}

#[test]
fn tables_are_altered_and_dropped() {
    check(
        "CREATE TABLE t (id INT PRIMARY KEY) DISTRIBUTED BY (id); CREATE TABLE u (id INT PRIMARY KEY);
         CREATE INDEX i ON t USING TREE (id) WITH (unique = true) OPTION (TIMEOUT = 1);
         CREATE PROCEDURE p(int) LANGUAGE SQL AS $$INSERT INTO t VALUES ($1);$$;
         CREATE USER x WITH PASSWORD 'y' USING md5; GRANT READ ON TABLE t TO x; ALTER SYSTEM SET a = 1;
         ALTER TABLE t ADD COLUMN IF NOT EXISTS note TEXT WAIT APPLIED LOCALLY; ALTER TABLE t ADD qty INT NOT NULL;
         ALTER TABLE t RENAME COLUMN id TO ident; ALTER TABLE t RENAME TO things; DROP TABLE u OPTION (TIMEOUT = 10.0);
         TRUNCATE things; DROP INDEX i",
        "things ident Int64, bucket_id Int64 hidden, note Utf8?, qty Int64 | ident | \
         distribution=sharded, engine=memtx, routing_key=ident, tier=default",
    );
}

#[track_caller]
fn findings(sql: &str, expected: &[&str]) {
    let made = run(sql);
    let found: Vec<String> = made
        .findings
        .iter()
        .map(|found| format!("{}:{} {}", found.line, found.column, found.diagnostic.message))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_wrong_is_told() {
    findings(
        "CREATE TABLE t (id INT)",
        &["1:1 CREATE TABLE without PRIMARY KEY is not supported by picodata"],
    );
    findings(
        "CREATE TABLE t (id INT PRIMARY KEY) DISTRIBUTED BY (nope)",
        &["1:14 rows cannot be distributed by `nope`, which is no column of the table"],
    );
    findings(
        "CREATE TABLE t (id INT PRIMARY KEY) USING rocks",
        &["1:14 there is no engine `rocks`: it is `memtx` or `vinyl`"],
    );
    findings(
        "CREATE TABLE t (id INT PRIMARY KEY) USING vinyl DISTRIBUTED GLOBALLY",
        &["1:14 a global table cannot be of the engine `vinyl`"],
    );
    findings("CREATE TABLE t (id BYTEA PRIMARY KEY)", &["1:20 Picodata has no type BYTEA"]);
    findings(
        "CREATE TABLE t (id INT PRIMARY KEY);\nCREATE VIEW v AS SELECT id FROM t",
        &["2:1 a view is not supported by picodata"],
    );
    findings(
        "CREATE TABLE t (id INT PRIMARY KEY) PARTITION BY RANGE (id)",
        &["1:37 the server reads PARTITION and leaves it out"],
    );
}
