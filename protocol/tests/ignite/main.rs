//! Ignite's wire: frames of real nodes both ways, each cut at every byte and bent at every place.

mod answers;
mod config;
mod describe;
mod handshake;
mod hostile;
mod requests;

use std::collections::BTreeMap;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use querent_protocol::ignite::code::{Features, Version};
use querent_protocol::ignite::handshake::{Agreed, Reply};
use querent_protocol::ignite::response::Header;
use querent_protocol::ignite::{DecodeError, Limits, Reader, frame};

/// The frames of one recording, by name.
struct Recording(BTreeMap<String, Exchange>);

struct Exchange {
    /// The whole frame.
    request: Vec<u8>,
    /// The body.
    answer: Bytes,
}

impl Recording {
    fn load(name: &str) -> Recording {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/ignite").join(format!("{name}.hex"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let exchanges = lines.chunks(3).map(|lines| {
            let [name, request, answer] = lines else { panic!("{}: three lines each", path.display()) };
            let mut answer = BytesMut::from(&hex(answer.strip_prefix("< ").expect("an answer"))[..]);
            let answer = frame::decode(&mut answer, &Limits::default()).expect("a frame").expect("whole");
            let request = hex(request.strip_prefix("> ").expect("a request"));
            (name.to_string(), Exchange { request, answer })
        });
        Recording(exchanges.collect())
    }

    fn h2() -> Recording {
        Recording::load("node-2.17.0-h2")
    }

    fn core_2_18() -> Recording {
        Recording::load("node-2.18.0-core")
    }

    fn get(&self, name: &str) -> &Exchange {
        self.0.get(name).unwrap_or_else(|| panic!("no exchange `{name}`"))
    }

    /// What the recording's connection agreed on.
    fn agreed(&self) -> Agreed {
        match Reply::decode(&self.get("handshake-1.7").answer, Version::V1_7).expect("a reply") {
            Reply::Accepted { agreed, .. } => agreed,
            Reply::Refused(_) => panic!("refused"),
        }
    }

    /// The header of an answer and the reader at its payload.
    fn answer(&self, name: &str) -> (Header, Reader<'_>) {
        let mut r = Reader::new(&self.get(name).answer);
        let header = Header::read(&mut r, &self.agreed()).unwrap_or_else(|e| panic!("{name}: {e}"));
        (header, r)
    }

    /// The payload of an answer that is no error, read.
    fn payload<'r, T>(
        &'r self,
        name: &str,
        read: impl FnOnce(&mut Reader<'r>) -> Result<T, DecodeError>,
    ) -> T {
        let (header, mut r) = self.answer(name);
        assert_eq!(header.failure.as_ref().map(|f| &f.message), None, "{name}");
        read(&mut r).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// An older version, which has no features.
fn older(version: Version) -> Agreed {
    Agreed { version, features: Features::NONE }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).expect("a hexadecimal digit");
    text.as_bytes().chunks(2).map(|pair| (digit(pair[0]) << 4 | digit(pair[1])) as u8).collect()
}

/// An `int` object.
fn int(value: i32) -> Vec<u8> {
    [&[3], &value.to_le_bytes()[..]].concat()
}

/// A `long` object.
fn long(value: i64) -> Vec<u8> {
    [&[4], &value.to_le_bytes()[..]].concat()
}

/// Java's hash of a name of ASCII letters.
fn id(name: &str) -> i32 {
    name.bytes().fold(0_i32, |hash, byte| hash.wrapping_mul(31).wrapping_add(i32::from(byte)))
}
