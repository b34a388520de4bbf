//! What a stream of each dialect must hold, made of what the dialect has.

use querent_schema::dialect::Dialect;

use crate::features::{Feature, Features, features};
use crate::operators::Operators;
use crate::types::Types;
use crate::walk::Clause;

/// The name of a kind of expression in a clause.
pub(super) fn in_clause(clause: Clause, kind: &str) -> String {
    format!("{clause:?}: {kind}")
}

/// Kinds that every dialect has in every clause with columns.
const ALWAYS: &[&str] =
    &["CASE", "CASE operand", "CAST", "number", "string", "call", "binary AND", "binary OR", "NOT"];

/// Names of what stands in statements, by what the dialect must have for it.
const PARTS: &[(&str, Option<Feature>)] = &[
    ("query", None),
    ("SELECT", None),
    ("WHERE", None),
    ("GROUP BY", None),
    ("HAVING", None),
    ("ORDER BY", None),
    ("DISTINCT", None),
    ("*", None),
    ("t.*", None),
    ("item", None),
    ("item AS", None),
    ("table", None),
    ("key ASC", None),
    ("key DESC", None),
    ("call *", None),
    ("LIMIT", Some(Feature::Limit)),
    ("OFFSET", Some(Feature::Offset)),
    ("FETCH", Some(Feature::Fetch)),
    ("TOP", Some(Feature::Top)),
    ("no FROM", Some(Feature::NoFrom)),
    ("FROM list", Some(Feature::CommaJoin)),
    ("NULLS FIRST", Some(Feature::NullsFirst)),
    ("NULLS LAST", Some(Feature::NullsFirst)),
    ("ORDER BY ALL", Some(Feature::OrderByAll)),
    ("DISTINCT ON", Some(Feature::DistinctOn)),
    ("GROUP BY ALL", Some(Feature::GroupByAll)),
    ("GroupBy: GROUPING SETS", Some(Feature::GroupingSets)),
    ("GroupBy: ROLLUP", Some(Feature::GroupingSets)),
    ("GroupBy: CUBE", Some(Feature::GroupingSets)),
    ("QUALIFY", Some(Feature::Qualify)),
    ("WINDOW", Some(Feature::NamedWindow)),
    ("* EXCLUDE", Some(Feature::WildcardOptions)),
    ("* REPLACE", Some(Feature::WildcardOptions)),
    ("WITH", Some(Feature::With)),
    ("WITH columns", Some(Feature::WithColumns)),
    ("WITH RECURSIVE", Some(Feature::WithRecursive)),
    ("UNION", Some(Feature::Union)),
    ("UNION ALL", Some(Feature::Union)),
    ("EXCEPT", Some(Feature::Except)),
    ("INTERSECT", Some(Feature::Intersect)),
    ("MINUS", Some(Feature::Minus)),
    ("EXCEPT ALL", Some(Feature::SetAll)),
    ("INTERSECT ALL", Some(Feature::SetAll)),
    ("UNION BY NAME", Some(Feature::ByName)),
    ("UNION ALL BY NAME", Some(Feature::ByName)),
    ("VALUES", Some(Feature::ValuesQuery)),
    ("query in brackets", Some(Feature::NestedQuery)),
    ("derived table", Some(Feature::Derived)),
    ("alias columns", Some(Feature::AliasColumns)),
    ("nested join", Some(Feature::NestedJoin)),
    ("LATERAL", Some(Feature::Lateral)),
    ("UNNEST", Some(Feature::Unnest)),
    ("table function", Some(Feature::TableFunction)),
    ("TABLE(function)", Some(Feature::InTable)),
    ("Inner join ON", Some(Feature::Join)),
    ("Left join ON", Some(Feature::LeftJoin)),
    ("Right join ON", Some(Feature::RightJoin)),
    ("Full join ON", Some(Feature::FullJoin)),
    ("Cross join", Some(Feature::CrossJoin)),
    ("Inner join USING", Some(Feature::Using)),
    ("Left join USING", Some(Feature::Using)),
    ("Inner join NATURAL", Some(Feature::Natural)),
    ("Left join NATURAL", Some(Feature::Natural)),
    ("LeftSemi join ON", Some(Feature::SemiJoin)),
    ("LeftAnti join ON", Some(Feature::SemiJoin)),
    ("RightSemi join ON", Some(Feature::SemiJoin)),
    ("RightAnti join ON", Some(Feature::SemiJoin)),
    ("call DISTINCT", Some(Feature::DistinctAggregate)),
    ("call ORDER BY", Some(Feature::OrderedAggregate)),
    ("FILTER", Some(Feature::Filter)),
    ("WITHIN GROUP", Some(Feature::WithinGroup)),
    ("IGNORE NULLS", Some(Feature::IgnoreNulls)),
    ("RESPECT NULLS", Some(Feature::IgnoreNulls)),
    ("OVER name", Some(Feature::NamedWindow)),
    ("OVER (…)", Some(Feature::Over)),
    ("PARTITION BY", Some(Feature::Over)),
    ("EXPLAIN", Some(Feature::Explain)),
    ("EXPLAIN", Some(Feature::ExplainPlanFor)),
    ("DESCRIBE", Some(Feature::Describe)),
    ("SHOW", Some(Feature::Show)),
    ("INSERT", Some(Feature::InsertValues)),
    ("INSERT columns", Some(Feature::InsertValues)),
    ("INSERT without columns", Some(Feature::InsertValues)),
    ("UPDATE", Some(Feature::Update)),
    ("DELETE", Some(Feature::Delete)),
    ("MERGE", Some(Feature::Merge)),
    ("MERGE UPDATE", Some(Feature::Merge)),
    ("MERGE INSERT", Some(Feature::Merge)),
    ("MERGE by key", Some(Feature::MergeByKey)),
    ("ON CONFLICT", Some(Feature::OnConflictNothing)),
];

/// Kinds of expressions, by what the dialect must have for them.
const KINDS: &[(&str, Feature)] = &[
    ("TRY_CAST", Feature::TryCast),
    ("IS TRUE", Feature::IsTrue),
    ("IS NOT FALSE", Feature::IsTrue),
    ("IS UNKNOWN", Feature::IsUnknown),
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
];

/// Predicates over subqueries.
const PREDICATES: &[(&str, Feature)] = &[
    ("EXISTS", Feature::Exists),
    ("IN subquery", Feature::InSubquery),
    ("ANY subquery", Feature::AnySubquery),
    ("ALL subquery", Feature::AnySubquery),
    ("ANY subquery", Feature::EqualsAnySubquery),
];

/// Everything that a stream of a dialect must hold, calls of functions aside.
pub(super) fn nodes(dialect: &'static Dialect) -> Vec<String> {
    let own = features(dialect);
    let has = |feature: Feature| own.contains(feature);
    let named =
        PARTS.iter().filter(|(_, feature)| feature.is_none_or(has)).map(|(name, _)| (*name).to_owned());
    let mut names: Vec<String> = named.collect();
    names.extend(frames(own));
    let signs = Operators::new(dialect, &Types::new(dialect, [])).signs();
    for clause in clauses(own) {
        let mut kinds: Vec<String> = ALWAYS.iter().map(|kind| (*kind).to_owned()).collect();
        kinds.extend(["IS NULL", "IS NOT NULL", "BETWEEN", "LIKE", "IN list"].map(str::to_owned));
        kinds.extend(KINDS.iter().filter(|(_, feature)| has(*feature)).map(|(kind, _)| (*kind).to_owned()));
        kinds.extend(signs.iter().map(|sign| format!("binary {}", if *sign == "#" { "^" } else { *sign })));
        kinds.push("column".to_owned());
        if has(Feature::Join) {
            kinds.push("qualified column".to_owned());
        }
        kinds.extend(further(clause, own));
        names.extend(kinds.iter().map(|kind| in_clause(clause, kind)));
    }
    names.extend(values(own));
    names.sort();
    names.dedup();
    names
}

/// The clauses in which any expression may stand.
fn clauses(own: Features) -> Vec<Clause> {
    let mut clauses = vec![Clause::Select, Clause::Where, Clause::Having];
    for (clause, feature) in [
        (Clause::On, Feature::Join),
        (Clause::GroupBy, Feature::GroupByExpression),
        (Clause::Qualify, Feature::Qualify),
        (Clause::Window, Feature::Over),
        (Clause::DistinctOn, Feature::DistinctOn),
        (Clause::Set, Feature::Update),
    ] {
        if own.contains(feature) {
            clauses.push(clause);
        }
    }
    if own.contains(Feature::MixedAggregates) {
        clauses.push(Clause::OrderBy);
    } else {
        clauses.retain(|clause| *clause != Clause::Having);
    }
    clauses
}

/// What only some clauses can hold.
fn further(clause: Clause, own: Features) -> Vec<String> {
    let has = |feature: Feature| own.contains(feature);
    let mut kinds: Vec<&str> = Vec::new();
    let filter = matches!(clause, Clause::Where | Clause::Having | Clause::Qualify);
    let anywhere = has(Feature::SubqueryAnywhere) && clause == Clause::Select;
    if filter || anywhere {
        kinds.extend(PREDICATES.iter().filter(|(_, feature)| has(*feature)).map(|(kind, _)| *kind));
    }
    if (filter || clause == Clause::Select) && has(Feature::ScalarSubquery) {
        kinds.push("scalar subquery");
    }
    if matches!(clause, Clause::Select | Clause::Having | Clause::OrderBy) {
        kinds.push("aggregate");
    }
    if matches!(clause, Clause::Select | Clause::Qualify) && has(Feature::Over) {
        kinds.push("window call");
    }
    if matches!(clause, Clause::Select | Clause::Where | Clause::Having | Clause::Set) {
        kinds.push("parameter");
    }
    kinds.into_iter().map(str::to_owned).collect()
}

/// Where there are no columns: rows of VALUES, and LIMIT.
fn values(own: Features) -> Vec<String> {
    let mut names = Vec::new();
    if own.contains(Feature::InsertValues) {
        let kinds = ["number", "string", "parameter", "NULL", "CAST", "call", "CASE"];
        names.extend(kinds.map(|kind| in_clause(Clause::Values, kind)));
    }
    if own.contains(Feature::LimitParameter) {
        names.push(in_clause(Clause::Limit, "parameter"));
    }
    names
}

fn frames(own: Features) -> Vec<String> {
    if !own.contains(Feature::Frame) {
        return Vec::new();
    }
    let mut names = Vec::new();
    for unit in ["ROWS", "RANGE", "GROUPS"] {
        if unit == "GROUPS" && !own.contains(Feature::Groups) {
            continue;
        }
        for bound in
            ["UNBOUNDED PRECEDING", "n PRECEDING", "CURRENT ROW", "n FOLLOWING", "UNBOUNDED FOLLOWING"]
        {
            // An amount of RANGE depends on the type of the key.
            if unit == "RANGE" && bound.starts_with("n ") {
                continue;
            }
            if bound != "UNBOUNDED FOLLOWING" {
                names.push(format!("{unit} from {bound}"));
            }
            if bound != "UNBOUNDED PRECEDING" {
                names.push(format!("{unit} to {bound}"));
            }
        }
    }
    names
}
