//! Where quotes and substitutions end.

use std::ops::Range;

/// Deepest nesting that is followed.
const MAX_DEPTH: usize = 200;

/// Finds ends of what is nested, in a number of steps that is bounded for the whole text: an end that is missing is looked for up to the
/// end of the text, and a hostile text misses many.
#[derive(Debug)]
pub(super) struct Ends<'t> {
    text: &'t [u8],
    end: usize,
    steps: usize,
}

impl<'t> Ends<'t> {
    pub(super) fn new(text: &'t str, place: &Range<usize>) -> Self {
        Self { text: text.as_bytes(), end: place.end, steps: 1000 + 16 * place.len() }
    }

    /// The place of the `closing` character that ends what begins before `at`: `"`, `)`, `}` or a backtick. `None` when it is missing.
    pub(super) fn closing(&mut self, mut at: usize, closing: u8) -> Option<usize> {
        let mut open = vec![closing];
        while at < self.end && self.steps > 0 {
            self.steps -= 1;
            let top = *open.last()?;
            let byte = self.text[at];
            if byte == top {
                open.pop();
                if open.is_empty() {
                    return Some(at);
                }
                at += 1;
                continue;
            }
            let next = self.text.get(at + 1).copied().unwrap_or_default();
            let (opened, length) = match byte {
                b'\\' => (None, 2),
                b'$' if next == b'(' => (Some(b')'), 2),
                b'$' if next == b'{' => (Some(b'}'), 2),
                b'`' => (Some(b'`'), 1),
                _ if top == b'"' => (None, 1),
                b'"' => (Some(b'"'), 1),
                b'\'' if top != b'}' => (None, 1 + self.quoted(at + 1)? - at),
                b'(' if top == b')' => (Some(b')'), 1),
                b'#' if top == b')' && is_blank(self.text[at - 1]) => (None, self.to_line_end(at)),
                _ => (None, 1),
            };
            if let Some(opened) = opened {
                open.push(opened);
                if open.len() > MAX_DEPTH {
                    return None;
                }
            }
            at += length;
        }
        None
    }

    /// The place of the single quote that ends what begins at `at`.
    pub(super) fn quoted(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..self.end)?;
        let found = memchr::memchr(b'\'', rest);
        self.steps = self.steps.saturating_sub(found.unwrap_or(rest.len()) / 16);
        found.map(|length| at + length)
    }

    /// How far it is to the end of the line, or one byte when it is the last: a comment there would hide the end.
    fn to_line_end(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.text[at..self.end]).unwrap_or(1).max(1)
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
