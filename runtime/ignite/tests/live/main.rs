//! The driver on real nodes of Ignite 2.17.0, below the macros.
//!
//! A node that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure.

mod channel;
mod describe;
mod exchange;
mod failover;
mod footers;
mod keyvalue;
#[path = "../support/listener.rs"]
mod listener;
mod mistakes;
mod modes;
mod objects;
mod oracle;
mod pages;
mod partitions;
mod prepare;
mod private;
mod relay;
mod security;
mod sql;
mod states;
mod transactions;
mod transformed;
mod types;
mod unions;
mod versions;
mod zone;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use querent_core::{Executor, FromRow, Pool, Source, Transactions, sql_query};
use querent_ignite::Ignite;

/// No test takes longer: a hang is a failure.
const TEST_TIMEOUT: Duration = Duration::from_secs(180);

type Test = fn(String) -> Pin<Box<dyn Future<Output = ()>>>;

pub(crate) enum Orders {}

impl Source for Orders {
    type Backend = Ignite;
    const NAME: &'static str = "orders";
    const FINGERPRINT: u64 = 0;
}

impl Transactions for Orders {}

fn main() -> ExitCode {
    let mut trials = Vec::new();
    for (variable, tests) in [
        ("QUERENT_TEST_IGNITE_H2_URL", sql::ANY),
        ("QUERENT_TEST_IGNITE_H2_URL", sql::H2),
        ("QUERENT_TEST_IGNITE_H2_URL", channel::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", describe::ANY),
        ("QUERENT_TEST_IGNITE_H2_URL", describe::H2),
        ("QUERENT_TEST_IGNITE_H2_URL", prepare::ANY),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", prepare::ANY),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", describe::ANY),
        ("QUERENT_TEST_IGNITE_NY_URL", describe::NY),
        ("QUERENT_TEST_IGNITE_AUTH_URL", describe::AUTH),
        ("QUERENT_TEST_IGNITE_TLS_URL", describe::TLS),
        ("QUERENT_TEST_IGNITE_KV_URL", describe::KV),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", sql::ANY),
        ("QUERENT_TEST_IGNITE_H2_URL", pages::ANY),
        ("QUERENT_TEST_IGNITE_H2_URL", pages::H2),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", pages::ANY),
        ("QUERENT_TEST_IGNITE_AUTH_URL", states::PERSISTENT),
        ("QUERENT_TEST_IGNITE_H2_URL", mistakes::H2),
        ("QUERENT_TEST_IGNITE_TLS_URL", mistakes::TLS),
        ("QUERENT_TEST_IGNITE_H2_URL", states::MEMORY),
        ("QUERENT_TEST_IGNITE_H2_URL", transformed::TESTS),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", transactions::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", keyvalue::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", objects::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", exchange::TESTS),
        ("QUERENT_TEST_IGNITE_CLUSTER3_URL", modes::TESTS),
        ("QUERENT_TEST_IGNITE_KV_URL", keyvalue::TESTS),
        ("QUERENT_TEST_IGNITE_CLUSTER3_URL", keyvalue::TESTS),
        ("QUERENT_TEST_IGNITE_CLUSTER3_URL", partitions::TESTS),
        ("QUERENT_TEST_IGNITE_CLUSTER3_URL", failover::TESTS),
        ("QUERENT_TEST_IGNITE_NY_URL", objects::ZONE),
        ("QUERENT_TEST_IGNITE_H2_URL", footers::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", versions::PRIVATE),
        ("QUERENT_TEST_IGNITE_H2_URL", versions::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", versions::SQL),
        ("QUERENT_TEST_IGNITE_KV_URL", versions::TESTS),
        ("QUERENT_TEST_IGNITE_H2_URL", types::H2),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", types::CALCITE),
        ("QUERENT_TEST_IGNITE_H2_URL", unions::ANY),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", unions::ANY),
        ("QUERENT_TEST_IGNITE_H2_URL", unions::H2),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", unions::CALCITE),
        ("QUERENT_TEST_IGNITE_H2_URL", zone::ANY),
        ("QUERENT_TEST_IGNITE_CALCITE_URL", zone::ANY),
        ("QUERENT_TEST_IGNITE_NY_URL", zone::ANY),
        ("QUERENT_TEST_IGNITE_NY_URL", zone::NEW_YORK),
        ("QUERENT_TEST_IGNITE_AUTH_URL", security::AUTH),
        ("QUERENT_TEST_IGNITE_TLS_URL", security::TLS),
        ("QUERENT_TEST_IGNITE_H2_URL", security::PLAIN),
    ] {
        trials.extend(group(variable, tests));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The tests of one node, whose URL an environment variable holds.
fn group(variable: &'static str, tests: &[(&str, Test)]) -> Vec<Trial> {
    let url = std::env::var(variable).ok().map(|url| with_credentials(variable, &url));
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let reason = format!("{variable} is not set");
    let trial = |(name, test): &(&str, Test)| {
        let (test, url, reason) = (*test, url.clone(), reason.clone());
        let ignored = url.is_none() && !required;
        let of = variable.trim_start_matches("QUERENT_TEST_IGNITE_").trim_end_matches("_URL").to_lowercase();
        let name = if ignored { format!("{of}::{name} ({reason})") } else { format!("{of}::{name}") };
        Trial::test(name, move || match url {
            Some(url) => run(test(url)),
            None => Err(Failed::from(reason)),
        })
        .with_ignored_flag(ignored)
    };
    tests.iter().map(trial).collect()
}

/// The URL of nodes that let in only those who show a password or a certificate.
fn with_credentials(variable: &str, url: &str) -> String {
    let said = |name: &str| std::env::var(variable.replace("_URL", name)).expect("the script says it");
    match variable {
        "QUERENT_TEST_IGNITE_AUTH_URL" => {
            url.replace("://", &format!("://{}:{}@", said("_USER"), said("_PASSWORD")))
        }
        "QUERENT_TEST_IGNITE_TLS_URL" => format!(
            "{}?tls_roots={}&tls_cert={}&tls_key={}",
            url.replace("ignite://", "ignite+tls://"),
            said("_CA"),
            said("_CERT"),
            said("_KEY")
        ),
        _ => url.to_owned(),
    }
}

/// Runs a test in a runtime of its own.
fn run(test: impl Future<Output = ()>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(async { tokio::time::timeout(TEST_TIMEOUT, test).await }) {
        Ok(()) => Ok(()),
        Err(_) => Err(Failed::from(format!("the test took longer than {TEST_TIMEOUT:?}"))),
    }
}

pub(crate) async fn pool(url: &str) -> Pool<Orders> {
    Pool::connect(url).await.expect("the node takes connections")
}

/// The rows of a statement that must succeed.
pub(crate) async fn rows<'e, R>(executor: impl Executor<'e, Orders>, sql: &str) -> Vec<R>
where
    R: for<'b> FromRow<'b, Ignite>,
{
    sql_query(sql.to_owned()).fetch_all(executor).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

/// Runs a statement that must succeed.
pub(crate) async fn run_sql<'e>(executor: impl Executor<'e, Orders>, sql: &str) -> Option<u64> {
    let done = sql_query(sql.to_owned()).execute(executor).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error:?}")).rows_affected
}

/// A table of its own for a test, empty.
pub(crate) async fn table(pool: &Pool<Orders>, name: &str, rest: &str) {
    run_sql(pool, &format!("DROP TABLE IF EXISTS {name}")).await;
    run_sql(pool, &format!("CREATE TABLE {name} {rest}")).await;
}

/// A table of tests by name.
#[macro_export]
macro_rules! tests {
    ($table:ident: $($name:ident),+ $(,)?) => {
        pub(crate) const $table: &[(&str, $crate::Test)] =
            &[$((stringify!($name), |url| ::std::boxed::Box::pin($name(url)))),+];
    };
}
