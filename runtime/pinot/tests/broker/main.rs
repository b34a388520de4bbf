//! Answers that a healthy cluster does not give: incomplete, broken off, refused, or from nobody.
//!
//! The bodies are Pinot 1.5.1's, shortened; a scripted server sends them.

mod again;
mod answers;
mod endings;
mod events;
#[path = "../support/listener.rs"]
mod listener;
mod pages;
mod requests;
mod routing;
mod server;

use querent_core::{
    Batch as _, ColumnMeta, Decode, Error, ErrorKind, ParamMeta, Piece, Plan, Pool, Query, Result, Source,
    Value, ValueError,
};
use querent_pinot::{Pinot, PinotBatch};

use server::{Server, well};

pub(crate) enum Stats {}

impl Source for Stats {
    type Backend = Pinot;
    const NAME: &'static str = "stats";
    const FINGERPRINT: u64 = 0;
    const OPTIONS: &'static [(&'static str, &'static str)] =
        &[("engine", "multi-stage"), ("null_handling", "true")];
}

pub(crate) const TABLE: &str =
    r#""resultTable":{"dataSchema":{"columnNames":["n"],"columnDataTypes":["LONG"]},"rows":[[1],[2]]}"#;

/// `SELECT n FROM t WHERE s = :s`, as the macros would write it.
pub(crate) const PLAN: &Plan = &Plan {
    template: &[Piece::Text("SELECT n FROM t WHERE s = "), Piece::Param(0)],
    params: &[ParamMeta { name: "s", ty: "Utf8" }],
    sections: &[],
    columns: &[ColumnMeta { name: "n", named: true, ty: "Int64", nullable: false, origin: "t.n" }],
    read_only: true,
    file: file!(),
    line: line!(),
    ..Plan::EMPTY
};

pub(crate) fn decode(batch: &PinotBatch, rows: &mut Vec<(i64,)>) -> Result<(), ValueError> {
    let column = <i64 as Decode<'_, Pinot>>::column(batch, 0)?;
    for row in 0..batch.len() {
        rows.push((<i64 as Decode<'_, Pinot>>::get(&column, row)?,));
    }
    Ok(())
}

/// What a query gets from a broker that is well and then gives this answer.
pub(crate) async fn ask(answer: (&'static str, &str), partial_ok: bool) -> (Server, Result<Vec<(i64,)>>) {
    let server = Server::start(vec![well(), (answer.0, answer.1.to_owned())]).await;
    let pool = Pool::<Stats>::connect(&server.url()).await.expect("the broker is well");
    let query = Query::<Stats, (i64,)>::new(PLAN, decode, [Value::Str("it's s3cret")]);
    let query = if partial_ok { query.partial_ok() } else { query };
    let rows = query.fetch_all(&pool).await;
    (server, rows)
}

#[track_caller]
pub(crate) fn fails(rows: Result<Vec<(i64,)>>, kind: ErrorKind, code: Option<&str>) -> Error {
    let error = rows.expect_err("no rows");
    assert_eq!((error.kind(), error.code()), (kind, code), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    error
}
