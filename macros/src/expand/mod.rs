//! From a checked plan to Rust: the row struct, the constant plan, the decode function and the query value.
//!
//! Generated code names nothing but `$crate::__private` and what the user wrote. Its shape is measured: see
//! docs of `querent-core` for what each piece costs to compile.

mod commands;
mod decode;
mod fields;
mod plan;

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use querent_schema::plan::{Param, Plan};
use quote::quote;

use crate::arguments::Passed;
use crate::cache::SourceCache;
use crate::marker;
use crate::report::{self, Problem};
use crate::text::Text;
pub(crate) use commands::{commands, reads};
pub(crate) use decode::{as_type, empty, scalar, structure};
pub(crate) use fields::{Field, fields, value};
pub(crate) use plan::key;

/// What the expansion of one query needs to know.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) krate: &'a Ident,
    /// The type of the source.
    pub(crate) source: &'a TokenStream,
    /// What declares `source`, where it was not named.
    pub(crate) alias: &'a TokenStream,
    pub(crate) cache: &'a SourceCache,
    pub(crate) text: &'a Text,
    pub(crate) plan: &'a Plan,
    pub(crate) unchecked: bool,
}

impl Context<'_> {
    /// What stands before the query value: the alias of the backend, tracking, the fingerprint's assertion, the plan.
    pub(crate) fn preamble(&self, file: TokenStream) -> TokenStream {
        let (krate, source, alias) = (self.krate, self.source, self.alias);
        let tracking = self.cache.tracking(krate, &self.plan.tables);
        let assertion = self.cache.assertion(krate, source);
        let plan = plan::constant(self);
        quote! {
            #alias
            type QuerentBackend = #krate::__private::BackendOf<#source>;
            #tracking
            #file
            #assertion
            #plan
        }
    }

    /// The struct of the rows, without attributes before it.
    pub(crate) fn structure(&self, visibility: &TokenStream, name: &Ident, fields: &[Field]) -> TokenStream {
        let members = fields.iter().map(|field| {
            let (ident, ty, doc) = (&field.ident, &field.ty, &field.doc);
            quote!(#[doc = #doc] #visibility #ident: #ty,)
        });
        quote!(#visibility struct #name { #(#members)* })
    }

    /// The marker that an argument is bound by.
    pub(crate) fn parameter_marker(&self, param: &Param) -> TokenStream {
        let krate = self.krate;
        let ty = if self.unchecked { None } else { param.ty.as_ref() };
        let marker = marker::tokens(krate, ty);
        if param.spread { quote!(#krate::__private::sql::LIST_OF<#marker>) } else { marker }
    }

    /// Whether a NULL for this parameter is refused: it is written into a column that holds none, and switches no section.
    pub(crate) fn not_null(&self, param: &Param) -> bool {
        !self.unchecked && !param.nullable && !param.spread && param.section.is_none()
    }

    /// The query value; the arguments are in variables of the given names.
    pub(crate) fn query(&self, row: &TokenStream, decode: &TokenStream, variables: &[Ident]) -> TokenStream {
        let (krate, source) = (self.krate, self.source);
        let values = self.values(variables);
        quote!(#krate::__private::Query::<#source, #row>::new(PLAN, #decode, [#(#values),*]))
    }

    /// The values of the parameters.
    fn values(&self, variables: &[Ident]) -> Vec<TokenStream> {
        let krate = self.krate;
        let values = self.plan.params.iter().zip(variables).map(|(param, variable)| {
            let marker = self.parameter_marker(param);
            // With the user's span on all that is called, the compiler underlines the argument (and not the macro).
            let bind =
                Ident::new(if self.not_null(param) { "bind_not_null" } else { "bind" }, variable.span());
            let mut call = Group::new(proc_macro2::Delimiter::Parenthesis, quote!(#variable));
            call.set_span(variable.span());
            quote!(<#krate::__private::Typed<#marker>>::#bind #call)
        });
        values.collect()
    }

    /// Whether the query is in JSON, which has other words for the same.
    pub(crate) fn is_json(&self) -> bool {
        is_json(self.cache)
    }
}

/// Whether a source's queries are in JSON.
pub(crate) fn is_json(cache: &SourceCache) -> bool {
    querent_schema::json::Version::of(cache.catalog.dialect).is_some()
}

/// `match (&(a), &(b)) { (querent_arg_0, querent_arg_1) => body }`: each argument is evaluated once and lives to the end of
/// the user's statement, which a block's temporaries do not (edition 2024).
pub(crate) fn with_arguments(passed: &[Passed], variables: &[Ident], body: &TokenStream) -> TokenStream {
    if passed.is_empty() {
        return quote!({ #body });
    }
    let borrowed = passed.iter().map(|argument| {
        let mut group = Group::new(proc_macro2::Delimiter::Parenthesis, argument.expression.clone());
        group.set_span(argument.span);
        let mut and = Punct::new('&', Spacing::Alone);
        and.set_span(argument.span);
        let tokens: TokenStream = [TokenTree::Punct(and), TokenTree::Group(group)].into_iter().collect();
        tokens
    });
    quote!(match (#(#borrowed,)*) { (#(#variables,)*) => { #body } })
}

/// The variables that hold the arguments, each with its argument's span.
pub(crate) fn variables(passed: &[Passed]) -> Vec<Ident> {
    let variable =
        |(index, argument): (usize, &Passed)| Ident::new(&format!("querent_arg_{index}"), argument.span);
    passed.iter().enumerate().map(variable).collect()
}

/// What stands in for a query that was refused: the errors, the arguments, and rows with the fields that are known, so
/// that completion goes on working.
pub(crate) fn stub(
    context: &Context<'_>,
    passed: &[Passed],
    row: Stub<'_>,
    problems: &[Problem],
) -> TokenStream {
    let (krate, source, alias) = (context.krate, context.source, context.alias);
    let errors = report::statements(problems);
    let unused = variables(passed).into_iter().map(|ident| Ident::new(&format!("_{ident}"), ident.span()));
    let unused: Vec<Ident> = unused.collect();
    let (structure, row) = match row {
        Stub::Structure(fields) => {
            let name = Ident::new("Record", Span::call_site());
            let structure = context.structure(&TokenStream::new(), &name, fields);
            (
                quote!(#[derive(#krate::__private::Debug)] #[allow(dead_code, non_snake_case)] #structure),
                quote!(Record),
            )
        }
        Stub::Type(row) => (TokenStream::new(), row.clone()),
    };
    let body = quote! {
        #errors
        #alias
        #structure
        #krate::__private::refused::<#source, #row>()
    };
    with_arguments(passed, &unused, &body)
}

/// The rows of a refused query.
#[derive(Clone, Copy)]
pub(crate) enum Stub<'a> {
    Structure(&'a [Field]),
    Type(&'a TokenStream),
}
