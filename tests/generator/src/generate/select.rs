//! SELECT: its list, DISTINCT, wildcards, WHERE, QUALIFY, named windows.

use querent_schema::dialect::FunctionKind;
use querent_types::SqlType;

use super::query::Output;
use super::{Generator, Key, Place};
use crate::features::Feature;
use crate::scope::Scope;
use crate::walk::Clause;

/// A SELECT up to where ORDER BY begins.
pub(super) struct Selected {
    pub(super) text: String,
    /// Its columns; empty where they are not known one by one.
    pub(super) outputs: Vec<Output>,
    /// What ORDER BY must begin with.
    pub(super) order_first: Vec<String>,
    /// Further keys that ORDER BY may have.
    pub(super) order: Vec<String>,
}

/// What a SELECT does with the rows of FROM.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Distinct,
    DistinctOn,
    Grouped,
    Total,
}

impl Generator {
    /// A SELECT with columns of the wanted types, or of any. `named`: each has a name of its own.
    pub(super) fn select(&mut self, want: Option<&[SqlType]>, depth: u8, named: bool) -> Selected {
        let from = if self.may(Feature::NoFrom, 6) { None } else { self.from(depth) };
        let Some(from) = from else { return self.without_from(want, named) };
        let filter = if self.random.chance(55) {
            let place = Place::new(Clause::Where, &from.scope, 2);
            format!(" WHERE {}", self.condition(place))
        } else {
            String::new()
        };
        let tail = format!(" FROM {}{filter}", from.text);
        match self.shape() {
            Shape::Grouped => self.grouped(want, &from.scope, &tail, named),
            Shape::Total => self.total(want, &from.scope, &tail, named),
            Shape::DistinctOn => self.distinct_on(want, &from.scope, &tail, named),
            Shape::Distinct => self.plain(want, &from.scope, &tail, named, true),
            Shape::Plain => self.plain(want, &from.scope, &tail, named, false),
        }
    }

    fn shape(&mut self) -> Shape {
        match self.random.below(100) {
            0..31 => Shape::Grouped,
            31..39 => Shape::Total,
            39..57 if self.has(Feature::DistinctOn) => Shape::DistinctOn,
            57..61 => Shape::Distinct,
            _ => Shape::Plain,
        }
    }

    fn without_from(&mut self, want: Option<&[SqlType]>, named: bool) -> Selected {
        let nothing = Scope::default();
        let types = self.types_of(want, false);
        let place = Place { params: false, ..Place::new(Clause::Select, &nothing, 2) };
        let (items, outputs) = self.items(place, &types, want.is_none(), named);
        let from = if self.has(Feature::NoFrom) {
            String::new()
        } else {
            // Somewhere the rows must come from.
            self.tables.first().map_or(String::new(), |table| format!(" FROM {}", table.name))
        };
        Selected {
            text: format!("SELECT {items}{from}"),
            outputs,
            order_first: Vec::new(),
            order: Vec::new(),
        }
    }

    /// The types of the select list.
    pub(super) fn types_of(&mut self, want: Option<&[SqlType]>, plain: bool) -> Vec<SqlType> {
        if let Some(want) = want {
            return want.to_vec();
        }
        let count = 1 + self.random.below(4);
        (0..count).map(|_| if plain { self.plain_type() } else { self.any_type() }).collect()
    }

    /// A select list of these types; of whatever types, where `free`.
    pub(super) fn items(
        &mut self,
        place: Place<'_>,
        types: &[SqlType],
        free: bool,
        named: bool,
    ) -> (String, Vec<Output>) {
        let (mut items, mut outputs) = (Vec::new(), Vec::new());
        for ty in types {
            let drawn = if free && self.random.chance(60) { self.drawn_item(place) } else { None };
            let (text, ty) = match drawn {
                Some(drawn) => drawn,
                None => (self.typed(place, ty).text, ty.clone()),
            };
            self.item(text, &ty, named, &mut items, &mut outputs);
        }
        (items.join(", "), outputs)
    }

    /// A call of whatever function was drawn least, and what it gives.
    fn drawn_item(&mut self, place: Place<'_>) -> Option<(String, SqlType)> {
        if place.windows && self.random.chance(25) {
            let call = self.draw(&[FunctionKind::Window], None)?;
            let ty = self.calls.all[call].ty.clone();
            return Some((self.window_call(place, Some(&ty))?.text, ty));
        }
        let call = self.draw(&[FunctionKind::Scalar], None)?;
        let ty = self.calls.all[call].ty.clone();
        self.written_call(place.deeper(), call).map(|piece| (piece.text, ty))
    }

    /// Adds an item, with a name unless it can do without.
    pub(super) fn item(
        &mut self,
        text: String,
        ty: &SqlType,
        named: bool,
        items: &mut Vec<String>,
        outputs: &mut Vec<Output>,
    ) {
        // Columns without an alias are named after their text, which must not repeat.
        if !named && self.random.chance(20) && !items.contains(&text) && !crate::text::is_constant(&text) {
            items.push(text);
            outputs.push(Output { name: String::new(), ty: ty.clone() });
            return;
        }
        let name = self.fresh("c");
        let word = self.random.word(&[" AS", " AS", ""]);
        items.push(format!("{text}{word} {name}"));
        outputs.push(Output { name, ty: ty.clone() });
    }

    fn plain(
        &mut self,
        want: Option<&[SqlType]>,
        scope: &Scope,
        tail: &str,
        named: bool,
        distinct: bool,
    ) -> Selected {
        let word = if distinct { "SELECT DISTINCT" } else { "SELECT" };
        if want.is_none()
            && self.random.chance(15)
            && let Some((item, outputs)) = self.wildcard(scope, named, distinct)
        {
            let text = format!("{word} {item}{tail}");
            return Selected { text, outputs, order_first: Vec::new(), order: Vec::new() };
        }
        let (names, definitions) =
            if distinct { (Vec::new(), String::new()) } else { self.named_windows(scope) };
        let types = self.types_of(want, distinct);
        let windows = !distinct && self.has(Feature::Over);
        let place = Place { windows, named: &names, ..Place::new(Clause::Select, scope, 2) };
        let (items, outputs) = self.items(place, &types, want.is_none() && !distinct, named);
        let qualify = if distinct { String::new() } else { self.qualify(place) };
        let top = if self.may(Feature::Top, 5) && !distinct { " TOP 3" } else { "" };
        // Between the two DataFusion's parser takes either order.
        let text = format!("{word}{top} {items}{tail}{definitions}{qualify}");
        let order = if distinct { Vec::new() } else { self.sort_keys_over(scope) };
        Selected { text, outputs, order_first: Vec::new(), order }
    }

    /// Keys of ORDER BY over the columns of FROM.
    fn sort_keys_over(&mut self, scope: &Scope) -> Vec<String> {
        let place = Place::new(Clause::OrderBy, scope, 2);
        let place = Place { params: false, windows: false, subqueries: false, ..place };
        vec![self.sort_key(place)]
    }

    /// `*` and its kin, with the columns that it stands for.
    fn wildcard(&mut self, scope: &Scope, named: bool, distinct: bool) -> Option<(String, Vec<Output>)> {
        let own_names = scope.has_own_names() && scope.merged.is_empty();
        if named && !own_names {
            return None;
        }
        if distinct && scope.columns.iter().any(|column| !crate::types::is_scalar(&column.ty)) {
            return None;
        }
        let output =
            |column: &crate::scope::Column| Output { name: column.name.clone(), ty: column.ty.clone() };
        let all: Vec<Output> = scope.columns.iter().map(output).collect();
        if own_names && scope.columns.len() > 1 && self.may(Feature::WildcardOptions, 50) {
            return self.wildcard_options(scope, all);
        }
        let tables = scope.tables();
        if self.random.chance(40) && !tables.is_empty() {
            let table = (*self.random.pick(&tables)?).to_owned();
            let own = scope.columns.iter().filter(|column| column.table.as_ref() == Some(&table));
            let outputs = if own_names { own.map(output).collect() } else { Vec::new() };
            return Some((format!("{table}.*"), outputs));
        }
        Some(("*".to_owned(), if own_names { all } else { Vec::new() }))
    }

    fn wildcard_options(&mut self, scope: &Scope, mut all: Vec<Output>) -> Option<(String, Vec<Output>)> {
        let place = self.random.below(all.len());
        let name = all[place].name.clone();
        let item = match self.random.below(4) {
            0 => format!("* EXCLUDE ({name})"),
            1 => format!("* EXCLUDE {name}"),
            2 => format!("* EXCEPT ({name})"),
            _ => {
                let ty = self.plain_type();
                let value = self.typed(Place::new(Clause::Select, scope, 2), &ty).text;
                all[place].ty = ty;
                return Some((format!("* REPLACE ({value} AS {name})"), all));
            }
        };
        all.remove(place);
        Some((item, all))
    }

    /// `WINDOW w AS (…)` and the names that it gives.
    fn named_windows(&mut self, scope: &Scope) -> (Vec<String>, String) {
        if !self.may(Feature::NamedWindow, 20) {
            return (Vec::new(), String::new());
        }
        let place = Place { subqueries: false, ..Place::new(Clause::Window, scope, 2) };
        let (mut names, mut definitions) = (Vec::new(), Vec::new());
        for _ in 0..1 + self.random.below(2) {
            let name = self.fresh("w");
            definitions.push(format!("{name} AS ({})", self.window(place, true)));
            names.push(name);
        }
        (names, format!(" WINDOW {}", definitions.join(", ")))
    }

    fn qualify(&mut self, place: Place<'_>) -> String {
        if !self.may(Feature::Qualify, 65) {
            return String::new();
        }
        let place = Place { clause: Clause::Qualify, windows: true, ..place };
        let types = [SqlType::Int64, SqlType::UInt64, SqlType::Int32];
        let Some(ty) = self.random.pick(&types).cloned() else { return String::new() };
        let Some(window) = self.window_call(place, Some(&ty)) else { return String::new() };
        let sign = self.random.word(crate::operators::COMPARISONS);
        let limit = self.constant(&ty);
        let more = if self.random.chance(70) {
            format!(" AND {}", self.operand(place, &SqlType::Boolean))
        } else {
            String::new()
        };
        format!(" QUALIFY {} {sign} {limit}{more}", window.operand())
    }

    fn distinct_on(&mut self, want: Option<&[SqlType]>, scope: &Scope, tail: &str, named: bool) -> Selected {
        let mut keys = Vec::new();
        let place = Place {
            params: false,
            subqueries: false,
            stable: true,
            ..Place::new(Clause::DistinctOn, scope, 3)
        };
        for _ in 0..1 + self.random.below(2) {
            let ty = self.plain_type();
            let key = self.computed_key(place, &ty);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let types = self.types_of(want, false);
        let (items, outputs) =
            self.items(Place::new(Clause::Select, scope, 2), &types, want.is_none(), named);
        let text = format!("SELECT DISTINCT ON ({}) {items}{tail}", keys.join(", "));
        Selected { text, outputs, order_first: keys, order: Vec::new() }
    }

    /// Aggregates over all rows.
    fn total(&mut self, want: Option<&[SqlType]>, scope: &Scope, tail: &str, named: bool) -> Selected {
        let no_keys: [Key; 0] = [];
        let place = Place { aggregates: true, ..Place::new(Clause::Select, scope, 2) };
        let place = Place { keys: Some(&no_keys), ..place };
        let (mut items, mut outputs) = (Vec::new(), Vec::new());
        for ty in self.aggregate_types(want) {
            let text = self.grouped_item(place, &ty);
            self.item(text, &ty, named, &mut items, &mut outputs);
        }
        if !items.iter().any(|item| item.contains('(')) {
            items.push("count(*) AS n".to_owned());
            outputs.push(Output { name: "n".to_owned(), ty: SqlType::Int64 });
            if want.is_some() {
                // The list is as long as it must be: a plain query instead.
                return self.plain(want, scope, tail, named, false);
            }
        }
        let text = format!("SELECT {}{tail}", items.join(", "));
        Selected { text, outputs, order_first: Vec::new(), order: Vec::new() }
    }
}
