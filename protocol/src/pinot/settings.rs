//! Options that stand in the text of a query: `SET key = value;` and the older `OPTION(key=value)` at its end.
//!
//! The server (1.5.1) takes them over those of the request, so whoever sends a request has to know of them. `SET` may
//! stand before or behind the query; `OPTION(…)` is found in the raw text, in a comment at its end too.

/// An option in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its key, as written.
    pub key: String,
    /// Its value, without quotes.
    pub value: String,
}

/// The options that a text sets. A later one goes over an earlier of the same key; `SET` goes over `OPTION(…)` (1.5.1).
pub fn settings(sql: &str) -> Vec<Setting> {
    let mut trailing = Vec::new();
    let mut rest = sql;
    // The server cuts these off before it reads statements.
    while let Some((before, options)) = trailing_options(rest) {
        trailing.extend(options.split(',').map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Setting { key: key.trim().to_owned(), value: value.trim().to_owned() }
        }));
        rest = before;
    }
    trailing.extend(statements(rest).filter_map(|statement| set(&statement)));
    trailing
}

/// A token of a statement; white space and comments are none.
#[derive(Debug, PartialEq)]
enum Token {
    /// A word, or any other character.
    Plain(String),
    /// In quotes of either kind, undoubled.
    Quoted(String),
}

impl Token {
    fn into_text(self) -> String {
        match self {
            Token::Plain(text) | Token::Quoted(text) => text,
        }
    }
}

/// The statements of a text, each as its first tokens: enough to know a SET.
fn statements(sql: &str) -> impl Iterator<Item = Vec<Token>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut tokens = Vec::new();
        while let Some((token, after)) = token(rest) {
            rest = after;
            if token == Token::Plain(";".to_owned()) {
                return Some(tokens);
            }
            tokens.push(token);
        }
        rest = "";
        Some(tokens)
    })
}

/// `SET key = value`, the value in as many tokens as it has.
fn set(tokens: &[Token]) -> Option<Setting> {
    let plain = |at: usize| match tokens.get(at) {
        Some(Token::Plain(text)) => Some(text.as_str()),
        _ => None,
    };
    if !plain(0)?.eq_ignore_ascii_case("set") {
        return None;
    }
    let equals = (1..tokens.len()).find(|at| plain(*at) == Some("="))?;
    let text = |range: &[Token]| -> String {
        range
            .iter()
            .map(|token| match token {
                Token::Plain(text) | Token::Quoted(text) => text.as_str(),
            })
            .collect()
    };
    Some(Setting { key: text(&tokens[1..equals]), value: text(&tokens[equals + 1..]) })
}

/// The first token and what follows it.
fn token(sql: &str) -> Option<(Token, &str)> {
    let mut rest = sql.trim_start();
    loop {
        if rest.starts_with("--") || rest.starts_with("//") {
            rest = rest.find(['\n', '\r']).map_or("", |at| &rest[at..]).trim_start();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.find("*/").map_or("", |at| &comment[at + 2..]).trim_start();
        } else {
            break;
        }
    }
    let first = rest.chars().next()?;
    if matches!(first, '\'' | '"' | '`') {
        let end = quoted_end(rest, first);
        let inner = rest[first.len_utf8()..end].strip_suffix(first).unwrap_or(&rest[first.len_utf8()..end]);
        let doubled = [first, first].iter().collect::<String>();
        return Some((Token::Quoted(inner.replace(&doubled, &first.to_string())), &rest[end..]));
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let len = match rest.find(|c| !is_word(c)) {
        Some(0) => first.len_utf8(),
        Some(len) => len,
        None => rest.len(),
    };
    Some((Token::Plain(rest[..len].to_owned()), &rest[len..]))
}

/// Behind the closing quote; doubled ones are part of the text.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut at = quote.len_utf8();
    while let Some(found) = text[at..].find(quote) {
        at += found + quote.len_utf8();
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += quote.len_utf8();
    }
    text.len()
}

/// What stands before `OPTION(…)` at the end of the raw text, and what stands in it.
fn trailing_options(sql: &str) -> Option<(&str, &str)> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
    let end = sql.trim_end_matches(is_space);
    let end = end.strip_suffix(';').unwrap_or(end).trim_end_matches(is_space).strip_suffix(')')?;
    // The server's pattern finds the first `option (` behind which no bracket closes, so that it may hold others.
    let after = end.rfind(')').map_or(0, |at| at + 1);
    let lower = end.to_ascii_lowercase();
    let mut from = after;
    while let Some(found) = lower[from..].find("option") {
        let at = from + found;
        let inner = lower[at + "option".len()..].trim_start_matches(is_space);
        if let Some(options) = inner.strip_prefix('(').filter(|options| !options.is_empty()) {
            return Some((&sql[..at], &end[end.len() - options.len()..]));
        }
        from = at + "option".len();
    }
    None
}

/// The words of a text, quoted identifiers among them, but no strings: what may be the name of a table.
pub fn names(sql: &str) -> impl Iterator<Item = String> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        loop {
            let trimmed = rest.trim_start();
            let is_string = trimmed.starts_with('\'');
            let (token, after) = token(rest)?;
            rest = after;
            match token {
                Token::Quoted(_) if is_string => {}
                token => return Some(token.into_text()),
            }
        }
    })
}
