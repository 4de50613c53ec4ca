//! The line around an assignment: whether it begins there, and whether it lies in a string or comment.

use super::{Inside, MAX_LOOK_BACK, Reader, is_blank, is_quote};
use crate::model::{FileKind, Format, Language};

impl Reader<'_> {
    pub(super) fn line_start(&self, at: usize) -> usize {
        let floor = at.saturating_sub(MAX_LOOK_BACK);
        memchr::memrchr2(b'\n', b'\r', &self.text[floor..at]).map_or(floor, |found| floor + found + 1)
    }

    /// Whether only blanks, a list's dash, a quote or `export` stand before the name.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let before = self.text[self.line_start(at)..at].trim_ascii();
        matches!(before, b"" | b"-" | b"\"" | b"'" | b"- \"" | b"- '" | b"export" | b"#" | b"//" | b";")
    }

    pub(super) fn on_line_before(&self, at: usize, byte: u8) -> bool {
        memchr::memchr(byte, &self.text[self.line_start(at)..at]).is_some()
    }

    /// Whether the place is in a string or comment, judged by the line before it. Far into a long line nothing is known, and
    /// plain code is assumed.
    pub(super) fn inside(&self, at: usize) -> Inside {
        let start = self.line_start(at);
        if at - start == MAX_LOOK_BACK {
            return Inside::Code;
        }
        let line = &self.text[start..at];
        let indent = line.iter().take_while(|&&byte| is_blank(byte)).count();
        let mut open = None;
        let mut index = 0;
        while index < line.len() {
            let byte = line[index];
            match open {
                Some(quote) if byte == quote => open = None,
                Some(_) if byte == b'\\' => index += 1,
                Some(_) => {}
                None if is_quote(byte) => open = Some(byte),
                None if self.begins_comment(line, index, index <= indent) => return Inside::Comment,
                None => {}
            }
            index += 1;
        }
        if open.is_some() { Inside::Text } else { Inside::Code }
    }

    /// Whether a comment begins at a place of a line. `first` tells whether only blanks stand before it.
    fn begins_comment(&self, line: &[u8], at: usize, first: bool) -> bool {
        let rest = &line[at..];
        match self.kind {
            FileKind::Document => false,
            FileKind::Source(
                Language::C
                | Language::CSharp
                | Language::Dart
                | Language::Go
                | Language::Groovy
                | Language::Java
                | Language::JavaScript
                | Language::Kotlin
                | Language::Php
                | Language::Rust
                | Language::Scala
                | Language::Swift
                | Language::TypeScript,
            ) => rest.starts_with(b"//") || rest.starts_with(b"/*") || first && rest[0] == b'*',
            FileKind::Source(Language::Lua | Language::Sql) => rest.starts_with(b"--"),
            FileKind::Source(Language::Clojure) => rest[0] == b';',
            FileKind::Source(Language::Batch) => first && rest.len() > 3 && rest[..3].eq_ignore_ascii_case(b"rem"),
            FileKind::Data(Format::Xml | Format::Html) => rest.starts_with(b"<!--"),
            FileKind::Data(Format::Ini | Format::Properties) => first && matches!(rest[0], b'#' | b';' | b'!'),
            _ => rest[0] == b'#' && (first || is_blank(line[at - 1])),
        }
    }
}
