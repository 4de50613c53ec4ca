//! Comma-separated values. Written here, as the `csv` crate gives no places of fields.

use std::borrow::Cow;
use std::ops::Range;

use super::{ConfigTree, Style, lines, tree::Builder};

/// A field as it is written.
struct Field {
    /// Its place without quotes.
    inner: Range<usize>,
    /// Its place with quotes.
    whole: Range<usize>,
    is_quoted: bool,
    /// Whether another field follows on the same record.
    has_next: bool,
    /// Where the next field or record starts.
    next: usize,
}

/// Reads each record into a mapping whose keys are the fields of the first line.
///
/// The separator is the one that the first line has most of: a comma, a semicolon or a tab.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader { text, separator: separator(text), builder: Builder::new(), has_nameless: false };
    reader.builder.open_sequence(0);
    let (names, mut at) = reader.header();
    while let Some(line) = lines::line_at(text, at) {
        at = if line.range.is_empty() { line.next } else { reader.record(at, &names) };
    }
    reader.builder.finish(text.len())
}

fn separator(text: &str) -> u8 {
    let header = text.trim_start_matches(['\n', '\r']);
    let header = lines::line_at(header, 0).map_or(&[][..], |line| &header.as_bytes()[line.range]);
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for &byte in header {
        is_quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| !is_quoted && *separator == byte) {
            *count += 1;
        }
    }
    // Of equals the last is taken, so the comma has to stand there.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

struct Reader<'t> {
    text: &'t str,
    separator: u8,
    builder: Builder<'t>,
    /// Whether a field without a name was met: once is enough to say so.
    has_nameless: bool,
}

impl<'t> Reader<'t> {
    /// The places of the names in the first line, and where the second starts.
    fn header(&mut self) -> (Vec<Range<usize>>, usize) {
        let mut names = Vec::new();
        let mut at = self.text.len() - self.text.trim_start_matches(['\n', '\r']).len();
        loop {
            let field = self.field(at);
            at = field.next;
            // Doubled quotes in a name are left as they are: a resolved name would be copied for each record.
            names.push(lines::trim(self.text, field.inner));
            if !field.has_next {
                return (names, at);
            }
        }
    }

    /// Reads the record at `at` and gives where the next one starts.
    fn record(&mut self, mut at: usize, names: &[Range<usize>]) -> usize {
        self.builder.open_mapping(at);
        let mut names = names.iter();
        loop {
            let field = self.field(at);
            at = field.next;
            if let Some(name) = names.next() {
                self.builder.key(&self.text[name.clone()], name.clone());
            } else {
                if !self.has_nameless {
                    self.builder.problem(field.whole.clone(), "a field without a name in the header");
                }
                self.has_nameless = true;
                self.builder.key("", field.whole.start..field.whole.start);
            }
            let raw = &self.text[field.inner.clone()];
            let (value, style) = match field.is_quoted {
                true if raw.contains("\"\"") => (Cow::Owned(raw.replace("\"\"", "\"")), Style::Quoted),
                true => (Cow::Borrowed(raw), Style::Quoted),
                false => (Cow::Borrowed(raw), Style::Bare),
            };
            self.builder.scalar(value, style, field.inner, field.whole.clone());
            if !field.has_next {
                self.builder.close(field.whole.end);
                return at;
            }
        }
    }

    /// Reads the field at `start`.
    fn field(&mut self, start: usize) -> Field {
        let opens = self.text.as_bytes().get(start) == Some(&b'"');
        match opens.then(|| self.closing_quote(start + 1)).flatten() {
            Some(quote) => {
                // What stands between the quote and the separator belongs to no value.
                let rest = self.bare(quote + 1);
                Field { inner: start + 1..quote, whole: start..quote + 1, is_quoted: true, ..rest }
            }
            None => {
                let field = self.bare(start);
                if opens {
                    self.builder.problem(field.whole.clone(), "a quoted field is not closed");
                }
                field
            }
        }
    }

    /// Reads the field at `start` as far as the separator or the end of the line.
    fn bare(&self, start: usize) -> Field {
        let rest = &self.text.as_bytes()[start..];
        let end = start + memchr::memchr2(self.separator, b'\n', rest).unwrap_or(rest.len());
        let has_next = self.text.as_bytes().get(end) == Some(&self.separator);
        let is_crlf = !has_next && end > start && self.text.as_bytes()[end - 1] == b'\r';
        let whole = start..end - usize::from(is_crlf);
        Field { inner: whole.clone(), whole, is_quoted: false, has_next, next: (end + 1).min(self.text.len()) }
    }

    /// The quote that closes a field whose content starts at `at`. Two quotes in a row stand for one.
    fn closing_quote(&self, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        loop {
            at += memchr::memchr(b'"', bytes.get(at..)?)?;
            if bytes.get(at + 1) != Some(&b'"') {
                return Some(at);
            }
            at += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn the_header_names_the_fields() {
        let text = "User name,Password\r\nann,\"a,\"\"b\"\"\nc\"\r\n\r\nbob\n,x,spare";
        insta::assert_snapshot!(dump(text, parse), @r#"
        []
        /0 {}
        /0/User name Bare "ann" at "ann"
        /0/Password Quoted "a,\"b\"\nc" at "a,\"\"b\"\"\nc"
        /1 {}
        /1/User name Bare "bob" at "bob"
        /2 {}
        /2/User name Bare "" at ""
        /2/Password Bare "x" at "x"
        /2/ Bare "spare" at "spare"
        problem: a field without a name in the header at "spare"
        "#);
    }

    #[test]
    fn the_header_shows_the_separator() {
        insta::assert_snapshot!(dump("a;\"b,c,d\";e\n1;2,5;3\n", parse), @r#"
        []
        /0 {}
        /0/a Bare "1" at "1"
        /0/b,c,d Bare "2,5" at "2,5"
        /0/e Bare "3" at "3"
        "#);
        insta::assert_snapshot!(dump("a\tb\n1\t2", parse), @r#"
        []
        /0 {}
        /0/a Bare "1" at "1"
        /0/b Bare "2" at "2"
        "#);
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_with_its_field() {
        insta::assert_snapshot!(dump("a,b\n\"1,2\n3,4", parse), @r#"
        []
        /0 {}
        /0/a Bare "\"1" at "\"1"
        /0/b Bare "2" at "2"
        /1 {}
        /1/a Bare "3" at "3"
        /1/b Bare "4" at "4"
        problem: a quoted field is not closed at "\"1"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        assert_any_text_is_read(
            &[",", ";", "\t", "\"", "\n", "\r\n", "a", "é", "\"a\"", ",\"", "\"\"", ",\"\"x"],
            parse,
        );
    }
}
