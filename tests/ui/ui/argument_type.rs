//! Arguments of types that the parameters cannot take.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let month = String::from("May");
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month", month).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = $1", 1.5 + 2.0).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
