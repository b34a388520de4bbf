//! The hint that names the engine of one statement: `/*+ QUERY_ENGINE('calcite') */`.
//!
//! It is found as the server finds it (2.17.0, GridQueryProcessor: two regular expressions over the text, whatever the
//! place): the first hint comment alone counts, and the first engine in it. It comes before what a connection says.

use super::{IGNITE_CALCITE, IGNITE_H2};
use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Dialect;

/// The dialect of the engine that a text names; the error says that there is none of that name.
pub(super) fn engine(text: &str) -> Option<Result<&'static Dialect, Box<Diagnostic>>> {
    let (name, span) = named(text)?;
    Some(match name.to_ascii_lowercase().as_str() {
        "h2" => Ok(&IGNITE_H2),
        "calcite" => Ok(&IGNITE_CALCITE),
        _ => {
            let message = format!("there is no SQL engine `{name}`");
            let found = Diagnostic::error(Code::Unsupported, span, message);
            Err(Box::new(found.help("Ignite has `h2` and `calcite`")))
        }
    })
}

/// The name in the first hint comment, and where it stands.
fn named(text: &str) -> Option<(&str, Span)> {
    const WORD: &str = "QUERY_ENGINE";
    let start = text.find("/*+")? + 3;
    let hint = &text[start..start + text[start..].find("*/")?];
    let upper = hint.to_ascii_uppercase();
    upper.match_indices(WORD).find_map(|(at, _)| {
        let rest = hint[at + WORD.len()..].trim_start_matches(is_space).strip_prefix('(')?;
        let rest = rest.trim_start_matches(is_space).strip_prefix('\'')?;
        let len = rest.find(|c: char| !c.is_ascii_alphanumeric()).filter(|len| *len > 0)?;
        let (name, close) = rest.split_at(len);
        close.strip_prefix('\'')?.trim_start_matches(is_space).strip_prefix(')')?;
        let begin = start + hint.len() - rest.len();
        Some((name, Span::new(begin, begin + len)))
    })
}

/// What `\s` is in Java.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hint_names_the_engine() {
        let check = |text: &str, expected: Option<&str>| {
            let found = named(text);
            assert_eq!(found.map(|(name, _)| name), expected, "{text}");
            if let Some((name, span)) = found {
                assert_eq!(&text[span.start as usize..span.end as usize], name);
            }
        };
        check("SELECT /*+ QUERY_ENGINE('calcite') */ 1", Some("calcite"));
        check("SELECT 1 /*+NO_INDEX, query_engine (\n'H2' ) */", Some("H2"));
        check("-- /*+ QUERY_ENGINE('h2') */\nSELECT 1", Some("h2"));
        check("SELECT /*+ NO_INDEX */ 1 /*+ QUERY_ENGINE('h2') */", None);
        check("SELECT /*+ QUERY_ENGINE(h2), QUERY_ENGINE('calcite') */ 1", Some("calcite"));
        for text in [
            "SELECT /* QUERY_ENGINE('h2') */ 1",
            "SELECT /*+ QUERY_ENGINE('') */ 1",
            "SELECT /*+ QUERY_ENGINE('é') */ 1",
            "SELECT '/*+ QUERY_ENGINE(''h2'') */'",
            "SELECT /*+ QUERY_ENGINE('h2')",
            "SELECT /*+ QUERY_ENGINE",
            "/*+",
        ] {
            check(text, None);
        }
        assert!(engine("/*+ QUERY_ENGINE('mars') */").is_some_and(|found| found.is_err()));
    }
}
