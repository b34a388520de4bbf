//! `source!(pub Market);`: the type of one `[source.*]`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use proc_macro2::{Ident, TokenStream, TokenTree};
use querent_schema::cache::{CacheError, snake_case};
use quote::quote;

use crate::cache::{SourceCache, manifest_dir};
use crate::features;
use crate::input::{self, plain};
use crate::literal;
use crate::report::{self, Problem};

/// Sources that were declared under another name than their type's, by crate and type.
static RENAMED: LazyLock<Mutex<HashMap<(PathBuf, String), String>>> = LazyLock::new(Mutex::default);

/// What stands between the parentheses: `#[attribute]* vis Name [: Backend] [= "name"]`.
#[derive(Debug)]
struct Declaration {
    attributes: TokenStream,
    visibility: TokenStream,
    name: Ident,
    /// A backend that querent does not bring.
    backend: Option<TokenStream>,
    /// The name in querent.toml, where it is not the type's.
    source: Option<(String, proc_macro2::Span)>,
}

/// The name in querent.toml of the source of this type.
pub(crate) fn name_of(path: &TokenStream) -> String {
    let mut last = String::new();
    for token in path.clone() {
        match token {
            TokenTree::Ident(ident) => last = plain(&ident),
            TokenTree::Punct(punct) if punct.as_char() == '<' => break,
            _ => {}
        }
    }
    let renamed = RENAMED.lock().unwrap_or_else(PoisonError::into_inner);
    renamed.get(&(manifest_dir(), last.clone())).cloned().unwrap_or_else(|| snake_case(&last))
}

/// Expands `source!`.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let (krate, tokens) = input::take_crate(tokens);
    match parse(tokens) {
        Ok(declaration) => declare(&krate, &declaration),
        Err(problem) => report::statements(&[problem]),
    }
}

fn parse(tokens: TokenStream) -> Result<Declaration, Problem> {
    let mut tokens = tokens.into_iter().peekable();
    let attributes = input::attributes(&mut tokens);
    let visibility = input::visibility(&mut tokens);
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name,
        other => return Err(unexpected("the name of a type", other)),
    };
    let mut declaration = Declaration { attributes, visibility, name, backend: None, source: None };
    if input::take_punct(&mut tokens, ':') {
        let mut backend = TokenStream::new();
        while tokens.peek().is_some_and(|token| !matches!(token, TokenTree::Punct(p) if p.as_char() == '=')) {
            backend.extend(tokens.next());
        }
        declaration.backend = Some(backend);
    }
    if input::take_punct(&mut tokens, '=') {
        declaration.source = match tokens.next() {
            Some(TokenTree::Literal(text)) => match literal::decode(&text.to_string()) {
                Ok(decoded) => Some((decoded.value, text.span())),
                Err(_) => return Err(unexpected("the source's name as a string literal", Some(text.into()))),
            },
            other => return Err(unexpected("the source's name as a string literal", other)),
        };
    }
    input::take_punct(&mut tokens, ';');
    match tokens.next() {
        None => Ok(declaration),
        other => Err(unexpected("the end of the declaration", other)),
    }
}

fn unexpected(wanted: &str, found: Option<TokenTree>) -> Problem {
    let span = found.as_ref().map_or_else(proc_macro2::Span::call_site, TokenTree::span);
    let found = found.map_or_else(|| "nothing".to_owned(), |token| format!("`{token}`"));
    Problem::new(span, format!("expected {wanted}, found {found}")).help("write `source!(pub Name);`")
}

fn declare(krate: &Ident, declaration: &Declaration) -> TokenStream {
    let (source, at) = match &declaration.source {
        Some((source, at)) => {
            let key = (manifest_dir(), plain(&declaration.name));
            RENAMED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, source.clone());
            (source.clone(), *at)
        }
        None => (snake_case(&plain(&declaration.name)), declaration.name.span()),
    };
    match SourceCache::open(&source) {
        Ok(cache) => found(krate, declaration, &cache),
        Err(error) => not_found(krate, declaration, &source, 0, &problem(&error, at)),
    }
}

fn problem(error: &CacheError, at: proc_macro2::Span) -> Problem {
    Problem::new(at, &*error.message).help(&error.help)
}

fn found(krate: &Ident, declaration: &Declaration, cache: &SourceCache) -> TokenStream {
    let Declaration { attributes, visibility, name, backend, .. } = declaration;
    let description = &cache.catalog.source;
    let backend = match backend {
        Some(backend) => Ok(backend.clone()),
        None => backend_type(krate, &description.backend, name),
    };
    let backend = match backend.and_then(|backend| libraries(cache, name).map(|()| backend)) {
        Ok(backend) => backend,
        Err(problem) => return not_found(krate, declaration, &cache.name, cache.fingerprint, &problem),
    };
    let (source, fingerprint) = (&cache.name, cache.fingerprint);
    let doc = format!(
        " The source `{source}` of querent.toml: backend `{}`, dialect `{}`.",
        description.backend, description.dialect
    );
    let tracking = cache.tracking(krate, &[]);
    let options = description.options.iter().map(|(key, value)| quote!((#key, #value)));
    let capabilities = description.capabilities.iter().map(|capability| match capability.as_str() {
        "transactions" => quote!(impl #krate::__private::Transactions for #name {}),
        // Others are no traits of a source (yet): drivers ask their own.
        _ => TokenStream::new(),
    });
    quote! {
        #[doc = #doc]
        #attributes
        #visibility enum #name {}
        impl #krate::__private::Source for #name {
            type Backend = #backend;
            const NAME: &'static #krate::__private::core::primitive::str = #source;
            const FINGERPRINT: #krate::__private::core::primitive::u64 = #fingerprint;
            const OPTIONS: &'static [(
                &'static #krate::__private::core::primitive::str,
                &'static #krate::__private::core::primitive::str,
            )] = &[#(#options),*];
        }
        #(#capabilities)*
        const _: () = {
            #tracking
            // Which cache is read depends on it.
            const _: #krate::__private::Option<&'static #krate::__private::core::primitive::str> =
                #krate::__private::core::option_env!("QUERENT_CACHE_DIR");
        };
    }
}

/// The type of a backend that querent brings.
fn backend_type(krate: &Ident, backend: &str, name: &Ident) -> Result<TokenStream, Problem> {
    let ty = match backend {
        "flight" => quote!(Flight),
        "pinot" => quote!(Pinot),
        "ignite" => quote!(Ignite),
        "picodata" => quote!(Picodata),
        _ => {
            let message = format!("this querent has no backend `{backend}`");
            return Err(Problem::new(name.span(), message).help(format!(
                "upgrade querent, or name a backend of your own: `source!({name}: path::to::Backend)`"
            )));
        }
    };
    if !features::is_on(backend) {
        let message = format!("the source needs the feature `{backend}` of the crate `querent`");
        return Err(Problem::new(name.span(), message).help(features::help(&[backend])));
    }
    Ok(quote!(#krate::__private::backends::#ty))
}

/// Whether the libraries are there whose types columns become. Asked once a source, and not once a query.
fn libraries(cache: &SourceCache, name: &Ident) -> Result<(), Problem> {
    let missing: Vec<&str> = (cache.config.types.libraries().into_iter())
        .filter(|library| !features::has(library))
        .map(features::of_library)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let needed = if missing.len() > 1 { "features" } else { "feature" };
    let list = missing.iter().map(|feature| format!("`{feature}`")).collect::<Vec<_>>().join(", ");
    let message = format!("[types] in querent.toml needs the {needed} {list} of the crate `querent`");
    Err(Problem::new(name.span(), message).help(features::help(&missing)))
}

/// A declaration whose backend the compiler knows to be wrong, so that queries of this source say nothing more.
fn not_found(
    krate: &Ident,
    declaration: &Declaration,
    source: &str,
    fingerprint: u64,
    problem: &Problem,
) -> TokenStream {
    let Declaration { attributes, visibility, name, .. } = declaration;
    let error = report::wrong_type(problem);
    quote! {
        #attributes
        #visibility enum #name {}
        impl #krate::__private::Source for #name {
            type Backend = #error;
            const NAME: &'static #krate::__private::core::primitive::str = #source;
            const FINGERPRINT: #krate::__private::core::primitive::u64 = #fingerprint;
        }
    }
}
