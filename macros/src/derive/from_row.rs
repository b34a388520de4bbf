//! `#[derive(FromRow)]`: columns by the names of fields, or by position for tuple structs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, Type};

use super::attributes::{self, Container, Member};
use super::errors::Errors;

/// How one field is read.
struct Reader {
    /// The name of the field, or its index.
    member: TokenStream,
    ty: Type,
    how: How,
}

enum How {
    Column(String),
    /// The column may be absent.
    ColumnOrDefault(String),
    Position(usize),
    Flatten,
    Default,
}

/// Expands the derive.
pub(super) fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    let container = attributes::container(&input.attrs)?;
    if let Some(span) = container.transparent {
        return Err(syn::Error::new(span, "`transparent` belongs to `#[derive(Type)]`"));
    }
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(input.ident.span(), "only a struct can be read from a row"));
    };
    let readers = readers(&data.fields, &container)?;
    Ok(implement(&input, &container, &readers))
}

fn readers(fields: &Fields, container: &Container) -> syn::Result<Vec<Reader>> {
    let mut readers = Vec::with_capacity(fields.len());
    let mut errors = Errors::default();
    let mut position = 0;
    for (index, field) in fields.iter().enumerate() {
        let allowed: &[&str] = match field.ident {
            Some(_) => &["rename", "default", "flatten", "skip"],
            None => &["skip"],
        };
        let read = attributes::member(&field.attrs, allowed).and_then(|member| {
            contradictions(&member, field.ty.span())?;
            Ok(how(field.ident.as_ref(), &member, container, &mut position))
        });
        let index = syn::Index::from(index);
        let member = field.ident.as_ref().map_or_else(|| quote!(#index), |ident| quote!(#ident));
        match read {
            Ok(how) => readers.push(Reader { member, ty: field.ty.clone(), how }),
            Err(error) => errors.add(error),
        }
    }
    errors.or(readers)
}

fn contradictions(member: &Member, span: proc_macro2::Span) -> syn::Result<()> {
    let span = member.rename.as_ref().map_or(span, |rename| rename.span());
    let message = match member {
        Member { skip: true, rename: Some(_), .. } => "a field that is skipped has no column to rename",
        Member { skip: true, flatten: true, .. } => "a field is either skipped or flattened",
        Member { flatten: true, rename: Some(_), .. } => {
            "a flattened field has no column of its own to rename"
        }
        Member { flatten: true, default: true, .. } => {
            "a flattened field has no column of its own that could be absent"
        }
        _ => return Ok(()),
    };
    Err(syn::Error::new(span, message))
}

fn how(ident: Option<&Ident>, member: &Member, container: &Container, position: &mut usize) -> How {
    if member.skip {
        return How::Default;
    }
    if member.flatten {
        return How::Flatten;
    }
    let Some(ident) = ident else {
        *position += 1;
        return How::Position(*position - 1);
    };
    let name = member.name(ident, container.rename_all);
    if member.default { How::ColumnOrDefault(name) } else { How::Column(name) }
}

fn implement(input: &DeriveInput, container: &Container, readers: &[Reader]) -> TokenStream {
    let (krate, name) = (&container.krate, &input.ident);
    let private = quote!(#krate::__private);
    let mut generics = input.generics.clone();
    let clause = generics.make_where_clause();
    for Reader { ty, how, .. } in readers {
        let bound: syn::WherePredicate = match how {
            How::Default => syn::parse_quote!(#ty: #private::Default),
            How::Flatten => syn::parse_quote!(#ty: #private::FromRow<'querent_b, QuerentBackend>),
            How::ColumnOrDefault(_) => {
                syn::parse_quote!(#ty: #private::Decode<'querent_b, QuerentBackend> + #private::Default)
            }
            How::Column(_) | How::Position(_) => {
                syn::parse_quote!(#ty: #private::Decode<'querent_b, QuerentBackend>)
            }
        };
        clause.predicates.push(bound);
    }
    let (_, type_generics, _) = input.generics.split_for_impl();
    let clause = &generics.where_clause;
    let parameters = &input.generics.params;
    let (lifetimes, others): (Vec<_>, Vec<_>) =
        parameters.iter().partition(|parameter| matches!(parameter, syn::GenericParam::Lifetime(_)));
    let others = others.into_iter().map(without_default);
    let columns = readers.iter().map(|reader| columns_type(reader, &private));
    let found = readers.iter().map(|reader| find(reader, &private));
    let members = readers.iter().enumerate().map(|(index, reader)| read(reader, index, &private));
    quote! {
        #[automatically_derived]
        impl<'querent_b, #(#lifetimes,)* #(#others,)* QuerentBackend: #private::Backend>
            #private::FromRow<'querent_b, QuerentBackend> for #name #type_generics
        #clause
        {
            type Columns = (#(#columns,)*);

            fn columns(
                querent_batch: &'querent_b QuerentBackend::Batch,
            ) -> #private::Result<Self::Columns, #private::ValueError> {
                #private::Result::Ok((#(#found,)*))
            }

            fn read(
                querent_columns: &Self::Columns,
                querent_row: #private::core::primitive::usize,
            ) -> #private::Result<Self, #private::ValueError> {
                #private::Result::Ok(#name { #(#members,)* })
            }
        }
    }
}

/// A generic parameter as it stands on an `impl`.
fn without_default(parameter: &syn::GenericParam) -> syn::GenericParam {
    let mut parameter = parameter.clone();
    match &mut parameter {
        syn::GenericParam::Type(ty) => {
            ty.default = None;
        }
        syn::GenericParam::Const(constant) => {
            constant.default = None;
        }
        syn::GenericParam::Lifetime(_) => {}
    }
    parameter
}

fn columns_type(reader: &Reader, private: &TokenStream) -> TokenStream {
    let ty = &reader.ty;
    let column = quote!(<#ty as #private::Decode<'querent_b, QuerentBackend>>::Column);
    match &reader.how {
        How::Column(_) | How::Position(_) => column,
        How::ColumnOrDefault(_) => quote!(#private::Option<#column>),
        How::Flatten => quote!(<#ty as #private::FromRow<'querent_b, QuerentBackend>>::Columns),
        How::Default => quote!(()),
    }
}

fn find(reader: &Reader, private: &TokenStream) -> TokenStream {
    let ty = &reader.ty;
    match &reader.how {
        How::Column(name) => quote!(#private::column_of::<QuerentBackend, #ty>(querent_batch, #name)?),
        How::ColumnOrDefault(name) => {
            quote!(#private::column_if_any::<QuerentBackend, #ty>(querent_batch, #name)?)
        }
        How::Position(index) => {
            quote!(<#ty as #private::Decode<'querent_b, QuerentBackend>>::column(querent_batch, #index)?)
        }
        How::Flatten => {
            quote!(<#ty as #private::FromRow<'querent_b, QuerentBackend>>::columns(querent_batch)?)
        }
        How::Default => quote!(()),
    }
}

fn read(reader: &Reader, index: usize, private: &TokenStream) -> TokenStream {
    let Reader { member, ty, how } = reader;
    let column = syn::Index::from(index);

    let value = match how {
        How::Column(_) | How::Position(_) => {
            quote!(<#ty as #private::Decode<'querent_b, QuerentBackend>>::get(&querent_columns.#column, querent_row)?)
        }
        How::ColumnOrDefault(_) => quote! {
            match &querent_columns.#column {
                #private::Option::Some(querent_column) => {
                    <#ty as #private::Decode<'querent_b, QuerentBackend>>::get(querent_column, querent_row)?
                }
                #private::Option::None => <#ty as #private::Default>::default(),
            }
        },
        How::Flatten => {
            quote!(<#ty as #private::FromRow<'querent_b, QuerentBackend>>::read(&querent_columns.#column, querent_row)?)
        }
        How::Default => quote!(<#ty as #private::Default>::default()),
    };
    quote!(#member: #value)
}
