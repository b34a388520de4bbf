//! What Picodata does and PostgreSQL does not, on a server that is scripted to do it (`tests/picodata-server`).

use std::time::Duration;

use querent_core::{
    Batch as _, ClusterOptions, Decode, ErrorKind, ParamMeta, Piece, Plan, PoolOptions, Query, Source, Value,
    ValueError, sql_query as sql,
};
use querent_picodata::{Picodata, PicodataBatch};
use querent_picodata_server::{
    Action, At, Ddl, Encryption, Event, Fault, Message, Method, PASSWORD, Script, Server, SqlError, Startup,
    Statement, Type, User, row,
};

enum Stock {}

impl Source for Stock {
    type Backend = Picodata;
    const NAME: &'static str = "stock";
    const FINGERPRINT: u64 = 0;
}

type Pool = querent_core::Pool<Stock>;

const SELECT: &str = "SELECT name FROM t WHERE id = $1";
const INSERT: &str = "INSERT INTO t (id, name) VALUES ($1, $2)";

/// A table of which each node says who it is.
fn script() -> Script {
    Script::new().on(SELECT, &[Type::Int8], &[("name", Type::Text)], |call| vec![row![call.node]]).on_write(
        INSERT,
        &[Type::Int8, Type::Text],
        |_| 1,
    )
}

fn start(script: Script) -> Server {
    Server::start(script).expect("a port")
}

fn one() -> PoolOptions {
    PoolOptions::new().max_connections(1).resends_max(0)
}

async fn pool(server: &Server, options: PoolOptions) -> Pool {
    options.connect(&server.url("admin")).await.expect("it connects")
}

/// Waits for something to become so.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

/// The checked point SELECT.
fn point(id: i64) -> Query<'static, Stock, String> {
    const PLAN: &Plan = &Plan {
        template: &[Piece::Text("SELECT name FROM t WHERE id = "), Piece::Param(0)],
        params: &[ParamMeta { name: "id", ty: "Int64" }],
        sections: &[],
        columns: &[],
        read_only: true,
        file: file!(),
        line: line!(),
        ..Plan::EMPTY
    };
    Query::new(PLAN, names, [Value::Int(id)])
}

fn names(batch: &PicodataBatch, rows: &mut Vec<String>) -> Result<(), ValueError> {
    let column = <String as Decode<Picodata>>::column(batch, 0)?;
    for row in 0..batch.len() {
        rows.push(<String as Decode<Picodata>>::get(&column, row)?);
    }
    Ok(())
}

/// How often a text was sent to be parsed, under a name and without.
fn parsed(server: &Server, text: &str) -> (usize, usize) {
    let count = |named: bool| {
        server.count(|event| {
            matches!(event, Event::Message(Message::Parse { statement, sql, .. }) if sql == text && statement.is_empty() != named)
        })
    };
    (count(true), count(false))
}

#[tokio::test]
async fn sessions_begin_with_what_makes_them_safe_and_keep_what_the_user_asked_for() {
    let server = start(script().nodes(2));
    let url = format!("{}?sql_motion_row_max=9&read_preference=any", server.url("plain"));
    let pool: Pool =
        PoolOptions::new().max_connections(4).min_connections(4).connect(&url).await.expect("it connects");
    until("all are made", || server.counters("i1").ready + server.counters("i2").ready >= 5).await;
    let startups: Vec<Startup> = server
        .log()
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Startup(startup) => Some(startup),
            _ => None,
        })
        .collect();
    // The connection on which nodes are asked for, too.
    assert!(startups.len() >= 5);
    for startup in startups {
        assert!(startup.invalidation && startup.unknown_options.is_empty(), "{startup:?}");
        let options = |name: &str| startup.options.get(name).map(String::as_str);
        assert_eq!((options("sql_motion_row_max"), options("read_preference")), (Some("9"), Some("any")));
    }
    drop(pool);
}

#[tokio::test]
async fn a_user_is_never_locked_out_by_a_wrong_password() {
    let server = start(script().nodes(3));
    let wrong = server.url("plain").replace(PASSWORD, "wrong");
    let pool: Pool = PoolOptions::new().max_connections(16).connect_lazy(&wrong).expect("a pool");
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(
                async move { point(1).fetch_one(&pool).await.map(drop).expect_err("it is wrong").kind() },
            )
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic"), ErrorKind::Authentication);
    }
    point(1).fetch_one(&pool).await.map(drop).expect_err("it stays wrong");
    let failed: u64 = ["i1", "i2", "i3"].map(|node| server.counters(node).failed_logins).into_iter().sum();
    assert_eq!(failed, 1);
    let right: Pool = PoolOptions::new().connect(&server.url("plain")).await.expect("it is not locked");
    point(1).fetch_one(&right).await.expect("a row");
}

#[tokio::test]
async fn every_way_to_show_a_password_is_known() {
    let user = |name: &str, method| User::plain(name, PASSWORD, method);
    let users =
        [("scram", Method::Scram), ("md5", Method::Md5), ("ldap", Method::Ldap), ("chap", Method::ChapSha1)];
    let script = users.iter().fold(script(), |script, (name, method)| script.user(user(name, *method)));
    let server = start(script);
    for name in ["scram", "md5", "ldap"] {
        let pool: Pool = one().connect(&server.url(name)).await.expect("it connects");
        point(1).fetch_one(&pool).await.expect("a row");
    }
    let error = one().connect::<Stock>(&server.url("chap")).await.map(drop).expect_err("no client can");
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
}

#[tokio::test]
async fn tls_is_never_left_out_and_never_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    for (encryption, options, kind) in [
        (Encryption::Tls, "tls_roots=F/ca.pem", None),
        (Encryption::Tls, "tls_roots=F/rogue-ca.pem", Some(ErrorKind::Tls)),
        (Encryption::MutualTls, "tls_roots=F/ca.pem&tls_cert=F/client.pem&tls_key=F/client.key", None),
        (Encryption::MutualTls, "tls_roots=F/ca.pem", Some(ErrorKind::Tls)),
        (
            Encryption::MutualTls,
            "tls_roots=F/ca.pem&tls_cert=F/rogue.pem&tls_key=F/rogue.key",
            Some(ErrorKind::Tls),
        ),
    ] {
        let server = start(script().encryption(encryption));
        server.keys().write(folder.path()).expect("the folder is there");
        let options = options.replace("F/", &format!("{}/", folder.path().display()));
        let outcome = one().connect::<Stock>(&format!("{}?{options}", server.url("admin"))).await;
        assert_eq!(outcome.as_ref().err().map(querent_core::Error::kind), kind, "{options} {outcome:?}");
    }
    let server = start(script());
    let tls = server.url("admin").replace("picodata://", "picodata+tls://");
    let error = one().connect::<Stock>(&tls).await.map(drop).expect_err("it has none");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert_eq!(server.count(|event| matches!(event, Event::Startup(_))), 0, "nothing was said in plain text");
    let server = start(script().encryption(Encryption::Tls));
    let plain = server.url("admin").replace("picodata+tls://", "picodata://");
    let error = one().connect::<Stock>(&plain).await.map(drop).expect_err("it wants TLS");
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(error.to_string().contains("picodata+tls://"), "{error}");
}

#[tokio::test]
async fn a_read_takes_one_round_trip_and_is_prepared_when_it_comes_again() {
    let server = start(script());
    let pool = pool(&server, one()).await;
    point(1).fetch_one(&pool).await.expect("a row");
    assert_eq!(parsed(&server, SELECT), (0, 1));
    for _ in 0..5 {
        point(1).fetch_one(&pool).await.expect("a row");
    }
    assert_eq!(parsed(&server, SELECT), (1, 1));
    // With the types that the checker found.
    let types = |event: &Event| matches!(event, Event::Message(Message::Parse { sql, types, .. }) if sql == SELECT && types == &[20]);
    assert!(server.count(types) >= 1);
}

#[tokio::test]
async fn between_statements_nothing_is_sent() {
    let server = start(script());
    let alone = one().cluster(ClusterOptions::new().refresh(None));
    let pool = pool(&server, alone).await;
    for id in 0..3 {
        sql(INSERT).bind(id).bind("x").execute(&pool).await.expect("it runs");
        drop(pool.acquire().await.expect("a connection"));
    }
    // No BEGIN, no reset, no query of a catalog of types: only what was asked for.
    let simple = server.count(|event| matches!(event, Event::Message(Message::Query(_))));
    let unknown = server.count(|event| matches!(event, Event::Unscripted(_)));
    let cancelled = server.count(|event| matches!(event, Event::CancelRequest));
    assert_eq!((simple, unknown, cancelled), (0, 0, 0), "{:?}", server.log());
    assert_eq!(parsed(&server, INSERT), (1, 0));
}

#[tokio::test]
async fn prepared_statements_are_bounded_and_closed() {
    let any = |text: &str| {
        text.starts_with("SELECT id + ").then(|| {
            Statement::query(text, &[Type::Int8], &[("col_1", Type::Int8)], |call| {
                vec![row![call.args[0].as_int()]]
            })
        })
    };
    let server = start(script().dynamic(any));
    let url = format!("{}?statements_max=4", server.url("admin"));
    let pool: Pool = one().connect(&url).await.expect("it connects");
    for number in 0..20_i64 {
        let text = format!("SELECT id + {number} FROM t WHERE id = $1");
        let row: (i64,) = sql(text).bind(number).fetch_one::<_, Stock, _>(&pool).await.expect("a row");
        assert_eq!(row.0, number);
    }
    // And the unnamed one of the connection on which nodes are asked for.
    until("older ones are closed", || server.counters("i1").statements <= 5).await;
    pool.close().await;
    until("all are closed", || server.counters("i1").statements == 0).await;
}

#[tokio::test]
async fn a_statement_that_a_schema_change_made_void_runs_all_the_same() {
    for ddl in [Ddl::altered("t"), Ddl::recreated("t")] {
        let server = start(script());
        let pool = pool(&server, one()).await;
        for _ in 0..2 {
            point(1).fetch_one(&pool).await.expect("a row");
            sql(INSERT).bind(1_i64).bind("x").execute(&pool).await.expect("it runs");
        }
        let before = (parsed(&server, SELECT).0, parsed(&server, INSERT).0);
        server.ddl(&ddl);
        point(1).fetch_one(&pool).await.expect("a row");
        sql(INSERT).bind(1_i64).bind("x").execute(&pool).await.expect("it runs");
        let after = (parsed(&server, SELECT).0, parsed(&server, INSERT).0);
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1));
        assert_eq!(server.count(|event| matches!(event, Event::Error("42999"))), 2);
        assert_eq!(pool.stats().connections, 1);
    }
    let server = start(script());
    let pool = pool(&server, one()).await;
    sql(INSERT).bind(1_i64).bind("x").execute(&pool).await.expect("it runs");
    server.ddl(&Ddl::dropped("t"));
    let error = sql(INSERT).bind(1_i64).bind("x").execute(&pool).await.expect_err("the table is gone");
    assert!(matches!(error.kind(), ErrorKind::Query | ErrorKind::SchemaMismatch), "{error:?}");
}

/// Where a server does not know `pico_stmt_invalidation`, the storage says so when the statement runs.
#[tokio::test]
async fn a_read_that_the_storage_finds_out_of_date_is_sent_again() {
    let refused = std::sync::atomic::AtomicBool::new(false);
    let once = Statement::query(SELECT, &[Type::Int8], &[("name", Type::Text)], move |call| {
        let first =
            call.args[0].as_int() == Some(2) && !refused.swap(true, std::sync::atomic::Ordering::SeqCst);
        if first { Err(SqlError::stale_schema("u-1")) } else { Ok(vec![row![call.node]]) }
    });
    let server = start(script().statement(once));
    let pool = pool(&server, one().resends_max(1)).await;
    for _ in 0..2 {
        point(1).fetch_one(&pool).await.expect("a row");
    }
    assert_eq!(point(2).fetch_one(&pool).await.expect("a row"), "i1");
    // It was prepared under a name before, and is described anew.
    assert_eq!(parsed(&server, SELECT), (1, 2));
    assert_eq!(pool.stats().opened, 1);
}

#[tokio::test]
async fn a_statement_whose_columns_changed_is_told_not_misread() {
    let server = start(script());
    let pool = pool(&server, one()).await;
    for _ in 0..2 {
        point(1).fetch_one(&pool).await.expect("a row");
    }
    let number = Statement::query(SELECT, &[Type::Int8], &[("name", Type::Int8)], |_| vec![row![7]]);
    server.ddl(&Ddl::recreated("t").then(number));
    let error = point(1).fetch_one(&pool).await.expect_err("a number is no text");
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch, "{error:?}");
}

#[tokio::test]
async fn a_timeout_closes_the_connection_and_cancels_nothing() {
    let hangs = Statement::query(SELECT, &[Type::Int8], &[("name", Type::Text)], |call| {
        match call.args[0].as_int() {
            Some(0) => querent_picodata_server::Answer::hang(),
            _ => vec![row![call.node]].into(),
        }
    });
    let server = start(script().statement(hangs));
    let pool = pool(&server, one()).await;
    let error = point(0).timeout(Duration::from_millis(50)).fetch_one(&pool).await.expect_err("it hangs");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert_eq!(point(1).fetch_one(&pool).await.expect("a row"), "i1");
    assert_eq!(server.count(|event| matches!(event, Event::CancelRequest)), 0);
    assert_eq!(pool.stats().closed.dropped, 1);
}

#[tokio::test]
async fn a_server_that_stops_reading_costs_one_timeout() {
    let server = start(script().fault(Fault::new(At::Bind, Action::StopReading).of(SELECT).times(1)));
    let pool = pool(&server, one()).await;
    let error = point(1).timeout(Duration::from_millis(50)).fetch_one(&pool).await.expect_err("nobody reads");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    point(1).fetch_one(&pool).await.expect("a row");
}

#[tokio::test]
async fn a_write_that_was_lost_is_not_sent_again() {
    for (at, after, ran, kind) in [
        (At::Parse, false, 1, None),
        (At::Execute, false, 0, Some(ErrorKind::Ambiguous)),
        (At::Execute, true, 1, Some(ErrorKind::Ambiguous)),
    ] {
        let fault = Fault::new(at, Action::Close).of(INSERT).times(1);
        let server = start(script().fault(if after { fault.after() } else { fault }));
        let pool: Pool = PoolOptions::new().connect(&server.url("admin")).await.expect("it connects");
        let outcome = sql(INSERT).bind(1_i64).bind("x").execute(&pool).await;
        assert_eq!(outcome.as_ref().err().map(querent_core::Error::kind), kind, "{at:?} {outcome:?}");
        let times = server.ran().iter().filter(|(_, ran)| ran.sql == INSERT).count();
        assert_eq!(times, ran, "{at:?}");
        // The pool is as good as before.
        point(1).fetch_one(&pool).await.expect("a row");
    }
}

#[tokio::test]
async fn a_duplicate_key_tells_no_value() {
    let refuses = Statement::write(INSERT, &[Type::Int8, Type::Text], |_| {
        SqlError::duplicate_key("u-1", "1028_pkey", "t", r#"[1, "s3cret"]"#, r#"[1, "s3cret too"]"#)
    });
    let server = start(script().statement(refuses));
    let pool = pool(&server, one()).await;
    let error = sql(INSERT).bind(1_i64).bind("s3cret too").execute(&pool).await.expect_err("it is there");
    assert_eq!(error.kind(), ErrorKind::Constraint, "{error:?}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn metadata_that_a_server_tells_unasked_is_passed_over() {
    let insert = Statement::write(INSERT, &[Type::Int8, Type::Text], |_| 1).with_key(&[1]);
    let server = start(script().statement(insert));
    let pool = pool(&server, one()).await;
    let done = sql(INSERT).bind(1_i64).bind("x").execute(&pool).await.expect("it runs");
    assert_eq!(done.rows_affected, Some(1));
}

#[tokio::test]
async fn nodes_come_and_go_while_the_pool_works() {
    let server = start(script().nodes(2));
    let quick = ClusterOptions::new().refresh(Some(Duration::from_millis(100)));
    let options = PoolOptions::new().max_connections(6).min_connections(6).cluster(quick);
    let pool: Pool = options.connect(&server.url("plain")).await.expect("it connects");
    let shares = |pool: &Pool| {
        let mut shares: Vec<(String, usize)> =
            pool.stats().nodes.into_iter().map(|node| (node.node.name, node.connections)).collect();
        shares.sort();
        shares
    };
    let share = |name: &str, count| (name.to_owned(), count);
    until("two share", || shares(&pool) == [share("i1", 3), share("i2", 3)]).await;
    server.add_node("i3", "r2").expect("a port");
    until("three share", || shares(&pool) == [share("i1", 2), share("i2", 2), share("i3", 2)]).await;
    server.remove_node("i1");
    until("it has none", || shares(&pool)[0] == share("i1", 0)).await;
    for _ in 0..10 {
        assert_ne!(point(1).fetch_one(&pool).await.expect("a row"), "i1");
    }
}
