//! SCRAM-SHA-256 (RFC 5802, RFC 7677) from the server's side, without channel binding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// Fewer than the 4,096 of a server: tests connect often, and the client pays as well.
const ITERATIONS: u32 = 256;

/// What a server keeps of a password.
#[derive(Clone)]
pub(crate) struct Verifier {
    salt: [u8; 16],
    stored_key: [u8; 32],
    server_key: [u8; 32],
}

impl Verifier {
    pub(crate) fn new(password: &str) -> Verifier {
        let salt: [u8; 16] = std::array::from_fn(|_| fastrand::u8(..));
        let mut block = salt.to_vec();
        block.extend([0, 0, 0, 1]);
        let mut last = mac(password.as_bytes(), &block);
        let mut salted = last;
        for _ in 1..ITERATIONS {
            last = mac(password.as_bytes(), &last);
            salted.iter_mut().zip(last).for_each(|(out, byte)| *out ^= byte);
        }
        let client_key = mac(&salted, b"Client Key");
        Verifier {
            salt,
            stored_key: Sha256::digest(client_key).into(),
            server_key: mac(&salted, b"Server Key"),
        }
    }
}

/// An exchange after the client's first message.
pub(super) struct Exchange {
    verifier: Verifier,
    /// `n,,` or `y,,`.
    header: String,
    client_first: String,
    server_first: String,
    nonce: String,
}

impl Exchange {
    /// Reads `n,,n=user,r=nonce`; what it names as the user does not count. `None` where it is none, or wants channel
    /// binding.
    pub(super) fn new(verifier: Verifier, first: &str) -> Option<Exchange> {
        let header = ["n,,", "y,,"].into_iter().find(|header| first.starts_with(header))?;
        let client_first = &first[header.len()..];
        let client_nonce = field(client_first, 'r')?;
        let nonce = format!(
            "{client_nonce}{}",
            STANDARD.encode(std::array::from_fn::<u8, 18, _>(|_| fastrand::u8(..)))
        );
        let server_first = format!("r={nonce},s={},i={ITERATIONS}", STANDARD.encode(verifier.salt));
        Some(Exchange {
            verifier,
            header: header.to_owned(),
            client_first: client_first.to_owned(),
            server_first,
            nonce,
        })
    }

    pub(super) fn server_first(&self) -> &str {
        &self.server_first
    }

    /// Reads `c=…,r=…,p=…`; the server's last message where the proof is right.
    pub(super) fn finish(&self, last: &str) -> Option<String> {
        let (without_proof, proof) = last.rsplit_once(",p=")?;
        let proof: [u8; 32] = STANDARD.decode(proof).ok()?.try_into().ok()?;
        if field(last, 'c')? != STANDARD.encode(&self.header) || field(last, 'r')? != self.nonce {
            return None;
        }
        let message = format!("{},{},{without_proof}", self.client_first, self.server_first);
        let signature = mac(&self.verifier.stored_key, message.as_bytes());
        let client_key: [u8; 32] = std::array::from_fn(|idx| proof[idx] ^ signature[idx]);
        if <[u8; 32]>::from(Sha256::digest(client_key)) != self.verifier.stored_key {
            return None;
        }
        Some(format!("v={}", STANDARD.encode(mac(&self.verifier.server_key, message.as_bytes()))))
    }
}

fn field(message: &str, name: char) -> Option<&str> {
    message.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
