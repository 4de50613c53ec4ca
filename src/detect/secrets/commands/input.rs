//! What a command reads from a pipe: `echo VALUE | command`.

use std::ops::Range;

use super::words::{self, Limit};

/// How much stands between an `echo` and the command it feeds, at most: options of `echo`, a format, the value.
const MAX_PIPE: Limit = Limit { bytes: 256, words: 5 };

/// The text that an `echo` or `printf` before the command at `at` writes into it.
pub(super) fn piped(text: &str, at: usize, enclosing: Option<u8>) -> Option<Range<usize>> {
    let from = text.floor_char_boundary(at.saturating_sub(MAX_PIPE.bytes));
    let line = text[from..at].rfind('\n').map_or(from, |end| from + end + 1);
    let pipe = line + text[line..at].rfind('|')?;
    // `sudo`, `docker exec -i db`: what runs the command.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-' | b'.' | b'/' | b'=');
    if !text[pipe + 1..at].bytes().all(is_plain) {
        return None;
    }
    let before = &text[line..pipe];
    let writer = |name: &str| before.rfind(name).map(|start| line + start..line + start + name.len());
    let name = ["echo", "printf"].into_iter().filter_map(writer).max_by_key(|name| name.start)?;
    let written = words::after(text, name, enclosing, MAX_PIPE);
    let is_option = |text: &str| matches!(text, "-n" | "-e" | "-ne" | "-en" | "-E" | "--");
    let is_format = |text: &str| text.starts_with("%s");
    let mut values = written.list.iter().map(|word| word.inner.clone()).filter(|word| {
        let word = &text[word.clone()];
        !is_option(word) && !is_format(word)
    });
    let value = values.next().filter(|_| written.end == pipe && values.next().is_none())?;
    // `echo "value\n"`
    let trimmed = text[value.clone()].trim_end_matches("\\n").len();
    Some(value.start..value.start + trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<&str> {
        piped(text, text.find("tool").unwrap(), None).map(|range| &text[range])
    }

    #[test]
    fn the_one_word_that_is_written_into_a_pipe() {
        assert_eq!(value("echo 'a:b' | tool"), Some("a:b"));
        assert_eq!(value("echo -n a:b|sudo -E tool -e"), Some("a:b"));
        assert_eq!(value("x; printf '%s\\n' \"a b\" | tool"), Some("a b"));
        assert_eq!(value("printf 'a:b\\n' | tool"), Some("a:b"));
        assert_eq!(value("echo a b | tool"), None);
        assert_eq!(value("echo a | base64 | tool"), None);
        assert_eq!(value("echo a; tool"), None);
        assert_eq!(value("echo a\ncat | tool"), None);
    }
}
