//! Fits rules to the engine's answers: the shortest text of `returns` that gives every answer.

use std::collections::BTreeMap;

use querent_schema::dialect::function::returns::{Returns, Template, kind_of};
use querent_types::SqlType;

/// A call's coerced argument types, and the result's.
pub(crate) type Example = (Vec<SqlType>, SqlType);

/// The text of a rule that gives every example, or `None`.
pub(crate) fn fit(examples: &[Example]) -> Option<String> {
    let text = single(examples)
        .or_else(|| by_key(examples, &|args| args.first().map(kind_of), ""))
        .or_else(|| by_key(examples, &|args| args.first().map(SqlType::to_string), ""))
        .or_else(|| by_key(examples, &|args| args.get(1).map(kind_of), "_, "))
        .or_else(|| by_key(examples, &|args| args.get(1).map(SqlType::to_string), "_, "))
        .or_else(|| by_key(examples, &|args| Some(format!("#{}", args.len())), ""))
        .or_else(|| by_key(examples, &two(kind_of), ""))
        .or_else(|| by_key(examples, &two(SqlType::to_string), ""))?;
    // The text, and nothing else, is what counts.
    let returns = Returns::parse(&text)?;
    examples.iter().all(|(args, result)| returns.apply(args).as_ref() == Some(result)).then_some(text)
}

fn two(word: fn(&SqlType) -> String) -> impl Fn(&[SqlType]) -> Option<String> {
    move |args| match args {
        [] => Some("#0".to_owned()),
        [one] => Some(word(one)),
        [one, other, ..] => Some(format!("{}, {}", word(one), word(other))),
    }
}

/// One template for all examples.
fn single(examples: &[Example]) -> Option<String> {
    let (args, result) = examples.first()?;
    candidates(args, result).into_iter().find(|text| {
        let Some(template) = Template::parse(text) else { return false };
        examples.iter().all(|(args, result)| template.apply(args).as_ref() == Some(result))
    })
}

/// Templates that may give this result, the most telling first.
fn candidates(args: &[SqlType], result: &SqlType) -> Vec<String> {
    let mut texts = Vec::new();
    if args.is_empty() || !args.contains(result) {
        texts.push(result.to_string());
    }
    for place in 0..args.len() {
        let whole = format!("${place}");
        for part in ["", ".item", ".key", ".value", ".item.item"] {
            texts.push(format!("{whole}{part}"));
            texts.push(format!("List({whole}{part})"));
            texts.push(format!("LargeList({whole}{part})"));
        }
        texts.push(format!("List(List({whole}))"));
        texts.push(format!("local({whole})"));
        if let SqlType::Dictionary(_, value) = result {
            texts.push(format!("Dictionary({whole}.key, {value})"));
        }
        if let (
            SqlType::Decimal { precision: from, scale: from_scale, .. },
            SqlType::Decimal { precision: to, scale: to_scale, .. },
        ) = (&args[place], result)
        {
            for (digits, places) in [(to.saturating_sub(*from), to_scale - from_scale), (10, 0), (4, 4)] {
                texts.push(format!("decimal({whole}, {digits}, {places})"));
            }
        }
    }
    texts.push(result.to_string());
    texts
}

/// One template for each key.
fn by_key(examples: &[Example], key: &dyn Fn(&[SqlType]) -> Option<String>, prefix: &str) -> Option<String> {
    let mut groups: BTreeMap<String, Vec<Example>> = BTreeMap::new();
    for (args, result) in examples {
        groups.entry(key(args)?).or_default().push((args.clone(), result.clone()));
    }
    if groups.len() > 60 {
        return None;
    }
    let mut cases: Vec<(String, String)> = Vec::new();
    for (key, group) in &groups {
        cases.push((key.clone(), single(group)?));
    }
    let cases = cases.iter().map(|(key, result)| format!("{prefix}{key} -> {result}"));
    Some(cases.collect::<Vec<_>>().join("; "))
}
