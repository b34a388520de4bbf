//! Which Rust type can be read from which backend's batches, and which can hold which SQL type.

use std::fmt;

use querent_types::value;

use crate::backend::Backend;
use crate::sql;

/// A Rust type that is read from a column of a backend's batches.
///
/// [`column`](Decode::column) does what needs doing once a batch (the downcast, the lookup of the wire type);
/// [`get`](Decode::get) is called once a row.
#[diagnostic::on_unimplemented(
    message = "a column of this backend cannot be decoded as `{Self}`",
    note = "`#[derive(querent::Type)]` makes a newtype or an enum decodable"
)]
pub trait Decode<'b, B: Backend>: Sized {
    /// The column, ready to be read.
    type Column;
    /// Finds and checks a column of a batch.
    fn column(batch: &'b B::Batch, index: usize) -> Result<Self::Column, ValueError>;
    /// Whether a row's value is NULL.
    fn is_null(column: &Self::Column, row: usize) -> bool;
    /// A row's value; an error where it is NULL or cannot be held.
    fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError>;
}

impl<'b, B: Backend, T: Decode<'b, B>> Decode<'b, B> for Option<T> {
    type Column = T::Column;

    fn column(batch: &'b B::Batch, index: usize) -> Result<Self::Column, ValueError> {
        T::column(batch, index)
    }

    fn is_null(_: &Self::Column, _: usize) -> bool {
        false
    }

    #[inline]
    fn get(column: &Self::Column, row: usize) -> Result<Self, ValueError> {
        if T::is_null(column, row) { Ok(None) } else { T::get(column, row).map(Some) }
    }
}

/// Why a value could not be read: indices only, so that it costs nothing until the caller names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueError {
    /// Index of the column.
    pub column: u16,
    /// Index of the row within its batch; `u32::MAX` where it is the column as a whole.
    pub row: u32,
    /// What is wrong, in words that hold no value.
    pub what: ValueProblem,
}

/// What is wrong with a value or a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueProblem {
    /// A NULL where the type has none.
    Null,
    /// The result has no such column.
    MissingColumn,
    /// The result has no column of the name that a field of the row type asks for; the name.
    MissingField(&'static str),
    /// The column has another type than the Rust type can be read from; the Rust type's name.
    WrongType(&'static str),
    /// The column has another type than was checked, and something would be lost on the way to that.
    OtherType,
    /// The value does not fit the Rust type; its name.
    OutOfRange(&'static str),
    /// The bytes are no value of the type; what they should have been.
    Malformed(&'static str),
}

impl ValueError {
    /// A problem of a whole column.
    pub fn column(column: usize, what: ValueProblem) -> ValueError {
        ValueError { column: column.try_into().unwrap_or(u16::MAX), row: u32::MAX, what }
    }

    /// A problem of one value. A [`Decode::Column`] keeps its index, so that `get` can name it.
    pub fn row(column: u16, row: usize, what: ValueProblem) -> ValueError {
        ValueError { column, row: row.try_into().unwrap_or(u32::MAX), what }
    }
}

impl fmt::Display for ValueProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueProblem::Null => f.write_str("NULL where none can be held"),
            ValueProblem::MissingColumn => f.write_str("the result has no such column"),
            ValueProblem::MissingField(name) => write!(f, "the result has no column `{name}`"),
            ValueProblem::WrongType(rust) => write!(f, "the column's type cannot be read as `{rust}`"),
            ValueProblem::OtherType => f.write_str("the column has another type than was checked"),
            ValueProblem::OutOfRange(rust) => write!(f, "a value does not fit `{rust}`"),
            ValueProblem::Malformed(what) => write!(f, "a value is not {what}"),
        }
    }
}

/// A Rust type that can hold every value of the SQL type `T`, a marker of [`sql`].
///
/// It is what `query_as!` asks of the fields of a row type. Widening is allowed where nothing is lost. JSON's numbers are of no
/// one width: any type of numbers may hold them, and a value that it cannot hold exactly is an error when it is read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a {T} column",
    label = "a {T} column does not fit here",
    note = "`#[derive(querent::Type)]` lets a newtype hold what its field holds"
)]
pub trait Holds<T> {}

impl<T, V: Holds<T>> Holds<T> for Option<V> {}
impl<T, V: Holds<T>> Holds<sql::ARRAY<T>> for Vec<V> {}

macro_rules! holds {
    ($($rust:ty: [$($marker:ident),+];)+) => { $($(impl Holds<sql::$marker> for $rust {})+)+ };
}

holds! {
    bool: [BOOLEAN];
    i8: [TINYINT, NUMBER];
    i16: [TINYINT, SMALLINT, TINYINT_UNSIGNED, NUMBER];
    i32: [TINYINT, SMALLINT, INTEGER, TINYINT_UNSIGNED, SMALLINT_UNSIGNED, NUMBER];
    i64: [TINYINT, SMALLINT, INTEGER, BIGINT, TINYINT_UNSIGNED, SMALLINT_UNSIGNED, INTEGER_UNSIGNED, NUMBER];
    u8: [TINYINT_UNSIGNED, NUMBER];
    u16: [TINYINT_UNSIGNED, SMALLINT_UNSIGNED, NUMBER];
    u32: [TINYINT_UNSIGNED, SMALLINT_UNSIGNED, INTEGER_UNSIGNED, NUMBER];
    u64: [TINYINT_UNSIGNED, SMALLINT_UNSIGNED, INTEGER_UNSIGNED, BIGINT_UNSIGNED, NUMBER];
    f32: [REAL];
    f64: [REAL, DOUBLE, NUMBER];
    String: [VARCHAR, JSON];
    &str: [VARCHAR, JSON];
    Box<str>: [VARCHAR, JSON];
    std::sync::Arc<str>: [VARCHAR, JSON];
    std::borrow::Cow<'_, str>: [VARCHAR, JSON];
    Vec<u8>: [VARBINARY];
    &[u8]: [VARBINARY];
    value::Decimal: [DECIMAL, TINYINT, SMALLINT, INTEGER, BIGINT, TINYINT_UNSIGNED, SMALLINT_UNSIGNED, INTEGER_UNSIGNED, BIGINT_UNSIGNED, NUMBER];
    value::Date: [DATE];
    value::Time: [TIME];
    value::Timestamp: [TIMESTAMP, TIMESTAMP_WITH_TIME_ZONE];
    value::Duration: [DURATION];
    value::Interval: [INTERVAL];
    value::Uuid: [UUID];
}
