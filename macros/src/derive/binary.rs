//! `#[derive(Binary)]`: a struct is a complex object of an Ignite cluster, an enum is an enum of it.
//!
//! With `#[querent(source = Orders)]` the fields are compared with the type that the cluster had at the last
//! `querent pull`. Without it, or for a type that the cluster does not have yet, nothing is compared: writing registers it.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::cache::Entries;
use querent_schema::objects;
use querent_schema::suggest::nearest;
use querent_types::ObjectType;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Expr, ExprLit, ExprUnary, Fields, Lit, Type, UnOp};

use super::attributes::{self, Binary};
use crate::cache::{SourceCache, track};
use crate::input::plain;
use crate::source;

/// One field.
struct Field {
    member: Ident,
    name: String,
    span: Span,
    ty: Type,
    default: bool,
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
        Data::Enum(data) => enumeration(&input.ident, &binary, &known, data),
        Data::Union(data) => Err(syn::Error::new(data.union_token.span, "a union is no object of Ignite")),
    }
}

/// What the cluster knows of the type.
struct Known {
    name: String,
    /// Where the name stands.
    at: Span,
    ty: Option<std::sync::Arc<ObjectType>>,
    tracking: TokenStream,
}

impl Known {
    fn find(binary: &Binary, ident: &Ident) -> syn::Result<Known> {
        let (name, at) = match &binary.name {
            Some(name) => (name.value(), name.span()),
            None => (plain(ident), ident.span()),
        };
        let Some(path) = &binary.source else {
            return Ok(Known { name, at, ty: None, tracking: TokenStream::new() });
        };
        let source = source::name_of(&path.to_token_stream());
        let failed = |error: querent_schema::cache::CacheError| {
            syn::Error::new(path.span(), format!("{}\n  = help: {}", error.message, error.help))
        };
        let cache = SourceCache::open(&source).map_err(failed)?;
        let krate = &binary.krate;
        match cache.dir.object_type(&source, &name).map_err(failed)? {
            Entries::Found(ty) => {
                let tracking = track(krate, &cache.dir.object_type_file(&source, &name));
                Ok(Known { name, at, ty: Some(ty), tracking })
            }
            Entries::Missing(names) => {
                let near = nearest(&name, names.iter().map(String::as_str))
                    .first()
                    .map(|near| format!("did you mean `{near}`? "));
                let help = format!(
                    "{}leave out `source = …` for a type that is yet to be made",
                    near.unwrap_or_default()
                );
                Err(syn::Error::new(at, format!("source `{source}` has no type `{name}`\n  = help: {help}")))
            }
        }
    }
}

fn structure(name: &Ident, binary: &Binary, known: &Known, data: &DataStruct) -> syn::Result<TokenStream> {
    let Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new(name.span(), "an object of Ignite has fields with names"));
    };
    let (mut fields, mut affinity, mut errors) = (Vec::new(), None, None::<syn::Error>);
    let mut refuse = |error: syn::Error| match &mut errors {
        Some(errors) => errors.combine(error),
        none => *none = Some(error),
    };
    for field in &named.named {
        let Some(member) = &field.ident else { continue };
        match attributes::member(&field.attrs, &["rename", "default", "affinity"]) {
            Err(error) => refuse(error),
            Ok(read) => {
                let own = match (&read.rename, binary.rename_all) {
                    (Some(rename), _) => rename.value(),
                    (None, Some(case)) => case.apply(&plain(member)),
                    (None, None) => plain(member),
                };
                if read.affinity {
                    affinity = Some(own.clone());
                }
                fields.push(Field {
                    member: member.clone(),
                    name: own,
                    span: read.rename.as_ref().map_or(member.span(), |rename| rename.span()),
                    ty: field.ty.clone(),
                    default: read.default,
                });
            }
        }
    }
    if let Some(ty) = &known.ty {
        compare(binary, known, ty, &fields).into_iter().for_each(&mut refuse);
        affinity = affinity.or_else(|| ty.affinity_key.clone());
    }
    errors.map_or_else(|| Ok(implement(name, binary, known, &fields, affinity.as_deref())), Err)
}

/// What does not go together. Names of fields are compared as Ignite does: without regard to case.
fn compare(binary: &Binary, known: &Known, ty: &ObjectType, fields: &[Field]) -> Vec<syn::Error> {
    let mut errors = Vec::new();
    let names = || ty.fields.iter().map(|field| field.name.as_str());
    let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    if !ty.values.is_empty() {
        errors.push(syn::Error::new(known.at, format!("type `{}` is an enum", ty.name)));
        return errors;
    }
    for field in fields.iter().filter(|field| !names().any(|name| same(name, &field.name))) {
        let near = nearest(&field.name, names());
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("it has {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
            }
        };
        let message = format!("type `{}` has no field `{}`\n  = help: {help}", ty.name, field.name);
        errors.push(syn::Error::new(field.span, message));
    }
    let left_out: Vec<&str> =
        names().filter(|name| !fields.iter().any(|field| same(name, &field.name))).collect();
    if !left_out.is_empty() && !binary.partial {
        let names = left_out.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!(
            "type `{}` has the fields {names} besides, which an object written from this struct would lose\n  \
             = help: add them, or say `#[querent(partial)]` where that is meant",
            ty.name
        );
        errors.push(syn::Error::new(known.at, message));
    }
    errors
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
    let writes =
        fields.iter().map(|Field { member, name, .. }| quote!(querent_object.field(#name, &self.#member);));
    let reads = fields.iter().map(|Field { member, name, default, .. }| match default {
        false => quote!(#member: querent_object.field(#name)?),
        true => quote! {
            #member: querent_object.field::<#p::Option<_>>(#name)?.unwrap_or_default()
        },
    });
    let assertions =
        known.ty.iter().flat_map(|ty| fields.iter().filter_map(|field| assertion(&p, ty, field)));
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

/// That a field's Rust type is written as the type that the cluster has for the field.
fn assertion(p: &TokenStream, ty: &ObjectType, field: &Field) -> Option<TokenStream> {
    let known = ty.fields.iter().find(|known| known.name.to_lowercase() == field.name.to_lowercase())?;
    let wire = objects::by_name(&known.ty)?;
    let (rust, code) = (&field.ty, wire.code);
    let message =
        format!("field `{}` of type `{}` is a {}: in Rust {}", known.name, ty.name, known.ty, wire.rust);
    let at = Span::call_site().located_at(rust.span());
    Some(quote_spanned!(at=> #p::core::assert!(<#rust as #p::ignite::ToObject>::CODE == #code, #message);))
}

fn enumeration(name: &Ident, binary: &Binary, known: &Known, data: &DataEnum) -> syn::Result<TokenStream> {
    let values = values(data)?;
    if let Some(ty) = &known.ty {
        agree(known, ty, &values)?;
    }
    let krate = &binary.krate;
    let p = quote!(#krate::__private);
    let (idents, names): (Vec<&Ident>, Vec<&String>) = values.iter().map(|value| (value.0, &value.1)).unzip();
    let ordinals: Vec<i32> = values.iter().map(|value| value.2).collect();
    let (type_name, tracking) = (&known.name, &known.tracking);
    let core = quote!(#p::core::primitive);
    Ok(quote! {
        const _: () = { #tracking };
        #[automatically_derived]
        impl #p::ignite::BinaryEnum for #name {
            const TYPE_NAME: &'static #core::str = #type_name;
            const VALUES: &'static [(&'static #core::str, #core::i32)] = &[#((#names, #ordinals)),*];

            fn ordinal(&self) -> #core::i32 {
                match self { #(#name::#idents => #ordinals,)* }
            }

            fn from_ordinal(querent_ordinal: #core::i32) -> #p::Option<Self> {
                match querent_ordinal {
                    #(#ordinals => #p::Option::Some(#name::#idents),)*
                    _ => #p::Option::None,
                }
            }
        }
        #[automatically_derived]
        impl #p::ignite::ToObject for #name {
            const CODE: #core::u8 = #p::ignite::ENUM;

            fn to_object(&self, querent_encoder: &mut #p::ignite::Encoder<'_>) {
                #p::ignite::write_enum(self, querent_encoder);
            }
        }
        #[automatically_derived]
        impl #p::ignite::FromObject for #name {
            const NAME: &'static #core::str = #type_name;

            fn from_object(querent_cell: &#p::ignite::Cell<'_>) -> #p::Result<Self, #p::ignite::ReadError> {
                #p::ignite::read_enum(querent_cell)
            }
        }
    })
}

/// Variant, name in the cluster, ordinal.
fn values(data: &DataEnum) -> syn::Result<Vec<(&Ident, String, i32)>> {
    let (mut out, mut next) = (Vec::<(&Ident, String, i32)>::new(), 0_i32);
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new(
                variant.fields.span(),
                "a variant with fields is no enum value of Ignite",
            ));
        }
        let member = attributes::member(&variant.attrs, &["rename"])?;
        if let Some((_, expression)) = &variant.discriminant {
            next = discriminant(expression)?;
        }
        if let Some((other, ..)) = out.iter().find(|(.., ordinal)| *ordinal == next) {
            return Err(syn::Error::new(
                variant.ident.span(),
                format!("`{other}` has the ordinal {next}, too"),
            ));
        }
        let name = member.rename.map_or_else(|| plain(&variant.ident), |rename| rename.value());
        out.push((&variant.ident, name, next));
        next = next.wrapping_add(1);
    }
    Ok(out)
}

fn discriminant(expression: &Expr) -> syn::Result<i32> {
    let refused = || syn::Error::new(expression.span(), "an ordinal is a number literal of 32 bits");
    let literal = |expression: &Expr| match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse::<i32>().map_err(|_| refused())
        }
        _ => Err(refused()),
    };
    match expression {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => literal(expr).map(i32::wrapping_neg),
        expression => literal(expression),
    }
}

/// Names and ordinals are those of the cluster; it may have more.
fn agree(known: &Known, ty: &ObjectType, values: &[(&Ident, String, i32)]) -> syn::Result<()> {
    if ty.values.is_empty() {
        return Err(syn::Error::new(known.at, format!("type `{}` is no enum", ty.name)));
    }
    let mut errors: Option<syn::Error> = None;
    for (ident, name, ordinal) in values {
        let message = match ty.values.iter().find(|(known, _)| known == name) {
            Some((_, known)) if known == ordinal => continue,
            Some((_, known)) => {
                format!("`{name}` of type `{}` is {known}, not {ordinal}: write `{ident} = {known}`", ty.name)
            }
            None => format!("type `{}` has no value `{name}`", ty.name),
        };
        let error = syn::Error::new(ident.span(), message);
        match &mut errors {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }
    errors.map_or(Ok(()), Err)
}
