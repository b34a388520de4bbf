//! SQL that is broken in the middle.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM WHERE month = 1").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
