//! The constant plan.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::plan::{Column, Effect, Element, InPredicate, Piece};
use quote::quote;

use super::Context;

/// `const PLAN`.
pub(super) fn constant(context: &Context<'_>) -> TokenStream {
    let (krate, plan) = (context.krate, context.plan);
    let template = pieces(krate, &plan.template);
    let params = plan.params.iter().map(|param| {
        let name = param.name.as_deref().unwrap_or_default();
        let ty = param.ty.as_ref().map(ToString::to_string).unwrap_or_default();
        quote!(#krate::__private::ParamMeta { name: #name, ty: #ty })
    });
    let sections = plan.sections.iter().map(|section| {
        let params = section.params.iter().map(number);
        quote!(&[#(#params),*])
    });
    let columns = plan.columns.iter().map(|column| column_meta(krate, column));
    let tables = plan.tables.iter().map(|path| quote!(&[#(#path),*]));
    let results = plan.results.iter().map(|result| {
        let columns = result.columns.iter().map(|column| column_meta(krate, column));
        quote!(&[#(#columns),*])
    });
    let facts = [
        list("params", params),
        list("sections", sections),
        list("columns", columns),
        list("tables", tables),
        list("results", results),
        list("blobs", plan.blobs.iter().map(number)),
        list("key", plan.key.iter().map(number)),
        (plan.effect == Effect::Read).then(|| quote!(read_only: true,)),
    ];
    let facts = facts.into_iter().flatten();
    quote! {
        const PLAN: &#krate::__private::Plan = &#krate::__private::Plan {
            template: #template,
            #(#facts)*
            file: #krate::__private::core::file!(),
            line: #krate::__private::core::line!(),
            ..#krate::__private::Plan::EMPTY
        };
    }
}

fn number(index: &usize) -> TokenStream {
    let index = *index as u16;
    quote!(#index)
}

/// A field of the plan; `None` where the list is empty, for each token costs each build of the user's.
fn list(name: &str, items: impl Iterator<Item = TokenStream>) -> Option<TokenStream> {
    let mut items = items.peekable();
    items.peek()?;
    let name = Ident::new(name, Span::call_site());
    Some(quote!(#name: &[#(#items),*],))
}

fn column_meta(krate: &Ident, column: &Column) -> TokenStream {
    let (name, nullable) = (&column.name, column.nullable);
    let ty = column.ty.as_ref().map(ToString::to_string).unwrap_or_default();
    let origin = super::fields::origin(column).unwrap_or_default();
    // An expression without an alias is named by each server as it likes.
    let named = crate::names::field(name, Span::call_site()).is_some();
    quote! {
        #krate::__private::ColumnMeta { name: #name, named: #named, ty: #ty, nullable: #nullable, origin: #origin }
    }
}

/// A slice of pieces.
fn pieces(krate: &Ident, all: &[Piece]) -> TokenStream {
    let pieces = all.iter().map(|one| piece(krate, one));
    quote!(&[#(#pieces),*])
}

fn piece(krate: &Ident, piece: &Piece) -> TokenStream {
    match piece {
        Piece::Text(text) => quote!(#krate::__private::Piece::Text(#text)),
        Piece::Param(index) => {
            let index = *index as u16;
            quote!(#krate::__private::Piece::Param(#index))
        }
        Piece::In(predicate) => {
            let predicate = in_predicate(krate, predicate);
            quote!(#krate::__private::Piece::In(&#predicate))
        }
        Piece::Section(index, inner) => {
            let (index, inner) = (*index as u16, pieces(krate, inner));
            quote!(#krate::__private::Piece::Section(#index, #inner))
        }
    }
}

fn in_predicate(krate: &Ident, predicate: &InPredicate) -> TokenStream {
    let (head, tail, empty) = (pieces(krate, &predicate.head), &predicate.tail, &predicate.empty);
    let elements = predicate.elements.iter().map(|element| match element {
        Element::Spread(index) => {
            let index = *index as u16;
            quote!(#krate::__private::Element::Spread(#index))
        }
        Element::Pieces(inner) => {
            let inner = pieces(krate, inner);
            quote!(#krate::__private::Element::Pieces(#inner))
        }
    });
    quote! {
        #krate::__private::InPredicate { head: #head, elements: &[#(#elements),*], tail: #tail, empty: #empty }
    }
}
