//! Statements: values of every type, errors, DDL under way.

use querent_picodata_server::{Ddl, Server, Statement, Type, demo, row};
use tokio_postgres::types::Type as PgType;

use crate::{config, connect, connect_with, said};

fn server() -> Server {
    Server::start(demo::script(1)).expect("a server")
}

#[tokio::test]
async fn describe_says_what_the_script_says() {
    let server = server();
    let client = connect(&server, "admin").await;
    let statement = client.prepare(demo::INSERT).await.unwrap();
    let expected = [
        PgType::INT8,
        PgType::TEXT,
        PgType::TEXT,
        PgType::INT8,
        PgType::INT8,
        PgType::NUMERIC,
        PgType::FLOAT8,
        PgType::BOOL,
        PgType::UUID,
        PgType::TIMESTAMPTZ,
    ];
    assert_eq!(statement.params(), expected);
    assert!(statement.columns().is_empty());
    let statement = client.prepare("SELECT * FROM every_type").await.unwrap();
    let oids: Vec<_> = statement.columns().iter().map(|column| column.type_().oid()).collect();
    assert_eq!(oids, [20, 25, 16, 701, 1700, 2950, 1184, 114, 705]);
    assert!(statement.columns().iter().all(|column| column.table_oid().is_none()));
    let rows = client.query("SELECT * FROM every_array", &[]).await.unwrap();
    let oids: Vec<_> = rows[0].columns().iter().map(|column| column.type_().oid()).collect();
    assert_eq!(oids, [1016, 1009, 1000, 1022, 1231, 2951, 1185]);
    assert_eq!(rows[0].get::<_, Vec<Option<i64>>>(0), [Some(1), None, Some(i64::MAX)]);
    assert_eq!(rows[0].get::<_, Vec<&str>>(1), ["a", "b \"c\" \\"]);
    assert_eq!(
        (rows[0].get::<_, Vec<bool>>(2), rows[0].get::<_, Vec<f64>>(3)),
        (vec![true, false], vec![1.5])
    );
    assert_eq!(rows[1].get::<_, Option<Vec<i64>>>(0), None);
}

#[tokio::test]
async fn a_duplicate_key_is_told_as_picodata_does() {
    let server = server();
    let client = connect(&server, "admin").await;
    let insert = "INSERT INTO pairs (id, name) VALUES ($1, $2)";
    let error = || querent_picodata_server::SqlError::duplicate_key("r", "1025_pkey", "pairs", "[1]", "[1]");
    server.set(Statement::write(insert, &[Type::Int8, Type::Text], move |_| error()));
    let error = client.execute(insert, &[&1_i64, &"one"]).await.unwrap_err();
    let (code, message) = said(&error);
    assert_eq!(code, "XX000");
    assert!(
        message.contains("TupleFound: Duplicate key exists in unique index \\\"1025_pkey\\\""),
        "{message}"
    );
    let ran = server.ran();
    assert_eq!(ran[0].1.args, row![1_i64, "one"]);
    // The connection is good.
    assert_eq!(client.query("SELECT 1", &[]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn transactions_do_not_begin() {
    let server = server();
    let mut client = connect(&server, "admin").await;
    let error = client.transaction().await.err().expect("no transaction");
    assert!(said(&error).1.contains("START TRANSACTION"));
}

#[tokio::test]
async fn statements_in_flight_together_are_answered_in_turn() {
    let server = server();
    let client = connect(&server, "admin").await;
    let (good, bad) =
        (client.prepare("SELECT 1").await.unwrap(), client.prepare("SELECT 1/0").await.unwrap());
    let params: [&str; 0] = [];
    let (first, second, third) = futures_util::future::join3(
        client.query_raw(&good, params),
        async { client.query(&bad, &[]).await },
        client.query_raw(&good, params),
    )
    .await;
    assert!(first.is_ok() && third.is_ok());
    assert!(said(&second.unwrap_err()).1.ends_with("division by zero"));
}

#[tokio::test]
async fn ddl_makes_statements_stale() {
    const SQL: &str = "SELECT a FROM changing";
    let now = |ty: Type| Statement::query(SQL, &[], &[("a", ty)], |_| vec![row![None::<i64>]]);
    for (options, ddl, expected) in [
        ("", Ddl::altered("changing"), Some(("XX000", "storage schema version different from router"))),
        ("", Ddl::dropped("changing"), Some(("XX000", "box error: NoSuchSpace: no such space \"changing\""))),
        ("", Ddl::recreated("changing"), None),
        ("pico_stmt_invalidation=true", Ddl::altered("changing"), Some(("42999", "has been invalidated"))),
        (
            "pico_stmt_invalidation=true",
            Ddl::dropped("changing"),
            Some(("XX000", "sbroad: space metadata for table: changing not found")),
        ),
        ("pico_stmt_invalidation=true", Ddl::recreated("changing"), Some(("42999", "has been invalidated"))),
    ] {
        let server = server();
        server.set(now(Type::Int8));
        let client = connect_with(config(&server, "i1", "admin").options(options)).await.unwrap();
        let prepared = client.prepare(SQL).await.unwrap();
        client.query(&prepared, &[]).await.unwrap();
        server.ddl(&ddl.then(now(Type::Text)));
        server.clear_log();
        match (client.query(&prepared, &[]).await, expected) {
            // The old types, silently.
            (Ok(rows), None) => assert_eq!(rows[0].columns()[0].type_(), &PgType::INT8),
            (Err(error), Some((code, text))) => {
                let found = said(&error);
                assert_eq!(found.0, code);
                assert!(found.1.contains(text), "{found:?}");
                assert!(server.ran().is_empty(), "nothing ran");
            }
            (found, _) => panic!("{options} {found:?}"),
        }
        let again = client.prepare(SQL).await.unwrap();
        assert_eq!(again.columns()[0].type_(), &PgType::TEXT);
        client.query(&again, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_table_is_not_found() {
    let server = server();
    let client = connect(&server, "admin").await;
    client.simple_query("DROP TABLE probe_t").await.unwrap();
    for sql in ["SELECT * FROM probe_t ORDER BY id", demo::INSERT, "DELETE FROM probe_t WHERE id = $1"] {
        let error = client.prepare(sql).await.unwrap_err();
        assert_eq!(said(&error).1, "sbroad: table with name \"probe_t\" not found");
    }
    assert!(client.query("SELECT * FROM _pico_table", &[]).await.unwrap().is_empty());
    server.ddl(&Ddl::recreated("probe_t"));
    server.set(Statement::write(demo::INSERT, &[Type::Int8; 10], |_| 1));
    client.prepare(demo::INSERT).await.unwrap();
}

#[tokio::test]
async fn a_ddl_statement_does_it_too() {
    let server = server();
    let client =
        connect_with(config(&server, "i1", "admin").options("pico_stmt_invalidation=on")).await.unwrap();
    let prepared = client.prepare("SELECT * FROM probe_t ORDER BY id").await.unwrap();
    client.simple_query("ALTER TABLE probe_t ADD COLUMN extra TEXT").await.unwrap();
    let error = client.query(&prepared, &[]).await.unwrap_err();
    assert_eq!(said(&error).0, "42999");
}
