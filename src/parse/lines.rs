//! Lines and blanks of notations that are read line by line.

use std::ops::Range;

/// Whether the byte divides words on a line. A carriage return that ends no line counts as one.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\x0b' | b'\x0c')
}

/// A line of a text.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The line without its end.
    pub(super) range: Range<usize>,
    /// Where the next line starts.
    pub(super) next: usize,
}

/// The rest of the line from `start` on; none at the end of the text.
pub(super) fn line_at(text: &str, start: usize) -> Option<Line> {
    let rest = text.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
    let (length, next) = match memchr::memchr(b'\n', rest) {
        Some(length) => (length, length + 1),
        None => (rest.len(), rest.len()),
    };
    let length = if rest[..length].ends_with(b"\r") { length - 1 } else { length };
    Some(Line { range: start..start + length, next: start + next })
}

/// Every line without its end.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let line = line_at(text, at)?;
        at = line.next;
        Some(line.range)
    })
}

/// The first place in the range that holds no blank, or its end.
pub(super) fn skip_blanks(text: &str, range: Range<usize>) -> usize {
    let blanks = text.as_bytes()[range.clone()].iter().take_while(|&&byte| is_blank(byte)).count();
    range.start + blanks
}

/// The range without blanks around it.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let start = skip_blanks(text, range.clone());
    let blanks = text.as_bytes()[start..range.end].iter().rev().take_while(|&&byte| is_blank(byte)).count();
    start..range.end - blanks
}

/// Where a comment begins: one of `marks` with a blank before it, or at the start of a range that is `after_blank`.
pub(super) fn comment(text: &str, range: Range<usize>, marks: &[u8], after_blank: bool) -> Option<usize> {
    let mut was_blank = after_blank;
    let is_start = |&byte: &u8| {
        let starts = was_blank && marks.contains(&byte);
        was_blank = is_blank(byte);
        starts
    };
    text.as_bytes()[range.clone()].iter().position(is_start).map(|at| range.start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_a_line_feed_and_a_carriage_return_before_it() {
        let text = "a\r\n\nb \r";
        let found: Vec<_> = lines(text).map(|line| &text[line]).collect();
        assert_eq!(found, ["a", "", "b "]);
    }

    #[test]
    fn a_comment_has_a_blank_before_it() {
        let text = "a#b #c";
        assert_eq!(comment(text, 0..text.len(), b"#;", true), Some(4));
        assert_eq!(comment("#a", 0..2, b"#;", true), Some(0));
        assert_eq!(comment("#a", 0..2, b"#;", false), None);
    }
}
