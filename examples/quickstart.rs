//! Five queries over one month of flights from New York, each checked by the compiler against `.sqlcache`.
//!
//! `cargo run --example quickstart` starts an embedded server in this process: nothing is installed, nothing listens. Give
//! the URL of another Flight SQL server that has the same tables as an argument, and the same queries run there.

use futures_util::TryStreamExt as _;
use querent::{Pool, query, record, source};

source!(pub Flights);

record! {
    /// The busiest routes: a row type with a name, and a query to use again and again.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Route from Flights,
    "SELECT f.dest, a.name AS airport, count(*) AS flights
     FROM flights f LEFT JOIN airports a ON a.faa = f.dest
     WHERE f.origin = :origin
     GROUP BY f.dest, a.name
     ORDER BY flights DESC, f.dest
     LIMIT 5"
}

#[tokio::main]
async fn main() -> querent::Result<()> {
    let url = std::env::args().nth(1);
    let url =
        url.as_deref().unwrap_or(concat!("embedded:", env!("CARGO_MANIFEST_DIR"), "/data/nycflights13"));
    let pool = Pool::<Flights>::connect(url).await?;
    print!("{}", report(&pool).await?);
    Ok(())
}

/// Runs all queries; the text is the same on whatever engine they run.
pub async fn report(pool: &Pool<Flights>) -> querent::Result<String> {
    let mut report = String::new();
    report += &carriers(pool).await?;
    report += &delays(pool, None).await?;
    report += &delays(pool, Some(60)).await?;
    report += &planes(pool, &["N14228", "N24211", "N619AA"]).await?;
    report += &coldest(pool).await?;
    report += &routes(pool).await?;
    Ok(report)
}

/// `record!`: a row with a name, from a query that can be used again.
async fn routes(pool: &Pool<Flights>) -> querent::Result<String> {
    let mut table = String::from("\nbusiest routes from JFK\n");
    for route in Route::query("JFK").fetch_all(pool).await? {
        // Not every destination is in the table of airports, so the compiler made `airport` an Option.
        let airport = route.airport.as_deref().unwrap_or("(not listed)");
        table += &format!("{:<5} {:>5}  {airport}\n", route.dest, route.flights);
    }
    Ok(table)
}

/// An aggregate over a LEFT JOIN: what comes from the nullable side is an `Option`.
async fn carriers(pool: &Pool<Flights>) -> querent::Result<String> {
    let rows = query!(
        Flights,
        "SELECT c.name, count(*) AS flights, avg(f.arr_delay) AS delay, max(p.seats) AS seats
         FROM flights f
         JOIN airlines c ON c.carrier = f.carrier
         LEFT JOIN planes p ON p.tailnum = f.tailnum
         GROUP BY c.name
         ORDER BY flights DESC
         LIMIT 5"
    )
    .fetch_all(pool)
    .await?;
    let mut table = format!("{:<28} {:>7} {:>11} {:>9}\n", "airline", "flights", "mean delay", "seats max");
    for row in rows {
        let delay = row.delay.map_or_else(|| "-".into(), |d| format!("{d:.1} min"));
        let seats = row.seats.map_or_else(|| "-".into(), |s| s.to_string());
        table += &format!("{:<28} {:>7} {:>11} {:>9}\n", row.name, row.flights, delay, seats);
    }
    Ok(table + "\n")
}

/// An optional section: what stands in `{{ }}` is sent only when its parameter is given.
async fn delays(pool: &Pool<Flights>, at_least: Option<i64>) -> querent::Result<String> {
    let row = query!(
        Flights,
        "SELECT count(*) AS flights, avg(dep_delay) AS mean
         FROM flights
         WHERE origin = 'EWR' {{ AND dep_delay >= :at_least }}",
        at_least
    )
    .fetch_one(pool)
    .await?;
    let which = at_least.map_or_else(|| "all".into(), |m| format!("{m} min late or more"));
    let mean = row.mean.map_or_else(|| "unknown".into(), |m| format!("{m:.1} min"));
    Ok(format!("flights from EWR, {which}: {} (mean delay {mean})\n", row.flights))
}

/// A spread: a slice becomes the elements of an IN list.
async fn planes(pool: &Pool<Flights>, tail_numbers: &[&str]) -> querent::Result<String> {
    let rows = query!(
        Flights,
        "SELECT tailnum, manufacturer, model, year FROM planes WHERE tailnum IN (:tail_numbers..) ORDER BY tailnum",
        tail_numbers
    )
    .fetch_all(pool)
    .await?;
    let mut table = String::from("\n");
    for row in rows {
        let year = row.year.map_or_else(|| "unknown".into(), |y| y.to_string());
        table += &format!("{}: {} {}, built {year}\n", row.tailnum, row.manufacturer, row.model);
    }
    Ok(table)
}

/// A stream: rows are handed over as they arrive.
async fn coldest(pool: &Pool<Flights>) -> querent::Result<String> {
    let mut rows = query!(
        Flights,
        "SELECT time_hour, temp FROM weather WHERE origin = :origin AND temp < :limit ORDER BY temp",
        origin = "LGA",
        limit = 15.0
    )
    .fetch(pool);
    let (mut hours, mut first) = (0, None);
    while let Some(row) = rows.try_next().await? {
        hours += 1;
        first.get_or_insert(row);
    }
    let coldest = first.map(|row| (row.time_hour, row.temp));
    let coldest =
        coldest.map_or_else(String::new, |(hour, temp)| format!(", the coldest {hour}: {temp:?} °F"));
    Ok(format!("\nhours below 15 °F at LGA: {hours}{coldest}\n"))
}
