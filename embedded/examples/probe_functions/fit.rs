//! Fits rules to the engine's answers: the shortest text of `returns` that gives every answer.

use std::collections::BTreeMap;

use querent_schema::dialect::function::returns::{Returns, Template, kind_of};
use querent_types::SqlType;

/// A call's coerced argument types, and the result's; `None` where the engine refuses it after coercion.
pub(crate) type Example = (Vec<SqlType>, Option<SqlType>);

type Key<'a> = &'a dyn Fn(&[SqlType]) -> Option<String>;

/// The text of a rule that gives every example, or `None`.
pub(crate) fn fit(examples: &[Example]) -> Option<String> {
    let count = |args: &[SqlType]| Some(format!("#{}", args.len()));
    let first_kind = |args: &[SqlType]| args.first().map(kind_of);
    let first = |args: &[SqlType]| args.first().map(SqlType::to_string);
    let second_kind = |args: &[SqlType]| args.get(1).map(|ty| format!("_, {}", kind_of(ty)));
    let second = |args: &[SqlType]| args.get(1).map(|ty| format!("_, {ty}"));
    let (two_kinds, two_types) = (two(kind_of), two(SqlType::to_string));
    let keys: [Key<'_>; 7] = [&first_kind, &second_kind, &count, &first, &second, &two_kinds, &two_types];
    let fits = |text: &String| {
        // The text, and nothing else, is what counts.
        let returns = Returns::parse(text);
        returns.is_some_and(|returns| examples.iter().all(|(args, result)| returns.apply(args) == *result))
    };
    let text =
        single(examples).into_iter().chain(keys.iter().filter_map(|key| by_key(examples, *key))).find(fits);
    if text.is_some() || examples.iter().all(|(_, result)| result.is_some()) {
        return text;
    }
    // No text tells what is refused; then what is accepted at least.
    let accepted: Vec<Example> = examples.iter().filter(|(_, result)| result.is_some()).cloned().collect();
    fit(&accepted)
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
    fitting(examples).into_iter().next()
}

/// The templates that give all examples, the most telling first.
fn fitting(examples: &[Example]) -> Vec<String> {
    let Some((args, Some(result))) = examples.first() else { return Vec::new() };
    let mut texts = candidates(args, result);
    texts.retain(|text| {
        let Some(template) = Template::parse(text) else { return false };
        examples.iter().all(|(args, result)| template.apply(args) == *result)
    });
    texts
}

/// Templates that may give this result, the most telling first.
fn candidates(args: &[SqlType], result: &SqlType) -> Vec<String> {
    let mut texts = Vec::new();
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
            for (digits, places) in [(10, 0), (4, 4), (to.saturating_sub(*from), to_scale - from_scale)] {
                texts.push(format!("decimal({whole}, {digits}, {places})"));
            }
        }
    }
    texts.push(result.to_string());
    texts
}

/// One template for each key; none for a key whose calls are all refused. Where nothing is refused, the template of
/// most keys comes last, for all others.
fn by_key(examples: &[Example], key: Key<'_>) -> Option<String> {
    const KEYS_MAX: usize = 80;
    let mut groups: BTreeMap<String, Vec<Example>> = BTreeMap::new();
    for (args, result) in examples {
        groups.entry(key(args)?).or_default().push((args.clone(), result.clone()));
    }
    groups.retain(|_, group| group.iter().any(|(_, result)| result.is_some()));
    if groups.len() > KEYS_MAX {
        return None;
    }
    let options: Vec<(&String, Vec<String>)> =
        groups.iter().map(|(key, group)| (key, fitting(group))).collect();
    let count = |text: &String| options.iter().filter(|(_, texts)| texts.contains(text)).count();
    let mut cases: Vec<(&String, &String)> = Vec::new();
    for (key, texts) in &options {
        // The first of those that fit most keys: a rule for many says more than one for this key alone.
        let most = texts.iter().map(count).max()?;
        cases.push((*key, texts.iter().find(|text| count(text) == most)?));
    }
    let usual = cases.iter().map(|(_, text)| *text).max_by_key(|text| count(text))?.clone();
    let nothing_refused = examples.iter().all(|(_, result)| result.is_some());
    let mut parts: Vec<String> = Vec::new();
    for (key, text) in cases {
        if !(nothing_refused && *text == usual) {
            parts.push(format!("{key} -> {text}"));
        }
    }
    if nothing_refused {
        parts.push(usual);
    }
    Some(parts.join("; "))
}
