//! A cache older than querent.toml: one error, whatever the number of queries.
//@ manifest: fixtures/stale

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let rows = querent::query!(Flights, "SELECT flight FROM flights").fetch_all(pool).await?;
    println!("{}", rows[0].flight);
    let more = querent::query!(Flights, "SELECT month FROM flights").fetch_all(pool).await?;
    println!("{}", more[0].month);
    Ok(())
}

fn main() {
    let _ = run;
}
