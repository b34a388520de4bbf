//! Binary types as a cluster registers them: the names, types and ids of fields, and the schemas in use.

use super::error::DecodeError;
use super::reader::Reader;
use super::value::{read_string, write_string};
use super::writer::Writer;

/// A binary type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BinaryType {
    /// Its id: Java's hash of its name in lower case, unless a mapper says otherwise.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// The field that decides the node of a key of this type.
    pub affinity_field: Option<String>,
    /// Its fields; none where it is an enum.
    pub fields: Vec<BinaryField>,
    /// Names and ordinals, where it is an enum.
    pub enum_values: Option<Vec<(String, i32)>>,
    /// The orders of fields that objects of it have.
    pub schemas: Vec<Schema>,
}

/// A field of a binary type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryField {
    /// Its name.
    pub name: String,
    /// The type code of its values (30 decimal; 103 for `java.sql.Date` and everything else without a code).
    pub type_code: i32,
    /// Its id: Java's hash of its name in lower case, unless a mapper says otherwise.
    pub id: i32,
}

/// The order of fields in objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Its id, a hash of the ids of its fields.
    pub id: i32,
    /// The ids of its fields.
    pub field_ids: Vec<i32>,
}

/// Bytes of the shortest string object or null.
const STRING_LEN_MIN: usize = 1;

impl BinaryType {
    pub(crate) fn write(&self, w: &mut Writer) {
        w.i32(self.id);
        write_string(w, Some(&self.name));
        write_string(w, self.affinity_field.as_deref());
        w.count(self.fields.len());
        for field in &self.fields {
            write_string(w, Some(&field.name));
            w.i32(field.type_code);
            w.i32(field.id);
        }
        w.bool(self.enum_values.is_some());
        if let Some(values) = &self.enum_values {
            w.count(values.len());
            for (name, ordinal) in values {
                write_string(w, Some(name));
                w.i32(*ordinal);
            }
        }
        w.count(self.schemas.len());
        for schema in &self.schemas {
            w.i32(schema.id);
            w.count(schema.field_ids.len());
            for id in &schema.field_ids {
                w.i32(*id);
            }
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<BinaryType, DecodeError> {
        let id = r.i32()?;
        let name = name(r)?;
        let affinity_field = read_string(r)?.map(Into::into);
        let fields = (0..r.count(STRING_LEN_MIN + 8)?)
            .map(|_| Ok(BinaryField { name: self::name(r)?, type_code: r.i32()?, id: r.i32()? }))
            .collect::<Result<_, DecodeError>>()?;
        let enum_values = if r.bool()? {
            let count = r.count(STRING_LEN_MIN + 4)?;
            let values = (0..count).map(|_| Ok((self::name(r)?, r.i32()?)));
            Some(values.collect::<Result<_, DecodeError>>()?)
        } else {
            None
        };
        let schemas = (0..r.count(8)?)
            .map(|_| {
                let id = r.i32()?;
                let count = r.count(4)?;
                Ok(Schema { id, field_ids: (0..count).map(|_| r.i32()).collect::<Result<_, _>>()? })
            })
            .collect::<Result<_, DecodeError>>()?;
        Ok(BinaryType { id, name, affinity_field, fields, enum_values, schemas })
    }
}

fn name(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let at = r.position();
    let name = read_string(r)?.ok_or(DecodeError::expected(at, "a name"))?;
    Ok(name.into_owned())
}

/// How ids of names are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMapper {
    /// Of the full name, package and all.
    FullName,
    /// Of the name without its package.
    SimpleName,
    /// In a way that only the server knows.
    Custom,
}

/// The form of binary objects in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryConfiguration {
    /// Whether footers hold offsets alone, without the ids of fields.
    pub compact_footer: bool,
    /// How ids of names are made.
    pub name_mapper: NameMapper,
}

impl BinaryConfiguration {
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<BinaryConfiguration, DecodeError> {
        let compact_footer = r.bool()?;
        let at = r.position();
        let name_mapper = match r.i8()? {
            0 => NameMapper::FullName,
            1 => NameMapper::SimpleName,
            2 => NameMapper::Custom,
            other => return Err(DecodeError::unknown(at, "binary name mapper", i64::from(other))),
        };
        Ok(BinaryConfiguration { compact_footer, name_mapper })
    }
}
