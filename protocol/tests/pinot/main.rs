//! Pinot's wire: recorded bodies of a real 1.5.1, the forms that it never sends, and hostile ones.

mod answers;
mod cells;
mod describe;
mod literals;
mod random;
mod requests;
mod responses;

use std::path::Path;

use bytes::BytesMut;
use querent_protocol::pinot::response::{Event, ResponseDecoder};
use querent_protocol::pinot::summary::Summary;
use querent_protocol::pinot::{Column, DecodeError, Limits, RowBatch};

/// A recorded body.
fn wire(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/pinot").join(format!("{name}.json"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An answer, decoded.
#[derive(Default)]
struct Answer {
    columns: Vec<Column>,
    batches: Vec<RowBatch>,
    summary: Option<Summary>,
}

impl Answer {
    /// All rows as JSON values.
    fn rows(&self) -> Vec<Vec<serde_json::Value>> {
        let cell = |batch: &RowBatch, row, column| {
            serde_json::from_slice(batch.cell(row, column).expect("a cell").raw()).expect("JSON")
        };
        let row = |batch: &RowBatch, row| {
            (0..batch.column_count()).map(|column| cell(batch, row, column)).collect()
        };
        self.batches.iter().flat_map(|batch| (0..batch.len()).map(move |index| row(batch, index))).collect()
    }

    fn summary(&self) -> &Summary {
        self.summary.as_ref().expect("the end of the answer")
    }
}

/// Decodes a body that arrives in these pieces.
fn decode<'p>(pieces: impl IntoIterator<Item = &'p [u8]>, limits: Limits) -> Result<Answer, DecodeError> {
    let mut decoder = ResponseDecoder::new(limits);
    let mut buffer = BytesMut::new();
    let mut answer = Answer::default();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(event) = decoder.decode(&mut buffer)? {
            match event {
                Event::Columns(columns) => answer.columns = columns.to_vec(),
                Event::Rows(batch) => answer.batches.push(batch),
                Event::End(summary) => answer.summary = Some(*summary),
            }
        }
    }
    decoder.finish(&buffer)?;
    Ok(answer)
}

fn decode_whole(body: &[u8]) -> Result<Answer, DecodeError> {
    decode([body], Limits::default())
}
