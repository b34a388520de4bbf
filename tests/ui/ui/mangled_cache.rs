//! A cache that a merge left half done: one error, whatever the number of queries.
//@ manifest: fixtures/mangled

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights").fetch_all(pool).await?;
    querent::query!(Flights, "SELECT month FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
