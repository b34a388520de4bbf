//! An override with a type that cannot hold the column, and one that does not exist.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, r#"SELECT flight AS "flight: bool" FROM flights"#).fetch_all(pool).await?;
    querent::query!(Flights, r#"SELECT flight AS "flight: Nowhere" FROM flights"#).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
