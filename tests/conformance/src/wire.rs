//! Rows as bytes: each cell its length (−1 for NULL) and its bytes, big-endian. Decoded in place.

use querent::backend::{Batch, Decode, ValueError, ValueProblem};
use querent::{Error, ErrorKind, Result};

use crate::{Cell, Kind};

/// Rows of bytes, and where each cell stands.
pub struct Page {
    columns: Vec<(String, Kind)>,
    bytes: Vec<u8>,
    /// Start and length of each cell; no length for NULL.
    cells: Vec<(usize, Option<usize>)>,
}

/// What is read of a message, in order; too few bytes are an error.
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'b [u8]> {
        let end = self.at.checked_add(len).ok_or_else(cut)?;
        let taken = self.bytes.get(self.at..end).ok_or_else(cut)?;
        self.at = end;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| cut())
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    pub(crate) fn text(&mut self) -> Result<&'b str> {
        let len = self.u32()? as usize;
        std::str::from_utf8(self.take(len)?).map_err(|_| cut())
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }
}

fn cut() -> Error {
    Error::new(ErrorKind::Protocol, "a message is shorter than it says")
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u32).to_be_bytes());
    out.extend(text.as_bytes());
}

/// Names and types of columns.
pub(crate) fn put_columns(out: &mut Vec<u8>, columns: &[(&str, Kind)]) {
    out.extend((columns.len() as u32).to_be_bytes());
    for (name, kind) in columns {
        put_text(out, name);
        out.push(match kind {
            Kind::Int => 1,
            Kind::Text => 2,
            Kind::Bytes => 3,
        });
    }
}

pub(crate) fn columns(reader: &mut Reader<'_>) -> Result<Vec<(String, Kind)>> {
    let mut columns = Vec::new();
    for _ in 0..reader.u32()? {
        let name = reader.text()?.to_owned();
        let kind = match reader.array()? {
            [1] => Kind::Int,
            [2] => Kind::Text,
            [3] => Kind::Bytes,
            [other] => return Err(Error::new(ErrorKind::Protocol, format!("unknown type {other}"))),
        };
        columns.push((name, kind));
    }
    Ok(columns)
}

pub(crate) fn put_rows(out: &mut Vec<u8>, rows: &[Vec<Cell>]) {
    for cell in rows.iter().flatten() {
        let mut put = |bytes: &[u8]| {
            out.extend((bytes.len() as i32).to_be_bytes());
            out.extend(bytes);
        };
        match cell {
            Cell::Null => out.extend((-1_i32).to_be_bytes()),
            Cell::Int(number) => put(&number.to_be_bytes()),
            Cell::Text(text) => put(text.as_bytes()),
            Cell::Bytes(bytes) => put(bytes),
        }
    }
}

impl Page {
    /// Finds the cells of rows; every length is compared with what arrived.
    pub(crate) fn new(columns: Vec<(String, Kind)>, bytes: Vec<u8>) -> Result<Page> {
        let mut cells = Vec::new();
        let mut reader = Reader::new(&bytes);
        while !reader.is_done() {
            let len = i32::from_be_bytes(reader.array()?);
            let start = reader.at;
            let len = usize::try_from(len).ok();
            reader.take(len.unwrap_or(0))?;
            cells.push((start, len));
        }
        if columns.is_empty() && !cells.is_empty() || !columns.is_empty() && cells.len() % columns.len() != 0
        {
            return Err(cut());
        }
        Ok(Page { columns, bytes, cells })
    }
}

impl Batch for Page {
    fn len(&self) -> usize {
        self.cells.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    fn width(&self) -> usize {
        self.columns.len()
    }

    fn column_name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(|(name, _)| name.as_str())
    }
}

/// A column of a page.
#[derive(Clone, Copy)]
pub struct Column<'b> {
    page: &'b Page,
    index: usize,
}

impl<'b> Column<'b> {
    pub(crate) fn new(
        page: &'b Page,
        index: usize,
        kind: Kind,
        rust: &'static str,
    ) -> Result<Self, ValueError> {
        match page.columns.get(index) {
            Some((_, found)) if *found == kind => Ok(Column { page, index }),
            Some(_) => Err(ValueError::column(index, ValueProblem::WrongType(rust))),
            None => Err(ValueError::column(index, ValueProblem::MissingColumn)),
        }
    }

    pub(crate) fn cell(&self, row: usize) -> Option<&'b [u8]> {
        let (start, len) = self.page.cells[row * self.page.columns.len() + self.index];
        Some(&self.page.bytes[start..start + len?])
    }

    pub(crate) fn read<T>(&self, row: usize, read: impl Fn(&'b [u8]) -> Option<T>) -> Result<T, ValueError> {
        let error = |what| ValueError::row(self.index as u16, row, what);
        let cell = self.cell(row).ok_or(error(ValueProblem::Null))?;
        read(cell).ok_or(error(ValueProblem::Malformed("a value of its column's type")))
    }
}

/// A Rust type that stands in a page as a kind of bytes.
pub(crate) trait Plain: Sized {
    const KIND: Kind;
    const RUST: &'static str;
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Plain for i64 {
    const KIND: Kind = Kind::Int;
    const RUST: &'static str = "i64";
    fn read(bytes: &[u8]) -> Option<i64> {
        bytes.try_into().ok().map(i64::from_be_bytes)
    }
}

impl Plain for String {
    const KIND: Kind = Kind::Text;
    const RUST: &'static str = "String";
    fn read(bytes: &[u8]) -> Option<String> {
        String::from_utf8(bytes.to_vec()).ok()
    }
}

impl Plain for Vec<u8> {
    const KIND: Kind = Kind::Bytes;
    const RUST: &'static str = "Vec<u8>";
    fn read(bytes: &[u8]) -> Option<Vec<u8>> {
        Some(bytes.to_vec())
    }
}

/// Decodes pages of a backend.
macro_rules! decode_pages {
    ($backend:ty: $($rust:ty),+) => {
        $(impl<'b> Decode<'b, $backend> for $rust {
            type Column = Column<'b>;

            fn column(page: &'b Page, index: usize) -> Result<Column<'b>, ValueError> {
                Column::new(page, index, <$rust as Plain>::KIND, <$rust as Plain>::RUST)
            }

            fn is_null(column: &Column<'b>, row: usize) -> bool {
                column.cell(row).is_none()
            }

            fn get(column: &Column<'b>, row: usize) -> Result<Self, ValueError> {
                column.read(row, <$rust as Plain>::read)
            }
        })+
    };
}

decode_pages!(crate::PreparedBackend: i64, String, Vec<u8>);
decode_pages!(crate::MultiplexedBackend: i64, String, Vec<u8>);
