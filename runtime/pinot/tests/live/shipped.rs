//! Pinot's own example tables (`tests/servers/pinot/shipped.py`) and those made in their likeness (`made.py`): described as
//! they answer, and read with their values.
//!
//! Numbers of the shipped tables were counted in the files that they are loaded from, not asked of a server.

use querent_core::types::TableDescription;
use querent_core::types::value::{Decimal, Timestamp};
use querent_core::{Backend as _, FromRow, Source, sql_query};
use querent_pinot::{Describer, Pinot};

use crate::{Defaults, Nulls, pool};

crate::tests! {
    SINGLE:
    every_table_answers_as_it_is_described,
    airline_statistics_and_their_arrays,
    events_and_their_json,
    events_that_are_taken_apart,
    stores_and_their_points,
    teams_are_looked_up,
    bills_are_exact,
    salaries_are_null_where_that_is_handled,
    salaries_are_defaults_where_it_is_not,
    a_hybrid_table_is_read_on_both_sides_of_its_boundary,
}

async fn rows<S, R>(url: &str, sql: &'static str) -> Vec<R>
where
    S: Source<Backend = Pinot>,
    R: for<'b> FromRow<'b, Pinot>,
{
    let found = sql_query(sql).fetch_all(&pool::<S>(url).await).await;
    found.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

async fn one<S, R>(url: &str, sql: &'static str) -> R
where
    S: Source<Backend = Pinot>,
    R: for<'b> FromRow<'b, Pinot>,
{
    let mut found = rows::<S, R>(url, sql).await;
    assert_eq!(found.len(), 1, "{sql}");
    found.remove(0)
}

async fn described(url: &str) -> Vec<TableDescription> {
    let options = Pinot::options(url).and_then(|options| Pinot::of_source(options, Nulls::OPTIONS));
    querent_pinot::describe(&options.expect("a URL")).await.expect("a description").tables
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

/// Whatever `pull` says of a table, the broker says of its rows.
async fn every_table_answers_as_it_is_described(url: String) {
    let options = Pinot::options(&url).and_then(|options| Pinot::of_source(options, Nulls::OPTIONS));
    let mut describer = Describer::open(&options.expect("a URL")).await.expect("the controller answers");
    let tables = described(&url).await;
    for (name, width, nullable) in [
        ("airlineStats", 81, 0),
        ("baseballStats", 25, 0),
        ("billing", 20, 0),
        ("clientSalaryNulls", 5, 3),
        ("dimBaseballTeams", 2, 0),
        ("githubComplexTypeEvents", 16, 0),
        ("githubEvents", 8, 0),
        ("starbucksStores", 5, 0),
        ("visits", 4, 1),
    ] {
        let table = tables.iter().find(|table| table.path == [name]).unwrap_or_else(|| panic!("no {name}"));
        let shown: Vec<_> = table.columns.iter().filter(|column| !column.hidden).collect();
        assert_eq!(shown.len(), width, "{name}");
        assert_eq!(shown.iter().filter(|column| column.nullable).count(), nullable, "{name}");
        let answer = describer.statement(&format!("SELECT * FROM {name} LIMIT 0")).await.expect("an answer");
        let found = answer.expect("it is right").columns.expect("columns");
        let named = |pair: Vec<(&str, Option<String>)>| -> Vec<String> {
            pair.into_iter().map(|(name, ty)| format!("{name} {}", ty.unwrap_or_default())).collect()
        };
        let told =
            shown.iter().map(|column| (column.name.as_str(), column.ty.as_ref().map(|ty| ty.to_string())));
        let seen = found
            .iter()
            .map(|column| (column.name.as_str(), column.ty.says.as_ref().map(|ty| ty.to_string())));
        assert_eq!(named(told.collect()), named(seen.collect()), "{name}");
    }
    let property = |name: &str, key: &str| {
        let table = tables.iter().find(|table| table.path == [name]).expect("a table");
        table.properties.get(key).cloned().unwrap_or_default()
    };
    assert_eq!(
        (property("dimBaseballTeams", "dimension"), property("billing", "dimension")),
        ("true".into(), "".into())
    );
    assert_eq!(property("airlineStats", "time_column"), "DaysSinceEpoch");
    assert_eq!(
        (property("visits", "kind"), property("visits", "time_column")),
        ("offline+realtime".into(), "at".into())
    );
    let stores = tables.iter().find(|table| table.path == ["starbucksStores"]).expect("a table");
    let point = stores.columns.iter().find(|column| column.name == "location_st_point").expect("a column");
    assert_eq!(
        point.comment.as_deref(),
        Some("computed at ingestion: toSphericalGeography(stPoint(lon,lat))")
    );
}

async fn airline_statistics_and_their_arrays(url: String) {
    let all = "SELECT COUNT(*), SUM(Distance), SUM(Cancelled), COUNTMV(RandomAirports) FROM airlineStats";
    // Each of the 4,963 rows without an array has the one element that stands for none.
    let all: (i64, f64, f64, i64) = one::<Defaults, _>(&url, all).await;
    assert_eq!(all, (9_746, 7_807_378.0, 701.0, 137_280 + 4_963));
    let pool = pool::<Defaults>(&url).await;
    let delay = "SELECT COUNT(*), SUM(ArrDelay) FROM airlineStats WHERE ArrDelay > ?";
    let known: (i64, f64) = sql_query(delay).bind(i32::MIN).fetch_one(&pool).await.expect("a row");
    assert_eq!(known, (9_746 - 2_178, 91_924.0));
    let (through,): (i64,) = sql_query("SELECT COUNT(*) FROM airlineStats WHERE RandomAirports = ?")
        .bind("SEA")
        .fetch_one(&pool)
        .await
        .expect("a row");
    assert_eq!(through, 4_783);
    let days =
        "SELECT DaysSinceEpoch, ts, tsRaw, COUNT(*) FROM airlineStats GROUP BY 1, 2, 3 ORDER BY 1 LIMIT 100";
    let days: Vec<(i32, Timestamp, Timestamp, i64)> = rows::<Defaults, _>(&url, days).await;
    assert_eq!((days.len(), days.iter().map(|day| day.3).sum::<i64>()), (31, 9_746));
    assert!(
        days.iter()
            .all(|day| day.1 == day.2 && day.1 == Timestamp::from_millis(i64::from(day.0) * 86_400_000))
    );
    let diverted = "SELECT Origin, DivAirports, DivAirportIDs, DivWheelsOns, DivWheelsOffs, DivTotalGTimes, DivTailNums, ts \
                    FROM airlineStats WHERE FlightNum = 1478 AND DaysSinceEpoch = 16073 LIMIT 5";
    type Diverted = (String, Vec<String>, Vec<i32>, Vec<i32>, Vec<i32>, Vec<i32>, Vec<String>, Timestamp);
    let found: Diverted = one::<Defaults, _>(&url, diverted).await;
    let text = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let numbers = (vec![12_264, 10_397], vec![1_003, 1_545], vec![1_421], vec![22, 3]);
    assert_eq!((found.0.as_str(), found.1), ("ATL", text(&["IAD", "ATL"])));
    assert_eq!((found.2, found.3, found.4, found.5), numbers);
    assert_eq!((found.6, found.7), (text(&["N910DE"]), timestamp("2014-01-03T00:00:00")));
    let none =
        "SELECT DivAirports, DivAirportIDs FROM airlineStats WHERE FlightNum = 4 AND Carrier = 'DL' LIMIT 1";
    let none: (Vec<String>, Vec<i32>) = one::<Defaults, _>(&url, none).await;
    assert_eq!(none, (text(&["null"]), vec![i32::MIN]));
}

async fn events_and_their_json(url: String) {
    let event = "SELECT actor, public, created_at, created_at_timestamp FROM githubEvents WHERE id = '7044874109' LIMIT 2";
    let event: (String, bool, String, Timestamp) = one::<Nulls, _>(&url, event).await;
    let actor: serde_json::Value = serde_json::from_str(&event.0).expect("JSON");
    assert_eq!((&actor["login"], &actor["id"]), (&"LimeVista".into(), &18_542_751.into()));
    assert_eq!((event.1, event.2.as_str()), (true, "2018-01-01T11:00:00Z"));
    assert_eq!(event.3, timestamp("2018-01-01T11:00:00"));
    let kinds = "SELECT type, COUNT(*) FROM githubEvents GROUP BY type ORDER BY COUNT(*) DESC LIMIT 3";
    let kinds: Vec<(String, i64)> = rows::<Nulls, _>(&url, kinds).await;
    let expected = [("PushEvent", 5_843), ("CreateEvent", 1_368), ("WatchEvent", 920)];
    assert_eq!(kinds, expected.map(|(kind, count)| (kind.to_owned(), count)));
    // By the index, whose filter holds a path and a literal in quotes of its own.
    let (found,): (i64,) = sql_query("SELECT COUNT(*) FROM githubEvents WHERE JSON_MATCH(actor, ?)")
        .bind("\"$.login\" = 'LimeVista'")
        .fetch_one(&pool::<Nulls>(&url).await)
        .await
        .expect("a row");
    assert_eq!(found, 2);
    // 18 MB of JSON, the longest 80 KB, each of them whole.
    let payloads = "SELECT payload FROM githubEvents LIMIT 20000";
    let payloads: Vec<(String,)> = rows::<Nulls, _>(&url, payloads).await;
    let size = |(payload,): &(String,)| {
        let payload: serde_json::Value = serde_json::from_str(payload).expect("JSON");
        payload["size"].as_i64().unwrap_or(0)
    };
    assert_eq!((payloads.len(), payloads.iter().map(size).sum::<i64>()), (10_000, 14_084));
    assert!(payloads.iter().any(|(payload,)| payload.len() > 80_000));
}

/// Names with dots, and an object made to columns.
async fn events_that_are_taken_apart(url: String) {
    let commit = "SELECT \"payload.commits.author.name\", \"payload.commits.distinct\", \"payload.push_id\", \
                  created_at_timestamp FROM githubComplexTypeEvents WHERE id = '7044874109' LIMIT 2";
    let found: (String, bool, i64, Timestamp) = one::<Nulls, _>(&url, commit).await;
    assert_eq!(found, ("Lime".to_owned(), true, 2_226_018_068, timestamp("2018-01-01T11:00:00")));
    let sizes =
        "SELECT COUNT(*), SUM(\"payload.size\") FROM githubComplexTypeEvents WHERE \"payload.size\" >= 0";
    let (_, sizes): (i64, f64) = one::<Nulls, _>(&url, sizes).await;
    assert_eq!(sizes, 6_841.0);
}

/// A point is a byte that says it is one on a sphere, and two doubles; the columns beside it are of single precision.
async fn stores_and_their_points(url: String) {
    let stores = "SELECT name, lon, lat, location_st_point FROM starbucksStores LIMIT 10000";
    let stores: Vec<(String, f32, f32, Vec<u8>)> = rows::<Nulls, _>(&url, stores).await;
    assert_eq!(stores.len(), 6_443);
    for (name, lon, lat, point) in &stores {
        let (kind, rest) = point.split_first().expect("bytes");
        let (coordinates, rest) = rest.as_chunks::<8>();
        let [x, y] = coordinates else { panic!("{name}: {} bytes", point.len()) };
        assert_eq!((*kind, rest.len()), (0x80, 0), "{name}");
        assert_eq!((f64::from_be_bytes(*x) as f32, f64::from_be_bytes(*y) as f32), (*lon, *lat), "{name}");
    }
    let point = b"\x80\xc0\x62\xbc\x98\x02\x1f\x94\xf1\x40\x4e\x9b\xda\x0f\x6b\x02\x02".to_vec();
    let by_bytes =
        "SELECT name, ST_AsText(location_st_point) FROM starbucksStores WHERE location_st_point = ? LIMIT 2";
    let found: (String, String) =
        sql_query(by_bytes).bind(&point).fetch_one(&pool::<Nulls>(&url).await).await.expect("a row");
    assert_eq!(
        (found.0.as_str(), found.1.as_str()),
        ("Starbucks - AK - Anchorage  00001", "POINT (-149.8935557 61.21759217)")
    );
}

async fn teams_are_looked_up(url: String) {
    let totals: (i64, f64, f64) =
        one::<Defaults, _>(&url, "SELECT COUNT(*), SUM(hits), SUM(runs) FROM baseballStats").await;
    assert_eq!(totals, (97_889, 3_692_601.0, 1_872_387.0));
    let teams = "SELECT teamID, lookUp('dimBaseballTeams', 'teamName', 'teamID', teamID) FROM baseballStats \
                 WHERE playerID = 'aardsda01' ORDER BY yearID LIMIT 5";
    let found: Vec<(String, String)> = rows::<Defaults, _>(&url, teams).await;
    // Those that are not among the 51 are the text `null`. The names have a dash that is not ASCII.
    let expected = [
        ("SFN", "null"),
        ("CHN", "null"),
        ("CHA", "null"),
        ("BOS", "Boston Red Caps/Beaneaters (from 1876–1900) or Boston Red Sox (since 1953)"),
        ("SEA", "Seattle Mariners (since 1977) or Seattle Pilots (1969)"),
    ];
    assert_eq!(found, expected.map(|(id, name)| (id.to_owned(), name.to_owned())));
}

/// What `made.py` puts into a column of a row, in units of 10^-9.
fn units(row: i64, column: u32) -> i128 {
    let digits =
        i128::from((row * 7_919 + i64::from(column + 1) * 104_729) % 1_000_003) * 10_i128.pow(9 - column);
    match column {
        9 => digits + 1_234_567_890_123_456_789_012 * 1_000_000_000,
        _ if (row + i64::from(column)) % 2 == 1 => -digits,
        _ => digits,
    }
}

fn decimal(units: i128) -> Decimal {
    let (whole, part) = (units.unsigned_abs() / 1_000_000_000, units.unsigned_abs() % 1_000_000_000);
    let text = format!("{}{whole}.{part:09}", if units < 0 { "-" } else { "" });
    text.parse::<Decimal>().expect("a decimal").normalized()
}

async fn bills_are_exact(url: String) {
    let first = "SELECT customerId, overdueBalance, baseUsage, alternateUsage, standingCharge, baseCharge, isCarOwner \
                 FROM billing ORDER BY customerId LIMIT 1000";
    let second = "SELECT customerId, alternateCharge, levy, tax, totalNet, totalToPay, isCarOwner \
                  FROM billing ORDER BY customerId LIMIT 1000";
    type Bill = (i32, Decimal, Decimal, Decimal, Decimal, Decimal, bool);
    for (sql, begin) in [(first, 0), (second, 5)] {
        let bills: Vec<Bill> = rows::<Defaults, _>(&url, sql).await;
        assert_eq!(bills.len(), 200);
        for (row, (customer, a, b, c, d, e, owner)) in (0_i64..).zip(bills) {
            assert_eq!((i64::from(customer), owner), (row, row % 3 == 0));
            let expected: Vec<Decimal> =
                (begin..begin + 5).map(|column| decimal(units(row, column))).collect();
            assert_eq!([a, b, c, d, e].to_vec(), expected, "{row}");
        }
    }
    // Exact in the server, too, which gives it as a text; SUM adds doubles up.
    let sums = "SELECT SUMPRECISION(totalToPay), SUMPRECISION(totalNet), SUMPRECISION(levy), SUM(totalToPay) FROM billing";
    let sums: (String, String, String, f64) = one::<Defaults, _>(&url, sums).await;
    let exact = |column| decimal((0..200).map(|row| units(row, column)).sum());
    for (text, column) in [(&sums.0, 9), (&sums.1, 8), (&sums.2, 6)] {
        assert_eq!(text.parse::<Decimal>().expect("a decimal").normalized(), exact(column));
    }
    assert_ne!(format!("{:.9}", sums.3), exact(9).to_string());
    // A value of 31 digits finds its row by all of them.
    let by_value = "SELECT customerId FROM billing WHERE totalToPay = ? LIMIT 5";
    let pool = pool::<Defaults>(&url).await;
    let find = async |value: i128| -> Vec<(i32,)> {
        sql_query(by_value).bind(&decimal(value)).fetch_all(&pool).await.expect("rows")
    };
    assert_eq!(find(units(77, 9)).await, [(77,)]);
    assert_eq!(find(units(77, 9) + 1).await, []);
}

async fn salaries_are_null_where_that_is_handled(url: String) {
    let all = "SELECT clientId, city, description, salary, DaysSinceEpoch FROM clientSalaryNulls ORDER BY clientId LIMIT 20";
    type Client = (i32, String, Option<String>, Option<i32>, Option<i32>);
    let all: Vec<Client> = rows::<Nulls, _>(&url, all).await;
    assert_eq!(all.len(), 12);
    for (row, (client, city, description, salary, day)) in (0..).zip(all) {
        let expected = (row, ["Bern", "Oslo", "Rome"][row as usize % 3], Some(19_000 + row));
        assert_eq!((client, city.as_str(), day), expected);
        assert_eq!(description, (row % 4 != 1).then(|| format!("client {row}")));
        assert_eq!(salary, (row % 3 != 2).then_some(1_000 * row));
    }
    let counts = "SELECT COUNT(*), COUNT(salary), SUM(salary), MIN(salary) FROM clientSalaryNulls";
    let counts: (i64, i64, Option<f64>, Option<f64>) = one::<Nulls, _>(&url, counts).await;
    assert_eq!(counts, (12, 8, Some(40_000.0), Some(0.0)));
    let none = "SELECT clientId FROM clientSalaryNulls WHERE salary IS NULL ORDER BY clientId LIMIT 20";
    assert_eq!(rows::<Nulls, (i32,)>(&url, none).await, [(2,), (5,), (8,), (11,)]);
}

async fn salaries_are_defaults_where_it_is_not(url: String) {
    let some = "SELECT description, salary FROM clientSalaryNulls WHERE clientId = 5 LIMIT 2";
    assert_eq!(one::<Defaults, (String, i32)>(&url, some).await, ("null".to_owned(), i32::MIN));
    let counts = "SELECT COUNT(*), COUNT(salary), SUM(salary) FROM clientSalaryNulls";
    let counts: (i64, i64, f64) = one::<Defaults, _>(&url, counts).await;
    assert_eq!(counts, (12, 12, 40_000.0 + 4.0 * f64::from(i32::MIN)));
}

/// The offline half has the days 1 to 4, the other 3 to 8; the boundary is a day before the end of the first.
async fn a_hybrid_table_is_read_on_both_sides_of_its_boundary(url: String) {
    let all = "SELECT id, half, note, at FROM visits ORDER BY id LIMIT 20";
    let all: Vec<(i32, String, Option<String>, Timestamp)> = rows::<Nulls, _>(&url, all).await;
    let halves: Vec<&str> = all.iter().map(|(_, half, ..)| half.as_str()).collect();
    assert_eq!(halves, [["offline"; 3].as_slice(), &["realtime"; 5]].concat());
    for (row, (id, _, note, at)) in (0..).zip(&all) {
        assert_eq!((*id, at), (row, &timestamp(&format!("2024-01-{:02}T00:00:00", row + 1))));
        assert_eq!(*note, (row % 2 == 1).then(|| format!("visit {row}")));
    }
    let at = timestamp("2024-01-04T00:00:00");
    let later = sql_query("SELECT COUNT(*), COUNT(note) FROM visits WHERE at >= ?").bind(at);
    let later: (i64, i64) = later.fetch_one(&pool::<Nulls>(&url).await).await.expect("a row");
    assert_eq!(later, (5, 3));
    // One half alone is a table of its own name.
    for (half, expected) in [("visits_OFFLINE", 4), ("visits_REALTIME", 6)] {
        let (found,): (i64,) = sql_query(format!("SELECT COUNT(*) FROM {half}"))
            .fetch_one(&pool::<Nulls>(&url).await)
            .await
            .expect("a row");
        assert_eq!(found, expected, "{half}");
    }
}
