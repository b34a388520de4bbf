//! SQL that is broken at its end.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = (1").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
