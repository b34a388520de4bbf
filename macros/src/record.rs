//! `record! { pub struct Top from Market, "SELECT …" }`: a row that has a name, and a query that can be called again.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use querent_schema::cache::CacheError;
use querent_schema::diagnostic::{Code, Diagnostic};
use quote::{format_ident, quote, quote_spanned};

use crate::cache::SourceCache;
use crate::expand::{self, Context, Field};
use crate::input::{self, Rows, TextTokens, first_span};
use crate::query::{self, Kind};
use crate::report::{self, Problem};
use crate::source;
use crate::text::Text;

/// What stands between the braces: `#[attribute]* vis struct Name from Source, TEXT`.
#[derive(Debug)]
struct Record {
    attributes: TokenStream,
    visibility: TokenStream,
    name: Ident,
    source: TokenStream,
    unchecked: bool,
    text: TextTokens,
}

/// Expands `record!`.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let (krate, tokens) = input::take_crate(tokens);
    let record = match parse(tokens) {
        Ok(record) => record,
        Err(problem) => return report::statements(&[problem]),
    };
    let name = source::name_of(&record.source);
    let cache = match SourceCache::open(&name) {
        Ok(cache) => cache,
        Err(error) => return without_cache(&krate, &record, &error),
    };
    let kind = Kind { rows: Rows::Anonymous, file: false };
    let wanted =
        "a record's query in JSON is a string literal, whose parameters have names: {\"$param\": \"name\"}";
    match record
        .text
        .clone_literals(&cache, wanted)
        .and_then(|literals| query::read_text(kind, &krate, literals))
    {
        Ok((text, _)) => checked(&krate, &record, &cache, &text),
        Err(problem) => refused(&record, &[problem]),
    }
}

fn parse(tokens: TokenStream) -> Result<Record, Problem> {
    let mut tokens = input::flatten(tokens).into_iter().peekable();
    let attributes = input::attributes(&mut tokens);
    let visibility = input::visibility(&mut tokens);
    word(&mut tokens, "struct")?;
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name,
        other => return Err(unexpected("the name of the struct", other)),
    };
    if matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '<') {
        let span = tokens.peek().map_or_else(Span::call_site, TokenTree::span);
        return Err(Problem::new(
            span,
            "`record!` with borrowed rows (`struct Name<'b>`) is not supported yet",
        )
        .help("leave the lifetime out: the rows then own their values"));
    }
    word(&mut tokens, "from")?;
    let source = input::type_tokens(&mut tokens);
    if source.is_empty() {
        return Err(unexpected("the type of the source", tokens.next()));
    }
    let mut unchecked = false;
    if matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if ident == "unchecked") {
        tokens.next();
        unchecked = input::take_punct(&mut tokens, ',');
    }
    let text = input::parse_text(&mut tokens)?;
    let _ = input::take_punct(&mut tokens, ',') || input::take_punct(&mut tokens, ';');
    match tokens.next() {
        None => Ok(Record { attributes, visibility, name, source, unchecked, text }),
        Some(other) => {
            Err(Problem::new(other.span(), format!("expected the end of the record, found `{other}`"))
                .help("arguments are given when the query is made: `Name::query(…)`"))
        }
    }
}

fn word(tokens: &mut Peekable<IntoIter>, wanted: &str) -> Result<(), Problem> {
    match tokens.next() {
        Some(TokenTree::Ident(ident)) if ident == wanted => Ok(()),
        other => Err(unexpected(&format!("`{wanted}`"), other)),
    }
}

fn unexpected(wanted: &str, found: Option<TokenTree>) -> Problem {
    let span = found.as_ref().map_or_else(Span::call_site, TokenTree::span);
    let found = found.map_or_else(|| "nothing".to_owned(), |token| format!("`{token}`"));
    Problem::new(span, format!("expected {wanted}, found {found}"))
        .help("write `record! { pub struct Name from Source, \"SELECT …\" }`")
}

fn checked(krate: &Ident, record: &Record, cache: &SourceCache, text: &Text) -> TokenStream {
    let query::Checked { plan, mut problems, tracking } = query::check(krate, text, cache);
    let Some(plan) = plan else {
        return refused(record, &problems);
    };
    let (source, unchecked) = (&record.source, record.unchecked);
    let context = Context { krate, source, alias: &TokenStream::new(), cache, text, plan: &plan, unchecked };
    let fields = expand::fields(&context, &mut problems);
    if let Some(second) = plan.results.get(1) {
        let message = "a record is the row of one command, and this query has several";
        let found = Diagnostic::error(Code::RowType, second.span, message).help("use `query!`");
        problems.push(Problem::of_text(&found, text));
    } else if plan.columns.is_empty() && !problems.iter().any(Problem::is_error) {
        let problem =
            Problem::new(text.first_span(), "the statement gives no rows that could be put into a struct");
        problems.push(problem.help("use `query!`"));
    }
    let parameters = parameters(&context, &mut problems);
    if fields.is_empty() {
        return refused(record, &problems);
    }
    let Record { attributes, visibility, name, .. } = record;
    let structure = context.structure(visibility, name, &fields);
    let body = match problems.iter().any(Problem::is_error) {
        true => quote!(#krate::__private::refused()),
        false => body(&context, &fields, &parameters, name, tracking),
    };
    let problems = report::statements(&problems);
    let (idents, bounds): (Vec<_>, Vec<_>) = parameters.into_iter().unzip();
    let doc = format!(" The query behind [`{name}`] with its arguments.");
    let routing = expand::key(krate, plan.key.as_ref());
    quote! {
        #problems
        #[allow(non_snake_case)]
        #attributes
        #structure
        impl #name {
            /// What is known of where the rows of its query are; `None` where they may be anywhere.
            #[allow(dead_code)]
            #visibility const ROUTING: #krate::__private::Option<&'static #krate::__private::Key> = #routing;

            #[doc = #doc]
            #visibility fn query<'querent_q>(
                #(#idents: impl #krate::__private::Bind<'querent_q, #bounds>,)*
            ) -> #krate::__private::Query<'querent_q, #source, #name> {
                #body
            }
        }
    }
}

/// The names of the parameters of `Name::query`, each with what `Bind` is asked for.
fn parameters(context: &Context<'_>, problems: &mut Vec<Problem>) -> Vec<(Ident, TokenStream)> {
    let mut out = Vec::with_capacity(context.plan.params.len());
    for (index, param) in context.plan.params.iter().enumerate() {
        let span = context.text.span(param.spans.first().copied().unwrap_or_default());
        let ident = match &param.name {
            None => Some(format_ident!("arg_{}", index + 1)),
            Some(name) => crate::names::field(name, Span::call_site()),
        };
        let ident = ident.unwrap_or_else(|| {
            problems.push(
                Problem::new(span, "no variable can have the name of this parameter").help("rename it"),
            );
            format_ident!("arg_{}", index + 1)
        });
        let marker = context.parameter_marker(param);
        let krate = context.krate;
        let bound =
            if context.not_null(param) { quote!(#marker, Null: #krate::__private::NotNull) } else { marker };
        out.push((ident, bound));
    }
    out
}

fn body(
    context: &Context<'_>,
    fields: &[Field],
    parameters: &[(Ident, TokenStream)],
    name: &Ident,
    tracking: TokenStream,
) -> TokenStream {
    let preamble = context.preamble(tracking);
    let row = quote!(#name);
    let decode = expand::structure(context, &row, fields);
    let idents: Vec<Ident> = parameters.iter().map(|(ident, _)| ident.clone()).collect();
    let query = context.query(&row, &quote!(querent_decode), &idents);
    quote!(#preamble #decode #query)
}

/// The name, so that nothing is said about its absence, as a type that the compiler knows to be wrong.
fn refused(record: &Record, problems: &[Problem]) -> TokenStream {
    let Record { visibility, name, .. } = record;
    let Some((first, rest)) = problems.split_first() else { return TokenStream::new() };
    let rest = report::statements(rest);
    let error = report::wrong_type(first);
    quote! {
        #rest
        #visibility type #name = #error;
    }
}

fn without_cache(krate: &Ident, record: &Record, error: &CacheError) -> TokenStream {
    let Record { visibility, name, source, .. } = record;
    let at = Span::call_site().located_at(first_span(source));
    let missing = format_ident!("QuerentNoCache{}", name, span = at);
    let constant = format_ident!("QUERENT_NO_CACHE_{}", name, span = at);
    let absent =
        query::absence(&missing, error, &quote!(const LEN: #krate::__private::core::primitive::usize;));
    // The one error is the constant's; an array of a length that is wrong already is a type of which nothing more is said.
    quote_spanned! {at=>
        #absent
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        const #constant: #krate::__private::core::primitive::usize =
            <#krate::__private::BackendOf<#source> as #missing>::LEN;
        #[allow(missing_docs)]
        #visibility type #name = [(); #constant];
    }
}
