//! The macros that users call. They pass `$crate` to the procedural ones, so that a renamed or re-exported `querent` works,
//! and tokens instead of fragments, so that errors land on what the user wrote.

/// Declares the type of one `[source.*]` of `querent.toml`.
///
/// `source!(pub Market);` reads `[source.market]`: the snake case of the name. `source!(pub Market = "eu");` reads
/// `[source.eu]`; it must stand above the queries of its crate. `source!(pub Market: my::Backend);` names a backend that
/// querent does not bring.
#[macro_export]
macro_rules! source {
    ($($t:tt)*) => { $crate::__private::macros::source! { $crate $($t)* } };
}

/// A query, checked: `query!([Source,] [unchecked,] "SELECT …" [, arguments…])`.
///
/// Arguments are `name` or `name = expression` for `:name` (a variable of that name is taken where none is given), and
/// expressions in order for `$1` and `?`. Without a source, the type `Db` in scope is meant. `unchecked` leaves out the
/// comparison of the types of arguments and fields. The rows are of an anonymous struct with a field for each column.
///
/// Of a source that speaks JSON the text is `[{ "FindEntity": { … } }]`: a value is JSON if it is a literal, `true`, `false`,
/// `null`, `[…]`, `{}` or `{ "string": … }`, and otherwise an expression, whose value is sent; `{{ … }}` among the members of
/// constraints and properties, or among operators, is sent if its expressions are all `Some`. It may be a string literal
/// instead, with `{"$param": "name"}` for a parameter. `blobs = (a, b)` follows it, one for each command that takes one. A
/// query of several commands gives [`Commands`](crate::Commands).
#[macro_export]
macro_rules! query {
    ($($t:tt)*) => { $crate::__private::macros::query! { $crate $($t)* } };
}

/// A query whose rows are of a struct of yours: `query_as!([Source,] Row, "SELECT …" [, arguments…])`.
///
/// Each column goes to the field of its name; there must be neither more nor fewer fields than columns.
#[macro_export]
macro_rules! query_as {
    ($($t:tt)*) => { $crate::__private::macros::query_as! { $crate $($t)* } };
}

/// A query of one column, whose rows are that column's values.
#[macro_export]
macro_rules! query_scalar {
    ($($t:tt)*) => { $crate::__private::macros::query_scalar! { $crate $($t)* } };
}

/// [`query!`] with its text in a file: `query_file!([Source,] "queries/top.sql" [, arguments…])`.
///
/// The path is relative to the folder of Cargo.toml, or to the current file where it begins with `./` or `../`.
#[macro_export]
macro_rules! query_file {
    ($($t:tt)*) => { $crate::__private::macros::query_file! { $crate $($t)* } };
}

/// [`query_as!`] with its text in a file.
#[macro_export]
macro_rules! query_file_as {
    ($($t:tt)*) => { $crate::__private::macros::query_file_as! { $crate $($t)* } };
}

/// [`query_scalar!`] with its text in a file.
#[macro_export]
macro_rules! query_file_scalar {
    ($($t:tt)*) => { $crate::__private::macros::query_file_scalar! { $crate $($t)* } };
}

/// A row struct that has a name, and its query: `record! { pub struct Top from Market, "SELECT …" }`.
///
/// `Top::query(…)` takes the parameters in their order and gives the [`Query`](crate::Query). Attributes before the struct
/// (`#[derive(…)]`) are kept.
#[macro_export]
macro_rules! record {
    ($($t:tt)*) => { $crate::__private::macros::record! { $crate $($t)* } };
}

/// A key-value cache of an Ignite source: `cache!(Orders, "Person", i64 => Person)`.
///
/// Its name and its types of keys and values are compared with what `querent pull` found, as far as the server says them.
#[cfg(feature = "ignite")]
#[macro_export]
macro_rules! cache {
    ($($t:tt)*) => { $crate::__private::macros::cache! { $crate $($t)* } };
}
