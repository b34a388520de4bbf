//! What `docs/diagnostics.md` mends its example of `row-type` to.
//@ pass

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query_scalar!(Flights, "SELECT name FROM airlines").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
