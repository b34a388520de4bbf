//! A source that querent.toml does not have, and a query of it.

querent::source!(pub Flights: querent_ui_tests::Scripted);
querent::source!(pub Flihgts: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>, other: &querent::Pool<Flihgts>) -> querent::Result<()> {
    querent::query!(Flihgts, "SELECT flight FROM flights").fetch_all(other).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
