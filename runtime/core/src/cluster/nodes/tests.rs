//! Tables of states and what follows from them.

use super::*;
use crate::cluster::Discovered;

fn node(id: &str, tier: &str, group: &str, leader: bool) -> Node {
    Node {
        id: id.to_owned(),
        name: format!("i-{id}"),
        host: format!("host-{id}"),
        port: 4327,
        tier: tier.to_owned(),
        group: group.to_owned(),
        leader: Some(leader),
        online: true,
        ..Node::default()
    }
}

fn found(nodes: Vec<Node>, seeds: &[Option<&str>]) -> Discovered {
    let seeds = seeds.iter().map(|id| id.map(str::to_owned)).collect();
    Discovered { nodes, seeds, steps: Vec::new() }
}

/// Three nodes in two groups, of which the user named the first.
fn three() -> Nodes {
    let mut nodes = Nodes::new(vec![Node::seed("10.0.0.1", 1)]);
    let catalog = vec![
        node("a", "default", "r1", true),
        node("b", "default", "r1", false),
        node("c", "hot", "r2", true),
    ];
    nodes.update(&found(catalog, &[Some("a")]));
    nodes
}

fn serving(nodes: &Nodes, options: &ClusterOptions) -> Vec<String> {
    let serving = nodes.indices().filter(|at| nodes.serves(*at, options));
    serving.map(|at| nodes.node(at).id.clone()).collect()
}

/// Makes a connection that is idle.
fn connect(nodes: &mut Nodes, id: &str) {
    let at = nodes.named(id).unwrap();
    nodes.dialing(at);
    nodes.dialed(at);
    nodes.returned(at);
}

fn idle(nodes: &Nodes) -> Vec<usize> {
    nodes.all.iter().map(|state| state.idle).collect()
}

#[test]
fn seeds_serve_until_the_catalog_was_read_and_keep_their_address() {
    let options = ClusterOptions::new();
    let nodes = Nodes::new(vec![Node::seed("10.0.0.1", 1), Node::seed("::1", 2)]);
    assert_eq!(serving(&nodes, &options), ["10.0.0.1:1", "[::1]:2"]);
    let nodes = three();
    assert_eq!(serving(&nodes, &options), ["a", "b", "c"]);
    let addresses: Vec<&str> = nodes.all.iter().map(|state| state.node.host.as_str()).collect();
    assert_eq!(addresses, ["10.0.0.1", "host-b", "host-c"]);
}

#[test]
fn two_seeds_may_be_one_node() {
    let mut nodes = Nodes::new(vec![Node::seed("x", 1), Node::seed("y", 1), Node::seed("z", 1)]);
    nodes.update(&found(vec![node("a", "", "r1", true)], &[Some("a"), Some("a"), None]));
    assert_eq!(serving(&nodes, &ClusterOptions::new()), ["a"]);
    assert_eq!(nodes.all.len(), 3);
}

#[test]
fn without_discovery_only_the_users_own_serve() {
    let bootstrap = ClusterOptions::new().discovery(false);
    assert_eq!(serving(&three(), &bootstrap), ["a"]);
    // One that the catalog does not know (another address) serves all the same.
    let mut nodes = Nodes::new(vec![Node::seed("x", 1), Node::seed("y", 1)]);
    nodes.update(&found(vec![node("a", "", "r1", true)], &[Some("a"), None]));
    assert_eq!(serving(&nodes, &bootstrap), ["a", "y:1"]);
}

#[test]
fn tiers_and_roles_are_kept_to() {
    let nodes = three();
    for (options, expected) in [
        (ClusterOptions::new().allowed_tiers(["hot"]), &["c"][..]),
        (ClusterOptions::new().denied_tiers(["hot"]), &["a", "b"]),
        (ClusterOptions::new().allowed_tiers(["hot", "default"]).denied_tiers(["default"]), &["c"]),
        (ClusterOptions::new().role(Role::Leader), &["a", "c"]),
        (ClusterOptions::new().role(Role::Replica), &["b"]),
        (ClusterOptions::new().allowed_tiers(["absent"]), &[]),
    ] {
        assert_eq!(serving(&nodes, &options), expected, "{options:?}");
    }
    // A seed of which nothing is known may be of any tier.
    let unknown = Nodes::new(vec![Node::seed("x", 1)]);
    assert_eq!(serving(&unknown, &ClusterOptions::new().allowed_tiers(["hot"])).len(), 1);
}

#[test]
fn nodes_that_are_gone_or_offline_do_not_serve_and_lose_their_connections() {
    let options = ClusterOptions::new();
    let mut nodes = three();
    ["a", "b", "c"].iter().for_each(|id| connect(&mut nodes, id));
    let offline = Node { online: false, ..node("b", "default", "r1", false) };
    nodes.update(&found(vec![node("a", "default", "r1", true), offline], &[Some("a")]));
    assert_eq!(serving(&nodes, &options), ["a"]);
    let kept: Vec<bool> = nodes.indices().map(|at| nodes.keeps(at, &options)).collect();
    assert_eq!(kept, [true, false, false]);
    // It comes back under its id, in its place.
    nodes.update(&found(vec![node("c", "hot", "r2", true)], &[Some("a")]));
    assert_eq!((serving(&nodes, &options), nodes.all.len()), (vec!["c".to_owned()], 3));
}

#[test]
fn where_none_serves_the_users_own_are_gone_back_to() {
    let options = ClusterOptions::new();
    let mut nodes = three();
    nodes.update(&found(Vec::new(), &[Some("a")]));
    let now = Instant::now();
    assert_eq!(serving(&nodes, &options), [] as [&str; 0]);
    assert_eq!(nodes.for_new(&options, now, &[]).map(|at| nodes.node(at).id.as_str()), Some("a"));
    assert!(nodes.keeps(nodes.named("a").unwrap(), &options));
    // But never to a tier that is not allowed.
    let denied = ClusterOptions::new().denied_tiers(["default"]);
    assert_eq!(nodes.for_new(&denied, now, &[]), None);
}

#[test]
fn a_new_connection_goes_to_the_node_with_fewest() {
    let options = ClusterOptions::new();
    let mut nodes = three();
    let now = Instant::now();
    for _ in 0..30 {
        let at = nodes.for_new(&options, now, &[]).unwrap();
        nodes.dialing(at);
        nodes.dialed(at);
        nodes.returned(at);
    }
    assert_eq!(idle(&nodes), [10, 10, 10]);
    let capped = ClusterOptions::new().max_per_node(Some(10));
    assert_eq!(nodes.for_new(&capped, now, &[]), None);
}

#[test]
fn a_node_out_of_reach_is_passed_over_until_all_are() {
    let options = ClusterOptions::new();
    let mut nodes = three();
    let now = Instant::now();
    let [a, b, c] = ["a", "b", "c"].map(|id| nodes.named(id).unwrap());
    for at in [a, b] {
        nodes.dialing(at);
        nodes.dial_failed(at, now);
    }
    assert!((0..50).all(|_| nodes.for_new(&options, now, &[]) == Some(c)));
    assert_eq!(nodes.of_group("r1", &options, now), None);
    // The last one was tried as well: whichever is left is tried before giving up.
    assert!(matches!(nodes.for_new(&options, now, &[c, a]), Some(at) if at == b));
    assert_eq!(nodes.for_new(&options, now, &[a, b, c]), None);
    // After the pause one connection tries.
    let later = now + Duration::from_millis(200);
    assert_eq!(nodes.of_group("r1", &options, later), Some(a));
    nodes.dialing(a);
    assert_eq!(nodes.of_group("r1", &options, later), Some(b));
    nodes.dialed(a);
    assert_eq!(nodes.of_group("r1", &options, later), Some(a));
}

#[test]
fn the_leader_of_a_group_owns_its_rows() {
    let nodes = three();
    let now = Instant::now();
    let id = |group: &str, options: &ClusterOptions| {
        nodes.of_group(group, options, now).map(|at| nodes.node(at).id.clone())
    };
    let all = ClusterOptions::new();
    assert_eq!(id("r1", &all).as_deref(), Some("a"));
    assert_eq!(id("r1", &ClusterOptions::new().role(Role::Replica)).as_deref(), Some("b"));
    assert_eq!(id("r2", &all).as_deref(), Some("c"));
    assert_eq!((id("r3", &all), id("", &all)), (None, None));
}

#[test]
fn connections_move_from_the_fullest_to_the_emptiest() {
    let options = ClusterOptions::new();
    let now = Instant::now();
    for (counts, max, expected) in [
        ([6, 0, 0], 10, 4),
        ([6, 0, 0], 1, 1),
        ([2, 1, 1], 10, 0),
        ([3, 3, 1], 10, 1),
        ([1, 0, 0], 10, 0),
        ([0, 0, 0], 10, 0),
    ] {
        let mut nodes = three();
        for (id, count) in ["a", "b", "c"].into_iter().zip(counts) {
            (0..count).for_each(|_| connect(&mut nodes, id));
        }
        assert_eq!(nodes.moves(max, &options, now).len(), expected, "{counts:?} {max}");
    }
    // One that was left alone is tried by one.
    let mut nodes = three();
    (0..6).for_each(|_| connect(&mut nodes, "a"));
    let [b, c] = ["b", "c"].map(|id| nodes.named(id).unwrap());
    for at in [b, c] {
        nodes.dialing(at);
        nodes.dial_failed(at, now);
    }
    assert_eq!(nodes.moves(10, &options, now), []);
    assert_eq!(nodes.moves(10, &options, now + Duration::from_millis(200)).len(), 2);
}

#[test]
fn the_strategy_chooses_among_nodes_with_a_free_connection() {
    let options = ClusterOptions::new();
    let now = Instant::now();
    let mut nodes = three();
    assert_eq!(nodes.for_next(&options, now), None);
    ["a", "c"].iter().for_each(|id| connect(&mut nodes, id));
    let chosen: Vec<String> =
        (0..4).map(|_| nodes.node(nodes.for_next(&options, now).unwrap()).id.clone()).collect();
    assert_eq!(chosen, ["a", "c", "a", "c"]);
    // A node that is ejected does not serve, unless all are.
    let strict = ClusterOptions::new().ejection(Some(super::super::Ejection::after(
        1,
        Duration::from_secs(1),
        Duration::from_secs(60),
    )));
    let [a, c] = ["a", "c"].map(|id| nodes.named(id).unwrap());
    nodes.broke(a, &strict, now);
    assert!((0..4).all(|_| nodes.for_next(&strict, now) == Some(c)));
    nodes.broke(c, &strict, now);
    assert!(nodes.for_next(&strict, now).is_some());
}

#[test]
fn latency_follows_slowly() {
    let mut nodes = three();
    let a = nodes.named("a").unwrap();
    let us = Duration::from_micros;
    nodes.answered(a, us(800));
    nodes.answered(a, us(1600));
    assert_eq!(nodes.all[a.0].latency, Some(us(900)));
}
