//! The least that a client can do: requests written by hand into one socket, answers measured out by their lengths and
//! known by their ids. What is in them is looked at only where the name says so.
//!
//! There is no pool, no timeout, no cancellation, no reconnecting; a refusal of the server ends the run.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Result;
use crate::driver::{SELECT_ALL, SELECT_ONE};
use crate::load::{CACHE, ENTRIES, ROWS, value_of};
use crate::measure::{DEPTH, KEYS, Keys, Measure, Slice, Stopwatch};
use crate::raw_values;

const GET: i16 = 1000;
const PUT: i16 = 1001;
const GET_ALL: i16 = 1003;
const SQL_FIELDS: i16 = 2004;
const SQL_FIELDS_PAGE: i16 = 2005;
const LONG: u8 = 4;
const STRING: u8 = 9;
/// Rows a page, as the driver and pyignite ask for.
const PAGE_SIZE: i32 = 1024;
/// Flags of an answer: an error; the topology's version comes first.
const FAILED: u16 = 1;
const TOPOLOGY: u16 = 2;

/// An answer that is no error: where its payload is in the buffer.
#[derive(Clone, Copy)]
struct Answer {
    id: i64,
    from: usize,
    to: usize,
}

/// One connection.
pub(crate) struct Raw {
    socket: TcpStream,
    input: Vec<u8>,
    /// What of the input was read and not taken.
    from: usize,
    to: usize,
    id: i64,
    cache_id: i32,
    /// Whether what many values come in is parsed.
    decodes: bool,
}

impl Raw {
    /// Version 1.7, and no feature of it.
    pub(crate) async fn connect(address: &str, decodes: bool) -> Result<Raw> {
        let mut socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        socket.write_all(&[13, 0, 0, 0, 1, 1, 0, 7, 0, 0, 0, 2, 12, 0, 0, 0, 0]).await?;
        let cache_id =
            CACHE.bytes().fold(0_i32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let mut raw = Raw { socket, input: vec![0; 1 << 20], from: 0, to: 0, id: 0, cache_id, decodes };
        let (from, to) = raw.frame().await?;
        match raw.input[from..to].first() {
            Some(1) => Ok(raw),
            _ => Err("the node refused a raw handshake".into()),
        }
    }

    pub(crate) async fn run(&mut self, measure: Measure, time: Duration) -> Result<Slice> {
        if measure.is_pipelined() {
            return self.pipelined(measure, time).await;
        }
        let (mut keys, mut output) = (Keys::new(1), Vec::new());
        let mut watch = Stopwatch::start();
        loop {
            match measure {
                Measure::GetAll => self.get_all(&mut keys, &mut output).await?,
                Measure::Select => self.select(keys.next(ROWS), &mut output).await?,
                Measure::Rows => self.rows(&mut output).await?,
                _ => {
                    output.clear();
                    let key = keys.next(ENTRIES);
                    let id = self.key_value(measure, key, &mut output);
                    self.socket.write_all(&output).await?;
                    let answer = self.answer().await?;
                    self.check(answer, measure, id, key)?;
                }
            }
            if !watch.lap(time) {
                return Ok(watch.stop());
            }
        }
    }

    /// Writes as many requests at a time as there were answers.
    async fn pipelined(&mut self, measure: Measure, time: Duration) -> Result<Slice> {
        let mut keys = Keys::new(1);
        let mut output = Vec::new();
        // By the lowest bits of the id: which id, for which key.
        let mut waiting = [(0_i64, 0_i64); DEPTH * 4];
        let slot = |id: i64| (id as usize) % (DEPTH * 4);
        let (mut ops, mut in_flight, mut asks) = (0, 0, true);
        let watch = Stopwatch::start();
        loop {
            while asks && in_flight < DEPTH {
                let key = keys.next(ENTRIES);
                // Answers come in any order: an id whose place is taken is left out.
                while waiting[slot(self.id + 1)].0 != 0 {
                    self.id += 1;
                }
                let id = self.key_value(measure, key, &mut output);
                waiting[slot(id)] = (id, key);
                in_flight += 1;
            }
            if !output.is_empty() {
                self.socket.write_all(&output).await?;
                output.clear();
            }
            if in_flight == 0 {
                return Ok(watch.stop_after(ops));
            }
            let mut frame = Some(self.frame().await?);
            while let Some((from, to)) = frame {
                let answer = self.header(from, to)?;
                let (id, key) = std::mem::take(&mut waiting[slot(answer.id)]);
                self.check(answer, measure, id, key)?;
                (ops, in_flight) = (ops + 1, in_flight - 1);
                frame = self.buffered();
            }
            asks = watch.elapsed() < time;
        }
    }

    fn check(&self, answer: Answer, measure: Measure, id: i64, key: i64) -> Result<()> {
        let value = self.input.get(answer.from + 1..answer.to).and_then(|value| value.first_chunk());
        let is_right = match measure {
            Measure::Put | Measure::PutPipelined => answer.from == answer.to,
            _ => value.is_some_and(|value| i64::from_le_bytes(*value) == value_of(key)),
        };
        if is_right && answer.id == id { Ok(()) } else { Err("a wrong answer".into()) }
    }

    fn key_value(&mut self, measure: Measure, key: i64, output: &mut Vec<u8>) -> i64 {
        let puts = matches!(measure, Measure::Put | Measure::PutPipelined);
        let (id, start) = self.begin(if puts { PUT } else { GET }, output);
        self.cache(output);
        long(key, output);
        if puts {
            long(value_of(key), output);
        }
        end(start, output);
        id
    }

    async fn get_all(&mut self, keys: &mut Keys, output: &mut Vec<u8>) -> Result<()> {
        output.clear();
        let (_, start) = self.begin(GET_ALL, output);
        self.cache(output);
        output.extend((KEYS as i32).to_le_bytes());
        for _ in 0..KEYS {
            long(keys.next(ENTRIES), output);
        }
        end(start, output);
        self.socket.write_all(output).await?;
        let answer = self.answer().await?;
        if self.decodes {
            let entries = raw_values::entries(&self.input[answer.from..answer.to])?;
            if entries.iter().any(|(key, value)| *value != value_of(*key)) {
                return Err("a wrong answer".into());
            }
        }
        Ok(())
    }

    async fn select(&mut self, id: i64, output: &mut Vec<u8>) -> Result<()> {
        self.statement(&format!("{SELECT_ONE}?"), Some(id), output);
        self.socket.write_all(output).await?;
        let answer = self.answer().await?;
        match i64_at(&self.input, answer.from + 8 + 4 + 4 + 1) {
            Some(found) if found == id => Ok(()),
            _ => Err("a wrong answer".into()),
        }
    }

    /// All pages; the next one is asked for as soon as one is there.
    async fn rows(&mut self, output: &mut Vec<u8>) -> Result<()> {
        self.statement(SELECT_ALL, None, output);
        self.socket.write_all(output).await?;
        let answer = self.answer().await?;
        let cursor = i64_at(&self.input, answer.from).ok_or("no cursor")?;
        // Behind the cursor and the number of columns.
        let (mut at, mut to) = (answer.from + 8 + 4, answer.to);
        let (mut count, mut decoded) = (0, Vec::new());
        loop {
            let has_more = self.input[to - 1] != 0;
            if has_more {
                output.clear();
                let (_, start) = self.begin(SQL_FIELDS_PAGE, output);
                output.extend(cursor.to_le_bytes());
                end(start, output);
                self.socket.write_all(output).await?;
            }
            count += i64::from(i32_at(&self.input, at).ok_or("no rows")?);
            if self.decodes {
                raw_values::rows(&self.input[at..to], &mut decoded)?;
            }
            if !has_more {
                break;
            }
            let answer = self.answer().await?;
            (at, to) = (answer.from, answer.to);
        }
        let is_right = count == ROWS && (!self.decodes || decoded.len() == ROWS as usize);
        if is_right { Ok(()) } else { Err("too few rows".into()) }
    }

    fn statement(&mut self, sql: &str, argument: Option<i64>, output: &mut Vec<u8>) {
        output.clear();
        let (_, start) = self.begin(SQL_FIELDS, output);
        // No cache.
        output.extend([0; 5]);
        string("PUBLIC", output);
        output.extend(PAGE_SIZE.to_le_bytes());
        output.extend((-1_i32).to_le_bytes());
        string(sql, output);
        output.extend(i32::from(argument.is_some()).to_le_bytes());
        if let Some(argument) = argument {
            long(argument, output);
        }
        // Of any kind, six options off, no timeout, no names.
        output.extend([0; 1 + 6 + 8 + 1]);
        end(start, output);
    }

    fn begin(&mut self, op: i16, output: &mut Vec<u8>) -> (i64, usize) {
        self.id += 1;
        let start = output.len();
        output.extend([0; 4]);
        output.extend(op.to_le_bytes());
        output.extend(self.id.to_le_bytes());
        (self.id, start)
    }

    fn cache(&self, output: &mut Vec<u8>) {
        output.extend(self.cache_id.to_le_bytes());
        // Kept binary.
        output.push(1);
    }

    async fn answer(&mut self) -> Result<Answer> {
        let (from, to) = self.frame().await?;
        let answer = self.header(from, to)?;
        if answer.id == self.id { Ok(answer) } else { Err("an answer to something else".into()) }
    }

    fn header(&self, from: usize, to: usize) -> Result<Answer> {
        let id = i64_at(&self.input, from).ok_or("no answer")?;
        let flags = self.input.get(from + 8..to).and_then(|rest| rest.first_chunk()).ok_or("no answer")?;
        let flags = u16::from_le_bytes(*flags);
        if flags & FAILED != 0 {
            let message = String::from_utf8_lossy(&self.input[from..to]);
            return Err(format!("the node refused a request: {message}").into());
        }
        let topology = if flags & TOPOLOGY != 0 { 12 } else { 0 };
        Ok(Answer { id, from: from + 10 + topology, to })
    }

    /// The next frame, where it is in the buffer as a whole.
    fn buffered(&mut self) -> Option<(usize, usize)> {
        let len =
            self.input[self.from..self.to].first_chunk().map(|len| i32::from_le_bytes(*len) as usize)?;
        let from = self.from + 4;
        if self.to - from < len {
            return None;
        }
        self.from = from + len;
        Some((from, from + len))
    }

    async fn frame(&mut self) -> Result<(usize, usize)> {
        loop {
            if let Some(frame) = self.buffered() {
                return Ok(frame);
            }
            if self.from > 0 {
                self.input.copy_within(self.from..self.to, 0);
                (self.from, self.to) = (0, self.to - self.from);
            }
            if self.to == self.input.len() {
                self.input.resize(self.to * 2, 0);
            }
            match self.socket.read(&mut self.input[self.to..]).await? {
                0 => return Err("the node closed a raw connection".into()),
                read => self.to += read,
            }
        }
    }
}

fn long(number: i64, output: &mut Vec<u8>) {
    output.push(LONG);
    output.extend(number.to_le_bytes());
}

fn string(text: &str, output: &mut Vec<u8>) {
    output.push(STRING);
    output.extend((text.len() as i32).to_le_bytes());
    output.extend(text.as_bytes());
}

fn end(start: usize, output: &mut [u8]) {
    let len = (output.len() - start - 4) as i32;
    output[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

fn i64_at(bytes: &[u8], at: usize) -> Option<i64> {
    bytes.get(at..)?.first_chunk().map(|bytes| i64::from_le_bytes(*bytes))
}

fn i32_at(bytes: &[u8], at: usize) -> Option<i32> {
    bytes.get(at..)?.first_chunk().map(|bytes| i32::from_le_bytes(*bytes))
}
