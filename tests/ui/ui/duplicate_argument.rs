//! An argument given twice.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let month = 1_i64;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month", month, month = 2_i64).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
