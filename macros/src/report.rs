//! From findings to `compile_error!`: what users read in their terminal and editor.
//!
//! The first line is short and complete, for it is all that an editor shows; then come the true place, a snippet with
//! carets, notes and the way to mend it. rustc indents the lines after the first by seven columns, which the snippet's
//! layout reckons with.

use std::fmt::Write as _;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use querent_schema::diagnostic::{Code, Diagnostic, Origin, Severity};
use quote::quote;

use crate::text::Text;

/// Something to tell the user, at a token.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) severity: Severity,
}

impl Problem {
    /// An error.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Problem {
        Problem { span, message: message.into(), severity: Severity::Error }
    }

    /// The same with a way to mend it on a line of its own.
    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Problem {
        let _ = write!(self.message, "\n  = help: {}", help.as_ref());
        self
    }

    /// The same with a note on a line of its own.
    pub(crate) fn note(mut self, note: impl AsRef<str>) -> Problem {
        let _ = write!(self.message, "\n  = note: {}", note.as_ref());
        self
    }

    /// A finding about the text of a query.
    pub(crate) fn of_text(diagnostic: &Diagnostic, text: &Text) -> Problem {
        Problem {
            span: text.span(diagnostic.span),
            message: render(diagnostic, text),
            severity: diagnostic.severity,
        }
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Problems as an expression whose type the compiler knows to be wrong, so that nothing follows from it.
pub(crate) fn expression(problems: &[Problem]) -> TokenStream {
    let (last, rest) = match problems.split_last() {
        Some(split) => split,
        None => return quote!(()),
    };
    let rest = statements(rest);
    let last = compile_error(last);
    if rest.is_empty() { last } else { quote!({ #rest #last }) }
}

/// Problems as statements or items.
pub(crate) fn statements(problems: &[Problem]) -> TokenStream {
    problems
        .iter()
        .map(|problem| match problem.severity {
            Severity::Error => {
                let error = compile_error(problem);
                quote!(#error;)
            }
            Severity::Warning => warning(problem),
        })
        .collect()
}

/// One problem as an invocation of `compile_error!`, without a semicolon; as an expression its type is known to be wrong.
///
/// All of it carries the problem's span, or rustc would underline the whole call.
pub(crate) fn compile_error(problem: &Problem) -> TokenStream {
    let message = &problem.message;
    respan(quote!(::core::compile_error!(#message)), problem.span)
}

/// A constant that is an error where `holds` does not, at a place. Nothing but the panic is of that place, for `$crate` has
/// one of its own; and each is a constant of its own, for the compiler tells the first panic of one only.
pub(crate) fn assertion(holds: &TokenStream, message: &str, at: Span) -> TokenStream {
    let panic = respan(quote!(::core::panic!("{}", #message)), at);
    quote!(const _: () = if #holds {} else { #panic };)
}

/// A type that the compiler knows to be wrong, so that it says nothing that follows from it.
///
/// `compile_error!` in the place of a type would be `()`; as the length of an array it makes the array's type wrong.
pub(crate) fn wrong_type(problem: &Problem) -> TokenStream {
    let error = compile_error(problem);
    quote!([(); #error])
}

/// A warning: stable Rust has no other way for macros than the use of something deprecated.
fn warning(problem: &Problem) -> TokenStream {
    let message = &problem.message;
    let name = Ident::new("querent_warning", problem.span);
    quote! {
        const _: () = {
            #[deprecated(note = #message)]
            #[allow(non_upper_case_globals)]
            const #name: () = ();
            #name
        };
    }
}

/// Sets all spans.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            match &mut token {
                TokenTree::Group(group) => {
                    let mut respanned = Group::new(group.delimiter(), respan(group.stream(), span));
                    respanned.set_span(span);
                    *group = respanned;
                }
                other => other.set_span(span),
            }
            token
        })
        .collect()
}

fn render(diagnostic: &Diagnostic, text: &Text) -> String {
    // Where the compiler underlines the place itself, the snippet would only say it twice; a cache that cannot be read
    // has no place in the text.
    let is_cache = matches!(diagnostic.code, Code::CacheMissing | Code::CacheStale | Code::CacheInvalid);
    if !is_cache && !text.is_exact(diagnostic.span) {
        return diagnostic.render(&text.value, &Origin::mapped(|offset| text.position(offset)));
    }
    let mut out = diagnostic.message.clone();
    for (at, words) in &diagnostic.related {
        let place = text.position(at.start as usize);
        let _ = write!(out, "\n  = note: {words}: {}:{}:{}", place.file, place.line, place.column);
    }
    for note in &diagnostic.notes {
        let _ = write!(out, "\n  = note: {note}");
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(out, "\n  = help: {help}");
    }
    out
}
