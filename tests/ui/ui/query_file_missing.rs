//! A file that is not there.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_file!(Flights, "queries/nowhere.sql").fetch_all(pool).await?;
    querent::query_file!(Flights, "./nowhere.sql").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
