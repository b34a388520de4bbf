//! TLS, certificates of clients, and the ways to show a password.

use querent_core::{ErrorKind, PoolOptions};

use crate::{Pool, here, pool_with};

crate::tests! { TESTS:
    passwords_are_shown_as_the_server_wants_them,
    a_wrong_password_is_shown_once,
    tls_is_verified_and_never_left_out,
    a_client_shows_its_certificate,
}

fn variable(name: &str) -> String {
    std::env::var(format!("QUERENT_TEST_PICODATA_{name}")).expect("the script sets it")
}

async fn passwords_are_shown_as_the_server_wants_them(url: String) {
    // SCRAM, MD5, and clear text as a server with `ldap` asks for it.
    for url in [url, variable("PLAIN_URL"), variable("MD5_URL"), variable("CLEAR_URL")] {
        here(&pool_with(&url, PoolOptions::new()).await).await;
    }
}

async fn a_wrong_password_is_shown_once(url: String) {
    let wrong = url.replace("stock-room", "not-it");
    let pool: Pool = PoolOptions::new().connect_lazy(&wrong).expect("a pool");
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.acquire().await.map(drop) })
        })
        .collect();
    for task in tasks {
        let error = task.await.expect("no panic").expect_err("it is wrong");
        assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
        assert!(!format!("{error:?}").contains("not-it"), "{error:?}");
    }
    // One connection tried; the others were told.
    assert_eq!(pool.stats().failed, 1);
    pool.acquire().await.map(drop).expect_err("it stays wrong");
    assert_eq!(pool.stats().failed, 1);
}

/// The URL over TLS with these options.
fn secure(url: &str, options: &str) -> String {
    format!("{}?{options}", url.replace("picodata://", "picodata+tls://"))
}

async fn fails(url: &str) -> ErrorKind {
    PoolOptions::new().connect::<crate::Stock>(url).await.map(drop).expect_err("it does not connect").kind()
}

async fn tls_is_verified_and_never_left_out(url: String) {
    let trusted = format!("tls_roots={}", variable("CA"));
    here(&pool_with(&secure(&url, &trusted), PoolOptions::new()).await).await;
    let rogue = format!("tls_roots={}", variable("ROGUE_CA"));
    assert_eq!(fails(&secure(&url, &rogue)).await, ErrorKind::Tls);
    assert_eq!(fails(&secure(&url, "")).await, ErrorKind::Tls);
    assert_eq!(fails(&secure(&url, &format!("{trusted}&tls_server_name=elsewhere"))).await, ErrorKind::Tls);
    // The same by the URL of another client.
    let foreign = url.replace("picodata://", "postgresql://");
    let foreign = format!("{foreign}?sslmode=verify-full&sslrootcert={}", variable("CA"));
    here(&pool_with(&foreign, PoolOptions::new()).await).await;
}

async fn a_client_shows_its_certificate(_: String) {
    let url = variable("MTLS_URL");
    let trusted = format!("{url}?tls_roots={}", variable("CA"));
    let own = format!("{trusted}&tls_cert={}&tls_key={}", variable("CERT"), variable("KEY"));
    here(&pool_with(&own, PoolOptions::new()).await).await;
    assert_eq!(fails(&trusted).await, ErrorKind::Authentication);
    let rogue = format!("{trusted}&tls_cert={}&tls_key={}", variable("ROGUE_CERT"), variable("ROGUE_KEY"));
    assert!(matches!(fails(&rogue).await, ErrorKind::Tls | ErrorKind::Connection));
}
