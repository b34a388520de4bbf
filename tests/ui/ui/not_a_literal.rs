//! Texts that are no literals.

querent::source!(pub Flights: querent_ui_tests::Scripted);

const SQL: &str = "SELECT flight FROM flights";

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, SQL).fetch_all(pool).await?;
    querent::query!(Flights, concat!("SELECT flight", " FROM flights")).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight" + SQL).fetch_all(pool).await?;
    querent::query!(Flights, b"SELECT flight FROM flights").fetch_all(pool).await?;
    querent::query!(Flights).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights" pool).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
