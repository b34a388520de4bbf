//! Several mistakes in one query are all told.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT fligth, carrier FROM flights WHERE mnth = 1 AND dest = :dset").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
