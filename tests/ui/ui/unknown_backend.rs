//! A source whose backend querent does not bring.

querent::source!(pub Flights: querent_ui_tests::Scripted);
querent::source!(pub Eu = "eu_flights");

async fn run(pool: &querent::Pool<Flights>, other: &querent::Pool<Eu>) -> querent::Result<()> {
    querent::query!(Eu, "SELECT flight FROM flights").execute(other).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
