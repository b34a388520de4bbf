//! The dialect of Picodata: statements recorded on a real 26.1.6, its rules by version, and its DDL.
//!
//! `docs/truth.md` holds the figures and what is left over; the test fails when they are no longer true, so a figure can
//! neither fall nor rise unseen. `BLESS=1 cargo test -p querent-schema --test picodata` writes them anew; `SHOW=1` prints
//! what is left over.

mod case;
mod ddl;
mod judge;
mod report;
mod rules;
mod sent;
#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "../support/mod.rs"]
mod support;
#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "../truth/mod.rs"]
mod truth;

use querent_schema::catalog::Catalog;
use querent_schema::{ddl as files, dialect};
use querent_types::ServerIdentity;

/// The tables that a script makes, of a server of this version.
pub(crate) fn catalog(script: &str, version: Option<&str>) -> Catalog {
    let file = files::File { name: "ddl.sql".to_owned(), text: script.to_owned() };
    let made = files::evaluate(&[file], dialect::by_name("picodata").expect("a dialect"));
    assert!(!made.has_errors(), "{:?}", made.findings);
    let mut source = made.source;
    source.server =
        version.map(|version| ServerIdentity { name: "picodata".to_owned(), version: version.to_owned() });
    Catalog::from_description(source).expect("a dialect")
}

#[test]
fn recorded_statements_are_answered_as_the_server_does() {
    let recording = case::Recording::read();
    let outcome = judge::judge(&recording);
    if std::env::var_os("SHOW").is_some() {
        for left in &outcome.leftovers {
            println!("{}: {}\n    {}", left.what, left.sql, left.detail);
        }
    }
    assert!(recording.cases.len() >= 90, "{} statements", recording.cases.len());
    report::hold(recording.cases.len(), &outcome);
    assert_eq!(outcome.types.permille(), 1000);
    assert_eq!(outcome.names.permille(), 1000);
    assert_eq!(outcome.params.permille(), 1000);
}
