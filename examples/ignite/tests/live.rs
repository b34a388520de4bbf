//! The example as a newcomer runs it, on a real node: its output, word for word.
//!
//! A node that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure.

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

const VARIABLE: &str = "QUERENT_TEST_IGNITE_H2_URL";

const EXPECTED: &str = "\
Ada bought 1 things, last 2024-02-29
Bob bought 1 things, last 2024-02-29
Cleo bought 0 things, last never
account 1: Some(Account { owner: \"Ada\", cents: 10000 })
3000 from 1 to 2: done
1000000 from 1 to 2: not enough
account 1: 7000 cents
account 2: 5500 cents
account 3: 0 cents
";

fn main() -> ExitCode {
    let url = std::env::var(VARIABLE).ok();
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let ignored = url.is_none() && !required;
    let reason = format!("{VARIABLE} is not set: tests/servers/ignite.sh starts the node");
    let name = "the_example_says_what_it_did";
    let name = if ignored { format!("{name} ({reason})") } else { name.to_owned() };
    let trial = Trial::test(name, move || match url {
        Some(url) => the_example_says_what_it_did(&url),
        None => Err(Failed::from(reason)),
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial.with_ignored_flag(ignored)]).exit_code()
}

/// Twice: it leaves nothing behind that it would stumble over.
fn the_example_says_what_it_did(url: &str) -> Result<(), Failed> {
    for _ in 0..2 {
        let output = Command::new(env!("CARGO_BIN_EXE_querent-ignite-example")).arg(url).output()?;
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(String::from_utf8_lossy(&output.stdout), EXPECTED);
    }
    Ok(())
}
