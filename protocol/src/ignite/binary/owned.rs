//! A complex object that owns its bytes.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::super::error::DecodeError;
use super::super::value::Value;
use super::reader::Layout;
use super::{ObjectReader, Schema};

/// A complex object that owns its bytes, or shares them with what it came with. Cloning is cheap.
///
/// An object taken out of a larger value keeps that alive, for its handles may point there. Sending it writes what they
/// point to. (Handles in raw data are found only where the raw data are nothing but objects.)
#[derive(Clone)]
pub struct BinaryObject(Arc<Shared>);

struct Shared {
    body: Bytes,
    layout: Layout,
}

impl BinaryObject {
    /// Decodes bytes that are one complex object, wrapped or not, and nothing more.
    ///
    /// # Errors
    /// Where they are something else.
    pub fn decode(bytes: &Bytes) -> Result<BinaryObject, DecodeError> {
        match Value::decode(bytes)? {
            Value::Object(object) | Value::Wrapped(object) => Ok(object),
            _ => Err(DecodeError::expected(0, "a complex object")),
        }
    }

    /// The object that was read from this body.
    pub(in super::super) fn new(body: Bytes, object: &ObjectReader<'_>) -> BinaryObject {
        BinaryObject(Arc::new(Shared { body, layout: *object.layout() }))
    }

    /// The object that was read from a part of this body that begins at `start`, and owns that part.
    pub(in super::super) fn within(
        body: &Bytes,
        part: (usize, usize),
        object: &ObjectReader<'_>,
    ) -> BinaryObject {
        let mut layout = *object.layout();
        layout.start -= part.0;
        BinaryObject(Arc::new(Shared { body: body.slice(part.0..part.1), layout }))
    }

    /// Its header and fields, over its bytes.
    pub fn reader(&self) -> ObjectReader<'_> {
        ObjectReader::from_layout(&self.0.body, self.0.layout)
    }

    /// The field with this id, or `None` where the object does not have it; see [`ObjectReader::ordinal`].
    ///
    /// # Errors
    /// As [`ObjectReader::field`].
    pub fn field(&self, field_id: i32, schema: Option<&Schema>) -> Result<Option<Value>, DecodeError> {
        match self.reader().ordinal(field_id, schema)? {
            Some(ordinal) => self.field_at(ordinal),
            None => Ok(None),
        }
    }

    /// The field at a place; `None` where there is no such place.
    ///
    /// # Errors
    /// As [`ObjectReader::field_at`].
    pub fn field_at(&self, ordinal: usize) -> Result<Option<Value>, DecodeError> {
        match self.reader().field_start(ordinal)? {
            Some(start) => Value::decode_at(&self.0.body, start).map(|(value, _)| Some(value)),
            None => Ok(None),
        }
    }

    /// All that handles of the object may point into.
    pub(in super::super) fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Where in its body it begins.
    pub(in super::super) fn start(&self) -> usize {
        self.0.layout.start
    }
}

impl PartialEq for BinaryObject {
    /// Whether the bytes are the same, as servers compare objects.
    fn eq(&self, other: &BinaryObject) -> bool {
        self.reader().as_bytes() == other.reader().as_bytes()
    }
}

impl fmt::Debug for BinaryObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = &self.0.layout;
        f.debug_struct("BinaryObject").field("type_id", &layout.type_id).field("len", &layout.len).finish()
    }
}
