//! Discovery, balance and routing.

use std::collections::{BTreeMap, BTreeSet};

use querent_core::{
    ClusterOptions, Key, KeyColumn, KeyPart, LeastUsed, ParamMeta, Piece, Plan, PoolOptions, PowerOfTwo,
    Prefer, Query, Random, Role, Value, sql_query as sql,
};
use querent_picodata::{BucketPool as _, bucket_of};

use crate::private::Private;
use crate::{Pool, Stock, column, here, pool_with, quick, quick_cluster, until};

crate::tests! { TESTS:
    one_host_is_enough_to_find_all_nodes,
    a_plain_user_finds_them_and_is_told_what_to_grant,
    statements_go_round,
    strategies_choose,
    without_discovery_the_urls_hosts_serve,
    each_row_is_read_from_its_owner,
    a_connection_is_had_by_bucket_key_and_name,
    tiers_are_kept_to,
    the_masters_of_replicasets_own_their_rows,
    the_catalogs_word_is_followed,
}

crate::tests! { ANY:
    nodes_are_found,
}

/// The URL with its first host only.
fn first_host(url: &str) -> String {
    let (hosts, database) = url.rsplit_once('/').expect("a database");
    format!("{}/{database}", hosts.split(',').next().expect("a host"))
}

fn serving(pool: &Pool) -> Vec<String> {
    let nodes = pool.stats().nodes;
    let mut names: Vec<String> =
        nodes.into_iter().filter(|node| node.serves).map(|node| node.node.name).collect();
    names.sort();
    names
}

/// How often each node served, of `times` statements.
async fn spread(pool: &Pool, times: usize) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    for _ in 0..times {
        *seen.entry(here(pool).await).or_insert(0) += 1;
    }
    seen
}

/// Opens connections until all places are taken, and gives them back.
pub(crate) async fn fill(pool: &Pool, count: usize) {
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(pool.acquire().await.expect("a connection"));
    }
}

async fn one_host_is_enough_to_find_all_nodes(url: String) {
    let pool = pool_with(&first_host(&url), PoolOptions::new()).await;
    assert_eq!(serving(&pool), ["i1", "i2", "i3"]);
    let topology = pool.stats().topology.expect("it is a cluster");
    assert!(topology.steps.iter().all(|step| step.missing.is_none()), "{topology:?}");
    let nodes = pool.stats().nodes;
    assert!(nodes.iter().all(|node| node.node.leader == Some(true)), "{nodes:?}");
    let zone = |name: &str| {
        nodes.iter().find(|node| node.node.name == name).map(|node| node.node.zone["DC"].clone())
    };
    assert_eq!(zone("i2").as_deref(), Some("DC2"));
    assert_eq!(pool.cluster().and_then(|cluster| cluster.bucket_count("default")), Some(3000));
}

async fn a_plain_user_finds_them_and_is_told_what_to_grant(_: String) {
    let url = std::env::var("QUERENT_TEST_PICODATA_PLAIN_URL").expect("the script sets it");
    let pool = pool_with(&first_host(&url), PoolOptions::new()).await;
    assert_eq!(serving(&pool), ["i1", "i2", "i3"]);
    let steps = pool.stats().topology.expect("it is a cluster").steps;
    let missing: Vec<(&str, &str)> =
        steps.iter().filter_map(|step| Some((step.name, step.missing.as_deref()?))).collect();
    assert!(
        matches!(
            missing[..],
            [("masters", masters), ("tiers", tiers)]
                if masters.starts_with("GRANT READ ON TABLE _pico_replicaset TO \"plain\"")
                && tiers.starts_with("GRANT READ ON TABLE _pico_tier TO \"plain\"")
        ),
        "{missing:?}"
    );
    // The map of buckets is told to everybody, and so routing works.
    fill(&pool, 6).await;
    assert_eq!(owner_of(&pool, 1).await, expected_owner(1));
}

async fn statements_go_round(url: String) {
    let pool = pool_with(&url, PoolOptions::new().max_connections(6)).await;
    fill(&pool, 6).await;
    let seen = spread(&pool, 30).await;
    assert_eq!(seen.values().copied().collect::<Vec<_>>(), [10, 10, 10], "{seen:?}");
}

async fn strategies_choose(url: String) {
    async fn with(url: &str, cluster: ClusterOptions) -> BTreeMap<String, usize> {
        let pool = pool_with(url, PoolOptions::new().max_connections(6).cluster(cluster)).await;
        fill(&pool, 6).await;
        spread(&pool, 60).await
    }
    let random = with(&url, ClusterOptions::new().balance(Random)).await;
    assert!(random.len() == 3, "{random:?}");
    let least = with(&url, ClusterOptions::new().balance(LeastUsed)).await;
    assert!(least.len() == 3, "{least:?}");
    let two = with(&url, ClusterOptions::new().balance(PowerOfTwo)).await;
    assert!(two.len() >= 2, "{two:?}");
    let near = with(&url, ClusterOptions::new().balance(Prefer::zone("DC", "DC2", Random))).await;
    assert_eq!(near, [("i2".to_owned(), 60)].into());
}

async fn without_discovery_the_urls_hosts_serve(url: String) {
    let only = ClusterOptions::new().discovery(false);
    let pool = pool_with(&first_host(&url), PoolOptions::new().max_connections(4).cluster(only)).await;
    fill(&pool, 4).await;
    assert_eq!(serving(&pool), ["i1"]);
    assert_eq!(spread(&pool, 10).await, [("i1".to_owned(), 10)].into());
}

pub(crate) const ID: &[KeyColumn] = &[KeyColumn { name: "id", ty: "Int64" }];

/// `flat`: bucket 1 to 1000 are on i1, and so on.
pub(crate) fn expected_owner(id: i64) -> String {
    let bucket = bucket_of(&[Value::Int(id)], 3000).expect("an integer has a bucket");
    format!("i{}", (bucket - 1) / 1000 + 1)
}

/// The node that read a row, which is what each node has in its column `name`.
async fn owner_of(pool: &Pool, id: i64) -> String {
    const PLAN: &Plan = &Plan {
        template: &[Piece::Text("SELECT name FROM sharded WHERE id = "), Piece::Param(0)],
        params: &[ParamMeta { name: "id", ty: "Int64" }],
        sections: &[],
        columns: &[],
        key: Some(&Key { tier: "default", columns: ID, rows: &[&[KeyPart::Param(0)]] }),
        read_only: true,
        file: file!(),
        line: line!(),
        ..Plan::EMPTY
    };
    Query::<Stock, String>::new(PLAN, column, [Value::Int(id)]).fetch_one(pool).await.expect("a row")
}

async fn each_row_is_read_from_its_owner(url: String) {
    let pool = pool_with(&url, PoolOptions::new().max_connections(6)).await;
    fill(&pool, 6).await;
    let mut seen = BTreeSet::new();
    for id in 1..=300 {
        assert_eq!(owner_of(&pool, id).await, expected_owner(id), "{id}");
        seen.insert(expected_owner(id));
    }
    assert_eq!(seen.len(), 3);
    let routing = pool.stats().routing;
    assert_eq!((routing.attempts, routing.hits), (300, 300));
}

async fn a_connection_is_had_by_bucket_key_and_name(url: String) {
    let pool = pool_with(&url, PoolOptions::new()).await;
    let name = async |connection: &mut querent_core::Connection<Stock>| {
        sql("SELECT pico_instance_name()")
            .fetch_one::<(String,), Stock, _>(connection)
            .await
            .expect("it runs")
            .0
    };
    for (bucket, expected) in [(1, "i1"), (1000, "i1"), (1001, "i2"), (3000, "i3")] {
        let mut connection = pool.acquire_bucket("default", bucket).await.expect("a connection");
        assert_eq!(name(&mut connection).await, expected, "{bucket}");
    }
    let key = [Value::Int(7)];
    assert_eq!(name(&mut pool.acquire_key("default", &key).await.expect("one")).await, expected_owner(7));
    assert_eq!(name(&mut pool.acquire_on("i3").await.expect("one")).await, "i3");
    for (tier, bucket) in [("default", 3001), ("hot", 1)] {
        let error = pool.acquire_bucket(tier, bucket).await.map(drop).expect_err("there is none");
        assert!(error.to_string().contains("no replicaset is known"), "{error}");
    }
}

async fn tiers_are_kept_to(_: String) {
    let cluster = Private::start("tiers").await;
    for (options, expected) in [
        (ClusterOptions::new(), &["i1", "i2", "i3"][..]),
        (ClusterOptions::new().allowed_tiers(["hot"]), &["i3"]),
        (ClusterOptions::new().denied_tiers(["hot"]), &["i1", "i2"]),
    ] {
        let pool = pool_with(&cluster.url, PoolOptions::new().max_connections(6).cluster(options)).await;
        assert_eq!(serving(&pool), expected);
        fill(&pool, 6).await;
        let seen = spread(&pool, 12).await;
        assert_eq!(seen.keys().collect::<Vec<_>>(), expected);
    }
    let pool = pool_with(&cluster.url, PoolOptions::new()).await;
    let counts = |tier: &str| pool.cluster().and_then(|cluster| cluster.bucket_count(tier));
    assert_eq!((counts("default"), counts("hot")), (Some(3000), Some(100)));
    // While it works.
    pool.set_options(pool.options().cluster(ClusterOptions::new().denied_tiers(["default"])));
    assert_eq!(serving(&pool), ["i3"]);
    assert_eq!(here(&pool).await, "i3");
}

async fn the_masters_of_replicasets_own_their_rows(_: String) {
    // r1 is i1 (master) and i2, r2 is i3.
    let cluster = Private::start("replicas").await;
    let pool = pool_with(&cluster.url, quick().max_connections(6)).await;
    fill(&pool, 6).await;
    let row = (1..).find(|id| bucket_of(&[Value::Int(*id)], 3000).is_some_and(|b| b <= 1500)).expect("one");
    assert_eq!(owner_of(&pool, row).await, "i1");
    let replicas = quick_cluster().role(Role::Replica);
    pool.set_options(pool.options().cluster(replicas));
    assert_eq!(spread(&pool, 6).await, [("i2".to_owned(), 6)].into());
    pool.set_options(pool.options().cluster(quick_cluster()));
    // The master moves.
    cluster.sql("all", "UPDATE _pico_replicaset SET current_master_name = 'i2' WHERE name = 'r1'").await;
    until("its rows are read from the other", async || owner_of(&pool, row).await == "i2").await;
}

async fn the_catalogs_word_is_followed(_: String) {
    let cluster = Private::start("flat").await;
    let pool = pool_with(&first_host(&cluster.url), quick().max_connections(6)).await;
    fill(&pool, 6).await;
    cluster.sql("all", "UPDATE _pico_instance SET current_state = '[\"Offline\",1]' WHERE name = 'i3'").await;
    until("it does not serve", async || serving(&pool) == ["i1", "i2"]).await;
    let idle_on_it = || pool.stats().nodes.iter().any(|node| node.node.name == "i3" && node.connections > 0);
    assert!(!idle_on_it(), "{:?}", pool.stats());
    assert_eq!(spread(&pool, 10).await.len(), 2);
    fill(&pool, 6).await;
    cluster.sql("all", "UPDATE _pico_instance SET current_state = '[\"Online\",2]' WHERE name = 'i3'").await;
    until("it has its share again", async || pool.stats().nodes.iter().all(|node| node.connections == 2))
        .await;
    // Buckets move.
    let row = (1..).find(|id| expected_owner(*id) == "i2").expect("one");
    assert_eq!(owner_of(&pool, row).await, "i2");
    cluster
        .sql("all", "UPDATE bucket_ranges SET current_replicaset = 'r3' WHERE current_replicaset = 'r2'")
        .await;
    until("its row is read from the other", async || owner_of(&pool, row).await == "i3").await;
    // While they do, nobody tells where they are: what was known counts.
    cluster.sql("all", "DELETE FROM bucket_ranges WHERE first = 1").await;
    let refreshes = || pool.stats().topology.map_or(0, |topology| topology.refreshes);
    let before = refreshes();
    until("it was asked again", async || refreshes() > before + 1).await;
    let topology = pool.stats().topology.expect("it is a cluster");
    assert!(
        topology.steps.iter().any(|step| step.name == "buckets" && step.missing.is_some()),
        "{topology:?}"
    );
    assert_eq!(owner_of(&pool, row).await, "i3");
}

async fn nodes_are_found(url: String) {
    let pool = pool_with(&url, PoolOptions::new()).await;
    assert!(!serving(&pool).is_empty(), "{:?}", pool.stats());
    fill(&pool, 6).await;
    assert_eq!(spread(&pool, 30).await.len(), serving(&pool).len());
}
