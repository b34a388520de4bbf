//! `pull`, `prepare` and `check` as a user runs them, each on an Ignite node of its own.
//!
//! What is pulled is compared with `expected/<node>`, file by file; `BLESS=1` writes those. The views of the server's own are
//! compared with the checker's data instead. Without servers (tests/servers/ignite.sh) the tests are reported as ignored;
//! with `REQUIRE_LIVE=1` that is a failure.

mod node;
mod project;
mod tables;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use node::Node;
use project::Project;

/// A test, and the node that it is given: its mode with its options.
type Test = (&'static str, &'static [&'static str], fn(&Node));

const TESTS: &[Test] = &[
    ("h2", &["h2", "functions"], everything),
    ("calcite", &["calcite", "functions"], everything),
    ("thin_only_h2", &["h2", "thin-only"], without_front_ends),
    ("thin_only_calcite", &["calcite", "thin-only"], without_front_ends),
    ("auth", &["auth"], with_a_password),
    ("kv", &["kv"], without_sql),
];

fn main() -> ExitCode {
    let is = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    let ignored = !is("QUERENT_TEST_IGNITE_H2_URL") && !is("REQUIRE_LIVE");
    let trial = |&(name, words, test): &Test| {
        let reason = " (QUERENT_TEST_IGNITE_H2_URL is not set: tests/servers/ignite.sh starts the servers)";
        let shown = format!("ignite::{name}{}", if ignored { reason } else { "" });
        let run = move || -> Result<(), Failed> {
            let node = Node::start(name, words)?;
            test(&node);
            Ok(())
        };
        Trial::test(shown, run).with_ignored_flag(ignored)
    };
    libtest_mimic::run(&Arguments::from_args(), TESTS.iter().map(trial).collect()).exit_code()
}

/// Queries that a node with both front ends knows all about; one has functions that only the node knows.
const QUERIES: &[&str] = &[
    "SELECT o.id, o.amount, o.placed, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id \
     WHERE o.customer_id = :customer AND o.placed >= :since {{ AND o.amount > :floor }}",
    "SELECT whole FROM dear WHERE id IN (:ids..)",
    "INSERT INTO plain (id, note) VALUES (:id, :note)",
    "SELECT NODE_ID, NAME FROM SYS.NODE_ATTRIBUTES WHERE NAME = :name",
];
const OF_FUNCTIONS: &str = "SELECT id, letters(name) AS many, initial(name, 3) AS first FROM customers";

/// The whole way: pulled, prepared, checked; mistakes, drift, answers that are too old.
fn everything(node: &Node) {
    node.make();
    let project = Project::new(node);
    project.queries(QUERIES);
    let text = project.succeeds(&["pull"]);
    assert!(text.contains("orders: ") && text.contains("3 binary types have a random name"), "{text}");
    let text = project.succeeds(&["check", "--offline"]);
    assert!(text.contains("all is well: 1 sources, 4 queries"), "{text}");

    // A function that the checker has not heard of.
    project.queries(&[QUERIES, &[OF_FUNCTIONS]].concat());
    let text = project.fails(&["check", "--offline"]);
    assert!(text.contains("no function `letters`") && text.contains("`querent prepare` asks"), "{text}");
    let text = project.succeeds(&["prepare"]);
    assert!(text.contains("5 queries asked, 0 disagree, 1 recorded"), "{text}");
    let text = project.succeeds(&["check", "--offline"]);
    assert!(text.contains("all is well: 1 sources, 5 queries"), "{text}");
    assert!(project.succeeds(&["check"]).contains("the cache is true"));
    let text = project.succeeds(&["explain", OF_FUNCTIONS]);
    assert!(text.contains("MANY") && text.contains("Int64") && text.contains("Utf8"), "{text}");
    project.compare();

    // Mistakes.
    project.queries(&["SELECT nmae FROM customers"]);
    for command in [&["check", "--offline"][..], &["prepare"]] {
        let text = project.fails(command);
        assert!(text.contains("src/main.rs:2:") && text.contains("did you mean `NAME`?"), "{text}");
    }
    project.queries(&["SELECT leters(name) AS many FROM customers"]);
    let text = project.fails(&["prepare"]);
    assert!(text.contains("no function `leters`") && text.contains("the server refuses it"), "{text}");

    // The table changes.
    project.queries(&[OF_FUNCTIONS]);
    project.succeeds(&["prepare"]);
    node.sql("ALTER TABLE customers ADD COLUMN age INT");
    let text = project.fails(&["check"]);
    assert!(text.contains("column `AGE` is new") && text.contains("used at src/main.rs:2"), "{text}");
    project.succeeds(&["pull"]);
    let text = project.fails(&["check", "--offline"]);
    assert!(text.contains("PUBLIC.CUSTOMERS") && text.contains("querent prepare"), "{text}");
    project.succeeds(&["prepare"]);
    project.succeeds(&["check", "--offline"]);
}

/// Nodes that take thin clients only: columns and their types are known all the same, statements cannot be described.
fn without_front_ends(node: &Node) {
    node.make();
    let project = Project::new(node);
    project.queries(QUERIES);
    let text = project.succeeds(&["pull"]);
    assert!(text.contains("note: ") && text.contains("odbcEnabled"), "{text}");
    project.compare();
    project.succeeds(&["check", "--offline"]);
    assert!(project.succeeds(&["check"]).contains("the cache is true"));
    let text = project.fails(&["prepare"]);
    assert!(text.contains("odbcEnabled") || text.contains("jdbcEnabled"), "{text}");
    project.queries(&["SELECT nmae FROM customers"]);
    assert!(project.fails(&["check", "--offline"]).contains("did you mean `NAME`?"));
}

/// A cluster with users: the password is in the URL and nowhere else.
fn with_a_password(node: &Node) {
    node.make();
    node.sql("CREATE USER \"bob\" WITH PASSWORD 's3cr3t-of-bob'");
    let address = node.url.rsplit(['@', '/']).next().expect("an address");
    let of = |password: &str| format!("ignite://bob:{password}@{address}");
    let wrong = Project::of(node, &of("wr0ng-of-bob"));
    for command in ["pull", "check"] {
        let text = wrong.fails(&[command]);
        assert!(!text.contains("wr0ng-of-bob"), "{text}");
    }
    let project = Project::of(node, &of("s3cr3t-of-bob"));
    project.queries(QUERIES);
    project.succeeds(&["pull"]);
    let text = project.succeeds(&["prepare"]);
    assert!(text.contains("4 queries asked, 0 disagree, 0 recorded"), "{text}");
    project.succeeds(&["check", "--offline"]);
    for (file, text) in project.files() {
        assert!(!text.contains("s3cr3t") && !text.contains(address), "{}", file.display());
    }
    project.compare();
}

/// A cluster without SQL: it is told what could not be learned, and caches are known.
fn without_sql(node: &Node) {
    node.cache("people");
    node.cache("Peeple");
    let project = Project::new(node);
    project.queries(&[]);
    let text = project.succeeds(&["pull"]);
    assert!(text.contains("orders: 0 tables") && text.contains("the cluster has no SQL engine"), "{text}");
    project.compare();
    project.succeeds(&["check", "--offline"]);
    assert!(project.succeeds(&["check"]).contains("the cache is true"));
    project.queries(&["SELECT name FROM people"]);
    assert!(project.fails(&["check", "--offline"]).contains("there is no table `people`"));
    let text = project.fails(&["prepare"]);
    assert!(text.contains("the cluster has no SQL engine"), "{text}");
}
