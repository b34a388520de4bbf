//! GROUP BY in all its forms, with HAVING and what may stand in the list over it.

use querent_schema::dialect::FunctionKind;
use querent_types::SqlType;

use super::query::Output;
use super::select::Selected;
use super::{Generator, Key, Place};
use crate::features::Feature;
use crate::scope::Scope;
use crate::walk::Clause;

/// A form of GROUP BY.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Keys,
    All,
    Ordinals,
    Aliases,
    Sets,
    Rollup,
    Cube,
}

impl Generator {
    /// A grouped SELECT.
    pub(super) fn grouped(
        &mut self,
        want: Option<&[SqlType]>,
        scope: &Scope,
        tail: &str,
        named: bool,
    ) -> Selected {
        let keys = self.keys(scope);
        let form = self.form();
        let sets = matches!(form, Form::Sets | Form::Rollup | Form::Cube);
        let windows = self.has(Feature::MixedAggregates) && self.has(Feature::Over);
        let place = Place {
            aggregates: true,
            windows,
            subqueries: false,
            params: false,
            keys: Some(&keys),
            ..Place::new(Clause::Select, scope, 2)
        };
        let (mut items, mut outputs) = (Vec::new(), Vec::new());
        // These forms speak of the list, so the keys must stand in it.
        let listed = matches!(form, Form::Ordinals | Form::Aliases | Form::All) && want.is_none();
        let form = if matches!(form, Form::Ordinals | Form::Aliases | Form::All) && !listed {
            Form::Keys
        } else {
            form
        };
        for key in keys.iter().filter(|_| listed) {
            let name = self.fresh("c");
            items.push(format!("{} AS {name}", key.text));
            outputs.push(Output { name, ty: key.ty.clone() });
        }
        for ty in self.grouped_types(want, &keys) {
            let text = match sets && ty == SqlType::Int32 && self.may(Feature::Grouping, 40) {
                true => {
                    self.random.pick(&keys).map_or("1".to_owned(), |key| format!("grouping({})", key.text))
                }
                false => self.grouped_item(place, &ty),
            };
            self.item(text, &ty, named, &mut items, &mut outputs);
        }
        let grouping = self.grouping(form, &keys, &outputs);
        let having = self.having(place);
        let order = self.grouped_order(place);
        let text = format!("SELECT {}{tail} GROUP BY {grouping}{having}", items.join(", "));
        Selected { text, outputs, order_first: Vec::new(), order }
    }

    fn keys(&mut self, scope: &Scope) -> Vec<Key> {
        let place =
            Place { params: false, subqueries: false, stable: true, ..Place::new(Clause::GroupBy, scope, 2) };
        let mut keys: Vec<Key> = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let ty = self.plain_type();
            let computed = self.may(Feature::GroupByExpression, 45);
            let column = if computed { None } else { self.column(place, &ty) };
            let text = match column {
                Some(column) => column.text,
                None if self.has(Feature::GroupByExpression) => self.computed_key(place, &ty),
                None => continue,
            };
            if !keys.iter().any(|key| key.text == text) {
                keys.push(Key { text, ty });
            }
        }
        if keys.is_empty() {
            keys.extend(
                self.random
                    .pick(&scope.columns)
                    .map(|column| Key { text: scope.written(column, false), ty: column.ty.clone() }),
            );
        }
        keys
    }

    fn form(&mut self) -> Form {
        let all = [
            (Form::All, Feature::GroupByAll),
            (Form::Ordinals, Feature::GroupByOrdinal),
            (Form::Aliases, Feature::GroupByAlias),
            (Form::Sets, Feature::GroupingSets),
            (Form::Rollup, Feature::GroupingSets),
            (Form::Cube, Feature::GroupingSets),
        ];
        let had: Vec<Form> =
            all.iter().filter(|(_, feature)| self.has(*feature)).map(|(form, _)| *form).collect();
        match self.random.chance(50) {
            true => self.random.pick(&had).copied().unwrap_or(Form::Keys),
            false => Form::Keys,
        }
    }

    fn grouping(&mut self, form: Form, keys: &[Key], outputs: &[Output]) -> String {
        let texts: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
        match form {
            Form::Keys => texts.join(", "),
            Form::All => "ALL".to_owned(),
            Form::Ordinals => (1..=keys.len()).map(|n| n.to_string()).collect::<Vec<_>>().join(", "),
            Form::Aliases => {
                let names = outputs.iter().take(keys.len()).map(|output| output.name.as_str());
                names.collect::<Vec<_>>().join(", ")
            }
            Form::Rollup => format!("ROLLUP ({})", bracketed(&texts)),
            Form::Cube => format!("CUBE ({})", bracketed(&texts)),
            Form::Sets => {
                let mut sets = vec![format!("({})", texts.join(", "))];
                sets.extend(self.random.pick(&texts).map(|text| format!("({text})")));
                if self.random.chance(50) {
                    sets.push("()".to_owned());
                }
                format!("GROUPING SETS ({})", sets.join(", "))
            }
        }
    }

    /// The types of a grouped list: those of keys, and those that aggregates give.
    fn grouped_types(&mut self, want: Option<&[SqlType]>, keys: &[Key]) -> Vec<SqlType> {
        let mut types = self.aggregate_types(want);
        if want.is_none()
            && let Some(key) = self.random.pick(keys)
        {
            types.push(key.ty.clone());
        }
        types
    }

    /// The types of a list of aggregates: those of the ones that were drawn least.
    pub(super) fn aggregate_types(&mut self, want: Option<&[SqlType]>) -> Vec<SqlType> {
        if let Some(want) = want {
            return want.to_vec();
        }
        let count = 1 + self.random.below(3);
        let mut types = Vec::new();
        for _ in 0..count {
            let call = self.draw(&[FunctionKind::Aggregate], None);
            types.extend(call.map(|call| self.calls.all[call].ty.clone()));
        }
        if types.is_empty() {
            types.push(SqlType::Int64);
        }
        types
    }

    /// One entry of a list over groups.
    pub(super) fn grouped_item(&mut self, place: Place<'_>, ty: &SqlType) -> String {
        let aggregate = self.random.chance(60);
        if aggregate && let Some(piece) = self.aggregate(place, Some(ty)) {
            return piece.text;
        }
        if self.has(Feature::MixedAggregates) {
            return self.typed(place, ty).text;
        }
        if let Some(key) = self.column(place, &crate::types::plain(ty)) {
            return key.text;
        }
        match self.aggregate(place, Some(ty)) {
            Some(piece) => piece.text,
            None => self.constant(ty),
        }
    }

    fn having(&mut self, place: Place<'_>) -> String {
        if !self.random.chance(88) {
            return String::new();
        }
        let place = Place { clause: Clause::Having, windows: false, subqueries: true, params: true, ..place };
        if self.has(Feature::MixedAggregates) && self.random.chance(60) {
            return format!(" HAVING {}", self.condition(place));
        }
        let ty = self.plain_type();
        match self.aggregate(Place { params: false, ..place }, Some(&ty)) {
            Some(aggregate) => {
                let sign = self.random.word(crate::operators::COMPARISONS);
                format!(
                    " HAVING {} {sign} {}",
                    aggregate.text,
                    self.beside(Place { depth: 0, keys: Some(&[]), ..place }, &ty)
                )
            }
            None => " HAVING count(*) > 1".to_owned(),
        }
    }

    fn grouped_order(&mut self, place: Place<'_>) -> Vec<String> {
        if !self.has(Feature::MixedAggregates) {
            return Vec::new();
        }
        let place = Place { clause: Clause::OrderBy, windows: false, ..place };
        vec![self.sort_key(place)]
    }
}

/// Keys between commas; what begins with a bracket would be read as a set of keys.
fn bracketed(texts: &[&str]) -> String {
    let one = |text: &&str| if text.starts_with('(') { format!("({text})") } else { (*text).to_owned() };
    texts.iter().map(one).collect::<Vec<_>>().join(", ")
}
