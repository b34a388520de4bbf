//! Fields that cannot hold their columns.

querent::source!(pub Flights: querent_ui_tests::Scripted);

struct Flight {
    flight: i32,
    dep_delay: i64,
    tailnum: Option<i64>,
    carrier: String,
}

async fn run(pool: &querent::Pool<Flights>) -> querent::Result<()> {
    for row in querent::query_as!(Flights, Flight, "SELECT flight, dep_delay, tailnum, carrier FROM flights").fetch_all(pool).await? {
        println!("{} {} {:?} {}", row.flight, row.dep_delay, row.tailnum, row.carrier);
    }
    Ok(())
}

fn main() {
    let _ = run;
}
