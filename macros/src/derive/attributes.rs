//! `#[querent(…)]` on structs, fields and variants. What is not known is an error on its own token.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::suggest::nearest;
use quote::{ToTokens as _, quote};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Path};

use super::case::{self, Case};
use super::errors::Errors;
use crate::input::plain;

/// What stands on a struct or an enum.
pub(super) struct Container {
    /// The facade's path.
    pub(super) krate: TokenStream,
    pub(super) rename_all: Option<Case>,
    /// The first attribute's span that says `transparent`.
    pub(super) transparent: Option<Span>,
}

/// What stands on a struct or an enum with `#[derive(Binary)]`.
pub(super) struct Binary {
    /// The facade's path.
    pub(super) krate: TokenStream,
    /// The type of the source.
    pub(super) source: Option<Path>,
    /// The name of the type in the cluster.
    pub(super) name: Option<LitStr>,
    pub(super) rename_all: Option<Case>,
    /// Whether fields that the struct lacks may be lost.
    pub(super) partial: bool,
}

/// What stands on a field or a variant.
#[derive(Default)]
pub(super) struct Member {
    pub(super) rename: Option<LitStr>,
    pub(super) default: bool,
    pub(super) flatten: bool,
    pub(super) skip: bool,
    pub(super) affinity: bool,
}

impl Member {
    /// What a field or a variant is called outside of Rust.
    pub(super) fn name(&self, ident: &Ident, rename_all: Option<Case>) -> String {
        match (&self.rename, rename_all) {
            (Some(rename), _) => rename.value(),
            (None, Some(case)) => case.apply(&plain(ident)),
            (None, None) => plain(ident),
        }
    }

    /// Where that name is written.
    pub(super) fn name_span(&self, ident: &Ident) -> Span {
        self.rename.as_ref().map_or_else(|| ident.span(), LitStr::span)
    }
}

/// Reads the attributes of a struct or an enum.
pub(super) fn container(attributes: &[Attribute]) -> syn::Result<Container> {
    let mut found = Container { krate: quote!(::querent), rename_all: None, transparent: None };
    each(attributes, |meta| {
        if meta.path.is_ident("crate") {
            let path: Path = meta.value()?.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?;
            found.krate = path.to_token_stream();
        } else if meta.path.is_ident("rename_all") {
            found.rename_all = Some(read_case(&meta.value()?.parse()?)?);
        } else if meta.path.is_ident("transparent") {
            found.transparent =
                Some(meta.path.get_ident().map_or_else(Span::call_site, |ident| ident.span()));
        } else {
            return Err(unknown(&meta, &["crate", "rename_all", "transparent"]));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reads the attributes of a struct or an enum with `#[derive(Binary)]`.
pub(super) fn binary(attributes: &[Attribute]) -> syn::Result<Binary> {
    let krate = quote!(::querent);
    let mut found = Binary { krate, source: None, name: None, rename_all: None, partial: false };
    each(attributes, |meta| {
        if meta.path.is_ident("crate") {
            let path: Path = meta.value()?.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?;
            found.krate = path.to_token_stream();
        } else if meta.path.is_ident("source") {
            found.source = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("type") {
            found.name = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("rename_all") {
            found.rename_all = Some(read_case(&meta.value()?.parse()?)?);
        } else if meta.path.is_ident("partial") {
            found.partial = true;
        } else {
            return Err(unknown(&meta, &["crate", "partial", "rename_all", "source", "type"]));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reads the attributes of a field or a variant, of which only `allowed` may be there.
pub(super) fn member(attributes: &[Attribute], allowed: &[&str]) -> syn::Result<Member> {
    let mut found = Member::default();
    each(attributes, |meta| {
        match allowed.iter().find(|name| meta.path.is_ident(name)) {
            Some(&"rename") => found.rename = Some(meta.value()?.parse()?),
            Some(&"default") => found.default = true,
            Some(&"flatten") => found.flatten = true,
            Some(&"skip") => found.skip = true,
            Some(&"affinity") => found.affinity = true,
            _ => return Err(unknown(&meta, allowed)),
        }
        Ok(())
    })?;
    Ok(found)
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    let mut errors = Errors::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("querent")) {
        if let Err(error) = attribute.parse_nested_meta(&mut read) {
            errors.add(error);
        }
    }
    errors.or(())
}

fn unknown(meta: &ParseNestedMeta<'_>, allowed: &[&str]) -> syn::Error {
    let name = meta.path.to_token_stream().to_string();
    let help = match nearest(&name, allowed.iter().copied()).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None if allowed.is_empty() => "there is none here".to_owned(),
        None => format!("there are {}", list(allowed)),
    };
    meta.error(format!("unknown attribute `{name}`: {help}"))
}

fn read_case(text: &LitStr) -> syn::Result<Case> {
    let name = text.value();
    match case::ALL.iter().find(|(known, _)| *known == name) {
        Some((_, case)) => Ok(*case),
        None => {
            let names: Vec<&str> = case::ALL.iter().map(|(name, _)| *name).collect();
            Err(syn::Error::new(text.span(), format!("unknown case `{name}`: there are {}", list(&names))))
        }
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
