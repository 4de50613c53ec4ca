//! Java properties. Written here, as no crate that reads them gives places.

use std::borrow::Cow;
use std::ops::Range;

use super::quoted::{hexadecimal, unescape};
use super::{ConfigTree, Style, tree::Builder};

/// Reads a mapping of keys, kept whole, to values.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let reader = Reader { text };
    let mut builder = Builder::new();
    builder.open_mapping(0);
    let mut at = 0;
    while at < text.len() {
        at = match text.as_bytes()[at] {
            byte if is_blank(byte) || is_line_end(byte) => at + 1,
            b'#' | b'!' => reader.line_end(at),
            _ => reader.entry(at, &mut builder),
        };
    }
    builder.finish(text.len())
}

struct Reader<'t> {
    text: &'t str,
}

impl<'t> Reader<'t> {
    /// Reads the key and value at `start` and gives where their line ends.
    fn entry(&self, start: usize, builder: &mut Builder<'t>) -> usize {
        let key = start..self.find(start, |byte| is_separator(byte) || is_blank(byte) || is_line_end(byte));
        let mut value_start = self.skip_blanks(key.end);
        if self.text.as_bytes().get(value_start).copied().is_some_and(is_separator) {
            value_start = self.skip_blanks(value_start + 1);
        }
        let value = value_start..self.find(value_start, is_line_end);
        builder.key(self.resolve(key.clone()), key);
        builder.scalar(self.resolve(value.clone()), Style::Bare, value.clone(), value.clone());
        value.end
    }

    /// The first byte from `at` on that `is_end` and has no backslash before it.
    fn find(&self, mut at: usize, is_end: impl Fn(u8) -> bool) -> usize {
        let bytes = self.text.as_bytes();
        while at < bytes.len() {
            at += match bytes[at] {
                b'\\' if bytes[at + 1..].starts_with(b"\r\n") => 3,
                b'\\' => 2,
                byte if is_end(byte) => return at,
                _ => 1,
            };
        }
        bytes.len()
    }

    /// Steps over blanks and over line ends that a backslash takes away.
    fn skip_blanks(&self, mut at: usize) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(at) {
            at += match byte {
                b'\\' if bytes[at + 1..].starts_with(b"\r\n") => 3,
                b'\\' if bytes.get(at + 1).copied().is_some_and(is_line_end) => 2,
                byte if is_blank(byte) => 1,
                _ => break,
            };
        }
        at
    }

    fn line_end(&self, start: usize) -> usize {
        let rest = &self.text.as_bytes()[start..];
        start + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
    }

    fn resolve(&self, range: Range<usize>) -> Cow<'t, str> {
        unescape(&self.text[range], escape)
    }
}

/// Appends what an escape stands for and gives its length.
fn escape(escape: &str, resolved: &mut String) -> usize {
    let Some(character) = escape.chars().next() else {
        return 0;
    };
    match character {
        '\n' | '\r' => {
            let line_end = if escape.starts_with("\r\n") { 2 } else { 1 };
            return line_end + escape.as_bytes()[line_end..].iter().take_while(|&&byte| is_blank(byte)).count();
        }
        'u' => return unicode(&escape[1..], resolved).map_or(0, |taken| taken + 1),
        't' => resolved.push('\t'),
        'n' => resolved.push('\n'),
        'r' => resolved.push('\r'),
        'f' => resolved.push('\x0c'),
        other => resolved.push(other),
    }
    character.len_utf8()
}

/// Four digits stand for a unit of UTF-16; a character may take two of them.
fn unicode(digits: &str, resolved: &mut String) -> Option<usize> {
    let unit = |digits: &str| hexadecimal(digits, 4).and_then(|unit| u16::try_from(unit).ok());
    let first = unit(digits)?;
    let second = digits[4..].strip_prefix("\\u").and_then(unit);
    let units = [first, second.unwrap_or_default()];
    let character = char::decode_utf16(units).next()?;
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    resolved.push(character);
    Some(if character.len_utf16() == 2 { 10 } else { 4 })
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'=' | b':')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0c')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn keys_are_kept_whole() {
        let text = "# a=b\n! c\nspring.datasource.password = p:=1 # x\nuser:joe\nname value\nalone\n=nothing\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /spring.datasource.password Bare "p:=1 # x" at "p:=1 # x"
        /user Bare "joe" at "joe"
        /name Bare "value" at "value"
        /alone Bare "" at ""
        / Bare "nothing" at "nothing"
        "#);
    }

    #[test]
    fn escapes_are_resolved() {
        let text = "key\\ with\\:marks=C:\\\\a\\tb\\u00e9\\uD83D\\uDE00\\uD83Dx\\u12\\q";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /key with:marks Bare "C:\\a\tbé😀�x\\u12q" at "C:\\\\a\\tb\\u00e9\\uD83D\\uDE00\\uD83Dx\\u12\\q"
        "#);
    }

    #[test]
    fn a_backslash_continues_the_line() {
        let text = "a = one,\\\n    two,\\\r\n\tthree\\\\\nb \\\n = 2\nc=end\\";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a Bare "one,two,three\\" at "one,\\\n    two,\\\r\n\tthree\\\\"
        /b Bare "2" at "2"
        /c Bare "end\\" at "end\\"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces =
            &["=", ":", " ", "\\", "\\u", "\\u00e9", "\\uD83D", "#", "!", "\n", "\r\n", "\r", "a", "é", "\\\n"];
        assert_any_text_is_read(pieces, parse);
    }
}
