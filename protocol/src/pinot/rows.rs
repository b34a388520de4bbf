//! Rows as they arrived: one text, and where its cells are.

use bytes::{Bytes, BytesMut};

use super::error::Problem;
use super::json::{Flaw, Scan, scalar_end, skip_space, value_end};
use super::value::Cell;

/// Some rows of an answer: the text that arrived, and the place of each cell in it. No cell has been copied.
#[derive(Debug, Clone, Default)]
pub struct RowBatch {
    text: Bytes,
    /// Start and end of each cell, row by row.
    cells: Vec<(u32, u32)>,
    row_count: usize,
    column_count: usize,
}

impl RowBatch {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.row_count
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.row_count == 0
    }

    /// Number of cells of each row.
    pub fn column_count(&self) -> usize {
        self.column_count
    }

    /// Bytes that it keeps in memory.
    pub fn memory_len(&self) -> usize {
        self.text.len() + self.cells.len() * size_of::<(u32, u32)>()
    }

    /// One cell, or `None` where there is no such row or column.
    #[inline]
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        if column >= self.column_count {
            return None;
        }
        let (start, end) = *self.cells.get(row.checked_mul(self.column_count)?.checked_add(column)?)?;
        self.text.get(start as usize..end as usize).map(Cell::new)
    }
}

/// Collects rows from the front of a buffer, until it is turned into a batch.
#[derive(Debug, Default)]
pub(super) struct RowScanner {
    cells: Vec<(u32, u32)>,
    row_count: usize,
    /// Cells of each row.
    width: usize,
    /// How much of the buffer the rows take up.
    pub(super) end: usize,
}

/// What came of looking for a row.
pub(super) enum RowScan {
    Row,
    /// The row that starts here is not all there yet.
    More,
}

impl RowScanner {
    /// Takes the row whose `[` is at `at`; without a schema, a row is as long as the first.
    pub(super) fn row(
        &mut self,
        text: &[u8],
        at: usize,
        column_count: Option<usize>,
        depth_max: u32,
    ) -> Result<RowScan, Flaw> {
        let first = self.cells.len();
        let Some(end) = self.cells(text, at + 1, depth_max)? else {
            self.cells.truncate(first);
            return Ok(RowScan::More);
        };
        let found = self.cells.len() - first;
        let expected = column_count.unwrap_or(if self.row_count == 0 { found } else { self.width });
        if found != expected {
            return Err((at, Problem::RowLength { expected, found }));
        }
        self.width = found;
        self.row_count += 1;
        self.end = end;
        Ok(RowScan::Row)
    }

    /// Takes cells up to the closing bracket; `None` where the text ends before it.
    fn cells(&mut self, text: &[u8], at: usize, depth_max: u32) -> Result<Option<usize>, Flaw> {
        let mut at = skip_space(text, at);
        if text.get(at) == Some(&b']') {
            return Ok(Some(at + 1));
        }
        loop {
            let scan = match text.get(at) {
                Some(b'[' | b'{') => value_end(text, at, depth_max)?,
                _ => scalar_end(text, at)?,
            };
            let Scan::End(end) = scan else { return Ok(None) };
            // The buffer of a batch is kept below 4 GiB by the limits.
            self.cells.push((at as u32, end as u32));
            at = skip_space(text, end);
            match text.get(at) {
                Some(b',') => at = skip_space(text, at + 1),
                Some(b']') => return Ok(Some(at + 1)),
                Some(_) => return Err((at, Problem::Expected("`,` or `]`"))),
                None => return Ok(None),
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.row_count == 0
    }

    /// The rows so far, with the part of the buffer that they are in.
    pub(super) fn take(&mut self, buffer: &mut BytesMut) -> RowBatch {
        let scanner = std::mem::take(self);
        RowBatch {
            text: buffer.split_to(scanner.end.min(buffer.len())).freeze(),
            cells: scanner.cells,
            row_count: scanner.row_count,
            column_count: scanner.width,
        }
    }
}
