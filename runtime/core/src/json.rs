//! JSON as `serde_json::Value`, read from and sent as text: numbers keep what `f64` and 64-bit integers can hold of them.

use serde_json::Value as Json;

use crate::backend::Backend;
use crate::bind::{Bind, NeverNull};
use crate::decode::{Decode, Holds, ValueError, ValueProblem};
use crate::sql;
use crate::value::Value;

impl<'b, B: Backend> Decode<'b, B> for Json
where
    String: Decode<'b, B>,
{
    // With its index, for errors.
    type Column = (u16, <String as Decode<'b, B>>::Column);

    fn column(batch: &'b B::Batch, index: usize) -> Result<Self::Column, ValueError> {
        let column = <String as Decode<'b, B>>::column(batch, index)?;
        Ok((u16::try_from(index).unwrap_or(u16::MAX), column))
    }

    fn is_null((_, column): &Self::Column, row: usize) -> bool {
        <String as Decode<'b, B>>::is_null(column, row)
    }

    fn get((index, column): &Self::Column, row: usize) -> Result<Self, ValueError> {
        let text = <String as Decode<'b, B>>::get(column, row)?;
        // The parser's own message may quote the value.
        serde_json::from_str(&text).map_err(|_| ValueError::row(*index, row, ValueProblem::Malformed("JSON")))
    }
}

macro_rules! bind {
    ($($marker:ident),+) => { $(
        impl<'q> Bind<'q, sql::$marker> for &Json {
            type Null = NeverNull;

            fn bind(self) -> Value<'q> {
                Value::String(self.to_string())
            }
        }

        impl<'q> Bind<'q, sql::$marker> for Json {
            type Null = NeverNull;

            fn bind(self) -> Value<'q> {
                Value::String(self.to_string())
            }
        }
    )+ };
}

bind!(JSON, ANY);

impl Holds<sql::JSON> for Json {}
