//! Many fixed texts, looked up where a word begins: the beginnings of tokens, and the names of programs.

/// Bits of a hash that do not choose a bucket: each bucket has one word of `present`.
const BUCKET_BITS: u16 = 6;
const BUCKETS: usize = 1 << (u16::BITS as usize - BUCKET_BITS as usize);

/// Looks up which texts begin at a place, in the case in which they are written or in any.
///
/// What tells most places from those where a text begins, its key, is the caller's affair.
#[derive(Debug)]
pub(super) struct PrefixTable<const ANY_CASE: bool> {
    /// Bit set of hashes that occur: 8 KiB, so that it stays in the first-level cache.
    present: Box<[u64; BUCKETS]>,
    /// Where in `entries` the texts begin whose hashes have the same ten upper bits.
    buckets: Vec<u16>,
    /// Texts in the order of their hashes.
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    hash: u16,
    text: Box<[u8]>,
    /// What the caller called it.
    index: usize,
}

impl<const ANY_CASE: bool> PrefixTable<ANY_CASE> {
    /// A table of texts, each with the key that places have where it stands and the index it stands for.
    pub(super) fn new<'l>(texts: impl Iterator<Item = (u32, &'l str, usize)>) -> Self {
        let entry =
            |(key, text, index): (u32, &str, usize)| Entry { hash: hash(key), text: text.as_bytes().into(), index };
        let mut entries: Vec<Entry> = texts.map(entry).collect();
        entries.sort();
        entries.dedup();
        let mut present = Box::new([0_u64; BUCKETS]);
        for Entry { hash, .. } in &entries {
            present[usize::from(*hash >> BUCKET_BITS)] |= 1 << (hash & 63);
        }
        let first_of = |bucket| entries.partition_point(|entry| usize::from(entry.hash >> BUCKET_BITS) < bucket);
        let first_of = |bucket| u16::try_from(first_of(bucket)).expect("rules have fewer fixed texts than that");
        let buckets = (0..present.len()).map(first_of).collect();
        Self { present, buckets, entries }
    }

    /// Calls `visit` with the index of each text that begins at `at`, a place with these keys.
    pub(super) fn lookup<const N: usize>(&self, text: &[u8], at: usize, keys: [u32; N], visit: impl FnMut(usize)) {
        let hashes = keys.map(hash);
        let bits = hashes.map(|hash| self.present[usize::from(hash >> BUCKET_BITS)] >> (hash & 63) & 1);
        // One test for all keys, which nearly always fails.
        if bits.into_iter().fold(0, |any, bit| any | bit) != 0 {
            self.visit(&text[at..], &hashes, visit);
        }
    }

    #[cold]
    fn visit(&self, rest: &[u8], hashes: &[u16], mut visit: impl FnMut(usize)) {
        for &hash in hashes {
            let bucket = &self.entries[usize::from(self.buckets[usize::from(hash >> BUCKET_BITS)])..];
            for entry in bucket.iter().take_while(|entry| entry.hash <= hash).filter(|entry| entry.hash == hash) {
                let begins = rest.get(..entry.text.len()).is_some_and(|found| {
                    if ANY_CASE { found.eq_ignore_ascii_case(&entry.text) } else { *found == *entry.text }
                });
                if begins {
                    visit(entry.index);
                }
            }
        }
    }
}

/// The four bytes at a place as a number, with zeros for those beyond the end of the text.
pub(super) fn four_bytes(text: &[u8], at: usize) -> u32 {
    let rest = text.get(at..).unwrap_or_default();
    let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 4];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes
    });
    u32::from_le_bytes(bytes)
}

/// The keys of a place for texts of three bytes and for longer ones, in any text that is UTF-8: it holds no byte 0xFF.
pub(super) fn three_and_four(text: &[u8], at: usize) -> [u32; 2] {
    let four = four_bytes(text, at);
    [four | 0xFF00_0000, four]
}

fn hash(key: u32) -> u16 {
    // Multiplicative hashing after Knuth; the high half mixes all bytes.
    (key.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_at_a_place_is_found() {
        let literals = [("ghp_", 0), ("xoxb", 2), ("ghp_a", 3), ("sk-", 4)].into_iter();
        let keyed = literals
            .map(|(text, index)| (three_and_four(text.as_bytes(), 0)[usize::from(text.len() > 3)], text, index));
        let table = PrefixTable::<false>::new(keyed);
        let at = |text: &str, at: usize| {
            let mut found = Vec::new();
            table.lookup(text.as_bytes(), at, three_and_four(text.as_bytes(), at), |index| found.push(index));
            found
        };
        assert_eq!(at("ghp_abc", 0), [0, 3]);
        assert_eq!(at(" ghp_x", 1), [0]);
        assert_eq!(at("sk-x", 0), [4]);
        assert_eq!(at("sk-", 0), [4]);
        assert_eq!(at("gh", 0), [0; 0]);
    }
}
