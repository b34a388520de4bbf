//! Calls of a dialect's functions with arguments of definite types, made of the dialect's own tables of overloads.
//!
//! What an argument may be comes from the overload (`propose`), or from a list where its text matters (`templates`);
//! what a call gives is the table's answer. A call for which the table has no answer is not made.

mod propose;
mod templates;

use std::collections::BTreeMap;

use querent_schema::ast::Literal;
use querent_schema::dialect::{Dialect, FunctionKind, Operand};
use querent_types::SqlType;

use crate::random::Random;
use crate::types::{Types, plain};

/// At most so many calls are kept of one overload.
const CALLS_OF_ONE_MAX: usize = 24;

/// One way to call one function, as the dialect's table lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overload {
    /// What the function is.
    pub kind: FunctionKind,
    /// Its canonical name.
    pub name: &'static str,
    /// Which of its alternatives, from 0.
    pub alternative: usize,
}

/// A call with the types of its arguments.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Its overload's place in [`Calls::overloads`].
    pub(crate) overload: usize,
    pub(crate) slots: Vec<Slot>,
    pub(crate) ty: SqlType,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Slot {
    /// Any expression of a type.
    Of(SqlType),
    /// Just this text.
    Text(&'static str),
}

/// The calls of a dialect.
pub(crate) struct Calls {
    pub(crate) overloads: Vec<Overload>,
    pub(crate) all: Vec<Call>,
    by_type: BTreeMap<(FunctionKind, SqlType), Vec<usize>>,
    by_overload: Vec<Vec<usize>>,
}

impl Calls {
    /// Finds the calls of a dialect over its types.
    pub(crate) fn new(dialect: &'static Dialect, types: &Types) -> Calls {
        let mut random = Random::new(0x00CA_115E);
        let mut calls = Calls {
            overloads: overloads(dialect),
            all: Vec::new(),
            by_type: BTreeMap::new(),
            by_overload: Vec::new(),
        };
        calls.by_overload.resize(calls.overloads.len(), Vec::new());
        for listed in (dialect.functions)().listed() {
            for (alternative, form) in listed.signature.alternatives.iter().enumerate() {
                let own = Overload { kind: listed.kind, name: listed.name, alternative };
                let Some(overload) = calls.overloads.iter().position(|other| *other == own) else { continue };
                let proposed = propose::proposals(dialect, types, &own, form, &mut random);
                calls.keep(dialect, overload, proposed);
            }
        }
        calls
    }

    fn keep(&mut self, dialect: &'static Dialect, overload: usize, proposed: Vec<Vec<Slot>>) {
        let Overload { kind, name, .. } = self.overloads[overload];
        let mut kept = 0;
        for slots in proposed {
            let operands: Vec<Operand> = slots.iter().map(|slot| operand(dialect, slot)).collect();
            let Ok(resolved) = (dialect.functions)().resolve(kind, name, &operands) else { continue };
            if dialect.name.starts_with("pinot")
                && (dialect.functions)().refuses_literal(name, &operands).is_some()
            {
                continue;
            }
            let Some(ty) = resolved.ty.filter(|ty| *ty != SqlType::Null) else { continue };
            let index = self.all.len();
            self.by_type.entry((kind, plain(&ty))).or_default().push(index);
            self.by_overload[overload].push(index);
            self.all.push(Call { overload, slots, ty: plain(&ty) });
            kept += 1;
            if kept == CALLS_OF_ONE_MAX {
                return;
            }
        }
    }

    /// The calls of a kind that give a type.
    pub(crate) fn giving(&self, kind: FunctionKind, ty: &SqlType) -> &[usize] {
        self.by_type.get(&(kind, plain(ty))).map_or(&[], Vec::as_slice)
    }

    /// The calls of an overload.
    pub(crate) fn of_overload(&self, overload: usize) -> &[usize] {
        &self.by_overload[overload]
    }

    /// The overloads of some kinds.
    pub(crate) fn overloads_of(&self, kinds: &[FunctionKind]) -> Vec<usize> {
        (0..self.overloads.len()).filter(|place| kinds.contains(&self.overloads[*place].kind)).collect()
    }

    /// The overloads for which there is no call.
    pub(crate) fn without_call(&self) -> Vec<&Overload> {
        let calls = self.overloads.iter().zip(&self.by_overload);
        calls.filter(|(_, calls)| calls.is_empty()).map(|(overload, _)| overload).collect()
    }
}

/// The overloads of a dialect that can stand in a statement at all.
pub(crate) fn overloads(dialect: &'static Dialect) -> Vec<Overload> {
    let mut all = Vec::new();
    for listed in (dialect.functions)().listed() {
        if templates::never(dialect.name, listed.name) {
            continue;
        }
        for alternative in 0..listed.signature.alternatives.len() {
            if !templates::impossible(dialect.name, listed.kind, listed.name, alternative) {
                all.push(Overload { kind: listed.kind, name: listed.name, alternative });
            }
        }
    }
    all
}

fn operand(dialect: &'static Dialect, slot: &Slot) -> Operand {
    let of = |ty: SqlType, literal: Option<Literal>| Operand { ty: Some(ty), literal, nullable: true };
    match slot {
        Slot::Of(ty) => of(ty.clone(), None),
        Slot::Text(text) if *text == "NULL" => of(SqlType::Null, Some(Literal::Null)),
        Slot::Text(text) if text.starts_with("DATE ") => of(SqlType::Date32, None),
        Slot::Text(text) => match (text.strip_prefix('\''), dialect.rules.number(text)) {
            (None, Ok(ty)) => of(ty, Some(Literal::Number((*text).to_owned()))),
            (bare, _) => {
                let own = bare.map_or(*text, |rest| rest.trim_end_matches('\''));
                of(dialect.rules.string(), Some(Literal::String(own.to_owned())))
            }
        },
    }
}

/// A call as its dialect writes it.
pub(crate) fn written(dialect: &'static Dialect, name: &str, args: &[String]) -> String {
    let plain = || format!("{name}({})", args.join(", "));
    if args.is_empty() && dialect.reading.bare_functions.contains(&name) {
        return name.to_owned();
    }
    match (name, args) {
        ("overlay", [text, by, from]) => format!("overlay({text} PLACING {by} FROM {from})"),
        ("overlay", [text, by, from, count]) => {
            format!("overlay({text} PLACING {by} FROM {from} FOR {count})")
        }
        ("position", [part, whole]) if dialect.name == "ignite-calcite" => {
            // `position(x IN (y) IN z)` would end at the first IN.
            format!("position(({part}) IN {whole})")
        }
        // A reserved word.
        ("minus", args) if dialect.name.starts_with("pinot") => format!("\"minus\"({})", args.join(", ")),
        ("trim", [part, whole]) if dialect.name == "ignite-calcite" => format!("trim({part} FROM {whole})"),
        _ => plain(),
    }
}
