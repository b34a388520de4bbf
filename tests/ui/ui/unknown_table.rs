//! A misspelt table.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let rows = querent::query!(Flights, "SELECT carrier FROM airline").fetch_all(pool).await?;
    println!("{}", rows[0].carrier);
    Ok(())
}

fn main() {
    let _ = run;
}
