//! The procedural macros behind `querent`: entry points only.
//!
//! Users call the `macro_rules!` of the facade, which pass `$crate` along, so that renamed and re-exported crates work.
//! Checking is `querent-schema`'s; here arguments are read, the cache is found and Rust is printed. These macros read
//! `.sqlcache`, querent.toml and DDL files (to see whether the cache is stale) and the files of `query_file!`. They open
//! no socket, spawn no process and never panic: what goes wrong inside is a `compile_error!`.

mod arguments;
mod blobs;
mod cache;
mod derive;
mod expand;
mod features;
mod file;
mod guard;
mod input;
mod json;
mod key_value;
mod literal;
mod marker;
mod names;
mod query;
mod record;
mod report;
#[cfg(test)]
mod rules;
mod source;
mod text;

use input::Rows;
use proc_macro::TokenStream;
use query::Kind;

/// `source!(pub Market);`
#[proc_macro]
pub fn source(input: TokenStream) -> TokenStream {
    guard::run(input, source::expand)
}

/// `record! { pub struct Top from Market, "SELECT …" }`
#[proc_macro]
pub fn record(input: TokenStream) -> TokenStream {
    guard::run(input, record::expand)
}

/// `query!(Market, "SELECT …")`
#[proc_macro]
pub fn query(input: TokenStream) -> TokenStream {
    guard::run(input, |tokens| query::expand(Kind { rows: Rows::Anonymous, file: false }, tokens))
}

/// `query_as!(Market, Row, "SELECT …")`
#[proc_macro]
pub fn query_as(input: TokenStream) -> TokenStream {
    guard::run(input, |tokens| query::expand(Kind { rows: Rows::As, file: false }, tokens))
}

/// `query_scalar!(Market, "SELECT …")`
#[proc_macro]
pub fn query_scalar(input: TokenStream) -> TokenStream {
    guard::run(input, |tokens| query::expand(Kind { rows: Rows::Scalar, file: false }, tokens))
}

/// `query_file!(Market, "queries/top.sql")`
#[proc_macro]
pub fn query_file(input: TokenStream) -> TokenStream {
    guard::run(input, |tokens| query::expand(Kind { rows: Rows::Anonymous, file: true }, tokens))
}

/// `query_file_as!(Market, Row, "queries/top.sql")`
#[proc_macro]
pub fn query_file_as(input: TokenStream) -> TokenStream {
    guard::run(input, |tokens| query::expand(Kind { rows: Rows::As, file: true }, tokens))
}

/// `query_file_scalar!(Market, "queries/count.sql")`
#[proc_macro]
pub fn query_file_scalar(input: TokenStream) -> TokenStream {
    guard::run(input, |tokens| query::expand(Kind { rows: Rows::Scalar, file: true }, tokens))
}

/// `cache!(Orders, "Person", i64 => Person)`
#[proc_macro]
pub fn cache(input: TokenStream) -> TokenStream {
    guard::run(input, key_value::expand)
}

/// A struct or an enum that is an object of an Ignite cluster.
#[proc_macro_derive(Binary, attributes(querent))]
pub fn derive_binary(input: TokenStream) -> TokenStream {
    guard::run(input, derive::binary)
}

/// A struct whose fields are read by the names of columns.
#[proc_macro_derive(FromRow, attributes(querent))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    guard::run(input, derive::from_row)
}

/// A newtype or an enum that is read from and sent as one column.
#[proc_macro_derive(Type, attributes(querent))]
pub fn derive_type(input: TokenStream) -> TokenStream {
    guard::run(input, derive::column_type)
}
