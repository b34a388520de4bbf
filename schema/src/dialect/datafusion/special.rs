//! Functions whose result depends on the value of a literal, or on all arguments in a way that data does not say.

use std::str::FromStr;

use querent_types::{Field, Layout, ListLayout, SqlType, TimeUnit};

use super::shape::*;
use super::{signature, user};
use crate::ast::Literal;
use crate::dialect::function::FunctionRules;
use crate::dialect::function::signature::Signature;
use crate::dialect::{Operand, Refusal};

pub(super) struct Functions;

impl FunctionRules for Functions {
    fn coerce(&self, signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>> {
        signature::coerce(signature, types)
    }

    fn returns(&self, rule: &str, args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
        match rule {
            "arrow_cast" => arrow_cast(args),
            "cast_to_type" => Ok(coerced.get(1).cloned()),
            "date_part" => date_part(args),
            "from_unixtime" => from_unixtime(args),
            "round" => Ok(round(args, coerced)),
            "named_struct" => named_struct(args, coerced),
            "struct" => Ok(Some(user::numbered_struct(coerced))),
            "get_field" => get_field(args, coerced),
            "make_array" => Ok(Some(make_array(coerced))),
            "array_concat" => match user::array_concat_type(coerced) {
                Some(ty) => Ok(Some(ty)),
                None => Err(refuse("lists of one element type")),
            },
            "arrays_zip" => arrays_zip(coerced),
            "map" => map(coerced),
            "union_extract" => union_extract(args, coerced),
            "array_transform" => Ok(array_transform(args, coerced)),
            "flatten" => Ok(coerced.first().map(flatten)),
            "lag" => Ok(lag(coerced)),
            "replace" => Ok(Some(replaced(args))),
            "log" => Ok(coerced.last().map(|ty| if ty.is_float() { ty.clone() } else { SqlType::Float64 })),
            "map_entries" => Ok(map_entries(coerced)),
            "series" => series(args, coerced),
            "with_metadata" => with_metadata(args, coerced),
            _ => Ok(None),
        }
    }

    fn sorts_its_argument(&self, name: &str) -> bool {
        matches!(name, "percentile_cont" | "approx_percentile_cont")
    }

    /// All that have names in DataFusion 55.2 (`with_parameter_names`).
    fn parameter_names(&self, name: &str) -> Option<&'static [&'static str]> {
        Some(match name {
            "substr" => &["str", "start_pos", "length"],
            "corr" => &["y", "x"],
            "percentile_cont" => &["expr", "percentile"],
            "lead" | "lag" => &["expr", "offset", "default"],
            _ => &[],
        })
    }

    fn refuses_literal(&self, name: &str, args: &[Operand]) -> Option<(usize, &'static str)> {
        let literal = |place: usize| args.get(place).and_then(|arg| arg.literal.as_ref());
        let other_than = |place, names: &[&str]| match literal(place) {
            Some(Literal::String(text)) => !names.iter().any(|name| text.eq_ignore_ascii_case(name)),
            _ => false,
        };
        let no_share = |place| match literal(place) {
            Some(Literal::Number(text)) => text.parse().is_ok_and(|share: f64| !(0.0..=1.0).contains(&share)),
            _ => false,
        };
        let places_of_round = || match literal(1) {
            Some(Literal::Number(text)) => {
                text.parse::<i64>().is_ok_and(|places| i32::try_from(places).is_err())
            }
            _ => false,
        };
        let refused = match name {
            "round" => (1, places_of_round(), "a number of decimal places that fits an INT"),
            "encode" | "decode" => (1, other_than(1, ENCODINGS), "'base64', 'base64pad' or 'hex'"),
            "digest" => (1, other_than(1, DIGESTS), "the name of a digest: 'md5', 'sha256', 'blake3', …"),
            "percentile_cont" | "approx_percentile_cont" => (1, no_share(1), "a number from 0 to 1"),
            "approx_percentile_cont_with_weight" => (2, no_share(2), "a number from 0 to 1"),
            _ => return None,
        };
        refused.1.then_some((refused.0, refused.2))
    }
}

/// The encodings of `encode` and `decode`.
const ENCODINGS: &[&str] = &["base64", "base64pad", "hex"];

/// The algorithms of `digest`.
const DIGESTS: &[&str] = &["md5", "sha224", "sha256", "sha384", "sha512", "blake2s", "blake2b", "blake3"];

fn refuse(words: impl Into<String>) -> Refusal {
    Refusal::Types(words.into())
}

/// The text of a literal argument that must be one.
fn text<'a>(args: &'a [Operand], place: usize, what: &str) -> Result<&'a str, Refusal> {
    match args.get(place).and_then(|arg| arg.literal.as_ref()) {
        Some(Literal::String(text)) if !text.is_empty() => Ok(text),
        _ => Err(refuse(format!("{what} as a string literal"))),
    }
}

fn arrow_cast(args: &[Operand]) -> Result<Option<SqlType>, Refusal> {
    let name = text(args, 1, "the type")?;
    match SqlType::from_str(name) {
        Ok(ty) => Ok(Some(ty)),
        Err(_) => Err(refuse("the type as Arrow names it, like 'Int64'")),
    }
}

fn date_part(args: &[Operand]) -> Result<Option<SqlType>, Refusal> {
    let part = text(args, 0, "the field")?.to_lowercase();
    Ok(Some(match part.trim_matches('\'') {
        "epoch" => SqlType::Float64,
        "ns" | "nanosecond" | "nanoseconds" | "nsec" | "nsecs" => SqlType::Int64,
        _ => SqlType::Int32,
    }))
}

fn from_unixtime(args: &[Operand]) -> Result<Option<SqlType>, Refusal> {
    let zone = if args.len() > 1 { Some(text(args, 1, "the zone")?.to_owned()) } else { None };
    Ok(Some(SqlType::Timestamp(TimeUnit::Second, zone)))
}

/// A decimal loses digits after the point where their number is a literal; where it is not, it keeps them and gains
/// one for the carry.
fn round(args: &[Operand], coerced: &[SqlType]) -> Option<SqlType> {
    let ty = coerced.first()?;
    let Some((width, precision, scale)) = decimal(ty) else {
        return Some(match ty {
            ty if ty.is_integer() => ty.clone(),
            SqlType::Float32 => SqlType::Float32,
            _ => SqlType::Float64,
        });
    };
    let places = match args.get(1) {
        None => Some(0),
        Some(arg) => match &arg.literal {
            Some(Literal::Null) => Some(0),
            Some(Literal::Number(digits)) => digits.replace('_', "").parse::<i32>().ok(),
            _ => None,
        },
    };
    let wider = (precision + 1).min(precision_max(width));
    let Some(places) = places else { return Some(SqlType::Decimal { width, precision: wider, scale }) };
    // Rounding 99 to tens gives 100.
    let carries = scale == 0 && places < 0 && places.unsigned_abs() <= u32::from(precision);
    let precision = if carries { wider } else { precision };
    let scale = if scale < 0 { scale } else { places.clamp(0, i32::from(scale)) as i8 };
    Some(SqlType::Decimal { width, precision, scale })
}

fn named_struct(args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    if args.is_empty() || !args.len().is_multiple_of(2) {
        return Err(Refusal::Arity("an even number of".to_owned()));
    }
    let mut fields = Vec::new();
    for (pair, types) in coerced.chunks(2).enumerate() {
        let name = text(args, pair * 2, "each name")?;
        if fields.iter().any(|field: &Field| field.name == name) {
            return Err(refuse(format!("each name once, not {name} twice")));
        }
        fields.push(Field::new(name, types[1].clone(), true));
    }
    Ok(Some(SqlType::Struct(fields)))
}

fn get_field(args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    let mut ty = coerced[0].clone();
    for place in 1..args.len() {
        ty = match ty {
            SqlType::Null => return Ok(Some(SqlType::Null)),
            SqlType::Map(entries, _) => match entries.ty {
                SqlType::Struct(fields) if fields.len() == 2 => fields[1].ty.clone(),
                _ => return Err(refuse("a map with keys and values")),
            },
            SqlType::Struct(fields) => member(&fields, text(args, place, "the member's name")?)?,
            SqlType::Dictionary(key, value) => match *value {
                SqlType::Struct(fields) => {
                    let ty = member(&fields, text(args, place, "the member's name")?)?;
                    SqlType::Dictionary(key, Box::new(ty))
                }
                other => return Err(refuse(format!("a struct or a map, not {other:#}"))),
            },
            other => return Err(refuse(format!("a struct or a map, not {other:#}"))),
        };
    }
    Ok(Some(ty))
}

fn member(fields: &[Field], name: &str) -> Result<SqlType, Refusal> {
    match fields.iter().find(|field| field.name == name) {
        Some(field) => Ok(field.ty.clone()),
        None => {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            Err(refuse(format!("a member of the struct: {}", names.join(", "))))
        }
    }
}

fn make_array(coerced: &[SqlType]) -> SqlType {
    // Without elements, or with NULLs only, the engine makes a list of its own choice.
    let item = coerced.iter().find(|ty| **ty != SqlType::Null).cloned().unwrap_or(SqlType::Null);
    list_of(item, false)
}

fn arrays_zip(coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    let mut members = Vec::new();
    for (place, ty) in coerced.iter().enumerate() {
        let item = match ty {
            SqlType::Null => SqlType::Null,
            SqlType::List(field, ListLayout::List | ListLayout::Large) | SqlType::FixedSizeList(field, _) => {
                field.ty.clone()
            }
            other => return Err(refuse(format!("lists, not {other:#}"))),
        };
        members.push(Field::new((place + 1).to_string(), item, true));
    }
    Ok(Some(list_of(SqlType::Struct(members), false)))
}

fn map(coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    let [keys, values] = coerced else { return Err(Refusal::Arity("2".to_owned())) };
    let item = |ty: &SqlType| match ty {
        SqlType::List(field, ListLayout::List | ListLayout::Large) | SqlType::FixedSizeList(field, _) => {
            Ok(field.ty.clone())
        }
        other => Err(refuse(format!("a list of keys and a list of values, not {other:#}"))),
    };
    let entries = vec![Field::new("key", item(keys)?, false), Field::new("value", item(values)?, true)];
    let entries = Field::new("entries", SqlType::Struct(entries), false);
    Ok(Some(SqlType::Map(Box::new(entries), false)))
}

fn union_extract(args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    let SqlType::Union(fields, _) = &coerced[0] else {
        return Err(refuse("a union and the name of a member"));
    };
    let name = text(args, 1, "the member's name")?;
    match fields.iter().find(|(_, field)| field.name == name) {
        Some((_, field)) => Ok(Some(field.ty.clone())),
        None => Err(refuse("a member of the union")),
    }
}

/// A list of lists becomes the list of what these hold, a large one where either is.
fn flatten(ty: &SqlType) -> SqlType {
    let SqlType::List(outer, layout) = ty else { return ty.clone() };
    let (inner, inner_layout) = match &outer.ty {
        SqlType::List(inner, layout) => (inner, *layout),
        SqlType::FixedSizeList(inner, _) => (inner, ListLayout::List),
        _ => return ty.clone(),
    };
    SqlType::List(inner.clone(), (*layout).max(inner_layout))
}

/// A list of what the lambda's body gives.
fn array_transform(args: &[Operand], coerced: &[SqlType]) -> Option<SqlType> {
    let [SqlType::List(_, layout), body] = coerced else { return None };
    Some(SqlType::List(Box::new(Field::new("item", body.clone(), args[1].nullable)), *layout))
}

fn with_metadata(args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    if args.len() < 3 || args.len().is_multiple_of(2) {
        return Err(Refusal::Arity("3 or another odd number of".to_owned()));
    }
    for place in 1..args.len() {
        let is_text = matches!(args[place].literal, Some(Literal::String(_)));
        if !is_text || place % 2 == 1 {
            text(args, place, "each key and value")?;
        }
    }
    Ok(coerced.first().cloned())
}

/// A large text where any argument is one, and none is a view, NULL or not known yet.
fn replaced(args: &[Operand]) -> SqlType {
    let is_large = |arg: &Operand| matches!(arg.ty, Some(SqlType::Text(Layout::Large)));
    let is_plain = |arg: &Operand| matches!(arg.ty, Some(SqlType::Text(Layout::Large | Layout::Plain)));
    let large = args.iter().any(is_large) && args.iter().all(is_plain);
    SqlType::Text(if large { Layout::Large } else { Layout::Plain })
}

/// The type of the value, or of the default where the value is NULL.
fn lag(coerced: &[SqlType]) -> Option<SqlType> {
    match coerced {
        [SqlType::Null, _, default] => Some(default.clone()),
        [value, ..] => Some(value.clone()),
        [] => None,
    }
}

fn map_entries(coerced: &[SqlType]) -> Option<SqlType> {
    let [SqlType::Map(entries, _)] = coerced else { return None };
    let item = Field::new("item", entries.ty.clone(), false);
    Some(SqlType::List(Box::new(item), ListLayout::List))
}

/// The one column of `generate_series` and `range`.
fn series(args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal> {
    if let Some(Some(Literal::Number(step))) = args.get(2).map(|arg| &arg.literal)
        && step == "0"
    {
        return Err(refuse("a step that is not zero"));
    }
    let Some(first) = coerced.first() else { return Ok(None) };
    let value = match first {
        SqlType::Int64 | SqlType::Null => SqlType::Int64,
        SqlType::Timestamp(_, zone) => SqlType::Timestamp(TimeUnit::Nanosecond, zone.clone()),
        _ => SqlType::Timestamp(TimeUnit::Nanosecond, None),
    };
    Ok(Some(SqlType::Struct(vec![Field::new("value", value, false)])))
}
