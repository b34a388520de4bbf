//! Users, passwords and certificates.

use std::time::{Duration, Instant};

use querent_core::{Error, ErrorKind, Pool, PoolOptions};

use crate::listener::Listener;
use crate::private::Private;
use crate::relay::Relay;
use crate::{Orders, pool, rows};

crate::tests! { AUTH:
    a_user_is_let_in,
    wrong_credentials_are_told,
    users_are_let_in_behind_tls,
}

crate::tests! { TLS:
    a_certificate_is_asked_for,
    the_later_version_is_agreed_on,
    the_earlier_version_is_enough,
    rogues_are_told_in_bounded_time,
}

crate::tests! { PLAIN: tls_to_a_plain_port_is_told }

async fn refusal(url: &str) -> Error {
    let begin = Instant::now();
    let outcome: Result<Pool<Orders>, _> = PoolOptions::new().connect(url).await;
    let error = outcome.expect_err("refused");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    error
}

async fn a_user_is_let_in(url: String) {
    let pool = pool(&url).await;
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
}

async fn wrong_credentials_are_told(url: String) {
    let host = url.rsplit_once('@').expect("a user").1;
    for user in ["ignite:s3cret@", "nobody:s3cret@", "IGNITE:ignite@", "пользователь:s3cret@", ""]
    {
        let error = refusal(&format!("ignite://{user}{host}")).await;
        assert_eq!(error.kind(), ErrorKind::Authentication, "{error:?}");
    }
}

async fn a_certificate_is_asked_for(url: String) {
    let pool = pool(&url).await;
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
}

/// What is told of the handshakes that succeed while the pool is opened.
async fn version_of_tls(url: &str) -> String {
    let (listener, _listening) = Listener::listen();
    let pool = pool(url).await;
    let one: Vec<(String,)> = rows(&pool, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
    pool.close().await;
    listener.hears("connection closed").await;
    let heard = listener.heard();
    let told = heard.iter().find(|line| line.starts_with("handshake succeeded"));
    let (_, version) = told.and_then(|told| told.split_once("tls.protocol.version=")).expect("a version");
    version.split(' ').next().expect("a word").to_owned()
}

async fn the_later_version_is_agreed_on(url: String) {
    assert_eq!(version_of_tls(&url).await, "\"1.3\"");
}

/// A node that speaks no 1.3 has no way to say within the handshake who it asks for, and another one to refuse.
async fn the_earlier_version_is_enough(_: String) {
    let private = Private::start_with("tls", &["java=-Djdk.tls.server.protocols=TLSv1.2"]).await;
    let url = private.tls_url();
    assert_eq!(version_of_tls(&format!("{url}{}", private.certificate("client"))).await, "\"1.2\"");
    for who in [String::new(), private.certificate("rogue")] {
        let error = refusal(&format!("{url}{who}")).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(error.to_string().contains("client certificate"), "{error:?}");
    }
    // A server that is not trusted.
    let error = refusal(url.split_once('?').expect("options").0).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    private.end().await;
}

async fn users_are_let_in_behind_tls(_: String) {
    let private = Private::start_with("auth", &["tls"]).await;
    let relay = Relay::before(private.url.trim_start_matches("ignite://")).await;
    let as_user = |user: &str, options: &str| {
        let (_, roots) =
            private.tls_url().split_once('?').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("roots");
        format!("ignite+tls://{user}{}?{roots}{options}", relay.address)
    };
    let certificate = private.certificate("client");
    for user in ["ignite:s3cret@", "nobody:s3cret@", "ignite:@", "ignite@", ""] {
        let error = refusal(&as_user(user, &certificate)).await;
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Authentication, Some("AUTH_FAILED")),
            "{user}: {error:?}"
        );
        assert!(!error.is_retryable(), "{error:?}");
        // The node leaves it open (2.17.0).
        relay.is_left().await;
    }
    // The password is no certificate.
    for certificate in [String::new(), private.certificate("rogue")] {
        let error = refusal(&as_user("ignite:ignite@", &certificate)).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        relay.is_left().await;
    }
    let pool = pool(&as_user("ignite:ignite@", &certificate)).await;
    let me: Vec<(String,)> = rows(&pool, "SELECT \"USER\" FROM SYS.CLIENT_CONNECTIONS").await;
    assert_eq!(me, [("ignite".to_owned(),)]);
    pool.close().await;
    relay.is_left().await;
    private.end().await;
}

async fn rogues_are_told_in_bounded_time(url: String) {
    let (host, options) = url.split_once('?').expect("certificates");
    let options: Vec<_> = options.split('&').collect();
    let roots = options.iter().find(|option| option.starts_with("tls_roots=")).expect("roots");
    let error = refusal(&format!("{host}?{roots}")).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.to_string().contains("client certificate"), "{error}");
    // Certificates of nobody's.
    let rogue = |name: &str| std::env::var(format!("QUERENT_TEST_IGNITE_TLS_ROGUE_{name}")).expect("a file");
    let rogue = format!("tls_cert={}&tls_key={}", rogue("CERT"), rogue("KEY"));
    let error = refusal(&format!("{host}?{roots}&{rogue}")).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    // A server that is not trusted.
    let error = refusal(host).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    // Plain text to a TLS port.
    let error = refusal(&host.replace("ignite+tls", "ignite")).await;
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(error.to_string().contains("TLS"), "{error}");
}

/// It never goes on without.
async fn tls_to_a_plain_port_is_told(url: String) {
    let secure = url.replace("ignite://", "ignite+tls://me:s3cret@");
    let error = refusal(&secure).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.to_string().contains("speaks no TLS"), "{error}");
    // The node took no harm.
    let one: Vec<(String,)> = rows(&pool(&url).await, "SELECT 'x'").await;
    assert_eq!(one[0].0, "x");
}
