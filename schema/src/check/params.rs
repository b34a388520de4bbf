//! The types of parameters, by unification: each use says which type it wants, equal uses are linked, and the sets are
//! solved when the whole statement was read.
//!
//! The statement is read again with what was solved until nothing is added, so that `$1 = $2 AND $2 = id` types both.
//! Two uses agree when their types are equal, both text, or both numeric or temporal with a common type; everything
//! else is a clash, reported with both places.

use std::cell::Cell;

use querent_types::SqlType;

use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{CommonPlace, Operand, TypeRules};

use super::typed::Ty;

/// One use of a parameter that says what its type must be.
#[derive(Debug, Clone)]
struct Use {
    ty: SqlType,
    span: Span,
    what: String,
}

/// The parameters of a statement.
#[derive(Debug, Default)]
pub(super) struct Params {
    uses: Vec<Vec<Use>>,
    parent: Vec<usize>,
    not_null: Vec<bool>,
    /// What a parameter is if no use decides.
    weak: Vec<Option<SqlType>>,
    solved: Vec<Option<SqlType>>,
    clash: Vec<bool>,
    /// Where parameters are typed as they are met: whether each was looked at before it was.
    met: Option<Vec<Cell<bool>>>,
}

impl Params {
    /// `count` parameters of which nothing is known.
    pub(super) fn new(count: usize) -> Params {
        Params {
            uses: vec![Vec::new(); count],
            parent: (0..count).collect(),
            not_null: vec![false; count],
            weak: vec![None; count],
            solved: vec![None; count],
            clash: vec![false; count],
            met: None,
        }
    }

    /// The same, to be typed as they are met: each has one use, and [`settle`](Params::settle) types it there.
    pub(super) fn to_settle(count: usize) -> Params {
        Params { met: Some(vec![Cell::new(false); count]), ..Params::new(count) }
    }

    /// Gives a parameter the type that its one use wants, so that the rest of the reading knows it; not where the reading
    /// went on what was not known of it.
    pub(super) fn settle(&mut self, param: usize) {
        let Some(met) = &self.met else { return };
        if let ([only], false) = (&self.uses[param][..], met[param].get()) {
            self.solved[param] = Some(only.ty.clone());
        }
    }

    /// Whether a reading with parameters to be settled left none open.
    pub(super) fn are_settled(&self) -> bool {
        self.solved.iter().all(Option::is_some)
    }

    /// Remembers that somebody asked for a parameter's type before it had one.
    fn meet(&self, param: usize) {
        if let Some(met) = self.met.as_ref().and_then(|met| met.get(param)) {
            met.set(true);
        }
    }

    /// How many parameters there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.uses.len()
    }

    /// Forgets the uses but keeps what was solved, before the statement is read again.
    pub(super) fn restart(&mut self) {
        let solved = std::mem::take(&mut self.solved);
        let clash = std::mem::take(&mut self.clash);
        *self = Params { solved, clash, ..Params::new(self.uses.len()) };
    }

    /// The type of a parameter, where it is solved.
    pub(super) fn get(&self, param: usize) -> Option<&SqlType> {
        let solved = self.solved.get(param)?.as_ref();
        if solved.is_none() {
            self.meet(param);
        }
        solved
    }

    /// A type as far as it is solved.
    pub(super) fn known(&self, ty: &Ty) -> Option<SqlType> {
        match ty {
            Ty::Known(ty) => Some(ty.clone()),
            Ty::Param(param) => self.get(*param).cloned(),
            Ty::Opaque | Ty::Error => None,
        }
    }

    /// Whether its uses clash; what depends on it is not reported besides.
    pub(super) fn clashes(&self, param: usize) -> bool {
        self.clash.get(param).copied().unwrap_or(false)
    }

    /// Whether a NULL has no place in it.
    pub(super) fn is_not_null(&self, param: usize) -> bool {
        self.not_null.get(param).copied().unwrap_or(false)
    }

    /// A use at `span` wants the parameter to be a `ty`.
    pub(super) fn want(&mut self, param: usize, ty: &SqlType, span: Span, what: impl Into<String>) {
        if *ty == SqlType::Null {
            return;
        }
        if let Some(uses) = self.uses.get_mut(param) {
            uses.push(Use { ty: ty.clone(), span, what: what.into() });
        }
    }

    /// A use takes the parameter to be a `ty` unless another says otherwise.
    pub(super) fn want_weakly(&mut self, param: usize, ty: &SqlType) {
        if let Some(weak) = self.weak.get_mut(param) {
            *weak = Some(ty.clone());
        }
    }

    /// A NULL has no place in a use: a column that holds none, a comparison that refuses it.
    pub(super) fn forbid_null(&mut self, param: usize) {
        if let Some(flag) = self.not_null.get_mut(param) {
            *flag = true;
        }
    }

    /// Two parameters have one type.
    pub(super) fn link(&mut self, a: usize, b: usize) {
        if a < self.parent.len() && b < self.parent.len() {
            let (a, b) = (self.root(a), self.root(b));
            self.parent[a.max(b)] = a.min(b);
        }
    }

    fn root(&self, mut param: usize) -> usize {
        while self.parent[param] != param {
            param = self.parent[param];
        }
        param
    }

    /// Solves all parameters from the uses seen; says whether anything changed, and what clashes.
    pub(super) fn solve(&mut self, rules: &dyn TypeRules) -> (bool, Vec<Diagnostic>) {
        let (mut changed, mut diagnostics) = (false, Vec::new());
        let mut sets: Vec<Vec<usize>> = vec![Vec::new(); self.uses.len()];
        for param in 0..self.uses.len() {
            sets[self.root(param)].push(param);
        }
        for members in sets.into_iter().filter(|members| !members.is_empty()) {
            let mut uses: Vec<&Use> = members.iter().flat_map(|&p| &self.uses[p]).collect();
            uses.sort_by_key(|u| u.span);
            let (ty, clash) = merge(&uses, rules);
            let ty = ty.or_else(|| members.iter().find_map(|&p| self.weak[p].clone()));
            let clashing = clash.is_some();
            diagnostics.extend(clash);
            for param in members {
                changed |= self.solved[param] != ty;
                self.solved[param] = ty.clone();
                self.clash[param] = clashing;
            }
        }
        (changed, diagnostics)
    }
}

fn merge(uses: &[&Use], rules: &dyn TypeRules) -> (Option<SqlType>, Option<Diagnostic>) {
    let Some((first, rest)) = uses.split_first() else { return (None, None) };
    let (mut ty, mut decided_by) = (first.ty.clone(), *first);
    for other in rest {
        match agree(&ty, &other.ty, rules) {
            Some(both) => {
                if both != ty {
                    (ty, decided_by) = (both, other);
                }
            }
            None => return (Some(ty), Some(conflict(decided_by, other))),
        }
    }
    (Some(ty), None)
}

fn agree(a: &SqlType, b: &SqlType, rules: &dyn TypeRules) -> Option<SqlType> {
    if a == b || (a.is_text() && b.is_text()) {
        return Some(a.clone());
    }
    let instant = |ty: &SqlType| matches!(ty, SqlType::Date32 | SqlType::Date64 | SqlType::Timestamp(..));
    let binary = |ty: &SqlType| matches!(ty, SqlType::Binary(_) | SqlType::FixedSizeBinary(_));
    let alike = (a.is_numeric() && b.is_numeric()) || (instant(a) && instant(b)) || (binary(a) && binary(b));
    if !alike {
        return None;
    }
    let operand = |ty: &SqlType| Operand { ty: Some(ty.clone()), literal: None, nullable: true };
    rules.common(CommonPlace::Between, &[operand(a), operand(b)]).ok()
}

fn conflict(first: &Use, second: &Use) -> Diagnostic {
    let (mut a, mut b) = (first.ty.sql_name(), second.ty.sql_name());
    if a == b {
        // Two layouts of what SQL calls by one name.
        (a, b) = (first.ty.to_string(), second.ty.to_string());
    }
    Diagnostic::error(Code::ParameterConflict, second.span, format!("a parameter is used as {a} and as {b}"))
        .label(format!("{}: {b}", second.what))
        .related(first.span, format!("{}: {a}", first.what))
        .help("fix this by using two parameters, or by adding a CAST around one of the uses")
}
