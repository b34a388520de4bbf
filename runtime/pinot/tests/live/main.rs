//! The driver on a real Pinot 1.5.1, below the macros: `tests/servers/pinot.sh` starts one, with the single-stage engine.
//!
//! A server that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure. The
//! tests of the multi-stage engine need a whole cluster with the same tables, named in `PINOT_TEST_URL`: nothing starts one
//! here, so that they are ignored without it, whatever is required. Tests that kill what they ask, or need users or TLS,
//! start clusters of their own beside the common one.

#[cfg(feature = "arrow")]
mod arrow;
mod bodies;
mod cluster;
mod faults;
mod front;
mod hostile;
#[path = "../support/listener.rs"]
mod listener;
mod prepare;
mod private;
mod security;
mod shipped;
mod tables;
mod values;
mod ways;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use querent_core::{Backend, Pool, Source};
use querent_pinot::Pinot;

/// No test takes longer: a hang is a failure.
const TEST_TIMEOUT: Duration = Duration::from_secs(300);

type Test = fn(String) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident: $options:expr;)+) => { $(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl Source for $name {
            type Backend = Pinot;
            const NAME: &'static str = stringify!($name);
            const FINGERPRINT: u64 = 0;
            const OPTIONS: &'static [(&'static str, &'static str)] = $options;
        }
    )+ };
}

sources! {
    /// The single-stage engine, with NULL.
    Nulls: &[("engine", "single-stage"), ("null_handling", "true")];
    /// The same without NULL.
    Defaults: &[("engine", "single-stage"), ("null_handling", "false")];
    /// The multi-stage engine, with NULL.
    Multi: &[("engine", "multi-stage"), ("null_handling", "true")];
}

fn main() -> ExitCode {
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let single = "QUERENT_TEST_PINOT_URL";
    let mut trials = group("sse", single, required, values::SINGLE);
    trials.extend(group("sse", single, required, hostile::SINGLE));
    trials.extend(group("sse", single, required, cluster::SINGLE));
    #[cfg(feature = "arrow")]
    trials.extend(group("sse", single, required, arrow::SINGLE));
    trials.extend(group("bodies", single, required, bodies::ALL));
    trials.extend(group("ways", single, required, ways::ALL));
    trials.extend(group("faults", single, required, faults::ALL));
    trials.extend(group("security", single, required, security::ALL));
    trials.extend(group("sse", single, required, tables::SINGLE));
    trials.extend(group("sse", single, required, prepare::SINGLE));
    trials.extend(group("sse", single, required, shipped::SINGLE));
    trials.extend(group("mse", "PINOT_TEST_URL", false, values::MULTI));
    trials.extend(group("mse", "PINOT_TEST_URL", false, hostile::MULTI));
    #[cfg(feature = "arrow")]
    trials.extend(group("mse", "PINOT_TEST_URL", false, arrow::MULTI));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    private::end_all();
    conclusion.exit_code()
}

/// The tests of one cluster, whose URL an environment variable holds.
fn group(engine: &str, variable: &'static str, required: bool, tests: &[(&str, Test)]) -> Vec<Trial> {
    let url = std::env::var(variable).ok();
    let reason = format!("{variable} is not set");
    let trial = |(name, test): &(&str, Test)| {
        let (test, url, reason) = (*test, url.clone(), reason.clone());
        let ignored = url.is_none() && !required;
        let name = if ignored { format!("{engine}::{name} ({reason})") } else { format!("{engine}::{name}") };
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

pub(crate) async fn pool<S: Source>(url: &str) -> Pool<S>
where
    S::Backend: Backend,
{
    Pool::connect(url).await.expect("the controller answers")
}

/// A table of tests by name.
#[macro_export]
macro_rules! tests {
    ($table:ident: $($name:ident $(::<$source:ident>)?),+ $(,)?) => {
        pub(crate) const $table: &[(&str, $crate::Test)] =
            &[$((stringify!($name), |url| ::std::boxed::Box::pin($name$(::<$crate::$source>)?(url)))),+];
    };
}
