//! WITH RECURSIVE: a start, and a step over itself that comes to an end.

use querent_types::SqlType;

use super::Generator;
use crate::scope::{Column, Table};

impl Generator {
    /// `WITH RECURSIVE r (…) AS (start UNION ALL step) `; the name can be used afterwards.
    pub(super) fn recursive(&mut self) -> String {
        let (name, count, other) = (self.fresh("r"), self.fresh("d"), self.fresh("d"));
        let ty = self.plain_type();
        let value = self.constant(&ty);
        let word = self.random.word(&["UNION ALL", "UNION"]);
        let (list, first, second) = match self.random.chance(50) {
            true => (format!(" ({count}, {other})"), " AS a".to_owned(), " AS b".to_owned()),
            false => (String::new(), format!(" AS {count}"), format!(" AS {other}")),
        };
        let start = format!("SELECT 1{first}, {value}{second}");
        let step = match self.random.below(3) {
            // Joined with a table of its own.
            0 => {
                let table = self.random.pick(&self.tables).map(|table| table.name.clone());
                let from = table.map_or(String::new(), |table| format!(" CROSS JOIN {table} AS z"));
                format!(
                    "SELECT {name}.{count} + 1, {name}.{other} FROM {name}{from} WHERE {name}.{count} < 3"
                )
            }
            _ => format!("SELECT {count} + 1, {other} FROM {name} WHERE {count} < 5"),
        };
        let column = |name: String, ty: SqlType| Column { name, table: None, ty, optional: true };
        let columns = vec![column(count, SqlType::Int64), column(other, ty)];
        self.statement.ctes.push(Table {
            name: name.clone(),
            columns,
            writable: false,
            key: Vec::new(),
            replicated: false,
        });
        format!("WITH RECURSIVE {name}{list} AS ({start} {word} {step}) ")
    }
}
