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
/// Bytes in a vector.
const LANE: usize = 16;

/// Iterates over the maximal runs of token characters that are at least [`MIN_RUN`] long.
///
/// Sixteen bytes are classified in one step of vector arithmetic, and runs are found in the masks of 64 bytes.
pub struct Runs<'t> {
    text: &'t [u8],
    /// Where the current window begins.
    base: usize,
    /// Which of its bytes are token characters, as bits.
    tokens: u64,
    /// The same for the window after it, in which a run may reach its least length.
    ahead: u64,
    /// Places in the current window, as bits, where a run begins that is long enough.
    starts: u64,
}

impl<'t> Runs<'t> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'t [u8]) -> Self {
        let mut runs = Self { text, base: 0, tokens: 0, ahead: tokens_at(text, 0), starts: 0 };
        runs.enter(0);
        runs
    }

    fn enter(&mut self, base: usize) {
        self.base = base;
        let token = self.ahead;
        self.tokens = token;
        self.ahead = tokens_at(self.text, base + WINDOW);
        let both = u128::from(token) | u128::from(self.ahead) << WINDOW;
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
        // Mostly the run ends in this window or in the next.
        let both = u128::from(self.tokens) | u128::from(self.ahead) << WINDOW;
        let mut length = (!(both >> at)).trailing_zeros() as usize;
        let mut goes_on = length + at as usize == 2 * WINDOW;
        while goes_on {
            let more = (!tokens_at(self.text, start + length)).trailing_zeros() as usize;
            length += more;
            goes_on = more == WINDOW;
        }
        let range = start..start + length;
        Run { has_digit: holds_digit(self.text, &range), range }
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

/// Which of the [`WINDOW`] bytes from `base` on are token characters, the first byte in the lowest bit. What lies after the end of
/// the text is none.
fn tokens_at(text: &[u8], base: usize) -> u64 {
    let rest = text.get(base..).unwrap_or_default();
    if let Some(window) = rest.first_chunk::<WINDOW>() {
        return tokens_in(window);
    }
    let mut padded = [0; WINDOW];
    padded[..rest.len()].copy_from_slice(rest);
    tokens_in(&padded)
}

fn tokens_in(window: &[u8; WINDOW]) -> u64 {
    let mut mask = 0;
    for (index, lane) in window.as_chunks::<LANE>().0.iter().enumerate() {
        let bytes = u8x16::new(*lane);
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        // `-`, `.`, `/` and the digits follow each other.
        let token = is_within(bytes | u8x16::splat(0x20), b'a', b'z')
            | is_within(bytes, b'-', b'9')
            | is(b'_')
            | is(b'+')
            | is(b'~');
        mask |= u64::from(token.to_bitmask()) << (LANE * index);
    }
    mask
}

/// Which bytes lie in a range. One comparison serves: what lies below the range wraps around to large values.
fn is_within(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let distance = bytes - u8x16::splat(first);
    distance.min(u8x16::splat(last - first)).simd_eq(distance)
}

/// Whether there is a digit in a range of a text.
fn holds_digit(text: &[u8], range: &Range<usize>) -> bool {
    range.clone().step_by(LANE).any(|base| {
        let digits = is_within(lane_at(text, base), b'0', b'9').to_bitmask();
        // What lies behind the range does not count.
        digits & low_bits(range.end - base) != 0
    })
}

/// The bytes of a text from `base` on, with zeros for those after its end.
fn lane_at(text: &[u8], base: usize) -> u8x16 {
    let rest = text.get(base..).unwrap_or_default();
    u8x16::new(rest.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; LANE];
        padded[..rest.len()].copy_from_slice(rest);
        padded
    }))
}

/// As many of the low bits of a lane's mask as there are, at most `count`.
fn low_bits(count: usize) -> u32 {
    (1 << count.min(LANE)) - 1
}

/// Which bytes are ASCII letters and digits, the first one in the lowest bit.
pub(super) fn alphanumeric(bytes: u8x16) -> u32 {
    (is_within(bytes | u8x16::splat(0x20), b'a', b'z') | is_within(bytes, b'0', b'9')).to_bitmask()
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
    // The first byte was visited, whatever stands before it.
    let mut goes_on = 1;
    for base in run.clone().step_by(LANE) {
        let word = alphanumeric(lane_at(text, base)) & low_bits(run.end - base);
        let mut starts = word & !(word << 1 | goes_on);
        goes_on = word >> (LANE - 1) & 1;
        while starts != 0 {
            let at = base + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            if !(is_blob && matches!(text[at - 1], b'/' | b'+')) {
                visit(at);
            }
        }
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

    /// What [`word_starts`] must find in a run that holds a digit, no escape and no blob, written the slow and obvious way.
    fn plain_starts(run: &[u8]) -> Vec<usize> {
        let begins = |&at: &usize| at == 0 || !is_alphanumeric(run[at - 1]) && is_alphanumeric(run[at]);
        (0..run.len()).filter(begins).collect()
    }

    proptest! {
        #[test]
        fn the_vector_search_finds_the_words_that_the_plain_one_finds(text in "[a-z.]{0,3}[a-zA-Z0-9_.~-]{12,80}[0-9][._-]{0,2}") {
            let mut found = Vec::new();
            let run = Run { range: 0..text.len(), has_digit: true };
            word_starts(text.as_bytes(), &run, |at| found.push(at));
            prop_assert_eq!(found, plain_starts(text.as_bytes()));
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
