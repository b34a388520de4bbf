//! SELECT: its clauses in the order in which they see each other.
//!
//! FROM, then WHERE, then the names of the select list (which GROUP BY, HAVING, QUALIFY and ORDER BY may use), then
//! GROUP BY, HAVING, QUALIFY, the select list itself, DISTINCT ON and ORDER BY. HAVING and QUALIFY come before the
//! select list because what they prove holds for every row that is left.

use std::collections::HashMap;
use std::rc::Rc;

use crate::ast::{Alias, Distinct, Expr, ExprKind, GroupBy, OrderBy, Select, SelectItem, Span, UnaryOp};
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::{FunctionKind, Habit, Syntax};

use super::binder::{AliasMode, Binder, Clause, Level, OutputName, OutputTarget};
use super::column::Meaning;
use super::query::Output;
use super::scope::{Field, Relation};
use super::split::mixes_outer_joins;
use super::table::made;
use super::typed::{Key, Why};

/// Where output columns of each name stand; kept only where there are many.
#[derive(Default)]
struct SeenNames {
    places: HashMap<Rc<str>, Vec<usize>>,
    /// So many columns are in there.
    counted: usize,
}

/// Up to this many columns, comparing a name with all before it is faster than a map of them.
const FEW_NAMES: usize = 24;

/// One column of a select list, wildcards expanded.
#[derive(Debug, Clone)]
pub(super) enum Item<'a> {
    /// An expression, with its alias.
    Expr(&'a Expr, Option<&'a Alias>),
    /// A column of FROM that a wildcard selects, and where the wildcard stands.
    Field(usize, Span),
    /// An expression that replaces a column of a wildcard under its name.
    Replaced(&'a Expr, Rc<str>),
}

impl<'a> Binder<'a> {
    /// Reads a SELECT with the ORDER BY that belongs to it. `names` are the columns of the other side of a set
    /// operation, whose names expressions without an alias take.
    pub(super) fn select(
        &mut self,
        select: &'a Select,
        order_by: Option<&'a OrderBy>,
        names: Option<&[Rc<str>]>,
    ) -> Output {
        let relation = self.from(&select.from);
        let from_open = relation.is_open();
        let mut level = Level::new(relation, Clause::Where);
        level.windows = &select.windows;
        level.filter = select.selection.as_ref();
        level.distinct_on = matches!(select.distinct, Some(Distinct::On(_)));
        level.loses_rows = self.distributed
            && self.dialect.has(Habit::SplitAggregates)
            && mixes_outer_joins(&select.from, self.catalog, !self.ctes.is_empty());
        let (output, _) = self.within(level, |binder| {
            let mut output = binder.clauses(select, order_by, names);
            output.relation.open |= from_open && output.relation.fields.is_empty();
            output
        });
        output
    }

    fn clauses(
        &mut self,
        select: &'a Select,
        order_by: Option<&'a OrderBy>,
        names: Option<&[Rc<str>]>,
    ) -> Output {
        self.unique_windows(select);
        self.clauses_refused(&select.other);
        if let Some(condition) = &select.selection {
            let typed = self.predicate(condition, "WHERE");
            self.assume_in_level(typed.facts.when_true(), "WHERE");
        }
        let items = self.items(select);
        // A wildcard of a table that is not known stands for columns that are not known either.
        let starred = select.items.iter().any(|item| matches!(item, SelectItem::Wildcard { .. }));
        let open = starred && self.level().relation.is_open();
        self.level().outputs = self.output_names(&items);
        self.group_by(&select.group_by, &items);
        if let Some(condition) = &select.having {
            let hidden = self.dialect.has(Habit::HavingWithoutAliases);
            self.enter(Clause::Having, if hidden { AliasMode::Hidden } else { AliasMode::ColumnsFirst });
            let typed = self.grouped_only(|binder| binder.predicate(condition, "HAVING"));
            self.refuse_mixed(condition);
            self.assume(typed.facts.when_true(), "HAVING");
        }
        if let Some(condition) = &select.qualify {
            self.enter(Clause::Qualify, AliasMode::ColumnsFirst);
            let before = self.level().window.take();
            let typed = self.predicate(condition, "QUALIFY");
            self.qualified_by_windows(condition);
            let level = self.level();
            level.window = level.window.or(before);
            self.assume(typed.facts.when_true(), "QUALIFY");
        }
        self.enter(Clause::Select, AliasMode::Hidden);
        let (mut relation, keys) = self.with_alias_keys(|binder| binder.select_list(&items, names));
        self.enter(Clause::OrderBy, AliasMode::OutputsFirst);
        let mut on = Vec::new();
        if let Some(Distinct::On(exprs)) = &select.distinct {
            on.extend(exprs.iter().map(|expr| (self.expr(expr), expr.span)));
            if exprs.is_empty() {
                self.refused(Syntax::DistinctOnSort, "DISTINCT ON ()", select.span);
            }
        }
        if let Some(OrderBy::Expressions(sorts)) = order_by {
            let distinct = select.distinct == Some(Distinct::All);
            let sorted = self.order_by(sorts, &keys, open || relation.is_open(), distinct);
            self.sort_positions(sorts, &items, &keys);
            // What is mistaken is not compared: once it is mended the two may be the same.
            let mut spans = on.iter().map(|(_, span)| *span).chain(sorts.iter().map(|sort| sort.expr.span));
            if !spans.any(|span| self.is_mistaken(span)) {
                self.distinct_on_sorts(&on, &sorted);
            }
        }
        self.forgotten_keys();
        self.top(select);
        let aggregate = self.grouped(select);
        self.aggregated_last = self.level().aggregate.is_some();
        relation.open |= open || items.is_empty();
        let plain = select.having.is_none() && select.qualify.is_none();
        let one_row = match (&select.group_by, aggregate) {
            _ if select.top.is_some() => false,
            (GroupBy::None, true) => plain,
            (GroupBy::None, false) => select.from.is_empty() && select.selection.is_none() && plain,
            _ => false,
        };
        Output { relation, one_row: one_row && !has_unnest(&items) }
    }

    /// Reads an expression over groups. Where there is a mistake in it, it may be a key for all that is known, and its
    /// columns are not reported as ungrouped.
    pub(super) fn grouped_only<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let (reported, mark) = (self.diagnostics.len(), self.level().ungrouped.len());
        let answer = read(self);
        if self.diagnostics.len() > reported {
            self.level().ungrouped.truncate(mark);
        }
        answer
    }

    fn top(&mut self, select: &'a Select) {
        let Some(top) = &select.top else { return };
        if !self.dialect.has(Habit::Top) {
            self.unsupported("TOP", top.span);
        }
        self.limit(Some(top), "TOP");
    }

    fn enter(&mut self, clause: Clause, mode: AliasMode) {
        let level = self.level();
        (level.clause, level.alias_mode) = (clause, mode);
    }

    fn unique_windows(&mut self, select: &'a Select) {
        for (i, (ident, _)) in select.windows.iter().enumerate() {
            let name = self.fold(ident);
            if select.windows[..i].iter().any(|(other, _)| self.dialect.fold(other) == name) {
                self.error(Code::DuplicateAlias, ident.span, format!("there are two windows `{name}`"));
            }
        }
    }

    fn output_names(&self, items: &[Item<'a>]) -> Vec<OutputName<'a>> {
        let level = self.levels.last();
        let entry = |item: &Item<'a>| match *item {
            Item::Expr(expr, Some(alias)) => {
                let name = self.fold(&alias.ident);
                let plain =
                    matches!(&expr.kind, ExprKind::Column(column) if self.fold(column.last()) == name);
                Some(OutputName { name, target: OutputTarget::Expr(expr), alias: !plain })
            }
            Item::Expr(expr, None) => match &expr.kind {
                ExprKind::Column(column) => {
                    let name = self.fold(column.last());
                    Some(OutputName { name, target: OutputTarget::Expr(expr), alias: false })
                }
                _ => None,
            },
            Item::Field(i, _) => {
                let name = level?.relation.fields.get(i)?.name.to_string();
                Some(OutputName { name, target: OutputTarget::Field(i), alias: false })
            }
            Item::Replaced(expr, ref name) => {
                Some(OutputName { name: name.to_string(), target: OutputTarget::Expr(expr), alias: true })
            }
        };
        items.iter().filter_map(entry).collect()
    }

    /// Reads the select list: the output's columns, and the keys of what they compute.
    pub(super) fn select_list(
        &mut self,
        items: &[Item<'a>],
        names: Option<&[Rc<str>]>,
    ) -> (Relation, Vec<Key>) {
        let mut relation = Relation::default();
        let mut keys = Vec::new();
        let mut seen = SeenNames::default();
        let mut unnamed = 0;
        self.one_unnest(items);
        let lost = self.level().loses_rows;
        for item in items {
            let first = relation.fields.len();
            match item {
                Item::Field(i, span) => {
                    let level = self.levels.len() - 1;
                    let typed = self.field(level, *i, *span);
                    let mut field = self.levels[level].relation.fields[*i].clone();
                    (field.nullable, field.why, field.span) = (typed.nullable, typed.why, *span);
                    self.key_of_set(&mut field, typed.key);
                    keys.push(typed.key);
                    relation.fields.push(field);
                }
                Item::Replaced(expr, name) => {
                    let typed = self.grouped_only(|binder| binder.expr(expr));
                    keys.push(typed.key);
                    self.refuse_mixed(expr);
                    self.decides_early(expr);
                    relation.fields.push(made(name, typed.ty, typed.nullable, typed.why, expr.span));
                }
                Item::Expr(expr, alias) => {
                    let other = names.and_then(|names| names.get(first)).cloned();
                    let is_named = self.item(expr, *alias, other, &mut relation, &mut keys, unnamed);
                    unnamed += usize::from(!is_named);
                    self.decides_early(expr);
                }
            }
            for field in &mut relation.fields[first..] {
                if lost && !self.is_aggregate(item) && !field.nullable {
                    field.nullable = true;
                    field.why = Why::Static("the engine may compute it where an outer join has no row");
                }
                field.outer.clear();
                field.hidden = false;
            }
            for i in first..relation.fields.len() {
                self.unique_name(&relation.fields, i, &mut seen);
            }
        }
        (relation, keys)
    }

    /// Whether an entry of a select list is an aggregate.
    pub(super) fn is_aggregate(&self, item: &Item<'a>) -> bool {
        let Item::Expr(expr, _) = item else { return false };
        let mut expr = *expr;
        // The engine drops a plus sign.
        while let ExprKind::Unary { op: UnaryOp::Plus, expr: inner } = &expr.kind {
            expr = inner;
        }
        match &expr.kind {
            ExprKind::Function(call) => {
                call.over.is_none()
                    && self.functions.kinds(&self.function_name(call)).contains(&FunctionKind::Aggregate)
            }
            _ => false,
        }
    }

    /// One select list has lists unnested in one way: with a row for an empty list or without.
    fn one_unnest(&mut self, items: &[Item<'a>]) {
        let named = |item: &Item<'a>| match item {
            Item::Expr(Expr { kind: ExprKind::Function(call), span }, _) => {
                Some((self.function_name(call), *span))
            }
            _ => None,
        };
        let named: Vec<(String, Span)> = items.iter().filter_map(named).collect();
        let plain = named.iter().any(|(name, _)| name == "unnest");
        if let Some((_, span)) = named.iter().find(|(name, _)| name == "unnest_outer").filter(|_| plain) {
            self.refused(Syntax::MixedUnnest, "unnest_outer beside unnest", *span);
        }
    }

    /// A wildcard's column that is a grouping key: `expr` sees to this for columns that are written.
    fn key_of_set(&mut self, field: &mut Field, key: Key) {
        let level = self.level();
        match level.keys.get(&key) {
            None => {}
            Some(set) => {
                let set = *set;
                level.ungrouped.retain(|ungrouped| ungrouped.key != key);
                if set {
                    field.nullable = true;
                    field.why = Why::Static("it is a key of GROUPING SETS, ROLLUP or CUBE");
                }
            }
        }
    }

    /// Reads an entry of a select list; says whether its column has a name of its own.
    fn item(
        &mut self,
        expr: &'a Expr,
        alias: Option<&'a Alias>,
        other: Option<Rc<str>>,
        relation: &mut Relation,
        keys: &mut Vec<Key>,
        unnamed: usize,
    ) -> bool {
        if let ExprKind::Function(function) = &expr.kind
            && matches!(self.function_name(function).as_str(), "unnest" | "unnest_outer")
            && self.unnest_item(expr, relation)
        {
            keys.resize(relation.fields.len(), Key::leaf("unnest", 0));
            return true;
        }
        let typed = self.grouped_only(|binder| binder.expr(expr));
        self.refuse_mixed(expr);
        let plain = self.plain_column(expr).cloned();
        let other = other.filter(|_| !self.has_own_alias(expr));
        let name: Rc<str> = match (&alias, &plain) {
            (Some(alias), _) => self.fold(&alias.ident).into(),
            (None, Some(field)) => match &expr.kind {
                ExprKind::Column(column) if self.dialect.has(Habit::ColumnsAsWritten) => {
                    column.last().value.as_str().into()
                }
                _ => field.name.clone(),
            },
            (None, None) => {
                let position = relation.fields.len();
                other.unwrap_or_else(|| self.column_name_of(expr, position, unnamed).into())
            }
        };
        let is_named = alias.is_some() || plain.is_some();
        let mut field = made(&name, typed.ty, typed.nullable, typed.why, expr.span);
        field.origin = typed.origin;
        field.carried = typed.carried;
        if let Some(column) = plain {
            field.native = column.native;
            if column.name == name {
                field.qualifier = column.qualifier;
            }
        }
        if let Some(alias) = alias {
            self.renamed(expr);
            field.over = alias.over.clone();
            field.span = expr.span.to(alias.ident.span);
        }
        keys.push(typed.key);
        relation.fields.push(field);
        is_named
    }

    /// `unnest(struct)` in a select list gives a column a field; says whether it was that.
    fn unnest_item(&mut self, expr: &'a Expr, relation: &mut Relation) -> bool {
        let ExprKind::Function(function) = &expr.kind else { return false };
        let Some(crate::ast::FunctionArg::Expr(inner)) = function.args.first() else { return false };
        let (reported, ungrouped) = (self.diagnostics.len(), self.level().ungrouped.len());
        let typed = self.expr(inner);
        self.typed_early(inner);
        if !matches!(self.known(&typed.ty), Some(querent_types::SqlType::Struct(_))) {
            self.diagnostics.truncate(reported);
            self.level().ungrouped.truncate(ungrouped);
            return false;
        }
        let name = self.schema_name(inner);
        self.unnest_fields(relation, &typed, expr.span, &name, false);
        true
    }

    /// The column of which an expression is a plain copy, in this select's own FROM.
    fn plain_column(&self, expr: &Expr) -> Option<&Field> {
        // The engine drops a plus sign.
        if let ExprKind::Unary { op: UnaryOp::Plus, expr } = &expr.kind {
            return self.plain_column(expr);
        }
        let ExprKind::Column(name) = &expr.kind else { return None };
        let meaning = match self.last_column {
            Some((last, level, i, used)) if std::ptr::eq(last, name) => Meaning::Field(level, i, used),
            _ => self.meaning(&self.fold_name(name)),
        };
        match meaning {
            Meaning::Field(level, i, used) if used == name.parts.len() && level + 1 == self.levels.len() => {
                self.levels[level].relation.fields.get(i)
            }
            _ => None,
        }
    }

    /// Reports two output columns that DataFusion cannot tell apart.
    fn unique_name(&mut self, fields: &[Field], at: usize, seen: &mut SeenNames) {
        if self.dialect.has(Habit::RepeatedColumns) {
            return;
        }
        let field = &fields[at];
        let clashes = |other: &&Field| match (&other.qualifier, &field.qualifier) {
            // Two of one wildcard are those of two tables of one name, which is reported there.
            (Some(a), Some(b)) => a == b && other.span != field.span,
            _ => true,
        };
        let clash = if at < FEW_NAMES {
            let same = |other: &&Field| other.name.len() == field.name.len() && other.name == field.name;
            fields[..at].iter().filter(same).find(clashes)
        } else {
            for (i, field) in fields[..at].iter().enumerate().skip(seen.counted) {
                seen.places.entry(field.name.clone()).or_default().push(i);
            }
            seen.counted = at;
            let others = seen.places.get(&field.name).map_or(&[][..], Vec::as_slice);
            others.iter().map(|&other| &fields[other]).find(clashes)
        };
        if let Some(other) = clash {
            let diagnostic = Diagnostic::error(
                Code::DuplicateColumn,
                field.span,
                format!("two columns of the result are called `{}`", field.name),
            )
            .related(other.span, "the other one")
            .help("fix this by giving one of them an alias: `AS …`");
            self.report(diagnostic);
        }
    }

    /// The engine wants a window function in QUALIFY itself, or behind an alias in it; one of the select list alone is
    /// planned before, and not found then (DataFusion 55.2).
    fn qualified_by_windows(&mut self, condition: &Expr) {
        if self.level().window.is_none() && !self.is_mistaken(condition.span) {
            self.report(
                Diagnostic::error(
                    Code::MisplacedAggregate,
                    condition.span,
                    "QUALIFY needs a window function in it, or a name that the select list gives to one",
                )
                .help("fix this by using WHERE or HAVING"),
            );
        }
    }
}

fn has_unnest(items: &[Item<'_>]) -> bool {
    items.iter().any(|item| match item {
        Item::Expr(expr, _) => matches!(&expr.kind, ExprKind::Function(function)
            if function.name.last().value.to_lowercase().starts_with("unnest")),
        _ => false,
    })
}

/// The names of columns in an expression, subqueries left out.
pub(super) fn column_names<'a>(expr: &'a Expr, names: &mut Vec<&'a crate::ast::Name>) {
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            ExprKind::Column(name) => names.push(name),
            ExprKind::Unary { expr, .. } | ExprKind::Cast { expr, .. } | ExprKind::Is { expr, .. } => {
                rest.push(expr)
            }
            ExprKind::Binary { left, right, .. } => rest.extend([&**left, &**right]),
            ExprKind::Function(function) => {
                rest.extend(function.args.iter().filter_map(|arg| match arg {
                    crate::ast::FunctionArg::Expr(expr) | crate::ast::FunctionArg::Named(_, expr) => {
                        Some(expr)
                    }
                    _ => None,
                }));
            }
            ExprKind::Case { operand, branches, otherwise } => {
                rest.extend(operand.as_deref());
                rest.extend(branches.iter().flat_map(|(when, then)| [when, then]));
                rest.extend(otherwise.as_deref());
            }
            _ => {}
        }
    }
}
