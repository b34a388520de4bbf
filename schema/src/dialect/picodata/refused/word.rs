//! Reserved words: they are names in double quotes only (grammar of 26.3).

use crate::ast::{ExprKind, Ident, SelectItem, Span};
use crate::diagnostic::Code;
use crate::dialect::Advice;
use crate::parse::visit::Node;

/// The words, in order.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "array",
    "as",
    "asc",
    "begin",
    "between",
    "by",
    "case",
    "cast",
    "current_date",
    "current_time",
    "current_timestamp",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "filter",
    "from",
    "group",
    "having",
    "in",
    "inner",
    "into",
    "is",
    "join",
    "left",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "on",
    "option",
    "or",
    "order",
    "outer",
    "over",
    "primary",
    "select",
    "set",
    "similar",
    "substring",
    "table",
    "then",
    "to",
    "true",
    "union",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// The names of a part that are reserved words.
pub(super) fn reserved(node: &Node<'_>) -> Vec<(Span, Advice)> {
    let mut names: Vec<&Ident> = Vec::new();
    match node {
        Node::Item(SelectItem::Expr { alias: Some(alias), .. }) => names.push(&alias.ident),
        Node::Factor(factor) => {
            if let crate::ast::TableFactorKind::Table(name) = &factor.kind {
                names.extend(&name.parts);
            }
            names.extend(factor.alias.as_ref().map(|alias| &alias.name));
        }
        Node::With(with) => {
            for cte in &with.ctes {
                names.push(&cte.alias.name);
                names.extend(&cte.alias.columns);
            }
        }
        Node::Expr(expr) => {
            if let ExprKind::Column(name) = &expr.kind {
                names.extend(&name.parts);
            }
        }
        Node::Insert(insert) => names.extend(&insert.columns),
        Node::Assignments(all) => {
            names.extend(all.iter().flat_map(|own| &own.targets).flat_map(|name| &name.parts));
        }
        _ => {}
    }
    names.into_iter().filter(|name| is_reserved(name)).map(told).collect()
}

fn is_reserved(name: &Ident) -> bool {
    !name.quoted && RESERVED.binary_search(&name.value.to_lowercase().as_str()).is_ok()
}

fn told(name: &Ident) -> (Span, Advice) {
    let message = format!("`{}` is a reserved word", name.value);
    let help = format!("fix this by quotes: `\"{}\"`", name.value.to_lowercase());
    (name.span, Advice { code: Code::Unsupported, refused: true, message, help })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order() {
        assert!(RESERVED.is_sorted());
    }
}
