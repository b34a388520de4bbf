//! Users and TLS, on clusters that have them.

use std::time::Duration;

use querent_core::{Error, ErrorKind, Pool, Result, sql_query};
use tokio::net::TcpListener;

use crate::front::{Act, Front};
use crate::listener::Listener;
use crate::private::{Private, Shared};
use crate::{Nulls, pool};

crate::tests! {
    ALL:
    users_are_let_in,
    wrong_credentials_are_told,
    a_table_that_is_not_allowed_is_told,
    tls_is_spoken_to_controller_and_broker,
    servers_that_are_not_trusted_are_told,
    plain_text_and_tls_do_not_meet,
    a_certificate_is_asked_for,
    a_proxy_sees_nothing_of_what_tls_hides,
}

/// Users, plain text.
static USERS: Shared = Shared::with(&["auth"]);
/// Users and TLS; the broker asks for a certificate.
static TLS: Shared = Shared::with(&["auth", "client-certificates"]);

/// The longest that a refusal may take.
const SOON: Duration = Duration::from_secs(60);

/// How many airlines a new pool finds.
async fn airlines(url: &str) -> Result<usize> {
    let asked = async {
        let pool: Pool<Nulls> = Pool::connect(url).await?;
        let query = sql_query("SELECT carrier FROM airlines WHERE name <> ? LIMIT 100").bind("s3cret");
        Ok(query.fetch_all::<(String,), _, _>(&pool).await?.len())
    };
    tokio::time::timeout(SOON, asked).await.expect("in bounded time")
}

async fn refusal(url: &str) -> Error {
    let error = airlines(url).await.expect_err(url);
    for secret in ["s3cret", "verysecret", "t0ken", "Basic ", "Bearer "] {
        assert!(!format!("{error} {}", told(&error)).contains(secret), "{error:?}");
    }
    error
}

/// An error with all that caused it.
fn told(error: &Error) -> String {
    let first: &(dyn std::error::Error + 'static) = error;
    let causes = std::iter::successors(Some(first), |error| (*error).source());
    causes.map(|cause| format!("{cause:?}")).collect::<Vec<_>>().join(" < ")
}

/// `user@` put into a URL, which is `pinot://host…` or `pinot+tls://host…`.
fn of(user: &str, url: &str) -> String {
    url.replacen("://", &format!("://{user}"), 1)
}

async fn users_are_let_in(_: String) {
    let cluster = USERS.take().await;
    let broker = format!("pinot://{}?role=broker", cluster.brokers()[0]);
    for url in [&cluster.url, &broker] {
        for user in ["admin:verysecret@", "reader:s3cret@"] {
            assert_eq!(airlines(&of(user, url)).await.expect("let in"), 16, "{user}");
        }
        // The same as a token, if only Basic is understood by this server.
        let header = format!("{url}{}header.X-Nothing=1", if url.contains('?') { '&' } else { '?' });
        assert_eq!(airlines(&of("reader:s3cret@", &header)).await.expect("let in"), 16);
    }
    cluster.give_back();
}

async fn wrong_credentials_are_told(_: String) {
    let cluster = USERS.take().await;
    let (listener, _listening) = Listener::listen();
    let broker = cluster.brokers()[0].clone();
    for host in [cluster.controller().to_owned(), format!("{broker}?role=broker")] {
        for user in ["admin:s3cret@", "nobody:s3cret@", "admin@", "admin:@", ":verysecret@", ""] {
            let error = refusal(&format!("pinot://{user}{host}")).await;
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::Authentication, Some("HTTP 401")),
                "{error:?}"
            );
            assert!(!error.is_retryable(), "{error:?}");
        }
        let token = if host.contains('?') { "&token=t0ken" } else { "?token=t0ken" };
        let error = refusal(&format!("pinot://{host}{token}")).await;
        assert_eq!(error.kind(), ErrorKind::Authentication, "{error:?}");
    }
    let heard = listener.heard();
    assert!(heard.iter().any(|line| line.contains("http.response.status_code=401")), "{heard:?}");
    for line in heard {
        for secret in ["s3cret", "t0ken", "Basic", "Bearer"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    cluster.give_back();
}

async fn a_table_that_is_not_allowed_is_told(_: String) {
    let cluster = USERS.take().await;
    let reader = pool::<Nulls>(&of("reader:s3cret@", &cluster.url)).await;
    // Beside one that is there, one that is not: this engine does not say which of both it is (1.5.1).
    for table in ["spread", "nowhere"] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let error = sql_query(sql).fetch_all::<(i64,), _, _>(&reader).await.expect_err("not allowed");
        assert_eq!((error.kind(), error.code()), (ErrorKind::Permission, Some("HTTP 403")), "{error:?}");
        assert!(!error.is_retryable() && !format!("{error:?}").contains("s3cret"), "{error:?}");
    }
    let admin = pool::<Nulls>(&of("admin:verysecret@", &cluster.url)).await;
    let rows = sql_query("SELECT COUNT(*) FROM spread").fetch_all::<(i64,), _, _>(&admin).await;
    assert_eq!(rows.expect("allowed"), [(4_000,)]);
    cluster.give_back();
}

/// The URL of one who may do everything and has a certificate, by these hosts.
fn secure(cluster: &Private, hosts: &str) -> String {
    let trust = format!("{}&{}", cluster.roots("ca"), cluster.certificate("client"));
    let and = if hosts.contains('?') { '&' } else { '?' };
    format!("pinot+tls://reader:s3cret@{hosts}{and}{trust}")
}

async fn tls_is_spoken_to_controller_and_broker(_: String) {
    let cluster = TLS.take().await;
    assert_eq!(airlines(&secure(&cluster, cluster.controller())).await.expect("rows"), 16);
    let broker = format!("{}?role=broker", cluster.brokers()[0]);
    assert_eq!(airlines(&secure(&cluster, &broker)).await.expect("rows"), 16);
    // The certificate has this name as well.
    let named = secure(&cluster, &broker.replace("127.0.0.1", "localhost"));
    assert_eq!(airlines(&named).await.expect("rows"), 16);
    let error = refusal(&secure(&cluster, &broker).replace("reader:s3cret@", "reader:t0ken@")).await;
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error:?}");
    cluster.give_back();
}

async fn servers_that_are_not_trusted_are_told(_: String) {
    let cluster = TLS.take().await;
    for hosts in [cluster.controller().to_owned(), format!("{}?role=broker", cluster.brokers()[0])] {
        let url = secure(&cluster, &hosts);
        // Another authority of the same name, and those that everybody trusts.
        for wrong in
            [url.replace("/ca.pem", "/rogue-ca.pem"), url.replace(&format!("{}&", cluster.roots("ca")), "")]
        {
            let error = refusal(&wrong).await;
            assert_eq!(error.kind(), ErrorKind::Tls, "{}", told(&error));
        }
        // A host that the certificate does not name.
        let (host, _) = hosts.split_once('?').unwrap_or((&hosts, ""));
        let elsewhere = Front::tunnel("127.0.0.2:0", host).await;
        let error = refusal(&url.replacen(host, &elsewhere, 1)).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{}", told(&error));
        assert!(error.to_string().contains("not valid for name"), "{}", told(&error));
    }
    cluster.give_back();
}

async fn plain_text_and_tls_do_not_meet(url: String) {
    let cluster = TLS.take().await;
    for hosts in [cluster.controller().to_owned(), format!("{}?role=broker", cluster.brokers()[0])] {
        let error = refusal(&format!("pinot://reader:s3cret@{hosts}")).await;
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert!(error.to_string().contains("pinot+tls"), "{}", told(&error));
    }
    let plain = url.rsplit('/').next().expect("a host");
    for hosts in [plain.to_owned(), format!("{}?role=broker", crate::bodies::broker())] {
        let error = refusal(&secure(&cluster, &hosts)).await;
        // It waits for the rest of what it takes for a request (1.5.1).
        assert_eq!(error.kind(), ErrorKind::Connection, "{}", told(&error));
        assert!(error.to_string().contains("speaks no TLS"), "{error}");
    }
    // One that says nothing at all.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let hosts = format!("{}?connect_timeout_ms=500", silent.local_addr().expect("an address"));
    let error = refusal(&secure(&cluster, &hosts)).await;
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    cluster.give_back();
}

async fn a_certificate_is_asked_for(_: String) {
    let cluster = TLS.take().await;
    for hosts in [cluster.controller().to_owned(), format!("{}?role=broker", cluster.brokers()[0])] {
        let url = secure(&cluster, &hosts);
        for wrong in [
            url.replace(&format!("&{}", cluster.certificate("client")), ""),
            url.replace(&cluster.certificate("client"), &cluster.certificate("rogue")),
        ] {
            let error = refusal(&wrong).await;
            assert_eq!(error.kind(), ErrorKind::Tls, "{}", told(&error));
        }
    }
    cluster.give_back();
}

async fn a_proxy_sees_nothing_of_what_tls_hides(_: String) {
    let cluster = TLS.take().await;
    let broker = cluster.brokers()[0].clone();
    let to = broker.clone();
    let proxy = Front::before(&broker, move |_| Act::Tunnel(to.clone())).await;
    let hosts = format!("{broker}?role=broker&proxy=http://us:pr0xy%40{}", proxy.authority);
    assert_eq!(airlines(&secure(&cluster, &hosts)).await.expect("rows"), 16);
    let seen = proxy.seen();
    assert!(!seen.is_empty());
    for head in seen {
        assert!(head.starts_with(&format!("CONNECT {broker} ")), "{head}");
        assert!(head.to_lowercase().contains("proxy-authorization: basic "), "{head}");
        assert!(!head.to_lowercase().contains("\nauthorization"), "{head}");
    }
    cluster.give_back();
}
