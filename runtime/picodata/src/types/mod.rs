//! Rust types read from the bytes of a row.
//!
//! [`FromWire`] is the driver's own view of a value: its form is settled once a batch from the column's type, and the
//! bytes are read by it once a row. [`Decode`] is derived from it. Integers and floats widen where nothing is lost.

mod list;
pub(crate) mod numeric;
mod scalar;
mod sql;

use std::marker::PhantomData;

use querent_core::types::value;
use querent_core::{Decode, ValueError, ValueProblem};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

#[cfg(feature = "arrow")]
pub(crate) use list::Elements;
pub use list::Item;
pub use scalar::{DecimalForm, FloatForm, IntegerForm, TextForm};
pub(crate) use sql::sql_type;

use crate::Picodata;
use crate::row::PicodataBatch;

/// A Rust type that is read from the wire.
pub trait FromWire<'b>: Sized {
    /// In which of the forms that it is read from a column stands.
    type Form: Copy;
    /// Its name, for errors.
    const NAME: &'static str;
    /// The form of a column's type; `None` where it is not read from that.
    fn form(ty: &Type) -> Option<Self::Form>;
    /// Reads a value that is not NULL.
    fn read(form: Self::Form, bytes: &'b [u8]) -> Result<Self, ValueProblem>;
}

/// The values of one column of a batch.
pub struct Cells<'b, T: FromWire<'b>> {
    rows: &'b [Row],
    column: u16,
    /// `None` for a bare NULL, which has no type (OID 705): there is no value to read.
    form: Option<T::Form>,
    rust: PhantomData<fn() -> T>,
}

/// A value's bytes, whatever its type.
struct Bytes<'b>(&'b [u8]);

impl<'b> FromSql<'b> for Bytes<'b> {
    fn from_sql(_: &Type, bytes: &'b [u8]) -> Result<Bytes<'b>, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Bytes(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl<'b, T: FromWire<'b>> Cells<'b, T> {
    fn of(batch: &'b PicodataBatch, index: usize) -> Result<Self, ValueError> {
        let missing = || ValueError::column(index, ValueProblem::MissingColumn);
        let ty = batch.columns().get(index).ok_or_else(missing)?.type_();
        let form = T::form(base(ty));
        if form.is_none() && *ty != Type::UNKNOWN {
            return Err(ValueError::column(index, ValueProblem::WrongType(T::NAME)));
        }
        let column = u16::try_from(index).map_err(|_| missing())?;
        Ok(Cells { rows: batch.rows(), column, form, rust: PhantomData })
    }

    #[inline]
    fn bytes(&self, row: usize) -> Option<&'b [u8]> {
        let row: &'b Row = self.rows.get(row)?;
        bytes(row, usize::from(self.column))
    }

    #[inline]
    fn read(&self, row: usize) -> Result<T, ValueError> {
        let problem = match (self.bytes(row), self.form) {
            (Some(bytes), Some(form)) => match T::read(form, bytes) {
                Ok(value) => return Ok(value),
                Err(problem) => problem,
            },
            (Some(_), None) => ValueProblem::WrongType(T::NAME),
            (None, _) => ValueProblem::Null,
        };
        Err(ValueError::row(self.column, row, problem))
    }
}

/// The bytes of a row's value, whatever its type; `None` is NULL.
pub(crate) fn bytes(row: &Row, index: usize) -> Option<&[u8]> {
    row.try_get::<_, Option<Bytes<'_>>>(index).ok()?.map(|bytes| bytes.0)
}

/// A value of a row; `None` where it is NULL, is not there or is of another type.
pub(crate) fn field<'b, T: FromWire<'b>>(row: &'b Row, index: usize) -> Option<T> {
    let form = T::form(base(row.columns().get(index)?.type_()))?;
    T::read(form, bytes(row, index)?).ok()
}

/// The type under a domain.
pub(crate) fn base(ty: &Type) -> &Type {
    match ty.kind() {
        tokio_postgres::types::Kind::Domain(inner) => base(inner),
        _ => ty,
    }
}

macro_rules! decode {
    ($($rust:ty;)+) => { $(
        impl<'b> Decode<'b, Picodata> for $rust {
            type Column = Cells<'b, $rust>;

            fn column(batch: &'b PicodataBatch, index: usize) -> Result<Self::Column, ValueError> {
                Cells::of(batch, index)
            }

            #[inline]
            fn is_null(column: &Self::Column, row: usize) -> bool {
                column.bytes(row).is_none()
            }

            #[inline]
            fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
                column.read(row)
            }
        }
    )+ };
}

decode! {
    bool; i16; i32; i64; f32; f64;
    String; &'b str; Box<str>; std::sync::Arc<str>; std::borrow::Cow<'b, str>;
    Vec<u8>; &'b [u8];
    value::Decimal; value::Date; value::Time; value::Timestamp; value::Interval; value::Uuid;
}

impl<'b, T: Item> Decode<'b, Picodata> for Vec<T>
where
    Vec<T>: FromWire<'b>,
{
    type Column = Cells<'b, Vec<T>>;

    fn column(batch: &'b PicodataBatch, index: usize) -> Result<Self::Column, ValueError> {
        Cells::of(batch, index)
    }

    fn is_null(column: &Self::Column, row: usize) -> bool {
        column.bytes(row).is_none()
    }

    fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
        column.read(row)
    }
}
