//! A complex object in the buffer.

use std::ops::Range;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::super::value::{JavaStr, Object, TypeRef, read_class_name};
use super::{HEADER_LEN, Schema, VERSION, flag};

type Result<T> = std::result::Result<T, DecodeError>;

/// A complex object whose header and footer have been checked; its fields are decoded on demand.
#[derive(Debug, Clone, Copy)]
pub struct ObjectReader<'a> {
    /// All that handles in the object may point into; it can reach beyond the object, for that may be within another.
    body: &'a [u8],
    layout: Layout,
}

/// Where the parts are. All but `start` count from the start of the object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) flags: u16,
    /// 0 where a class name stands behind the header.
    pub(super) type_id: i32,
    pub(super) hash: i32,
    pub(super) schema_id: i32,
    /// Where the first field begins.
    pub(super) fields: usize,
    /// Where the fields end.
    pub(super) fields_end: usize,
    /// Where fields and raw data end.
    pub(super) data_end: usize,
    /// Where the footer ends.
    pub(super) footer_end: usize,
    /// Bytes of one footer entry, and of the offset at its end.
    pub(super) entry: usize,
    pub(super) offset_width: usize,
}

impl<'a> ObjectReader<'a> {
    /// Reads the header, after the type code, and moves the reader behind the object.
    pub(in super::super) fn read(reader: &mut Reader<'a>) -> Result<ObjectReader<'a>> {
        let version_at = reader.position();
        let start = version_at.saturating_sub(1);
        match reader.u8()? {
            VERSION => {}
            other => return Err(DecodeError::unknown(version_at, "version of an object", i64::from(other))),
        }
        let flags = reader.u16()?;
        let type_id = reader.i32()?;
        let hash = reader.i32()?;
        let len_at = reader.position();
        let len = usize::try_from(reader.i32()?).ok().filter(|len| *len >= HEADER_LEN);
        let len = len.ok_or(DecodeError::expected(len_at, "the length of an object, 24 at least"))?;
        let schema_id = reader.i32()?;
        let offset_at = reader.position();
        let offset = reader.u32()? as usize;
        let header_end = reader.position();
        reader.bytes(len - HEADER_LEN)?;

        let body = reader.body();
        let mut inner = Reader::new(body).at(header_end)?;
        if type_id == 0 {
            read_class_name(&mut inner)?;
        }
        let fields = inner.position() - start;
        let mut layout = Layout {
            start,
            len,
            flags,
            type_id,
            hash,
            schema_id,
            fields,
            fields_end: fields,
            data_end: len,
            footer_end: len,
            entry: 0,
            offset_width: 0,
        };
        layout.place(offset, offset_at, body)?;
        Ok(ObjectReader { body, layout })
    }

    /// Decodes bytes that are one complex object and nothing more.
    pub fn decode(bytes: &'a [u8]) -> Result<ObjectReader<'a>> {
        match Object::decode(bytes)? {
            Object::Complex(object) => Ok(object),
            _ => Err(DecodeError::expected(0, "a complex object")),
        }
    }

    /// The type.
    pub fn class(&self) -> TypeRef<'a> {
        match self.class_name() {
            Some(name) => TypeRef::Name(name),
            None => TypeRef::Id(self.layout.type_id),
        }
    }

    /// The type id; 0 where the type has a class name instead.
    pub fn type_id(&self) -> i32 {
        self.layout.type_id
    }

    /// The class name, where the type has no id.
    pub fn class_name(&self) -> Option<JavaStr<'a>> {
        // Code and length of the string stand before its bytes.
        (self.layout.type_id == 0).then(|| JavaStr::new(self.part(HEADER_LEN + 5, self.layout.fields)))
    }

    /// The hash code, as its writer computed it.
    pub fn hash(&self) -> i32 {
        self.layout.hash
    }

    /// The id of its schema.
    pub fn schema_id(&self) -> i32 {
        self.layout.schema_id
    }

    /// The [flags](super::flag).
    pub fn flags(&self) -> u16 {
        self.layout.flags
    }

    /// Whether field ids are in the schema only.
    pub fn is_compact(&self) -> bool {
        self.layout.has(flag::COMPACT_FOOTER)
    }

    /// The bytes of the object.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.part(0, self.layout.len)
    }

    /// The bytes of fields and raw data, which the hash code is computed over.
    pub fn data(&self) -> &'a [u8] {
        self.part(self.layout.fields, self.layout.data_end)
    }

    /// How many fields it has.
    pub fn field_count(&self) -> usize {
        let layout = &self.layout;
        (layout.footer_end - layout.data_end).checked_div(layout.entry).unwrap_or(0)
    }

    /// The id of the field at a place; `None` in a compact footer, or where there is no such place.
    pub fn field_id(&self, ordinal: usize) -> Option<i32> {
        if self.is_compact() {
            return None;
        }
        self.entry(ordinal).and_then(|entry| entry.first_chunk()).map(|id| i32::from_le_bytes(*id))
    }

    /// The field at a place; `None` where there is no such place.
    ///
    /// # Errors
    /// Where the footer points outside the fields, or there is no object.
    pub fn field_at(&self, ordinal: usize) -> Result<Option<Object<'a>>> {
        let Some(start) = self.field_start(ordinal)? else {
            return Ok(None);
        };
        let mut reader = Reader::new(self.body).at(start)?;
        let object = Object::read(&mut reader)?;
        if reader.position() > self.fields_range().end {
            return Err(DecodeError::expected(start, "a field that ends within its object"));
        }
        Ok(Some(object))
    }

    /// The place of a field, or `None` where the object does not have it.
    ///
    /// Compact footers need the schema that the object names; full ones need none.
    ///
    /// # Errors
    /// Where the schema is needed and not given, or is another one.
    pub fn ordinal(&self, field_id: i32, schema: Option<&Schema>) -> Result<Option<usize>> {
        if !self.is_compact() {
            return Ok((0..self.field_count()).find(|ordinal| self.field_id(*ordinal) == Some(field_id)));
        }
        if self.field_count() == 0 {
            return Ok(None);
        }
        match schema {
            Some(schema)
                if schema.id() == self.layout.schema_id && schema.field_ids().len() == self.field_count() =>
            {
                Ok(schema.ordinal(field_id))
            }
            _ => Err(DecodeError::expected(self.layout.start, "an object whose schema is known")),
        }
    }

    /// The field with this id, or `None` where the object does not have it; see [`ordinal`](Self::ordinal).
    ///
    /// # Errors
    /// As [`ordinal`](Self::ordinal) and [`field_at`](Self::field_at).
    pub fn field(&self, field_id: i32, schema: Option<&Schema>) -> Result<Option<Object<'a>>> {
        match self.ordinal(field_id, schema)? {
            Some(ordinal) => self.field_at(ordinal),
            None => Ok(None),
        }
    }

    /// A reader of the raw data: numbers without a type code, and objects, in an order that only their writer knows.
    /// It is at its end where there are none.
    pub fn raw(&self) -> Reader<'a> {
        let raw = self.raw_range();
        let body = self.body.get(..raw.end).unwrap_or_default();
        // The range was checked when the object was read.
        Reader::new(body).at(raw.start).unwrap_or(Reader::new(&[]))
    }

    /// The object with this layout in this body; they were checked together.
    pub(super) fn from_layout(body: &'a [u8], layout: Layout) -> ObjectReader<'a> {
        ObjectReader { body, layout }
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// All that handles in the object may point into.
    pub(super) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Where in the body the fields are.
    pub(super) fn fields_range(&self) -> Range<usize> {
        let layout = &self.layout;
        layout.start + layout.fields..layout.start + layout.fields_end
    }

    /// Where in the body the raw data are.
    pub(super) fn raw_range(&self) -> Range<usize> {
        let layout = &self.layout;
        layout.start + layout.fields_end..layout.start + layout.data_end
    }

    /// Where in the body the field at a place begins; `None` where there is no such place.
    ///
    /// # Errors
    /// Where the footer points outside the fields.
    pub fn field_start(&self, ordinal: usize) -> Result<Option<usize>> {
        let layout = &self.layout;
        let Some(entry) = self.entry(ordinal) else {
            return Ok(None);
        };
        let offset = &entry[entry.len() - layout.offset_width..];
        let offset = offset.iter().rev().fold(0, |offset, byte| offset << 8 | usize::from(*byte));
        if offset < layout.fields || offset >= layout.fields_end {
            let at = layout.start + layout.data_end + ordinal * layout.entry;
            return Err(DecodeError::expected(at, "the offset of a field of the object"));
        }
        Ok(Some(layout.start + offset))
    }

    fn entry(&self, ordinal: usize) -> Option<&'a [u8]> {
        if ordinal >= self.field_count() {
            return None;
        }
        let start = self.layout.data_end + ordinal * self.layout.entry;
        Some(self.part(start, start + self.layout.entry))
    }

    /// A part of the object; the ranges in the layout all lie in it.
    fn part(&self, start: usize, end: usize) -> &'a [u8] {
        self.body.get(self.layout.start + start..self.layout.start + end).unwrap_or_default()
    }
}

impl Layout {
    pub(super) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Finds footer and raw data, and checks that they are within the object.
    fn place(&mut self, offset: usize, offset_at: usize, body: &[u8]) -> Result<()> {
        let within = |offset: usize, end: usize, at| {
            let inside = (self.fields..=end).contains(&offset);
            if inside { Ok(offset) } else { Err(DecodeError::expected(at, "an offset within the object")) }
        };
        let has_raw = self.has(flag::HAS_RAW);
        if !self.has(flag::HAS_SCHEMA) {
            // Without a footer the header says where the raw data begin.
            if has_raw {
                self.fields_end = within(offset, self.len, offset_at)?;
            }
            return Ok(());
        }
        let footer_end = self.len - if has_raw { 4 } else { 0 };
        let data_end = within(offset, footer_end, offset_at)?;
        self.fields_end = data_end;
        if has_raw {
            let at = self.start + footer_end;
            self.fields_end = within(Reader::new(body).at(at)?.u32()? as usize, data_end, at)?;
        }
        (self.data_end, self.footer_end) = (data_end, footer_end);
        // As Java does, the flag of the smaller width wins.
        self.offset_width = if self.has(flag::OFFSET_ONE_BYTE) {
            1
        } else if self.has(flag::OFFSET_TWO_BYTES) {
            2
        } else {
            4
        };
        self.entry = self.offset_width + if self.has(flag::COMPACT_FOOTER) { 0 } else { 4 };
        if !(footer_end - data_end).is_multiple_of(self.entry) {
            return Err(DecodeError::expected(self.start + data_end, "a footer of whole entries"));
        }
        Ok(())
    }
}
