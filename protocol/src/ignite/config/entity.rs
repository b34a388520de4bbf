//! Query entities: what makes a cache a table.

use super::super::code::Version;
use super::super::error::DecodeError;
use super::super::handshake::Agreed;
use super::super::reader::Reader;
use super::super::value::{code, read_string, skip, write_string};
use super::super::writer::Writer;
use super::property::Property;

type Result<T> = std::result::Result<T, DecodeError>;

/// A table over a cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryEntity {
    /// The type of keys: a Java class or the name of a binary type.
    pub key_type: Option<String>,
    /// The type of values.
    pub value_type: Option<String>,
    /// The name of the table.
    pub table: Option<String>,
    /// The column that is the whole key.
    pub key_field: Option<String>,
    /// The column that is the whole value.
    pub value_field: Option<String>,
    /// The columns, in order.
    pub fields: Vec<QueryField>,
    /// Names of fields with the names that columns have for them.
    pub aliases: Vec<(String, String)>,
    /// The indexes.
    pub indexes: Vec<QueryIndex>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryField {
    /// The name of the field.
    pub name: String,
    /// Its Java class.
    pub java_type: String,
    /// Whether it belongs to the key.
    pub in_key: bool,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// The default value, as an object; `None` is none.
    pub default: Option<Vec<u8>>,
    /// Digits, characters or bytes; from 1.2 on.
    pub precision: Option<i32>,
    /// Digits after the point; from 1.2 on.
    pub scale: Option<i32>,
}

/// The kind of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum IndexType {
    /// By order.
    #[default]
    Sorted = 0,
    /// By words.
    FullText = 1,
    /// By place.
    Geospatial = 2,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryIndex {
    /// Its name.
    pub name: Option<String>,
    /// Its kind.
    pub kind: IndexType,
    /// Bytes of a key that it holds itself; -1 is the server's own choice.
    pub inline_size: i32,
    /// Fields, and whether each is descending.
    pub fields: Vec<(String, bool)>,
}

/// No precision, no scale.
const NONE: i32 = -1;

impl Property for Vec<QueryEntity> {
    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        w.count(self.len());
        for entity in self {
            entity.write(agreed, w);
        }
    }

    fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<Option<Vec<QueryEntity>>> {
        let entities = (0..r.count(5 + 12)?).map(|_| QueryEntity::read(r, agreed));
        entities.collect::<Result<_>>().map(Some)
    }
}

impl QueryEntity {
    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        for name in [&self.key_type, &self.value_type, &self.table, &self.key_field, &self.value_field] {
            write_string(w, name.as_deref());
        }
        w.count(self.fields.len());
        for field in &self.fields {
            field.write(agreed, w);
        }
        w.count(self.aliases.len());
        for (name, alias) in &self.aliases {
            write_string(w, Some(name));
            write_string(w, Some(alias));
        }
        w.count(self.indexes.len());
        for index in &self.indexes {
            index.write(w);
        }
    }

    fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<QueryEntity> {
        Ok(QueryEntity {
            key_type: nullable(r)?,
            value_type: nullable(r)?,
            table: nullable(r)?,
            key_field: nullable(r)?,
            value_field: nullable(r)?,
            fields: list(r, 5, |r| QueryField::read(r, agreed))?,
            aliases: list(r, 2, |r| Ok((string(r)?, string(r)?)))?,
            indexes: list(r, 10, QueryIndex::read)?,
        })
    }
}

impl QueryField {
    fn write(&self, agreed: &Agreed, w: &mut Writer) {
        write_string(w, Some(&self.name));
        write_string(w, Some(&self.java_type));
        w.bool(self.in_key);
        w.bool(self.not_null);
        match &self.default {
            Some(object) => w.bytes(object),
            None => w.u8(code::NULL),
        }
        if agreed.version >= Version::V1_2 {
            w.i32(self.precision.unwrap_or(NONE));
            w.i32(self.scale.unwrap_or(NONE));
        }
    }

    fn read(r: &mut Reader<'_>, agreed: &Agreed) -> Result<QueryField> {
        let mut field = QueryField {
            name: string(r)?,
            java_type: string(r)?,
            in_key: r.bool()?,
            not_null: r.bool()?,
            ..QueryField::default()
        };
        let default = &r.body()[skip(r)?];
        field.default = Some(default).filter(|bytes| *bytes != [code::NULL]).map(<[u8]>::to_vec);
        if agreed.version >= Version::V1_2 {
            field.precision = Some(r.i32()?).filter(|precision| *precision != NONE);
            field.scale = Some(r.i32()?).filter(|scale| *scale != NONE);
        }
        Ok(field)
    }
}

impl QueryIndex {
    fn write(&self, w: &mut Writer) {
        write_string(w, self.name.as_deref());
        w.u8(self.kind as u8);
        w.i32(self.inline_size);
        w.count(self.fields.len());
        for (name, descending) in &self.fields {
            write_string(w, Some(name));
            w.bool(*descending);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<QueryIndex> {
        let name = nullable(r)?;
        let at = r.position();
        let kind = match r.i8()? {
            0 => IndexType::Sorted,
            1 => IndexType::FullText,
            2 => IndexType::Geospatial,
            other => return Err(DecodeError::unknown(at, "index type", i64::from(other))),
        };
        let inline_size = r.i32()?;
        let fields = list(r, 2, |r| Ok((string(r)?, r.bool()?)))?;
        Ok(QueryIndex { name, kind, inline_size, fields })
    }
}

fn nullable(r: &mut Reader<'_>) -> Result<Option<String>> {
    Ok(read_string(r)?.map(Into::into))
}

fn string(r: &mut Reader<'_>) -> Result<String> {
    let at = r.position();
    nullable(r)?.ok_or(DecodeError::expected(at, "a name"))
}

/// A count, and so many, each at least `least` bytes long.
fn list<T>(
    r: &mut Reader<'_>,
    least: usize,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = r.count(least)?;
    (0..count).map(|_| read(r)).collect()
}
