//! A record queried with arguments that do not fit.

querent::source!(pub Flights: querent_ui_tests::Scripted);

querent::record! { pub struct Top from Flights, "SELECT flight FROM flights WHERE month = :month AND carrier = :carrier" }

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    Top::query("May", "UA").fetch_all(pool).await?;
    Top::query(&1_i64).fetch_all(pool).await?;
    let rows = Top::query(&1_i64, "UA").fetch_all(pool).await?;
    println!("{}", rows[0].flihgt);
    Ok(())
}

fn main() {
    let _ = run;
}
