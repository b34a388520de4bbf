//! No macro panics: what should not happen becomes an error that asks for a report.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use quote::quote;

/// Runs an expansion.
pub(crate) fn run(
    input: proc_macro::TokenStream,
    expand: impl FnOnce(TokenStream) -> TokenStream,
) -> proc_macro::TokenStream {
    let input = TokenStream::from(input);
    let expansion = catch_unwind(AssertUnwindSafe(|| expand(input)));
    expansion.unwrap_or_else(|panic| failed(panic.as_ref())).into()
}

fn failed(panic: &(dyn std::any::Any + Send)) -> TokenStream {
    let what =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let message = format!(
        "querent failed on this macro call: {}\n  = help: this is a bug of querent; please report it with the call",
        what.unwrap_or("no reason given")
    );
    quote!(::core::compile_error! { #message })
}
