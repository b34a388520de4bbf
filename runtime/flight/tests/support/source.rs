//! A source over the scripted server, and queries as the macros would write them.

use querent_core::{
    Batch as _, ColumnMeta, Decode, ParamMeta, Piece, Plan, Query, Source, Value, ValueError,
};
use querent_flight::{Flight, FlightBatch};

/// The source.
pub(crate) enum Test {}

impl Source for Test {
    type Backend = Flight;
    const NAME: &'static str = "test";
    const FINGERPRINT: u64 = 0;
}

const PARAMS: &[ParamMeta] = &[ParamMeta { name: "p", ty: "Utf8" }];
const COLUMNS: &[ColumnMeta] =
    &[ColumnMeta { name: "v", named: true, ty: "Utf8", nullable: false, origin: "t.v" }];

const fn plan(template: &'static [Piece<'static>], params: &'static [ParamMeta], read_only: bool) -> Plan {
    let columns = if read_only { COLUMNS } else { &[] };
    Plan { template, params, sections: &[], columns, read_only, file: file!(), line: line!(), ..Plan::EMPTY }
}

const READ: &Plan = &plan(&[Piece::Text("SELECT v FROM t")], &[], true);
const WRITE: &Plan = &plan(&[Piece::Text("DELETE FROM t")], &[], false);
const READ_WITH: &Plan = &plan(&[Piece::Text("SELECT v FROM t WHERE p = "), Piece::Param(0)], PARAMS, true);
const WRITE_WITH: &Plan = &plan(&[Piece::Text("DELETE FROM t WHERE p = "), Piece::Param(0)], PARAMS, false);

fn decode(batch: &FlightBatch, rows: &mut Vec<String>) -> Result<(), ValueError> {
    let column = <String as Decode<'_, Flight>>::column(batch, 0)?;
    for row in 0..batch.len() {
        rows.push(<String as Decode<'_, Flight>>::get(&column, row)?);
    }
    Ok(())
}

/// `SELECT v FROM t`, a checked query.
pub(crate) fn read() -> Query<'static, Test, String> {
    Query::new(READ, decode, [])
}

/// `DELETE FROM t`, a checked statement.
pub(crate) fn write() -> Query<'static, Test, String> {
    Query::new(WRITE, decode, [])
}

/// The read or the write with `WHERE p = :p`.
pub(crate) fn query(read_only: bool, value: &str) -> Query<'_, Test, String> {
    Query::new(if read_only { READ_WITH } else { WRITE_WITH }, decode, [Value::Str(value)])
}
