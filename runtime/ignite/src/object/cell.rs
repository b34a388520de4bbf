//! Reading: one object in the bytes of an answer.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use querent_core::ValueProblem;
use querent_protocol::ignite::hash::field_id;
use querent_protocol::ignite::value::{Elements, Object, Value};
use querent_protocol::ignite::{DecodeError, Reader, binary};

use super::types::Known;
use super::{FromObject, Types};
use crate::clock::Clock;

/// One object, still in the bytes that it came in.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    body: &'a Bytes,
    at: usize,
    object: Object<'a>,
    types: &'a Types,
}

/// Why an object could not be read as a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError(Problem);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Value(ValueProblem),
    Bytes(DecodeError),
    /// Something is not known yet; whoever asked for the value finds out and reads again.
    Need(Need),
    Refused(&'static str),
    Field(&'static str, String, Box<Problem>),
}

/// What must be known to read a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Schema { type_id: i32, schema_id: i32 },
    Clock,
}

impl ReadError {
    /// An object that cannot be read, for this reason.
    pub fn new(why: &'static str) -> ReadError {
        ReadError(Problem::Refused(why))
    }

    pub(super) fn need(need: Need) -> ReadError {
        ReadError(Problem::Need(need))
    }

    /// What must be known first, if that is all.
    pub(crate) fn needs(&self) -> Option<Need> {
        let mut problem = &self.0;
        while let Problem::Field(_, _, inner) = problem {
            problem = inner;
        }
        match problem {
            Problem::Need(need) => Some(*need),
            _ => None,
        }
    }

    /// The same, of a field of a type.
    fn in_field(self, class: &'static str, field: &str) -> ReadError {
        ReadError(Problem::Field(class, field.to_owned(), Box::new(self.0)))
    }
}

impl From<ValueProblem> for ReadError {
    fn from(problem: ValueProblem) -> ReadError {
        ReadError(Problem::Value(problem))
    }
}

impl From<DecodeError> for ReadError {
    fn from(error: DecodeError) -> ReadError {
        ReadError(Problem::Bytes(error))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Value(ValueProblem::WrongType(rust)) => {
                write!(f, "the object cannot be read as `{rust}`")
            }
            Problem::Value(problem) => problem.fmt(f),
            Problem::Bytes(error) => error.fmt(f),
            Problem::Need(Need::Schema { type_id, schema_id }) => {
                write!(f, "the cluster does not know schema {schema_id} of type {type_id}")
            }
            Problem::Need(Need::Clock) => f.write_str("the servers' time zone is not known"),
            Problem::Refused(why) => f.write_str(why),
            Problem::Field(class, field, inner) => write!(f, "field `{field}` of `{class}`: {inner}"),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ReadError {}

impl<'a> Cell<'a> {
    /// The object at a position of a body.
    pub(crate) fn read(body: &'a Bytes, at: usize, types: &'a Types) -> Result<Cell<'a>, DecodeError> {
        let object = Object::read(&mut Reader::new(body).at(at)?)?;
        Cell::of(body, at, object, types)
    }

    fn of(body: &'a Bytes, at: usize, object: Object<'a>, types: &'a Types) -> Result<Cell<'a>, DecodeError> {
        let (at, object) = match object {
            Object::Handle(handle) => (handle.position(), handle.object()?),
            object => (at, object),
        };
        Ok(Cell { body, at, object, types })
    }

    /// The object; never a handle.
    pub fn object(&self) -> Object<'a> {
        self.object
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.object.is_null()
    }

    /// The object, owned.
    pub fn value(&self) -> Result<Value, ReadError> {
        Ok(Value::decode_at(self.body, self.at)?.0)
    }

    /// What it holds, if it is an array of objects, a list or a set.
    pub fn sequence(&self) -> Option<Sequence<'a>> {
        let elements = match self.object {
            Object::Typed { elements, .. }
            | Object::Array { elements, .. }
            | Object::EnumArray { elements, .. }
            | Object::Collection { elements, .. } => elements,
            _ => return None,
        };
        Some(Sequence { body: self.body, elements, types: self.types })
    }

    /// Keys and values in turn, if it is a map.
    pub fn entries(&self) -> Option<Sequence<'a>> {
        match self.object {
            Object::Map { entries, .. } => {
                Some(Sequence { body: self.body, elements: entries.flat(), types: self.types })
            }
            _ => None,
        }
    }

    /// The complex object that it is, which must be of this type.
    pub fn complex(&self, type_name: &'static str) -> Result<ObjectReader<'a>, ReadError> {
        let Some(object) = self.object.complex() else { return Err(self.wrong_type(type_name)) };
        let type_id = match object.class_name() {
            Some(name) => self.types.type_id(&name.text()),
            None => Some(object.type_id()),
        };
        // Where only the servers know how ids are made, what is in the cache is believed.
        if self.types.type_id(type_name).is_some_and(|expected| type_id != Some(expected)) {
            return Err(self.wrong_type(type_name));
        }
        ObjectReader::new(*self, object, type_name)
    }

    /// Another type was asked for than it is.
    pub fn wrong_type(&self, rust: &'static str) -> ReadError {
        match self.object {
            Object::Null => ValueProblem::Null.into(),
            _ => ValueProblem::WrongType(rust).into(),
        }
    }

    pub(super) fn clock(&self) -> Result<&'a Clock, ReadError> {
        self.types.clock().ok_or(ReadError::need(Need::Clock))
    }

    pub(super) fn types(&self) -> &'a Types {
        self.types
    }
}

/// Only its type: it is a value.
impl fmt::Debug for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cell").field("at", &self.at).finish_non_exhaustive()
    }
}

/// The objects in another.
#[derive(Clone, Copy)]
pub struct Sequence<'a> {
    body: &'a Bytes,
    elements: Elements<'a>,
    types: &'a Types,
}

impl<'a> Iterator for Sequence<'a> {
    type Item = Result<Cell<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.elements.position();
        let object = self.elements.next()?;
        Some(object.and_then(|object| Cell::of(self.body, at, object, self.types)).map_err(ReadError::from))
    }
}

/// The fields of a complex object.
pub struct ObjectReader<'a> {
    cell: Cell<'a>,
    object: binary::ObjectReader<'a>,
    class: &'static str,
    known: Option<Arc<Known>>,
}

impl<'a> ObjectReader<'a> {
    fn new(
        cell: Cell<'a>,
        object: binary::ObjectReader<'a>,
        class: &'static str,
    ) -> Result<ObjectReader<'a>, ReadError> {
        let mut known = None;
        if object.is_compact() && object.field_count() > 0 {
            let (type_id, schema_id) = (object.type_id(), object.schema_id());
            known = cell.types.get(type_id).filter(|known| known.schema(schema_id).is_some());
            if known.is_none() {
                return Err(ReadError::need(Need::Schema { type_id, schema_id }));
            }
        }
        Ok(ObjectReader { cell, object, class, known })
    }

    /// Reads a field. One that the object does not have, because it was written by an older or newer program, is read as
    /// null.
    pub fn field<T: FromObject>(&self, name: &str) -> Result<T, ReadError> {
        self.read_field(name).map_err(|error| error.in_field(self.class, name))
    }

    fn read_field<T: FromObject>(&self, name: &str) -> Result<T, ReadError> {
        match self.cell(name)? {
            Some(cell) => T::from_object(&cell),
            None => T::from_nothing(),
        }
    }

    /// The object of a field; `None` where the object does not have it.
    pub fn cell(&self, name: &str) -> Result<Option<Cell<'a>>, ReadError> {
        let schema = self.known.as_ref().and_then(|known| known.schema(self.object.schema_id()));
        let Some(ordinal) = self.object.ordinal(field_id(name), schema)? else { return Ok(None) };
        let (Some(at), Some(object)) = (self.object.field_start(ordinal)?, self.object.field_at(ordinal)?)
        else {
            return Ok(None);
        };
        Ok(Some(Cell::of(self.cell.body, at, object, self.cell.types)?))
    }

    /// The raw data, which only the type itself understands.
    pub fn raw(&self) -> Reader<'a> {
        self.object.raw()
    }

    /// The object as it came.
    pub fn object(&self) -> binary::ObjectReader<'a> {
        self.object
    }
}
