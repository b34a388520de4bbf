//! Types that the dialect does not have, in casts.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT CAST(flight AS BIGNIT) AS f, CAST(carrier AS CLOB) AS c FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
