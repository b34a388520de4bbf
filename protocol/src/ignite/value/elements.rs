//! What containers hold, decoded one at a time.

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::class::TypeRef;
use super::code;
use super::object::Object;

type Result<T> = std::result::Result<T, DecodeError>;

/// The elements of an array or collection, in their order. After an error there are no more.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a> {
    reader: Reader<'a>,
    left: usize,
    /// The only code an element may have that is not null.
    only: Option<u8>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(reader: Reader<'a>, count: usize, only: Option<u8>) -> Elements<'a> {
        Elements { reader, left: count, only }
    }

    /// How many are left.
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Where in the body the next one begins.
    pub fn position(&self) -> usize {
        self.reader.position()
    }

    fn read(&mut self) -> Result<Object<'a>> {
        let code = self.reader.peek()?;
        if self.only.is_some_and(|only| code != only && code != code::NULL) {
            return Err(not_of_the_array(self.reader.position()));
        }
        Object::read(&mut self.reader)
    }
}

/// An element of a typed array has another type.
pub(super) fn not_of_the_array(at: usize) -> DecodeError {
    DecodeError::expected(at, "an element of the array's type")
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Object<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let object = self.read();
        if object.is_err() {
            self.left = 0;
        }
        Some(object)
    }
}

/// Keys and values of a map, in their order. After an error there are no more.
#[derive(Debug, Clone, Copy)]
pub struct Entries<'a> {
    elements: Elements<'a>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(elements: Elements<'a>) -> Entries<'a> {
        Entries { elements }
    }

    /// How many are left.
    pub fn len(&self) -> usize {
        self.elements.left / 2
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Keys and values in turn.
    pub fn flat(self) -> Elements<'a> {
        self.elements
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<(Object<'a>, Object<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.elements.next()?;
        Some(key.and_then(|key| match self.elements.next() {
            Some(value) => Ok((key, value?)),
            None => Err(DecodeError::expected(self.elements.reader.position(), "a value for each key")),
        }))
    }
}

/// The interfaces of a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Interfaces<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Interfaces<'a> {
    /// Reads all of them once, to move the reader behind.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Interfaces<'a>> {
        let count = reader.count(4)?;
        let interfaces = Interfaces { reader: *reader, left: count };
        for _ in 0..count {
            TypeRef::read(reader)?;
        }
        Ok(interfaces)
    }
}

impl<'a> Iterator for Interfaces<'a> {
    type Item = Result<TypeRef<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let interface = TypeRef::read(&mut self.reader);
        if interface.is_err() {
            self.left = 0;
        }
        Some(interface)
    }
}
