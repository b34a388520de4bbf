//! Dates, times and timestamps on servers of any zone are the same wall clock as in their SQL.

use querent_core::types::value::{Date, Time, Timestamp};
use querent_core::{ErrorKind, Pool, Source, sql_query};
use querent_ignite::Ignite;

use crate::{Orders, pool, rows, table};

crate::tests! { ANY: wall_clocks_are_those_of_sql, times_are_those_of_sql }
crate::tests! { NEW_YORK: the_source_can_name_the_zone }

/// Winter, summer, the hours in which clocks are set, before there were zones, and before the Gregorian calendar.
const WALLS: &[&str] = &[
    "2024-01-15 12:00:00.123456789",
    "2024-07-15 00:00:00",
    "2024-11-03 00:30:00",
    "2024-11-03 01:30:00",
    "2024-11-03 02:30:00",
    "2024-03-10 01:59:59",
    "2024-03-10 03:00:00",
    "1969-12-31 23:59:59.999",
    "1899-12-31 23:59:59",
    "1900-01-01 00:00:00",
    "1850-01-01 12:00:00",
    "1582-10-15 00:00:00",
    "1582-10-04 23:00:00",
    "1500-01-01 00:00:00",
    "0900-03-01 12:00:00",
];

/// What a literal is read as, and what a parameter is stored as: by the server's own comparison.
async fn wall_clocks_are_those_of_sql(url: String) {
    let pool = pool(&url).await;
    table(&pool, "walls", "(id INT PRIMARY KEY, ts TIMESTAMP, da DATE)").await;
    for (id, text) in WALLS.iter().enumerate() {
        let wall: Timestamp = text.replace(' ', "T").parse().unwrap();
        let date: Date = text[..10].parse().unwrap();
        let read: Vec<(Timestamp, Date)> =
            rows(&pool, &format!("SELECT TIMESTAMP '{text}', DATE '{}'", &text[..10])).await;
        // Calcite has milliseconds.
        let shown = if read[0].0.subsec_nanos().is_multiple_of(1_000_000) && wall.subsec_nanos() != 0 {
            Timestamp::new(wall.secs(), wall.subsec_nanos() / 1_000_000 * 1_000_000).unwrap()
        } else {
            wall
        };
        assert_eq!(read, [(shown, date)], "{text}");
        // As text with as many digits as the engine has. Calcite takes a literal within 2^31 ms of 1970 for an Integer, and
        // fails to compare it with a column (2.17.0).
        let equals = match text.starts_with("1969") {
            true => String::new(),
            false => format!("AND ts = TIMESTAMP '{}'", if shown == wall { text } else { &text[..23] }),
        };
        let insert = sql_query("INSERT INTO walls VALUES (?, ?, ?)").bind(id as i32).bind(shown).bind(date);
        insert.execute::<Orders, _>(&pool).await.unwrap();
        let sql = format!(
            "SELECT CAST(ts AS VARCHAR), CAST(da AS VARCHAR), ts, da FROM walls WHERE id = {id} \
             AND da = DATE '{}' {equals}",
            &text[..10]
        );
        let stored: Vec<(String, String, Timestamp, Date)> = rows(&pool, &sql).await;
        assert_eq!(stored.len(), 1, "{text}");
        assert!(stored[0].0.starts_with(&text[..19]), "{text}: {stored:?}");
        assert_eq!((&stored[0].1[..], stored[0].2, stored[0].3), (&text[..10], shown, date), "{text}");
    }
}

async fn times_are_those_of_sql(url: String) {
    let pool = pool(&url).await;
    for text in ["00:00:00", "12:00:00", "23:59:59"] {
        let time: Time = text.parse().unwrap();
        let read: Vec<(Time,)> = rows(&pool, &format!("SELECT TIME '{text}'")).await;
        assert_eq!(read, [(time,)], "{text}");
        let sent = sql_query("SELECT CAST(CAST(? AS TIME) AS VARCHAR)").bind(time);
        let stored: (String,) = sent.fetch_one::<_, Orders, _>(&pool).await.unwrap();
        assert!(stored.0.starts_with(text), "{text}: {stored:?}");
    }
}

enum Utc {}

impl Source for Utc {
    type Backend = Ignite;
    const NAME: &'static str = "utc";
    const FINGERPRINT: u64 = 0;
    const OPTIONS: &'static [(&'static str, &'static str)] = &[("zone", "UTC")];
}

enum Nowhere {}

impl Source for Nowhere {
    type Backend = Ignite;
    const NAME: &'static str = "nowhere";
    const FINGERPRINT: u64 = 0;
    const OPTIONS: &'static [(&'static str, &'static str)] = &[("zone", "Nowhere/Town")];
}

async fn the_source_can_name_the_zone(url: String) {
    let pool = Pool::<Utc>::connect(&url).await.unwrap();
    let read = sql_query("SELECT TIMESTAMP '2024-01-15 12:00:00'").fetch_one::<(Timestamp,), Utc, _>(&pool);
    assert_eq!(read.await.unwrap().0, "2024-01-15T17:00:00".parse().unwrap());
    let error = Pool::<Nowhere>::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}
