//! Cuts of a text that does not parse: runs of its words, halves first.

use querent_schema::ast::Span;

use super::Cut;

/// Runs of tokens, from halves of the text down to single ones.
pub(super) fn cuts(sql: &str) -> Vec<Cut> {
    let tokens = split(sql);
    let mut cuts = Vec::new();
    let mut size = tokens.len() / 2;
    while size > 0 {
        for run in tokens.chunks(size) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                cuts.push(Cut { span: first.to(*last), text: String::new() });
            }
        }
        size /= 2;
    }
    cuts
}

/// The places of words, quoted texts and signs, each with the space behind it.
fn split(sql: &str) -> Vec<Span> {
    let mut tokens: Vec<Span> = Vec::new();
    let mut quote = None;
    let mut word = false;
    for (at, c) in sql.char_indices() {
        let end = at + c.len_utf8();
        let continues = match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                true
            }
            None if c.is_whitespace() => !tokens.is_empty(),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                false
            }
            None => word && (c.is_alphanumeric() || c == '_'),
        };
        word = c.is_alphanumeric() || c == '_';
        match tokens.last_mut() {
            Some(last) if continues => last.end = end as u32,
            _ => tokens.push(Span::new(at, end)),
        }
    }
    tokens
}
