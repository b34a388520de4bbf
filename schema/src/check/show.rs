//! SHOW, as DataFusion answers it from its information schema.

use querent_types::{ColumnDescription, SqlType};

use crate::ast::{Ident, Name, Span};
use crate::dialect::Syntax;

use super::binder::Binder;
use super::dml::text_columns;
use super::scope::Relation;
use super::table::made;
use super::typed::{Ty, Why};

impl<'a> Binder<'a> {
    /// The table that `SHOW COLUMNS FROM table` names.
    fn shown(&mut self, words: &[Ident]) {
        let from = |word: &Ident| ["FROM", "IN"].contains(&word.value.to_uppercase().as_str());
        let ends = |word: &Ident| ["LIKE", "ILIKE", "WHERE"].contains(&word.value.to_uppercase().as_str());
        let named = words.iter().skip_while(|word| !from(word)).skip(1);
        let parts: Vec<Ident> = named.take_while(|word| !from(word) && !ends(word)).cloned().collect();
        if !parts.is_empty() {
            self.lookup(&Name { parts });
        }
    }

    /// The option that SHOW names: the engine's own all begin with its name.
    fn option(&mut self, words: &[&str], span: Span) {
        let name = words.join(".").replace('.', " ").to_lowercase();
        let known =
            matches!(name.as_str(), "all" | "timezone" | "time zone") || name.starts_with("datafusion ");
        if !known {
            self.refused(
                Syntax::UnknownOption,
                &format!("SHOW of `{}`", words.join(" ").to_lowercase()),
                span,
            );
        }
    }

    /// `SHOW …`, as DataFusion answers it from its information schema.
    pub(super) fn show(&mut self, words: &[Ident], span: Span) -> Relation {
        let upper: Vec<String> = words.iter().map(|word| word.value.to_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let upper = if upper.first() == Some(&"SHOW") { &upper[1..] } else { &upper[..] };
        match upper {
            ["TABLES", ..] => {
                text_columns(&["table_catalog", "table_schema", "table_name", "table_type"], span)
            }
            ["COLUMNS", ..] | ["FULL" | "EXTENDED", "COLUMNS", ..] | ["FIELDS", ..] => {
                self.shown(words);
                if upper.iter().any(|word| ["LIKE", "WHERE"].contains(word)) {
                    self.unsupported("SHOW COLUMNS with LIKE or WHERE", span);
                }
                if upper[0] != "COLUMNS" && upper[0] != "FIELDS" {
                    let name = ["datafusion", "information_schema", "columns"].map(str::to_owned);
                    let table = (self.dialect.reading.system_table)(&name);
                    let whole = table.as_ref().map(|table| &table.columns[..]).unwrap_or_default();
                    let field = |column: &ColumnDescription| {
                        let ty = column.ty.clone().map_or(Ty::Error, Ty::Known);
                        made(
                            &column.name,
                            ty,
                            column.nullable,
                            Why::Static("as information_schema says"),
                            span,
                        )
                    };
                    let fields = whole.iter().map(field).collect();
                    return Relation { fields, ..Relation::default() };
                }
                let names = [
                    "table_catalog",
                    "table_schema",
                    "table_name",
                    "column_name",
                    "data_type",
                    "is_nullable",
                ];
                text_columns(&names, span)
            }
            ["FUNCTIONS", ..] => {
                let names = [
                    "function_name",
                    "return_type",
                    "parameters",
                    "parameter_types",
                    "function_type",
                    "description",
                    "syntax_example",
                ];
                let mut relation = text_columns(&names, span);
                for (i, field) in relation.fields.iter_mut().enumerate() {
                    (field.nullable, field.why) = (true, Why::Static("not every function says so"));
                    if (2..=3).contains(&i) {
                        field.ty = Ty::Known(SqlType::list(SqlType::TEXT));
                    }
                }
                relation
            }
            ["CREATE", "TABLE", ..] => {
                self.lookup(&Name { parts: words[2..].to_vec() });
                let names = ["table_catalog", "table_schema", "table_name", "definition"];
                let mut relation = text_columns(&names, span);
                if let Some(definition) = relation.fields.get_mut(3) {
                    (definition.nullable, definition.why) = (true, Why::Static("not every table has one"));
                }
                relation
            }
            [option @ .., "VERBOSE"] => {
                self.option(option, span);
                let mut relation = text_columns(&["name", "value", "description"], span);
                for field in relation.fields.iter_mut().skip(1) {
                    (field.nullable, field.why) = (true, Why::Static("a setting may have no value"));
                }
                relation
            }
            option => {
                self.option(option, span);
                let mut relation = text_columns(&["name", "value"], span);
                if let Some(value) = relation.fields.get_mut(1) {
                    (value.nullable, value.why) = (true, Why::Static("a setting may have no value"));
                }
                relation
            }
        }
    }
}
