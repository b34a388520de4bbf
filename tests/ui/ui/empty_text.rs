//! No statement at all, and two of them.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "").fetch_all(pool).await?;
    querent::query!(Flights, "  -- nothing\n").fetch_all(pool).await?;
    querent::query!(Flights, "SELECT 1 AS a; SELECT 2 AS b").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
