//! Users, passwords and certificates.

use std::time::{Duration, Instant};

use querent_core::{Error, ErrorKind, Pool, PoolOptions};

use crate::{Orders, pool, rows};

crate::tests! { AUTH:
    a_user_is_let_in,
    wrong_credentials_are_told,
}

crate::tests! { TLS:
    a_certificate_is_asked_for,
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
