//! What the parser expected, in the user's words.

/// What stands in the parser's messages, and what is said instead.
const WORDS: &[(&str, &str)] = &[
    ("an SQL statement", "a statement"),
    ("identifier", "a name"),
    ("an expression:", "an expression"),
    ("a data type name", "a type"),
    ("SELECT, VALUES, or a subquery in the query body", "SELECT, VALUES or a subquery"),
    ("joined table", "a joined table"),
    ("literal int", "a whole number"),
    ("literal number", "a number"),
    ("number", "a number"),
    ("literal string", "a string"),
    ("string literal", "a string"),
    ("placeholder", "the name of a parameter right after `:`"),
    ("variable value", "a value"),
    ("equals sign or TO", "`=`"),
    ("= or TO", "`=`"),
    ("assignment operator", "`=`"),
    ("ROWS, RANGE, GROUPS", "PARTITION BY, ORDER BY, ROWS or RANGE"),
    ("an identifier after AS", "a name after AS"),
    ("an identifier or a '*' after '.'", "a name or `*` after `.`"),
    ("wildcard or identifier", "a name or `*`"),
    ("column identifier before (+)", "a column before `(+)`"),
    ("an object type after CREATE", "TABLE, VIEW or another kind of object after CREATE"),
    ("an object type after DROP", "TABLE, VIEW or another kind of object after DROP"),
    ("',' or ')' after column definition", "`,` or `)` after the column"),
    ("expected one of: ')', ','", "`,` or `)`"),
    ("a join type after NATURAL", "JOIN after NATURAL"),
    ("JOIN or APPLY after CROSS", "JOIN after CROSS"),
    ("OUTER, SEMI, ANTI or JOIN after LEFT", "JOIN or OUTER after LEFT"),
    ("OUTER, SEMI, ANTI or JOIN after RIGHT", "JOIN or OUTER after RIGHT"),
    ("OUTER or JOIN after FULL", "JOIN or OUTER after FULL"),
    ("date/time field", "a part of a date, such as YEAR"),
    ("trim_where field", "LEADING, TRAILING or BOTH"),
    ("at least one value", "a value"),
    ("a name or type", "a name"),
    ("Table name", "a table"),
    ("argument operator", "`=>`"),
    (" another option or EOF", "another option or the end of the statement"),
    ("end of statement", "the end of the statement"),
    ("a QUERY statement", "a query"),
    ("DEPENDS after NO", "another word after NO"),
    ("MINUTE or SECOND", "MINUTE or SECOND"),
];

/// What was expected; `None` where the parser does not say it, or says it of its own insides.
pub(super) fn expected(words: &str) -> Option<String> {
    let expected =
        ["Expected: ", "Expected ", "expected "].iter().find_map(|prefix| words.strip_prefix(prefix))?;
    let expected = expected.split(", found: ").next().unwrap_or(expected).trim_end_matches(", but");
    if let Some((_, own)) = WORDS.iter().find(|(parsers, _)| *parsers == expected) {
        return Some((*own).to_string());
    }
    if expected.starts_with("[NOT] NULL | TRUE | FALSE") {
        return Some("NULL, NOT NULL, TRUE, FALSE or DISTINCT FROM after IS".to_string());
    }
    if let Some(kind) =
        ["DROP", "CREATE", "ALTER"].iter().find(|kind| expected.ends_with(&format!(" after {kind}")))
        && expected.len() > 60
    {
        return Some(format!("TABLE, VIEW or another kind of object after {kind}"));
    }
    if expected.contains("::") || expected.contains("{:") {
        return None;
    }
    if matches!(expected, "(" | ")" | "[" | "]" | "{" | "}" | "," | "=" | "." | ":" | ">" | "=>") {
        return Some(format!("`{expected}`"));
    }
    Some(expected.replace('\'', "`").replace("EOF", "the end of the statement").replace("identifier", "name"))
}

#[cfg(test)]
mod tests {
    use super::expected;

    #[test]
    fn the_parsers_words_are_not_the_users() {
        for (parsers, users) in [
            ("Expected: an SQL statement, found: EOF", Some("a statement")),
            ("Expected: ), found: x", Some("`)`")),
            ("Expected: 'FROM' or ',', found: x", Some("`FROM` or `,`")),
            (
                "Expected: [NOT] NULL | TRUE | FALSE | x after IS, found: y",
                Some("NULL, NOT NULL, TRUE, FALSE or DISTINCT FROM after IS"),
            ),
            ("Expected Token::Word", None),
            ("Cannot specify both ALL and DISTINCT", None),
        ] {
            assert_eq!(expected(parsers).as_deref(), users, "{parsers}");
        }
    }
}
