//! The raw text of one member of a JSON object: an id is given back as it came, digits and all.
//!
//! The text is known to be JSON: this only finds where a member begins and ends.

/// The text of the value of the last member `key` of the object `json`; `None` where there is none. A key that is
/// written with escapes is not found.
pub(crate) fn member<'j>(json: &'j str, key: &str) -> Option<&'j str> {
    let mut rest = json.trim_start().strip_prefix('{')?;
    let mut found = None;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
        let name_len = value_len(rest);
        let (name, after) = rest.split_at(name_len);
        let Some(value) = after.trim_start().strip_prefix(':') else { return found };
        let value = value.trim_start();
        let (text, after) = value.split_at(value_len(value));
        if name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) == Some(key) {
            found = Some(text);
        }
        rest = after;
    }
}

/// How long the value is that a text begins with.
fn value_len(text: &str) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => continue,
            }
            if !in_string && depth == 0 {
                return at + 1;
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_given_back_as_it_is_written() {
        for (json, id) in [
            (r#"{"id":1,"sql":"SELECT 1"}"#, Some("1")),
            (r#"{"id":123456789012345678901234567890}"#, Some("123456789012345678901234567890")),
            (r#" { "sql" : "id\",", "id" : 1.50e+2 } "#, Some("1.50e+2")),
            (r#"{"a":{"id":1},"id":[1, {"id":"}"}] ,"sql":"x"}"#, Some(r#"[1, {"id":"}"}]"#)),
            (r#"{"id":"a\u0041\"b","sql":"x"}"#, Some(r#""a\u0041\"b""#)),
            (r#"{"id":1,"id":2}"#, Some("2")),
            (r#"{"id":null}"#, Some("null")),
            (r#"{"sql":"id"}"#, None),
            (r#"{}"#, None),
            (r#"["id"]"#, None),
            ("", None),
        ] {
            assert_eq!(member(json, "id"), id, "{json}");
        }
    }
}
