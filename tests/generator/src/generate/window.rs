//! Window functions: OVER with partitions, orders and all frames, named windows.

use querent_schema::dialect::FunctionKind;
use querent_types::SqlType;

use super::{Generator, Piece, Place};
use crate::calls::written;
use crate::features::Feature;
use crate::walk::Clause;

/// Aggregates that cannot be windows, or not over every frame.
const NO_WINDOWS: &[&str] = &["grouping", "percentile_cont", "approx_percentile_cont_with_weight"];

/// Window functions of which a NULL can be left out.
const SKIPPING: &[&str] = &["lag", "lead", "first_value", "last_value", "nth_value"];

/// A frame's bounds in the order of the rows that they name, `#` for an amount.
const BOUNDS: &[&str] =
    &["UNBOUNDED PRECEDING", "# PRECEDING", "CURRENT ROW", "# FOLLOWING", "UNBOUNDED FOLLOWING"];

impl Generator {
    /// A window function of a type, or any.
    pub(super) fn window_call(&mut self, place: Place<'_>, ty: Option<&SqlType>) -> Option<Piece> {
        let call = self.draw(&[FunctionKind::Window, FunctionKind::Window, FunctionKind::Aggregate], ty)?;
        let overload = &self.calls.overloads[self.calls.all[call].overload];
        let (kind, name) = (overload.kind, overload.name);
        if kind == FunctionKind::Aggregate && NO_WINDOWS.contains(&name) {
            return None;
        }
        self.count_call(call);
        let inner =
            Place { windows: false, aggregates: false, subqueries: false, params: false, ..place.deeper() };
        let text = if kind == FunctionKind::Aggregate {
            // In a grouped query its arguments are keys, like those of any expression.
            self.windowed_aggregate(inner, call)
        } else {
            let args = self.arguments(inner, call);
            let text = if args.is_empty() { format!("{name}()") } else { written(self.dialect, name, &args) };
            let skips = SKIPPING.contains(&name) && self.may(Feature::IgnoreNulls, 20);
            let nulls = if skips { self.random.word(&[" IGNORE NULLS", " RESPECT NULLS"]) } else { "" };
            text + nulls
        };
        let ordered = kind == FunctionKind::Window;
        let over = self.over(inner, ordered);
        Some(Piece::atomic(format!("{text} OVER {over}")))
    }

    fn windowed_aggregate(&mut self, inner: Place<'_>, call: usize) -> String {
        let name = self.calls.overloads[self.calls.all[call].overload].name;
        if self.calls.all[call].slots.is_empty() {
            let star = if name == "count" { "count(*)".to_owned() } else { format!("{name}()") };
            return star + &self.filter(inner);
        }
        let args = self.arguments(inner, call);
        written(self.dialect, name, &args) + &self.filter(inner)
    }

    /// `name` or `(…)` after OVER.
    fn over(&mut self, place: Place<'_>, ordered: bool) -> String {
        if !place.named.is_empty() && self.random.chance(50) {
            let name = self.random.pick(place.named).cloned().unwrap_or_default();
            let alone = self.random.chance(80) || !self.has(Feature::WindowBase);
            return if alone { name } else { format!("({name})") };
        }
        format!("({})", self.window(place, ordered))
    }

    /// What stands in the brackets of a window.
    pub(super) fn window(&mut self, place: Place<'_>, ordered: bool) -> String {
        let place = Place { clause: Clause::Window, named: &[], params: false, ..place };
        let mut parts = Vec::new();
        if self.random.chance(50) {
            let keys: Vec<String> = (0..1 + self.random.below(2))
                .map(|_| {
                    let ty = self.plain_type();
                    self.computed_key(place, &ty)
                })
                .collect();
            parts.push(format!("PARTITION BY {}", keys.join(", ")));
        }
        let keys = if ordered || self.random.chance(60) { 1 + self.random.below(2) } else { 0 };
        if keys > 0 {
            let ty = self.framed_type();
            let mut own = vec![self.sort_key_of(place, &ty)];
            own.extend((1..keys).map(|_| self.sort_key(place)));
            parts.push(format!("ORDER BY {}", own.join(", ")));
        }
        if self.may(Feature::Frame, 50) {
            parts.push(self.frame(keys));
        }
        parts.join(" ")
    }

    /// A type over which a frame of values can be made: each window with a sort key has one, said or not.
    fn framed_type(&mut self) -> SqlType {
        let fits = |ty: &SqlType| {
            let other = matches!(
                ty,
                SqlType::Boolean
                    | SqlType::Text(_)
                    | SqlType::Date32
                    | SqlType::Date64
                    | SqlType::Timestamp(..)
            );
            other || ty.is_numeric()
        };
        let drawn = (0..20).map(|_| self.plain_type()).find(fits);
        drawn.unwrap_or_else(|| self.dialect.rules.string())
    }

    fn frame(&mut self, keys: usize) -> String {
        let groups = self.has(Feature::Groups) && keys > 0;
        let unit = match self.random.below(3) {
            0 if groups => "GROUPS",
            1 => "RANGE",
            _ => "ROWS",
        };
        // An amount of RANGE is added to the one key, whatever that is: only whole bounds are drawn.
        let fits = |bound: &&&str| unit != "RANGE" || !bound.contains('#');
        let bounds: Vec<&str> = BOUNDS.iter().filter(fits).copied().collect();
        let start = self.random.below(bounds.len() - 1);
        let amount = |text: &str, n: usize| text.replace('#', &n.to_string());
        if start + 1 < bounds.len() && bounds[start].ends_with("PRECEDING") && self.random.chance(25) {
            return format!("{unit} {}", amount(bounds[start], 2));
        }
        let first_end = if bounds[start] == "UNBOUNDED PRECEDING" { start + 1 } else { start };
        let end = first_end + self.random.below(bounds.len() - first_end);
        // `1 FOLLOWING AND 3 FOLLOWING`, `3 PRECEDING AND 1 PRECEDING`.
        let (from, to) = if bounds[start].ends_with("PRECEDING") { (3, 1) } else { (1, 3) };
        format!("{unit} BETWEEN {} AND {}", amount(bounds[start], from), amount(bounds[end], to))
    }
}
