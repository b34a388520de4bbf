//! The value of a string literal, with the place of each of its bytes in the literal's own text.
//!
//! rustc hands a literal over as it was written. Places that the checker finds in the value are mapped back through the
//! escapes, so that an error names the true column (Rust reference, "String literals").

/// The value of a literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) value: String,
    /// Runs of (offset in the value, offset in the literal); within a run both advance together.
    runs: Vec<(usize, usize)>,
}

/// Why a token is not the text of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotText {
    /// A byte string or a C string.
    Bytes,
    /// A number or a character.
    Other,
    /// An escape that Rust does not have, or a suffix.
    Malformed,
}

impl Decoded {
    /// Where in the literal the byte at `offset` of the value stands.
    pub(crate) fn source_offset(&self, offset: usize) -> usize {
        let run = self.runs.partition_point(|(value, _)| *value <= offset).saturating_sub(1);
        self.runs.get(run).map_or(offset, |(value, source)| source + offset.saturating_sub(*value))
    }

    /// Where in the literal, whose text is `token`, the character ends that the byte at `offset` of the value belongs to.
    pub(crate) fn source_end(&self, token: &str, offset: usize) -> usize {
        let mut start = offset.min(self.value.len());
        while !self.value.is_char_boundary(start) {
            start -= 1;
        }
        let from = self.source_offset(start);
        let rest = token.get(from..).unwrap_or_default();
        let escaped = rest.strip_prefix('\\').filter(|_| token.starts_with('"')).and_then(escape);
        let len = escaped.map_or_else(|| rest.chars().next().map_or(0, char::len_utf8), |(_, len)| len + 1);
        from + len
    }
}

/// Reads a literal's token text.
pub(crate) fn decode(token: &str) -> Result<Decoded, NotText> {
    match token.as_bytes() {
        [b'"', ..] => cooked(token),
        [b'r', b'"' | b'#', ..] => raw(token),
        [b'b' | b'c', b'"', ..] | [b'b' | b'c', b'r', ..] => Err(NotText::Bytes),
        _ => Err(NotText::Other),
    }
}

fn raw(token: &str) -> Result<Decoded, NotText> {
    let hashes = token[1..].bytes().take_while(|b| *b == b'#').count();
    let start = hashes + 2;
    let inner =
        token.len().checked_sub(hashes + 1).filter(|end| *end >= start).and_then(|end| token.get(start..end));
    let closed = token.ends_with(&format!("\"{}", "#".repeat(hashes)));
    match inner {
        Some(inner) if closed => Ok(Decoded { value: inner.to_owned(), runs: vec![(0, start)] }),
        _ => Err(NotText::Malformed),
    }
}

fn cooked(token: &str) -> Result<Decoded, NotText> {
    let mut decoded = Decoded { value: String::with_capacity(token.len()), runs: vec![(0, 1)] };
    let mut at = 1;
    loop {
        let rest = token.get(at..).ok_or(NotText::Malformed)?;
        let plain = rest.find(['\\', '"']).ok_or(NotText::Malformed)?;
        decoded.value.push_str(&rest[..plain]);
        at += plain;
        if rest.as_bytes()[plain] == b'"' {
            return if at + 1 == token.len() { Ok(decoded) } else { Err(NotText::Malformed) };
        }
        let (escaped, len) = escape(&rest[plain + 1..]).ok_or(NotText::Malformed)?;
        decoded.value.extend(escaped);
        at += 1 + len;
        decoded.runs.push((decoded.value.len(), at));
    }
}

/// What stands for the escape that `rest` goes on with after its backslash, and how long it is.
fn escape(rest: &str) -> Option<(Option<char>, usize)> {
    let simple = |c| Some((Some(c), 1));
    match rest.as_bytes().first()? {
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'0' => simple('\0'),
        b'\\' => simple('\\'),
        b'\'' => simple('\''),
        b'"' => simple('"'),
        b'x' => {
            let code = u8::from_str_radix(rest.get(1..3)?, 16).ok()?;
            code.is_ascii().then_some((Some(char::from(code)), 3))
        }
        b'u' => {
            let digits = rest.strip_prefix("u{")?.split_once('}')?.0;
            let code = u32::from_str_radix(&digits.replace('_', ""), 16).ok()?;
            Some((Some(char::from_u32(code)?), digits.len() + 3))
        }
        // A line that ends in a backslash goes on at the next character that is no white space.
        b'\n' | b'\r' => {
            let skipped = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            Some((None, skipped))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the value and that each marked byte of it is found where `^` stands under the literal.
    #[track_caller]
    fn check(token: &str, value: &str, places: &[(usize, usize)]) {
        let decoded = decode(token).unwrap();
        assert_eq!(decoded.value, value);
        for (offset, source) in places {
            assert_eq!(decoded.source_offset(*offset), *source, "byte {offset} of {value:?}");
        }
    }

    #[test]
    fn cooked_literals_are_mapped_through_every_escape() {
        check(r#""SELECT a""#, "SELECT a", &[(0, 1), (7, 8), (8, 9)]);
        check(r#""a\tb\\c\"d""#, "a\tb\\c\"d", &[(1, 2), (2, 4), (4, 7), (6, 10), (7, 11)]);
        check(r#""\x41\u{1_F600}x\0\'\r\n.""#, "A😀x\0'\r\n.", &[(0, 1), (1, 5), (5, 15), (6, 16), (10, 24)]);
        check("\"a \\\n     b \\\n\n c\"", "a b c", &[(2, 10), (4, 16)]);
        check("\"é = \\u{e9}!\"", "é = é!", &[(2, 3), (5, 6), (7, 12)]);
        check("\"\"", "", &[(0, 1)]);
    }

    #[test]
    fn raw_literals_are_mapped_by_their_prefix() {
        check("r\"a\\n\"", "a\\n", &[(0, 2), (2, 4)]);
        check("r##\"say \"#x\"# now\"##", "say \"#x\"# now", &[(0, 4), (4, 8)]);
        check("r#\"\"#", "", &[(0, 3)]);
    }

    #[test]
    fn other_tokens_are_told_apart() {
        for token in ["b\"x\"", "br\"x\"", "c\"x\"", "cr#\"x\"#"] {
            assert_eq!(decode(token), Err(NotText::Bytes), "{token}");
        }
        for token in ["1", "'x'", "1.5", "true"] {
            assert_eq!(decode(token), Err(NotText::Other), "{token}");
        }
        for token in ["\"x\"sql", "\"x", "\"\\q\"", "\"\\x80\"", "\"\\u{d800}\"", "r#\"x\"", "r\"", "\"\\"] {
            assert_eq!(decode(token), Err(NotText::Malformed), "{token}");
        }
    }
}
