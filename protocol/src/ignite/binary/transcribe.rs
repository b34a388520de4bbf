//! Writes objects that came from somewhere, so that every handle in them finds what it stands for.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::reader::Reader;
use super::super::value::{Head, Object, code, skip};
use super::super::writer::{EncodeError, Writer};
use super::writer::{Frame, close};
use super::{Footer, ObjectReader, at, flag};

type Result<T> = std::result::Result<T, EncodeError>;

/// How deep objects with handles to the outside may be nested in each other.
const DEPTH_MAX: usize = 128;

/// Where each thing of one value has been written, by the address where it was in memory.
#[derive(Debug, Default)]
pub(in super::super) struct Transcript {
    /// First address, to the one behind the last, and where the first has been written.
    places: BTreeMap<usize, (usize, usize)>,
}

const UNREADABLE: EncodeError = EncodeError::Unsendable("an object that cannot be read to its end");

impl Transcript {
    /// Writes a handle, if the thing at this address has been written before.
    pub(in super::super) fn write_handle(&self, writer: &mut Writer, address: usize) -> bool {
        let Some((first, (end, place))) = self.places.range(..=address).next_back() else {
            return false;
        };
        if address >= *end {
            return false;
        }
        let place = place + (address - first);
        match i32::try_from(writer.position().saturating_sub(place)) {
            Ok(offset) => {
                writer.u8(code::HANDLE);
                writer.i32(offset);
            }
            Err(_) => writer.fail(EncodeError::Unsendable("a handle over more than 2147483647 bytes")),
        }
        true
    }

    /// Remembers that `len` bytes from this address on are written next.
    pub(in super::super) fn note(&mut self, writer: &Writer, address: usize, len: usize) {
        self.places.insert(address, (address.saturating_add(len), writer.position()));
    }

    /// Writes a complex object: as it is, where it shares nothing with what is outside of it, else field by field.
    pub(in super::super) fn write_object(
        &mut self,
        writer: &mut Writer,
        object: &ObjectReader<'_>,
    ) -> Result<()> {
        self.write(writer, object, 0)
    }

    fn write(&mut self, writer: &mut Writer, object: &ObjectReader<'_>, depth: usize) -> Result<()> {
        let address = address(object.body(), object.layout().start);
        if self.write_handle(writer, address) {
            return Ok(());
        }
        // What is in the object and has been written before must become a handle.
        let len = object.layout().len;
        let is_apart = self.places.range(address..address.saturating_add(len)).next().is_none();
        if is_apart && !has_outward_handle(object)? {
            self.note(writer, address, len);
            writer.bytes(object.as_bytes());
            return Ok(());
        }
        if depth == DEPTH_MAX {
            return Err(EncodeError::Unsendable("objects nested too deep in each other"));
        }
        self.note(writer, address, 1);
        self.rewrite(writer, object, depth)
    }

    fn rewrite(&mut self, writer: &mut Writer, object: &ObjectReader<'_>, depth: usize) -> Result<()> {
        let layout = object.layout();
        let start = writer.position();
        writer.bytes(&object.as_bytes()[..layout.fields]);
        let mut moved = BTreeMap::new();
        let fields = object.fields_range();
        let mut reader = reader_at(object, fields.start)?;
        while reader.position() < fields.end {
            moved.insert(reader.position(), writer.position() - start);
            self.copy(writer, &mut reader, depth)?;
        }
        let raw = layout.has(flag::HAS_RAW).then(|| writer.position() - start);
        if let Some(raw) = raw_objects(object) {
            let mut reader = reader_at(object, raw.start)?;
            while reader.position() < raw.end {
                self.copy(writer, &mut reader, depth)?;
            }
        } else {
            writer.bytes(object.body().get(object.raw_range()).unwrap_or_default());
        }
        let (mut ids, mut offsets) = (Vec::new(), Vec::new());
        for ordinal in 0..object.field_count() {
            let place = object.field_start(ordinal).ok().flatten().and_then(|place| moved.get(&place));
            offsets.push(*place.ok_or(EncodeError::Unsendable("an object whose fields overlap"))?);
            ids.extend(object.field_id(ordinal));
        }
        let footer = if object.is_compact() { Footer::Compact } else { Footer::Full };
        let flags = layout.flags & (flag::USER_TYPE | flag::DOTNET);
        let data = start + layout.fields..writer.position();
        close(writer, Frame { start, fields: data.start, footer, flags }, &ids, &offsets, raw);
        // Where nothing has changed, the hash code stays what its writer made it.
        if writer.written().get(data) == Some(object.data()) {
            writer.patch_i32(start + at::HASH, layout.hash);
        }
        Ok(())
    }

    /// Copies the next object of a reader.
    fn copy(&mut self, writer: &mut Writer, reader: &mut Reader<'_>, depth: usize) -> Result<()> {
        // What is written is what bounds the work: objects can be made to overlap.
        if writer.has_failed() {
            return Err(EncodeError::Unsendable("an object behind something that could not be written"));
        }
        let start = *reader;
        let body = reader.body();
        let count = match Head::read(reader).map_err(|_| UNREADABLE)? {
            Head::Whole(Object::Complex(object)) => return self.write(writer, &object, depth + 1),
            Head::Whole(Object::Handle(handle)) => {
                if self.write_handle(writer, address(body, handle.position())) {
                    return Ok(());
                }
                if depth == DEPTH_MAX || handle.object().is_err() {
                    return Err(EncodeError::Unsendable("a handle of something that cannot be sent"));
                }
                return self.copy(writer, &mut handle.target(), depth + 1);
            }
            Head::Whole(_) => 0,
            Head::Elements(_, count) => {
                if depth == DEPTH_MAX {
                    return Err(EncodeError::Unsendable("collections nested too deep in each other"));
                }
                self.note(writer, address(body, start.position()), 1);
                count
            }
        };
        writer.bytes(body.get(start.position()..reader.position()).unwrap_or_default());
        for _ in 0..count {
            self.copy(writer, reader, depth + 1)?;
        }
        Ok(())
    }
}

/// Where a byte of a body is in memory: what it is known by while the value is being written.
fn address(body: &[u8], position: usize) -> usize {
    body.as_ptr().addr() + position
}

/// Whether the object, or one in it, has a handle of something outside the object.
fn has_outward_handle(object: &ObjectReader<'_>) -> Result<bool> {
    let start = object.layout().start;
    // Handles point back, so nothing is outside of what begins its body.
    if start == 0 {
        return Ok(false);
    }
    let mut pending = vec![*object];
    while let Some(object) = pending.pop() {
        for range in [Some(object.fields_range()), raw_objects(&object)].into_iter().flatten() {
            let mut reader = reader_at(&object, range.start)?;
            while reader.position() < range.end {
                match Head::read(&mut reader).map_err(|_| UNREADABLE)? {
                    Head::Whole(Object::Handle(handle)) if handle.position() < start => return Ok(true),
                    Head::Whole(Object::Complex(inner)) => pending.push(inner),
                    // Elements follow in the same reader.
                    Head::Whole(_) | Head::Elements(..) => {}
                }
            }
        }
    }
    Ok(false)
}

/// Where raw data are, if they are objects and nothing else; then, as Java does, they are taken to be that.
fn raw_objects(object: &ObjectReader<'_>) -> Option<Range<usize>> {
    let range = object.raw_range();
    let mut reader = object.raw();
    while reader.remaining() > 0 {
        skip(&mut reader).ok()?;
    }
    Some(range)
}

fn reader_at<'a>(object: &ObjectReader<'a>, position: usize) -> Result<Reader<'a>> {
    Reader::new(object.body()).at(position).map_err(|_| UNREADABLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_any_address_in_it() {
        let mut transcript = Transcript::default();
        let mut writer = Writer::new(100);
        writer.bytes(&[0; 10]);
        transcript.note(&writer, 1000, 20);
        transcript.note(&writer, 2000, 1);
        writer.bytes(&[0; 20]);
        for (address, offset) in
            [(1000, Some(20)), (1019, Some(6)), (1020, None), (999, None), (2000, Some(30))]
        {
            let before = writer.position();
            assert_eq!(transcript.write_handle(&mut writer, address), offset.is_some(), "{address}");
            if let Some(offset) = offset {
                assert_eq!(writer.written()[before..], [102, offset, 0, 0, 0]);
            }
        }
    }
}
