//! The functions of a dialect: a data file of overloads, read line by line when a name is asked for.
//!
//! One line is `kind ⇥ name ⇥ aliases ⇥ signature ⇥ returns ⇥ nulls ⇥ rejects`. A signature says what a call takes
//! ([`signature`]), `returns` gives the result's type from the coerced arguments ([`returns`]); rules that are code
//! rather than data stand in the dialect's own [`FunctionRules`]. `nulls` says when a result is surely not NULL;
//! `rejects` the other way round which arguments make it NULL by being NULL: `all`, or their places from 0 on (where
//! there are none the cell is left out). A `strict` function need not reject: `nvl2(NULL, 1, 2)` is 2. A dialect whose
//! functions are told to be volatile by data has the word `volatile` there as well.

mod class;
mod listed;
pub mod returns;
pub mod signature;
mod suggest;

use std::collections::HashMap;
use std::sync::OnceLock;

use querent_types::{IntervalUnit, SqlType, TimeUnit};

use super::{FunctionKind, NullRule, Operand, Refusal, Resolved};
pub use listed::Listed;
use returns::{Pattern, Returns};
use signature::{Signature, split_top};

/// The part of a dialect's functions that is code.
pub trait FunctionRules: Send + Sync {
    /// The types that the arguments are coerced to.
    fn coerce(&self, signature: &Signature, types: &[SqlType]) -> Option<Vec<SqlType>>;

    /// Whether a parameter takes the usual type of a class of types, where a signature asks for one.
    fn guesses(&self) -> bool {
        true
    }

    /// The result's type by a rule named in the data. `coerced` are the arguments' types after coercion. `None` where
    /// the rule does not know it.
    fn returns(&self, rule: &str, args: &[Operand], coerced: &[SqlType]) -> Result<Option<SqlType>, Refusal>;

    /// Whether an aggregate takes its first argument from ORDER BY too.
    fn sorts_its_argument(&self, _name: &str) -> bool {
        false
    }

    /// The names of a function's parameters.
    fn parameter_names(&self, _name: &str) -> Option<&'static [&'static str]> {
        None
    }

    /// What a signature takes, in words, where its letters are the dialect's own.
    fn words(&self, _signature: &Signature) -> Option<String> {
        None
    }

    /// When the result of a function is NULL, where the data alone do not say it.
    fn nulls(&self, _name: &str, rule: NullRule) -> NullRule {
        rule
    }

    /// The place of a literal with which a call is planned and never runs, and what may stand there in words.
    fn refuses_literal(&self, _name: &str, _args: &[Operand]) -> Option<(usize, &'static str)> {
        None
    }
}

/// The signature of a list and a lambda over its elements.
const LAMBDA_RULE: &str = "rule(lambda_over_list";

/// The word beside `rejects` that a dialect reads for itself.
const VOLATILE: &str = "volatile";

/// One line of the data.
struct Entry {
    kind: FunctionKind,
    name: &'static str,
    signature: &'static str,
    returns: &'static str,
    nulls: &'static str,
    rejects: &'static str,
    parsed: OnceLock<Option<Parsed>>,
}

struct Parsed {
    signature: Signature,
    returns: Returns,
    nulls: Vec<(Vec<Pattern>, NullRule)>,
    rejects: Rejects,
}

/// The functions of one dialect.
pub struct FunctionTable {
    text: &'static str,
    open: bool,
    rules: &'static dyn FunctionRules,
    index: OnceLock<Index>,
}

struct Index {
    entries: Vec<Entry>,
    by_name: HashMap<&'static str, Vec<usize>>,
}

const ALL_KINDS: [FunctionKind; 4] =
    [FunctionKind::Scalar, FunctionKind::Aggregate, FunctionKind::Window, FunctionKind::Table];

/// One type of each class, the more usual first.
const USUAL: [SqlType; 9] = [
    SqlType::Float64,
    SqlType::Int64,
    SqlType::Timestamp(TimeUnit::Nanosecond, None),
    SqlType::Time(TimeUnit::Nanosecond),
    SqlType::Interval(IntervalUnit::MonthDayNano),
    SqlType::Duration(TimeUnit::Nanosecond),
    SqlType::Boolean,
    SqlType::BINARY,
    SqlType::TEXT_VIEW,
];

impl FunctionTable {
    /// A table over `text`. In an open one there are functions besides: what is not listed is unknown, not refused.
    pub const fn new(text: &'static str, open: bool, rules: &'static dyn FunctionRules) -> FunctionTable {
        FunctionTable { text, open, rules, index: OnceLock::new() }
    }

    /// Whether there are functions that the table does not list. A call of such a one resolves, to an unknown type.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Which kinds of function of this name there are; empty where there is none. The name is already folded.
    ///
    /// In an open table a name that is not listed may be of any kind, and all are given.
    pub fn kinds(&self, name: &str) -> Vec<FunctionKind> {
        match self.index().by_name.get(name) {
            Some(lines) => {
                let mut kinds: Vec<FunctionKind> =
                    lines.iter().map(|line| self.index().entries[*line].kind).collect();
                kinds.dedup();
                kinds
            }
            None if self.open => ALL_KINDS.to_vec(),
            None => Vec::new(),
        }
    }

    /// Resolves a call. An operand without a type is read as a parameter: it gets the type that it is coerced to.
    ///
    /// # Errors
    /// What the engine refuses: no such function, another number of arguments, other types.
    pub fn resolve(&self, kind: FunctionKind, name: &str, args: &[Operand]) -> Result<Resolved, Refusal> {
        let Some(lines) = self.index().by_name.get(name) else {
            return if self.open {
                Ok(unknown(args))
            } else {
                Err(Refusal::UnknownFunction(self.suggest(name)))
            };
        };
        let Some(entry) =
            lines.iter().map(|line| &self.index().entries[*line]).find(|entry| entry.kind == kind)
        else {
            return if self.open { Ok(unknown(args)) } else { Err(Refusal::UnknownFunction(Vec::new())) };
        };
        match entry.parsed() {
            Some(parsed) => self.call(entry.name, parsed, args),
            // A line that cannot be read is a fault of the data, which a test rules out.
            None => Ok(unknown(args)),
        }
    }

    fn call(&self, name: &str, parsed: &Parsed, args: &[Operand]) -> Result<Resolved, Refusal> {
        if !parsed.signature.takes(args.len()) {
            return Err(Refusal::Arity(parsed.signature.arity_in_words()));
        }
        let mut types: Vec<SqlType> =
            args.iter().map(|arg| arg.ty.clone().unwrap_or(SqlType::Null)).collect();
        let Some(mut coerced) = self.rules.coerce(&parsed.signature, &types) else {
            return Err(Refusal::Types(self.words(&parsed.signature)));
        };
        for (place, arg) in args.iter().enumerate() {
            if arg.ty.is_none() && coerced[place] == SqlType::Null && self.rules.guesses() {
                coerced = self.likely(&parsed.signature, &mut types, place).unwrap_or(coerced);
            }
        }
        let ty = match &parsed.returns {
            Returns::Rule(rule) => self.rules.returns(rule, args, &coerced)?,
            data => match data.apply(&coerced) {
                Some(ty) => Some(ty),
                // The engine has a signature that takes these types and then no result for them.
                None => return Err(Refusal::Types(self.words(&parsed.signature))),
            },
        };
        let fits = |patterns: &[Pattern]| {
            patterns.len() <= coerced.len()
                && patterns.iter().zip(&coerced).all(|(pattern, ty)| pattern.fits(ty))
        };
        let nulls = parsed
            .nulls
            .iter()
            .find(|(patterns, _)| fits(patterns))
            .map_or(NullRule::Always, |(_, rule)| *rule);
        let undecided = args.iter().any(|arg| arg.ty.is_none());
        let operands = args.iter().zip(coerced).map(|(arg, ty)| {
            // A parameter read as NULL says nothing about its type.
            (arg.ty.is_some() || ty != SqlType::Null).then_some(ty)
        });
        Ok(Resolved {
            ty: ty.filter(|ty| !undecided || !mentions_null(ty)),
            operands: operands.collect(),
            nulls: self.rules.nulls(name, nulls),
        })
    }

    /// What a signature takes, in words.
    fn words(&self, signature: &Signature) -> String {
        self.rules.words(signature).unwrap_or_else(|| signature.types_in_words())
    }

    /// A parameter where a signature asks for a class of types and so takes NULL as it is: the usual type of that
    /// class. Where any type will do there is none.
    fn likely(&self, signature: &Signature, types: &mut [SqlType], place: usize) -> Option<Vec<SqlType>> {
        let mut chosen = None;
        let mut refused = 0;
        for candidate in USUAL {
            types[place] = candidate.clone();
            match self.rules.coerce(signature, types) {
                Some(coerced) if chosen.is_none() => chosen = Some((candidate, coerced)),
                Some(_) => {}
                None => refused += 1,
            }
        }
        // One refusal is no class: some functions of any type know no common type of bytes.
        const CLASS_REFUSES: usize = 3;
        let chosen = chosen.filter(|_| refused >= CLASS_REFUSES);
        types[place] = chosen.as_ref().map_or(SqlType::Null, |(candidate, _)| candidate.clone());
        chosen.map(|(_, coerced)| coerced)
    }

    /// The place of a literal with which a call never runs, and what may stand there in words.
    pub fn refuses_literal(&self, name: &str, args: &[Operand]) -> Option<(usize, &'static str)> {
        self.rules.refuses_literal(self.canonical(name), args)
    }

    /// Whether an aggregate takes its first argument from ORDER BY too, as from WITHIN GROUP, where arguments are missing.
    pub fn sorts_its_argument(&self, name: &str) -> bool {
        self.rules.sorts_its_argument(self.canonical(name))
    }

    /// The names of a function's parameters, where they can be given by name; `None` where nothing is known of that.
    pub fn parameter_names(&self, name: &str) -> Option<&'static [&'static str]> {
        self.rules.parameter_names(self.canonical(name))
    }

    /// The place of the argument that must be a lambda, where there is one.
    pub fn lambda_place(&self, name: &str) -> Option<usize> {
        let lines = self.index().by_name.get(name)?;
        let mut entries = lines.iter().map(|line| &self.index().entries[*line]);
        entries.any(|entry| entry.signature.starts_with(LAMBDA_RULE)).then_some(1)
    }

    /// Whether a scalar function is NULL for every call whose argument at `place` is NULL: what a predicate over it proves.
    pub fn rejects_null(&self, name: &str, place: usize) -> bool {
        let Some(lines) = self.index().by_name.get(name) else { return false };
        let mut entries = lines.iter().map(|line| &self.index().entries[*line]);
        let entry = entries.find(|entry| entry.kind == FunctionKind::Scalar);
        entry.and_then(|entry| entry.parsed().as_ref()).is_some_and(|parsed| parsed.rejects.has(place))
    }

    /// The names nearest to one that is not there, best first.
    pub fn suggest(&self, name: &str) -> Vec<String> {
        suggest::nearest(name, self.index().by_name.keys().copied())
    }

    /// The canonical name behind an alias (`mean` → `avg`), as the server prints it in column names.
    pub fn canonical<'a>(&self, name: &'a str) -> &'a str {
        match self.index().by_name.get(name) {
            Some(lines) => lines.first().map_or(name, |line| self.index().entries[*line].name),
            None => name,
        }
    }

    /// Every function and alias with its kind, sorted by name: for completion, docs and tests by enumeration.
    pub fn names(&self) -> Vec<(&'static str, FunctionKind)> {
        let index = self.index();
        let mut names: Vec<_> = index
            .by_name
            .iter()
            .flat_map(|(name, lines)| lines.iter().map(|line| (*name, index.entries[*line].kind)))
            .collect();
        names.sort();
        names
    }

    /// The lines of the data that cannot be read; a test holds that there are none.
    pub fn faults(&self) -> Vec<String> {
        let entries = &self.index().entries;
        entries.iter().filter(|entry| entry.parse().is_none()).map(|entry| entry.name.to_owned()).collect()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index { entries: Vec::new(), by_name: HashMap::new() };
            for line in self.text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
                let mut cells = line.split('\t');
                let mut cell = || cells.next().unwrap_or("");
                let (kind, name, aliases) = (cell(), cell(), cell());
                let Some(kind) = kind_by_name(kind) else { continue };
                let place = index.entries.len();
                for key in std::iter::once(name).chain(aliases.split(' ').filter(|alias| !alias.is_empty())) {
                    index.by_name.entry(key).or_default().push(place);
                }
                index.entries.push(Entry {
                    kind,
                    name,
                    signature: cell(),
                    returns: cell(),
                    nulls: cell(),
                    rejects: cell(),
                    parsed: OnceLock::new(),
                });
            }
            index
        })
    }
}

impl Entry {
    fn parsed(&self) -> &Option<Parsed> {
        self.parsed.get_or_init(|| self.parse())
    }

    fn parse(&self) -> Option<Parsed> {
        Some(Parsed {
            signature: Signature::parse(self.signature)?,
            returns: Returns::parse(self.returns)?,
            nulls: null_rules(self.nulls)?,
            rejects: Rejects::parse(self.rejects)?,
        })
    }
}

/// The arguments that make a result NULL by being NULL.
enum Rejects {
    All,
    Places(Vec<usize>),
}

impl Rejects {
    fn parse(text: &str) -> Option<Rejects> {
        let words = || text.split(' ').filter(|word| !word.is_empty() && *word != VOLATILE);
        if words().eq(["all"]) {
            return Some(Rejects::All);
        }
        words().map(|place| place.parse().ok()).collect::<Option<_>>().map(Rejects::Places)
    }

    fn has(&self, place: usize) -> bool {
        match self {
            Rejects::All => true,
            Rejects::Places(places) => places.contains(&place),
        }
    }
}

fn kind_by_name(name: &str) -> Option<FunctionKind> {
    Some(match name {
        "scalar" => FunctionKind::Scalar,
        "aggregate" => FunctionKind::Aggregate,
        "window" => FunctionKind::Window,
        "table" => FunctionKind::Table,
        _ => return None,
    })
}

/// `strict`, or cases like those of `returns`: `Utf8 -> strict; always`.
fn null_rules(text: &str) -> Option<Vec<(Vec<Pattern>, NullRule)>> {
    let case = |part: &str| {
        let Some((patterns, rule)) = part.split_once(" -> ") else {
            return Some((Vec::new(), null_rule(part)?));
        };
        let patterns = split_top(patterns, ',').into_iter().map(|pattern| Pattern::parse(pattern.trim()));
        Some((patterns.collect::<Option<_>>()?, null_rule(rule)?))
    };
    split_top(text, ';').into_iter().map(|part| case(part.trim())).collect()
}

fn null_rule(name: &str) -> Option<NullRule> {
    Some(match name {
        "strict" => NullRule::Strict,
        "never" => NullRule::Never,
        "always" => NullRule::Always,
        "all" => NullRule::AllOperands,
        "first" => NullRule::First,
        "empty" => NullRule::EmptyOrNull,
        _ => return None,
    })
}

/// What a call gives of which nothing is known.
fn unknown(args: &[Operand]) -> Resolved {
    Resolved { ty: None, operands: vec![None; args.len()], nulls: NullRule::Always }
}

/// Whether a type holds the type of a bare NULL somewhere.
fn mentions_null(ty: &SqlType) -> bool {
    match ty {
        SqlType::Null => true,
        SqlType::List(field, _) | SqlType::FixedSizeList(field, _) | SqlType::Map(field, _) => {
            mentions_null(&field.ty)
        }
        SqlType::Struct(fields) => fields.iter().any(|field| mentions_null(&field.ty)),
        SqlType::Dictionary(_, value) => mentions_null(value),
        _ => false,
    }
}
