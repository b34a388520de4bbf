//! The handshake of thin clients, versions 1.0 to 1.7, and what was agreed on.
//!
//! A server speaks three protocols on one port; client type 2 chooses this one. Those of [`describe`](super::describe)
//! have handshakes of their own.

use querent_types::value::Uuid;

use super::code::{Feature, Features, Status, Version};
use super::error::DecodeError;
use super::reader::Reader;
use super::uuid;
use super::value::{code, read_string, write_string};
use super::writer::{EncodeError, Writer};

/// The first byte of each handshake.
pub(crate) const HANDSHAKE: u8 = 1;
/// The client type of thin clients.
const THIN_CLIENT: u8 = 2;

/// What a client says first.
#[derive(Clone, Default)]
pub struct Hello<'a> {
    /// What it can do; sent from 1.7 on.
    pub features: Features,
    /// Shown in `SYS.CLIENT_CONNECTION_ATTRIBUTES`; sent where [`Feature::UserAttributes`] is.
    pub attributes: &'a [(&'a str, &'a str)],
    /// User and password; sent from 1.1 on.
    pub credentials: Option<(&'a str, &'a str)>,
}

impl Hello<'_> {
    /// The frame that asks for a version.
    ///
    /// # Errors
    /// Where there are credentials and the version has no place for them.
    pub fn encode(&self, version: Version, len_max: usize) -> Result<Vec<u8>, EncodeError> {
        let mut w = Writer::new(len_max);
        w.i32(0);
        w.u8(HANDSHAKE);
        for number in [version.major, version.minor, version.patch] {
            w.i16(number);
        }
        w.u8(THIN_CLIENT);
        if version >= Version::V1_7 {
            let features = self.features.to_bytes();
            w.u8(code::BYTE_ARRAY);
            w.count(features.len());
            w.bytes(&features);
            if self.features.contains(Feature::UserAttributes) {
                self.write_attributes(&mut w);
            }
        }
        match self.credentials {
            Some((user, password)) if version >= Version::V1_1 => {
                write_string(&mut w, Some(user));
                write_string(&mut w, Some(password));
            }
            Some(_) => w.fail(EncodeError::Unsendable("version 1.0 of the protocol has no users")),
            None => {}
        }
        w.finish_frame()
    }

    fn write_attributes(&self, w: &mut Writer) {
        if self.attributes.is_empty() {
            w.u8(code::NULL);
            return;
        }
        w.u8(code::MAP);
        w.count(self.attributes.len());
        // java.util.HashMap.
        w.u8(1);
        for (name, value) in self.attributes {
            write_string(w, Some(name));
            write_string(w, Some(value));
        }
    }
}

impl std::fmt::Debug for Hello<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hello").field("features", &self.features).finish_non_exhaustive()
    }
}

/// What the two sides speak: it decides layouts of requests and responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// The version.
    pub version: Version,
    /// What both know; none before 1.7.
    pub features: Features,
}

impl Agreed {
    /// Whether both sides know a feature.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(feature)
    }
}

/// What a server says to a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The connection is ready.
    Accepted {
        /// What is spoken on it.
        agreed: Agreed,
        /// The node's id; from 1.4 on.
        node: Option<Uuid>,
    },
    /// The server will not have it.
    Refused(Refusal),
}

/// Why a server refused a handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The version that the server speaks; 0.0.0 where the version is not the reason.
    pub version: Version,
    /// The server's words.
    pub message: String,
    /// From 1.1 on.
    pub status: Option<Status>,
}

impl Refusal {
    /// Whether the credentials are the reason. The server leaves such a connection open; the client closes it.
    pub fn is_authentication(&self) -> bool {
        self.status == Some(Status::AUTH_FAILED)
    }

    /// The version to try next on a new connection: the one that the server named, if it is lower than the one asked for,
    /// so that the search ends, and spoken here.
    pub fn retry_with(&self, asked: Version) -> Option<Version> {
        Version::SPOKEN.into_iter().find(|spoken| *spoken == self.version && *spoken < asked)
    }
}

impl Reply {
    /// Reads the body of the answer to a handshake of `asked`.
    ///
    /// # Errors
    /// Where it is no such answer.
    pub fn decode(body: &[u8], asked: Version) -> Result<Reply, DecodeError> {
        let mut r = Reader::new(body);
        if !r.bool()? {
            return Refusal::read(&mut r).map(Reply::Refused);
        }
        let mut features = Features::NONE;
        if asked >= Version::V1_7 {
            let at = r.position();
            if r.u8()? != code::BYTE_ARRAY {
                return Err(DecodeError::expected(at, "the features"));
            }
            let len = r.count(1)?;
            features = Features::from_bytes(r.bytes(len)?);
        }
        let node = if asked >= Version::V1_4 { uuid::read_object(&mut r)? } else { None };
        r.end()?;
        Ok(Reply::Accepted { agreed: Agreed { version: asked, features }, node })
    }
}

impl Refusal {
    /// Reads what follows the 0 of a refusal, in any of the three protocols of the port.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Refusal, DecodeError> {
        let version = Version { major: r.i16()?, minor: r.i16()?, patch: r.i16()? };
        let message = read_string(r)?.unwrap_or_default().into_owned();
        // Servers write it from 1.1 on, judging by the version that was asked for.
        let status = if r.remaining() > 0 { Some(Status(r.i32()?)) } else { None };
        r.end()?;
        Ok(Refusal { version, message, status })
    }
}
