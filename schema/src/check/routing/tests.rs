//! Which statements have a key, what it is made of, and which of them can be split.

use querent_types::{ColumnDescription, SourceDescription, SqlType, TableDescription};

use crate::catalog::Catalog;
use crate::plan::{Piece, Plan};

fn catalog_of(dialect: &str, text: SqlType) -> Catalog {
    let column = |name: &str, ty: SqlType| ColumnDescription::new(name, ty, true);
    let spread = |name: &str, columns: Vec<ColumnDescription>, key: &str, tier: &str| {
        let mut table = TableDescription::new(vec![name.to_owned()], columns);
        table.properties.insert(TableDescription::ROUTING_KEY.to_owned(), key.to_owned());
        if !tier.is_empty() {
            table.properties.insert(TableDescription::TIER.to_owned(), tier.to_owned());
        }
        table
    };
    let items = vec![
        column("tenant", text.clone()),
        column("id", SqlType::Int64),
        column("note", text.clone()),
        column("qty", SqlType::Int64),
    ];
    let kinds = vec![
        column("flag", SqlType::Boolean),
        column("price", SqlType::BigDecimal),
        column("weight", SqlType::Float64),
        column("name", text),
        column("code", SqlType::Uuid),
    ];
    let by = |key: &str| spread(&format!("by_{key}"), kinds.clone(), key, "");
    Catalog::from_description(SourceDescription {
        backend: "x".to_owned(),
        dialect: dialect.to_owned(),
        tables: vec![
            spread("items", items.clone(), "tenant,id", "hot"),
            spread("stock", items.clone(), "id", ""),
            TableDescription::new(vec!["free".to_owned()], items),
            by("flag"),
            by("price"),
            by("weight"),
            by("name"),
            by("code"),
        ],
        ..SourceDescription::default()
    })
    .unwrap()
}

#[track_caller]
fn plan(text: &str, catalog: &Catalog) -> Plan {
    let checked = crate::check(text, catalog);
    assert!(
        checked.diagnostics.iter().all(|found| found.severity != crate::diagnostic::Severity::Error),
        "{text}: {:?}",
        checked.diagnostics
    );
    checked.plan.unwrap()
}

/// In both dialects: the key in one line.
#[track_caller]
fn check(text: &str, expected: &str) {
    for (dialect, ty) in [("picodata", SqlType::TEXT), ("datafusion", SqlType::TEXT_VIEW)] {
        check_in(&catalog_of(dialect, ty), text, expected);
    }
}

#[track_caller]
fn check_in(catalog: &Catalog, text: &str, expected: &str) {
    let plan = plan(text, catalog);
    let shown = plan.key.as_ref().map(|key| key.shown(&plan.params)).unwrap_or_default();
    assert_eq!(shown, expected, "{text}");
}

#[track_caller]
fn picodata(text: &str, expected: &str) {
    check_in(&catalog_of("picodata", SqlType::TEXT), text, expected);
}

#[test]
fn point_statements_have_a_key() {
    let key = "tier hot, tenant = :tenant, id = :id";
    check("SELECT note FROM items WHERE id = :id AND tenant = :tenant", key);
    check("SELECT i.note FROM items AS i WHERE :tenant = i.TENANT AND (i.id = :id AND note > 'a')", key);
    check("SELECT count(*) FROM items WHERE id = :id AND tenant = :tenant ORDER BY 1", key);
    check("UPDATE items SET note = :note WHERE tenant = :tenant AND id = :id", key);
    check("INSERT INTO items (id, tenant) VALUES (:id, :tenant)", key);
    check("DELETE FROM items WHERE tenant = $1 AND id = $2", "tier hot, tenant = $1, id = $2");
    check("INSERT INTO items VALUES ($1, $2, $3, $4)", "tier hot, tenant = $1, id = $2");
}

#[test]
fn literals_are_part_of_a_key() {
    check("SELECT note FROM items WHERE id = -7 AND tenant = 'it''s'", "tier hot, tenant = 'it''s', id = -7");
    check("DELETE FROM items WHERE tenant = 'a' AND id = :id", "tier hot, tenant = 'a', id = :id");
    check("INSERT INTO stock (id, note) VALUES (NULL, 'x')", "id = NULL");
    check("INSERT INTO stock (id, note) VALUES (9223372036854775807, 'x')", "id = 9223372036854775807");
    check("DELETE FROM by_flag WHERE flag = true", "flag = TRUE");
    check("DELETE FROM by_name WHERE name IN ('a')", "name = 'a'");
    picodata("DELETE FROM by_price WHERE price = 1.50", "price = 1.50");
    picodata("DELETE FROM by_price WHERE price = -0.50", "price = -0.50");
    picodata("DELETE FROM by_weight WHERE weight = 1e3", "weight = 1e3");
    picodata("DELETE FROM by_code WHERE code = $1", "code = $1");
}

#[test]
fn a_literal_of_another_type_is_not() {
    picodata("DELETE FROM by_price WHERE price = 1", "");
    picodata("DELETE FROM by_weight WHERE weight = 1", "");
    picodata("DELETE FROM by_weight WHERE weight = 1.5", "");
    picodata("DELETE FROM stock WHERE id = 1.0", "");
    picodata("DELETE FROM stock WHERE id IN (1, 2.0)", "");
    picodata("INSERT INTO by_price (price) VALUES (1)", "");
    check("DELETE FROM stock WHERE id = 1 + 1", "");
}

#[test]
fn several_keys_split_a_statement() {
    check("SELECT note FROM stock WHERE id IN (:ids..)", "id in (:ids..): split by owner");
    check("SELECT * FROM stock WHERE id IN (:ids..) AND note > 'a'", "id in (:ids..): split by owner");
    check(
        "SELECT upper(note) AS n FROM stock WHERE (id IN (1, :a, :b..))",
        "id in (1, :a, :b..): split by owner",
    );
    check("UPDATE stock SET qty = qty + 1 WHERE id IN (:ids..)", "id in (:ids..): split by owner");
    check("DELETE FROM stock WHERE id IN (1, 2)", "id in (1, 2): split by owner");
    check(
        "DELETE FROM items WHERE tenant = :tenant AND id IN (:ids..)",
        "tier hot, tenant = :tenant, id in (:ids..): split by owner",
    );
    check(
        "DELETE FROM items WHERE tenant IN ('a', 'b') AND id = :id AND id IN (:ids..)",
        "tier hot, tenant in ('a', 'b'), id = :id: split by owner",
    );
    check(
        "INSERT INTO items (id, tenant) VALUES (:a, 'x'), (2, :b),\n (:c, NULL)",
        "tier hot, (tenant, id) of ('x', :a), (:b, 2), (NULL, :c): split by owner",
    );
}

#[test]
fn what_looks_at_several_rows_is_not_split() {
    for text in [
        "SELECT note FROM stock WHERE id IN (:ids..) ORDER BY note",
        "SELECT note FROM stock WHERE id IN (:ids..) LIMIT 3",
        "SELECT DISTINCT note FROM stock WHERE id IN (:ids..)",
        "SELECT count(*) AS n FROM stock WHERE id IN (:ids..)",
        "SELECT upper(max(note)) AS n FROM stock WHERE id IN (:ids..)",
        "SELECT note FROM stock WHERE id IN (:ids..) GROUP BY note",
        "SELECT note FROM stock WHERE id IN (:ids..) GROUP BY note HAVING count(*) > 1",
        "SELECT id, row_number() OVER (ORDER BY id) AS n FROM stock WHERE id IN (:ids..)",
        "SELECT note FROM stock WHERE id NOT IN (:ids..)",
        "SELECT note FROM stock WHERE id IN (:ids..) OR note = 'a'",
        "SELECT note FROM stock WHERE id + 1 IN (:ids..)",
        "SELECT note FROM stock WHERE id IN (:ids.., qty)",
        "SELECT note FROM stock WHERE TRUE {{ AND id IN (:ids..) }}",
        "SELECT note FROM items WHERE id IN (:ids..) AND tenant IN (:tenants..)",
        "SELECT note FROM items WHERE id IN (:ids..)",
        "UPDATE stock SET id = 1 WHERE id IN (:ids..)",
        "INSERT INTO stock (id, qty) VALUES (1, 2), (1 + 1, 3)",
    ] {
        check(text, "");
    }
}

#[test]
fn what_is_no_point_statement_has_none() {
    for text in [
        "SELECT note FROM items WHERE id = :id",
        "SELECT note FROM free WHERE id = :id AND tenant = :tenant",
        "SELECT note FROM items WHERE id = :id OR tenant = :tenant",
        "SELECT note FROM items WHERE NOT (id = :id AND tenant = :tenant)",
        "SELECT note FROM items WHERE id = :id + 1 AND tenant = :tenant",
        "SELECT note FROM items WHERE id = CAST(:id AS INT) AND tenant = :tenant",
        "SELECT note FROM items WHERE tenant = :tenant {{ AND id = :id }}",
        "SELECT note FROM items WHERE tenant = :tenant AND id = :id {{ AND note = :note }}",
        "SELECT a.note FROM items a JOIN items b ON a.id = b.id WHERE a.id = :id AND a.tenant = :tenant",
        "SELECT (SELECT max(id) FROM items) AS m FROM items WHERE id = :id AND tenant = :tenant",
        "SELECT note FROM items WHERE id = :id AND tenant = :tenant UNION SELECT note FROM items",
        "UPDATE items SET id = :new WHERE tenant = :tenant AND id = :id",
        "INSERT INTO items (tenant, id) SELECT note, id FROM free WHERE id = :id AND tenant = :tenant",
        "INSERT INTO items (note, id) VALUES (:note, :id)",
    ] {
        check(text, "");
    }
}

/// What stands apart in a template: `split` for a list, a number of rows.
#[track_caller]
fn apart(text: &str, expected: &str) {
    let plan = plan(text, &catalog_of("picodata", SqlType::TEXT));
    let found: Vec<String> = plan
        .template
        .iter()
        .filter_map(|piece| match piece {
            Piece::Split(predicate) => Some(format!("{} of a list", predicate.elements.len())),
            Piece::Rows(rows) => Some(format!("{} rows", rows.len())),
            _ => None,
        })
        .collect();
    assert_eq!(found.join(", "), expected, "{text}");
}

#[test]
fn a_template_sets_apart_what_is_split() {
    apart("SELECT note FROM stock WHERE id IN (1, :a, :ids..) AND qty IN (:q..)", "3 of a list");
    apart("SELECT note FROM stock WHERE id IN (:ids..) ORDER BY 1", "");
    apart("INSERT INTO free (id, note) VALUES (:id, (upper(CAST(:note AS TEXT))))", "1 rows");
    apart("INSERT INTO stock (id, note) VALUES ((1), 'a'), (:id, :note)", "2 rows");
    apart("INSERT INTO free (id, note) VALUES (1, 'a'), (:id, :note)", "");
    apart("INSERT INTO stock (id, note) VALUES (1, 'a')", "");
    apart("INSERT INTO free (id, note) VALUES (1, (SELECT max(note) FROM free))", "");
    apart("INSERT INTO free (id, note) SELECT id, note FROM stock WHERE id = 1", "");
}

#[test]
fn the_text_of_a_whole_statement_stays() {
    let plan = plan(
        "INSERT INTO stock (id, note) VALUES (:a, 'x'),(2, CAST(:b AS TEXT)) ON CONFLICT DO NOTHING",
        &catalog_of("picodata", SqlType::TEXT),
    );
    let text = crate::answer::statement::whole(&plan).sql;
    assert_eq!(
        text,
        "INSERT INTO stock (id, note) VALUES (?, 'x'), (2, CAST(? AS TEXT)) ON CONFLICT DO NOTHING"
    );
}
