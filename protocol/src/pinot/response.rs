//! The broker's answer, decoded while it arrives.
//!
//! Rows are handed out batch by batch, but the broker says only at the end whether they are all of them: an answer is
//! good when [`Summary::incompleteness`] is empty, and no sooner. The members of an answer and of its table may come in
//! any order; rows that come before their schema wait for it.
//!
//! It is a scanner and no `serde` visitor: a visitor pulls from a reader that blocks, while these bytes come in pieces
//! over an asynchronous socket, and a cell is read once only, as the type that the query's plan says. No tree is built.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Buf, BytesMut};

use super::error::Problem;
use super::json::{Boundary, Flaw, Scan, skip_space, string_end, value_end};
use super::rows::{RowScan, RowScanner};
use super::summary::{Exception, Summary};
use super::value::Cell;
use super::{Column, DecodeError, Limits, RowBatch, schema};

/// What the next bytes of an answer brought.
#[derive(Debug, Clone)]
pub enum Event {
    /// The columns; they are told before any row, and not at all where the broker gives no result table.
    Columns(Arc<[Column]>),
    /// Rows.
    Rows(RowBatch),
    /// The answer is over.
    End(Box<Summary>),
}

/// Where in the answer the buffer starts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Start,
    /// Before a key of the answer or its end; whether a comma must come first.
    Member {
        first: bool,
    },
    /// Before a key of the result table or its end.
    TableMember {
        first: bool,
    },
    /// Before a row or the end of them.
    Rows {
        first: bool,
    },
    Over,
}

/// Decodes one answer; a decoder is good for one.
#[derive(Debug)]
pub struct ResponseDecoder {
    limits: Limits,
    state: State,
    /// Bytes taken from the buffer so far.
    consumed: u64,
    /// Finds the end of something that has arrived in part.
    boundary: Option<Boundary>,
    columns: Option<Arc<[Column]>>,
    /// Rows that came before the schema.
    held: VecDeque<RowBatch>,
    held_len: usize,
    /// Members that were neither table nor exceptions.
    member_count: usize,
    seen_rows: bool,
    seen_exceptions: bool,
    summary: Box<Summary>,
}

/// What one step did.
enum Step {
    /// Went on in the buffer.
    Onward,
    /// Needs more of it.
    More,
    Out(Event),
}

impl ResponseDecoder {
    /// A decoder at the start of an answer.
    pub fn new(limits: Limits) -> ResponseDecoder {
        ResponseDecoder {
            limits,
            state: State::Start,
            consumed: 0,
            boundary: None,
            columns: None,
            held: VecDeque::new(),
            held_len: 0,
            member_count: 0,
            seen_rows: false,
            seen_exceptions: false,
            summary: Box::default(),
        }
    }

    /// The columns, once they have come.
    pub fn columns(&self) -> Option<&Arc<[Column]>> {
        self.columns.as_ref()
    }

    /// Takes what is whole from the front of the buffer; `Ok(None)` where more has to arrive first.
    ///
    /// Call it again after each event: a buffer may hold several.
    ///
    /// # Errors
    /// Bytes that are no answer of a broker, or beyond the limits. The decoder is of no more use then.
    pub fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Event>, DecodeError> {
        loop {
            if let Some(boundary) = &mut self.boundary {
                if !boundary.reached(buffer) {
                    self.check_pending(buffer.len())?;
                    return Ok(None);
                }
                self.boundary = None;
            }
            if let Some(batch) = self.take_held() {
                return Ok(Some(Event::Rows(batch)));
            }
            match self.step(buffer) {
                Ok(Step::Onward) => {}
                Ok(Step::More) => {
                    self.check_pending(buffer.len())?;
                    return Ok(None);
                }
                Ok(Step::Out(event)) => return Ok(Some(event)),
                Err((at, problem)) => return Err(DecodeError::new(self.consumed + at as u64, problem)),
            }
        }
    }

    /// Rows that waited for the schema, once it is there.
    fn take_held(&mut self) -> Option<RowBatch> {
        self.columns.as_ref()?;
        let batch = self.held.pop_front()?;
        self.summary.row_count += batch.len() as u64;
        Some(batch)
    }

    /// Says that nothing more will arrive.
    ///
    /// # Errors
    /// An answer that breaks off, or has something behind it.
    pub fn finish(&self, buffer: &BytesMut) -> Result<(), DecodeError> {
        let rest = skip_space(buffer, 0);
        if self.state != State::Over {
            return Err(DecodeError::new(self.consumed + buffer.len() as u64, Problem::Truncated));
        }
        if rest < buffer.len() {
            return Err(DecodeError::expected(self.consumed + rest as u64, "the end of the body"));
        }
        Ok(())
    }

    /// Something that has arrived in part must not grow without end.
    fn check_pending(&self, pending_len: usize) -> Result<(), DecodeError> {
        let (what, max) = match self.state {
            State::Rows { .. } => ("bytes in a row", self.limits.row_len_max as usize),
            _ => ("bytes in a member", self.limits.member_len_max),
        };
        if pending_len > max {
            return Err(DecodeError::new(self.consumed, Problem::TooMuch(what, max as u64)));
        }
        Ok(())
    }

    fn advance(&mut self, buffer: &mut BytesMut, len: usize) {
        self.consumed += len as u64;
        buffer.advance(len);
    }

    fn step(&mut self, buffer: &mut BytesMut) -> Result<Step, Flaw> {
        let space = skip_space(buffer, 0);
        self.advance(buffer, space);
        let Some(byte) = buffer.first().copied() else { return Ok(Step::More) };
        match self.state {
            State::Start if byte == b'{' => Ok(self.onward(buffer, 1, State::Member { first: true })),
            State::Start => Err((0, Problem::Expected("the JSON object of an answer"))),
            State::Member { .. } if byte == b'}' => {
                self.onward(buffer, 1, State::Over);
                Ok(Step::Out(Event::End(std::mem::take(&mut self.summary))))
            }
            State::Member { first } => self.member(buffer, first),
            State::TableMember { .. } if byte == b'}' => {
                if !self.held.is_empty() {
                    return Err((0, Problem::Expected("a schema for the rows")));
                }
                Ok(self.onward(buffer, 1, State::Member { first: false }))
            }
            State::TableMember { first } => self.table_member(buffer, first),
            State::Rows { .. } if byte == b']' => {
                Ok(self.onward(buffer, 1, State::TableMember { first: false }))
            }
            State::Rows { first } => self.rows(buffer, first),
            State::Over => Err((0, Problem::Expected("the end of the body"))),
        }
    }

    fn onward(&mut self, buffer: &mut BytesMut, len: usize, state: State) -> Step {
        self.advance(buffer, len);
        self.state = state;
        Step::Onward
    }

    /// `"key": value` of the answer itself.
    fn member(&mut self, buffer: &mut BytesMut, first: bool) -> Result<Step, Flaw> {
        let Some(Key { name, value_at }) = self.key(buffer, first)? else { return Ok(Step::More) };
        if name == "resultTable" && buffer.get(value_at) != Some(&b'n') {
            if std::mem::replace(&mut self.summary.has_result_table, true) {
                return Err((0, Problem::Expected("one result table only")));
            }
            return match buffer.get(value_at) {
                Some(b'{') => Ok(self.onward(buffer, value_at + 1, State::TableMember { first: true })),
                _ => Err((value_at, Problem::Expected("the object of the result table"))),
            };
        }
        let Some(end) = self.whole_value(buffer, value_at)? else { return Ok(Step::More) };
        let cell = Cell::new(buffer.get(value_at..end).unwrap_or_default());
        if name == "exceptions" {
            // A second list could hide the first.
            let seen = std::mem::replace(&mut self.seen_exceptions, true);
            let list = if seen { None } else { Exception::list(cell) };
            self.summary.exceptions = list.ok_or((value_at, Problem::Expected("one list of exceptions")))?;
        } else if self.member_count >= self.limits.member_count_max {
            return Err((0, Problem::TooMuch("members", self.limits.member_count_max as u64)));
        } else if name != "resultTable" {
            self.member_count += 1;
            if !self.summary.statistics.take(&name, cell) {
                return Err((value_at, Problem::Expected("JSON in UTF-8")));
            }
        }
        Ok(self.onward(buffer, end, State::Member { first: false }))
    }

    /// `"key": value` of the result table.
    fn table_member(&mut self, buffer: &mut BytesMut, first: bool) -> Result<Step, Flaw> {
        let Some(Key { name, value_at }) = self.key(buffer, first)? else { return Ok(Step::More) };
        if name == "rows" {
            if std::mem::replace(&mut self.seen_rows, true) {
                return Err((0, Problem::Expected("rows once")));
            }
            return match buffer.get(value_at) {
                Some(b'[') => Ok(self.onward(buffer, value_at + 1, State::Rows { first: true })),
                _ => Err((value_at, Problem::Expected("the array of rows"))),
            };
        }
        let Some(end) = self.whole_value(buffer, value_at)? else { return Ok(Step::More) };
        let mut step = Step::Onward;
        if name == "dataSchema" {
            if self.columns.is_some() {
                return Err((0, Problem::Expected("one schema only")));
            }
            let cell = Cell::new(buffer.get(value_at..end).unwrap_or_default());
            let columns =
                schema::columns(cell, self.limits.column_count_max).map_err(|problem| (value_at, problem))?;
            if let Some(held) = self.held.iter().find(|batch| batch.column_count() != columns.len()) {
                let (expected, found) = (columns.len(), held.column_count());
                return Err((value_at, Problem::RowLength { expected, found }));
            }
            self.columns = Some(Arc::clone(&columns));
            step = Step::Out(Event::Columns(columns));
        }
        self.onward(buffer, end, State::TableMember { first: false });
        Ok(step)
    }

    /// As many rows as are whole, up to the size of a batch.
    fn rows(&mut self, buffer: &mut BytesMut, first: bool) -> Result<Step, Flaw> {
        let held_width = self.held.front().map(RowBatch::column_count);
        let column_count = self.columns.as_ref().map(|columns| columns.len()).or(held_width);
        // Places in a batch are 32 bits wide.
        let batch_len_max = self.limits.batch_len_max.min(u32::MAX / 4) as usize;
        let row_len_max = self.limits.row_len_max.min(u32::MAX / 4) as usize;
        let mut scanner = RowScanner::default();
        let mut first = first;
        let mut at = 0;
        while scanner.end < batch_len_max {
            at = skip_space(buffer, at);
            if !first && buffer.get(at) == Some(&b',') {
                at = skip_space(buffer, at + 1);
            } else if !first && at < buffer.len() {
                break;
            }
            let Some(byte) = buffer.get(at) else { break };
            if *byte != b'[' {
                return Err((at, Problem::Expected("a row")));
            }
            // Bounded, so that a row that never ends is not scanned to the end of the buffer.
            let visible = &buffer[..buffer.len().min(at.saturating_add(row_len_max))];
            match scanner.row(visible, at, column_count, self.limits.depth_max)? {
                RowScan::Row => at = scanner.end,
                RowScan::More if visible.len() < buffer.len() => {
                    return Err((at, Problem::TooMuch("bytes in a row", row_len_max as u64)));
                }
                RowScan::More => break,
            }
            first = false;
        }
        if scanner.is_empty() {
            return self.rows_pending(buffer, first);
        }
        self.state = State::Rows { first: false };
        self.consumed += scanner.end as u64;
        let batch = scanner.take(buffer);
        if self.columns.is_some() {
            self.summary.row_count += batch.len() as u64;
            return Ok(Step::Out(Event::Rows(batch)));
        }
        self.held_len += batch.memory_len();
        if self.held_len > self.limits.held_len_max {
            let max = self.limits.held_len_max as u64;
            return Err((0, Problem::TooMuch("bytes of rows before their schema", max)));
        }
        self.held.push_back(batch);
        Ok(Step::Onward)
    }

    /// No row is whole: goes on to the bracket of the first one and looks for its end as more arrives.
    fn rows_pending(&mut self, buffer: &mut BytesMut, first: bool) -> Result<Step, Flaw> {
        let mut at = 0;
        if !first {
            match buffer.first() {
                Some(b',') => at = skip_space(buffer, 1),
                Some(_) => return Err((0, Problem::Expected("`,` or `]` after a row"))),
                None => return Ok(Step::More),
            }
        }
        if at >= buffer.len() {
            return Ok(Step::More);
        }
        self.advance(buffer, at);
        // The comma is gone, so a row must come now; a closing bracket would be a comma too many.
        if !first && buffer.first() != Some(&b'[') {
            return Err((0, Problem::Expected("a row")));
        }
        self.state = State::Rows { first: true };
        self.boundary = Some(Boundary::starting(0));
        Ok(Step::Onward)
    }

    /// The key at the front, after its comma, and where its value starts.
    fn key(&mut self, buffer: &BytesMut, first: bool) -> Result<Option<Key>, Flaw> {
        let mut at = 0;
        if !first {
            if buffer.first() != Some(&b',') {
                return Err((0, Problem::Expected("`,` or `}`")));
            }
            at = skip_space(buffer, 1);
        }
        match buffer.get(at) {
            None => return Ok(None),
            Some(b'"') => {}
            Some(_) => return Err((at, Problem::Expected("a key"))),
        }
        let Scan::End(end) = string_end(buffer, at)? else {
            self.boundary = Some(Boundary::starting(at));
            return Ok(None);
        };
        if end - at > self.limits.member_len_max {
            return Err((at, Problem::TooMuch("bytes in a member", self.limits.member_len_max as u64)));
        }
        let colon = skip_space(buffer, end);
        match buffer.get(colon) {
            None => return Ok(None),
            Some(b':') => {}
            Some(_) => return Err((colon, Problem::Expected("`:`"))),
        }
        let value_at = skip_space(buffer, colon + 1);
        if value_at >= buffer.len() {
            return Ok(None);
        }
        let name = Cell::new(buffer.get(at..end).unwrap_or_default()).text();
        let name = name.map_err(|_| (at, Problem::Expected("a key that is text")))?.into_owned();
        Ok(Some(Key { name, value_at }))
    }

    /// The end of the value at `at`, once it has all arrived.
    fn whole_value(&mut self, buffer: &BytesMut, at: usize) -> Result<Option<usize>, Flaw> {
        match value_end(buffer, at, self.limits.depth_max)? {
            Scan::End(end) if end - at > self.limits.member_len_max => {
                Err((at, Problem::TooMuch("bytes in a member", self.limits.member_len_max as u64)))
            }
            Scan::End(end) => Ok(Some(end)),
            Scan::More => {
                self.boundary = Some(Boundary::starting(at));
                Ok(None)
            }
        }
    }
}

/// A key and where its value starts.
struct Key {
    name: String,
    value_at: usize,
}
