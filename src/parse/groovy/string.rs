//! Strings of Groovy: five kinds of quotes, escapes, and expressions inside.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

/// How many times the length of a text may be read again behind strings that are never closed.
const MAX_REREADING: usize = 8;

/// How a string is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    Single,
    Double,
    TripleSingle,
    TripleDouble,
    Slash,
    DollarSlash,
}

impl Quote {
    /// The quote that stands at `at`, and where the text behind it begins.
    pub(super) fn at(bytes: &[u8], at: usize) -> (Self, usize) {
        let rest = &bytes[at..];
        match rest.first() {
            _ if rest.starts_with(b"\"\"\"") => (Self::TripleDouble, at + 3),
            _ if rest.starts_with(b"'''") => (Self::TripleSingle, at + 3),
            Some(b'"') => (Self::Double, at + 1),
            Some(b'/') => (Self::Slash, at + 1),
            Some(b'$') => (Self::DollarSlash, at + 2),
            _ => (Self::Single, at + 1),
        }
    }

    const fn closing(self) -> &'static [u8] {
        match self {
            Self::Single => b"'",
            Self::Double => b"\"",
            Self::TripleSingle => b"'''",
            Self::TripleDouble => b"\"\"\"",
            Self::Slash => b"/",
            Self::DollarSlash => b"/$",
        }
    }

    const fn is_on_one_line(self) -> bool {
        matches!(self, Self::Single | Self::Double | Self::Slash)
    }

    const fn takes_expressions(self) -> bool {
        !matches!(self, Self::Single | Self::TripleSingle)
    }

    const fn escape(self) -> u8 {
        if matches!(self, Self::DollarSlash) { b'$' } else { b'\\' }
    }
}

/// An expression inside a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interpolation {
    /// All of it, with `$` and braces.
    pub(super) span: Range<usize>,
    /// The expression.
    pub(super) expression: Range<usize>,
}

/// What a place inside a string belongs to.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Text(Quote),
    Code,
}

/// Reads strings and collects what is put into them.
pub(super) struct Strings<'t> {
    bytes: &'t [u8],
    pub(super) interpolations: Vec<Interpolation>,
    rereading: usize,
}

impl<'t> Strings<'t> {
    /// For the strings of a range of a text.
    pub(super) fn new(text: &'t str, range: &Range<usize>) -> Self {
        let rereading = range.len().saturating_mul(MAX_REREADING);
        Self { bytes: &text.as_bytes()[..range.end], interpolations: Vec::new(), rereading }
    }

    /// Whether an unescaped slash stands on the rest of the line.
    pub(super) fn closes_on_line(&self, start: usize) -> bool {
        let rest = &self.bytes[start..];
        let line = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
        memchr::memchr_iter(b'/', line).any(|at| at > 0 && line[at - 1] != b'\\')
    }

    /// Reads a string whose text begins at `start`. Gives where the text and where the closing quote ends.
    pub(super) fn scan(&mut self, start: usize, quote: Quote) -> (usize, usize) {
        let first = self.interpolations.len();
        if let Some(ends) = self.closed(start, quote, self.rereading > 0) {
            return ends;
        }
        self.interpolations.truncate(first);
        let length = self.bytes.len() - start;
        self.rereading = self.rereading.saturating_sub(length);
        // Without a look into expressions, a string on one line ends with the line at the latest.
        self.closed(start, quote, false).unwrap_or((self.bytes.len(), self.bytes.len()))
    }

    fn closed(&mut self, start: usize, quote: Quote, looks_inside: bool) -> Option<(usize, usize)> {
        let mut frames = vec![Frame::Text(quote)];
        let (mut at, mut opened) = (start, start);
        while let (Some(&frame), Some(&byte)) = (frames.last(), self.bytes.get(at)) {
            let is_outer = frames.len() == 1;
            match frame {
                Frame::Text(quote) if self.bytes[at..].starts_with(quote.closing()) => {
                    frames.pop();
                    let end = at + quote.closing().len();
                    // `""""` closes at its last three quotes.
                    let goes_on = quote.closing().len() == 3 && self.bytes.get(end) == Some(&byte);
                    let shift = usize::from(goes_on);
                    if is_outer {
                        return Some((at + shift, end + shift));
                    }
                    at = end + shift;
                }
                Frame::Text(quote) if byte == quote.escape() && self.escapes(quote, at) => at += 2,
                Frame::Text(quote) if byte == b'\n' && quote.is_on_one_line() => {
                    if is_outer {
                        return Some((at, at));
                    }
                    frames.pop();
                }
                Frame::Text(quote) if byte == b'$' && quote.takes_expressions() => {
                    match self.bytes.get(at + 1) {
                        Some(b'{') if looks_inside => {
                            opened = if is_outer { at } else { opened };
                            frames.push(Frame::Code);
                            at += 2;
                        }
                        _ if is_outer => at = self.variable(at),
                        _ => at += 1,
                    };
                }
                Frame::Text(_) => at += 1,
                Frame::Code => {
                    at = self.code(at, byte, &mut frames);
                    if frames.len() == 1 {
                        self.interpolations.push(Interpolation { span: opened..at, expression: opened + 2..at - 1 });
                    }
                }
            }
        }
        None
    }

    fn escapes(&self, quote: Quote, at: usize) -> bool {
        match (quote, self.bytes.get(at + 1)) {
            (Quote::DollarSlash, next) => matches!(next, Some(b'$' | b'/')),
            (Quote::Slash, next) => matches!(next, Some(b'/')),
            _ => true,
        }
    }

    /// Steps over one byte, or the opening quote of a string, in an expression.
    fn code(&self, at: usize, byte: u8, frames: &mut Vec<Frame>) -> usize {
        match byte {
            b'{' => frames.push(Frame::Code),
            b'}' => {
                frames.pop();
            }
            b'"' | b'\'' => {
                let (quote, start) = Quote::at(self.bytes, at);
                frames.push(Frame::Text(quote));
                return start;
            }
            _ => {}
        }
        at + 1
    }

    /// Reads `$name.name`, or steps over a `$`.
    fn variable(&mut self, at: usize) -> usize {
        let is_first = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let mut end = at + 1;
        while self.bytes.get(end).is_some_and(is_first) {
            while self.bytes.get(end).is_some_and(is_part) {
                end += 1;
            }
            let goes_on = self.bytes.get(end) == Some(&b'.') && self.bytes.get(end + 1).is_some_and(is_first);
            if !goes_on {
                break;
            }
            end += 1;
        }
        if end > at + 1 {
            self.interpolations.push(Interpolation { span: at..end, expression: at + 1..end });
        }
        end
    }
}

/// The text of a string with escapes resolved. `whole` is it with its quotes.
pub(super) fn unescape<'t>(content: &'t str, whole: &str) -> Cow<'t, str> {
    let keeps_escapes = whole.starts_with(['/', '$']);
    if keeps_escapes || !content.contains('\\') {
        return Cow::Borrowed(content);
    }
    let mut text = String::with_capacity(content.len());
    let mut chars = content.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            text.push(char);
            continue;
        }
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            // A line that ends in a backslash goes on.
            Some('\n') | None => {}
            Some(other) => text.push(other),
        }
    }
    Cow::Owned(text)
}
