//! More arguments than parameters.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let carrier = "UA";
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = $1", 1_i64, carrier).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights", carrier).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
