//! JSON, with what people write into it: comments, trailing commas, single quotes, keys without quotes, and several values one after the
//! other.
//!
//! A reader of our own: the crates that give places stop at the first error.

use std::borrow::Cow;
use std::ops::Range;

use super::ConfigTree;
use super::tree::{Builder, Style};

/// Most problems that are noted in one file; a file with more is likely not JSON.
const MAX_PROBLEMS: usize = 10;

/// Reads a text as JSON.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader {
        text,
        at: 0,
        last_end: 0,
        expected: Expected::Value,
        open: Vec::new(),
        builder: Builder::new(),
        last_problem_end: None,
        problem_count: 0,
    };
    while reader.at < text.len() {
        reader.step();
    }
    reader.end_of_text();
    reader.builder.finish(reader.last_end)
}

/// What comes next in a file without mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Key,
    Colon,
    Value,
    Comma,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Mapping,
    Sequence,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where the last bracket, key or value ended.
    last_end: usize,
    expected: Expected,
    open: Vec<Container>,
    builder: Builder<'t>,
    last_problem_end: Option<usize>,
    problem_count: usize,
}

impl<'t> Reader<'t> {
    /// Reads one token, blank or comment; always goes on by at least a byte.
    fn step(&mut self) {
        match self.text.as_bytes()[self.at] {
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'{' => self.open(Container::Mapping),
            b'[' => self.open(Container::Sequence),
            b'}' => self.close(Container::Mapping),
            b']' => self.close(Container::Sequence),
            b',' => self.comma(),
            b':' => self.colon(),
            quote @ (b'"' | b'\'') => self.string(quote),
            b'/' => self.comment(),
            byte if is_word_byte(byte) => self.word(),
            _ => self.skip_character("unexpected character"),
        }
    }

    fn open(&mut self, container: Container) {
        if self.begin_item() == Expected::Key {
            // Kept under an empty key, so that its closing bracket finds it.
            self.problem(self.at..self.at + 1, "a key is missing");
            self.builder.key("", self.at..self.at);
        }
        match container {
            Container::Mapping => self.builder.open_mapping(self.at),
            Container::Sequence => self.builder.open_sequence(self.at),
        }
        self.open.push(container);
        self.expected = self.first_in_container();
        self.advance_past_token(1);
    }

    fn close(&mut self, container: Container) {
        let Some(&innermost) = self.open.last() else {
            return self.skip_character("a closing bracket without an opening one");
        };
        if self.expected == Expected::Colon || (self.expected == Expected::Value && innermost == Container::Mapping) {
            self.problem(self.at..self.at + 1, "a value is missing");
        }
        if innermost != container {
            // Either this bracket is one too many, or one was forgotten before it.
            if self.open.iter().nth_back(1) != Some(&container) {
                return self.skip_character("a closing bracket of the wrong kind");
            }
            self.problem(self.at..self.at + 1, "a closing bracket is missing");
            self.open.pop();
            self.builder.close(self.last_end);
        }
        self.open.pop();
        self.advance_past_token(1);
        self.builder.close(self.at);
        self.item_ended();
    }

    fn comma(&mut self) {
        if self.expected != Expected::Comma || self.open.is_empty() {
            self.problem(self.at..self.at + 1, "a comma without a value before it");
        }
        self.expected = self.first_in_container();
        self.advance_past_token(1);
    }

    fn colon(&mut self) {
        if self.expected != Expected::Colon {
            return self.skip_character("unexpected colon");
        }
        self.expected = Expected::Value;
        self.advance_past_token(1);
    }

    /// Notes what is missing before a key or value, and says which of the two starts here.
    fn begin_item(&mut self) -> Expected {
        match self.expected {
            Expected::Colon => {
                self.problem(self.at..self.at, "a colon is missing");
                self.expected = Expected::Value;
            }
            Expected::Comma => {
                self.problem(self.at..self.at, "a comma is missing");
                self.expected = self.first_in_container();
            }
            Expected::Key | Expected::Value => {}
        }
        self.expected
    }

    fn first_in_container(&self) -> Expected {
        if self.open.last() == Some(&Container::Mapping) { Expected::Key } else { Expected::Value }
    }

    fn item_ended(&mut self) {
        // Values that follow each other without a bracket around them are documents.
        self.expected = if self.open.is_empty() { Expected::Value } else { Expected::Comma };
    }

    /// Adds a key or a value. `span` is its place without quotes, `whole` with them.
    fn item(&mut self, text: Cow<'t, str>, style: Style, span: Range<usize>, whole: Range<usize>) {
        if self.begin_item() == Expected::Key {
            self.builder.key(text, span);
            self.expected = Expected::Colon;
        } else {
            self.builder.scalar(text, style, span, whole.clone());
            self.item_ended();
        }
        self.advance_past_token(whole.len());
    }

    fn string(&mut self, quote: u8) {
        let (start, bytes) = (self.at + 1, self.text.as_bytes());
        let (mut end, mut has_escape) = (start, false);
        let is_closed = loop {
            let rest = &bytes[end..];
            let Some(found) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                end = bytes.len();
                break false;
            };
            end += found;
            match &rest[found..] {
                [b'\\', b'\r', b'\n', ..] => end += 3,
                [b'\\', _, ..] => end += 2,
                // A backslash at the very end.
                [b'\\'] => end += 1,
                // A string ends with its line, so that one forgotten quote doesn't turn the file inside out.
                [b'\n', ..] => {
                    end -= usize::from(bytes[start..end].ends_with(b"\r"));
                    break false;
                }
                _ => break true,
            }
            has_escape = true;
        };
        let whole = self.at..end + usize::from(is_closed);
        if !is_closed {
            self.problem(whole.clone(), "a string without a closing quote");
        }
        let raw = &self.text[start..end];
        let text = if has_escape { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) };
        self.item(text, Style::Quoted, start..end, whole);
    }

    /// A key, number, `true`, `false`, `null` or anything else without quotes.
    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let is_part = |character: char| {
            if character.is_ascii() { is_word_byte(character as u8) } else { !is_wide_blank(character) }
        };
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        if length == 0 {
            // A blank outside ASCII.
            self.at += rest.chars().next().map_or(1, char::len_utf8);
            return;
        }
        let (word, span) = (&rest[..length], self.at..self.at + length);
        if self.open.is_empty() && !is_literal(word) {
            self.problem(span, "text outside of any value");
            self.at += length;
            return;
        }
        let is_value = self.begin_item() == Expected::Value;
        if is_value && !is_literal(word) {
            self.problem(span.clone(), "a value without quotes");
        }
        let text = if is_value && word == "null" { "" } else { word };
        self.item(Cow::Borrowed(text), Style::Bare, span.clone(), span);
    }

    fn comment(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.starts_with(b"//") {
            self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        } else if rest.starts_with(b"/*") {
            match memchr::memmem::find(&rest[2..], b"*/") {
                Some(found) => self.at += found + 4,
                None => {
                    self.problem(self.at..self.at + 2, "a comment without an end");
                    self.at = self.text.len();
                }
            }
        } else {
            self.skip_character("unexpected character");
        }
    }

    fn end_of_text(&mut self) {
        if !self.open.is_empty() {
            self.problem(self.last_end..self.last_end, "the text ends before its last closing bracket");
        }
    }

    fn skip_character(&mut self, message: &str) {
        let length = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        self.problem(self.at..self.at + length, message);
        self.at += length;
    }

    fn advance_past_token(&mut self, length: usize) {
        self.at += length;
        self.last_end = self.at;
    }

    fn problem(&mut self, span: Range<usize>, message: &str) {
        // What follows a problem directly belongs to it.
        let is_continued = self.last_problem_end.replace(span.end) == Some(span.start);
        if is_continued || self.problem_count == MAX_PROBLEMS {
            return;
        }
        self.problem_count += 1;
        self.builder.problem(span, message);
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | b'+' | b'.') || !byte.is_ascii()
}

/// A byte order mark or a blank outside ASCII.
fn is_wide_blank(character: char) -> bool {
    character == '\u{feff}' || character.is_whitespace()
}

/// Whether a word without quotes is a value of JSON or JSON5.
fn is_literal(word: &str) -> bool {
    let digits = word.trim_start_matches(['+', '-', '.']);
    matches!(digits, "true" | "false" | "null" | "NaN" | "Infinity") || digits.starts_with(|c: char| c.is_ascii_digit())
}

/// The text of a string with its escapes resolved.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let mut characters = rest[at + 1..].chars();
        let escaped = characters.next();
        rest = characters.as_str();
        match escaped {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('v') => text.push('\u{b}'),
            Some('0') => text.push('\0'),
            // A backslash at the end of a line joins it with the next one.
            Some('\n') => {}
            Some('\r') => rest = rest.strip_prefix('\n').unwrap_or(rest),
            Some('x') => rest = push_numbered(&mut text, rest, 2, 'x'),
            Some('u') => rest = push_numbered(&mut text, rest, 4, 'u'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text.push_str(rest);
    text
}

/// Adds the character that an escape gives by its number in `digits` digits, and returns what follows. `letter` began the escape;
/// it stays where no number follows.
fn push_numbered<'t>(text: &mut String, rest: &'t str, digits: usize, letter: char) -> &'t str {
    let Some((number, after)) = hexadecimal(rest, digits) else {
        text.push(letter);
        return rest;
    };
    if let 0xd800..0xdc00 = number
        && let Some((low @ 0xdc00..0xe000, after_both)) =
            after.strip_prefix(r"\u").and_then(|rest| hexadecimal(rest, 4))
    {
        let both = 0x1_0000 + ((number - 0xd800) << 10) + (low - 0xdc00);
        text.extend(char::from_u32(both));
        return after_both;
    }
    text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
    after
}

fn hexadecimal(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_number.then(|| u32::from_str_radix(number, 16).ok())??;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::dump::{assert_sound, dump};
    use super::*;

    fn read(text: &str) -> String {
        dump(text, parse)
    }

    #[test]
    fn values_of_every_kind_have_places() {
        assert_snapshot!(read(r#"{"name": "x", "list": [1, -2.5e3, true, null, {}], "a\"b": "c\nd"}"#), @r#"
        {}
        /name Quoted "x" at "x"
        /list []
        /list/0 Bare "1" at "1"
        /list/1 Bare "-2.5e3" at "-2.5e3"
        /list/2 Bare "true" at "true"
        /list/3 Bare "" at "null"
        /list/4 {}
        /a"b Quoted "c\nd" at "c\\nd"
        "#);
    }

    #[test]
    fn what_people_add_to_json_is_read() {
        assert_snapshot!(read("\u{feff}// c\n{ /* d */ 'a': 'b\"', bare_key: 0x1F, $r: +.5, \"e\": [1, 2,], }\n"), @r#"
        {}
        /a Quoted "b\"" at "b\""
        /bare_key Bare "0x1F" at "0x1F"
        /$r Bare "+.5" at "+.5"
        /e []
        /e/0 Bare "1" at "1"
        /e/1 Bare "2" at "2"
        "#);
    }

    #[test]
    fn values_that_follow_each_other_are_documents() {
        assert_snapshot!(read("{\"a\": 1}\n{\"a\": 2}\n\"x\" null\n"), @r#"
        {}
        /a Bare "1" at "1"
        {}
        /a Bare "2" at "2"
        Quoted "x" at "x"
        Bare "" at "null"
        "#);
    }

    #[test]
    fn escapes_are_resolved() {
        assert_snapshot!(read(r#"["\u00e9\ud83d\ude00", "\ud83d!", "\/\x41\q\'", "\u12", "C:\\dir", "é\é", "a\
b"]"#), @r#"
        []
        /0 Quoted "é😀" at "\\u00e9\\ud83d\\ude00"
        /1 Quoted "�!" at "\\ud83d!"
        /2 Quoted "/Aq'" at "\\/\\x41\\q\\'"
        /3 Quoted "u12" at "\\u12"
        /4 Quoted "C:\\dir" at "C:\\\\dir"
        /5 Quoted "éé" at "é\\é"
        /6 Quoted "ab" at "a\\\nb"
        "#);
    }

    #[test]
    fn what_comes_after_a_mistake_is_read() {
        assert_snapshot!(read("{\"a\": \"open,\n \"b\": 1 \"c\" 2, \"d\": word, \"e\": , \"f\"}"), @r#"
        {}
        /a Quoted "open," at "open,"
        /b Bare "1" at "1"
        /c Bare "2" at "2"
        /d Bare "word" at "word"
        problem: a string without a closing quote at "\"open,"
        problem: a comma is missing at ""
        problem: a comma is missing at ""
        problem: a colon is missing at ""
        problem: a value without quotes at "word"
        problem: a comma without a value before it at ","
        problem: a value is missing at "}"
        "#);
        assert_snapshot!(read("{{\"a\": [1, {\"b\": 2]}, ;;é \"c\": 3]}"), @r#"
        {}
        / {}
        //a []
        //a/0 Bare "1" at "1"
        //a/1 {}
        //a/1/b Bare "2" at "2"
        /é Quoted "c" at "c"
        problem: a key is missing at "{"
        problem: a closing bracket is missing at "]"
        problem: unexpected character at ";"
        problem: a colon is missing at ""
        problem: unexpected colon at ":"
        problem: a comma is missing at ""
        problem: a value is missing at "]"
        problem: a closing bracket of the wrong kind at "]"
        "#);
        assert_snapshot!(read("} , : some text {\"a\": [\"b"), @r#"
        {}
        /a []
        /a/0 Quoted "b" at "b"
        problem: a closing bracket without an opening one at "}"
        problem: a comma without a value before it at ","
        problem: unexpected colon at ":"
        problem: text outside of any value at "some"
        problem: text outside of any value at "text"
        problem: a string without a closing quote at "\"b"
        "#);
        assert_snapshot!(read("[1 /* "), @r#"
        []
        /0 Bare "1" at "1"
        problem: a comment without an end at "/*"
        problem: the text ends before its last closing bracket at ""
        "#);
    }

    #[test]
    fn problems_of_one_file_are_few() {
        assert_eq!(parse(&"; ".repeat(1000)).problems.len(), MAX_PROBLEMS);
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for unit in [
            "[", "]", "{", "\"", "'", "\\", "\"\\", ":", ",", "{\"a\":", "/", "/*", "//", "-", "\n", "é", "\"a\n",
            "[}", "{]", "1 ",
        ] {
            parse(&unit.repeat(200_000 / unit.len()));
        }
    }

    proptest! {
        #[test]
        fn every_text_gives_a_tree_with_places(text in "\\PC*|[\\[\\]{}:,\"'\\\\/*\\n\\r u0-9a-fdé\u{feff}]*") {
            assert_sound(&text, parse);
        }
    }
}
