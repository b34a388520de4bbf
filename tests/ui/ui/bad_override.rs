//! Overrides that cannot be read.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, r#"SELECT flight AS "flight!?", month AS "month:" FROM flights"#).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
