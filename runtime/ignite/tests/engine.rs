//! A pool takes only a cluster of its source's engine, as far as that can be told. By scripted nodes.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use querent_core::{ErrorKind, Pool, Source};
use querent_ignite::Ignite;
use support::{cell, next, play, text};
use tokio::net::TcpListener;

macro_rules! source {
    ($name:ident, $engine:literal) => {
        enum $name {}

        impl Source for $name {
            type Backend = Ignite;
            const NAME: &'static str = "orders";
            const FINGERPRINT: u64 = 0;
            const OPTIONS: &'static [(&'static str, &'static str)] = &[("engine", $engine)];
        }
    };
}

source!(H2, "h2");
source!(Calcite, "calcite");

/// A node that says its engine, or does not know the function, and has the schema PUBLIC alone; until the client goes.
async fn serve(listener: TcpListener, engine: Option<&str>) {
    let mut wire = next(&listener).await;
    wire.accept(&[]).await;
    while let Some((_, id, payload)) = wire.request().await {
        let has_schema = payload.windows(6).any(|word| word == b"PUBLIC");
        match engine.filter(|_| has_schema) {
            Some(engine) => wire.answer(id, &cell(&text(engine))).await,
            None => wire.fail_as(7, id, 1, "42000: Function \"QUERY_ENGINE\" not found").await,
        }
    }
}

/// Whether a pool of the source takes a node of this engine.
async fn takes<S: Source<Backend = Ignite>>(engine: Option<&str>) -> Result<(), ErrorKind> {
    takes_with::<S>(engine, "").await
}

/// The same with options in the URL.
async fn takes_with<S: Source<Backend = Ignite>>(
    engine: Option<&str>,
    options: &str,
) -> Result<(), ErrorKind> {
    let mut outcome = None;
    let client = async |url: String| {
        let url = format!("{url}{options}");
        outcome = Some(Pool::<S>::connect(&url).await.map(drop).map_err(|error| error.kind()));
    };
    play(|listener| serve(listener, engine), client).await;
    outcome.expect("an outcome")
}

#[tokio::test]
async fn the_engine_is_the_sources() {
    assert_eq!(takes::<H2>(Some("h2")).await, Ok(()));
    assert_eq!(takes::<Calcite>(Some("calcite")).await, Ok(()));
    assert_eq!(takes::<H2>(Some("calcite")).await, Err(ErrorKind::SchemaMismatch));
    assert_eq!(takes::<Calcite>(Some("h2")).await, Err(ErrorKind::SchemaMismatch));
}

/// Servers before 2.14 have H2 and do not say so.
#[tokio::test]
async fn one_that_does_not_say_is_not_calcite() {
    assert_eq!(takes::<H2>(None).await, Ok(()));
    assert_eq!(takes::<Calcite>(None).await, Err(ErrorKind::Query));
}

/// A node refuses whatever is asked in a schema that is not there (2.17.0), as one does that knows no engine.
#[tokio::test]
async fn a_schema_that_is_not_there_hides_no_engine() {
    assert_eq!(takes_with::<H2>(Some("calcite"), "?schema=NOWHERE").await, Err(ErrorKind::SchemaMismatch));
    assert_eq!(takes_with::<Calcite>(Some("calcite"), "?schema=NOWHERE").await, Ok(()));
}
