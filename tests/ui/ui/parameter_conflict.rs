//! One parameter used as two types.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let x = 1_i64;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month = :x AND time_hour > :x", x).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
