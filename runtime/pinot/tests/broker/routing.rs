//! Which broker is asked.

use querent_core::{Pool, sql_query};
use tokio::net::TcpListener;

use crate::server::Server;
use crate::{Stats, TABLE};

#[tokio::test]
async fn a_broker_that_is_gone_gives_way_to_the_next() {
    let broker =
        Server::start(vec![("200 OK", format!("{{{TABLE}}}")), ("200 OK", format!("{{{TABLE}}}"))]).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.and_then(|l| l.local_addr()).expect("a port").port();
    let here = broker.authority.rsplit(':').next().expect("a port");
    let list =
        format!(r#"{{"t":[{{"host":"127.0.0.1","port":{gone}}},{{"host":"127.0.0.1","port":{here}}}]}}"#);
    let controller = Server::start(vec![("200 OK", list)]).await;
    let pool = Pool::<Stats>::connect(&format!("pinot://{}", controller.authority)).await.expect("brokers");
    for _ in 0..2 {
        let rows: Vec<(i64,)> = sql_query("SELECT n FROM t").fetch_all(&pool).await.expect("rows");
        assert_eq!(rows.len(), 2);
    }
    assert_eq!(controller.seen.lock().expect("the log").len(), 1);
}

#[tokio::test]
async fn a_query_goes_to_a_broker_of_its_tables() {
    let answer = || ("200 OK", format!(r#"{{{TABLE},"exceptions":[]}}"#));
    let (one, other) =
        (Server::start(vec![answer(), answer(), answer()]).await, Server::start(vec![answer()]).await);
    let broker = |server: &Server| {
        let port = server.authority.rsplit(':').next().expect("a port");
        format!(r#"{{"host":"127.0.0.1","port":{port}}}"#)
    };
    let list = format!(r#"{{"t":[{}],"u":[{}]}}"#, broker(&one), broker(&other));
    let controller = Server::start(vec![("200 OK", list)]).await;
    let pool = Pool::<Stats>::connect(&format!("pinot://{}", controller.authority)).await.expect("brokers");
    for sql in
        ["SELECT n FROM t", "SELECT n FROM \"T\"", "SELECT n FROM t AS x WHERE s = 'u'", "SELECT n FROM U"]
    {
        let rows: Vec<(i64,)> = sql_query(sql).fetch_all(&pool).await.expect("rows");
        assert_eq!(rows.len(), 2);
    }
    assert_eq!((one.requests(3).await.len(), other.requests(1).await.len()), (3, 1));
}

#[tokio::test]
async fn a_tenant_names_its_brokers() {
    let broker = Server::start(vec![("200 OK", format!(r#"{{{TABLE},"exceptions":[]}}"#))]).await;
    let port = broker.authority.rsplit(':').next().expect("a port");
    let list = format!(r#"[{{"host":"127.0.0.1","port":{port}}}]"#);
    let controller = Server::start(vec![("200 OK", list)]).await;
    let url = format!("pinot://{}?tenant=a%20b", controller.authority);
    let pool = Pool::<Stats>::connect(&url).await.expect("brokers");
    let rows: Vec<(i64,)> = sql_query("SELECT n FROM t").fetch_all(&pool).await.expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(
        controller.last().starts_with("GET /v2/brokers/tenants/a%20b?state=ONLINE "),
        "{}",
        controller.last()
    );
}
