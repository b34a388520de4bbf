//! The stable hash behind file names, staleness and fingerprints: FNV-1a with 64 bits. It keeps nobody from forging.

use std::collections::BTreeMap;

/// A running hash over texts and numbers; each is marked off, so that `("ab", "c")` and `("a", "bc")` differ.
#[derive(Debug, Clone)]
pub(crate) struct Hasher(u64);

impl Hasher {
    pub(crate) fn new() -> Hasher {
        Hasher(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(&(text.len() as u64).to_le_bytes());
        self.bytes(text.as_bytes());
    }

    pub(crate) fn list(
        &mut self,
        texts: impl IntoIterator<Item = impl AsRef<str>, IntoIter: ExactSizeIterator>,
    ) {
        let texts = texts.into_iter();
        self.bytes(&(texts.len() as u64).to_le_bytes());
        texts.for_each(|text| self.text(text.as_ref()));
    }

    pub(crate) fn map(&mut self, entries: &BTreeMap<String, String>) {
        self.list(entries.keys());
        self.list(entries.values());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// The hash, with its bits mixed once more: FNV's low bits depend on the low bits of the input alone.
    pub(crate) fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}

/// The hash of one text, as it is written into caches.
pub(crate) fn hex(text: &str) -> String {
    let mut hasher = Hasher::new();
    hasher.text(text);
    format!("{:016x}", hasher.finish())
}
