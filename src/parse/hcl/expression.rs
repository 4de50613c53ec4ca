//! Where an expression ends, and what kind of value it is. It is not parsed.

use std::ops::Range;

use super::template::{heredoc, string};
use crate::parse::Style;

/// The place of an expression.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// Without blanks and comments at its end.
    pub(super) span: Range<usize>,
    /// Where what follows it begins: a comma, a closing bracket, or a line end when it can't span lines.
    pub(super) end: usize,
}

/// Finds the end of the expression at `start`. Inside brackets it always spans lines; outside of them if `spans_lines`.
pub(super) fn expression(text: &str, start: usize, spans_lines: bool, one_line_strings: &mut bool) -> Expression {
    let bytes = text.as_bytes();
    let mut open: Vec<u8> = Vec::new();
    let mut span = start..start;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        let is_outside = open.is_empty();
        match byte {
            b',' | b'\n' if is_outside && (byte == b',' || !spans_lines) => break,
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'#' | b'/' => {
                if let Some(end) = comment_end(text, at) {
                    at = end;
                    continue;
                }
                at += 1;
            }
            b'(' | b'[' | b'{' => {
                open.push(closing(byte));
                at += 1;
            }
            // A bracket that closes another one means that ours was forgotten.
            b')' | b']' | b'}' if open.pop() != Some(byte) => break,
            b'"' => at = string(text, at, one_line_strings).end,
            b'<' => at = heredoc(text, at).map_or(at + 1, |found| found.end),
            _ => at += 1,
        }
        span.end = at;
    }
    Expression { span, end: at }
}

/// Where the comment ends that begins at `at`, before the end of its line or after its mark; none when no comment begins there.
pub(super) fn comment_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    if rest.starts_with(b"/*") {
        return Some(memchr::memmem::find(&rest[2..], b"*/").map_or(text.len(), |length| at + length + 4));
    }
    let is_comment = rest.starts_with(b"#") || rest.starts_with(b"//");
    is_comment.then(|| memchr::memchr(b'\n', rest).map_or(text.len(), |length| at + length))
}

/// The value and style of an expression that is no string: a literal, or what names or computes a value.
pub(super) fn literal(raw: &str) -> (&str, Style) {
    match raw {
        "null" | "" => ("", Style::Bare),
        "true" | "false" => (raw, Style::Bare),
        _ if is_number(raw) => (raw, Style::Bare),
        _ => (raw, Style::Expression),
    }
}

fn is_number(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    digits.starts_with(|first: char| first.is_ascii_digit()) && digits.bytes().all(is_part)
}

fn closing(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}
