//! Nodes that die, hang and come back, under load.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use querent_core::{ErrorKind, PoolOptions, sql_query as sql};
use tokio::sync::Mutex;

use crate::private::Private;
use crate::{Stock, here, pool_with, quick, quick_cluster, until};

crate::tests! { TESTS:
    no_acknowledged_write_is_lost_and_none_is_doubled,
    a_node_that_hangs_costs_its_own_statements_only,
    a_restarted_node_serves_again,
    all_nodes_down_is_told_and_over_when_one_is_back,
}

async fn no_acknowledged_write_is_lost_and_none_is_doubled(_: String) {
    let cluster = Arc::new(Private::start("flat").await);
    let pool = pool_with(&cluster.url, quick().max_connections(12)).await;
    let (next, stop) = (Arc::new(AtomicI64::new(1)), Arc::new(AtomicBool::new(false)));
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let other = Arc::new(Mutex::new(Vec::new()));
    let clients = (0..16_i64).map(|worker| {
        let (pool, next, stop) = (pool.clone(), next.clone(), stop.clone());
        let (acknowledged, other) = (acknowledged.clone(), other.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let id = next.fetch_add(1, Ordering::Relaxed);
                let insert = sql("INSERT INTO ledger (id, worker) VALUES ($1, $2)").bind(id).bind(worker);
                match insert.execute(&pool).await {
                    Ok(_) => acknowledged.lock().await.push(id),
                    Err(error) => other.lock().await.push((id, error.kind())),
                }
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    let written = async || acknowledged.lock().await.len();
    until("they write", async || written().await > 500).await;
    cluster.node("immediate", "i2").await;
    let at_death = written().await;
    until("others go on", async || written().await > at_death + 500).await;
    cluster.node("start", "i2").await;
    let back = || pool.stats().nodes.iter().any(|node| node.node.name == "i2" && node.in_use > 0);
    until("it serves again", async || back()).await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no panic");
    }
    let rows = cluster.sql("all", "SELECT id FROM ledger").await;
    let mut stored: BTreeMap<i64, usize> = BTreeMap::new();
    for id in rows.lines() {
        *stored.entry(id.parse().expect("a number")).or_insert(0) += 1;
    }
    let acknowledged = acknowledged.lock().await;
    let lost: Vec<&i64> = acknowledged.iter().filter(|id| !stored.contains_key(id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let doubled: Vec<_> = stored.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "doubled: {doubled:?}");
    // What was on the wire is not known, and said to be so; nothing else failed.
    let other = other.lock().await;
    assert!(other.iter().all(|(_, kind)| *kind == ErrorKind::Ambiguous), "{other:?}");
    assert!(other.len() <= 12, "{other:?}");
}

async fn a_node_that_hangs_costs_its_own_statements_only(_: String) {
    let cluster = Private::start("flat").await;
    let pool =
        pool_with(&format!("{}?connect_timeout_ms=300", cluster.url), quick().max_connections(6)).await;
    {
        let mut held = Vec::new();
        for _ in 0..6 {
            held.push(pool.acquire().await.expect("a connection"));
        }
    }
    cluster.node("freeze", "i2").await;
    let mut timeouts = 0;
    for _ in 0..12 {
        let asked =
            sql("SELECT pico_instance_name()").of::<Stock, (String,)>().timeout(Duration::from_millis(300));
        match asked.read_only().fetch_one(&pool).await {
            Ok((name,)) => assert_ne!(name, "i2"),
            Err(_) => timeouts += 1,
        }
    }
    // Two connections led to it; each is closed by the first statement that does not come back.
    assert!(timeouts <= 2, "{timeouts}");
    cluster.node("thaw", "i2").await;
    until("it serves again", async || here(&pool).await == "i2").await;
}

async fn a_restarted_node_serves_again(_: String) {
    let cluster = Private::start("flat").await;
    let pool = pool_with(&cluster.url, quick().max_connections(6).min_connections(6)).await;
    until("all are made", async || pool.stats().idle == 6).await;
    cluster.node("kill", "i3").await;
    // Nobody notices: connections that died idle are not handed out, and reads are sent again.
    for _ in 0..30 {
        assert_ne!(here(&pool).await, "i3");
    }
    cluster.node("start", "i3").await;
    until("it has its share again", async || pool.stats().nodes.iter().all(|node| node.connections == 2))
        .await;
}

async fn all_nodes_down_is_told_and_over_when_one_is_back(_: String) {
    let cluster = Private::start("flat").await;
    let options = PoolOptions::new().cluster(quick_cluster()).acquire_timeout(Duration::from_secs(5));
    let pool = pool_with(&cluster.url, options).await;
    for node in ["i1", "i2", "i3"] {
        cluster.node("kill", node).await;
    }
    let error = sql("SELECT 1").fetch_all::<(i64,), Stock, _>(&pool).await.expect_err("nobody is there");
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    cluster.node("start", "i2").await;
    assert_eq!(here(&pool).await, "i2");
}
