//! Text compared with a truth value, and minus of a text.

querent::source!(pub Flights: querent_ui_tests::Scripted);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    querent::query!(Flights, "SELECT -carrier AS c FROM flights WHERE NOT carrier").fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
