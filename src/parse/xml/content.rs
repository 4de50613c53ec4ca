//! The text of elements and attributes: its pieces joined, its entities resolved.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::escape::resolve_predefined_entity;

/// The longest name of an entity that is resolved: `#x10FFFF` and a few leading zeros.
const MAX_ENTITY: usize = 12;

/// What stands between two tags, in pieces.
#[derive(Debug, Default)]
pub(super) struct Content {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    range: Range<usize>,
    /// Whether entities in it mean nothing, as in CDATA and in scripts.
    is_literal: bool,
}

impl Content {
    /// Adds text in which entities are resolved.
    pub(super) fn push_text(&mut self, range: Range<usize>) {
        match self.pieces.last_mut() {
            Some(last) if !last.is_literal && last.range.end == range.start => last.range.end = range.end,
            _ => self.pieces.push(Piece { range, is_literal: false }),
        }
    }

    /// Adds text as it is.
    pub(super) fn push_literal(&mut self, range: Range<usize>) {
        self.pieces.push(Piece { range, is_literal: true });
    }

    /// Takes the whole content, without blanks around it, and its place; none when nothing is left.
    pub(super) fn take<'t>(&mut self, text: &'t str) -> Option<(Cow<'t, str>, Range<usize>)> {
        let is_filled = |piece: &Piece| !text[piece.range.clone()].trim_ascii().is_empty();
        let first = self.pieces.iter().position(is_filled);
        let last = self.pieces.iter().rposition(is_filled);
        let (Some(first), Some(last)) = (first, last) else {
            self.pieces.clear();
            return None;
        };
        let start = &mut self.pieces[first].range;
        start.start = start.end - text[start.clone()].trim_ascii_start().len();
        let end = &mut self.pieces[last].range;
        end.end = end.start + text[end.clone()].trim_ascii_end().len();
        let span = self.pieces[first].range.start..self.pieces[last].range.end;
        let resolve = |piece: &Piece| {
            let raw = &text[piece.range.clone()];
            if piece.is_literal { Cow::Borrowed(raw) } else { resolve_entities(raw) }
        };
        let value = match &self.pieces[first..=last] {
            [piece] => resolve(piece),
            pieces => pieces.iter().map(resolve).collect::<String>().into(),
        };
        self.pieces.clear();
        Some((value, span))
    }
}

/// Resolves the five entities that XML defines and references to characters. Others stay as they are written: a document's own
/// entities can be made to grow without end.
pub(super) fn resolve_entities(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let (before, mut rest) = raw.split_at(first);
    let mut resolved = String::with_capacity(raw.len());
    resolved.push_str(before);
    while let Some(after) = rest.strip_prefix('&') {
        let nearby = &after.as_bytes()[..after.len().min(MAX_ENTITY + 1)];
        let name = memchr::memchr(b';', nearby).map(|length| &after[..length]);
        rest = match name.filter(|name| push_entity(name, &mut resolved)) {
            Some(name) => &after[name.len() + 1..],
            None => {
                resolved.push('&');
                after
            }
        };
        let (before, next) = rest.split_at(memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len()));
        resolved.push_str(before);
        rest = next;
    }
    Cow::Owned(resolved)
}

/// Appends what an entity stands for; false when it is not known.
fn push_entity(name: &str, resolved: &mut String) -> bool {
    let Some(number) = name.strip_prefix('#') else {
        return resolve_predefined_entity(name).map(|value| resolved.push_str(value)).is_some();
    };
    let digits = number.strip_prefix(['x', 'X']);
    let (digits, radix) = digits.map_or((number, 10), |digits| (digits, 16));
    let is_number = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| is_number);
    code.and_then(char::from_u32).map(|character| resolved.push(character)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_entities_are_resolved_and_others_stay() {
        assert_eq!(resolve_entities("a&amp;&lt;&#65;&#x42;"), "a&<AB");
        let kept = "&own; &nbsp; & &; &#; &#xD800; &#+65; &amp &aaaaaaaaaaaaaaaaaaaa;é";
        assert_eq!(resolve_entities(kept), kept);
        assert!(matches!(resolve_entities("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn content_is_joined_and_trimmed() {
        let text = "  a &lt;  b ";
        let mut content = Content::default();
        content.push_text(0..8);
        content.push_literal(8..12);
        content.push_text(12..12);
        assert_eq!(content.take(text), Some(("a <  b".into(), 2..11)));
        assert_eq!(content.take(text), None);
    }
}
