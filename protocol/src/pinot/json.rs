//! JSON scanned in place (RFC 8259): where a value ends, without building it.
//!
//! Rows are far larger than anything else in an answer, and each of their cells is read once, as the type that the
//! query's plan says. So cells stay offsets into the text. Nothing here recurses.

use super::error::Problem;

/// Where a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// It ends before this index.
    End(usize),
    /// The text ends before it does.
    More,
}

/// A place and what is wrong with it.
pub(super) type Flaw = (usize, Problem);

const fn expected(at: usize, what: &'static str) -> Flaw {
    (at, Problem::Expected(what))
}

/// The first index from `at` on that is no white space.
#[inline]
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    // Most bytes are none, and one comparison tells.
    if text.get(at).is_some_and(|byte| *byte > b' ') {
        return at;
    }
    while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The end of the string whose opening quote is at `at`.
pub(super) fn string_end(text: &[u8], at: usize) -> Result<Scan, Flaw> {
    string_scan(text, at).map(|(scan, _)| scan)
}

/// The end of the string whose opening quote is at `at`, and whether it is as it stands, without escapes.
pub(super) fn string_scan(text: &[u8], at: usize) -> Result<(Scan, bool), Flaw> {
    let mut next = at + 1;
    let mut is_plain = true;
    loop {
        next = plain_end(text, next);
        match text.get(next) {
            None => return Ok((Scan::More, is_plain)),
            Some(b'"') => return Ok((Scan::End(next + 1), is_plain)),
            Some(b'\\') => match text.get(next + 1) {
                None => return Ok((Scan::More, is_plain)),
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u') => next += 2,
                Some(_) => return Err(expected(next, "an escape of JSON")),
            },
            Some(_) => return Err(expected(next, "an escape in place of a control character")),
        }
        is_plain = false;
    }
}

/// The first index from `at` on of a quote, a backslash or a control character; eight bytes at a time.
#[inline]
fn plain_end(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES << 7;
    // The lowest bit that is set is right; those above it may come of a borrow.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let quote = zeros(word ^ (ONES * 0x22));
        let backslash = zeros(word ^ (ONES * 0x5c));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quote | backslash | control;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(byte) = text.get(at) {
        if matches!(byte, b'"' | b'\\' | ..0x20) {
            break;
        }
        at += 1;
    }
    at
}

/// The end of the number that starts at `at`; it is known only when something follows.
pub(super) fn number_end(text: &[u8], at: usize) -> Result<Scan, Flaw> {
    let mut next = at + usize::from(text.get(at) == Some(&b'-'));
    let digits =
        |from: usize| from + text[from.min(text.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole_end = digits(next);
    let leading_zero = text.get(next) == Some(&b'0') && whole_end > next + 1;
    let mut missing_digit = whole_end == next;
    next = whole_end;
    if text.get(next) == Some(&b'.') {
        let end = digits(next + 1);
        missing_digit |= end == next + 1;
        next = end;
    }
    if matches!(text.get(next), Some(b'e' | b'E')) {
        next += 1;
        next += usize::from(matches!(text.get(next), Some(b'+' | b'-')));
        let end = digits(next);
        missing_digit |= end == next;
        next = end;
    }
    if next >= text.len() {
        return Ok(Scan::More);
    }
    if missing_digit || leading_zero { Err(expected(at, "a number")) } else { Ok(Scan::End(next)) }
}

/// The end of the number that starts with the digit at `at`: most have digits alone.
#[inline]
pub(super) fn digits_end(text: &[u8], at: usize) -> Result<Scan, Flaw> {
    let mut next = at + 1;
    while matches!(text.get(next), Some(b'0'..=b'9')) {
        next += 1;
    }
    let leading_zero = next > at + 1 && text.get(at) == Some(&b'0');
    match text.get(next) {
        Some(b',' | b']') if !leading_zero => Ok(Scan::End(next)),
        _ => number_end(text, at),
    }
}

/// The end of `true`, `false` or `null` at `at`.
fn word_end(text: &[u8], at: usize) -> Result<Scan, Flaw> {
    let word: &[u8] = match text.get(at) {
        Some(b't') => b"true",
        Some(b'f') => b"false",
        _ => b"null",
    };
    let found = &text[at..text.len().min(at + word.len())];
    if found == word {
        return Ok(Scan::End(at + word.len()));
    }
    if word.starts_with(found) { Ok(Scan::More) } else { Err(expected(at, "a JSON value")) }
}

/// The end of the string, number, `true`, `false` or `null` at `at`.
#[inline]
pub(super) fn scalar_end(text: &[u8], at: usize) -> Result<Scan, Flaw> {
    match text.get(at) {
        None => Ok(Scan::More),
        Some(b'"') => string_end(text, at),
        Some(b'-' | b'0'..=b'9') => number_end(text, at),
        Some(b't' | b'f' | b'n') => word_end(text, at),
        Some(_) => Err(expected(at, "a JSON value")),
    }
}

/// What may come next inside of brackets.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Value,
    ValueOrClose,
    Key,
    KeyOrClose,
    Colon,
    CommaOrClose,
}

/// Open brackets, innermost last, as bits: set for an object.
struct Nesting {
    objects: u128,
    depth: u32,
    depth_max: u32,
}

impl Nesting {
    fn open(&mut self, at: usize, object: bool) -> Result<Next, Flaw> {
        if self.depth >= self.depth_max.min(u128::BITS) {
            return Err((at, Problem::TooMuch("nested brackets", u64::from(self.depth_max))));
        }
        self.objects = self.objects << 1 | u128::from(object);
        self.depth += 1;
        Ok(if object { Next::KeyOrClose } else { Next::ValueOrClose })
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn close(&mut self, at: usize, object: bool) -> Result<Next, Flaw> {
        if self.in_object() != object {
            return Err(expected(at, if object { "`]`" } else { "`}`" }));
        }
        self.objects >>= 1;
        self.depth -= 1;
        Ok(Next::CommaOrClose)
    }
}

/// The end of the value at `at`, of any kind; all of it is checked to be JSON, but for what escapes `\u` spell.
pub(super) fn value_end(text: &[u8], at: usize, depth_max: u32) -> Result<Scan, Flaw> {
    let mut nesting = Nesting { objects: 0, depth: 0, depth_max };
    let mut next = Next::Value;
    let mut at = at;
    loop {
        at = skip_space(text, at);
        let Some(byte) = text.get(at) else { return Ok(Scan::More) };
        let mut step = 1;
        next = match (next, byte) {
            (Next::Value | Next::ValueOrClose, b'[') => nesting.open(at, false)?,
            (Next::Value | Next::ValueOrClose, b'{') => nesting.open(at, true)?,
            (Next::ValueOrClose | Next::CommaOrClose, b']') => nesting.close(at, false)?,
            (Next::KeyOrClose | Next::CommaOrClose, b'}') => nesting.close(at, true)?,
            (Next::CommaOrClose, b',') if nesting.in_object() => Next::Key,
            (Next::CommaOrClose, b',') => Next::Value,
            (Next::CommaOrClose, _) => return Err(expected(at, "`,` or a closing bracket")),
            (Next::Colon, b':') => Next::Value,
            (Next::Colon, _) => return Err(expected(at, "`:`")),
            (Next::Key | Next::KeyOrClose, b'"') | (Next::Value | Next::ValueOrClose, _) => {
                let Scan::End(end) = scalar_end(text, at)? else { return Ok(Scan::More) };
                step = end - at;
                if matches!(next, Next::Key | Next::KeyOrClose) { Next::Colon } else { Next::CommaOrClose }
            }
            (Next::Key | Next::KeyOrClose, _) => return Err(expected(at, "a key")),
        };
        at += step;
        if nesting.depth == 0 && next == Next::CommaOrClose {
            return Ok(Scan::End(at));
        }
    }
}

/// Looks for the end of a value that has arrived in part, each byte once however many parts there are.
///
/// It only counts brackets and quotes: what it finds is scanned in earnest afterwards.
#[derive(Debug, Default)]
pub(super) struct Boundary {
    at: usize,
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Boundary {
    /// For a value that starts at `at`.
    pub(super) fn starting(at: usize) -> Boundary {
        Boundary { at, ..Boundary::default() }
    }

    /// Whether the value at the start of `text`, of which more may have arrived since the last call, is all there.
    pub(super) fn reached(&mut self, text: &[u8]) -> bool {
        while let Some(byte) = text.get(self.at) {
            self.at += 1;
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => continue,
                }
                if self.in_string || self.depth > 0 {
                    continue;
                }
                return true;
            }
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' if self.depth <= 1 => return true,
                b']' | b'}' => self.depth -= 1,
                // A number or a word ends where something else begins.
                b',' | b' ' | b'\n' | b'\r' | b'\t' if self.depth == 0 => return true,
                _ => {}
            }
        }
        false
    }
}
