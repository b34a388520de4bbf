//! Every recorded answer, cut at each byte and bent at each place: an error or an answer, never a panic, in bounded time.

use bytes::Bytes;
use querent_protocol::ignite::code::{Op, Version};
use querent_protocol::ignite::describe::{jdbc, odbc};
use querent_protocol::ignite::handshake::{Agreed, Reply};
use querent_protocol::ignite::response::{self, *};
use querent_protocol::ignite::{DecodeError, Reader};

use crate::{Exchange, Recording, older};

/// Reads an answer with the decoder of its request.
fn decode(request: &[u8], body: &Bytes, agreed: &Agreed) -> Result<(), DecodeError> {
    let mut r = Reader::new(body);
    if Header::read(&mut r, agreed)?.failure.is_some() {
        return r.end();
    }
    let r = &mut r;
    let op = Op::from_code(i16::from_le_bytes([request[4], request[5]])).expect("an operation");
    match op {
        Op::CacheGet
        | Op::CacheGetAndPut
        | Op::CacheGetAndReplace
        | Op::CacheGetAndRemove
        | Op::CacheGetAndPutIfAbsent
        | Op::CacheLocalPeek => response::object(r).map(drop),
        Op::CachePutIfAbsent
        | Op::CacheReplace
        | Op::CacheReplaceIfEquals
        | Op::CacheContainsKey
        | Op::CacheContainsKeys
        | Op::CacheRemoveKey
        | Op::CacheRemoveIfEquals
        | Op::BinaryTypeNamePut => response::boolean(r).map(drop),
        Op::CacheGetAll => response::entries(body, r).map(drop),
        Op::CacheGetSize => response::size(r).map(drop),
        Op::CacheGetNames => response::cache_names(r).map(drop),
        Op::CacheGetConfiguration => response::cache_configuration(r, agreed).map(drop),
        Op::CachePartitions => Partitions::read(r, agreed).map(drop),
        Op::QueryScan => ScanRows::read(body, r).map(drop),
        Op::QueryScanPage => Page::read(body, r, 2).map(drop),
        Op::QuerySqlFields => {
            // Before what bits 7 and 23 add: no or one partition, a batch size, nobody.
            let one_partition = request[request.len() - 8..] == [1, 0, 0, 0, 1, 0, 0, 0];
            let names_at = request.len() - if one_partition { 13 } else { 9 };
            let with_names = request[names_at] == 1;
            Rows::read(body, r, with_names).map(drop)
        }
        Op::QuerySqlFieldsPage => Page::read(body, r, 1).map(drop),
        Op::GetIdleTimeout => response::idle_timeout_ms(r).map(drop),
        Op::BinaryTypeNameGet => response::type_name(r).map(drop),
        Op::BinaryTypeGet => response::binary_type(r).map(drop),
        Op::BinaryConfigurationGet => response::binary_configuration(r).map(drop),
        Op::TxStart => response::tx_id(r).map(drop),
        Op::ClusterGetState => response::cluster_state(r, agreed).map(drop),
        Op::ClusterGroupNodeIds => NodeIds::read(r).map(drop),
        Op::ClusterGroupNodeInfo => response::node_infos(r).map(drop),
        Op::ClusterGroupNodeEndpoints => Endpoints::read(r).map(drop),
        Op::ClusterDataCenterNodes => response::data_center_nodes(r).map(drop),
        _ => response::empty(r),
    }
}

/// Each answer of a recording, with what was agreed on when it came.
fn exchanges(recording: &Recording) -> impl Iterator<Item = (&str, &Exchange, Agreed)> {
    let now = recording.agreed();
    recording.0.iter().filter(|(name, _)| !name.starts_with("handshake") && *name != "unknown-op").map(
        move |(name, exchange)| {
            let version =
                Version::SPOKEN.into_iter().find(|v| name.ends_with(&format!("-{}.{}", v.major, v.minor)));
            (name.as_str(), exchange, version.map_or(now, older))
        },
    )
}

#[test]
fn answers_end_where_they_end() {
    for recording in [Recording::h2(), Recording::core_2_18()] {
        for (name, exchange, agreed) in exchanges(&recording) {
            let body = &exchange.answer;
            assert_eq!(decode(&exchange.request, body, &agreed), Ok(()), "{name}");
            for len in 0..body.len() {
                let cut = decode(&exchange.request, &body.slice(..len), &agreed);
                assert!(cut.is_err(), "{name} cut to {len} of {} bytes", body.len());
            }
            let longer = [&body[..], &[0]].concat().into();
            assert!(decode(&exchange.request, &longer, &agreed).is_err(), "{name} with a byte more");
        }
    }
}

#[test]
fn bent_answers_are_errors_or_answers() {
    for recording in [Recording::h2(), Recording::core_2_18()] {
        for (_, exchange, agreed) in exchanges(&recording) {
            let body = &exchange.answer;
            for at in 0..body.len().min(600) {
                for lie in [i32::MAX, -1, i32::MIN, 0x0101_0101] {
                    let mut bent = body.to_vec();
                    let lie = lie.to_le_bytes();
                    let len = lie.len().min(bent.len() - at);
                    bent[at..at + len].copy_from_slice(&lie[..len]);
                    let _ = decode(&exchange.request, &bent.into(), &agreed);
                }
            }
        }
    }
}

#[test]
fn handshakes_end_where_they_end() {
    let recording = Recording::h2();
    for version in Version::SPOKEN {
        let body = &recording.get(&format!("handshake-{}.{}", version.major, version.minor)).answer;
        for len in 0..body.len() {
            assert!(Reply::decode(&body[..len], version).is_err(), "{version} cut to {len}");
        }
    }
    // Only an old refusal ends before the status.
    let body = &recording.get("handshake-refused-1.8").answer;
    for len in 0..body.len() {
        let whole = len == body.len() - 4;
        assert_eq!(Reply::decode(&body[..len], Version::V1_7).is_ok(), whole, "{len}");
    }
}

#[test]
fn descriptions_end_where_they_end() {
    for recording in ["describe-2.17.0-h2", "describe-2.17.0-calcite"].map(Recording::load) {
        for (name, exchange) in &recording.0 {
            let decode: fn(&[u8]) -> bool = match name.as_str() {
                "odbc-handshake" => |b| odbc::reply(b).is_ok(),
                "jdbc-handshake" => |b| jdbc::reply(b).is_ok(),
                "odbc-resultset" | "odbc-resultset-dml" | "odbc-resultset-error" | "odbc-columns" => {
                    |b| odbc::read_columns(b).is_ok()
                }
                "odbc-params" | "odbc-params-error" => |b| odbc::read_parameters(b).is_ok(),
                "jdbc-params" | "jdbc-params-error" => |b| jdbc::read_parameters(b).is_ok(),
                "jdbc-columns" | "jdbc-columns-none" => |b| jdbc::read_columns(b).is_ok(),
                _ => continue,
            };
            assert!(decode(&exchange.answer), "{name}");
            for len in 0..exchange.answer.len() {
                assert!(!decode(&exchange.answer[..len]), "{name} cut to {len}");
            }
            for at in 0..exchange.answer.len() {
                for lie in [0x7f, 0xff, 0x65, 0x0c] {
                    let mut bent = exchange.answer.to_vec();
                    bent[at] = lie;
                    decode(&bent);
                }
            }
        }
    }
}
