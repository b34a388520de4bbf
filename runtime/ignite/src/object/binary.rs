//! Types of the user's: complex objects and enums.

use querent_core::ValueProblem;
use querent_protocol::ignite::value::{Object, TypeRef, Value, code};

use super::{Cell, Encoder, FromObject, ObjectReader, ObjectWriter, ReadError, ToObject};

/// A Rust struct that is a complex object: a *binary type* of the cluster, which any client can read by its fields' names.
///
/// `#[derive(Binary)]` writes this. The type is registered before the first object of it is written, and again when its
/// fields change: objects of the older form stay readable, fields that they lack are read as null. A type in a cluster
/// keeps a field's type for ever; changing it is refused by the server.
///
/// ```
/// use querent_ignite::object::{BinaryType, ObjectReader, ObjectWriter, ReadError};
///
/// struct Person {
///     name: String,
///     age: Option<i32>,
/// }
///
/// impl BinaryType for Person {
///     const TYPE_NAME: &'static str = "Person";
///
///     fn write(&self, object: &mut ObjectWriter<'_, '_>) {
///         object.field("name", &self.name).field("age", &self.age);
///     }
///
///     fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError> {
///         Ok(Person { name: object.field("name")?, age: object.field("age")? })
///     }
/// }
/// ```
pub trait BinaryType: Sized + Sync {
    /// The full name of the type, package and all.
    const TYPE_NAME: &'static str;
    /// The field that decides the node, where it is a key.
    const AFFINITY_FIELD: Option<&'static str> = None;

    /// Writes the fields, always the same in the same order: a key is found by its bytes. It may be called twice for one
    /// object.
    fn write(&self, object: &mut ObjectWriter<'_, '_>);

    /// Reads the fields, in any order.
    fn read(object: &ObjectReader<'_>) -> Result<Self, ReadError>;
}

impl<T: BinaryType> ToObject for T {
    const CODE: u8 = code::OBJECT;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        encoder.object(T::TYPE_NAME, T::AFFINITY_FIELD, &|object| self.write(object));
    }
}

impl<T: BinaryType> FromObject for T {
    const NAME: &'static str = T::TYPE_NAME;

    fn from_object(cell: &Cell<'_>) -> Result<T, ReadError> {
        T::read(&cell.complex(T::TYPE_NAME)?)
    }
}

/// A Rust enum that is an enum of the cluster. `#[derive(Binary)]` writes this, and [`ToObject`] and [`FromObject`] by
/// [`write_enum`] and [`read_enum`].
pub trait BinaryEnum: Sized + Sync {
    /// The full name of the type.
    const TYPE_NAME: &'static str;
    /// Names and ordinals of its values.
    const VALUES: &'static [(&'static str, i32)];

    /// The ordinal.
    fn ordinal(&self) -> i32;
    /// The value of an ordinal.
    fn from_ordinal(ordinal: i32) -> Option<Self>;
}

/// Writes an enum value; for implementations of [`ToObject::to_object`], with [`code::ENUM`] as the code.
pub fn write_enum<T: BinaryEnum>(value: &T, encoder: &mut Encoder<'_>) {
    encoder.enum_value(T::TYPE_NAME, T::VALUES, value.ordinal());
}

/// Reads an enum value; for implementations of [`FromObject::from_object`].
pub fn read_enum<T: BinaryEnum>(cell: &Cell<'_>) -> Result<T, ReadError> {
    let (Object::Enum { class, ordinal } | Object::BinaryEnum { class, ordinal }) = cell.object() else {
        return Err(cell.wrong_type(T::TYPE_NAME));
    };
    let type_id = match class {
        TypeRef::Id(id) => Some(id),
        TypeRef::Name(name) => cell.types().type_id(&name.text()),
    };
    if cell.types().type_id(T::TYPE_NAME).is_some_and(|expected| type_id != Some(expected)) {
        return Err(cell.wrong_type(T::TYPE_NAME));
    }
    T::from_ordinal(ordinal).ok_or(ValueProblem::OutOfRange(T::TYPE_NAME).into())
}

/// A complex object whose fields are known at run time only. It is read as a [`Value`].
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// The full name of its type.
    pub type_name: String,
    /// Names and values, in the order of the schema.
    pub fields: Vec<(String, Value)>,
}

impl ToObject for Fields {
    const CODE: u8 = code::OBJECT;

    fn to_object(&self, encoder: &mut Encoder<'_>) {
        encoder.object(&self.type_name, None, &|object| {
            for (name, value) in &self.fields {
                object.field(name, value);
            }
        });
    }
}
