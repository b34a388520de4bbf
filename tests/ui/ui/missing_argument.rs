//! A numbered parameter without an argument, and a named one without a variable.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = $1 AND carrier = $2", 1_i64).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
