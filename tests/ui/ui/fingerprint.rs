//! A type of the source from an older build.

/// As a crate that was built before the cache changed declares it.
pub enum Flights {}

impl querent::Source for Flights {
    type Backend = querent_ui_tests::Scripted;
    const NAME: &'static str = "flights";
    const FINGERPRINT: u64 = 1;
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
