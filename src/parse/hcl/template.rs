//! Strings and heredocs.

use std::borrow::Cow;
use std::ops::Range;

use crate::parse::lines;
use crate::parse::quoted::hexadecimal;

/// A string in quotes, or a heredoc.
#[derive(Debug)]
pub(super) struct Template<'t> {
    /// Its value. Interpolations and directives stay as they are written.
    pub(super) text: Cow<'t, str>,
    /// Its place without quotes and marks.
    pub(super) inner: Range<usize>,
    /// Where it ends, with its quote or mark.
    pub(super) end: usize,
    pub(super) is_closed: bool,
}

/// Reads the string whose quote stands at `start`. One that is not closed ends with its line.
///
/// An interpolation may span lines, and a string in it may hold interpolations itself. Once one was met that never ends, `one_line`
/// is set, and interpolations end with their line: to look for the end again and again would take quadratic time.
pub(super) fn string<'t>(text: &'t str, start: usize, one_line: &mut bool) -> Template<'t> {
    let bytes = text.as_bytes();
    let mut reader =
        StringReader { text, at: start + 1, levels: Vec::new(), resolved: String::new(), copied: start + 1 };
    while let Some(&byte) = bytes.get(reader.at) {
        let end = reader.at;
        if byte == b'"' && reader.levels.is_empty() {
            let text = reader.finish(end);
            return Template { text, inner: start + 1..end, end: end + 1, is_closed: true };
        }
        let is_in_string = matches!(reader.levels.last(), None | Some(Level::String));
        if byte == b'\n' && (*one_line || is_in_string) {
            break;
        }
        if is_in_string { reader.string_byte(byte) } else { reader.interpolation_byte(byte) }
    }
    *one_line = true;
    let end = lines::line_at(text, start + 1).map_or(start + 1, |line| line.range.end);
    Template { text: Cow::Borrowed(&text[start + 1..end]), inner: start + 1..end, end, is_closed: false }
}

/// What the reader is inside of, within the outermost string.
enum Level {
    String,
    /// With so many braces open.
    Interpolation(usize),
}

struct StringReader<'t> {
    text: &'t str,
    at: usize,
    levels: Vec<Level>,
    /// The value as far as `copied`, once there was an escape.
    resolved: String,
    copied: usize,
}

impl<'t> StringReader<'t> {
    fn string_byte(&mut self, byte: u8) {
        let rest = &self.text.as_bytes()[self.at + 1..];
        match byte {
            b'"' => {
                self.levels.pop();
            }
            b'\\' if self.levels.is_empty() => {
                self.resolved.push_str(&self.text[self.copied..self.at]);
                let taken = escape(&self.text[self.at + 1..], &mut self.resolved);
                self.at += taken;
                self.copied = if taken == 0 { self.at } else { self.at + 1 };
            }
            b'\\' => self.at += usize::from(rest.first().is_some_and(|&next| next != b'\n')),
            b'$' | b'%' if rest.first() == Some(&b'{') => {
                self.levels.push(Level::Interpolation(0));
                self.at += 1;
            }
            // `$${` is no interpolation.
            b'$' | b'%' if rest.starts_with(&[byte, b'{']) => self.at += 2,
            _ => {}
        }
        self.at += 1;
    }

    fn interpolation_byte(&mut self, byte: u8) {
        let Some(Level::Interpolation(braces)) = self.levels.last_mut() else {
            return;
        };
        match byte {
            b'"' => self.levels.push(Level::String),
            b'{' => *braces += 1,
            b'}' if *braces > 0 => *braces -= 1,
            b'}' => {
                self.levels.pop();
            }
            // Older files escape the quotes inside.
            b'\\' => self.at += usize::from(self.text.as_bytes().get(self.at + 1).is_some_and(|&next| next != b'\n')),
            _ => {}
        }
        self.at += 1;
    }

    fn finish(mut self, end: usize) -> Cow<'t, str> {
        if self.resolved.is_empty() {
            return Cow::Borrowed(&self.text[self.copied..end]);
        }
        self.resolved.push_str(&self.text[self.copied..end]);
        Cow::Owned(self.resolved)
    }
}

/// Appends what an escape stands for and gives its length after the backslash; none when it is not known.
fn escape(escape: &str, resolved: &mut String) -> usize {
    let (character, length) = match escape.as_bytes() {
        [b'n', ..] => (Some('\n'), 1),
        [b'r', ..] => (Some('\r'), 1),
        [b't', ..] => (Some('\t'), 1),
        [b'"', ..] => (Some('"'), 1),
        [b'\\', ..] => (Some('\\'), 1),
        [b'u', ..] => (hexadecimal(&escape[1..], 4).and_then(char::from_u32), 5),
        [b'U', ..] => (hexadecimal(&escape[1..], 8).and_then(char::from_u32), 9),
        _ => (None, 0),
    };
    character.map_or(0, |character| {
        resolved.push(character);
        length
    })
}

/// Reads the heredoc whose `<<` stands at `start`; none when no mark and line end follow. One that is not closed takes the rest
/// of the text.
pub(super) fn heredoc(text: &str, start: usize) -> Option<Template<'_>> {
    let opening = text[start..].strip_prefix("<<")?;
    let mark = opening.strip_prefix('-');
    let (mark, is_indented) = mark.map_or((opening, false), |mark| (mark, true));
    let is_mark = |&byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii();
    let mark = &mark[..mark.bytes().take_while(is_mark).count()];
    let line_end = opening[mark.len() + usize::from(is_indented)..].trim_start_matches([' ', '\t', '\r']);
    if mark.is_empty() || !line_end.starts_with('\n') {
        return None;
    }
    let first = text.len() - line_end.len() + 1;
    let mut at = first;
    let (inner, end, is_closed) = loop {
        let Some(line) = lines::line_at(text, at) else {
            break (first..text.len(), text.len(), false);
        };
        let content = lines::trim(text, line.range);
        if &text[content.clone()] == mark {
            break (first..at, content.end, true);
        }
        at = line.next;
    };
    let raw = &text[inner.clone()];
    let value = if is_indented { without_indent(raw) } else { Cow::Borrowed(raw) };
    Some(Template { text: value, inner, end, is_closed })
}

/// Takes the blanks away with which every line begins.
fn without_indent(raw: &str) -> Cow<'_, str> {
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let filled = raw.lines().filter(|line| !line.trim_ascii().is_empty());
    let indent = filled.map(indent_of).min().unwrap_or_default();
    if indent == 0 {
        return Cow::Borrowed(raw);
    }
    raw.split_inclusive('\n').map(|line| &line[indent_of(line).min(indent)..]).collect::<String>().into()
}
