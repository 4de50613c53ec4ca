//! The second pass: where the fixed texts of rules stand.
//!
//! Two tables, for two kinds of fixed text. Tokens' beginnings are many, and are looked up only where a word begins inside
//! a run. Words and phrases are few, and are looked for in the whole text with a vectorised search.

use aho_corasick::{AhoCorasick, MatchKind, packed};

use crate::rules::literals::MIN_LITERAL;

/// Looks up which literals begin at a place. Hashes three bytes; rules' literals are at least that long.
#[derive(Debug)]
pub struct PrefixTable {
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
    pub fn new<'l>(literals: impl Iterator<Item = (&'l str, usize)>) -> Self {
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
    pub fn lookup(&self, text: &[u8], at: usize, mut visit: impl FnMut(usize)) {
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

/// Finds any of a few words in a text, in any case.
///
/// The text is folded piece by piece into a small buffer, so that one spelling of each word is enough, and the words are
/// split into groups: the vectorised search has eight buckets, and with a bucket for each word runs several times faster
/// than with shared ones.
#[derive(Debug)]
pub struct WordSearch {
    searchers: Vec<Searcher>,
    /// Length of the longest word, in bytes.
    longest: usize,
}

#[derive(Debug)]
enum Searcher {
    /// Vectorised; only where the processor allows.
    Packed(packed::Searcher),
    General(AhoCorasick),
}

/// Bytes folded at once: small enough to stay in the first-level cache.
const PIECE: usize = 8 << 10;
/// Words in one search: one more than there are buckets costs less than another search.
const GROUP: usize = 9;

/// Sets the bit that tells lower from upper case. Other characters change too, but each always in the same way.
fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// Whether `text` has `word` at `at`, folded as the search folds them.
pub fn has_word(text: &[u8], at: usize, word: &str) -> bool {
    text.get(at..at + word.len())
        .is_some_and(|found| found.iter().zip(word.as_bytes()).all(|(a, b)| fold(*a) == fold(*b)))
}

impl Searcher {
    fn new(words: &[String]) -> Self {
        let folded: Vec<Vec<u8>> = words.iter().map(|word| word.bytes().map(fold).collect()).collect();
        let packed =
            packed::Config::new().match_kind(packed::MatchKind::LeftmostLongest).builder().extend(&folded).build();
        packed.map_or_else(
            || {
                let general = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&folded);
                Self::General(general.expect("a few words make a small automaton"))
            },
            Self::Packed,
        )
    }

    fn find(&self, folded: &[u8], mut visit: impl FnMut(usize, usize)) {
        match self {
            Self::Packed(packed) => packed.find_iter(folded).for_each(|m| visit(m.pattern().as_usize(), m.start())),
            Self::General(general) => general.find_iter(folded).for_each(|m| visit(m.pattern().as_usize(), m.start())),
        }
    }
}

impl WordSearch {
    /// A search for `words`; of those in one group that overlap, the first and longest is found.
    ///
    /// # Panics
    ///
    /// When a word is so long that no automaton can be built, which takes megabytes.
    pub fn new(words: &[String]) -> Self {
        let searchers = words.chunks(GROUP).map(Searcher::new).collect();
        Self { searchers, longest: words.iter().map(String::len).max().unwrap_or(0).min(PIECE / 2) }
    }

    /// Calls `visit` with the index of each word found and where it starts. The words of each group come from left to right.
    pub fn find(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut buffer = [0; PIECE];
        let mut base = 0;
        while base < text.len() {
            let piece = &text[base..text.len().min(base + PIECE)];
            let folded = &mut buffer[..piece.len()];
            folded.iter_mut().zip(piece).for_each(|(to, &from)| *to = fold(from));
            // A word that may go on beyond the piece is left for the next one, which begins before it.
            let is_last = base + piece.len() == text.len();
            let step = if is_last { piece.len() } else { piece.len() - self.longest };
            for (group, searcher) in self.searchers.iter().enumerate() {
                searcher.find(folded, |word, at| {
                    if at < step {
                        visit(group * GROUP + word, base + at);
                    }
                });
            }
            base += step;
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

    #[test]
    fn words_are_found_in_any_case_also_where_pieces_meet() {
        let search = WordSearch::new(&["token".to_owned()]);
        for at in PIECE - 12..PIECE + 3 {
            let text = format!("{}ToKeN{}", " ".repeat(at), " ".repeat(PIECE));
            let mut found = Vec::new();
            search.find(text.as_bytes(), |_, at| found.push(at));
            assert_eq!(found, [at]);
        }
    }

    #[test]
    fn words_are_found_from_left_to_right() {
        let search = WordSearch::new(&["pass".to_owned(), "passphrase".to_owned(), "://".to_owned()]);
        let mut found = Vec::new();
        search.find(b"a://b passphrase pass", |word, at| found.push((word, at)));
        assert_eq!(found, [(2, 1), (1, 6), (0, 17)]);
    }
}
