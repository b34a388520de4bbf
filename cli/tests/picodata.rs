//! `pull`, `prepare` and `check` as a user runs them, on the stand-in for a Picodata cluster (`tests/servers/picodata.sh`: three
//! PostgreSQL 15 with Picodata's catalog). Without it the tests are reported as ignored; with `REQUIRE_LIVE=1` that is a failure.

mod project;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use project::Project;

const URL: &str = "QUERENT_TEST_PICODATA_URL";
const PLAIN: &str = "QUERENT_TEST_PICODATA_PLAIN_URL";

fn main() -> ExitCode {
    let is = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let ignored = !is(URL) && !is("REQUIRE_LIVE");
    let reason = if ignored {
        format!(" ({URL} is not set: tests/servers/picodata.sh starts the servers)")
    } else {
        String::new()
    };
    let trial = |name: &str, variable: &'static str, test: fn(&Project)| {
        let test = move || {
            let url = std::env::var(variable).map_err(|_| Failed::from(format!("{variable} is not set")))?;
            test(&Project::new("shop", url, ""));
            Ok(())
        };
        Trial::test(format!("picodata::{name}{reason}"), test).with_ignored_flag(ignored)
    };
    let trials = vec![
        trial("pulled_prepared_and_checked", URL, pulled_prepared_and_checked),
        trial("missing_rights_are_named", PLAIN, missing_rights_are_named),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn pulled_prepared_and_checked(project: &Project) {
    project.queries(&[
        "SELECT id, name, price FROM probe WHERE id = :id {{ AND note = :note }}",
        "SELECT name FROM sharded WHERE id IN (:ids..)",
        "INSERT INTO orders (tenant, code, amount, ran_on) VALUES (:tenant, :code, :amount, :node)",
        "SELECT p.name, c.title FROM probe AS p LEFT JOIN codes AS c ON p.name = c.code WHERE p.id = :id",
    ]);
    let text = project.ends(&["pull"], 0);
    assert!(text.contains("shop: "), "{text}");
    let text = project.ends(&["prepare"], 0);
    assert!(text.contains("4 queries asked, 0 disagree"), "{text}");
    project.ends(&["check"], 0);
    let text = project.ends(&["explain", "SELECT name FROM sharded WHERE id = :id"], 0);
    assert!(text.contains("default") && text.contains("id"), "{text}");

    // What the checker knows is no longer true.
    let table = project.path().join(".sqlcache/shop/tables/probe.json");
    let text = std::fs::read_to_string(&table).expect("a table");
    let (before, column) = text.split_once("\"name\": \"price\"").expect("the column");
    let column = column.replacen("\"BigDecimal\"", "\"Utf8\"", 1);
    std::fs::write(&table, format!("{before}\"name\": \"price\"{column}")).expect("a file");
    let text = project.ends(&["prepare"], 1);
    assert!(text.contains("column `price`: the checker says Utf8, the server BigDecimal"), "{text}");
}

fn missing_rights_are_named(project: &Project) {
    project.queries(&[]);
    let text = project.ends(&["pull"], 1);
    for table in ["_pico_table", "_pico_index"] {
        assert!(text.contains(&format!("GRANT READ ON TABLE {table} TO \"plain\"")), "{text}");
    }
}
