//! A string that never ends.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT flight FROM flights WHERE carrier = 'UA").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
