//! The beginnings of tokens, which the first pass looks up where a word begins inside a run. They are many.

use crate::rules::literals::MIN_LITERAL;

/// Looks up which literals begin at a place. Hashes three bytes; rules' literals are at least that long.
#[derive(Debug)]
pub(super) struct PrefixTable {
    /// Bit set of hashes that occur: 8 KiB, so that it stays in the first-level cache.
    present: Vec<u64>,
    /// Literals in the order of their hashes, with the index that the caller gave.
    entries: Vec<(u16, Box<[u8]>, usize)>,
}

fn hash(bytes: &[u8]) -> u16 {
    let word = u32::from(bytes[0]) | u32::from(bytes[1]) << 8 | u32::from(bytes[2]) << 16;
    // Multiplicative hashing after Knuth; the high half mixes all three bytes.
    (word.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

impl PrefixTable {
    /// A table of literals, each with the index it stands for.
    pub(super) fn new<'l>(literals: impl Iterator<Item = (&'l str, usize)>) -> Self {
        let mut entries: Vec<_> =
            literals.map(|(text, index)| (hash(text.as_bytes()), text.as_bytes().into(), index)).collect();
        entries.sort();
        let mut present = vec![0_u64; 1 << 10];
        for (hash, ..) in &entries {
            present[usize::from(*hash >> 6)] |= 1 << (hash & 63);
        }
        Self { present, entries }
    }

    /// Calls `visit` with the index of each literal that begins at `at`.
    pub(super) fn lookup(&self, text: &[u8], at: usize, mut visit: impl FnMut(usize)) {
        let Some(first) = text.get(at..at + MIN_LITERAL) else {
            return;
        };
        let hash = hash(first);
        if self.present[usize::from(hash >> 6)] & 1 << (hash & 63) == 0 {
            return;
        }
        let from = self.entries.partition_point(|(other, ..)| *other < hash);
        for (_, literal, index) in self.entries[from..].iter().take_while(|(other, ..)| *other == hash) {
            if text[at..].starts_with(literal) {
                visit(*index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_at_a_place_is_found() {
        let table = PrefixTable::new(
            [("ghp_", 0), ("gh", 1), ("xoxb", 2), ("ghp_a", 3)].into_iter().filter(|(l, _)| l.len() > 2),
        );
        let at = |text: &str, at: usize| {
            let mut found = Vec::new();
            table.lookup(text.as_bytes(), at, |index| found.push(index));
            found
        };
        assert_eq!(at("ghp_abc", 0), [0, 3]);
        assert_eq!(at(" ghp_x", 1), [0]);
        assert_eq!(at("gh", 0), [0; 0]);
    }
}
