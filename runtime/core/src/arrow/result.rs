//! What `fetch_arrow` and `fetch_arrow_batches` give, and the schema that their batches have.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures_core::Stream;
use futures_util::stream::BoxStream;
use querent_types::SqlType;

use super::to_field;
use crate::error::Result;
use crate::plan::ColumnMeta;

/// All rows of a result, as Arrow has them.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrowTable {
    schema: SchemaRef,
    /// The rows, in the batches in which they came; none where there is no row.
    pub batches: Vec<RecordBatch>,
}

impl ArrowTable {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> ArrowTable {
        ArrowTable { schema, batches }
    }

    /// Names, types and nullability of the columns, also where there is no row: of a checked query what was checked, of a
    /// text of the run time what the server says. It has no columns where a server says nothing of them.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How many rows there are.
    pub fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// The rows of a result as a stream of record batches, made as the rows arrive.
///
/// Dropped half way, the rest is not fetched.
#[must_use = "a query does nothing until it is polled"]
pub struct ArrowBatches<'f> {
    batches: BoxStream<'f, Result<RecordBatch>>,
    pub(crate) shape: Shape,
}

impl<'f> ArrowBatches<'f> {
    pub(crate) fn new(batches: BoxStream<'f, Result<RecordBatch>>, shape: Shape) -> ArrowBatches<'f> {
        ArrowBatches { batches, shape }
    }

    /// The schema of all batches: of a checked query it is there from the beginning, unless the type of a column was left
    /// open, else from the first batch, or the end, on.
    pub fn schema(&self) -> Option<&SchemaRef> {
        self.shape.known.get()
    }
}

impl Stream for ArrowBatches<'_> {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.batches.as_mut().poll_next(cx)
    }
}

/// The schema of a result, which the stream and who reads it know at the same time.
#[derive(Clone)]
pub(crate) struct Shape {
    /// As checked; `None` for a text of the run time.
    columns: Option<&'static [ColumnMeta]>,
    known: Arc<OnceLock<SchemaRef>>,
}

impl Shape {
    /// That of a result with these checked columns.
    pub(crate) fn of(columns: Option<&'static [ColumnMeta]>) -> Shape {
        let shape = Shape { columns, known: Arc::default() };
        let fields: Option<Vec<Field>> = columns.and_then(|columns| columns.iter().map(checked).collect());
        if let Some(fields) = fields {
            shape.known.get_or_init(|| Arc::new(Schema::new(fields)));
        }
        shape
    }

    /// The schema, where the server says this of the columns. What it says later changes nothing.
    pub(crate) fn schema(&self, answer: Option<SchemaRef>) -> SchemaRef {
        let settle = || match (self.columns, answer) {
            (Some(columns), answer) => {
                let told = |index| answer.as_ref().and_then(|answer| answer.fields().get(index));
                let fields = columns.iter().enumerate().map(|(index, column)| {
                    checked(column).unwrap_or_else(|| open(column, told(index).map(AsRef::as_ref)))
                });
                Arc::new(Schema::new(fields.collect::<Vec<_>>()))
            }
            (None, Some(answer)) => answer,
            (None, None) => Arc::new(Schema::empty()),
        };
        self.known.get_or_init(settle).clone()
    }
}

/// A column whose type was checked.
fn checked(column: &ColumnMeta) -> Option<Field> {
    let ty: SqlType = column.ty.parse().ok()?;
    Some(to_field(column.name, &ty, column.nullable))
}

/// A column whose type was left open: it has the type that the server says, and that of NULL where it says none.
fn open(column: &ColumnMeta, told: Option<&Field>) -> Field {
    let field = match told {
        Some(told) => told.clone(),
        None => Field::new(column.name, DataType::Null, true),
    };
    field.with_name(column.name).with_nullable(column.nullable)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[ColumnMeta] = &[
        ColumnMeta { name: "id", named: true, ty: "Int64", nullable: false, origin: "t.id" },
        ColumnMeta { name: "amount", named: true, ty: "BigDecimal", nullable: true, origin: "" },
    ];
    const OPEN: &[ColumnMeta] = &[ColumnMeta { ty: "", ..COLUMNS[0] }, COLUMNS[1]];

    fn told(fields: &[(&str, DataType)]) -> SchemaRef {
        let fields = fields.iter().map(|(name, ty)| Field::new(*name, ty.clone(), true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    #[test]
    fn what_was_checked_is_known_before_anything_came() {
        let shape = Shape::of(Some(COLUMNS));
        let schema = shape.known.get().expect("the schema").clone();
        assert_eq!(schema.field(0), &Field::new("id", DataType::Int64, false));
        assert_eq!(schema.field(1).metadata()[crate::arrow::TYPE_KEY], "BigDecimal");
        // Neither other types nor further columns change it.
        let other = told(&[("x", DataType::Utf8), ("y", DataType::Null), ("z", DataType::Null)]);
        assert_eq!(shape.schema(Some(other)), schema);
        assert_eq!(shape.schema(None), schema);
    }

    #[test]
    fn a_type_that_was_left_open_is_the_servers() {
        let shape = Shape::of(Some(OPEN));
        assert!(shape.known.get().is_none());
        let schema = shape.schema(Some(told(&[("ID", DataType::Date32), ("amount", DataType::Utf8)])));
        assert_eq!(schema.field(0), &Field::new("id", DataType::Date32, false));
        assert_eq!(schema.field(1), Shape::of(Some(COLUMNS)).schema(None).field(1));
        let silent = Shape::of(Some(OPEN)).schema(None);
        assert_eq!(silent.field(0).data_type(), &DataType::Null);
    }

    #[test]
    fn a_text_of_the_run_time_has_the_servers_columns() {
        let answer = told(&[("a", DataType::Int32), ("a", DataType::Utf8)]);
        assert_eq!(Shape::of(None).schema(Some(answer.clone())), answer);
        assert_eq!(Shape::of(None).schema(None), Arc::new(Schema::empty()));
    }
}
