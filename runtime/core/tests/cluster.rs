//! The pool over a cluster that the test makes: nodes come, go, fail and move; statements go to the owner of their rows.

#[path = "cluster/grid.rs"]
mod grid;
#[path = "cluster/routing.rs"]
mod routing;

use std::time::Duration;

use grid::{Grid, Keyed, here, on, pool};
use querent_core::{ClusterOptions, ErrorKind, PoolOptions, Role, sql_query as sql};
use tokio::time::sleep;

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The nodes are asked for once a minute; a paused clock makes that an instant.
fn options() -> PoolOptions {
    PoolOptions::new()
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..100_000 {
        if holds() {
            return;
        }
        sleep(ms(10)).await;
    }
    panic!("never: {what}");
}

#[tokio::test(start_paused = true)]
async fn connections_spread_over_the_nodes_of_the_catalog() {
    let grid = Grid::of(3);
    let pool = pool(&grid, options().max_connections(6)).await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(pool.acquire().await.unwrap());
    }
    drop(held);
    let mut counts: Vec<usize> = pool.stats().nodes.iter().map(|node| node.idle).collect();
    counts.sort_unstable();
    assert_eq!(counts, [2, 2, 2]);
    // In turn.
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(here(&pool).await);
    }
    assert!(seen[..3] == seen[3..] && seen[0] != seen[1] && seen[1] != seen[2], "{seen:?}");
    assert_eq!(grid.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_statement_goes_to_the_owner_of_its_rows() {
    let grid = Grid::of(3);
    let pool = pool(&grid, options().max_connections(6)).await;
    // The first round finds few connections and makes them meanwhile.
    for key in 0..12 {
        Keyed::of(key).run(&pool).await;
        sleep(ms(1)).await;
    }
    let before = pool.stats().routing;
    for key in 0..30 {
        assert_eq!(Keyed::of(key).run(&pool).await, key % 3, "{key}");
    }
    let routing = pool.stats().routing;
    assert_eq!((routing.attempts - before.attempts, routing.hits - before.hits), (30, 30));
    // Switched off, they go in turn.
    let off = pool.options().cluster(ClusterOptions::new().routing(false));
    pool.set_options(off);
    let mut elsewhere = 0;
    for _ in 0..9 {
        elsewhere += usize::from(Keyed::of(0).run(&pool).await != 0);
    }
    assert_eq!((elsewhere, pool.stats().routing.attempts), (6, routing.attempts));
}

#[tokio::test(start_paused = true)]
async fn where_the_owner_has_no_free_connection_another_serves_unless_one_waits() {
    let grid = Grid::of(2);
    let pool = pool(&grid, options().max_connections(2)).await;
    let (zero, one) = (on(&pool, 0).await, on(&pool, 1).await);
    drop(one);
    assert_eq!(Keyed::of(0).run(&pool).await, 1);
    assert_eq!(pool.stats().routing.busy, 1);
    let waits = ClusterOptions::new().routing_timeout(ms(500));
    pool.set_options(pool.options().cluster(waits));
    let routed = tokio::spawn({
        let pool = pool.clone();
        async move { Keyed::of(0).run(&pool).await }
    });
    sleep(ms(100)).await;
    drop(zero);
    assert_eq!(routed.await.unwrap(), 0);
    let _held = on(&pool, 0).await;
    assert_eq!(Keyed::of(0).run(&pool).await, 1);
    assert_eq!(pool.stats().routing.busy, 2);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_dies_disturbs_nobody_else() {
    let grid = Grid::of(3);
    let pool = pool(&grid, options().max_connections(6)).await;
    let mut held = Vec::new();
    for _ in 0..6 {
        held.push(pool.acquire().await.unwrap());
    }
    drop(held);
    grid.kill(1);
    for _ in 0..30 {
        assert_ne!(here(&pool).await, 1);
    }
    // A statement on its rows goes elsewhere, at once, though the catalog still calls it online.
    assert_ne!(Keyed::of(1).run(&pool).await, 1);
    grid.revive(1);
    let mut back = false;
    for _ in 0..200 {
        sleep(ms(100)).await;
        back |= Keyed::of(1).run(&pool).await == 1;
    }
    assert!(back);
    let stats = pool.stats();
    assert!(stats.nodes.iter().any(|node| node.failures > 0), "{stats:?}");
    assert!(stats.connections <= 6, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_makes_the_pool_ask_for_the_nodes_at_once() {
    let grid = Grid::of(2);
    let pool = pool(&grid, options()).await;
    let asked = grid.asked();
    let mut held = on(&pool, 1).await;
    grid.kill(1);
    sql("where").fetch_all::<(i64,), grid::Test, _>(&mut held).await.unwrap_err();
    drop(held);
    sleep(ms(200)).await;
    assert_eq!(grid.asked(), asked + 1);
}

#[tokio::test(start_paused = true)]
async fn nodes_that_go_lose_their_connections_and_nodes_that_come_get_some() {
    let grid = Grid::of(2);
    let pool = pool(&grid, options().max_connections(4)).await;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(pool.acquire().await.unwrap());
    }
    drop(held);
    let leased = on(&pool, 1).await;
    grid.remove(1);
    sleep(ms(70_000)).await;
    let gone = |pool: &grid::Pool| pool.stats().nodes[1].clone();
    assert_eq!((gone(&pool).idle, gone(&pool).in_use, gone(&pool).serves), (0, 1, false));
    drop(leased);
    assert_eq!((gone(&pool).connections, pool.stats().closed.evicted), (0, 2));
    assert_eq!(here(&pool).await, 0);
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(pool.acquire().await.unwrap());
    }
    drop(held);
    grid.add(7);
    until("they are even", || {
        let nodes = pool.stats().nodes;
        nodes.iter().filter(|node| node.serves).all(|node| node.idle == 2)
    })
    .await;
    assert_eq!((pool.stats().connections, pool.stats().closed.moved), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_shown_once() {
    let grid = Grid::of(3);
    grid.refuse();
    let lazy = grid::lazy(&grid, options());
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let pool = lazy.clone();
            tokio::spawn(async move { pool.acquire().await.map(drop).unwrap_err().kind() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), ErrorKind::Authentication);
    }
    let error = lazy.acquire().await.map(drop).unwrap_err();
    assert!(error.to_string().contains("does not show these credentials again"), "{error}");
    assert_eq!((grid.tried(), lazy.stats().connections), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_changed_meanwhile_is_shown_once_more() {
    let grid = Grid::of(2);
    let pool = pool(&grid, options().max_connections(4)).await;
    let held = pool.acquire().await.unwrap();
    grid.refuse();
    let tried = grid.tried();
    assert_eq!(pool.acquire().await.map(drop).unwrap_err().kind(), ErrorKind::Authentication);
    sleep(ms(200_000)).await;
    assert_eq!(pool.acquire().await.map(drop).unwrap_err().kind(), ErrorKind::Authentication);
    assert_eq!(grid.tried(), tried + 1);
    // What is connected goes on.
    drop(held);
    pool.acquire().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_node_can_be_asked_for_and_gets_room() {
    let grid = Grid::of(3);
    let pool = pool(&grid, options().max_connections(2)).await;
    drop((on(&pool, 0).await, on(&pool, 1).await));
    assert_eq!(grid::node_of(&mut on(&pool, 2).await).await, 2);
    assert_eq!((pool.stats().connections, pool.stats().closed.evicted), (2, 1));
    let unknown = pool.acquire_on("nobody").await.map(drop).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Config);
    assert_eq!(grid::node_of(&mut pool.acquire_in("r1").await.unwrap()).await, 1);
    assert_eq!(pool.acquire_in("r9").await.map(drop).unwrap_err().kind(), ErrorKind::Connection);
    let denied = ClusterOptions::new().denied_tiers(["tier-2"]);
    pool.set_options(pool.options().cluster(denied));
    let error = pool.acquire_on("node-2").await.map(drop).unwrap_err();
    assert!(error.to_string().contains("not to be used"), "{error}");
    assert_eq!(pool.stats().nodes[2].connections, 0);
}

#[tokio::test(start_paused = true)]
async fn options_change_while_it_works() {
    let grid = Grid::of(2);
    let pool = pool(&grid, options().max_connections(6).min_connections(6)).await;
    until("all are made", || pool.stats().idle == 6).await;
    let held = [pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    pool.set_options(pool.options().max_connections(1).min_connections(1));
    assert_eq!((pool.stats().connections, pool.stats().idle), (2, 0));
    drop(held);
    assert_eq!(pool.stats().connections, 1);
    pool.set_options(pool.options().max_connections(3).min_connections(3));
    until("they are made again", || pool.stats().idle == 3).await;
    // Asked for more often.
    let asked = grid.asked();
    pool.set_options(pool.options().cluster(ClusterOptions::new().refresh(Some(ms(1000)))));
    sleep(ms(10_000)).await;
    assert!((9..=13).contains(&(grid.asked() - asked)), "{}", grid.asked() - asked);
    pool.set_options(pool.options().cluster(ClusterOptions::new().refresh(None)));
    sleep(ms(2_000)).await;
    let asked = grid.asked();
    sleep(ms(500_000)).await;
    assert_eq!(grid.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn where_the_catalog_calls_all_offline_the_users_own_nodes_are_tried() {
    let grid = Grid::of(3);
    let pool = pool(&grid, options()).await;
    grid.offline([0, 1, 2]);
    sleep(ms(70_000)).await;
    assert_eq!(here(&pool).await, 0);
    grid.offline([]);
    sleep(ms(70_000)).await;
    assert!(pool.stats().nodes.iter().all(|node| node.serves));
}

#[tokio::test(start_paused = true)]
async fn a_catalog_that_cannot_be_read_leaves_the_users_own_nodes() {
    let grid = Grid::of(3);
    grid.hide_catalog(true);
    let pool = pool(&grid, options()).await;
    assert_eq!(here(&pool).await, 0);
    let topology = pool.stats().topology.unwrap();
    assert!(topology.failures >= 1 && topology.refreshes == 0 && topology.age.is_none(), "{topology:?}");
    grid.hide_catalog(false);
    sleep(ms(70_000)).await;
    assert_eq!(pool.stats().nodes.iter().filter(|node| node.serves).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn roles_are_kept_to() {
    let grid = Grid::of(3);
    let replicas = ClusterOptions::new().role(Role::Replica);
    grid.lead([0]);
    let pool = pool(&grid, options().cluster(replicas)).await;
    for _ in 0..10 {
        assert_ne!(here(&pool).await, 0);
    }
    pool.set_options(pool.options().cluster(ClusterOptions::new().role(Role::Leader)));
    for _ in 0..10 {
        assert_eq!(here(&pool).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_when_the_pool_goes() {
    let grid = Grid::of(2);
    let first = pool(&grid, options()).await;
    assert_eq!(grid.alive(), 2);
    drop(first);
    until("all connections end", || grid.alive() == 0).await;
    let second = pool(&grid, options()).await;
    second.close().await;
    until("all connections end", || grid.alive() == 0).await;
}

#[tokio::test]
async fn many_tasks_over_nodes_that_come_and_go() {
    let grid = Grid::of(4);
    let fast = ClusterOptions::new().refresh(Some(ms(100)));
    let pool = pool(&grid, options().max_connections(8).cluster(fast)).await;
    let work = (0..16_i64).map(|task| {
        let pool = pool.clone();
        tokio::spawn(async move {
            for n in 0..300 {
                Keyed::of(task * n).try_run(&pool).await.expect("reads are sent again");
            }
        })
    });
    let work: Vec<_> = work.collect();
    for round in 0..30 {
        let node = 1 + round % 3;
        grid.kill(node);
        sleep(ms(3)).await;
        grid.revive(node);
        sleep(ms(3)).await;
    }
    for task in work {
        task.await.unwrap();
    }
    let stats = pool.stats();
    assert_eq!((stats.in_use, stats.waiting), (0, 0), "{stats:?}");
    assert!(stats.connections <= 8, "{stats:?}");
    let on_nodes: usize = stats.nodes.iter().map(|node| node.connections).sum();
    assert_eq!(on_nodes, stats.connections, "{stats:?}");
}
