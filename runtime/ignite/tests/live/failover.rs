//! Nodes that die under readers and writers. Each test has a cluster of its own, and the variable of the shared one only
//! says that there may be some.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use querent_core::{Batch as _, Decode, ErrorKind, Piece, Plan, Pool, Query, ValueError};
use querent_ignite::wire::{AtomicityMode, CacheConfiguration, ClusterState, WriteSynchronizationMode};
use querent_ignite::{Cache, Cluster, Ignite, IgniteBatch};

use crate::private::Private;
use crate::{Orders, pool, run_sql, table};

crate::tests! { TESTS: the_first_node_dies, another_node_dies, readers_of_sql_notice_nothing, states_change }

/// What 16 tasks do while a node dies.
#[derive(Default)]
struct Counts {
    reads: AtomicU64,
    writes: AtomicU64,
    ambiguous: AtomicU64,
    failed: AtomicU64,
    longest_write_ms: AtomicU64,
    is_over: AtomicBool,
}

/// A writer counts upwards in keys of its own; of each it knows what was acknowledged last.
async fn write(
    pool: Pool<Orders>,
    cache: Cache<Orders, i64, i64>,
    task: i64,
    counts: Arc<Counts>,
) -> Vec<(i64, i64, i64)> {
    // Key, acknowledged, tried.
    let mut state: Vec<(i64, i64, i64)> = (0..50).map(|i| (task * 1000 + i, 0, 0)).collect();
    let mut round = 0;
    while !counts.is_over.load(Ordering::Relaxed) {
        round += 1;
        for entry in &mut state {
            entry.2 = round;
            let before = Instant::now();
            let outcome = cache.put(&pool, &entry.0, &round).await;
            counts.longest_write_ms.fetch_max(before.elapsed().as_millis() as u64, Ordering::Relaxed);
            match outcome {
                Ok(()) => {
                    entry.1 = round;
                    counts.writes.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) if error.kind() == ErrorKind::Ambiguous => {
                    counts.ambiguous.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => {
                    println!("write: {error:?}");
                    counts.failed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
    state
}

async fn read(pool: Pool<Orders>, cache: Cache<Orders, i64, i64>, task: i64, counts: Arc<Counts>) {
    let keys: Vec<i64> = (0..8).flat_map(|writer| (0..50).map(move |i| writer * 1000 + i)).collect();
    let mut i = task as usize;
    while !counts.is_over.load(Ordering::Relaxed) {
        i += 7;
        let outcome = match i % 3 {
            0 => cache.get_all(&pool, &keys).await.map(|_| ()),
            _ => cache.get(&pool, &keys[i % keys.len()]).await.map(|_| ()),
        };
        match outcome {
            Ok(()) => counts.reads.fetch_add(1, Ordering::Relaxed),
            Err(error) => {
                println!("read: {error:?}");
                counts.failed.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
}

/// The node that the pool's connection leads to.
async fn the_first_node_dies(_: String) {
    no_acknowledged_write_is_lost(0, AtomicityMode::Atomic).await;
}

/// Another one, where each write is a transaction.
async fn another_node_dies(_: String) {
    no_acknowledged_write_is_lost(1, AtomicityMode::Transactional).await;
}

/// 8 readers and 8 writers, one of three nodes killed.
async fn no_acknowledged_write_is_lost(victim: usize, mode: AtomicityMode) {
    let private = Private::start("cluster3").await;
    let pool = pool(&private.url).await;
    let cache: Cache<Orders, i64, i64> = Cache::new("survives");
    let mut configuration = CacheConfiguration::new("survives");
    configuration.backups = Some(1);
    configuration.atomicity_mode = Some(mode);
    configuration.write_synchronization_mode = Some(WriteSynchronizationMode::FullSync);
    cache.create_with(&pool, &configuration).await.unwrap();
    let counts = Arc::new(Counts::default());
    let tasks = || 0..8;
    let writers = tasks().map(|task| tokio::spawn(write(pool.clone(), cache.clone(), task, counts.clone())));
    let writers: Vec<_> = writers.collect();
    let readers = tasks().map(|task| tokio::spawn(read(pool.clone(), cache.clone(), task, counts.clone())));
    let readers: Vec<_> = readers.collect();
    passes(&counts.writes, 2000).await;
    private.node("kill", victim).await;
    let (before, killed) = (Instant::now(), counts.writes.load(Ordering::Relaxed));
    passes(&counts.writes, killed + 500).await;
    let back = before.elapsed();
    passes(&counts.writes, killed + 2000).await;
    counts.is_over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    let mut lost = 0;
    for writer in writers {
        for (key, acknowledged, tried) in writer.await.unwrap() {
            let found = cache.get(&pool, &key).await.unwrap().unwrap_or(0);
            // What was tried and not acknowledged is there or not.
            lost += u64::from(found < acknowledged || found > tried);
        }
    }
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    println!(
        "{mode:?}, node {victim} killed: {} writes acknowledged, {} ambiguous, {} reads, {} failed, {lost} lost; \
         500 writes more after {back:?}, the longest write took {} ms",
        count(&counts.writes),
        count(&counts.ambiguous),
        count(&counts.reads),
        count(&counts.failed),
        count(&counts.longest_write_ms)
    );
    assert_eq!((lost, count(&counts.failed)), (0, 0));
    private.end().await;
}

/// Waits until a count has come so far.
async fn passes(count: &AtomicU64, goal: u64) {
    while count.load(Ordering::Relaxed) < goal {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

const ROWS: i64 = 2000;

/// A statement that is known to read only, so that it is sent again.
async fn count(pool: &Pool<Orders>) -> querent_core::Result<Vec<i64>> {
    const PLAN: &Plan =
        &Plan { template: &[Piece::Text("SELECT COUNT(*) FROM killed")], read_only: true, ..Plan::EMPTY };
    fn decode(batch: &IgniteBatch, read: &mut Vec<i64>) -> Result<(), ValueError> {
        let column = <i64 as Decode<'_, Ignite>>::column(batch, 0)?;
        for row in 0..batch.len() {
            read.push(<i64 as Decode<'_, Ignite>>::get(&column, row)?);
        }
        Ok(())
    }
    Query::<Orders, i64>::new(PLAN, decode, []).fetch_all(pool).await
}

/// Counts rows until it is over; what succeeds is right.
async fn read_sql(pool: Pool<Orders>, counts: Arc<Counts>) {
    while !counts.is_over.load(Ordering::Relaxed) {
        match count(&pool).await {
            Ok(count) => {
                assert_eq!(count, [ROWS]);
                counts.reads.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                println!("SQL: {error:?}");
                counts.failed.fetch_add(1, Ordering::Relaxed);
                // Others get their turn.
                tokio::task::yield_now().await;
            }
        }
    }
}

/// 16 readers of SQL, and the node that the pool's connection leads to is killed; then the one that it led to since.
async fn readers_of_sql_notice_nothing(_: String) {
    let private = Private::start("cluster3").await;
    let pool = pool(&private.url).await;
    table(&pool, "killed", "(id INT PRIMARY KEY, n INT) WITH \"backups=2\"").await;
    let ids: Vec<_> = (0..ROWS).collect();
    for ids in ids.chunks(500) {
        let values: Vec<_> = ids.iter().map(|id| format!("({id}, 1)")).collect();
        run_sql(&pool, &format!("INSERT INTO killed VALUES {}", values.join(","))).await;
    }
    let counts = Arc::new(Counts::default());
    let readers = (0..16).map(|_| tokio::spawn(read_sql(pool.clone(), counts.clone())));
    let readers: Vec<_> = readers.collect();
    passes(&counts.reads, 100).await;
    for victim in 0..2 {
        private.node("kill", victim).await;
        let (before, killed) = (Instant::now(), counts.reads.load(Ordering::Relaxed));
        passes(&counts.reads, killed + 800).await;
        println!("node {victim} killed: 800 reads more after {:?}", before.elapsed());
    }
    counts.is_over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("no wrong count");
    }
    let (reads, failed) = (counts.reads.load(Ordering::Relaxed), counts.failed.load(Ordering::Relaxed));
    println!("{reads} reads, {failed} failed");
    assert_eq!(failed, 0);
    private.end().await;
}

async fn states_change(_: String) {
    let private = Private::start("kv").await;
    let pool = pool(&private.url).await;
    let cluster = Cluster::<Orders>::new();
    let cache: Cache<Orders, i32, i32> = Cache::new("states");
    cache.get_or_create(&pool).await.unwrap();
    for state in [ClusterState::ActiveReadOnly, ClusterState::Active] {
        cluster.set_state(&pool, state).await.unwrap();
        assert_eq!(cluster.state(&pool).await.unwrap(), state);
        assert_eq!(cache.put(&pool, &1, &1).await.is_ok(), state == ClusterState::Active);
    }
    // What is in memory only would be lost.
    assert!(cluster.set_state(&pool, ClusterState::Inactive).await.is_err());
    cluster.force_state(&pool, ClusterState::Inactive).await.unwrap();
    assert!(cache.get(&pool, &1).await.is_err());
    cluster.set_state(&pool, ClusterState::Active).await.unwrap();
    assert_eq!(cache.get(&pool, &1).await.unwrap(), None);
    private.end().await;
}
