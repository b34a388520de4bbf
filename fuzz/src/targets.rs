//! The decoders, each as a function of bytes that says whether it accepts them.

use bytes::{Bytes, BytesMut};
use querent_protocol::ignite::code::{Features, Version};
use querent_protocol::ignite::describe::{jdbc, odbc};
use querent_protocol::ignite::handshake::{Agreed, Reply};
use querent_protocol::ignite::response::{
    self, Endpoints, Header, NodeIds, Page, Partitions, Rows, ScanRows,
};
use querent_protocol::ignite::value::{Object, Value, skip};
use querent_protocol::ignite::{DecodeError, Limits, Reader, Writer, frame};

pub struct Target {
    pub name: &'static str,
    pub accepts: fn(&[u8]) -> bool,
}

/// The latest version with every feature that is implemented.
pub fn agreed() -> Agreed {
    Agreed { version: Version::V1_7, features: Features::IMPLEMENTED }
}

/// A version before there were features.
fn older() -> Agreed {
    Agreed { version: Version::V1_4, features: Features::NONE }
}

fn reads<'a, T>(bytes: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>) -> bool {
    read(&mut Reader::new(bytes)).is_ok()
}

/// The rows with every cell decoded, as drivers do.
fn cells(page: &Page) -> bool {
    let mut all = (0..page.rows()).flat_map(|row| (0..page.width()).map(move |column| (row, column)));
    all.all(|(row, column)| page.cell(row, column).is_some_and(object))
}

fn rows(bytes: &[u8], with_names: bool) -> bool {
    let body = Bytes::copy_from_slice(bytes);
    Rows::read(&body, &mut Reader::new(&body), with_names).is_ok_and(|rows| cells(&rows.page))
}

fn page(bytes: &[u8], width: usize) -> bool {
    let body = Bytes::copy_from_slice(bytes);
    Page::read(&body, &mut Reader::new(&body), width).is_ok_and(|page| cells(&page))
}

/// An object and all that it holds, to some depth.
fn walk(object: Object<'_>, depth: usize) -> bool {
    if depth == 0 {
        return true;
    }
    match object {
        Object::Typed { mut elements, .. }
        | Object::Array { mut elements, .. }
        | Object::EnumArray { mut elements, .. }
        | Object::Collection { mut elements, .. } => {
            elements.all(|element| element.is_ok_and(|element| walk(element, depth - 1)))
        }
        Object::Map { mut entries, .. } => entries
            .all(|entry| entry.is_ok_and(|(key, value)| walk(key, depth - 1) && walk(value, depth - 1))),
        Object::Decimal(number) => number.decimal().is_ok(),
        Object::Handle(handle) => handle.object().is_ok(),
        Object::Complex(object) | Object::Wrapped { object, .. } => {
            (0..4).all(|ordinal| object.field_at(ordinal).is_ok())
        }
        _ => true,
    }
}

fn object(bytes: &[u8]) -> bool {
    Object::decode(bytes).is_ok_and(|object| walk(object, 4))
}

/// What was decoded is written and decoded again: it is the same.
fn value(bytes: &[u8]) -> bool {
    let Ok(value) = Value::from_slice(bytes) else { return false };
    let mut writer = Writer::new(1 << 24);
    value.write(&mut writer);
    if let Ok(written) = writer.finish() {
        // NaN is not itself.
        let again = Value::from_slice(&written).expect("what was written");
        let mut writer = Writer::new(1 << 24);
        again.write(&mut writer);
        assert_eq!(writer.finish().expect("what was written"), written);
    }
    true
}

macro_rules! targets {
    ($($name:literal: $accepts:expr;)+) => {
        /// All of them.
        pub const TARGETS: &[Target] = &[$(Target { name: $name, accepts: $accepts }),+];
    };
}

targets! {
    "frame": |b| frame::decode(&mut BytesMut::from(b), &Limits::default()).is_ok_and(|body| body.is_some());
    "handshake-1.7": |b| Reply::decode(b, Version::V1_7).is_ok();
    "handshake-1.4": |b| Reply::decode(b, Version::V1_4).is_ok();
    "handshake-1.2": |b| Reply::decode(b, Version::V1_2).is_ok();
    "header": |b| reads(b, |r| Header::read(r, &agreed()));
    "header-1.2": |b| reads(b, |r| Header::read(r, &Agreed { version: Version::V1_2, features: Features::NONE }));
    "skip": |b| reads(b, skip);
    "object": object;
    "value": value;
    "response-object": |b| reads(b, response::object);
    "response-boolean": |b| reads(b, response::boolean);
    "response-size": |b| reads(b, response::size);
    "entries": |b| { let body = Bytes::copy_from_slice(b); response::entries(&body, &mut Reader::new(&body)).is_ok_and(|page| cells(&page)) };
    "cache-names": |b| reads(b, response::cache_names);
    "cache-configuration": |b| reads(b, |r| response::cache_configuration(r, &agreed()));
    "cache-configuration-1.4": |b| reads(b, |r| response::cache_configuration(r, &older()));
    "partitions": |b| reads(b, |r| Partitions::read(r, &agreed()));
    "partitions-1.4": |b| reads(b, |r| Partitions::read(r, &older()));
    "scan": |b| { let body = Bytes::copy_from_slice(b); ScanRows::read(&body, &mut Reader::new(&body)).is_ok_and(|rows| cells(&rows.page)) };
    "scan-page": |b| page(b, 2);
    "sql-rows": |b| rows(b, true);
    "sql-rows-without-names": |b| rows(b, false);
    "sql-page": |b| page(b, 1);
    "idle-timeout": |b| reads(b, response::idle_timeout_ms);
    "type-name": |b| reads(b, response::type_name);
    "binary-type": |b| reads(b, response::binary_type);
    "binary-configuration": |b| reads(b, response::binary_configuration);
    "tx-id": |b| reads(b, response::tx_id);
    "cluster-state": |b| reads(b, |r| response::cluster_state(r, &agreed()));
    "node-ids": |b| reads(b, NodeIds::read);
    "node-infos": |b| reads(b, response::node_infos);
    "endpoints": |b| reads(b, Endpoints::read);
    "data-center-nodes": |b| reads(b, response::data_center_nodes);
    "odbc-reply": |b| odbc::reply(b).is_ok();
    "odbc-columns": |b| odbc::read_columns(b).is_ok();
    "odbc-parameters": |b| odbc::read_parameters(b).is_ok();
    "jdbc-reply": |b| jdbc::reply(b).is_ok();
    "jdbc-columns": |b| jdbc::read_columns(b).is_ok();
    "jdbc-parameters": |b| jdbc::read_parameters(b).is_ok();
}
