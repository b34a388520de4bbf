//! Every line of `data/pinot-1.5.1-types.tsv`: an expression over the columns of `all_types`, the type that each engine
//! gives for it, or that it refuses it. The single-stage engine was asked live, the multi-stage engine's planner was.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use querent_schema::check;
use querent_schema::diagnostic::Severity;
use querent_types::SqlType;

use crate::answers::catalog;
use crate::data::{Expression, Measured, folder, querent};
use crate::truth::{Tally, in_table, reasons, write_section};
use crate::{ENGINES, Engine};

/// What must be reached, in thousandths of all lines.
const TARGET: usize = 990;

struct Leftover {
    text: String,
    server: String,
    ours: String,
}

#[test]
fn every_measured_expression() {
    for engine in ENGINES {
        let measured = Measured::read(engine);
        // The columns of `all_types` may be NULL, as the planner was told.
        let catalog = catalog(engine, true);
        let mut all = Tally::default();
        let mut kinds: BTreeMap<&str, Tally> = BTreeMap::new();
        let (mut not_null, mut planned) = (0, 0);
        let mut leftovers = Vec::new();
        for expression in &measured.expressions {
            let (ours, nullable) = ask(&expression.text, &catalog);
            let right = ours.as_ref().ok() == expression.ty.as_ref();
            let right = right || ours.is_err() && expression.ty.is_none();
            all.count(right);
            kinds.entry(&expression.kind).or_default().count(right);
            not_null += usize::from(ours.is_ok() && !nullable);
            planned += usize::from(expression.ty.is_some() && !expression.nullable);
            if !right {
                leftovers.push(leftover(expression, ours));
            }
        }
        if std::env::var_os("SHOW").is_some() {
            for left in &leftovers {
                println!("{} {}: server {}, ours {}", engine.dialect(), left.text, left.server, left.ours);
            }
        }
        println!("{}: {} of {}", engine.dialect(), all.right, all.asked);
        assert!(all.permille() >= TARGET || std::env::var_os("SHOW").is_some(), "{} of 1000", all.permille());
        let mut text = format!(
            "{} expressions over the columns of a table with every type.\n\n\
             | what | right | of | |\n|---|---|---|---|\n",
            measured.expressions.len()
        );
        kinds.iter().for_each(|(kind, tally)| text.push_str(&tally.row(kind)));
        text.push_str(&all.row("all"));
        write!(text, "\n{not_null} of them are called NOT NULL where the columns may be NULL").unwrap();
        match engine {
            Engine::SingleStage => text.push_str(".\n"),
            Engine::MultiStage => writeln!(text, "; the planner calls {planned} so.").unwrap(),
        }
        text.push_str(&list(engine, &leftovers));
        write_section(&format!("{} types", engine.dialect()), "pinot", &text);
    }
}

/// The server's name of our type and whether it may be NULL; or why it is refused.
fn ask(expression: &str, catalog: &querent_schema::catalog::Catalog) -> (Result<String, String>, bool) {
    let checked = check(&format!("SELECT {expression} AS x FROM all_types LIMIT 0"), catalog);
    let refusal = checked
        .diagnostics
        .iter()
        .find(|found| found.severity == Severity::Error && found.code.as_str() != "unknown-result");
    if let Some(refusal) = refusal {
        return (Err(format!("[{}] {}", refusal.code.as_str(), refusal.message)), true);
    }
    let plan = checked.plan.expect("a plan");
    let column = &plan.columns[0];
    let native = column.native.clone().unwrap_or_else(|| "unknown".to_owned());
    let native = native.split('<').next().unwrap_or_default().to_owned();
    if let Some(ty) = &column.ty {
        assert_eq!(ty.to_string(), querent(&native), "{expression}: the type is not that of its name");
    }
    (Ok(native), column.nullable || column.ty == Some(SqlType::Null))
}

fn leftover(expression: &Expression, ours: Result<String, String>) -> Leftover {
    Leftover {
        text: expression.text.clone(),
        server: expression.ty.clone().unwrap_or_else(|| "refused".to_owned()),
        ours: match ours {
            Ok(ty) => ty,
            Err(refusal) => format!("refused: {refusal}"),
        },
    }
}

/// What is left over, with its reasons.
fn list(engine: Engine, leftovers: &[Leftover]) -> String {
    if leftovers.is_empty() {
        return String::new();
    }
    let reasons = reasons(&folder().join("leftovers-types.tsv"));
    let key = |left: &Leftover| (left.text.clone(), engine.dialect().to_owned());
    let unexplained: Vec<&str> = leftovers
        .iter()
        .filter(|left| !reasons.contains_key(&key(left)))
        .map(|left| left.text.as_str())
        .collect();
    let found: BTreeSet<(String, String)> = leftovers.iter().map(key).collect();
    let settled: Vec<&(String, String)> = reasons
        .keys()
        .filter(|(_, dialect)| dialect == engine.dialect())
        .filter(|key| !found.contains(*key))
        .collect();
    let show = std::env::var_os("SHOW").is_some();
    assert!(show || unexplained.is_empty(), "no reason in leftovers-types.tsv:\n{}", unexplained.join("\n"));
    assert!(
        show || settled.is_empty(),
        "leftovers-types.tsv gives reasons for answers that are right: {settled:?}"
    );
    let mut text =
        String::from("\nWhat is left over:\n\n| expression | server | ours | why |\n|---|---|---|---|\n");
    for left in leftovers {
        let reason = reasons.get(&key(left)).map_or("", String::as_str);
        let ours = left.ours.split(':').next().unwrap_or_default();
        writeln!(text, "| {} | {} | {ours} | {reason} |", in_table(&left.text), left.server).unwrap();
    }
    text
}
