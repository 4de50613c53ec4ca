//! A loaded file: its path, kind, role and text.

use std::cell::OnceCell;

use crate::model::{Format, Span};

/// How the bytes of a file became its text, and so how offsets lead back to the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The bytes are the text; a byte order mark, if there is one, was left out and is `bom` bytes long (0 or 3).
    Utf8 {
        /// Bytes left out before the text.
        bom: u8,
    },
    /// Two bytes a code unit, with a byte order mark of two bytes.
    Utf16 {
        /// Whether the less significant byte comes first.
        little_endian: bool,
    },
    /// One byte a character: the fallback for text that is no valid UTF-8.
    Latin1,
}

impl Encoding {
    /// The offset in the file's bytes of the byte at `offset` of its decoded `text`.
    pub fn original_offset(self, text: &str, offset: u32) -> u64 {
        let before = text.get(..offset as usize).unwrap_or(text);
        match self {
            Self::Utf8 { bom } => u64::from(bom) + before.len() as u64,
            Self::Utf16 { .. } => 2 + 2 * before.chars().map(|c| c.len_utf16() as u64).sum::<u64>(),
            Self::Latin1 => before.chars().count() as u64,
        }
    }
}

/// Where a file's content came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file of a folder on disk.
    Worktree,
    /// A rule's example or another text made in memory.
    Memory,
}

/// A programming language whose source is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the language's name")]
pub enum Language {
    C,
    Clojure,
    CSharp,
    Dart,
    Elixir,
    Go,
    Groovy,
    Java,
    JavaScript,
    Kotlin,
    Lua,
    Perl,
    Php,
    PowerShell,
    Python,
    R,
    Ruby,
    Rust,
    Scala,
    Shell,
    Sql,
    Swift,
    TypeScript,
    Batch,
}

impl Language {
    /// Whether a value without quotes can be a literal string in this language, as in shells.
    pub fn has_bare_strings(self) -> bool {
        matches!(self, Self::Shell | Self::Batch)
    }
}

/// What a file is, from its name and, where the name says nothing, its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Program source.
    Source(Language),
    /// Data or configuration.
    Data(Format),
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// Prose with snippets: Markdown, reStructuredText, AsciiDoc.
    Document,
    /// Anything else that is text.
    Text,
}

/// What a file is there for. It moves confidence, never decides alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// None of the others.
    Ordinary,
    /// Tests, fixtures, mocks, recorded sessions.
    Test,
    /// Samples, templates, demonstrations.
    Example,
    /// Documentation.
    Documentation,
    /// A lock or checksum file, which holds many hashes.
    Lock,
    /// Interface text in one or more human languages.
    Translation,
    /// Minified or generated: long lines that no person wrote.
    Generated,
}

/// A text to scan.
#[derive(Clone, Debug)]
pub struct SourceFile<'a> {
    /// Path as reported: relative to where the scan was started, `/` between components on every system.
    pub path: &'a str,
    /// What it is.
    pub kind: FileKind,
    /// The part of the path that tells what the file is there for.
    pub place: &'a str,
    /// What it is there for, once somebody asked: `input::classify` finds it out, and few files are worth the work.
    pub role: OnceCell<Role>,
    /// Its content, decoded, without a byte order mark.
    pub text: &'a str,
    /// How `text` came out of the file's bytes.
    pub encoding: Encoding,
    /// Where it came from.
    pub origin: Origin,
}

impl SourceFile<'_> {
    /// The text under a span.
    ///
    /// # Panics
    ///
    /// When the span is out of range or cuts a character; detectors make spans from matches on this very text.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }
}
