//! The pool of another source.

querent::source!(pub Flights: querent_ui_tests::Scripted);
querent::source!(pub Plain: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>, other: &querent::Pool<Plain>) -> querent::Result<()> {
    let rows = querent::query!(Flights, "SELECT flight FROM flights").fetch_all(other).await?;
    println!("{}", rows[0].flight);
    Ok(())
}

fn main() {
    let _ = run;
}
