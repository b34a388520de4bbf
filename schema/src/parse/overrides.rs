//! Overrides in aliases: `"x!"`, `"x?"`, `"x: T"`, `"x!: T"`, `"x?: T"`.

use crate::ast::{ColumnOverride, Span};
use crate::diagnostic::{Code, Diagnostic};

/// Splits a quoted alias into its plain name and what it overrides; `None` where it overrides nothing.
///
/// `raw` is the alias with its quotes, `value` without them, `span` the place of `raw`.
pub(crate) fn split(
    raw: &str,
    value: &str,
    span: Span,
) -> Result<Option<(String, ColumnOverride)>, Box<Diagnostic>> {
    let (head, rust_type) = match type_colon(value) {
        Some(colon) => (&value[..colon], Some(value[colon + 1..].trim())),
        None => (value, None),
    };
    let head = head.trim_end();
    let (name, nullable) = match head.as_bytes().last() {
        Some(b'!') => (&head[..head.len() - 1], Some(false)),
        Some(b'?') => (&head[..head.len() - 1], Some(true)),
        _ => (head, None),
    };
    if nullable.is_none() && rust_type.is_none() {
        return Ok(None);
    }
    let suffix = value.len() - name.len();
    let invalid = |message: &str| {
        let found = Diagnostic::error(Code::InvalidOverride, span, message.to_string());
        Err(Box::new(
            found.help("an override is `\"name!\"`, `\"name?\"`, `\"name: Type\"` or `\"name!: Type\"`"),
        ))
    };
    if name.trim().is_empty() {
        return invalid("an override without a column name");
    }
    if name.ends_with(['!', '?']) {
        return invalid("an override says `!` or `?` once");
    }
    if let Some(ty) = rust_type
        && let Err(why) = rust_type_shape(ty)
    {
        return invalid(&format!("`{ty}` is not a Rust type: {why}"));
    }
    // Only the name can hold escaped quotes, so the override has as many bytes in the text as in the value.
    let closing = raw.chars().next_back().map_or(0, char::len_utf8);
    let end = span.end as usize - closing;
    let place = Span::new(end - suffix.min(raw.len().saturating_sub(2 * closing)), end);
    let over = ColumnOverride { nullable, rust_type: rust_type.map(str::to_string), span: place };
    Ok(Some((name.to_string(), over)))
}

/// The colon before a type: the first single one that a type could follow.
fn type_colon(value: &str) -> Option<usize> {
    let bytes = value.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] != b':' {
            i += 1;
            continue;
        }
        if bytes.get(i + 1) == Some(&b':') {
            i += 2;
            continue;
        }
        let before = i.checked_sub(1).map(|b| bytes[b]);
        let rest = value[i + 1..].trim_start();
        let marked = matches!(before, Some(b'!' | b'?'));
        let spaced = value[i + 1..].starts_with(char::is_whitespace);
        let starts =
            rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':' | '&' | '(' | '[' | '<'));
        // `"12:30"` and `"a:"` are plain names; `"x!:"` and `"x: 5"` are slips.
        return (marked || starts || (spaced && !rest.is_empty())).then_some(i);
    }
    None
}

/// Whether a text can be a Rust type: its characters, and brackets that pair.
fn rust_type_shape(ty: &str) -> Result<(), String> {
    if ty.is_empty() {
        return Err("it is empty".to_string());
    }
    let first = ty.chars().next().unwrap_or(' ');
    if !(first.is_alphabetic() || matches!(first, '_' | ':' | '&' | '(' | '[' | '<')) {
        return Err(format!("it cannot begin with `{first}`"));
    }
    let mut open = Vec::new();
    for c in ty.chars() {
        match c {
            '<' | '(' | '[' => open.push(c),
            '>' | ')' | ']' => {
                let expected = match c {
                    '>' => '<',
                    ')' => '(',
                    _ => '[',
                };
                if open.pop() != Some(expected) {
                    return Err(format!("`{c}` closes nothing"));
                }
            }
            c if c.is_alphanumeric() || c.is_whitespace() => {}
            '_' | ':' | '&' | ',' | '\'' | ';' | '#' | '-' | '=' | '+' => {}
            c => return Err(format!("`{c}` cannot stand in it")),
        }
    }
    match open.last() {
        Some(c) => Err(format!("`{c}` is not closed")),
        None => Ok(()),
    }
}
