//! The decode functions: from a batch of the source's backend to rows.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::plan::Column;
use quote::{format_ident, quote};

use super::{Context, Field};
use crate::input::first_span;
use crate::marker;

/// Into a struct whose fields have the types that the columns have.
pub(crate) fn structure(context: &Context<'_>, row: &TokenStream, fields: &[Field]) -> TokenStream {
    let krate = context.krate;
    let check = checks(context, fields);
    let columns = fields.iter().enumerate().map(|(index, field)| {
        let (name, ty) = (column_variable(index), &field.ty);
        quote!(let #name = <#ty as #krate::__private::Decode<'_, QuerentBackend>>::column(querent_batch, #index)?;)
    });
    let members = fields.iter().enumerate().map(|(index, field)| {
        let (name, ident, ty) = (column_variable(index), &field.ident, &field.ty);
        quote!(#ident: <#ty as #krate::__private::Decode<'_, QuerentBackend>>::get(&#name, querent_row)?,)
    });
    let body = quote!(#check #(#columns)*);
    function(krate, row, &body, &quote!(#row { #(#members)* }))
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
    function(krate, ty, &body, &value)
}

/// Of a statement that gives no rows.
pub(crate) fn empty(context: &Context<'_>) -> TokenStream {
    let krate = context.krate;
    quote!(#krate::__private::no_rows::<QuerentBackend>)
}

/// Into a struct of the user's: the types of its fields are found by inference and then held against the columns.
pub(crate) fn as_type(context: &Context<'_>, row: &TokenStream, fields: &[Field]) -> TokenStream {
    let krate = context.krate;
    let at = first_span(row);
    let mut traits = TokenStream::new();
    let mut columns = TokenStream::new();
    let mut members = TokenStream::new();
    for (index, (field, column)) in fields.iter().zip(&context.plan.columns).enumerate() {
        let (name, checked) = (column_variable(index), format_ident!("QuerentColumn{index}"));
        let read = Ident::new("column", at);
        columns.extend(
            quote!(let #name = #krate::__private::#read::<QuerentBackend, _>(querent_batch, #index)?;),
        );
        let ident = {
            let mut ident = field.ident.clone();
            ident.set_span(Span::mixed_site().located_at(at));
            ident
        };
        let held = Ident::new(&format!("querent_hold_{index}"), at);
        if context.unchecked || column.ty.is_none() || field.overridden {
            members.extend(quote!(#ident: #name.get(querent_row)?,));
        } else {
            traits.extend(column_trait(context, &checked, column, &row.to_string()));
            traits.extend(quote!(fn #held<T: #checked>(value: T) -> T { value }));
            members.extend(quote!(#ident: #held(#name.get(querent_row)?),));
        }
    }
    let body = quote!(#traits #columns);
    function(krate, row, &body, &quote!(#row { #members }))
}

/// The function around it all.
fn function(krate: &Ident, row: &TokenStream, body: &TokenStream, value: &TokenStream) -> TokenStream {
    quote! {
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
        let name = format_ident!("QuerentColumn{index}");
        let ty = &field.ty;
        out.extend(column_trait(context, &name, column, "the record"));
        let check = Ident::new(&format!("querent_hold_{index}"), field.ident.span());
        out.extend(quote!(fn #check<T: #name>() {} #check::<#ty>();));
    }
    out
}

/// A trait whose error names one column: every type that can hold it implements it.
fn column_trait(context: &Context<'_>, name: &Ident, column: &Column, row: &str) -> TokenStream {
    let krate = context.krate;
    let marker = marker::tokens(krate, column.ty.as_ref());
    let described = super::fields::described(column);
    let message =
        format!("column `{}` ({described}) cannot be held by a field of type `{{Self}}`", column.name);
    let label = format!("field `{}` of `{row}`", column.name);
    let note = if column.nullable {
        format!(
            "a column that may be NULL needs an `Option`; where you know better, write `AS \"{}!\"`",
            column.name
        )
    } else {
        "only conversions that lose nothing are made; CAST the column in the SQL, or derive `querent::Type`"
            .to_owned()
    };
    let held = match column.nullable {
        true => quote!(impl<T: #krate::__private::Holds<#marker>> #name for #krate::__private::Option<T> {}),
        false => quote!(impl<T: #krate::__private::Holds<#marker>> #name for T {}),
    };
    quote! {
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        trait #name {}
        #[diagnostic::do_not_recommend]
        #held
    }
}

fn column_variable(index: usize) -> Ident {
    format_ident!("querent_column_{index}")
}
