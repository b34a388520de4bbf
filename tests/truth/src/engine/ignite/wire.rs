//! Rows as they come, and the type that each value says it has.

use std::sync::Arc;

use querent_core::{Batch, Decode, FromRow, ValueError};
use querent_ignite::wire::Value;
use querent_ignite::{Ignite, IgniteBatch};
use querent_types::{Field, IntervalUnit, ListLayout, SqlType, TimeUnit};

/// One row: names of the columns, and the type of each value; `None` of a NULL.
pub(super) struct Row {
    pub(super) names: Arc<[String]>,
    pub(super) types: Vec<Option<String>>,
}

/// The columns of one batch.
pub(super) struct Columns<'b> {
    names: Arc<[String]>,
    cells: Vec<<Value as Decode<'b, Ignite>>::Column>,
}

impl<'b> FromRow<'b, Ignite> for Row {
    type Columns = Columns<'b>;

    fn columns(batch: &'b IgniteBatch) -> Result<Columns<'b>, ValueError> {
        let name = |at| batch.column_name(at).unwrap_or_default().to_owned();
        let cells = (0..batch.width()).map(|at| Value::column(batch, at)).collect::<Result<_, _>>()?;
        Ok(Columns { names: (0..batch.width()).map(name).collect(), cells })
    }

    fn read(columns: &Columns<'b>, row: usize) -> Result<Row, ValueError> {
        let types = columns.cells.iter().map(|cells| {
            let is_null = <Value as Decode<Ignite>>::is_null(cells, row);
            (!is_null).then(|| match <Value as Decode<Ignite>>::get(cells, row) {
                Ok(value) => named(&value),
                Err(_) => UNREADABLE.to_owned(),
            })
        });
        Ok(Row { names: Arc::clone(&columns.names), types: types.collect() })
    }
}

/// What no type of querent's is: a row of H2's, an object.
const UNREADABLE: &str = "an object";

fn named(value: &Value) -> String {
    of(value).map_or(UNREADABLE.to_owned(), |ty| ty.to_string())
}

/// The type of a value; `None` of a NULL, and of what querent has no type for.
fn of(value: &Value) -> Option<SqlType> {
    Some(match value {
        Value::Byte(_) => SqlType::Int8,
        Value::Short(_) => SqlType::Int16,
        Value::Int(_) => SqlType::Int32,
        Value::Long(_) => SqlType::Int64,
        Value::Float(_) => SqlType::Float32,
        Value::Double(_) => SqlType::Float64,
        Value::Bool(_) => SqlType::Boolean,
        Value::String(_) | Value::Char(_) => SqlType::TEXT,
        Value::Uuid(_) => SqlType::Uuid,
        Value::Date(_) | Value::SqlDate(_) => SqlType::Date32,
        Value::Time(_) => SqlType::Time(TimeUnit::Millisecond),
        Value::Timestamp(_) => SqlType::Timestamp(TimeUnit::Nanosecond, None),
        Value::Decimal(_) => SqlType::BigDecimal,
        Value::Duration(_) => SqlType::Interval(IntervalUnit::DayTime),
        Value::Period(_) => SqlType::Interval(IntervalUnit::YearMonth),
        Value::Bytes(_) => SqlType::BINARY,
        Value::Collection(items) => {
            SqlType::List(Box::new(Field::item(common(items.values.iter())?)), ListLayout::List)
        }
        Value::Map(map) => {
            let key = Field::new("key", common(map.entries.iter().map(|(key, _)| key))?, false);
            let value = Field::new("value", common(map.entries.iter().map(|(_, value)| value))?, true);
            let entries = Field::new("entries", SqlType::Struct(vec![key, value]), false);
            SqlType::Map(Box::new(entries), false)
        }
        _ => return None,
    })
}

/// The one type of some values, NULLs left out.
fn common<'v>(values: impl Iterator<Item = &'v Value>) -> Option<SqlType> {
    let mut types = values.filter(|value| !matches!(value, Value::Null)).map(of);
    let first = types.next()??;
    types.all(|ty| ty.as_ref() == Some(&first)).then_some(first)
}
