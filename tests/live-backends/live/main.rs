//! Checked queries on real servers, each through the whole path: source, query, pool, typed row.
//!
//! A server that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure.

mod absent;
mod ignite;
mod picodata;
mod pinot;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};

/// No test takes longer: a hang is a failure.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

type Test = fn(String) -> Pin<Box<dyn Future<Output = ()>>>;

fn main() -> ExitCode {
    let mut trials = absent::trials();
    let script = "tests/servers/ignite.sh";
    trials.extend(group("ignite::h2", "QUERENT_TEST_IGNITE_H2_URL", script, ignite::h2::TESTS));
    trials.extend(group(
        "ignite::calcite",
        "QUERENT_TEST_IGNITE_CALCITE_URL",
        script,
        ignite::calcite::TESTS,
    ));
    trials.extend(group(
        "picodata",
        "QUERENT_TEST_POSTGRES_URL",
        "tests/servers/postgres.sh",
        picodata::TESTS,
    ));
    trials.extend(group("pinot", "QUERENT_TEST_PINOT_URL", "tests/servers/pinot.sh", pinot::TESTS));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The tests of one server, whose URL an environment variable holds.
fn group(backend: &str, variable: &'static str, script: &'static str, tests: &[(&str, Test)]) -> Vec<Trial> {
    let url = std::env::var(variable).ok();
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let reason = format!("{variable} is not set: {script} starts the server");
    let trial = |(name, test): &(&str, Test)| {
        let (test, url, reason_of) = (*test, url.clone(), reason.clone());
        let ignored = url.is_none() && !required;
        let name = format!("{backend}::{name}");
        let name = if ignored { format!("{name} ({reason})") } else { name };
        Trial::test(name, move || match url {
            Some(url) => run(test(url)),
            None => Err(Failed::from(reason_of)),
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
#[macro_export]
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[(&str, $crate::Test)] =
            &[$((stringify!($name), |url| ::std::boxed::Box::pin($name(url)))),+];
    };
}
