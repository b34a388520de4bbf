//! The options of a text: `OPTION (SQL_MOTION_ROW_MAX = 1)`, and what EXPLAIN is asked for.

use querent_types::SqlType;

use super::Version;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Setting;
use crate::suggest::nearest;

/// Options, the release that brought them, and what they may be; no words are a number.
const OPTIONS: &[(&str, Version, &[&str])] = &[
    ("sql_vdbe_opcode_max", Version::V25_6, &[]),
    ("sql_motion_row_max", Version::V25_6, &[]),
    ("timeout", Version::V25_6, &[]),
    ("rollback_timeout", Version::V25_6, &[]),
    ("read_preference", Version::V26_1_0, &["leader", "replica", "any"]),
    ("forward", Version::V26_2, &["on", "off", "ro_to_rw"]),
];

/// What EXPLAIN can be asked for, and the release that brought it.
const FACETS: &[(&str, Version)] = &[
    ("raw", Version::V26_1_0),
    ("fmt", Version::V26_1_0),
    ("buckets", Version::V26_2),
    ("logical", Version::V26_2),
    ("forward", Version::V26_2),
    ("context", Version::V26_2),
];

/// What is wrong with the settings of a text.
pub(super) fn check<const V: u8>(settings: &[Setting]) -> Vec<Diagnostic> {
    settings.iter().filter_map(|setting| one(setting, Version(V))).collect()
}

/// The type of a parameter that stands for an option's value.
pub(super) fn type_of(key: &str) -> Option<SqlType> {
    let (_, _, words) = OPTIONS.iter().find(|(own, ..)| *own == key)?;
    Some(if words.is_empty() { SqlType::Int64 } else { SqlType::TEXT })
}

/// Whether a text sets how many rows may travel.
pub(super) fn sets_rows(settings: &[Setting]) -> bool {
    settings.iter().any(|setting| setting.key.eq_ignore_ascii_case("sql_motion_row_max"))
}

fn one(setting: &Setting, version: Version) -> Option<Diagnostic> {
    let Setting { key, value, span, param } = setting;
    let error = |message: String| Diagnostic::error(Code::UnknownOption, *span, message);
    if key == "explain" {
        return facet(setting, version);
    }
    let lower = key.to_lowercase();
    let Some((_, since, words)) = OPTIONS.iter().find(|(own, ..)| *own == lower) else {
        let mut found = error(format!("Picodata has no option `{key}`"));
        let near = nearest(&lower, OPTIONS.iter().map(|(own, ..)| *own));
        found.help = near.first().map(|near| format!("did you mean `{}`?", near.to_uppercase()));
        return Some(found);
    };
    if version < *since {
        return Some(error(format!("Picodata has the option `{key}` from {} on", since.name())));
    }
    if param.is_some() {
        return None;
    }
    let fits = match words {
        [] => value.parse::<f64>().is_ok_and(|number| number >= 0.0),
        words => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
    };
    if fits {
        return None;
    }
    let known = if words.is_empty() { "a number".to_owned() } else { words.join(", ") };
    let found = Diagnostic::error(Code::InvalidLiteral, *span, format!("{key} cannot be `{value}`"));
    Some(found.help(format!("it may be {known}")))
}

fn facet(setting: &Setting, version: Version) -> Option<Diagnostic> {
    let word = setting.value.to_lowercase();
    let message = match FACETS.iter().find(|(own, _)| *own == word) {
        Some((_, since)) if version >= *since => return None,
        Some((_, since)) => format!("EXPLAIN ({}) is there from {} on", setting.value, since.name()),
        None => format!("there is no EXPLAIN ({})", setting.value),
    };
    let names: Vec<&str> = FACETS.iter().filter(|own| version >= own.1).map(|own| own.0).collect();
    let found = Diagnostic::error(Code::UnknownOption, setting.span, message);
    Some(if names.is_empty() { found } else { found.help(format!("it may be {}", names.join(", "))) })
}
