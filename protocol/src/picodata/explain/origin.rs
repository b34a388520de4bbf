//! Where the columns of a result come from: what describing a statement does not tell, its plan does.
//!
//! A column is followed from the outermost projection down, through motions, filters and subqueries, to the table that is
//! scanned. What is computed, grouped or united has no origin, and what cannot be followed surely has none either.

use super::Explain;
use super::line::{Open, items};
use super::tree::Node;

/// A column of a projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its expression, as it stands.
    pub expression: String,
}

/// The column of a table that a column of the result is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The table's name.
    pub table: String,
    /// The column's name.
    pub column: String,
    /// Whether it stands on the inner side of a left join, which makes NULLs.
    pub is_inner: bool,
}

/// A column as an expression names it: `"t"."a"::int`, `a::int`.
struct Reference {
    relation: Option<String>,
    column: String,
}

impl Explain {
    /// The columns of the result; none where the plan is no query's.
    pub fn outputs(&self) -> Vec<Output> {
        projection(&self.root).map(outputs).unwrap_or_default()
    }

    /// The origins of the columns of the result, in order.
    pub fn origins(&self) -> Vec<Option<Origin>> {
        let Some(top) = projection(&self.root) else { return Vec::new() };
        outputs(top).iter().map(|output| origin(&output.expression, top)).collect()
    }
}

/// The projection that a node's rows come from unchanged.
fn projection(node: &Node) -> Option<&Node> {
    match node.operation.as_str() {
        "projection" => Some(node),
        // A scan is a subquery's here: a table's has nothing below it.
        "motion" | "limit" | "order by" | "scan" => match &node.children[..] {
            [only] => projection(only),
            _ => None,
        },
        _ => None,
    }
}

fn outputs(projection: &Node) -> Vec<Output> {
    let list = projection.argument();
    let list = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).unwrap_or(list);
    items(list).into_iter().map(output).collect()
}

/// `"t"."a"::int -> "a"`; from 26.2 on the arrow is left out where it would repeat the name.
fn output(item: &str) -> Output {
    let mut open = Open::default();
    for (at, c) in item.char_indices() {
        if open.is_closed() && item[at..].starts_with("->") {
            let name = unquoted(item[at + 2..].trim());
            return Output { name, expression: item[..at].trim().to_owned() };
        }
        open.pass(c);
    }
    let name = Reference::parse(item).map_or_else(|| item.to_owned(), |reference| reference.column);
    Output { name, expression: item.to_owned() }
}

fn unquoted(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    inner.map_or_else(|| name.to_owned(), |inner| inner.replace("\"\"", "\""))
}

impl Reference {
    /// Reads an expression that is a column and nothing else.
    fn parse(expression: &str) -> Option<Reference> {
        let (first, rest) = name(expression)?;
        let (relation, column, rest) = match rest.strip_prefix('.') {
            Some(rest) => {
                let (column, rest) = name(rest)?;
                (Some(first), column, rest)
            }
            None => (None, first, rest),
        };
        // A second type would be a cast, and so a value of its own.
        let is_plain = match rest.strip_prefix("::") {
            Some(ty) => ty.chars().all(|c| c.is_alphanumeric() || c == '_'),
            None => rest.is_empty(),
        };
        is_plain.then_some(Reference { relation, column })
    }
}

/// A name at the beginning of a text, and what follows it.
fn name(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let mut from = 0;
        loop {
            let end = from + rest[from..].find('"')?;
            if !rest[end + 1..].starts_with('"') {
                return Some((rest[..end].replace("\"\"", "\""), &rest[end + 1..]));
            }
            from = end + 2;
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let begins = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    begins.then(|| (text[..end].to_owned(), &text[end..]))
}

/// The origin of an expression of a projection, among what it takes its rows from.
fn origin(expression: &str, projection: &Node) -> Option<Origin> {
    let Reference { relation, column } = Reference::parse(expression)?;
    let [source] = &projection.children[..] else { return None };
    match relation {
        Some(relation) => within(source, &relation, &column),
        // Without a relation it is one of a projection's below, behind a motion.
        None => of_column(self::projection(source)?, &column),
    }
}

/// The origin of the column of that name which a projection gives.
fn of_column(projection: &Node, column: &str) -> Option<Origin> {
    let outputs = outputs(projection);
    let mut named = outputs.iter().filter(|output| output.name == column);
    match (named.next(), named.next()) {
        (Some(output), None) => origin(&output.expression, projection),
        _ => None,
    }
}

/// The origin of a column of the relation of that name, somewhere in what a node takes its rows from.
fn within(node: &Node, relation: &str, column: &str) -> Option<Origin> {
    match node.operation.as_str() {
        "scan" => scanned(node, relation, column),
        "selection" | "motion" | "limit" | "order by" => match &node.children[..] {
            // Behind a selection may stand the subqueries of its condition.
            [first, ..] => within(first, relation, column),
            [] => None,
        },
        // Rows that travel are projected first, and keep their relation's name.
        "projection" => {
            let named = |output: &Output| {
                let found = Reference::parse(&output.expression)?;
                let is_it = output.name == column && found.relation.as_deref() == Some(relation);
                is_it.then(|| origin(&output.expression, node))
            };
            let mut found = outputs(node).iter().filter_map(named).collect::<Vec<_>>();
            if found.len() == 1 { found.remove(0) } else { None }
        }
        "join on" | "inner join on" | "left join on" => {
            let [left, right, ..] = &node.children[..] else { return None };
            match (within(left, relation, column), within(right, relation, column)) {
                (Some(found), None) => Some(found),
                (None, Some(found)) => {
                    let is_inner = found.is_inner || node.operation == "left join on";
                    Some(Origin { is_inner, ..found })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `scan "t"`, `scan "t" -> "alias"`, and above a projection `scan "alias"`.
fn scanned(scan: &Node, relation: &str, column: &str) -> Option<Origin> {
    let argument = scan.argument();
    let (table, rest) = name(argument)?;
    let alias = rest.trim_start().strip_prefix("->").and_then(|alias| name(alias.trim_start()));
    let alias = alias.map_or_else(|| table.clone(), |(alias, _)| alias);
    if alias != relation {
        return None;
    }
    match &scan.children[..] {
        [] => Some(Origin { table, column: column.to_owned(), is_inner: false }),
        [below] => of_column(projection(below)?, column),
        _ => None,
    }
}
