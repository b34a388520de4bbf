//! Texts, their trees and their slips.

use super::*;

#[track_caller]
fn fails(text: &str, at: &str, message: &str) {
    let found = parse(text).unwrap_err();
    assert_eq!(&text[found.span.start as usize..found.span.end as usize], at, "{text}");
    assert_eq!(found.message, message, "{text}");
}

#[test]
fn every_form_is_read_with_its_place() {
    let text = r#"[{"a": [1, -2.5e+3, "x\u00e9\ud83d\ude00\n", true, null, {}]}, {"$param": "p"}]"#;
    let document = parse(text).unwrap();
    let Value::Array(items) = &document.root.value else { panic!() };
    let [Item::One(first), Item::One(second)] = &items[..] else { panic!() };
    assert!(matches!(second.value, Value::Param(0)));
    let Value::Object(members) = &first.value else { panic!() };
    let [Item::One(a)] = &members[..] else { panic!() };
    assert_eq!((&*a.name.text, a.name.span), ("a", Span::new(2, 5)));
    let Value::Array(values) = &a.value.value else { panic!() };
    let shown: Vec<(&str, &str)> = values
        .iter()
        .map(|value| match value {
            Item::One(node) => (node.noun(), &text[node.span.start as usize..node.span.end as usize]),
            Item::Section(..) => panic!(),
        })
        .collect();
    assert_eq!(shown[1], ("a number", "-2.5e+3"));
    let Item::One(string) = &values[2] else { panic!() };
    assert_eq!(string.text(), Some("x\u{e9}\u{1f600}\n"));
    assert_eq!(shown[5], ("an object", "{}"));
}

#[test]
fn sections_hold_elements_or_members() {
    // Where a value stands, the first brace is an object's; where an element stands, two are a section's.
    assert_eq!(parse(r#"{"a": {{{"b": 1}}}}"#).unwrap().sections, [Span::new(7, 17)]);
    assert_eq!(parse(r#"[{{{"b": 1}}}]"#).unwrap().sections, [Span::new(1, 13)]);
    assert_eq!(parse(r#"[{ {{"b": 1}} }]"#).unwrap().sections, [Span::new(3, 13)]);
    fails("[{{1, {{2}}}}]", "{{", "an optional section directly inside another");
    let document = parse(r#"[{{1, 2}}, {"a": 0, {{"c": {"d": {}}}}}]"#).unwrap();
    assert_eq!(document.sections, [Span::new(1, 9), Span::new(20, 38)]);
}

#[test]
fn slips_are_told_at_their_place() {
    fails("[1 2]", "2", "expected `,` or `]`, found `2`");
    fails("[1", "", "expected `,` or `]`, found the end of the query");
    fails("{\"a\" 1}", "1", "expected `:` after \"a\", found `1`");
    fails("{a: 1}", "a", "expected a name in quotes, found `a`");
    fails("[name]", "name", "expected a value of JSON, found `name`");
    fails("[01]", "01", "`01` is not a number of JSON");
    fails("[1.]", "1.", "`1.` is not a number of JSON");
    fails("[\"a", "\"a", "a string that is not closed");
    fails("[\"\\x\"]", "\\x", "an escape that JSON does not have");
    fails("[] x", "x", "expected the end of the query, found `x`");
    fails("", "", "expected a value, found the end of the query");
    fails("{\"a\":1,\"a\":2}", "\"a\"", "\"a\" stands twice in one object");
    fails("[{{}}]", "{{}}", "an optional section with nothing in it");
    fails("[{\"$param\": 2}]", "{\"$param\": 2}", "parameter 2 is used before parameter 1");
    fails("[{\"$param\": \"a b\"}]", "\"a b\"", "a parameter's name is a word");
    let deep = "[".repeat(100);
    assert_eq!(parse(&deep).unwrap_err().code, Code::TooComplex);
}
