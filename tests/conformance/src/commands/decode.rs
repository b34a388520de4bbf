//! From the values of an answer to Rust.

use std::sync::Arc;

use querent::backend::{Batch as _, Decode, ValueError, ValueProblem};
use serde_json::Value as Json;

use super::{CommandsBackend, Entities};

/// A property of all entities.
#[derive(Clone, Copy)]
pub struct Property<'b> {
    batch: &'b Entities,
    index: usize,
    /// The key that it has in an entity.
    key: &'static str,
}

impl<'b> Property<'b> {
    fn new(batch: &'b Entities, index: usize) -> Result<Self, ValueError> {
        match batch.names.get(index) {
            // The column of blobs: an entity says which of the answer's blobs is its own.
            Some(&"blob") => Ok(Property { batch, index, key: "_blob_index" }),
            Some(key) => Ok(Property { batch, index, key }),
            None => Err(ValueError::column(index, ValueProblem::MissingColumn)),
        }
    }

    fn value(&self, row: usize) -> &'b Json {
        debug_assert!(row < self.batch.len());
        &self.batch.entities[row][self.key]
    }

    fn read<T>(
        &self,
        row: usize,
        rust: &'static str,
        read: impl Fn(&'b Json, &'b Entities) -> Option<T>,
    ) -> Result<T, ValueError> {
        let error = |what| ValueError::row(self.index as u16, row, what);
        match self.value(row) {
            Json::Null => Err(error(ValueProblem::Null)),
            value => read(value, self.batch).ok_or(error(ValueProblem::WrongType(rust))),
        }
    }
}

macro_rules! decode {
    ($($rust:ty: $read:expr;)+) => {
        $(impl<'b> Decode<'b, CommandsBackend> for $rust {
            type Column = Property<'b>;

            fn column(batch: &'b Entities, index: usize) -> Result<Property<'b>, ValueError> {
                Property::new(batch, index)
            }

            fn is_null(column: &Property<'b>, row: usize) -> bool {
                column.value(row).is_null()
            }

            fn get(column: &Property<'b>, row: usize) -> Result<Self, ValueError> {
                let read: fn(&'b Json, &'b Entities) -> Option<$rust> = $read;
                column.read(row, stringify!($rust), read)
            }
        })+
    };
}

decode! {
    i64: |value, _| value.as_i64();
    u64: |value, _| value.as_u64();
    f64: |value, _| exact(value);
    String: |value, _| value.as_str().map(str::to_owned);
    // Handed on without a copy.
    Arc<[u8]>: |value, batch| blob(value, batch).cloned();
    Vec<u8>: |value, batch| blob(value, batch).map(|blob| blob.to_vec());
}

/// A number as a double, unless it is an integer that no double is equal to.
fn exact(value: &Json) -> Option<f64> {
    let number = value.as_f64()?;
    match value.as_i64() {
        Some(integer) if number as i128 != i128::from(integer) => None,
        _ => Some(number),
    }
}

fn blob<'b>(index: &Json, batch: &'b Entities) -> Option<&'b Arc<[u8]>> {
    batch.blobs.get(usize::try_from(index.as_u64()?).ok()?)
}
