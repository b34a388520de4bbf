//! Actions beside those of prepared statements.

use arrow_flight::sql::{
    ActionBeginTransactionRequest, ActionCancelQueryRequest, CommandStatementQuery, ProstMessageExt,
};
use arrow_flight::{
    CancelFlightInfoRequest, CancelFlightInfoResult, CancelStatus, Empty, FlightDescriptor, FlightInfo,
};
use futures_util::TryStreamExt;
use prost::Message;
use tonic::{Code, Status};

use crate::client::{Client, both, empty_server, statement};

#[tokio::test]
async fn only_what_there_is_is_listed() {
    let client = Client::in_process(&empty_server().await);
    let actions = client.flight.clone().list_actions(Empty {}).await.expect("a list");
    let actions: Vec<_> = actions.into_inner().try_collect().await.expect("a list");
    let names: Vec<&str> = actions.iter().map(|action| action.r#type.as_str()).collect();
    let expected = ["CreatePreparedStatement", "ClosePreparedStatement", "CancelFlightInfo", "CancelQuery"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn transactions_and_sessions_are_refused() {
    let client = Client::in_process(&empty_server().await);
    let begin = ActionBeginTransactionRequest {}.as_any().encode_to_vec();
    for name in [
        "BeginTransaction",
        "EndTransaction",
        "BeginSavepoint",
        "EndSavepoint",
        "CreatePreparedSubstraitPlan",
        "SetSessionOptions",
        "GetSessionOptions",
        "CloseSession",
        "RenewFlightEndpoint",
        "NoSuchAction",
    ] {
        let error = client.action(name, begin.clone()).await.expect_err(name);
        assert_eq!(error.code(), Code::Unimplemented, "{name}");
    }
    let in_transaction =
        CommandStatementQuery { query: "SELECT 1".to_owned(), transaction_id: Some(vec![1].into()) };
    let error = client.info(&in_transaction).await.expect_err("none was begun");
    assert_eq!(error.code(), Code::InvalidArgument);
}

async fn cancel(client: &Client, info: FlightInfo) -> Result<i32, Status> {
    let body = CancelFlightInfoRequest::new(info).encode_to_vec();
    let results = client.action("CancelFlightInfo", body).await?;
    let result = CancelFlightInfoResult::decode(results[0].clone()).expect("a result");
    Ok(result.status)
}

#[tokio::test]
async fn an_unread_query_is_cancelled() {
    let client = Client::in_process(&empty_server().await);
    let info = client.info(&statement("SELECT 1")).await.expect("an info");
    let status = cancel(&client, info.clone()).await.expect("cancelled");
    assert_eq!(status, CancelStatus::Cancelled as i32);
    assert_eq!(client.read(info.clone()).await.expect_err("gone").code(), Code::NotFound);
    assert_eq!(cancel(&client, info).await.expect_err("gone").code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_query_is_cancelled_and_says_so() {
    let both = both(&empty_server().await).await;
    for client in &both.clients {
        let endless = "SELECT a.value FROM generate_series(1, 1000000000) a";
        let info = client.info(&statement(endless)).await.expect("an info");
        let ticket = info.endpoint[0].ticket.clone().expect("a ticket");
        let rows = client.flight.clone().do_get(ticket).await.expect("a stream");
        let mut rows = rows.into_inner();
        assert!(rows.message().await.expect("a schema").is_some());
        let request = ActionCancelQueryRequest { info: info.encode_to_vec().into() };
        let body = request.as_any().encode_to_vec();
        client.action("CancelQuery", body).await.expect("cancelled");
        let end = loop {
            match rows.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("a cancelled query must not look like one that ended"),
                Err(status) => break status,
            }
        };
        assert_eq!(end.code(), Code::Cancelled);
    }
}

#[tokio::test]
async fn a_poll_is_done_at_once() {
    let client = Client::in_process(&empty_server().await);
    let command = statement("SELECT 1 AS one").as_any().encode_to_vec();
    let descriptor = FlightDescriptor::new_cmd(command);
    let poll = client.flight.clone().poll_flight_info(descriptor).await.expect("a poll");
    let poll = poll.into_inner();
    assert!(poll.flight_descriptor.is_none(), "nothing more to poll for");
    client.read(poll.info.expect("an info")).await.expect("rows");
}
