//! Key-value operations, on one node and on three.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use querent_core::{ErrorKind, Pool};
use querent_ignite::wire::{
    AtomicityMode, CacheConfiguration, ClusterState, Concurrency, Expiry, ExpiryPolicy, Isolation,
    NodeFilter, PeekMode,
};
use querent_ignite::{Cache, Cluster, ScanOptions, TransactionOptions};

use crate::{Orders, pool};

crate::tests! { TESTS:
    single_keys,
    several_keys,
    names_beyond_the_bmp,
    whole_caches,
    settings_come_back,
    entries_expire,
    scans_end_and_can_be_dropped,
    transactions_are_of_their_connection,
    what_ignores_transactions_is_refused_in_them,
    a_dead_transaction_writes_nothing,
    large_requests_are_not_sent,
    the_cluster_tells_of_itself,
    limits_in_time,
    errors_leave_the_connection,
}

/// A cache of its own for a test, empty.
pub(crate) async fn cache<K, V>(pool: &Pool<Orders>, name: &'static str) -> Cache<Orders, K, V> {
    let cache = Cache::new(name);
    let names = Cluster::new().cache_names(pool).await.unwrap();
    if names.iter().any(|existing| existing == name) {
        cache.destroy(pool).await.unwrap();
    }
    let mut configuration = CacheConfiguration::new(name);
    configuration.atomicity_mode = Some(AtomicityMode::Transactional);
    configuration.backups = Some(1);
    cache.create_with(pool, &configuration).await.unwrap();
    cache
}

pub(crate) async fn single_keys(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i64, String>(&pool, "kv_single").await;
    assert_eq!(c.get(&pool, &1).await.unwrap(), None);
    c.put(&pool, &1, "a").await.unwrap();
    assert_eq!(c.get(&pool, &1).await.unwrap().as_deref(), Some("a"));
    assert!(!c.put_if_absent(&pool, &1, "b").await.unwrap());
    assert!(c.put_if_absent(&pool, &2, "b").await.unwrap());
    assert!(c.replace(&pool, &2, "c").await.unwrap());
    assert!(!c.replace(&pool, &3, "c").await.unwrap());
    assert_eq!(c.get_and_put(&pool, &2, "d").await.unwrap().as_deref(), Some("c"));
    assert_eq!(c.get_and_put(&pool, &3, "e").await.unwrap(), None);
    assert_eq!(c.get_and_put_if_absent(&pool, &3, "f").await.unwrap().as_deref(), Some("e"));
    assert_eq!(c.get_and_put_if_absent(&pool, &4, "f").await.unwrap(), None);
    assert_eq!(c.get_and_replace(&pool, &4, "g").await.unwrap().as_deref(), Some("f"));
    assert_eq!(c.get_and_replace(&pool, &5, "g").await.unwrap(), None);
    assert!(!c.replace_if_equals(&pool, &4, "x", "h").await.unwrap());
    assert!(c.replace_if_equals(&pool, &4, "g", "h").await.unwrap());
    assert!(!c.remove_if_equals(&pool, &4, "x").await.unwrap());
    assert!(c.remove_if_equals(&pool, &4, "h").await.unwrap());
    assert!(c.contains_key(&pool, &3).await.unwrap());
    assert!(!c.contains_key(&pool, &4).await.unwrap());
    assert_eq!(c.get_and_remove(&pool, &3).await.unwrap().as_deref(), Some("e"));
    assert_eq!(c.get_and_remove(&pool, &3).await.unwrap(), None);
    assert!(c.remove(&pool, &2).await.unwrap());
    assert!(!c.remove(&pool, &2).await.unwrap());
    assert_eq!(c.local_peek(&pool, &9).await.unwrap(), None);
    c.clear_key(&pool, &1).await.unwrap();
    assert_eq!(c.size(&pool, &[]).await.unwrap(), 0);
    // The type of a key is part of it.
    let ints: Cache<Orders, i32, String> = Cache::new("kv_single");
    c.put(&pool, &1, "long").await.unwrap();
    assert_eq!(ints.get(&pool, &1).await.unwrap(), None);
}

pub(crate) async fn several_keys(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i64>(&pool, "kv_several").await;
    let entries: Vec<_> = (0..1000).map(|i| (i, i64::from(i) * 7)).collect();
    let keys: Vec<_> = entries.iter().map(|(key, _)| *key).collect();
    c.put_all(&pool, &entries).await.unwrap();
    let mut found = c.get_all(&pool, &keys).await.unwrap();
    found.sort_unstable();
    assert_eq!(found, entries);
    assert!(c.contains_keys(&pool, &keys).await.unwrap());
    assert!(!c.contains_keys(&pool, &[5, 1000]).await.unwrap());
    assert_eq!(c.get_all(&pool, &[1000, 1001]).await.unwrap(), []);
    c.remove_keys(&pool, &keys[..400]).await.unwrap();
    c.clear_keys(&pool, &keys[400..700]).await.unwrap();
    assert_eq!(c.size(&pool, &[PeekMode::Primary]).await.unwrap(), 300);
    // None at all is fine, too.
    c.put_all::<i32, i64>(&pool, &[]).await.unwrap();
    assert_eq!(c.get_all::<i32>(&pool, &[]).await.unwrap(), []);
    assert!(c.contains_keys::<i32>(&pool, &[]).await.unwrap());
    c.remove_keys::<i32>(&pool, &[]).await.unwrap();
    c.clear_keys::<i32>(&pool, &[]).await.unwrap();
}

/// pyignite hashes code points, not UTF-16 units: `Cache does not exist`.
async fn names_beyond_the_bmp(url: String) {
    let pool = pool(&url).await;
    let c = cache::<String, String>(&pool, "kv_😀_Ünï").await;
    for key in ["😀", "ß", "", "𝔘𝔫𝔦"] {
        c.put(&pool, key, key).await.unwrap();
        assert_eq!(c.get(&pool, key).await.unwrap().as_deref(), Some(key));
    }
    let wrong: Cache<Orders, String, String> = Cache::new("KV_😀_Ünï");
    let error = wrong.get(&pool, "a").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Query, Some("CACHE_DOES_NOT_EXIST")));
}

pub(crate) async fn whole_caches(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i32>(&pool, "kv_whole").await;
    c.put_all(&pool, &[(1, 1), (2, 2)]).await.unwrap();
    c.clear(&pool).await.unwrap();
    assert_eq!(c.size(&pool, &[]).await.unwrap(), 0);
    c.put_all(&pool, &[(1, 1), (2, 2)]).await.unwrap();
    c.remove_all(&pool).await.unwrap();
    assert_eq!(c.size(&pool, &[]).await.unwrap(), 0);
    assert_eq!(c.create(&pool).await.unwrap_err().code(), Some("CACHE_EXISTS"));
    c.get_or_create(&pool).await.unwrap();
    c.destroy(&pool).await.unwrap();
    assert_eq!(c.destroy(&pool).await.unwrap_err().code(), Some("CACHE_DOES_NOT_EXIST"));
    c.get_or_create(&pool).await.unwrap();
    c.put(&pool, &1, &1).await.unwrap();
    assert!(Cluster::new().cache_names(&pool).await.unwrap().contains(&"kv_whole".to_owned()));
}

async fn settings_come_back(url: String) {
    let pool = pool(&url).await;
    let c = Cache::<Orders, i32, i32>::new("kv_settings");
    let mut given = CacheConfiguration::new("kv_settings");
    given.atomicity_mode = Some(AtomicityMode::Atomic);
    given.backups = Some(2);
    given.statistics_enabled = Some(true);
    given.sql_index_max_inline_size = Some(64);
    c.get_or_create_with(&pool, &given).await.unwrap();
    let settings = c.settings(&pool).await.unwrap();
    assert_eq!(settings.name.as_deref(), Some("kv_settings"));
    assert_eq!((settings.atomicity_mode, settings.backups), (given.atomicity_mode, given.backups));
    assert_eq!(settings.statistics_enabled, Some(true));
    assert_eq!(settings.sql_index_max_inline_size, Some(64));
}

pub(crate) async fn entries_expire(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i32>(&pool, "kv_expiry").await;
    let policy =
        ExpiryPolicy { create: Expiry::Millis(3000), update: Expiry::Eternal, access: Expiry::Unchanged };
    let short = c.with_expiry_policy(policy);
    short.put(&pool, &1, &1).await.unwrap();
    short.put_all(&pool, &[(2, 2), (3, 3)]).await.unwrap();
    short.put(&pool, &2, &2).await.unwrap();
    assert_eq!(short.get(&pool, &1).await.unwrap(), Some(1));
    let gone = async {
        while c.contains_key(&pool, &1).await.unwrap() || c.contains_key(&pool, &3).await.unwrap() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone).await.unwrap();
    assert_eq!(c.get(&pool, &2).await.unwrap(), Some(2));
}

pub(crate) async fn scans_end_and_can_be_dropped(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, String>(&pool, "kv_scan").await;
    let entries: Vec<_> = (0..500).map(|i| (i, i.to_string())).collect();
    c.put_all(&pool, &entries).await.unwrap();
    let pages = |page_size| ScanOptions { page_size: Some(page_size), ..ScanOptions::default() };
    for page_size in [7, 500, 1000] {
        let mut found: Vec<_> = c.scan(&pool, pages(page_size)).try_collect().await.unwrap();
        found.sort_unstable();
        assert_eq!(found, entries, "{page_size}");
    }
    // More than a connection may have open (128), each dropped after its first entry.
    for time in 0..200 {
        let mut scan = Box::pin(c.scan(&pool, pages(10)));
        scan.next().await.unwrap().unwrap_or_else(|error| panic!("{time}: {error:?}"));
    }
    let mut by_partition = 0;
    for partition in 0..1024 {
        let options = ScanOptions { partition: Some(partition), ..ScanOptions::default() };
        by_partition += c.scan(&pool, options).try_collect::<Vec<_>>().await.unwrap().len();
    }
    assert_eq!(by_partition, 500);
    let mut tx = pool.begin().await.unwrap();
    let found: Vec<_> = c.scan(&mut tx, pages(100)).try_collect().await.unwrap();
    assert_eq!(found.len(), 500);
    tx.commit().await.unwrap();
}

pub(crate) async fn transactions_are_of_their_connection(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i32>(&pool, "kv_tx").await;
    c.put_all(&pool, &[(1, 1), (2, 2)]).await.unwrap();
    for concurrency in [Concurrency::Optimistic, Concurrency::Pessimistic] {
        for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
            let mut connection = pool.acquire().await.unwrap();
            let options = TransactionOptions::new().concurrency(concurrency).isolation(isolation);
            let options = options.timeout(Duration::from_secs(10)).label("test");
            let mut tx = connection.begin_with(options).await.unwrap();
            c.put(&mut tx, &1, &10).await.unwrap();
            c.put_all(&mut tx, &[(2, 20), (3, 30)]).await.unwrap();
            assert_eq!(c.get(&mut tx, &1).await.unwrap(), Some(10));
            assert_eq!(c.get_all(&mut tx, &[2, 3]).await.unwrap().len(), 2);
            assert_eq!(c.get(&pool, &1).await.unwrap(), Some(1));
            tx.rollback().await.unwrap();
            assert_eq!(c.get(&pool, &1).await.unwrap(), Some(1));
            assert_eq!(c.get(&pool, &3).await.unwrap(), None);
        }
    }
    let mut tx = pool.begin().await.unwrap();
    assert!(c.remove(&mut tx, &1).await.unwrap());
    c.put(&mut tx, &3, &33).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((c.get(&pool, &1).await.unwrap(), c.get(&pool, &3).await.unwrap()), (None, Some(33)));
    // Dropped, it is taken back, and its locks are free.
    let mut tx = pool.begin().await.unwrap();
    c.put(&mut tx, &3, &0).await.unwrap();
    drop(tx);
    c.put(&pool, &3, &34).await.unwrap();
    assert_eq!(c.get(&pool, &3).await.unwrap(), Some(34));
}

async fn what_ignores_transactions_is_refused_in_them(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i32>(&pool, "kv_tx_refused").await;
    c.put(&pool, &1, &1).await.unwrap();
    let mut tx = pool.begin().await.unwrap();
    let refused = [
        c.clear(&mut tx).await.unwrap_err(),
        c.remove_all(&mut tx).await.unwrap_err(),
        c.clear_key(&mut tx, &1).await.unwrap_err(),
        c.clear_keys(&mut tx, &[1]).await.unwrap_err(),
        c.size(&mut tx, &[]).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
    // The transaction goes on.
    assert_eq!(c.get(&mut tx, &1).await.unwrap(), Some(1));
    tx.commit().await.unwrap();
}

async fn a_dead_transaction_writes_nothing(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i32>(&pool, "kv_tx_dead").await;
    let mut connection = pool.acquire().await.unwrap();
    let options = TransactionOptions::new().concurrency(Concurrency::Pessimistic);
    let options = options.timeout(Duration::from_millis(100));
    let mut tx = connection.begin_with(options).await.unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    let error = loop {
        if let Err(error) = c.put(&mut tx, &1, &1).await {
            break error;
        }
        assert!(tokio::time::Instant::now() < deadline);
    };
    assert!(error.is_retryable(), "{error:?}");
    let error = c.put(&mut tx, &2, &2).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query, "{error:?}");
    drop(tx);
    drop(connection);
    assert_eq!(c.size(&pool, &[]).await.unwrap(), 0);
}

async fn large_requests_are_not_sent(url: String) {
    let pool = pool(&format!("{url}?request_len_max=10000")).await;
    let c = cache::<i32, String>(&pool, "kv_large").await;
    let large = "x".repeat(10_001);
    let error = c.put(&pool, &1, large.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value, "{error:?}");
    assert!(!error.to_string().contains("xx"));
    c.put(&pool, &1, &large[..9000]).await.unwrap();
}

async fn the_cluster_tells_of_itself(url: String) {
    let pool = pool(&url).await;
    let cluster = Cluster::<Orders>::new();
    assert_eq!(cluster.state(&pool).await.unwrap(), ClusterState::Active);
    let nodes = cluster.nodes(&pool, &[NodeFilter::Servers]).await.unwrap();
    let ids = cluster.node_ids(&pool, &[]).await.unwrap();
    assert_eq!(nodes.len(), url.split(',').count());
    assert!(nodes.iter().all(|node| ids.contains(&node.id) && node.version.major == 2 && !node.is_client));
}

async fn limits_in_time(url: String) {
    let pool = pool(&url).await;
    let c = cache::<i32, i32>(&pool, "kv_time").await;
    let mut tx = pool.begin().await.unwrap();
    c.put(&mut tx, &1, &1).await.unwrap();
    // Waits for the lock.
    let short = c.with_timeout(Duration::from_millis(100));
    let error = short.put(&pool, &1, &2).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Ambiguous, false));
    tx.rollback().await.unwrap();
    assert!(c.get(&pool, &1).await.is_ok());
}

pub(crate) async fn errors_leave_the_connection(url: String) {
    let pool = pool(&url).await;
    let c: Cache<Orders, i32, i32> = Cache::new("kv_nowhere");
    for _ in 0..20 {
        assert_eq!(c.get(&pool, &1).await.unwrap_err().code(), Some("CACHE_DOES_NOT_EXIST"));
    }
    assert_eq!(pool.stats().connections, 1);
    // Everything can be spawned.
    let c = cache::<i32, String>(&pool, "kv_spawned").await;
    let task = tokio::spawn(async move {
        c.put(&pool, &1, "a").await.unwrap();
        c.put_all(&pool, &[(2, "b".to_owned())]).await.unwrap();
        let scan = c.scan(&pool, ScanOptions::default());
        (c.get_all(&pool, &[1, 2]).await.unwrap().len(), scan.try_collect::<Vec<_>>().await.unwrap().len())
    });
    assert_eq!(task.await.unwrap(), (2, 2));
}
