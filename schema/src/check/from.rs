//! FROM: tables, derived tables, joins and the nullability that joins bring.
//!
//! A column behind an outer join remembers that join. A later predicate that no all-NULL row can satisfy excludes the
//! join's unmatched rows, and with them that reason to be NULL, for all columns of that side.

use std::rc::Rc;

use crate::ast::{
    Ident, Join, JoinConstraint, JoinKind, Span, TableAlias, TableFactor, TableFactorKind, TableWithJoins,
};
use crate::diagnostic::{Code, Diagnostic, counted};
use crate::dialect::{Habit, Syntax};

use super::binder::{Binder, Clause, Level, joins_of};
use super::scope::{Field, Found, OuterJoin, Relation};
use super::typed::{Key, KeySet, Typed, Why};

/// The most tables in one FROM: each is compared with all before it, for names that clash.
const TABLES_MAX: usize = 500;

impl<'a> Binder<'a> {
    /// Reads a FROM list.
    pub(super) fn from(&mut self, list: &'a [TableWithJoins]) -> Relation {
        if let Some(entry) = list.get(TABLES_MAX) {
            return self.too_many_tables(entry.relation.span);
        }
        let mut entries = list.iter();
        let Some(first) = entries.next() else { return Relation::default() };
        let mut left = self.table_with_joins(first, &Relation::default());
        for entry in entries {
            let right = self.table_with_joins(entry, &left);
            self.check_names(&left, &right, entry.relation.span);
            left = concat(left, right);
            self.keep_apart(&mut left);
        }
        left
    }

    /// Reads a table and its joins; `outer` is what lateral entries see besides.
    pub(super) fn table_with_joins(&mut self, entry: &'a TableWithJoins, outer: &Relation) -> Relation {
        if let Some(join) = entry.joins.get(TABLES_MAX) {
            return self.too_many_tables(join.relation.span);
        }
        let mut left = self.factor(&entry.relation, &[outer]);
        self.refuse_outer_join(entry);
        for join in &entry.joins {
            let right = self.factor(&join.relation, &[&left, outer]);
            left = self.join(left, right, join);
        }
        left
    }

    fn too_many_tables(&mut self, span: Span) -> Relation {
        self.report(
            Diagnostic::error(Code::TooComplex, span, "this FROM has too many tables to be checked")
                .note(format!("at most {TABLES_MAX} are followed"))
                .help("split the query, or send it unchecked"),
        );
        Relation::unknown()
    }

    pub(super) fn factor(&mut self, factor: &'a TableFactor, visible: &[&Relation]) -> Relation {
        let unnest = matches!(factor.kind, TableFactorKind::Unnest { .. });
        let sees = visible.iter().any(|side| !side.fields.is_empty() || side.is_open());
        let mut relation = if (factor.lateral || unnest) && sees {
            let level = Level::new(all(visible), Clause::TableFunction);
            let (relation, level) = self.within(level, |binder| binder.factor_kind(factor));
            if let TableFactorKind::Derived(query) = &factor.kind
                && level.read
            {
                self.correlated_limit(query);
            }
            if unnest && level.read {
                self.refused(Syntax::LateralUnnest, "UNNEST of another entry's column", factor.span);
            }
            relation
        } else {
            match &factor.kind {
                // What stands in brackets sees what is before them.
                TableFactorKind::Nested(inner) => self.table_with_joins(inner, &all(visible)),
                _ => self.factor_kind(factor),
            }
        };
        if let Some(alias) = &factor.alias {
            self.alias(&mut relation, alias);
        }
        relation
    }

    fn factor_kind(&mut self, factor: &'a TableFactor) -> Relation {
        match &factor.kind {
            TableFactorKind::Table(name) => self.table(name),
            TableFactorKind::Derived(query) => {
                let mut relation = self.query(query).relation;
                let merged = std::mem::take(&mut relation.using);
                self.refresh(&mut relation);
                drop(merged);
                relation
            }
            TableFactorKind::Function { name, args } => self.table_function(name, args, factor.span),
            TableFactorKind::InTable { name, args } if self.dialect.has(Habit::CallsInTable) => {
                self.table_function(name, args, factor.span)
            }
            TableFactorKind::InTable { .. } => {
                self.unsupported("TABLE(…)", factor.span);
                Relation::unknown()
            }
            TableFactorKind::Unnest { exprs, ordinality } => self.unnest(exprs, *ordinality, factor.span),
            TableFactorKind::Nested(inner) => self.table_with_joins(inner, &Relation::default()),
            TableFactorKind::Other(what) => {
                self.unsupported(what, factor.span);
                Relation::unknown()
            }
        }
    }

    /// Applies `AS name (columns)`.
    pub(super) fn alias(&mut self, relation: &mut Relation, alias: &TableAlias) {
        self.rename(relation, &alias.columns);
        relation.qualify(Rc::from(vec![self.fold(&alias.name)]));
    }

    /// Applies a list of column names.
    pub(super) fn rename(&mut self, relation: &mut Relation, columns: &[Ident]) {
        if columns.is_empty() {
            return;
        }
        if columns.len() != relation.fields.len() && !relation.is_open() {
            let span = columns[0].span.to(columns[columns.len() - 1].span);
            let (given, wanted) = (counted(columns.len(), "name"), counted(relation.fields.len(), "column"));
            let be = if columns.len() == 1 { "is" } else { "are" };
            let message = format!("{given} {be} given for {wanted}");
            self.report(
                Diagnostic::error(Code::ColumnCount, span, message)
                    .help("fix this by naming every column, or none"),
            );
        }
        for (field, ident) in relation.fields.iter_mut().zip(columns) {
            field.name = self.dialect.fold(ident).into();
        }
    }

    fn join(&mut self, left: Relation, mut right: Relation, join: &'a Join) -> Relation {
        self.keep_apart(&mut right);
        let lateral = join.relation.lateral || matches!(join.relation.kind, TableFactorKind::Unnest { .. });
        let wrong_side =
            matches!(join.kind, JoinKind::Right | JoinKind::Full | JoinKind::RightSemi | JoinKind::RightAnti);
        if matches!(join.kind, JoinKind::AsOf | JoinKind::CrossApply | JoinKind::OuterApply) {
            self.unsupported("this kind of join", join.span);
        } else if lateral && wrong_side {
            self.unsupported("LATERAL on the right of a RIGHT or FULL join", join.span);
        }
        self.check_names(&left, &right, join.relation.span);
        let (split, using_len) = (left.fields.len(), left.using.len());
        let mut proven = Vec::new();
        let mut merged = Vec::new();
        let mut failed = false;
        let both = match &join.constraint {
            JoinConstraint::On(condition) => {
                let level = Level::new(concat(left, right), Clause::On);
                let (typed, level) = self.within(level, |binder| binder.predicate(condition, "ON"));
                proven = typed.facts.when_true().to_vec();
                level.relation
            }
            JoinConstraint::Using(columns) => {
                for column in columns {
                    let keys = self.using_column(&left, &right, column, join.span);
                    failed |= keys.is_none();
                    merged.extend(keys);
                }
                concat(left, right)
            }
            JoinConstraint::Natural => {
                for field in &right.fields {
                    let shared = left.fields.iter().any(|own| self.dialect.same(&own.name, &field.name));
                    if shared && !field.hidden {
                        let ident = Ident { value: field.name.to_string(), quoted: true, span: join.span };
                        merged.extend(self.using_column(&left, &right, &ident, join.span));
                    }
                }
                concat(left, right)
            }
            JoinConstraint::None => {
                let needed = !matches!(join.kind, JoinKind::Inner | JoinKind::Cross);
                if needed && !self.dialect.has(Habit::OptionalJoinCondition) {
                    self.report(
                        Diagnostic::error(Code::Unsupported, join.span, "this join has no condition")
                            .help("fix this by adding ON or USING, or by writing CROSS JOIN"),
                    );
                }
                concat(left, right)
            }
        };
        proven.extend(merged.iter().flat_map(|(a, b)| [*a, *b]));
        let mut both = both;
        if !matches!(join.constraint, JoinConstraint::Using(_)) {
            self.keep_apart(&mut both);
        }
        if !merged.is_empty() {
            let keys: Vec<Key> = merged.into_iter().flat_map(|(a, b)| [a, b]).collect();
            if join.constraint == JoinConstraint::Natural && self.dialect.has(Habit::NaturalIsAmbiguous) {
                both.apart.extend(&keys);
            }
            both.using.insert(using_len, keys);
        }
        if failed {
            both.misjoined = true;
        }
        let mut both = self.apply_join(both, split, join.kind, &proven);
        if join.kind == JoinKind::Right && self.dialect.has(Habit::RightJoinTurns) {
            both.fields.rotate_left(split);
        }
        both
    }

    /// The columns that a USING names, by their keys; mistakes are reported.
    fn using_column(
        &mut self,
        left: &Relation,
        right: &Relation,
        column: &Ident,
        span: Span,
    ) -> Option<(Key, Key)> {
        let name = self.fold(column);
        let mut sides = Vec::new();
        for (relation, side) in [(left, "left"), (right, "right")] {
            match relation.find_unqualified(self.dialect, &name) {
                Found::Field(i, _) => sides.push(&relation.fields[i]),
                Found::Silent => return None,
                Found::Missing => {
                    let near =
                        crate::suggest::nearest(&name, relation.fields.iter().map(|field| &*field.name));
                    let mut diagnostic = Diagnostic::error(
                        Code::UnknownColumn,
                        column.span,
                        format!("the {side} side of the join has no column `{name}`"),
                    );
                    diagnostic.help = near.first().map(|near| format!("did you mean `{near}`?"));
                    self.report(diagnostic);
                    return None;
                }
                Found::Ambiguous(_) => {
                    self.error(
                        Code::AmbiguousColumn,
                        column.span,
                        format!("the {side} side of the join has several columns `{name}`"),
                    );
                    return None;
                }
            }
        }
        let typed: Vec<Typed> = sides
            .iter()
            .map(|field| Typed::new(field.ty.clone(), field.nullable, Why::Static("a join key"), field.key))
            .collect();
        let at = if column.span == span { span } else { column.span };
        self.binary(&crate::ast::BinaryOp::Eq, at, (typed[0].clone(), at), (typed[1].clone(), at));
        Some((typed[0].key, typed[1].key))
    }

    /// Leaves the columns that a join gives, and marks those that its unmatched rows leave NULL.
    fn apply_join(&mut self, mut both: Relation, split: usize, kind: JoinKind, proven: &[Key]) -> Relation {
        match kind {
            JoinKind::Inner | JoinKind::Cross | JoinKind::CrossApply | JoinKind::AsOf => {
                self.prove(&mut both.fields, proven);
            }
            JoinKind::Left | JoinKind::OuterApply => self.nullify(&mut both.fields[split..], kind, proven),
            JoinKind::Right => self.nullify(&mut both.fields[..split], kind, proven),
            JoinKind::Full => {
                self.nullify(&mut both.fields[..split], kind, &[]);
                self.nullify(&mut both.fields[split..], kind, &[]);
            }
            JoinKind::LeftSemi | JoinKind::LeftAnti => both.fields.truncate(split),
            JoinKind::RightSemi | JoinKind::RightAnti => drop(both.fields.drain(..split)),
        }
        if matches!(kind, JoinKind::LeftSemi | JoinKind::RightSemi) {
            self.prove(&mut both.fields, proven);
        }
        both
    }

    /// Marks columns that a join condition proves not NULL. This stays with the column, for an outer join around this one
    /// may leave it NULL all the same.
    fn prove(&mut self, fields: &mut [Field], proven: &[Key]) {
        if proven.is_empty() {
            return;
        }
        let joins = joins_of(fields, proven);
        self.exclude(&joins);
        let proven: KeySet = proven.iter().copied().collect();
        for field in fields.iter_mut().filter(|field| field.nullable && proven.contains(&field.key)) {
            (field.nullable, field.why) = (false, Why::Proven("the join condition"));
        }
    }

    fn nullify(&mut self, fields: &mut [Field], kind: JoinKind, proven: &[Key]) {
        self.prove(fields, proven);
        let join = self.outer_joins.len();
        self.outer_joins.push(OuterJoin { kind, excluded: false });
        for field in fields {
            field.outer.push(join);
        }
    }

    /// Reports columns of the two sides of a join that no name could tell apart.
    pub(super) fn check_names(&mut self, left: &Relation, right: &Relation, span: Span) {
        let mut seen: std::collections::HashMap<&str, Vec<&Field>> = std::collections::HashMap::new();
        for field in &left.fields {
            seen.entry(&field.name).or_default().push(field);
        }
        let clash = right.fields.iter().find_map(|field| {
            let others = seen.get(&*field.name)?;
            others.iter().find(|other| clashes(other, field)).map(|other| (*other, field))
        });
        let Some((other, field)) = clash else { return };
        let diagnostic = match (&other.qualifier, &field.qualifier) {
            (Some(_), Some(_)) => Diagnostic::error(
                Code::DuplicateAlias,
                span,
                format!("two tables in FROM are called `{}`", field.relation()),
            )
            .help("fix this by giving one of them an alias: `AS …`"),
            _ if self.dialect.has(Habit::RepeatedColumns) => return,
            _ => Diagnostic::error(
                Code::AmbiguousColumn,
                span,
                format!("two entries of FROM give a column `{}`, and one has no name", field.name),
            )
            .help("fix this by giving the subquery an alias: `AS …`"),
        };
        self.report(diagnostic);
    }
}

/// Whether DataFusion refuses a schema that holds both columns.
fn clashes(a: &Field, b: &Field) -> bool {
    match (&a.qualifier, &b.qualifier) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// The columns of all that an entry sees.
fn all(visible: &[&Relation]) -> Relation {
    visible.iter().fold(Relation::default(), |seen, side| concat(seen, (*side).clone()))
}

/// The columns of both.
pub(super) fn concat(mut left: Relation, mut right: Relation) -> Relation {
    left.fields.append(&mut right.fields);
    left.using.append(&mut right.using);
    left.apart.append(&mut right.apart);
    left.unknown.append(&mut right.unknown);
    left.open |= right.open;
    left.misjoined |= right.misjoined;
    left
}
