//! Passwords: MD5, SCRAM-SHA-256, clear text; and the lock after too many wrong ones.

use bytes::{Buf as _, Bytes};
use md5::{Digest as _, Md5};

use super::frontend::{Frontend, text};
use super::scram::{Exchange, Verifier};
use super::{Connection, Over};
use crate::SqlError;
use crate::fault::At;
use crate::log::{Event, Startup};
use crate::script::{Method, User};

const CLEAR_TEXT: u32 = 3;
const MD5: u32 = 5;
const SASL: u32 = 10;
const SASL_CONTINUE: u32 = 11;
const SASL_FINAL: u32 = 12;

impl Connection {
    /// The user, or `None` where it was refused.
    pub(super) async fn authenticate(&mut self, startup: &Startup) -> Result<Option<User>, Over> {
        let name = startup.parameters.get("user").map_or("", String::as_str);
        let user = self.shared.users.get(name).cloned();
        let right = match &user {
            Some(user) => self.prove(user).await?,
            // As if there were one: who asks cannot tell.
            None => self.scram(Verifier::new("")).await?.and(None),
        };
        let locked = self.shared.locked(&self.node, name);
        match (user, right) {
            (Some(user), Some(last)) if !locked => {
                self.shared.unlock(Some(&self.node), name);
                self.output.0.extend_from_slice(&last);
                Ok(Some(user))
            }
            _ => {
                self.shared.failed(&self.node, name);
                self.refuse(&SqlError::new("28P01", format!("authentication failed for user '{name}'")))
                    .await?;
                Ok(None)
            }
        }
    }

    /// Asks for a proof; where it is right, what the server says last.
    async fn prove(&mut self, user: &User) -> Result<Option<Vec<u8>>, Over> {
        match user.method {
            Method::Ldap => {
                self.output.authentication(CLEAR_TEXT, &[]);
                let mut answer = self.answer().await?;
                Ok((text(&mut answer).as_ref() == Some(&user.password)).then(Vec::new))
            }
            Method::Md5 => {
                let salt: [u8; 4] = std::array::from_fn(|_| fastrand::u8(..));
                self.output.authentication(MD5, &salt);
                let mut answer = self.answer().await?;
                let inner = hex(&Md5::digest(format!("{}{}", user.password, user.name())));
                let expected = format!("md5{}", hex(&Md5::digest([inner.as_bytes(), &salt].concat())));
                Ok((text(&mut answer) == Some(expected)).then(Vec::new))
            }
            Method::Scram => {
                let verifier = self.shared.verifier(user);
                self.scram(verifier).await
            }
            Method::ChapSha1 => Ok(None),
        }
    }

    async fn scram(&mut self, verifier: Verifier) -> Result<Option<Vec<u8>>, Over> {
        self.output.authentication(SASL, b"SCRAM-SHA-256\0\0");
        let mut answer = self.answer().await?;
        let mechanism = text(&mut answer);
        let first = answer.try_get_u32().ok().and_then(|_| String::from_utf8(answer.to_vec()).ok());
        let exchange = match (mechanism.as_deref(), first) {
            (Some("SCRAM-SHA-256"), Some(first)) => Exchange::new(verifier, &first),
            _ => None,
        };
        let Some(exchange) = exchange else { return self.violation("invalid SASL message").await };
        self.output.authentication(SASL_CONTINUE, exchange.server_first().as_bytes());
        let last = self.answer().await?;
        let last = std::str::from_utf8(&last).ok().and_then(|last| exchange.finish(last));
        Ok(last.map(|last| {
            let mut out = super::backend::Output::default();
            out.authentication(SASL_FINAL, last.as_bytes());
            out.0.to_vec()
        }))
    }

    async fn answer(&mut self) -> Result<Bytes, Over> {
        self.flush().await?;
        let Frontend::Password(answer) = self.read().await? else {
            return self.violation("expected a password").await;
        };
        self.log(Event::Password);
        if let Some(error) = self.fault(At::Password, false, None).await? {
            self.refuse(&error).await?;
            return Err(Over);
        }
        Ok(answer)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
