//! The beginnings of tokens, which the first pass looks up where a word begins inside a run. They are many.

use crate::rules::literals::MIN_LITERAL;

/// Looks up which literals begin at a place. Hashes three bytes; rules' literals are at least that long.
#[derive(Debug)]
pub(super) struct PrefixTable {
    /// Bit set of hashes that occur: 8 KiB, so that it stays in the first-level cache.
    present: Vec<u64>,
    /// Where in `entries` the literals begin whose hashes have the same ten upper bits.
    buckets: Vec<u16>,
    /// Literals in the order of their hashes.
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u16,
    /// The byte after the hashed ones, which rules out most literals without a look at their text.
    next: Option<u8>,
    text: Box<[u8]>,
    /// What the caller called it.
    index: usize,
}

/// Bits of a hash that do not choose a bucket: each bucket has one word of `present`.
const BUCKET_BITS: u16 = 6;

fn hash(bytes: &[u8]) -> u16 {
    let word = u32::from(bytes[0]) | u32::from(bytes[1]) << 8 | u32::from(bytes[2]) << 16;
    // Multiplicative hashing after Knuth; the high half mixes all three bytes.
    (word.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

impl PrefixTable {
    /// A table of literals, each with the index it stands for.
    pub(super) fn new<'l>(literals: impl Iterator<Item = (&'l str, usize)>) -> Self {
        let mut entries: Vec<Entry> = literals
            .map(|(text, index)| {
                let text = text.as_bytes();
                Entry { hash: hash(text), next: text.get(MIN_LITERAL).copied(), text: text.into(), index }
            })
            .collect();
        entries.sort();
        let mut present = vec![0_u64; 1 << (u16::BITS as usize - usize::from(BUCKET_BITS))];
        for Entry { hash, .. } in &entries {
            present[usize::from(*hash >> BUCKET_BITS)] |= 1 << (hash & 63);
        }
        let first_of = |bucket| entries.partition_point(|entry| usize::from(entry.hash >> BUCKET_BITS) < bucket);
        let first_of = |bucket| u16::try_from(first_of(bucket)).expect("rules have fewer literals than that");
        let buckets = (0..present.len()).map(first_of).collect();
        Self { present, buckets, entries }
    }

    /// Calls `visit` with the index of each literal that begins at `at`.
    pub(super) fn lookup(&self, text: &[u8], at: usize, mut visit: impl FnMut(usize)) {
        let Some(first) = text.get(at..at + MIN_LITERAL) else {
            return;
        };
        let hash = hash(first);
        let bucket = usize::from(hash >> BUCKET_BITS);
        if self.present[bucket] & 1 << (hash & 63) == 0 {
            return;
        }
        let next = text.get(at + MIN_LITERAL);
        let fits = |entry: &&Entry| entry.hash == hash && (entry.next.is_none() || entry.next.as_ref() == next);
        let entries = self.entries[usize::from(self.buckets[bucket])..].iter().take_while(|entry| entry.hash <= hash);
        for entry in entries.filter(fits) {
            if text[at..].starts_with(&entry.text) {
                visit(entry.index);
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
