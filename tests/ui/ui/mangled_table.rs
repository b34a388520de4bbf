//! A table file that cannot be read.
//@ cache: fixtures/mangled_table/.sqlcache

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights").fetch_all(pool).await?;
    querent::query!(Flights, "SELECT faa FROM airports").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
