//! Which names columns and parameters have in Rust.

use proc_macro2::{Ident, Span};

/// The identifier of a field or variable: raw where the name is a keyword; `None` where no identifier is like it.
pub(crate) fn field(name: &str, span: Span) -> Option<Ident> {
    if !is_word(name) || matches!(name, "_" | "self" | "Self" | "super" | "crate") {
        return None;
    }
    Some(if is_keyword(name) { Ident::new_raw(name, span) } else { Ident::new(name, span) })
}

/// The nearest thing to a name that can be an identifier: `count(*)` becomes `count`, `a-b` becomes `a_b`.
pub(crate) fn mangled(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c {
            c if continues(c) && c != '_' => out.extend(c.to_lowercase()),
            _ if out.ends_with('_') || out.is_empty() => {}
            _ => out.push('_'),
        }
    }
    let out = out.trim_end_matches('_');
    match out.chars().next() {
        None => "column".to_owned(),
        Some(first) if !starts(first) => format!("column_{out}"),
        Some(_) if matches!(out, "self" | "super" | "crate") => format!("{out}_"),
        Some(_) => out.to_owned(),
    }
}

/// A name for an expression: `avg(f.delay) * 2` becomes `avg_f_delay`.
pub(crate) fn alias(expression: &str) -> String {
    let words = expression.split(|c: char| !continues(c));
    let words: Vec<&str> = words.filter(|word| word.starts_with(starts)).take(3).collect();
    if words.is_empty() { "value".to_owned() } else { mangled(&words.join("_")) }
}

fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || starts(c)) && chars.all(continues)
}

/// Whether an identifier may start so. A little less than Unicode's XID_Start, which std does not know.
fn starts(c: char) -> bool {
    c.is_alphabetic()
}

/// Whether an identifier may go on so: a little less than XID_Continue.
fn continues(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit() || c == '_'
}

/// Rust's keywords in any edition (Rust reference, "Keywords").
fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "abstract"
            | "as"
            | "async"
            | "await"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "gen"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "use"
            | "virtual"
            | "where"
            | "while"
            | "yield"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_columns_where_rust_can() {
        let name = |name| field(name, Span::call_site()).map(|ident| ident.to_string());
        assert_eq!(name("carrier").as_deref(), Some("carrier"));
        assert_eq!(name("Größe").as_deref(), Some("Größe"));
        assert_eq!(name("type").as_deref(), Some("r#type"));
        assert_eq!(name("_x").as_deref(), Some("_x"));
        for impossible in
            ["self", "Self", "super", "crate", "_", "", "a-b", "count(*)", "1a", "a.b", "x y", "a²", "a→b"]
        {
            assert_eq!(name(impossible), None, "{impossible}");
        }
    }

    #[test]
    fn mangled_names_are_identifiers() {
        let cases = [
            ("count(*)", "count"),
            ("avg(trades.price)", "avg_trades_price"),
            ("a-b", "a_b"),
            ("self", "self_"),
            ("Int64(1)", "int64_1"),
            ("1", "column_1"),
            ("", "column"),
            ("*", "column"),
            ("Σ x", "σ_x"),
        ];
        for (from, to) in cases {
            assert_eq!(mangled(from), to);
            assert!(field(&mangled(from), Span::call_site()).is_some());
        }
    }

    #[test]
    fn expressions_get_short_names() {
        let cases = [
            ("count(*)", "count"),
            ("1 + 1", "value"),
            ("avg(f.delay) * 2", "avg_f_delay"),
            ("\"self\"", "self_"),
            ("…", "value"),
            ("CASE WHEN a THEN b END", "case_when_a"),
        ];
        for (from, to) in cases {
            assert_eq!(alias(from), to);
        }
    }
}
