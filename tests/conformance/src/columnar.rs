//! Columnar batches, as Arrow Flight gives them: a column is one typed array, found once a batch.

use std::collections::VecDeque;

use querent::backend::{Backend, Batch, Decode, Placeholder, Request, ValueError, ValueProblem};
use querent::{Error, ErrorKind, Result};

use crate::people::{Received, Subject, checked_queries};
use crate::script::{Ending, Transport, broken, no_url, refused, shown};
use crate::{Answer, Cell, Kind, Script};

querent::source!(pub Columnar: ColumnarBackend);

/// The backend.
pub enum ColumnarBackend {}

/// A batch: one array a column.
pub struct Columns {
    len: usize,
    names: Vec<&'static str>,
    arrays: Vec<Array>,
}

/// Values of one type, with a hole where there is none.
enum Array {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

/// Batches on their way.
pub struct Cursor {
    batches: VecDeque<Columns>,
    ending: Ending,
    affected: u64,
}

impl Columns {
    fn new(columns: &[(&'static str, Kind)], rows: &[Vec<Cell>]) -> Result<Columns> {
        let arrays = (0..columns.len()).map(|at| array(columns[at].1, rows.iter().map(|row| &row[at])));
        Ok(Columns {
            len: rows.len(),
            names: columns.iter().map(|(name, _)| *name).collect(),
            arrays: arrays.collect::<Result<_>>()?,
        })
    }
}

fn array<'c>(kind: Kind, cells: impl Iterator<Item = &'c Cell>) -> Result<Array> {
    fn all<'c, T>(
        cells: impl Iterator<Item = &'c Cell>,
        read: impl Fn(&Cell) -> Option<T>,
    ) -> Result<Vec<Option<T>>> {
        let one = |cell: &Cell| match cell {
            Cell::Null => Ok(None),
            other => read(other).map(Some).ok_or_else(|| {
                Error::new(ErrorKind::Protocol, "a value of another type than its column has")
            }),
        };
        cells.map(one).collect()
    }
    Ok(match kind {
        Kind::Int => Array::Int(all(cells, |cell| match cell {
            Cell::Int(number) => Some(*number),
            _ => None,
        })?),
        Kind::Text => Array::Text(all(cells, |cell| match cell {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        })?),
        Kind::Bytes => Array::Bytes(all(cells, |cell| match cell {
            Cell::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        })?),
    })
}

impl Batch for Columns {
    fn len(&self) -> usize {
        self.len
    }

    fn width(&self) -> usize {
        self.arrays.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.names.get(index).copied()
    }
}

impl Backend for ColumnarBackend {
    const NAME: &'static str = "columnar";
    const PLACEHOLDER: Placeholder = Placeholder::Dollar;
    type Options = Script;
    type Call = ();
    type Connection = Transport;
    type Cursor = Cursor;
    type Batch = Columns;
    type Cluster = querent::backend::Single;

    fn options(_: &str) -> Result<Script> {
        no_url()
    }

    async fn connect(script: &Script) -> Result<Transport> {
        Ok(script.connect())
    }

    async fn open(connection: &mut Transport, request: Request<'_, Self>) -> Result<Cursor> {
        let rendered = request.render();
        let values = rendered.values.iter().map(|(value, _)| shown(value)).collect();
        let Answer { columns, batches, affected, ending, .. } =
            connection.script().receive(rendered.sql, values);
        if ending == Ending::Refused {
            return Err(refused());
        }
        let batches = batches.iter().map(|rows| Columns::new(&columns, rows)).collect::<Result<_>>()?;
        Ok(Cursor { batches, ending, affected })
    }

    async fn next(_: &mut Transport, cursor: &mut Cursor) -> Result<Option<Columns>> {
        match (cursor.batches.pop_front(), cursor.ending) {
            (Some(batch), _) => Ok(Some(batch)),
            (None, Ending::Hang) => std::future::pending().await,
            (None, Ending::Broken) => Err(broken()),
            (None, Ending::Whole | Ending::Refused) => Ok(None),
        }
    }

    fn affected(cursor: &Cursor) -> Option<u64> {
        Some(cursor.affected)
    }
}

macro_rules! decode {
    ($($rust:ty: $array:ident($element:ty) => $read:expr;)+) => {
        $(impl<'b> Decode<'b, ColumnarBackend> for $rust {
            type Column = (u16, &'b [Option<$element>]);

            fn column(batch: &'b Columns, index: usize) -> Result<Self::Column, ValueError> {
                match batch.arrays.get(index) {
                    Some(Array::$array(values)) => Ok((index as u16, values)),
                    Some(_) => Err(ValueError::column(index, ValueProblem::WrongType(stringify!($rust)))),
                    None => Err(ValueError::column(index, ValueProblem::MissingColumn)),
                }
            }

            fn is_null((_, values): &Self::Column, row: usize) -> bool {
                values[row].is_none()
            }

            fn get((index, values): &Self::Column, row: usize) -> Result<Self, ValueError> {
                let read: fn(&'b $element) -> $rust = $read;
                values[row].as_ref().map(read).ok_or(ValueError::row(*index, row, ValueProblem::Null))
            }
        })+
    };
}

decode! {
    i64: Int(i64) => |number| *number;
    String: Text(String) => |text| text.clone();
    Vec<u8>: Bytes(Vec<u8>) => |bytes| bytes.clone();
}

impl Subject for Columnar {
    checked_queries!(Columnar);

    const NO_AGE: Received = ("SELECT id, name, age FROM people WHERE name = $1 AND FALSE", &["'O'Hara'"]);
    const ONE_AGE: Received =
        ("SELECT id, name, age FROM people WHERE name = $1 AND age IN ($2)", &["'O'Hara'", "41"]);
    const THREE_AGES: Received = (
        "SELECT id, name, age FROM people WHERE name = $1 AND age IN ($2, $3, $4, $5) AND age >= $6",
        &["'O'Hara'", "41", "42", "43", "43", "40"],
    );
    const ADDED: Received = (
        "INSERT INTO people (id, name, age, photo) VALUES ($1, $2, $3, $4)",
        &["7", "'Æ \"x\"'", "NULL", "00ff"],
    );
    const DROP_ENDS: bool = true;
}
