//! What goes wrong, as a client sees it.

use std::time::Duration;

use querent_picodata_server::{Action, Answer, At, Event, Fault, Script, Server, SqlError, Type, row};

use crate::{config, connect, connect_with, said, within};

const SQL: &str = "SELECT n FROM t";

fn server() -> Server {
    let script = Script::new().nodes(2).on(SQL, &[], &[("n", Type::Int8)], |_| vec![row![1]; 100]);
    Server::start(script).expect("a server")
}

#[tokio::test]
async fn a_connection_ends_at_any_message() {
    for at in [At::Parse, At::Bind, At::Describe, At::Execute, At::Sync] {
        let server = server();
        server.fault(Fault::new(at, Action::Close).times(1));
        let client = connect(&server, "admin").await;
        assert!(client.query(SQL, &[]).await.unwrap_err().is_closed(), "{at:?}");
        assert!(connect(&server, "admin").await.query(SQL, &[]).await.is_ok(), "{at:?}");
    }
    for at in [At::Connect, At::Startup, At::Password] {
        let server = server();
        server.fault(Fault::new(at, Action::Close).on("i1"));
        assert!(within(connect_with(&config(&server, "i1", "admin"))).await.is_err(), "{at:?}");
        assert!(within(connect_with(&config(&server, "i2", "admin"))).await.is_ok(), "{at:?}");
        server.clear_faults();
        assert!(within(connect_with(&config(&server, "i1", "admin"))).await.is_ok(), "{at:?}");
    }
}

#[tokio::test]
async fn a_statement_runs_and_nobody_hears_of_it() {
    let server = server();
    let client = connect(&server, "admin").await;
    server.fault(Fault::new(At::Execute, Action::Close).after().of(" SELECT n  FROM t"));
    assert_eq!(client.query("SELECT 1", &[]).await.unwrap().len(), 1, "another statement");
    assert!(client.query(SQL, &[]).await.unwrap_err().is_closed());
    assert_eq!(server.nodes_of(SQL), ["i1"]);
    // Before: it did not run.
    server.clear_faults();
    server.clear_log();
    server.fault(Fault::new(At::Execute, Action::Close).of(SQL));
    assert!(connect(&server, "admin").await.query(SQL, &[]).await.is_err());
    assert_eq!(server.nodes_of(SQL), [""; 0]);
}

#[tokio::test]
async fn half_an_answer_comes() {
    let server = server();
    server.fault(Fault::new(At::Sync, Action::CloseHalfway).after());
    let client = connect(&server, "admin").await;
    // Parse is answered by halves already.
    assert!(client.query(SQL, &[]).await.unwrap_err().is_closed());
    server.clear_faults();
    let client = connect(&server, "admin").await;
    let prepared = client.prepare(SQL).await.unwrap();
    server.fault(Fault::new(At::Sync, Action::CloseHalfway).after());
    assert!(client.query(&prepared, &[]).await.unwrap_err().is_closed());
}

#[tokio::test]
async fn an_error_comes_instead() {
    let server = server();
    let client = connect(&server, "admin").await;
    server.fault(Fault::new(At::Execute, Action::Error(SqlError::sharding(84))).times(1));
    let error = client.query(SQL, &[]).await.unwrap_err();
    assert!(said(&error).1.contains("Failed to get replicaset from bucket 84"));
    assert!(client.query(SQL, &[]).await.is_ok());
    server.fault(Fault::new(At::Startup, Action::Error(SqlError::internal("not now"))));
    let error = connect_with(&config(&server, "i1", "admin")).await.unwrap_err();
    assert_eq!(said(&error).1, "not now");
}

#[tokio::test]
async fn a_hanging_server_is_left_by_the_client_alone() {
    let server = server();
    for action in [Action::Hang, Action::StopReading] {
        let client = connect(&server, "admin").await;
        server.fault(Fault::new(At::Execute, action.clone()).times(1));
        let hanging = client.query(SQL, &[]);
        tokio::pin!(hanging);
        let silent = tokio::time::timeout(Duration::from_millis(50), &mut hanging).await.is_err();
        assert!(silent, "{action:?}");
        assert!(server.nodes_of(SQL).is_empty());
    }
}

#[tokio::test]
async fn slow_is_late_and_right() {
    let server = server();
    server.fault(Fault::new(At::Parse, Action::Delay(Duration::from_millis(5))));
    let client = connect(&server, "admin").await;
    assert_eq!(client.query(SQL, &[]).await.unwrap().len(), 100);
}

#[tokio::test]
async fn answers_can_hang_and_close_too() {
    let script = Script::new()
        .on("SELECT hang FROM t", &[], &[("n", Type::Int8)], |_| Answer::hang())
        .on("SELECT close FROM t", &[], &[("n", Type::Int8)], |_| Answer::close())
        .on("SELECT late FROM t", &[], &[("n", Type::Int8)], |_| {
            Answer::from(vec![row![1]]).after(Duration::from_millis(5))
        });
    let server = Server::start(script).unwrap();
    let client = connect(&server, "admin").await;
    assert_eq!(client.query("SELECT late FROM t", &[]).await.unwrap().len(), 1);
    assert!(client.query("SELECT close FROM t", &[]).await.unwrap_err().is_closed());
    let client = connect(&server, "admin").await;
    let hanging = tokio::spawn(async move { client.query("SELECT hang FROM t", &[]).await.is_err() });
    within(server.until(|server| !server.nodes_of("SELECT hang FROM t").is_empty())).await;
    assert_eq!(server.counters("i1").open, 1);
    hanging.abort();
}

#[tokio::test]
async fn a_node_goes_and_comes_back() {
    let server = server();
    let client = connect(&server, "admin").await;
    let address = server.address("i1");
    server.stop_node("i1");
    assert!(client.query(SQL, &[]).await.unwrap_err().is_closed());
    assert!(connect_with(&config(&server, "i1", "admin")).await.is_err());
    assert_eq!(server.counters("i1").open, 0);
    server.start_node("i1").unwrap();
    assert_eq!(server.address("i1"), address);
    let client = connect(&server, "admin").await;
    assert!(client.query(SQL, &[]).await.is_ok());
    server.drop_connections("i1").unwrap();
    assert!(client.query(SQL, &[]).await.unwrap_err().is_closed());
    assert!(connect(&server, "admin").await.query(SQL, &[]).await.is_ok());
}

#[tokio::test]
async fn a_frozen_node_goes_on_when_it_thaws() {
    let server = server();
    let client = connect(&server, "admin").await;
    server.freeze_node("i1");
    let asking = client.query(SQL, &[]);
    tokio::pin!(asking);
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut asking).await.is_err());
    assert!(server.nodes_of(SQL).is_empty());
    assert!(connect_with(&config(&server, "i2", "admin")).await.is_ok());
    server.thaw_node("i1");
    assert_eq!(within(asking).await.unwrap().len(), 100);
}

#[tokio::test]
async fn the_log_tells_in_order() {
    let server = server();
    let client = connect(&server, "admin").await;
    client.query(SQL, &[]).await.unwrap();
    drop(client);
    within(server.until(|server| server.counters("i1").open == 0)).await;
    let letters: Vec<_> = server
        .log()
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Opened => Some('o'),
            Event::Ready => Some('r'),
            Event::Ran(_) => Some('x'),
            Event::Closed => Some('c'),
            _ => None,
        })
        .collect();
    assert_eq!(letters.into_iter().collect::<String>(), "orxc");
    assert_eq!(server.counters("i1").statements, 0, "what the client held is released");
}
