//! Literals that stand in for a value which is looked up elsewhere: `${NAME:-literal}`, `os.getenv("NAME", "literal")`,
//! `process.env.NAME || 'literal'`. The program runs with them wherever nobody sets the variable.

use std::ops::Range;

use super::{Reader, is_line_end, is_quote};
use crate::model::{FileKind, Format, Language};

/// Beginnings of expressions that look up a variable.
const LOOK_UPS: &[&str] = &[
    "process.env",
    "import.meta.env",
    "Deno.env",
    "Bun.env",
    "os.environ",
    "os.getenv",
    "os.Getenv",
    "getenv",
    "System.getenv",
    "System.get_env",
    "Sys.getenv",
    "Environment.GetEnvironmentVariable",
    "env(",
    "env.get",
    "env::var",
    "std::env::var",
    "ENV[",
    "ENV.fetch",
    "$_ENV",
    "$_SERVER",
    "config(",
];

/// What stands right before the literal, besides the comma of an argument.
const OPERATORS: &[&str] =
    &["||", "??", "?:", " or", "unwrap_or(", "rElse(", "default=", "default =", "default:", "fallback="];

impl Reader<'_> {
    /// Where the quote opens of the literal that the look-up at `start` falls back on.
    pub(super) fn fallback(&self, start: usize) -> Option<usize> {
        const LONGEST: usize = 200;
        let rest = &self.text[start..self.text.len().min(start + LONGEST)];
        if !LOOK_UPS.iter().any(|look_up| rest.starts_with(look_up.as_bytes())) {
            return None;
        }
        let (mut at, mut depth, mut names) = (start, 0_u32, 0);
        while at < start + rest.len() {
            match self.at(at) {
                byte if is_line_end(byte) => return None,
                byte if is_quote(byte) => {
                    let before = self.text[start..at].trim_ascii_end();
                    let is_argument = depth > 0 && names > 0 && before.ends_with(b",");
                    if is_argument || OPERATORS.iter().any(|operator| before.ends_with(operator.as_bytes())) {
                        return Some(at);
                    }
                    at += 1 + memchr::memchr(byte, &self.text[at + 1..start + rest.len()])?;
                    names += 1;
                }
                b'(' => depth += 1,
                b')' => depth = depth.checked_sub(1)?,
                b',' | b';' | b'}' if depth == 0 => return None,
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// The literal inside a value that is a reference with a default.
    pub(super) fn default_inside(&self, value: &Range<usize>) -> Option<Range<usize>> {
        let inner = self.text[value.clone()].strip_prefix(b"${")?.strip_suffix(b"}")?;
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let length = inner.iter().take_while(is_name).count();
        let (name, rest) = inner.split_at(length);
        let operator = match rest {
            [b':', b'-' | b'=', ..] => 2,
            // `${db-password}` is a name with a hyphen, and `${ALIAS=name}` another notation.
            [b'-', ..] if name.iter().all(|byte| !byte.is_ascii_lowercase()) => 1,
            // Elsewhere what stands before the colon says where to look: `${env:NAME}`, `${ssm:/path}`.
            [b':', next, ..] if *next != b'?' && self.has_colon_defaults() && is_property(name) => 1,
            _ => return None,
        };
        let start = value.start + 2 + length + operator;
        let default = start..value.end - 1;
        let is_literal = !default.is_empty() && !self.text[default.clone()].contains(&b'$');
        (is_literal && length > 0).then_some(default)
    }

    /// The literal in a reference that names the credential itself: `@Value("${db.password:literal}")`.
    pub(super) fn default_of_name(&self, name: &Range<usize>, value: &Range<usize>) -> Option<Range<usize>> {
        let is_reference = self.text[..name.start].ends_with(b"${") && self.text[name.end] == b':';
        let length = memchr::memchr(b'}', &self.text[value.clone()]).filter(|&length| length > 0)?;
        let start = value.start + usize::from(self.text[value.start] == b'-');
        (is_reference && self.has_colon_defaults() && start == name.end + 1 + usize::from(start > value.start))
            .then_some(start..value.start + length)
            .filter(|default| !default.is_empty())
    }

    /// Whether Spring or a relative of it may read the file.
    fn has_colon_defaults(&self) -> bool {
        matches!(
            self.kind,
            FileKind::Data(Format::Properties | Format::Yaml | Format::Xml)
                | FileKind::Source(Language::Java | Language::Kotlin | Language::Groovy | Language::Scala)
        )
    }
}

/// Whether a name is a property's or a variable's, and not a kind of place.
fn is_property(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, b'.' | b'_') || byte.is_ascii_uppercase())
}
