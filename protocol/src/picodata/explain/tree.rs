//! Operations, one a line, indented below the operation that takes their rows.

use super::PlanError;

/// An operation of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// What it does: `projection`, `scan`, `left join on` …
    pub operation: String,
    /// The whole line, without its indentation.
    pub text: String,
    /// Of an UPDATE, what it sets: `"year" = "col_0"`.
    pub assignments: Vec<String>,
    /// How rows travel, of the operation `motion`.
    pub motion: Option<Motion>,
    /// What it takes its rows from.
    pub children: Vec<Node>,
}

/// How rows travel between nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// They stay, and their buckets are computed.
    LocalSegment,
    /// They stay.
    Local,
    /// Each goes to the node of its bucket.
    Segment,
    /// All go to every node that runs the rest.
    Full,
}

/// Names of operations; one that begins with another's comes first.
const OPERATIONS: &[&str] = &[
    "projection",
    "selection",
    "scan cte",
    "scan",
    "left join on",
    "inner join on",
    "join on",
    "union all",
    "union",
    "except",
    "motion",
    "group by",
    "order by",
    "having",
    "window",
    "limit",
    "values",
    "value row",
    "value",
    "insert",
    "update",
    "delete",
    "truncate",
];

/// No statement nests deeper; a tree that did would be dropped level by level on the stack.
const DEPTH_MAX: usize = 500;

pub(super) fn build(lines: &[&str]) -> Result<Node, PlanError> {
    let mut stack: Vec<(usize, Node)> = Vec::new();
    let mut root = None;
    for line in lines {
        let indent = line.len() - line.trim_start().len();
        let text = line.trim();
        if is_assignment(text)
            && let Some((_, node)) = stack.last_mut()
        {
            node.assignments.push(text.to_owned());
            continue;
        }
        while stack.last().is_some_and(|(above, _)| indent <= *above) {
            fold(&mut stack, &mut root);
        }
        if root.is_some() {
            return Err(PlanError::TwoRoots);
        }
        if stack.len() >= DEPTH_MAX {
            return Err(PlanError::Unclosed);
        }
        stack.push((indent, Node::of(text)));
    }
    while !stack.is_empty() {
        fold(&mut stack, &mut root);
    }
    root.ok_or(PlanError::Empty)
}

/// The innermost operation is whole: it goes to the one above, or is the root.
fn fold(stack: &mut Vec<(usize, Node)>, root: &mut Option<Node>) {
    let Some((_, node)) = stack.pop() else { return };
    match stack.last_mut() {
        Some((_, above)) => above.children.push(node),
        None => *root = Some(node),
    }
}

/// `"c" = "col_0"`, and no operation.
fn is_assignment(text: &str) -> bool {
    let after = match text.strip_prefix('"') {
        Some(rest) => rest.split_once('"').map(|(_, after)| after),
        None => text.find(' ').map(|at| &text[at..]),
    };
    after.is_some_and(|after| after.trim_start().starts_with("= "))
}

impl Node {
    fn of(text: &str) -> Node {
        let operation = operation(text);
        let motion = if operation == "motion" { motion(text) } else { None };
        Node { operation: operation.to_owned(), text: text.to_owned(), motion, ..Node::default() }
    }

    /// What follows the operation's name.
    pub(super) fn argument(&self) -> &str {
        self.text.get(self.operation.len()..).unwrap_or_default().trim_start()
    }
}

fn operation(text: &str) -> &str {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let known = OPERATIONS.iter().find(|name| text.strip_prefix(**name).is_some_and(ends));
    match known {
        Some(name) => name,
        // Words until something else begins.
        None => {
            let at = text.find(|c: char| !c.is_ascii_lowercase() && c != ' ').unwrap_or(text.len());
            let words = text[..at].trim_end();
            if words.is_empty() { text.split(' ').next().unwrap_or_default() } else { words }
        }
    }
}

/// `motion [policy: local segment([ref("id")]), program: ReshardIfNeeded]`.
fn motion(text: &str) -> Option<Motion> {
    let (_, policy) = text.split_once("policy:")?;
    let end = policy.find(['(', ',', ']']).unwrap_or(policy.len());
    Some(match policy[..end].trim() {
        "local segment" => Motion::LocalSegment,
        "local" => Motion::Local,
        "segment" => Motion::Segment,
        "full" => Motion::Full,
        _ => return None,
    })
}
