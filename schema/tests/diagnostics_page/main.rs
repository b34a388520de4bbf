//! `docs/diagnostics.md` tells the truth: every code has a section with what it means, an example that earns it with what
//! is printed, and the example mended, of which nothing is said.
//!
//! `BLESS=1 cargo test -p querent-schema --test diagnostics_page` writes what is printed now.

mod files;
mod page;
#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use page::{Example, Page};
use querent_schema::answer::settle;
use querent_schema::catalog::Catalog;
use querent_schema::check::{Checked, check};
use querent_schema::ddl::{File, evaluate};
use querent_schema::diagnostic::{Code, Diagnostic};
use querent_schema::dialect;
use querent_schema::json::entity_path;
use querent_types::{
    AnsweredColumn, AnsweredType, ColumnDescription, SourceDescription, SqlType, StatementAnswer,
    TableDescription,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_code_has_an_example_that_is_true() {
    let file = root().join("docs/diagnostics.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut page = Page::read(&text);
    let codes: Vec<&str> = page.sections.iter().map(|section| section.code.as_str()).collect();
    let all: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes, all, "the sections of the page are not the codes, in their order");
    let catalogs = catalogs(&page);
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for (section, code) in page.sections.iter_mut().zip(Code::ALL) {
        if section.meaning != code.meaning() {
            wrong.push(format!("{}: it means: {}", section.code, code.meaning()));
        }
        let bad = said(&section.bad, &catalogs);
        let [(found, printed)] = &bad[..] else {
            wrong.push(format!("{}: {} findings: {bad:#?}", section.code, bad.len()));
            continue;
        };
        if found.is_some_and(|found| found != *code) {
            wrong.push(format!("{}: the finding is {printed}", section.code));
        }
        if bless {
            section.printed.clone_from(printed);
        }
        if section.printed != *printed {
            wrong.push(format!("{}: what is printed is\n{printed}", section.code));
        }
        let mended = said(&section.mended, &catalogs);
        if !mended.is_empty() {
            wrong.push(format!("{}: mended it says {mended:#?}", section.code));
        }
    }
    if bless {
        std::fs::write(&file, page.write()).unwrap();
    } else {
        assert_eq!(page.write(), text, "the page has other parts than the test reads");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The catalogs that the examples are of, by their dialects.
fn catalogs(page: &Page) -> BTreeMap<String, Catalog> {
    let mut all: BTreeMap<String, Catalog> = page
        .schemas
        .iter()
        .map(|(dialect, ddl)| {
            (dialect.clone(), support::catalog("docs/diagnostics.md", ddl.clone(), dialect))
        })
        .collect();
    // The same tables where queries ask for NULLs.
    if let Some((_, ddl)) = page.schemas.iter().find(|(dialect, _)| dialect == "pinot-sse") {
        let file = File { name: "docs/diagnostics.md".to_owned(), text: ddl.clone() };
        let mut made = evaluate(&[file], dialect::by_name("pinot-sse").unwrap()).source;
        made.options.insert("null_handling".to_owned(), "true".to_owned());
        all.insert("pinot-sse-nulls".to_owned(), Catalog::from_description(made).unwrap());
    }
    let name = ColumnDescription {
        native: Some("string".to_owned()),
        ..ColumnDescription::new("name", SqlType::TEXT, true)
    };
    let person = TableDescription::new(entity_path("Person"), vec![name]);
    let company = TableDescription::new(entity_path("Company"), Vec::new());
    let aperture = SourceDescription {
        backend: "aperture".to_owned(),
        dialect: "aperture-v1".to_owned(),
        tables: vec![person, company],
        ..SourceDescription::default()
    };
    all.insert("aperture-v1".to_owned(), Catalog::from_description(aperture).unwrap());
    all
}

/// A finding as it is printed, with its code; that of a compiler's message is not in it.
type Said = (Option<Code>, String);

/// What is said of an example.
fn said(example: &Example, catalogs: &BTreeMap<String, Catalog>) -> Vec<Said> {
    let text = &example.text;
    let printed = |found: &Diagnostic| (Some(found.code), support::printed(found, text));
    match example.kind.split(' ').collect::<Vec<_>>()[..] {
        ["sql", dialect, "files"] => {
            let dialect = dialect::by_name(dialect).unwrap();
            let file = File { name: "ddl/schema.sql".to_owned(), text: text.clone() };
            let findings = evaluate(&[file], dialect).findings;
            findings.iter().map(|found| printed(&found.diagnostic)).collect()
        }
        [_, dialect] if catalogs.contains_key(dialect) => {
            let checked = answered(text, check(text, &catalogs[dialect]), &catalogs[dialect]);
            checked.diagnostics.iter().map(printed).collect()
        }
        ["rust", "ui"] => compiled(text).map(|printed| (None, printed)).into_iter().collect(),
        ["text", "files"] => files::said(text),
        _ => panic!("there is no way to run an example of `{}`", example.kind),
    }
}

/// The same with what a server said, where the text holds it: `-- the server said: NAME TYPE`.
fn answered(text: &str, checked: Checked, catalog: &Catalog) -> Checked {
    let lines: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("-- the server said: ")).collect();
    if lines.is_empty() {
        return checked;
    }
    let column = |line: &&str| {
        let (name, ty) = line.split_once(' ').unwrap();
        AnsweredColumn { name: name.to_owned(), ty: AnsweredType::exact(ty.parse().unwrap()), nullable: None }
    };
    let answer = StatementAnswer { columns: Some(lines.iter().map(column).collect()), parameters: None };
    settle(checked, catalog, &answer)
}

/// What the compiler prints of a line, from the UI case that holds it; nothing where that case passes.
fn compiled(line: &str) -> Option<String> {
    let cases = root().join("tests/ui/ui");
    let files = std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path());
    let mut sources = files.filter(|file| file.extension().is_some_and(|own| own == "rs"));
    let case =
        sources.find(|file| std::fs::read_to_string(file).unwrap().lines().any(|own| own.trim() == line));
    let case = case.unwrap_or_else(|| panic!("no UI case has the line {line}"));
    let said = std::fs::read_to_string(case.with_extension("stderr")).ok()?;
    let first = said.split("\n --> ").next().unwrap();
    Some(first.to_owned())
}
