//! A query without a source where there is no `Db`.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!("SELECT flight FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
