//! A language of JSON commands with blobs beside it, as ApertureDB's: one answer to a request, whole, with its blobs in the
//! order in which the answer speaks of them.
//!
//! Its queries are made through the public traits, as a checker of JSON commands would emit them.

use std::sync::Arc;

use querent::backend::{
    Backend, Batch, ColumnMeta, Decode, ParamMeta, Piece, Placeholder, Plan, Request, ValueError,
    ValueProblem,
};
use querent::{Error, ErrorKind, Query, Result, Source, Value};
use serde_json::{Value as Json, json};

use crate::people::{Received, Subject};
use crate::script::{Ending, Transport, broken, hex, no_url, refused};
use crate::{Answer, Cell, Person, Photo, Script};

/// A source of JSON commands.
pub enum Commands {}

impl Source for Commands {
    type Backend = CommandsBackend;
    const NAME: &'static str = "commands";
    const FINGERPRINT: u64 = 0;
}

/// The backend.
pub enum CommandsBackend {}

/// The one answer, before and after it is handed on.
pub struct Cursor {
    entities: Option<Entities>,
    ending: Ending,
    affected: Option<u64>,
}

/// The entities of an answer.
pub struct Entities {
    /// The properties that the query asked for.
    names: Vec<&'static str>,
    entities: Vec<Json>,
    blobs: Vec<Arc<[u8]>>,
}

/// The server's side: the text of the answer and the blobs after it.
fn answer(answer: &Answer) -> (String, Vec<Arc<[u8]>>) {
    let mut blobs: Vec<Arc<[u8]>> = Vec::new();
    let mut entities = Vec::new();
    for row in answer.batches.iter().flatten() {
        let mut entity = serde_json::Map::new();
        for ((name, _), cell) in answer.columns.iter().zip(row) {
            let value = match cell {
                Cell::Null => Json::Null,
                Cell::Int(number) => json!(number),
                Cell::Text(text) => json!(text),
                Cell::Bytes(bytes) => {
                    blobs.push(bytes.as_slice().into());
                    json!({ "_blob_index": blobs.len() - 1 })
                }
            };
            entity.insert((*name).to_owned(), value);
        }
        entities.push(Json::Object(entity));
    }
    let text = match entities.is_empty() && answer.columns.is_empty() {
        true => json!([{ "AddEntity": { "status": 0, "count": answer.affected } }]),
        false => json!([{ "FindEntity": { "status": 0, "entities": entities } }]),
    };
    (text.to_string(), blobs)
}

/// A value in the text; a blob goes beside it.
fn literal(value: &Value<'_>, _: &str, text: &mut String) -> Result<()> {
    text.push_str(&to_json(value)?.to_string());
    Ok(())
}

fn to_json(value: &Value<'_>) -> Result<Json> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Int(number) => json!(number),
        Value::Str(text) => json!(text),
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
        let scripted = connection.script().receive(text, blobs);
        if scripted.ending == Ending::Refused {
            return Err(refused());
        }
        let (text, blobs) = answer(&scripted);
        let (entities, affected) = read(&text)?;
        let names = request.columns.iter().map(|column| column.name).collect();
        let entities = entities.map(|entities| Entities { names, entities, blobs });
        Ok(Cursor { entities, ending: scripted.ending, affected })
    }

    async fn next(_: &mut Transport, cursor: &mut Cursor) -> Result<Option<Entities>> {
        match (cursor.entities.take(), cursor.ending) {
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

/// The entities or the count in the text of an answer.
fn read(text: &str) -> Result<(Option<Vec<Json>>, Option<u64>)> {
    let malformed = || Error::new(ErrorKind::Protocol, "the answer is not the JSON that it should be");
    let mut answer: Json = serde_json::from_str(text).map_err(|_| malformed())?;
    if let Some(Json::Array(entities)) = answer.pointer_mut("/0/FindEntity/entities").map(Json::take) {
        return Ok((Some(entities), None));
    }
    let count = answer.pointer("/0/AddEntity/count").and_then(Json::as_u64).ok_or_else(malformed)?;
    Ok((None, Some(count)))
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
}

/// A property of all entities.
#[derive(Clone, Copy)]
pub struct Property<'b> {
    batch: &'b Entities,
    index: usize,
    name: &'static str,
}

impl<'b> Property<'b> {
    fn new(batch: &'b Entities, index: usize) -> Result<Self, ValueError> {
        match batch.names.get(index) {
            Some(name) => Ok(Property { batch, index, name }),
            None => Err(ValueError::column(index, ValueProblem::MissingColumn)),
        }
    }

    fn value(&self, row: usize) -> &'b Json {
        &self.batch.entities[row][self.name]
    }

    fn read<T>(
        &self,
        row: usize,
        rust: &'static str,
        read: impl Fn(&'b Json, &'b Entities) -> Option<T>,
    ) -> Result<T, ValueError> {
        let error = |what| ValueError::row(self.index as u16, row, what);
        match self.value(row) {
            Json::Null => Err(error(ValueProblem::Null)),
            value => read(value, self.batch).ok_or(error(ValueProblem::WrongType(rust))),
        }
    }
}

macro_rules! decode {
    ($($rust:ty: $read:expr;)+) => {
        $(impl<'b> Decode<'b, CommandsBackend> for $rust {
            type Column = Property<'b>;

            fn column(batch: &'b Entities, index: usize) -> Result<Property<'b>, ValueError> {
                Property::new(batch, index)
            }

            fn is_null(column: &Property<'b>, row: usize) -> bool {
                column.value(row).is_null()
            }

            fn get(column: &Property<'b>, row: usize) -> Result<Self, ValueError> {
                let read: fn(&'b Json, &'b Entities) -> Option<$rust> = $read;
                column.read(row, stringify!($rust), read)
            }
        })+
    };
}

decode! {
    i64: |value, _| value.as_i64();
    String: |value, _| value.as_str().map(str::to_owned);
    // Handed on without a copy.
    Arc<[u8]>: |value, batch| {
        let index = usize::try_from(value.get("_blob_index")?.as_u64()?).ok()?;
        batch.blobs.get(index).cloned()
    };
    Vec<u8>: |value, batch| {
        let index = usize::try_from(value.get("_blob_index")?.as_u64()?).ok()?;
        batch.blobs.get(index).map(|blob| blob.to_vec())
    };
}

type B = CommandsBackend;

fn person(batch: &Entities, out: &mut Vec<Person>) -> Result<(), ValueError> {
    let id = <i64 as Decode<'_, B>>::column(batch, 0)?;
    let name = <String as Decode<'_, B>>::column(batch, 1)?;
    let age = <Option<i64> as Decode<'_, B>>::column(batch, 2)?;
    for row in 0..batch.len() {
        out.push(Person {
            id: <i64 as Decode<'_, B>>::get(&id, row)?,
            name: <String as Decode<'_, B>>::get(&name, row)?,
            age: <Option<i64> as Decode<'_, B>>::get(&age, row)?,
        });
    }
    Ok(())
}

fn photo(batch: &Entities, out: &mut Vec<Photo>) -> Result<(), ValueError> {
    let id = <i64 as Decode<'_, B>>::column(batch, 0)?;
    let photo = <Option<Vec<u8>> as Decode<'_, B>>::column(batch, 1)?;
    for row in 0..batch.len() {
        out.push(Photo {
            id: <i64 as Decode<'_, B>>::get(&id, row)?,
            photo: <Option<Vec<u8>> as Decode<'_, B>>::get(&photo, row)?,
        });
    }
    Ok(())
}

const fn column(name: &'static str, ty: &'static str, nullable: bool, origin: &'static str) -> ColumnMeta {
    ColumnMeta { name, named: true, ty, nullable, origin }
}

const PERSON: &[ColumnMeta] = &[
    column("id", "Int64", false, "Person.id"),
    column("name", "Utf8", false, "Person.name"),
    column("age", "Int64", true, "Person.age"),
];

const fn plan(template: &'static [Piece<'static>], columns: &'static [ColumnMeta]) -> Plan {
    Plan { template, columns, read_only: true, file: file!(), line: line!(), ..Plan::EMPTY }
}

const EVERYBODY: &Plan = &plan(
    &[Piece::Text(r#"[{"FindEntity":{"with_class":"Person","results":{"list":["id","name","age"]}}}]"#)],
    PERSON,
);

const SOME: &Plan = &Plan {
    params: &[
        ParamMeta { name: "name", ty: "Utf8" },
        ParamMeta { name: "ages", ty: "Int64" },
        ParamMeta { name: "floor", ty: "Int64" },
    ],
    sections: &[&[2]],
    ..plan(
        &[
            Piece::Text(r#"[{"FindEntity":{"with_class":"Person","constraints":{"name":["==","#),
            Piece::Param(0),
            Piece::Text(r#"],"age":["in","#),
            Piece::Param(1),
            Piece::Section(0, &[Piece::Text(r#",">=","#), Piece::Param(2)]),
            Piece::Text(r#"]},"results":{"list":["id","name","age"]}}}]"#),
        ],
        PERSON,
    )
};

const PHOTOS: &Plan = &plan(
    &[Piece::Text(r#"[{"FindEntity":{"with_class":"Person","blobs":true,"results":{"list":["id"]}}}]"#)],
    &[column("id", "Int64", false, "Person.id"), column("photo", "Binary", true, "Person.photo")],
);

const ADD: &Plan = &Plan {
    params: &[
        ParamMeta { name: "id", ty: "Int64" },
        ParamMeta { name: "name", ty: "Utf8" },
        ParamMeta { name: "age", ty: "Int64" },
        ParamMeta { name: "photo", ty: "Binary" },
    ],
    read_only: false,
    blobs: &[3],
    ..plan(
        &[
            Piece::Text(r#"[{"AddEntity":{"class":"Person","properties":{"id":"#),
            Piece::Param(0),
            Piece::Text(r#","name":"#),
            Piece::Param(1),
            Piece::Text(r#","age":"#),
            Piece::Param(2),
            Piece::Text("}}}]"),
        ],
        &[],
    )
};

fn nothing(_: &Entities, _: &mut Vec<()>) -> Result<(), ValueError> {
    Ok(())
}

fn int(value: &Option<i64>) -> Value<'static> {
    value.map_or(Value::Null, Value::Int)
}

impl Subject for Commands {
    fn everybody() -> Query<'static, Self, Person> {
        Query::new(EVERYBODY, person, [])
    }

    fn some<'q>(name: &'q str, ages: &'q [i64], floor: &'q Option<i64>) -> Query<'q, Self, Person> {
        let ages = ages.iter().copied().map(Value::Int).collect();
        Query::new(SOME, person, [Value::Str(name), Value::List(ages), int(floor)])
    }

    fn photos() -> Query<'static, Self, Photo> {
        Query::new(PHOTOS, photo, [])
    }

    fn add<'q>(
        id: &'q i64,
        name: &'q str,
        age: &'q Option<i64>,
        photo: &'q Option<Vec<u8>>,
    ) -> Query<'q, Self, ()> {
        let photo = photo.as_deref().map_or(Value::Null, Value::Bytes);
        Query::new(ADD, nothing, [Value::Int(*id), Value::Str(name), int(age), photo])
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
    const ADDED: Received = (
        r#"[{"AddEntity":{"class":"Person","properties":{"id":7,"name":"Æ \"x\"","age":null}}}]"#,
        &["00ff"],
    );
    const DROP_ENDS: bool = true;
}
