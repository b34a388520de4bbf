//! A language of JSON commands with blobs beside it, as ApertureDB's: one answer to a request, whole, with its blobs in the
//! order in which the answer speaks of them.
//!
//! Its server (`server`) reads the commands and answers each of them as a real one would (recorded answers of 0.17 and
//! 0.19); here is the driver.

mod decode;
mod server;

use std::collections::VecDeque;
use std::sync::Arc;

use querent::backend::{Backend, Batch, ColumnMeta, Placeholder, Request};
use querent::{Error, ErrorKind, Result, Value};
use serde_json::{Value as Json, json};

use crate::Script;
use crate::people::{Received, Subject};
use crate::script::{Ending, Transport, broken, hex, no_url, refused};

querent::source!(pub Commands: CommandsBackend);

/// The backend.
pub enum CommandsBackend {}

/// The one answer, as far as it was not handed on.
pub struct Cursor {
    answers: VecDeque<Entities>,
    ending: Ending,
    affected: Option<u64>,
}

/// What one command answered.
pub struct Entities {
    /// The properties that the query asked for.
    names: Vec<&'static str>,
    entities: Vec<Json>,
    blobs: Arc<[Arc<[u8]>]>,
    affected: Option<u64>,
}

/// The results of commands that ask for no objects.
const AGGREGATES: [&str; 5] = ["count", "sum", "average", "min", "max"];

/// A value in the text; a blob goes beside it.
fn literal(value: &Value<'_>, _: &str, text: &mut String) -> Result<()> {
    text.push_str(&to_json(value)?.to_string());
    Ok(())
}

fn to_json(value: &Value<'_>) -> Result<Json> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(number) => json!(number),
        Value::UInt(number) => json!(number),
        Value::Double(number) if number.is_finite() => json!(number),
        Value::Str(text) => json!(text),
        Value::String(text) => json!(text),
        Value::List(values) => values.iter().map(to_json).collect::<Result<_>>()?,
        _ => return Err(Error::new(ErrorKind::Unsupported, "a value that JSON has no form for")),
    })
}

impl Backend for CommandsBackend {
    const NAME: &'static str = "commands";
    const PLACEHOLDER: Placeholder = Placeholder::Literal;
    type Options = Script;
    type Call = ();
    type Connection = Transport;
    type Cursor = Cursor;
    type Batch = Entities;
    type Cluster = querent::backend::Single;

    fn options(_: &str) -> Result<Script> {
        no_url()
    }

    async fn connect(script: &Script) -> Result<Transport> {
        Ok(script.connect())
    }

    async fn open(connection: &mut Transport, request: Request<'_, Self>) -> Result<Cursor> {
        let text = request.render_literals(&mut literal)?;
        let blob = |index: &u16| match request.values.get(usize::from(*index)) {
            Some(Value::Bytes(blob)) => Ok(hex(blob)),
            _ => Err(Error::new(ErrorKind::Value, format!("parameter {} is no blob", index + 1))),
        };
        let blobs = request.blobs.iter().map(blob).collect::<Result<_>>()?;
        let (text, blobs, ending) = server::answer(connection.script(), text, blobs);
        if ending == Ending::Refused {
            return Err(refused());
        }
        let one = [request.columns];
        let columns = if request.results.is_empty() { &one } else { request.results };
        let answers = read(&text, columns, &blobs.into())?;
        if ending == Ending::Broken && answers.iter().all(Batch::is_empty) {
            // Nothing of it has come.
            return Err(broken());
        }
        let affected = answers.front().and_then(|answer| answer.affected);
        Ok(Cursor { answers, ending, affected })
    }

    async fn next(_: &mut Transport, cursor: &mut Cursor) -> Result<Option<Entities>> {
        match (cursor.answers.pop_front(), cursor.ending) {
            (Some(entities), _) => Ok(Some(entities)),
            (None, Ending::Hang) => std::future::pending().await,
            (None, Ending::Broken) => Err(broken()),
            (None, Ending::Whole | Ending::Refused) => Ok(None),
        }
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        cursor.affected
    }
}

fn malformed() -> Error {
    Error::new(ErrorKind::Protocol, "the answer is not the JSON that it should be")
}

/// The answers to all commands, by the columns that each was checked with.
fn read(text: &str, columns: &[&[ColumnMeta]], blobs: &Arc<[Arc<[u8]>]>) -> Result<VecDeque<Entities>> {
    let answers: Vec<serde_json::Map<String, Json>> = serde_json::from_str(text).map_err(|_| malformed())?;
    let mut out = VecDeque::new();
    for (answer, columns) in answers.into_iter().zip(columns) {
        let Some((_, Json::Object(mut body))) = answer.into_iter().next() else { return Err(malformed()) };
        if body.get("status").and_then(Json::as_i64) != Some(0) {
            return Err(malformed());
        }
        let affected = body.get("count").and_then(Json::as_u64);
        let entities = match body.get_mut("entities").map(Json::take) {
            Some(Json::Array(entities)) => entities,
            Some(_) => return Err(malformed()),
            // `entities` is absent where none were found, and where nobody asked for any.
            None if is_aggregate(columns, &body) => vec![Json::Object(body)],
            None => Vec::new(),
        };
        let names = columns.iter().map(|column| column.name).collect();
        out.push_back(Entities { names, entities, blobs: Arc::clone(blobs), affected });
    }
    Ok(out)
}

/// Whether the columns are results beside the objects, all of which the answer has.
fn is_aggregate(columns: &[ColumnMeta], body: &serde_json::Map<String, Json>) -> bool {
    let has = |column: &ColumnMeta| AGGREGATES.contains(&column.name) && body.contains_key(column.name);
    !columns.is_empty() && columns.iter().all(has)
}

impl Batch for Entities {
    fn len(&self) -> usize {
        self.entities.len()
    }

    fn width(&self) -> usize {
        self.names.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.names.get(index).copied()
    }

    fn affected(&self) -> Option<u64> {
        self.affected
    }
}

impl Subject for Commands {
    fn everybody() -> querent::Query<'static, Self, crate::Person> {
        querent::query_as!(Commands, crate::Person, [{ "FindEntity": {
            "with_class": "Person", "results": { "list": ["id!", "name!", "age"] }
        } }])
    }

    fn some<'q>(
        name: &'q str,
        ages: &'q [i64],
        floor: &'q Option<i64>,
    ) -> querent::Query<'q, Self, crate::Person> {
        querent::query_as!(Commands, crate::Person, [{ "FindEntity": {
            "with_class": "Person",
            "constraints": { "name": ["==", name], "age": ["in", ages, {{ ">=", floor }}] },
            "results": { "list": ["id!", "name!", "age"] }
        } }])
    }

    fn photos() -> querent::Query<'static, Self, crate::Photo> {
        querent::query_as!(Commands, crate::Photo, [{ "FindImage": {
            "blobs": true, "results": { "list": ["id!"] }
        } }])
    }

    fn add<'q>(
        id: &'q i64,
        name: &'q str,
        age: &'q Option<i64>,
        photo: &'q Option<Vec<u8>>,
    ) -> querent::Query<'q, Self, ()> {
        querent::query!(
            Commands,
            [{ "AddImage": { "properties": { "id": id, "name": name, {{ "age": age }} } } }],
            blobs = (photo.as_deref().unwrap_or_default())
        )
    }

    const NO_AGE: Received = (
        r#"[{"FindEntity":{"with_class":"Person","constraints":{"name":["==","O'Hara"],"age":["in",[]]},"results":{"list":["id","name","age"]}}}]"#,
        &[],
    );
    const ONE_AGE: Received = (
        r#"[{"FindEntity":{"with_class":"Person","constraints":{"name":["==","O'Hara"],"age":["in",[41]]},"results":{"list":["id","name","age"]}}}]"#,
        &[],
    );
    const THREE_AGES: Received = (
        r#"[{"FindEntity":{"with_class":"Person","constraints":{"name":["==","O'Hara"],"age":["in",[41,42,43],">=",40]},"results":{"list":["id","name","age"]}}}]"#,
        &[],
    );
    const ADDED: Received = (r#"[{"AddImage":{"properties":{"id":7,"name":"Æ \"x\""}}}]"#, &["00ff"]);
    const DROP_ENDS: bool = true;
}
