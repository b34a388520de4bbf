//! MurmurHash3, the variant of 32 bits for x86, over bytes that come piece by piece.

/// The hash of the bytes written so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Murmur3 {
    state: u32,
    /// Bytes that do not make a block of four yet, the first one lowest.
    tail: u32,
    /// Of all bytes; the algorithm counts modulo 2^32.
    len: u32,
}

impl Murmur3 {
    pub(super) const fn new(seed: u32) -> Murmur3 {
        Murmur3 { state: seed, tail: 0, len: 0 }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        let waiting = (self.len % 4) as usize;
        // Bytes that complete the block begun by an earlier piece.
        let (head, rest) = bytes.split_at(bytes.len().min((4 - waiting) % 4));
        head.iter().for_each(|byte| self.byte(*byte));
        let (blocks, tail) = rest.as_chunks::<4>();
        for block in blocks {
            self.block(u32::from_le_bytes(*block));
            self.len = self.len.wrapping_add(4);
        }
        tail.iter().for_each(|byte| self.byte(*byte));
    }

    pub(super) fn finish(&self) -> u32 {
        let mut hash = self.state;
        if !self.len.is_multiple_of(4) {
            hash ^= mixed(self.tail);
        }
        hash ^= self.len;
        hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
        hash ^ (hash >> 16)
    }

    fn byte(&mut self, byte: u8) {
        let at = self.len % 4;
        self.tail |= u32::from(byte) << (8 * at);
        self.len = self.len.wrapping_add(1);
        if at == 3 {
            self.block(self.tail);
            self.tail = 0;
        }
    }

    fn block(&mut self, block: u32) {
        self.state = (self.state ^ mixed(block)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
}

fn mixed(block: u32) -> u32 {
    block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(bytes: &[u8], seed: u32) -> u32 {
        let mut hasher = Murmur3::new(seed);
        hasher.write(bytes);
        hasher.finish()
    }

    /// Vectors that are widely known, and found again with mmh3 5.3.1 (PyPI).
    #[test]
    fn known_vectors() {
        for (text, seed, expected) in [
            ("", 0, 0),
            ("", 1, 0x514e_28b7),
            ("", 0xffff_ffff, 0x81f1_6f39),
            ("test", 0, 0xba6b_d213),
            ("test", 0x9747_b28c, 0x704b_81dc),
            ("Hello, world!", 0, 0xc036_3e43),
            ("Hello, world!", 0x9747_b28c, 0x2488_4cba),
            ("The quick brown fox jumps over the lazy dog", 0x9747_b28c, 0x2fa8_26cd),
        ] {
            assert_eq!(hash(text.as_bytes(), seed), expected, "{text} {seed}");
        }
    }

    #[test]
    fn pieces_do_not_matter() {
        let bytes: Vec<u8> = (0..23).collect();
        for len in 0..=bytes.len() {
            let whole = hash(&bytes[..len], 13);
            for first in 0..=len {
                for second in first..=len {
                    let mut pieces = Murmur3::new(13);
                    pieces.write(&bytes[..first]);
                    pieces.write(&bytes[first..second]);
                    pieces.write(&bytes[second..len]);
                    assert_eq!(pieces.finish(), whole, "{first} {second} {len}");
                }
            }
        }
    }
}
