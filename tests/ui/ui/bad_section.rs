//! Sections that are not closed or switch on nothing.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let m = Some(1_i64);
    querent::query!(Flights, "SELECT flight FROM flights WHERE year = 2013 {{ AND month = :m", m).fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight FROM flights WHERE year = 2013 {{ AND month = 1 }}").fetch_all(pool).await?;
    querent::query!(Flights, "SELECT flight {{ , :m AS more }} FROM flights", m).fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
