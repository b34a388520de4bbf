//! The same checked queries, unchanged, by URL alone: in process, over TCP and TLS, on roapi and on Sail; and what goes wrong.

#[path = "../../../examples/quickstart.rs"]
#[expect(dead_code, unreachable_pub, reason = "the example is a program of its own; here it is a module")]
mod quickstart;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use querent::embedded::Server;
use querent::{ErrorKind, Pool, PoolOptions, query};
use querent_live::live;
use quickstart::Flights;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/nycflights13");

fn main() {
    let arguments = Arguments::from_args();
    let here = |name: &str, test: fn() -> Result<(), Failed>| Trial::test(name.to_owned(), test);
    let tests = vec![
        here("embedded: in process and over TCP alike", same_over_tcp),
        here("embedded: over TLS with a password", tls_and_password),
        here("embedded: a wrong password is told, and told at once", wrong_password),
        here("embedded: TLS to a plain port, and plain to a TLS port", tls_mismatch),
        here("embedded: an absent server is told in bounded time", absent_server),
        here("embedded: a server that goes and comes back", server_restarts),
        here("embedded: a schema other than checked is told, and the pool lives on", other_schema),
        here("embedded: a refused statement leaves the pool usable", refused_statement),
        here("embedded: writes and their counts", writes),
        here("embedded: every scalar type goes out and comes back", types_round_trip),
        live("roapi: the quickstart's queries", "QUERENT_TEST_ROAPI_URL", same_report),
        live("sail: the quickstart's queries", "QUERENT_TEST_SAIL_URL", same_report),
    ];
    libtest_mimic::run(&arguments, tests).exit();
}

/// Runs a test within a minute.
fn run(test: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), test).await })?
}

async fn pool(url: &str) -> querent::Result<Pool<Flights>> {
    PoolOptions::new().connect_timeout(Duration::from_secs(5)).connect(url).await
}

async fn embedded_report() -> Result<String, Failed> {
    Ok(quickstart::report(&pool(&format!("embedded:{DATA}")).await?).await?)
}

fn ensure_eq<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}").into()) }
}

#[track_caller]
fn refused<T>(outcome: querent::Result<T>) -> Result<querent::Error, Failed> {
    match outcome {
        Ok(_) => Err("it was accepted".into()),
        Err(error) => Ok(error),
    }
}

fn same_report(url: &str) -> Result<(), Failed> {
    run(async { ensure_eq(quickstart::report(&pool(url).await?).await?, embedded_report().await?) })
}

fn same_over_tcp() -> Result<(), Failed> {
    run(async {
        let report = embedded_report().await?;
        for line in [
            "United Air Lines Inc.",
            "flights from EWR, 60 min late or more",
            "N14228: BOEING 737-824, built 1999",
        ] {
            if !report.contains(line) {
                return Err(format!("the report has no {line:?}:\n{report}").into());
            }
        }
        let listening = Server::open(DATA).await?.listen(([127, 0, 0, 1], 0).into()).await?;
        let pool = pool(&format!("flight://{}", listening.local_addr())).await?;
        ensure_eq(quickstart::report(&pool).await?, report)
    })
}

/// A server with a certificate of its own; the second is the PEM file to trust.
async fn secure_server() -> Result<(querent::embedded::Listening, tempfile::NamedTempFile), Failed> {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let roots = tempfile::NamedTempFile::new()?;
    std::fs::write(roots.path(), certified.cert.pem())?;
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key.into())?;
    let server =
        Server::builder().path(DATA).basic_auth("me", "pw-of-me").tls(Arc::new(config)).open().await?;
    Ok((server.listen(([127, 0, 0, 1], 0).into()).await?, roots))
}

fn tls_and_password() -> Result<(), Failed> {
    run(async {
        let (listening, roots) = secure_server().await?;
        let (port, roots) = (listening.local_addr().port(), roots.path().display());
        let pool = pool(&format!("flight+tls://me:pw-of-me@localhost:{port}?tls_roots={roots}")).await?;
        ensure_eq(quickstart::report(&pool).await?, embedded_report().await?)?;
        let strange = pool_error(&format!("flight+tls://me:pw-of-me@localhost:{port}")).await?;
        ensure_eq(strange.kind(), ErrorKind::Tls)?;
        let other_name = format!("flight+tls://me:pw-of-me@127.0.0.1:{port}?tls_roots={roots}");
        ensure_eq(pool_error(&other_name).await?.kind(), ErrorKind::Tls)
    })
}

async fn pool_error(url: &str) -> Result<querent::Error, Failed> {
    let began = Instant::now();
    let error = refused(pool(url).await)?;
    if began.elapsed() > Duration::from_secs(20) {
        return Err(format!("it took {:?} to fail", began.elapsed()).into());
    }
    let printed = format!("{error} {error:?}");
    if printed.contains("pw-of") {
        return Err("the error holds the password".into());
    }
    Ok(error)
}

fn wrong_password() -> Result<(), Failed> {
    run(async {
        let server = Server::builder().path(DATA).basic_auth("me", "pw-of-me").open().await?;
        let listening = server.listen(([127, 0, 0, 1], 0).into()).await?;
        let addr = listening.local_addr();
        ensure_eq(
            pool_error(&format!("flight://me:pw-of-nobody@{addr}")).await?.kind(),
            ErrorKind::Authentication,
        )?;
        // Without credentials the first query says so.
        let nameless = pool(&format!("flight://{addr}")).await?;
        let error = refused(quickstart::report(&nameless).await)?;
        ensure_eq(error.kind(), ErrorKind::Authentication)
    })
}

fn tls_mismatch() -> Result<(), Failed> {
    run(async {
        let plain = Server::open(DATA).await?.listen(([127, 0, 0, 1], 0).into()).await?;
        let error = pool_error(&format!("flight+tls://localhost:{}", plain.local_addr().port())).await?;
        ensure_eq(error.kind(), ErrorKind::Tls)?;
        let (secure, _roots) = secure_server().await?;
        let error =
            pool_error(&format!("flight://me:pw-of-me@localhost:{}", secure.local_addr().port())).await?;
        ensure_eq(error.kind(), ErrorKind::Connection)
    })
}

fn absent_server() -> Result<(), Failed> {
    run(async {
        // A port that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let error = pool_error(&format!("flight://127.0.0.1:{port}")).await?;
        ensure_eq(error.kind(), ErrorKind::Connection)?;
        // One that takes connections and never answers.
        let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
        let url = format!("flight://me:pw-of-me@{}", silent.local_addr()?);
        ensure_eq(pool_error(&url).await?.kind(), ErrorKind::Timeout)
    })
}

fn server_restarts() -> Result<(), Failed> {
    run(async {
        let server = Server::open(DATA).await?;
        let listening = server.listen(([127, 0, 0, 1], 0).into()).await?;
        let addr = listening.local_addr();
        let pool = pool(&format!("flight://{addr}")).await?;
        let report = quickstart::report(&pool).await?;
        listening.shutdown().await?;
        let error = refused(quickstart::report(&pool).await)?;
        ensure_eq(error.kind(), ErrorKind::Connection)?;
        let _again = server.listen(addr).await?;
        ensure_eq(quickstart::report(&pool).await?, report)
    })
}

/// A server on which `flights` is another table than the one that was checked.
fn other_schema() -> Result<(), Failed> {
    run(async {
        let script = tempfile::Builder::new().suffix(".sql").tempfile()?;
        std::fs::write(
            script.path(),
            "CREATE TABLE planes AS SELECT 'N14228' AS tailnum, 7 AS manufacturer, 'x' AS model, 1999 AS year;
             CREATE TABLE airlines AS SELECT CAST(NULL AS VARCHAR) AS carrier, CAST(NULL AS VARCHAR) AS name;",
        )?;
        let pool = pool(&format!("embedded:{}", script.path().display())).await?;
        let typed = query!(Flights, "SELECT manufacturer FROM planes").fetch_all(&pool).await;
        let error = refused(typed)?;
        ensure_eq(error.kind(), ErrorKind::SchemaMismatch)?;
        let message = error.to_string();
        if !message.contains("`manufacturer`") || !message.contains("flight.rs") {
            return Err(format!("it does not name the column and the place: {message}").into());
        }
        let null = refused(query!(Flights, "SELECT name FROM airlines").fetch_all(&pool).await)?;
        ensure_eq(null.kind(), ErrorKind::SchemaMismatch)?;
        let gone = refused(query!(Flights, "SELECT dest FROM flights").fetch_all(&pool).await)?;
        ensure_eq(gone.kind(), ErrorKind::Query)?;
        let model = query!(Flights, "SELECT tailnum FROM planes").fetch_one(&pool).await?;
        ensure_eq(model.tailnum.as_str(), "N14228")
    })
}

fn refused_statement() -> Result<(), Failed> {
    run(async {
        let pool = pool(&format!("embedded:{DATA}")).await?;
        for _ in 0..20 {
            let bad = querent::sql("SELECT nope FROM flights WHERE dest = $1").bind("s3cret value");
            let error = refused(bad.fetch_all::<(i64,), Flights, _>(&pool).await)?;
            ensure_eq(error.kind(), ErrorKind::Query)?;
            if format!("{error} {error:?}").contains("s3cret") {
                return Err(format!("the error holds a value: {error:?}").into());
            }
        }
        ensure_eq(pool.stats().connections, 1)?;
        let count = querent::sql("SELECT count(*) FROM flights WHERE dest = $1").bind("SFO");
        let (count,) = count.fetch_one::<(i64,), Flights, _>(&pool).await?;
        ensure_eq(count > 0, true)
    })
}

fn writes() -> Result<(), Failed> {
    run(async {
        let script = tempfile::Builder::new().suffix(".sql").tempfile()?;
        std::fs::write(
            script.path(),
            "CREATE TABLE airlines (carrier VARCHAR NOT NULL, name VARCHAR NOT NULL);",
        )?;
        let pool = pool(&format!("embedded:{}", script.path().display())).await?;
        for (carrier, name) in [("AA", "American"), ("B6", "it's \\ \"JetBlue\"")] {
            let insert = query!(
                Flights,
                "INSERT INTO airlines (carrier, name) VALUES (:carrier, :name)",
                carrier,
                name
            );
            ensure_eq(insert.execute(&pool).await?.rows_affected, Some(1))?;
        }
        let rows =
            query!(Flights, "SELECT carrier, name FROM airlines ORDER BY carrier").fetch_all(&pool).await?;
        let names: Vec<&str> = rows.iter().map(|r| r.name.as_str()).collect();
        ensure_eq(names, vec!["American", "it's \\ \"JetBlue\""])?;
        let none: &[&str] = &[];
        let empty = query!(Flights, "SELECT name FROM airlines WHERE carrier IN (:none..)", none)
            .fetch_all(&pool)
            .await?;
        ensure_eq(empty.len(), 0)?;
        let all = query!(Flights, "SELECT name FROM airlines WHERE carrier NOT IN (:none..)", none)
            .fetch_all(&pool)
            .await?;
        ensure_eq(all.len(), 2)
    })
}

fn types_round_trip() -> Result<(), Failed> {
    use querent::types::{Date, Decimal, Interval, Time, Timestamp};
    run(async {
        let pool = pool(&format!("embedded:{DATA}")).await?;
        let text = "SELECT CAST($1 AS BIGINT UNSIGNED), CAST($2 AS DOUBLE), CAST($3 AS DECIMAL(38, 10)), CAST($4 AS DATE),
                    CAST($5 AS TIME), CAST($6 AS TIMESTAMP), CAST($7 AS BYTEA)";
        type Row = (u64, f64, Decimal, Date, Time, Timestamp, Vec<u8>);
        let sent: Row = (
            u64::MAX,
            -0.1,
            "-12345678901234567890.0123456789".parse()?,
            "1582-10-15".parse()?,
            "23:59:59.999999999".parse()?,
            "1969-12-31T23:59:59.999999999".parse()?,
            vec![0, 255, 39],
        );
        let query = querent::sql(text).bind(sent.0).bind(sent.1).bind(&sent.2).bind(sent.3);
        let query = query.bind(sent.4).bind(sent.5).bind(&sent.6);
        ensure_eq(query.fetch_one::<Row, Flights, _>(&pool).await?, sent)?;
        type Null = (Option<i64>, Option<String>, Option<Interval>, Vec<Option<i32>>);
        let text = "SELECT CAST($1 AS BIGINT), CAST($2 AS VARCHAR), INTERVAL '1 month 2 days', make_array(CAST(1 AS INT), NULL)";
        let query = querent::sql(text).bind(None::<i64>).bind(&None::<String>);
        let row = query.fetch_one::<Null, Flights, _>(&pool).await?;
        ensure_eq(row, (None, None, Some(Interval::new(1, 2, 0)), vec![Some(1), None]))
    })
}
