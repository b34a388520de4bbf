//! QUERENT_CACHE_DIR says where the cache is.
//@ cache: fixtures/nowhere

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
