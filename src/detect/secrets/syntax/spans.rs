//! Comments and strings that span lines. What stands in one needs no syntax tree, and a part of a file must not begin in one:
//! it would be read inside out.

use std::ops::Range;

use crate::parse::source::Grammar;

/// The spans of one file, read as far as somebody asked.
#[derive(Debug, Default)]
pub(super) struct Spans {
    /// In their order. Only those that hold a line end.
    found: Vec<Span>,
    /// How far the text was read.
    read: usize,
    /// The first `"` or backquote from there on, once it was looked for; the text's length where there is none.
    next_quote: Option<usize>,
}

/// A comment or string of several lines, with its delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) is_comment: bool,
}

impl Spans {
    /// The span that the place lies in.
    pub(super) fn around(&mut self, grammar: Grammar, text: &str, place: usize) -> Option<Span> {
        self.read_to(grammar, text.as_bytes(), place);
        let after = self.found.partition_point(|span| span.range.start < place);
        let span = &self.found[after.checked_sub(1)?];
        (place < span.range.end).then(|| span.clone())
    }

    fn read_to(&mut self, grammar: Grammar, text: &[u8], place: usize) {
        while self.read <= place {
            // One of these opens every comment and string.
            let quote = match self.next_quote.filter(|&at| at >= self.read) {
                Some(at) => at,
                None => find(b"\"``", text, self.read, text.len()).unwrap_or(text.len()),
            };
            self.next_quote = Some(quote);
            let open = find(&marks(grammar), text, self.read, quote).unwrap_or(quote);
            if open == text.len() {
                self.read = text.len() + 1;
                return;
            }
            // What never ends was misread, and so would be what follows.
            let Some((end, is_comment)) = token(grammar, text, open) else {
                self.read = text.len() + 1;
                return;
            };
            self.read = end;
            if memchr::memchr(b'\n', &text[open..end.min(text.len())]).is_some() {
                self.found.push(Span { range: open..end, is_comment });
            }
        }
    }
}

fn find(bytes: &[u8; 3], text: &[u8], from: usize, to: usize) -> Option<usize> {
    let [one, two, three] = *bytes;
    memchr::memchr3(one, two, three, text.get(from..to)?).map(|at| from + at)
}

/// The characters, besides `"` and the backquote, that a comment or string begins with.
fn marks(grammar: Grammar) -> [u8; 3] {
    match grammar {
        Grammar::Python | Grammar::Ruby => [b'\'', b'#', b'#'],
        Grammar::Php | Grammar::PhpPart => [b'\'', b'#', b'/'],
        // A lifetime and a character begin alike, and neither spans lines.
        Grammar::Rust => [b'/', b'/', b'/'],
        _ => [b'\'', b'/', b'/'],
    }
}

/// Where the comment or string ends that begins at `open`, and whether it is a comment. What opens nothing ends at once; `None`
/// for what never ends.
fn token(grammar: Grammar, text: &[u8], open: usize) -> Option<(usize, bool)> {
    let rest = &text[open..];
    let line = || memchr::memchr(b'\n', rest).map_or(text.len(), |end| open + end);
    let until = |skip: usize, close: &[u8]| {
        let end = memchr::memmem::find(rest.get(skip..).unwrap_or_default(), close);
        end.map(|end| open + skip + end + close.len())
    };
    Some(match rest[0] {
        b'#' => (line(), true),
        b'/' if rest.starts_with(b"//") => (line(), true),
        b'/' if rest.starts_with(b"/*") => (until(2, b"*/")?, true),
        b'/' => (open + 1, false),
        // A character of Rust: its quotes open nothing.
        b'"' if grammar == Grammar::Rust && rest.get(1) == Some(&b'\'') && is_character(&text[..open]) => {
            (open + 1, false)
        }
        quote => {
            let has_triple = matches!(grammar, Grammar::Python | Grammar::Java | Grammar::CSharp) && quote != b'`';
            if has_triple && rest.starts_with(&[quote; 3]) {
                return Some((until(3, &[quote; 3])?, false));
            }
            // Strings of PHP span lines too, but an apostrophe in the HTML around it would open one.
            let spans_lines = quote == b'`' || grammar == Grammar::Rust;
            let is_raw = quote == b'`' && grammar == Grammar::Go;
            (string_end(text, open, quote, spans_lines, is_raw)?, false)
        }
    })
}

/// Whether a character in apostrophes begins at the end of a text.
fn is_character(before: &[u8]) -> bool {
    before.ends_with(b"'") || before.ends_with(b"'\\")
}

fn string_end(text: &[u8], open: usize, quote: u8, spans_lines: bool, is_raw: bool) -> Option<usize> {
    let mut at = open + 1;
    while let Some(found) = memchr::memchr3(quote, b'\\', b'\n', text.get(at..).unwrap_or_default()) {
        at += found;
        match text[at] {
            b'\\' if !is_raw => at += 2,
            b'\n' if !spans_lines => return Some(at),
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    // A string that can't span lines ends with the text.
    (!spans_lines).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(grammar: Grammar, text: &str) -> Option<&str> {
        let span = Spans::default().around(grammar, text, text.find("HERE").unwrap());
        span.map(|span| &text[span.range])
    }

    #[test]
    fn spans_of_several_lines() {
        assert_eq!(
            around(Grammar::Python, "x = '\"'\ndef f():\n  \"\"\"a\n HERE\n\"\"\"\n"),
            Some("\"\"\"a\n HERE\n\"\"\"")
        );
        assert_eq!(around(Grammar::Python, "# don't \"\"\"\nx = 'HERE'\n"), None);
        assert_eq!(around(Grammar::JavaScript, "x = `a\n${b} HERE`"), Some("`a\n${b} HERE`"));
        assert_eq!(around(Grammar::JavaScript, "/* a\n HERE */"), Some("/* a\n HERE */"));
        assert_eq!(around(Grammar::JavaScript, "// it's `\nx = 'HERE'"), None);
        assert_eq!(around(Grammar::Go, "x = `\\`\ny = \"HERE\""), None);
        assert_eq!(around(Grammar::Rust, "fn f<'a>() {\n \"HERE\" }"), None);
        assert_eq!(around(Grammar::Rust, "let c = '\"';\nlet d = '\\\"';\nlet x = \"HERE\""), None);
        assert_eq!(around(Grammar::Php, "don't\n<?php $x = 'HERE';"), None);
        assert_eq!(around(Grammar::Php, "image/*\n<?php $x = 'HERE';"), None);
        assert_eq!(around(Grammar::Java, "a / b; \"open\nHERE"), None);
    }

    #[test]
    fn places_may_be_asked_in_any_order() {
        let text = "\"\"\"a\n\"\"\" b \"\"\"c\n\"\"\" d";
        let mut spans = Spans::default();
        let mut is_inside = |part: &str| spans.around(Grammar::Python, text, text.find(part).unwrap()).is_some();
        assert!(is_inside("c") && is_inside("a") && !is_inside("b") && !is_inside("d"));
    }
}
