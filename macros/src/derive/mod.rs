//! `#[derive(FromRow)]`, `#[derive(Type)]` and `#[derive(Binary)]`.

mod attributes;
mod binary;
mod case;
mod errors;
mod from_row;
mod types;

use proc_macro2::TokenStream;

/// Expands `#[derive(Binary)]`.
pub(crate) fn binary(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input).and_then(binary::expand))
}

/// Expands `#[derive(FromRow)]`.
pub(crate) fn from_row(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input).and_then(from_row::expand))
}

/// Expands `#[derive(Type)]`.
pub(crate) fn column_type(input: TokenStream) -> TokenStream {
    finish(syn::parse2(input).and_then(types::expand))
}

fn finish(outcome: syn::Result<TokenStream>) -> TokenStream {
    outcome.unwrap_or_else(|error| error.to_compile_error())
}
