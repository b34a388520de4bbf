//! The fields of a row struct: their names, types and docs.

use proc_macro2::{Ident, Span, TokenStream};
use querent_schema::plan::Column;
use querent_schema::rust_type::{Builtin, RustType};
use quote::quote;

use super::Context;
use crate::marker;
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
    let ty = field_type(context, column, problems);
    vec![Field { ident, ty, overridden: is_overridden(column), doc: doc(column) }]
}

/// The fields of all columns; what is wrong with one is among the problems, and it gets the nearest that will do.
pub(crate) fn fields(context: &Context<'_>, problems: &mut Vec<Problem>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::with_capacity(context.plan.columns.len());
    for column in &context.plan.columns {
        let span = context.text.span(column.span);
        let ident = match names::field(&column.name, span) {
            Some(ident) => ident,
            None => {
                problems.push(nameless(context, column));
                Ident::new(&names::mangled(&column.name), span)
            }
        };
        if fields.iter().any(|field| field.ident == ident) {
            problems.push(duplicate(context, column));
            continue;
        }
        let ty = field_type(context, column, problems);
        fields.push(Field { ident, ty, overridden: is_overridden(column), doc: doc(column) });
    }
    fields
}

fn is_overridden(column: &Column) -> bool {
    column.over.as_ref().is_some_and(|over| over.rust_type.is_some())
}

fn field_type(context: &Context<'_>, column: &Column, problems: &mut Vec<Problem>) -> TokenStream {
    let krate = context.krate;
    let ty = match base_type(context, column) {
        Ok(ty) => ty,
        Err(problem) => {
            let known = problems.iter().find(|problem| problem.is_error()).cloned();
            let first = known.unwrap_or_else(|| {
                problems.push(problem.clone());
                problem
            });
            // The compiler takes the field's type for wrong and says nothing that follows from it; of two errors that
            // are the same to the letter it prints one.
            return report::wrong_type(&first);
        }
    };
    if column.nullable { quote!(#krate::__private::Option<#ty>) } else { ty }
}

fn base_type(context: &Context<'_>, column: &Column) -> Result<TokenStream, Problem> {
    let span = context.text.span(column.span);
    if let Some(over) = &column.over
        && let Some(rust) = &over.rust_type
    {
        return user_type(rust, context.text.span(over.span));
    }
    let Some(ty) = &column.ty else {
        return Err(Problem::new(span, format!("the type of column `{}` is not known", column.name))
            .help(format!("name it in the query: `AS \"{}: Type\"`", names::mangled(&column.name))));
    };
    let config = &context.cache.config;
    match config.rust_type(&context.cache.name, column.origin.as_ref(), ty) {
        Ok(rust) => rust_type(context.krate, &rust, span),
        Err(none) => {
            let message = format!("column `{}`: {}", column.name, none.message);
            Err(Problem::new(span, message).help(none.help))
        }
    }
}

fn rust_type(krate: &Ident, rust: &RustType, span: Span) -> Result<TokenStream, Problem> {
    Ok(match rust {
        RustType::Builtin(Builtin::String) => quote!(#krate::__private::String),
        RustType::Builtin(builtin) => {
            let path = builtin.path();
            let tokens = user_type(path, Span::call_site())?;
            if path.starts_with("::") { tokens } else { quote!(#krate::__private::#tokens) }
        }
        RustType::Path(path) => user_type(path, span)?,
        RustType::List { element, nullable } => {
            let element = rust_type(krate, element, span)?;
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
    let ty = column.native.clone().or_else(|| column.ty.as_ref().map(marker::sql_name));
    let ty = ty.unwrap_or_else(|| "of unknown type".to_owned());
    format!("{ty}, {}", if column.nullable { "may be NULL" } else { "not NULL" })
}

fn nameless(context: &Context<'_>, column: &Column) -> Problem {
    let span = context.text.span(column.span);
    let written = written(context, column);
    Problem::new(span, format!("column `{}` needs an alias: no field can have that name", column.name))
        .help(format!("write `{written} AS {}`", names::mangled(&column.name)))
}

fn duplicate(context: &Context<'_>, column: &Column) -> Problem {
    let span = context.text.span(column.span);
    let table = column.origin.as_ref().and_then(|(path, _)| path.last());
    let alias = match table {
        Some(table) => format!("{}_{}", names::mangled(table), names::mangled(&column.name)),
        None => format!("{}_2", names::mangled(&column.name)),
    };
    Problem::new(
        span,
        format!("two columns are named `{}`, and a struct has one field of a name", column.name),
    )
    .help(format!("give one an alias: `{} AS {alias}`", written(context, column)))
}

/// The column as it stands in the query, where that is short.
fn written(context: &Context<'_>, column: &Column) -> String {
    let range = column.span.start as usize..column.span.end as usize;
    match context.text.value.get(range) {
        Some(text) if !text.is_empty() && text.len() <= 60 && !text.contains('\n') => text.to_owned(),
        _ => "…".to_owned(),
    }
}
