//! Long names in findings are cut: a name of a megabyte says no more than its beginning, and fills the screen.
//!
//! What stands between backquotes is a name, and so is what no space parts. What help tells to write stays whole as long
//! as anybody could mean it.

use super::{Code, Diagnostic};

/// So many characters of a name are shown.
const NAME_MAX: usize = 60;

/// So many of a name that is to be written: engines take names of up to 255 bytes.
const ADVICE_MAX: usize = 255;

/// So many characters of a whole text are shown.
const TEXT_MAX: usize = 2_000;

impl Diagnostic {
    /// The same with long names cut. Findings about the cache name files, whose paths are no use in part.
    pub(crate) fn shortened(mut self) -> Diagnostic {
        if matches!(self.code, Code::CacheMissing | Code::CacheStale | Code::CacheInvalid) {
            return self;
        }
        let texts = [&mut self.message, &mut self.label].into_iter().chain(&mut self.notes);
        for text in texts.chain(self.related.iter_mut().map(|(_, text)| text)) {
            shorten(text, NAME_MAX, true);
        }
        if let Some(help) = &mut self.help {
            shorten(help, ADVICE_MAX, false);
        }
        self
    }
}

/// Cuts the names in a text. `spaced`: what stands between backquotes is cut even where it holds spaces.
fn shorten(text: &mut String, name_max: usize, spaced: bool) {
    // Characters are no more than bytes.
    if text.len() <= name_max {
        return;
    }
    let mut out = String::with_capacity(text.len().min(TEXT_MAX));
    for (i, part) in text.split('`').enumerate() {
        let quoted = i % 2 == 1;
        if i > 0 {
            out.push('`');
        }
        if quoted && spaced {
            push(&mut out, part, name_max);
            continue;
        }
        for word in part.split_inclusive(char::is_whitespace) {
            push(&mut out, word, name_max);
        }
    }
    text.clear();
    push(text, &out, TEXT_MAX);
}

/// Adds a text, or as much of it as is shown.
fn push(out: &mut String, text: &str, max: usize) {
    match text.char_indices().nth(max) {
        // The space behind a word is not what makes it long.
        Some((end, c)) if end + c.len_utf8() < text.len() || !c.is_whitespace() => {
            out.push_str(&text[..end]);
            out.push('…');
            if text.ends_with(char::is_whitespace) {
                out.push(' ');
            }
        }
        _ => out.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Span;

    #[track_caller]
    fn check(text: &str, message: &str, help: &str) {
        let found = Diagnostic::error(Code::Syntax, Span::default(), text)
            .label(text)
            .note(text)
            .related(Span::default(), text)
            .help(text)
            .shortened();
        assert_eq!(found.message, message);
        assert_eq!(
            (&found.label, &found.notes[0], &found.related[0].1),
            (&found.message, &found.message, &found.message)
        );
        assert_eq!(found.help.as_deref(), Some(help));
    }

    #[test]
    fn what_is_short_stays() {
        let text =
            "there is no column `a` here, nor in any of the tables that stand in FROM; it is one of `t`";
        check(text, text, text);
        let edge = format!("no `{}`, no {} at all", "é".repeat(NAME_MAX), "x".repeat(NAME_MAX));
        check(&edge, &edge, &edge);
    }

    #[test]
    fn long_names_are_cut() {
        let (short, long) = ("é".repeat(NAME_MAX), "é".repeat(NAME_MAX + 1));
        let text = format!("no `{long}` in `t`, no {long} at all");
        check(&text, &format!("no `{short}…` in `t`, no {short}… at all"), &text);
        let spaced = format!("write `{} b`", "a ".repeat(NAME_MAX));
        check(&spaced, &format!("write `{}…`", "a ".repeat(NAME_MAX / 2)), &spaced);
        let longest = "x".repeat(1 << 20);
        let advice = "x".repeat(ADVICE_MAX);
        let shown = "x".repeat(NAME_MAX);
        check(
            &format!("did you mean `{longest}`?"),
            &format!("did you mean `{shown}…`?"),
            &format!("did you mean `{advice}…`?"),
        );
    }

    #[test]
    fn paths_stay_whole() {
        let text = format!("cache file `/{}/t.json` cannot be read", "folder/".repeat(20));
        let found = Diagnostic::error(Code::CacheInvalid, Span::default(), &text).shortened();
        assert_eq!(found.message, text);
    }

    #[test]
    fn no_text_is_endless() {
        let text = "`a` ".repeat(1 << 18);
        let shown = format!("{}…", "`a` ".repeat(TEXT_MAX / 4));
        let found = Diagnostic::error(Code::Syntax, Span::default(), &text).help(&text).shortened();
        assert_eq!(found.message.trim_end(), shown);
        assert_eq!(found.help.as_deref().map(str::trim_end), Some(&*shown));
    }
}
