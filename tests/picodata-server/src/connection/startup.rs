//! What comes before the password: encryption, the startup message, its options.

use bytes::{Buf as _, Bytes};
use tokio_rustls::TlsAcceptor;

use super::frontend::text;
use super::{Connection, Over};
use crate::SqlError;
use crate::fault::At;
use crate::log::{Event, Startup};
use crate::script::Encryption;

const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSSENC_REQUEST: u32 = 80_877_104;
const PROTOCOL_MAJOR: u32 = 3;
const STARTUP_LEN_MAX: usize = 10_000;

/// What 26.2 knows; other names are logged and nothing else.
const OPTIONS: &[&str] = &[
    "sql_motion_row_max",
    "sql_vdbe_opcode_max",
    "read_preference",
    "forward",
    "pico_query_metadata",
    "pico_stmt_invalidation",
];

impl Connection {
    /// `None` where the connection ends here, as it has to.
    pub(super) async fn startup(&mut self) -> Result<Option<Startup>, Over> {
        let mut encrypted = false;
        loop {
            self.fill(8).await?;
            let len =
                u32::from_be_bytes([self.input[0], self.input[1], self.input[2], self.input[3]]) as usize;
            if !(8..=STARTUP_LEN_MAX).contains(&len) {
                return self.violation("invalid length of startup packet").await;
            }
            self.fill(len).await?;
            let mut packet = self.input.split_to(len).freeze();
            packet.advance(4);
            match packet.get_u32() {
                SSL_REQUEST if !encrypted => encrypted = self.encrypt().await?,
                GSSENC_REQUEST => {
                    self.log(Event::GssEncRequest);
                    return self.violation("GSSAPI encryption is not supported").await;
                }
                CANCEL_REQUEST => {
                    self.log(Event::CancelRequest);
                    return Ok(None);
                }
                version if version >> 16 == PROTOCOL_MAJOR => return self.started(packet, encrypted).await,
                _ => return self.violation("unsupported protocol version").await,
            }
        }
    }

    /// Answers SSLRequest; whether the connection is encrypted from now on.
    async fn encrypt(&mut self) -> Result<bool, Over> {
        self.log(Event::SslRequest);
        self.fault(At::Ssl, false, None).await?;
        if self.shared.encryption == Encryption::Off {
            self.output.0.extend_from_slice(b"N");
            self.flush().await?;
            return Ok(false);
        }
        self.output.0.extend_from_slice(b"S");
        self.flush().await?;
        // Bytes that came before the handshake are nobody's.
        if !self.input.is_empty() {
            return Err(Over);
        }
        let plain = std::mem::replace(&mut self.io, Box::new(tokio::io::empty()));
        let accepted = TlsAcceptor::from(self.shared.keys.server.clone()).accept(plain).await;
        self.io = Box::new(accepted.inspect_err(|_| self.log(Event::Refused("TLS")))?);
        Ok(true)
    }

    async fn started(&mut self, packet: Bytes, encrypted: bool) -> Result<Option<Startup>, Over> {
        let Some(startup) = read(packet) else { return self.violation("invalid startup packet").await };
        self.log(Event::Startup(startup.clone()));
        if let Some(error) = self.fault(At::Startup, false, None).await? {
            self.refuse(&error).await?;
            return Ok(None);
        }
        if self.shared.encryption != Encryption::Off && !encrypted {
            self.refuse(&SqlError::new("28000", "this server requires the client to use ssl")).await?;
            return Ok(None);
        }
        if !startup.parameters.contains_key("user") {
            self.refuse(&SqlError::new("08P01", "no user specified in startup packet")).await?;
            return Ok(None);
        }
        Ok(Some(startup))
    }

    /// What every client is told: no BackendKeyData, no standard_conforming_strings.
    pub(super) async fn greet(&mut self) -> Result<(), Over> {
        self.output.authentication(0, &[]);
        for (name, value) in [
            ("server_version", "15.0"),
            ("server_encoding", "UTF8"),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO, MDY"),
            ("integer_datetimes", "on"),
            ("TimeZone", "UTC"),
        ] {
            self.output.parameter_status(name, value);
        }
        self.output.ready();
        self.shared.ready(&self.node);
        self.log(Event::Ready);
        self.flush().await
    }
}

fn read(mut packet: Bytes) -> Option<Startup> {
    let mut startup = Startup::default();
    loop {
        let name = text(&mut packet)?;
        if name.is_empty() {
            break;
        }
        startup.parameters.insert(name, text(&mut packet)?);
    }
    let list = startup.parameters.get("options").cloned().unwrap_or_default();
    for pair in list.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if OPTIONS.contains(&name) {
            startup.options.insert(name.to_owned(), value.to_owned());
        } else {
            startup.unknown_options.push(name.to_owned());
        }
    }
    let switch = |name: &str| {
        let value = startup.parameters.get(name).or_else(|| startup.options.get(name));
        value.is_some_and(|value| matches!(value.as_str(), "true" | "on" | "1" | "yes"))
    };
    (startup.invalidation, startup.metadata) =
        (switch("pico_stmt_invalidation"), switch("pico_query_metadata"));
    packet.is_empty().then_some(startup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parameters: &[(&str, &str)]) -> Startup {
        let mut packet = Vec::new();
        for (name, value) in parameters {
            packet.extend_from_slice(format!("{name}\0{value}\0").as_bytes());
        }
        packet.push(0);
        read(packet.into()).unwrap()
    }

    #[test]
    fn options_are_a_list_and_parameters_win() {
        let startup =
            of(&[("user", "a"), ("options", "sql_motion_row_max=5,pico_stmt_invalidation=true,-c x=1")]);
        assert_eq!(startup.options["sql_motion_row_max"], "5");
        assert_eq!(startup.unknown_options, ["-c x"]);
        assert!(startup.invalidation && !startup.metadata);
        let startup = of(&[
            ("options", "pico_stmt_invalidation=true,pico_query_metadata=false"),
            ("pico_stmt_invalidation", "false"),
            ("pico_query_metadata", "true"),
        ]);
        assert!(!startup.invalidation && startup.metadata);
    }
}
