//! What the node holds: a cache of numbers and a table of eight columns.

use querent_core::sql_query;
use querent_ignite::wire::{AtomicityMode, CacheConfiguration};

use crate::Result;
use crate::driver::{Bench, Driver};

/// Entries of the cache, with keys from 0.
pub(crate) const ENTRIES: i64 = 100_000;
/// Rows of the table, with ids from 0.
pub(crate) const ROWS: i64 = 100_000;

/// What the cache holds under a key, so that each answer can be checked.
pub(crate) fn value_of(key: i64) -> i64 {
    key * 3 + 1
}

pub(crate) const CACHE: &str = "bench";

/// Of the eight types that a row is decoded from. A third of the notes is null.
const CREATE: &str = "CREATE TABLE bench_rows (id BIGINT PRIMARY KEY, quantity INT, ratio DOUBLE, name VARCHAR, \
     price DECIMAL(12, 2), made_at TIMESTAMP, active BOOLEAN, note VARCHAR) WITH \"atomicity=atomic\"";

const FILL: &str = "INSERT INTO bench_rows (id, quantity, ratio, name, price, made_at, active, note) \
     SELECT x, CAST(MOD(x * 7919, 1000003) AS INT), x / 7.0, 'customer number ' || x, \
     CAST(x * 37 AS DECIMAL(12, 2)) / 100, DATEADD('SECOND', x, TIMESTAMP '2024-01-01 00:00:00.123'), \
     MOD(x, 2) = 0, CASE WHEN MOD(x, 3) = 0 THEN NULL ELSE 'note to order ' || x END \
     FROM SYSTEM_RANGE(?, ?)";

/// Makes both.
pub(crate) async fn load(driver: &Driver) -> Result<()> {
    let pool = &driver.pool;
    let configuration =
        CacheConfiguration { atomicity_mode: Some(AtomicityMode::Atomic), ..CacheConfiguration::default() };
    driver.cache.create_with(pool, &configuration).await?;
    let entries: Vec<_> = (0..ENTRIES).map(|key| (key, value_of(key))).collect();
    for chunk in entries.chunks(10_000) {
        driver.cache.put_all(pool, chunk).await?;
    }
    sql_query(CREATE).execute::<Bench, _>(pool).await?;
    let step = ROWS / 10;
    for from in (0..ROWS).step_by(step as usize) {
        let fill = sql_query(FILL).bind(from).bind(from + step - 1);
        fill.execute::<Bench, _>(pool).await?;
    }
    Ok(())
}
