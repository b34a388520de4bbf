//! SQL that is broken at its start.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELEC flight FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
