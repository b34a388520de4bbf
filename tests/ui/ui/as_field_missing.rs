//! A column that the struct has no field for.

querent::source!(pub Flights: querent_ui_tests::Scripted);

struct Airline {
    name: String,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_as!(Flights, Airline, "SELECT carrier, name FROM airlines").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
