//! What is said about texts that are not SQL.

use super::*;

/// The only finding of a text: its place, message and help.
#[track_caller]
fn finding(text: &str) -> (String, String, String) {
    let (source, mut found) = Source::new(text, &GENERIC);
    found.extend(source.parse(&|_| true).diagnostics);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    let found = found.remove(0);
    assert!(matches!(found.code, Code::Syntax | Code::StatementCount), "{text}: {found:#?}");
    let place = format!("{}+{}", found.span.start, found.span.end - found.span.start);
    (place, found.message, found.help.unwrap_or_default())
}

/// Checks the finding's place (`word`, the `nth` time it stands there), a part of its message and a part of its help.
#[track_caller]
fn check(text: &str, (word, nth): (&str, usize), message: &str, help: &str) {
    let (place, said, advice) = finding(text);
    let start = match word {
        "" => text.trim_end().len(),
        _ => text.match_indices(word).nth(nth).unwrap_or_else(|| panic!("{word} in {text}")).0,
    };
    assert_eq!(place, format!("{start}+{}", word.len()), "{text}: {said} / {advice}");
    assert!(said.contains(message), "{text}: {said}");
    assert!(advice.contains(help) && (help.is_empty() == advice.is_empty()), "{text}: help: {advice}");
}

#[test]
fn misspelt_keywords() {
    check("SELCT a FROM t", ("SELCT", 0), "expected a statement, found `SELCT`", "did you mean `SELECT`?");
    check("SELECT a FORM t", ("FORM", 0), "`t` cannot follow `FORM`", "did you mean `FROM`?");
    check("SELECT a FROM t WEHRE b = 1", ("WEHRE", 0), "`b` cannot follow `WEHRE`", "did you mean `WHERE`?");
    check("SELECT a FROM t GRUOP BY a", ("GRUOP", 0), "cannot follow `GRUOP`", "did you mean `GROUP`?");
    check("SELECT a FROM t ODRER BY a", ("ODRER", 0), "cannot follow `ODRER`", "did you mean `ORDER`?");
    check("SELECT a FROM t WHERE a = 1 ADN b = 2", ("ADN", 0), "found `ADN`", "did you mean `AND`?");
    check("UPDATE t STE a = 1", ("STE", 0), "cannot follow `STE`", "did you mean `SET`?");
    check("SELECT a FROM t LEFT JION u ON a = b", ("JION", 0), "found `JION`", "did you mean `JOIN`?");
    check("EXPLAIN SELCT 1", ("SELCT", 0), "expected a statement", "did you mean `SELECT`?");
    check("EXPLAIN SELECT a FORM t", ("FORM", 0), "`t` cannot follow `FORM`", "did you mean `FROM`?");
}

#[test]
fn slips_inside_subqueries_are_found_there() {
    check("SELECT a FROM t WHERE b IN (SELECT c FORM u)", ("FORM", 0), "`u` cannot follow `FORM`", "`FROM`");
    check("SELECT * FROM (SELECT a FROM t WHERE) AS s", (")", 0), "expected an expression, found `)`", "");
    check(
        "SELECT * FROM (SELECT 1 FROM (SELECT a b c FROM t) x) AS s",
        ("c", 0),
        "found `c`",
        "missing before `c`",
    );
    check("WITH a AS (SELECT 1 +) SELECT * FROM a", (")", 0), "expected an expression, found `)`", "");
    check("SELECT (SELECT max(x) FRM t)", ("FRM", 0), "cannot follow `FRM`", "did you mean `FROM`?");
}

#[test]
fn commas() {
    check("SELECT a b c FROM t", ("c", 0), "found `c`", "is a `,` or an operator missing before `c`?");
    check("SELECT a 1 FROM t", ("1", 0), "found `1`", "missing before `1`");
    check("SELECT f(a b) FROM t", ("b", 0), "expected `)`, found `b`", "missing before `b`");
    check("SELECT a FROM t WHERE a IN (1, 2,)", (",", 1), "a comma before `)`", "remove the comma");
    check("SELECT a FROM t GROUP BY a, ORDER BY a", (",", 0), "a comma before `ORDER`", "remove the comma");
    check("SELECT a FROM t ORDER BY a,", (",", 0), "a comma before the end of the text", "remove the comma");
    check("INSERT INTO t VALUES (1, 2) (3, 4)", ("(", 1), "found `(`", "is a `,` missing before `(`?");
}

#[test]
fn ends_that_come_too_soon() {
    check("SELECT a FROM", ("", 0), "found the end of the text", "");
    check("SELECT a FROM t WHERE  ", ("", 0), "expected an expression, found the end of the text", "");
    check("SELECT CASE WHEN a THEN b FROM t", ("FROM", 0), "expected END, found `FROM`", "");
    check("INSERT INTO t (a)", ("", 0), "found the end of the text", "");
    check("SELECT", ("", 0), "expected an expression, found the end of the text", "");
}

#[test]
fn what_is_not_closed() {
    check("SELECT count(a FROM t", ("(", 0), "`(` is not closed", "close it with `)`");
    check("SELECT a FROM t WHERE (a = 1", ("(", 0), "`(` is not closed", "close it with `)`");
    check("SELECT a) FROM t", (")", 0), "`)` closes nothing", "remove it");
    check("SELECT f(a] FROM t", ("(", 0), "`(` is not closed", "");
    check("SELECT 'abc FROM t", ("'", 0), "the string is not closed", "close it with `'`");
    check("SELECT 'é', 'abc FROM t", ("'", 2), "the string is not closed", "close it with `'`");
    check("SELECT \"abc FROM t", ("\"", 0), "the quoted identifier is not closed", "close it with `\"`");
    check("SELECT 1 /* abc", ("/*", 0), "the comment is not closed", "close it with `*/`");
    check("SELECT $x$ abc", ("$x$", 0), "the dollar-quoted string is not closed", "close it with `$x$`");
}

#[test]
fn clauses_out_of_order() {
    check(
        "SELECT a FROM t GROUP BY a WHERE b = 1",
        ("WHERE", 0),
        "WHERE cannot follow GROUP BY",
        "`WHERE` has to stand before `GROUP BY`",
    );
    check(
        "SELECT a FROM t LIMIT 1 ORDER BY a",
        ("ORDER", 0),
        "ORDER BY cannot follow LIMIT",
        "`ORDER BY` has to stand before `LIMIT`",
    );
    check(
        "SELECT a WHERE b = 1 FROM t",
        ("FROM", 0),
        "FROM cannot follow WHERE",
        "`FROM` has to stand before `WHERE`",
    );
}

#[test]
fn names_and_parameters() {
    check("SELECT a FROM :t", (":t", 0), "`:t` stands for a value, not for a name", "write the name itself");
    check("SELECT a FROM t AS $x", ("$x", 0), "stands for a value", "write the name itself");
    check("SELECT a FROM t WHERE a = = 1", ("=", 1), "expected an expression, found `=`", "");
    check("SELECT a FROM t WHERE a = 'it's'", ("'", 2), "the string is not closed", "close it");
    check(
        "SELECT a FROM t WHERE a = ! 1",
        ("!", 0),
        "expected an expression, found `!`",
        "did you mean `NOT`?",
    );
}

#[test]
fn empty_texts() {
    for text in ["", "  ", "-- nothing", ";", " ;; "] {
        let (source, found) = Source::new(text, &GENERIC);
        assert!(found.is_empty(), "{found:?}");
        let parsed = source.parse(&|_| true);
        assert!(parsed.statements.is_empty());
        assert_eq!(parsed.diagnostics.len(), 1, "{text:?}");
        assert_eq!(parsed.diagnostics[0].code, Code::StatementCount, "{text:?}");
    }
    let (source, _) = Source::new("SELECT 1; ; SELECT 2;", &GENERIC);
    let parsed = source.parse(&|_| true);
    let spans: Vec<_> = parsed.statements.iter().map(|s| (s.span.start, s.span.end)).collect();
    assert_eq!(spans, [(0, 8), (12, 20)]);
}

#[test]
fn no_message_tells_a_value() {
    for text in [
        "SELECT a 'secret' 'secret'",
        "SELECT 1 FROM t WHERE 'secret' 'secret2'",
        "INSERT INTO t VALUES ('secret' 'x')",
        "'secret'",
    ] {
        let (source, mut found) = Source::new(text, &GENERIC);
        found.extend(source.parse(&|_| true).diagnostics);
        assert!(!format!("{found:?}").contains("secret"), "{found:#?}");
    }
}
