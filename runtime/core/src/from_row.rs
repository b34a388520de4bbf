//! Rows of run-time queries, read by the names of their columns.

use crate::backend::{Backend, Batch};
use crate::decode::{Decode, ValueError, ValueProblem};

/// A type that is read from a row by the names of its columns; `#[derive(FromRow)]` writes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "`#[derive(querent::FromRow)]` makes a struct readable; tuples are read by position"
)]
pub trait FromRow<'b, B: Backend>: Sized {
    /// The columns of one batch, found and ready to be read.
    type Columns;
    /// Finds the columns, once a batch.
    fn columns(batch: &'b B::Batch) -> Result<Self::Columns, ValueError>;
    /// Reads a row.
    fn read(columns: &Self::Columns, row: usize) -> Result<Self, ValueError>;
}

/// The index of a column by name: exactly, else without regard to case.
pub fn column_index<T: Batch>(batch: &T, name: &str) -> Option<usize> {
    let position =
        |same: &dyn Fn(&str) -> bool| (0..batch.width()).find(|&i| batch.column_name(i).is_some_and(same));
    position(&|n| n == name).or_else(|| position(&|n| n.eq_ignore_ascii_case(name)))
}

/// A column by name, for derived code.
pub fn column_of<'b, B: Backend, T: Decode<'b, B>>(
    batch: &'b B::Batch,
    name: &'static str,
) -> Result<T::Column, ValueError> {
    match column_index(batch, name) {
        Some(index) => T::column(batch, index),
        None => Err(ValueError::column(usize::from(u16::MAX), ValueProblem::MissingField(name))),
    }
}

pub(crate) fn decode<B: Backend, R>(batch: &B::Batch, rows: &mut Vec<R>) -> Result<(), ValueError>
where
    R: for<'b> FromRow<'b, B>,
{
    let columns = R::columns(batch)?;
    rows.reserve(batch.len());
    for row in 0..batch.len() {
        rows.push(R::read(&columns, row)?);
    }
    Ok(())
}

macro_rules! tuples {
    ($($($name:ident $index:tt),+;)+) => {
        $(impl<'b, B: Backend, $($name: Decode<'b, B>),+> FromRow<'b, B> for ($($name,)+) {
            type Columns = ($($name::Column,)+);

            fn columns(batch: &'b B::Batch) -> Result<Self::Columns, ValueError> {
                Ok(($($name::column(batch, $index)?,)+))
            }

            fn read(columns: &Self::Columns, row: usize) -> Result<Self, ValueError> {
                Ok(($($name::get(&columns.$index, row)?,)+))
            }
        })+
    };
}

tuples! {
    T0 0;
    T0 0, T1 1;
    T0 0, T1 1, T2 2;
    T0 0, T1 1, T2 2, T3 3;
    T0 0, T1 1, T2 2, T3 3, T4 4;
    T0 0, T1 1, T2 2, T3 3, T4 4, T5 5;
    T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6;
    T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7;
}
