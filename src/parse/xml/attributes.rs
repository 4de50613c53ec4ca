//! The attributes of a tag, with their places.

use std::ops::Range;

use quick_xml::events::attributes::Attributes;

/// An attribute of a tag.
#[derive(Debug)]
pub(super) struct Attribute {
    /// The place of its name.
    pub(super) name: Range<usize>,
    /// The place of its value without quotes; empty after the name when it has none.
    pub(super) value: Range<usize>,
    /// Whether its value stands in quotes.
    pub(super) is_quoted: bool,
}

/// The attributes in the content of a tag, after a name of `name_length` bytes; none for one that could not be read.
pub(super) fn attributes(text: &str, tag: Range<usize>, name_length: usize) -> impl Iterator<Item = Option<Attribute>> {
    let mut attributes = Attributes::html(&text[tag.clone()], name_length);
    // A name may occur twice, and the check takes quadratic time.
    attributes.with_checks(false);
    // A slash before the end of a tag is no name.
    let attributes = attributes.filter(|attribute| attribute.as_ref().map_or(true, |found| found.key.as_ref() != "/"));
    attributes.map(move |attribute| {
        let attribute = attribute.ok()?;
        let name = place(text, tag.clone(), attribute.key.as_ref())?;
        // A name alone has an empty value that is no part of the text.
        let value = place(text, name.end..tag.end, &attribute.value).unwrap_or(name.end..name.end);
        let is_quoted = value.start > name.end && matches!(text.as_bytes()[value.start - 1], b'"' | b'\'');
        Some(Attribute { name, value, is_quoted })
    })
}

/// Where `part` stands in the text, if it is borrowed from this range of it.
fn place(text: &str, range: Range<usize>, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (range.start <= start && end <= range.end).then_some(start..end)
}
