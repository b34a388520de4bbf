//! Finding a text in a message, however it was escaped there.

use std::collections::HashMap;
use std::ops::Range;

/// From how many characters on a text is hidden inside of a word too.
const ANYWHERE: usize = 8;
/// From how many characters on each part of this length is hidden, since servers cut what is long.
const PART: usize = 12;

/// A message with escapes undone, as far as they can be without knowing whose they are: backslashes are dropped, runs of
/// quotes are one. What stands for each character is known by its place in the message.
pub(super) struct Folded {
    chars: Vec<char>,
    places: Vec<Range<usize>>,
}

impl Folded {
    pub(super) fn new(text: &str) -> Folded {
        let mut folded =
            Folded { chars: Vec::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
        let mut rest = text.char_indices().peekable();
        let mut escaped_at = None;
        while let Some((start, c)) = rest.next() {
            if c == '\\' {
                escaped_at.get_or_insert(start);
                continue;
            }
            let begin = escaped_at.take();
            let (mut c, mut end) = (c, start + c.len_utf8());
            if let (Some(_), Some((decoded, len))) = (begin, unicode(&text[start..])) {
                (c, end) = (decoded, start + len);
                while rest.next_if(|(at, _)| *at < end).is_some() {}
            }
            let quote = matches!(c, '\'' | '"');
            match (folded.chars.last(), folded.places.last_mut()) {
                (Some(last), Some(place)) if quote && *last == c && place.end == begin.unwrap_or(start) => {
                    place.end = end;
                }
                _ => {
                    folded.chars.push(plain(c));
                    folded.places.push(begin.unwrap_or(start)..end);
                }
            }
        }
        folded
    }

    /// Whether what stands there is a whole word, or begins and ends at other characters.
    fn is_apart(&self, at: usize, end: usize) -> bool {
        let word = |at: Option<usize>| at.and_then(|at| self.chars.get(at)).is_some_and(|c| is_word(*c));
        let glued_before = word(Some(at)) && word(at.checked_sub(1));
        let glued_after = word(end.checked_sub(1)) && word(Some(end));
        !glued_before && !glued_after
    }

    fn is_quoted(&self, at: usize, end: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.chars.get(at));
        before.is_some_and(|c| matches!(c, '\'' | '"' | '`')) && self.chars.get(end) == before
    }

    fn place(&self, at: usize, end: usize) -> Range<usize> {
        self.places[at].start..self.places[end - 1].end
    }
}

/// `\n` reads as an `n` where it is escaped.
fn plain(c: char) -> char {
    match c {
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        c => c,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `u00e9` and `u{e9}`, after a backslash: the character and how long that is.
fn unicode(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix('u')?;
    let (hex, len) = match digits.strip_prefix('{') {
        Some(braced) => {
            let hex = &braced[..braced.find('}')?];
            (hex, hex.len() + 3)
        }
        None => (digits.get(..4)?, 5),
    };
    Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, len))
}

/// A text to look for.
pub(super) struct Needle {
    chars: Vec<char>,
    any_case: bool,
}

impl Needle {
    pub(super) fn new(text: &str) -> Needle {
        Needle { chars: Folded::new(text).chars, any_case: false }
    }

    /// Whatever case its letters have.
    pub(super) fn any_case(text: &str) -> Needle {
        Needle { any_case: true, ..Needle::new(text) }
    }

    /// Adds the places at which the text, or a part of a long one, stands.
    pub(super) fn find(&self, message: &Folded, spans: &mut Vec<Range<usize>>) {
        let len = self.chars.len();
        if len >= PART {
            return self.find_parts(message, spans);
        }
        if len == 0 {
            return;
        }
        let bare = !self.chars.iter().any(|c| is_word(*c));
        for (at, window) in message.chars.windows(len).enumerate() {
            let same = window.iter().zip(&self.chars).all(|(a, b)| self.same(*a, *b));
            let fits = || match bare {
                true => message.is_quoted(at, at + len),
                false => len >= ANYWHERE || message.is_apart(at, at + len),
            };
            if same && fits() {
                spans.push(message.place(at, at + len));
            }
        }
    }

    /// The message is the smaller one where a value is large, so its parts are kept, and the value is walked through.
    fn find_parts(&self, message: &Folded, spans: &mut Vec<Range<usize>>) {
        let lower = |chars: &[char]| -> Vec<char> {
            chars.iter().map(|c| if self.any_case { c.to_ascii_lowercase() } else { *c }).collect()
        };
        let (theirs, ours) = (lower(&message.chars), lower(&self.chars));
        let mut parts: HashMap<&[char], Vec<usize>> = HashMap::new();
        for (at, part) in theirs.windows(PART).enumerate() {
            parts.entry(part).or_default().push(at);
        }
        for part in ours.windows(PART) {
            // Each place is needed once.
            for at in parts.remove(part).unwrap_or_default() {
                spans.push(message.place(at, at + PART));
            }
        }
    }

    fn same(&self, a: char, b: char) -> bool {
        a == b || (self.any_case && a.eq_ignore_ascii_case(&b))
    }
}
