//! The service over the embedded server, through its router.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use querent::Pool;
use querent_axum_service::{Flights, router};
use serde_json::Value;
use tower::ServiceExt as _;

const DATA: &str = concat!("embedded:", env!("CARGO_MANIFEST_DIR"), "/../data/nycflights13");

async fn get(pool: &Pool<Flights>, uri: &str) -> (StatusCode, Value) {
    let request = Request::get(uri).body(Body::empty()).expect("a URI");
    let response = router(pool.clone()).oneshot(request).await.expect("the router never fails");
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn requests_are_answered_from_the_pool() {
    let pool = Pool::<Flights>::connect(DATA).await.expect("the embedded server");

    let (status, all) = get(&pool, "/airlines/UA/delays").await;
    let all = all.as_array().expect("a list").clone();
    assert_eq!(status, StatusCode::OK);
    let total = |rows: &[Value]| rows.iter().filter_map(|r| r["flights"].as_i64()).sum::<i64>();
    assert_eq!(total(&all), 4_637, "all flights of United in January");

    let (_, jfk) = get(&pool, "/airlines/UA/delays?origin=JFK").await;
    let jfk = jfk.as_array().expect("a list").clone();
    assert!(total(&jfk) > 0 && total(&jfk) < total(&all), "the section was sent");

    let (_, late) = get(&pool, "/flights?dest=SFO&min_delay=60&limit=3").await;
    let late = late.as_array().expect("a list").clone();
    assert_eq!(late.len(), 3);
    assert!(late.iter().all(|f| f["dep_delay"].as_f64().is_some_and(|d| d >= 60.0)));

    let (_, none) = get(&pool, "/flights?dest='%20OR%201=1%20--").await;
    assert_eq!(none, serde_json::json!([]), "a value is never part of the text");

    let (status, _) = get(&pool, "/flights?min_delay=60").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn many_requests_share_the_pool() {
    let pool = Pool::<Flights>::connect(DATA).await.expect("the embedded server");
    let requests = (0..40).map(|n| {
        let pool = pool.clone();
        tokio::spawn(async move { get(&pool, &format!("/flights?dest=LAX&limit={}", n + 1)).await.1 })
    });
    for (n, request) in requests.collect::<Vec<_>>().into_iter().enumerate() {
        let rows = request.await.expect("no panic");
        assert_eq!(rows.as_array().map(Vec::len), Some(n + 1));
    }
    assert!(pool.stats().connections <= 10);
}
