//! A column of a type that Rust has no counterpart for, and a NULL.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT place, NULL AS nothing FROM odd").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
