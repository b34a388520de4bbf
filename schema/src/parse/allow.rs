//! Lints that a text switches off for itself, by a comment: `-- querent: allow(default-limit, trimmed-groups)`.

use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use super::token::span_of;
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest::nearest;

/// The codes that the comments of a text name, and what is wrong with them.
pub(super) fn allowed(tokens: &[TokenWithSpan]) -> (Vec<Code>, Vec<Diagnostic>) {
    let (mut codes, mut found) = (Vec::new(), Vec::new());
    for token in tokens {
        let comment = match &token.token {
            Token::Whitespace(Whitespace::SingleLineComment { comment, .. }) => comment,
            Token::Whitespace(Whitespace::MultiLineComment(comment)) => comment,
            _ => continue,
        };
        let Some(names) = names(comment) else { continue };
        for name in names {
            match Code::ALL.iter().find(|code| code.as_str() == name) {
                Some(code) => codes.push(*code),
                None => found.push(unknown(name, span_of(token.span).unwrap_or_default())),
            }
        }
    }
    (codes, found)
}

/// The names in `querent: allow(a, b)`.
fn names(comment: &str) -> Option<impl Iterator<Item = &str>> {
    let rest = comment.trim().strip_prefix("querent:")?.trim_start().strip_prefix("allow")?;
    let inside = rest.trim_start().strip_prefix('(')?.split_once(')')?.0;
    Some(inside.split(',').map(str::trim).filter(|name| !name.is_empty()))
}

fn unknown(name: &str, span: Span) -> Diagnostic {
    let known = Code::ALL.iter().map(|code| code.as_str());
    let near = nearest(name, known).first().map(|near| format!("did you mean `{near}`?"));
    let mut found =
        Diagnostic::warning(Code::UnknownOption, span, format!("there is no finding `{name}` to allow"));
    found.help = near;
    found
}
