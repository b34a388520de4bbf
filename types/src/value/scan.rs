//! A cursor over the text of a value.

/// Reads ASCII pieces from the front of a text.
pub(super) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner { rest: text }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// Takes the next byte if it is `wanted`, which is ASCII.
    pub(super) fn byte(&mut self, wanted: u8) -> Option<()> {
        if self.peek() != Some(wanted) {
            return None;
        }
        self.rest = self.rest.get(1..)?;
        Some(())
    }

    /// Takes `+` (as 1) or `-` (as -1).
    pub(super) fn sign(&mut self) -> Option<i8> {
        if self.byte(b'-').is_some() {
            return Some(-1);
        }
        self.byte(b'+').map(|()| 1)
    }

    /// Takes the longest run of digits, which may be empty.
    pub(super) fn digits(&mut self) -> &'a str {
        let len = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        digits
    }

    /// Takes exactly two digits.
    pub(super) fn two_digits(&mut self) -> Option<u8> {
        let pair = self.rest.get(..2)?;
        if !pair.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.rest = &self.rest[2..];
        pair.parse().ok()
    }

    /// Takes `.` (or `,`, as ISO 8601 allows) and a fraction of a second, if there is one.
    ///
    /// Digits beyond the ninth must be zeros: nothing is rounded away.
    pub(super) fn fraction(&mut self) -> Option<u32> {
        if self.byte(b'.').is_none() && self.byte(b',').is_none() {
            return Some(0);
        }
        let digits = self.digits();
        if digits.is_empty() {
            return None;
        }
        let (kept, beyond) = digits.split_at(digits.len().min(9));
        if beyond.bytes().any(|b| b != b'0') {
            return None;
        }
        let value: u32 = kept.parse().ok()?;
        Some(value * 10_u32.pow(9 - kept.len() as u32))
    }
}
