//! What stands between the parentheses of `query!` and its kin.
//!
//! `[Source,] [Type,] [unchecked,] TEXT [, arguments]`, read from tokens without syn: the text is string literals joined
//! by `+` or JSON in `[ ]`; an argument is `name`, `name = expression` or an expression. Expressions are passed on as
//! they are, with their spans; only the commas between them must be found.

use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};

use crate::report::Problem;

/// Which macro was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// `query!`: a struct of its own.
    Anonymous,
    /// `query_as!`: a struct of the user's.
    As,
    /// `query_scalar!`: the one column.
    Scalar,
}

/// A call of `query!` or its kin.
#[derive(Debug)]
pub(crate) struct Input {
    /// The type of the source, if it was named.
    pub(crate) source: Option<TokenStream>,
    /// The type of the rows, for `query_as!`.
    pub(crate) row: Option<TokenStream>,
    /// Whether types of arguments and fields are not compared.
    pub(crate) unchecked: bool,
    pub(crate) text: TextTokens,
    pub(crate) arguments: Vec<Argument>,
}

/// The text as tokens.
#[derive(Debug)]
pub(crate) enum TextTokens {
    /// Literals joined by `+`.
    Literals(Vec<Literal>),
    /// JSON.
    Json(Group),
}

/// One argument.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    /// Its name, without `r#`.
    pub(crate) name: Option<Ident>,
    /// Its expression; the name itself where nothing else was given.
    pub(crate) expression: TokenStream,
    /// Whether it was written `name = …`.
    pub(crate) explicit: bool,
}

type Tokens = Peekable<IntoIter>;

impl Argument {
    /// The first token's span.
    pub(crate) fn span(&self) -> Span {
        first_span(&self.expression)
    }
}

/// The span of the first token.
pub(crate) fn first_span(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// The identifier by which an ident is known, without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// Reads the `$crate` that the facade's macros put first.
pub(crate) fn take_crate(input: TokenStream) -> (Ident, TokenStream) {
    let mut tokens = input.into_iter();
    match tokens.next() {
        Some(TokenTree::Ident(krate)) => (krate, tokens.collect()),
        // Nobody but the facade calls these macros.
        _ => (Ident::new("querent", Span::call_site()), tokens.collect()),
    }
}

/// Reads a call.
pub(crate) fn parse(tokens: TokenStream, rows: Rows) -> Result<Input, Problem> {
    let mut tokens = flatten(tokens).into_iter().peekable();
    let mut heads: Vec<TokenStream> = Vec::new();
    while !at_text(&mut tokens) {
        if tokens.peek().is_none() {
            return Err(no_text(&heads, rows));
        }
        heads.push(segment(&mut tokens, Until::Type));
    }
    let unchecked = heads.last().is_some_and(|head| head.to_string() == "unchecked");
    if unchecked {
        heads.pop();
    }
    let row = match rows {
        Rows::As => match heads.pop() {
            Some(row) => Some(row),
            None => return Err(no_row_type(&mut tokens)),
        },
        Rows::Anonymous | Rows::Scalar => None,
    };
    let source = heads.pop();
    if let Some(extra) = heads.first() {
        return Err(
            Problem::new(first_span(extra), "too much stands before the text of the query").help(usage(rows))
        );
    }
    let text = text(&mut tokens)?;
    let arguments = arguments(&mut tokens)?;
    Ok(Input { source, row, unchecked, text, arguments })
}

/// Reads the text alone, for `record!`; what follows stays.
pub(crate) fn parse_text(tokens: &mut Tokens) -> Result<TextTokens, Problem> {
    if at_text(tokens) {
        return text(tokens);
    }
    let span = tokens.peek().map_or_else(Span::call_site, TokenTree::span);
    Err(Problem::new(span, "expected the text of the query: string literals joined by `+`"))
}

/// Takes groups without delimiters apart: a literal that came through another macro stands in one.
pub(crate) fn flatten(tokens: TokenStream) -> TokenStream {
    let is_bare =
        |token: &TokenTree| matches!(token, TokenTree::Group(g) if g.delimiter() == Delimiter::None);
    if !tokens.clone().into_iter().any(|token| is_bare(&token)) {
        return tokens;
    }
    let mut out = TokenStream::new();
    for token in tokens {
        match token {
            TokenTree::Group(group)
                if is_bare(&TokenTree::Group(group.clone())) && is_literal_run(&group) =>
            {
                out.extend(flatten(group.stream()));
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Whether a group holds nothing but literals and `+`; other expressions must stay in one piece.
fn is_literal_run(group: &Group) -> bool {
    group.stream().into_iter().all(|token| match token {
        TokenTree::Literal(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == '+',
        TokenTree::Group(inner) => inner.delimiter() == Delimiter::None && is_literal_run(&inner),
        TokenTree::Ident(_) => false,
    })
}

fn at_text(tokens: &mut Tokens) -> bool {
    match tokens.peek() {
        Some(TokenTree::Literal(_)) => true,
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    }
}

fn text(tokens: &mut Tokens) -> Result<TextTokens, Problem> {
    let mut literals = Vec::new();
    loop {
        match tokens.next() {
            Some(TokenTree::Literal(literal)) => literals.push(literal),
            Some(TokenTree::Group(group)) if literals.is_empty() => return Ok(TextTokens::Json(group)),
            Some(other) => {
                let message = format!("expected a string literal, found `{other}`");
                return Err(Problem::new(other.span(), message).help("SQL is checked at compile time: only literals can be joined by `+`; values go into parameters (`:name`)"));
            }
            None => {
                let span = literals.last().map_or_else(Span::call_site, Literal::span);
                return Err(Problem::new(span, "expected a string literal after `+`"));
            }
        }
        match tokens.peek() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '+' => {
                tokens.next();
            }
            _ => return Ok(TextTokens::Literals(literals)),
        }
    }
}

fn arguments(tokens: &mut Tokens) -> Result<Vec<Argument>, Problem> {
    let mut arguments = Vec::new();
    match tokens.next() {
        None => return Ok(arguments),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {}
        Some(other) => {
            let message = format!("expected `,` after the text of the query, found `{other}`");
            return Err(Problem::new(other.span(), message));
        }
    }
    while tokens.peek().is_some() {
        let name = argument_name(tokens);
        let at = tokens.peek().map(TokenTree::span);
        let expression = segment(tokens, Until::Expression);
        if expression.is_empty() {
            let span = at.or(name.as_ref().map(Ident::span)).unwrap_or_else(Span::call_site);
            return Err(Problem::new(span, "expected an argument"));
        }
        arguments.push(argument(name, expression));
    }
    Ok(arguments)
}

fn argument(name: Option<Ident>, expression: TokenStream) -> Argument {
    let explicit = name.is_some();
    let name = name.or_else(|| lone(&expression));
    Argument { name, expression, explicit }
}

/// The name that is all of an expression.
pub(crate) fn lone(expression: &TokenStream) -> Option<Ident> {
    let mut tokens = expression.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(ident)), None) if !is_keyword_value(&ident) => Some(ident),
        _ => None,
    }
}

fn is_keyword_value(ident: &Ident) -> bool {
    ident == "self" || ident == "true" || ident == "false"
}

/// Takes `name =`, if that is what comes.
fn argument_name(tokens: &mut Tokens) -> Option<Ident> {
    let mut ahead = tokens.clone();
    let TokenTree::Ident(name) = ahead.next()? else { return None };
    let TokenTree::Punct(equals) = ahead.next()? else { return None };
    if equals.as_char() != '=' {
        return None;
    }
    // `a == b` and `a => b` are no names; `a = -b` is one, whose `=` may be glued to the `-`.
    let next = ahead.peek();
    let glued = matches!(next, Some(TokenTree::Punct(p)) if matches!(p.as_char(), '=' | '>'));
    if equals.spacing() == Spacing::Joint && glued {
        return None;
    }
    tokens.next();
    tokens.next();
    Some(name)
}

/// How `<` is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// As a bracket: types.
    Type,
    /// As a bracket where it cannot be an operator.
    Expression,
}

/// The tokens up to the next comma that is not inside generics or a closure's parameters; the comma is taken, too.
fn segment(tokens: &mut Tokens, until: Until) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut depth = 0_usize;
    let mut in_closure = false;
    let mut in_cast = false;
    for token in tokens.by_ref() {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                ',' if depth == 0 && !in_closure => break,
                '<' if opens(&out, until, depth, in_cast) => depth += 1,
                '>' if depth > 0 && !is_arrow(&out) => depth -= 1,
                '|' if until == Until::Expression => in_closure = closure(&out, in_closure),
                _ => {}
            }
        }
        in_cast = match &token {
            TokenTree::Ident(ident) => *ident == "as" || in_cast,
            TokenTree::Punct(punct) => (punct.as_char() == ':' || depth > 0) && in_cast,
            _ => false,
        };
        out.push(token);
    }
    out.into_iter().collect()
}

/// Whether a `<` that comes after `before` opens generics.
fn opens(before: &[TokenTree], until: Until, depth: usize, in_cast: bool) -> bool {
    if until == Until::Type || depth > 0 || in_cast {
        return true;
    }
    match before.last() {
        None => true,
        // `::<`, and an operator before a qualified path: `a + <T as Tr>::b()`; `<<` is a shift.
        Some(TokenTree::Punct(punct)) => !matches!(punct.as_char(), '<' | '?' | '>'),
        Some(TokenTree::Ident(ident)) => *ident == "return" || *ident == "as" || *ident == "in",
        Some(_) => false,
    }
}

/// Whether the `>` that comes after `before` is the end of `->` or `=>`.
fn is_arrow(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(p)) if matches!(p.as_char(), '-' | '=') && p.spacing() == Spacing::Joint)
}

/// Whether the parameters of a closure go on after this `|`.
fn closure(before: &[TokenTree], inside: bool) -> bool {
    if inside {
        return false;
    }
    match before.last() {
        None => true,
        // The second bar of `||` closes an empty list or is an operator; both end here.
        Some(TokenTree::Punct(punct)) => punct.as_char() != '|' && punct.as_char() != '?',
        Some(TokenTree::Ident(ident)) => *ident == "move" || *ident == "async" || *ident == "static",
        Some(_) => false,
    }
}

fn usage(rows: Rows) -> &'static str {
    match rows {
        Rows::Anonymous => "write `query!(Source, \"SELECT …\", arguments…)`",
        Rows::As => "write `query_as!(Source, Row, \"SELECT …\", arguments…)`",
        Rows::Scalar => "write `query_scalar!(Source, \"SELECT …\", arguments…)`",
    }
}

fn no_text(heads: &[TokenStream], rows: Rows) -> Problem {
    let named = match rows {
        Rows::As => 2,
        Rows::Anonymous | Rows::Scalar => 1,
    };
    match heads.get(named).or(heads.last()) {
        Some(found) => {
            let message = format!("expected the text of the query as a string literal, found `{found}`");
            Problem::new(first_span(found), message)
                .help("SQL is checked at compile time: constants and `concat!` cannot be read; use a literal, or `query_file!`")
        }
        None => Problem::new(Span::call_site(), "expected the text of a query").help(usage(rows)),
    }
}

fn no_row_type(tokens: &mut Tokens) -> Problem {
    let span = tokens.peek().map_or_else(Span::call_site, TokenTree::span);
    Problem::new(span, "expected the type of the rows before the text").help(usage(Rows::As))
}

/// Takes `#[…]`s.
pub(crate) fn attributes(tokens: &mut Tokens) -> TokenStream {
    let mut out = TokenStream::new();
    while matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#') {
        out.extend(tokens.next());
        out.extend(tokens.next());
    }
    out
}

/// Takes `pub`, `pub(crate)`, ….
pub(crate) fn visibility(tokens: &mut Tokens) -> TokenStream {
    let mut out = TokenStream::new();
    if let Some(TokenTree::Group(group)) = tokens.peek() {
        // A `$vis:vis` of another macro.
        let inner = group.stream().into_iter().next();
        let is_pub = matches!(inner, Some(TokenTree::Ident(ident)) if ident == "pub");
        if group.delimiter() == Delimiter::None && (is_pub || group.stream().is_empty()) {
            out.extend(tokens.next());
            return out;
        }
    }
    if matches!(tokens.peek(), Some(TokenTree::Ident(ident)) if ident == "pub") {
        out.extend(tokens.next());
        if matches!(tokens.peek(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
        {
            out.extend(tokens.next());
        }
    }
    out
}

/// Takes a punctuation mark, if it comes.
pub(crate) fn take_punct(tokens: &mut Tokens, mark: char) -> bool {
    let comes = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    if comes {
        tokens.next();
    }
    comes
}

/// Takes an expression, or a value of JSON, and the comma after it.
pub(crate) fn segment_of_value(tokens: &mut Tokens) -> TokenStream {
    segment(tokens, Until::Expression)
}

/// Takes a type and the comma after it.
pub(crate) fn type_tokens(tokens: &mut Tokens) -> TokenStream {
    segment(tokens, Until::Type)
}

#[cfg(test)]
mod tests;
