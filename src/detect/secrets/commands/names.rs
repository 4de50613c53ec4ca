//! Finds the names of programs where words begin: one look-up a word, however many programs there are.

use wide::u8x16;

use crate::detect::secrets::prefixes::{PrefixTable, four_bytes};
use crate::detect::secrets::runs;

/// What follows a name of two letters.
const FOLLOWERS: [char; 6] = [' ', '\t', '"', '\'', ',', '.'];
/// Bytes of a word that are looked up.
const KEY: usize = 3;
/// Longest length of a word that is told from longer ones: no longer one is sure to end in the window after its own.
const LONGEST: u32 = 64;
/// Bytes that are classified at once, one bit each.
const WINDOW: usize = 64;

/// Names of programs, in any case.
#[derive(Debug)]
pub(super) struct NameTable {
    names: PrefixTable<true>,
}

impl NameTable {
    /// A table of names, each with the number it stands for. Names have two letters at least.
    pub(super) fn new<'n>(names: impl Iterator<Item = (&'n str, usize)>) -> Self {
        let keyed = names.flat_map(|(name, number)| {
            let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
            // A short name is looked up together with what may follow it.
            let followers: &[char] = if name.len() < KEY { &FOLLOWERS } else { &['\0'] };
            followers.iter().map(move |follower| (key(format!("{name}{follower}").as_bytes(), 0, length), name, number))
        });
        Self { names: PrefixTable::new(keyed) }
    }

    /// Calls `visit` with the number of each name in the text and where it begins, from left to right.
    pub(super) fn each(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut goes_on = 0;
        let mut ahead = alphanumeric(text);
        for base in (0..text.len()).step_by(WINDOW) {
            let word = ahead;
            ahead = alphanumeric(text.get(base + WINDOW..).unwrap_or_default());
            let both = u128::from(word) | u128::from(ahead) << WINDOW;
            let mut starts = word & !(word << 1 | goes_on);
            goes_on = word >> (WINDOW - 1);
            while starts != 0 {
                let bit = starts.trailing_zeros();
                let at = base + bit as usize;
                let length = (!(both >> bit)).trailing_zeros() as usize;
                self.names.lookup(text, at, [key(text, at, length)], |number| visit(number, at));
                starts &= starts - 1;
            }
        }
    }
}

/// What is looked up where a word begins: its first three bytes and its length, for which few words are mistaken for a name. Where
/// case does not matter, lower and upper case are alike; other characters change too, but each always in the same way.
fn key(text: &[u8], at: usize, length: usize) -> u32 {
    let length = u32::try_from(length).unwrap_or(u32::MAX).min(LONGEST);
    four_bytes(text, at) & 0xFF_FFFF | 0x20_2020 | length << 24
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
        mask |= u64::from(runs::alphanumeric(u8x16::new(*lane))) << (16 * index);
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
