//! What users get wrong, one thing at a time, on real nodes: the error says what, where and what to do, in bounded time, and
//! repeats no secret. What is wrong with users and certificates alone is in `security`.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use querent_core::{Error, ErrorKind, Pool, PoolOptions, sql_query};
use querent_ignite::{Cache, IgniteQuery as _, ScanOptions};

use crate::private::Private;
use crate::{Orders, pool, rows, run_sql, table};

crate::tests! { H2:
    urls,
    caches_keys_and_values,
    options_of_a_call,
    a_server_that_is_gone,
}

crate::tests! { TLS: files_of_certificates }

#[track_caller]
fn says(error: &Error, kind: ErrorKind, words: &[&str]) {
    assert_eq!(error.kind(), kind, "{error:?}");
    for word in words {
        assert!(error.to_string().contains(word), "`{word}` is not in: {error}");
    }
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

async fn refusal(url: &str) -> Error {
    let begin = Instant::now();
    let outcome: Result<Pool<Orders>, _> = PoolOptions::new().connect(url).await;
    let error = outcome.expect_err(url);
    assert!(begin.elapsed() < Duration::from_secs(10), "{url}: {:?}", begin.elapsed());
    error
}

async fn urls(url: String) {
    let at = url.trim_start_matches("ignite://");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let nobody = nobody.to_string();
    for (url, kind, words) in [
        (at.to_owned(), ErrorKind::Config, &["no scheme"][..]),
        (format!("http://{at}"), ErrorKind::Config, &["none of ignite, ignite+tls"]),
        (format!("{url}?nope=s3cret"), ErrorKind::Config, &["`nope`", "not known"]),
        (format!("{url}?page_size=0"), ErrorKind::Config, &["`page_size`", "above 0"]),
        (format!("{url}?page_size=s3cret"), ErrorKind::Config, &["`page_size`", "above 0"]),
        (format!("{url}?page_size=1&page_size=2"), ErrorKind::Config, &["`page_size`", "twice"]),
        (format!("{url}?partition_aware=yes"), ErrorKind::Config, &["`partition_aware`", "neither true"]),
        (format!("{url}?engine=h2"), ErrorKind::Config, &["`engine`", "querent.toml"]),
        (format!("{url}?tls_roots=x"), ErrorKind::Config, &["`tls_roots`", "ignite+tls"]),
        (format!("{url}/PUBLIC"), ErrorKind::Config, &["path", "schema is an option"]),
        (format!("ignite://me:s3cret@{nobody}"), ErrorKind::Connection, &[&nobody, "cannot be reached"]),
        (format!("ignite+tls://me:s3cret@{at}"), ErrorKind::Tls, &[at, "speaks no TLS"]),
    ] {
        says(&refusal(&url).await, kind, words);
    }
    // A password that a node without users does not ask for is no mistake, and an option's value is none until it is used.
    let nowhere = format!("NOWHERE{}", std::process::id());
    let pool = pool(&format!("ignite://me:s3cret@{at}?schema={nowhere}")).await;
    let error = sql_query("SELECT 1").fetch_all::<(i32,), Orders, _>(&pool).await.unwrap_err();
    says(&error, ErrorKind::Query, &[&nowhere]);
    assert!(!format!("{pool:?}").contains("s3cret"));
}

async fn caches_keys_and_values(url: String) {
    let pool = pool(&url).await;
    let nowhere = Cache::<Orders, i32, i32>::new("mistaken_nowhere");
    says(&nowhere.get(&pool, &1).await.unwrap_err(), ErrorKind::Query, &["ache does not exist"]);
    says(&nowhere.put(&pool, &1, &1).await.unwrap_err(), ErrorKind::Query, &["ache does not exist"]);
    says(&nowhere.settings(&pool).await.unwrap_err(), ErrorKind::Query, &["ache does not exist"]);
    says(&nowhere.destroy(&pool).await.unwrap_err(), ErrorKind::Query, &["ache does not exist"]);
    let scan = nowhere.scan(&pool, ScanOptions::default()).try_collect::<Vec<_>>().await;
    says(&scan.unwrap_err(), ErrorKind::Query, &["ache does not exist"]);
    let there = Cache::<Orders, i32, String>::new("mistaken");
    there.get_or_create(&pool).await.unwrap();
    says(&there.create(&pool).await.unwrap_err(), ErrorKind::Query, &["mistaken"]);
    there.put(&pool, &1, "s3cret").await.unwrap();
    // Another type of key is another key.
    let other_key = Cache::<Orders, i64, String>::new("mistaken");
    assert_eq!(other_key.get(&pool, &1).await.unwrap(), None);
    let scan = Cache::<Orders, String, String>::new("mistaken").scan(&pool, ScanOptions::default());
    says(&scan.try_collect::<Vec<_>>().await.unwrap_err(), ErrorKind::Value, &["read"]);
    let other_value = Cache::<Orders, i32, i64>::new("mistaken");
    says(&other_value.get(&pool, &1).await.unwrap_err(), ErrorKind::Value, &["read"]);
    says(&other_value.get_all(&pool, &[1]).await.unwrap_err(), ErrorKind::Value, &["read"]);
    // The server compares no types with those of the table, whose rows they then are not; `cache!` does, at compile time.
    table(&pool, "mistaken_table", "(id INT PRIMARY KEY, name VARCHAR) WITH \"cache_name=MistakenTable\"")
        .await;
    Cache::<Orders, String, i32>::new("MistakenTable").put(&pool, "s3cret", &1).await.unwrap();
    assert_eq!(rows::<(i32, Option<String>)>(&pool, "SELECT id, name FROM mistaken_table").await, []);
    assert_eq!(there.get(&pool, &1).await.unwrap().as_deref(), Some("s3cret"));
}

async fn options_of_a_call(url: String) {
    let pool = pool(&url).await;
    table(&pool, "mistaken_call", "(id INT PRIMARY KEY, n INT)").await;
    run_sql(&pool, "INSERT INTO mistaken_call VALUES (1, 1), (2, 2)").await;
    let cache = Cache::<Orders, i32, i32>::new("mistaken_call");
    cache.get_or_create(&pool).await.unwrap();
    cache.put_all(&pool, &[(1, 1), (2, 2)]).await.unwrap();
    let scan = async |options| cache.scan(&pool, options).try_collect::<Vec<_>>().await;
    let page = |rows| ScanOptions { page_size: Some(rows), ..ScanOptions::default() };
    let partition = |number| ScanOptions { partition: Some(number), ..ScanOptions::default() };
    says(&scan(page(0)).await.unwrap_err(), ErrorKind::Value, &["page size", "above zero"]);
    assert_eq!(scan(page(u32::MAX)).await.unwrap().len(), 2);
    says(&scan(partition(-1)).await.unwrap_err(), ErrorKind::Value, &["partition", "from 0"]);
    says(&scan(partition(1024)).await.unwrap_err(), ErrorKind::Server, &["Invalid partition number: 1024"]);

    let all = || sql_query("SELECT id FROM mistaken_call").of::<Orders, (i32,)>();
    for partitions in [vec![-1], vec![5000], vec![]] {
        let error = all().partitions(partitions.clone()).fetch_all(&pool).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server, "{partitions:?}: {error:?}");
    }
    // A name of its own: each thread of the node tells once that a schema is not there (2.17.0).
    let elsewhere = format!("ELSEWHERE{}", std::process::id());
    let error = all().schema(&elsewhere).fetch_all(&pool).await.unwrap_err();
    says(&error, ErrorKind::Query, &["schema", &elsewhere]);
    says(&all().fetch_one(&pool).await.unwrap_err(), ErrorKind::TooManyRows, &["more than one"]);

    let few = sql_query("SELECT id FROM mistaken_call WHERE id = ? AND n = ?").bind(4711_i32);
    let error = few.fetch_all::<(i32,), Orders, _>(&pool).await.unwrap_err();
    says(&error, ErrorKind::Query, &["2 parameters"]);
    let text = sql_query("SELECT id FROM mistaken_call WHERE id = ?").bind("s3cret");
    let error = text.fetch_all::<(i32,), Orders, _>(&pool).await.unwrap_err();
    says(&error, ErrorKind::Query, &["conversion error"]);
    let two = sql_query("SELECT id FROM mistaken_call; SELECT 1");
    let error = two.fetch_all::<(i32,), Orders, _>(&pool).await.unwrap_err();
    says(&error, ErrorKind::Unsupported, &["ultiple statements"]);
    let one: Vec<(i32,)> = rows(&pool, "SELECT id FROM mistaken_call WHERE id = 1").await;
    assert_eq!(one, [(1,)]);
}

async fn a_server_that_is_gone(_: String) {
    let private = Private::start("h2").await;
    let pool = pool(&format!("{}?page_size=1", private.url)).await;
    let cache = Cache::<Orders, i32, i32>::new("gone");
    cache.get_or_create(&pool).await.unwrap();
    cache.put_all(&pool, &[(1, 1), (2, 2), (3, 3), (4, 4)]).await.unwrap();
    let mut scan = Box::pin(cache.scan(&pool, ScanOptions::default()));
    scan.try_next().await.unwrap();
    let mut stream = sql_query("SELECT x FROM SYSTEM_RANGE(1, 9)").fetch::<(i64,), Orders, _>(&pool);
    stream.try_next().await.unwrap();
    private.node("kill", 0).await;
    let begin = Instant::now();
    // The page that was on its way has come.
    let rest = scan.try_collect::<Vec<_>>().await;
    says(&rest.unwrap_err(), ErrorKind::Connection, &["half way", "closed the connection"]);
    says(
        &stream.try_collect::<Vec<_>>().await.unwrap_err(),
        ErrorKind::Connection,
        &["closed the connection"],
    );
    let address = private.url.trim_start_matches("ignite://");
    let sql = sql_query("SELECT 1").fetch_all::<(i32,), Orders, _>(&pool).await.map(drop);
    for outcome in [
        cache.get(&pool, &1).await.map(drop),
        // Not `Ambiguous`: nothing was sent.
        cache.put(&pool, &1, &1).await,
        sql,
        pool.begin().await.map(drop),
    ] {
        says(&outcome.unwrap_err(), ErrorKind::Connection, &[address, "cannot be reached"]);
    }
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    private.node("start", 0).await;
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
    private.end().await;
}

async fn files_of_certificates(url: String) {
    let (host, options) = url.split_once('?').expect("certificates");
    let file = |name: &str| std::env::var(format!("QUERENT_TEST_IGNITE_TLS_{name}")).expect("a file");
    let (roots, cert, key) = (file("CA"), file("CERT"), file("KEY"));
    let bad = std::env::temp_dir().join(format!("querent-{}.pem", std::process::id()));
    std::fs::write(&bad, "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n").expect("a file");
    let bad = bad.display().to_string();
    for (options, words) in [
        (String::new(), &[host.trim_start_matches("ignite+tls://"), "tls_roots"][..]),
        ("tls_roots=/nowhere.pem".to_owned(), &["tls_roots", "/nowhere.pem"]),
        (format!("tls_roots={bad}"), &["tls_roots", &bad]),
        (format!("tls_roots={key}"), &["tls_roots", &key, "no certificate"]),
        (format!("tls_roots={roots}&tls_cert={key}&tls_key={key}"), &["tls_cert", &key, "no certificate"]),
        (format!("tls_roots={roots}&tls_cert={cert}&tls_key={cert}"), &["tls_key", &cert]),
        (format!("tls_roots={roots}&tls_cert={cert}&tls_key={bad}"), &["tls_key", &bad]),
        (
            format!("tls_roots={roots}&tls_cert={cert}&tls_key={}", file("ROGUE_KEY")),
            &["tls_cert and tls_key"],
        ),
        (format!("{options}&tls_server_name=other.example"), &["another name", "tls_server_name"]),
    ] {
        says(&refusal(&format!("{host}?{options}")).await, ErrorKind::Tls, words);
    }
    std::fs::remove_file(bad).expect("the file");
    let one: Vec<(String,)> = rows(&pool(&url).await, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
}
