//! Reads one word: quotes, escapes, expansions and substitutions.

use std::borrow::Cow;
use std::ops::Range;

use super::nested::{Ends, is_blank};
use super::{Substitution, Word};

/// Reads words of a text.
#[derive(Debug)]
pub(super) struct Words<'t> {
    text: &'t str,
    end: usize,
    skips_comments: bool,
    pub(super) ends: Ends<'t>,
}

/// A word that is being read.
#[derive(Debug)]
struct Draft<'t> {
    text: &'t str,
    /// What differs from the text as it stands; none while nothing does.
    changed: Option<String>,
    start: usize,
    /// The inside of the only pair of quotes so far, when the word began with it.
    inside: Option<Range<usize>>,
    is_quoted: bool,
    substitutions: Vec<Substitution>,
}

impl Draft<'_> {
    /// Adds a part as it stands at `place`, at the end of what was read.
    fn keep(&mut self, place: Range<usize>) {
        if let Some(changed) = &mut self.changed {
            changed.push_str(self.text.get(place).unwrap_or_default());
        }
    }

    /// Adds other text than what stands in the file from `at` on.
    fn replace(&mut self, at: usize, with: &str) {
        let changed = self.changed.get_or_insert_with(|| self.text[self.start..at].to_owned());
        changed.push_str(with);
    }
}

impl<'t> Words<'t> {
    pub(super) fn new(text: &'t str, place: &Range<usize>, skips_comments: bool) -> Self {
        Self { text, end: place.end, skips_comments, ends: Ends::new(text, place) }
    }

    fn byte(&self, at: usize) -> u8 {
        if at < self.end { self.text.as_bytes()[at] } else { 0 }
    }

    /// Where the text goes on behind a line that is continued at `at`. `None` where none is.
    pub(super) fn continued(&self, at: usize) -> Option<usize> {
        if self.byte(at) != b'\\' {
            return None;
        }
        let rest = &self.text[at + 1..self.end];
        let blanks =
            rest.len() - rest.trim_start_matches(if self.skips_comments { [' ', '\t', '\r'] } else { ['\r'; 3] }).len();
        let mut next = at + 1 + blanks;
        if self.byte(next) != b'\n' {
            return None;
        }
        next += 1;
        while self.skips_comments && next < self.end {
            let line = &self.text[next..self.end];
            let length = memchr::memchr(b'\n', line.as_bytes()).map_or(line.len(), |end| end + 1);
            let line = line[..length].trim();
            if !(line.is_empty() || line.starts_with('#')) {
                break;
            }
            next += length;
        }
        Some(next)
    }

    /// Reads the word at `at`, and tells where it ends. A word is empty only where none begins.
    pub(super) fn read(&mut self, start: usize) -> (Word<'t>, usize) {
        let mut draft =
            Draft { text: self.text, changed: None, start, inside: None, is_quoted: false, substitutions: Vec::new() };
        let mut at = start;
        while at < self.end {
            let before = at;
            at = match self.byte(at) {
                b'\\' => self.escape(&mut draft, at),
                quote @ (b'\'' | b'"') => self.quotes(&mut draft, at, quote),
                b'$' | b'`' => self.expansion(&mut draft, at),
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b')' => break,
                byte @ (b'<' | b'>' | b'(') => match self.bracket(&mut draft, at, byte) {
                    Some(next) => next,
                    None => break,
                },
                _ => {
                    let length = self.text[at..].chars().next().map_or(1, char::len_utf8);
                    draft.keep(at..at + length);
                    at + length
                }
            };
            if draft.inside.as_ref().is_some_and(|_| before > start) {
                draft.inside = None;
            }
        }
        let at = at.min(self.end);
        let text = draft.changed.map_or_else(|| Cow::Borrowed(&self.text[start..at]), Cow::Owned);
        let place = draft.inside.unwrap_or(start..at);
        (Word { text, place, substitutions: draft.substitutions, is_quoted: draft.is_quoted }, at)
    }

    fn escape(&self, draft: &mut Draft<'_>, at: usize) -> usize {
        if let Some(next) = self.continued(at) {
            draft.replace(at, "");
            return next;
        }
        let escaped = self.text[at + 1..self.end].chars().next();
        let mut buffer = [0; 4];
        draft.replace(at, escaped.map_or("\\", |char| char.encode_utf8(&mut buffer)));
        at + 1 + escaped.map_or(0, char::len_utf8)
    }

    fn quotes(&mut self, draft: &mut Draft<'_>, at: usize, quote: u8) -> usize {
        let end = if quote == b'\'' { self.ends.quoted(at + 1) } else { self.ends.closing(at + 1, quote) };
        let Some(end) = end else {
            draft.keep(at..at + 1);
            return at + 1;
        };
        draft.is_quoted = true;
        if at == draft.start {
            draft.inside = Some(at + 1..end);
        }
        draft.replace(at, "");
        let inside = &self.text[at + 1..end];
        if quote == b'\'' {
            draft.replace(at, inside);
        } else {
            draft.replace(at, &unescaped(inside));
            self.substitutions(draft, at + 1..end);
        }
        end + 1
    }

    /// Finds the substitutions inside of double quotes.
    fn substitutions(&mut self, draft: &mut Draft<'_>, place: Range<usize>) {
        let mut at = place.start;
        while at < place.end {
            let Some(found) = memchr::memchr3(b'\\', b'$', b'`', &self.text.as_bytes()[at..place.end]) else { return };
            at += found;
            at = match (self.byte(at), self.byte(at + 1)) {
                (b'\\', _) => at + 2,
                (b'$', b'(') => self.substitution(draft, at + 2, b')', false).unwrap_or(at + 2),
                (b'`', _) => self.substitution(draft, at + 1, b'`', false).unwrap_or(at + 1),
                _ => at + 1,
            };
        }
    }

    /// Notes the substitution whose code begins at `code`, and tells where it ends, if it does.
    fn substitution(&mut self, draft: &mut Draft<'_>, code: usize, closing: u8, is_file: bool) -> Option<usize> {
        let end = self.ends.closing(code, closing)?;
        let is_arithmetic = closing == b')' && self.byte(code) == b'(' && self.byte(end - 1) == b')';
        if !is_arithmetic {
            draft.substitutions.push(Substitution { code: code..end, is_file });
        }
        Some(end + 1)
    }

    fn expansion(&mut self, draft: &mut Draft<'_>, at: usize) -> usize {
        let end = match (self.byte(at), self.byte(at + 1)) {
            (b'`', _) => self.substitution(draft, at + 1, b'`', false),
            (_, b'(') => self.substitution(draft, at + 2, b')', false),
            (_, b'{') => self.ends.closing(at + 2, b'}').map(|end| end + 1),
            (_, b'\'' | b'"') => {
                draft.replace(at, "");
                return at + 1;
            }
            _ => None,
        };
        let end = end.unwrap_or(at + 1);
        draft.keep(at..end);
        end
    }

    /// A bracket inside of a word: `<(code)`, `A=(a list)`, `!(pattern)`. `None` where it ends the word.
    fn bracket(&mut self, draft: &mut Draft<'_>, at: usize, byte: u8) -> Option<usize> {
        let end = if byte == b'(' {
            let is_part = at > draft.start && matches!(self.byte(at - 1), b'=' | b'?' | b'*' | b'+' | b'@' | b'!');
            if !is_part {
                return None;
            }
            self.ends.closing(at + 1, b')')? + 1
        } else {
            if at != draft.start || self.byte(at + 1) != b'(' {
                return None;
            }
            self.substitution(draft, at + 2, b')', true)?
        };
        draft.keep(at..end);
        Some(end)
    }
}

/// What stands between double quotes, as the program gets it.
fn unescaped(inside: &str) -> Cow<'_, str> {
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\\' {
            text.push(char);
            continue;
        }
        match chars.peek() {
            Some('"' | '\\' | '$' | '`') => text.extend(chars.next()),
            Some('\n') => {
                chars.next();
            }
            _ => text.push('\\'),
        }
    }
    Cow::Owned(text)
}

/// Whether a word can begin at a byte: it is no blank and no sign of the shell.
pub(super) fn begins_word(byte: u8) -> bool {
    !is_blank(byte) && !matches!(byte, b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}
