//! The rule of expansions, held on their tokens: generated code names nothing but `$crate::__private`, what the user wrote
//! and what it declares itself. `::core::compile_error!` is the one exception: all of it must carry the span of the user's
//! token to be underlined there, and `$crate` means what its own span says.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::input::Rows;
use crate::query::Kind;

/// Keywords and names that generated code declares.
const OWN: &[&str] = &[
    "PLAN", "Record", "Self", "T", "_", "as", "const", "crate", "enum", "false", "fn", "for", "if", "impl",
    "in", "let", "match", "mut", "pub", "self", "static", "struct", "trait", "true", "type", "value",
    "where",
];

/// Names in `tokens` that break the rule; `users` are those of the call.
fn strangers(tokens: TokenStream, users: &[&str]) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mark = |at: Option<usize>, wanted: char| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == wanted))
    };
    let path_before = |at: usize| mark(at.checked_sub(1), ':') && mark(at.checked_sub(2), ':');
    let word =
        |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(ToString::to_string).unwrap_or_default();
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let name = match token {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Bracket && mark(at.checked_sub(1), '#') =>
            {
                // Of attributes, `derive` alone names what has to be found.
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                if let [TokenTree::Ident(name), TokenTree::Group(derived)] = &inner[..]
                    && name == "derive"
                {
                    found.extend(strangers(derived.stream(), users));
                }
                continue;
            }
            TokenTree::Group(group) => {
                found.extend(strangers(group.stream(), users));
                continue;
            }
            TokenTree::Ident(name) => name.to_string(),
            TokenTree::Punct(_) | TokenTree::Literal(_) => continue,
        };
        let is_lifetime = mark(at.checked_sub(1), '\'');
        let is_member = mark(at.checked_sub(1), '.') && !mark(at.checked_sub(2), '.');
        let is_declared =
            matches!(&*word(at.checked_sub(1)), "type" | "fn" | "const" | "struct" | "enum" | "trait");
        let is_labelled = mark(Some(at + 1), ':') && !mark(Some(at + 2), ':');
        let is_bound = mark(Some(at + 1), '=');
        if is_lifetime || is_member || is_declared || is_labelled || is_bound {
            continue;
        }
        if path_before(at) {
            let before = at.checked_sub(3).map(|at| &tokens[at]);
            let goes_on = matches!(before, Some(TokenTree::Ident(_)))
                || matches!(before, Some(TokenTree::Punct(p)) if p.as_char() == '>');
            let is_error = name == "core" && word(Some(at + 3)) == "compile_error";
            if !goes_on && name != "querent" && !is_error {
                found.push(format!("::{name}"));
            }
            continue;
        }
        if name == "querent" && word(Some(at + 3)) != "__private" {
            found.push(format!("querent::{}", word(Some(at + 3))));
        }
        let is_ours = ["querent_", "Querent", "QUERENT_"].iter().any(|prefix| name.starts_with(prefix));
        if !is_ours && name != "querent" && !OWN.contains(&&*name) && !users.contains(&&*name) {
            found.push(name);
        }
    }
    found
}

#[track_caller]
fn check(users: &[&str], tokens: TokenStream) {
    assert!(!tokens.is_empty());
    let found = strangers(tokens.clone(), users);
    assert!(found.is_empty(), "{found:?} in\n{tokens}");
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}

fn query(rows: Rows, call: &str) -> TokenStream {
    crate::query::expand(Kind { rows, file: false }, tokens(&format!("querent {call}")))
}

#[test]
fn the_rule_is_one() {
    for (text, stranger) in [
        ("let x = ::std::vec::Vec::new();", "::std"),
        ("Vec::new()", "Vec"),
        ("f::<i64>(querent::__private::a(), { Some(1) })", "f"),
        ("querent::sql(x)", "querent::sql"),
        ("#[derive(Debug)] struct A;", "Debug"),
        ("panic!(\"\")", "panic"),
        ("::core::panic!()", "::core"),
    ] {
        let found = strangers(tokens(text), &["x"]);
        assert!(found.iter().any(|name| name == stranger), "{text}: {found:?}");
    }
}

#[test]
fn queries_keep_the_rule() {
    let text = "SELECT f.flight, c.name, f.dep_delay, avg(f.arr_delay) AS mean, min(f.time_hour) AS first, TRUE AS yes, \
                X'00' AS bytes, [1, 2] AS list FROM flights f JOIN airlines c ON c.carrier = f.carrier \
                WHERE f.dest IN (:dests..) {{ AND f.month = :month }} GROUP BY f.flight, c.name, f.dep_delay";
    check(
        &["Flights", "a", "b"],
        query(Rows::Anonymous, &format!("Flights, \"{text}\", dests = a, month = b")),
    );
    check(&["Flights", "Own"], query(Rows::As, "Flights, Own, \"SELECT flight, dep_delay FROM flights\""));
    check(&["Flights"], query(Rows::Scalar, "Flights, \"SELECT count(*) FROM flights\""));
    check(
        &["Flights", "Mine"],
        query(Rows::Scalar, "Flights, \"SELECT flight AS \\\"n: Mine\\\" FROM flights\""),
    );
    check(&["Flights", "x"], query(Rows::Anonymous, "Flights, \"DELETE FROM flights WHERE flight = ?\", x"));
}

#[test]
fn what_is_refused_keeps_the_rule() {
    check(&["Flights"], query(Rows::Anonymous, "Flights, \"SELECT flight, nothing FROM flights\""));
    check(&["Nowhere"], query(Rows::Anonymous, "Nowhere, \"SELECT 1\""));
    check(&["Flights"], query(Rows::Anonymous, "Flights, \"SELEC 1\""));
    check(&["Unheard"], crate::source::expand(tokens("querent pub Unheard")));
    check(
        &["Old", "Unheard"],
        crate::record::expand(tokens("querent struct Old from Unheard, \"SELECT 1\"")),
    );
}

#[test]
fn sources_and_records_keep_the_rule() {
    check(&["Flights", "Mine"], crate::source::expand(tokens("querent pub Flights: Mine")));
    let record = "querent pub struct Top from Flights, \"SELECT carrier FROM flights WHERE month = :month {{ AND day = $2 }}\"";
    check(&["Top", "Flights", "month", "day"], crate::record::expand(tokens(&record.replace("$2", ":day"))));
}

#[test]
fn derives_keep_the_rule() {
    let row = "#[querent(rename_all = \"UPPERCASE\")] struct Row<T> { a: T, #[querent(default)] b: Own, \
               #[querent(flatten)] c: Part, #[querent(skip)] d: Own }";
    check(&["Row", "T", "Own", "Part", "a", "b", "c", "d"], crate::derive::from_row(tokens(row)));
    check(&["Pair", "Own"], crate::derive::from_row(tokens("struct Pair(Own, Own);")));
    check(&["Code", "Own"], crate::derive::column_type(tokens("struct Code(Own);")));
    check(&["Kind"], crate::derive::column_type(tokens("enum Kind { A, B }")));
    check(&["Month"], crate::derive::column_type(tokens("#[repr(i16)] enum Month { A = 1, B }")));
    check(&["Kind"], crate::derive::column_type(tokens("enum Kind { A(u8) }")));
}
