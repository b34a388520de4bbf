//! The command as a user runs it.

#[path = "../../examples/quickstart.rs"]
#[expect(dead_code, unreachable_pub, reason = "the example is a program of its own; here it is a module")]
mod quickstart;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use querent_schema::cache::{CacheDir, RecordedAnswer};
use querent_types::{AnsweredColumn, AnsweredType, SqlType, StatementAnswer};
use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/nycflights13");

fn querent(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_querent"))
        .current_dir(dir)
        .args(arguments)
        .output()
        .expect("the command runs")
}

#[track_caller]
fn succeeds(dir: &Path, arguments: &[&str]) -> String {
    let output = querent(dir, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}:\n{out}{err}");
    out.into_owned()
}

#[track_caller]
fn fails(dir: &Path, arguments: &[&str], code: i32) -> String {
    let output = querent(dir, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}:\n{out}{err}");
    format!("{out}{err}")
}

/// A project with one source made of SQL files.
fn project(ddl: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(dir.path().join("ddl")).unwrap();
    std::fs::write(dir.path().join("ddl/shop.sql"), ddl).unwrap();
    let manifest = "[source.shop]\ndialect = \"datafusion\"\nschema = [\"ddl/*.sql\"]\n";
    std::fs::write(dir.path().join("querent.toml"), manifest).unwrap();
    dir
}

const SHOP: &str = "CREATE TABLE items (id BIGINT NOT NULL, name VARCHAR NOT NULL, price DECIMAL(10, 2));
CREATE TABLE sales AS SELECT id, 2 AS pieces FROM items;
CREATE VIEW dear AS SELECT name, price FROM items WHERE price > 100;
";

#[test]
fn offline_needs_no_variable_of_a_url() {
    let dir = project(SHOP);
    let manifest = dir.path().join("querent.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, format!("{text}[source.far]\nurl = \"${{QUERENT_NOT_SET}}\"\n")).unwrap();
    succeeds(dir.path(), &["pull", "--offline"]);
    let text = fails(dir.path(), &["pull", "far"], 1);
    assert!(text.contains("variable QUERENT_NOT_SET is not set") && text.contains("[source.far]"), "{text}");
}

#[test]
fn sql_files_are_a_source() {
    let dir = project(SHOP);
    assert!(succeeds(dir.path(), &["pull", "--offline"]).contains("shop: 3 tables"));
    let below = dir.path().join("ddl");
    let text = succeeds(&below, &["explain", "--json", "SELECT name, price FROM dear WHERE price < :limit"]);
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(plan["ok"], true);
    assert_eq!(plan["columns"][0]["nullable"], false);
    assert_eq!(plan["columns"][1]["type"], "Decimal128(10, 2)");
    assert_eq!(plan["parameters"][0]["name"], "limit");
    assert!(succeeds(dir.path(), &["check", "--offline"]).contains("all is well"));
}

#[test]
fn a_changed_sql_file_makes_the_cache_stale() {
    let dir = project(SHOP);
    succeeds(dir.path(), &["pull", "--offline"]);
    std::fs::write(dir.path().join("ddl/shop.sql"), format!("{SHOP}DROP VIEW dear;")).unwrap();
    let text = fails(dir.path(), &["check", "--offline"], 1);
    assert!(text.contains("ddl/shop.sql") && text.contains("querent pull --offline"), "{text}");
    succeeds(dir.path(), &["pull", "--offline"]);
    succeeds(dir.path(), &["check", "--offline"]);
}

#[test]
fn broken_sql_files_are_told_with_their_place_and_change_nothing() {
    let dir = project(SHOP);
    succeeds(dir.path(), &["pull", "--offline"]);
    let before = std::fs::read(dir.path().join(".sqlcache/shop/source.json")).unwrap();
    std::fs::write(
        dir.path().join("ddl/shop.sql"),
        "CREATE TABLE items (id BIGINT);\nCREATE TABLE t (x NOTYPE);",
    )
    .unwrap();
    let text = fails(dir.path(), &["pull", "--offline"], 1);
    assert!(text.contains("ddl/shop.sql:2:19"), "{text}");
    assert_eq!(std::fs::read(dir.path().join(".sqlcache/shop/source.json")).unwrap(), before);
}

#[test]
fn files_of_the_cache_that_are_not_as_written_are_told() {
    let dir = project(SHOP);
    succeeds(dir.path(), &["pull", "--offline"]);
    let cache = dir.path().join(".sqlcache");
    let broken = |file: &Path, bytes: &str, command: &[&str]| {
        let good = std::fs::read(file).unwrap();
        std::fs::write(file, bytes).unwrap();
        let text = fails(dir.path(), command, 1);
        let name = file.file_stem().unwrap().to_str().unwrap();
        assert!(text.contains(name) && text.contains("querent "), "{text}");
        std::fs::write(file, good).unwrap();
    };
    let explain: &[&str] = &["explain", "SELECT id FROM items"];
    let check: &[&str] = &["check", "--offline"];
    broken(&cache.join("shop/source.json"), "", explain);
    broken(&cache.join("shop/source.json"), "{\"format\": 99}", explain);
    broken(&cache.join("querent.json"), "{\"format\": 99}", explain);
    let table = cache.join("shop/tables/datafusion.public.items.json");
    let good = std::fs::read_to_string(&table).unwrap();
    broken(&table, &good[..good.len() / 2], check);
    broken(&table, &good.replace("Int64", "Int32"), check);
    std::fs::remove_file(&table).unwrap();
    assert!(fails(dir.path(), check, 1).contains("querent pull --offline shop"));
    succeeds(dir.path(), &["pull", "--offline"]);
    std::fs::write(cache.join("shop/tables/notes.txt"), "x").unwrap();
    assert!(fails(dir.path(), check, 1).contains("notes.txt"));
}

#[test]
fn queries_are_found_in_rust_files_and_checked() {
    let dir = project(SHOP);
    succeeds(dir.path(), &["pull", "--offline"]);
    std::fs::create_dir(dir.path().join("src")).unwrap();
    let code = "querent::source!(pub Shop);\nfn f() {\n    let _ = query!(Shop, \"SELECT name FROM items\");\n    \
                let _ = query_as!(Shop, Row, r#\"SELECT\n  nmae FROM items\"#);\n}\n";
    std::fs::write(dir.path().join("src/main.rs"), code).unwrap();
    let text = succeeds(dir.path(), &["queries"]);
    assert!(text.contains("src/main.rs:3: query on shop") && text.contains("2 queries"), "{text}");
    let text = fails(dir.path(), &["check", "--offline"], 1);
    assert!(text.contains("src/main.rs:5:3") && text.contains("did you mean `name`?"), "{text}");
}

#[test]
fn what_a_server_said_is_taken_offline() {
    let dir = project("CREATE TABLE items (id INT PRIMARY KEY, name VARCHAR);");
    let manifest = "[source.shop]\ndialect = \"ignite-h2\"\nschema = [\"ddl/*.sql\"]\n";
    std::fs::write(dir.path().join("querent.toml"), manifest).unwrap();
    let sql = "SELECT id, letters(name) AS many FROM items";
    std::fs::write(dir.path().join("main.rs"), format!("fn f() {{ query!(Shop, \"{sql}\"); }}")).unwrap();
    succeeds(dir.path(), &["pull", "--offline"]);
    let check: &[&str] = &["check", "--offline"];
    let text = fails(dir.path(), check, 1);
    assert!(text.contains("no function `letters`") && text.contains("`querent prepare` asks"), "{text}");
    let cache = CacheDir::at(dir.path().join(".sqlcache"));
    let record = |id: SqlType| {
        let column = |name: &str, ty| AnsweredColumn {
            name: name.into(),
            ty: AnsweredType::exact(ty),
            nullable: Some(true),
        };
        let columns = vec![column("ID", id), column("MANY", SqlType::Int64)];
        let answer = StatementAnswer { columns: Some(columns), parameters: Some(Vec::new()) };
        let tables = vec![vec!["PUBLIC".to_owned(), "ITEMS".to_owned()]];
        cache.write_answers("shop", &[RecordedAnswer { sql: sql.into(), tables, answer }]).unwrap();
    };
    record(SqlType::TEXT);
    let text = fails(dir.path(), check, 1);
    assert!(text.contains("column `ID`: the checker says Int32, the server Utf8"), "{text}");
    record(SqlType::Int32);
    assert!(succeeds(dir.path(), check).contains("all is well"));
    let plan: Value = serde_json::from_str(&succeeds(dir.path(), &["explain", "--json", sql])).unwrap();
    assert_eq!((&plan["ok"], &plan["columns"][1]["type"]), (&Value::from(true), &Value::from("Int64")));
    // Another table of that name.
    std::fs::write(dir.path().join("ddl/shop.sql"), "CREATE TABLE items (id INT PRIMARY KEY, name CHAR(3));")
        .unwrap();
    succeeds(dir.path(), &["pull", "--offline"]);
    let text = fails(dir.path(), check, 1);
    assert!(text.contains("PUBLIC.ITEMS") && text.contains("run `querent prepare`"), "{text}");
}

#[test]
fn lines_of_json_are_answered_in_order() {
    let dir = project(SHOP);
    let mut child = Command::new(env!("CARGO_BIN_EXE_querent"))
        .current_dir(dir.path())
        .args(["explain", "--source", "shop", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = "{\"id\":1,\"sql\":\"SELECT id FROM items\"}\n\n{\"id\":\"b\",\"sql\":\"SELECT\\n x FROM items\"}\nnot json\n{\"id\":[3]}\n\
                 {\"id\":123456789012345678901234567890,\"sql\":\"SELECT :a = 1.50\"}\n";
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut answers: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), 6);
    let blank = answers.remove(1);
    assert_eq!((&blank["id"], &blank["ok"]), (&Value::Null, &Value::from(false)));
    assert!(text.lines().last().unwrap().starts_with("{\"id\":123456789012345678901234567890,"), "{text}");
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&answers[0]), "columns diagnostics id ok parameters");
    assert_eq!(keys(&answers[0]["columns"][0]), "name native nullable type");
    assert_eq!(keys(&answers[4]["parameters"][0]), "name nullable type");
    assert_eq!((&answers[0]["id"], &answers[0]["ok"]), (&Value::from(1), &Value::from(true)));
    assert_eq!(answers[0]["columns"][0]["type"], "Int64");
    let finding = &answers[1]["diagnostics"][0];
    assert_eq!((&finding["code"], &finding["line"]), (&Value::from("unknown-column"), &Value::from(2)));
    assert_eq!((&finding["column"], &finding["end_column"]), (&Value::from(2), &Value::from(3)));
    assert_eq!((&answers[2]["id"], &answers[2]["ok"]), (&Value::Null, &Value::from(false)));
    assert_eq!((&answers[3]["id"], &answers[3]["ok"]), (&serde_json::json!([3]), &Value::from(false)));
}

#[test]
fn what_the_command_line_gets_wrong_is_said() {
    let dir = tempfile::tempdir().unwrap();
    assert!(fails(dir.path(), &["pull"], 1).contains("querent init"));
    succeeds(dir.path(), &["init", "--url", "flight://me:s3cret@127.0.0.1:1"]);
    assert!(fails(dir.path(), &["init"], 1).contains("already"));
    let text = fails(dir.path(), &["pull"], 1);
    assert!(text.contains("cannot be reached") && !text.contains("s3cret"), "{text}");
    assert!(fails(dir.path(), &["pull", "nope"], 1).contains("[source.nope]"));
    fails(dir.path(), &["explain"], 2);
    fails(dir.path(), &["serve", "--listen", "nowhere"], 2);
    assert!(fails(dir.path(), &["serve", "absent.csv"], 1).contains("absent.csv"));
}

/// A running `querent serve`, ended with the test.
struct Serving(Child, String);

impl Serving {
    fn start(arguments: &[&str]) -> Serving {
        let mut child = Command::new(env!("CARGO_BIN_EXE_querent"))
            .arg("serve")
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("it printed {line:?}"))
            .to_owned();
        Serving(child, url)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[test]
fn files_are_served_pulled_and_found_changed() {
    let serving = Serving::start(&[DATA, "--listen", "127.0.0.1:0"]);
    let dir = tempfile::tempdir().unwrap();
    succeeds(dir.path(), &["init", "--source", "flights", "--url", &serving.1]);
    assert!(succeeds(dir.path(), &["pull"]).contains("flights: 5 tables"));
    assert!(succeeds(dir.path(), &["check"]).contains("the cache is true"));
    let text =
        succeeds(dir.path(), &["explain", "SELECT dest, avg(arr_delay) AS delay FROM flights GROUP BY dest"]);
    assert!(text.contains("datafusion.public.flights"), "{text}");
    // Another server behind the same source: one table, with another column.
    let script = dir.path().join("other.sql");
    std::fs::write(&script, "CREATE TABLE airlines (carrier VARCHAR NOT NULL, nick VARCHAR);").unwrap();
    let other = Serving::start(&["--init", script.to_str().unwrap()]);
    std::fs::write(dir.path().join("querent.toml"), format!("[source.flights]\nurl = \"{}\"\n", other.1))
        .unwrap();
    let text = fails(dir.path(), &["check"], 1);
    for change in ["column `name` is gone", "column `nick` is new", "the table is gone"] {
        assert!(text.contains(change), "{text}");
    }
}

#[tokio::test]
async fn the_quickstarts_queries_run_unchanged_on_what_is_served() {
    let serving = Serving::start(&[DATA]);
    let served = querent::Pool::connect(&serving.1).await.unwrap();
    let embedded = querent::Pool::connect(&format!("embedded:{DATA}")).await.unwrap();
    let report = quickstart::report(&served).await.unwrap();
    assert!(report.contains("United Air Lines Inc."), "{report}");
    assert_eq!(report, quickstart::report(&embedded).await.unwrap());
}

#[test]
#[cfg(unix)]
fn a_server_ends_cleanly_when_it_is_told_to() {
    let mut serving = Serving::start(&[DATA]);
    let killed = Command::new("kill").arg("-TERM").arg(serving.0.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(serving.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let dir = project(SHOP);
    let mut child = Command::new(env!("CARGO_BIN_EXE_querent"))
        .current_dir(dir.path())
        .args(["explain", "SELECT * FROM items"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before anything is written: the command has files to read first.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn no_query_is_lost() {
    let dir = project(SHOP);
    let src = dir.path().join("src/deep");
    std::fs::create_dir_all(&src).unwrap();
    std::fs::write(dir.path().join("Cargo.toml"), "[package]").unwrap();
    std::fs::write(dir.path().join("src/names.sql"), "SELECT nme FROM items").unwrap();
    std::fs::write(src.join("mod.rs"), "fn f() { query_file!(Shop, \"../names.sql\"); }").unwrap();
    succeeds(dir.path(), &["pull", "--offline"]);
    let refused = fails(dir.path(), &["check", "--offline"], 1);
    assert!(refused.contains("src/names.sql:1:8") && refused.contains("`name`"), "{refused}");

    std::fs::write(src.join("mod.rs"), "fn f() { query_file!(Shop, \"./names.sql\"); }").unwrap();
    std::fs::write(dir.path().join("src/broken.rs"), "fn f() { \"").unwrap();
    for command in [&["check", "--offline"][..], &["queries"]] {
        let lost = fails(dir.path(), command, 1);
        assert!(
            lost.contains("src/deep/mod.rs:1: the query file src/deep/names.sql cannot be read"),
            "{lost}"
        );
        assert!(lost.contains("note: src/broken.rs is not read"), "{lost}");
    }
}

#[test]
fn queries_in_tokens_are_counted_and_left_to_the_compiler() {
    let dir = project(SHOP);
    // The literal after the text is no text.
    let code = "fn f() {\n    query!(Shop, [{\"FindEntity\": {\"limit\": most, \"results\": {\"count\": true}}}],\n        \
                blobs = (image), \"SELECT nmae FROM items\");\n    query!(Shop, \"SELECT name FROM items\");\n}\n";
    std::fs::write(dir.path().join("main.rs"), code).unwrap();
    succeeds(dir.path(), &["pull", "--offline"]);
    let listed = succeeds(dir.path(), &["queries"]);
    assert!(listed.contains("main.rs:2: query on shop: [{\"FindEntity\": {\"limit\": most"), "{listed}");
    assert!(listed.contains("2 queries"), "{listed}");
    let checked = succeeds(dir.path(), &["check", "--offline"]);
    assert!(checked.contains("shop: not checked: main.rs:2: JSON in tokens"), "{checked}");
    assert!(checked.contains("shop: 1 queries checked"), "{checked}");
    assert!(checked.contains("2 queries, 1 of them in tokens"), "{checked}");
}

#[test]
fn a_source_is_named_as_the_macro_names_it() {
    let dir = project(SHOP);
    let manifest = dir.path().join("querent.toml");
    let text = std::fs::read_to_string(&manifest).unwrap().replace("[source.shop]", "[source.db_eu2]");
    std::fs::write(&manifest, text).unwrap();
    std::fs::write(dir.path().join("main.rs"), "fn f() { query!(DBEu2, \"SELECT name FROM items\"); }")
        .unwrap();
    succeeds(dir.path(), &["pull", "--offline"]);
    let checked = succeeds(dir.path(), &["check", "--offline"]);
    assert!(checked.contains("1 queries"), "{checked}");
}
