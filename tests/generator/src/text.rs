//! What can be said of a piece of SQL by its characters alone.

/// Whether a text is a literal and nothing else.
pub(crate) fn is_constant(text: &str) -> bool {
    let bare = text.trim_matches(|c| c == '(' || c == ')');
    let number = bare.trim_start_matches(['-', '+']).parse::<f64>().is_ok();
    let string = bare.len() > 1
        && bare.starts_with('\'')
        && bare.ends_with('\'')
        && !bare[1..bare.len() - 1].contains('\'');
    number || string || matches!(bare, "NULL" | "TRUE" | "FALSE") || bare.starts_with('\u{1}')
}
