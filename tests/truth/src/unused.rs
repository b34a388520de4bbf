//! Definitions that nothing in a statement names: CTEs and windows. Engines plan them in part or not at all, so that a
//! mistake in one shows only here.

use std::ops::Range;

/// Whether a place lies in the definition of a name that nothing uses but definitions that nothing uses.
pub(crate) fn is_unused(sql: &str, place: usize) -> bool {
    let definitions = definitions(sql);
    let mut unused: Vec<&Definition<'_>> = Vec::new();
    loop {
        let outside = |at: &usize| !unused.iter().any(|own| own.body.contains(at));
        let next = definitions.iter().find(|own| {
            let is_known = unused.iter().any(|other| other.body == own.body);
            let uses =
                words(sql).filter(|(at, word)| *word == own.name && !own.body.contains(at) && outside(at));
            // The one that is left is where it is defined.
            !is_known && uses.count() <= 1
        });
        match next {
            Some(own) => unused.push(own),
            None => return unused.iter().any(|own| own.body.contains(&place)),
        }
    }
}

/// `name AS (body)`.
struct Definition<'a> {
    name: &'a str,
    body: Range<usize>,
}

/// All that looks like a definition, in the order of the text.
fn definitions(sql: &str) -> Vec<Definition<'_>> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, Option<&str>)> = Vec::new();
    let mut quote = None;
    for (at, sign) in sql.char_indices() {
        match (quote, sign) {
            (Some(own), _) if own == sign => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(sign),
            (None, '(') => open.push((at, defined(&sql[..at]))),
            (None, ')') => {
                if let Some((start, Some(name))) = open.pop() {
                    found.push(Definition { name, body: start..at });
                }
            }
            _ => {}
        }
    }
    found
}

/// The name of `name AS` or `name (columns) AS` at the end of a text.
fn defined(text: &str) -> Option<&str> {
    let head = text.trim_end();
    let (head, word) = head.split_at_checked(head.len().checked_sub(2)?)?;
    if !word.eq_ignore_ascii_case("as") {
        return None;
    }
    let mut head = head.strip_suffix(char::is_whitespace)?.trim_end();
    if head.ends_with(')') {
        head = head[..head.rfind('(')?].trim_end();
    }
    head.split(|c: char| !is_word(c)).next_back().filter(|name| !name.is_empty())
}

/// The words of a text, with their places.
fn words(sql: &str) -> impl Iterator<Item = (usize, &str)> {
    sql.split(|c: char| !is_word(c)).map(move |word| (word.as_ptr() as usize - sql.as_ptr() as usize, word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, expected: bool) {
        let place = sql.find('!').expect("a place");
        assert_eq!(is_unused(sql, place), expected, "{sql}");
    }

    #[test]
    fn a_definition_that_nothing_names_is_unused() {
        check("WITH a AS (SELECT !) SELECT 1", true);
        check("WITH a (x, y) AS (SELECT (1 + !), 2) SELECT 1", true);
        check("SELECT 1 FROM t WINDOW w AS (ORDER BY !)", true);
    }

    #[test]
    fn one_that_is_named_is_used() {
        check("WITH a AS (SELECT !) SELECT * FROM a", false);
        check("WITH a AS (SELECT 1) SELECT !", false);
        check("SELECT CAST(! AS INT) FROM a", false);
    }

    #[test]
    fn what_only_an_unused_definition_names_is_unused_too() {
        check("WITH a AS (SELECT !), b AS (SELECT * FROM a) SELECT 1", true);
        check("WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + ! FROM a) SELECT 1", true);
        check("WITH a AS (SELECT !), b AS (SELECT * FROM a) SELECT * FROM b", false);
        check("WITH a AS (SELECT ')' AS a, !) SELECT * FROM a", false);
    }
}
