//! The example as a newcomer runs it, on the stand-in for a Picodata cluster: its output, word for word but for the nodes,
//! which the hash of each key decides.
//!
//! A server that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure.

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

const VARIABLE: &str = "QUERENT_TEST_PICODATA_URL";

const HEAD: &str = "\
PostgreSQL stands in for Picodata
nodes: i1 (default), i2 (default), i3 (default)
";

const ROWS: &str = "\
5 rows written
order-1: 1.50, read on NODE
order-2: 20, read on NODE
order-3: 300.25, read on NODE
order-4: 0, read on NODE
order-5: 19.99, read on NODE
order-1 is there already
";

const PLAIN: &str = "\
masters not known: GRANT READ ON TABLE _pico_replicaset TO \"plain\": until then any node of a replicaset serves its rows
tiers not known: GRANT READ ON TABLE _pico_tier TO \"plain\": until then the last bucket that is told counts
";

fn main() -> ExitCode {
    let url = std::env::var(VARIABLE).ok();
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let ignored = url.is_none() && !required;
    let reason = format!("{VARIABLE} is not set: tests/servers/picodata.sh starts the servers");
    let trial = |name: &str, test: fn(&str) -> Result<(), Failed>| {
        let (url, reason) = (url.clone(), reason.clone());
        let name = if ignored { format!("{name} ({reason})") } else { name.to_owned() };
        let test = move || match url {
            Some(url) => test(&url),
            None => Err(Failed::from(reason)),
        };
        Trial::test(name, test).with_ignored_flag(ignored)
    };
    let trials = vec![
        trial("the_example_says_what_it_found", |url| says(url, "71", &format!("{HEAD}{ROWS}"))),
        trial("a_plain_user_is_told_what_to_grant", |_| {
            let plain = std::env::var("QUERENT_TEST_PICODATA_PLAIN_URL")?;
            says(&plain, "72", &format!("{HEAD}{PLAIN}{ROWS}"))
        }),
        Trial::test("without_a_url_it_says_what_to_do", || {
            let output = Command::new(env!("CARGO_BIN_EXE_querent-picodata-example")).output()?;
            assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("say where"));
            Ok(())
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn says(url: &str, tenant: &str, expected: &str) -> Result<(), Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_querent-picodata-example")).args([url, tenant]).output()?;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout)?;
    // The UUIDs of the stand-in's instances.
    let uuid = |n: &i32| format!("on 00000000-0000-4000-8000-{:012}\n", 100 + n);
    let said = [1, 2, 3].iter().fold(text, |text, n| text.replace(&uuid(n), "on NODE\n"));
    assert_eq!(said, expected);
    Ok(())
}
