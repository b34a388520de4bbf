//! `query!`, `query_as!`, `query_scalar!` and their `query_file` siblings, from call to expansion.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use querent_schema::cache::CacheError;
use querent_schema::diagnostic::{Code, Diagnostic};
use querent_schema::plan::Plan;
use quote::{quote, quote_spanned};

use crate::arguments::{self, Passed};
use crate::blobs;
use crate::cache::SourceCache;
use crate::expand::{self, Context, Field, Stub};
use crate::file;
use crate::input::{self, Argument, Input, Rows, TextTokens, first_span, plain};
use crate::json;
use crate::report::{self, Problem};
use crate::source;
use crate::text::Text;

/// Which macro was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) rows: Rows,
    /// Whether the literal is the path of a file.
    pub(crate) file: bool,
}

/// Expands one call; what is wrong comes out as `compile_error!`.
pub(crate) fn expand(kind: Kind, tokens: TokenStream) -> TokenStream {
    let (krate, tokens) = input::take_crate(tokens);
    match parsed(kind, &krate, tokens) {
        Ok(expansion) => expansion,
        Err(problem) => report::expression(&[problem]),
    }
}

fn parsed(kind: Kind, krate: &Ident, tokens: TokenStream) -> Result<TokenStream, Problem> {
    let input = input::parse(tokens, kind.rows)?;
    // An alias, so that an absent `Db` is one error and not one for each mention.
    let (source, alias) = match &input.source {
        Some(source) => (source.clone(), TokenStream::new()),
        None => (
            quote!(QuerentSource),
            quote!(
                type QuerentSource = Db;
            ),
        ),
    };
    let name = input.source.as_ref().map_or_else(|| "db".to_owned(), source::name_of);
    let at = input.source.as_ref().map(first_span);
    let cache = match SourceCache::open(&name) {
        Ok(cache) => cache,
        Err(error) => {
            let source = input.source.clone().unwrap_or_else(|| quote!(Db));
            return Ok(without_cache(krate, &source, at, &error));
        }
    };
    let (text, file, holes) = match &input.text {
        TextTokens::Json(group) if !kind.file && expand::is_json(&cache) => {
            let lowered = json::lower(group)?;
            (lowered.text, TokenStream::new(), Some(lowered.holes))
        }
        _ => {
            let (text, file) = read_text(
                kind,
                krate,
                input.text.clone_literals(&cache, "the path of a query's file is a string literal")?,
            )?;
            (text, file, None)
        }
    };
    let call = Call {
        krate,
        source: &source,
        alias: &alias,
        cache: &cache,
        text: &text,
        file,
        holes,
        input: &input,
        rows: kind.rows,
    };
    Ok(call.expand())
}

/// The text and, for a file, the tokens that make the compiler watch it.
pub(crate) fn read_text(
    kind: Kind,
    krate: &Ident,
    literals: Vec<Literal>,
) -> Result<(Text, TokenStream), Problem> {
    let text = Text::from_literals(literals)?;
    if !kind.file {
        return Ok((text, TokenStream::new()));
    }
    let span = text.first_span();
    let file = file::read(&text.value, span)?;
    let tracking = crate::cache::track(krate, &file.path);
    Ok((Text::from_file(file.content, file.shown, span), tracking))
}

impl TextTokens {
    /// The literals; JSON is refused where `cache`'s source speaks SQL, or where `wanted` says that a literal must be.
    pub(crate) fn clone_literals(&self, cache: &SourceCache, wanted: &str) -> Result<Vec<Literal>, Problem> {
        match self {
            TextTokens::Literals(literals) => Ok(literals.clone()),
            TextTokens::Json(group) if expand::is_json(cache) => Err(Problem::new(group.span_open(), wanted)),
            TextTokens::Json(group) => {
                let message = format!("source `{}` takes SQL, and this is JSON", cache.name);
                Err(Problem::new(group.span_open(), message)
                    .help("write the text of the query as a string literal"))
            }
        }
    }
}

/// What stands in for a query whose source has no cache.
///
/// One error a crate is enough: `source!` says what is wrong and gives the source's type a backend that the compiler knows
/// to be wrong, so that nothing is said here. Where the type comes from elsewhere, this says it by an unmet bound, and
/// the expression's type is as wrong, so that nothing follows from it.
fn without_cache(krate: &Ident, source: &TokenStream, at: Option<Span>, error: &CacheError) -> TokenStream {
    let at = Span::call_site().located_at(at.unwrap_or_else(Span::call_site));
    let absent = absence(
        &Ident::new("QuerentNoCache", at),
        error,
        &quote!(
            type Query;
        ),
    );
    quote_spanned! {at=> {
        #absent
        #krate::__private::absent::<<#krate::__private::BackendOf<#source> as QuerentNoCache>::Query>()
    }}
}

/// The trait that no backend implements; asking one for `item` is the error.
pub(crate) fn absence(name: &Ident, error: &CacheError, item: &TokenStream) -> TokenStream {
    let escaped = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let (message, note) = (escaped(&error.message), escaped(&error.help));
    quote! {
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = #message, label = "this query cannot be checked", note = #note)]
        trait #name {
            #item
        }
    }
}

/// One call whose parts are all there.
struct Call<'a> {
    krate: &'a Ident,
    source: &'a TokenStream,
    /// What declares `source`, where it was not named.
    alias: &'a TokenStream,
    cache: &'a SourceCache,
    text: &'a Text,
    /// Tracking of the file that the text comes from.
    file: TokenStream,
    /// The expressions that stand in a text of JSON tokens.
    holes: Option<Vec<Argument>>,
    input: &'a Input,
    rows: Rows,
}

impl Call<'_> {
    fn expand(mut self) -> TokenStream {
        let Checked { plan, mut problems, tracking } = check(self.krate, self.text, self.cache);
        self.file.extend(tracking);
        let Some(mut plan) = plan else {
            return self.without_plan(&problems);
        };
        let passed = self.passed(&plan, &mut problems);
        for (param, hole) in plan.params.iter_mut().zip(self.holes.iter().flatten()) {
            // A variable's name says more than a number, wherever the query is shown.
            param.name = input::lone(&hole.expression).map(|name| plain(&name));
        }
        let context = Context {
            krate: self.krate,
            source: self.source,
            alias: self.alias,
            cache: self.cache,
            text: self.text,
            plan: &plan,
            unchecked: self.input.unchecked,
        };
        if !plan.results.is_empty() {
            return self.commands(&context, passed, problems);
        }
        let fields = match self.rows {
            Rows::Scalar => expand::value(&context, &mut problems),
            Rows::Anonymous | Rows::As => expand::fields(&context, &mut problems),
        };
        self.check_columns(&plan, &mut problems);
        let complete: Option<Vec<Passed>> = passed.iter().cloned().collect();
        match complete {
            Some(passed) if !problems.iter().any(Problem::is_error) => {
                self.checked(&context, &passed, &fields, &problems)
            }
            _ => self.refused(&context, passed.into_iter().flatten().collect(), &fields, &problems),
        }
    }

    /// What is passed for each parameter, the blobs last.
    fn passed(&self, plan: &Plan, problems: &mut Vec<Problem>) -> Vec<Option<Passed>> {
        if !expand::is_json(self.cache) {
            return arguments::assign(&plan.params, &self.input.arguments, self.text, problems);
        }
        let (arguments, blobs) = blobs::split(&self.input.arguments);
        let (params, wanted) = plan.params.split_at(plan.params.len() - plan.blobs.len());
        let mut passed = match &self.holes {
            None => arguments::assign(params, &arguments, self.text, problems),
            Some(holes) => {
                for surplus in &arguments {
                    let message = "surplus argument: expressions stand in the query itself";
                    let problem = Problem::new(surplus.span(), message);
                    problems.push(problem.help("what follows it is `blobs = (…)` alone"));
                }
                arguments::assign(params, holes, self.text, problems)
            }
        };
        passed.extend(blobs::assign(wanted, blobs, self.text, problems));
        passed
    }

    /// A query of several commands.
    fn commands(
        &self,
        context: &Context<'_>,
        passed: Vec<Option<Passed>>,
        mut problems: Vec<Problem>,
    ) -> TokenStream {
        let one = match self.rows {
            Rows::Anonymous => None,
            Rows::As => Some("query_as!"),
            Rows::Scalar => Some("query_scalar!"),
        };
        if let Some(one) = one {
            let second = context.plan.results.get(1).map_or_else(Default::default, |result| result.span);
            let message = format!(
                "`{one}` takes a query of one command, and this one has {}",
                context.plan.results.len()
            );
            let found = Diagnostic::error(Code::RowType, second, message);
            let found = found.help("use `query!`, which gives the results of all commands as a tuple");
            problems.push(Problem::of_text(&found, self.text));
        }
        let reads = expand::reads(context, &mut problems);
        let complete: Option<Vec<Passed>> = passed.into_iter().collect();
        match complete {
            Some(passed) if !problems.iter().any(Problem::is_error) => {
                let warnings = report::statements(&problems);
                let preamble = context.preamble(self.file.clone());
                let variables = expand::variables(&passed);
                let query = expand::commands(context, &reads, &variables);
                expand::with_arguments(&passed, &variables, &quote!(#warnings #preamble #query))
            }
            _ => self.without_plan(&problems),
        }
    }

    fn check_columns(&self, plan: &Plan, problems: &mut Vec<Problem>) {
        if problems.iter().any(Problem::is_error) {
            return;
        }
        match (self.rows, &plan.columns[..]) {
            (Rows::Scalar, [_]) | (Rows::Anonymous, _) | (Rows::As, [_, ..]) => {}
            (Rows::Scalar, columns) => {
                let message = format!(
                    "`query_scalar!` takes a query of one column, and this one has {}",
                    columns.len()
                );
                let second = columns.get(1).map_or_else(Default::default, |second| second.span);
                let found = Diagnostic::error(Code::RowType, second, message);
                let found = found.help("select one column, or use `query!`");
                problems.push(Problem::of_text(&found, self.text));
            }
            (Rows::As, []) => {
                let message = "the statement gives no rows that could be put into a struct";
                problems.push(Problem::new(self.text.first_span(), message).help("use `query!`"));
            }
        }
    }

    fn checked(
        &self,
        context: &Context<'_>,
        passed: &[Passed],
        fields: &[Field],
        warnings: &[Problem],
    ) -> TokenStream {
        let krate = self.krate;
        let warnings = report::statements(warnings);
        let preamble = context.preamble(self.file.clone());
        let variables = expand::variables(passed);
        let decode_fn = quote!(querent_decode);
        let (items, row, decode) = match self.rows {
            _ if fields.is_empty() => (TokenStream::new(), quote!(()), expand::empty(context)),
            Rows::Scalar => (expand::scalar(context, &fields[0]), fields[0].ty.clone(), decode_fn),
            Rows::As => {
                let row = self.input.row.clone().unwrap_or_default();
                (expand::as_type(context, &row, fields), row, decode_fn)
            }
            Rows::Anonymous => {
                let structure =
                    context.structure(&TokenStream::new(), &Ident::new("Record", Span::call_site()), fields);
                let row = quote!(Record);
                let decode = expand::structure(context, &row, fields);
                let items = quote! {
                    #[derive(#krate::__private::Debug)]
                    #[allow(dead_code, non_snake_case)]
                    #structure
                    #decode
                };
                (items, row, decode_fn)
            }
        };
        let query = context.query(&row, &decode, &variables);
        expand::with_arguments(passed, &variables, &quote!(#warnings #preamble #items #query))
    }

    fn refused(
        &self,
        context: &Context<'_>,
        passed: Vec<Passed>,
        fields: &[Field],
        problems: &[Problem],
    ) -> TokenStream {
        let unit = quote!(());
        let row = match (self.rows, &self.input.row) {
            _ if fields.is_empty() => return self.without_plan(problems),
            (Rows::As, Some(row)) => Stub::Type(row),
            (Rows::Scalar, _) => fields.first().map_or(Stub::Type(&unit), |field| Stub::Type(&field.ty)),
            _ => Stub::Structure(fields),
        };
        expand::stub(context, &passed, row, problems)
    }

    /// Nothing is known of the rows: the expression's type is wrong, and the arguments are still mentioned.
    fn without_plan(&self, problems: &[Problem]) -> TokenStream {
        let holes = self.holes.iter().flatten();
        let passed: Vec<Passed> = holes.chain(&self.input.arguments).map(passed).collect();
        let unused: Vec<Ident> =
            (0..passed.len()).map(|i| Ident::new(&format!("_querent_arg_{i}"), Span::call_site())).collect();
        expand::with_arguments(&passed, &unused, &report::expression(problems))
    }
}

fn passed(argument: &Argument) -> Passed {
    Passed { expression: argument.expression.clone(), span: argument.span() }
}

/// A text that was checked.
pub(crate) struct Checked {
    pub(crate) plan: Option<Plan>,
    /// The findings, where the user can see them.
    pub(crate) problems: Vec<Problem>,
    /// What makes the compiler watch the answer of the server that was looked into, if one was.
    pub(crate) tracking: TokenStream,
}

/// Checks a text; what the checker leaves open is taken from what `querent prepare` recorded.
pub(crate) fn check(krate: &Ident, text: &Text, cache: &SourceCache) -> Checked {
    let answered = cache.dir.check(&cache.name, &text.value, &cache.catalog);
    let checked = answered.checked;
    let mut problems: Vec<Problem> =
        checked.diagnostics.iter().map(|found| Problem::of_text(found, text)).collect();
    if checked.plan.is_none() && !problems.iter().any(Problem::is_error) {
        let found = format!("the query could not be checked ({})", Code::Syntax.as_str());
        problems.push(Problem::new(text.first_span(), found));
    }
    let tracking = answered.file.map(|file| crate::cache::track(krate, &file)).unwrap_or_default();
    Checked { plan: checked.plan, problems, tracking }
}

#[cfg(test)]
mod tests;
