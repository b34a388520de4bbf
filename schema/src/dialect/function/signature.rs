//! What a function takes: the signatures of the data files.
//!
//! The text is a list of alternatives, `; ` between them, each `name(argument, …)`:
//!
//! | text | meaning |
//! |---|---|
//! | `exact(T, …)` | just these types |
//! | `uniform(n, T, …)` | n arguments, all of one of these types |
//! | `variadic(T, …)` | any number of arguments, all of one of these types |
//! | `any(n)`, `any(+)`, `nullary()` | n arguments of any type, at least one, none |
//! | `numeric(n)`, `string(n)`, `comparable(n)` | n arguments with a common type of that kind |
//! | `coercible(P, …)` | a class each: `string`, `int64<-integer`, `float<-numeric=Float64`; `~` keeps dictionaries |
//! | `array(A, …)`, `array_sized(A, …)` | `array`, `element`, `index`, `string`; the second keeps lists of fixed size |
//! | `nested_array()`, `map()` | one list, one map |
//! | `rule(name, n…)` | code; the numbers of arguments that it takes, `+` after the last for "or more" |

use std::str::FromStr;

use querent_types::SqlType;

pub use super::class::{Class, TypeClass};

/// The signatures of one function.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The alternatives, in the order in which they are tried.
    pub alternatives: Vec<Alternative>,
}

/// One way to call a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Alternative {
    /// Just these types.
    Exact(Vec<SqlType>),
    /// So many arguments, all of one of these types.
    Uniform(usize, Vec<SqlType>),
    /// Any number of arguments, all of one of these types.
    Variadic(Vec<SqlType>),
    /// So many arguments of any type.
    Any(usize),
    /// At least one argument, of any type.
    VariadicAny,
    /// No argument.
    Nullary,
    /// So many numbers.
    Numeric(usize),
    /// So many texts.
    Text(usize),
    /// So many values that can be compared with one another.
    Comparable(usize),
    /// A class of types for each argument.
    Coercible(Vec<Class>),
    /// Lists, with elements and indices.
    Array {
        /// What stands where.
        arguments: Vec<ArrayArgument>,
        /// Whether lists of a fixed size stay such.
        sized: bool,
    },
    /// One list, which becomes a plain one at every depth.
    NestedArray,
    /// One map.
    Map,
    /// A rule of the dialect's code.
    Rule {
        /// Its name.
        name: String,
        /// The numbers of arguments that it takes.
        arity: Arity,
    },
}

/// Which numbers of arguments are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arity {
    /// These numbers, ascending.
    pub counts: Vec<usize>,
    /// Whether any number above the last is taken too.
    pub or_more: bool,
}

/// What an argument of a list function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrayArgument {
    /// The list.
    Array,
    /// A value of its element type.
    Element,
    /// A position.
    Index,
    /// Text.
    Text,
}

impl Signature {
    /// Reads the text of the data file.
    pub fn parse(text: &str) -> Option<Signature> {
        let alternatives = split_top(text, ';').into_iter().map(|part| Alternative::parse(part.trim()));
        Some(Signature { alternatives: alternatives.collect::<Option<_>>()? })
    }

    /// Whether some alternative takes so many arguments.
    pub fn takes(&self, count: usize) -> bool {
        self.alternatives.iter().any(|alternative| alternative.arity().takes(count))
    }

    /// The numbers of arguments in words: `1 or 2`, `at least 1`.
    pub fn arity_in_words(&self) -> String {
        let mut counts: Vec<usize> = Vec::new();
        let mut open = None;
        for arity in self.alternatives.iter().map(Alternative::arity) {
            if arity.or_more {
                let from = arity.counts.last().copied().unwrap_or(0);
                open = Some(open.map_or(from, |so_far: usize| so_far.min(from)));
            }
            counts.extend(arity.counts);
        }
        counts.sort_unstable();
        counts.dedup();
        if let Some(from) = open {
            counts.retain(|count| *count < from);
            if counts.len() == from {
                return "any number of".to_owned();
            }
            let rest = format!("at least {from}");
            return if counts.is_empty() { rest } else { format!("{} or {rest}", in_words(&counts)) };
        }
        in_words(&counts)
    }

    /// What is taken, in words.
    pub fn types_in_words(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for alternative in &self.alternatives {
            let part = alternative.in_words();
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        const SHOWN: usize = 6;
        let more = parts.len().saturating_sub(SHOWN);
        parts.truncate(SHOWN);
        let text = parts.join(" or ");
        if more > 0 { format!("{text} or {more} more forms") } else { text }
    }
}

fn in_words(counts: &[usize]) -> String {
    match counts {
        [] | [0] => "no".to_owned(),
        [one] => one.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(usize::to_string).collect();
            format!("{} or {last}", first.join(", "))
        }
    }
}

impl Arity {
    fn just(count: usize) -> Arity {
        Arity { counts: vec![count], or_more: false }
    }

    fn at_least(count: usize) -> Arity {
        Arity { counts: vec![count], or_more: true }
    }

    fn parse(parts: &[&str]) -> Option<Arity> {
        let mut arity = Arity { counts: Vec::new(), or_more: false };
        for part in parts {
            let digits = part.strip_suffix('+');
            arity.or_more = digits.is_some();
            arity.counts.push(digits.unwrap_or(part).parse().ok()?);
        }
        Some(arity)
    }

    /// Whether so many arguments are taken.
    pub fn takes(&self, count: usize) -> bool {
        self.counts.contains(&count) || (self.or_more && self.counts.last().is_some_and(|last| count > *last))
    }
}

impl Alternative {
    fn parse(text: &str) -> Option<Alternative> {
        let (name, rest) = text.split_once('(')?;
        let inside = rest.strip_suffix(')')?;
        let parts: Vec<&str> =
            split_top(inside, ',').into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
        let types = |parts: &[&str]| {
            parts.iter().map(|part| SqlType::from_str(part).ok()).collect::<Option<Vec<_>>>()
        };
        let count = || parts.first()?.parse::<usize>().ok();
        Some(match name {
            "exact" => Alternative::Exact(types(&parts)?),
            "uniform" => Alternative::Uniform(count()?, types(&parts[1..])?),
            "variadic" => Alternative::Variadic(types(&parts)?),
            "any" if parts == ["+"] => Alternative::VariadicAny,
            "any" => Alternative::Any(count()?),
            "nullary" => Alternative::Nullary,
            "numeric" => Alternative::Numeric(count()?),
            "string" => Alternative::Text(count()?),
            "comparable" => Alternative::Comparable(count()?),
            "coercible" => {
                Alternative::Coercible(parts.iter().map(|part| Class::parse(part)).collect::<Option<_>>()?)
            }
            "array" | "array_sized" => Alternative::Array {
                arguments: parts.iter().map(|part| ArrayArgument::parse(part)).collect::<Option<_>>()?,
                sized: name == "array_sized",
            },
            "nested_array" => Alternative::NestedArray,
            "map" => Alternative::Map,
            "rule" => {
                Alternative::Rule { name: (*parts.first()?).to_owned(), arity: Arity::parse(&parts[1..])? }
            }
            _ => return None,
        })
    }

    /// The numbers of arguments that it takes.
    pub fn arity(&self) -> Arity {
        match self {
            Alternative::Exact(types) => Arity::just(types.len()),
            Alternative::Uniform(count, _)
            | Alternative::Any(count)
            | Alternative::Numeric(count)
            | Alternative::Text(count)
            | Alternative::Comparable(count) => Arity::just(*count),
            Alternative::Variadic(_) | Alternative::VariadicAny => Arity::at_least(1),
            Alternative::Nullary => Arity::just(0),
            Alternative::Coercible(classes) => Arity::just(classes.len()),
            Alternative::Array { arguments, .. } => Arity::just(arguments.len()),
            Alternative::NestedArray | Alternative::Map => Arity::just(1),
            Alternative::Rule { arity, .. } => arity.clone(),
        }
    }

    fn in_words(&self) -> String {
        let list = |types: &[SqlType]| types.iter().map(SqlType::to_string).collect::<Vec<_>>().join(", ");
        let either =
            |types: &[SqlType]| types.iter().map(SqlType::to_string).collect::<Vec<_>>().join(" or ");
        match self {
            Alternative::Exact(types) => format!("({})", list(types)),
            Alternative::Uniform(1, types) => format!("({})", either(types)),
            Alternative::Uniform(count, types) => format!("{count} × {}", either(types)),
            Alternative::Variadic(types) => format!("any number of {}", either(types)),
            Alternative::Any(count) => format!("{count} of any type"),
            Alternative::VariadicAny => "any types".to_owned(),
            Alternative::Nullary => "()".to_owned(),
            Alternative::Numeric(1) => "(number)".to_owned(),
            Alternative::Numeric(count) => format!("{count} numbers"),
            Alternative::Text(1) => "(text)".to_owned(),
            Alternative::Text(count) => format!("{count} texts"),
            Alternative::Comparable(count) => format!("{count} values that can be compared"),
            Alternative::Coercible(classes) => {
                format!("({})", classes.iter().map(Class::in_words).collect::<Vec<_>>().join(", "))
            }
            Alternative::Array { arguments, .. } => {
                let words = arguments.iter().map(|argument| match argument {
                    ArrayArgument::Array => "list",
                    ArrayArgument::Element => "element",
                    ArrayArgument::Index => "Int64",
                    ArrayArgument::Text => "text",
                });
                format!("({})", words.collect::<Vec<_>>().join(", "))
            }
            Alternative::NestedArray => "(list)".to_owned(),
            Alternative::Map => "(map)".to_owned(),
            Alternative::Rule { name, .. } => format!("what {} takes", name.replace('_', " ")),
        }
    }
}

impl ArrayArgument {
    fn parse(text: &str) -> Option<ArrayArgument> {
        Some(match text {
            "array" => ArrayArgument::Array,
            "element" => ArrayArgument::Element,
            "index" => ArrayArgument::Index,
            "string" => ArrayArgument::Text,
            _ => return None,
        })
    }
}

/// Splits at a character that stands outside brackets and quotes.
pub(super) fn split_top(text: &str, at: char) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0usize, false, 0);
    let mut parts = Vec::new();
    for (place, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if c == at && depth == 0 && !quoted => {
                parts.push(&text[start..place]);
                start = place + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn arity(text: &str, words: &str) {
        let signature = Signature::parse(text).expect("a signature");
        assert_eq!(signature.arity_in_words(), words);
    }

    #[test]
    fn arities_in_words() {
        arity("nullary()", "no");
        arity("any(1); any(2); any(3)", "1, 2 or 3");
        arity("exact(Utf8, Int64); exact(Utf8)", "1 or 2");
        arity("nullary(); any(+)", "any number of");
        arity("exact(Utf8); rule(concat_ws, 3+)", "1 or at least 3");
        arity("rule(coalesce, 1+)", "at least 1");
    }

    #[test]
    fn classes() {
        let signature = Signature::parse("coercible(string~, int64<-integer|string=Int64)");
        assert_eq!(signature, None, "int64 is no class: types are written as Arrow prints them");
        let signature = Signature::parse("coercible(string~, Int64<-integer|string)").expect("a signature");
        let Alternative::Coercible(classes) = &signature.alternatives[0] else { panic!("coercible") };
        assert!(classes[0].keeps_dictionary);
        assert_eq!(classes[1].sources, [TypeClass::Integer, TypeClass::Text]);
        assert_eq!(classes[1].default, Some(TypeClass::Type(SqlType::Int64)));
    }

    #[test]
    fn types_with_commas_stay_whole() {
        let signature = Signature::parse("exact(Timestamp(ns, \"+TZ\"), Utf8)").expect("a signature");
        assert_eq!(signature.alternatives[0].arity().counts, [2]);
    }
}
