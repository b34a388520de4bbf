//! A client's messages, from bytes.

use bytes::{Buf as _, Bytes};

use crate::log::Message;

/// A message after the startup.
#[derive(Debug)]
pub(super) enum Frontend {
    Query(String),
    Parse { name: String, sql: String, types: Vec<u32> },
    Bind(Bind),
    Describe { portal: bool, name: String },
    Execute { portal: String, max_rows: u32 },
    Close { portal: bool, name: String },
    Flush,
    Sync,
    Terminate,
    Password(Bytes),
    Other(u8),
}

#[derive(Debug)]
pub(super) struct Bind {
    pub(super) portal: String,
    pub(super) statement: String,
    pub(super) formats: Vec<i16>,
    pub(super) values: Vec<Option<Bytes>>,
    pub(super) result_formats: Vec<i16>,
}

impl Frontend {
    /// As the log has it.
    pub(super) fn logged(&self) -> Message {
        match self {
            Frontend::Query(sql) => Message::Query(sql.clone()),
            Frontend::Parse { name, sql, types } => {
                Message::Parse { statement: name.clone(), sql: sql.clone(), types: types.clone() }
            }
            Frontend::Bind(bind) => {
                Message::Bind { portal: bind.portal.clone(), statement: bind.statement.clone() }
            }
            Frontend::Describe { portal: true, name } => Message::DescribePortal(name.clone()),
            Frontend::Describe { portal: false, name } => Message::DescribeStatement(name.clone()),
            Frontend::Execute { portal, max_rows } => {
                Message::Execute { portal: portal.clone(), max_rows: *max_rows }
            }
            Frontend::Close { portal: true, name } => Message::ClosePortal(name.clone()),
            Frontend::Close { portal: false, name } => Message::CloseStatement(name.clone()),
            Frontend::Flush => Message::Flush,
            Frontend::Sync => Message::Sync,
            Frontend::Terminate => Message::Terminate,
            Frontend::Password(_) => Message::Other(b'p'),
            Frontend::Other(tag) => Message::Other(*tag),
        }
    }
}

/// Reads a message by its letter and body; `None` where the body is not what the letter says.
pub(super) fn parse(tag: u8, mut body: Bytes) -> Option<Frontend> {
    let body = &mut body;
    let message = match tag {
        b'Q' => Frontend::Query(text(body)?),
        b'P' => {
            let (name, sql) = (text(body)?, text(body)?);
            Frontend::Parse { name, sql, types: list(body, |body| body.try_get_u32().ok())? }
        }
        b'B' => Frontend::Bind(Bind {
            portal: text(body)?,
            statement: text(body)?,
            formats: list(body, |body| body.try_get_i16().ok())?,
            values: list(body, value)?,
            result_formats: list(body, |body| body.try_get_i16().ok())?,
        }),
        b'D' | b'C' => {
            let portal = match body.try_get_u8().ok()? {
                b'P' => true,
                b'S' => false,
                _ => return None,
            };
            let name = text(body)?;
            if tag == b'D' { Frontend::Describe { portal, name } } else { Frontend::Close { portal, name } }
        }
        b'E' => Frontend::Execute { portal: text(body)?, max_rows: body.try_get_u32().ok()? },
        b'H' => Frontend::Flush,
        b'S' => Frontend::Sync,
        b'X' => Frontend::Terminate,
        b'p' => return Some(Frontend::Password(body.split_off(0))),
        other => return Some(Frontend::Other(other)),
    };
    body.is_empty().then_some(message)
}

/// A text that ends with a zero.
pub(super) fn text(body: &mut Bytes) -> Option<String> {
    let end = body.iter().position(|byte| *byte == 0)?;
    let text = body.split_to(end);
    body.advance(1);
    String::from_utf8(text.to_vec()).ok()
}

fn list<T>(body: &mut Bytes, one: impl Fn(&mut Bytes) -> Option<T>) -> Option<Vec<T>> {
    // More than 32,767 parameters are counted without a sign.
    let count = body.try_get_u16().ok()?;
    (0..count).map(|_| one(body)).collect()
}

#[expect(clippy::option_option, reason = "a value that is not there, and one that is NULL")]
fn value(body: &mut Bytes) -> Option<Option<Bytes>> {
    let len = body.try_get_i32().ok()?;
    match usize::try_from(len) {
        Ok(len) if len <= body.len() => Some(Some(body.split_to(len))),
        Ok(_) => None,
        Err(_) => (len == -1).then_some(None),
    }
}
