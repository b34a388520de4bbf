//! Choices by a seed that are the same on every platform: only widths of a fixed number of bits are drawn.

/// A source of choices.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    source: fastrand::Rng,
}

impl Random {
    /// The choices of a seed.
    pub(crate) fn new(seed: u64) -> Random {
        Random { source: fastrand::Rng::with_seed(seed) }
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        match u32::try_from(end) {
            Ok(0) | Err(_) => 0,
            Ok(end) => self.source.u32(..end) as usize,
        }
    }

    /// Whether something happens that does in `percent` of all cases.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.source.u32(..100) < percent
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// One of several words; nothing of none.
    pub(crate) fn word<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.pick(from).copied().unwrap_or_default()
    }
}
