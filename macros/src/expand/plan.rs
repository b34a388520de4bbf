//! The constant plan.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::plan::{Column, Constant, Effect, Element, InPredicate, Key, KeyPart, Piece};
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
        plan.key.is_some().then(|| {
            let key = key(krate, plan.key.as_ref());
            quote!(key: #key,)
        }),
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

/// The routing key as an option.
pub(crate) fn key(krate: &Ident, key: Option<&Key>) -> TokenStream {
    let Some(key) = key else { return quote!(#krate::__private::Option::None) };
    let columns = key.columns.iter().map(|column| {
        let (name, ty) = (&column.name, column.ty.to_string());
        quote!(#krate::__private::KeyColumn { name: #name, ty: #ty })
    });
    let tier = &key.tier;
    let rows = key.rows.iter().map(|row| key_parts(krate, row));
    quote! {
        #krate::__private::Option::Some(&#krate::__private::Key {
            tier: #tier,
            columns: &[#(#columns),*],
            rows: &[#(#rows),*],
        })
    }
}

fn key_parts(krate: &Ident, parts: &[KeyPart]) -> TokenStream {
    let parts = parts.iter().map(|part| {
        let part = match part {
            KeyPart::Param(index) => {
                let index = number(index);
                quote!(Param(#index))
            }
            KeyPart::Spread(index) => {
                let index = number(index);
                quote!(Spread(#index))
            }
            KeyPart::Any(parts) => {
                let parts = key_parts(krate, parts);
                quote!(Any(#parts))
            }
            KeyPart::Constant(constant) => {
                let constant = key_constant(constant);
                quote!(Constant(#krate::__private::Constant::#constant))
            }
        };
        quote!(#krate::__private::KeyPart::#part)
    });
    quote!(&[#(#parts),*])
}

fn key_constant(constant: &Constant) -> TokenStream {
    match constant {
        Constant::Null => quote!(Null),
        Constant::Boolean(value) => quote!(Boolean(#value)),
        Constant::Integer(number) => quote!(Integer(#number)),
        Constant::Decimal(text) => quote!(Decimal(#text)),
        Constant::Double(text) => quote!(Double(#text)),
        Constant::Text(text) => quote!(Text(#text)),
    }
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
        Piece::Split(predicate) => {
            let predicate = in_predicate(krate, predicate);
            quote!(#krate::__private::Piece::Split(&#predicate))
        }
        Piece::Rows(rows) => {
            let rows = rows.iter().map(|row| pieces(krate, row));
            quote!(#krate::__private::Piece::Rows(&[#(#rows),*]))
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
