//! Values of every type there and back, as parameters and as results.

use querent_core::types::value::{Decimal, Timestamp, Uuid};
use querent_core::{Bind, Decode, ErrorKind, FromRow, Pool, sql, sql_query};
use querent_picodata::{Cause, Failure, Picodata};
use serde_json::json;

use crate::{Stock, pool};

crate::tests! {
    TESTS:
    scalars_come_back_as_they_went,
    arrays_come_back_as_they_went,
    narrow_integers_are_taken_for_wide_columns,
    long_decimals_are_whole,
    a_null_without_a_type_is_a_null,
    causes_are_told_behind_errors,
}

/// Sends a value as a type, and reads it back.
async fn back<'v, T, V>(pool: &Pool<Stock>, ty: &str, value: V) -> T
where
    V: Bind<'v, sql::ANY>,
    T: 'static,
    (T,): for<'b> FromRow<'b, Picodata>,
{
    let row = sql_query(format!("SELECT $1::{ty}")).bind(value).fetch_one::<(T,), _, _>(pool).await;
    row.unwrap_or_else(|error| panic!("{ty}: {error:?}")).0
}

async fn scalars_come_back_as_they_went(url: String) {
    let pool = pool(&url).await;
    for number in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(back::<i64, _>(&pool, "int8", number).await, number);
    }
    for number in [f64::MIN_POSITIVE, -0.1, f64::MAX, f64::INFINITY] {
        assert_eq!(back::<f64, _>(&pool, "float8", number).await, number);
    }
    assert!(back::<bool, _>(&pool, "bool", true).await);
    let text = "été 😀 'q' \"d\" \\ \n\t";
    assert_eq!(back::<String, _>(&pool, "text", text).await, text);
    assert_eq!(back::<String, _>(&pool, "varchar", text).await, text);
    let uuid: Uuid = "00000000-0000-0000-0000-000000000000".parse().expect("a UUID");
    assert_eq!(back::<Uuid, _>(&pool, "uuid", uuid).await, uuid);
    for at in ["0001-01-01T00:00:00", "1969-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"] {
        let at: Timestamp = at.parse().expect("a timestamp");
        assert_eq!(back::<Timestamp, _>(&pool, "timestamptz", at).await, at);
    }
    let value = json!({"a": [1, null, 0.5], "b": {"c": "d"}});
    assert_eq!(back::<serde_json::Value, _>(&pool, "json", &value).await, value);
    assert_eq!(back::<serde_json::Value, _>(&pool, "jsonb", &value).await, value);
    // What is finer than the wire is refused, not cut.
    let fine: Timestamp = "2026-01-01T00:00:00.000000001".parse().expect("a timestamp");
    let refused = sql_query("SELECT $1::timestamptz").bind(fine).fetch_one::<(Timestamp,), _, _>(&pool).await;
    assert_eq!(refused.expect_err("nanoseconds").kind(), ErrorKind::Value);
    // PostgreSQL takes no NUL in a text, which Picodata does.
    let nul = sql_query("SELECT $1::text").bind("s3cret\0").fetch_one::<(String,), _, _>(&pool).await;
    let nul = nul.expect_err("a NUL");
    assert!(nul.code() == Some("22021") && !format!("{nul:?}").contains("s3cret"), "{nul:?}");
}

async fn list<T>(pool: &Pool<Stock>, ty: &str, elements: &str) -> Vec<Option<T>>
where
    Vec<Option<T>>: for<'b> Decode<'b, Picodata> + 'static,
{
    let sql = format!("SELECT ARRAY[{elements}]::{ty}[]");
    sql_query(sql)
        .fetch_one::<(Vec<Option<T>>,), _, _>(pool)
        .await
        .unwrap_or_else(|e| panic!("{ty}: {e:?}"))
        .0
}

async fn arrays_come_back_as_they_went(url: String) {
    let pool = pool(&url).await;
    assert_eq!(list::<i64>(&pool, "int8", "1, NULL, -2").await, [Some(1), None, Some(-2)]);
    assert_eq!(
        list::<String>(&pool, "text", "'a', NULL, ''").await,
        [Some("a".into()), None, Some(String::new())]
    );
    assert_eq!(list::<bool>(&pool, "bool", "true, NULL").await, [Some(true), None]);
    assert_eq!(list::<f64>(&pool, "float8", "0.5, NULL").await, [Some(0.5), None]);
    let decimal: Decimal = "1.50".parse().expect("a decimal");
    assert_eq!(list::<Decimal>(&pool, "numeric", "1.50, NULL").await, [Some(decimal), None]);
    let uuid: Uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a UUID");
    let found = list::<Uuid>(&pool, "uuid", "'6ba7b810-9dad-11d1-80b4-00c04fd430c8', NULL").await;
    assert_eq!(found, [Some(uuid), None]);
    let at: Timestamp = "2024-02-29T12:34:56.789012".parse().expect("a timestamp");
    assert_eq!(
        list::<Timestamp>(&pool, "timestamptz", "'2024-02-29 12:34:56.789012+00', NULL").await,
        [Some(at), None]
    );
    assert_eq!(list::<String>(&pool, "json", "'{}', NULL").await, [Some("{}".into()), None]);
    assert_eq!(list::<i64>(&pool, "int8", "").await, []);
}

async fn narrow_integers_are_taken_for_wide_columns(url: String) {
    let pool = pool(&url).await;
    assert_eq!(back::<i64, _>(&pool, "int8", -7_i16).await, -7);
    assert_eq!(back::<i64, _>(&pool, "int8", i32::MAX).await, i64::from(i32::MAX));
    let found = sql_query("SELECT name FROM stock WHERE id = $1")
        .bind(1_i16)
        .fetch_one::<(String,), _, _>(&pool)
        .await;
    assert_eq!(found.expect("a row").0, "anvil");
}

async fn long_decimals_are_whole(url: String) {
    let pool = pool(&url).await;
    for text in [
        "0",
        "-0.01",
        "12345678901234567890.12345678",
        "123456789012345678901234567.8901234567",
        "-99999999999999999999999999999999999999",
        "0.00000000000000000000000000000000000001",
        "1E+40",
    ] {
        let value: Decimal = text.parse().expect("a decimal");
        assert_eq!(back::<Decimal, _>(&pool, "numeric", &value).await, value, "{text}");
    }
}

async fn a_null_without_a_type_is_a_null(url: String) {
    let pool = pool(&url).await;
    let row = sql_query("SELECT NULL, NULL::int8, NULL::json")
        .fetch_one::<(Option<String>, Option<i64>, Option<serde_json::Value>), _, _>(&pool)
        .await;
    assert_eq!(row.expect("a row"), (None, None, None));
}

async fn causes_are_told_behind_errors(url: String) {
    let pool = pool(&url).await;
    for (sql, kind, cause) in [
        ("SELEC 1", ErrorKind::Query, Cause::Syntax),
        ("SELECT 1 FROM nope", ErrorKind::Query, Cause::UnknownTable),
        ("SELECT nope FROM stock", ErrorKind::Query, Cause::UnknownColumn),
        ("SELECT nope(1)", ErrorKind::Query, Cause::UnknownFunction),
        ("SELECT 1 / (id - id) FROM stock", ErrorKind::Query, Cause::Arithmetic),
        (
            "INSERT INTO stock (id, name, active) VALUES (1, 's3cret', true)",
            ErrorKind::Constraint,
            Cause::UniqueViolation,
        ),
        ("INSERT INTO stock (id, active) VALUES (-5, true)", ErrorKind::Constraint, Cause::NotNullViolation),
        ("SELECT * FROM pg_authid", ErrorKind::Permission, Cause::AccessDenied),
    ] {
        let error = sql_query(sql).execute(&pool).await.expect_err("it is refused");
        assert_eq!(
            (error.kind(), Failure::behind(&error).and_then(|failure| failure.cause)),
            (kind, Some(cause)),
            "{sql}"
        );
        // The text itself is the caller's.
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
