//! The first pass: runs of token characters. Every machine-made credential lies in one, nearly always in one with a digit,
//! and nine tenths of ordinary source do not.

use std::ops::Range;

use wide::u8x16;

/// Shortest run that can hold a credential worth a rule of its own, in bytes.
pub const MIN_RUN: usize = 12;

const TOKEN: u8 = 1;
const ALPHANUMERIC: u8 = 2;

/// Classes of each byte, as bits.
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_alphanumeric() {
            table[byte] |= TOKEN | ALPHANUMERIC;
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

/// A maximal run of token characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where it stands; at least [`MIN_RUN`] bytes.
    pub range: Range<usize>,
    /// Whether it holds a digit, as random text of this length nearly always does and words nearly never do.
    pub has_digit: bool,
}

/// Bytes that are classified at once, one bit each.
const WINDOW: usize = 64;

/// Iterates over the maximal runs of token characters that are at least [`MIN_RUN`] long.
///
/// Sixteen bytes are classified in one step of vector arithmetic, and runs are found in the masks of 64 bytes.
pub struct Runs<'t> {
    text: &'t [u8],
    /// Where the current window begins.
    base: usize,
    masks: Masks,
    /// The window after the current one, in which a run may reach its least length.
    ahead: Masks,
    /// Places in the current window, as bits, where a run begins that is long enough.
    starts: u64,
}

impl<'t> Runs<'t> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'t [u8]) -> Self {
        let mut runs = Self { text, base: 0, masks: Masks::default(), ahead: Masks::of(text, 0), starts: 0 };
        runs.enter(0);
        runs
    }

    fn enter(&mut self, base: usize) {
        self.base = base;
        self.masks = std::mem::replace(&mut self.ahead, Masks::of(self.text, base + WINDOW));
        let token = self.masks.token;
        let both = u128::from(token) | u128::from(self.ahead.token) << WINDOW;
        // Bit p of `long` is set when the twelve bits from p on are: lengths 2, 4, 8, 12.
        let mut long = both & both >> 1;
        long &= long >> 2;
        long &= long >> 4;
        long &= long >> 4;
        let continues = u64::from(base.checked_sub(1).is_some_and(|before| is_token_byte(self.text[before])));
        // The low half is the current window.
        self.starts = long as u64 & !(token << 1 | continues);
    }

    /// The run that begins at bit `at` of the current window.
    fn run(&self, at: u32) -> Run {
        let start = self.base + at as usize;
        let length = (!(self.masks.token >> at)).trailing_zeros();
        let within = length.min(WINDOW as u32 - at);
        let mut digits = self.masks.digit >> at & (u64::MAX >> (WINDOW as u32 - within));
        let mut end = start + within as usize;
        // The run goes on beyond the window.
        let mut goes_on = at + within == WINDOW as u32;
        while goes_on {
            let masks = Masks::of(self.text, end);
            let length = (!masks.token).trailing_zeros();
            digits |= if length == 0 { 0 } else { masks.digit & (u64::MAX >> (WINDOW as u32 - length)) };
            end += length as usize;
            goes_on = length == WINDOW as u32;
        }
        Run { range: start..end, has_digit: digits != 0 }
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        while self.starts == 0 {
            if self.base + WINDOW >= self.text.len() {
                return None;
            }
            self.enter(self.base + WINDOW);
        }
        let at = self.starts.trailing_zeros();
        self.starts &= self.starts - 1;
        Some(self.run(at))
    }
}

/// The classes of [`WINDOW`] bytes, the first byte in the lowest bit.
#[derive(Default)]
struct Masks {
    token: u64,
    digit: u64,
}

impl Masks {
    /// Classifies the bytes from `base` on; what lies after the end of the text is in no class.
    fn of(text: &[u8], base: usize) -> Self {
        let rest = text.get(base..).unwrap_or_default();
        if let Some(window) = rest.first_chunk::<WINDOW>() {
            return Self::of_window(window);
        }
        let mut padded = [0; WINDOW];
        padded[..rest.len()].copy_from_slice(rest);
        Self::of_window(&padded)
    }

    fn of_window(window: &[u8; WINDOW]) -> Self {
        let mut masks = Self::default();
        for (index, lane) in window.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*lane);
            let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
            // One comparison serves a range: what lies below it wraps around to large values.
            let is_within = |bytes: u8x16, first: u8, last: u8| {
                let distance = bytes - u8x16::splat(first);
                distance.min(u8x16::splat(last - first)).simd_eq(distance)
            };
            let letter = is_within(bytes | u8x16::splat(0x20), b'a', b'z');
            // `-`, `.`, `/` and the digits follow each other.
            let token = letter | is_within(bytes, b'-', b'9') | is(b'_') | is(b'+') | is(b'~');
            let digit = is_within(bytes, b'0', b'9');
            masks.token |= u64::from(token.to_bitmask()) << (16 * index);
            masks.digit |= u64::from(digit.to_bitmask()) << (16 * index);
        }
        masks
    }
}

/// Calls `visit` with each place in a run where a token can begin: at its start, after punctuation, and after an escape such
/// as `\n` or `%3D` that the run began in the middle of. In a run without a digit, which is likely a path or an identifier,
/// only its start counts: a token without digits is rare, and one that is glued to something else rarer still.
pub fn word_starts(text: &[u8], run: &Run, mut visit: impl FnMut(usize)) {
    // A run this long is encoded data; inside it, a slash or plus begins no word.
    const BLOB: usize = 300;
    let Run { range: run, has_digit } = run;
    let start = run.start;
    let before = start.checked_sub(1).map(|at| text[at]);
    visit(start);
    match before {
        Some(b'\\') => visit(start + if text[start] == b'u' { 5 } else { 1 }),
        Some(b'%') => visit(start + 2),
        _ => {}
    }
    if !has_digit {
        return;
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
    fn plain_runs(text: &[u8]) -> Vec<Run> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in 0..=text.len() {
            if end == text.len() || !is_token_byte(text[end]) {
                if end - start >= MIN_RUN {
                    found.push(Run { range: start..end, has_digit: text[start..end].iter().any(u8::is_ascii_digit) });
                }
                start = end + 1;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn the_vector_search_finds_what_the_plain_one_finds(text in "([a-zA-Z_.~/+-]{0,70}[0-9]{0,2}[ =:@`\\[{,é]{0,3}){0,8}") {
            let found: Vec<_> = Runs::new(text.as_bytes()).collect();
            prop_assert_eq!(found, plain_runs(text.as_bytes()));
        }
    }

    fn starts(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for run in Runs::new(text.as_bytes()) {
            let end = run.range.end;
            word_starts(text.as_bytes(), &run, |at| found.push(&text[at..end]));
        }
        found
    }

    #[test]
    fn words_begin_after_punctuation_and_after_escapes() {
        assert_eq!(starts("x=path/to-abc123def"), ["path/to-abc123def", "to-abc123def", "abc123def"]);
        assert_eq!(starts(r"\nabc123def456"), ["nabc123def456", "abc123def456"]);
        assert_eq!(starts("%3Dabc123def456"), ["3Dabc123def456", "abc123def456"]);
        assert_eq!(starts("path/to/somewhere"), ["path/to/somewhere"]);
    }
}
