//! What a function returns, from the types that its arguments are coerced to.
//!
//! The text is a list of cases, `; ` between them; the first whose pattern fits gives the type:
//! `Utf8View -> Int32; LargeUtf8 -> Int64; Int32`. A pattern is `_`, a type, or the name of a kind of types
//! (`Decimal128`, `List`); several, separated by commas, are those of the first arguments, and `#2` asks for two
//! arguments. A result is a type, in which `$0` stands for the type of the first argument and `$0.item`, `$0.key`,
//! `$0.value` for what it holds; [`Template`] lists the rest. `rule(name)` is a rule of the dialect's code.

use std::str::FromStr;

use querent_types::{DecimalWidth, Field, ListLayout, SqlType};

use super::signature::split_top;

/// The result of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// The first case that fits.
    Cases(Vec<Case>),
    /// A rule of the dialect's code.
    Rule(String),
}

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// How many arguments there must be, if that matters.
    pub count: Option<usize>,
    /// What the first arguments must be.
    pub patterns: Vec<Pattern>,
    /// The result.
    pub result: Template,
}

/// What an argument must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Anything.
    Any,
    /// This type.
    Type(SqlType),
    /// A kind of types, by the word that their texts begin with.
    Kind(String),
}

/// A type with holes.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// A type without holes.
    Type(SqlType),
    /// `$0`: an argument's type.
    Argument(usize),
    /// `$0.item`: what a list holds.
    Item(Box<Template>),
    /// `$0.key`: the key of a map or a dictionary.
    Key(Box<Template>),
    /// `$0.value`: the value of a map or a dictionary.
    Value(Box<Template>),
    /// `List($0)`, `LargeList($0)`: a list of nullable elements.
    List(Box<Template>, ListLayout),
    /// `Dictionary($0.key, T)`: a dictionary.
    Dictionary(Box<Template>, Box<Template>),
    /// `local($0)`: the timestamp without its zone.
    Local(Box<Template>),
    /// `decimal($0, p, s)`: the decimal with so many more digits in all and after the point, as far as its width goes.
    Decimal(Box<Template>, u8, i8),
}

impl Returns {
    /// Reads the text of the data file.
    pub fn parse(text: &str) -> Option<Returns> {
        if let Some(rule) = text.strip_prefix("rule(").and_then(|rest| rest.strip_suffix(')')) {
            return Some(Returns::Rule(rule.to_owned()));
        }
        split_top(text, ';')
            .into_iter()
            .map(|case| Case::parse(case.trim()))
            .collect::<Option<_>>()
            .map(Returns::Cases)
    }

    /// The result for these arguments; `None` where no case fits, or a rule is asked for.
    pub fn apply(&self, args: &[SqlType]) -> Option<SqlType> {
        match self {
            Returns::Cases(cases) => {
                cases.iter().find(|case| case.fits(args)).and_then(|case| case.result.apply(args))
            }
            Returns::Rule(_) => None,
        }
    }
}

impl Case {
    fn parse(text: &str) -> Option<Case> {
        let Some((patterns, result)) = text.split_once(" -> ") else {
            return Some(Case { count: None, patterns: Vec::new(), result: Template::parse(text)? });
        };
        let mut case = Case { count: None, patterns: Vec::new(), result: Template::parse(result.trim())? };
        for part in split_top(patterns, ',').into_iter().map(str::trim) {
            match part.strip_prefix('#') {
                Some(count) => case.count = Some(count.parse().ok()?),
                None => case.patterns.push(Pattern::parse(part)?),
            }
        }
        Some(case)
    }

    fn fits(&self, args: &[SqlType]) -> bool {
        self.count.is_none_or(|count| count == args.len())
            && self.patterns.len() <= args.len()
            && self.patterns.iter().zip(args).all(|(pattern, ty)| pattern.fits(ty))
    }
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Option<Pattern> {
        if text == "_" {
            return Some(Pattern::Any);
        }
        if let Ok(ty) = SqlType::from_str(text) {
            return Some(Pattern::Type(ty));
        }
        text.chars().all(|c| c.is_ascii_alphanumeric()).then(|| Pattern::Kind(text.to_owned()))
    }

    pub(super) fn fits(&self, ty: &SqlType) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Type(pattern) => pattern == ty,
            Pattern::Kind(kind) => kind_of(ty) == *kind,
        }
    }
}

/// The word that a type's text begins with: `Decimal128` of `Decimal128(10, 2)`.
pub fn kind_of(ty: &SqlType) -> String {
    let text = ty.to_string();
    text.split('(').next().unwrap_or("").to_owned()
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Option<Template> {
        if let Some(rest) = text.strip_prefix('$') {
            let mut steps = rest.split('.');
            let mut template = Template::Argument(steps.next()?.parse().ok()?);
            for step in steps {
                template = match step {
                    "item" => Template::Item(Box::new(template)),
                    "key" => Template::Key(Box::new(template)),
                    "value" => Template::Value(Box::new(template)),
                    _ => return None,
                };
            }
            return Some(template);
        }
        if !text.contains('$') {
            return SqlType::from_str(text).ok().map(Template::Type);
        }
        let (name, rest) = text.split_once('(')?;
        let inside = rest.strip_suffix(')')?;
        Some(match name {
            "List" => Template::List(Box::new(Template::parse(inside)?), ListLayout::List),
            "LargeList" => Template::List(Box::new(Template::parse(inside)?), ListLayout::Large),
            "local" => Template::Local(Box::new(Template::parse(inside)?)),
            "Dictionary" => {
                let (key, value) = inside.split_once(", ")?;
                Template::Dictionary(Box::new(Template::parse(key)?), Box::new(Template::parse(value)?))
            }
            "decimal" => {
                let mut parts = split_top(inside, ',').into_iter().map(str::trim);
                let of = Box::new(Template::parse(parts.next()?)?);
                Template::Decimal(of, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?)
            }
            _ => return None,
        })
    }

    /// The type for these arguments; `None` where a hole finds nothing to fill it.
    pub fn apply(&self, args: &[SqlType]) -> Option<SqlType> {
        match self {
            Template::Type(ty) => Some(ty.clone()),
            Template::Argument(place) => args.get(*place).cloned(),
            Template::Item(of) => match of.apply(args)? {
                SqlType::List(field, _) | SqlType::FixedSizeList(field, _) => Some(field.ty),
                _ => None,
            },
            Template::Key(of) => match of.apply(args)? {
                SqlType::Dictionary(key, _) => Some(*key),
                map => map_part(map, 0),
            },
            Template::Value(of) => match of.apply(args)? {
                SqlType::Dictionary(_, value) => Some(*value),
                map => map_part(map, 1),
            },
            Template::List(of, layout) => {
                Some(SqlType::List(Box::new(Field::item(of.apply(args)?)), *layout))
            }
            Template::Dictionary(key, value) => {
                Some(SqlType::Dictionary(Box::new(key.apply(args)?), Box::new(value.apply(args)?)))
            }
            Template::Local(of) => match of.apply(args)? {
                SqlType::Timestamp(unit, _) => Some(SqlType::Timestamp(unit, None)),
                _ => None,
            },
            Template::Decimal(of, digits, places) => {
                let SqlType::Decimal { width, precision, scale } = of.apply(args)? else { return None };
                let max = match width {
                    DecimalWidth::W32 => 9,
                    DecimalWidth::W64 => 18,
                    DecimalWidth::W128 => 38,
                    DecimalWidth::W256 => 76,
                };
                let precision = precision.saturating_add(*digits).min(max);
                let scale = scale.saturating_add(*places).min(max as i8);
                Some(SqlType::Decimal { width, precision, scale })
            }
        }
    }
}

fn map_part(map: SqlType, place: usize) -> Option<SqlType> {
    match map {
        SqlType::Map(entries, _) => match entries.ty {
            SqlType::Struct(fields) => fields.into_iter().nth(place).map(|field| field.ty),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(returns: &str, args: &[&str], expected: Option<&str>) {
        let types: Vec<SqlType> = args.iter().map(|arg| SqlType::from_str(arg).expect("a type")).collect();
        let result = Returns::parse(returns).expect("a result").apply(&types);
        assert_eq!(result.map(|ty| ty.to_string()).as_deref(), expected);
    }

    #[test]
    fn cases() {
        check("Utf8View -> Int32; LargeUtf8 -> Int64; Int32", &["LargeUtf8"], Some("Int64"));
        check("Utf8View -> Int32; LargeUtf8 -> Int64; Int32", &["Boolean"], Some("Int32"));
        check("#2 -> Utf8; $0", &["Int8", "Int8"], Some("Utf8"));
        check("Null -> Null; List -> $0.item", &["List(Int8)"], Some("Int8"));
        check("Null -> Null; List -> $0.item", &["Int8"], None);
        check("_, Utf8 -> List($1)", &["Int8", "Utf8"], Some("List(Utf8)"));
        check("decimal($0, 10, 0)", &["Decimal128(30, 2)"], Some("Decimal128(38, 2)"));
        check("decimal($0, 4, 4)", &["Decimal128(10, 2)"], Some("Decimal128(14, 6)"));
    }
}
