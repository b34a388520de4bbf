//! `#[derive(Binary)]` on an enum: names and ordinals.

use proc_macro2::{Ident, TokenStream};
use querent_schema::suggest::nearest;
use querent_types::ObjectType;
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{DataEnum, Expr, ExprLit, ExprUnary, Fields, Lit, UnOp};

use super::known::{Known, joined};
use crate::derive::attributes::{self, Binary};
use crate::derive::errors::Errors;

pub(super) fn enumeration(
    name: &Ident,
    binary: &Binary,
    known: &Known,
    data: &DataEnum,
) -> syn::Result<TokenStream> {
    if binary.partial {
        let message = "`partial` is of fields that may be lost; an enum has none";
        return Err(syn::Error::new(known.at, message));
    }
    let values = values(binary, data)?;
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
fn values<'d>(binary: &Binary, data: &'d DataEnum) -> syn::Result<Vec<(&'d Ident, String, i32)>> {
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
        let name = member.name(&variant.ident, binary.rename_all);
        if let Some((other, ..)) = out.iter().find(|(_, known, _)| *known == name) {
            let message = format!("`{other}` is called \"{name}\", too");
            return Err(syn::Error::new(variant.ident.span(), message));
        }
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
        let message = format!("type `{}` is no enum\n  = help: derive it for a struct", ty.name);
        return Err(syn::Error::new(known.at, message));
    }
    let mut errors = Errors::default();
    for (ident, name, ordinal) in values {
        let message = match ty.values.iter().find(|(known, _)| known == name) {
            Some((_, known)) if known == ordinal => continue,
            Some((_, known)) => {
                format!("`{name}` of type `{}` is {known}, not {ordinal}: write `{ident} = {known}`", ty.name)
            }
            None => {
                let names = || ty.values.iter().map(|(name, _)| name.as_str());
                let help = match nearest(name, names()).first() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", joined(names())),
                };
                format!("type `{}` has no value `{name}`\n  = help: {help}", ty.name)
            }
        };
        errors.add(syn::Error::new(ident.span(), message));
    }
    errors.or(())
}
