//! How types, collections and maps are named on the wire.

use std::borrow::Cow;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::super::writer::{EncodeError, Writer};
use super::code;
use super::string::{JavaStr, write_string};

/// A type: its id, or its class name where the server does not know it by an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeRef<'a> {
    /// The id; never 0. -1 is `Object`.
    Id(i32),
    /// The name of a class without an id.
    Name(JavaStr<'a>),
}

/// A type that owns its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TypeName {
    /// The id; never 0. -1 is `Object`.
    Id(i32),
    /// The name of a class without an id.
    Name(String),
}

impl TypeName {
    /// `Object`, as the type of an array's elements.
    pub const OBJECT: TypeName = TypeName::Id(-1);

    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            TypeName::Id(0) => writer.fail(EncodeError::Unsendable("a type with the id 0")),
            TypeName::Id(id) => writer.i32(*id),
            TypeName::Name(name) => {
                writer.i32(0);
                write_string(writer, Some(name));
            }
        }
    }
}

impl<'a> TypeRef<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<TypeRef<'a>, DecodeError> {
        match reader.i32()? {
            0 => Ok(TypeRef::Name(read_class_name(reader)?)),
            id => Ok(TypeRef::Id(id)),
        }
    }

    /// The same, owned.
    pub fn to_owned(self) -> TypeName {
        match self {
            TypeRef::Id(id) => TypeName::Id(id),
            TypeRef::Name(name) => TypeName::Name(Cow::into_owned(name.text())),
        }
    }
}

/// Reads a string object that may not be null.
pub(in super::super) fn read_class_name<'a>(reader: &mut Reader<'a>) -> Result<JavaStr<'a>, DecodeError> {
    let at = reader.position();
    if reader.u8()? != code::STRING {
        return Err(DecodeError::expected(at, "a class name"));
    }
    JavaStr::read(reader)
}

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$item_doc:meta])* $item:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$item_doc])* $item),+
        }

        impl $name {
            /// The number on the wire.
            pub fn code(self) -> i8 {
                match self {
                    $($name::$item => $code),+
                }
            }

            pub(super) fn read(reader: &mut Reader<'_>) -> Result<$name, DecodeError> {
                let at = reader.position();
                match reader.i8()? {
                    $($code => Ok($name::$item),)+
                    other => Err(DecodeError::unknown(at, $what, i64::from(other))),
                }
            }
        }
    };
}

kinds! {
    /// What a collection is in Java.
    CollectionKind, "kind of collection" {
        /// A set of a class of the user's.
        UserSet = -1,
        /// A collection of a class of the user's.
        UserCollection = 0,
        /// `ArrayList`.
        ArrayList = 1,
        /// `LinkedList`.
        LinkedList = 2,
        /// `HashSet`.
        HashSet = 3,
        /// `LinkedHashSet`.
        LinkedHashSet = 4,
        /// A list of one element.
        SingletonList = 5,
    }
}

kinds! {
    /// What a map is in Java.
    MapKind, "kind of map" {
        /// A map of a class of the user's.
        UserMap = 0,
        /// `HashMap`.
        HashMap = 1,
        /// `LinkedHashMap`, which keeps its order.
        LinkedHashMap = 2,
    }
}

impl CollectionKind {
    /// Whether it is a set.
    pub fn is_set(self) -> bool {
        matches!(self, CollectionKind::UserSet | CollectionKind::HashSet | CollectionKind::LinkedHashSet)
    }
}
