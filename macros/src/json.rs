//! A query in JSON that stands as tokens: from the bracket to the text that is checked.
//!
//! A value is JSON if it is a literal, `true`, `false`, `null`, `[…]`, `{}` or `{ "string": … }`; any other run of tokens up
//! to the next comma is an expression of Rust (`{ expr }` is a block) and becomes `{"$param": 1}`, the next of the numbered
//! parameters. `{{ … }}` among elements or members is an optional section. Each piece of the text remembers its token, so
//! that whatever the checker finds is underlined there.

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use std::iter::Peekable;

use crate::input::{Argument, segment_of_value};
use crate::literal;
use crate::report::Problem;
use crate::text::Text;

/// The text of a query that was written as tokens, and its parameters.
pub(crate) struct Lowered {
    pub(crate) text: Text,
    /// The expressions, in the order of the parameters' numbers.
    pub(crate) holes: Vec<Argument>,
}

/// Reads a query from its bracket.
pub(crate) fn lower(group: &Group) -> Result<Lowered, Problem> {
    let mut lowering = Lowering { value: String::new(), marks: Vec::new(), holes: Vec::new() };
    lowering.array(group)?;
    Ok(Lowered { text: Text::from_tokens(lowering.value, lowering.marks), holes: lowering.holes })
}

struct Lowering {
    value: String,
    /// Where each token's text begins.
    marks: Vec<(usize, Span)>,
    holes: Vec<Argument>,
}

type Tokens = Peekable<IntoIter>;

impl Lowering {
    fn write(&mut self, text: &str, span: Span) {
        self.marks.push((self.value.len(), span));
        self.value.push_str(text);
    }

    fn array(&mut self, group: &Group) -> Result<(), Problem> {
        self.write("[", group.span());
        self.elements(group.stream())?;
        self.write("]", group.span_close());
        Ok(())
    }

    fn elements(&mut self, stream: TokenStream) -> Result<(), Problem> {
        let mut tokens = stream.into_iter().peekable();
        while let Some(first) = tokens.peek() {
            let at = first.span();
            let run: Vec<TokenTree> = segment_of_value(&mut tokens).into_iter().collect();
            match section(&run) {
                Some(inner) => {
                    self.write("{{ ", at);
                    self.elements(inner.stream())?;
                    self.write(" }}", at);
                }
                None => self.value(run, at)?,
            }
            self.value.push_str(", ");
        }
        Ok(())
    }

    fn object(&mut self, group: &Group) -> Result<(), Problem> {
        self.write("{ ", group.span());
        self.members(group.stream())?;
        self.write(" }", group.span_close());
        Ok(())
    }

    fn members(&mut self, stream: TokenStream) -> Result<(), Problem> {
        let mut tokens = stream.into_iter().peekable();
        while let Some(first) = tokens.next() {
            if let Some(inner) = section(std::slice::from_ref(&first)) {
                self.write("{{ ", first.span());
                self.members(inner.stream())?;
                self.write(" }}", first.span());
                comma(&mut tokens, "an optional section")?;
            } else {
                self.member(&first, &mut tokens)?;
            }
            self.value.push_str(", ");
        }
        Ok(())
    }

    fn member(&mut self, first: &TokenTree, tokens: &mut Tokens) -> Result<(), Problem> {
        let Some(name) = string(first) else {
            let problem = Problem::new(first.span(), format!("expected a name in quotes, found `{first}`"));
            return Err(match first {
                TokenTree::Ident(name) => problem.help(format!("write `\"{name}\"`")),
                _ => problem,
            });
        };
        self.write(&quoted(&name), first.span());
        match tokens.next() {
            Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => self.value.push_str(": "),
            Some(other) => {
                let found = match &other {
                    TokenTree::Group(_) => "a value".to_owned(),
                    other => format!("`{other}`"),
                };
                let message = format!("expected `:` after {first}, found {found}");
                return Err(Problem::new(other.span(), message));
            }
            None => {
                return Err(Problem::new(first.span(), format!("expected `:` and a value after {first}")));
            }
        }
        let run: Vec<TokenTree> = segment_of_value(tokens).into_iter().collect();
        if let Some(inner) = section(&run)
            && is_object(&inner.stream())
        {
            let message = "an optional section stands inside of an object or a list";
            return Err(Problem::new(inner.span(), message).help("write `{ {{ … }} }`"));
        }
        self.value(run, first.span())
    }

    /// One value; `before` is what to underline where there is none.
    fn value(&mut self, run: Vec<TokenTree>, before: Span) -> Result<(), Problem> {
        match &run[..] {
            [] => Err(Problem::new(before, "expected a value")),
            [TokenTree::Literal(literal)] => self.literal("", literal, literal.span()),
            [TokenTree::Punct(minus), TokenTree::Literal(literal)]
                if minus.as_char() == '-' && string(&run[1]).is_none() =>
            {
                self.literal("-", literal, literal.span())
            }
            [TokenTree::Ident(word)] if *word == "true" || *word == "false" || *word == "null" => {
                self.write(&word.to_string(), word.span());
                Ok(())
            }
            [TokenTree::Group(group)] => match group.delimiter() {
                Delimiter::Bracket => self.array(group),
                Delimiter::Brace if group.stream().is_empty() || is_object(&group.stream()) => {
                    self.object(group)
                }
                // What another macro passed on.
                Delimiter::None if is_literal(group) => {
                    self.value(group.stream().into_iter().collect(), before)
                }
                _ => self.hole(run),
            },
            _ => self.hole(run),
        }
    }

    fn hole(&mut self, run: Vec<TokenTree>) -> Result<(), Problem> {
        if let Some(problem) = missing_comma(&run) {
            return Err(problem);
        }
        let expression: TokenStream = run.into_iter().collect();
        let argument = Argument { name: None, expression, explicit: false };
        self.write(&format!("{{\"$param\": {}}}", self.holes.len() + 1), argument.span());
        self.holes.push(argument);
        Ok(())
    }

    fn literal(&mut self, sign: &str, literal: &Literal, span: Span) -> Result<(), Problem> {
        let text = literal.to_string();
        if let Ok(decoded) = literal::decode(&text) {
            self.write(&quoted(&decoded.value), span);
            return Ok(());
        }
        let number = text.replace('_', "");
        // What is no number of JSON's is told here: the checker would name it without its place among the user's tokens.
        let is_number = number.starts_with(|c: char| c.is_ascii_digit())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
            && !number.ends_with('.');
        if !is_number {
            let problem = Problem::new(span, format!("`{text}` is no value of JSON"));
            return Err(match number.starts_with(|c: char| c.is_ascii_digit()) {
                true => problem.help("write a plain decimal number, or an expression in braces: `{ … }`"),
                false => problem.help("write text in double quotes"),
            });
        }
        self.write(&format!("{sign}{number}"), span);
        Ok(())
    }
}

/// What stands in `{{ … }}`, if that is all there is.
fn section(run: &[TokenTree]) -> Option<Group> {
    let [TokenTree::Group(outer)] = run else { return None };
    let mut inner = outer.stream().into_iter();
    match (inner.next(), inner.next()) {
        (Some(TokenTree::Group(inner)), None)
            if outer.delimiter() == Delimiter::Brace && inner.delimiter() == Delimiter::Brace =>
        {
            Some(inner)
        }
        _ => None,
    }
}

/// Whether what stands in braces is an object and not a block.
fn is_object(stream: &TokenStream) -> bool {
    let mut tokens = stream.clone().into_iter();
    let Some(first) = tokens.next() else { return false };
    match tokens.next() {
        Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => string(&first).is_some(),
        // No expression goes on so: the colon was forgotten.
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) if string(&first).is_some() => true,
        // A block of a block is nothing that anyone writes, unless it holds an expression alone.
        next => section(std::slice::from_ref(&first))
            .is_some_and(|inner| next.is_some() || is_object(&inner.stream())),
    }
}

fn is_literal(group: &Group) -> bool {
    let run: Vec<TokenTree> = group.stream().into_iter().collect();
    match &run[..] {
        [TokenTree::Literal(_)] => true,
        [TokenTree::Punct(minus), TokenTree::Literal(_)] => minus.as_char() == '-',
        [TokenTree::Group(inner)] => inner.delimiter() == Delimiter::None && is_literal(inner),
        _ => false,
    }
}

/// No expression of Rust has a string or a colon after a literal or a bracket: a comma was forgotten.
fn missing_comma(run: &[TokenTree]) -> Option<Problem> {
    let ends = |token: &TokenTree| matches!(token, TokenTree::Literal(_) | TokenTree::Group(_));
    run.windows(2).find_map(|pair| match &pair[1] {
        next @ TokenTree::Literal(_) if ends(&pair[0]) => {
            Some(Problem::new(next.span(), format!("expected `,` before {next}")))
        }
        TokenTree::Punct(colon) if colon.as_char() == ':' && string(&pair[0]).is_some() => Some(
            Problem::new(colon.span(), "expected `,`, found `:`")
                .help("members stand in braces: `{ \"name\": … }`"),
        ),
        _ => None,
    })
}

fn comma(tokens: &mut Tokens, after: &str) -> Result<(), Problem> {
    match tokens.next() {
        None => Ok(()),
        Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => Ok(()),
        Some(other) => {
            Err(Problem::new(other.span(), format!("expected `,` after {after}, found `{other}`")))
        }
    }
}

fn string(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Literal(literal) => {
            literal::decode(&literal.to_string()).ok().map(|decoded| decoded.value)
        }
        TokenTree::Group(group) if group.delimiter() == Delimiter::None && is_literal(group) => {
            string(&group.stream().into_iter().next()?)
        }
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    querent_schema::json::quoted(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of the tokens, and the expressions among them.
    fn lowered(tokens: &str) -> Result<(String, Vec<String>), String> {
        let Some(TokenTree::Group(group)) = tokens.parse::<TokenStream>().unwrap().into_iter().next() else {
            panic!("{tokens}")
        };
        let first_line = |problem: Problem| problem.message.lines().next().unwrap_or_default().to_owned();
        let lowered = lower(&group).map_err(first_line)?;
        let holes = lowered.holes.iter().map(|hole| hole.expression.to_string().replace(' ', ""));
        Ok((lowered.text.value.replace(", ]", "]").replace(",  }", " }"), holes.collect()))
    }

    #[track_caller]
    fn check(tokens: &str, text: &str, holes: &[&str]) {
        let (found, expressions) = lowered(tokens).unwrap();
        assert_eq!(found, text, "{tokens}");
        assert_eq!(expressions, holes, "{tokens}");
    }

    #[test]
    fn json_is_told_from_rust() {
        check(
            r##"["a\n", r#"b"c"#, 1_000, -2.5, 1e3, true, false, null, [], {}]"##,
            r#"["a\n", "b\"c", 1000, -2.5, 1e3, true, false, null, [], {  }]"#,
            &[],
        );
        let param = |n: usize| format!("{{\"$param\": {n}}}");
        check(
            "[a, -b, f::<A, B>(1), |x, y| x, { c }, { 1 }, \"x\".len(), 1 + 2, self.n, vec![1, 2], (1, 2)]",
            &format!("[{}]", (1..=11).map(param).collect::<Vec<_>>().join(", ")),
            &[
                "a",
                "-b",
                "f::<A,B>(1)",
                "|x,y|x",
                "{c}",
                "{1}",
                "\"x\".len()",
                "1+2",
                "self.n",
                "vec![1,2]",
                "(1,2)",
            ],
        );
        check(
            r#"[{ "a": [">=", min], "b": { "c": {} }, }]"#,
            r#"[{ "a": [">=", {"$param": 1}], "b": { "c": {  } } }]"#,
            &["min"],
        );
    }

    #[test]
    fn sections_stand_among_elements_and_members() {
        check(
            r#"["in", a, {{ ">=", b }}]"#,
            r#"["in", {"$param": 1}, {{ ">=", {"$param": 2} }}]"#,
            &["a", "b"],
        );
        check(r#"[{ {{ "a": b }}, "c": 1 }]"#, r#"[{ {{ "a": {"$param": 1} }}, "c": 1 }]"#, &["b"]);
        check(r#"[{ "k": { {{ "a": b }} } }]"#, r#"[{ "k": { {{ "a": {"$param": 1} }} } }]"#, &["b"]);
        // Rust has no token `{{`: of three braces among elements, the outer two are a section's.
        check(r#"[{ {{ "a": b }} }]"#, r#"[{{ { "a": {"$param": 1} } }}]"#, &["b"]);
    }

    #[test]
    fn slips_are_told() {
        for (tokens, message) in [
            (r#"[{ name: 1 }]"#, "the outermost braces make a block"),
            (r#"[{ "a": { "b": 1, name: 2 } }]"#, "expected a name in quotes, found `name`"),
            (r#"[{ "a": 1 "b": 2 }]"#, "expected `,` before \"b\""),
            (r#"[{ "a": ["x" "y"] }]"#, "expected `,` before \"y\""),
            (r#"[{ "a": [{ "b": 1 } "c"] }]"#, "expected `,` before \"c\""),
            (r#"[{ "a": ["b": 1] }]"#, "expected `,`, found `:`"),
            (r#"[{ "a": 1, "b" 2 }]"#, "expected `:` after \"b\", found `2`"),
            (r#"[{ "a" { "b": 1 } }]"#, "expected `:` after \"a\", found a value"),
            (r#"[{ "a": 1, "b" }]"#, "expected `:` and a value after \"b\""),
            (r#"[{ "a": , "b": 1 }]"#, "expected a value"),
            (r#"[0x10]"#, "`0x10` is no value of JSON"),
            (r#"[1u8]"#, "`1u8` is no value of JSON"),
            (r#"['x']"#, "`'x'` is no value of JSON"),
            (r#"[b"x"]"#, "`b\"x\"` is no value of JSON"),
            (r#"[{ "a": {{ "b": 1 }} }]"#, "an optional section stands inside of an object or a list"),
        ] {
            let found = lowered(tokens);
            match message.starts_with("the outermost") {
                // Without a name in quotes first it is a block, which the compiler then reads.
                true => assert_eq!(found.map(|(_, holes)| holes), Ok(vec!["{name:1}".to_owned()])),
                false => assert_eq!(found.map(|_| ()), Err(message.to_owned()), "{tokens}"),
            }
        }
    }
}
