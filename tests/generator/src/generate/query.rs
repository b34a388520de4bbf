//! Queries: WITH, set operations, VALUES, ORDER BY, LIMIT.

use querent_types::SqlType;

use super::select::Selected;
use super::{Generator, Place};
use crate::features::Feature;
use crate::scope::{Column, Scope, Table};
use crate::walk::Clause;

/// A column of a query's result.
#[derive(Debug, Clone)]
pub(super) struct Output {
    /// Its name as it is written; empty where it is not known.
    pub(super) name: String,
    pub(super) ty: SqlType,
}

impl Generator {
    /// A query with columns of the wanted types, or of any. `named`: each has a name of its own.
    pub(super) fn query(
        &mut self,
        want: Option<&[SqlType]>,
        depth: u8,
        named: bool,
    ) -> (String, Vec<Output>) {
        let outside = self.statement.ctes.len();
        let with =
            if depth > 0 && self.may(Feature::With, 15) { self.with(depth - 1) } else { String::new() };
        let (text, outputs) = self.without_with(want, depth, named);
        self.statement.ctes.truncate(outside);
        (with + &text, outputs)
    }

    fn without_with(&mut self, want: Option<&[SqlType]>, depth: u8, named: bool) -> (String, Vec<Output>) {
        let body = self.body(want, depth, named);
        let bare = body.text.starts_with("VALUES ") && !self.has(Feature::SortedValues);
        let tail = if bare { String::new() } else { self.tail(&body, named) };
        (body.text + &tail, body.outputs)
    }

    fn body(&mut self, want: Option<&[SqlType]>, depth: u8, named: bool) -> Selected {
        match self.random.below(100) {
            0..14 if depth > 0 => self.set_operation(want, depth - 1, named),
            14..18 if want.is_none() && !named && self.has(Feature::ValuesQuery) => self.values_query(),
            _ => self.select(want, depth, named),
        }
    }

    fn with(&mut self, depth: u8) -> String {
        if self.may(Feature::WithRecursive, 30) {
            return self.recursive();
        }
        let mut parts = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let (query, outputs) = match self.has(Feature::NestedWith) {
                true => self.query(None, depth, true),
                false => self.without_with(None, depth, true),
            };
            let name = self.fresh("e");
            let own = self.may(Feature::WithColumns, 30);
            let names: Vec<String> = outputs
                .iter()
                .map(|output| if own { self.fresh("d") } else { output.name.clone() })
                .collect();
            let list = if own { format!(" ({})", names.join(", ")) } else { String::new() };
            parts.push(format!("{name}{list} AS ({query})"));
            let column = |(name, output): (String, Output)| Column {
                name,
                table: None,
                ty: output.ty,
                optional: true,
            };
            let columns = names.into_iter().zip(outputs).map(column).collect();
            self.statement.ctes.push(Table {
                name,
                columns,
                writable: false,
                key: Vec::new(),
                replicated: false,
            });
        }
        format!("WITH {} ", parts.join(", "))
    }

    fn set_operation(&mut self, want: Option<&[SqlType]>, depth: u8, named: bool) -> Selected {
        let mut words = Vec::new();
        let all = [
            ("UNION", Feature::Union),
            ("UNION ALL", Feature::Union),
            ("EXCEPT", Feature::Except),
            ("INTERSECT", Feature::Intersect),
            ("MINUS", Feature::Minus),
            ("UNION BY NAME", Feature::ByName),
            ("UNION ALL BY NAME", Feature::ByName),
        ];
        words.extend(all.iter().filter(|(_, feature)| self.has(*feature)).map(|(word, _)| *word));
        if self.has(Feature::SetAll) {
            words.extend(["EXCEPT ALL", "INTERSECT ALL"]);
        }
        let Some(word) = self.random.pick(&words).copied() else { return self.select(want, depth, named) };
        let types = match want {
            Some(want) => want.to_vec(),
            None => self.types_of(None, true),
        };
        let left = self.select(Some(&types), depth, true);
        let right = if word.ends_with("NAME") {
            let names: Vec<Output> = left.outputs.clone();
            self.renamed(&types, &names)
        } else {
            self.select(Some(&types), depth, true).text
        };
        let (mut a, mut b) = (left.text, right);
        if self.may(Feature::NestedQuery, 25) {
            a = format!("({a})");
        }
        if self.may(Feature::NestedQuery, 25) {
            b = format!("({b})");
        }
        let text = format!("{a} {word} {b}");
        Selected { text, outputs: left.outputs, order_first: Vec::new(), order: Vec::new() }
    }

    /// Constants under the names of another query's columns.
    fn renamed(&mut self, types: &[SqlType], names: &[Output]) -> String {
        let items: Vec<String> = types
            .iter()
            .zip(names)
            .map(|(ty, output)| format!("{} AS {}", self.constant(ty), output.name))
            .collect();
        format!("SELECT {}", items.join(", "))
    }

    fn values_query(&mut self) -> Selected {
        let types = self.types_of(None, true);
        let nothing = Scope::default();
        let place = Place { params: false, ..Place::new(Clause::Values, &nothing, 2) };
        let mut rows = Vec::new();
        for _ in 0..1 + self.random.below(3) {
            let row: Vec<String> = types.iter().map(|ty| self.typed(place, ty).text).collect();
            rows.push(format!("({})", row.join(", ")));
        }
        let outputs = types.iter().map(|ty| Output { name: String::new(), ty: ty.clone() }).collect();
        Selected {
            text: format!("VALUES {}", rows.join(", ")),
            outputs,
            order_first: Vec::new(),
            order: Vec::new(),
        }
    }

    /// ORDER BY and LIMIT.
    fn tail(&mut self, body: &Selected, named: bool) -> String {
        let mut text = String::new();
        let ordered = self.random.chance(if named { 12 } else { 50 });
        if ordered || !body.order_first.is_empty() {
            text.push_str(&self.order_by(body));
        }
        if self.random.chance(if named { 10 } else { 30 }) {
            text.push_str(&self.limit());
        }
        text
    }

    fn order_by(&mut self, body: &Selected) -> String {
        let mut keys: Vec<String> = Vec::new();
        for key in &body.order_first {
            keys.push(format!("{key}{}", self.direction()));
        }
        if keys.is_empty() && !body.outputs.is_empty() && self.may(Feature::OrderByAll, 8) {
            let compare = body.outputs.iter().all(|output| crate::types::is_scalar(&output.ty));
            if compare {
                return " ORDER BY ALL".to_owned();
            }
        }
        if self.random.chance(55) {
            keys.extend(self.random.pick(&body.order).cloned());
        }
        if !body.outputs.is_empty() && (keys.is_empty() || self.random.chance(40)) {
            let place = self.random.below(body.outputs.len());
            let output = &body.outputs[place];
            if crate::types::is_scalar(&output.ty) {
                let by_name = !output.name.is_empty() && self.random.chance(60);
                let key = if by_name { output.name.clone() } else { (place + 1).to_string() };
                keys.push(format!("{key}{}", self.direction()));
            }
        }
        if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) }
    }

    fn limit(&mut self) -> String {
        let amount = if self.may(Feature::LimitParameter, 25) {
            self.parameter(&SqlType::Int64)
        } else {
            self.random.word(&["1", "5", "10"]).to_owned()
        };
        if self.may(Feature::Fetch, 20) {
            return format!(" FETCH FIRST {amount} ROWS ONLY");
        }
        if !self.has(Feature::Limit) {
            return String::new();
        }
        let offset =
            if self.may(Feature::Offset, 40) { self.random.word(&[" OFFSET 1", " OFFSET 3"]) } else { "" };
        format!(" LIMIT {amount}{offset}")
    }
}
