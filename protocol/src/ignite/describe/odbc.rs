//! ODBC, client type 0: columns of a result, types of parameters, columns of a table. Requests and answers have no id.

use super::super::code::Status;
use super::super::error::DecodeError;
use super::super::handshake::Refusal;
use super::super::reader::Reader;
use super::super::response::Failure;
use super::super::value::{code, write_string};
use super::super::writer::{EncodeError, Writer};
use super::{Credentials, LEN_MAX, Nullability, Reply, begin, string, write_credentials};

const CLIENT_TYPE: u8 = 0;
const META_COLUMNS: u8 = 5;
const META_PARAMS: u8 = 7;
const META_RESULTSET: u8 = 11;

/// The frame that opens a connection; `engine` is the SQL engine (`h2`, `calcite`) where not the server's default.
pub fn handshake(credentials: Credentials<'_>, engine: Option<&str>) -> Result<Vec<u8>, EncodeError> {
    let mut w = begin(CLIENT_TYPE);
    // Distributed joins, enforced join order, replicated only, collocated, lazy, updates without a reducer.
    w.bytes(&[0; 6]);
    write_credentials(credentials, &mut w);
    // Nested transactions: an error.
    w.u8(3);
    write_string(&mut w, engine);
    w.finish_frame()
}

/// Reads the answer to the handshake.
pub fn reply(body: &[u8]) -> Result<Reply<()>, DecodeError> {
    let mut r = Reader::new(body);
    if r.bool()? {
        r.end()?;
        Ok(Reply::Accepted(()))
    } else {
        Refusal::read(&mut r).map(Reply::Refused)
    }
}

/// Asks for the columns of a statement's result; DML has none on H2, DDL none at all.
pub fn result_set(schema: &str, sql: &str) -> Result<Vec<u8>, EncodeError> {
    request(META_RESULTSET, &[schema, sql])
}

/// Asks for the type codes of a statement's parameters.
pub fn parameters(schema: &str, sql: &str) -> Result<Vec<u8>, EncodeError> {
    request(META_PARAMS, &[schema, sql])
}

/// Asks for the columns of tables, by patterns (`%` is anything).
pub fn columns(schema: &str, table: &str, column: &str) -> Result<Vec<u8>, EncodeError> {
    request(META_COLUMNS, &[schema, table, column])
}

fn request(command: u8, arguments: &[&str]) -> Result<Vec<u8>, EncodeError> {
    let mut w = Writer::new(LEN_MAX);
    w.i32(0);
    w.u8(command);
    for argument in arguments {
        write_string(&mut w, Some(argument));
    }
    w.finish_frame()
}

/// A column of a result or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its schema, in quotes on H2; empty for an expression.
    pub schema: String,
    /// Its table; empty for an expression.
    pub table: String,
    /// Its name or alias.
    pub name: String,
    /// The type code of its values, as the server expects them. They can be of another (H2 says 12 of a UUID expression,
    /// Calcite 103 of what is NOT NULL and numeric).
    pub type_code: u8,
    /// Digits, characters or bytes; -1 or 0 where there is none.
    pub precision: i32,
    /// Digits after the point; `i32::MIN` where there is none.
    pub scale: i32,
    /// Whether it can be NULL.
    pub nullability: Nullability,
}

/// Reads the columns that [`result_set`] or [`columns`] asked for, or why there are none.
pub fn read_columns(body: &[u8]) -> Result<Result<Vec<Column>, Failure>, DecodeError> {
    let mut r = Reader::new(body);
    if let Some(failure) = failure(&mut r)? {
        return Ok(Err(failure));
    }
    let columns = (0..r.count(13)?).map(|_| Column::read(&mut r)).collect::<Result<_, _>>()?;
    r.end()?;
    Ok(Ok(columns))
}

impl Column {
    fn read(r: &mut Reader<'_>) -> Result<Column, DecodeError> {
        Ok(Column {
            schema: string(r)?,
            table: string(r)?,
            name: string(r)?,
            type_code: r.u8()?,
            precision: r.i32()?,
            scale: r.i32()?,
            nullability: Nullability::of(r.position(), i64::from(r.i8()?))?,
        })
    }
}

/// Reads the type codes that [`parameters`] asked for, or why there are none.
pub fn read_parameters(body: &[u8]) -> Result<Result<Vec<u8>, Failure>, DecodeError> {
    let mut r = Reader::new(body);
    if let Some(failure) = failure(&mut r)? {
        return Ok(Err(failure));
    }
    let at = r.position();
    if r.u8()? != code::BYTE_ARRAY {
        return Err(DecodeError::expected(at, "an array of type codes"));
    }
    let count = r.count(1)?;
    let codes = r.bytes(count)?.to_vec();
    r.end()?;
    Ok(Ok(codes))
}

/// Reads the status, and the words where it is an error (1001 a parser's or planner's, 1002 unsupported, 1 any other).
fn failure(r: &mut Reader<'_>) -> Result<Option<Failure>, DecodeError> {
    let status = Status(r.i32()?);
    if status == Status::SUCCESS {
        return Ok(None);
    }
    Ok(Some(Failure { status, message: string(r)? }))
}
