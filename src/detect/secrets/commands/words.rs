//! Splits a command's arguments into words, as shells do, wherever the command stands: in a script, in a string of JSON or YAML,
//! in a list of strings, in prose.

use std::ops::Range;

/// Furthest that a command is read, in bytes.
const MAX_COMMAND: usize = 2048;
/// How far back on its line a command looks for the quote that it stands in, in bytes.
const MAX_LOOK_BACK: usize = 512;

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its place, with quotes.
    pub(super) raw: Range<usize>,
    /// The word without the quotes around it: the same as `raw`, or inside it.
    pub(super) inner: Range<usize>,
}

/// The words after the end of a command's name.
pub(super) fn after(text: &str, name: Range<usize>) -> Vec<Word> {
    let bytes = &text.as_bytes()[..text.floor_char_boundary(name.end.saturating_add(MAX_COMMAND).min(text.len()))];
    let enclosing = enclosing_quote(bytes, name.start);
    match bytes.get(name.end) {
        // ["mysql", "-u", "root"]: the name's own quote closes, and a comma follows.
        Some(&quote) if Some(quote) == enclosing => Reader { bytes, at: name.end + 1, enclosing: None }.list(),
        Some(b' ' | b'\t' | b'\\') => Reader { bytes, at: name.end, enclosing }.words(),
        _ => Vec::new(),
    }
}

/// The quote in which the place stands, if one is open on its line.
fn enclosing_quote(bytes: &[u8], at: usize) -> Option<u8> {
    let from = at.saturating_sub(MAX_LOOK_BACK);
    let line = &bytes[from..at];
    let line = &line[line.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1)..];
    let mut open = None;
    let mut before = b' ';
    for &byte in line {
        let is_escaped = before == b'\\';
        match open {
            Some(quote) if byte == quote && !is_escaped => open = None,
            // An apostrophe inside a word opens nothing.
            None if matches!(byte, b'"' | b'`') || byte == b'\'' && !before.is_ascii_alphanumeric() => {
                open = Some(byte);
            }
            _ => {}
        }
        before = byte;
    }
    open
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    /// The quote that ends the command.
    enclosing: Option<u8>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied().filter(|&byte| Some(byte) != self.enclosing)
    }

    /// Skips blanks, and line ends that a backslash takes back.
    fn skip_blanks(&mut self) {
        loop {
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (Some(b' ' | b'\t'), _) => self.at += 1,
                (Some(b'\\'), Some(b'\n')) => self.at += 2,
                (Some(b'\\'), Some(b'\r')) if self.bytes.get(self.at + 2) == Some(&b'\n') => self.at += 3,
                _ => return,
            }
        }
    }

    fn words(mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            let start = self.at;
            while self.word_goes_on() {
                self.step();
            }
            if self.at == start {
                return words;
            }
            words.push(Word { raw: start..self.at, inner: self.without_quotes(start..self.at) });
        }
    }

    fn word_goes_on(&self) -> bool {
        !matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b'<' | b'>' | b')'))
            || self.peek() == Some(b'<') && self.is_placeholder()
    }

    /// `<password>` stands for a word in documentation, and is no redirection.
    fn is_placeholder(&self) -> bool {
        let rest = &self.bytes[self.at + 1..];
        let end = rest.iter().take(40).position(|&byte| matches!(byte, b'>' | b'\n'));
        end.is_some_and(|end| end > 0 && rest[end] == b'>')
    }

    /// Goes over one character, or over a whole quoted part.
    fn step(&mut self) {
        let Some(byte) = self.peek() else { return };
        // A quote inside a string of another language is written with a backslash.
        let is_escaped =
            byte == b'\\' && matches!(self.bytes.get(self.at + 1), Some(b'"' | b'\'')) && self.enclosing.is_some();
        let quote = if is_escaped { self.bytes[self.at + 1] } else { byte };
        let opened = self.at;
        self.at += if byte == b'\\' { 2 } else { 1 };
        self.at = self.at.min(self.bytes.len());
        if byte == b'<' {
            while self.peek().is_some_and(|byte| byte != b'>') {
                self.at += 1;
            }
            self.at += 1;
        } else if matches!(quote, b'"' | b'\'') && (byte != b'\\' || is_escaped) {
            self.quoted(quote, is_escaped, opened);
        }
    }

    /// Goes over a quoted part whose quote was read. One that never ends is no quote.
    fn quoted(&mut self, quote: u8, is_escaped: bool, opened: usize) {
        while let Some(byte) = self.peek() {
            let next = self.bytes.get(self.at + 1);
            if is_escaped && byte == b'\\' && next == Some(&quote) {
                self.at += 2;
                return;
            }
            if !is_escaped && byte == quote {
                self.at += 1;
                return;
            }
            if byte == b'\n' {
                break;
            }
            self.at += if byte == b'\\' && quote == b'"' { 2 } else { 1 };
        }
        self.at = (opened + 1).min(self.bytes.len());
    }

    fn without_quotes(&self, raw: Range<usize>) -> Range<usize> {
        let word = &self.bytes[raw.clone()];
        for quote in [b"\\\"".as_slice(), b"\\'", b"\"", b"'"] {
            if word.len() >= 2 * quote.len() && word.starts_with(quote) && word.ends_with(quote) {
                return raw.start + quote.len()..raw.end - quote.len();
            }
        }
        raw
    }

    /// The strings of a list, after its first string.
    fn list(mut self) -> Vec<Word> {
        let mut words = Vec::new();
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r' | b',')) {
                self.at += 1;
            }
            let start = self.at;
            let Some(quote @ (b'"' | b'\'')) = self.peek() else { return words };
            self.at += 1;
            self.quoted(quote, false, start);
            if self.at <= start + 1 {
                return words;
            }
            words.push(Word { raw: start..self.at, inner: start + 1..self.at - 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let start = text.find("tool").unwrap();
        after(text, start..start + 4).into_iter().map(|word| &text[word.inner]).collect()
    }

    #[test]
    fn words_as_shells_split_them() {
        assert_eq!(words("tool -u a:b 'c d' \"e f\" g\\ h; tool2 x"), ["-u", "a:b", "c d", "e f", "g\\ h"]);
        assert_eq!(words("tool -u \\\n  a:b | less"), ["-u", "a:b"]);
        assert_eq!(words("$(tool -p x)y"), ["-p", "x"]);
        assert_eq!(words("tool -p <password> > out"), ["-p", "<password>"]);
        assert_eq!(words("don't run tool -p x'y"), ["-p", "x'y"]);
    }

    #[test]
    fn commands_inside_strings_end_with_them() {
        assert_eq!(words(r#"{"run": "tool -p x", "b": 1}"#), ["-p", "x"]);
        assert_eq!(words(r#"{"run": "tool -H \"a b\" -p x", "b": 1}"#), ["-H", "a b", "-p", "x"]);
        assert_eq!(words("run: 'tool -p \"x y\"' # z"), ["-p", "x y"]);
        assert_eq!(words(r#"CMD ["tool", "-u", "a:b"]"#), ["-u", "a:b"]);
        assert_eq!(words("`tool -p x` does"), ["-p", "x"]);
    }

    #[test]
    fn other_words_are_no_commands() {
        assert_eq!(words("tools -p x"), [""; 0]);
        assert_eq!(words("tool"), [""; 0]);
        assert_eq!(words("tool: -p"), [""; 0]);
        assert_eq!(words("tool \"open"), ["\"open"]);
    }
}
