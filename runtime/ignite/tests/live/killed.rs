//! A node that dies under readers of SQL. The test has a cluster of its own, and the variable of the shared one only says
//! that there may be some.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use querent_core::{Batch as _, Decode, Piece, Plan, Pool, Query, ValueError};
use querent_ignite::{Ignite, IgniteBatch};
use tokio::process::Command;

use crate::{Orders, pool, run_sql, table};

crate::tests! { TESTS: readers_go_on_when_their_node_is_killed }

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/servers/ignite.sh");
const ROWS: i64 = 2000;

async fn script(args: &[&str]) -> String {
    let output = Command::new(SCRIPT).args(args).output().await.expect("the script is there");
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// A statement that is known to read only, so that it may be sent again.
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

#[derive(Default)]
struct Counts {
    reads: AtomicUsize,
    /// Reads that succeeded after the kill.
    after: AtomicUsize,
    failed: AtomicUsize,
    is_killed: AtomicBool,
}

/// Reads until it has read 50 times after the kill. What fails may be tried again; what succeeds is right.
async fn read(pool: Pool<Orders>, counts: Arc<Counts>) {
    let mut left = 50;
    while left > 0 {
        let is_after = counts.is_killed.load(Ordering::Relaxed);
        match count(&pool).await {
            Ok(count) => {
                assert_eq!(count, [ROWS]);
                counts.reads.fetch_add(1, Ordering::Relaxed);
                if is_after {
                    left -= 1;
                    counts.after.fetch_add(1, Ordering::Relaxed);
                }
            }
            Err(error) => {
                assert!(error.is_retryable(), "{error:?}");
                counts.failed.fetch_add(1, Ordering::Relaxed);
                // Until another node is reached.
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn readers_go_on_when_their_node_is_killed(_: String) {
    let with = format!("with={}", std::process::id());
    let started = script(&["private", &with, "cluster3"]).await;
    let line = started.lines().find(|line| line.starts_with("ready ")).expect("the cluster starts");
    let words: Vec<&str> = line.split(' ').collect();
    let (url, folder) = (words[2], words[3]);
    let pool = pool(url).await;
    table(&pool, "killed", "(id INT PRIMARY KEY, n INT) WITH \"backups=1\"").await;
    let ids: Vec<_> = (0..ROWS).collect();
    for ids in ids.chunks(500) {
        let values: Vec<_> = ids.iter().map(|id| format!("({id}, 1)")).collect();
        run_sql(&pool, &format!("INSERT INTO killed VALUES {}", values.join(","))).await;
    }
    let counts = Arc::new(Counts::default());
    let readers: Vec<_> = (0..16).map(|_| tokio::spawn(read(pool.clone(), counts.clone()))).collect();
    while counts.reads.load(Ordering::Relaxed) < 100 {
        tokio::task::yield_now().await;
    }
    // The first address: the pool's connection leads there.
    script(&["node", "kill", folder, "0"]).await;
    counts.is_killed.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.expect("no wrong count");
    }
    println!(
        "{} reads, {} failed",
        counts.reads.load(Ordering::Relaxed),
        counts.failed.load(Ordering::Relaxed)
    );
    assert_eq!(counts.after.load(Ordering::Relaxed), 16 * 50);
    script(&["end", folder]).await;
}
