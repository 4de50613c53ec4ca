//! Finds the names of programs where words begin: one look-up a word, however many programs there are.

use wide::u8x16;

/// Length of the beginning that is hashed, in bytes. A shorter name is looked up together with what may follow it.
const KEY: usize = 3;
/// What follows a name of two letters.
const FOLLOWERS: [char; 6] = [' ', '\t', '"', '\'', ',', '.'];
/// Bytes that are classified at once, one bit each.
const WINDOW: usize = 64;

/// Names of programs, in any case.
#[derive(Debug)]
pub(super) struct NameTable {
    /// Bit set of hashes that occur.
    present: Vec<u64>,
    /// Where in `entries` the beginnings start whose hashes share a word of `present`.
    buckets: Vec<u16>,
    /// Beginnings in the order of their hashes: hash, the name in lower case, what the caller called it.
    entries: Vec<(u16, Box<[u8]>, usize)>,
}

/// Lower and upper case hash alike.
fn hash(bytes: [u8; KEY]) -> u16 {
    let word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(byte | 0x20));
    (word.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

impl NameTable {
    /// A table of names, each with the number it stands for. Names have two letters at least.
    pub(super) fn new<'n>(names: impl Iterator<Item = (&'n str, usize)>) -> Self {
        let mut entries = Vec::new();
        for (name, number) in names {
            let followers: &[char] = if name.len() < KEY { &FOLLOWERS } else { &['\0'] };
            for follower in followers {
                let text: Vec<u8> = format!("{name}{follower}").to_ascii_lowercase().into_bytes();
                let first = text.first_chunk().expect("a name has two letters at least");
                entries.push((hash(*first), text[..name.len()].into(), number));
            }
        }
        entries.sort();
        entries.dedup();
        let mut present = vec![0_u64; 1 << 10];
        for (hash, ..) in &entries {
            present[usize::from(*hash >> 6)] |= 1 << (hash & 63);
        }
        let first_of = |bucket| entries.partition_point(|(hash, ..)| usize::from(*hash >> 6) < bucket);
        let first_of = |bucket| u16::try_from(first_of(bucket)).expect("rules name fewer programs than that");
        let buckets = (0..present.len()).map(first_of).collect();
        Self { present, buckets, entries }
    }

    /// Calls `visit` with the number of each name in the text and where it begins, from left to right.
    pub(super) fn each(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut goes_on = 0;
        for base in (0..text.len()).step_by(WINDOW) {
            let word = alphanumeric(&text[base..]);
            let mut starts = word & !(word << 1 | goes_on);
            goes_on = word >> (WINDOW - 1);
            while starts != 0 {
                self.look_up(text, base + starts.trailing_zeros() as usize, &mut visit);
                starts &= starts - 1;
            }
        }
    }

    fn look_up(&self, text: &[u8], at: usize, visit: &mut impl FnMut(usize, usize)) {
        let Some(first) = text[at..].first_chunk::<KEY>() else { return };
        let hash = hash(*first);
        if self.present[usize::from(hash >> 6)] & 1 << (hash & 63) == 0 {
            return;
        }
        let from = usize::from(self.buckets[usize::from(hash >> 6)]);
        let entries = self.entries[from..].iter().take_while(|(other, ..)| *other <= hash);
        for (_, name, number) in entries.filter(|(other, ..)| *other == hash) {
            if text.get(at..at + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                visit(*number, at);
            }
        }
    }
}

/// Which of the next bytes are ASCII letters and digits, the first one in the lowest bit.
fn alphanumeric(rest: &[u8]) -> u64 {
    let mut padded = [0; WINDOW];
    let window = rest.first_chunk::<WINDOW>().unwrap_or_else(|| {
        padded[..rest.len()].copy_from_slice(rest);
        &padded
    });
    let mut mask = 0;
    for (index, lane) in window.as_chunks::<16>().0.iter().enumerate() {
        let bytes = u8x16::new(*lane);
        let is_within = |bytes: u8x16, first: u8, last: u8| {
            let distance = bytes - u8x16::splat(first);
            distance.min(u8x16::splat(last - first)).simd_eq(distance)
        };
        let found = is_within(bytes | u8x16::splat(0x20), b'a', b'z') | is_within(bytes, b'0', b'9');
        mask |= u64::from(found.to_bitmask()) << (16 * index);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_where_words_begin_in_any_case() {
        let table = NameTable::new([("curl", 0), ("7z", 1), ("net", 2), ("Connect-VIServer", 3)].into_iter());
        let found = |text: &str| {
            let mut found = Vec::new();
            table.each(text.as_bytes(), |number, at| found.push((number, at)));
            found
        };
        assert_eq!(found("curl;NET user x7z 7z x libcurl net"), [(0, 0), (2, 5), (1, 18), (2, 31)]);
        assert_eq!(found("connect-viserver"), [(3, 0)]);
        for blanks in 58..70 {
            assert_eq!(found(&format!("{}curl", " ".repeat(blanks))), [(0, blanks)]);
            assert_eq!(found(&format!("{}curl", "x".repeat(blanks))), []);
        }
    }
}
