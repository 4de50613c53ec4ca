//! Many fixed texts, looked up where a word begins: the beginnings of tokens, and the names of programs.

use crate::rules::literals::MIN_LITERAL;

/// Length of the beginning that is hashed, in bytes.
pub(super) const KEY: usize = 3;
const _: () = assert!(KEY <= MIN_LITERAL);
/// Bits of a hash that do not choose a bucket: each bucket has one word of `present`.
const BUCKET_BITS: u16 = 6;

/// Looks up which texts begin at a place, in the case in which they are written or in any.
#[derive(Debug)]
pub(super) struct PrefixTable<const ANY_CASE: bool> {
    /// Bit set of hashes that occur: 8 KiB, so that it stays in the first-level cache.
    present: Vec<u64>,
    /// Where in `entries` the texts begin whose hashes have the same ten upper bits.
    buckets: Vec<u16>,
    /// Texts in the order of their hashes.
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u16,
    /// The byte after the hashed ones, which rules out most texts without a look at them.
    next: Option<u8>,
    text: Box<[u8]>,
    /// What the caller called it.
    index: usize,
}

impl<const ANY_CASE: bool> PrefixTable<ANY_CASE> {
    /// A table of texts, each with the bytes that it begins with and the index it stands for. A text that is shorter than its key is
    /// found only where the whole key stands.
    pub(super) fn new<'l>(texts: impl Iterator<Item = ([u8; KEY], &'l str, usize)>) -> Self {
        let mut entries: Vec<Entry> = texts
            .map(|(key, text, index)| {
                let text = text.as_bytes();
                Entry {
                    hash: hash::<ANY_CASE>(key),
                    next: text.get(KEY).copied().map(fold::<ANY_CASE>),
                    text: text.into(),
                    index,
                }
            })
            .collect();
        entries.sort();
        entries.dedup();
        let mut present = vec![0_u64; 1 << (u16::BITS as usize - usize::from(BUCKET_BITS))];
        for Entry { hash, .. } in &entries {
            present[usize::from(*hash >> BUCKET_BITS)] |= 1 << (hash & 63);
        }
        let first_of = |bucket| entries.partition_point(|entry| usize::from(entry.hash >> BUCKET_BITS) < bucket);
        let first_of = |bucket| u16::try_from(first_of(bucket)).expect("rules have fewer fixed texts than that");
        let buckets = (0..present.len()).map(first_of).collect();
        Self { present, buckets, entries }
    }

    /// Calls `visit` with the index of each text that begins at `at`.
    pub(super) fn lookup(&self, text: &[u8], at: usize, mut visit: impl FnMut(usize)) {
        let Some(rest) = text.get(at..) else { return };
        let Some(first) = rest.first_chunk::<KEY>() else { return };
        let hash = hash::<ANY_CASE>(*first);
        let bucket = usize::from(hash >> BUCKET_BITS);
        if self.present[bucket] & 1 << (hash & 63) == 0 {
            return;
        }
        let next = rest.get(KEY).copied().map(fold::<ANY_CASE>);
        let fits = |entry: &&Entry| entry.hash == hash && (entry.next.is_none() || entry.next == next);
        let entries = self.entries[usize::from(self.buckets[bucket])..].iter().take_while(|entry| entry.hash <= hash);
        for entry in entries.filter(fits) {
            let begins = rest.get(..entry.text.len()).is_some_and(|found| {
                if ANY_CASE { found.eq_ignore_ascii_case(&entry.text) } else { *found == *entry.text }
            });
            if begins {
                visit(entry.index);
            }
        }
    }
}

/// Where case does not matter, lower and upper case hash alike. Other characters change too, but each always in the same way.
fn fold<const ANY_CASE: bool>(byte: u8) -> u8 {
    if ANY_CASE { byte | 0x20 } else { byte }
}

fn hash<const ANY_CASE: bool>(key: [u8; KEY]) -> u16 {
    let word = key.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(fold::<ANY_CASE>(byte)));
    // Multiplicative hashing after Knuth; the high half mixes all three bytes.
    (word.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_at_a_place_is_found() {
        let literals = [("ghp_", 0), ("xoxb", 2), ("ghp_a", 3)].into_iter();
        let keyed = literals.map(|(text, index)| (*text.as_bytes().first_chunk().unwrap(), text, index));
        let table = PrefixTable::<false>::new(keyed);
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
