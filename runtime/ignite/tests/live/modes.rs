//! What depends on which node is asked: copies by peek mode, local scans, and the options of a statement. On three nodes.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use querent_core::{ErrorKind, Pool, Query, sql_query};
use querent_ignite::wire::{CacheConfiguration, CacheMode, PeekMode};
use querent_ignite::{Cache, IgniteQuery as _, ScanOptions};

use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { TESTS:
    sizes_count_copies,
    a_local_scan_reads_one_node,
    a_statement_reads_what_it_is_told_to,
    joins_are_made_right_where_asked,
    names_are_of_the_schema_that_is_given,
    a_reader_cannot_write,
}

const ENTRIES: i32 = 1000;

async fn filled(pool: &Pool<Orders>, name: &'static str) -> Cache<Orders, i32, i32> {
    let cache = crate::keyvalue::cache(pool, name).await;
    let entries: Vec<_> = (0..ENTRIES).map(|i| (i, i)).collect();
    cache.put_all(pool, &entries).await.unwrap();
    cache
}

/// One backup: as many copies again, on other nodes.
async fn sizes_count_copies(url: String) {
    let pool = pool(&url).await;
    let cache = filled(&pool, "modes_size").await;
    let all = ENTRIES as u64;
    for (modes, expected) in [
        (&[][..], all),
        (&[PeekMode::All], 2 * all),
        (&[PeekMode::Primary], all),
        (&[PeekMode::Backup], all),
        (&[PeekMode::Near], 0),
        (&[PeekMode::OnHeap], 0),
        (&[PeekMode::Primary, PeekMode::Backup], 2 * all),
        (&[PeekMode::Primary, PeekMode::OffHeap], all),
    ] {
        assert_eq!(cache.size(&pool, modes).await.unwrap(), expected, "{modes:?}");
    }
}

async fn a_local_scan_reads_one_node(url: String) {
    let pool = pool(&url).await;
    let cache = filled(&pool, "modes_scan").await;
    let scan = |options: ScanOptions| cache.scan(&pool, options).try_collect::<Vec<_>>();
    let local = ScanOptions { local: true, ..ScanOptions::default() };
    let (all, here) = (scan(ScanOptions::default()).await.unwrap(), scan(local).await.unwrap());
    assert_eq!(all.len(), ENTRIES as usize);
    assert!(!here.is_empty() && here.len() < all.len(), "{}", here.len());
}

/// The one number that a statement with options gives.
async fn number(pool: &Pool<Orders>, sql: &str, set: impl FnOnce(Asked) -> Asked) -> i64 {
    let asked = set(sql_query(sql.to_owned()).of::<Orders, (i64,)>());
    asked.fetch_one(pool).await.unwrap_or_else(|error| panic!("{sql}: {error:?}")).0
}

type Asked = Query<'static, Orders, (i64,)>;

async fn a_statement_reads_what_it_is_told_to(url: String) {
    let pool = pool(&url).await;
    table(&pool, "modes_read", "(id INT PRIMARY KEY, n INT) WITH \"backups=1\"").await;
    for ids in (0..ENTRIES).collect::<Vec<_>>().chunks(500) {
        let values: Vec<_> = ids.iter().map(|id| format!("({id}, {})", id % 7)).collect();
        run_sql(&pool, &format!("INSERT INTO modes_read VALUES {}", values.join(","))).await;
    }
    let sql = "SELECT COUNT(*) FROM modes_read";
    let all = i64::from(ENTRIES);
    assert_eq!(number(&pool, sql, |asked| asked).await, all);
    let here = number(&pool, sql, |asked| asked.local()).await;
    assert!(0 < here && here < all, "{here}");
    // Each partition once, whoever holds it.
    let mut by_partition = 0;
    for partitions in (0..1024).collect::<Vec<i32>>().chunks(256) {
        by_partition += number(&pool, sql, |asked| asked.partitions(partitions)).await;
    }
    assert_eq!(by_partition, all);
    assert!(number(&pool, sql, |asked| asked.partitions([0])).await < 20);
    // Hints: they change how the rows are found, and nothing else.
    assert_eq!(number(&pool, sql, |asked| asked.lazy().page_size(1)).await, all);
    assert_eq!(number(&pool, sql, |asked| asked.enforce_join_order()).await, all);
    assert_eq!(number(&pool, sql, |asked| asked.server_timeout(Duration::from_secs(30))).await, all);
    // A promise that does not hold here: each node counts for itself.
    let parts = sql_query(sql).of::<Orders, (i64,)>().collocated().fetch_all(&pool).await.unwrap();
    assert_eq!((parts.len(), parts.iter().map(|part| part.0).sum()), (3, all));
    let update = sql_query("UPDATE modes_read SET n = n + 1").of::<Orders, (i64,)>().update_batch_size(100);
    assert_eq!(update.execute(&pool).await.unwrap().rows_affected, Some(ENTRIES as u64));
}

/// Rows that are joined are on different nodes: without the option each node joins what it has.
async fn joins_are_made_right_where_asked(url: String) {
    let pool = pool(&url).await;
    for name in ["modes_a", "modes_b"] {
        table(&pool, name, "(id INT PRIMARY KEY, other INT)").await;
        let values: Vec<_> = (0..300).map(|id| format!("({id}, {})", 299 - id)).collect();
        run_sql(&pool, &format!("INSERT INTO {name} VALUES {}", values.join(","))).await;
    }
    let sql = "SELECT COUNT(*) FROM modes_a a JOIN modes_b b ON a.other = b.id";
    assert!(number(&pool, sql, |asked| asked).await < 300);
    assert_eq!(number(&pool, sql, |asked| asked.distributed_joins()).await, 300);
    // A promise that holds for these tables alone.
    table(&pool, "modes_c", "(id INT PRIMARY KEY, other INT) WITH \"template=replicated\"").await;
    run_sql(&pool, "INSERT INTO modes_c VALUES (1, 1), (2, 2)").await;
    assert_eq!(number(&pool, "SELECT COUNT(*) FROM modes_c", |asked| asked.replicated_only()).await, 2);
}

async fn names_are_of_the_schema_that_is_given(url: String) {
    let pool = pool(&url).await;
    let nodes = number(&pool, "SELECT COUNT(*) FROM NODES", |asked| asked.schema("SYS")).await;
    assert_eq!(nodes, 3);
    let error =
        sql_query("SELECT COUNT(*) FROM NODES").fetch_one::<(i64,), Orders, _>(&pool).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
    // A schema that is a cache's, as pyignite's `cache` means it; and the whole pool's, by its URL.
    let mut configuration = CacheConfiguration::new("modes_own");
    configuration.cache_mode = Some(CacheMode::Replicated);
    configuration.sql_schema = Some("MODES_OWN".to_owned());
    Cache::<Orders, i32, i32>::new("modes_own").get_or_create_with(&pool, &configuration).await.unwrap();
    let sql = "SELECT COUNT(*) FROM SYS.SCHEMAS WHERE SCHEMA_NAME = 'MODES_OWN'";
    assert_eq!(number(&pool, sql, |asked| asked.schema("MODES_OWN")).await, 1);
    let of_url = crate::pool(&format!("{url}?schema=SYS")).await;
    assert_eq!(number(&of_url, "SELECT COUNT(*) FROM NODES", |asked| asked).await, 3);
}

/// The statement type of the protocol: the server itself refuses what writes.
async fn a_reader_cannot_write(url: String) {
    let pool = pool(&url).await;
    table(&pool, "modes_reader", "(id INT PRIMARY KEY, n INT)").await;
    let write = sql_query("INSERT INTO modes_reader VALUES (1, 1)").of::<Orders, (i64,)>().read_only();
    let error = write.execute(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Query, Some("42000")), "{error:?}");
    assert_eq!(rows::<(i64,)>(&pool, "SELECT COUNT(*) FROM modes_reader").await, [(0,)]);
}
