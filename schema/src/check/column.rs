//! Names in expressions: which column, alias, lambda parameter or struct field a name means, and what to say when it
//! means nothing.

use querent_types::SqlType;

use crate::ast::{Expr, Ident, Name, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;

use super::binder::{AliasMode, Binder, Clause, OutputTarget, Ungrouped};
use super::scope::{Field, Found};
use super::typed::{Facts, Key, Ty, Typed, Why};

/// What a name means.
#[derive(Debug, Clone)]
pub(super) enum Meaning<'a> {
    /// A parameter of a lambda, by its index.
    Lambda(usize),
    /// A column: the level, the column's index, and how many parts of the name it took.
    Field(usize, usize, usize),
    /// An expression of the select list.
    Output(&'a Expr),
    /// Several columns of a level.
    Ambiguous(usize, Vec<usize>),
    /// Nothing.
    Missing,
    /// It may be a column of a table that is not known.
    Silent,
}

impl<'a> Binder<'a> {
    /// Finds what a name means, without saying anything.
    pub(super) fn meaning(&self, parts: &[String]) -> Meaning<'a> {
        if let [name] = parts
            && let Some(i) = self.lambdas.iter().rposition(|(param, _, _)| self.dialect.same(param, name))
        {
            return Meaning::Lambda(i);
        }
        let Some(current) = self.levels.len().checked_sub(1) else { return Meaning::Missing };
        if let [name] = parts {
            return self.unqualified(current, name);
        }
        let mut silent = false;
        for level in (0..=current).rev() {
            match self.levels[level].relation.find_qualified(self.dialect, parts) {
                Found::Field(i, used) if used == parts.len() || self.has_fields(level, i) => {
                    return Meaning::Field(level, i, used);
                }
                Found::Silent => silent = true,
                _ => {}
            }
        }
        if silent { Meaning::Silent } else { Meaning::Missing }
    }

    fn has_fields(&self, level: usize, i: usize) -> bool {
        match self.known(&self.levels[level].relation.fields[i].ty) {
            Some(SqlType::Struct(_) | SqlType::Map(..)) | None => true,
            Some(_) => false,
        }
    }

    fn unqualified(&self, current: usize, name: &str) -> Meaning<'a> {
        let level = &self.levels[current];
        if level.alias_mode == AliasMode::OutputsFirst
            && let Some(meaning) = self.output(current, name)
        {
            return meaning;
        }
        let found = level.relation.find_unqualified(self.dialect, name);
        let merged = match found {
            // DataFusion looks into outer queries before it merges the columns of a USING.
            Found::Field(i, used) if !self.is_merged(current, name) => {
                return Meaning::Field(current, i, used);
            }
            Found::Field(i, used) => Some(Meaning::Field(current, i, used)),
            _ => None,
        };
        let aliases = match level.alias_mode {
            AliasMode::ColumnsFirst => merged.is_none(),
            AliasMode::ColumnsOnly => matches!(found, Found::Missing | Found::Silent),
            AliasMode::Hidden | AliasMode::OutputsFirst => false,
        };
        if aliases && let Some(meaning) = self.output(current, name) {
            return meaning;
        }
        let mut silent = found == Found::Silent;
        for outer in (0..current).rev() {
            match self.levels[outer].relation.find_unqualified(self.dialect, name) {
                Found::Field(i, used) if !silent && !self.is_merged(outer, name) => {
                    return Meaning::Field(outer, i, used);
                }
                Found::Silent => silent = true,
                _ => {}
            }
        }
        match (merged, found) {
            (Some(meaning), _) => match self.unmerged(current, name) {
                Some(fields) => Meaning::Ambiguous(current, fields),
                None => meaning,
            },
            (None, Found::Ambiguous(fields)) => Meaning::Ambiguous(current, fields),
            _ if silent => Meaning::Silent,
            _ => Meaning::Missing,
        }
    }

    pub(super) fn is_merged(&self, level: usize, name: &str) -> bool {
        let relation = &self.levels[level].relation;
        if relation.using.is_empty() {
            return false;
        }
        let same = self.named(relation, name);
        // One without a table is meant before others.
        let bare = same.iter().filter(|&&i| relation.fields[i].qualifier.is_none()).count();
        same.len() > 1 && bare != 1
    }

    fn output(&self, level: usize, name: &str) -> Option<Meaning<'a>> {
        let level_idx = level;
        let level = &self.levels[level];
        let mut fits: Vec<_> =
            level.outputs.iter().filter(|output| self.dialect.same(&output.name, name)).collect();
        if fits.len() > 1 && fits.iter().filter(|output| output.alias).count() == 1 {
            fits.retain(|output| output.alias);
        }
        let [one] = fits[..] else { return None };
        if level.alias_mode != AliasMode::OutputsFirst && !one.alias {
            return None;
        }
        Some(match one.target {
            OutputTarget::Expr(expr) => Meaning::Output(expr),
            OutputTarget::Field(i) => Meaning::Field(level_idx, i, 1),
        })
    }

    /// Reads a name that stands as an expression.
    pub(super) fn column(&mut self, name: &'a Name) -> Typed {
        if let Some(call) = self.bare_call(name) {
            return call;
        }
        let parts = self.fold_name(name);
        match self.meaning(&parts) {
            Meaning::Lambda(i) => {
                let (_, ty, key) = &self.lambdas[i];
                let why = match self.blocks {
                    0 => "it is an element of a list",
                    _ => "the query of its LET may give no row",
                };
                Typed::new(ty.clone(), true, Why::Static(why), *key)
            }
            Meaning::Field(level, i, used) => {
                self.last_column = Some((name, level, i, used));
                let typed = self.field(level, i, name.span());
                self.nested(typed, &name.parts[used..])
            }
            Meaning::Output(expr) => {
                let mode = std::mem::replace(&mut self.level().alias_mode, AliasMode::Hidden);
                let typed = if self.level().clause == Clause::OrderBy {
                    self.with_alias_keys(|binder| binder.expr(expr))
                } else {
                    self.expr(expr)
                };
                self.level().alias_mode = mode;
                typed
            }
            Meaning::Ambiguous(level, fields) => {
                self.ambiguous(name, level, &fields);
                Typed::error()
            }
            Meaning::Silent => Typed::error(),
            Meaning::Missing => {
                self.missing(name, &parts);
                Typed::error()
            }
        }
    }

    /// Reads a column of a level.
    pub(super) fn field(&mut self, level: usize, i: usize, span: Span) -> Typed {
        let field = &self.levels[level].relation.fields[i];
        let (nullable, why) = self.nullability(field);
        let mut typed = Typed::new(field.ty.clone(), nullable, why, field.key);
        typed.origin = field.origin.clone();
        typed.carried = field.carried.clone();
        typed.facts = Facts { present: vec![field.key], truth: None };
        let entry = Ungrouped {
            span,
            qualifier: field.qualifier.clone(),
            name: field.name.clone(),
            clause: self.levels[level].clause,
            key: field.key,
        };
        let innermost = level + 1 == self.levels.len();
        let level = &mut self.levels[level];
        level.read = true;
        if level.clause.allows_aggregates()
            && level.aggregate_depth == 0
            && (innermost || !level.keys.contains_key(&typed.key))
        {
            level.ungrouped.push(entry);
        }
        typed
    }

    /// Whether a column may be NULL here, and why.
    pub(super) fn nullability(&self, field: &Field) -> (bool, Why) {
        if let Some(clause) = self.facts.get(&field.key) {
            let already = !field.nullable && field.outer.is_empty();
            return (false, if already { field.why.clone() } else { Why::Proven(clause) });
        }
        match field.outer.iter().find(|&&join| !self.outer_joins[join].excluded) {
            Some(&join) => {
                (true, Why::Outer { table: field.relation().into(), join: self.outer_joins[join].kind })
            }
            None => (field.nullable, field.why.clone()),
        }
    }

    /// Reads fields of a struct.
    pub(super) fn nested(&mut self, mut typed: Typed, fields: &[Ident]) -> Typed {
        for ident in fields {
            typed = self.struct_field(typed, ident);
        }
        typed
    }

    /// Reads one field of a struct, or one value of a map.
    pub(super) fn struct_field(&mut self, base: Typed, ident: &Ident) -> Typed {
        let name = self.fold(ident);
        let key = Key::node("field", &[base.key]).with_text(&name);
        let (ty, nullable) = match self.known(&base.ty) {
            None => (base.ty.clone(), true),
            Some(SqlType::Struct(members)) => {
                let Some(member) = members.iter().find(|member| self.dialect.same(&member.name, &name))
                else {
                    let near = suggest::nearest(&name, members.iter().map(|member| member.name.as_str()));
                    let mut diagnostic = Diagnostic::error(
                        Code::UnknownColumn,
                        ident.span,
                        format!("the struct has no field `{name}`"),
                    );
                    diagnostic.help = near.first().map(|near| format!("did you mean `{near}`?"));
                    self.report(diagnostic);
                    return Typed::error();
                };
                (Ty::Known(member.ty.clone()), base.nullable || member.nullable)
            }
            Some(SqlType::Map(entries, _)) => match &entries.ty {
                SqlType::Struct(members) if members.len() == 2 => (Ty::Known(members[1].ty.clone()), true),
                _ => (Ty::Opaque, true),
            },
            Some(other) => {
                self.error(
                    Code::TypeMismatch,
                    ident.span,
                    format!("`{name}` would be a field of a struct, but what stands before it is {other:#}"),
                );
                return Typed::error();
            }
        };
        let why = match (nullable, base.nullable) {
            (true, true) => base.why.clone(),
            (true, false) => Why::text(format!("field `{name}` may be NULL")),
            (false, _) => Why::text(format!("field `{name}` is NOT NULL")),
        };
        let mut present = base.facts.present;
        present.push(key);
        Typed::new(ty, nullable, why, key).facts(Facts { present, truth: None })
    }

    pub(super) fn ambiguous(&mut self, name: &Name, level: usize, fields: &[usize]) {
        let full: Vec<String> =
            fields.iter().map(|&i| self.levels[level].relation.fields[i].flat_name()).collect();
        // Two of one full name were reported where they came to be.
        if full.iter().enumerate().any(|(i, name)| full[..i].contains(name)) {
            return;
        }
        let listed: Vec<String> = full.iter().map(|name| format!("`{name}`")).collect();
        self.report(
            Diagnostic::error(Code::AmbiguousColumn, name.span(), format!("column `{name}` is ambiguous"))
                .label(format!("it may be {}", listed.join(" or ")))
                .help(format!("fix this by naming the table: `{}`", full[0])),
        );
    }
}
