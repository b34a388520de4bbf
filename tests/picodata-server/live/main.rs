//! The server as clients meet it that others wrote: psql, asyncpg and picopyn.
//!
//! They are installed by `tests/servers/picodata.sh`. Without them a test is reported as ignored, with the reason; with
//! `REQUIRE_LIVE=1` it is a failure.

mod picopyn;
mod psql;
mod python;

use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, Failed, Trial};
use querent_picodata_server::{Encryption, Server, demo};

/// psql, as a path.
const PSQL: &str = "QUERENT_TEST_PICODATA_PSQL";
/// A Python that has asyncpg and picopyn, as a path.
const PYTHON: &str = "QUERENT_TEST_PICODATA_PYTHON";

type Test = fn(&str);

/// A table of tests by name; each is given the path of its client.
#[macro_export]
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[(&str, $crate::Test)] = &[$((stringify!($name), $name)),+];
    };
}

fn main() -> ExitCode {
    let mut trials = group("psql", PSQL, psql::TESTS);
    trials.extend(group("asyncpg", PYTHON, python::TESTS));
    trials.extend(group("picopyn", PYTHON, picopyn::TESTS));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn group(client: &str, variable: &str, tests: &[(&str, Test)]) -> Vec<Trial> {
    let path = std::env::var(variable).ok();
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let reason = format!("{variable} is not set: tests/servers/picodata.sh installs the client");
    let trial = |(name, test): &(&str, Test)| {
        let (test, path, reason_of) = (*test, path.clone(), reason.clone());
        let ignored = path.is_none() && !required;
        let name = format!("{client}::{name}");
        let name = if ignored { format!("{name} ({reason})") } else { name };
        Trial::test(name, move || {
            let path = path.ok_or_else(|| Failed::from(reason_of))?;
            test(&path);
            Ok(())
        })
        .with_ignored_flag(ignored)
    };
    tests.iter().map(trial).collect()
}

fn server(nodes: usize, encryption: Encryption) -> Server {
    Server::start(demo::script(nodes).encryption(encryption)).expect("a server")
}

/// What a client wrote, and whether it was content.
struct Said {
    well: bool,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().expect("the client starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
    Said { well: status.success(), out: text(stdout), err: text(stderr) }
}
