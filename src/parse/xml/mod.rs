//! XML, and pages in HTML, over `quick-xml`, whose positions are exact. What it takes for a fatal error is stepped over here.

mod attributes;
mod content;
mod open;

use std::ops::Range;

use quick_xml::events::Event;
use quick_xml::{Error, Reader};

use super::tree::Builder;
use super::{ConfigTree, Style};
use content::Content;
use open::OpenElements;

/// How many times the length of a text may be read again after errors, so that a hostile text takes no quadratic time.
const MAX_REREADING: usize = 8;

/// Elements of HTML that have no content and no end tag.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements of HTML whose content is no markup.
const RAW: &[&str] = &["script", "style"];

/// Reads a mapping that holds the root element.
///
/// An element is a mapping under its name without a prefix. It holds its attributes as `@name`, its text as `#text` and its child
/// elements, in the order of the file. Entities that the document defines are not expanded.
pub fn parse(text: &str) -> ConfigTree<'_> {
    Parser::new(text, false).parse()
}

/// Reads a page, or a template of one, like [`parse`]: scripts and styles are text, and end tags may be left out.
pub fn parse_html(text: &str) -> ConfigTree<'_> {
    Parser::new(text, true).parse()
}

struct Parser<'t> {
    text: &'t str,
    is_html: bool,
    builder: Builder<'t>,
    elements: OpenElements<'t>,
    content: Content,
    /// Where the reader began, as it can only begin at the start of its text.
    base: usize,
    reader: Reader<&'t [u8]>,
    /// How many bytes may still be read again.
    rereading: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, is_html: bool) -> Self {
        let rereading = text.len().saturating_mul(MAX_REREADING);
        let (builder, elements, content) = (Builder::new(), OpenElements::new(is_html), Content::default());
        let mut parser =
            Self { text, is_html, builder, elements, content, base: 0, reader: Reader::from_str(""), rereading };
        // The reader leaves a byte order mark out of its positions.
        parser.read_from(text.len() - text.trim_start_matches('\u{feff}').len());
        parser
    }

    fn parse(mut self) -> ConfigTree<'t> {
        self.builder.open_mapping(0);
        let mut goes_on = true;
        while goes_on {
            let start = self.position();
            let event = self.reader.read_event();
            let range = start..self.position();
            match event {
                Ok(Event::Eof) => break,
                Ok(Event::Start(_)) => goes_on = self.start_tag(range, false),
                Ok(Event::Empty(_)) => goes_on = self.start_tag(range, true),
                Ok(Event::End(_)) => goes_on = self.end_tag(range),
                Ok(Event::Text(_) | Event::GeneralRef(_)) => self.content.push_text(range),
                // The marks of CDATA are 9 and 3 bytes long.
                Ok(Event::CData(_)) => self.content.push_literal(range.start + 9..range.end - 3),
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(Error::IllFormed(_)) => self.builder.problem(range, "markup that is not well-formed"),
                Err(_) => goes_on = self.step_over_error(),
            }
        }
        self.flush_content();
        while let Some(name) = self.elements.pop() {
            self.close_unended(name, self.text.len());
        }
        self.builder.finish(self.text.len())
    }

    /// How far the reader has come.
    fn position(&self) -> usize {
        self.base + usize::try_from(self.reader.buffer_position()).expect("a place in a text fits")
    }

    /// Reads on from another place. It begins with `<` or is no byte order mark in any case.
    fn read_from(&mut self, start: usize) {
        self.base = start;
        self.reader = Reader::from_str(&self.text[start..]);
        let config = self.reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
    }

    /// Reads again from `start`, and gives whether that many bytes may be read again.
    fn reread_from(&mut self, start: usize) -> bool {
        let again = self.position().saturating_sub(start);
        match self.rereading.checked_sub(again) {
            Some(left) => self.rereading = left,
            None => {
                self.builder.problem(start..start, "too much broken markup to read on");
                return false;
            }
        }
        self.read_from(start);
        true
    }

    /// Takes the `<` at the last error for text and reads on behind it.
    fn step_over_error(&mut self) -> bool {
        let start = self.base + usize::try_from(self.reader.error_position()).expect("a place in a text fits");
        self.builder.problem(start..start + 1, "markup that is not closed");
        self.text_from(start)
    }

    /// Takes the `<` at `start` for text, with what follows it up to the next one, and reads on there.
    fn text_from(&mut self, start: usize) -> bool {
        let rest = &self.text.as_bytes()[start + 1..];
        let end = start + 1 + memchr::memchr(b'<', rest).unwrap_or(rest.len());
        self.content.push_text(start..end);
        self.reread_from(end)
    }

    /// Opens the element of a tag; false when too much was read again to go on.
    fn start_tag(&mut self, range: Range<usize>, is_empty: bool) -> bool {
        let bytes = self.text.as_bytes();
        let is_name_start = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || !byte.is_ascii();
        if !is_name_start(bytes[range.start + 1]) {
            // As in `a < b`.
            return self.text_from(range.start);
        }
        self.flush_content();
        let inside = range.start + 1..range.end - if is_empty { 2 } else { 1 };
        let cut = self.stray_tag(inside.clone());
        let inside = inside.start..cut.unwrap_or(inside.end);
        let is_name_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/');
        let length = bytes[inside.clone()].iter().position(is_name_end).unwrap_or(inside.len());
        let name = &self.text[inside.start..inside.start + length];
        self.open_element(range.start, inside, name);
        let is_void = self.is_html && VOID.iter().any(|void| void.eq_ignore_ascii_case(name));
        if is_void || is_empty && cut.is_none() {
            self.builder.close(cut.unwrap_or(range.end));
        } else {
            self.elements.push(name, range.start + 1..range.start + 1 + length);
        }
        match cut {
            Some(cut) => self.reread_from(cut),
            None if !is_empty && self.is_html && RAW.iter().any(|raw| raw.eq_ignore_ascii_case(name)) => {
                let end = self.raw_end(range.end, name);
                self.content.push_literal(range.end..end);
                self.reread_from(end)
            }
            None => true,
        }
    }

    /// Opens the mapping of an element and adds its attributes.
    fn open_element(&mut self, start: usize, inside: Range<usize>, name: &'t str) {
        let local = name.split_once(':').map_or(name, |(_, local)| local);
        let local = if local.is_empty() { name } else { local };
        let name_end = inside.start + name.len();
        self.builder.key(local, name_end - local.len()..name_end);
        self.builder.open_mapping(start);
        for attribute in attributes::attributes(self.text, inside.clone(), name.len()) {
            let Some(attribute) = attribute else {
                self.builder.problem(inside.clone(), "an attribute that is not well-formed");
                continue;
            };
            let style = if attribute.is_quoted { Style::Quoted } else { Style::Bare };
            let quote = usize::from(attribute.is_quoted);
            let whole = attribute.value.start - quote..attribute.value.end + quote;
            self.builder.key(format!("@{}", &self.text[attribute.name.clone()]), attribute.name);
            let value = content::resolve_entities(&self.text[attribute.value.clone()]);
            self.builder.scalar(value, style, attribute.value, whole);
        }
    }

    /// Closes the element of an end tag, and those inside it; false when too much was read again to go on.
    fn end_tag(&mut self, range: Range<usize>) -> bool {
        self.flush_content();
        let cut = self.stray_tag(range.start + 2..range.end - 1);
        let end = cut.unwrap_or(range.end);
        let name = &self.text[range.start + 2..cut.unwrap_or(range.end - 1)];
        let name = name.split_ascii_whitespace().next().unwrap_or_default();
        if !self.elements.contains(name) {
            self.builder.problem(range.start..end, "an end tag without a start tag");
        } else {
            while !self.elements.is_innermost(name)
                && let Some(inner) = self.elements.pop()
            {
                self.close_unended(inner, range.start);
            }
            self.elements.pop();
            self.builder.close(end);
        }
        cut.is_none_or(|cut| self.reread_from(cut))
    }

    /// Closes an element that has no end tag. `name` is the place of its name.
    fn close_unended(&mut self, name: Range<usize>, end: usize) {
        if !self.is_html {
            self.builder.problem(name, "an element is not closed");
        }
        self.builder.close(end);
    }

    /// Adds the text that stands before a tag.
    fn flush_content(&mut self) {
        if let Some((value, span)) = self.content.take(self.text) {
            if self.elements.is_empty() && !self.is_html {
                self.builder.problem(span.clone(), "text outside of elements");
            }
            self.builder.key("#text", span.clone());
            self.builder.scalar(value, Style::Bare, span.clone(), span);
        }
    }

    /// A `<` inside a tag, outside of quotes: the tag is not closed, and another begins.
    fn stray_tag(&self, inside: Range<usize>) -> Option<usize> {
        let bytes = &self.text.as_bytes()[inside.clone()];
        memchr::memchr(b'<', bytes)?;
        let mut quote = None;
        let is_stray = |&byte: &u8| {
            match quote {
                None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                Some(open) if open == byte => quote = None,
                _ => {}
            }
            quote.is_none() && byte == b'<'
        };
        bytes.iter().position(is_stray).map(|at| inside.start + at)
    }

    /// Where the end tag of an element begins whose content is no markup.
    fn raw_end(&self, start: usize, name: &str) -> usize {
        let bytes = self.text.as_bytes();
        let is_end = |at: &usize| {
            let tag = bytes[start + at + 1..].strip_prefix(b"/");
            tag.and_then(|tag| tag.get(..name.len())).is_some_and(|tag| tag.eq_ignore_ascii_case(name.as_bytes()))
        };
        memchr::memchr_iter(b'<', &bytes[start..]).find(is_end).map_or(bytes.len(), |at| start + at)
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_html};
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn elements_hold_attributes_text_and_elements() {
        let text = "<?xml version=\"1.0\"?>\n<!-- c -->\n<p:a x='1' p:y=\"&lt;2\">\n  one &amp; two\n  <b/><c> 3 </c>rest<d></d>\n</p:a>\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a {}
        /a/@x Quoted "1" at "1"
        /a/@p:y Quoted "<2" at "&lt;2"
        /a/#text Bare "one & two" at "one &amp; two"
        /a/b {}
        /a/c {}
        /a/c/#text Bare "3" at "3"
        /a/#text Bare "rest" at "rest"
        /a/d {}
        "#);
    }

    #[test]
    fn text_is_joined_over_cdata_and_comments() {
        let text = "<a>\n x<![CDATA[<y&amp;]]>&#65;<!-- c -->z\n</a>";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a {}
        /a/#text Bare "x<y&amp;Az" at "x<![CDATA[<y&amp;]]>&#65;<!-- c -->z"
        "#);
        insta::assert_snapshot!(dump("<a> <![CDATA[ x ]]> </a>", parse), @r#"
        {}
        /a {}
        /a/#text Bare "x" at "x"
        "#);
    }

    #[test]
    fn entities_of_the_document_stay() {
        let text = "<!DOCTYPE a [<!ENTITY x \"<b>xx</b>\"><!ENTITY y \"&x;&x;\">]><a k=\"&y;\">&y; & &z</a>";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a {}
        /a/@k Quoted "&y;" at "&y;"
        /a/#text Bare "&y; & &z" at "&y; & &z"
        "#);
    }

    #[test]
    fn elements_are_closed_as_well_as_can_be() {
        insta::assert_snapshot!(dump("<a><b>1</a></c><d>2", parse), @r#"
        {}
        /a {}
        /a/b {}
        /a/b/#text Bare "1" at "1"
        /d {}
        /d/#text Bare "2" at "2"
        problem: an element is not closed at "b"
        problem: an end tag without a start tag at "</c>"
        problem: an element is not closed at "d"
        "#);
        insta::assert_snapshot!(dump("<a>1</a> x <a>2</a>", parse), @r#"
        {}
        /a {}
        /a/#text Bare "1" at "1"
        /#text Bare "x" at "x"
        /a {}
        /a/#text Bare "2" at "2"
        problem: text outside of elements at "x"
        "#);
    }

    #[test]
    fn broken_tags_take_nothing_away() {
        insta::assert_snapshot!(dump("<a><b x=\"1>2</b><c y=\"3\">4</c></a>", parse), @r#"
        {}
        /a {}
        /a/#text Bare "<b x=\"1>2" at "<b x=\"1>2"
        /a/c {}
        /a/c/@y Quoted "3" at "3"
        /a/c/#text Bare "4" at "4"
        problem: markup that is not closed at "<"
        problem: an end tag without a start tag at "</b>"
        "#);
        insta::assert_snapshot!(dump("<a><b x=1 <c>2</c</a>", parse), @r#"
        {}
        /a {}
        /a/b {}
        /a/b/@x Bare "1" at "1"
        /a/b/c {}
        /a/b/c/#text Bare "2" at "2"
        problem: an element is not closed at "b"
        "#);
        insta::assert_snapshot!(dump("<a>1 < 2 <!x <!-- 3</a>", parse), @r#"
        {}
        /a {}
        /a/#text Bare "1 < 2 <!x <!-- 3" at "1 < 2 <!x <!-- 3"
        problem: markup that is not closed at "<"
        problem: markup that is not closed at "<"
        "#);
    }

    #[test]
    fn pages_have_scripts_and_elements_without_end() {
        let text = "<!doctype html>\n<INPUT type=password value=x required><script src=y>if (a<b && c) d(\"</p>\")</SCRIPT>\n<ul><li>1<li>2</UL><br>z";
        insta::assert_snapshot!(dump(text, parse_html), @r#"
        {}
        /INPUT {}
        /INPUT/@type Bare "password" at "password"
        /INPUT/@value Bare "x" at "x"
        /INPUT/@required Bare "" at ""
        /script {}
        /script/@src Bare "y" at "y"
        /script/#text Bare "if (a<b && c) d(\"</p>\")" at "if (a<b && c) d(\"</p>\")"
        /ul {}
        /ul/li {}
        /ul/li/#text Bare "1" at "1"
        /ul/li/li {}
        /ul/li/li/#text Bare "2" at "2"
        /br {}
        /#text Bare "z" at "z"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        const PIECES: &[&str] = &[
            "<",
            ">",
            "/",
            "\"",
            "'",
            "&",
            ";",
            "<a>",
            "</a>",
            "<a ",
            "<b/>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "<?",
            "?>",
            "<!DOCTYPE ",
            "[",
            "]",
            "<!",
            "<script>",
            "</script>",
            "</b>",
            "=",
            " ",
            "x",
            "é",
            "\u{feff}",
            "<a b='",
            "</",
            "<a <b>",
            "&#65;",
            "<1>",
        ];
        assert_any_text_is_read(PIECES, parse);
        assert_any_text_is_read(PIECES, parse_html);
    }
}
