//! The names under which nodes are counted.

use querent_schema::ast::{
    BinaryOp, Distinct, Expr, ExprKind, Frame, FrameBound, Function, FunctionArg, GroupBy, JoinConstraint,
    LikeOp, Literal, MergeAction, OrderBy, OrderByExpr, Query, Select, SelectItem, SetExpr, StatementKind,
    TableFactor, TableFactorKind, UnaryOp, WindowRef,
};

use crate::walk::Node;

/// The name of an expression's kind.
pub(super) fn expr(node: &Expr, is_aggregate: impl Fn(&str) -> bool) -> String {
    use ExprKind as E;
    let word = match &node.kind {
        E::Column(name) if name.parts.len() > 1 => "qualified column",
        E::Column(_) => "column",
        E::Literal(literal) => of_literal(literal),
        E::Param(_) => "parameter",
        E::Spread(_) => "spread",
        E::Unary { op, .. } => match op {
            UnaryOp::Not => "NOT",
            UnaryOp::Minus => "unary -",
            UnaryOp::Plus => "unary +",
            UnaryOp::BitNot => "unary ~",
        },
        E::Binary { op, .. } => return format!("binary {}", sign(op)),
        E::Is { test, negated, .. } => {
            let not = if *negated { "NOT " } else { "" };
            return format!("IS {not}{}", format!("{test:?}").to_uppercase());
        }
        E::IsDistinctFrom { negated: false, .. } => "IS DISTINCT FROM",
        E::IsDistinctFrom { .. } => "IS NOT DISTINCT FROM",
        E::InList { .. } => "IN list",
        E::InSubquery { .. } => "IN subquery",
        E::InUnnest { .. } => "IN UNNEST",
        E::Between { .. } => "BETWEEN",
        E::Like { op, .. } => match op {
            LikeOp::Like => "LIKE",
            LikeOp::ILike => "ILIKE",
            LikeOp::SimilarTo => "SIMILAR TO",
            LikeOp::RLike => "REGEXP",
        },
        E::Quantified { all: true, .. } => "ALL array",
        E::Quantified { .. } => "ANY array",
        E::QuantifiedSubquery { all: true, .. } => "ALL subquery",
        E::QuantifiedSubquery { .. } => "ANY subquery",
        E::Case { operand: None, .. } => "CASE",
        E::Case { .. } => "CASE operand",
        E::Cast { try_: true, .. } => "TRY_CAST",
        E::Cast { .. } => "CAST",
        E::TypedString { .. } => "typed string",
        E::Interval { .. } => "INTERVAL",
        E::AtTimeZone { .. } => "AT TIME ZONE",
        E::Extract { .. } => "EXTRACT",
        E::Function(call) if call.over.is_some() => "window call",
        E::Function(call) if is_aggregate(&call.name.last().value.to_lowercase()) => "aggregate",
        E::Function(_) => "call",
        E::Exists { .. } => "EXISTS",
        E::Subquery(_) => "scalar subquery",
        E::Tuple(_) => "row",
        E::Array(_) => "array",
        E::Struct(_) => "struct",
        E::Map(_) => "map",
        E::Subscript { .. } => "subscript",
        E::Slice { .. } => "slice",
        E::Field { .. } => "field",
        E::Collate { .. } => "COLLATE",
        E::GroupingSets(_) => "GROUPING SETS",
        E::Cube(_) => "CUBE",
        E::Rollup(_) => "ROLLUP",
        E::Lambda { .. } => "lambda",
        E::Other(_) => "other",
    };
    word.to_owned()
}

fn of_literal(literal: &Literal) -> &'static str {
    match literal {
        Literal::Null => "NULL",
        Literal::Boolean(_) => "boolean",
        Literal::Number(_) => "number",
        Literal::String(_) => "string",
        Literal::Bytes(_) => "bytes",
        Literal::NationalString(_) => "national string",
    }
}

/// An operator's sign.
pub(super) fn sign(op: &BinaryOp) -> String {
    use BinaryOp::*;
    let word = match op {
        And => "AND",
        Or => "OR",
        Xor => "XOR",
        Eq => "=",
        NotEq => "<>",
        Lt => "<",
        LtEq => "<=",
        Gt => ">",
        GtEq => ">=",
        Spaceship => "<=>",
        Plus => "+",
        Minus => "-",
        Multiply => "*",
        Divide => "/",
        IntegerDivide => "DIV",
        Modulo => "%",
        Concat => "||",
        BitAnd => "&",
        BitOr => "|",
        BitXor => "^",
        ShiftLeft => "<<",
        ShiftRight => ">>",
        Regex { negated, case_insensitive } => {
            return format!("{}~{}", mark(*negated, "!"), mark(*case_insensitive, "*"));
        }
        LikeMatch { negated, case_insensitive } => {
            return format!("{}~~{}", mark(*negated, "!"), mark(*case_insensitive, "*"));
        }
        Other(sign) => sign,
    };
    word.to_owned()
}

fn mark(there: bool, sign: &str) -> &str {
    if there { sign } else { "" }
}

/// The names of what a node is besides an expression.
pub(super) fn parts(node: &Node<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| names.push(name.to_owned());
    match node {
        Node::Statement(statement) => add(of_statement(&statement.kind)),
        Node::Query(query) => names.extend(of_query(query)),
        Node::With(with) => {
            add(if with.recursive { "WITH RECURSIVE" } else { "WITH" });
            if with.ctes.iter().any(|cte| !cte.alias.columns.is_empty()) {
                add("WITH columns");
            }
        }
        Node::Body(body) => names.push(of_body(body)),
        Node::Select(select) => names.extend(of_select(select)),
        Node::Item(item) => names.extend(of_item(item)),
        Node::Tables(tables) if tables.len() > 1 => add("FROM list"),
        Node::Factor(factor) => names.extend(of_factor(factor)),
        Node::Join(join) => {
            let constraint = match &join.constraint {
                JoinConstraint::On(_) => " ON",
                JoinConstraint::Using(_) => " USING",
                JoinConstraint::Natural => " NATURAL",
                JoinConstraint::None => "",
            };
            names.push(format!("{:?} join{constraint}", join.kind));
        }
        Node::Expr(expr) => {
            if let ExprKind::Function(call) = &expr.kind {
                names.extend(of_call(call));
            }
        }
        Node::Keys(keys) => keys.iter().for_each(|key| names.extend(of_key(key))),
        Node::Window(window) => {
            if !window.partition_by.is_empty() {
                add("PARTITION BY");
            }
            if let Some(frame) = &window.frame {
                names.extend(of_frame(frame));
            }
        }
        Node::Insert(insert) => {
            add(if insert.columns.is_empty() { "INSERT without columns" } else { "INSERT columns" });
            if insert.on_conflict.is_some() {
                add("ON CONFLICT");
            }
        }
        Node::MergeClause(clause) => add(match clause.action {
            MergeAction::Update(_) => "MERGE UPDATE",
            MergeAction::Insert { .. } => "MERGE INSERT",
            MergeAction::Delete => "MERGE DELETE",
        }),
        Node::Tables(_) | Node::Assignments(_) => {}
    }
    names
}

fn of_query(query: &Query) -> Vec<String> {
    let order = match &query.order_by {
        Some(OrderBy::All) => Some("ORDER BY ALL"),
        Some(OrderBy::Expressions(_)) => Some("ORDER BY"),
        None => None,
    };
    let limit = match (&query.limit, query.fetch) {
        (Some(_), Some(_)) => Some("FETCH"),
        (Some(_), None) => Some("LIMIT"),
        _ => None,
    };
    let offset = query.offset.as_ref().map(|_| "OFFSET");
    [order, limit, offset].into_iter().flatten().map(str::to_owned).collect()
}

fn of_select(select: &Select) -> Vec<String> {
    let all = [
        ("DISTINCT", select.distinct == Some(Distinct::All)),
        ("DISTINCT ON", matches!(select.distinct, Some(Distinct::On(_)))),
        ("GROUP BY ALL", select.group_by == GroupBy::All),
        ("GROUP BY", matches!(select.group_by, GroupBy::Expressions(_))),
        ("TOP", select.top.is_some()),
        ("WHERE", select.selection.is_some()),
        ("HAVING", select.having.is_some()),
        ("QUALIFY", select.qualify.is_some()),
        ("WINDOW", !select.windows.is_empty()),
        ("no FROM", select.from.is_empty()),
    ];
    all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
}

fn of_statement(kind: &StatementKind) -> &'static str {
    match kind {
        StatementKind::Query(_) => "query",
        StatementKind::Insert(insert) if insert.verb == "MERGE" => "MERGE by key",
        StatementKind::Insert(_) => "INSERT",
        StatementKind::Update(_) => "UPDATE",
        StatementKind::Delete(_) => "DELETE",
        StatementKind::Merge(_) => "MERGE",
        StatementKind::Explain { .. } => "EXPLAIN",
        StatementKind::Describe(_) => "DESCRIBE",
        StatementKind::Show(_) => "SHOW",
        _ => "other statement",
    }
}

fn of_body(body: &SetExpr) -> String {
    match body {
        SetExpr::Select(_) => "SELECT".to_owned(),
        SetExpr::Query(_) => "query in brackets".to_owned(),
        SetExpr::Values(_) => "VALUES".to_owned(),
        SetExpr::SetOperation { op, all, by_name, .. } => {
            let all = if *all { " ALL" } else { "" };
            let by_name = if *by_name { " BY NAME" } else { "" };
            format!("{}{all}{by_name}", format!("{op:?}").to_uppercase())
        }
        SetExpr::Table(_) => "TABLE".to_owned(),
        SetExpr::Statement(_) => "statement as a query".to_owned(),
    }
}

fn of_item(item: &SelectItem) -> Vec<String> {
    let SelectItem::Wildcard { qualifier, options, .. } = item else {
        let SelectItem::Expr { alias, .. } = item else { return Vec::new() };
        return vec![if alias.is_some() { "item AS" } else { "item" }.to_owned()];
    };
    let mut names = vec![if qualifier.is_some() { "t.*" } else { "*" }.to_owned()];
    for (name, there) in [
        ("* EXCLUDE", !options.exclude.is_empty()),
        ("* REPLACE", !options.replace.is_empty()),
        ("* RENAME", !options.rename.is_empty()),
    ] {
        if there {
            names.push(name.to_owned());
        }
    }
    names
}

fn of_factor(factor: &TableFactor) -> Vec<String> {
    let word = match &factor.kind {
        TableFactorKind::Table(_) => "table",
        TableFactorKind::Derived(_) if factor.lateral => "LATERAL",
        TableFactorKind::Derived(_) => "derived table",
        TableFactorKind::Function { .. } => "table function",
        TableFactorKind::InTable { .. } => "TABLE(function)",
        TableFactorKind::Unnest { .. } => "UNNEST",
        TableFactorKind::Nested(_) => "nested join",
        TableFactorKind::Other(_) => "other table",
    };
    let mut names = vec![word.to_owned()];
    if factor.alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
        names.push("alias columns".to_owned());
    }
    names
}

fn of_call(call: &Function) -> Vec<String> {
    let mut names = Vec::new();
    for (name, there) in [
        ("call DISTINCT", call.distinct),
        ("call ORDER BY", !call.order_by.is_empty()),
        ("FILTER", call.filter.is_some()),
        ("WITHIN GROUP", !call.within_group.is_empty()),
        ("IGNORE NULLS", call.ignore_nulls == Some(true)),
        ("RESPECT NULLS", call.ignore_nulls == Some(false)),
        ("OVER name", matches!(call.over, Some(WindowRef::Named(_)))),
        ("OVER (…)", matches!(call.over, Some(WindowRef::Inline(_)))),
        ("call *", call.args.iter().any(|arg| matches!(arg, FunctionArg::Wildcard(_)))),
        ("bare call", call.bare),
    ] {
        if there {
            names.push(name.to_owned());
        }
    }
    names
}

fn of_key(key: &OrderByExpr) -> Vec<String> {
    let mut names = vec![if key.descending { "key DESC" } else { "key ASC" }.to_owned()];
    match key.nulls_first {
        Some(true) => names.push("NULLS FIRST".to_owned()),
        Some(false) => names.push("NULLS LAST".to_owned()),
        None => {}
    }
    names
}

fn of_frame(frame: &Frame) -> Vec<String> {
    let bound = |bound: &FrameBound| match bound {
        FrameBound::CurrentRow => "CURRENT ROW",
        FrameBound::Preceding(None) => "UNBOUNDED PRECEDING",
        FrameBound::Preceding(Some(_)) => "n PRECEDING",
        FrameBound::Following(None) => "UNBOUNDED FOLLOWING",
        FrameBound::Following(Some(_)) => "n FOLLOWING",
    };
    let unit = format!("{:?}", frame.unit).to_uppercase();
    let mut names = vec![format!("{unit} from {}", bound(&frame.start))];
    if let Some(end) = &frame.end {
        names.push(format!("{unit} to {}", bound(end)));
    }
    names
}
