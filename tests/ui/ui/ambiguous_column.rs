//! A column that two tables have.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT name FROM airlines, airports").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
