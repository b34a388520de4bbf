//! JDBC, client type 1: parameters of a statement, columns of a table, and the server's version.

use querent_types::value::Uuid;

use super::super::code::Status;
use super::super::error::DecodeError;
use super::super::handshake::Refusal;
use super::super::reader::Reader;
use super::super::response::{AffinityVersion, Failure, NodeVersion};
use super::super::uuid;
use super::super::value::{code, read_string, skip, write_string};
use super::super::writer::{EncodeError, Writer};
use super::{Credentials, LEN_MAX, Nullability, Reply, begin, string, write_credentials};

const CLIENT_TYPE: u8 = 1;
const META_COLUMNS: u8 = 8;
const META_PARAMS: u8 = 10;
/// What the answer to META_COLUMNS calls itself since 2.8: the layout with defaults, precision and scale.
const META_COLUMNS_RESULT: u8 = 17;

/// The frame that opens a connection; `engine` is the SQL engine (`h2`, `calcite`) where not the server's default.
pub fn handshake(credentials: Credentials<'_>, engine: Option<&str>) -> Result<Vec<u8>, EncodeError> {
    let mut w = begin(CLIENT_TYPE);
    // Distributed joins, enforced join order, collocated, replicated only, auto close of cursors, lazy, updates without a
    // reducer.
    w.bytes(&[0; 7]);
    // Nested transactions.
    write_string(&mut w, Some("ERROR"));
    // Scans of data pages: the server's choice. Update batches: the server's size.
    w.u8(2);
    w.bool(false);
    // Attributes.
    w.u8(code::NULL);
    // Features.
    w.u8(code::BYTE_ARRAY);
    w.i32(0);
    write_string(&mut w, engine);
    if credentials.is_some() {
        write_credentials(credentials, &mut w);
    }
    w.finish_frame()
}

/// What the server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its version.
    pub version: NodeVersion,
    /// Its id.
    pub node: Option<Uuid>,
}

/// Reads the answer to the handshake.
pub fn reply(body: &[u8]) -> Result<Reply<Server>, DecodeError> {
    let mut r = Reader::new(body);
    if !r.bool()? {
        return Refusal::read(&mut r).map(Reply::Refused);
    }
    let server = Server { version: NodeVersion::read(&mut r)?, node: uuid::read_object(&mut r)? };
    // Features.
    skip(&mut r)?;
    r.end()?;
    Ok(Reply::Accepted(server))
}

/// Asks for the parameters of a statement. `id` comes back in nothing: answers come in order.
pub fn parameters(id: i64, schema: &str, sql: &str) -> Result<Vec<u8>, EncodeError> {
    request(META_PARAMS, id, &[Some(schema), Some(sql)])
}

/// Asks for the columns of tables, by patterns (`%` is anything); `None` for all of them.
pub fn columns(id: i64, schema: &str, table: &str, column: Option<&str>) -> Result<Vec<u8>, EncodeError> {
    request(META_COLUMNS, id, &[Some(schema), Some(table), column])
}

fn request(kind: u8, id: i64, arguments: &[Option<&str>]) -> Result<Vec<u8>, EncodeError> {
    let mut w = Writer::new(LEN_MAX);
    w.i32(0);
    w.u8(kind);
    w.i64(id);
    for argument in arguments {
        write_string(&mut w, *argument);
    }
    w.finish_frame()
}

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Whether it can be NULL.
    pub nullability: Nullability,
    /// Whether it is a signed number.
    pub is_signed: bool,
    /// Digits or characters. H2 gives 0 with VARCHAR for a parameter that it has no type for.
    pub precision: i32,
    /// Digits after the point; `i32::MIN` where there is none.
    pub scale: i32,
    /// Of `java.sql.Types`.
    pub sql_type: i32,
    /// Its SQL type.
    pub type_name: String,
    /// Its Java class.
    pub class_name: String,
    /// 1: into the statement.
    pub mode: i32,
}

/// Reads the parameters that [`parameters`] asked for, or why there are none.
pub fn read_parameters(body: &[u8]) -> Result<Result<Vec<Parameter>, Failure>, DecodeError> {
    let mut r = Reader::new(body);
    if let Some(failure) = begin_result(&mut r, META_PARAMS)? {
        return Ok(Err(failure));
    }
    let parameters = (0..r.count(23)?).map(|_| Parameter::read(&mut r)).collect::<Result<_, _>>()?;
    end(&mut r)?;
    Ok(Ok(parameters))
}

impl Parameter {
    fn read(r: &mut Reader<'_>) -> Result<Parameter, DecodeError> {
        Ok(Parameter {
            nullability: Nullability::of(r.position(), i64::from(r.i32()?))?,
            is_signed: r.bool()?,
            precision: r.i32()?,
            scale: r.i32()?,
            sql_type: r.i32()?,
            type_name: string(r)?,
            class_name: string(r)?,
            mode: r.i32()?,
        })
    }
}

/// A column of a table, in the table's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The schema.
    pub schema: String,
    /// The table.
    pub table: String,
    /// The name.
    pub name: String,
    /// Of `java.sql.Types`.
    pub sql_type: i32,
    /// Its SQL type.
    pub type_name: String,
    /// Its Java class.
    pub class_name: String,
    /// Whether it can be NULL; said of columns of the primary key too.
    pub nullable: bool,
    /// Its default, as text.
    pub default: Option<String>,
    /// Digits, characters or bytes; -1 where there is none.
    pub precision: i32,
    /// Digits after the point; -1 where there is none.
    pub scale: i32,
}

/// Reads the columns that [`columns`] asked for, or why there are none.
pub fn read_columns(body: &[u8]) -> Result<Result<Vec<Column>, Failure>, DecodeError> {
    let mut r = Reader::new(body);
    if let Some(failure) = begin_result(&mut r, META_COLUMNS_RESULT)? {
        return Ok(Err(failure));
    }
    let columns = (0..r.count(19)?).map(|_| Column::read(&mut r)).collect::<Result<_, _>>()?;
    end(&mut r)?;
    Ok(Ok(columns))
}

impl Column {
    fn read(r: &mut Reader<'_>) -> Result<Column, DecodeError> {
        Ok(Column {
            schema: string(r)?,
            table: string(r)?,
            name: string(r)?,
            sql_type: r.i32()?,
            type_name: string(r)?,
            class_name: string(r)?,
            nullable: r.bool()?,
            default: read_string(r)?.map(Into::into),
            precision: r.i32()?,
            scale: r.i32()?,
        })
    }
}

/// Reads the status, the words where it is an error, and else up to the result.
fn begin_result(r: &mut Reader<'_>, expected: u8) -> Result<Option<Failure>, DecodeError> {
    let status = Status(r.i32()?);
    if status != Status::SUCCESS {
        let message = string(r)?;
        end(r)?;
        return Ok(Some(Failure { status, message }));
    }
    let at = r.position();
    match (r.bool()?, r.u8()?) {
        (true, kind) if kind == expected => Ok(None),
        (_, kind) => Err(DecodeError::unknown(at, "JDBC result", i64::from(kind))),
    }
}

/// Reads what follows each answer: a byte without meaning, and the version of the topology where it changed.
fn end(r: &mut Reader<'_>) -> Result<(), DecodeError> {
    r.bool()?;
    if r.bool()? {
        AffinityVersion::read(r)?;
    }
    r.end()
}
