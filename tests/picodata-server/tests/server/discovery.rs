//! The catalog: what clients ask of it, who may, and how it changes.

use querent_picodata_server::{Method, PASSWORD, Script, Server, Topology, User, Value, row};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::{config, connect, connect_with, said, within};

/// What any user may ask: section 3.2 of the facts.
const PLAIN: &str = "SELECT i.name, i.uuid, i.raft_id, i.replicaset_name, i.tier, i.current_state, i.picodata_version, \
    p.address FROM _pico_instance i JOIN _pico_peer_address p ON i.raft_id = p.raft_id WHERE p.connection_type = 'pgproto'";

/// Of picopyn 0.1.
const SEED: &str = "WITH my_uuid AS (SELECT instance_uuid() AS uuid) SELECT i.name, i.raft_id, i.current_state, p.address \
    FROM _pico_instance i JOIN _pico_peer_address p ON i.raft_id = p.raft_id JOIN my_uuid u ON 1 = 1 \
    WHERE p.connection_type = 'pgproto' AND i.uuid != u.uuid;";

/// Of a client that joins everything.
const EVERYTHING: &str = "SELECT a.address, i.current_state, i.tier, i.name AS instance_name, t.bucket_count, r.uuid, \
    r.current_master_name FROM _pico_peer_address AS a JOIN _pico_instance AS i ON a.raft_id = i.raft_id \
    LEFT JOIN _pico_tier AS t ON i.tier = t.name LEFT JOIN _pico_replicaset AS r ON r.name = i.replicaset_name \
    WHERE a.connection_type IS NOT NULL";

async fn rows(client: &Client, sql: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for message in client.simple_query(sql).await.expect(sql) {
        if let SimpleQueryMessage::Row(row) = message {
            out.push((0..row.len()).map(|at| row.get(at).unwrap_or("NULL").to_owned()).collect());
        }
    }
    out
}

#[tokio::test]
async fn the_queries_of_known_clients_are_answered() {
    let server = Server::start(Script::new().nodes(3)).unwrap();
    let client = connect(&server, "plain").await;
    let found = rows(&client, PLAIN).await;
    assert_eq!(found.len(), 3);
    assert_eq!(found[1][0], "i2");
    assert_eq!(found[1][5], "[\"Online\",1]");
    assert_eq!(found[1][7], server.address("i2").to_string());
    let names: Vec<_> = rows(&client, SEED).await.into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, ["i2", "i3"], "all but this one");
    let client = connect(&server, "admin").await;
    let found = rows(&client, EVERYTHING).await;
    assert_eq!(found.len(), 9);
    assert_eq!(found[0][4], "3000");
    let statement = client.prepare("SELECT _pico_bucket($1) AS buckets").await.unwrap();
    assert_eq!(statement.params(), [Type::TEXT]);
    assert_eq!(statement.columns()[0].type_(), &Type::JSON);
}

#[tokio::test]
async fn describe_types_the_catalog() {
    let server = Server::start(Script::new()).unwrap();
    let client = connect(&server, "admin").await;
    let statement =
        client.prepare("SELECT distribution, format, opts FROM _pico_table WHERE name = $1").await.unwrap();
    assert_eq!(statement.params(), [Type::TEXT]);
    assert!(statement.columns().iter().all(|column| column.type_() == &Type::JSON));
    for (sql, ty, name) in [
        ("SELECT $1", Type::TEXT, "col_1"),
        ("SELECT 1", Type::INT8, "col_1"),
        ("SELECT 1.5", Type::NUMERIC, "col_1"),
        ("SELECT 1e3", Type::FLOAT8, "col_1"),
        ("SELECT NULL", Type::UNKNOWN, "col_1"),
        ("SELECT version() AS v", Type::TEXT, "v"),
        ("SELECT count(*) FROM _pico_instance", Type::INT8, "col_1"),
        ("SELECT value FROM _pico_property", Type::JSON, "value"),
        ("SELECT current_state[1] AS state FROM _pico_instance", Type::JSON, "state"),
        (
            "SELECT target_state_change_time FROM _pico_instance",
            Type::TIMESTAMPTZ,
            "target_state_change_time",
        ),
    ] {
        let statement = client.prepare(sql).await.expect(sql);
        assert_eq!((statement.columns()[0].type_(), statement.columns()[0].name()), (&ty, name), "{sql}");
    }
    for (sql, expected) in [
        ("SELECT nope FROM _pico_instance", "sbroad: column with name \"nope\" not found"),
        ("SELECT id FROM nope", "sbroad: table with name \"nope\" not found"),
        ("SELECT pg_backend_pid()", "sbroad: SQL function pg_backend_pid not found"),
        (
            "SELECT name FROM _pico_instance WHERE raft_id = 'a'",
            "sbroad: failed to parse 'a' as a value of type int, consider using explicit type casts",
        ),
        (
            "SELECT name FROM _pico_instance WHERE raft_id = $1 AND name = $1",
            "sbroad: inconsistent types text and int deduced for parameter $1, consider using transitive type casts through \
             a common type, e.g. $1::text::int and $1::text",
        ),
    ] {
        assert_eq!(said(&client.prepare(sql).await.unwrap_err()), ("XX000".to_owned(), expected.to_owned()));
    }
}

#[tokio::test]
async fn a_plain_user_reads_two_tables() {
    let granted = User::plain("reader", PASSWORD, Method::Scram).grant("_pico_table");
    let server = Server::start(Script::new().user(granted)).unwrap();
    let client = connect(&server, "plain").await;
    for table in
        ["_pico_table", "_pico_index", "_pico_replicaset", "_pico_tier", "_pico_property", "_pico_user"]
    {
        let error = client.query(&format!("SELECT * FROM {table}"), &[]).await.unwrap_err();
        let expected =
            format!("box error: AccessDenied: Read access to space '{table}' is denied for user 'plain'");
        assert_eq!(said(&error), ("XX000".to_owned(), expected));
    }
    for sql in
        ["SELECT * FROM _pico_instance", "SELECT * FROM _pico_peer_address", "SELECT _pico_bucket('default')"]
    {
        client.query(sql, &[]).await.expect(sql);
    }
    let client = connect(&server, "reader").await;
    client.query("SELECT * FROM _pico_table", &[]).await.expect("granted");
    client.query("SELECT * FROM _pico_index", &[]).await.expect_err("not granted");
}

#[tokio::test]
async fn the_topology_changes_under_way() {
    let topology = Topology::empty()
        .with_tier("default", 3000)
        .with_tier("hot", 100)
        .with_replicaset("r1", "default", &["i1", "i2"])
        .with_replicaset("r2", "default", &["i3"])
        .with_replicaset("r3", "hot", &["i4"])
        .with_row(
            "_pico_routine",
            row![1, "p", "PROCEDURE"].into_iter().chain(vec![Value::Null; 8]).collect(),
        );
    let server = Server::start(Script::new().topology(topology)).unwrap();
    let client = connect(&server, "admin").await;
    let masters = "SELECT name, current_master_name FROM _pico_replicaset ORDER BY name";
    assert_eq!(rows(&client, masters).await, [["r1", "i1"], ["r2", "i3"], ["r3", "i4"]]);
    let buckets =
        async |tier: &str| rows(&client, &format!("SELECT _pico_bucket('{tier}')")).await[0][0].clone();
    assert!(buckets("hot").await.contains("\"bucket_id_end\":100"));
    server.topology(|topology| {
        topology.set_master("r1", "i2");
        topology.set_state("i1", "Offline");
        topology.move_buckets("default", 1..=10, "r2");
    });
    assert_eq!(rows(&client, masters).await[0], ["r1", "i2"]);
    assert!(buckets("default").await.contains("\"bucket_id_end\":10"));
    let states =
        "SELECT name, current_state FROM _pico_instance WHERE name IN ('i1', 'i2') ORDER BY name DESC";
    assert_eq!(rows(&client, states).await, [["i2", "[\"Online\",1]"], ["i1", "[\"Offline\",1]"]]);
    // One node lags behind.
    server.topology_on("i3", |topology| topology.set_state("i1", "Online"));
    let lagging = connect_with(&config(&server, "i3", "admin")).await.unwrap();
    assert_eq!(rows(&lagging, states).await[1], ["i1", "[\"Online\",2]"]);
    assert_eq!(rows(&client, states).await[1], ["i1", "[\"Offline\",1]"]);
    server.topology(|topology| topology.set_rebalancing(true));
    let error = client.query("SELECT _pico_bucket('default')", &[]).await.unwrap_err();
    assert!(said(&error).1.ends_with("Bucket 1 cannot be found. Is rebalancing in progress?"));
    // One more node, and one less.
    let address = server.add_node("i5", "r2").unwrap();
    let found = rows(
        &client,
        "SELECT p.address FROM _pico_peer_address p JOIN _pico_instance i ON i.raft_id = p.raft_id \
        WHERE i.name = 'i5' AND p.connection_type = 'pgproto'",
    )
    .await;
    assert_eq!(found, [[address.to_string()]]);
    let fifth = connect_with(&config(&server, "i5", "admin")).await.unwrap();
    assert_eq!(
        rows(&fifth, "SELECT pico_instance_name(), pico_replicaset_name(), pico_tier_name()").await,
        [["i5", "r2", "default"]]
    );
    server.remove_node("i5");
    within(async {
        while !fifth.is_closed() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(rows(&client, "SELECT count(*) FROM _pico_instance").await, [["4"]]);
    assert!(connect_with(&config(&server, "i5", "admin")).await.is_err());
}
