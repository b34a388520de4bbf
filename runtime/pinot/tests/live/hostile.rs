//! Values that other clients let change a statement: they go out as parameters and come back equal, ten thousand of them.

use std::fmt::Debug;

use querent_core::types::value::{Decimal, Timestamp, Uuid};
use querent_core::{Bind, Decode, ErrorKind, FromRow, Pool, Source, ValueError, sql, sql_query};
use querent_pinot::{Pinot, PinotBatch};

use crate::{Nulls, pool};

crate::tests! {
    SINGLE:
    ten_thousand_values_come_back_equal::<Nulls>,
    no_text_changes_a_filter::<Nulls>,
    no_number_changes_a_filter::<Nulls>,
    what_cannot_be_written_is_refused::<Nulls>,
    comments_are_the_servers,
    a_uuid_goes_as_its_text,
    json_goes_and_comes_as_its_text,
}

crate::tests! { MULTI: ten_thousand_values_come_back_equal::<Multi>, no_text_changes_a_filter::<Multi> }

/// How many values one statement holds.
const BATCH: usize = 60;
/// Stands at the end of each statement: where it comes back, the statement was read to its end.
const MARK: &str = "the end";

/// A linear congruential generator (Knuth's MMIX constants): the same values in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ (self.0 >> 29)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// What stands in hostile texts.
const PARTS: &[&str] = &[
    "'",
    "''",
    "\"",
    "\\",
    "\\'",
    "--",
    "-- ",
    "/*",
    "*/",
    "//",
    ";",
    ";SET useMultistageEngine=true;",
    "OPTION(a=b)",
    " option(timeoutMs=1)",
    "' OR 1 = 1 --",
    "'; DROP TABLE airlines; --",
    "$1",
    "?",
    ":name",
    "%s",
    "%",
    "_",
    "{{ }}",
    "{",
    "}",
    "`",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "你",
    "😀",
    "\u{202e}",
    "e\u{301}",
    "ß",
    "SELECT",
    "UNION ALL SELECT carrier FROM airlines",
    "NULL",
    "null",
    "TRUE",
    "1--1",
    "0x00",
    "X'00'",
    "(",
    ")",
    ",",
    "a",
    "Z",
    "9",
    " ",
    "  ",
];

fn texts(random: &mut Random, count: usize) -> Vec<String> {
    let mut texts: Vec<String> = PARTS.iter().map(|part| (*part).to_owned()).collect();
    texts.push(String::new());
    while texts.len() < count {
        let parts = 1 + random.below(8);
        texts.push((0..parts).map(|_| PARTS[random.below(PARTS.len())]).collect());
    }
    texts
}

fn longs(random: &mut Random, count: usize) -> Vec<i64> {
    let mut numbers =
        vec![0, 1, -1, i64::MIN, i64::MAX, i64::MIN + 1, i64::from(i32::MIN), i64::from(i32::MAX)];
    numbers.extend([
        i64::from(i32::MIN) - 1,
        i64::from(i32::MAX) + 1,
        1 << 53,
        (1 << 53) + 1,
        -(1 << 53) - 1,
    ]);
    numbers.extend(std::iter::repeat_with(|| random.next().cast_signed() >> random.below(64)).take(count));
    numbers
}

fn doubles(random: &mut Random, count: usize) -> Vec<f64> {
    let mut numbers =
        vec![0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN, f64::MAX, f64::EPSILON];
    numbers.extend([
        f64::MIN_POSITIVE,
        f64::from_bits(1),
        -f64::from_bits(1),
        0.1,
        -1.5,
        1e16,
        123_456_789.0,
    ]);
    numbers.extend(std::iter::repeat_with(|| f64::from_bits(random.next())).take(count));
    numbers
}

fn floats(random: &mut Random, count: usize) -> Vec<f32> {
    let mut numbers =
        vec![0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MIN, f32::MAX, 1.1, 0.1];
    numbers.extend([f32::MIN_POSITIVE, f32::from_bits(1), -f32::from_bits(1), 16_777_216.0]);
    numbers.extend(std::iter::repeat_with(|| f32::from_bits(random.next() as u32)).take(count));
    numbers
}

fn decimals(random: &mut Random, count: usize) -> Vec<Decimal> {
    let made = std::iter::repeat_with(|| {
        let digits: String =
            (0..1 + random.below(60)).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
        let (whole, fraction) = digits.split_at(random.below(digits.len() + 1));
        let sign = if random.below(2) == 0 { "-" } else { "" };
        let text = format!("{sign}0{whole}.{fraction}0");
        text.parse().expect("a decimal")
    });
    made.take(count).collect()
}

fn all_bytes(random: &mut Random, count: usize) -> Vec<Vec<u8>> {
    let mut all = vec![vec![], vec![0], b"'".to_vec(), (0..=255).collect()];
    all.extend(
        std::iter::repeat_with(|| (0..random.below(40)).map(|_| random.next() as u8).collect()).take(count),
    );
    all
}

/// All columns of a row but the last, and that.
struct Row<T>(Vec<T>, String);

impl<'b, T: Decode<'b, Pinot>> FromRow<'b, Pinot> for Row<T> {
    type Columns = (Vec<T::Column>, <String as Decode<'b, Pinot>>::Column);

    fn columns(batch: &'b PinotBatch) -> Result<Self::Columns, ValueError> {
        let last = querent_core::Batch::width(batch) - 1;
        let values = (0..last).map(|index| T::column(batch, index)).collect::<Result<_, _>>()?;
        Ok((values, String::column(batch, last)?))
    }

    fn read(columns: &Self::Columns, row: usize) -> Result<Self, ValueError> {
        let values = columns.0.iter().map(|column| T::get(column, row)).collect::<Result<_, _>>()?;
        Ok(Row(values, String::get(&columns.1, row)?))
    }
}

/// Sends the values in select lists, and compares what comes back; how many there were.
async fn echo<S, T, R>(pool: &Pool<S>, values: &[T], same: impl Fn(&T, &R) -> bool) -> usize
where
    S: Source<Backend = Pinot>,
    T: Debug,
    for<'v> &'v T: Bind<'v, sql::ANY>,
    R: for<'b> Decode<'b, Pinot> + Debug,
{
    for batch in values.chunks(BATCH) {
        let holes = vec!["?"; batch.len()].join(",");
        let mut query = sql_query(format!("SELECT {holes}, ? FROM airlines LIMIT 1"));
        for value in batch {
            query = query.bind(value);
        }
        let rows: Vec<Row<R>> =
            query.bind(MARK).fetch_all(pool).await.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(rows.len(), 1, "another statement was read");
        assert_eq!((rows[0].0.len(), rows[0].1.as_str()), (batch.len(), MARK));
        for (value, back) in batch.iter().zip(&rows[0].0) {
            assert!(same(value, back), "{value:?} came back as {back:?}");
        }
    }
    values.len()
}

async fn ten_thousand_values_come_back_equal<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let mut random = Random(1);
    let mut count =
        echo::<S, String, String>(&pool, &texts(&mut random, 4_000), |a: &String, b: &String| a == b).await;
    count += echo::<S, i64, i64>(&pool, &longs(&mut random, 1_500), |a: &i64, b: &i64| a == b).await;
    count += echo::<S, f64, f64>(&pool, &doubles(&mut random, 1_500), |a: &f64, b: &f64| {
        a == b || a.is_nan() && b.is_nan()
    })
    .await;
    count += echo::<S, f32, f32>(&pool, &floats(&mut random, 1_200), |a: &f32, b: &f32| {
        a == b || a.is_nan() && b.is_nan()
    })
    .await;
    let equal = |a: &Decimal, b: &Decimal| a.normalized() == b.normalized();
    count += echo::<S, Decimal, Decimal>(&pool, &decimals(&mut random, 800), equal).await;
    count +=
        echo::<S, Vec<u8>, Vec<u8>>(&pool, &all_bytes(&mut random, 800), |a: &Vec<u8>, b: &Vec<u8>| a == b)
            .await;
    count += echo::<S, bool, bool>(&pool, &[true, false], |a: &bool, b: &bool| a == b).await;
    // An instant goes as the number of its milliseconds, which is what both engines compare exactly.
    let instants: Vec<Timestamp> =
        longs(&mut random, 300).into_iter().map(|n| Timestamp::from_millis(n >> 10)).collect();
    count += echo::<S, Timestamp, i64>(&pool, &instants, |a: &Timestamp, b: &i64| {
        *a == Timestamp::from_millis(*b)
    })
    .await;
    assert!(count >= 10_000, "{count}");
}

async fn no_text_changes_a_filter<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    // The empty text is stored, and equals `\0` there: the servers pad texts with NUL (1.5.1), so that none can be stored.
    let is_stored = |text: &str| matches!(text.trim_end_matches('\0'), "" | "plain" | "null" | "a");
    for text in texts(&mut Random(2), 400).into_iter().filter(|text| !is_stored(text)) {
        let query = sql_query(
            "SELECT id, ? FROM all_types WHERE c_string = ? OR c_string IN (?, ?) OR id = 0 LIMIT 9",
        );
        let query = query.bind(&text).bind(&text).bind(&text).bind(&text);
        let rows: Vec<(i32, String)> =
            query.fetch_all(&pool).await.unwrap_or_else(|e| panic!("{text:?}: {e:?}"));
        assert_eq!(rows, [(0, text)]);
    }
}

/// What is glued to a parameter stays beside it.
async fn no_number_changes_a_filter<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    for (sql, value, expected) in [
        ("SELECT id FROM all_types WHERE id-?=1 LIMIT 9", -1, vec![0]),
        ("SELECT id FROM all_types WHERE 3-?-?=id LIMIT 9", 1, vec![1]),
        ("SELECT id FROM all_types WHERE id=? LIMIT 9", -1, vec![]),
        ("SELECT id FROM all_types WHERE id*?=-4 LIMIT 9", -2, vec![2]),
    ] {
        let mut query = sql_query(sql).bind(value);
        if sql.matches('?').count() == 2 {
            query = query.bind(value);
        }
        let rows: Vec<(i32,)> =
            query.fetch_all(&pool).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        assert_eq!(rows.into_iter().map(|row| row.0).collect::<Vec<_>>(), expected, "{sql}");
    }
    let rows: Vec<(i32,)> = sql_query("SELECT id FROM all_types WHERE c_long = ? AND c_float = ? LIMIT 9")
        .bind(i64::MIN)
        .bind(f32::MIN)
        .fetch_all(&pool)
        .await
        .expect("rows");
    assert_eq!(rows, [(2,)]);
}

async fn what_cannot_be_written_is_refused<S: Source<Backend = Pinot>>(url: String) {
    let pool = pool::<S>(&url).await;
    let refused = async |sql: &str| {
        let error = sql_query(sql.to_owned()).bind(1_u64 << 63).fetch_all::<(i64,), _, _>(&pool).await;
        error.expect_err("refused").kind()
    };
    assert_eq!(refused("SELECT ? FROM airlines LIMIT 1").await, ErrorKind::Value);
    // What stands in a comment is no parameter, so that there is one value too many.
    let comment = sql_query("SELECT id FROM all_types // ?\nLIMIT 1").bind("x\nWHERE id = 3");
    let error = comment.fetch_all::<(i32,), _, _>(&pool).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Query, "{error}");
}

async fn comments_are_the_servers(url: String) {
    let pool = pool::<Nulls>(&url).await;
    for sql in [
        "SELECT id FROM all_types // don't ?\nWHERE id = ? LIMIT 9",
        "SELECT id FROM all_types /* /* ? */ WHERE id = ? LIMIT 9 // it's",
        "SELECT id FROM all_types WHERE id = ? -- ?\rLIMIT 9",
    ] {
        let rows: Vec<(i32,)> = sql_query(sql).bind(3).fetch_all(&pool).await.expect(sql);
        assert_eq!(rows, [(3,)], "{sql}");
    }
}

async fn a_uuid_goes_as_its_text(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let text = "123e4567-e89b-12d3-a456-426614174000";
    let uuid: Uuid = text.parse().expect("a UUID");
    let sql = "SELECT ?, carrier FROM airlines WHERE carrier IN (?, 'UA') LIMIT 2";
    let rows: Vec<(String, String)> =
        sql_query(sql).bind(uuid).bind(uuid).fetch_all(&pool).await.expect("a row");
    assert_eq!(rows, [(text.to_owned(), "UA".to_owned())]);
}

async fn json_goes_and_comes_as_its_text(url: String) {
    let pool = pool::<Nulls>(&url).await;
    let stored = serde_json::json!({"a": [1, {"b": null}]});
    let hostile = serde_json::json!({"it's": ["'; -- //", {"\"": 1.5}, "\\"]});
    let sql = "SELECT c_json, ? FROM all_types WHERE id = 0 LIMIT 2";
    let rows: Vec<(serde_json::Value, serde_json::Value)> =
        sql_query(sql).bind(&hostile).fetch_all(&pool).await.expect("a row");
    assert_eq!(rows, [(stored, hostile)]);
}
