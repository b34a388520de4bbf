//! The fields of a row struct: their names, types and docs.

use std::borrow::Cow;

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::diagnostic::{Code, Diagnostic};
use querent_schema::dialect::Fold;
use querent_schema::plan::Column;
use querent_schema::rust_type::{Builtin, RustType};
use querent_types::SqlType;
use quote::quote;

use super::Context;
use crate::features;
use crate::names;
use crate::report::{self, Problem};

/// One field.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// Its type with the `Option` of a column that may be NULL.
    pub(crate) ty: TokenStream,
    /// Whether the user named the type in the query.
    pub(crate) overridden: bool,
    pub(crate) doc: String,
}

/// The value of a query of one column, as if it were a field.
pub(crate) fn value(context: &Context<'_>, problems: &mut Vec<Problem>) -> Vec<Field> {
    let Some(column) = context.plan.columns.first() else { return Vec::new() };
    let ident = Ident::new("value", context.text.span(column.span));
    let refused = problems.iter().find(|problem| problem.is_error()).cloned();
    let ty = field_type(context, column, refused.as_ref(), problems);
    vec![Field { ident, ty, overridden: is_overridden(column), doc: doc(column) }]
}

/// The fields of all columns; what is wrong with one is among the problems, and it gets the nearest that will do.
///
/// Of a query that was refused already, only what the compiler needs is said.
pub(crate) fn fields(context: &Context<'_>, problems: &mut Vec<Problem>) -> Vec<Field> {
    let refused = problems.iter().find(|problem| problem.is_error()).cloned();
    let mut fields: Vec<Field> = Vec::with_capacity(context.plan.columns.len());
    for column in &context.plan.columns {
        let span = context.text.span(column.span);
        let ident = names::field(&field_name(context, column), span).unwrap_or_else(|| {
            // JSON has no aliases: the field is named as nearly as can be.
            if refused.is_none() && !context.is_json() {
                problems.push(nameless(context, column));
            }
            Ident::new(&names::mangled(&column.name), span)
        });
        if fields.iter().any(|field| field.ident == ident) {
            if refused.is_none() {
                problems.push(duplicate(context, column));
            }
            continue;
        }
        let ty = field_type(context, column, refused.as_ref(), problems);
        fields.push(Field { ident, ty, overridden: is_overridden(column), doc: doc(column) });
    }
    fields
}

/// The name of a column as a field: where names are folded to upper case, in lower case again, as it was probably written.
fn field_name<'c>(context: &Context<'_>, column: &'c Column) -> Cow<'c, str> {
    let folded =
        context.cache.catalog.dialect.fold == Fold::Upper && column.name == column.name.to_uppercase();
    if folded { Cow::Owned(column.name.to_lowercase()) } else { Cow::Borrowed(&column.name) }
}

fn is_overridden(column: &Column) -> bool {
    column.over.as_ref().is_some_and(|over| over.rust_type.is_some())
}

fn field_type(
    context: &Context<'_>,
    column: &Column,
    refused: Option<&Problem>,
    problems: &mut Vec<Problem>,
) -> TokenStream {
    let krate = context.krate;
    match base_type(context, column) {
        Ok(ty) if column.nullable => quote!(#krate::__private::Option<#ty>),
        Ok(ty) => ty,
        // The compiler takes the field's type for wrong and says nothing that follows from it. Of two errors that are the
        // same to the letter it prints one.
        Err(problem) => {
            let told = refused.cloned().unwrap_or_else(|| {
                problems.push(problem.clone());
                problem
            });
            report::wrong_type(&told)
        }
    }
}

fn base_type(context: &Context<'_>, column: &Column) -> Result<TokenStream, Problem> {
    let span = context.text.span(column.span);
    if let Some(over) = &column.over
        && let Some(rust) = &over.rust_type
    {
        return user_type(rust, context.text.span(over.span));
    }
    let found = |message: String, help: String| {
        Problem::of_text(&Diagnostic::error(Code::RowType, column.span, message).help(help), context.text)
    };
    let Some(ty) = &column.ty else {
        let message = format!("the type of column `{}` is not known", column.name);
        let help = match context.is_json() {
            true => format!("name it in the query: `\"{}: Type\"`", column.name),
            false => format!("name it in the query: `AS \"{}: Type\"`", names::mangled(&column.name)),
        };
        return Err(found(message, help));
    };
    let config = &context.cache.config;
    match config.rust_type(&context.cache.name, column.origin.as_ref(), ty) {
        Ok(rust) => rust_type(context, &rust, span),
        Err(none) => Err(found(format!("column `{}`: {}", column.name, none.message), none.help)),
    }
}

fn rust_type(context: &Context<'_>, rust: &RustType, span: Span) -> Result<TokenStream, Problem> {
    let krate = context.krate;
    Ok(match rust {
        RustType::Builtin(Builtin::Bytes) => quote!(#krate::__private::Vec<#krate::__private::u8>),
        RustType::Builtin(builtin) if builtin.library().is_some_and(|library| !features::has(library)) => {
            // `source!` has said so, and made the backend wrong: nothing more is said of it.
            let source = context.source;
            quote!(<#krate::__private::BackendOf<#source> as #krate::__private::NeedsFeature>::Type)
        }
        RustType::Builtin(builtin) => {
            let path = user_type(builtin.path(), Span::call_site())?;
            quote!(#krate::__private::#path)
        }
        RustType::Path(path) => user_type(path, span)?,
        RustType::List { element, nullable } => {
            let element = rust_type(context, element, span)?;
            match nullable {
                true => quote!(#krate::__private::Vec<#krate::__private::Option<#element>>),
                false => quote!(#krate::__private::Vec<#element>),
            }
        }
    })
}

/// A type that stands as text in the query or in querent.toml.
fn user_type(text: &str, span: Span) -> Result<TokenStream, Problem> {
    match text.parse::<TokenStream>() {
        Ok(tokens) if !tokens.is_empty() => Ok(report::respan(tokens, span)),
        _ => Err(Problem::new(span, format!("`{text}` is not a Rust type"))),
    }
}

/// `table.column` of which a column is a plain copy.
pub(super) fn origin(column: &Column) -> Option<String> {
    let (path, name) = column.origin.as_ref()?;
    Some(format!("{}.{name}", path.last()?))
}

fn doc(column: &Column) -> String {
    let mut doc = String::from(" ");
    if let Some(origin) = origin(column) {
        doc.push_str(&format!("`{origin}`: "));
    }
    doc.push_str(&described(column));
    if !column.why.is_empty() {
        doc.push_str(&format!(": {}", column.why));
    }
    doc
}

/// `BIGINT, may be NULL`.
pub(super) fn described(column: &Column) -> String {
    let ty = column.native.clone().or_else(|| column.ty.as_ref().map(SqlType::sql_name));
    let ty = ty.unwrap_or_else(|| "of unknown type".to_owned());
    format!("{ty}, {}", if column.nullable { "may be NULL" } else { "not NULL" })
}

fn nameless(context: &Context<'_>, column: &Column) -> Problem {
    let written = written(context, column);
    let message = format!("column `{}` needs an alias: no field can have that name", column.name);
    let help = format!("write `{written} AS {}`", names::alias(&written));
    Problem::of_text(&Diagnostic::error(Code::RowType, column.span, message).help(help), context.text)
}

fn duplicate(context: &Context<'_>, column: &Column) -> Problem {
    let table = column.origin.as_ref().and_then(|(path, _)| path.last());
    let alias = match table {
        Some(table) => format!("{}_{}", names::mangled(table), names::mangled(&column.name)),
        None => format!("{}_2", names::mangled(&column.name)),
    };
    let message = format!("two columns are named `{}`, and a struct has one field of a name", column.name);
    let mut found = Diagnostic::error(Code::RowType, column.span, message)
        .help(format!("give one an alias: `{} AS {alias}`", written(context, column)));
    if let Some(first) = context.plan.columns.iter().find(|other| other.name == column.name) {
        found = found.related(first.span, "the first of them");
    }
    Problem::of_text(&found, context.text)
}

/// The column as it stands in the query, where that is short.
fn written(context: &Context<'_>, column: &Column) -> String {
    let range = column.span.start as usize..column.span.end as usize;
    match context.text.value.get(range) {
        Some(text) if !text.is_empty() && text.len() <= 60 && !text.contains('\n') => text.to_owned(),
        _ => "…".to_owned(),
    }
}
