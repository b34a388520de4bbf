//! Rows for a table: some complete, some with NULL in every other place that may hold one, one with NULL in all of them.
//!
//! The values are those that the generator compares with, so that filters let some of them through and joins find partners.
//! Which rows come is fixed: no random number is drawn.

use querent_types::{ColumnDescription, SqlType, TableDescription};

/// Rows of a table: few, for Calcite (2.17.0) stops no statement that takes long, and a node soon has no memory left.
const ROWS: usize = 6;
/// Values of a type: more than there are rows, so that a key may take one for each.
const VALUES: usize = 9;
const WHOLES: [&str; VALUES] = ["1", "2", "3", "5", "7", "10", "42", "100", "4"];
const FRACTIONS: [&str; VALUES] = ["0.5", "1.5", "2.25", "10.0", "99.9", "1.0", "3.0", "7.0", "42.0"];
const WORDS: [&str; VALUES] = ["a", "abc", "Zebra", "x y", "BUILDING", "ünï", "it''s", "%a_", "1994-01-01"];
const BYTES: [&str; VALUES] = ["0A", "AB01", "616263", "00", "01", "02", "03", "04", "05"];
const DAYS: [&str; VALUES] = [
    "1994-01-01",
    "2013-06-15",
    "2024-02-29",
    "2000-01-01",
    "2000-02-15",
    "1999-12-31",
    "2001-03-05",
    "2002-01-01",
    "2003-01-01",
];
const TIMES: [&str; VALUES] = [
    "00:00:00", "10:30:00", "23:59:59", "01:00:00", "02:00:00", "03:00:00", "04:00:00", "05:00:00",
    "06:00:00",
];

/// The first row with NULLs.
const HOLES: usize = 3;

/// The statement that puts them in.
pub(super) fn insert(table: &TableDescription) -> String {
    let columns: Vec<&ColumnDescription> = table.columns.iter().filter(|column| !column.hidden).collect();
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let rows = (0..ROWS).map(|row| {
        let values = columns.iter().enumerate().map(|(place, column)| value(table, column, place, row));
        format!("({})", values.collect::<Vec<_>>().join(", "))
    });
    let name = quoted(table.path.last().map_or("", String::as_str));
    format!("INSERT INTO {name} ({}) VALUES {}", names.join(", "), rows.collect::<Vec<_>>().join(", "))
}

fn value(table: &TableDescription, column: &ColumnDescription, place: usize, row: usize) -> String {
    let hole = row == ROWS - 1 || row >= HOLES && (row + place).is_multiple_of(2);
    if column.nullable && hole {
        return "NULL".to_owned();
    }
    // Keys differ from row to row; other columns repeat values, each beginning somewhere else.
    let is_key = table.primary_key.contains(&column.name);
    let at = if is_key { row } else { (place * 5 + row % HOLES) % VALUES };
    match &column.ty {
        Some(SqlType::Boolean) => if at.is_multiple_of(2) { "TRUE" } else { "FALSE" }.to_owned(),
        Some(SqlType::Int8) => format!("CAST({} AS TINYINT)", WHOLES[at]),
        Some(SqlType::Int16) => format!("CAST({} AS SMALLINT)", WHOLES[at]),
        Some(SqlType::Int32) => WHOLES[at].to_owned(),
        Some(SqlType::Int64) => format!("CAST({} AS BIGINT)", WHOLES[at]),
        Some(SqlType::Float32) => format!("CAST({} AS REAL)", FRACTIONS[at]),
        Some(SqlType::Float64) => format!("CAST({} AS DOUBLE)", FRACTIONS[at]),
        Some(SqlType::BigDecimal | SqlType::Decimal { .. }) => FRACTIONS[at].to_owned(),
        Some(SqlType::Binary(_)) => format!("X'{}'", BYTES[at]),
        Some(SqlType::Uuid) => format!("CAST('123e4567-e89b-12d3-a456-42661417400{at}' AS UUID)"),
        Some(SqlType::Date32) => format!("DATE '{}'", DAYS[at]),
        Some(SqlType::Time(_)) => format!("TIME '{}'", TIMES[at]),
        Some(SqlType::Timestamp(..)) => format!("TIMESTAMP '{} {}'", DAYS[at], TIMES[at % 3]),
        _ => format!("'{}'", WORDS[at]),
    }
}

/// A name in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_nulls_are_where_they_may_be() {
        let columns = vec![
            ColumnDescription::new("ID", SqlType::Int32, false),
            ColumnDescription::new("A", SqlType::TEXT, true),
            ColumnDescription::new("B", SqlType::TEXT, true),
        ];
        let mut table = TableDescription::new(vec!["PUBLIC".to_owned(), "T".to_owned()], columns);
        table.primary_key = vec!["ID".to_owned()];
        let sql = insert(&table);
        assert!(
            sql.starts_with("INSERT INTO \"T\" (\"ID\", \"A\", \"B\") VALUES (1, 'ünï', 'abc'), (2,"),
            "{sql}"
        );
        assert!(sql.ends_with("(10, NULL, NULL)"), "{sql}");
        assert_eq!(sql.matches("NULL").count(), 4, "{sql}");
    }
}
