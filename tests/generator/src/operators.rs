//! Binary operators between definite types, made of the dialect's own rules: every pair of types that the rules take.

use std::collections::BTreeMap;

use querent_schema::ast::{BinaryOp, ExprKind, SelectItem, SetExpr, StatementKind};
use querent_schema::dialect::{Dialect, Operand};
use querent_schema::parse::Source;
use querent_types::SqlType;

use crate::types::{Types, plain};

/// Every binary operator as text, truth values aside.
const SIGNS: &[&str] = &[
    "=", "<>", "<", "<=", ">", ">=", "<=>", "+", "-", "*", "/", "%", "||", "&", "|", "^", "#", "<<", ">>",
    "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*", "@>", "<@",
];

/// Signs that compare.
pub(crate) const COMPARISONS: &[&str] = &["=", "<>", "<", "<=", ">", ">="];

/// One operator between two types.
#[derive(Debug, Clone)]
pub(crate) struct Infix {
    pub(crate) sign: &'static str,
    pub(crate) left: SqlType,
    pub(crate) right: SqlType,
}

/// The operators of a dialect, by what they give.
pub(crate) struct Operators {
    by_type: BTreeMap<SqlType, BTreeMap<&'static str, Vec<Infix>>>,
}

impl Operators {
    /// Finds the operators of a dialect over its types.
    pub(crate) fn new(dialect: &'static Dialect, types: &Types) -> Operators {
        let mut operators = Operators { by_type: BTreeMap::new() };
        for sign in SIGNS {
            let Some(op) = read(dialect, sign) else { continue };
            for left in types.universe() {
                for right in types.universe() {
                    if let Some(ty) = gives(dialect, &op, left, right) {
                        let own = operators.by_type.entry(plain(&ty)).or_default();
                        let infix = Infix { sign, left: left.clone(), right: right.clone() };
                        own.entry(sign).or_default().push(infix);
                    }
                }
            }
        }
        operators
    }

    /// The signs that give a type, each with its pairs of operands.
    pub(crate) fn giving(&self, ty: &SqlType) -> Option<&BTreeMap<&'static str, Vec<Infix>>> {
        self.by_type.get(&plain(ty))
    }

    /// Every sign that the dialect has.
    pub(crate) fn signs(&self) -> Vec<&'static str> {
        let has = |sign: &str| self.by_type.values().any(|own| own.contains_key(sign));
        SIGNS.iter().copied().filter(|sign| has(sign)).collect()
    }

    /// Whether two types can be compared for equality.
    pub(crate) fn compares(&self, left: &SqlType, right: &SqlType) -> bool {
        let pairs = self.giving(&SqlType::Boolean).and_then(|own| own.get("="));
        pairs.is_some_and(|pairs| {
            pairs.iter().any(|pair| pair.left == plain(left) && pair.right == plain(right))
        })
    }
}

/// What an operator gives. Rules that are known in part take anything: there both sides must be alike.
fn gives(dialect: &'static Dialect, op: &BinaryOp, left: &SqlType, right: &SqlType) -> Option<SqlType> {
    let numbers = left.is_numeric() && right.is_numeric();
    let arithmetic = matches!(
        op,
        BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo
    );
    if dialect.rules.is_open() {
        let alike = match op {
            BinaryOp::Concat => left.is_text() && right.is_text(),
            _ if arithmetic => numbers,
            _ => left == right || (numbers && dialect.name.starts_with("pinot")),
        };
        if !alike {
            return None;
        }
    }
    // Text beside something else is read as that, which few texts can be.
    if left.is_text() != right.is_text() && !matches!(op, BinaryOp::Concat) {
        return None;
    }
    // Calcite reads any text as a number there, which few are.
    if arithmetic && left.is_text() {
        return None;
    }
    // DataFusion plans these of other types and runs them of lists only.
    if matches!(op, BinaryOp::Other(_)) && !matches!(left, SqlType::List(..)) {
        return None;
    }
    // H2 sends a UUID that it computed as text.
    let uuids = [left, right].into_iter().filter(|ty| **ty == SqlType::Uuid).count();
    if uuids == 1 && !matches!(op, BinaryOp::Concat) {
        return None;
    }
    let operand = |ty: &SqlType| Operand { ty: Some(ty.clone()), literal: None, nullable: true };
    let ty = dialect.rules.binary(op, &operand(left), &operand(right)).ok()?.ty?;
    (ty != SqlType::Null).then_some(ty)
}

/// The operator of a sign; `None` where the dialect reads none of it.
fn read(dialect: &'static Dialect, sign: &str) -> Option<BinaryOp> {
    let text = format!("SELECT 1 {sign} 2");
    let (source, found) = Source::new(&text, dialect);
    let mut parsed = source.parse(&|_| true);
    if !found.is_empty() || !parsed.diagnostics.is_empty() {
        return None;
    }
    let StatementKind::Query(query) = parsed.statements.pop()?.kind else { return None };
    let SetExpr::Select(mut select) = query.body else { return None };
    match select.items.pop()? {
        SelectItem::Expr { expr, .. } => match expr.kind {
            ExprKind::Binary { op, .. } => Some(op),
            _ => None,
        },
        SelectItem::Wildcard { .. } => None,
    }
}
