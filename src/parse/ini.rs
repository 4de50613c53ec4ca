//! Sections of `name = value`, and their many relatives. Written here, as no crate reads the relatives and gives places.

use std::borrow::Cow;
use std::ops::Range;

use super::{ConfigTree, Style, lines, quoted, tree::Builder};

const COMMENTS: &[u8] = b"#;";

/// Reads a mapping of sections, which are mappings themselves; names before any section stand beside them.
///
/// `[section "sub"]` is a mapping in a mapping. A line that is indented deeper than a name, and assigns nothing itself, continues
/// its value, as does a line after a backslash.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader { text, builder: Builder::new(), end: 0 };
    reader.builder.open_mapping(0);
    let mut at = 0;
    while let Some(line) = lines::line_at(text, at) {
        at = line.next;
        let content = lines::trim(text, line.range.clone());
        let rest = match text.as_bytes()[content.clone()].first() {
            None | Some(b'#' | b';') => continue,
            Some(b'[') => reader.section(content),
            Some(_) => content,
        };
        if !rest.is_empty() && !COMMENTS.contains(&text.as_bytes()[rest.start]) {
            at = reader.entry(rest, &line);
        }
    }
    reader.close_section();
    reader.builder.finish(text.len())
}

struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
    /// Where the last thing that was read ends.
    end: usize,
}

/// A name, and where its value may begin.
struct Name<'t> {
    text: Cow<'t, str>,
    range: Range<usize>,
    /// After the separator; none when the name stands alone.
    value: Option<usize>,
}

impl<'t> Reader<'t> {
    /// Opens the section whose header begins a line, and gives what follows the header.
    fn section(&mut self, line: Range<usize>) -> Range<usize> {
        self.close_section();
        let bytes = self.text.as_bytes();
        let brackets = bytes[line.clone()].iter().take_while(|&&byte| byte == b'[').count();
        let start = line.start + brackets;
        let length = bytes[start..line.end].iter().position(|byte| matches!(byte, b']' | b'"'));
        let name = lines::trim(self.text, start..length.map_or(line.end, |length| start + length));
        let string_start = length.map_or(line.end, |length| start + length);
        let string = (bytes.get(string_start) == Some(&b'"') && string_start < line.end)
            .then(|| quoted::quoted(self.text, string_start..line.end, true))
            .flatten();
        let name_end = string.as_ref().map_or(name.end, |string| string.end);
        let closing = memchr::memchr(b']', &bytes[name_end..line.end]);
        if closing.is_none() {
            self.builder.problem(line.clone(), "a section's name is not closed");
        }
        let closing = closing.map_or(line.end, |length| name_end + length);
        // A lone quote belongs to the name.
        let name = if string.is_some() { name } else { lines::trim(self.text, start..closing) };
        self.builder.key(&self.text[name.clone()], name);
        self.builder.open_mapping(line.start);
        if let Some(string) = string {
            let sub = self.string_text(string.inner.clone());
            self.builder.key(sub, string.inner);
            self.builder.open_mapping(line.start);
        }
        let after = bytes[closing..line.end].iter().take_while(|&&byte| byte == b']').count();
        self.end = closing + after;
        lines::trim(self.text, self.end..line.end)
    }

    fn close_section(&mut self) {
        while self.builder.depth() > 1 {
            self.builder.close(self.end);
        }
    }

    /// Reads the name and value that begin at the start of `content`, and gives where the next line starts.
    fn entry(&mut self, content: Range<usize>, line: &lines::Line) -> usize {
        let name = self.name(content.clone());
        let place = name.range.end..name.range.end;
        self.builder.key(name.text, name.range);
        self.end = content.end;
        let Some(separated) = name.value else {
            self.builder.scalar("", Style::Bare, place.clone(), place);
            return line.next;
        };
        let start = lines::skip_blanks(self.text, separated..content.end);
        if let Some(string) = self.string(start..content.end) {
            let value = self.string_text(string.inner.clone());
            self.builder.scalar(value, Style::Quoted, string.inner, start..string.end);
            return line.next;
        }
        let first = self.without_comment(start..content.end, true);
        self.lines_of_value(first, content.start - line.range.start, line.next)
    }

    /// Finds the separator on a line. A name in quotes ends with its quote.
    fn name(&self, line: Range<usize>) -> Name<'t> {
        let bytes = self.text.as_bytes();
        if bytes[line.start] == b'"'
            && let Some(string) = quoted::quoted(self.text, line.clone(), true)
        {
            let after = lines::skip_blanks(self.text, string.end..line.end);
            if matches!(bytes[after..line.end].first(), Some(b'=' | b':')) {
                let text = self.string_text(string.inner.clone());
                return Name { text, range: string.inner, value: Some(after + 1) };
            }
        }
        let separator = self.separator(line.clone());
        let range = match separator {
            Some(separator) => lines::trim(self.text, line.start..separator),
            None => self.without_comment(line, false),
        };
        // `name[] = value` adds to a list.
        let text = &self.text[range.clone()];
        let text = text.strip_suffix("[]").unwrap_or(text);
        let range = range.start..range.start + text.len();
        Name { text: Cow::Borrowed(text), range, value: separator.map(|separator| separator + 1) }
    }

    /// The first `=` or `:`. A colon that belongs to the name is none: `@scope:registry=x`, `//host/:_authToken=x`, `a:b = x`.
    fn separator(&self, line: Range<usize>) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let equals = memchr::memchr(b'=', &bytes[line.clone()]).map(|at| line.start + at);
        let colon = memchr::memchr(b':', &bytes[line.clone()]).map(|at| line.start + at);
        let (Some(equals), Some(colon)) = (equals, colon) else {
            return equals.or(colon);
        };
        let is_plain = |&byte: &u8| is_name(byte) || lines::is_blank(byte);
        let between = &bytes[(colon + 1).min(equals)..equals];
        let word = between.trim_ascii_end();
        let is_spaced_word = !word.is_empty() && word.len() < between.len() && word.iter().copied().all(is_name);
        let is_part_of_name = !bytes[line.start..colon].iter().all(is_plain) || is_spaced_word;
        Some(if colon < equals && !is_part_of_name { colon } else { equals })
    }

    /// Reads a string that fills the value but for a comment.
    fn string(&self, value: Range<usize>) -> Option<quoted::Quoted> {
        let quote = self.text.as_bytes()[value.clone()].first()?;
        let is_quote = matches!(quote, b'"' | b'\'');
        let string = is_quote.then(|| quoted::quoted(self.text, value.clone(), *quote == b'"')).flatten()?;
        let rest = self.text[string.end..value.end].trim_ascii_start();
        (rest.is_empty() || rest.starts_with(['#', ';'])).then_some(string)
    }

    /// Adds a value without quotes, whose first line is `first`, with the lines from `next` on that continue it.
    fn lines_of_value(&mut self, first: Range<usize>, indent: usize, mut next: usize) -> usize {
        let mut text = Cow::Borrowed(&self.text[first.clone()]);
        let mut span = first;
        while let Some(line) = lines::line_at(self.text, next) {
            let content = lines::trim(self.text, line.range.clone());
            let is_escaped = text.ends_with('\\');
            let is_deeper = content.start - line.range.start > indent;
            if content.is_empty() || !(is_escaped || is_deeper) || self.is_entry(content.clone()) {
                break;
            }
            next = line.next;
            if COMMENTS.contains(&self.text.as_bytes()[content.start]) {
                continue;
            }
            let piece = self.without_comment(content, true);
            span = if span.is_empty() { piece.clone() } else { span.start..piece.end };
            if is_escaped {
                text.to_mut().pop();
            } else if !text.is_empty() {
                text.to_mut().push('\n');
            }
            match text.is_empty() {
                true => text = Cow::Borrowed(&self.text[piece]),
                false => text.to_mut().push_str(&self.text[piece]),
            }
            self.end = span.end;
        }
        self.builder.scalar(text, Style::Bare, span.clone(), span);
        next
    }

    /// Whether a line that may continue a value is rather a section or a name of its own. The end of base64 is no name.
    fn is_entry(&self, line: Range<usize>) -> bool {
        let line = &self.text[line];
        let after = line.trim_start_matches(|character| u8::try_from(character).is_ok_and(is_name));
        let value = after.trim_ascii_start().strip_prefix('=');
        let is_spaced = after.starts_with([' ', '\t']);
        let assigns = value.is_some_and(|value| is_spaced || !(value.is_empty() || value.starts_with('=')));
        line.starts_with('[') && line.ends_with(']') || after.len() < line.len() && assigns
    }

    fn without_comment(&self, value: Range<usize>, after_blank: bool) -> Range<usize> {
        let comment = lines::comment(self.text, value.clone(), COMMENTS, after_blank);
        lines::trim(self.text, value.start..comment.unwrap_or(value.end))
    }

    /// The text of a string. Only double quotes know escapes, and the paths of Windows may stand there too: `\n` is none.
    fn string_text(&self, inner: Range<usize>) -> Cow<'t, str> {
        let is_double = self.text.as_bytes()[inner.start - 1] == b'"';
        let raw = &self.text[inner];
        if is_double { quoted::unescape(raw, quoted::same_character(b"\\\"")) } else { Cow::Borrowed(raw) }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn sections_hold_names() {
        let text =
            "top = 1\n; c\n[client] # c\nuser=ann ; c\npassword = a#b;c # d\nflag\nport: 22\n[Service]\nE=1\nE=2\n\n[]";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /top Bare "1" at "1"
        /client {}
        /client/user Bare "ann" at "ann"
        /client/password Bare "a#b;c" at "a#b;c"
        /client/flag Bare "" at ""
        /client/port Bare "22" at "22"
        /Service {}
        /Service/E Bare "1" at "1"
        /Service/E Bare "2" at "2"
        / {}
        "#);
    }

    #[test]
    fn git_has_sections_in_sections() {
        let text =
            "[remote \"a\\\"b]\"]\n\turl = \"x ; y\" ; c\n\tfetch = +refs/*\n[http]\n\tproxy = p\n[one] two = 2\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /remote {}
        /remote/a"b] {}
        /remote/a"b]/url Quoted "x ; y" at "x ; y"
        /remote/a"b]/fetch Bare "+refs/*" at "+refs/*"
        /http {}
        /http/proxy Bare "p" at "p"
        /one {}
        /one/two Bare "2" at "2"
        "#);
    }

    #[test]
    fn registry_files_are_read() {
        let text = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\Soft Ware\\{a-b}]\r\n\"Pass=Word\"=\"a\\\\b\\\"\"\r\n@=\"d\"\r\n\"n\"=hex:01,\\\r\n  02\r\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /Windows Registry Editor Version 5.00 Bare "" at ""
        /HKEY_LOCAL_MACHINE\Soft Ware\{a-b} {}
        /HKEY_LOCAL_MACHINE\Soft Ware\{a-b}/Pass=Word Quoted "a\\b\"" at "a\\\\b\\\""
        /HKEY_LOCAL_MACHINE\Soft Ware\{a-b}/@ Quoted "d" at "d"
        /HKEY_LOCAL_MACHINE\Soft Ware\{a-b}/n Bare "hex:01,02" at "hex:01,\\\r\n  02"
        "#);
    }

    #[test]
    fn colons_may_belong_to_names() {
        let text = "@scope:registry=https://r.example/\n//r.example/:_authToken=abc==\npaths:push = ssh://x\nurl: http://x?a=b\ntoken:abc==\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /@scope:registry Bare "https://r.example/" at "https://r.example/"
        ///r.example/:_authToken Bare "abc==" at "abc=="
        /paths:push Bare "ssh://x" at "ssh://x"
        /url Bare "http://x?a=b" at "http://x?a=b"
        /token Bare "abc==" at "abc=="
        "#);
    }

    #[test]
    fn values_continue_on_indented_lines() {
        let text = "[a]\nkey =\n  MIIabc/+\n  # c\n  x==\n\nlist = one\n    two>=2 # c\n    other = 3\ncmd = a \\\nb\nname[] = v\nname[] = 'w' x\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a {}
        /a/key Bare "MIIabc/+\nx==" at "MIIabc/+\n  # c\n  x=="
        /a/list Bare "one\ntwo>=2" at "one\n    two>=2"
        /a/other Bare "3" at "3"
        /a/cmd Bare "a b" at "a \\\nb"
        /a/name Bare "v" at "v"
        /a/name Bare "'w' x" at "'w' x"
        "#);
    }

    #[test]
    fn what_is_broken_is_read_as_well_as_it_can_be() {
        insta::assert_snapshot!(dump("[open\na=\"x\n[[b]] c\n= d\n[e \"f]\ng=1", parse), @r#"
        {}
        /open {}
        /open/a Bare "\"x" at "\"x"
        /b {}
        /b/c Bare "" at ""
        /b/ Bare "d" at "d"
        /e "f {}
        /e "f/g Bare "1" at "1"
        problem: a section's name is not closed at "[open"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "[",
            "]",
            "\"",
            "'",
            "=",
            ":",
            ";",
            "#",
            " ",
            " ;",
            "\\",
            "\n",
            "\n ",
            "\r\n",
            "a",
            "é",
            "[]",
            "[a \"b\"]\n",
            "a=\n b\n",
            "a\\\n",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
