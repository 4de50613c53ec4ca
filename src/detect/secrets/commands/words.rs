//! Splits a command's arguments into words, as shells do, wherever the command stands: in a script, in a string of JSON or YAML,
//! in a list of strings, in prose.

use std::ops::Range;

/// One word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its place, with quotes.
    pub(super) raw: Range<usize>,
    /// The word without the quotes around it: the same as `raw`, or inside it.
    pub(super) inner: Range<usize>,
}

/// The words of a command, and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) list: Vec<Word>,
    pub(super) end: usize,
}

/// How far a command is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) bytes: usize,
    pub(super) words: usize,
}

impl Limit {
    /// The text up to the limit after `at`.
    fn cut(self, text: &str, at: usize) -> &[u8] {
        &text.as_bytes()[..text.floor_char_boundary(at.saturating_add(self.bytes).min(text.len()))]
    }
}

/// The words after the end of a command's name. The name stands in the quote `enclosing`.
pub(super) fn after(text: &str, name: Range<usize>, enclosing: Option<u8>, limit: Limit) -> Words {
    let bytes = limit.cut(text, name.end);
    let mut reader = Reader { bytes, at: name.end, enclosing, max_words: limit.words };
    let list = match bytes.get(name.end) {
        // "C:\tools\mysql.exe" -u root, or ["mysql", "-u", "root"]: the name's own quote closes.
        Some(&quote) if Some(quote) == enclosing => {
            reader.at += 1;
            reader.enclosing = None;
            match bytes.get(reader.at) {
                Some(b'\n' | b'\r') => reader.items(name.start - 1),
                Some(b' ') if !matches!(bytes.get(reader.at + 1), Some(b',')) => reader.words(),
                _ => reader.strings(),
            }
        }
        Some(b' ' | b'\t' | b'\\') => reader.words(),
        Some(b'\n' | b'\r') if enclosing.is_none() => reader.items(name.start),
        Some(b',') if enclosing.is_none() && stands_in_list(&bytes[..name.start]) => reader.bare_items(),
        _ => Vec::new(),
    };
    Words { list, end: reader.at }
}

/// The word of a here-string, `<<< word`, at the end of a command.
pub(super) fn here_string(text: &str, end: usize, enclosing: Option<u8>, limit: Limit) -> Option<Word> {
    let at = end + text[end..].strip_prefix("<<<").map(|_| 3)?;
    Reader { bytes: limit.cut(text, at), at, enclosing, max_words: 1 }.words().into_iter().next()
}

/// Whether a list in brackets is open on the line.
fn stands_in_list(before: &[u8]) -> bool {
    const MAX_LOOK_BACK: usize = 80;
    let line = &before[before.len().saturating_sub(MAX_LOOK_BACK)..];
    let bracket = line.iter().rposition(|&byte| matches!(byte, b'[' | b']' | b'\n'));
    bracket.is_some_and(|at| line[at] == b'[')
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    /// The quote that ends the command.
    enclosing: Option<u8>,
    max_words: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied().filter(|&byte| Some(byte) != self.enclosing)
    }

    fn next_is(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(text)
    }

    /// Skips blanks, and line ends that a backslash, or the sign of another shell, takes back.
    fn skip_blanks(&mut self) {
        loop {
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (Some(b' ' | b'\t'), _) => self.at += 1,
                (Some(b'\\' | b'^' | b'`'), Some(b'\n')) => self.at += 2,
                (Some(b'\\' | b'^' | b'`'), Some(b'\r')) if self.bytes.get(self.at + 2) == Some(&b'\n') => self.at += 3,
                _ => return,
            }
        }
    }

    fn words(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        while words.len() < self.max_words {
            self.skip_blanks();
            let start = self.at;
            while self.word_goes_on() {
                self.step();
            }
            if self.at == start {
                break;
            }
            words.push(Word { raw: start..self.at, inner: self.without_quotes(start..self.at) });
        }
        words
    }

    fn word_goes_on(&self) -> bool {
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b'>' | b')') => false,
            Some(b'<') => self.is_placeholder(),
            // The end of a line, as strings of other languages write it.
            Some(b'\\') => self.enclosing.is_none() || !(self.next_is(b"\\n") || self.next_is(b"\\r")),
            Some(_) => true,
        }
    }

    /// `<password>` stands for a word in documentation, and is no redirection.
    fn is_placeholder(&self) -> bool {
        let rest = &self.bytes[self.at + 1..];
        let end = rest.iter().take(40).position(|&byte| matches!(byte, b'<' | b'>' | b'\n'));
        end.is_some_and(|end| end > 0 && rest[end] == b'>')
    }

    /// Goes over one character, or over a whole quoted part, substitution or placeholder.
    fn step(&mut self) {
        let Some(byte) = self.peek() else { return };
        // A quote inside a string of another language is written with a backslash.
        let is_escaped =
            byte == b'\\' && matches!(self.bytes.get(self.at + 1), Some(b'"' | b'\'')) && self.enclosing.is_some();
        let quote = if is_escaped { self.bytes[self.at + 1] } else { byte };
        let opened = self.at;
        let substitution = [(b"$(".as_slice(), b")".as_slice()), (b"${", b"}"), (b"{{", b"}}"), (b"<", b">")];
        if let Some((_, close)) = substitution.into_iter().find(|(open, _)| self.next_is(open)) {
            self.skip_past(close);
            return;
        }
        self.at += if byte == b'\\' { 2 } else { 1 };
        self.at = self.at.min(self.bytes.len());
        if matches!(quote, b'"' | b'\'') && (byte != b'\\' || is_escaped) {
            self.quoted(quote, is_escaped, opened);
        }
    }

    /// Goes over a substitution, to its end on the same line; over one character where it has none.
    fn skip_past(&mut self, close: &[u8]) {
        const MAX_SUBSTITUTION: usize = 120;
        let rest = &self.bytes[self.at..self.bytes.len().min(self.at + MAX_SUBSTITUTION)];
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let end = line.windows(close.len()).position(|window| window == close);
        let ends_before = |end: usize| line[..end].iter().any(|&byte| Some(byte) == self.enclosing);
        self.at += end.filter(|&end| !ends_before(end)).map_or(1, |end| end + close.len());
        // `${{ x }}`
        if close == b"}" && self.peek() == Some(b'}') {
            self.at += 1;
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
    fn strings(&mut self) -> Vec<Word> {
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

    /// The items of a list on one line, `[mysql, -u, root]`, after its first item.
    fn bare_items(&mut self) -> Vec<Word> {
        let mut words = Vec::new();
        while self.peek() == Some(b',') {
            self.at += 1;
            let start = self.at;
            while !matches!(self.peek(), None | Some(b',' | b']' | b'\n')) {
                self.step();
            }
            let raw = self.trimmed(start..self.at);
            words.push(Word { inner: self.without_quotes(raw.clone()), raw });
        }
        words
    }

    /// The items of a YAML list, each on a line of its own, after the line that the name at `name` fills.
    fn items(&mut self, name: usize) -> Vec<Word> {
        let line = self.bytes[..name].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let indent = &self.bytes[line..name];
        let mut words = Vec::new();
        if !indent.ends_with(b"- ") || indent[..indent.len() - 2].iter().any(|&byte| byte != b' ') {
            return words;
        }
        while let Some(end) = self.bytes[self.at..].iter().position(|&byte| byte == b'\n') {
            let start = self.at + end + 1;
            if !self.bytes[start..].starts_with(indent) {
                break;
            }
            let rest = &self.bytes[start..];
            self.at = start + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            let raw = self.trimmed(start + indent.len()..self.at);
            words.push(Word { inner: self.without_quotes(raw.clone()), raw });
        }
        words
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.bytes[range.clone()];
        let blanks = text.len() - text.trim_ascii_start().len();
        range.start + blanks..range.start + blanks + text.trim_ascii().len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::quotes::Quotes;
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let start = text.find("tool").unwrap();
        let enclosing = Quotes::default().around(text.as_bytes(), start);
        let limit = Limit { bytes: 200, words: 9 };
        after(text, start..start + 4, enclosing, limit).list.into_iter().map(|word| &text[word.inner]).collect()
    }

    #[test]
    fn words_as_shells_split_them() {
        assert_eq!(words("tool -u a:b 'c d' \"e f\" g\\ h; tool2 x"), ["-u", "a:b", "c d", "e f", "g\\ h"]);
        assert_eq!(words("tool -u \\\n  a:b | less"), ["-u", "a:b"]);
        assert_eq!(words("tool -u `\n  a:b ^\r\n -x"), ["-u", "a:b", "-x"]);
        assert_eq!(words("$(tool -p x)y"), ["-p", "x"]);
        assert_eq!(words("tool -p $(cat x | y) z"), ["-p", "$(cat x | y)", "z"]);
        assert_eq!(words("tool -p ${{ x.y }} {{ b }}c"), ["-p", "${{ x.y }}", "{{ b }}c"]);
        assert_eq!(words("tool -p <password> > out"), ["-p", "<password>"]);
        assert_eq!(words("tool -p <<< x > out"), ["-p"]);
        assert_eq!(words("don't run tool -p x'y"), ["-p", "x'y"]);
    }

    #[test]
    fn commands_inside_strings_end_with_them() {
        assert_eq!(words(r#"{"run": "tool -p x", "b": 1}"#), ["-p", "x"]);
        assert_eq!(words(r#"{"run": "tool -p x\n", "b": 1}"#), ["-p", "x"]);
        assert_eq!(words(r#"{"run": "tool -H \"a b\" -p x", "b": 1}"#), ["-H", "a b", "-p", "x"]);
        assert_eq!(words("run: 'tool -p \"x y\"' # z"), ["-p", "x y"]);
        assert_eq!(words("`tool -p x` does"), ["-p", "x"]);
    }

    #[test]
    fn commands_in_lists() {
        assert_eq!(words(r#"CMD ["tool", "-u", "a:b"]"#), ["-u", "a:b"]);
        assert_eq!(words(r#"run("tool", "-u", name)"#), ["-u"]);
        assert_eq!(words("test: [tool, -u, 'a:b']\n"), ["-u", "a:b"]);
        assert_eq!(words("a:\n  - tool\n  - -u\n  - \"a:b\"\nb:\n  - c"), ["-u", "a:b"]);
        assert_eq!(words("- \"tool\"\n- -u\n"), ["-u"]);
        assert_eq!(words("with tool, -u and b"), [""; 0]);
    }

    #[test]
    fn a_name_may_stand_in_quotes_of_its_own() {
        assert_eq!(words(r#"& "C:\x y\tool" -p 'x'"#), ["-p", "x"]);
    }

    #[test]
    fn other_words_are_no_commands() {
        assert_eq!(words("tools -p x"), [""; 0]);
        assert_eq!(words("tool"), [""; 0]);
        assert_eq!(words("tool: -p"), [""; 0]);
        assert_eq!(words("tool \"open"), ["\"open"]);
    }
}
