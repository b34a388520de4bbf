//! Binary types: names by id, fields and schemas, and how ids and footers are made.

use super::super::code::Op;
use super::super::handshake::Agreed;
use super::super::meta::BinaryType;
use super::super::value::write_string;
use super::super::writer::Writer;
use super::Request;

/// The platform of class names: Java.
const JAVA: u8 = 0;

/// Asks for the Java class name of a type id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeNameGet(pub i32);

impl Request for TypeNameGet {
    fn op(&self) -> Op {
        Op::BinaryTypeNameGet
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.u8(JAVA);
        w.i32(self.0);
    }
}

/// Registers the Java class name of a type id.
#[derive(Debug, Clone, Copy)]
pub struct TypeNamePut<'a> {
    /// The id.
    pub type_id: i32,
    /// The full name.
    pub name: &'a str,
}

impl Request for TypeNamePut<'_> {
    fn op(&self) -> Op {
        Op::BinaryTypeNamePut
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.u8(JAVA);
        w.i32(self.type_id);
        write_string(w, Some(self.name));
    }
}

/// Asks for a binary type by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeGet(pub i32);

impl Request for TypeGet {
    fn op(&self) -> Op {
        Op::BinaryTypeGet
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        w.i32(self.0);
    }
}

/// Registers a binary type, or merges its fields and schemas into what is registered.
#[derive(Debug, Clone, Copy)]
pub struct TypePut<'a>(pub &'a BinaryType);

impl Request for TypePut<'_> {
    fn op(&self) -> Op {
        Op::BinaryTypePut
    }

    fn write(&self, _: &Agreed, w: &mut Writer) {
        self.0.write(w);
    }
}

/// Asks for the form of footers and names. A key in another form is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryConfigurationGet;

impl Request for BinaryConfigurationGet {
    fn op(&self) -> Op {
        Op::BinaryConfigurationGet
    }

    fn write(&self, _: &Agreed, _: &mut Writer) {}
}
