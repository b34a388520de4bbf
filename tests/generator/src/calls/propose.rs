//! What the arguments of an overload may be: types of its classes, in several choices.

use querent_schema::dialect::Dialect;
use querent_schema::dialect::function::signature::{Alternative, ArrayArgument, Class, TypeClass};
use querent_types::{SqlType, TimeUnit};

use super::templates::{self, Form};
use super::{Overload, Slot};
use crate::random::Random;
use crate::types::{Types, is_scalar, plain};

/// How many choices are tried where there are too many to try all.
const TRIES: usize = 60;

/// The arguments with which an overload is tried, the plainer ones first.
pub(super) fn proposals(
    dialect: &'static Dialect,
    types: &Types,
    overload: &Overload,
    alternative: &Alternative,
    random: &mut Random,
) -> Vec<Vec<Slot>> {
    let own = by_alternative(dialect, types, alternative, random);
    let forms = templates::forms(dialect.name, overload.kind, overload.name);
    if forms.is_empty() {
        // Where the table takes whatever is given, only what is listed is called.
        return if dialect.rules.is_open() { nullary(own) } else { own };
    }
    let arity = alternative.arity();
    let mut all = Vec::new();
    for form in forms.iter().filter(|form| arity.takes(form.len())) {
        for _ in 0..TRIES / 4 {
            all.push(filled(types, form, &own, random));
        }
    }
    all.dedup();
    all.retain(|slots| fits_exactly(alternative, slots));
    all
}

fn nullary(own: Vec<Vec<Slot>>) -> Vec<Vec<Slot>> {
    own.into_iter().filter(Vec::is_empty).collect()
}

/// Of an overload of exact types only those are its own.
fn fits_exactly(alternative: &Alternative, slots: &[Slot]) -> bool {
    let Alternative::Exact(exact) = alternative else { return true };
    exact.iter().zip(slots).all(|(ty, slot)| match slot {
        Slot::Of(own) => plain(own) == plain(&zoned(ty)) || own.is_text() && ty.is_text(),
        _ => true,
    })
}

/// A listed form with its holes filled.
fn filled(types: &Types, form: &[Form], own: &[Vec<Slot>], random: &mut Random) -> Vec<Slot> {
    let own: Vec<&Vec<Slot>> = own.iter().filter(|slots| slots.len() == form.len()).collect();
    let own = random.pick(&own).copied();
    let scalars: Vec<&SqlType> = types.universe().iter().filter(|ty| is_scalar(ty)).collect();
    let numbers: Vec<&SqlType> = scalars.iter().filter(|ty| ty.is_numeric()).copied().collect();
    let mut same = |from: &[&SqlType]| random.pick(from).map_or(SqlType::Null, |ty| (*ty).clone());
    let (any, number) = (same(&scalars), same(&numbers));
    let mut slots = Vec::new();
    for (place, hole) in form.iter().enumerate() {
        slots.push(match hole {
            Form::Own => own.and_then(|slots| slots.get(place)).cloned().unwrap_or(Slot::Text("NULL")),
            Form::Same => Slot::Of(any.clone()),
            Form::Number => Slot::Of(number.clone()),
            Form::Of(ty) => Slot::Of(ty.clone()),
            Form::Words(words) => Slot::Text(random.pick(words).copied().unwrap_or("NULL")),
        });
    }
    slots
}

fn by_alternative(
    dialect: &'static Dialect,
    types: &Types,
    alternative: &Alternative,
    random: &mut Random,
) -> Vec<Vec<Slot>> {
    let all = types.universe();
    let alike = |from: &[SqlType], counts: &[usize]| -> Vec<Vec<Slot>> {
        counts.iter().flat_map(|n| from.iter().map(|ty| vec![of(ty); *n])).collect()
    };
    match alternative {
        Alternative::Exact(exact) => vec![exact.iter().map(of).collect()],
        Alternative::Uniform(count, valid) => alike(valid, &[*count]),
        Alternative::Variadic(valid) => alike(valid, &[1, 2, 3]),
        Alternative::Any(count) => [alike(all, &[*count]), mixed(all, &[*count], random)].concat(),
        Alternative::VariadicAny => [alike(all, &[1, 2]), mixed(all, &[2, 3], random)].concat(),
        Alternative::Nullary => vec![Vec::new()],
        Alternative::Numeric(count) => alike(&only(all, SqlType::is_numeric), &[*count]),
        Alternative::Text(count) => alike(&only(all, SqlType::is_text), &[*count]),
        Alternative::Comparable(count) => alike(&only(all, is_scalar), &[*count]),
        Alternative::Coercible(classes) => classified(all, classes, random),
        Alternative::Array { arguments, .. } => lists(all, arguments),
        Alternative::NestedArray => alike(&only(all, |ty| matches!(ty, SqlType::List(..))), &[1]),
        Alternative::Map => alike(&only(all, |ty| matches!(ty, SqlType::Map(..))), &[1]),
        Alternative::Rule { name, arity } => {
            if dialect.name == "ignite-h2" {
                return lettered(all, name, &arity.counts, random);
            }
            let mut counts: Vec<usize> = arity.counts.clone();
            if let Some(last) = counts.last().copied().filter(|_| arity.or_more) {
                counts.extend([last + 1, last + 2]);
            }
            [alike(all, &counts), mixed(all, &counts, random)].concat()
        }
    }
}

fn of(ty: &SqlType) -> Slot {
    if *ty == SqlType::Null { Slot::Text("NULL") } else { Slot::Of(zoned(ty)) }
}

/// The zone that a signature writes for any.
fn zoned(ty: &SqlType) -> SqlType {
    match ty {
        SqlType::Timestamp(unit, Some(zone)) if zone == "+TZ" => {
            SqlType::Timestamp(*unit, Some("+00:00".to_owned()))
        }
        other => other.clone(),
    }
}

fn only(all: &[SqlType], fits: impl Fn(&SqlType) -> bool) -> Vec<SqlType> {
    all.iter().filter(|ty| fits(ty)).cloned().collect()
}

fn mixed(all: &[SqlType], counts: &[usize], random: &mut Random) -> Vec<Vec<Slot>> {
    let mut tuples = Vec::new();
    for _ in 0..TRIES {
        let Some(count) = random.pick(counts).copied() else { continue };
        let mut tuple = Vec::new();
        for _ in 0..count {
            tuple.extend(random.pick(all).map(of));
        }
        if !tuples.contains(&tuple) {
            tuples.push(tuple);
        }
    }
    tuples
}

fn classified(all: &[SqlType], classes: &[Class], random: &mut Random) -> Vec<Vec<Slot>> {
    let choices: Vec<Vec<SqlType>> = classes.iter().map(|class| members(all, class)).collect();
    if choices.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let mut tuples: Vec<Vec<Slot>> = Vec::new();
    for _ in 0..TRIES {
        let tuple: Vec<Slot> = choices.iter().filter_map(|own| random.pick(own).map(of)).collect();
        if !tuples.contains(&tuple) {
            tuples.push(tuple);
        }
    }
    tuples
}

/// The types of a class: its own, and those that are cast. Text is cast only where text is asked for: most texts are no
/// number and no time.
fn members(all: &[SqlType], class: &Class) -> Vec<SqlType> {
    let text = holds(&class.desired, &SqlType::TEXT);
    let cast = |ty: &SqlType| (text || !ty.is_text()) && class.sources.iter().any(|source| holds(source, ty));
    let mut members = only(all, |ty| holds(&class.desired, ty) || cast(ty));
    if let (TypeClass::Type(ty), true) = (&class.desired, members.is_empty()) {
        members.push(ty.clone());
    }
    members
}

fn holds(class: &TypeClass, ty: &SqlType) -> bool {
    match class {
        TypeClass::Any => is_scalar(ty),
        TypeClass::Timestamp => matches!(ty, SqlType::Timestamp(..)),
        TypeClass::Time => matches!(ty, SqlType::Time(_)),
        TypeClass::Interval => matches!(ty, SqlType::Interval(_)),
        TypeClass::Duration => matches!(ty, SqlType::Duration(_)),
        TypeClass::Integer => ty.is_integer(),
        TypeClass::Float => ty.is_float(),
        TypeClass::Decimal => ty.is_decimal(),
        TypeClass::Numeric => ty.is_numeric(),
        TypeClass::Bytes => matches!(ty, SqlType::Binary(_) | SqlType::FixedSizeBinary(_)),
        TypeClass::Text => ty.is_text(),
        TypeClass::Binary => matches!(ty, SqlType::Binary(_)),
        TypeClass::Date => matches!(ty, SqlType::Date32 | SqlType::Date64),
        TypeClass::Type(own) => own == ty || (own.is_text() && ty.is_text()),
    }
}

fn lists(all: &[SqlType], arguments: &[ArrayArgument]) -> Vec<Vec<Slot>> {
    let mut tuples = Vec::new();
    for list in all {
        let SqlType::List(field, _) = list else { continue };
        let slot = |argument: &ArrayArgument| match argument {
            ArrayArgument::Array => Slot::Of(list.clone()),
            ArrayArgument::Element => Slot::Of(field.ty.clone()),
            ArrayArgument::Index => Slot::Of(SqlType::Int64),
            ArrayArgument::Text => Slot::Of(SqlType::TEXT),
        };
        tuples.push(arguments.iter().map(slot).collect());
    }
    tuples
}

/// What the letters of H2's signatures ask for, the last one for all that follow.
fn lettered(all: &[SqlType], letters: &str, counts: &[usize], random: &mut Random) -> Vec<Vec<Slot>> {
    let moment = SqlType::Timestamp(TimeUnit::Nanosecond, None);
    let numbers = only(all, SqlType::is_numeric);
    let of_letter = |letter: u8| match letter {
        b't' => vec![SqlType::TEXT],
        b'i' => vec![SqlType::Int32],
        b'l' => vec![SqlType::Int64, SqlType::Int32],
        b'b' => vec![SqlType::BINARY],
        b'd' => vec![SqlType::Date32, moment.clone()],
        b'f' | b's' | b'n' | b'm' => numbers.clone(),
        _ => only(all, is_scalar),
    };
    let letters = if matches!(letters, "sum" | "avg") { "n" } else { letters };
    let mut tuples: Vec<Vec<Slot>> = Vec::new();
    for _ in 0..TRIES {
        let Some(count) = random.pick(counts).copied() else { continue };
        let first = of_letter(letters.as_bytes().first().copied().unwrap_or(b'a'));
        // Values of any type are of one type: what they are compared with.
        let alike = random.pick(&first).cloned();
        let mut tuple = Vec::new();
        for place in 0..count {
            let letter = letters.as_bytes().get(place).or(letters.as_bytes().last()).copied().unwrap_or(b'a');
            let own = of_letter(letter);
            let chosen = if letter == b'a' { alike.clone() } else { random.pick(&own).cloned() };
            tuple.extend(chosen.map(Slot::Of));
        }
        if !tuples.contains(&tuple) {
            tuples.push(tuple);
        }
    }
    tuples
}
