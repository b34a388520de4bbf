//! Requests that no honest client sends: each gets an error, and the server goes on.

use arrow_flight::sql::{
    Any, CommandPreparedStatementQuery, CommandStatementUpdate, DoPutUpdateResult, ProstMessageExt,
    TicketStatementQuery,
};
use arrow_flight::{Criteria, FlightData, FlightDescriptor, PutResult, Ticket};
use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use futures_util::{TryStreamExt, stream};
use prost::Message;
use querent_embedded::Server;
use tonic::{Code, Status};

use crate::client::{Client, both, empty_server, lines, statement};
use crate::parameters::{int, row, text};

async fn goes_on(client: &Client) {
    let rows = client.query("SELECT 1 AS one").await.expect("the server goes on");
    assert_eq!(lines(&rows), ["1"]);
}

/// Bytes that are garbage in many ways.
fn garbage() -> Vec<Vec<u8>> {
    let any = |url: &str, value: &[u8]| {
        let any = Any { type_url: url.to_owned(), value: Bytes::copy_from_slice(value) };
        any.encode_to_vec()
    };
    let prefix = "type.googleapis.com/arrow.flight.protocol.sql.";
    let mut all = vec![
        Vec::new(),
        vec![0],
        vec![0xff; 64],
        b"SELECT 1".to_vec(),
        any("", b""),
        any("no/such.Type", b"x"),
        any(&format!("{prefix}CommandStatementQuery"), &[0xff; 16]),
        any(&format!("{prefix}TicketStatementQuery"), &[0xff; 16]),
        any(&format!("{prefix}DoPutUpdateResult"), b""),
        any(&"x".repeat(100_000), b""),
    ];
    // Numbers in a fixed order that looks like chance.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    for len in 0..60 {
        let mut bytes = Vec::new();
        for _ in 0..len {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.push(state.to_le_bytes()[0]);
        }
        all.push(bytes);
    }
    all
}

#[tokio::test]
async fn garbage_is_refused_everywhere() {
    let both = both(&empty_server().await).await;
    for client in &both.clients {
        let mut flight = client.flight.clone();
        for bytes in garbage() {
            let descriptor = FlightDescriptor::new_cmd(bytes.clone());
            let refused = |status: Status| {
                let expected = [Code::InvalidArgument, Code::NotFound, Code::Unimplemented];
                assert!(expected.contains(&status.code()), "{status:?}");
                assert!(status.message().len() < 400, "{status:?}");
            };
            refused(flight.get_flight_info(descriptor.clone()).await.expect_err("garbage"));
            refused(flight.get_schema(descriptor.clone()).await.expect_err("garbage"));
            refused(flight.poll_flight_info(descriptor.clone()).await.expect_err("garbage"));
            let ticket = Ticket::new(bytes.clone());
            refused(client.get(ticket).await.expect_err("garbage"));
            let data = FlightData::new().with_descriptor(descriptor);
            let put: Result<DoPutUpdateResult, _> = client.put_messages(vec![data]).await;
            refused(put.expect_err("garbage"));
            for action in
                ["CreatePreparedStatement", "ClosePreparedStatement", "CancelQuery", "CancelFlightInfo"]
            {
                refused(client.action(action, bytes.clone()).await.expect_err("garbage"));
            }
        }
        let path = FlightDescriptor::new_path(vec!["t".to_owned()]);
        assert!(flight.get_flight_info(path).await.is_err());
        let listed = flight.list_flights(Criteria::default()).await;
        assert_eq!(listed.expect_err("not there").code(), Code::Unimplemented);
        goes_on(client).await;
    }
}

#[tokio::test]
async fn guessed_handles_are_not_found() {
    let client = Client::in_process(&empty_server().await);
    for handle in [vec![0; 16], vec![7; 16]] {
        let ticket = TicketStatementQuery { statement_handle: handle.clone().into() };
        let ticket = Ticket::new(ticket.as_any().encode_to_vec());
        assert_eq!(client.get(ticket).await.expect_err("guessed").code(), Code::NotFound);
        let error = client.execute(&handle.into()).await.expect_err("guessed");
        assert_eq!(error.code(), Code::NotFound);
    }
    let long = Bytes::from(vec![7; 32]);
    assert_eq!(client.execute(&long).await.expect_err("guessed").code(), Code::NotFound);
}

async fn put_raw(client: &Client, messages: Vec<FlightData>) -> Result<Vec<PutResult>, Status> {
    let results = client.flight.clone().do_put(stream::iter(messages)).await?;
    results.into_inner().try_collect().await
}

/// Streams of batches that are cut, mangled at each byte, or without what has to be there.
#[tokio::test]
async fn mangled_batches_are_refused() {
    let client = Client::in_process(&empty_server().await);
    assert!(put_raw(&client, Vec::new()).await.is_err(), "no message");
    assert!(put_raw(&client, vec![FlightData::new()]).await.is_err(), "no command");
    let prepared = client.prepare("SELECT $1::BIGINT AS a, $2::TEXT AS b").await.expect("a plan");
    let command = CommandPreparedStatementQuery { prepared_statement_handle: prepared.handle };
    let messages = encoded(&command, row(vec![int(7), text("a text of some length")])).await;
    put_raw(&client, messages.clone()).await.expect("unmangled");
    let (schema, batch) = (&messages[0], &messages[1]);
    for idx in 0..batch.data_header.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut header = batch.data_header.to_vec();
            header[idx] ^= flip;
            let mangled = batch.clone().with_data_header(header);
            // Some bytes do not matter; what must not happen is a panic or a hang.
            let _ = put_raw(&client, vec![schema.clone(), mangled]).await;
        }
    }
    for idx in 0..schema.data_header.len() {
        let mut header = schema.data_header.to_vec();
        header[idx] ^= 0xff;
        let mangled = schema.clone().with_data_header(header);
        let _ = put_raw(&client, vec![mangled, batch.clone()]).await;
    }
    let cut = batch.clone().with_data_body(Bytes::new());
    assert!(put_raw(&client, vec![schema.clone(), cut]).await.is_err(), "no body");
    let mut headless = batch.clone();
    headless.flight_descriptor = schema.flight_descriptor.clone();
    assert!(put_raw(&client, vec![headless]).await.is_err(), "no schema");
    goes_on(&client).await;
}

async fn encoded(command: &impl ProstMessageExt, batch: RecordBatch) -> Vec<FlightData> {
    let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
    arrow_flight::encode::FlightDataEncoderBuilder::new()
        .with_flight_descriptor(Some(descriptor))
        .build(stream::iter([Ok(batch)]))
        .try_collect()
        .await
        .expect("messages")
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let server = Server::builder().message_len_max(100_000).open().await.expect("a server");
    let both = both(&server).await;
    for client in &both.clients {
        let long = format!("SELECT '{}'", "x".repeat(200_000));
        let error = client.info(&statement(&long)).await.expect_err("too long");
        assert_eq!(error.code(), Code::OutOfRange, "{}", error.message());
        let update = CommandStatementUpdate { query: long, transaction_id: None };
        let put: Result<DoPutUpdateResult, _> = client.put(&update, Vec::new()).await;
        assert_eq!(put.expect_err("too long").code(), Code::OutOfRange);
        goes_on(client).await;
    }
}

/// Nesting that would overflow the stack of a naive parser or planner.
#[tokio::test]
async fn deep_statements_are_refused_or_answered() {
    let client = Client::in_process(&empty_server().await);
    let nested = |n: usize| format!("SELECT {}1{} AS x", "(".repeat(n), ")".repeat(n));
    let subqueries = |n: usize| {
        format!("SELECT * FROM {}(SELECT 1 AS x){} AS t", "(SELECT * FROM ".repeat(n), " AS t)".repeat(n))
    };
    let chain = |n: usize, op: &str| format!("SELECT 1{} AS x", format!(" {op} 1").repeat(n));
    let unions = |n: usize| format!("SELECT 1 AS x{}", " UNION ALL SELECT 1".repeat(n));
    for sql in [
        nested(20_000),
        subqueries(2_000),
        chain(3_000, "+"),
        chain(3_000, "= 1 OR 1 ="),
        unions(1_900),
        unions(110),
        format!(
            "SELECT 1 AS x FROM (SELECT 1) a{}",
            (0..3_000).map(|n| format!(", (SELECT 1) b{n}")).collect::<String>()
        ),
        format!(
            "SELECT 1 AS x FROM (SELECT 1) a{}",
            (0..110).map(|n| format!(" CROSS JOIN (SELECT 1) b{n}")).collect::<String>()
        ),
        chain(230, "+"),
        format!("SELECT value{} AS x FROM generate_series(1, 2)", " + value".repeat(230)),
        chain(75, "= 1 OR 1 ="),
        chain(230, "||"),
        format!("SELECT 1 AS x FROM (SELECT 1) a{}", " CROSS JOIN (SELECT 1) b".repeat(3_000)),
        format!("SELECT CASE {} END AS x", "WHEN true THEN 1 ".repeat(20_000)),
        format!("SELECT 1 AS x WHERE 1 IN ({}2)", "2, ".repeat(50_000)),
        format!("SELECT {}1{} AS x", "CASE WHEN true THEN ".repeat(3_000), " END".repeat(3_000)),
        format!("SELECT {}1{} AS x", "abs(".repeat(3_000), ")".repeat(3_000)),
        format!("SELECT {}1 AS x", "NOT ".repeat(20_000)),
        format!("SELECT {}1 AS x", "-".repeat(3)),
        format!("SELECT [{}", "[".repeat(20_000)),
    ] {
        let start: String = sql.chars().take(70).collect();
        if let Err(status) = client.query(&sql).await {
            let expected = [Code::InvalidArgument, Code::Unimplemented, Code::Internal];
            assert!(expected.contains(&status.code()), "{start}: {status:?}");
        }
        goes_on(&client).await;
    }
}
