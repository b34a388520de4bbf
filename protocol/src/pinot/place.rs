//! Where in a text of Pinot's SQL one is: among its tokens, or within quotes or a comment.
//!
//! As the server reads it (Calcite, 1.5.1): `''`, `""` and backticks quote, with nothing but doubling as an escape; `--` and
//! `//` begin a comment to the end of the line, `/*` one to the first `*/`.

/// A place in a text that grows.
#[derive(Debug, Default)]
pub(super) struct Place {
    at: usize,
    within: Within,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Within {
    #[default]
    Tokens,
    Quotes(u8),
    Line,
    Block,
}

impl Place {
    /// Whether what is appended to the text will be read as tokens.
    pub(super) fn is_operand(&mut self, text: &str) -> bool {
        let text = text.as_bytes();
        while let Some(byte) = text.get(self.at) {
            let two = [*byte, text.get(self.at + 1).copied().unwrap_or(0)];
            let (within, len) = match (self.within, two) {
                (Within::Tokens, [quote @ (b'\'' | b'"' | b'`'), _]) => (Within::Quotes(quote), 1),
                (Within::Tokens, [b'-', b'-'] | [b'/', b'/']) => (Within::Line, 2),
                (Within::Tokens, [b'/', b'*']) => (Within::Block, 2),
                // A doubled quote ends one string and begins another, which comes to the same.
                (Within::Quotes(quote), [byte, _]) if byte == quote => (Within::Tokens, 1),
                (Within::Line, [b'\n' | b'\r', _]) => (Within::Tokens, 1),
                (Within::Block, [b'*', b'/']) => (Within::Tokens, 2),
                (within, _) => (within, 1),
            };
            (self.within, self.at) = (within, self.at + len);
        }
        self.within == Within::Tokens
    }

    /// Passes what is known to be whole tokens.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }
}
