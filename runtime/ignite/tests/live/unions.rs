//! Columns whose values are not all of one type, or not of the type that the server describes: each value says its own.

use querent_core::types::value::Decimal;
use querent_core::{
    Batch as _, ColumnMeta, Decode, ErrorKind, Piece, Plan, Pool, Query, ValueError, sql_query,
};
use querent_ignite::wire::Value;
use querent_ignite::{Ignite, IgniteBatch};

use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { H2: rows_of_a_union_keep_their_types, a_row_of_another_type_is_named }
crate::tests! { CALCITE: rows_of_a_union_are_converted }
crate::tests! { ANY: what_is_described_as_an_object }

const COLUMNS: [(&str, &str, &str); 13] = [
    ("ti", "TINYINT", "1"),
    ("sm", "SMALLINT", "2"),
    ("id", "INT", "3"),
    ("big", "BIGINT", "4"),
    ("rl", "REAL", "5.5"),
    ("dbl", "DOUBLE", "6.25"),
    ("dc", "DECIMAL(10, 2)", "7.50"),
    ("name", "VARCHAR", "'eight'"),
    ("flag", "BOOLEAN", "TRUE"),
    ("da", "DATE", "DATE '2024-01-15'"),
    ("tm", "TIME", "TIME '12:00:01'"),
    ("ts", "TIMESTAMP", "TIMESTAMP '2024-01-15 12:00:00'"),
    ("u", "UUID", "CAST('00000000-0000-0001-0000-000000000002' AS UUID)"),
];

/// A table of one row, with a column of each type.
async fn mixed(url: &str, name: &str) -> Pool<Orders> {
    let pool = pool(url).await;
    let columns: Vec<_> = COLUMNS.iter().map(|(name, ty, _)| format!("{name} {ty}")).collect();
    table(&pool, name, &format!("({}, PRIMARY KEY (id))", columns.join(", "))).await;
    let names: Vec<_> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let values: Vec<_> = COLUMNS.iter().map(|(.., value)| *value).collect();
    let insert = format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), values.join(", "));
    run_sql(&pool, &insert).await;
    pool
}

/// The values of a union of two columns, in this order; `None` where the server refuses it.
async fn union(pool: &Pool<Orders>, table: &str, a: &str, b: &str) -> Option<[Value; 2]> {
    let sql = format!("SELECT 1 AS o, {a} FROM {table} UNION ALL SELECT 2, {b} FROM {table}");
    let mut read = match sql_query(sql).fetch_all::<(i32, Value), Orders, _>(pool).await {
        Ok(read) => read,
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Query | ErrorKind::Server), "{a}, {b}: {error:?}");
            return None;
        }
    };
    read.sort_by_key(|row| row.0);
    let [(_, first), (_, second)] = <[_; 2]>::try_from(read).expect("two rows");
    Some([first, second])
}

async fn alone(pool: &Pool<Orders>, table: &str, column: &str) -> Value {
    let mut read: Vec<(Value,)> = rows(pool, &format!("SELECT {column} FROM {table}")).await;
    read.remove(0).0
}

/// Every pair of types: H2 (2.17.0) refuses it or gives each row what its own branch does.
async fn rows_of_a_union_keep_their_types(url: String) {
    let pool = mixed(&url, "mixed_h2").await;
    let mut accepted = 0;
    for (a, ..) in COLUMNS {
        for (b, ..) in COLUMNS {
            let Some(union) = union(&pool, "mixed_h2", a, b).await else { continue };
            let expected = [alone(&pool, "mixed_h2", a).await, alone(&pool, "mixed_h2", b).await];
            assert_eq!(union, expected, "{a}, {b}");
            accepted += 1;
        }
    }
    println!("{accepted} of {} pairs accepted", COLUMNS.len() * COLUMNS.len());
    assert!(accepted > COLUMNS.len() * COLUMNS.len() / 2, "{accepted}");
    // What holds both is read as such.
    let both = |a: &str, b: &str| format!("SELECT {a} FROM mixed_h2 UNION ALL SELECT {b} FROM mixed_h2");
    let mut longs: Vec<(i64,)> = rows(&pool, &both("id", "big")).await;
    longs.sort_unstable();
    assert_eq!(longs, [(3,), (4,)]);
    let mut decimals: Vec<(Decimal,)> = rows(&pool, &both("ti", "dc")).await;
    decimals.sort_unstable();
    assert_eq!(decimals.iter().map(|row| row.0.to_string()).collect::<Vec<_>>(), ["1", "7.50"]);
    let mut doubles: Vec<(f64,)> = rows(&pool, &both("rl", "dbl")).await;
    doubles.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(doubles, [(5.5,), (6.25,)]);
}

/// Calcite (2.17.0) gives both rows one type, but leaves a UUID what it is, and what stands beside it; of a point in time
/// that is the engine's own number.
async fn rows_of_a_union_are_converted(url: String) {
    let pool = mixed(&url, "mixed_calcite").await;
    let mut accepted = 0;
    for (a, ..) in COLUMNS {
        for (b, ..) in COLUMNS {
            let Some(union) = union(&pool, "mixed_calcite", a, b).await else { continue };
            if a == "u" || b == "u" {
                for (read, column) in union.iter().zip([a, b]) {
                    match column {
                        "da" | "tm" => assert!(matches!(read, Value::Int(_)), "{a}, {b}: {union:?}"),
                        "ts" => assert!(matches!(read, Value::Long(_)), "{a}, {b}: {union:?}"),
                        _ => assert_eq!(*read, alone(&pool, "mixed_calcite", column).await, "{a}, {b}"),
                    }
                }
            } else {
                let [first, second] = union.each_ref().map(std::mem::discriminant);
                assert_eq!(first, second, "{a}, {b}: {union:?}");
            }
            accepted += 1;
        }
    }
    println!("{accepted} of {} pairs accepted", COLUMNS.len() * COLUMNS.len());
    assert!(accepted >= COLUMNS.len(), "{accepted}");
}

/// `id` is described as int (2.17.0), and the second row is text.
async fn a_row_of_another_type_is_named(url: String) {
    const PLAN: &Plan = &Plan {
        template: &[Piece::Text(
            "SELECT id FROM mixed_named UNION ALL SELECT name FROM mixed_named UNION ALL SELECT dc FROM mixed_named",
        )],
        columns: &[ColumnMeta {
            name: "ID",
            named: true,
            ty: "Int32",
            nullable: false,
            origin: "mixed_named.id",
        }],
        read_only: true,
        ..Plan::EMPTY
    };
    fn decode(batch: &IgniteBatch, read: &mut Vec<i32>) -> Result<(), ValueError> {
        let column = <i32 as Decode<'_, Ignite>>::column(batch, 0)?;
        for row in 0..batch.len() {
            read.push(<i32 as Decode<'_, Ignite>>::get(&column, row)?);
        }
        Ok(())
    }
    let pool = mixed(&url, "mixed_named").await;
    let error = Query::<Orders, i32>::new(PLAN, decode, []).fetch_all(&pool).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::SchemaMismatch, false), "{error:?}");
    assert!(error.message().contains("column `ID` (mixed_named.id), row 2 of its batch"), "{error}");
    assert!(!format!("{error:?}").contains("eight"), "{error:?}");
    let read: Vec<(i32,)> = rows(&pool, "SELECT id FROM mixed_named").await;
    assert_eq!((read, pool.stats().connections), (vec![(3,)], 1));
}

/// What one engine or the other describes as 103, an object: what comes is a plain value, or an object indeed.
async fn what_is_described_as_an_object(url: String) {
    let pool = pool(&url).await;
    let rest = "(id INT PRIMARY KEY, bin VARBINARY, n INT NOT NULL) WITH \"value_type=DescribedAsObject\"";
    table(&pool, "described", rest).await;
    run_sql(&pool, "INSERT INTO described (id, bin, n) VALUES (1, X'00FF10', 5), (2, NULL, 6)").await;
    let binary: Vec<(Option<Vec<u8>>,)> = rows(&pool, "SELECT bin FROM described ORDER BY id").await;
    assert_eq!(binary, [(Some(vec![0, 0xff, 0x10]),), (None,)]);
    // Numbers that are never NULL, on Calcite. (Beside an aggregate H2 takes the constant `CAST(1.5 AS DOUBLE)` for a decimal.)
    let numbers: Vec<(i64, i32, i32, f64, bool)> =
        rows(&pool, "SELECT COUNT(*), MIN(n), 7, CAST(MAX(n) AS DOUBLE), MAX(n) IS NULL FROM described")
            .await;
    assert_eq!(numbers, [(2, 5, 7, 6.0, false)]);
    // A bare NULL, and parameters whose type nothing forces.
    let null: Vec<(Option<i32>, Option<String>)> = rows(&pool, "SELECT NULL, NULL").await;
    assert_eq!(null, [(None, None)]);
    let bound = sql_query("SELECT ?, ?").bind(7_i64).bind("x");
    assert_eq!(bound.fetch_one::<(i64, String), Orders, _>(&pool).await.unwrap(), (7, "x".to_owned()));
    // The whole value: an object indeed.
    let values: Vec<(i32, Value)> = rows(&pool, "SELECT _KEY, _VAL FROM described WHERE id = 1").await;
    let object = values[0].1.as_object().expect("a complex object");
    assert_eq!((values[0].0, object.field_at(1).unwrap()), (1, Some(Value::Int(5))));
    let error =
        sql_query("SELECT _VAL FROM described WHERE id = 1").fetch_one::<(i32,), Orders, _>(&pool).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error:?}");
    assert!(error.message().contains("column 1"), "{error}");
}
