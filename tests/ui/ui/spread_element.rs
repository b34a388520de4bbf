//! A spread of the wrong elements, and of something that is no list.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let numbers = [1_i64, 2];
    querent::query!(Flights, "SELECT flight FROM flights WHERE carrier IN (:carriers..)", carriers = &numbers).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights WHERE month IN (:months..)", months = 1_i64).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
