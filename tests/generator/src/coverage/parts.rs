//! What a stream of each dialect must hold besides expressions, made of what the dialect has.

use crate::features::{Feature, Features};

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

/// Everything but expressions that a stream must hold.
pub(super) fn names(own: Features) -> Vec<String> {
    let there = PARTS.iter().filter(|(_, feature)| feature.is_none_or(|feature| own.contains(feature)));
    let mut names: Vec<String> = there.map(|(name, _)| (*name).to_owned()).chain(frames(own)).collect();
    names.sort();
    names.dedup();
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
