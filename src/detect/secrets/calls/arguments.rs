//! Splits a call's arguments, by brackets and quotes alone: enough to tell whether the wanted one is a literal, before a syntax
//! tree is made to confirm it.

use std::ops::Range;

/// Furthest that arguments are read, in bytes, and how many of them.
const MAX_LENGTH: usize = 2048;
const MAX_ARGUMENTS: usize = 16;

/// The arguments between the bracket at `open` and the one that closes it. Where a blank stands at `open`, as in Ruby's calls
/// without brackets, they end with the line.
pub(super) fn split(text: &str, open: usize) -> Option<Vec<Range<usize>>> {
    let bytes = &text.as_bytes()[..text.len().min(open + MAX_LENGTH)];
    let ends_with_line = bytes[open] == b' ';
    let mut arguments = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, open + 1, open + 1);
    loop {
        let is_end = match *bytes.get(at)? {
            quote @ (b'"' | b'\'' | b'`') => {
                at = string_end(bytes, at, quote)?;
                continue;
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                false
            }
            b')' | b']' | b'}' if depth > 0 => {
                depth -= 1;
                false
            }
            b')' | b']' | b'}' => true,
            b'\n' => ends_with_line && depth == 0,
            _ => false,
        };
        if is_end || depth == 0 && bytes[at] == b',' {
            arguments.push(trimmed(bytes, start..at));
            start = at + 1;
        }
        if is_end || arguments.len() == MAX_ARGUMENTS {
            return Some(arguments);
        }
        at += 1;
    }
}

/// The first literal in an argument, without its quotes.
pub(super) fn first_literal(text: &str, argument: &Range<usize>) -> Option<Range<usize>> {
    let bytes = &text.as_bytes()[..argument.end];
    let open = (argument.start..argument.end).find(|&at| matches!(bytes[at], b'"' | b'\'' | b'`'))?;
    let quote = bytes[open];
    let end = string_end(bytes, open, quote)?;
    let quotes = if is_triple(bytes, open, quote) { 3 } else { 1 };
    (end >= open + 2 * quotes).then(|| open + quotes..end - quotes)
}

/// Where the string ends that a quote opens at `open`: after its closing quote.
fn string_end(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
    if is_triple(bytes, open, quote) {
        let end = memchr::memmem::find(&bytes[open + 3..], &[quote; 3])?;
        return Some(open + 3 + end + 3);
    }
    let mut at = open + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn is_triple(bytes: &[u8], open: usize, quote: u8) -> bool {
    quote != b'`' && bytes[open..].starts_with(&[quote; 3])
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let before = bytes[range.clone()].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let after =
        bytes[range.start + before..range.end].iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    range.start + before..range.end - after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Option<Vec<&str>> {
        Some(split(text, text.find(['(', ' ']).unwrap())?.into_iter().map(|range| &text[range]).collect())
    }

    #[test]
    fn commas_divide_outside_of_brackets_and_quotes() {
        assert_eq!(arguments("f(a, g(b, c), 'd,e', [f, g])").unwrap(), ["a", "g(b, c)", "'d,e'", "[f, g]"]);
        assert_eq!(arguments("f('it\\'s', \"\"\"a \" b\"\"\")").unwrap(), ["'it\\'s'", "\"\"\"a \" b\"\"\""]);
        assert_eq!(arguments("f 'a', 'b'\nc").unwrap(), ["'a'", "'b'"]);
        assert_eq!(arguments("f(a, 'b"), None);
        assert_eq!(arguments("f("), None);
    }

    #[test]
    fn literals_lose_their_quotes() {
        let first = |text: &'static str| first_literal(text, &(0..text.len())).map(|range| &text[range]);
        assert_eq!(first("b'abc'.decode()"), Some("abc"));
        assert_eq!(first("\"\"\"abc\"\"\""), Some("abc"));
        assert_eq!(first("''"), Some(""));
        assert_eq!(first("'open"), None);
        assert_eq!(first("x"), None);
    }
}
