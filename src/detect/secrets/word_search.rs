//! The vectorised search of the second pass. Words and phrases are few, and are looked for in the whole text.

use aho_corasick::{AhoCorasick, MatchKind, packed};

/// Finds any of a few words in a text, in any case.
///
/// The text is folded piece by piece into a small buffer, so that one spelling of each word is enough, and the words are
/// split into groups: the vectorised search has eight buckets, which words share at the price of more places that only look
/// like one. It looks at as many bytes as the shortest word has, four at most; with four, words can share more.
#[derive(Debug)]
pub(super) struct WordSearch {
    /// Each with the index of its first word.
    searchers: Vec<(usize, Searcher)>,
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
/// Bytes that the vectorised search looks at, at most.
const LOOK: usize = 4;
/// Words in one search, with some that are shorter than [`LOOK`] and without. Another search costs more than the sharing: 12 and 14
/// words in two searches take three quarters of the instructions of nine, nine and eight.
const GROUP: usize = 12;
const GROUP_OF_LONG: usize = 16;

/// Sets the bit that tells lower from upper case. Other characters change too, but each always in the same way.
fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// Whether `text` has `word` at `at`, folded as the search folds them.
pub(super) fn has_word(text: &[u8], at: usize, word: &str) -> bool {
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
    /// A search for `words`; of those in one group that overlap, the first and longest is found. Groups are made of words that
    /// follow each other; short ones come first.
    ///
    /// # Panics
    ///
    /// When a word is so long that no automaton can be built, which takes megabytes.
    pub(super) fn new(words: &[String]) -> Self {
        let short = words.iter().rposition(|word| word.len() < LOOK).map_or(0, |last| last + 1);
        let (short, long) = words.split_at(short);
        let groups = short.chunks(GROUP).chain(long.chunks(GROUP_OF_LONG));
        let mut first = 0;
        let searcher = |group: &[String]| {
            first += group.len();
            (first - group.len(), Searcher::new(group))
        };
        let searchers = groups.map(searcher).collect();
        Self { searchers, longest: words.iter().map(String::len).max().unwrap_or(0).min(PIECE / 2) }
    }

    /// Calls `visit` with the index of each word found and where it starts. The words of each group come from left to right.
    pub(super) fn find(&self, text: &[u8], mut visit: impl FnMut(usize, usize)) {
        let mut buffer = [0; PIECE];
        let mut base = 0;
        while base < text.len() {
            let piece = &text[base..text.len().min(base + PIECE)];
            let folded = &mut buffer[..piece.len()];
            folded.iter_mut().zip(piece).for_each(|(to, &from)| *to = fold(from));
            // A word that may go on beyond the piece is left for the next one, which begins before it.
            let is_last = base + piece.len() == text.len();
            let step = if is_last { piece.len() } else { piece.len() - self.longest };
            for (first, searcher) in &self.searchers {
                searcher.find(folded, |word, at| {
                    if at < step {
                        visit(first + word, base + at);
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
