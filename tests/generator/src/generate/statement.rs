//! Whole statements: queries, writes, and what speaks of them.

use super::Generator;
use crate::features::Feature;

/// How deep queries nest.
const DEPTH: u8 = 2;

impl Generator {
    /// A statement, and whether it changes rows.
    pub(super) fn any_statement(&mut self) -> (String, bool) {
        let drawn = self.random.below(100);
        if drawn < 3 && self.has(Feature::Explain) {
            let word = if self.dialect.name == "datafusion" && self.random.chance(20) {
                "EXPLAIN ANALYZE"
            } else {
                "EXPLAIN"
            };
            return (format!("{word} {}", self.query(None, 1, false).0), false);
        }
        if drawn < 3 && self.has(Feature::ExplainPlanFor) {
            return (format!("EXPLAIN PLAN FOR {}", self.query(None, 1, false).0), false);
        }
        if drawn == 3 && self.has(Feature::Describe) {
            let table = self.random.pick(&self.tables).map(|table| table.name.clone());
            if let Some(table) = table {
                return (format!("DESCRIBE {table}"), false);
            }
        }
        if drawn == 4 && self.has(Feature::Show) {
            let table = self.random.pick(&self.tables).map(|table| table.name.clone());
            return match table {
                Some(table) if self.random.chance(50) => (format!("SHOW COLUMNS FROM {table}"), false),
                _ => ("SHOW TABLES".to_owned(), false),
            };
        }
        if drawn < 29
            && let Some(write) = self.write()
        {
            return (write, true);
        }
        (self.query(None, DEPTH, false).0, false)
    }
}
