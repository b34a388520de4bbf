//! Answers of the broker.

use querent_protocol::pinot::code::{ErrorClass, ErrorCode};
use querent_protocol::pinot::statistics::Statistics;
use querent_protocol::pinot::summary::Incomplete;
use querent_protocol::pinot::{Limits, PinotType};

use crate::random::Random;
use crate::{Answer, decode, decode_whole, wire};

const RECORDED: &[&str] = &[
    "sse-all-types",
    "sse-all-types-null-handling",
    "mse-all-types-null-handling",
    "sse-limit-0",
    "sse-literals",
    "sse-unknown-column",
    "mse-unknown-column",
    "mse-left-join",
    "sse-group-by",
];

/// Expects what `serde_json` makes of the body.
#[track_caller]
pub(crate) fn agrees(answer: &Answer, body: &[u8]) {
    let expected: serde_json::Value = serde_json::from_slice(body).unwrap();
    let table = &expected["resultTable"];
    let rows = serde_json::to_value(answer.rows()).unwrap();
    assert_eq!(rows, if table.is_null() { serde_json::json!([]) } else { table["rows"].clone() });
    let names: Vec<&str> = answer.columns.iter().map(|column| column.name.as_str()).collect();
    let types: Vec<&str> = answer.columns.iter().map(|column| column.native.as_str()).collect();
    if !table.is_null() {
        assert_eq!(serde_json::json!(names), table["dataSchema"]["columnNames"]);
        assert_eq!(serde_json::json!(types), table["dataSchema"]["columnDataTypes"]);
    }
    let summary = answer.summary();
    assert_eq!(summary.has_result_table, !table.is_null());
    assert!(summary.statistics.other.is_empty(), "{:?}", summary.statistics.other);
    assert_eq!(summary.exceptions.len(), expected["exceptions"].as_array().unwrap().len());
}

#[test]
fn recorded_answers() {
    for name in RECORDED {
        let body = wire(name);
        let answer = decode_whole(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
        agrees(&answer, &body);
        assert!(answer.columns.iter().all(|column| column.ty.is_some()), "{name}");
        assert_eq!(answer.summary().incompleteness().is_empty(), !name.ends_with("unknown-column"), "{name}");
    }
}

#[test]
fn recorded_answers_in_pieces_of_any_size() {
    let mut random = Random::new(1);
    for name in RECORDED {
        let body = wire(name);
        agrees(&decode(body.chunks(1), Limits::default()).unwrap(), &body);
        for _ in 0..20 {
            let mut pieces = Vec::new();
            let mut rest = body.as_slice();
            while !rest.is_empty() {
                let (piece, after) = rest.split_at((1 + random.below(400) as usize).min(rest.len()));
                pieces.push(piece);
                rest = after;
            }
            agrees(&decode(pieces, Limits::default()).unwrap(), &body);
        }
    }
}

#[test]
fn small_batches_hold_the_same_rows() {
    let body = wire("sse-all-types");
    for batch_len_max in [1, 500, 5_000] {
        let answer = decode([body.as_slice()], Limits { batch_len_max, ..Limits::default() }).unwrap();
        agrees(&answer, &body);
        assert!(answer.batches.len() > 1 || batch_len_max == 5_000);
    }
}

#[test]
fn truncated_at_every_byte() {
    for name in RECORDED {
        let body = wire(name);
        for len in 0..body.len() {
            let error = decode_whole(&body[..len])
                .err()
                .unwrap_or_else(|| panic!("{name} at {len} was taken for whole"));
            assert!(error.is_truncated(), "{name} at {len}: {error}");
        }
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let mut random = Random::new(2);
    let mut refused = 0;
    for round in 0..6_000 {
        let mut body = wire(RECORDED[round % RECORDED.len()]);
        for _ in 0..=random.below(3) {
            let at = random.below(body.len() as u64) as usize;
            match random.below(3) {
                0 => body[at] = random.u64() as u8,
                1 => drop(body.remove(at)),
                _ => body.insert(at, b"[]{},:\"\\ -0e"[random.below(12) as usize]),
            }
        }
        let middle = random.below(body.len() as u64) as usize;
        refused += usize::from(decode([&body[..middle], &body[middle..]], Limits::default()).is_err());
    }
    assert!(refused > 2_000, "only {refused} were refused");
}

/// An answer with this result table, and these members.
fn body(table: &str, members: &str) -> String {
    format!(r#"{{"resultTable":{table},"exceptions":[],"partialResult":false{members}}}"#)
}

const SCHEMA: &str = r#""dataSchema":{"columnNames":["a","b"],"columnDataTypes":["INT","STRING"]}"#;

#[track_caller]
fn refuses(text: &str, message: &str) {
    match decode_whole(text.as_bytes()) {
        Ok(_) => panic!("taken: {text}"),
        Err(error) => assert!(error.to_string().contains(message), "{error}: {text}"),
    }
}

#[test]
fn other_forms_of_the_same() {
    let spaced = "\r\n { \"resultTable\" : {\t\"dataSchema\" : {\"columnNames\":[\"a\"],\"columnDataTypes\":[\"LONG\"],\"x\":1} , \
                  \"more\" : {\"a\":[]}, \"rows\" : [ [ 1 ] , [ null ] ,\n[ \"}]\\\"\" ] ] } , \"exceptions\" : [ ] } \n";
    for pieces in [vec![spaced.as_bytes()], spaced.as_bytes().chunks(1).collect()] {
        let answer = decode(pieces, Limits::default()).unwrap();
        assert_eq!(serde_json::json!(answer.rows()), serde_json::json!([[1], [null], ["}]\""]]));
        assert!(answer.summary().incompleteness().is_empty());
    }
    let no_columns = body(r#"{"dataSchema":{"columnNames":[],"columnDataTypes":[]},"rows":[[],[]]}"#, "");
    assert_eq!(decode_whole(no_columns.as_bytes()).unwrap().summary().row_count, 2);
    let unknown = body(
        r#"{"dataSchema":{"columnNames":["a"],"columnDataTypes":["OPEN_STRUCT"]},"rows":[[{"k":[1]}]]}"#,
        "",
    );
    let answer = decode_whole(unknown.as_bytes()).unwrap();
    assert_eq!((answer.columns[0].ty, answer.columns[0].native.as_str()), (None, "OPEN_STRUCT"));
    let http = decode_whole(br#"{"code":401,"error":"HTTP 401 Unauthorized"}"#).unwrap();
    assert!(!http.summary().has_result_table && http.columns.is_empty());
}

#[test]
fn malformed_answers() {
    refuses("<html>", "expected the JSON object of an answer at byte 0");
    refuses("[]", "expected the JSON object");
    refuses("{}{", "expected the end of the body at byte 2");
    refuses("{\"a\" 1}", "expected `:` at byte 5");
    refuses("{\"a\":1,}", "expected a key");
    refuses("{\"a\":01}", "expected a number");
    refuses("{\"a\":1 \"b\":2}", "expected `,` or `}`");
    refuses("{\"a\":[1}}", "expected `]`");
    refuses("{\"a\":tru1}", "expected a JSON value");
    refuses("{\"a\":\"\\x\"}", "an escape of JSON");
    refuses("{\"a\":\"\n\"}", "in place of a control character");
    refuses("{\"exceptions\":{}}", "one list of exceptions");
    refuses("{\"exceptions\":[{\"message\":\"m\"}]}", "one list of exceptions");
    refuses(
        "{\"exceptions\":[{\"message\":\"m\",\"errorCode\":1}],\"exceptions\":[]}",
        "one list of exceptions",
    );
    refuses("{\"resultTable\":7}", "the object of the result table");
    refuses(&body("{\"rows\":[[1]]}", ""), "a schema for the rows");
    refuses(&body(&format!("{{\"rows\":[[1],[2,3]],{SCHEMA}}}"), ""), "a row of 2 cells for 1 columns");
    refuses(&body(&format!("{{\"rows\":[[1],[2]],{SCHEMA}}}"), ""), "a row of 1 cells for 2 columns");
    refuses(&body(&format!("{{{SCHEMA},{SCHEMA}}}"), ""), "one schema only");
    refuses(&body(&format!("{{{SCHEMA},\"rows\":[],\"rows\":[]}}"), ""), "rows once");
    refuses(&body("{}", ",\"resultTable\":{}"), "one result table only");
    refuses(
        &body("{\"dataSchema\":{\"columnNames\":[\"a\"],\"columnDataTypes\":[]}}", ""),
        "as many types as names",
    );
    refuses(&body("{\"dataSchema\":{\"columnNames\":[1],\"columnDataTypes\":[\"INT\"]}}", ""), "as strings");
    refuses(&body("{\"dataSchema\":[]}", ""), "columnNames and columnDataTypes");
    for (rows, message) in [
        ("{}", "the array of rows"),
        ("[1]", "expected a row"),
        ("[[1]]", "a row of 1 cells for 2 columns"),
        ("[[1,\"x\",2]]", "a row of 3 cells for 2 columns"),
        ("[[1,\"x\"],]", "expected a row"),
        ("[[1,\"x\"][2,\"y\"]]", "expected `,` or `]` after a row"),
        ("[[1,\"x\"},{2]]", "expected `,` or `]`"),
        ("[[1,]]", "expected a JSON value"),
        ("[[,1]]", "expected a JSON value"),
        ("[,[1,\"x\"]]", "expected a row"),
        ("[[1,{\"k\":}]]", "expected a JSON value"),
        ("[[1,{\"k\" \"v\"}]]", "expected `:`"),
        ("[[1,{1:2}]]", "expected a key"),
        ("[[1,[2,]]]", "expected a JSON value"),
        ("[[1.,\"x\"]]", "expected a number"),
        ("[[+1,\"x\"]]", "expected a JSON value"),
        ("[[NaN,\"x\"]]", "expected a JSON value"),
    ] {
        let text = body(&format!("{{{SCHEMA},\"rows\":{rows}}}"), "");
        refuses(&text, message);
        let in_bytes =
            decode(text.as_bytes().chunks(1), Limits::default()).err().map(|error| error.to_string());
        assert!(in_bytes.is_some_and(|found| found.contains(message)), "{rows} byte by byte");
    }
}

#[test]
fn no_error_holds_data() {
    let secret = body(&format!("{{{SCHEMA},\"rows\":[[4711,\"s3cret\",\"s3cret\"]]}}"), "");
    let message = decode_whole(secret.as_bytes()).err().unwrap().to_string();
    assert!(!message.contains("s3cret") && !message.contains("4711"), "{message}");
}

#[test]
fn limits_hold_before_memory_does() {
    let limits = Limits {
        row_len_max: 100,
        member_len_max: 1_000,
        member_count_max: 10,
        column_count_max: 2,
        depth_max: 8,
        held_len_max: 300,
        batch_len_max: 50,
    };
    let long = "x".repeat(200);
    let deep = format!("{}{}", "[".repeat(9), "]".repeat(9));
    let table = |rows: &str| body(&format!("{{{SCHEMA},\"rows\":{rows}}}"), "");
    let many: String = (0..20).map(|i| format!(",\"m{i}\":{i}")).collect();
    let wide = r#"{"dataSchema":{"columnNames":["a","b","c"],"columnDataTypes":["INT","INT","INT"]}}"#;
    for (text, message) in [
        (table(&format!("[[1,\"{long}\"]]")), "100 bytes in a row"),
        (table(&format!("[[1,\"a\"],[1,\"{long}\"]]")), "100 bytes in a row"),
        (table(&format!("[[1,{deep}]]")), "8 nested brackets"),
        (body("{}", &format!(",\"m\":\"{}\"", "x".repeat(2_000))), "1000 bytes in a member"),
        (body("{}", &format!(",\"{}\":1", "x".repeat(2_000))), "1000 bytes in a member"),
        (body("{}", &format!(",\"m\":{deep}")), "8 nested brackets"),
        (body("{}", &many), "10 members"),
        (body(wide, ""), "2 columns"),
        (body(&format!("{{\"rows\":[[1]{}],{SCHEMA}}}", ",[1]".repeat(100)), ""), "300 bytes of rows before"),
    ] {
        for size in [1, 7, text.len()] {
            match decode(text.as_bytes().chunks(size), limits) {
                Ok(_) => panic!("taken: {text}"),
                Err(error) => assert!(error.to_string().contains(message), "{error} is not about {message}"),
            }
        }
    }
    // A hundred thousand opening brackets are no stack of any kind.
    let brackets = format!("{{\"a\":{}", "[".repeat(100_000));
    refuses(&brackets, "64 nested brackets");
}

#[test]
fn what_makes_an_answer_incomplete() {
    let rows = format!("{{{SCHEMA},\"rows\":[[1,\"x\"]]}}");
    let reasons =
        |members: &str| decode_whole(body(&rows, members).as_bytes()).unwrap().summary().incompleteness();
    assert_eq!(reasons(",\"numRowsResultSet\":1,\"numServersQueried\":2,\"numServersResponded\":2"), []);
    assert_eq!(
        reasons(",\"numServersQueried\":2,\"numServersResponded\":1"),
        [Incomplete::Servers { queried: 2, responded: 1 }]
    );
    assert_eq!(reasons(",\"numRowsResultSet\":3"), [Incomplete::Rows { announced: 3, received: 1 }]);
    // One page of a result.
    assert_eq!(reasons(",\"numRowsResultSet\":3,\"offset\":2,\"numRows\":1"), []);
    assert_eq!(
        reasons(",\"numRowsResultSet\":3,\"offset\":0,\"numRows\":2"),
        [Incomplete::Rows { announced: 2, received: 1 }]
    );
    for flag in [
        "numGroupsLimitReached",
        "maxRowsInJoinReached",
        "maxRowsInWindowReached",
        "maxRowsInDistinctReached",
        "maxRowsWithoutChangeInDistinctReached",
        "maxExecutionTimeInDistinctReached",
        "aLimitOfALaterVersionReached",
    ] {
        assert_eq!(reasons(&format!(",\"{flag}\":true")), [Incomplete::Limit(flag.to_owned())]);
        assert_eq!(reasons(&format!(",\"{flag}\":\"yes\"")), [Incomplete::Limit(flag.to_owned())]);
        assert_eq!(reasons(&format!(",\"{flag}\":false")), []);
    }
    assert_eq!(reasons(",\"numGroupsWarningLimitReached\":true"), []);
    assert_eq!(reasons(",\"groupsTrimmed\":true"), [Incomplete::GroupsTrimmed]);
    assert_eq!(reasons(",\"earlyTerminationReasons\":[\"X\"]"), [Incomplete::StoppedEarly]);
    assert_eq!(reasons(",\"earlyTerminationReasons\":[]"), []);
    assert_eq!(reasons(",\"approximatedResult\":true"), [Incomplete::Approximate]);
    // As when one of two servers has died: rows, and an exception beside them.
    let text = format!(
        "{{\"resultTable\":{rows},\"partialResult\":true,\"exceptions\":[{{\"message\":\"1 servers [..] not responded\",\"errorCode\":427}}]}}"
    );
    let answer = decode_whole(text.as_bytes()).unwrap();
    let codes = Incomplete::Exceptions(vec![ErrorCode(427)]);
    assert_eq!((answer.rows().len(), answer.summary().incompleteness()), (1, vec![codes]));
    assert_eq!(
        answer.summary().incompleteness()[0].to_string(),
        "the broker reports 427 SERVER_NOT_RESPONDING"
    );
    let text = text.replace("427", "305");
    assert_eq!(decode_whole(text.as_bytes()).unwrap().summary().incompleteness()[1], Incomplete::Segments);
    // As when a group limit is reached: nothing but the flag.
    let text = format!("{{\"resultTable\":{rows},\"partialResult\":true,\"exceptions\":[]}}");
    assert_eq!(decode_whole(text.as_bytes()).unwrap().summary().incompleteness(), [Incomplete::Flagged]);
}

#[test]
fn rows_before_their_schema_wait_for_it() {
    let text = format!(
        "{{\"exceptions\":[],\"numRowsResultSet\":3,\"resultTable\":{{\"rows\":[[1,\"a\"],[2,\"b\"],[3,null]],{SCHEMA}}}}}"
    );
    for (size, batch_len_max) in [(1, 1 << 20), (7, 4), (text.len(), 4), (text.len(), 1 << 20)] {
        let limits = Limits { batch_len_max, ..Limits::default() };
        let answer = decode(text.as_bytes().chunks(size), limits).unwrap();
        agrees(&answer, text.as_bytes());
        assert_eq!(answer.columns[1].ty, Some(PinotType::String));
        assert!(answer.summary().incompleteness().is_empty());
    }
    let none = decode_whole(br#"{"resultTable":null,"exceptions":[]}"#).unwrap();
    assert!(!none.summary().has_result_table && none.columns.is_empty());
}

#[test]
fn statistics_are_typed_and_nothing_is_lost() {
    let body = wire("sse-group-by");
    let answer = decode_whole(&body).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let statistics = &answer.summary().statistics;
    assert_eq!(statistics.total_docs, expected["totalDocs"].as_i64());
    assert_eq!(statistics.request_id.as_deref(), expected["requestId"].as_str());
    assert_eq!(serde_json::json!(statistics.tables_queried), expected["tablesQueried"]);
    assert_eq!(serde_json::json!(statistics.pools), expected["pools"]);
    assert_eq!(statistics.trace_info.as_ref().unwrap().0, "{}");
    // Each member to its own field: told apart by distinct numbers.
    let members: Vec<String> =
        Statistics::MEMBERS.iter().enumerate().map(|(i, name)| format!("\"{name}\":{}", 1000 + i)).collect();
    let text = format!("{{{}}}", members.join(","));
    let statistics = decode_whole(text.as_bytes()).unwrap().summary().statistics.clone();
    let shown = format!("{statistics:?}");
    for (i, name) in Statistics::MEMBERS.iter().enumerate() {
        let number = 1000 + i;
        let kept = shown.contains(&format!("Some({number})"))
            || statistics.other.get(*name).is_some_and(|raw| raw.0 == number.to_string())
            || shown.contains(&format!("{}: true", snake(name)))
            || shown.contains(&format!("{}: Some(RawJson(4 bytes))", snake(name)));
        assert!(kept, "{name} is lost in {shown}");
    }
    assert_eq!(Statistics::MEMBERS.len(), 73);
    let unknown = decode_whole(br#"{"laterMember":{"a":[1]},"numDocsScanned":null}"#).unwrap();
    let statistics = &unknown.summary().statistics;
    assert_eq!(
        (statistics.other["laterMember"].0.as_str(), statistics.num_docs_scanned),
        ("{\"a\":[1]}", None)
    );
}

fn snake(name: &str) -> String {
    let lower = |c: char| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() };
    name.replace("RLS", "Rls").chars().map(lower).collect()
}

#[test]
fn error_codes() {
    let answer = decode_whole(&wire("sse-unknown-column")).unwrap();
    let code = answer.summary().exceptions[0].code;
    assert_eq!(
        (code.to_string().as_str(), code.class(), code.is_retryable()),
        ("710 UNKNOWN_COLUMN", ErrorClass::Invalid, false)
    );
    assert_eq!(ErrorCode(427).class(), ErrorClass::Unavailable);
    assert!(ErrorCode(427).is_retryable() && !ErrorCode(250).is_retryable());
    assert_eq!((ErrorCode(9).to_string().as_str(), ErrorCode(9).class()), ("9", ErrorClass::Execution));
}

#[test]
fn type_names() {
    assert_eq!(PinotType::all().count(), 24);
    for ty in PinotType::all() {
        assert_eq!(PinotType::from_name(ty.name()), Some(ty));
        if let Some(element) = ty.element() {
            assert_eq!(element.array(), Some(ty));
            assert_eq!(ty.sql_type().to_string(), format!("List({})", element.sql_type()));
        }
    }
    assert_eq!(PinotType::from_name("int"), None);
    assert_eq!(PinotType::Timestamp.sql_type().to_string(), "Timestamp(ms, \"UTC\")");
}
