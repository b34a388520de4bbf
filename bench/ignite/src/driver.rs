//! querent: caches and a checked query with its typed row, through a pool with the usual options.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use querent_core::types::value::{Decimal, Timestamp};
use querent_core::{
    Batch as _, ColumnMeta, Decode, ParamMeta, Piece, Plan, Pool, PoolOptions, Query, Source, Value,
    ValueError,
};
use querent_ignite::{Cache, Ignite, IgniteBatch};

use crate::Result;
use crate::load::{CACHE, ENTRIES, ROWS, value_of};
use crate::measure::{DEPTH, KEYS, Keys, Measure, Slice, Stopwatch};

/// The source, as `source!` declares one.
pub(crate) enum Bench {}

impl Source for Bench {
    type Backend = Ignite;
    const NAME: &'static str = "bench";
    const FINGERPRINT: u64 = 0;
}

/// A pool and the cache that is asked.
#[derive(Clone)]
pub(crate) struct Driver {
    pub(crate) pool: Pool<Bench>,
    pub(crate) cache: Cache<Bench, i64, i64>,
}

/// A row, as `query!` makes one.
#[expect(dead_code, reason = "what counts is that it was made")]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) quantity: i32,
    pub(crate) ratio: f64,
    pub(crate) name: String,
    pub(crate) price: Decimal,
    pub(crate) made_at: Timestamp,
    pub(crate) active: bool,
    pub(crate) note: Option<String>,
}

pub(crate) const SELECT_ALL: &str =
    "SELECT id, quantity, ratio, name, price, made_at, active, note FROM bench_rows";
pub(crate) const SELECT_ONE: &str =
    "SELECT id, quantity, ratio, name, price, made_at, active, note FROM bench_rows WHERE id = ";

const fn column(name: &'static str, ty: &'static str, nullable: bool) -> ColumnMeta {
    ColumnMeta { name, named: true, ty, nullable, origin: "" }
}

const COLUMNS: &[ColumnMeta] = &[
    column("ID", "Int64", false),
    column("QUANTITY", "Int32", false),
    column("RATIO", "Float64", false),
    column("NAME", "Utf8", false),
    column("PRICE", "Decimal128(12, 2)", false),
    column("MADE_AT", "Timestamp", false),
    column("ACTIVE", "Boolean", false),
    column("NOTE", "Utf8", true),
];

const ALL: &Plan =
    &Plan { template: &[Piece::Text(SELECT_ALL)], columns: COLUMNS, read_only: true, ..Plan::EMPTY };

const ONE: &Plan = &Plan {
    template: &[Piece::Text(SELECT_ONE), Piece::Param(0)],
    params: &[ParamMeta { name: "id", ty: "Int64" }],
    columns: COLUMNS,
    read_only: true,
    ..Plan::EMPTY
};

/// Written as `query!` expands it.
fn decode(batch: &IgniteBatch, rows: &mut Vec<Row>) -> std::result::Result<(), ValueError> {
    let id = <i64 as Decode<'_, Ignite>>::column(batch, 0)?;
    let quantity = <i32 as Decode<'_, Ignite>>::column(batch, 1)?;
    let ratio = <f64 as Decode<'_, Ignite>>::column(batch, 2)?;
    let name = <String as Decode<'_, Ignite>>::column(batch, 3)?;
    let price = <Decimal as Decode<'_, Ignite>>::column(batch, 4)?;
    let made_at = <Timestamp as Decode<'_, Ignite>>::column(batch, 5)?;
    let active = <bool as Decode<'_, Ignite>>::column(batch, 6)?;
    let note = <Option<String> as Decode<'_, Ignite>>::column(batch, 7)?;
    for row in 0..batch.len() {
        rows.push(Row {
            id: <i64 as Decode<'_, Ignite>>::get(&id, row)?,
            quantity: <i32 as Decode<'_, Ignite>>::get(&quantity, row)?,
            ratio: <f64 as Decode<'_, Ignite>>::get(&ratio, row)?,
            name: <String as Decode<'_, Ignite>>::get(&name, row)?,
            price: <Decimal as Decode<'_, Ignite>>::get(&price, row)?,
            made_at: <Timestamp as Decode<'_, Ignite>>::get(&made_at, row)?,
            active: <bool as Decode<'_, Ignite>>::get(&active, row)?,
            note: <Option<String> as Decode<'_, Ignite>>::get(&note, row)?,
        });
    }
    Ok(())
}

fn select_one(id: i64) -> Query<'static, Bench, Row> {
    Query::new(ONE, decode, [Value::Int(id)])
}

fn select_all() -> Query<'static, Bench, Row> {
    Query::new(ALL, decode, [])
}

impl Driver {
    /// As many handles as there are requests in flight; all share one connection.
    pub(crate) async fn connect(url: &str) -> Result<Driver> {
        let pool = PoolOptions::new().max_connections(DEPTH).connect::<Bench>(url).await?;
        Ok(Driver { pool, cache: Cache::new(CACHE) })
    }

    pub(crate) async fn run(self, measure: Measure, time: Duration) -> Result<Slice> {
        if measure.is_pipelined() {
            return self.pipelined(measure, time).await;
        }
        let mut keys = Keys::new(1);
        let mut watch = Stopwatch::start();
        loop {
            match measure {
                Measure::Put | Measure::PutPipelined => self.put(keys.next(ENTRIES)).await?,
                Measure::GetAll => self.get_all(&mut keys).await?,
                Measure::Select => {
                    let id = keys.next(ROWS);
                    let row = select_one(id).fetch_one(&self.pool).await?;
                    check(row.id == id)?;
                }
                Measure::Rows => {
                    let rows = select_all().fetch_all(&self.pool).await?;
                    check(rows.len() == ROWS as usize)?;
                }
                Measure::Get | Measure::GetPipelined => self.get(keys.next(ENTRIES)).await?,
            }
            if !watch.lap(time) {
                return Ok(watch.stop());
            }
        }
    }

    async fn get(&self, key: i64) -> Result<()> {
        let value = self.cache.get(&self.pool, &key).await?;
        check(value == Some(value_of(key)))
    }

    async fn put(&self, key: i64) -> Result<()> {
        Ok(self.cache.put(&self.pool, &key, &value_of(key)).await?)
    }

    async fn get_all(&self, keys: &mut Keys) -> Result<()> {
        let asked: Vec<i64> = (0..KEYS).map(|_| keys.next(ENTRIES)).collect();
        let entries = self.cache.get_all(&self.pool, &asked).await?;
        check(entries.iter().all(|(key, value)| *value == value_of(*key)))
    }

    /// So many callers at once, each of which waits for its answers: a task each, as the requests of a service are.
    async fn pipelined(self, measure: Measure, time: Duration) -> Result<Slice> {
        let over = Arc::new(AtomicBool::new(false));
        let watch = Stopwatch::start();
        let callers: Vec<_> = (0..DEPTH as u64)
            .map(|caller| tokio::spawn(self.clone().caller(measure, Keys::new(caller + 1), over.clone())))
            .collect();
        tokio::time::sleep(time).await;
        over.store(true, Ordering::Relaxed);
        let mut ops = 0;
        for caller in callers {
            ops += caller.await??;
        }
        Ok(watch.stop_after(ops))
    }

    async fn caller(self, measure: Measure, mut keys: Keys, over: Arc<AtomicBool>) -> Result<u64> {
        let mut ops = 0;
        while !over.load(Ordering::Relaxed) {
            let key = keys.next(ENTRIES);
            match measure {
                Measure::PutPipelined => self.put(key).await?,
                _ => self.get(key).await?,
            }
            ops += 1;
        }
        Ok(ops)
    }
}

fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err("a wrong answer".into()) }
}
