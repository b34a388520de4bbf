//! Proxies and redirects on the way to a real broker, and what they see.

use querent_core::{Error, ErrorKind, Pool, sql_query};
use querent_pinot::PinotQuery as _;

use tokio::process::Command;

use crate::Nulls;
use crate::bodies::broker;
use crate::front::{Act, Front, answer};

crate::tests! {
    ALL:
    a_proxy_hands_requests_on,
    a_proxy_that_refuses_is_told,
    the_environment_names_a_proxy_where_it_is_asked,
    redirects_are_followed_as_often_as_the_url_says,
    no_redirect_takes_credentials_elsewhere,
}

/// `me:s3cret` and `us:pr0xy` as headers have them.
const ME: &str = "Basic bWU6czNjcmV0";
const US: &str = "Basic dXM6cHIweHk=";

async fn names(url: &str) -> Result<usize, Error> {
    let pool: Pool<Nulls> = Pool::connect(url).await?;
    let query = sql_query("SELECT name FROM airlines LIMIT 16").of::<Nulls, (String,)>();
    Ok(query.header("X-Key", "k3y").fetch_all(&pool).await?.len())
}

#[track_caller]
fn tells(error: &Error, kind: ErrorKind, what: &str) {
    assert_eq!(error.kind(), kind, "{error:?}");
    assert!(error.to_string().contains(what), "{error}");
    for secret in ["s3cret", "pr0xy", "k3y", ME, US] {
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}

/// A proxy gets the whole URL in place of a path.
fn path_of(head: &str) -> String {
    let url = head.split(' ').nth(1).expect("a URL").strip_prefix("http://").expect("a URL of HTTP");
    url[url.find('/').expect("a path")..].to_owned()
}

/// Whether a head has a header with this value.
fn has(head: &str, name: &str, value: &str) -> bool {
    head.lines()
        .any(|line| line.split_once(": ").is_some_and(|(n, v)| n.eq_ignore_ascii_case(name) && v == value))
}

async fn a_proxy_hands_requests_on(_: String) {
    let broker = broker();
    let proxy = Front::before(&broker, |head| Act::As(path_of(head))).await;
    // A host that is nowhere: only the proxy knows what is meant.
    let url = format!("pinot://broker.invalid:8099?role=broker&proxy=http://us:pr0xy%40{}", proxy.authority);
    assert_eq!(names(&url).await.expect("rows"), 16);
    let seen = proxy.seen();
    assert!(seen[0].starts_with("GET http://broker.invalid:8099/health "), "{}", seen[0]);
    assert!(seen[1].starts_with("POST http://broker.invalid:8099/query/sql "), "{}", seen[1]);
    assert!(seen.iter().all(|head| has(head, "proxy-authorization", US)), "{seen:?}");
    // Without the option the environment of the process is of no account, and nobody else is asked.
    let error = names("pinot://broker.invalid:8099?role=broker").await.expect_err("no such host");
    tells(&error, ErrorKind::Connection, "cannot be reached");
}

async fn a_proxy_that_refuses_is_told(_: String) {
    let broker = broker();
    let refusal = "407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0";
    let proxy = Front::before(&broker, move |_| Act::Answer(answer(refusal, b""))).await;
    let url = format!("pinot://me:s3cret@{broker}?role=broker&proxy=http://us:pr0xy%40{}", proxy.authority);
    let error = names(&url).await.expect_err("refused");
    tells(&error, ErrorKind::Authentication, "refused");
    assert_eq!(error.code(), Some("HTTP 407"));
    let url = format!("pinot://me:s3cret@{broker}?role=broker&proxy=http://us:pr0xy%40127.0.0.1:1");
    tells(&names(&url).await.expect_err("nobody is there"), ErrorKind::Connection, "cannot be reached");
}

/// In a process of its own, for an environment is a whole process's.
async fn the_environment_names_a_proxy_where_it_is_asked(_: String) {
    const URL: &str = "QUERENT_TEST_PINOT_URL_BEHIND_A_PROXY";
    if let Ok(url) = std::env::var(URL) {
        assert_eq!(names(&url).await.expect("rows"), 16);
        return;
    }
    let broker = broker();
    let proxy = Front::before(&broker, |head| Act::As(path_of(head))).await;
    let runs = async |url: &str| {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "ways::the_environment_names_a_proxy_where_it_is_asked"]).env(URL, url);
        command.env("HTTP_PROXY", format!("http://us:pr0xy@{}", proxy.authority));
        for other in ["http_proxy", "NO_PROXY", "no_proxy"] {
            command.env_remove(other);
        }
        let output = command.output().await.expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    };
    runs(&format!("pinot://{broker}?role=broker")).await;
    assert_eq!(proxy.seen(), Vec::<String>::new());
    runs("pinot://broker.invalid:8099?role=broker&proxy=environment").await;
    assert!(proxy.seen().len() > 1 && proxy.seen().iter().all(|head| has(head, "proxy-authorization", US)));
}

/// Redirects to a path of its own, `hops` times, and hands on what comes there.
async fn redirecting(hops: usize) -> Front {
    Front::before(&broker(), move |head| {
        let path = head.split(' ').nth(1).expect("a path");
        let done = path.matches("/hop").count();
        match done == hops {
            true => Act::As(path.replace("/hop", "")),
            false => {
                let head = format!("307 x\r\nlocation: /hop{path}\r\ncontent-length: 0");
                Act::Answer(answer(&head, b""))
            }
        }
    })
    .await
}

async fn redirects_are_followed_as_often_as_the_url_says(_: String) {
    let url = |front: &Front, max: usize| {
        format!("pinot://me:s3cret@{}?role=broker&redirects_max={max}", front.authority)
    };
    let once = redirecting(1).await;
    assert_eq!(names(&url(&once, 1)).await.expect("rows"), 16);
    let moved: Vec<_> = once.seen().into_iter().filter(|head| head.contains(" /hop/query/sql ")).collect();
    // The host is the same, and so it is told who asks.
    assert!(moved[0].starts_with("POST ") && has(&moved[0], "authorization", ME), "{moved:?}");
    let error = names(&url(&once, 0)).await.expect_err("not followed");
    tells(&error, ErrorKind::Protocol, "`redirects_max` of the URL does not allow");
    assert_eq!(error.code(), Some("HTTP 307"));
    let often = redirecting(3).await;
    assert_eq!(names(&url(&often, 3)).await.expect("rows"), 16);
    tells(&names(&url(&often, 2)).await.expect_err("too often"), ErrorKind::Protocol, "more often");
}

async fn no_redirect_takes_credentials_elsewhere(_: String) {
    let other = Front::before(&broker(), |_| Act::Pass).await;
    for location in [
        format!("http://{}", other.authority),
        format!("//{}", other.authority),
        format!("https://{}", other.authority),
    ] {
        for queries in ["GET", "POST"] {
            let there = location.clone();
            let act = move |head: &str| match head.starts_with(queries) {
                true => {
                    let path = head.split(' ').nth(1).expect("a path");
                    let head = format!("307 x\r\nlocation: {there}{path}\r\ncontent-length: 0");
                    Act::Answer(answer(&head, b""))
                }
                false => Act::Pass,
            };
            let front = Front::before(&broker(), act).await;
            let url = format!(
                "pinot://me:s3cret@{}?role=broker&redirects_max=5&header.X-Token=k3y",
                front.authority
            );
            tells(&names(&url).await.expect_err("elsewhere"), ErrorKind::Protocol, "another host");
        }
    }
    assert_eq!(other.seen(), Vec::<String>::new());
}
