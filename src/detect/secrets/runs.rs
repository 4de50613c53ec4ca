//! The first pass: runs of token characters that hold a digit. Nearly every machine-made credential lies in one, and
//! nine tenths of ordinary source do not.

use std::ops::Range;

/// Shortest run that can hold a credential worth a rule of its own, in bytes.
pub const MIN_RUN: usize = 12;

const TOKEN: u8 = 1;
const DIGIT: u8 = 2;
const ALPHANUMERIC: u8 = 4;

/// Classes of each byte, as bits.
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphanumeric() {
            table[byte] |= TOKEN | ALPHANUMERIC;
        }
        if b.is_ascii_digit() {
            table[byte] |= DIGIT;
        }
        if matches!(b, b'_' | b'+' | b'.' | b'/' | b'~' | b'-') {
            table[byte] |= TOKEN;
        }
        byte += 1;
    }
    table
};

/// Whether a byte may stand inside a token.
pub fn is_token_byte(byte: u8) -> bool {
    CLASS[usize::from(byte)] & TOKEN != 0
}

/// Whether a byte is an ASCII letter or digit.
pub fn is_alphanumeric(byte: u8) -> bool {
    CLASS[usize::from(byte)] & ALPHANUMERIC != 0
}

/// Iterates over the maximal runs of token characters, at least [`MIN_RUN`] long, that hold a digit.
///
/// The search looks at every twelfth byte first, as Boyer-Moore does: where that byte is no token character, no run can
/// cover it, and the eleven before it need no look.
pub struct Runs<'t> {
    text: &'t [u8],
    /// Everything before is done, and the byte before is no token character.
    from: usize,
}

impl<'t> Runs<'t> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, from: 0 }
    }
}

impl Iterator for Runs<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        'search: loop {
            let window = self.text.get(self.from..self.from + MIN_RUN)?;
            for back in (0..MIN_RUN).rev() {
                if !is_token_byte(window[back]) {
                    self.from += back + 1;
                    continue 'search;
                }
            }
            let start = self.from;
            let mut classes = 0;
            let mut end = start;
            while let Some(&byte) = self.text.get(end) {
                let class = CLASS[usize::from(byte)];
                if class & TOKEN == 0 {
                    break;
                }
                classes |= class;
                end += 1;
            }
            self.from = end + 1;
            if classes & DIGIT != 0 {
                return Some(start..end);
            }
        }
    }
}

/// Calls `visit` with each place in a run where a word begins: at its start, after punctuation, and after an escape such
/// as `\n` or `%3D` that the run began in the middle of.
pub fn word_starts(text: &[u8], run: Range<usize>, mut visit: impl FnMut(usize)) {
    // A run this long is encoded data; inside it, a slash or plus begins no word.
    const BLOB: usize = 300;
    let start = run.start;
    let before = start.checked_sub(1).map(|at| text[at]);
    visit(start);
    match before {
        Some(b'\\') => visit(start + if text[start] == b'u' { 5 } else { 1 }),
        Some(b'%') => visit(start + 2),
        _ => {}
    }
    let is_blob = run.len() > BLOB;
    for at in start + 1..run.end {
        let previous = text[at - 1];
        if is_alphanumeric(previous) || !is_alphanumeric(text[at]) || (is_blob && matches!(previous, b'/' | b'+')) {
            continue;
        }
        visit(at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What [`Runs`] must find, written the slow and obvious way.
    fn plain_runs(text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in 0..=text.len() {
            if end == text.len() || !is_token_byte(text[end]) {
                if end - start >= MIN_RUN && text[start..end].iter().any(u8::is_ascii_digit) {
                    found.push(start..end);
                }
                start = end + 1;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn the_skipping_search_finds_what_the_plain_one_finds(text in "[a-c1 =_.\n]{0,200}") {
            let found: Vec<_> = Runs::new(text.as_bytes()).collect();
            prop_assert_eq!(found, plain_runs(text.as_bytes()));
        }
    }

    fn starts(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for run in Runs::new(text.as_bytes()) {
            let end = run.end;
            word_starts(text.as_bytes(), run, |at| found.push(&text[at..end]));
        }
        found
    }

    #[test]
    fn words_begin_after_punctuation_and_after_escapes() {
        assert_eq!(starts("x=path/to-abc123def"), ["path/to-abc123def", "to-abc123def", "abc123def"]);
        assert_eq!(starts(r"\nabc123def456"), ["nabc123def456", "abc123def456"]);
        assert_eq!(starts("%3Dabc123def456"), ["3Dabc123def456", "abc123def456"]);
    }
}
