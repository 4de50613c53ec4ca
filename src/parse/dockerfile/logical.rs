//! A line as the builder sees it: what is written on several lines, joined, with the place of every byte in the file.

use std::borrow::Cow;
use std::ops::Range;

/// A text joined from pieces of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logical<'t> {
    /// The joined text.
    pub text: Cow<'t, str>,
    /// Where each piece begins, in the joined text and in the file.
    pieces: Vec<(usize, usize)>,
}

impl<'t> Logical<'t> {
    /// Appends the piece of the file that begins at `start`.
    pub(super) fn push(&mut self, piece: &'t str, start: usize) {
        self.pieces.push((self.text.len(), start));
        if self.text.is_empty() {
            self.text = Cow::Borrowed(piece);
        } else {
            self.text.to_mut().push_str(piece);
        }
    }

    /// The place in the file of a byte of the joined text.
    fn raw(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|(joined, _)| *joined <= at).saturating_sub(1);
        self.pieces.get(index).map_or(0, |(joined, start)| start + at.saturating_sub(*joined))
    }

    /// The place in the file of a range of the joined text, from its first to its last byte.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        let start = self.raw(range.start);
        let end = if range.is_empty() { start } else { self.raw(range.end - 1) + 1 };
        start..end.max(start)
    }

    /// The place of all of it.
    pub fn whole(&self) -> Range<usize> {
        self.place(0..self.text.len())
    }

    /// What stands behind the first `at` bytes, without the blanks before it.
    pub(super) fn after(&self, at: usize) -> Self {
        let rest = self.text.get(at..).unwrap_or_default();
        let from = at + (rest.len() - rest.trim_start().len());
        let first = self.raw(from);
        let mut pieces = vec![(0, first)];
        pieces.extend(
            self.pieces.iter().filter(|(joined, _)| *joined > from).map(|(joined, start)| (joined - from, *start)),
        );
        let text = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(from..).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(from..).unwrap_or_default().to_owned()),
        };
        Self { text, pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_the_file() {
        // "ab\⏎ cd": the pieces are "ab" and " cd".
        let mut line = Logical::default();
        line.push("ab", 10);
        line.push(" cd", 14);
        assert_eq!(line.text, "ab cd");
        assert_eq!(line.place(0..2), 10..12);
        assert_eq!(line.place(1..5), 11..17);
        assert_eq!(line.place(3..5), 15..17);
        let rest = line.after(2);
        assert_eq!((rest.text.as_ref(), rest.whole()), ("cd", 15..17));
    }
}
