//! An error inside of a file.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_file!(Flights, "queries/wrong.sql").fetch_all(pool).await?;
    querent::query_file!(Flights, "./wrong_here.sql").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
