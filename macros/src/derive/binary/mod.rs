//! `#[derive(Binary)]`: a struct is a complex object of an Ignite cluster, an enum is an enum of it.
//!
//! With `#[querent(source = Orders)]` the fields are compared with the type that the cluster had at the last
//! `querent pull`. Without it, or for a type that the cluster does not have yet, nothing is compared: writing registers it.

mod known;
mod values;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DataStruct, DeriveInput, Fields, FieldsNamed, Type};

use super::attributes::{self, Binary};
use super::errors::Errors;
use known::{Known, same};

/// One field.
struct Field {
    member: Ident,
    name: String,
    span: Span,
    ty: Type,
    default: bool,
    affinity: bool,
}

/// Expands the derive.
pub(super) fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    if let Some(parameter) = input.generics.params.first() {
        return Err(syn::Error::new(parameter.span(), "`#[derive(Binary)]` does not take generic types"));
    }
    let binary = attributes::binary(&input.attrs)?;
    let known = Known::find(&binary, &input.ident)?;
    match &input.data {
        Data::Struct(data) => structure(&input.ident, &binary, &known, data),
        Data::Enum(data) => values::enumeration(&input.ident, &binary, &known, data),
        Data::Union(data) => Err(syn::Error::new(data.union_token.span, "a union is no object of Ignite")),
    }
}

fn structure(name: &Ident, binary: &Binary, known: &Known, data: &DataStruct) -> syn::Result<TokenStream> {
    let Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new(name.span(), "an object of Ignite has fields with names"));
    };
    let mut errors = Errors::default();
    let fields = fields(binary, named, &mut errors);
    for error in known.compare(binary, &fields) {
        errors.add(error);
    }
    let mut marked = fields.iter().filter(|field| field.affinity);
    let (first, second) = (marked.next(), marked.next());
    if let (Some(first), Some(second)) = (first, second) {
        let message = format!("`{}` is the affinity key already: a type has one", first.name);
        errors.add(syn::Error::new(second.span, message));
    }
    let affinity = known.affinity_key(first).unwrap_or_else(|error| {
        errors.add(error);
        None
    });
    errors.or(()).map(|()| implement(name, binary, known, &fields, affinity.as_deref()))
}

/// The fields that can be read.
fn fields(binary: &Binary, named: &FieldsNamed, errors: &mut Errors) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in &named.named {
        let Some(member) = &field.ident else { continue };
        let read = match attributes::member(&field.attrs, &["rename", "default", "affinity"]) {
            Ok(read) => read,
            Err(error) => {
                errors.add(error);
                continue;
            }
        };
        let (name, span) = (read.name(member, binary.rename_all), read.name_span(member));
        if let Some(other) = fields.iter().find(|other| same(&other.name, &name)) {
            let message = format!(
                "`{name}` and `{}` are one field: Ignite does not regard the case of names",
                other.name
            );
            errors.add(syn::Error::new(span, message));
        }
        let (member, ty) = (member.clone(), field.ty.clone());
        fields.push(Field { member, name, span, ty, default: read.default, affinity: read.affinity });
    }
    fields
}

fn implement(
    name: &Ident,
    binary: &Binary,
    known: &Known,
    fields: &[Field],
    affinity: Option<&str>,
) -> TokenStream {
    let krate = &binary.krate;
    let p = quote!(#krate::__private);
    let type_name = &known.name;
    let affinity = affinity.map(|field| {
        quote!(const AFFINITY_FIELD: #p::Option<&'static #p::core::primitive::str> = #p::Option::Some(#field);)
    });
    // A type that no object has is told at the field.
    let at = |ty: &Type| Span::call_site().located_at(ty.span());
    let writes = fields.iter().map(|Field { member, name, ty, .. }| {
        let at = at(ty);
        quote_spanned!(at=> querent_object.field(#name, &self.#member);)
    });
    let reads = fields.iter().map(|Field { member, name, ty, default, .. }| {
        let at = at(ty);
        match default {
            false => quote_spanned!(at=> #member: querent_object.field::<#ty>(#name)?),
            true => quote_spanned! {at=>
                #member: querent_object.field::<#p::Option<#ty>>(#name)?.unwrap_or_default()
            },
        }
    });
    let assertions = fields.iter().map(|field| known.assertions(&p, field));
    let tracking = &known.tracking;
    quote! {
        const _: () = { #tracking #(#assertions)* };
        #[automatically_derived]
        impl #p::ignite::BinaryType for #name {
            const TYPE_NAME: &'static #p::core::primitive::str = #type_name;
            #affinity

            fn write(&self, querent_object: &mut #p::ignite::ObjectWriter<'_, '_>) {
                #(#writes)*
            }

            fn read(querent_object: &#p::ignite::ObjectReader<'_>) -> #p::Result<Self, #p::ignite::ReadError> {
                #p::Result::Ok(#name { #(#reads),* })
            }
        }
    }
}
