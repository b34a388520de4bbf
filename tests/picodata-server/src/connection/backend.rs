//! The server's messages, to bytes.

use bytes::{BufMut as _, BytesMut};

use crate::SqlError;
use crate::value::{Malformed, Type, Value};

/// What is to be sent.
#[derive(Debug, Default)]
pub(super) struct Output(pub(super) BytesMut);

impl Output {
    /// A message: its letter, its length, its body.
    fn message(&mut self, tag: u8, body: impl FnOnce(&mut BytesMut)) {
        self.0.put_u8(tag);
        let at = self.0.len();
        self.0.put_u32(0);
        body(&mut self.0);
        let len = (self.0.len() - at) as u32;
        self.0[at..at + 4].copy_from_slice(&len.to_be_bytes());
    }

    /// 0 is well, 3 a password in clear text, 5 MD5, 10 to 12 SASL.
    pub(super) fn authentication(&mut self, code: u32, rest: &[u8]) {
        self.message(b'R', |out| {
            out.put_u32(code);
            out.put_slice(rest);
        });
    }

    pub(super) fn parameter_status(&mut self, name: &str, value: &str) {
        self.message(b'S', |out| {
            text(out, name);
            text(out, value);
        });
    }

    /// Always idle: there are no transactions.
    pub(super) fn ready(&mut self) {
        self.message(b'Z', |out| out.put_u8(b'I'));
    }

    pub(super) fn error(&mut self, error: &SqlError) {
        self.fields(b'E', "ERROR", error.code, &error.message);
    }

    pub(super) fn notice(&mut self, message: &str) {
        self.fields(b'N', "NOTICE", "00000", message);
    }

    /// Severity, code and text: Picodata has no more fields.
    fn fields(&mut self, tag: u8, severity: &str, code: &str, message: &str) {
        self.message(tag, |out| {
            for (field, value) in [(b'S', severity), (b'C', code), (b'M', message)] {
                out.put_u8(field);
                // A zero would end the field.
                text(out, &value.replace('\0', "\u{fffd}"));
            }
            out.put_u8(0);
        });
    }

    pub(super) fn parse_complete(&mut self) {
        self.message(b'1', |_| {});
    }

    pub(super) fn bind_complete(&mut self) {
        self.message(b'2', |_| {});
    }

    pub(super) fn close_complete(&mut self) {
        self.message(b'3', |_| {});
    }

    pub(super) fn no_data(&mut self) {
        self.message(b'n', |_| {});
    }

    pub(super) fn empty_query(&mut self) {
        self.message(b'I', |_| {});
    }

    pub(super) fn portal_suspended(&mut self) {
        self.message(b's', |_| {});
    }

    pub(super) fn command_complete(&mut self, tag: &str) {
        self.message(b'C', |out| text(out, tag));
    }

    pub(super) fn parameter_description(&mut self, oids: &[u32]) {
        self.message(b't', |out| {
            out.put_u16(oids.len() as u16);
            oids.iter().for_each(|oid| out.put_u32(*oid));
        });
    }

    /// Without a table, a length and a modifier, whatever the column; nothing at all for no columns.
    pub(super) fn row_description(&mut self, columns: &[(String, Type)], formats: &[i16]) {
        if columns.is_empty() {
            return self.no_data();
        }
        self.message(b'T', |out| {
            out.put_u16(columns.len() as u16);
            for (idx, (name, ty)) in columns.iter().enumerate() {
                text(out, name);
                out.put_u32(0);
                out.put_u16(0);
                out.put_u32(ty.oid());
                out.put_i16(0);
                out.put_i32(-1);
                out.put_i16(format(formats, idx));
            }
        });
    }

    pub(super) fn data_row(&mut self, row: &[Value], formats: &[i16]) -> Result<(), Malformed> {
        let mut values = Vec::with_capacity(row.len());
        for (idx, value) in row.iter().enumerate() {
            values.push(match format(formats, idx) {
                0 => value.to_text().map(String::into_bytes),
                _ => value.to_binary()?,
            });
        }
        self.message(b'D', |out| {
            out.put_u16(values.len() as u16);
            for value in values {
                match value {
                    Some(bytes) => {
                        out.put_u32(bytes.len() as u32);
                        out.put_slice(&bytes);
                    }
                    None => out.put_i32(-1),
                }
            }
        });
        Ok(())
    }
}

fn text(out: &mut BytesMut, text: &str) {
    out.put_slice(text.as_bytes());
    out.put_u8(0);
}

/// None is text, one is of all, else one each.
pub(super) fn format(formats: &[i16], idx: usize) -> i16 {
    match formats {
        [] => 0,
        [all] => *all,
        each => each.get(idx).copied().unwrap_or(0),
    }
}
