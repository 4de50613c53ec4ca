//! The body of a shell form as one piece of shell, byte for byte in its place.

use std::borrow::Cow;

/// The text of continued lines as a shell reads it: `escape` at the end of a line becomes a backslash, and lines between continued ones that
/// the builder skips become blank.
pub(super) fn masked(text: &str, escape: u8) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let (end, is_first) = (at + line.len(), at == 0);
        let is_skipped = content.is_empty() || content.trim_start().starts_with('#');
        if is_skipped && !is_first {
            bytes[at..end].fill(b' ');
        } else if content.as_bytes().last() == Some(&escape) && line.ends_with('\n') {
            bytes[at + content.len() - 1..end - 1].fill(b' ');
            bytes[end - 2] = b'\\';
        }
        at = end;
    }
    match String::from_utf8(bytes) {
        Ok(masked) => Cow::Owned(masked),
        Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continued_lines_read_as_shell() {
        assert_eq!(masked("a \\\n# é\n\n && b", b'\\'), "a \\\n       && b");
        assert_eq!(masked("a \\  \r\n b", b'\\'), "a    \\\n b");
        assert_eq!(masked("a `\n b", b'`'), "a \\\n b");
        assert_eq!(masked("a # b", b'\\'), "a # b");
    }
}
