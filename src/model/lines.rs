//! Line and column numbers for byte offsets.

use crate::model::{Encoding, Span};

/// A place as a person reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, counted from 1. Lines end at `\n`, `\r\n` or a lone `\r`.
    pub line: u32,
    /// Column, counted from 1 in characters (Unicode scalar values).
    pub column: u32,
}

/// Where each line of a text starts. Made only for files that have findings.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(Span::new(0..at + 1).end);
        }
        Self { starts }
    }

    /// The line number, from 1, that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        let index = self.starts.partition_point(|&start| start <= offset);
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Line and column of the byte at `offset` of `text`, the text the index was made from.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let before = text.get(start..offset as usize).unwrap_or_default();
        let column = before.chars().count() + 1;
        Position { line, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// The bytes of line `line` (from 1) of `text`, without its line end. Empty for a line that does not exist.
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let index = line as usize;
        let Some(&start) = index.checked_sub(1).and_then(|i| self.starts.get(i)) else {
            return Span { start: 0, end: 0 };
        };
        let next = self.starts.get(index).map_or(text.len(), |&next| next as usize);
        let content = text[start as usize..next].trim_end_matches(['\n', '\r']).len();
        Span::new(start as usize..start as usize + content)
    }
}

/// Finds positions one after another, each near the last, without counting the same characters twice: a line can be as
/// large as the file, and hold thousands of findings.
#[derive(Debug)]
pub struct Locator<'a> {
    lines: &'a LineIndex,
    text: &'a str,
    encoding: Encoding,
    /// Offset in the text, and what was found for it.
    last: (u32, Place),
}

/// Where an offset of the text lies for a person, and in the file as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line and column.
    pub position: Position,
    /// Offset in the file's bytes.
    pub byte_offset: u64,
}

impl<'a> Locator<'a> {
    /// A locator for `text`, the text that `lines` was made from.
    pub fn new(lines: &'a LineIndex, text: &'a str, encoding: Encoding) -> Self {
        let start = Place { position: Position { line: 1, column: 1 }, byte_offset: encoding.original_offset("", 0) };
        Self { lines, text, encoding, last: (0, start) }
    }

    /// How the text was decoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The place of the byte at `offset`. It takes as long as the way from the last one.
    pub fn place(&mut self, offset: u32) -> Place {
        let (known, last) = self.last;
        let is_behind = offset < known;
        let between = &self.text[known.min(offset) as usize..known.max(offset) as usize];
        let line = self.lines.line(offset);
        let position = if line == last.position.line {
            let columns = u32::try_from(between.chars().count()).unwrap_or(u32::MAX);
            let column = last.position.column;
            Position { line, column: if is_behind { column - columns } else { column.saturating_add(columns) } }
        } else {
            self.lines.position(self.text, offset)
        };
        let skipped = self.encoding.original_offset(between, u32::MAX) - self.encoding.original_offset("", 0);
        let byte_offset = if is_behind { last.byte_offset - skipped } else { last.byte_offset + skipped };
        let place = Place { position, byte_offset };
        self.last = (offset, place);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\nbé\r\nc\rd";
        let index = LineIndex::new(text);
        let at = |needle: &str| index.position(text, u32::try_from(text.find(needle).unwrap()).unwrap());
        assert_eq!(at("a"), Position { line: 1, column: 1 });
        assert_eq!(at("é"), Position { line: 2, column: 2 });
        assert_eq!(at("c"), Position { line: 3, column: 1 });
        assert_eq!(at("d"), Position { line: 4, column: 1 });
        assert_eq!(&text[index.line_span(text, 2).range()], "bé");
        assert!(index.line_span(text, 9).is_empty());
    }

    #[test]
    fn a_locator_agrees_with_counting_from_the_start() {
        let text = "é = 1\r\nüü = 2, x = 3\nend";
        let lines = LineIndex::new(text);
        for encoding in [Encoding::Utf8 { bom: 3 }, Encoding::Latin1, Encoding::Utf16 { little_endian: true }] {
            let mut locator = Locator::new(&lines, text, encoding);
            for (offset, _) in text.char_indices().step_by(2).chain([(15, ' '), (12, ' '), (3, ' ')]) {
                let offset = u32::try_from(offset).unwrap();
                let expected = Place {
                    position: lines.position(text, offset),
                    byte_offset: encoding.original_offset(text, offset),
                };
                assert_eq!(locator.place(offset), expected);
            }
        }
    }
}
