//! Declarations of sources that cannot be.

querent::source!(pub Flights: querent_ui_tests::Scripted);

querent::source!();
querent::source!(pub struct Market);
querent::source!(pub Market = eu_flights);
querent::source!(pub Market, Other);

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    let _ = pool;
    Ok(())
}

fn main() {
    let _ = run;
}
