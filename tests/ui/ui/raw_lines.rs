//! The place of an error in a raw string of several lines.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(
        Flights,
        r#"
        SELECT flight,
               "carrier",
               'é' AS e, distnace
        FROM flights
        "#
    )
    .fetch_all(pool)
    .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
