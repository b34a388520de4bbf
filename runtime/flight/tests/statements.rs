//! Statements with values: prepared with parameters, or as literals where a server takes none; and a server in process.

mod support;

use arrow_flight::sql::{
    ActionCreatePreparedStatementResult, Any, DoPutPreparedStatementResult, DoPutUpdateResult,
};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use prost::Message as _;
use querent_core::{Error, ErrorKind, Pool, PoolOptions};
use support::source::{Test, query, read, write};
use support::{Script, Server, at, endpoint, in_process, rows};
use tonic::Status;

async fn pool(server: &Server) -> Pool<Test> {
    Pool::connect(&server.url()).await.expect("the server is there")
}

/// The reply to CreatePreparedStatement, with one text parameter.
fn prepared(handle: &'static str) -> Bytes {
    let schema = Schema::new(vec![Field::new("$1", DataType::Utf8, true)]);
    let options = arrow_ipc::writer::IpcWriteOptions::default();
    let message: arrow_flight::IpcMessage =
        arrow_flight::SchemaAsIpc::new(&schema, &options).try_into().expect("a schema");
    let result = ActionCreatePreparedStatementResult {
        prepared_statement_handle: Bytes::from(handle),
        dataset_schema: Bytes::new(),
        parameter_schema: message.0,
    };
    Any::pack(&result).expect("it").encode_to_vec().into()
}

fn count(record_count: i64) -> Bytes {
    DoPutUpdateResult { record_count }.encode_to_vec().into()
}

#[tokio::test]
async fn values_travel_as_parameters_where_the_server_takes_them() {
    let server = Server::start(|_| Script {
        action: Some(Box::new(|_| Ok(vec![prepared("h1")]))),
        put: Some(Box::new(|command| match command.name.as_str() {
            "CommandPreparedStatementUpdate" => Ok(vec![count(3)]),
            _ => Ok(vec![]),
        })),
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(|_| Ok(rows(&["1"])))),
    });
    let pool = pool(&server).await;
    for _ in 0..2 {
        assert_eq!(query(true, "it's").fetch_all(&pool).await.unwrap(), ["1"]);
    }
    assert_eq!(query(false, "x").execute(&pool).await.unwrap().rows_affected, Some(3));
    let run = ["put CommandPreparedStatementQuery h1 1", "info CommandPreparedStatementQuery h1", "get a"];
    let prepare = "action CreatePreparedStatement";
    let update = "put CommandPreparedStatementUpdate h1 1";
    // Prepared once, run twice.
    assert_eq!(server.calls(), [&[prepare][..], &run, &run, &[prepare, update]].concat());
}

#[tokio::test]
async fn a_stateless_server_gives_another_handle_for_the_parameters() {
    let server = Server::start(|_| Script {
        action: Some(Box::new(|_| Ok(vec![prepared("h1")]))),
        put: Some(Box::new(|_| {
            let result = DoPutPreparedStatementResult { prepared_statement_handle: Some(Bytes::from("h2")) };
            Ok(vec![result.encode_to_vec().into()])
        })),
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(|_| Ok(rows(&["1"])))),
    });
    assert_eq!(query(true, "x").fetch_all(&pool(&server).await).await.unwrap(), ["1"]);
    assert!(
        server.calls().contains(&"info CommandPreparedStatementQuery h2".to_owned()),
        "{:?}",
        server.calls()
    );
}

#[tokio::test]
async fn values_are_literals_where_the_server_takes_no_parameters() {
    for (answer, literal) in [(r"\\", r"'it''s \ x'"), (r"\", r"'it\'s \\ x'")] {
        let server = Server::start(|_| Script {
            info: Some(Box::new(|command| {
                let ticket = if command.text.ends_with("AS probe") { "probe" } else { "a" };
                Ok(at(vec![endpoint(ticket, &[])]))
            })),
            get: Some(Box::new(move |ticket| Ok(rows(&[if ticket == "probe" { answer } else { "1" }])))),
            put: Some(Box::new(|_| Ok(vec![count(2)]))),
            ..Script::default()
        });
        let pool = pool(&server).await;
        for _ in 0..2 {
            assert_eq!(query(true, r"it's \ x").fetch_all(&pool).await.unwrap(), ["1"]);
        }
        assert_eq!(query(false, "x").execute(&pool).await.unwrap().rows_affected, Some(2));
        let run = format!("info CommandStatementQuery SELECT v FROM t WHERE p = {literal}");
        // What the server can is asked once.
        let expected = [
            "action CreatePreparedStatement",
            r"info CommandStatementQuery SELECT '\\' AS probe",
            "get probe",
            &run,
            "get a",
            &run,
            "get a",
            "put CommandStatementUpdate DELETE FROM t WHERE p = 'x' 0",
        ];
        assert_eq!(server.calls(), expected);
    }
}

#[tokio::test]
async fn a_server_that_reads_literals_in_no_known_way_gets_none() {
    let server = Server::start(|_| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(|_| Ok(rows(&["what?"])))),
        ..Script::default()
    });
    let error = query(true, "x").fetch_all(&pool(&server).await).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    assert!(server.calls().iter().all(|call| !call.contains("'x'")), "{:?}", server.calls());
}

#[tokio::test]
async fn an_update_runs_as_a_query_where_the_server_has_no_updates() {
    let server = Server::start(|_| Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(|_| Ok(rows(&[])))),
        ..Script::default()
    });
    assert_eq!(write().execute(&pool(&server).await).await.unwrap().rows_affected, None);
    assert_eq!(server.calls()[1], "info CommandStatementQuery DELETE FROM t");
}

#[tokio::test]
async fn no_value_is_told_from_begin_to_end() {
    #[track_caller]
    fn told(error: &Error) {
        let text = format!("{error} {error:?}");
        assert!(text.contains("<value>") && !text.contains("s3cret"), "{text}");
    }
    let says = || Status::invalid_argument(r"cannot cast 'it\'s s3cret' of it''s s3cret");
    let value = "it's s3cret";
    let at_prepare = Server::start(|_| Script {
        action: Some(Box::new(move |_| Err(Status::permission_denied("not for it's s3cret")))),
        ..Script::default()
    });
    told(&query(true, value).fetch_all(&pool(&at_prepare).await).await.unwrap_err());
    let at_update = Server::start(|_| Script {
        action: Some(Box::new(|_| Ok(vec![prepared("h")]))),
        put: Some(Box::new(move |_| Err(says()))),
        ..Script::default()
    });
    told(&query(false, value).execute(&pool(&at_update).await).await.unwrap_err());
    let half_way = Server::start(|_| Script {
        action: Some(Box::new(|_| Ok(vec![prepared("h")]))),
        put: Some(Box::new(|_| Ok(vec![]))),
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[])])))),
        get: Some(Box::new(move |_| Ok(rows(&["1"]).into_iter().chain([Err(says())]).collect()))),
    });
    told(&query(true, value).fetch_all(&pool(&half_way).await).await.unwrap_err());
}

#[tokio::test]
async fn a_server_in_this_process_is_a_server() {
    let (options, calls) = in_process(Script {
        info: Some(Box::new(|_| Ok(at(vec![endpoint("a", &[]), endpoint("b", &[])]).with_ordered(true)))),
        get: Some(Box::new(|ticket| Ok(rows(&[&ticket])))),
        put: Some(Box::new(|_| Ok(vec![count(1)]))),
        ..Script::default()
    });
    let pool = Pool::<Test>::with_options(options, PoolOptions::new()).unwrap();
    assert_eq!(read().fetch_all(&pool).await.unwrap(), ["a", "b"]);
    assert_eq!(write().execute(&pool).await.unwrap().rows_affected, Some(1));
    assert_eq!(calls.lock().unwrap().len(), 4);
}
