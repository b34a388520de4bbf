//! Rust types read from the values of a page.
//!
//! Each value says its own type, for the rows of a UNION differ in theirs (H2 2.17.0) and a described type is at times
//! another: so the type is looked at once a value, not once a batch. Integers and floats widen where nothing is lost.
//! Dates, times and timestamps are the wall clock of a server that runs in UTC.

mod scalar;

use std::marker::PhantomData;

use querent_core::types::value;
use querent_core::{Batch as _, Decode, ValueError, ValueProblem};
use querent_protocol::ignite::response::Page;
use querent_protocol::ignite::value::code;

use crate::Ignite;
use crate::row::IgniteBatch;

/// A Rust type that is read from an object.
pub trait FromCell<'b>: Sized {
    /// Its name, for errors.
    const NAME: &'static str;
    /// Reads an object that is not null: type code and payload.
    fn read(cell: &'b [u8]) -> Result<Self, ValueProblem>;
}

/// The values of one column of a batch.
pub struct Cells<'b, T> {
    page: &'b Page,
    column: u16,
    rust: PhantomData<fn() -> T>,
}

impl<'b, T: FromCell<'b>> Cells<'b, T> {
    fn of(batch: &'b IgniteBatch, index: usize) -> Result<Self, ValueError> {
        let column = u16::try_from(index).ok().filter(|_| index < batch.width());
        let column = column.ok_or_else(|| ValueError::column(index, ValueProblem::MissingColumn))?;
        Ok(Cells { page: &batch.page, column, rust: PhantomData })
    }

    #[inline]
    fn cell(&self, row: usize) -> Option<&'b [u8]> {
        let cell = self.page.cell(row, usize::from(self.column))?;
        if cell.first() == Some(&code::NULL) { None } else { Some(cell) }
    }

    #[inline]
    fn read(&self, row: usize) -> Result<T, ValueError> {
        let read = self.cell(row).ok_or(ValueProblem::Null).and_then(T::read);
        read.map_err(|problem| ValueError::row(self.column, row, problem))
    }
}

macro_rules! decode {
    ($($rust:ty;)+) => { $(
        impl<'b> Decode<'b, Ignite> for $rust {
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
    bool; i8; i16; i32; i64; f32; f64;
    String; &'b str; Box<str>; std::sync::Arc<str>; std::borrow::Cow<'b, str>;
    Vec<u8>; &'b [u8];
    value::Decimal; value::Date; value::Time; value::Timestamp; value::Duration; value::Interval; value::Uuid;
}
