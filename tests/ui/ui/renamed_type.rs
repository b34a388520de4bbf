//! A query by another name of the source's type.

querent::source!(pub Flights: querent_ui_tests::Scripted);

type Alias = Flights;

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Alias, "SELECT flight FROM flights").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
