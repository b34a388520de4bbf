//! Writes a complex object.

use super::super::hash::bytes_hash;
use super::super::value::{TypeName, code, write_string};
use super::super::writer::{EncodeError, Writer};
use super::{HEADER_LEN, Schema, VERSION, at, flag, offset_width, width_flag};

/// Which footer objects get. A server finds a key only in its own form: operation 3004 tells which that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Footer {
    /// Offsets only.
    #[default]
    Compact,
    /// Field ids and offsets.
    Full,
}

/// Writes a complex object field by field, in the order of its schema; then raw data, if it has any.
///
/// ```
/// use querent_protocol::ignite::binary::{Footer, ObjectWriter};
/// use querent_protocol::ignite::hash::{NameMapper, field_id, type_id};
/// use querent_protocol::ignite::value::{TypeName, write_string};
/// use querent_protocol::ignite::{EncodeError, Writer};
///
/// let mut writer = Writer::new(1000);
/// let person = TypeName::Id(type_id("Person", NameMapper::Full));
/// let mut object = ObjectWriter::new(&mut writer, &person, Footer::Compact);
/// write_string(object.field(field_id("name")), Some("Ada"));
/// let schema = object.finish();
/// assert_eq!(schema.field_ids(), [field_id("name")]);
/// assert_eq!(writer.finish()?.len(), 24 + 8 + 1);
/// # Ok::<(), EncodeError>(())
/// ```
#[derive(Debug)]
pub struct ObjectWriter<'w> {
    writer: &'w mut Writer,
    frame: Frame,
    field_ids: Vec<i32>,
    offsets: Vec<usize>,
    raw: Option<usize>,
}

/// What is known of an object before its fields are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Where it begins.
    pub(super) start: usize,
    /// Where its first field begins.
    pub(super) fields: usize,
    pub(super) footer: Footer,
    /// Flags that say nothing about footer and raw data.
    pub(super) flags: u16,
}

impl<'w> ObjectWriter<'w> {
    /// Begins an object of this type.
    pub fn new(writer: &'w mut Writer, class: &TypeName, footer: Footer) -> ObjectWriter<'w> {
        let start = writer.position();
        writer.u8(code::OBJECT);
        writer.u8(VERSION);
        writer.u16(0);
        // The rest of the header is written when it is known; a class name goes behind it.
        let (id, name) = match class {
            TypeName::Id(0) => {
                writer.fail(EncodeError::Unsendable("a type with the id 0"));
                (0, None)
            }
            TypeName::Id(id) => (*id, None),
            TypeName::Name(name) => (0, Some(name)),
        };
        writer.i32(id);
        writer.bytes(&[0; HEADER_LEN - at::HASH]);
        if let Some(name) = name {
            write_string(writer, Some(name));
        }
        let frame = Frame { start, fields: writer.position(), footer, flags: flag::USER_TYPE };
        ObjectWriter { writer, frame, field_ids: Vec::new(), offsets: Vec::new(), raw: None }
    }

    /// Begins a field; the caller writes one object to the writer.
    pub fn field(&mut self, field_id: i32) -> &mut Writer {
        self.check_last_field();
        if self.raw.is_some() {
            self.writer.fail(EncodeError::Unsendable("a field after the raw data of its object"));
        }
        if field_id == 0 {
            self.writer.fail(EncodeError::Unsendable("a field with the id 0"));
        }
        self.field_ids.push(field_id);
        self.offsets.push(self.writer.position() - self.frame.start);
        self.writer
    }

    /// Begins the raw data, after all fields; the caller writes numbers and objects to the writer.
    pub fn raw(&mut self) -> &mut Writer {
        self.check_last_field();
        let offset = self.writer.position() - self.frame.start;
        self.raw.get_or_insert(offset);
        self.writer
    }

    /// Ends the object, and returns the schema that it was written with.
    pub fn finish(mut self) -> Schema {
        self.check_last_field();
        let mut sorted = self.field_ids.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            self.writer.fail(EncodeError::Unsendable("an object with two fields of the same id"));
        }
        let schema = Schema::new(self.field_ids);
        close(self.writer, self.frame, schema.field_ids(), &self.offsets, self.raw);
        self.writer.patch_i32(self.frame.start + at::SCHEMA_ID, schema.id());
        schema
    }

    fn check_last_field(&mut self) {
        let is_empty = |last: &usize| *last == self.writer.position() - self.frame.start;
        if self.raw.is_none() && self.offsets.last().is_some_and(is_empty) {
            self.writer.fail(EncodeError::Unsendable("a field without a value"));
        }
    }
}

/// Writes the footer and fills in the header, all but type and schema id.
///
/// Field ids are only needed for a full footer. Offsets count from the start of the object.
pub(super) fn close(writer: &mut Writer, frame: Frame, ids: &[i32], offsets: &[usize], raw: Option<usize>) {
    let data_end = writer.position();
    let mut flags = frame.flags;
    if frame.footer == Footer::Compact {
        flags |= flag::COMPACT_FOOTER;
    }
    let mut offset = HEADER_LEN;
    if let Some(last) = offsets.iter().max() {
        let width = offset_width(*last);
        flags |= flag::HAS_SCHEMA | width_flag(width);
        offset = data_end - frame.start;
        for (ordinal, offset) in offsets.iter().enumerate() {
            if frame.footer == Footer::Full {
                writer.i32(ids.get(ordinal).copied().unwrap_or_default());
            }
            writer.bytes(&offset.to_le_bytes()[..width]);
        }
    }
    if let Some(raw) = raw {
        flags |= flag::HAS_RAW;
        if offsets.is_empty() {
            offset = raw;
        } else {
            writer.bytes(&raw.to_le_bytes()[..4]);
        }
    }
    let (Ok(len), Ok(offset)) = (i32::try_from(writer.position() - frame.start), i32::try_from(offset))
    else {
        writer.fail(EncodeError::Unsendable("an object of more than 2147483647 bytes"));
        return;
    };
    // The hash does not cover the class name.
    let hash = bytes_hash(writer.written().get(frame.fields..data_end).unwrap_or_default());
    writer.patch_u16(frame.start + at::FLAGS, flags);
    writer.patch_i32(frame.start + at::HASH, hash);
    writer.patch_i32(frame.start + at::LENGTH, len);
    writer.patch_i32(frame.start + at::OFFSET, offset);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ignite::hash::EMPTY_SCHEMA_ID;

    #[track_caller]
    fn check_refused(write: impl FnOnce(&mut ObjectWriter<'_>)) {
        let mut writer = Writer::new(1000);
        let mut object = ObjectWriter::new(&mut writer, &TypeName::Id(1), Footer::Full);
        write(&mut object);
        object.finish();
        assert!(matches!(writer.finish(), Err(EncodeError::Unsendable(_))));
    }

    #[test]
    fn impossible_objects_are_refused() {
        check_refused(|object| object.field(0).u8(code::NULL));
        check_refused(|object| {
            object.field(1).u8(code::NULL);
            object.field(1).u8(code::NULL);
        });
        check_refused(|object| {
            object.field(1);
            object.field(2).u8(code::NULL);
        });
        check_refused(|object| {
            object.field(1);
        });
        check_refused(|object| {
            object.raw().i32(1);
            object.field(1).u8(code::NULL);
        });
        let mut writer = Writer::new(1000);
        ObjectWriter::new(&mut writer, &TypeName::Id(0), Footer::Full).finish();
        assert!(writer.finish().is_err());
    }

    #[test]
    fn an_object_beyond_the_limit_is_told_at_the_end() {
        let mut writer = Writer::new(30);
        let mut object = ObjectWriter::new(&mut writer, &TypeName::Id(1), Footer::Full);
        object.field(1).bytes(&[code::NULL; 10]);
        object.finish();
        assert_eq!(writer.finish(), Err(EncodeError::TooLarge { limit: 30 }));
    }

    #[test]
    fn an_object_without_fields_has_the_id_of_the_empty_schema() {
        let mut writer = Writer::new(100);
        let schema = ObjectWriter::new(&mut writer, &TypeName::Id(1), Footer::Compact).finish();
        assert_eq!(schema.id(), EMPTY_SCHEMA_ID);
    }
}
