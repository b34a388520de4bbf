//! The server's end: answers in any order, cursors that it names, and a map.

use std::collections::{HashMap, VecDeque};

use tokio::io::{AsyncWriteExt as _, DuplexStream};

use super::channel::{CLOSE, EXECUTE, FETCH, Frame, GET, OK, REFUSED, read};
use crate::script::{Ending, Transport};
use crate::wire::{self, Reader};
use crate::{Answer, Cell};

const BUFFER_LEN: usize = 1024;

struct Open {
    pages: VecDeque<Vec<Vec<Cell>>>,
    ending: Ending,
}

struct Server {
    transport: Transport,
    cursors: HashMap<u64, Open>,
    last_cursor: u64,
    /// Answers that wait for another to go first.
    held_back: Vec<Frame>,
}

/// What the server does with a request.
enum Reply {
    Now(Vec<u8>),
    AfterAnother(Vec<u8>),
    Refuse,
    Never,
    HangUp,
}

/// Serves one transport until it ends.
pub(crate) fn start(transport: Transport) -> DuplexStream {
    let (client, stream) = tokio::io::duplex(BUFFER_LEN);
    let (mut reading, mut writing) = tokio::io::split(stream);
    tokio::spawn(async move {
        let mut server =
            Server { transport, cursors: HashMap::new(), last_cursor: 1000, held_back: Vec::new() };
        while let Some(frame) = read(&mut reading).await {
            let answer = |code, payload| Frame { id: frame.id, code, payload };
            let mut answers = match server.reply(&frame) {
                Some(Reply::Now(payload)) => vec![answer(OK, payload)],
                Some(Reply::Refuse) | None => vec![answer(REFUSED, Vec::new())],
                Some(Reply::AfterAnother(payload)) => {
                    server.held_back.push(answer(OK, payload));
                    continue;
                }
                Some(Reply::Never) => continue,
                Some(Reply::HangUp) => return,
            };
            answers.append(&mut server.held_back);
            for answer in answers {
                if writing.write_all(&answer.bytes()).await.is_err() {
                    return;
                }
            }
        }
    });
    client
}

impl Server {
    /// `None` where the request is not understood.
    fn reply(&mut self, frame: &Frame) -> Option<Reply> {
        let mut reader = Reader::new(&frame.payload);
        match frame.code {
            EXECUTE => {
                let text = reader.text().ok()?;
                let mut values = Vec::new();
                while !reader.is_done() {
                    values.push(reader.text().ok()?.to_owned());
                }
                let answer = self.transport.script().receive(text, values);
                Some(self.execute(answer))
            }
            FETCH => {
                let id = reader.u64().ok()?;
                let cursor = self.cursors.get_mut(&id)?;
                let mut page = Vec::new();
                match (cursor.pages.pop_front(), cursor.ending) {
                    (Some(rows), _) => {
                        wire::put_rows(&mut page, &rows);
                        page.push(1);
                    }
                    (None, Ending::Hang) => return Some(Reply::Never),
                    (None, Ending::Broken) => return Some(Reply::HangUp),
                    (None, Ending::Whole | Ending::Refused) => {
                        self.cursors.remove(&id);
                        page.push(0);
                    }
                }
                Some(Reply::Now(page))
            }
            CLOSE => {
                self.cursors.remove(&reader.u64().ok()?)?;
                self.transport.script().close_cursor();
                Some(Reply::Now(Vec::new()))
            }
            GET => {
                let value = frame.payload.strip_prefix(b"key-of-").map(<[u8]>::to_ascii_uppercase);
                Some(Reply::Now(match value {
                    Some(value) => [vec![1], value].concat(),
                    None => vec![0],
                }))
            }
            _ => None,
        }
    }

    fn execute(&mut self, answer: Answer) -> Reply {
        if answer.ending == Ending::Refused {
            return Reply::Refuse;
        }
        self.last_cursor += 1;
        let mut payload = self.last_cursor.to_be_bytes().to_vec();
        payload.extend(answer.affected.to_be_bytes());
        wire::put_columns(&mut payload, &answer.columns);
        let open = Open { pages: answer.batches.into(), ending: answer.ending };
        self.cursors.insert(self.last_cursor, open);
        if answer.late { Reply::AfterAnother(payload) } else { Reply::Now(payload) }
    }
}
