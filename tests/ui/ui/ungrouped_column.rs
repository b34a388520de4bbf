//! A column that is neither grouped nor aggregated.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT carrier, flight, count(*) AS n FROM flights GROUP BY carrier").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
