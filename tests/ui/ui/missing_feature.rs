//! A source whose backend is not compiled in.

querent::source!(pub Flights: querent_ui_tests::Scripted);
querent::source!(pub Warehouse);

async fn run(pool: &querent::Pool<Flights>, other: &querent::Pool<Warehouse>) -> querent::Result<()> {
    let rows = querent::query!(Warehouse, "SELECT flight FROM flights").fetch_all(other).await?;
    println!("{}", rows[0].flight);
    Ok(())
}

fn main() {
    let _ = run;
}
