//! Which `value` variants a word in or near a name speaks for.
//!
//! There are hundreds of such variants, and each has a pattern for the words near its value. Trying them all at each name would
//! be slow, so one automaton looks for the fixed texts of all patterns first. Few names hold any.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::index::ValueVariant;

/// The `value` variants, by the texts near their values.
#[derive(Debug, Default)]
pub(super) struct NearIndex {
    variants: Vec<ValueVariant>,
    /// Shortest value that any variant takes, in bytes.
    shortest: usize,
    /// Each fixed text with the variants whose patterns hold it.
    texts: BTreeMap<String, Vec<usize>>,
    /// Built when the first credential-like name is met: the search, and the variants of each text it looks for, those of the
    /// shortest values first.
    search: OnceLock<(AhoCorasick, Vec<Vec<usize>>)>,
}

impl NearIndex {
    /// Adds a variant with the texts of which its pattern holds at least one.
    pub(super) fn add(&mut self, variant: ValueVariant, texts: &[String]) {
        let index = self.variants.len();
        self.shortest = if index == 0 { variant.length.0 } else { self.shortest.min(variant.length.0) };
        self.variants.push(variant);
        for text in texts {
            self.texts.entry(text.clone()).or_default().push(index);
        }
    }

    /// Whether there is no variant.
    pub(super) fn is_empty(&self) -> bool {
        self.variants.is_empty()
    }

    /// The variants that one of the texts speaks for and that may match the value, in the order of the rules.
    pub(super) fn find(&self, value: &str, texts: [&str; 2]) -> Vec<&ValueVariant> {
        let length = value.len();
        if length < self.shortest {
            return Vec::new();
        }
        let (search, variants) = self.search.get_or_init(|| {
            let search = AhoCorasick::builder().ascii_case_insensitive(true).build(self.texts.keys());
            let by_length = |variants: &Vec<usize>| {
                let mut variants = variants.clone();
                variants.sort_by_key(|&index| self.variants[index].length.0);
                variants
            };
            let variants = self.texts.values().map(by_length).collect();
            (search.expect("a thousand words make a small automaton"), variants)
        });
        // A common word such as `token` speaks for many variants, of which few take a short value.
        let is_long_enough = |index: &&usize| self.variants[**index].length.0 <= length;
        let is_short_enough = |index: &&usize| length <= self.variants[**index].length.1;
        let mut found: Vec<usize> = Vec::new();
        for text in texts {
            // What stands before a value mostly holds its name, and need not be searched twice.
            let text = if texts[0].len() > text.len() && texts[0].contains(text) { "" } else { text };
            for hit in search.find_overlapping_iter(text) {
                let variants = variants[hit.pattern().as_usize()].iter();
                found.extend(variants.take_while(is_long_enough).filter(is_short_enough));
            }
        }
        found.sort_unstable();
        found.dedup();
        let may_match = |entry: &&ValueVariant| entry.variant.pattern.may_match_at(value, 0);
        let speaks = |entry: &&ValueVariant| texts.iter().any(|text| entry.near.is_match(text));
        found.into_iter().map(|index| &self.variants[index]).filter(may_match).filter(speaks).collect()
    }
}
