//! The recorded HTTP answers of `data/pinot-1.5.1-answers.jsonl`: both engines, with and without NULLs, errors among them.

use std::collections::BTreeMap;
use std::fmt::Write;

use querent_schema::catalog::Catalog;
use querent_schema::diagnostic::Severity;
use querent_schema::{check, ddl, dialect};
use serde_json::Value;

use crate::Engine;
use crate::data::folder;
use crate::truth::{Tally, in_table, reasons, write_section};

/// What must be reached, in thousandths: verdicts, types.
const TARGET: [usize; 2] = [980, 980];

/// One recorded answer.
struct Answer {
    number: usize,
    engine: Engine,
    nulls: bool,
    sql: String,
    /// Names, types and whether a NULL came, of each column; the error where it is none.
    outcome: Result<Vec<(String, String, bool)>, String>,
    /// Whether it failed on a value that it met.
    failed_on_data: bool,
}

/// The tables that were asked, from the schemas in `data/schemas`.
pub(crate) fn catalog(engine: Engine, nulls: bool) -> Catalog {
    catalog_with(engine, nulls, &[])
}

/// The same of a source with more options.
pub(crate) fn catalog_with(engine: Engine, nulls: bool, more: &[(&str, &str)]) -> Catalog {
    let mut files = Vec::new();
    for name in ["all_types", "all_types_off", "all_types_empty", "baseballStats"] {
        let file = format!("{name}.json");
        let text = std::fs::read_to_string(folder().join("schemas").join(&file)).unwrap();
        files.push(ddl::File { name: file, text });
    }
    let options = BTreeMap::from([("null_handling".to_owned(), nulls.to_string())]);
    let mut made =
        ddl::evaluate_with(&files, dialect::by_name(engine.dialect()).expect("a dialect"), &options);
    assert!(made.findings.is_empty(), "{:?}", made.findings);
    made.source.options.extend(more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    Catalog::from_description(made.source).expect("a dialect")
}

fn read() -> Vec<Answer> {
    let text = std::fs::read_to_string(folder().join("pinot-1.5.1-answers.jsonl")).unwrap();
    text.lines().enumerate().map(|(number, line)| one(number, &serde_json::from_str(line).unwrap())).collect()
}

fn one(number: usize, line: &Value) -> Answer {
    let word = |key: &str| line[key].as_str().unwrap().to_owned();
    let body: Value = serde_json::from_str(&word("body")).unwrap_or(Value::Null);
    let table = &body["resultTable"];
    let outcome = if table.is_object() && body["exceptions"].as_array().is_none_or(Vec::is_empty) {
        let texts = |key: &str| -> Vec<String> {
            let all = table["dataSchema"][key].as_array().unwrap();
            all.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let rows: Vec<&Vec<Value>> =
            table["rows"].as_array().unwrap().iter().map(|row| row.as_array().unwrap()).collect();
        let null = |column: usize| rows.iter().any(|row| row[column].is_null());
        let columns = texts("columnNames").into_iter().zip(texts("columnDataTypes"));
        Ok(columns.enumerate().map(|(i, (name, ty))| (name, ty, null(i))).collect())
    } else {
        let message = body["exceptions"][0]["message"].as_str().unwrap_or_default();
        Err(message.lines().next().unwrap_or_default().chars().take(90).collect())
    };
    Answer {
        number,
        engine: if word("engine") == "sse" { Engine::SingleStage } else { Engine::MultiStage },
        nulls: word("options").contains("enableNullHandling=true"),
        sql: word("sql"),
        failed_on_data: word("errorCode") == "200" && word("body").contains("For input string"),
        outcome,
    }
}

#[derive(Default)]
struct Outcome {
    verdict: Tally,
    types: Tally,
    names: Tally,
    not_null: usize,
    not_null_wrong: usize,
    /// Number, what, statement and detail.
    leftovers: Vec<(usize, String, String, String)>,
}

#[test]
fn every_recorded_answer() {
    let answers = read();
    let mut outcome = Outcome::default();
    for answer in answers.iter().filter(|answer| !answer.failed_on_data) {
        judge(answer, &catalog(answer.engine, answer.nulls), &mut outcome);
    }
    let show = std::env::var_os("SHOW").is_some();
    for (number, what, sql, detail) in outcome.leftovers.iter().filter(|_| show) {
        println!("{number} {what}: {sql}\n    {detail}");
    }
    println!(
        "answers: verdict {}, types {}, names {}",
        outcome.verdict.permille(),
        outcome.types.permille(),
        outcome.names.permille()
    );
    assert_eq!(outcome.not_null_wrong, 0, "columns are called NOT NULL that held a NULL");
    for (reached, target) in [outcome.verdict, outcome.types].into_iter().zip(TARGET) {
        assert!(show || reached.permille() >= target, "{} of 1000 is less than {target}", reached.permille());
    }
    let mut text = format!(
        "{} answers of a cluster: both engines, each with and without NULLs.\n\n\
         | what | right | of | |\n|---|---|---|---|\n",
        answers.len()
    );
    text.push_str(&outcome.verdict.row("accepted or refused as the server does"));
    text.push_str(&outcome.types.row("types of columns"));
    text.push_str(&outcome.names.row("names of columns"));
    let Outcome { not_null, not_null_wrong, .. } = outcome;
    let failed = answers.iter().filter(|answer| answer.failed_on_data).count();
    writeln!(
        text,
        "\n{not_null} columns are called NOT NULL; {not_null_wrong} of them held a NULL. {failed} statements failed on \
         their data and were not compared."
    )
    .unwrap();
    text.push_str(&list(&outcome.leftovers, show));
    write_section("pinot answers", "pinot", &text);
}

fn judge(answer: &Answer, catalog: &Catalog, outcome: &mut Outcome) {
    let checked = check(&answer.sql, catalog);
    let refusal = checked.diagnostics.iter().find(|found| found.severity == Severity::Error);
    let plan = checked.plan.as_ref().filter(|_| refusal.is_none());
    let mut left = |what: String, detail: String| {
        outcome.leftovers.push((answer.number, what, answer.sql.clone(), detail));
    };
    if !outcome.verdict.count(plan.is_some() == answer.outcome.is_ok()) {
        let server = answer.outcome.as_ref().err().map_or("taken", String::as_str);
        let ours = refusal.map_or("taken", |found| found.message.as_str());
        left("verdict".to_owned(), format!("server: {server}; ours: {ours}"));
    }
    let Ok(columns) = &answer.outcome else { return };
    let ours = plan.map_or(&[][..], |plan| &plan.columns);
    for (i, (name, ty, null)) in columns.iter().enumerate() {
        let own = ours.get(i).filter(|_| ours.len() == columns.len());
        let native = own.and_then(|own| own.native.clone()).unwrap_or_else(|| "unknown".to_owned());
        let native = native.split('<').next().unwrap_or_default();
        if !outcome.types.count(own.is_some() && native == ty) {
            left(format!("type {}", i + 1), format!("ours {native}, server {ty}"));
        }
        let own_name = own.map_or("", |own| own.name.as_str());
        if !outcome.names.count(own_name == name) {
            left(format!("name {}", i + 1), format!("ours {own_name}, server {name}"));
        }
        let Some(own) = own else { continue };
        outcome.not_null += usize::from(!own.nullable);
        if *null && !own.nullable {
            outcome.not_null_wrong += 1;
            left(format!("null {}", i + 1), own.why.clone());
        }
    }
}

fn list(leftovers: &[(usize, String, String, String)], show: bool) -> String {
    if leftovers.is_empty() {
        return String::new();
    }
    let reasons = reasons(&folder().join("leftovers-answers.tsv"));
    let mut text =
        String::from("\nWhat is left over:\n\n| answer | statement | what | why |\n|---|---|---|---|\n");
    let mut unexplained = Vec::new();
    for (number, what, sql, detail) in leftovers {
        let reason = reasons.get(&(number.to_string(), what.clone()));
        if reason.is_none() {
            unexplained.push(format!("{number} {what}: {sql}: {detail}"));
        }
        let reason = reason.map_or("", String::as_str);
        writeln!(text, "| {number} | {} | {what} | {reason} |", in_table(sql)).unwrap();
    }
    let known = |(case, what): &&(String, String)| {
        leftovers.iter().any(|(number, own, ..)| number.to_string() == *case && own == what)
    };
    let settled: Vec<_> = reasons.keys().filter(|key| !known(key)).collect();
    assert!(
        show || unexplained.is_empty(),
        "no reason in leftovers-answers.tsv:\n{}",
        unexplained.join("\n")
    );
    assert!(
        show || settled.is_empty(),
        "leftovers-answers.tsv gives reasons for answers that are right: {settled:?}"
    );
    text
}
