//! Rows of a scan or a statement, left in the bytes of their frame.

use bytes::Bytes;

use super::super::error::DecodeError;
use super::super::reader::Reader;
use super::super::value::{read_string, skip};
use super::Result;

/// Rows of one frame: where each value lies in it. Each has its own type code, for the rows of a UNION differ in it.
#[derive(Clone, Default)]
pub struct Page {
    body: Bytes,
    /// Where each cell begins, row by row, and where the last one ends.
    cells: Vec<u32>,
    width: usize,
    rows: usize,
    more: bool,
}

impl Page {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many cells each has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the cursor has rows after these. Where it has none, the server has closed it.
    pub fn has_more(&self) -> bool {
        self.more
    }

    /// The bytes of a value: type code and payload. `None` outside of the page.
    pub fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        if column >= self.width {
            return None;
        }
        let idx = row.checked_mul(self.width)?.checked_add(column)?;
        let (from, to) = (*self.cells.get(idx)?, *self.cells.get(idx + 1)?);
        self.body.get(from as usize..to as usize)
    }

    /// Where in the body a value begins. `None` outside of the page.
    pub fn cell_start(&self, row: usize, column: usize) -> Option<usize> {
        if column >= self.width || row >= self.rows {
            return None;
        }
        let idx = row.checked_mul(self.width)?.checked_add(column)?;
        self.cells.get(idx).map(|start| *start as usize)
    }

    /// The body that the values are in, which handles in them may point into.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The bytes of a value as a buffer that shares those of the page.
    pub fn cell_bytes(&self, row: usize, column: usize) -> Option<Bytes> {
        self.cell(row, column).map(|cell| self.body.slice_ref(cell))
    }

    /// Reads a count of rows, and their cells.
    pub(super) fn read_rows(body: &Bytes, r: &mut Reader<'_>, width: usize) -> Result<Page> {
        let at = r.position();
        let rows = r.count(width)?;
        if width == 0 && rows > 0 {
            return Err(DecodeError::expected(at, "no rows where there are no columns"));
        }
        // No more than there are bytes, for a cell has one at least.
        let mut cells = Vec::with_capacity(rows * width + 1);
        for _ in 0..rows * width {
            cells.push(offset(skip(r)?.start)?);
        }
        cells.push(offset(r.position())?);
        Ok(Page { body: body.clone(), cells, width, rows, more: false })
    }

    /// Reads rows and whether there are more: what follows the cursor, and the whole of a later page.
    ///
    /// `body` is what the reader reads.
    ///
    /// # Errors
    /// Where it ends too early, or there is a value of unknown type.
    pub fn read(body: &Bytes, r: &mut Reader<'_>, width: usize) -> Result<Page> {
        let page = Page::read_rows(body, r, width)?;
        let more = r.bool()?;
        r.end()?;
        Ok(Page { more, ..page })
    }
}

/// Only the number of rows: cells are values.
impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("rows", &self.rows).field("more", &self.more).finish_non_exhaustive()
    }
}

fn offset(at: usize) -> Result<u32> {
    u32::try_from(at).map_err(|_| DecodeError::too_much(at, "bytes in a page", u32::MAX as usize))
}

/// The first entries of a scan: two cells a row.
#[derive(Debug, Clone)]
pub struct ScanRows {
    /// The cursor, for the next page.
    pub cursor: i64,
    /// The entries.
    pub page: Page,
}

impl ScanRows {
    /// Reads the answer to a scan.
    ///
    /// # Errors
    /// Where it ends too early, or there is a value of unknown type.
    pub fn read(body: &Bytes, r: &mut Reader<'_>) -> Result<ScanRows> {
        Ok(ScanRows { cursor: r.i64()?, page: Page::read(body, r, 2)? })
    }
}

/// The first rows of a statement.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The cursor, for the next page.
    pub cursor: i64,
    /// The names of the columns, where they were asked for.
    pub names: Option<Vec<String>>,
    /// The rows. DML gives one of one `i64` (`UPDATED` on H2, `ROWCOUNT` on Calcite), DDL one of 0.
    pub page: Page,
}

impl Rows {
    /// Reads the answer to a statement that was sent with or without asking for names.
    ///
    /// # Errors
    /// Where it ends too early, or there is a value of unknown type.
    pub fn read(body: &Bytes, r: &mut Reader<'_>, with_names: bool) -> Result<Rows> {
        let cursor = r.i64()?;
        let at = r.position();
        let (width, names) = if with_names {
            let width = r.count(1)?;
            let names = (0..width).map(|_| Ok(read_string(r)?.unwrap_or_default().into_owned()));
            (width, Some(names.collect::<Result<_>>()?))
        } else {
            let width = usize::try_from(r.i32()?);
            (width.map_err(|_| DecodeError::expected(at, "a number of columns"))?, None)
        };
        Ok(Rows { cursor, names, page: Page::read(body, r, width)? })
    }
}
