//! Random well-typed statements over a catalog: what is drawn, what was drawn so far, and the stream of statements.
//!
//! The generator knows the types of what it writes from how it wrote it: it picks an expression of a wanted type. The
//! checker is never asked, or comparing the two would prove nothing; the dialect's tables say what to try.

mod aggregate;
mod boolean;
mod case;
mod expr;
mod from;
mod group;
mod query;
mod recursive;
mod select;
mod statement;
mod subquery;
mod window;
mod write;

use std::collections::BTreeMap;

use querent_schema::catalog::Catalog;
use querent_schema::dialect::{Dialect, FunctionKind, Placeholder};
use querent_types::SqlType;

use crate::calls::{Calls, Overload};
use crate::conversions::Conversions;
use crate::features::{Feature, Features, features};
use crate::operators::Operators;
use crate::random::Random;
use crate::scope::{self, Scope, Table};
use crate::types::Types;
use crate::walk::Clause;

use expr::Make;

/// What stands around a parameter's number until the whole text is there: no statement holds it.
const MARK: char = '\u{1}';

/// A statement with what it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The text.
    pub sql: String,
    /// Its parameters, in the order in which values are given.
    pub params: Vec<Parameter>,
    /// Whether it changes rows.
    pub writes: bool,
    /// The overloads that it calls, in the order in which they were drawn.
    pub calls: Vec<Overload>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The type that the text asks for.
    pub ty: SqlType,
    /// A value as text that can be cast to the type; `None` is NULL.
    pub sample: Option<String>,
}

/// An endless stream of random well-typed statements. One seed gives the same stream on every platform.
pub struct Generator {
    dialect: &'static Dialect,
    tables: Vec<Table>,
    types: Types,
    calls: Calls,
    operators: Operators,
    conversions: Conversions,
    features: Features,
    random: Random,
    /// How often each overload was drawn.
    drawn: Vec<u32>,
    /// How often each kind of expression was made in each clause.
    made: BTreeMap<(Clause, Make), u32>,
    /// How often each sign was written in each clause.
    signs: BTreeMap<(Clause, &'static str), u32>,
    statement: Draft,
}

/// What belongs to the statement that is being written.
#[derive(Default)]
struct Draft {
    params: Vec<Parameter>,
    calls: Vec<usize>,
    names: u32,
    /// The common table expressions in sight.
    ctes: Vec<Table>,
}

/// Where an expression stands and what it may hold.
#[derive(Clone, Copy)]
struct Place<'s> {
    clause: Clause,
    scope: &'s Scope,
    /// The keys of GROUP BY, outside of which no column may stand.
    keys: Option<&'s [Key]>,
    aggregates: bool,
    windows: bool,
    /// The named windows.
    named: &'s [String],
    subqueries: bool,
    params: bool,
    /// Whether it must be the same at each look: a key.
    stable: bool,
    depth: u8,
}

/// A key of GROUP BY.
#[derive(Debug, Clone)]
struct Key {
    text: String,
    ty: SqlType,
}

/// A written expression.
struct Piece {
    text: String,
    /// Whether it may stand as an operand as it is.
    atomic: bool,
}

impl Piece {
    fn atomic(text: impl Into<String>) -> Piece {
        Piece { text: text.into(), atomic: true }
    }

    fn compound(text: impl Into<String>) -> Piece {
        Piece { text: text.into(), atomic: false }
    }

    fn operand(self) -> String {
        if self.atomic { self.text } else { format!("({})", self.text) }
    }
}

impl<'s> Place<'s> {
    fn new(clause: Clause, scope: &'s Scope, depth: u8) -> Place<'s> {
        Place {
            clause,
            scope,
            keys: None,
            aggregates: false,
            windows: false,
            named: &[],
            subqueries: true,
            params: true,
            stable: false,
            depth,
        }
    }

    fn deeper(self) -> Place<'s> {
        Place { depth: self.depth.saturating_sub(1), ..self }
    }

    /// Inside of an aggregate.
    fn within(self) -> Place<'s> {
        Place { keys: None, aggregates: false, windows: false, subqueries: false, ..self.deeper() }
    }
}

impl Generator {
    /// A stream over the tables of a catalog, in its dialect.
    pub fn new(catalog: &Catalog, seed: u64) -> Generator {
        let dialect = catalog.dialect;
        let tables = scope::tables(catalog);
        let further = tables.iter().flat_map(|table| &table.columns).map(|column| column.ty.clone());
        let types = Types::new(dialect, further);
        let calls = Calls::new(dialect, &types);
        let operators = Operators::new(dialect, &types);
        let conversions = Conversions::new(dialect, &types);
        Generator {
            dialect,
            tables,
            drawn: vec![0; calls.overloads.len()],
            types,
            calls,
            operators,
            conversions,
            features: features(dialect),
            random: Random::new(seed),
            made: BTreeMap::new(),
            signs: BTreeMap::new(),
            statement: Draft::default(),
        }
    }

    /// Begins the stream of another seed over the same tables: sooner than a new generator.
    pub fn restart(&mut self, seed: u64) {
        self.random = Random::new(seed);
        self.drawn.fill(0);
        self.made.clear();
        self.signs.clear();
    }

    /// The overloads that no call of this stream reaches.
    pub fn uncalled(&self) -> Vec<Overload> {
        self.calls.without_call().into_iter().cloned().collect()
    }

    /// The binary operators that the dialect's rules take between some types.
    pub fn operators(&self) -> Vec<&'static str> {
        self.operators.signs()
    }

    /// The next statement.
    pub fn statement(&mut self) -> Generated {
        self.statement = Draft::default();
        let (sql, writes) = self.any_statement();
        let draft = std::mem::take(&mut self.statement);
        let calls = draft.calls.into_iter().map(|place| self.calls.overloads[place].clone()).collect();
        let (sql, params) = self.numbered(&sql, &draft.params);
        Generated { sql, params, writes, calls }
    }

    fn has(&self, feature: Feature) -> bool {
        self.features.contains(feature)
    }

    /// Whether something that the dialect may lack is done this time.
    fn may(&mut self, feature: Feature, percent: u32) -> bool {
        self.has(feature) && self.random.chance(percent)
    }

    /// A name that the statement has not used yet.
    fn fresh(&mut self, letter: &str) -> String {
        let number = self.statement.names;
        self.statement.names += 1;
        format!("{letter}{number}")
    }

    /// A parameter of a type, as a mark that [`Generator::numbered`] makes one of.
    fn parameter(&mut self, ty: &SqlType) -> String {
        let dollar = self.dialect.placeholder != Placeholder::Question;
        let again = self.statement.params.iter().position(|param| param.ty == *ty);
        let place = match again.filter(|_| dollar && self.random.chance(15)) {
            Some(place) => place,
            None => {
                let sample =
                    if self.random.chance(15) { None } else { self.types.sample(ty, &mut self.random) };
                self.statement.params.push(Parameter { ty: ty.clone(), sample });
                self.statement.params.len() - 1
            }
        };
        format!("{MARK}{place}{MARK}")
    }

    /// The text with its parameters as they are written, and those that are in it: a clause is not written in the order
    /// in which it is drawn, and what was drawn may not be written.
    fn numbered(&self, text: &str, drawn: &[Parameter]) -> (String, Vec<Parameter>) {
        let mut sql = String::with_capacity(text.len());
        let mut places: Vec<usize> = Vec::new();
        for (part, piece) in text.split(MARK).enumerate() {
            let Some(place) = piece.parse::<usize>().ok().filter(|_| part % 2 == 1) else {
                sql.push_str(piece);
                continue;
            };
            if self.dialect.placeholder == Placeholder::Question {
                places.push(place);
                sql.push('?');
                continue;
            }
            let number = places.iter().position(|own| *own == place).unwrap_or_else(|| {
                places.push(place);
                places.len() - 1
            });
            sql.push_str(&format!("${}", number + 1));
        }
        (sql, places.into_iter().map(|place| drawn[place].clone()).collect())
    }

    /// A constant of a type; NULL of a type that has none.
    fn constant(&mut self, ty: &SqlType) -> String {
        let own = self.types.constant(ty, &mut self.random);
        own.unwrap_or_else(|| self.types.cast_text("NULL", ty).unwrap_or_else(|| "NULL".to_owned()))
    }

    /// A type that values of any table may have.
    fn any_type(&mut self) -> SqlType {
        self.random.pick(self.types.universe()).cloned().unwrap_or(SqlType::Null)
    }

    /// A type of which values can be compared and grouped.
    fn plain_type(&mut self) -> SqlType {
        // Truth values have more forms than all others together.
        if self.random.chance(25) && self.operators.compares(&SqlType::Boolean, &SqlType::Boolean) {
            return SqlType::Boolean;
        }
        for _ in 0..20 {
            let ty = self.any_type();
            if self.operators.compares(&ty, &ty) && crate::types::is_scalar(&ty) {
                return ty;
            }
        }
        self.dialect.rules.string()
    }

    /// A call of a kind that was drawn less often than others; of those that give a type, where one is wanted.
    fn draw(&mut self, kinds: &[FunctionKind], ty: Option<&SqlType>) -> Option<usize> {
        let Some(ty) = ty else { return self.draw_any(kinds) };
        let mut best: Option<usize> = None;
        for _ in 0..4 {
            let kind = self.random.pick(kinds).copied()?;
            let Some(call) = self.random.pick(self.calls.giving(kind, ty)).copied() else { continue };
            let uses = |call: usize| self.drawn[self.calls.all[call].overload];
            if best.is_none_or(|best| uses(call) < uses(best)) {
                best = Some(call);
            }
        }
        best
    }

    /// A call of an overload that was drawn less often than others, whatever it gives.
    fn draw_any(&mut self, kinds: &[FunctionKind]) -> Option<usize> {
        let own = self.calls.overloads_of(kinds);
        let drawn: Vec<usize> = (0..8).filter_map(|_| self.random.pick(&own).copied()).collect();
        let overload = drawn.into_iter().min_by_key(|overload| self.drawn[*overload])?;
        self.random.pick(self.calls.of_overload(overload)).copied()
    }

    /// Counts a call that is written.
    fn count_call(&mut self, call: usize) {
        let overload = self.calls.all[call].overload;
        self.drawn[overload] += 1;
        self.statement.calls.push(overload);
    }

    /// Of some kinds of expression that could be made here, the one that was made least, its forms considered.
    fn least_made(&mut self, clause: Clause, makes: &[Make]) -> Option<Make> {
        let drawn: Vec<Make> = (0..4).filter_map(|_| self.random.pick(makes).copied()).collect();
        let uses = |make: &Make| self.made.get(&(clause, *make)).copied().unwrap_or(0) / make.forms();
        drawn.into_iter().min_by_key(uses)
    }

    /// Of some signs, the one that was written least here.
    fn least_written(&mut self, clause: Clause, signs: &[&'static str]) -> Option<&'static str> {
        let drawn: Vec<&'static str> = (0..4).filter_map(|_| self.random.pick(signs).copied()).collect();
        let sign =
            drawn.into_iter().min_by_key(|sign| self.signs.get(&(clause, *sign)).copied().unwrap_or(0))?;
        *self.signs.entry((clause, sign)).or_default() += 1;
        Some(sign)
    }
}

impl Iterator for Generator {
    type Item = Generated;

    fn next(&mut self) -> Option<Generated> {
        Some(self.statement())
    }
}
