//! Which kinds of expressions a stream of each dialect must hold in which clauses, and why not in the others.

use querent_schema::dialect::Dialect;

use crate::features::{Feature, Features};
use crate::operators::Operators;
use crate::types::Types;
use crate::walk::Clause;

/// Every clause in the order of a statement.
const CLAUSES: [Clause; 14] = [
    Clause::Select,
    Clause::DistinctOn,
    Clause::From,
    Clause::On,
    Clause::Where,
    Clause::GroupBy,
    Clause::Having,
    Clause::Qualify,
    Clause::Window,
    Clause::OrderBy,
    Clause::Limit,
    Clause::Values,
    Clause::Set,
    Clause::Returning,
];

/// Kinds that every dialect has.
const ALWAYS: &[&str] = &[
    "column",
    "qualified column",
    "boolean",
    "number",
    "string",
    "parameter",
    "CASE",
    "CASE operand",
    "CAST",
    "call",
    "aggregate",
    "NOT",
    "binary AND",
    "binary OR",
    "IS NULL",
    "IS NOT NULL",
    "BETWEEN",
    "LIKE",
    "IN list",
];

/// Kinds by what the dialect must have for them.
const KINDS: &[(&str, Feature)] = &[
    ("NULL", Feature::InsertValues),
    ("TRY_CAST", Feature::TryCast),
    ("IS TRUE", Feature::IsTrue),
    ("IS FALSE", Feature::IsTrue),
    ("IS NOT TRUE", Feature::IsTrue),
    ("unary -", Feature::Sign),
    ("unary +", Feature::Sign),
    ("IS NOT FALSE", Feature::IsTrue),
    ("IS UNKNOWN", Feature::IsUnknown),
    ("IS NOT UNKNOWN", Feature::IsUnknown),
    ("IS DISTINCT FROM", Feature::IsDistinct),
    ("IS NOT DISTINCT FROM", Feature::IsDistinct),
    ("ILIKE", Feature::ILike),
    ("SIMILAR TO", Feature::SimilarTo),
    ("REGEXP", Feature::Regexp),
    ("EXTRACT", Feature::Extract),
    ("AT TIME ZONE", Feature::AtTimeZone),
    ("typed string", Feature::TypedString),
    ("INTERVAL", Feature::Interval),
    ("bytes", Feature::Bytes),
    ("array", Feature::ArrayLiteral),
    ("struct", Feature::StructLiteral),
    ("map", Feature::MapLiteral),
    ("map", Feature::MapBrackets),
    ("subscript", Feature::Subscript),
    ("slice", Feature::Slice),
    ("ANY array", Feature::AnyArray),
    ("ALL array", Feature::AnyArray),
    ("row", Feature::RowIn),
    ("window call", Feature::Over),
    ("scalar subquery", Feature::ScalarSubquery),
    ("EXISTS", Feature::Exists),
    ("IN subquery", Feature::InSubquery),
    ("ANY subquery", Feature::AnySubquery),
    ("ALL subquery", Feature::AnySubquery),
    ("ANY subquery", Feature::EqualsAnySubquery),
    ("GROUPING SETS", Feature::GroupingSets),
    ("ROLLUP", Feature::GroupingSets),
    ("CUBE", Feature::GroupingSets),
];

/// The kinds of expressions that a dialect has.
pub(super) fn kinds(dialect: &'static Dialect, own: Features) -> Vec<String> {
    let featured = KINDS.iter().filter(|(_, feature)| own.contains(*feature)).map(|(kind, _)| *kind);
    let mut kinds: Vec<String> = ALWAYS.iter().copied().chain(featured).map(str::to_owned).collect();
    let signs = Operators::new(dialect, &Types::new(dialect, [])).signs();
    kinds.extend(signs.iter().map(|sign| format!("binary {}", if *sign == "#" { "^" } else { *sign })));
    kinds.sort();
    kinds.dedup();
    kinds
}

/// Why a kind of expression does not stand in a clause, both of which the dialect has; nothing where it must.
///
/// What the grammar or every planner keeps out is impossible; what is not written may be possible to some engine.
pub(super) fn why_not(own: Features, clause: Clause, kind: &str) -> Option<&'static str> {
    let has = |feature: Feature| own.contains(feature);
    let unless = |is_there: bool, reason: &'static str| (!is_there).then_some(reason);
    match (clause, kind) {
        (Clause::From, _) => unless(kind == "number", "not written: more than constants in calls in FROM"),
        (Clause::Limit, "parameter") => {
            unless(has(Feature::LimitParameter), "impossible: parameters in LIMIT")
        }
        (Clause::Limit, _) => {
            unless(kind == "number", "not written: more than a number or a parameter in LIMIT")
        }
        (_, "GROUPING SETS" | "ROLLUP" | "CUBE") => {
            unless(clause == Clause::GroupBy, "impossible: sets of keys outside of GROUP BY")
        }
        (_, "NULL") => unless(
            matches!(clause, Clause::Values | Clause::Set),
            "not written: NULL where no column says its type",
        ),
        (Clause::Values, "column" | "qualified column") => {
            unless(has(Feature::Merge), "impossible: columns in VALUES")
        }
        (_, "aggregate") => no_aggregate(own, clause),
        (_, "window call") => match clause {
            Clause::Select | Clause::Qualify => None,
            Clause::OrderBy | Clause::DistinctOn => Some("not written: window calls as keys of an order"),
            _ => Some("impossible: window calls before there are windows"),
        },
        (_, "parameter") => unless(
            is_filter(clause) || matches!(clause, Clause::Select | Clause::Values | Clause::Set),
            "not written: parameters in keys and ON",
        ),
        (_, "scalar subquery" | "EXISTS" | "IN subquery" | "ANY subquery" | "ALL subquery") => {
            no_subquery(own, clause, kind)
        }
        _ => None,
    }
}

fn is_filter(clause: Clause) -> bool {
    matches!(clause, Clause::Where | Clause::Having | Clause::Qualify)
}

fn no_aggregate(own: Features, clause: Clause) -> Option<&'static str> {
    match clause {
        Clause::Select | Clause::Having => None,
        Clause::OrderBy if own.contains(Feature::MixedAggregates) => None,
        Clause::OrderBy | Clause::Window | Clause::Qualify | Clause::DistinctOn => {
            Some("not written: aggregates in windows, QUALIFY and some orders")
        }
        _ => Some("impossible: aggregates before there are groups"),
    }
}

fn no_subquery(own: Features, clause: Clause, kind: &str) -> Option<&'static str> {
    let anywhere = kind == "scalar subquery" || own.contains(Feature::SubqueryAnywhere);
    // Of a query; values of INSERT hold no subqueries.
    let in_values = clause == Clause::Values && own.contains(Feature::ValuesQuery);
    match anywhere {
        _ if is_filter(clause) => None,
        true if in_values || clause == Clause::Select => None,
        true => Some("not written: subqueries in keys, ON, SET and INSERT"),
        false => Some("impossible: predicates over subqueries outside of filters"),
    }
}

/// The clauses that a dialect has.
pub(super) fn clauses(own: Features) -> impl Iterator<Item = Clause> {
    CLAUSES.into_iter().filter(move |clause| is_there(own, *clause))
}

/// Whether a dialect has a clause.
fn is_there(own: Features, clause: Clause) -> bool {
    let one_of = |features: &[Feature]| features.iter().any(|feature| own.contains(*feature));
    match clause {
        Clause::Select | Clause::Where | Clause::Having | Clause::OrderBy => true,
        Clause::DistinctOn => one_of(&[Feature::DistinctOn]),
        Clause::From => one_of(&[Feature::TableFunction, Feature::InTable, Feature::Unnest]),
        Clause::On => one_of(&[Feature::Join]),
        Clause::GroupBy => one_of(&[Feature::GroupByExpression]),
        Clause::Qualify => one_of(&[Feature::Qualify]),
        Clause::Window => one_of(&[Feature::Over]),
        Clause::Limit => one_of(&[Feature::Limit, Feature::Offset, Feature::Fetch, Feature::Top]),
        Clause::Values => one_of(&[Feature::InsertValues, Feature::ValuesQuery, Feature::MergeByKey]),
        Clause::Set => one_of(&[Feature::Update]),
        Clause::Returning => one_of(&[Feature::Returning]),
    }
}
