//! Findings as people read them: the message, the true place, the text with carets, notes and help.
//!
//! Plain text without colour, for terminals and for `compile_error!` alike. The first line is the message alone: whoever
//! prints it puts `error:` before it, as rustc does.

use std::fmt::Write;

use super::Diagnostic;
use crate::ast::Span;

/// Where a text stands: what `-->` says, and the numbers beside the snippet.
pub struct Origin<'a> {
    locate: Box<dyn Fn(usize) -> Position + 'a>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file as it is printed.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl<'a> Origin<'a> {
    /// A text that is a whole file, or that has a name of its own.
    pub fn file(name: impl Into<String>, text: &'a str) -> Origin<'a> {
        let name = name.into();
        Origin::mapped(move |offset| {
            let (line, column) = line_column(text, offset);
            Position { file: name.clone(), line, column }
        })
    }

    /// A text that stands inside a file with escapes or in several pieces: the place of each of its bytes. Neighbouring
    /// bytes with one line number are shown as one line.
    pub fn mapped(locate: impl Fn(usize) -> Position + 'a) -> Origin<'a> {
        Origin { locate: Box::new(locate) }
    }

    fn at(&self, offset: usize) -> Position {
        (self.locate)(offset)
    }
}

/// The line and column of a byte, both from 1, the column in characters.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    // Bytes that continue a character are none of their own.
    let column = before[start..].iter().filter(|b| (**b as i8) >= -0x40).count() + 1;
    (line, column)
}

impl Diagnostic {
    /// The finding in full: its message, then place, snippet, related places, notes and help on lines of their own.
    pub fn render(&self, text: &str, origin: &Origin<'_>) -> String {
        let mut lines = Lines::new(text, origin);
        lines.mark(self.span, '^', &self.label);
        for (span, label) in &self.related {
            lines.mark(*span, '-', label);
        }
        let gutter = lines.gutter();
        let place = origin.at(boundary(text, self.span.start as usize));
        let mut out = self.message.clone();
        // Writing to a String never fails.
        let _ = write!(out, "\n{:gutter$}--> {}:{}:{}", "", place.file, place.line, place.column);
        lines.print(gutter, &mut out);
        let remarks =
            self.notes.iter().map(|note| ("note", note)).chain(self.help.iter().map(|help| ("help", help)));
        for (kind, remark) in remarks {
            for (i, line) in remark.lines().enumerate() {
                let lead = if i == 0 { format!("= {kind}: ") } else { " ".repeat(kind.len() + 4) };
                let _ = write!(out, "\n{:gutter$} {lead}{line}", "");
            }
        }
        out
    }
}

/// At most this many lines of one marked range are shown.
const LINES_MAX: usize = 6;

/// Longer lines are cut to about this many columns around the first mark.
const COLUMNS_MAX: usize = 140;

/// The lines to show, with the marks under each.
struct Lines<'a> {
    text: &'a str,
    origin: &'a Origin<'a>,
    lines: Vec<Line>,
}

struct Line {
    range: std::ops::Range<usize>,
    number: usize,
    marks: Vec<Mark>,
    /// Whether lines of the same mark were left out after this one.
    cut: bool,
}

struct Mark {
    range: std::ops::Range<usize>,
    sign: char,
    label: String,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, origin: &'a Origin<'a>) -> Lines<'a> {
        Lines { text, origin, lines: Vec::new() }
    }

    fn mark(&mut self, span: Span, sign: char, label: &str) {
        let start = boundary(self.text, span.start as usize);
        let end = boundary(self.text, span.end as usize).max(start);
        let mut at = start;
        let mut parts = Vec::new();
        loop {
            let range = self.line_around(at);
            let part = at..end.min(range.end);
            let rest = &self.text[range.end..];
            let next = range.end
                + ["\r\n", "\n"].iter().find(|end| rest.starts_with(**end)).map_or(0, |end| end.len());
            parts.push((range, part));
            if next >= end || next <= at {
                break;
            }
            at = next;
        }
        let count = parts.len();
        for (i, (range, part)) in parts.into_iter().enumerate() {
            if i + 2 > LINES_MAX && i + 1 < count {
                continue;
            }
            let label = if i + 1 == count { label } else { "" };
            let blank = count > 1 && label.is_empty() && self.text[part.clone()].trim().is_empty();
            let part = self.trimmed(part);
            let mark = (!blank).then(|| Mark { range: part, sign, label: label.to_string() });
            let cut = i + 2 == LINES_MAX && count > LINES_MAX;
            self.add(range, mark, cut);
        }
    }

    /// A part of a line without the blanks around it, which carets would not point at.
    fn trimmed(&self, part: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let text = &self.text[part.clone()];
        let start = part.start + text.len() - text.trim_start().len();
        if start >= part.end { part } else { start..part.start + text.trim_end().len() }
    }

    fn add(&mut self, range: std::ops::Range<usize>, mark: Option<Mark>, cut: bool) {
        match self.lines.iter_mut().find(|line| line.range == range) {
            Some(line) => line.marks.extend(mark),
            None => {
                let number = self.origin.at(range.start).line;
                self.lines.push(Line { range, number, marks: mark.into_iter().collect(), cut });
            }
        }
    }

    /// The line that a byte stands in: up to line breaks of the text, and to where its file goes on to another line.
    fn line_around(&self, at: usize) -> std::ops::Range<usize> {
        let text = self.text;
        let number = self.origin.at(at).line;
        let mut start = text[..at].rfind('\n').map_or(0, |i| i + 1);
        let mut end = text[at..].find('\n').map_or(text.len(), |i| at + i);
        if end > start && text.as_bytes()[end - 1] == b'\r' && end > at {
            end -= 1;
        }
        if self.origin.at(start).line != number {
            let before = text[start..at].char_indices().map(|(i, _)| start + i);
            start = before.rev().take_while(|i| self.origin.at(*i).line == number).last().unwrap_or(at);
        }
        if self.origin.at(end).line != number && end > at {
            let after = text[at..end].char_indices().map(|(i, _)| at + i);
            end = after.skip(1).find(|i| self.origin.at(*i).line != number).unwrap_or(end);
        }
        start..end
    }

    /// The width of the line numbers.
    fn gutter(&self) -> usize {
        self.lines.iter().map(|line| line.number.to_string().len()).max().unwrap_or(1)
    }

    fn print(&mut self, gutter: usize, out: &mut String) {
        self.lines.sort_by_key(|line| line.range.start);
        let _ = write!(out, "\n{:gutter$} |", "");
        let mut before: Option<&Line> = None;
        for line in &self.lines {
            if before.is_some_and(|b| !b.cut && line.number > b.number + 1) {
                out.push_str("\n...");
            }
            self.print_line(line, gutter, out);
            if line.cut {
                out.push_str("\n...");
            }
            before = Some(line);
        }
    }

    fn print_line(&self, line: &Line, gutter: usize, out: &mut String) {
        let window = self.window(line);
        let _ = write!(out, "\n{:>gutter$} | {}", line.number, shown(&self.text[window.clone()]));
        out.truncate(out.trim_end().len());
        for mark in &line.marks {
            let start = mark.range.start.clamp(window.start, window.end);
            let end = mark.range.end.clamp(start, window.end);
            let blank = width(&self.text[window.start..start]);
            let signs = mark.sign.to_string().repeat(width(&self.text[start..end]).max(1));
            let _ = write!(out, "\n{:gutter$} | {:blank$}{signs} {}", "", "", mark.label);
            out.truncate(out.trim_end().len());
        }
    }

    /// The part of a line that is shown.
    fn window(&self, line: &Line) -> std::ops::Range<usize> {
        let text = &self.text[line.range.clone()];
        if text.chars().take(COLUMNS_MAX + 1).count() <= COLUMNS_MAX {
            return line.range.clone();
        }
        let first = line.marks.first().map_or(line.range.start, |mark| mark.range.start);
        let back = self.text[line.range.start..first].char_indices().rev().take(COLUMNS_MAX / 2).last();
        let start = back.map_or(first, |(i, _)| line.range.start + i);
        let ahead = self.text[start..line.range.end].char_indices().nth(COLUMNS_MAX);
        start..ahead.map_or(line.range.end, |(i, _)| start + i)
    }
}

/// The nearest byte at or before this one where a character begins.
fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text as it is printed: tabs as spaces, other control characters as a sign for them.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("    "),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// How many columns a text takes as [`shown`].
fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// How many columns a terminal gives a character: Unicode's East Asian Width, in blocks.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x09 => 4,
        0x0300..=0x036F | 0x0483..=0x0489 | 0x0591..=0x05BD | 0x0610..=0x061A | 0x064B..=0x065F => 0,
        0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0xE0100..=0xE01EF => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF => 2,
        0xA000..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 => 2,
        0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F680..=0x1F6FF | 0x1F900..=0x1F9FF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn place(text: &str, word: &str) -> Span {
        let start = text.find(word).unwrap_or_else(|| panic!("{word} is not in {text}"));
        Span::new(start, start + word.len())
    }

    #[track_caller]
    fn check(found: &Diagnostic, text: &str, expected: &str) {
        let rendered = found.render(text, &Origin::file("q.sql", text));
        assert_eq!(rendered, expected, "\n{rendered}\n");
    }

    #[test]
    fn a_finding_shows_its_place() {
        let text = "SELECT id,\n       nmae\nFROM users";
        let found = Diagnostic::error(Code::UnknownColumn, place(text, "nmae"), "unknown column `nmae`")
            .label("not in `users`")
            .note("`users` has the columns `id` and `name`")
            .help("did you mean `name`?");
        let expected = "unknown column `nmae`
 --> q.sql:2:8
  |
2 |        nmae
  |        ^^^^ not in `users`
  = note: `users` has the columns `id` and `name`
  = help: did you mean `name`?";
        check(&found, text, expected);
    }

    #[test]
    fn carets_stand_under_wide_characters_and_tabs() {
        let text = "SELECT '日本',\tnmae, '😀' x";
        let found = Diagnostic::error(Code::UnknownColumn, place(text, "nmae"), "unknown column");
        let expected = "unknown column\n --> q.sql:1:14\n  |\n1 | SELECT '日本',    nmae, '😀' x\n  |                   ^^^^";
        check(&found, text, expected);
        let found = Diagnostic::error(Code::UnknownColumn, place(text, " x"), "unknown column");
        let expected = "unknown column\n --> q.sql:1:23\n  |\n1 | SELECT '日本',    nmae, '😀' x\n  |                              ^";
        check(&found, text, expected);
    }

    #[test]
    fn ranges_of_several_lines_and_related_places() {
        let text = "SELECT a,\n\n  b\nFROM t\nWHERE c = :c\n\n  AND d = :c";
        let found = Diagnostic::error(Code::ParameterConflict, Span::new(0, 15), "clash")
            .label("here")
            .related(place(text, ":c"), "one use")
            .related(Span::new(text.len() - 2, text.len()), "another");
        let expected = "clash
 --> q.sql:1:1
  |
1 | SELECT a,
  | ^^^^^^^^^
2 |
3 |   b
  |   ^ here
...
5 | WHERE c = :c
  |           -- one use
...
7 |   AND d = :c
  |           -- another";
        check(&found, text, expected);
    }

    #[test]
    fn long_ranges_and_long_lines_are_cut() {
        let text = "a\n".repeat(20);
        let found = Diagnostic::error(Code::Syntax, Span::new(0, 40), "long").label("end");
        let rendered = found.render(&text, &Origin::file("q", &text));
        assert!(rendered.lines().count() < 20, "{rendered}");
        assert!(rendered.ends_with("20 | a\n   | ^ end"), "{rendered}");
        let text = format!("SELECT {} bad {}", "x, ".repeat(1000), "y, ".repeat(1000));
        let found = Diagnostic::error(Code::Syntax, place(&text, "bad"), "long");
        let rendered = found.render(&text, &Origin::file("q", &text));
        assert!(rendered.lines().all(|line| line.len() < 200), "{rendered}");
        let lines: Vec<&str> = rendered.lines().collect();
        assert_eq!(lines[3].find("bad"), lines[4].find("^^^"), "{rendered}");
    }

    #[test]
    fn the_end_of_a_text_can_be_pointed_at() {
        let text = "SELECT a FROM";
        let found = Diagnostic::error(Code::Syntax, Span::new(13, 13), "expected a table, found the end");
        check(
            &found,
            text,
            "expected a table, found the end\n --> q.sql:1:14\n  |\n1 | SELECT a FROM\n  |              ^",
        );
        let empty = Diagnostic::error(Code::StatementCount, Span::new(0, 0), "empty");
        check(&empty, "", "empty\n --> q.sql:1:1\n  |\n1 |\n  | ^");
        let crlf = "SELECT a\r\nFROM x\r\n";
        let found = Diagnostic::error(Code::UnknownTable, place(crlf, "x"), "no x");
        check(&found, crlf, "no x\n --> q.sql:2:6\n  |\n2 | FROM x\n  |      ^");
        let found = Diagnostic::error(Code::Syntax, Span::new(0, 16), "both");
        check(&found, crlf, "both\n --> q.sql:1:1\n  |\n1 | SELECT a\n  | ^^^^^^^^\n2 | FROM x\n  | ^^^^^^");
    }

    #[test]
    fn a_text_in_pieces_shows_the_lines_of_its_file() {
        // "SELECT a " + "FROM b": two lines of a file, one of the text.
        let text = "SELECT a FROM b";
        let origin = Origin::mapped(|offset| Position {
            file: "src/main.rs".to_string(),
            line: if offset < 9 { 10 } else { 11 },
            column: if offset < 9 { 20 + offset } else { 22 + offset - 9 },
        });
        let found = Diagnostic::error(Code::UnknownTable, place(text, "b"), "unknown table `b`")
            .related(place(text, "a"), "wanted here");
        let expected = "unknown table `b`
  --> src/main.rs:11:27
   |
10 | SELECT a
   |        - wanted here
11 | FROM b
   |      ^";
        assert_eq!(found.render(text, &origin), expected);
    }

    #[test]
    fn lines_and_columns_count_characters() {
        let text = "é😀x\nab";
        assert_eq!(line_column(text, 0), (1, 1));
        assert_eq!(line_column(text, 2), (1, 2));
        assert_eq!(line_column(text, 6), (1, 3));
        assert_eq!(line_column(text, 8), (2, 1));
        assert_eq!(line_column(text, 10), (2, 3));
        assert_eq!(line_column(text, 99), (2, 3));
    }
}
