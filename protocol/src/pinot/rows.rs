//! Rows as they arrived: one text, and where its cells are.

use std::sync::Arc;

use bytes::{Buf as _, Bytes, BytesMut};

use super::error::Problem;
use super::json::{Flaw, Scan, digits_end, scalar_end, skip_space, string_scan, value_end};
use super::value::Cell;

/// Some rows of an answer: the text that arrived, and the place of each cell in it. No cell has been copied by itself.
#[derive(Debug, Clone, Default)]
pub struct RowBatch {
    text: Text,
    /// Start and end of each cell, row by row; the end with [`PLAIN`] for a string without escapes.
    cells: Vec<(u32, u32)>,
    row_count: usize,
    column_count: usize,
}

/// A bit that no place needs: texts of batches are shorter than 1 GiB.
const PLAIN: u32 = 1 << 31;

/// The text of a batch. It is looked through once for what is no UTF-8, which is the affair of the cells that have it.
#[derive(Debug, Clone)]
enum Text {
    Utf8(Arc<str>),
    Other(Bytes),
}

impl Default for Text {
    fn default() -> Text {
        Text::Other(Bytes::new())
    }
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
        let text_len = match &self.text {
            Text::Utf8(text) => text.len(),
            Text::Other(text) => text.len(),
        };
        text_len + self.cells.len() * size_of::<(u32, u32)>()
    }

    /// One cell, or `None` where there is no such row or column.
    #[inline]
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        if column >= self.column_count {
            return None;
        }
        let (start, end) = *self.cells.get(row.checked_mul(self.column_count)?.checked_add(column)?)?;
        let (range, is_plain) = (start as usize..(end & !PLAIN) as usize, end & PLAIN != 0);
        match &self.text {
            Text::Utf8(text) => text.get(range).map(|text| Cell::of_text(text, is_plain)),
            Text::Other(text) => text.get(range).map(Cell::new),
        }
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
            let (scan, is_plain) = match text.get(at) {
                Some(b'"') => string_scan(text, at)?,
                Some(b'0'..=b'9') => (digits_end(text, at)?, false),
                Some(b'[' | b'{') => (value_end(text, at, depth_max)?, false),
                _ => (scalar_end(text, at)?, false),
            };
            let Scan::End(end) = scan else { return Ok(None) };
            // The buffer of a batch is kept below 1 GiB by the limits.
            self.cells.push((at as u32, end as u32 | if is_plain { PLAIN } else { 0 }));
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
        let end = scanner.end.min(buffer.len());
        let text = match std::str::from_utf8(&buffer[..end]) {
            Ok(text) => {
                let text = Text::Utf8(Arc::from(text));
                buffer.advance(end);
                text
            }
            Err(_) => Text::Other(buffer.split_to(end).freeze()),
        };
        RowBatch { text, cells: scanner.cells, row_count: scanner.row_count, column_count: scanner.width }
    }
}
