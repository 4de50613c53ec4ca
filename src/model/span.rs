//! A place in a text: a half-open range of bytes.

use std::ops::Range;

/// A half-open range of byte offsets in a [`SourceFile`](crate::model::SourceFile)'s text.
///
/// Offsets are 32 bits: a text of 4 GiB or more is never loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte; never below `start`.
    pub end: u32,
}

impl Span {
    /// A span from a range of byte offsets.
    ///
    /// # Panics
    ///
    /// When an offset does not fit in 32 bits; the loader's size cap rules that out.
    pub fn new(range: Range<usize>) -> Self {
        let offset = |value: usize| u32::try_from(value).expect("texts are capped below 4 GiB");
        Self { start: offset(range.start), end: offset(range.end) }
    }

    /// The span as a range to slice with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two spans share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies wholly inside this span.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}
