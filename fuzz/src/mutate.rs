//! Bytes bent by chance, the same chance in each run.

/// No input becomes longer.
const LEN_MAX: usize = 8192;
/// Numbers at which lengths and codes go wrong.
const NUMBERS: [i32; 12] = [0, 1, -1, 2, 127, 128, 255, 256, 65_535, i32::MAX, i32::MIN, 0x0101_0101];

/// xorshift64*.
pub struct Mutator(u64);

impl Mutator {
    /// Seeded by a name (FNV-1a).
    pub fn new(name: &str) -> Mutator {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Mutator(hash | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit.max(1)
    }

    /// A seed, bent one to six times.
    pub fn bend(&mut self, seeds: &[&[u8]], input: &mut Vec<u8>) {
        input.clear();
        input.extend_from_slice(seeds[self.below(seeds.len())]);
        input.truncate(LEN_MAX);
        for _ in 0..=self.below(6) {
            self.bend_once(seeds, input);
        }
        input.truncate(LEN_MAX);
    }

    fn bend_once(&mut self, seeds: &[&[u8]], input: &mut Vec<u8>) {
        let at = self.below(input.len());
        match self.below(8) {
            0 if !input.is_empty() => input[at] ^= 1 << self.below(8),
            1 if !input.is_empty() => input[at] = self.next() as u8,
            2 | 3 => {
                let number = NUMBERS[self.below(NUMBERS.len())].to_le_bytes();
                let len = number.len().min(input.len() - at);
                input[at..at + len].copy_from_slice(&number[..len]);
            }
            4 => input.truncate(at),
            5 => {
                let len = self.below(input.len() - at).min(64);
                let copy = input[at..at + len].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            6 => {
                let end = at + self.below(input.len() - at).min(16);
                input.drain(at..end);
            }
            _ => {
                let other = seeds[self.below(seeds.len())];
                let from = self.below(other.len());
                let len = self.below(other.len() - from + 1).min(256);
                input.splice(at..at, other[from..from + len].iter().copied());
            }
        }
    }
}
