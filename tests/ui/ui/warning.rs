//! Something that looks like a parameter and is none: a warning, and the query runs.
//@ warns

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT tags[1:id] IS NULL AS t FROM odd").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
