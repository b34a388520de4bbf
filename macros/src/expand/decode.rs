//! The decode functions: from a batch of the source's backend to rows.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::plan::Column;
use quote::{quote, quote_spanned};

use super::{Context, Field};
use crate::input::first_span;
use crate::marker;

/// Into a struct whose fields have the types that the columns have.
pub(crate) fn structure(context: &Context<'_>, row: &TokenStream, fields: &[Field]) -> TokenStream {
    let krate = context.krate;
    let check = checks(context, fields);
    let columns = fields.iter().enumerate().map(|(index, field)| {
        let (name, ty) = (column_variable(index, Span::call_site()), &field.ty);
        quote!(let #name = <#ty as #krate::__private::Decode<'_, QuerentBackend>>::column(querent_batch, #index)?;)
    });
    let members = fields.iter().enumerate().map(|(index, field)| {
        let (name, ident, ty) = (column_variable(index, Span::call_site()), &field.ident, &field.ty);
        quote!(#ident: <#ty as #krate::__private::Decode<'_, QuerentBackend>>::get(&#name, querent_row)?,)
    });
    let body = quote!(#check #(#columns)*);
    function(krate, Span::call_site(), row, &body, &quote!(#row { #(#members)* }))
}

/// Into the one column's type.
pub(crate) fn scalar(context: &Context<'_>, field: &Field) -> TokenStream {
    let (krate, ty) = (context.krate, &field.ty);
    let check = checks(context, std::slice::from_ref(field));
    let body = quote! {
        #check
        let querent_column_0 = <#ty as #krate::__private::Decode<'_, QuerentBackend>>::column(querent_batch, 0)?;
    };
    let value =
        quote!(<#ty as #krate::__private::Decode<'_, QuerentBackend>>::get(&querent_column_0, querent_row)?);
    function(krate, Span::call_site(), ty, &body, &value)
}

/// Of a statement that gives no rows.
pub(crate) fn empty(context: &Context<'_>) -> TokenStream {
    let krate = context.krate;
    quote!(#krate::__private::no_rows::<QuerentBackend>)
}

/// Into a struct of the user's: the types of its fields are found by inference from the struct literal, and held against
/// the columns by a trait for each. All of it is located at the struct's name, where errors then land.
pub(crate) fn as_type(context: &Context<'_>, row: &TokenStream, fields: &[Field]) -> TokenStream {
    let krate = context.krate;
    let at = Span::call_site().located_at(first_span(row));
    let mut body = TokenStream::new();
    let mut members = TokenStream::new();
    for (index, (field, column)) in fields.iter().zip(&context.plan.columns).enumerate() {
        let name = column_variable(index, at);
        let mut ident = field.ident.clone();
        ident.set_span(at);
        body.extend(quote_spanned! {at=>
            let #name = #krate::__private::column::<QuerentBackend, _>(querent_batch, #index)?;
        });
        if context.unchecked || column.ty.is_none() || field.overridden {
            members.extend(quote_spanned!(at=> #ident: #name.get(querent_row)?,));
            continue;
        }
        let label = format!("field `{}` of `{row}`", column.name);
        let (held, hold) = (trait_name(index, at), function_name(index, at));
        body.extend(column_trait(context, &held, column, &label));
        body.extend(quote_spanned!(at=> fn #hold<T: #held>(value: T) -> T { value }));
        members.extend(quote_spanned!(at=> #ident: #hold(#name.get(querent_row)?),));
    }
    function(krate, at, row, &body, &quote_spanned!(at=> #row { #members }))
}

/// The function around it all.
fn function(
    krate: &Ident,
    at: Span,
    row: &TokenStream,
    body: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    quote_spanned! {at=>
        fn querent_decode(
            querent_batch: &<QuerentBackend as #krate::__private::Backend>::Batch,
            querent_rows: &mut #krate::__private::Vec<#row>,
        ) -> #krate::__private::Result<(), #krate::__private::ValueError> {
            #body
            for querent_row in 0..#krate::__private::Batch::len(querent_batch) {
                querent_rows.push(#value);
            }
            #krate::__private::Result::Ok(())
        }
    }
}

/// Holds the types that the user named in the query against the columns.
fn checks(context: &Context<'_>, fields: &[Field]) -> TokenStream {
    let mut out = TokenStream::new();
    if context.unchecked {
        return out;
    }
    for (index, (field, column)) in fields.iter().zip(&context.plan.columns).enumerate() {
        if !field.overridden || column.ty.is_none() {
            continue;
        }
        let at = Span::call_site().located_at(field.ident.span());
        let (held, hold, ty) = (trait_name(index, at), function_name(index, at), &field.ty);
        out.extend(column_trait(context, &held, column, "named in the query"));
        out.extend(quote_spanned!(at=> fn #hold<T: #held>() {} #hold::<#ty>();));
    }
    out
}

/// A trait whose error names one column: every type that can hold it implements it.
fn column_trait(context: &Context<'_>, name: &Ident, column: &Column, label: &str) -> TokenStream {
    let krate = context.krate;
    let marker = marker::tokens(krate, column.ty.as_ref());
    let described = super::fields::described(column);
    // These texts are format strings, and names may hold braces.
    let escaped = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let what = escaped(&format!("column `{}` ({described})", column.name));
    let label = escaped(label);
    let (alias, lossless) = match context.is_json() {
        true => {
            ("", "only conversions that lose nothing are made; derive `querent::Type` for a type of your own")
        }
        false => (
            "AS ",
            "only conversions that lose nothing are made; CAST the column in the SQL, or derive `querent::Type`",
        ),
    };
    let message = format!("{what} cannot be held by a field of type `{{Self}}`");
    if !column.nullable {
        return quote! {
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #lossless)]
            trait #name {}
            #[diagnostic::do_not_recommend]
            impl<T: #krate::__private::Holds<#marker>> #name for T {}
        };
    }
    // Two traits, for two causes: no `Option`, or one of what cannot hold the column.
    let inner = Ident::new(&format!("{name}Value"), name.span());
    let note = escaped(&format!(
        "a column that may be NULL needs an `Option`; where you know better, write `{alias}\"{}!\"`",
        column.name
    ));
    let value = format!("{what} cannot be held by a field of type `Option<{{Self}}>`");
    quote_spanned! {name.span()=>
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        trait #name {}
        impl<T: #inner> #name for #krate::__private::Option<T> {}
        #[diagnostic::on_unimplemented(message = #value, label = #label, note = #lossless)]
        trait #inner {}
        #[diagnostic::do_not_recommend]
        impl<T: #krate::__private::Holds<#marker>> #inner for T {}
    }
}

fn column_variable(index: usize, at: Span) -> Ident {
    Ident::new(&format!("querent_column_{index}"), at)
}

fn trait_name(index: usize, at: Span) -> Ident {
    Ident::new(&format!("QuerentColumn{index}"), at)
}

fn function_name(index: usize, at: Span) -> Ident {
    Ident::new(&format!("querent_hold_{index}"), at)
}
