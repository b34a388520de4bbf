//! Long and deep texts end in an answer or a clear error, on a small stack and unoptimised.

use super::*;

/// Reads a text on a stack of 2 MB, drops the tree there, and gives what was found.
#[track_caller]
fn read_small(text: String) -> Vec<Diagnostic> {
    let run = move || {
        let (source, mut found) = Source::new(&text, &GENERIC);
        let parsed = source.parse(&|_| true);
        if let Some(statement) = parsed.statements.first() {
            let pieces = source.template(statement, None);
            if source.params.is_empty() {
                assert_eq!(pieces, [Piece::Text(text.clone())]);
            }
        }
        drop(parsed.statements);
        found.extend(parsed.diagnostics);
        found
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic")
}

#[track_caller]
fn accepts(text: String) {
    let found = read_small(text);
    assert!(found.is_empty(), "{found:#?}");
}

#[track_caller]
fn refuses(text: String, words: &str) {
    let found = read_small(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].code, Code::TooComplex, "{found:#?}");
    assert!(found[0].message.contains(words), "{found:#?}");
}

#[test]
fn deep_parentheses() {
    for depth in [10, 50, 200, 250] {
        accepts(format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth)));
    }
    refuses(format!("SELECT {}1{}", "(".repeat(300), ")".repeat(300)), "brackets nest too deep");
    refuses(format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000)), "brackets nest too deep");
    refuses(format!("SELECT {}", "[".repeat(100_000)), "brackets nest too deep");
}

#[test]
fn deep_subqueries() {
    for depth in [12, 50, 100] {
        let text = format!("{}SELECT 1{}", "SELECT * FROM (".repeat(depth), ") AS t".repeat(depth));
        accepts(text);
        accepts(format!("{}SELECT 1{}", "SELECT a FROM t WHERE a IN (".repeat(depth), ")".repeat(depth)));
        accepts(format!("{}SELECT 1{}", "WITH a AS (".repeat(depth), ") SELECT * FROM a".repeat(depth)));
    }
}

#[test]
fn deep_joins_in_parentheses() {
    accepts(format!("SELECT * FROM {}a{}", "(".repeat(60), " JOIN b ON TRUE)".repeat(60)));
}

#[test]
fn deep_forms() {
    for depth in [10, 100] {
        accepts(format!("SELECT {}1{}", "f(".repeat(depth), ")".repeat(depth)));
        accepts(format!("SELECT {}1{}", "CASE WHEN a THEN ".repeat(depth), " END".repeat(depth)));
        accepts(format!("SELECT {}a", "NOT ".repeat(depth)));
        accepts(format!("SELECT {}a", "- ".repeat(depth)));
        accepts(format!("SELECT {}1{}", "[".repeat(depth), "]".repeat(depth)));
        accepts(format!("SELECT {}1{}", "{'a': ".repeat(depth), "}".repeat(depth)));
    }
    accepts(format!("SELECT {}1{}", "CAST(".repeat(12), " AS INT)".repeat(12)));
    refuses(format!("SELECT {}a, b{}", "position(".repeat(40), ")".repeat(40)), "nest too deep");
    refuses(format!("SELECT {}a", "NOT ".repeat(50_000)), "too deep");
    refuses(format!("SELECT {}1{}", "CASE WHEN a THEN ".repeat(5_000), " END".repeat(5_000)), "too deep");
}

#[test]
fn long_chains() {
    let terms = |word: &str, n: usize| vec!["a = 1"; n].join(word);
    accepts(format!("SELECT 1 FROM t WHERE {}", terms(" OR ", 10_000)));
    accepts(format!("SELECT 1 FROM t WHERE {}", terms(" AND ", 10_000)));
    accepts(format!("SELECT {}", vec!["1"; 900].join(" + ")));
    refuses(format!("SELECT {}", vec!["1"; 10_000].join(" + ")), "too long");
    refuses(
        format!("SELECT {}", vec!["SELECT 1"; 5_000].join(" UNION ALL ").trim_start_matches("SELECT ")),
        "too many",
    );
    refuses(format!("SELECT a{}", "::INT".repeat(10_000)), "too deep");
    refuses(format!("SELECT a{}", "[1]".repeat(10_000)), "follow one another");
    refuses(format!("SELECT a{}", " IS NULL".repeat(10_000)), "too deep");
}

#[test]
fn wide_statements() {
    let columns: Vec<String> = (0..1_000).map(|i| format!("c{i}")).collect();
    accepts(format!("SELECT {} FROM t", columns.join(", ")));
    accepts(format!("SELECT 1 FROM t WHERE a IN ({})", vec!["1"; 20_000].join(", ")));
    accepts(format!("INSERT INTO t VALUES {}", vec!["(1, 'a')"; 5_000].join(", ")));
    accepts(format!("SELECT * FROM {}", vec!["a"; 2_000].join(" CROSS JOIN ")));
    accepts(format!("SELECT {}", vec![":p"; 5_000].join(", ")));
    let many: Vec<String> = (0..5_000).map(|i| format!(":p{i}")).collect();
    accepts(format!("SELECT {}", many.join(", ")));
}

#[test]
fn a_long_literal() {
    accepts(format!("SELECT '{}'", "x".repeat(16 << 20)));
    accepts(format!("SELECT 1 /* {} */", "x".repeat(16 << 20)));
}

#[test]
fn work_does_not_grow_without_bound() {
    // sqlparser tries several readings of some forms; a slip in the innermost must not double the work at each level.
    let depth = 14;
    for (open, close) in [
        ("floor(", ")"),
        ("f(", ")"),
        ("(", ")"),
        ("trim(", ")"),
        ("a IN (", ")"),
        ("CASE WHEN a THEN ", " END"),
    ] {
        let found = read_small(format!("SELECT {}1 +{}", open.repeat(depth), close.repeat(depth)));
        assert_eq!(found.len(), 1, "{open}: {found:#?}");
        assert_eq!(found[0].code, Code::Syntax, "{open}: {found:#?}");
    }
}
