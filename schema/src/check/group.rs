//! Wildcards and GROUP BY: which columns `*` stands for, and what the grouping keys are.

use std::rc::Rc;

use crate::ast::{Expr, ExprKind, GroupBy, Literal, Name, Select, SelectItem, Span, WildcardOptions};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{Habit, Syntax};
use crate::suggest;

use super::binder::{AliasMode, Binder, Clause};
use super::scope::Relation;
use super::select::Item;
use super::typed::{Key, Ty};

impl<'a> Binder<'a> {
    /// The select list with its wildcards expanded.
    pub(super) fn items(&mut self, select: &'a Select) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        for item in &select.items {
            match item {
                SelectItem::Expr { expr, alias } => items.push(Item::Expr(expr, alias.as_ref())),
                SelectItem::Wildcard { qualifier, options, span } => {
                    if select.from.is_empty() {
                        self.error(Code::UnknownTable, *span, "`*` needs a FROM");
                        continue;
                    }
                    let fields = self.wildcard_fields(qualifier.as_ref());
                    self.wildcard(fields, options, *span, select.items.len() == 1, &mut items);
                }
            }
        }
        items
    }

    /// The columns that a wildcard stands for, before its options.
    fn wildcard_fields(&mut self, qualifier: Option<&Name>) -> Vec<usize> {
        let Some(name) = qualifier else {
            let left = self.dialect.has(Habit::UsingKeepsLeft);
            let first = self.dialect.has(Habit::MergedFirst);
            let relation = &self.level().relation;
            let merged = merged_away(relation, left);
            let mut shown: Vec<usize> = (0..relation.fields.len())
                .filter(|&i| !relation.fields[i].hidden && !merged.contains(&relation.fields[i].key))
                .collect();
            if first {
                let is_merged =
                    |i: usize| relation.using.iter().any(|set| set.contains(&relation.fields[i].key));
                // A stable sort: the merged columns first, and all in the order in which they stand.
                shown.sort_by_key(|&i| !is_merged(i));
            }
            return shown;
        };
        let parts = self.fold_name(name);
        let dialect = self.dialect;
        let relation = &self.level().relation;
        // Unlike a column's, a wildcard's qualifier must be the relation's name in full.
        let whole =
            |i: &usize| relation.fields[*i].qualifier.as_ref().is_some_and(|own| own.len() == parts.len());
        let fields: Vec<usize> = relation
            .of_relation(dialect, &parts)
            .filter(|i| whole(i) && !relation.fields[*i].hidden)
            .collect();
        if fields.is_empty() && !relation.may_have(dialect, &parts) && !self.is_meant_elsewhere(&parts) {
            let relation = &self.level().relation;
            let other = relation.of_relation(dialect, &parts).next().map(|i| &relation.fields[i].qualifier);
            let near = match other {
                Some(Some(own)) => Some(format!("fix this by naming it as FROM does: `{}.*`", own.join("."))),
                _ => {
                    let names = relation.fields.iter().map(|field| field.relation());
                    let near = suggest::nearest(&parts[parts.len() - 1], names);
                    near.first().map(|near| format!("did you mean `{near}.*`?"))
                }
            };
            let mut diagnostic = Diagnostic::error(
                Code::UnknownAlias,
                name.span(),
                format!("there is no table `{name}` in FROM"),
            );
            diagnostic.help = near;
            self.report(diagnostic);
        }
        fields
    }

    fn wildcard(
        &mut self,
        mut fields: Vec<usize>,
        options: &'a WildcardOptions,
        span: Span,
        sole: bool,
        items: &mut Vec<Item<'a>>,
    ) {
        if !options.rename.is_empty() {
            self.unsupported("RENAME of a wildcard", span);
        }
        if options.ilike.is_some() {
            self.unsupported("ILIKE of a wildcard", span);
        }
        let had = fields.len();
        for (i, ident) in options.exclude.iter().enumerate() {
            if options.exclude[..i].iter().any(|other| other.value == ident.value) {
                self.error(Code::DuplicateColumn, ident.span, format!("`{}` is excluded twice", ident.value));
                continue;
            }
            let relation = &self.levels[self.levels.len() - 1].relation;
            let before = fields.len();
            // The engine reads these names as they are written, without folding them.
            fields.retain(|&i| *relation.fields[i].name != *ident.value);
            if fields.len() == before && !relation.is_open() {
                let names = fields.iter().map(|&i| &*relation.fields[i].name);
                let near = suggest::nearest(&ident.value, names)
                    .first()
                    .map(|near| format!("did you mean `{near}`?"));
                let mut diagnostic = Diagnostic::error(
                    Code::UnknownColumn,
                    ident.span,
                    format!("the wildcard has no column `{}`", ident.value),
                );
                diagnostic.help = near;
                self.report(diagnostic);
            }
        }
        if fields.is_empty() && had > 0 && sole {
            self.error(Code::UnknownColumn, span, "the wildcard has no columns left");
        }
        for i in fields {
            let name: Rc<str> = self.level().relation.fields[i].name.clone();
            match options.replace.iter().find(|(_, ident)| *ident.value == *name) {
                Some((expr, _)) => items.push(Item::Replaced(expr, name)),
                None => items.push(Item::Field(i, span)),
            }
        }
    }

    /// Reads GROUP BY and leaves the grouping keys in the innermost select.
    pub(super) fn group_by(&mut self, group_by: &'a GroupBy, items: &[Item<'a>]) {
        match group_by {
            GroupBy::None => {}
            GroupBy::All => self.group_by_all(items),
            GroupBy::Expressions(exprs) => {
                let outputs =
                    self.dialect.has(Habit::GroupByOutputs) || self.dialect.has(Habit::GroupByAliases);
                let mode = if outputs { AliasMode::OutputsFirst } else { AliasMode::ColumnsOnly };
                let level = self.level();
                (level.clause, level.alias_mode) = (Clause::GroupBy, mode);
                let mut always = false;
                self.distinct_keys(exprs, items);
                for expr in exprs {
                    match &expr.kind {
                        ExprKind::Rollup(sets) | ExprKind::Cube(sets) => {
                            for key in sets.iter().flatten() {
                                self.group_key(key, items, true);
                            }
                        }
                        ExprKind::GroupingSets(sets) => always |= self.grouping_sets(sets, items),
                        _ => {
                            self.group_key(expr, items, false);
                            always = true;
                        }
                    }
                }
                self.level().grouped = always;
            }
        }
    }

    /// Reports two keys that differ and have one name: a cast is no part of it.
    fn distinct_keys(&mut self, exprs: &'a [Expr], items: &[Item<'a>]) {
        let meant = |expr: &'a Expr| match (&expr.kind, expr.kind.position().and_then(|at| items.get(at))) {
            (ExprKind::Cast { .. }, _) => Some(expr),
            (_, Some(Item::Expr(item, _))) if matches!(item.kind, ExprKind::Cast { .. }) => Some(*item),
            _ => None,
        };
        let casts: Vec<&'a Expr> = exprs.iter().filter_map(meant).collect();
        if casts.len() < 2 || !self.dialect.rules.refuses(Syntax::KeyNames) {
            return;
        }
        let mut seen: Vec<(String, &Expr)> = Vec::new();
        for expr in casts {
            let name = self.schema_name(expr);
            if seen.iter().any(|(other, own)| *other == name && own.kind != expr.kind) {
                let message =
                    format!("two different grouping keys are called `{name}`, for a cast has no name");
                self.report(
                    Diagnostic::error(Code::DuplicateColumn, expr.span, message)
                        .help("fix this by grouping by one of them, or by casting in a subquery"),
                );
            }
            seen.push((name, expr));
        }
    }

    /// Reads GROUPING SETS; says whether every set has a key, so that no group is empty.
    fn grouping_sets(&mut self, sets: &'a [Vec<Expr>], items: &[Item<'a>]) -> bool {
        let keys: Vec<Vec<Key>> = sets
            .iter()
            .map(|set| set.iter().filter_map(|expr| self.group_key(expr, items, true)).collect())
            .collect();
        for key in keys.iter().flatten() {
            if keys.iter().all(|set| set.contains(key)) {
                self.level().keys.insert(*key, false);
            }
        }
        sets.iter().all(|set| !set.is_empty())
    }

    fn group_by_all(&mut self, items: &[Item<'a>]) {
        for item in items {
            let before = {
                let level = self.level();
                (level.clause, level.alias_mode) = (Clause::Select, AliasMode::Hidden);
                level.aggregate.take()
            };
            let key = match item {
                Item::Expr(expr, _) | Item::Replaced(expr, _) => self.expr(expr).key,
                Item::Field(i, _) => self.level().relation.fields[*i].key,
            };
            let level = self.level();
            if level.aggregate.is_none() {
                let aliased = matches!(item, Item::Expr(_, Some(_)) | Item::Replaced(..));
                let keys = if aliased { &mut level.alias_keys } else { &mut level.keys };
                keys.insert(key, false);
                level.grouped = true;
            }
            level.aggregate = level.aggregate.take().or(before);
            level.ungrouped.clear();
        }
    }

    /// Reads with the keys that GROUP BY ALL makes of columns with an alias.
    pub(super) fn with_alias_keys<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let level = self.level();
        if level.alias_keys.is_empty() {
            return read(self);
        }
        let plain = level.keys.clone();
        let aliased = level.alias_keys.clone();
        level.keys.extend(aliased);
        let answer = read(self);
        self.level().keys = plain;
        answer
    }

    /// Reports grouping sets whose keys are read although the engine has forgotten their names: it rewrites a date plus a
    /// number, and gives the set as a whole the name that it had before (type coercion of DataFusion 55.2).
    pub(super) fn forgotten_keys(&mut self) {
        let level = self.level();
        if let Some(span) = level.forgotten.filter(|_| level.key_used)
            && self.dialect.rules.refuses(Syntax::DateInSet)
        {
            let message = "a date plus or minus a number cannot be a key of ROLLUP, CUBE or GROUPING SETS";
            self.report(
                Diagnostic::error(Code::Unsupported, span, message)
                    .help("fix this by adding an INTERVAL, or by calculating it in a subquery"),
            );
        }
    }

    /// A key is not known for a mistake in it: columns are not reported as ungrouped for that.
    fn group_by_anything(&mut self) {
        let level = self.level();
        let keys: Vec<Key> = level.relation.fields.iter().map(|field| field.key).collect();
        level.keys.extend(keys.into_iter().map(|key| (key, false)));
    }

    fn group_key(&mut self, expr: &'a Expr, items: &[Item<'a>], in_set: bool) -> Option<Key> {
        if let ExprKind::Tuple(exprs) = &expr.kind
            && in_set
        {
            for expr in exprs {
                self.group_key(expr, items, in_set);
            }
            return None;
        }
        if matches!(&expr.kind, ExprKind::Tuple(exprs) if exprs.is_empty()) {
            self.refused(Syntax::EmptyGrouping, "GROUP BY ()", expr.span);
            return None;
        }
        let typed = match &expr.kind {
            ExprKind::Literal(Literal::Number(text))
                if !text.contains(['.', 'e', 'E']) && !self.dialect.has(Habit::GroupByOutputs) =>
            {
                let open = self.level().relation.is_open();
                let Some(position) = self.ordinal(text, items.len(), open, "GROUP BY", expr.span) else {
                    self.group_by_anything();
                    return None;
                };
                match &items[position] {
                    Item::Expr(expr, _) | Item::Replaced(expr, _) => {
                        let mode = std::mem::replace(&mut self.level().alias_mode, AliasMode::Hidden);
                        let typed = self.expr(expr);
                        self.level().alias_mode = mode;
                        typed
                    }
                    Item::Field(i, span) => {
                        let level = self.levels.len() - 1;
                        self.field(level, *i, *span)
                    }
                }
            }
            _ => {
                self.level().in_set = in_set;
                let typed = self.expr(expr);
                self.level().in_set = false;
                typed
            }
        };
        if typed.ty == Ty::Error {
            self.group_by_anything();
            return None;
        }
        self.advise("GROUP BY", &[(&typed, expr.span)], expr.span);
        let keys = &mut self.level().keys;
        let set = keys.get(&typed.key).copied().unwrap_or(true) && in_set;
        keys.insert(typed.key, set);
        Some(typed.key)
    }
}

/// The columns that a `*` leaves out because USING or NATURAL merged them with another: DataFusion keeps the one whose
/// relation's name sorts first, others the left one.
fn merged_away(relation: &Relation, left: bool) -> Vec<Key> {
    let mut away = Vec::new();
    for set in &relation.using {
        let mut fields: Vec<_> = relation.fields.iter().filter(|field| set.contains(&field.key)).collect();
        if !left {
            fields.sort_by(|a, b| (&a.qualifier, &a.name).cmp(&(&b.qualifier, &b.name)));
        }
        let mut seen: Vec<&str> = Vec::new();
        for field in fields {
            if seen.contains(&&*field.name) {
                away.push(field.key);
            } else {
                seen.push(&field.name);
            }
        }
    }
    away
}
