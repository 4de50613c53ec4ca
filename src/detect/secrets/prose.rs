//! Where a source file speaks to people: comments, and strings of many lines, such as Python's documentation.
//!
//! What stands there is more often shown than used, so it is believed less.

use std::ops::Range;

use crate::model::{FileKind, Format, Language};

/// Lines that a string must hold beyond the secret to be prose. A key block alone fills its string.
const OTHER_LINES: usize = 4;

/// How a language writes comments and strings.
struct Notation {
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    /// Strings that may go over several lines.
    long_strings: &'static [&'static str],
}

/// Comments and long strings of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Prose {
    comments: Vec<Range<usize>>,
    strings: Vec<Range<usize>>,
}

impl Prose {
    /// Reads a text once, from its beginning: what a quote means depends on all quotes before it.
    pub(super) fn read(text: &str, kind: FileKind) -> Self {
        notation(kind)
            .map_or_else(Self::default, |notation| Reader { text, at: 0, notation, prose: Self::default() }.read())
    }

    /// Whether the place is in a comment, or in a string with many lines beside its own.
    pub(super) fn holds(&self, text: &str, place: &Range<usize>) -> bool {
        let around = |ranges: &[Range<usize>]| {
            let index = ranges.partition_point(|range| range.end <= place.start);
            ranges.get(index).filter(|range| range.start <= place.start && place.end <= range.end).cloned()
        };
        if around(&self.comments).is_some() {
            return true;
        }
        around(&self.strings).is_some_and(|string| {
            let lines = |range: Range<usize>| memchr::memchr_iter(b'\n', &text.as_bytes()[range]).count();
            lines(string.start..place.start) + lines(place.end..string.end) > OTHER_LINES
        })
    }
}

fn notation(kind: FileKind) -> Option<Notation> {
    const SLASHES: Notation = Notation { line_comments: &["//"], block_comment: Some(("/*", "*/")), long_strings: &[] };
    const HASH: Notation = Notation { line_comments: &["#"], block_comment: None, long_strings: &[] };
    Some(match kind {
        FileKind::Source(Language::Python) => Notation { long_strings: &["\"\"\"", "'''"], ..HASH },
        FileKind::Source(Language::JavaScript | Language::TypeScript | Language::Go) => {
            Notation { long_strings: &["`"], ..SLASHES }
        }
        FileKind::Source(
            Language::C
            | Language::CSharp
            | Language::Dart
            | Language::Groovy
            | Language::Java
            | Language::Kotlin
            | Language::Rust
            | Language::Scala
            | Language::Swift,
        ) => SLASHES,
        FileKind::Source(Language::Php) => Notation { line_comments: &["//", "#"], ..SLASHES },
        FileKind::Source(Language::Sql) => Notation { line_comments: &["--"], ..SLASHES },
        FileKind::Source(Language::Lua) => Notation { line_comments: &["--"], ..HASH },
        FileKind::Source(
            Language::Ruby | Language::Perl | Language::Shell | Language::Elixir | Language::R | Language::PowerShell,
        )
        | FileKind::Data(Format::Yaml | Format::Toml | Format::Hcl | Format::Properties)
        | FileKind::Dockerfile => HASH,
        FileKind::Data(Format::Ini) => Notation { line_comments: &["#", ";"], ..HASH },
        _ => return None,
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    notation: Notation,
    prose: Prose,
}

impl Reader<'_> {
    fn read(mut self) -> Prose {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'#' | b'/' | b'-' | b';' if self.comment() => {}
                b'"' | b'\'' | b'`' => self.string(byte),
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.prose
    }

    /// Where a text ends that begins at `from`: after `end`, or at the end of the file.
    fn after(&self, from: usize, end: &str) -> usize {
        let from = from.min(self.text.len());
        memchr::memmem::find(&self.text.as_bytes()[from..], end.as_bytes())
            .map_or(self.text.len(), |at| from + at + end.len())
    }

    /// Reads the comment that begins here, if one does. A mark inside a word, as in `a#b` and `http://`, begins none.
    fn comment(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let before = self.at.checked_sub(1).map_or(b'\n', |at| self.text.as_bytes()[at]);
        let is_free = before.is_ascii_whitespace() || matches!(before, b';' | b'{' | b'}' | b')' | b',');
        let begins = |mark: &&str| rest.starts_with(mark.as_bytes());
        let end = match self.notation.block_comment {
            Some((open, close)) if rest.starts_with(open.as_bytes()) => self.after(self.at + open.len(), close),
            _ if is_free && self.notation.line_comments.iter().any(begins) => self.after(self.at, "\n"),
            _ => return false,
        };
        self.prose.comments.push(self.at..end);
        self.at = end;
        true
    }

    fn string(&mut self, quote: u8) {
        let rest = &self.text.as_bytes()[self.at..];
        let long = self.notation.long_strings.iter().find(|mark| rest.starts_with(mark.as_bytes()));
        if let Some(mark) = long {
            let end = self.after(self.at + mark.len(), mark);
            self.prose.strings.push(self.at..end);
            self.at = end;
            return;
        }
        // A string on one line. A quote that does not close there is an apostrophe, a lifetime or the start of a longer string.
        let mut at = 1;
        while let Some(&byte) = rest.get(at)
            && byte != b'\n'
        {
            if byte == quote {
                self.at += at + 1;
                return;
            }
            at += if byte == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_prose(language: Language, text: &str) -> bool {
        let at = text.find("SECRET").unwrap();
        Prose::read(text, FileKind::Source(language)).holds(text, &(at..at + 6))
    }

    #[test]
    fn comments_are_prose() {
        assert!(is_prose(Language::Python, "x = '#'  # password = SECRET\n"));
        assert!(is_prose(Language::Java, "a(); /* x\n * SECRET\n */"));
        assert!(is_prose(Language::Rust, "/// let k = \"SECRET\";"));
        assert!(!is_prose(Language::JavaScript, "u = 'http://SECRET'"));
        assert!(!is_prose(Language::Python, "x = '#' + 'SECRET'"));
        assert!(!is_prose(Language::Rust, "fn f<'a>(x: &'a str) { k(\"SECRET\") } // it's"));
        assert!(!is_prose(Language::C, "x = \"/*\"; k = \"SECRET\"; // */"));
    }

    #[test]
    fn long_strings_are_prose_but_for_those_that_the_secret_fills() {
        assert!(is_prose(Language::Python, "DOC = '''\n- a\n- b\n- c\n- password: SECRET\n- d\n'''"));
        assert!(!is_prose(Language::Python, "KEY = '''\nSECRET\n'''"));
        assert!(!is_prose(Language::Go, "const k = `\nSECRET\n`"));
    }

    #[test]
    fn a_file_of_quotes_takes_linear_time() {
        for piece in ["\"", "'", "/*", "'''", "`", "\\", "#", "'\n"] {
            Prose::read(&piece.repeat(1 << 20), FileKind::Source(Language::Python));
            Prose::read(&piece.repeat(1 << 20), FileKind::Source(Language::JavaScript));
        }
    }
}
