//! `cache!(Orders, "Person", i64 => Person)`: an Ignite cache, its name and its types of keys and values checked.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use querent_schema::cache::{CacheError, Entries};
use querent_schema::objects::{self, Wire};
use querent_schema::suggest::nearest;
use quote::quote;

use crate::cache::{SourceCache, track};
use crate::input::{self, first_span};
use crate::literal;
use crate::report::{self, Problem};
use crate::source;

const USAGE: &str = "write `cache!(Source, \"name\", Key => Value)`";

/// What stands between the parentheses.
struct Call {
    source: TokenStream,
    name: String,
    name_span: Span,
    key: TokenStream,
    value: TokenStream,
}

/// Expands `cache!`.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let (krate, tokens) = input::take_crate(tokens);
    parse(tokens)
        .and_then(|call| call.expand(&krate))
        .unwrap_or_else(|problem| report::expression(&[problem]))
}

fn parse(tokens: TokenStream) -> Result<Call, Problem> {
    let end = Span::call_site();
    let mut parts = split(input::flatten(tokens)).into_iter();
    let (Some(source), Some(name), Some(types), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Problem::new(end, "a cache is named by its source, its name and its types").help(USAGE));
    };
    if source.is_empty() {
        return Err(Problem::new(end, "a cache is named by its source first").help(USAGE));
    }
    let name_span = first_span(&name);
    let mut tokens = name.into_iter();
    let decoded = match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Literal(text)), None) => literal::decode(&text.to_string()).ok(),
        _ => None,
    };
    let Some(decoded) = decoded else {
        return Err(Problem::new(name_span, "expected the cache's name as a string literal").help(USAGE));
    };
    let Some((key, value)) = arrow(&types) else {
        return Err(Problem::new(first_span(&types), "expected the types of keys and values").help(USAGE));
    };
    Ok(Call { source, name: decoded.value, name_span, key, value })
}

/// The parts between commas, those inside `<…>` left alone; an empty last one is left out.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let (mut parts, mut depth, mut before) = (vec![TokenStream::new()], 0_usize, ' ');
    for token in tokens {
        let mark = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match mark {
            '<' => depth += 1,
            // Not the end of an arrow.
            '>' if before != '=' && before != '-' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = mark;
        match parts.last_mut() {
            Some(part) if mark != ',' || depth > 0 => part.extend([token]),
            _ => parts.push(TokenStream::new()),
        }
    }
    if parts.last().is_some_and(TokenStream::is_empty) {
        parts.pop();
    }
    parts
}

/// What stands before and after `=>`.
fn arrow(tokens: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is = |token: &TokenTree, mark: char| matches!(token, TokenTree::Punct(p) if p.as_char() == mark);
    let at = tokens.windows(2).position(|pair| is(&pair[0], '=') && is(&pair[1], '>'))?;
    let (key, value) = (&tokens[..at], &tokens[at + 2..]);
    let sides = |side: &[TokenTree]| side.iter().cloned().collect();
    (!key.is_empty() && !value.is_empty()).then(|| (sides(key), sides(value)))
}

impl Call {
    fn expand(&self, krate: &Ident) -> Result<TokenStream, Problem> {
        let source = source::name_of(&self.source);
        let unreadable =
            |error: CacheError| Problem::new(first_span(&self.source), error.message).help(error.help);
        let cache = SourceCache::open(&source).map_err(unreadable)?;
        let backend = &cache.catalog.source.backend;
        if backend != "ignite" {
            let message =
                format!("source `{source}` is a source of {backend}, which has no key-value caches");
            return Err(Problem::new(first_span(&self.source), message).help("caches are Ignite's"));
        }
        let found = match cache.dir.cache(&source, &self.name).map_err(unreadable)? {
            Entries::Found(found) => found,
            Entries::Missing(names) => return Err(self.missing(&source, &names)),
        };
        let (key, value, name) = (&self.key, &self.value, &self.name);
        let keys = side(krate, &cache, name, "keys", key, found.key_type.as_deref());
        let values = side(krate, &cache, name, "values", value, found.value_type.as_deref());
        let tracking = cache.tracking(krate, &[]);
        let file = track(krate, &cache.dir.cache_file(&source, name));
        let (source, assertion) = (&self.source, cache.assertion(krate, &self.source));
        Ok(quote! {{
            #tracking
            #file
            #assertion
            #keys
            #values
            #krate::__private::ignite::Cache::<#source, #key, #value>::new(#name)
        }})
    }

    fn missing(&self, source: &str, names: &[String]) -> Problem {
        let message = format!("source `{source}` has no cache `{}`", self.name);
        let problem = Problem::new(self.name_span, message);
        match nearest(&self.name, names.iter().map(String::as_str)).first() {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => {
                problem.help("no cache was there at the last `querent pull`; run it again")
            }
            None => problem.help("names are case-sensitive; if it was made since, run `querent pull`"),
        }
    }
}

/// The assertion that a Rust type is the one that a cache has; nothing where the server does not say which.
fn side(
    krate: &Ident,
    cache: &SourceCache,
    name: &str,
    what: &str,
    rust: &TokenStream,
    class: Option<&str>,
) -> TokenStream {
    let p = quote!(#krate::__private);
    let Some(class) = class.filter(|class| !objects::is_any(class)) else {
        // That it is a type of keys or values at all.
        return quote! {
            const _: (&#p::core::primitive::str, #p::u8) =
                (<#rust as #p::ignite::FromObject>::NAME, <#rust as #p::ignite::ToObject>::CODE);
        };
    };
    let (code, own, write) = match objects::by_java_class(class) {
        Some(Wire { code, rust, .. }) => (*code, None, (*rust).to_owned()),
        None => {
            let is_enum = matches!(
                cache.dir.object_type(&cache.name, class),
                Ok(Entries::Found(found)) if !found.values.is_empty()
            );
            let kind = if is_enum { "an enum" } else { "a struct" };
            let write = format!("{kind} with `#[derive(Binary)] #[querent(type = \"{class}\")]`");
            let code = if is_enum { objects::ENUM } else { objects::OBJECT };
            (code, Some(class), write)
        }
    };
    let message = format!("cache `{name}` has {what} of type {class}: in Rust {write}");
    let at = Span::call_site().located_at(first_span(rust));
    let named = own.map(|class| quote!(&& #p::same(<#rust as #p::ignite::FromObject>::NAME, #class)));
    let holds = quote! {
        // A value of the run time's may be anything.
        #p::same(<#rust as #p::ignite::FromObject>::NAME, "Value")
            || <#rust as #p::ignite::ToObject>::CODE == #code #named
    };
    report::assertion(&holds, &message, at)
}
