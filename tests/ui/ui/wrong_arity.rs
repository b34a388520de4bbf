//! A function with too many arguments.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT upper(carrier, dest) AS c FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
