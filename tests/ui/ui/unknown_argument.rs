//! Arguments whose names the query does not have.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let monht = 1_i64;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :month AND carrier = :carrier", monht, zzz = 1, carrier = "UA", month = 2_i64)
        .fetch_all(pool)
        .await?;
    Ok(())
}

fn main() {
    let _ = run;
}
