//! query_scalar! of two columns.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_scalar!(Flights, "SELECT name, carrier FROM airlines").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
