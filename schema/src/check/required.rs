//! What a written row must have: columns that an INSERT cannot leave out, and keys that an UPDATE cannot set.

use querent_types::TableDescription;

use crate::ast::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::dialect::Habit;

use super::binder::Binder;

impl Binder<'_> {
    /// Reports NOT NULL columns without a default that an INSERT leaves out.
    pub(super) fn required_columns(
        &mut self,
        all_defaults: bool,
        span: Span,
        table: &TableDescription,
        targets: &[Option<usize>],
    ) {
        if targets.iter().any(Option::is_none) {
            return;
        }
        // The whole key, or the whole value, may be given as one object.
        let given = |pseudo: &str| {
            targets.iter().flatten().any(|&i| table.columns[i].hidden && table.columns[i].name == pseudo)
        };
        let (key, value) = (given("_KEY"), given("_VAL"));
        let whole = |name: &String| if table.primary_key.contains(name) { key } else { value };
        let left_out: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .filter(|(i, column)| {
                !column.nullable
                    && !column.has_default
                    && !column.hidden
                    && !whole(&column.name)
                    && (all_defaults || !targets.contains(&Some(*i)))
            })
            .map(|(_, column)| format!("`{}`", column.name))
            .collect();
        if left_out.is_empty() {
            return;
        }
        let (what, verb) = if left_out.len() == 1 { ("column", "is") } else { ("columns", "are") };
        self.report(
            Diagnostic::error(
                Code::NotNull,
                span,
                format!("{what} {} {verb} NOT NULL without a default and left out", left_out.join(", ")),
            )
            .help(format!("fix this by giving {} a value", left_out.join(", "))),
        );
    }

    /// Reports a column of the key that an UPDATE sets, where it cannot.
    pub(super) fn fixed_key(&mut self, table: &TableDescription, column: usize, span: Span) {
        let name = &table.columns[column].name;
        if self.dialect.has(Habit::KeysAreFixed) && (table.primary_key.contains(name) || name == "_KEY") {
            self.report(
                Diagnostic::error(
                    Code::InvalidTarget,
                    span,
                    format!("`{name}` belongs to the key and cannot be set"),
                )
                .help("fix this by a DELETE and an INSERT"),
            );
        }
    }
}
