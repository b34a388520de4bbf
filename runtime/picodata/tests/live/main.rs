//! The driver on three PostgreSQL 15 that stand for the nodes of a Picodata cluster: `tests/servers/picodata.sh` starts
//! them, with Picodata's catalog. They prove the wire, the pool, discovery, balance, routing and failures; what PostgreSQL
//! cannot imitate is not proved here. With `PICODATA_TEST_URL` the same suite's `any` runs on a real cluster.
//!
//! What takes one server runs on `tests/servers/postgres.sh`, where tests make a catalog of their own.
//!
//! A server that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure. Tests
//! that break what they ask start clusters of their own.

#[cfg(feature = "arrow")]
mod arrow;
mod cluster;
mod describe;
mod faults;
mod keys;
mod nodes;
mod prepare;
mod private;
mod security;
mod values;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use querent_core::{Batch as _, ClusterOptions, Decode, PoolOptions, Source, ValueError, sql_query as sql};
use querent_picodata::{Picodata, PicodataBatch};

/// No test takes longer: a hang is a failure.
const TEST_TIMEOUT: Duration = Duration::from_secs(120);

type Test = fn(String) -> Pin<Box<dyn Future<Output = ()>>>;

pub(crate) enum Stock {}

impl Source for Stock {
    type Backend = Picodata;
    const NAME: &'static str = "stock";
    const FINGERPRINT: u64 = 0;
}

pub(crate) type Pool = querent_core::Pool<Stock>;

fn main() -> ExitCode {
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let url = "QUERENT_TEST_PICODATA_URL";
    let mut trials = group("nodes", url, required, nodes::TESTS);
    trials.extend(group("keys", url, required, keys::TESTS));
    trials.extend(group("security", url, required, security::TESTS));
    trials.extend(group("faults", url, required, faults::TESTS));
    trials.extend(group("cluster", url, required, cluster::TESTS));
    let single = "QUERENT_TEST_POSTGRES_URL";
    trials.extend(group("describe", single, required, describe::TESTS));
    trials.extend(group("prepare", single, required, prepare::TESTS));
    trials.extend(group("values", single, required, values::TESTS));
    #[cfg(feature = "arrow")]
    trials.extend(group("arrow", single, required, arrow::TESTS));
    trials.extend(group("any", "PICODATA_TEST_URL", false, nodes::ANY));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    private::end_all();
    conclusion.exit_code()
}

/// The tests of one cluster, whose URL an environment variable holds.
fn group(name: &str, variable: &'static str, required: bool, tests: &[(&str, Test)]) -> Vec<Trial> {
    let url = std::env::var(variable).ok();
    let reason = format!("{variable} is not set");
    let trial = |(test_name, test): &(&str, Test)| {
        let (test, url, reason) = (*test, url.clone(), reason.clone());
        let ignored = url.is_none() && !required;
        let name =
            if ignored { format!("{name}::{test_name} ({reason})") } else { format!("{name}::{test_name}") };
        Trial::test(name, move || match url {
            Some(url) => run(test(url)),
            None => Err(Failed::from(reason)),
        })
        .with_ignored_flag(ignored)
    };
    tests.iter().map(trial).collect()
}

/// Runs a test in a runtime of its own.
fn run(test: impl Future<Output = ()>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(async { tokio::time::timeout(TEST_TIMEOUT, test).await }) {
        Ok(()) => Ok(()),
        Err(_) => Err(Failed::from(format!("the test took longer than {TEST_TIMEOUT:?}"))),
    }
}

/// A table of tests by name.
macro_rules! tests {
    ($table:ident: $($name:ident),+ $(,)?) => {
        pub(crate) const $table: &[(&str, $crate::Test)] =
            &[$((stringify!($name), |url| ::std::boxed::Box::pin($name(url)))),+];
    };
}
use tests;

/// A pool on one server.
pub(crate) async fn pool(url: &str) -> Pool {
    Pool::connect(url).await.expect("the server takes connections")
}

/// Runs statements, one after the other.
pub(crate) async fn run_all(pool: &Pool, statements: &[String]) {
    for text in statements {
        let done = sql(text.clone()).execute(pool).await;
        done.unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }
}

/// A pool that has asked for its nodes.
pub(crate) async fn pool_with(url: &str, options: PoolOptions) -> Pool {
    options.connect(url).await.expect("the cluster takes connections")
}

/// One that asks for the nodes often.
pub(crate) fn quick() -> PoolOptions {
    PoolOptions::new().cluster(quick_cluster())
}

pub(crate) fn quick_cluster() -> ClusterOptions {
    ClusterOptions::new().refresh(Some(Duration::from_millis(200)))
}

/// The node that a statement runs on.
pub(crate) async fn here(pool: &Pool) -> String {
    let row = sql("SELECT pico_instance_name()").fetch_one::<(String,), Stock, _>(pool).await;
    row.expect("it runs").0
}

/// Rows of one column.
pub(crate) fn column<T: for<'b> Decode<'b, Picodata>>(
    batch: &PicodataBatch,
    rows: &mut Vec<T>,
) -> Result<(), ValueError> {
    let column = <T as Decode<Picodata>>::column(batch, 0)?;
    for row in 0..batch.len() {
        rows.push(<T as Decode<Picodata>>::get(&column, row)?);
    }
    Ok(())
}

/// Waits for something to become so.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {what}");
}
