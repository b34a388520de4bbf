//! Readings of a statement, as many as it takes to know the types of its parameters.

use std::collections::HashSet;

use crate::ast::{BinaryOp, Expr, ExprKind, Span, Statement};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::{Around, Setting};
use crate::parse::Source;
use crate::parse::visit::{self, Node};
use crate::plan::Effect;
use crate::walk;

use super::binder::{Binder, TableCache};
use super::params::Params;
use super::scope::Relation;
use super::split::{is_distributed, loses_constants};

/// Parameters are solved in at most this many readings: each types those that depend on the ones before.
const READINGS_MAX: usize = 6;

/// What one reading of a statement gave.
pub(super) struct Reading {
    /// What the statement gives.
    pub(super) relation: Relation,
    pub(super) effect: Effect,
    pub(super) tables: Vec<Vec<String>>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) params: Params,
    pub(super) table_cache: TableCache,
}

/// Reads a statement with all its parameters known.
pub(super) fn solve(statement: &Statement, catalog: &Catalog, source: &Source<'_>) -> Reading {
    settle(statement, catalog, source).unwrap_or_else(|| solve_by_turns(statement, catalog, source))
}

/// Reads a statement once, where each parameter stands once and beside a column, which says its type before anything asks
/// for it. That is the reading that [`solve_by_turns`] ends with: none of the types depends on another parameter's, each
/// is known wherever it is looked at, and it is what the reading makes of its uses.
pub(super) fn settle(statement: &Statement, catalog: &Catalog, source: &Source<'_>) -> Option<Reading> {
    if source.params.is_empty() || !beside_columns(statement, source) {
        return None;
    }
    let params = Params::to_settle(source.params.len());
    let mut reading = read(statement, catalog, params, TableCache::new(), &source.settings);
    let settled = reading.params.are_settled();
    let (changed, clashes) = reading.params.solve(catalog.dialect.rules);
    (settled && !changed && clashes.is_empty()).then_some(reading)
}

/// Whether each parameter has one use, in a comparison with a column.
fn beside_columns(statement: &Statement, source: &Source<'_>) -> bool {
    if source.params.iter().any(|param| param.uses.len() != 1 || param.spread) {
        return false;
    }
    let mut count = 0;
    visit::statement(statement, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Binary { left, op, right, .. }, .. }) = node
            && is_comparison(op)
        {
            let kinds = (&left.kind, &right.kind);
            count += usize::from(matches!(
                kinds,
                (ExprKind::Column(_), ExprKind::Param(_)) | (ExprKind::Param(_), ExprKind::Column(_))
            ));
        }
    });
    count == source.params.len()
}

pub(super) fn is_comparison(op: &BinaryOp) -> bool {
    use BinaryOp::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// Reads a statement until nothing more is learned of its parameters.
pub(super) fn solve_by_turns(statement: &Statement, catalog: &Catalog, source: &Source<'_>) -> Reading {
    let mut params = Params::new(source.params.len());
    let mut table_cache = TableCache::new();
    for _ in 0..READINGS_MAX {
        let mut reading = read(statement, catalog, params, table_cache, &source.settings);
        if source.params.is_empty() {
            return reading;
        }
        let (changed, clashes) = reading.params.solve(catalog.dialect.rules);
        if !changed {
            reading.diagnostics.extend(clashes);
            return reading;
        }
        (params, table_cache) = (reading.params, reading.table_cache);
        params.restart();
    }
    let mut reading = read(statement, catalog, params, table_cache, &source.settings);
    let (_, clashes) = reading.params.solve(catalog.dialect.rules);
    reading.diagnostics.extend(clashes);
    reading
}

/// Reads a statement once, with what is known of its parameters.
pub(super) fn read(
    statement: &Statement,
    catalog: &Catalog,
    params: Params,
    table_cache: TableCache,
    settings: &[Setting],
) -> Reading {
    let mut binder = Binder::new(catalog, params, table_cache);
    binder.distributed = is_distributed(statement, catalog);
    binder.loses_constants = binder.distributed && loses_constants(statement, catalog);
    for setting in settings {
        let ty = (catalog.dialect.reading.setting_type)(&setting.key.to_lowercase());
        if let (Some(param), Some(ty)) = (setting.param, ty) {
            binder.params.want(param, &ty, setting.span, format!("the value of {}", setting.key));
            binder.params.forbid_null(param);
        }
    }
    let whole = refuse(statement, &mut binder, settings);
    let refused: HashSet<Span> = binder
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| found.span)
        .collect();
    let before = binder.diagnostics.len();
    let (relation, effect) = match whole {
        true => (Relation::default(), Effect::Read),
        false => binder.statement(statement),
    };
    // Of what there is not, it is not said besides that its name is not known, or its type.
    let later = binder.diagnostics.split_off(before);
    binder.diagnostics.extend(later.into_iter().filter(|found| !refused.contains(&found.span)));
    Reading {
        relation,
        effect,
        tables: binder.tables.into_iter().collect(),
        diagnostics: binder.diagnostics,
        params: binder.params,
        table_cache: binder.table_cache,
    }
}

/// Says what the dialect has not; whether that is the statement as a whole.
fn refuse(statement: &Statement, binder: &mut Binder<'_>, settings: &[Setting]) -> bool {
    let catalog = binder.catalog;
    let mut whole = false;
    walk::statement(statement, &mut |clause, node| {
        if whole {
            return;
        }
        let around = Around { settings, options: &catalog.source.options, catalog, clause };
        for (span, advice) in (catalog.dialect.reading.advice)(&node, &around) {
            // Of a statement that there is not, its parts need no mending.
            whole |= advice.refused && matches!(node, Node::Statement(_));
            binder.report_advice(advice, span);
        }
        if let Some((span, what)) = (catalog.dialect.reading.refused)(&node) {
            binder.unsupported(&what, span);
            whole |= matches!(node, Node::Statement(_));
        }
    });
    whole
}
