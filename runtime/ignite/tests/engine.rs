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

/// A node that says its engine, or does not know the function; until the client goes.
async fn serve(listener: TcpListener, engine: Option<&str>) {
    let mut wire = next(&listener).await;
    wire.accept(&[]).await;
    while let Some((_, id, _)) = wire.request().await {
        match engine {
            Some(engine) => wire.answer(id, &cell(&text(engine))).await,
            None => wire.fail_as(7, id, 1, "42000: Function \"QUERY_ENGINE\" not found").await,
        }
    }
}

/// Whether a pool of the source takes a node of this engine.
async fn takes<S: Source<Backend = Ignite>>(engine: Option<&str>) -> Result<(), ErrorKind> {
    let mut outcome = None;
    let client = async |url: String| {
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
