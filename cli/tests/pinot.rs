//! `pull`, `prepare` and `check` as a user runs them, on a Pinot with the tables of `tests/servers/pinot/load.py` (1.5.1,
//! single-stage). Without `QUERENT_TEST_PINOT_URL` the test is reported as ignored; with `REQUIRE_LIVE=1` it is a failure.

mod project;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use project::Project;

const URL: &str = "QUERENT_TEST_PINOT_URL";

fn main() -> ExitCode {
    let is = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let ignored = !is(URL) && !is("REQUIRE_LIVE");
    let reason = if ignored {
        format!(" ({URL} is not set: tests/servers/pinot.sh starts the server)")
    } else {
        String::new()
    };
    let trial = Trial::test(format!("pinot::pulled_prepared_and_checked{reason}"), || {
        let url = std::env::var(URL).map_err(|_| Failed::from(format!("{URL} is not set")))?;
        pulled_prepared_and_checked(&Project::new(
            "stats",
            url,
            "engine = \"single-stage\"\nnull_handling = true\n",
        ));
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial.with_ignored_flag(ignored)]).exit_code()
}

fn pulled_prepared_and_checked(project: &Project) {
    project.queries(&[
        "SELECT carrier, name FROM airlines WHERE carrier IN (:names..) LIMIT 5",
        "SELECT c_string, sum(c_int + 1) AS s, max(year(c_timestamp)) AS y FROM all_types \
         WHERE c_int > :least {{ AND c_double > :x }} AND c_timestamp < :before GROUP BY c_string ORDER BY c_string LIMIT 5",
        // Filters and tables of which nothing is left to read, and a limit that is a parameter.
        "SELECT DISTINCT year(c_timestamp) AS y FROM all_types WHERE id < -100",
        "SELECT year(c_timestamp) AS y, c_int * 2 AS z, c_big_decimal FROM all_types_empty LIMIT :n",
    ]);
    let text = project.ends(&["pull"], 0);
    assert!(text.contains("stats: "), "{text}");
    let text = project.ends(&["prepare"], 0);
    assert!(text.contains("4 queries asked, 0 disagree, 0 recorded"), "{text}");
    // Warnings fail nothing.
    let text = project.ends(&["check"], 0);
    assert!(text.contains("warning[default-limit]") && text.contains("4 queries"), "{text}");

    // What the checker knows is no longer true.
    let table = project.path().join(".sqlcache/stats/tables/all_types.json");
    let text = std::fs::read_to_string(&table).expect("a table");
    let (before, column) = text.split_once("\"name\": \"c_int\"").expect("the column");
    let column = column.replacen("\"Int32\"", "\"Utf8\"", 1);
    std::fs::write(&table, format!("{before}\"name\": \"c_int\"{column}")).expect("a file");
    project.queries(&["SELECT c_long, c_int FROM all_types LIMIT 5"]);
    let text = project.ends(&["prepare"], 1);
    assert!(
        text.contains("src/main.rs:2: column `c_int`: the checker says Utf8, the server Int32"),
        "{text}"
    );

    project.queries(&["SELECT nope FROM all_types LIMIT 5"]);
    assert!(project.ends(&["prepare"], 1).contains("nope"));
}
