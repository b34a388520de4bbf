//! picopyn 3.2.0, Picodata's own client of Python: discovery, routing by bucket, roles, the end of a node.

use querent_picodata_server::{Encryption, Server, Topology, demo};

use crate::python::script;
use crate::server;

crate::tests! {
    a_pool_discovers_all_nodes,
    writes_go_to_the_owner_of_their_bucket,
    a_plain_user_cannot_open_a_pool,
    roles_and_tiers_are_understood,
    a_schema_change_is_told,
    a_lost_node_is_left,
}

#[track_caller]
fn check(python: &str, test: &str, server: &Server) {
    script(python, "picopyn_client.py", test, server, &[]);
}

fn a_pool_discovers_all_nodes(python: &str) {
    let server = server(3, Encryption::Off);
    check(python, "discovery", &server);
    for node in ["i1", "i2", "i3"] {
        assert!(server.counters(node).ready >= 2, "{node}");
        assert!(server.nodes_of("SELECT pico_instance_name() AS name").iter().any(|other| other == node));
    }
}

/// The client's bucket, its bucket map and ours say the same.
fn writes_go_to_the_owner_of_their_bucket(python: &str) {
    let server = server(3, Encryption::Off);
    check(python, "routing", &server);
    let topology = Topology::flat(3);
    let mut seen = 0;
    for (node, ran) in server.ran() {
        let (true, Some(id)) = (ran.sql == demo::INSERT, ran.args.first().and_then(|id| id.as_int())) else {
            continue;
        };
        let mut key = querent_protocol::picodata::KeyHasher::new();
        key.push_i64(id);
        let bucket = key.bucket(3000).expect("a bucket");
        // The first write is not routed: the client does not know the statement's key yet.
        if id > 1 {
            assert_eq!(topology.owner("default", bucket), Some(node.as_str()), "{id}");
        }
        seen += 1;
    }
    assert_eq!(seen, 60);
}

fn a_plain_user_cannot_open_a_pool(python: &str) {
    check(python, "plain", &server(1, Encryption::Off));
}

fn roles_and_tiers_are_understood(python: &str) {
    let topology = Topology::empty()
        .with_tier("default", 3000)
        .with_tier("hot", 100)
        .with_replicaset("r1", "default", &["i1", "i2"])
        .with_replicaset("r2", "hot", &["i3"]);
    let server = Server::start(demo::script(1).topology(topology)).expect("a server");
    check(python, "roles", &server);
}

fn a_schema_change_is_told(python: &str) {
    check(python, "ddl", &server(1, Encryption::Off));
}

fn a_lost_node_is_left(python: &str) {
    let server = server(3, Encryption::Off);
    // It is in the catalog, and refuses.
    server.stop_node("i2");
    server.topology(|topology| topology.set_state("i2", "Offline"));
    check(python, "lost", &server);
}
