//! A script with a table that really keeps rows, `probe_t`: for the binary, and for clients that others wrote.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::{Ddl, Element, Method, PASSWORD, Script, SqlError, Statement, Table, Type, User, Value, row};

const COLUMNS: [(&str, Type); 10] = [
    ("id", Type::Int8),
    ("name", Type::Text),
    ("note", Type::Text),
    ("qty", Type::Int8),
    ("big", Type::Int8),
    ("price", Type::Numeric),
    ("ratio", Type::Float8),
    ("ok", Type::Bool),
    ("uid", Type::Uuid),
    ("at", Type::Timestamptz),
];
const TYPES: [Type; 10] = {
    let mut types = [Type::Int8; 10];
    let mut at = 0;
    while at < types.len() {
        types[at] = COLUMNS[at].1;
        at += 1;
    }
    types
};

/// The INSERT of a whole row.
pub const INSERT: &str = "INSERT INTO probe_t (id, name, note, qty, big, price, ratio, ok, uid, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const UUID: &str = "102be9bf-215f-4180-b4c9-cc11983e988d";
const INSTANT: &str = "2026-02-03T04:05:06.123456Z";

type Rows = Arc<Mutex<BTreeMap<i64, Vec<Value>>>>;

/// The script: users of every kind of password (`admin`, `plain`, `md5`, `ldap`, `chap`), the table `probe_t` with
/// INSERT, SELECT and DELETE, its DDL, `SELECT * FROM every_type` and `SELECT * FROM every_array`.
pub fn script(nodes: usize) -> Script {
    let rows = Rows::default();
    let table = Table::sharded(
        "probe_t",
        &["id"],
        &[
            ("id", "integer"),
            ("name", "string"),
            ("note", "string*"),
            ("qty", "integer*"),
            ("big", "unsigned*"),
            ("price", "decimal*"),
            ("ratio", "double*"),
            ("ok", "boolean*"),
            ("uid", "uuid*"),
            ("at", "datetime*"),
        ],
    );
    let topology = crate::Topology::flat(nodes).with_table(table);
    let script = Script::new()
        .topology(topology)
        .user(User::plain("md5", PASSWORD, Method::Md5))
        .user(User::plain("ldap", PASSWORD, Method::Ldap))
        .user(User::plain("chap", PASSWORD, Method::ChapSha1));
    every_array(every_type(ddl(table_statements(script, &rows))))
}

fn locked(rows: &Rows) -> std::sync::MutexGuard<'_, BTreeMap<i64, Vec<Value>>> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

fn table_statements(script: Script, rows: &Rows) -> Script {
    let (inserted, selected, all, deleted) = (rows.clone(), rows.clone(), rows.clone(), rows.clone());
    let insert = Statement::write(INSERT, &TYPES, move |call| {
        let id = call.args[0].as_int().unwrap_or(0);
        let mut rows = locked(&inserted);
        if let Some(old) = rows.get(&id) {
            let (old, new) = (format!("{old:?}"), format!("{:?}", call.args));
            return Err(SqlError::duplicate_key(
                "eeff5c83-65af-46c2-a911-d5f376e57acd",
                "1025_pkey",
                "probe_t",
                &old,
                &new,
            ));
        }
        rows.insert(id, call.args.to_vec());
        Ok(1)
    });
    script
        .statement(insert.with_key(&[1]))
        .on("SELECT * FROM probe_t WHERE id = $1", &[Type::Int8], &COLUMNS, move |call| {
            let id = call.args[0].as_int().unwrap_or(0);
            locked(&selected).get(&id).cloned().into_iter().collect::<Vec<_>>()
        })
        .on("SELECT * FROM probe_t ORDER BY id", &[], &COLUMNS, move |_| {
            locked(&all).values().cloned().collect::<Vec<_>>()
        })
        .on_write("DELETE FROM probe_t WHERE id = $1", &[Type::Int8], move |call| {
            u64::from(locked(&deleted).remove(&call.args[0].as_int().unwrap_or(0)).is_some())
        })
        .on("SELECT 1/0", &[], &[("col_1", Type::Int8)], |_| SqlError::division_by_zero())
}

fn ddl(script: Script) -> Script {
    let recreated = Statement::query("SELECT * FROM probe_t ORDER BY id", &[], &[("id", Type::Text)], |_| {
        vec![row!["now a text"]]
    });
    script
        .statement(Statement::ddl("ALTER TABLE probe_t ADD COLUMN extra TEXT", Ddl::altered("probe_t")))
        .statement(Statement::ddl("TRUNCATE TABLE probe_t", Ddl::recreated("probe_t").then(recreated)))
        .statement(Statement::ddl("DROP TABLE probe_t", Ddl::dropped("probe_t")))
}

/// One row with a value of every type that a result can have, and one of NULLs.
fn every_type(script: Script) -> Script {
    let columns = [
        ("i", Type::Int8),
        ("t", Type::Text),
        ("b", Type::Bool),
        ("d", Type::Float8),
        ("n", Type::Numeric),
        ("u", Type::Uuid),
        ("at", Type::Timestamptz),
        ("j", Type::Json),
        ("z", Type::Unknown),
    ];
    script.on("SELECT * FROM every_type", &[], &columns, move |_| {
        let full = vec![
            Value::Int(i64::MIN),
            Value::from("two😀 \"quoted\" \\"),
            Value::Bool(true),
            Value::Double(0.1),
            Value::numeric("12345.678900"),
            Value::uuid(UUID),
            Value::timestamptz(INSTANT),
            Value::Json(json!(["Online", 1, { "a": null }])),
            Value::Null,
        ];
        let nulls = vec![Value::Null; full.len()];
        vec![full, nulls]
    })
}

/// The same of typed arrays, which are on the wire from 26.2 on.
fn every_array(script: Script) -> Script {
    let array = |name, element| (name, Type::Array(element));
    let columns = [
        array("ia", Element::Int8),
        array("ta", Element::Text),
        array("ba", Element::Bool),
        array("da", Element::Float8),
        array("na", Element::Numeric),
        array("ua", Element::Uuid),
        array("ata", Element::Timestamptz),
    ];
    script.on("SELECT * FROM every_array", &[], &columns, move |_| {
        let list = |values: &[Value]| Value::Array(values.to_vec());
        let full = vec![
            list(&[Value::Int(1), Value::Null, Value::Int(i64::MAX)]),
            list(&[Value::from("a"), Value::from("b \"c\" \\")]),
            list(&[Value::Bool(true), Value::Bool(false)]),
            list(&[Value::Double(1.5)]),
            list(&[Value::numeric("1.50")]),
            list(&[Value::uuid(UUID)]),
            list(&[Value::timestamptz(INSTANT)]),
        ];
        let nulls = vec![Value::Null; full.len()];
        vec![full, nulls]
    })
}
