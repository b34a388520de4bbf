//! The meaning of querent.toml as a hash, without a TOML parser: macros compute it on every build.
//!
//! Comments, blank lines, white space between tokens, CRLF and the value of every key `url` are put aside; the texts of
//! strings count in full. Text that is not TOML has a hash like any other: that it is wrong is found by `querent pull`.

use super::hash::Hasher;

/// The hash of what a querent.toml means.
pub(super) fn hash(text: &str) -> String {
    let mut hasher = Hasher::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut previous = ["\n", "\n"];
    let mut depth = 0usize;
    for token in Tokens(&text) {
        match token {
            "[" | "{" => depth += 1,
            "]" | "}" => depth = depth.saturating_sub(1),
            // Within brackets lines may be broken at will; elsewhere a run of line ends is one.
            "\n" if depth > 0 || previous[1] == "\n" => continue,
            _ => {}
        }
        let is_url = previous[1] == "=" && matches!(previous[0], "url" | "\"url\"" | "'url'");
        if is_url && token.starts_with(['"', '\'']) {
            hasher.text("…");
        } else {
            hasher.text(token);
        }
        previous = [previous[1], token];
    }
    if previous[1] != "\n" {
        hasher.text("\n");
    }
    format!("{:016x}", hasher.finish())
}

/// Splits TOML into strings, punctuation, line ends and runs of anything else.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.0 = self.0.trim_start_matches([' ', '\t']);
        if self.0.starts_with('#') {
            self.0 = &self.0[self.0.find('\n').unwrap_or(self.0.len())..];
        }
        let first = self.0.chars().next()?;
        let len = match first {
            '"' | '\'' => string_len(self.0, first),
            '\n' | '[' | ']' | '{' | '}' | '=' | ',' | '.' => 1,
            _ => self
                .0
                .find([' ', '\t', '\n', '[', ']', '{', '}', '=', ',', '.', '"', '\'', '#'])
                .unwrap_or(self.0.len()),
        };
        let (token, rest) = self.0.split_at(len);
        self.0 = rest;
        Some(token)
    }
}

/// The length of the string that the text starts with, quotes included.
fn string_len(text: &str, quote: char) -> usize {
    let triple: String = [quote; 3].iter().collect();
    let multi_line = text.starts_with(&triple);
    let close = if multi_line { triple } else { quote.to_string() };
    let mut at = close.len();
    loop {
        let rest = &text[at..];
        let Some(next) = rest.chars().next() else { return at };
        if rest.starts_with(&close) {
            at += close.len();
            // Up to two quotes may stand right before the closing three.
            let extra =
                if multi_line { text[at..].chars().take_while(|c| *c == quote).take(2).count() } else { 0 };
            return at + extra;
        }
        if next == '\n' && !multi_line {
            return at;
        }
        at += next.len_utf8();
        if next == '\\' && quote == '"' {
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str =
        "[types]\ntimestamp = \"chrono\"\n[source.a]\nurl = \"flight://h:1\"\nschema = [\"a\", \"b#c\"]\n";

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(hash(a), hash(b));
    }

    #[track_caller]
    fn different(a: &str, b: &str) {
        assert_ne!(hash(a), hash(b));
    }

    #[test]
    fn form_does_not_count() {
        same(BASE, &BASE.replace('\n', "\r\n"));
        same(BASE, &BASE.replace('\n', "  # note \"x\n\n\t\n"));
        same(BASE, &BASE.replace(" = ", "="));
        same(BASE, &BASE.replace("[\"a\", ", "[\n  \"a\", # first\n\n  "));
        same(BASE, BASE.trim_end());
        same(BASE, &format!("\u{feff}\n# head\n{BASE}"));
    }

    #[test]
    fn urls_do_not_count() {
        same(BASE, &BASE.replace("flight://h:1", "flight://user:${PW}@other:2 # \\\" not a comment"));
        same("a = { url = \"x\", engine = \"m\" }", "a = { url = 'y', engine = \"m\" }");
        same("source.a.url = \"x\"", "source.a.url = \"\"\"\nx\n\"\"\"");
        same("\"url\" = \"x\"", "\"url\" = \"y\"");
        different("my-url = \"x\"", "my-url = \"y\"");
        different("x = [\"url\", \"a\"]", "x = [\"url\", \"b\"]");
        different(BASE, &BASE.replace("url = \"flight://h:1\"\n", ""));
    }

    #[test]
    fn everything_else_counts() {
        different(BASE, &BASE.replace("chrono", "time"));
        different(BASE, &BASE.replace("b#c", "b#d"));
        different(BASE, &BASE.replace("[source.a]", "[source.b]"));
        different("a = \"x y\"", "a = \"x  y\"");
        different("a = 1\nb = 2", "a = 12\nb = ");
        different("a = 'x\\'\nb = 'c'", "a = 'x\\'\nb = 'd'");
        different("a = \"\"\"x\n# no comment\n\"\"\"", "a = \"\"\"x\n\"\"\"");
        different("a = \"\"\"x\"\"\"\"\" # c\nb = 1", "a = \"\"\"x\"\"\"\"\" # c\nb = 2");
        different("a = \"\\\"#\" # x", "a = \"\\\"\" # x");
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["", "\"", "'''", "\"\\", "\"\"\"\\é", "[[[", "]]}}", "#", "= url = \"", "\u{0}"] {
            hash(text);
            hash(&text.repeat(3));
        }
    }
}
