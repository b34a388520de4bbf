//! A misspelt function and one that does not exist.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT cuont(flight) AS n, frobnicate(month) AS m, frob(month) AS f FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
