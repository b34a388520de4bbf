//! Aggregates with their clauses: DISTINCT, ORDER BY, FILTER, WITHIN GROUP.

use querent_schema::dialect::{FunctionKind, Habit};
use querent_types::SqlType;

use super::{Generator, Piece, Place};
use crate::calls::{Slot, written};
use crate::features::Feature;
use crate::walk::Clause;

/// Aggregates of the sorted values of a group: what WITHIN GROUP sorts by is their first argument.
const SORTED: &[&str] = &["percentile_cont", "approx_percentile_cont", "approx_percentile_cont_with_weight"];

/// Aggregates that join texts, which Calcite sorts by WITHIN GROUP.
const JOINED: &[&str] = &["listagg", "string_agg", "group_concat"];

impl Generator {
    /// An aggregate of a type, or any.
    pub(super) fn aggregate(&mut self, place: Place<'_>, ty: Option<&SqlType>) -> Option<Piece> {
        let call = self.draw(&[FunctionKind::Aggregate], ty)?;
        self.count_call(call);
        Some(Piece::atomic(self.written_aggregate(place, call, true)))
    }

    /// An aggregate that was drawn. `sorted`: it may have an order of its own.
    pub(super) fn written_aggregate(&mut self, place: Place<'_>, call: usize, sorted: bool) -> String {
        let inner = Place { aggregates: false, windows: false, subqueries: false, ..place.within() };
        let overload = &self.calls.overloads[self.calls.all[call].overload];
        let (name, dialect) = (overload.name, self.dialect);
        if self.calls.all[call].slots.is_empty() || (name == "count" && self.random.chance(20)) {
            // `count` of nothing counts rows.
            let star = if name == "count" { "count(*)".to_owned() } else { format!("{name}()") };
            return star + &self.aggregate_filter(inner);
        }
        let args = self.arguments(inner, call);
        if SORTED.contains(&name) && sorted && self.may(Feature::WithinGroup, 50) {
            return self.within_group(inner, name, &args);
        }
        let mut text = written(dialect, name, &args);
        let scalar = self.calls.all[call].slots.iter().all(|slot| match slot {
            Slot::Of(ty) => crate::types::is_scalar(ty),
            _ => true,
        });
        // H2 joins partitioned texts as they come.
        let joins = JOINED.contains(&name) && self.dialect.has(Habit::SplitAggregates);
        let single = args.len() == 1
            && scalar
            && sorted
            && !joins
            && !SORTED.contains(&name)
            && name != "approx_median";
        if single && self.may(Feature::DistinctAggregate, 15) {
            text = format!("{name}(DISTINCT {})", args[0]);
        } else if sorted && !SORTED.contains(&name) && self.may(Feature::OrderedAggregate, 15) {
            let key = self.sort_key(inner);
            text = format!("{name}({} ORDER BY {key})", args.join(", "));
        } else if name == "listagg"
            && sorted
            && self.dialect.has(Habit::WithinGroupSorts)
            && self.may(Feature::WithinGroup, 30)
        {
            let key = self.sort_key(inner);
            text = format!("{text} WITHIN GROUP (ORDER BY {key})");
        }
        text + &self.aggregate_filter(inner)
    }

    fn within_group(&mut self, inner: Place<'_>, name: &str, args: &[String]) -> String {
        let order = self.random.word(&["", " ASC", " DESC"]);
        let text = format!("{name}({}) WITHIN GROUP (ORDER BY {}{order})", args[1..].join(", "), args[0]);
        text + &self.aggregate_filter(inner)
    }

    /// `FILTER (WHERE …)` of an aggregate that is no window, sometimes.
    fn aggregate_filter(&mut self, inner: Place<'_>) -> String {
        if self.has(Feature::AggregateFilter) { self.filter(inner) } else { String::new() }
    }

    /// `FILTER (WHERE …)`, sometimes.
    pub(super) fn filter(&mut self, inner: Place<'_>) -> String {
        if !self.may(Feature::Filter, 15) {
            return String::new();
        }
        let condition = self.comparison(Place { clause: Clause::Select, params: false, ..inner }).text;
        format!(" FILTER (WHERE {condition})")
    }

    /// A key to sort by with its direction.
    pub(super) fn sort_key(&mut self, place: Place<'_>) -> String {
        let ty = self.plain_type();
        self.sort_key_of(place, &ty)
    }

    /// The same of a type.
    pub(super) fn sort_key_of(&mut self, place: Place<'_>, ty: &SqlType) -> String {
        let place = Place { params: false, subqueries: false, ..place };
        // A bare number would be a position.
        let key = match self.column(place, ty) {
            Some(column) if self.random.chance(20) => column.text,
            _ => self.computed_key(place, ty),
        };
        format!("{key}{}", self.direction())
    }

    /// A key that is no bare constant.
    pub(super) fn computed_key(&mut self, place: Place<'_>, ty: &SqlType) -> String {
        for _ in 0..4 {
            let piece = self.typed(Place { depth: place.depth.max(1), ..place }, ty);
            if piece.text.contains(|c: char| c.is_alphabetic()) && !crate::text::is_constant(&piece.text) {
                return piece.text;
            }
        }
        let columns: Vec<String> = match place.keys {
            Some(keys) => keys.iter().map(|key| key.text.clone()).collect(),
            None => place.scope.columns.iter().map(|column| place.scope.written(column, false)).collect(),
        };
        self.random
            .pick(&columns)
            .cloned()
            .unwrap_or_else(|| format!("CASE WHEN 1 = 1 THEN {} END", self.constant(ty)))
    }

    /// ASC, DESC and where NULLs go.
    pub(super) fn direction(&mut self) -> String {
        let order = self.random.word(&["", "", " ASC", " DESC"]);
        let nulls = if self.may(Feature::NullsFirst, 30) {
            self.random.word(&[" NULLS FIRST", " NULLS LAST"])
        } else {
            ""
        };
        format!("{order}{nulls}")
    }
}
