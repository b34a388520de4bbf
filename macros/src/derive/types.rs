//! `#[derive(Type)]`: a newtype is its field; an enum is text, or an integer where it has a `#[repr]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DataEnum, DataStruct, DeriveInput, Fields};

use super::attributes::{self, Container};
use super::errors::Errors;

/// Expands the derive.
pub(super) fn expand(input: DeriveInput) -> syn::Result<TokenStream> {
    let container = attributes::container(&input.attrs)?;
    if let Some(parameter) = input.generics.params.first() {
        return Err(syn::Error::new(parameter.span(), "`#[derive(Type)]` does not take generic types yet"));
    }
    match &input.data {
        Data::Struct(data) => newtype(&input.ident, &container, data),
        Data::Enum(data) => {
            if let Some(span) = container.transparent {
                return Err(syn::Error::new(span, "an enum has no field that it could be transparent to"));
            }
            match integer_repr(&input.attrs)? {
                Some(repr) => integers(&input.ident, &container, data, &repr),
                None => texts(&input.ident, &container, data),
            }
        }
        Data::Union(data) => {
            Err(syn::Error::new(data.union_token.span, "a union cannot be read from a column"))
        }
    }
}

fn newtype(name: &Ident, container: &Container, data: &DataStruct) -> syn::Result<TokenStream> {
    if container.rename_all.is_some() {
        return Err(syn::Error::new(
            name.span(),
            "`rename_all` renames the variants of an enum; a newtype has none",
        ));
    }
    let mut fields = data.fields.iter();
    let (field, None) = (fields.next(), fields.next()) else {
        let message = "a column is one value: a struct with several fields is read by `#[derive(FromRow)]`";
        return Err(syn::Error::new(name.span(), message));
    };
    let Some(field) = field else {
        return Err(syn::Error::new(name.span(), "a column is one value: the struct needs a field"));
    };
    attributes::member(&field.attrs, &[])?;
    let ty = &field.ty;
    let member = field.ident.as_ref().map_or_else(|| quote!(0), |ident| quote!(#ident));
    let p = &private(container);
    let forward = forward(p, ty);
    Ok(quote! {
        #[automatically_derived]
        impl<'querent_b, QuerentBackend: #p::Backend> #p::Decode<'querent_b, QuerentBackend> for #name
        where
            #ty: #p::Decode<'querent_b, QuerentBackend>,
        {
            #forward

            fn get(
                querent_column: &Self::Column,
                querent_row: #p::core::primitive::usize,
            ) -> #p::Result<Self, #p::ValueError> {
                #p::Result::Ok(#name {
                    #member: <#ty as #p::Decode<'querent_b, QuerentBackend>>::get(querent_column, querent_row)?,
                })
            }
        }
        #[automatically_derived]
        impl<'querent_q, QuerentSql> #p::Bind<'querent_q, QuerentSql> for &'querent_q #name
        where
            &'querent_q #ty: #p::Bind<'querent_q, QuerentSql>,
        {
            type Null = <&'querent_q #ty as #p::Bind<'querent_q, QuerentSql>>::Null;

            fn bind(self) -> #p::Value<'querent_q> {
                <&'querent_q #ty as #p::Bind<'querent_q, QuerentSql>>::bind(&self.#member)
            }
        }
        #[automatically_derived]
        impl<'querent_q, QuerentSql> #p::Bind<'querent_q, QuerentSql> for #name
        where
            #ty: #p::Bind<'querent_q, QuerentSql>,
        {
            type Null = <#ty as #p::Bind<'querent_q, QuerentSql>>::Null;

            fn bind(self) -> #p::Value<'querent_q> {
                <#ty as #p::Bind<'querent_q, QuerentSql>>::bind(self.#member)
            }
        }
        #[automatically_derived]
        impl<QuerentSql> #p::Holds<QuerentSql> for #name where #ty: #p::Holds<QuerentSql> {}
    })
}

fn private(container: &Container) -> TokenStream {
    let krate = &container.krate;
    quote!(#krate::__private)
}

/// All of `Decode` but `get`, as another type has it.
fn forward(p: &TokenStream, ty: &impl quote::ToTokens) -> TokenStream {
    quote! {
        type Column = <#ty as #p::Decode<'querent_b, QuerentBackend>>::Column;

        fn column(
            querent_batch: &'querent_b QuerentBackend::Batch,
            querent_index: #p::core::primitive::usize,
        ) -> #p::Result<Self::Column, #p::ValueError> {
            <#ty as #p::Decode<'querent_b, QuerentBackend>>::column(querent_batch, querent_index)
        }

        fn is_null(querent_column: &Self::Column, querent_row: #p::core::primitive::usize) -> #p::core::primitive::bool {
            <#ty as #p::Decode<'querent_b, QuerentBackend>>::is_null(querent_column, querent_row)
        }
    }
}

/// The integer type of `#[repr(…)]`.
fn integer_repr(attributes: &[Attribute]) -> syn::Result<Option<Ident>> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        attribute.parse_nested_meta(|meta| {
            let known = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
            if let Some(ident) =
                meta.path.get_ident().filter(|ident| known.iter().any(|known| *ident == known))
            {
                found = Some(ident.clone());
            }
            // `align(8)` and the like are the compiler's business.
            if meta.input.peek(syn::token::Paren) {
                let content;
                syn::parenthesized!(content in meta.input);
                content.parse::<TokenStream>()?;
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The variants, which must have no fields, with what each is called in the database.
fn variants<'d>(
    data: &'d DataEnum,
    container: &Container,
    integer: bool,
) -> syn::Result<Vec<(&'d Ident, String)>> {
    let mut out: Vec<(&Ident, String)> = Vec::new();
    let mut errors = Errors::default();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.add(syn::Error::new(
                variant.fields.span(),
                "a variant with fields cannot be held by one column",
            ));
        }
        let allowed: &[&str] = if integer { &[] } else { &["rename"] };
        match attributes::member(&variant.attrs, allowed) {
            Err(error) => errors.add(error),
            Ok(member) => {
                let name = member.name(&variant.ident, container.rename_all);
                if let Some((other, _)) = out.iter().find(|(_, known)| *known == name) {
                    let message = format!("`{other}` is called \"{name}\", too");
                    errors.add(syn::Error::new(member.name_span(&variant.ident), message));
                }
                out.push((&variant.ident, name));
            }
        }
    }
    errors.or(out)
}

fn texts(name: &Ident, container: &Container, data: &DataEnum) -> syn::Result<TokenStream> {
    let variants = variants(data, container, false)?;
    let (idents, names): (Vec<&Ident>, Vec<&String>) =
        variants.iter().map(|(ident, name)| (*ident, name)).unzip();
    let p = &private(container);
    let what = format!("the name of a `{name}`");
    let text = quote!(#p::String);
    let read = quote! {
        match querent_value.as_str() {
            #(#names => #p::Result::Ok(#name::#idents),)*
            _ => #p::Result::Err(#p::malformed(querent_column.0, querent_row, #what)),
        }
    };
    let clause = quote!(&'static #p::core::primitive::str: #p::Bind<'static, QuerentSql>);
    let sent = quote! {
        let querent_text = match self {
            #(#name::#idents => #names,)*
        };
        <&'static #p::core::primitive::str as #p::Bind<'static, QuerentSql>>::bind(querent_text)
    };
    let (decode, bind) = (decode(p, name, &text, &read), bind(p, name, &clause, &sent));
    Ok(quote!(#decode #bind))
}

fn integers(name: &Ident, container: &Container, data: &DataEnum, repr: &Ident) -> syn::Result<TokenStream> {
    if container.rename_all.is_some() {
        let message = format!(
            "`rename_all` is for enums that are text; `{name}` is an integer by its `#[repr({repr})]`"
        );
        return Err(syn::Error::new(name.span(), message));
    }
    let variants = variants(data, container, true)?;
    let idents: Vec<&Ident> = variants.iter().map(|(ident, _)| *ident).collect();
    let p = &private(container);
    let what = format!("the number of a `{name}`");
    let integer = quote!(#p::core::primitive::#repr);
    let read = quote! {
        match querent_value {
            #(querent_number if querent_number == #name::#idents as #integer => #p::Result::Ok(#name::#idents),)*
            _ => #p::Result::Err(#p::malformed(querent_column.0, querent_row, #what)),
        }
    };
    let clause = quote!(for<'querent_n> &'querent_n #integer: #p::Bind<'querent_q, QuerentSql>);
    let sent = quote! {
        let querent_number = match self {
            #(#name::#idents => #name::#idents as #integer,)*
        };
        <&#integer as #p::Bind<'querent_q, QuerentSql>>::bind(&querent_number)
    };
    let (decode, bind) = (decode(p, name, &integer, &read), bind(p, name, &clause, &sent));
    Ok(quote!(#decode #bind))
}

/// `Decode` and `Holds` of an enum that is stored as `stored`; `read` makes a variant of `querent_value`.
fn decode(p: &TokenStream, name: &Ident, stored: &TokenStream, read: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl<'querent_b, QuerentBackend: #p::Backend> #p::Decode<'querent_b, QuerentBackend> for #name
        where
            #stored: #p::Decode<'querent_b, QuerentBackend>,
        {
            // With its index, so that a value that is no variant can be named.
            type Column = (#p::core::primitive::u16, <#stored as #p::Decode<'querent_b, QuerentBackend>>::Column);

            fn column(
                querent_batch: &'querent_b QuerentBackend::Batch,
                querent_index: #p::core::primitive::usize,
            ) -> #p::Result<Self::Column, #p::ValueError> {
                let querent_column =
                    <#stored as #p::Decode<'querent_b, QuerentBackend>>::column(querent_batch, querent_index)?;
                #p::Result::Ok((querent_index as #p::core::primitive::u16, querent_column))
            }

            fn is_null(
                querent_column: &Self::Column,
                querent_row: #p::core::primitive::usize,
            ) -> #p::core::primitive::bool {
                <#stored as #p::Decode<'querent_b, QuerentBackend>>::is_null(&querent_column.1, querent_row)
            }

            fn get(
                querent_column: &Self::Column,
                querent_row: #p::core::primitive::usize,
            ) -> #p::Result<Self, #p::ValueError> {
                let querent_value =
                    <#stored as #p::Decode<'querent_b, QuerentBackend>>::get(&querent_column.1, querent_row)?;
                #read
            }
        }
        #[automatically_derived]
        impl<QuerentSql> #p::Holds<QuerentSql> for #name where #stored: #p::Holds<QuerentSql> {}
    }
}

/// `Bind` of an enum, by reference and by value; `sent` makes a value of `self`, a reference.
fn bind(p: &TokenStream, name: &Ident, clause: &TokenStream, sent: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl<'querent_q, QuerentSql> #p::Bind<'querent_q, QuerentSql> for &#name
        where
            #clause,
        {
            type Null = #p::NeverNull;

            fn bind(self) -> #p::Value<'querent_q> {
                #sent
            }
        }
        #[automatically_derived]
        impl<'querent_q, QuerentSql> #p::Bind<'querent_q, QuerentSql> for #name
        where
            #clause,
        {
            type Null = #p::NeverNull;

            fn bind(self) -> #p::Value<'querent_q> {
                <&#name as #p::Bind<'querent_q, QuerentSql>>::bind(&self)
            }
        }
    }
}
