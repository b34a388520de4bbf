//! Long and deep statements: each ends in an answer or in the word that it is too much, and none ends the process. How
//! the time grows with them is measured by `bench/checker`.

use querent_schema::catalog::Catalog;
use querent_schema::check;
use querent_schema::diagnostic::{Code, Severity};
use querent_types::{ColumnDescription, NullabilityTrust, SourceDescription, SqlType, TableDescription};

fn catalog(columns: usize) -> Catalog {
    let column = |i: usize| ColumnDescription::new(format!("c{i}"), SqlType::Int64, i.is_multiple_of(2));
    let table = TableDescription::new(
        vec!["datafusion".into(), "public".into(), "t".into()],
        (0..columns).map(column).collect(),
    );
    Catalog::from_description(SourceDescription {
        backend: "flight".into(),
        dialect: "datafusion".into(),
        nullability: NullabilityTrust::Trusted,
        tables: vec![table],
        ..SourceDescription::default()
    })
    .unwrap()
}

/// Checks a text that must be answered; gives the columns, or the code of the error.
#[track_caller]
fn answer(text: &str, catalog: &Catalog) -> Result<usize, Code> {
    let checked = check(text, catalog);
    match checked.diagnostics.iter().find(|found| found.severity == Severity::Error) {
        Some(error) => Err(error.code),
        None => Ok(checked.plan.unwrap().columns.len()),
    }
}

/// Either an answer, or a clear word that it is too much.
#[track_caller]
fn survives(text: &str, catalog: &Catalog) {
    let answer = answer(text, catalog);
    assert!(matches!(answer, Ok(_) | Err(Code::TooComplex)), "{answer:?}");
}

#[test]
fn long_chains_of_operators() {
    let catalog = catalog(3);
    for (joint, part) in
        [(" OR ", "c0 = 1"), (" AND ", "c1 > 2"), (" + ", "c0"), (" || ", "'x'"), (" = ", "true")]
    {
        let chain = vec![part; 10_000].join(joint);
        survives(&format!("SELECT 1 AS x FROM t WHERE ({chain}) IS NULL"), &catalog);
        survives(&format!("SELECT {chain} FROM t"), &catalog);
        survives(&format!("SELECT {chain} AS x, count(*) FROM t GROUP BY {chain}"), &catalog);
    }
}

#[test]
fn deep_nesting() {
    let catalog = catalog(3);
    for depth in [10, 40, 100, 1_000, 20_000] {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        survives(&format!("SELECT {open}c0{close} AS x FROM t"), &catalog);
        survives(&format!("SELECT {}c0{close} AS x FROM t", "abs(".repeat(depth)), &catalog);
        survives(&format!("SELECT {}c0 IS NULL AS x FROM t", "NOT ".repeat(depth)), &catalog);
        survives(&format!("SELECT {}c0 AS x FROM t", "- ".repeat(depth)), &catalog);
        let cases = "CASE WHEN c0 = 1 THEN ".repeat(depth);
        survives(&format!("SELECT {cases}1{} AS x FROM t", " END".repeat(depth)), &catalog);
        let derived = "SELECT c0 FROM (".repeat(depth);
        survives(&format!("{derived}SELECT c0 FROM t{}", ") q".repeat(depth)), &catalog);
        let exists = "SELECT c0 FROM t WHERE EXISTS (".repeat(depth);
        survives(&format!("{exists}SELECT c0 FROM t{close}"), &catalog);
        survives(&format!("SELECT c0 FROM t WHERE c0 IN {open}1{close}"), &catalog);
    }
}

#[test]
fn many_of_everything() {
    let wide = catalog(2_000);
    let names: Vec<String> = (0..2_000).map(|i| format!("c{i}")).collect();
    assert_eq!(answer(&format!("SELECT {} FROM t", names.join(", ")), &wide), Ok(2_000));
    assert_eq!(answer("SELECT * FROM t", &wide), Ok(2_000));
    assert_eq!(answer(&format!("SELECT {} FROM t GROUP BY ALL", names.join(", ")), &wide), Ok(2_000));
    let narrow = catalog(3);
    let list: Vec<String> = (0..20_000).map(|i| i.to_string()).collect();
    survives(&format!("SELECT c0 FROM t WHERE c0 IN ({})", list.join(", ")), &narrow);
    survives(&format!("VALUES ({})", list.join("), (")), &narrow);
    let unions = vec!["SELECT c0 FROM t"; 3_000].join(" UNION ALL ");
    survives(&unions, &narrow);
    let ctes: Vec<String> = (1..500).map(|i| format!("a{i} AS (SELECT c0 FROM a{})", i - 1)).collect();
    survives(&format!("WITH a0 AS (SELECT c0 FROM t), {} SELECT * FROM a499", ctes.join(", ")), &narrow);
    let doubled: Vec<String> =
        (1..40).map(|i| format!("a{i} AS (SELECT x.c0 FROM a{} x, a{} y)", i - 1, i - 1)).collect();
    survives(&format!("WITH a0 AS (SELECT c0 FROM t), {} SELECT * FROM a39", doubled.join(", ")), &narrow);
    let whens: Vec<String> = (0..3_000).map(|i| format!("WHEN c0 = {i} THEN {i}")).collect();
    survives(&format!("SELECT CASE {} END AS x FROM t", whens.join(" ")), &narrow);
    let sections: Vec<String> = (0..60).map(|i| format!("{{{{ AND c0 > :p{i} }}}}")).collect();
    survives(&format!("SELECT c0 FROM t WHERE true {}", sections.join(" ")), &narrow);
}

#[test]
fn every_truncation_of_a_statement() {
    let catalog = catalog(4);
    let text = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < $1) \
        SELECT c0 AS \"x!\", CASE WHEN c1 IN (1, $2) THEN sum(c2) FILTER (WHERE c3 > 1) END AS y, \
        row_number() OVER (PARTITION BY c0 ORDER BY count(*) DESC) FROM t LEFT JOIN r ON r.n = t.c0 \
        WHERE EXISTS (SELECT 1 FROM t u WHERE u.c0 = t.c1) GROUP BY c0, c1 HAVING max(c2) IS NOT NULL ORDER BY y LIMIT 5";
    assert_eq!(answer(text, &catalog), Ok(3));
    for end in 0..text.len() {
        let _ = check(&text[..end], &catalog);
        let _ = check(&text[end..], &catalog);
    }
    let words: Vec<&str> = text.split(' ').collect();
    for gap in 0..words.len() {
        let without: Vec<&str> =
            words.iter().enumerate().filter(|(i, _)| *i != gap).map(|(_, word)| *word).collect();
        let _ = check(&without.join(" "), &catalog);
        let mut doubled = words.clone();
        doubled.insert(gap, words[gap]);
        let _ = check(&doubled.join(" "), &catalog);
    }
}
