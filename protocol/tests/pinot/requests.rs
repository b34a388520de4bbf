//! Bodies of queries, and messages of the HTTP layer.

use std::num::NonZeroU64;

use querent_protocol::pinot::request::{Engine, QueryRequest, http_error_message};
use serde_json::{Value, json};

fn body(request: &QueryRequest<'_>) -> Value {
    serde_json::from_slice(&request.to_json().unwrap()).unwrap()
}

#[test]
fn what_changes_meaning_is_always_sent() {
    let sql = "SELECT 'é\"\\\n😀' FROM t";
    let plain = QueryRequest { sql, ..QueryRequest::default() };
    assert_eq!(
        body(&plain),
        json!({"sql": sql, "queryOptions": "useMultistageEngine=false;enableNullHandling=false"})
    );
    let full = QueryRequest {
        sql,
        engine: Engine::MultiStage,
        null_handling: true,
        timeout_ms: NonZeroU64::new(1_500),
        client_query_id: Some("q-1"),
        options: vec![("maxRowsInJoin", "10"), ("joinOverflowMode", "THROW")],
    };
    let options = "useMultistageEngine=true;enableNullHandling=true;timeoutMs=1500;clientQueryId=q-1;maxRowsInJoin=10;joinOverflowMode=THROW";
    assert_eq!(body(&full), json!({"sql": sql, "queryOptions": options}));
}

#[test]
fn options_that_the_broker_would_misread() {
    for (key, value) in [
        ("useMultistageEngine", "true"),
        ("ENABLENULLHANDLING", "true"),
        ("timeoutms", "0"),
        ("getCursor", "true"),
        ("a b", "1"),
        ("", "1"),
        ("a", ""),
        ("a", " 1"),
        ("a", "1;useMultistageEngine=true"),
        ("a", "b=c"),
    ] {
        let request =
            QueryRequest { sql: "SELECT 1", options: vec![(key, value)], ..QueryRequest::default() };
        let error = request.to_json().unwrap_err().to_string();
        assert!(error.starts_with(&format!("query option `{key}`: ")), "{error}");
    }
    let request = QueryRequest { sql: "SELECT 1", client_query_id: Some("a;b=c"), ..QueryRequest::default() };
    assert!(request.to_json().is_err());
}

#[test]
fn engines_by_name() {
    for engine in [Engine::SingleStage, Engine::MultiStage] {
        assert_eq!(Engine::from_name(engine.name()), Some(engine));
    }
    assert_eq!(Engine::from_name("v1"), None);
    assert_eq!((Engine::SingleStage.dialect(), Engine::MultiStage.dialect()), ("pinot-sse", "pinot-mse"));
}

#[test]
fn messages_of_the_http_layer() {
    let message = |body: &[u8]| http_error_message(body);
    assert_eq!(message(br#"{"code":401,"error":"HTTP 401 Unauthorized"}"#).unwrap(), "HTTP 401 Unauthorized");
    assert_eq!(
        message(b"Payload is missing the query string field 'sql'\n").unwrap(),
        "Payload is missing the query string field 'sql'"
    );
    assert_eq!(message(b""), None);
    assert_eq!(message(b"[1]"), None);
    assert_eq!(message(b"{\"exceptions\":[]}"), None);
    assert_eq!(message(b"\xff"), None);
    assert_eq!(message("é\u{1b}[2J".repeat(2_000).as_bytes()).unwrap().chars().count(), 1_000);
}
