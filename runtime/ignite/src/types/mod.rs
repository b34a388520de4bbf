//! Rust types read from the values of a page.
//!
//! Each value says its own type, for the rows of a UNION differ in theirs (H2 2.17.0) and a described type is at times
//! another: so the type is looked at once a value, not once a batch. Integers and floats widen where nothing is lost.
//! Dates, times and timestamps are the wall clock of the servers' zone. Arrays, lists and sets are a `Vec`, maps a
//! `HashMap` or `BTreeMap`; objects of a user's class (`_KEY`, `_VAL`, columns of type OTHER) and whatever else there is are
//! a [`wire::Value`](crate::wire::Value).

mod list;
mod scalar;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::marker::PhantomData;

use querent_core::types::value;
use querent_core::{Batch as _, Decode, ValueError, ValueProblem};
use querent_protocol::ignite::response::Page;
use querent_protocol::ignite::value::{Object, Value, code};

use crate::Ignite;
use crate::clock::Clock;
use crate::row::IgniteBatch;

pub use list::{Element, Item};

/// A value that is not null, not decoded yet.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'b> {
    form: Form<'b>,
    clock: &'b Clock,
}

#[derive(Debug, Clone, Copy)]
enum Form<'b> {
    /// Type code and payload.
    Bytes(&'b [u8]),
    /// In a list or map.
    Object(Object<'b>),
}

const NO_OBJECT: ValueProblem = ValueProblem::Malformed("an object");

impl<'b> Cell<'b> {
    /// The object that it is; a handle is followed.
    fn object(&self) -> Result<Object<'b>, ValueProblem> {
        let object = match self.form {
            Form::Bytes(bytes) => Object::decode(bytes),
            Form::Object(object) => object.resolve(),
        };
        object.map_err(|_| NO_OBJECT)
    }

    /// The bytes, where it has some of its own.
    #[inline]
    fn bytes(&self) -> Option<&'b [u8]> {
        match self.form {
            Form::Bytes(bytes) => Some(bytes),
            Form::Object(_) => None,
        }
    }

    /// What an object that this one holds is.
    fn within(&self, object: Object<'b>) -> Option<Cell<'b>> {
        (!object.is_null()).then_some(Cell { form: Form::Object(object), clock: self.clock })
    }

    /// The number that a date or time in a list or map is: Calcite (2.17.0) sends there what it computes with.
    fn bare(&self) -> Option<i64> {
        match self.form {
            Form::Object(Object::Int(number)) => Some(number.into()),
            Form::Object(Object::Long(number)) => Some(number),
            _ => None,
        }
    }

    fn wall(&self, instant: value::Timestamp) -> Result<value::Timestamp, ValueProblem> {
        self.clock.wall(instant).map_err(ValueProblem::Malformed)
    }
}

/// A Rust type that is read from a value.
pub trait FromCell<'b>: Sized {
    /// Its name, for errors.
    const NAME: &'static str;
    /// Reads a value that is not null.
    fn read(cell: Cell<'b>) -> Result<Self, ValueProblem>;
}

/// The values of one column of a batch.
pub struct Cells<'b, T> {
    page: &'b Page,
    clock: &'b Clock,
    column: u16,
    rust: PhantomData<fn() -> T>,
}

impl<'b, T: FromCell<'b>> Cells<'b, T> {
    fn of(batch: &'b IgniteBatch, index: usize) -> Result<Self, ValueError> {
        let column = u16::try_from(index).ok().filter(|_| index < batch.width());
        let column = column.ok_or_else(|| ValueError::column(index, ValueProblem::MissingColumn))?;
        Ok(Cells { page: &batch.page, clock: &batch.clock, column, rust: PhantomData })
    }

    #[inline]
    fn cell(&self, row: usize) -> Option<Cell<'b>> {
        let bytes = self.page.cell(row, usize::from(self.column))?;
        if bytes.first() == Some(&code::NULL) {
            return None;
        }
        Some(Cell { form: Form::Bytes(bytes), clock: self.clock })
    }

    #[inline]
    fn read(&self, row: usize) -> Result<T, ValueError> {
        let read = self.cell(row).ok_or(ValueProblem::Null).and_then(T::read);
        read.map_err(|problem| ValueError::row(self.column, row, problem))
    }
}

macro_rules! decode {
    ($([$($bound:tt)*] $rust:ty;)+) => { $(
        impl<'b, $($bound)*> Decode<'b, Ignite> for $rust {
            type Column = Cells<'b, $rust>;

            fn column(batch: &'b IgniteBatch, index: usize) -> Result<Self::Column, ValueError> {
                Cells::of(batch, index)
            }

            #[inline]
            fn is_null(column: &Self::Column, row: usize) -> bool {
                column.cell(row).is_none()
            }

            #[inline]
            fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                column.read(row)
            }
        }
    )+ };
}

decode! {
    [] bool; [] i8; [] i16; [] i32; [] i64; [] f32; [] f64;
    [] String; [] &'b str; [] Box<str>; [] std::sync::Arc<str>; [] std::borrow::Cow<'b, str>;
    [] Vec<u8>; [] &'b [u8];
    [] value::Decimal; [] value::Date; [] value::Time; [] value::Timestamp;
    [] value::Duration; [] value::Interval; [] value::Uuid;
    [T: Element<'b> + Item] Vec<T>;
    [K: FromCell<'b> + Eq + Hash, V: Element<'b>] HashMap<K, V>;
    [K: FromCell<'b> + Ord, V: Element<'b>] BTreeMap<K, V>;
    [] Value;
}
