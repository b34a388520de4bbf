//! Columns whose names no field can have.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, r#"SELECT count(*), 1 + 1, "self", "a-b", avg(alt) OVER () FROM odd, airports GROUP BY "self", "a-b", alt"#).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
