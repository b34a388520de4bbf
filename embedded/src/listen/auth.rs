//! Who may come in: a user and a password, or a bearer token.
//!
//! A client with a password either sends it with every request, or exchanges it for a token in
//! a handshake (what ADBC, JDBC and pyarrow do).

use std::time::Duration;

use arrow_flight::HandshakeResponse;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream::{self, BoxStream};
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Response, Status};

use crate::handles::{Handle, Handles};

/// Tokens given out and still good.
const TOKENS_MAX: usize = 65_536;
/// After this a token that nobody used is no longer good.
const TOKEN_IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// What a client has to show.
pub(crate) struct Auth {
    basic: Option<(String, String)>,
    bearer: Option<String>,
    issued: Handles<()>,
}

type HandshakeAnswer = Response<BoxStream<'static, Result<HandshakeResponse, Status>>>;

impl Auth {
    pub(crate) fn new(basic: Option<(String, String)>, bearer: Option<String>) -> Self {
        Self { basic, bearer, issued: Handles::new("token", TOKENS_MAX, TOKEN_IDLE) }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn check(&self, metadata: &MetadataMap) -> Result<(), Status> {
        match Credentials::of(metadata)? {
            Credentials::Basic(user, password) => self.check_basic(&user, &password),
            Credentials::Bearer(token) => self.check_bearer(token),
        }
    }

    /// Answers a handshake with a token.
    pub(crate) fn handshake(&self, metadata: &MetadataMap) -> Result<HandshakeAnswer, Status> {
        match Credentials::of(metadata)? {
            Credentials::Basic(user, password) => {
                self.check_basic(&user, &password)?;
                let token = self.issued.insert(())?;
                answer(&token.simple().to_string())
            }
            Credentials::Bearer(token) => {
                self.check_bearer(token)?;
                answer(token)
            }
        }
    }

    fn check_basic(&self, user: &str, password: &str) -> Result<(), Status> {
        let is_right = self.basic.as_ref().is_some_and(|(right_user, right)| {
            // Both are always compared, so that the time does not tell which was wrong.
            same(user, right_user) & same(password, right)
        });
        if is_right { Ok(()) } else { Err(Status::unauthenticated("the user or the password is wrong")) }
    }

    fn check_bearer(&self, token: &str) -> Result<(), Status> {
        let is_known = self.bearer.as_ref().is_some_and(|right| same(token, right));
        let is_issued = || {
            let handle = Handle::try_parse(token).ok();
            handle.is_some_and(|handle| self.issued.get(handle).is_ok())
        };
        if is_known || is_issued() {
            Ok(())
        } else {
            Err(Status::unauthenticated("the token is not valid or has expired"))
        }
    }
}

/// A handshake with a server that lets everyone in: clients expect an answer nevertheless.
pub(crate) fn open_handshake() -> Result<HandshakeAnswer, Status> {
    answer("anonymous")
}

fn answer(token: &str) -> Result<HandshakeAnswer, Status> {
    let response = HandshakeResponse { protocol_version: 0, payload: token.as_bytes().to_vec().into() };
    let stream: BoxStream<'static, _> = Box::pin(stream::iter([Ok(response)]));
    let mut response = Response::new(stream);
    let value = MetadataValue::try_from(format!("Bearer {token}"))
        .map_err(|_| Status::internal("the token cannot be sent"))?;
    response.metadata_mut().insert("authorization", value);
    Ok(response)
}

enum Credentials<'a> {
    Basic(String, String),
    Bearer(&'a str),
}

impl<'a> Credentials<'a> {
    fn of(metadata: &'a MetadataMap) -> Result<Self, Status> {
        let header = metadata
            .get("authorization")
            .ok_or_else(|| Status::unauthenticated("the server wants credentials; none were sent"))?
            .to_str()
            .map_err(|_| malformed())?;
        let (scheme, rest) = header.split_once(' ').ok_or_else(malformed)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Ok(Self::Bearer(rest.trim()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(malformed());
        }
        let decoded = BASE64_STANDARD.decode(rest.trim()).map_err(|_| malformed())?;
        let text = String::from_utf8(decoded).map_err(|_| malformed())?;
        let (user, password) = text.split_once(':').ok_or_else(malformed)?;
        Ok(Self::Basic(user.to_owned(), password.to_owned()))
    }
}

fn malformed() -> Status {
    Status::unauthenticated("the authorization header is neither Basic nor Bearer credentials")
}

/// Compares in a time that does not depend on where the texts differ.
fn same(given: &str, right: &str) -> bool {
    let (given, right) = (given.as_bytes(), right.as_bytes());
    let mut difference = u8::from(given.len() != right.len());
    for (idx, byte) in given.iter().enumerate() {
        difference |= byte ^ right.get(idx).copied().unwrap_or(0);
    }
    difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth() -> Auth {
        let basic = ("ann".to_owned(), "pa:ss".to_owned());
        Auth::new(Some(basic), Some("t0ken".to_owned()))
    }

    fn header(value: &str) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        metadata.insert("authorization", value.parse().expect("ascii"));
        metadata
    }

    fn basic(text: &str) -> MetadataMap {
        header(&format!("Basic {}", BASE64_STANDARD.encode(text)))
    }

    #[tokio::test]
    async fn the_right_ones_are_let_in() {
        assert!(auth().check(&basic("ann:pa:ss")).is_ok());
        assert!(auth().check(&header("Bearer t0ken")).is_ok());
        assert!(auth().check(&header("bearer t0ken")).is_ok());
    }

    #[tokio::test]
    async fn others_are_not() {
        let wrong = [
            MetadataMap::new(),
            basic("ann:pass"),
            basic("bob:pa:ss"),
            basic("ann"),
            basic(":"),
            header("Basic %%%"),
            header("Basic"),
            header("Bearer "),
            header("Bearer t0ke"),
            header("Bearer t0kenn"),
            header("Digest x"),
            header("Bearer 67e5504410b1426f9247bb680e5fe0c8"),
        ];
        for metadata in wrong {
            let error = auth().check(&metadata).expect_err("not let in");
            assert_eq!(error.code(), tonic::Code::Unauthenticated, "{metadata:?}");
            assert!(!error.message().contains("pa:ss"), "{}", error.message());
            assert!(!error.message().contains("t0ken"), "{}", error.message());
        }
    }

    #[tokio::test]
    async fn a_handshake_gives_a_token_that_is_good() {
        let auth = auth();
        let answer = auth.handshake(&basic("ann:pa:ss")).expect("let in");
        let token = answer.metadata().get("authorization").expect("a token");
        let token = token.to_str().expect("ascii").to_owned();
        assert!(auth.check(&header(&token)).is_ok());
        assert!(auth.handshake(&basic("ann:no")).is_err());
        assert!(super::tests::auth().check(&header(&token)).is_err());
    }
}
