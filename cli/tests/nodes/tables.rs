//! What is made on a node, and what every node has.

use std::path::Path;

use querent_schema::cache::CacheDir;
use querent_schema::dialect;
use querent_types::TableDescription;

/// Tables of every kind of key, a view, and a row in each, for a cluster knows a binary type from its first object on.
pub(crate) const DDL: &[&str] = &[
    "CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, city VARCHAR) \
     WITH \"template=replicated,cache_name=customers,value_type=Customer\"",
    "CREATE TABLE orders (customer_id INT, id BIGINT, placed DATE, amount DECIMAL(18, 2) NOT NULL, weight DOUBLE, \
     token UUID, noted TIMESTAMP, at TIME, paid BOOLEAN, raw VARBINARY, PRIMARY KEY (customer_id, id)) \
     WITH \"affinity_key=customer_id,cache_name=orders,key_type=OrderKey,value_type=OrderValue\"",
    "CREATE TABLE plain (id BIGINT PRIMARY KEY, note VARCHAR)",
    "CREATE TABLE pairs (a INT, b INT, n INT, PRIMARY KEY (a, b))",
    "CREATE VIEW dear AS SELECT id, amount, ROUND(amount) AS whole FROM orders WHERE amount > 100",
    "INSERT INTO customers (id, name) VALUES (1, 'Ada')",
    "INSERT INTO orders (customer_id, id, amount) VALUES (1, 1, 10.5)",
    "INSERT INTO plain (id, note) VALUES (1, 'x')",
    "INSERT INTO pairs (a, b, n) VALUES (1, 2, 3)",
];

/// That the views of schema SYS are those that the checker knows, `count` of them.
#[track_caller]
pub(crate) fn compare_views(cache: &Path, count: usize) {
    let description = CacheDir::at(cache).description("orders").expect("a cache");
    let dialect = dialect::by_name(&description.dialect).expect("a dialect");
    let views: Vec<&TableDescription> =
        description.tables.iter().filter(|table| table.path[0] == "SYS").collect();
    assert_eq!(views.len(), count);
    let mut wrong = Vec::new();
    for view in &views {
        let known = (dialect.reading.system_table)(&view.path);
        let shape = |view: &TableDescription| -> Vec<String> {
            let column = |c: &querent_types::ColumnDescription| {
                let ty = c.ty.as_ref().map_or("?".to_owned(), ToString::to_string);
                format!("{} {ty}{}", c.name, if c.nullable { "?" } else { "" })
            };
            view.columns.iter().map(column).collect()
        };
        let known = known.as_ref().map(shape);
        if known.as_ref() != Some(&shape(view)) {
            wrong.push(format!("{}\n  the checker: {known:?}\n  the node: {:?}", view.path[1], shape(view)));
        }
    }
    assert!(count >= 45 && wrong.is_empty(), "{count} views:\n{}", wrong.join("\n"));
}
