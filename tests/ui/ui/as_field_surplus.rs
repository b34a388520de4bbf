//! A field that the query has no column for.

querent::source!(pub Flights: querent_ui_tests::Scripted);

struct Airline {
    name: String,
    alliance: String,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    for row in querent::query_as!(Flights, Airline, "SELECT name FROM airlines").fetch_all(pool).await? {
        println!("{} {}", row.name, row.alliance);
    }
    Ok(())
}

fn main() {
    let _ = run;
}
