//! A misspelt column, and a use of the field that it would have been.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let rows = querent::query!(Flights, "SELECT carier, flight FROM flights").fetch_all(pool).await?;
    println!("{} {}", rows[0].carier, rows[0].flight);
    Ok(())
}

fn main() {
    let _ = run;
}
