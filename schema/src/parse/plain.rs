//! The tokens of plain SQL, as sqlparser's tokenizer gives them and ten times as fast.
//!
//! Macros run unoptimised, and there sqlparser's tokenizer takes as long as all the rest: it goes by characters, asks the
//! dialect at each, and looks every word up among a thousand keywords. Here a text of ASCII words, numbers, plain strings
//! and the usual signs is read byte by byte; at anything else ([`tokenize`] gives `None`) the whole text is sqlparser's.
//! The tokens are the same, but that a run of white space is one token. The tests hold both against each other.

use std::sync::LazyLock;

use sqlparser::dialect::Dialect;
use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace, Word};

use super::token::located;
use crate::ast::Span;

/// The tokens of a text in which nothing is out of the ordinary, with places that count bytes.
pub(super) fn tokenize(text: &str, syntax: &dyn Dialect) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        quotes: syntax.is_delimited_identifier_start('"'),
        keywords: &KEYWORDS,
    };
    let mut tokens = Vec::with_capacity(text.len() / 3 + 1);
    while reader.at < reader.bytes.len() {
        let start = reader.at;
        let token = reader.token()?;
        tokens.push(TokenWithSpan { token, span: located(Span::new(start, reader.at)) });
    }
    Some(tokens)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Whether double quotes enclose names, and not strings.
    quotes: bool,
    keywords: &'static Keywords,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        if at < self.bytes.len() { self.bytes[at] } else { b' ' }
    }

    fn token(&mut self) -> Option<Token> {
        let byte = self.bytes[self.at];
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => self.word(),
            b' ' | b'\n' | b'\t' => Some(self.space()),
            b'0'..=b'9' => self.number(),
            b'\'' => self.string(),
            b'"' if self.quotes => self.quoted(),
            b'(' => self.sign(1, Token::LParen),
            b')' => self.sign(1, Token::RParen),
            b',' => self.sign(1, Token::Comma),
            b';' => self.sign(1, Token::SemiColon),
            b'{' => self.sign(1, Token::LBrace),
            b'}' => self.sign(1, Token::RBrace),
            b'.' => self.period(),
            _ => self.operator(byte),
        }
    }

    fn sign(&mut self, len: usize, token: Token) -> Option<Token> {
        self.at += len;
        Some(token)
    }

    fn space(&mut self) -> Token {
        let newline = self.bytes[self.at] == b'\n';
        while self.at < self.bytes.len() && matches!(self.bytes[self.at], b' ' | b'\n' | b'\t') {
            self.at += 1;
        }
        Token::Whitespace(if newline { Whitespace::Newline } else { Whitespace::Space })
    }

    /// The text up to the first byte that belongs to no word; `None` where that is one that a dialect might take along.
    fn run(&mut self) -> Option<&str> {
        let start = self.at;
        let bytes = self.bytes;
        let mut at = start;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
            at += 1;
        }
        self.at = at;
        // Prefixes of strings (`x'00'`, `u&'…'`), and signs within names.
        let strange = at < bytes.len()
            && (matches!(bytes[at], b'\'' | b'"' | b'&' | b'$' | b'#' | b'@' | b'`' | b'\\')
                || bytes[at] >= 128);
        if strange { None } else { Some(&self.text[start..at]) }
    }

    fn word(&mut self) -> Option<Token> {
        let keywords = self.keywords;
        let value = self.run()?;
        let keyword = keywords.find(value.as_bytes());
        Some(Token::Word(Word { value: value.to_owned(), quote_style: None, keyword }))
    }

    fn number(&mut self) -> Option<Token> {
        let start = self.at;
        self.digits();
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.digits();
        }
        // Exponents, `0x`, `1L`, `1_000`, `1.`, `1..2`, and names that begin with a digit.
        let next = self.peek(0);
        let plain = matches!(
            next,
            b' ' | b'\n' | b'\t' | b',' | b')' | b';' | b'+' | b'-' | b'*' | b'/' | b'=' | b'<' | b'>' | b'}'
        );
        plain.then(|| Token::Number(self.text[start..self.at].to_owned(), false))
    }

    fn digits(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at].is_ascii_digit() {
            self.at += 1;
        }
    }

    /// What stands up to the next quote; nothing if it holds an escape, or the quote is doubled.
    fn until(&mut self, quote: u8) -> Option<String> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..)?;
        // One search of the standard library's, which is optimised, and not one per byte.
        let len = self.text[start..].find(quote as char)?;
        let inside = &self.text[start..start + len];
        self.at = start + len + 1;
        let doubled = rest.get(len + 1) == Some(&quote);
        (!doubled && !inside.contains('\\')).then(|| inside.to_owned())
    }

    fn string(&mut self) -> Option<Token> {
        self.until(b'\'').map(Token::SingleQuotedString)
    }

    fn quoted(&mut self) -> Option<Token> {
        let value = self.until(b'"')?;
        Some(Token::Word(Word { value, quote_style: Some('"'), keyword: Keyword::NoKeyword }))
    }

    /// A dot between names; `.5`, `1.` and `t._a` are not told apart here.
    fn period(&mut self) -> Option<Token> {
        let after = self.peek(1);
        (after.is_ascii_alphabetic() || after == b'"' || after == b'*').then(|| {
            self.at += 1;
            Token::Period
        })
    }

    fn operator(&mut self, byte: u8) -> Option<Token> {
        let (len, token) = match (byte, self.peek(1)) {
            (b'<', b'=') => (2, Token::LtEq),
            (b'>', b'=') => (2, Token::GtEq),
            (b'<', b'>') => (2, Token::Neq),
            (b'!', b'=') => (2, Token::Neq),
            (b'|', b'|') => (2, Token::StringConcat),
            (b':', b':') => (2, Token::DoubleColon),
            (b'=', _) => (1, Token::Eq),
            (b'<', _) => (1, Token::Lt),
            (b'>', _) => (1, Token::Gt),
            (b'+', _) => (1, Token::Plus),
            (b'-', _) => (1, Token::Minus),
            (b'*', _) => (1, Token::Mul),
            (b'/', _) => (1, Token::Div),
            (b':', _) => (1, Token::Colon),
            (b'$', _) => return self.placeholder(),
            _ => return None,
        };
        // Any other sign might make it a longer operator, or begin a comment.
        let calm = match self.peek(len) {
            b' ' | b'\n' | b'\t' | b'\'' | b'"' | b'(' | b')' | b',' | b';' | b'_' => true,
            b'$' | b':' => byte != b':',
            next => next.is_ascii_alphanumeric(),
        };
        if calm { self.sign(len, token) } else { None }
    }

    /// `$1` and `$name`.
    fn placeholder(&mut self) -> Option<Token> {
        let start = self.at;
        self.at += 1;
        if !self.peek(0).is_ascii_alphanumeric() {
            return None;
        }
        self.run()?;
        // `$1.5` is money in one dialect.
        (self.peek(0) != b'.').then(|| Token::Placeholder(self.text[start..self.at].to_owned()))
    }
}

/// All keywords by their first letter and their length.
struct Keywords(Vec<Vec<(&'static [u8], Keyword)>>);

/// Longer words are none; a test holds that.
const KEYWORD_LEN_MAX: usize = 40;

static KEYWORDS: LazyLock<Keywords> = LazyLock::new(|| {
    let mut buckets = vec![Vec::new(); 26 * (KEYWORD_LEN_MAX + 1)];
    for (text, keyword) in ALL_KEYWORDS.iter().zip(ALL_KEYWORDS_INDEX) {
        if let Some(bucket) = bucket(text.as_bytes()) {
            buckets[bucket].push((text.as_bytes(), *keyword));
        }
    }
    Keywords(buckets)
});

fn bucket(word: &[u8]) -> Option<usize> {
    let letter = word.first()?.to_ascii_uppercase().wrapping_sub(b'A');
    (letter < 26 && word.len() <= KEYWORD_LEN_MAX)
        .then_some(usize::from(letter) * (KEYWORD_LEN_MAX + 1) + word.len())
}

impl Keywords {
    fn find(&self, word: &[u8]) -> Keyword {
        let Some(bucket) = bucket(word) else { return Keyword::NoKeyword };
        for (text, keyword) in &self.0[bucket] {
            let mut at = 0;
            while at < word.len() && word[at].to_ascii_uppercase() == text[at] {
                at += 1;
            }
            if at == word.len() {
                return *keyword;
            }
        }
        Keyword::NoKeyword
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::tokenizer::Tokenizer;

    use super::super::token;
    use super::*;
    use crate::dialect;

    /// Tokens with runs of white space as one, as [`tokenize`] gives them.
    fn merged(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
        let mut out: Vec<TokenWithSpan> = Vec::new();
        for mut token in tokens {
            if let Token::Whitespace(Whitespace::Tab) = token.token {
                token.token = Token::Whitespace(Whitespace::Space);
            }
            match (out.last_mut(), &token.token) {
                (Some(TokenWithSpan { token: Token::Whitespace(_), span }), Token::Whitespace(_)) => {
                    span.end = token.span.end;
                }
                _ => out.push(token),
            }
        }
        out
    }

    /// Whether a text is read here; if so, it must be as sqlparser reads it.
    #[track_caller]
    fn check(text: &str) -> bool {
        let mut read = 0;
        for name in dialect::NAMES {
            let Some(dialect) = dialect::by_name(name) else { continue };
            let syntax = (dialect.syntax)();
            let Some(found) = tokenize(text, syntax.as_ref()) else { continue };
            read += 1;
            let (expected, error) = token::by_sqlparser(text, syntax.as_ref());
            assert_eq!(error, None, "{name}: {text}");
            // Spans are compared by hand: those of sqlparser are equal whatever they hold.
            let plain = |tokens: &[TokenWithSpan]| -> Vec<(Token, Option<Span>)> {
                tokens.iter().map(|t| (t.token.clone(), token::span_of(t.span))).collect()
            };
            assert_eq!(plain(&found), plain(&merged(expected)), "{name}: {text}");
        }
        read > 0
    }

    #[test]
    fn plain_texts_are_read_here() {
        for text in [
            "SELECT a, b.c, \"D e\" FROM s.t AS x WHERE a = :p AND b <> 'it is' OR c >= 1.50",
            "SELECT count(*)\n\t  FROM t WHERE a=$1 AND b<=$name AND c!=2 AND d||'é' < e",
            "INSERT INTO t (a, b) VALUES (1, ''), (-2, 'x\ny');",
            "SELECT t.*, CAST(a AS DECIMAL(10, 2))::INT FROM t {{ WHERE a IN (:list) }}",
            "",
            " ",
            "sElEcT x1_y2",
        ] {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn whatever_is_odd_is_left_to_sqlparser() {
        for text in [
            "SELECT 'a''b'",
            "'a\\'b'",
            "x'00'",
            "E'a'",
            "N'a'",
            "U&'a'",
            "'open",
            "\"open",
            "\"a\"\"b\"",
            "1e5",
            "0x1F",
            "1_000",
            "1L",
            "1.",
            "1..2",
            ".5",
            "t.1",
            "t._a",
            "a$b",
            "a#b",
            "a@b",
            "é",
            "a -- b",
            "a /* b */ c",
            "a->b",
            "a->>b",
            "a=>b",
            "a==b",
            "a<=>b",
            "a<<b",
            "a>>b",
            "a|b",
            "a||/b",
            "a!~b",
            "a!!b",
            "a%b",
            "a^b",
            "a&b",
            "a~b",
            "@a",
            "#a",
            "a ?",
            "?1",
            "$$a$$",
            "$t$a$t$",
            "$1.5",
            "$",
            ":=1",
            "a:=1",
            "[a]",
            "`a`",
            "a\rb",
            "a\u{a0}b",
            "\\",
            "a*=b",
            "a+-b",
            "a<-b",
            "a=-1",
            "{'a': 1}",
            "a.b",
            "a. b",
            "*.*",
            "t.*",
            "a::int[]",
            "::$1",
            ":::a",
            "=:a",
            "<:a",
            "q'[a]'",
        ] {
            check(text);
        }
    }

    #[test]
    fn texts_made_by_chance() {
        const PARTS: &[&str] = &[
            "a", "B1", "_c", "select", "FROM", "x", "e", "n", "u", "r", "q", "1", "23", "4.5", ".", ",", "(",
            ")", " ", "\n", "\t", "'s'", "'", "''", "\"", "\"i\"", "=", "<", ">", "!", "|", "||", "+", "-",
            "*", "/", ":", "::", "$", "$1", "?", "{", "}", "[", "]", "é", "&", "%", "~", "@", "#", ";", "\\",
            "\r", "L", "0x", "E5",
        ];
        let (mut seed, mut read) = (7_u64, 0);
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..7 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(PARTS[(seed >> 33) as usize % PARTS.len()]);
            }
            read += usize::from(check(&text));
        }
        assert!(read > 500, "{read}");
    }

    #[test]
    fn every_keyword_is_found() {
        for (text, keyword) in ALL_KEYWORDS.iter().zip(ALL_KEYWORDS_INDEX) {
            assert!(text.len() <= KEYWORD_LEN_MAX, "{text}");
            if text.starts_with(|c: char| c.is_ascii_uppercase()) {
                assert_eq!(KEYWORDS.find(text.to_lowercase().as_bytes()), *keyword, "{text}");
            }
        }
        let tokens = Tokenizer::new(&sqlparser::dialect::GenericDialect {}, "selects").tokenize();
        assert_eq!(
            tokens.ok(),
            tokenize("selects", &sqlparser::dialect::GenericDialect {}).map(|t| vec![t[0].token.clone()])
        );
    }
}
