//! What the cluster had at the last `querent pull`: a binary type, and the table whose rows its objects are.

use std::sync::Arc;

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::cache::{CacheError, Entries};
use querent_schema::objects;
use querent_schema::suggest::nearest;
use querent_types::{ObjectField, ObjectType, TableDescription};
use quote::{ToTokens as _, quote};
use syn::spanned::Spanned as _;

use super::Field;
use crate::cache::{SourceCache, track};
use crate::derive::attributes::Binary;
use crate::input::plain;
use crate::report;
use crate::source;

/// What the cluster knows of the type.
pub(super) struct Known {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) at: Span,
    pub(super) ty: Option<Arc<ObjectType>>,
    /// The table whose values the objects are, where there is one: it says which fields may be null.
    entity: Option<Arc<TableDescription>>,
    pub(super) tracking: TokenStream,
}

impl Known {
    pub(super) fn find(binary: &Binary, ident: &Ident) -> syn::Result<Known> {
        let (name, at) = match &binary.name {
            Some(name) => (name.value(), name.span()),
            None => (plain(ident), ident.span()),
        };
        let Some(path) = &binary.source else {
            return Ok(Known { name, at, ty: None, entity: None, tracking: TokenStream::new() });
        };
        let source = source::name_of(&path.to_token_stream());
        let error = |at: Span, message: String, help: &str| {
            syn::Error::new(at, format!("{message}\n  = help: {help}"))
        };
        let failed = |found: CacheError| error(path.span(), found.message, &found.help);
        let cache = SourceCache::open(&source).map_err(failed)?;
        let backend = &cache.catalog.source.backend;
        if backend != "ignite" {
            let message = format!("source `{source}` is a source of {backend}, which has no binary types");
            return Err(error(path.span(), message, "binary types are Ignite's"));
        }
        let krate = &binary.krate;
        let ty = match cache.dir.object_type(&source, &name).map_err(failed)? {
            Entries::Found(ty) => ty,
            Entries::Missing(names) => {
                let near = nearest(&name, names.iter().map(String::as_str))
                    .first()
                    .map(|near| format!("did you mean `{near}`? "));
                let near = near.unwrap_or_default();
                let help = format!("{near}leave out `source = …` for a type that is yet to be made");
                return Err(error(at, format!("source `{source}` has no type `{name}`"), &help));
            }
        };
        let is_entity =
            |table: &&Arc<TableDescription>| table.properties.get("value_type").is_some_and(|ty| *ty == name);
        let tables = cache.catalog.tables().map_err(failed)?;
        // Of a type that several tables share each says another thing.
        let mut entities = tables.iter().filter(is_entity);
        let entity = entities.next().filter(|_| entities.next().is_none()).cloned();
        let of_entity = entity.iter().map(|table| cache.dir.table_file(&source, &table.path));
        let files = [cache.dir.source_file(&source), cache.dir.object_type_file(&source, &name)];
        let tracking = files.into_iter().chain(of_entity).map(|file| track(krate, &file)).collect();
        Ok(Known { name, at, ty: Some(ty), entity, tracking })
    }

    /// What does not go together. Names of fields are compared as Ignite does: without regard to case.
    pub(super) fn compare(&self, binary: &Binary, fields: &[Field]) -> Vec<syn::Error> {
        let Some(ty) = &self.ty else { return Vec::new() };
        let mut errors = Vec::new();
        let names = || ty.fields.iter().map(|field| field.name.as_str());
        if !ty.values.is_empty() {
            let message = format!("type `{}` is an enum\n  = help: derive it for an enum of Rust", ty.name);
            errors.push(syn::Error::new(self.at, message));
            return errors;
        }
        for field in fields.iter().filter(|field| !names().any(|name| same(name, &field.name))) {
            let help = match nearest(&field.name, names()).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", joined(names())),
            };
            let message = format!("type `{}` has no field `{}`\n  = help: {help}", ty.name, field.name);
            errors.push(syn::Error::new(field.span, message));
        }
        let left_out: Vec<&str> =
            names().filter(|name| !fields.iter().any(|field| same(name, &field.name))).collect();
        // One that is misspelt is not left out as well.
        if errors.is_empty() && !left_out.is_empty() && !binary.partial {
            let message = format!(
                "type `{}` has the fields {} besides, which an object written from this struct would lose\n  \
                 = help: add them, or say `#[querent(partial)]` where that is meant",
                ty.name,
                joined(left_out.into_iter())
            );
            errors.push(syn::Error::new(self.at, message));
        }
        errors
    }

    /// The affinity key of the type, in the cluster's own spelling: a cluster refuses another one (2.17.0). `marked` is
    /// the field that the struct names.
    pub(super) fn affinity_key(&self, marked: Option<&Field>) -> syn::Result<Option<String>> {
        let Some(ty) = &self.ty else { return Ok(marked.map(|field| field.name.clone())) };
        match (marked, &ty.affinity_key) {
            (None, known) => Ok(known.clone()),
            (Some(field), Some(known)) if same(&field.name, known) => Ok(Some(known.clone())),
            (Some(field), known) => {
                let (has, help) = match known {
                    Some(known) => {
                        (format!("`{known}`"), "mark that field, or none: it is taken from the cluster")
                    }
                    None => ("none".to_owned(), "leave out `affinity`: the whole key decides the node"),
                };
                let message = format!(
                    "`{}` is not the affinity key of type `{}`, which has {has}\n  = help: {help}",
                    field.name, ty.name
                );
                Err(syn::Error::new(field.span, message))
            }
        }
    }

    /// That a field's Rust type is written as the type that the cluster has for the field, and takes a null where one can
    /// come. In a type that is no table's any field can be null: nothing is said of those.
    pub(super) fn assertions(&self, p: &TokenStream, field: &Field) -> TokenStream {
        let known = |ty: &Arc<ObjectType>| -> Option<(ObjectField, String)> {
            let known = ty.fields.iter().find(|known| same(&known.name, &field.name))?;
            Some((known.clone(), ty.name.clone()))
        };
        let Some((known, ty)) = self.ty.as_ref().and_then(known) else { return TokenStream::new() };
        let (rust, at) = (&field.ty, Span::call_site().located_at(field.ty.span()));
        // A value of the run time's may be anything.
        let is_any = quote!(#p::same(<#rust as #p::ignite::FromObject>::NAME, "Value"));
        let of_type = objects::by_name(&known.ty).map(|wire| {
            // An enum is one of either code.
            let code = if wire.code == objects::BINARY_ENUM { objects::ENUM } else { wire.code };
            let message =
                format!("field `{}` of type `{ty}` is a {}: in Rust {}", known.name, known.ty, wire.rust);
            report::assertion(
                &quote!(#is_any || <#rust as #p::ignite::ToObject>::CODE == #code),
                &message,
                at,
            )
        });
        let columns = self.entity.iter().flat_map(|table| table.columns.iter().map(move |c| (table, c)));
        let column = columns.filter(|(_, column)| !column.hidden).find(|(_, c)| same(&c.name, &field.name));
        let of_null = column.and_then(|(table, column)| {
            let (table, column_name) = (table.path.join("."), &column.name);
            let (wanted, message) = match (column.nullable, field.default) {
                // A null is read as the default.
                (true, true) => return None,
                (true, false) => (
                    true,
                    format!(
                        "field `{}` of type `{ty}` may be null, for column `{column_name}` of {table} may be: in Rust an \
                         Option, or a field with `#[querent(default)]`",
                        known.name
                    ),
                ),
                (false, _) => (
                    false,
                    format!(
                        "field `{}` of type `{ty}` is never null, for column `{column_name}` of {table} is NOT NULL, and \
                         a null is refused: in Rust no Option",
                        known.name
                    ),
                ),
            };
            let is = quote!(<#rust as #p::ignite::FromObject>::TAKES_NULL);
            let fits = match wanted {
                true => quote!(#is),
                false => quote!(!#is || #is_any),
            };
            Some(report::assertion(&fits, &message, at))
        });
        quote!(#of_type #of_null)
    }
}

/// Names in words.
pub(super) fn joined<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether two names are of one field.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}
