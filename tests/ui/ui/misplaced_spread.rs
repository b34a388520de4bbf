//! A spread outside an IN list.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let months = [1_i64, 2];
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :months..", months).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
