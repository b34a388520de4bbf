//! The example as a newcomer runs it, on a real Pinot: its output, word for word; and the same table without async.
//!
//! A server that is not there is reported as an ignored test, with the reason; with `REQUIRE_LIVE=1` it is a failure.

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use querent::blocking::{Rows as _, Wait as _};
use querent::{ErrorKind, Pool, query};

querent::source!(pub Baseball);

const VARIABLE: &str = "QUERENT_TEST_PINOT_URL";

const ALL: &str = "\
George Herman: 665 home runs in 16 seasons
Henry Louis: 493 home runs in 17 seasons
James Emory: 464 home runs in 15 seasons
1954: 0.261 over all, 49 home runs at best
576 of 97889 rows were scanned
47 years of 40 or more, last Curtis for NYA in 2012: 43
";

const NATIONAL: &str = "\
Melvin Thomas: 369 home runs in 14 seasons
Charles Herbert: 292 home runs in 14 seasons
Rogers: 271 home runs in 14 seasons
1954: 0.261 over all, 49 home runs at best
576 of 97889 rows were scanned
47 years of 40 or more, last Curtis for NYA in 2012: 43
";

fn main() -> ExitCode {
    let url = std::env::var(VARIABLE).ok();
    let required = std::env::var("REQUIRE_LIVE").is_ok_and(|value| value == "1");
    let ignored = url.is_none() && !required;
    let reason = format!("{VARIABLE} is not set: tests/servers/pinot.sh starts the server");
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
        trial("the_example_says_what_it_found", |url| says(url, None, ALL)),
        trial("a_section_is_sent_where_it_is_wanted", |url| says(url, Some("NL"), NATIONAL)),
        trial("a_program_without_async_waits", a_program_without_async_waits),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn says(url: &str, league: Option<&str>, expected: &str) -> Result<(), Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_querent-pinot-example")).arg(url).args(league).output()?;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    Ok(())
}

fn a_program_without_async_waits(url: &str) -> Result<(), Failed> {
    let pool = Pool::<Baseball>::connect(url).wait()?;
    let seasons =
        query!(Baseball, "SELECT count(*) AS seasons FROM baseballStats WHERE yearID = :year", year = 1954);
    assert_eq!(seasons.fetch_one(&pool).wait()?.seasons, 576);
    let rows =
        query!(Baseball, "SELECT yearID FROM baseballStats WHERE yearID >= :from LIMIT 10000", from = 2010);
    let mut count = 0;
    for row in rows.page_size(1000).fetch(&pool).rows() {
        assert!(row?.yearID >= 2010);
        count += 1;
    }
    assert!(count > 1000, "{count} rows are no two pages");
    pool.close().wait()?;
    let closed = query!(Baseball, "SELECT yearID FROM baseballStats LIMIT 1").fetch_all(&pool).wait();
    assert!(closed.is_err_and(|error| error.kind() == ErrorKind::PoolClosed));
    Ok(())
}
