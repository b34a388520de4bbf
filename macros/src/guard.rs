//! No macro panics: what should not happen becomes an error that asks for a report.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use querent_schema::parse;
use quote::quote;

/// What macros count on of the 8 MB of rustc's own thread (`DEFAULT_STACK_SIZE` in `rustc_interface`, 1.95): expanding
/// takes the compiler less than one, for it goes from one macro to the next in a loop.
const RUSTC_STACK: usize = 6 << 20;

/// Runs an expansion.
pub(crate) fn run(
    input: proc_macro::TokenStream,
    expand: impl FnOnce(TokenStream) -> TokenStream,
) -> proc_macro::TokenStream {
    if is_rustc() {
        parse::grant_stack(RUSTC_STACK);
    }
    let input = TokenStream::from(input);
    let expansion = catch_unwind(AssertUnwindSafe(|| expand(input)));
    expansion.unwrap_or_else(|panic| failed(panic.as_ref())).into()
}

/// Whether this is a thread of rustc's with the stack that it has by default; rust-analyzer's is not known so well.
fn is_rustc() -> bool {
    std::thread::current().name() == Some("rustc") && std::env::var_os("RUST_MIN_STACK").is_none()
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
