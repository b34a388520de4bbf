//! A record of a source of another crate, without a cache of its own.

querent::source!(pub Flights: querent_ui_tests::Scripted);

type Old2 = Flights;

querent::record! { pub struct Old from Old2, "SELECT flight FROM flights" }

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let _ = Old::query().fetch_all(pool).await?;
    Ok(())
}

fn main() {
    let _ = run;
}
