//! The forms that a property can have.

use super::super::error::DecodeError;
use super::super::handshake::Agreed;
use super::super::reader::Reader;
use super::super::request::{Expiry, ExpiryPolicy};
use super::super::value::{code, read_string, write_string};
use super::super::writer::Writer;

type Result<T> = std::result::Result<T, DecodeError>;

/// A value of a property; read, it may be null.
pub(super) trait Property: Sized {
    fn write(&self, agreed: &Agreed, w: &mut Writer);
    fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<Option<Self>>;
}

impl Property for i32 {
    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i32(*self);
    }

    fn read(r: &mut Reader<'_>, _: &Agreed) -> Result<Option<i32>> {
        r.i32().map(Some)
    }
}

impl Property for i64 {
    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i64(*self);
    }

    fn read(r: &mut Reader<'_>, _: &Agreed) -> Result<Option<i64>> {
        r.i64().map(Some)
    }
}

impl Property for bool {
    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.bool(*self);
    }

    fn read(r: &mut Reader<'_>, _: &Agreed) -> Result<Option<bool>> {
        r.bool().map(Some)
    }
}

impl Property for String {
    fn write(&self, _: &Agreed, w: &mut Writer) {
        write_string(w, Some(self));
    }

    fn read(r: &mut Reader<'_>, _: &Agreed) -> Result<Option<String>> {
        Ok(read_string(r)?.map(Into::into))
    }
}

/// Which field of a key type decides the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyConfiguration {
    /// The name of the type.
    pub type_name: String,
    /// The name of the field.
    pub affinity_field: Option<String>,
}

impl Property for Vec<KeyConfiguration> {
    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.count(self.len());
        for key in self {
            write_string(w, Some(&key.type_name));
            write_string(w, key.affinity_field.as_deref());
        }
    }

    fn read(r: &mut Reader<'_>, _: &Agreed) -> Result<Option<Vec<KeyConfiguration>>> {
        let keys = (0..r.count(2)?).map(|_| {
            let type_name = read_string(r)?.unwrap_or_default().into_owned();
            Ok(KeyConfiguration { type_name, affinity_field: read_string(r)?.map(Into::into) })
        });
        keys.collect::<Result<_>>().map(Some)
    }
}

pub(super) fn read_expiry_policy(r: &mut Reader<'_>) -> Result<Option<ExpiryPolicy>> {
    if !r.bool()? {
        return Ok(None);
    }
    Ok(Some(ExpiryPolicy { create: expiry(r)?, update: expiry(r)?, access: expiry(r)? }))
}

fn expiry(r: &mut Reader<'_>) -> Result<Expiry> {
    let at = r.position();
    let number = r.i64()?;
    Expiry::from_wire(number).ok_or(DecodeError::unknown(at, "expiry", number))
}

pub(super) fn write_strings(strings: &[String], w: &mut Writer) {
    w.u8(code::STRING_ARRAY);
    w.count(strings.len());
    for string in strings {
        write_string(w, Some(string));
    }
}

/// Reads a string array or null.
pub(super) fn read_strings(r: &mut Reader<'_>) -> Result<Option<Vec<String>>> {
    let at = r.position();
    match r.u8()? {
        code::NULL => Ok(None),
        code::STRING_ARRAY => {
            let strings = (0..r.count(1)?).map(|_| Ok(read_string(r)?.unwrap_or_default().into_owned()));
            strings.collect::<Result<_>>().map(Some)
        }
        _ => Err(DecodeError::expected(at, "an array of strings or null")),
    }
}
