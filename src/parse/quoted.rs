//! Strings in quotes, and escapes that begin with a backslash.

use std::borrow::Cow;
use std::ops::Range;

/// A string in quotes that is closed.
#[derive(Clone, Debug)]
pub(super) struct Quoted {
    /// Its place without quotes.
    pub(super) inner: Range<usize>,
    /// The place after the quote that closes it.
    pub(super) end: usize,
}

/// Reads the string whose quote opens at the start of `range`; none when it is not closed inside the range.
///
/// With `escapes`, a backslash keeps the character after it from closing the string.
pub(super) fn quoted(text: &str, range: Range<usize>, escapes: bool) -> Option<Quoted> {
    let bytes = text.as_bytes();
    let quote = *bytes[range.clone()].first()?;
    let start = range.start + 1;
    let mut at = start;
    loop {
        let rest = bytes.get(at..range.end)?;
        let found = if escapes { memchr::memchr2(quote, b'\\', rest) } else { memchr::memchr(quote, rest) };
        at += found?;
        if bytes[at] == quote {
            return Some(Quoted { inner: start..at, end: at + 1 });
        }
        at += 2;
    }
}

/// Resolves escapes. `resolve` gets what follows a backslash, appends what it stands for, and says how many bytes it took;
/// when it takes none, the backslash stays.
pub(super) fn unescape(raw: &str, resolve: impl Fn(&str, &mut String) -> usize) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut resolved = String::with_capacity(raw.len());
    let (before, mut rest) = raw.split_at(first);
    resolved.push_str(before);
    while let Some(escape) = rest.strip_prefix('\\') {
        let taken = resolve(escape, &mut resolved);
        if taken == 0 {
            resolved.push('\\');
        }
        rest = &escape[taken..];
        let (before, after) = rest.split_at(memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len()));
        resolved.push_str(before);
        rest = after;
    }
    Cow::Owned(resolved)
}

/// Resolves an escape that stands for the character after the backslash, when that is one of `characters`.
pub(super) fn same_character<'a>(characters: &'a [u8]) -> impl Fn(&str, &mut String) -> usize + 'a {
    move |escape, resolved| match escape.as_bytes().first() {
        Some(byte) if characters.contains(byte) => {
            resolved.push(char::from(*byte));
            1
        }
        _ => 0,
    }
}

/// The number that the first `digits` hexadecimal digits of `text` write.
pub(super) fn hexadecimal(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_own_quote() {
        let text = r#""a\"b'c" d"#;
        let found = quoted(text, 0..text.len(), true).unwrap();
        assert_eq!((&text[found.inner], found.end), (r#"a\"b'c"#, 8));
        assert_eq!(quoted(text, 0..text.len(), false).unwrap().end, 4);
        assert!(quoted(r#""a\"#, 0..3, true).is_none());
        assert!(quoted("\"ab\"", 0..3, true).is_none());
    }

    #[test]
    fn unknown_escapes_stay() {
        assert_eq!(unescape(r#"C:\new\"\\x\"#, same_character(b"\\\"")), r#"C:\new"\x\"#);
        assert!(matches!(unescape("plain", same_character(b"\\")), Cow::Borrowed("plain")));
    }

    #[test]
    fn hexadecimal_takes_digits_only() {
        assert_eq!(hexadecimal("00e9x", 4), Some(0xe9));
        assert_eq!(hexadecimal("+0e9", 4), None);
        assert_eq!(hexadecimal("00", 4), None);
    }
}
