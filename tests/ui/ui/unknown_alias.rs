//! A misspelt alias of a table.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT f.flight FROM flights AS f JOIN planes AS p ON p.tailnum = g.tailnum").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
