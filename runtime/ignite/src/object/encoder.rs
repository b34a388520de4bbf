//! Writing: keys and values into the bytes of a request, with what they need registered first.

use querent_protocol::ignite::binary;
use querent_protocol::ignite::hash::field_id;
use querent_protocol::ignite::meta::{BinaryField, BinaryType, Schema};
use querent_protocol::ignite::value::{CollectionKind, TypeName, code};
use querent_protocol::ignite::{EncodeError, Writer};

use super::types::merge;
use super::{ToObject, Types};
use crate::clock::Clock;

/// Where objects are written.
pub struct Encoder<'a> {
    writer: &'a mut Writer,
    types: &'a Types,
    wants: &'a mut Wants,
}

/// What must be done before what was written can be sent.
#[derive(Debug, Default)]
struct Wants {
    /// Types whose schemas the cluster is not known to have.
    register: Vec<BinaryType>,
    /// Java classes that not every cluster knows by their ids.
    classes: Vec<&'static str>,
    /// The clock was needed and is not known: what was written is of no use.
    clock: bool,
}

impl Encoder<'_> {
    /// Writes an object.
    pub fn value<T: ToObject + ?Sized>(&mut self, value: &T) {
        value.to_object(self);
    }

    /// Writes null.
    pub fn null(&mut self) {
        self.writer.u8(code::NULL);
    }

    /// Writes an `ArrayList`.
    pub fn list<'t, T: ToObject + 't>(&mut self, items: impl ExactSizeIterator<Item = &'t T>) {
        self.collection(CollectionKind::ArrayList, items);
    }

    /// Writes a list or set of this kind.
    pub fn collection<'t, T: ToObject + 't>(
        &mut self,
        kind: CollectionKind,
        items: impl ExactSizeIterator<Item = &'t T>,
    ) {
        self.writer.u8(code::COLLECTION);
        self.writer.count(items.len());
        self.writer.i8(kind.code());
        for item in items {
            item.to_object(self);
        }
    }

    /// Where bytes go, for types that write their own form: one whole object each time.
    pub fn writer(&mut self) -> &mut Writer {
        self.writer
    }

    /// Gives up: the value has no form on the wire. Nothing will be sent.
    pub fn fail(&mut self, why: &'static str) {
        self.writer.fail(EncodeError::Unsendable(why));
    }

    /// Writes a complex object of this type. `write` may be called twice, and must write the same fields.
    pub fn object(
        &mut self,
        type_name: &str,
        affinity_field: Option<&str>,
        write: &dyn Fn(&mut ObjectWriter<'_, '_>),
    ) {
        let Some(type_id) = self.types.type_id(type_name) else {
            return self.fail("a type by its name: the servers have a name mapper of their own");
        };
        let inner = binary::ObjectWriter::new(self.writer, &TypeName::Id(type_id), self.types.footer());
        let mut object = ObjectWriter { inner, types: self.types, wants: self.wants, names: None };
        write(&mut object);
        let schema = object.inner.finish();
        if !self.types.has_schema(type_id, schema.id()) {
            let fields = self.describe(type_id, write);
            let schemas = vec![Schema { id: schema.id(), field_ids: schema.field_ids().to_vec() }];
            let name = type_name.to_owned();
            let affinity_field = affinity_field.map(str::to_owned);
            self.wants.register(BinaryType {
                id: type_id,
                name,
                affinity_field,
                fields,
                enum_values: None,
                schemas,
            });
        }
    }

    /// The fields of an object, by writing it once more into nothing.
    fn describe(&mut self, type_id: i32, write: &dyn Fn(&mut ObjectWriter<'_, '_>)) -> Vec<BinaryField> {
        let mut nowhere = Writer::new(usize::MAX);
        let inner = binary::ObjectWriter::new(&mut nowhere, &TypeName::Id(type_id), self.types.footer());
        let mut wants = Wants::default();
        let names = Some(Vec::new());
        let mut object = ObjectWriter { inner, types: self.types, wants: &mut wants, names };
        write(&mut object);
        object.names.unwrap_or_default()
    }

    /// Writes an enum value.
    pub(super) fn enum_value(&mut self, type_name: &str, values: &[(&str, i32)], ordinal: i32) {
        let Some(type_id) = self.types.type_id(type_name) else {
            return self.fail("a type by its name: the servers have a name mapper of their own");
        };
        self.writer.u8(code::BINARY_ENUM);
        self.writer.i32(type_id);
        self.writer.i32(ordinal);
        let known = self.types.get(type_id);
        let is_known = |value: &(&str, i32)| {
            let known = known.as_ref().and_then(|known| known.meta.enum_values.as_ref());
            known.is_some_and(|known| known.iter().any(|(name, ordinal)| (name.as_str(), *ordinal) == *value))
        };
        if !values.iter().all(is_known) {
            let values = values.iter().map(|(name, ordinal)| ((*name).to_owned(), *ordinal)).collect();
            self.wants.register(BinaryType {
                id: type_id,
                name: type_name.to_owned(),
                enum_values: Some(values),
                ..BinaryType::default()
            });
        }
    }

    /// Has the cluster know a Java class by its id, which what is written names it by. Where it does not, it closes the
    /// connection (2.17.0).
    pub(super) fn class(&mut self, name: &'static str) {
        if !self.types.has_class(name) && !self.wants.classes.contains(&name) {
            self.wants.classes.push(name);
        }
    }

    /// The servers' clock; where it is not known yet, what is written here is written again.
    pub(super) fn clock(&mut self) -> Clock {
        match self.types.clock() {
            Some(clock) => clock.clone(),
            None => {
                self.wants.clock = true;
                Clock::UTC
            }
        }
    }
}

impl Wants {
    fn register(&mut self, meta: BinaryType) {
        match self.register.iter_mut().find(|known| known.id == meta.id) {
            Some(known) => merge(known, &meta),
            None => self.register.push(meta),
        }
    }
}

/// Where the fields of a complex object are written, in the order of its schema; then its raw data, if any.
pub struct ObjectWriter<'o, 'w> {
    inner: binary::ObjectWriter<'w>,
    types: &'o Types,
    wants: &'o mut Wants,
    /// Where the fields are asked for.
    names: Option<Vec<BinaryField>>,
}

impl ObjectWriter<'_, '_> {
    /// Writes a field.
    pub fn field<T: ToObject + ?Sized>(&mut self, name: &str, value: &T) -> &mut Self {
        let id = field_id(name);
        if let Some(names) = &mut self.names {
            names.push(BinaryField { name: name.to_owned(), type_code: i32::from(value.code()), id });
        }
        let writer = self.inner.field(id);
        value.to_object(&mut Encoder { writer, types: self.types, wants: self.wants });
        self
    }

    /// Where raw data go, which only the type itself understands; no field comes after.
    pub fn raw(&mut self) -> Encoder<'_> {
        Encoder { writer: self.inner.raw(), types: self.types, wants: self.wants }
    }
}

/// Objects that were written one after the other.
#[derive(Debug)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    ends: Ends,
    /// What must be done before they are sent. Nearly always nothing, and this is moved about with each request.
    pub(crate) needs: Option<Box<Needs>>,
}

/// What must be done before objects are sent.
#[derive(Debug)]
pub(crate) struct Needs {
    /// What the cluster must know before it gets them.
    pub(crate) register: Vec<BinaryType>,
    /// Java classes that it must know.
    pub(crate) classes: Vec<&'static str>,
    /// Whether the clock must be asked for first: what was written is of no use.
    pub(crate) clock: bool,
}

impl Packed {
    pub(crate) fn len(&self) -> usize {
        self.ends.count
    }

    /// The bytes of one; empty where there is none.
    pub(crate) fn get(&self, idx: usize) -> &[u8] {
        let start = idx.checked_sub(1).and_then(|before| self.ends.get(before)).unwrap_or(0);
        let end = self.ends.get(idx).unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// Where objects end. Those of requests for one key, three at most, have their places without an allocation.
#[derive(Debug, Default)]
struct Ends {
    count: usize,
    /// Objects whose ends lie further are among the others.
    first: [u32; 3],
    more: Vec<usize>,
}

impl Ends {
    fn get(&self, idx: usize) -> Option<usize> {
        if idx >= self.count {
            return None;
        }
        let more = idx.checked_sub(self.count - self.more.len());
        match more {
            Some(idx) => self.more.get(idx).copied(),
            None => self.first.get(idx).and_then(|end| usize::try_from(*end).ok()),
        }
    }

    fn push(&mut self, end: usize) {
        let place = self.first.get_mut(self.count).filter(|_| self.more.is_empty());
        match (place, u32::try_from(end)) {
            (Some(place), Ok(end)) => *place = end,
            _ => self.more.push(end),
        }
        self.count += 1;
    }
}

/// A key and a small value.
const OBJECTS_LEN_USUAL: usize = 64;

/// Writes objects one after the other.
pub(crate) struct Packer<'t> {
    types: &'t Types,
    writer: Writer,
    ends: Ends,
    wants: Wants,
}

impl<'t> Packer<'t> {
    /// At most `limit` bytes of objects.
    pub(crate) fn new(types: &'t Types, limit: usize) -> Packer<'t> {
        let writer = Writer::with_capacity(limit, OBJECTS_LEN_USUAL);
        Packer { types, writer, ends: Ends::default(), wants: Wants::default() }
    }

    pub(crate) fn add<T: ToObject + ?Sized>(&mut self, value: &T) {
        value.to_object(&mut Encoder { writer: &mut self.writer, types: self.types, wants: &mut self.wants });
        self.ends.push(self.writer.position());
    }

    pub(crate) fn finish(self) -> Result<Packed, EncodeError> {
        let Wants { register, classes, clock } = self.wants;
        let needs = match register.is_empty() && classes.is_empty() && !clock {
            true => None,
            false => Some(Box::new(Needs { register, classes, clock })),
        };
        Ok(Packed { bytes: self.writer.finish()?, ends: self.ends, needs })
    }
}
