//! What the ODBC and JDBC protocols on the same port tell of a statement without running it.
//!
//! The thin protocol names columns and no more. These two parse and plan a statement and say the types of columns (ODBC)
//! and parameters (JDBC, which tells what it does not know apart). Both run one request at a time, on a connection of their
//! own that is closed afterwards; a server may have them switched off. Nothing else of them is here.

pub mod jdbc;
pub mod odbc;

use super::error::DecodeError;
use super::handshake::Refusal;
use super::reader::Reader;
use super::value::{read_string, write_string};
use super::writer::Writer;

/// The version of both that is spoken here: 2.13.0, since Ignite 2.13.
const VERSION: [i16; 3] = [2, 13, 0];

/// User and password, where the server asks for them.
pub type Credentials<'a> = Option<(&'a str, &'a str)>;

/// Whether the server accepts the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    /// It does.
    Accepted(T),
    /// It does not.
    Refused(Refusal),
}

/// Whether a value can be NULL, as far as the server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nullability {
    /// It cannot. (H2 says so of the inner side of outer joins too.)
    NotNull,
    /// It can.
    Nullable,
    /// The server does not say.
    Unknown,
}

impl Nullability {
    fn of(at: usize, number: i64) -> Result<Nullability, DecodeError> {
        match number {
            0 => Ok(Nullability::NotNull),
            1 => Ok(Nullability::Nullable),
            2 => Ok(Nullability::Unknown),
            other => Err(DecodeError::unknown(at, "nullability", other)),
        }
    }
}

/// Length, the handshake's 1, the version, the client type.
fn begin(client_type: u8) -> Writer {
    let mut w = Writer::new(LEN_MAX);
    w.i32(0);
    w.u8(super::handshake::HANDSHAKE);
    for number in VERSION {
        w.i16(number);
    }
    w.u8(client_type);
    w
}

/// The first message of a connection may be 64 MiB long (2.17.0); no statement is.
const LEN_MAX: usize = 64 << 20;

fn write_credentials(credentials: Credentials<'_>, w: &mut Writer) {
    write_string(w, credentials.map(|(user, _)| user));
    write_string(w, credentials.map(|(_, password)| password));
}

fn string(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    Ok(read_string(r)?.unwrap_or_default().into_owned())
}
