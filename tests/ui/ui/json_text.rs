//! JSON for a source of SQL.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, [{ "FindEntity": { "with_class": "Person" } }]).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
