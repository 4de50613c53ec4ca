//! A rule's regular expression, compiled at its first use.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::{Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};

use super::opening::Opening;

/// The group that narrows a match to the secret, as it opens.
const SECRET_GROUP: &str = "(?P<secret>";

/// A lazily compiled pattern. Compiling one takes about 100 microseconds, so a run that meets few tokens stays fast.
#[derive(Debug)]
pub struct Pattern {
    source: String,
    /// Longest match in bytes; the search never looks further.
    max_len: usize,
    /// Whether a group narrows the match.
    has_group: bool,
    /// Whether a match begins where the search does.
    is_anchored: bool,
    opening: OnceLock<Opening>,
    regex: OnceLock<Regex>,
}

/// Where a pattern matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternMatch {
    /// The whole match.
    pub whole: Range<usize>,
    /// The part that is the secret.
    pub secret: Range<usize>,
}

impl Pattern {
    fn new(source: String, max_len: usize, is_anchored: bool) -> Self {
        let has_group = source.contains(SECRET_GROUP);
        Self { source, max_len, has_group, is_anchored, opening: OnceLock::new(), regex: OnceLock::new() }
    }

    /// A pattern that matches anywhere in a text. Patterns were checked when their rule was read.
    pub fn anywhere(source: &str) -> Self {
        Self::new(format!("(?i:{source})"), usize::MAX, false)
    }

    /// A pattern that matches words anywhere in a text, by their case.
    pub fn within(source: &str) -> Self {
        let (start, end) = (r"(?-u:\b{start-half})", r"(?-u:\b{end-half})");
        Self::new(format!("{start}(?:{source}){end}"), usize::MAX, false)
    }

    /// A pattern that matches at a place and up to where a word ends, in at most `max_len` bytes.
    pub fn word(source: &str, max_len: usize) -> Self {
        // No word character follows, or the match did not end with one.
        let end = r"(?-u:\b{end-half}|\b{start})";
        Self::new(format!("(?:{source}){end}"), max_len, true)
    }

    /// A pattern that matches a whole text.
    pub fn whole(source: &str) -> Self {
        Self::new(format!(r"\A(?:{source})\z"), usize::MAX, true)
    }

    fn regex(&self) -> &Regex {
        self.regex.get_or_init(|| {
            // Where matches are not looked for, a search for their fixed texts would only cost time and memory.
            let config = Config::new().auto_prefilter(!self.is_anchored);
            let built = Regex::builder().configure(config).build(&self.source);
            built.expect("patterns are checked when their rule is read")
        })
    }

    /// Whether a match may begin at `at`, by its first bytes. Where it may not, nothing is compiled.
    pub fn may_match_at(&self, text: &str, at: usize) -> bool {
        let parse =
            || regex_syntax::Parser::new().parse(&self.source).expect("patterns are checked when their rule is read");
        self.opening.get_or_init(|| Opening::of(&parse())).fits(&text.as_bytes()[at..])
    }

    /// Matches the pattern at exactly `at`.
    pub fn match_at(&self, text: &str, at: usize) -> Option<PatternMatch> {
        if !self.may_match_at(text, at) {
            return None;
        }
        let end = text.len().min(at.saturating_add(self.max_len));
        self.search(&Input::new(text).range(at..end).anchored(Anchored::Yes))
    }

    /// Matches the pattern from the beginning of `text`.
    pub fn match_start(&self, text: &str) -> Option<PatternMatch> {
        self.match_at(text, 0)
    }

    /// Whether the pattern matches anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(text)
    }

    /// Where the pattern matches first at or after `from`.
    pub fn find_from(&self, text: &str, from: usize) -> Option<PatternMatch> {
        self.search(&Input::new(text).range(from..))
    }

    fn search(&self, input: &Input<'_>) -> Option<PatternMatch> {
        let regex = self.regex();
        if !self.has_group {
            let whole = regex.search(input)?.range();
            return Some(PatternMatch { secret: whole.clone(), whole });
        }
        // Groups cost more than whether there is a match, and mostly there is none.
        regex.search_half(input)?;
        let mut captures: Captures = regex.create_captures();
        regex.search_captures(input, &mut captures);
        let whole = captures.get_match()?.range();
        let secret = captures.get_group_by_name("secret").map_or_else(|| whole.clone(), |span| span.start..span.end);
        Some(PatternMatch { whole, secret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_group_narrows_the_match() {
        let pattern = Pattern::word("key=(?P<secret>[a-z]{3,5})", 9);
        let found = pattern.match_at("a key=abcd", 2).unwrap();
        assert_eq!((found.whole, found.secret), (2..10, 6..10));
        assert_eq!(pattern.match_at("a key=abcd", 1), None);
    }

    #[test]
    fn a_match_ends_with_a_word_whichever_alternative_comes_first() {
        let pattern = Pattern::word("x[0-9]{2}|x[0-9]{4}|=", 5);
        assert_eq!(pattern.match_at("x1234", 0).unwrap().whole, 0..5);
        assert_eq!(pattern.match_at("x123", 0), None);
        assert_eq!(pattern.match_at("x12-", 0).unwrap().whole, 0..3);
        assert_eq!(pattern.match_at("=x", 0).unwrap().whole, 0..1);
        assert_eq!(Pattern::whole("a|ab").match_start("ab").unwrap().whole, 0..2);
    }
}
