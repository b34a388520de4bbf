//! Tests that need a server: reported as ignored where it is absent, as failed where `REQUIRE_LIVE=1` asks for it.

use libtest_mimic::{Failed, Trial};

/// A test of the server whose URL is in the environment variable `variable`.
///
/// Without the variable it is ignored, and its name says why; with `REQUIRE_LIVE=1` it fails instead.
pub fn live(name: &str, variable: &'static str, test: fn(&str) -> Result<(), Failed>) -> Trial {
    match std::env::var(variable) {
        Ok(url) => Trial::test(name.to_owned(), move || test(&url)),
        Err(_) if required() => Trial::test(name.to_owned(), move || {
            Err(format!(
                "REQUIRE_LIVE is set and {variable} is not: start the servers with tests/servers/all.sh"
            )
            .into())
        }),
        Err(_) => Trial::test(format!("{name} [{variable} is not set]"), || Ok(())).with_ignored_flag(true),
    }
}

fn required() -> bool {
    std::env::var("REQUIRE_LIVE").is_ok_and(|v| v == "1")
}
