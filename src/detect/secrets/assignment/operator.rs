//! Between name and value: what closes the name, and the operator.

use std::ops::Range;

use super::{Operator, Reader, is_blank, is_line_end, is_quote};
use crate::model::{FileKind, Format, Language};

impl Reader<'_> {
    /// Steps over what closes the name: quotes, brackets, type brackets, blanks.
    pub(super) fn close_name(&self, name: &Range<usize>) -> Option<(usize, bool)> {
        let mut at = name.end;
        let mut was_quoted = false;
        let escaped = self.at(at) == b'\\' && is_quote(self.at(at + 1));
        let quote_at = at + usize::from(escaped);
        if is_quote(self.at(quote_at)) {
            // The quote must have opened right before the name, else it ends a sentence that happens to end so.
            let opened = self.before(name.start) == self.at(quote_at)
                || matches!(self.before(name.start), b':' | b'$' | b'@' | b'-' | b'.')
                    && self.text[..name.start].iter().rev().nth(1) == Some(&self.at(quote_at));
            if !opened {
                return None;
            }
            was_quoted = true;
            at = quote_at + 1;
        }
        if self.at(at) == b']' {
            at += 1;
        }
        // `char password[32] =`, `passwords[] =`
        if self.at(at) == b'[' {
            let mut end = at + 1;
            while self.at(end).is_ascii_alphanumeric() || self.at(end) == b'_' {
                end += 1;
            }
            if self.at(end) != b']' {
                return None;
            }
            at = end + 1;
        }
        Some((at, was_quoted))
    }

    /// Reads the operator at `at`, right after the name, and gives where the value can begin.
    pub(super) fn operator(
        &self,
        name: &Range<usize>,
        at: usize,
        was_quoted: bool,
        is_flag: bool,
    ) -> Option<(Operator, usize)> {
        let after = self.skip_blanks(at);
        let spaced = after > at;
        let next = self.at(after + 1);
        if let Some(at) = self.fallback_operator(after, was_quoted) {
            return Some((Operator::Fallback, at));
        }
        match self.at(after) {
            b'=' => Some(match next {
                b'=' => (Operator::Compare, after + 2 + usize::from(self.at(after + 2) == b'=')),
                b'>' => (Operator::Arrow, after + 2),
                b'~' => return None,
                _ if matches!(self.before(name.start), b'?' | b'&') && !spaced => (Operator::Query, after + 1),
                _ => (Operator::Equals, after + 1),
            }),
            b'<' if next == b'-' && self.kind == FileKind::Source(Language::R) => Some((Operator::Equals, after + 2)),
            b'!' if next == b'=' => Some((Operator::Compare, after + 2 + usize::from(self.at(after + 2) == b'='))),
            b':' => match next {
                b':' => None,
                b'=' => Some((Operator::Equals, after + 2)),
                _ => Some(self.typed(after + 1).unwrap_or((Operator::Colon, after + 1))),
            },
            b'?' if next == b':' => self.typed(after + 2),
            b'?' if next == b'=' => Some((Operator::Equals, after + 2)),
            b'|' if next == b'|' && self.at(after + 2) == b'=' => Some((Operator::Equals, after + 3)),
            b'?' if next == b'?' && self.at(after + 2) == b'=' => Some((Operator::Equals, after + 3)),
            // In data, quotes and a comma make a list.
            b',' if was_quoted && !matches!(self.kind, FileKind::Data(_)) => Some((Operator::Argument, after + 1)),
            b',' if self.is_compared(name) => Some((Operator::Compare, after + 1)),
            b'(' if !was_quoted && !spaced => Some((Operator::Argument, after + 1)),
            b'>' if !spaced => {
                let opens = self.before(name.start) == b'<' || was_quoted && self.on_line_before(name.start, b'<');
                opens.then_some((Operator::Element, after + 1))
            }
            _ if was_quoted && spaced => self.value_attribute(after),
            byte if is_line_end(byte) || byte == b',' => self.value_below(name, after),
            byte if spaced => self.after_space(name, after, byte, was_quoted, is_flag),
            _ => None,
        }
    }

    /// Where a literal begins that is used when the name has no value: `name || "value"`, `getenv("name") ?? "value"`.
    fn fallback_operator(&self, at: usize, was_quoted: bool) -> Option<usize> {
        const OPERATORS: [&[u8]; 7] =
            [b"||", b"??", b"?:", b"or ", b".unwrap_or(", b".unwrap_or_else(|_| ", b".orElse("];
        // Nearly every name is followed by something else.
        if !matches!(self.at(at), b'|' | b'?' | b'o' | b')') || !self.needs_quotes() {
            return None;
        }
        let at = if was_quoted && self.at(at) == b')' { self.skip_space(at + 1) } else { at };
        let operator = OPERATORS.iter().find(|operator| self.text[at..].starts_with(operator))?;
        let value = self.skip_space(at + operator.len());
        self.quote_at(value).map(|_| value)
    }

    /// Whether the name is the first argument of a function that compares two: `strcmp(name, "value")`.
    fn is_compared(&self, name: &Range<usize>) -> bool {
        const FUNCTIONS: [&[u8]; 10] = [
            b"strcmp",
            b"strcasecmp",
            b"strncmp",
            b"memcmp",
            b"compare_digest",
            b"hash_equals",
            b"secure_compare",
            b"constant_time_compare",
            b"Equals",
            b"equals",
        ];
        let before = self.text[self.line_start(name.start)..name.start].trim_ascii_end();
        let before = before.strip_suffix(b"$").unwrap_or(before);
        let callee = before.strip_suffix(b"(").filter(|_| matches!(self.kind, FileKind::Source(_)));
        callee.is_some_and(|callee| FUNCTIONS.iter().any(|function| callee.ends_with(function)))
    }

    /// `: Type = value`, where the type is not the value.
    fn typed(&self, at: usize) -> Option<(Operator, usize)> {
        if !matches!(self.kind, FileKind::Source(_) | FileKind::Document) {
            return None;
        }
        let mut end = self.skip_blanks(at);
        let start = end;
        while end - start < 60 {
            match self.at(end) {
                b'=' if end > start && self.at(end + 1) != b'=' && self.at(end + 1) != b'>' => {
                    let value = self.skip_blanks(end + 1);
                    return is_quote(self.at(value)).then_some((Operator::Equals, end + 1));
                }
                byte if byte.is_ascii_alphanumeric()
                    || matches!(
                        byte,
                        b'_' | b'&' | b'[' | b']' | b'<' | b'>' | b'.' | b'?' | b'|' | b' ' | b'*' | b':' | b'!'
                    ) =>
                {
                    end += 1;
                }
                b'\'' if self.before(end) == b'&' => end += 1,
                _ => return None,
            }
        }
        None
    }

    /// `name="password" value="..."`: the attribute that follows one that holds the name.
    fn value_attribute(&self, at: usize) -> Option<(Operator, usize)> {
        let word = self.text.get(at..at + 5)?;
        if !word.eq_ignore_ascii_case(b"value") {
            return None;
        }
        let equals = self.skip_blanks(at + 5);
        (self.at(equals) == b'=').then_some((Operator::Pair, equals + 1))
    }

    /// `name: PASSWORD` with `value: ...` on the next line, as containers' environments are written.
    fn value_below(&self, name: &Range<usize>, at: usize) -> Option<(Operator, usize)> {
        if !matches!(self.kind, FileKind::Data(Format::Yaml | Format::Json) | FileKind::Document) {
            return None;
        }
        let before = self.text[self.line_start(name.start)..name.start].trim_ascii_end();
        let before =
            before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before).trim_ascii_end();
        let key = before.strip_suffix(b":")?.trim_ascii_end();
        let key = key.strip_suffix(b"\"").or_else(|| key.strip_suffix(b"'")).unwrap_or(key);
        if !(key.ends_with(b"name") || key.ends_with(b"key") || key.ends_with(b"Name")) {
            return None;
        }
        let mut at = at;
        while is_blank(self.at(at)) || is_line_end(self.at(at)) || self.at(at) == b',' {
            at += 1;
        }
        let quoted = usize::from(is_quote(self.at(at)));
        at += quoted;
        if !self.text[at..].starts_with(b"value") {
            return None;
        }
        let colon = self.skip_blanks(at + 5 + quoted);
        (self.at(colon) == b':').then_some((Operator::Pair, colon + 1))
    }

    /// A value that only a blank divides from its name.
    fn after_space(
        &self,
        name: &Range<usize>,
        at: usize,
        byte: u8,
        was_quoted: bool,
        is_flag: bool,
    ) -> Option<(Operator, usize)> {
        if was_quoted || byte == b'-' {
            return None;
        }
        let line = &self.text[self.line_start(name.start)..name.start];
        let line = line.trim_ascii_start();
        let allowed = is_flag
            || match self.kind {
                FileKind::Dockerfile => line.starts_with(b"ENV ") || line.starts_with(b"ARG "),
                FileKind::Source(Language::C) => line.starts_with(b"#define") && is_quote(byte),
                FileKind::Source(Language::Groovy | Language::Clojure) => is_quote(byte),
                _ => false,
            };
        allowed.then_some((Operator::Space, at))
    }
}
