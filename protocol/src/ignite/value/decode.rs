//! Bytes to owned values.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::super::binary::BinaryObject;
use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::class::TypeRef;
use super::elements::not_of_the_array;
use super::object::{Handle, Head, Holder, Object};
use super::owned::{Collection, EnumValue, Map, ObjectArray, Proxy, Value};
use super::{code, skip};

type Result<T> = std::result::Result<T, DecodeError>;

/// How deep collections may be nested in each other.
const DEPTH_MAX: usize = 128;
/// The largest size that shared values may amount to if each was there as often as it is referred to. Without it forty
/// lists of two handles each would be a value with 2⁴⁰ leaves.
const EXPANDED_MAX: usize = 1 << 30;

impl Value {
    /// Decodes bytes that are one object and nothing more. Large parts share the bytes.
    ///
    /// # Errors
    /// Where a type code is unknown, something announces more than there is, a part is impossible, collections are nested
    /// more than 128 deep, or one contains itself (such a one can be read as an [`Object`]).
    pub fn decode(bytes: &Bytes) -> Result<Value> {
        let (value, end) = Value::decode_at(bytes, 0)?;
        Reader::new(bytes).at(end)?.end()?;
        Ok(value)
    }

    /// Decodes the object at a position of a body, and returns where it ends.
    ///
    /// # Errors
    /// As [`decode`](Value::decode).
    pub fn decode_at(body: &Bytes, position: usize) -> Result<(Value, usize)> {
        let mut reader = Reader::new(body).at(position)?;
        let mut decoder = Decoder { body, seen: HashMap::new(), expanded: 0, fetched_left: body.len() };
        let value = decoder.value(&mut reader, 0)?;
        Ok((value, reader.position()))
    }

    /// Decodes a copy of bytes that are one object and nothing more.
    ///
    /// # Errors
    /// As [`decode`](Value::decode).
    pub fn from_slice(bytes: &[u8]) -> Result<Value> {
        Value::decode(&Bytes::copy_from_slice(bytes))
    }

    /// Decodes the next object of a reader, copying its bytes once. Its handles must point into itself.
    ///
    /// # Errors
    /// As [`decode`](Value::decode).
    pub fn read(reader: &mut Reader<'_>) -> Result<Value> {
        let range = skip(reader)?;
        Value::from_slice(reader.body().get(range).unwrap_or_default())
    }
}

struct Decoder<'b> {
    body: &'b Bytes,
    /// By where they begin: the containers that handles can stand for. `None` while one is being read.
    seen: HashMap<usize, Option<Shared>>,
    /// Bytes of all values, the shared ones counted each time.
    expanded: usize,
    /// How many bytes may still be decoded that are not in their turn, because a handle points into an object.
    fetched_left: usize,
}

#[derive(Clone)]
struct Shared {
    value: Value,
    /// Its bytes, those it shares counted each time.
    expanded: usize,
}

impl Decoder<'_> {
    fn value(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<Value> {
        let at = reader.position();
        let (holder, count) = match Head::read(reader)? {
            Head::Whole(Object::Handle(handle)) => return self.handle(&handle, at, depth),
            Head::Whole(object) => {
                self.expand(at, reader.position() - at)?;
                return self.whole(object);
            }
            Head::Elements(holder, count) => (holder, count),
        };
        if depth == DEPTH_MAX {
            return Err(DecodeError::too_much(at, "collections in each other", DEPTH_MAX));
        }
        let before = self.expanded;
        self.expand(at, reader.position() - at)?;
        let is_shared = matches!(holder, Holder::Array(_) | Holder::Collection(_) | Holder::Map(_));
        if is_shared {
            self.seen.insert(at, None);
        }
        let value = self.elements(reader, holder, count, depth + 1)?;
        if is_shared {
            let shared = Shared { value: value.clone(), expanded: self.expanded - before };
            self.seen.insert(at, Some(shared));
        }
        Ok(value)
    }

    fn handle(&mut self, handle: &Handle<'_>, at: usize, depth: usize) -> Result<Value> {
        let target = handle.position();
        match self.seen.get(&target).cloned() {
            Some(Some(shared)) => {
                self.expand(at, shared.expanded)?;
                Ok(shared.value)
            }
            Some(None) => Err(DecodeError::expected(at, "a collection that does not contain itself")),
            // A complex object, or what is in one.
            None => {
                let object = handle.object()?;
                if object.complex().is_none() {
                    let len = skip(&mut handle.target())?.len();
                    let left = self.fetched_left.checked_sub(len);
                    self.fetched_left =
                        left.ok_or(DecodeError::too_much(at, "bytes behind handles", self.body.len()))?;
                }
                self.value(&mut handle.target(), depth)
            }
        }
    }

    fn expand(&mut self, at: usize, len: usize) -> Result<()> {
        self.expanded = self.expanded.saturating_add(len);
        if self.expanded > EXPANDED_MAX {
            return Err(DecodeError::too_much(at, "bytes with all that is shared", EXPANDED_MAX));
        }
        Ok(())
    }

    fn elements(
        &mut self,
        reader: &mut Reader<'_>,
        holder: Holder<'_>,
        count: usize,
        depth: usize,
    ) -> Result<Value> {
        Ok(match holder {
            Holder::Typed(element) => return typed(reader, element, count),
            Holder::Array(element) => Value::Array(Arc::new(ObjectArray {
                element: element.to_owned(),
                values: self.values(reader, count, depth)?,
            })),
            Holder::EnumArray(element) => Value::EnumArray(Arc::new(ObjectArray {
                element: element.to_owned(),
                values: self.values(reader, count, depth)?,
            })),
            Holder::Collection(kind) => {
                Value::Collection(Arc::new(Collection { kind, values: self.values(reader, count, depth)? }))
            }
            Holder::Map(kind) => {
                let mut entries = Vec::new();
                for _ in 0..count / 2 {
                    entries.push((self.value(reader, depth)?, self.value(reader, depth)?));
                }
                Value::Map(Arc::new(Map { kind, entries }))
            }
            Holder::Proxy(interfaces) => Value::Proxy(Arc::new(Proxy {
                interfaces: interfaces.map(|class| class.map(TypeRef::to_owned)).collect::<Result<_>>()?,
                handler: self.value(reader, depth)?,
            })),
        })
    }

    fn values(&mut self, reader: &mut Reader<'_>, count: usize, depth: usize) -> Result<Vec<Value>> {
        // A value is many times larger than a null, so nothing is reserved for what is only announced.
        let mut values = Vec::new();
        for _ in 0..count {
            values.push(self.value(reader, depth)?);
        }
        Ok(values)
    }

    fn whole(&self, object: Object<'_>) -> Result<Value> {
        let enum_value = |class: TypeRef<'_>, ordinal| EnumValue { class: class.to_owned(), ordinal };
        Ok(match object {
            Object::Null => Value::Null,
            Object::Byte(number) => Value::Byte(number),
            Object::Short(number) => Value::Short(number),
            Object::Int(number) => Value::Int(number),
            Object::Long(number) => Value::Long(number),
            Object::Float(number) => Value::Float(number),
            Object::Double(number) => Value::Double(number),
            Object::Char(unit) => Value::Char(unit),
            Object::Bool(truth) => Value::Bool(truth),
            Object::String(text) => Value::String(text.text().into_owned()),
            Object::Uuid(uuid) => Value::Uuid(uuid),
            Object::Date(millis) => Value::Date(millis),
            Object::SqlDate(millis) => Value::SqlDate(millis),
            Object::Time(millis) => Value::Time(millis),
            Object::Timestamp(instant) => Value::Timestamp(instant),
            Object::Decimal(decimal) => Value::Decimal(decimal.decimal()?),
            Object::Duration(duration) => Value::Duration(duration),
            Object::Period(period) => Value::Period(period),
            Object::Bytes(bytes) => Value::Bytes(self.body.slice_ref(bytes)),
            Object::Shorts(array) => Value::Shorts(array.iter().collect()),
            Object::Ints(array) => Value::Ints(array.iter().collect()),
            Object::Longs(array) => Value::Longs(array.iter().collect()),
            Object::Floats(array) => Value::Floats(array.iter().collect()),
            Object::Doubles(array) => Value::Doubles(array.iter().collect()),
            Object::Chars(array) => Value::Chars(array.iter().collect()),
            Object::Bools(array) => Value::Bools(array.iter().collect()),
            Object::Enum { class, ordinal } => Value::Enum(enum_value(class, ordinal)),
            Object::BinaryEnum { class, ordinal } => Value::BinaryEnum(enum_value(class, ordinal)),
            Object::Class(class) => Value::Class(class.to_owned()),
            Object::Complex(object) => Value::Object(BinaryObject::new(self.body.clone(), &object)),
            Object::Wrapped { object, array } => {
                Value::Wrapped(BinaryObject::within(self.body, array, &object))
            }
            Object::Optimized(bytes) => Value::Optimized(self.body.slice_ref(bytes)),
            Object::Transformed(bytes) => Value::Transformed(self.body.slice_ref(bytes)),
            // Heads give those as handles and elements.
            Object::Handle(_)
            | Object::Typed { .. }
            | Object::Array { .. }
            | Object::Collection { .. }
            | Object::Map { .. }
            | Object::EnumArray { .. }
            | Object::Proxy { .. } => return Err(DecodeError::expected(0, "an object without elements")),
        })
    }
}

/// Reads the elements of a typed array.
fn typed(reader: &mut Reader<'_>, element: u8, count: usize) -> Result<Value> {
    macro_rules! collect {
        ($array:ident, $variant:pat => $value:expr) => {{
            let mut values = Vec::new();
            for _ in 0..count {
                let at = reader.position();
                values.push(match Object::read(reader)? {
                    Object::Null => None,
                    $variant => Some($value),
                    _ => return Err(not_of_the_array(at)),
                });
            }
            Value::$array(values)
        }};
    }
    Ok(match element {
        code::STRING => collect!(Strings, Object::String(text) => text.text().into_owned()),
        code::UUID => collect!(Uuids, Object::Uuid(uuid) => uuid),
        code::DATE => collect!(Dates, Object::Date(millis) => millis),
        code::DECIMAL => collect!(Decimals, Object::Decimal(decimal) => decimal.decimal()?),
        code::TIMESTAMP => collect!(Timestamps, Object::Timestamp(instant) => instant),
        _ => collect!(Times, Object::Time(millis) => millis),
    })
}
