//! Finds the literal that is assigned to a name, given where a credential-like word stands.
//!
//! One small reader serves every notation, because the shape is the same in all of them: a name, perhaps in quotes or
//! brackets, an operator, and a value. It looks at one line, reads bounded distances, and allocates nothing.

use std::ops::Range;

use crate::model::{FileKind, Format, Language};

/// Longest name considered, in bytes.
const MAX_NAME: usize = 80;
/// Longest value considered, in bytes; longer ones are data, and are cut here.
pub const MAX_VALUE: usize = 1200;
/// How far back on the line the surroundings are read, in bytes.
const MAX_LOOK_BACK: usize = 200;

/// How a value is tied to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `name = value`, `name := value`
    Equals,
    /// `name: value`
    Colon,
    /// `name => value`
    Arrow,
    /// `name == value`, `name != value`
    Compare,
    /// `set_name("value")`, `define("name", "value")`
    Argument,
    /// `<name>value</name>`
    Element,
    /// `key="name" value="value"`, or `name:` and `value:` on two lines
    Pair,
    /// `--name value`, `ENV name value`
    Space,
    /// `?name=value&`
    Query,
}

/// What encloses the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// Nothing.
    None,
    /// One character on either side.
    Plain(u8),
    /// A backslash and a quote, as in JSON inside a string.
    Escaped(u8),
}

/// Where on the line the assignment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// Plain code or data.
    Code,
    /// A string literal.
    Text,
    /// A comment.
    Comment,
}

/// A name and the literal assigned to it, as byte ranges of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The name, without quotes and punctuation around it.
    pub name: Range<usize>,
    /// The value, without its quotes.
    pub value: Range<usize>,
    /// What encloses the value.
    pub quote: Quote,
    /// How the two are tied.
    pub operator: Operator,
    /// Where they stand.
    pub inside: Inside,
    /// The function that the value is wrapped in, as in `decode("value")`.
    pub wrapper: Option<Range<usize>>,
}

/// Reads the assignment whose name holds the byte at `hit`.
pub fn read(text: &str, hit: usize, kind: FileKind) -> Option<Assignment> {
    Reader {
        text: text.as_bytes(),
        kind,
    }
    .assignment(hit)
}

/// The end of the name that holds `hit`, so that a caller can skip its other words.
pub fn name_end(text: &str, hit: usize) -> usize {
    Reader {
        text: text.as_bytes(),
        kind: FileKind::Text,
    }
    .name(hit)
    .end
}

struct Reader<'t> {
    text: &'t [u8],
    kind: FileKind,
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

impl<'t> Reader<'t> {
    fn at(&self, at: usize) -> u8 {
        // NUL stands for the end: no text that is scanned gives it a meaning.
        self.text.get(at).copied().unwrap_or(0)
    }

    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |at| self.text[at])
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while is_blank(self.at(at)) {
            at += 1;
        }
        at
    }

    fn name(&self, hit: usize) -> Range<usize> {
        let mut start = hit;
        while start > 0 && hit - start <= MAX_NAME && is_name_byte(self.text[start - 1]) {
            start -= 1;
        }
        let mut end = hit;
        while end - hit <= MAX_NAME && is_name_byte(self.at(end)) {
            end += 1;
        }
        start..end
    }

    fn assignment(&self, hit: usize) -> Option<Assignment> {
        let found = self.name(hit);
        if found.len() > MAX_NAME {
            return None;
        }
        let mut name = found.clone();
        while name.start < name.end && matches!(self.text[name.start], b'-' | b'.') {
            name.start += 1;
        }
        let is_flag = self.text[found.start] == b'-';
        // A name right after a backslash began with the letter of an escape: `\npassword`.
        if self.before(found.start) == b'\\' && name.len() > 1 && matches!(self.text[name.start], b'n' | b't' | b'r') {
            name.start += 1;
        }
        let (at, was_quoted) = self.close_name(&name)?;
        let (operator, at) = self.operator(&name, at, was_quoted, is_flag)?;
        self.value(name, at, operator, was_quoted)
    }

    /// Steps over what closes the name: quotes, brackets, type brackets, blanks.
    fn close_name(&self, name: &Range<usize>) -> Option<(usize, bool)> {
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
    fn operator(&self, name: &Range<usize>, at: usize, was_quoted: bool, is_flag: bool) -> Option<(Operator, usize)> {
        let after = self.skip_blanks(at);
        let spaced = after > at;
        let next = self.at(after + 1);
        match self.at(after) {
            b'=' => Some(match next {
                b'=' => (Operator::Compare, after + 2 + usize::from(self.at(after + 2) == b'=')),
                b'>' => (Operator::Arrow, after + 2),
                b'~' => return None,
                _ if matches!(self.before(name.start), b'?' | b'&') && !spaced => (Operator::Query, after + 1),
                _ => (Operator::Equals, after + 1),
            }),
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
            b',' if was_quoted => Some((Operator::Argument, after + 1)),
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
        if !matches!(
            self.kind,
            FileKind::Data(Format::Yaml | Format::Json) | FileKind::Document
        ) {
            return None;
        }
        let before = self.text[self.line_start(name.start)..name.start].trim_ascii_end();
        let before = before
            .strip_suffix(b"\"")
            .or_else(|| before.strip_suffix(b"'"))
            .unwrap_or(before)
            .trim_ascii_end();
        let key = before.strip_suffix(b":")?.trim_ascii_end();
        let key = key
            .strip_suffix(b"\"")
            .or_else(|| key.strip_suffix(b"'"))
            .unwrap_or(key);
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

    fn line_start(&self, at: usize) -> usize {
        let floor = at.saturating_sub(MAX_LOOK_BACK);
        memchr::memrchr2(b'\n', b'\r', &self.text[floor..at]).map_or(floor, |found| floor + found + 1)
    }

    /// Whether only blanks, a list's dash, a quote or `export` stand before the name.
    fn begins_line(&self, at: usize) -> bool {
        let before = self.text[self.line_start(at)..at].trim_ascii();
        matches!(
            before,
            b"" | b"-" | b"\"" | b"'" | b"- \"" | b"- '" | b"export" | b"#" | b"//" | b";"
        )
    }

    fn on_line_before(&self, at: usize, byte: u8) -> bool {
        memchr::memchr(byte, &self.text[self.line_start(at)..at]).is_some()
    }

    /// Whether the place is in a string or comment, judged by the line before it. Far into a long line nothing is known, and
    /// plain code is assumed.
    fn inside(&self, at: usize) -> Inside {
        let start = self.line_start(at);
        if at - start == MAX_LOOK_BACK {
            return Inside::Code;
        }
        let line = &self.text[start..at];
        let mut open = None;
        let mut index = 0;
        while index < line.len() {
            let byte = line[index];
            match open {
                Some(quote) if byte == quote => open = None,
                Some(_) if byte == b'\\' => index += 1,
                Some(_) => {}
                None if is_quote(byte) => open = Some(byte),
                None if self.begins_comment(line, index) => return Inside::Comment,
                None => {}
            }
            index += 1;
        }
        if open.is_some() { Inside::Text } else { Inside::Code }
    }

    fn begins_comment(&self, line: &[u8], at: usize) -> bool {
        let rest = &line[at..];
        let first = line[..at].iter().all(|&byte| is_blank(byte));
        match self.kind {
            FileKind::Document => false,
            FileKind::Source(
                Language::C
                | Language::CSharp
                | Language::Dart
                | Language::Go
                | Language::Groovy
                | Language::Java
                | Language::JavaScript
                | Language::Kotlin
                | Language::Php
                | Language::Rust
                | Language::Scala
                | Language::Swift
                | Language::TypeScript,
            ) => rest.starts_with(b"//") || rest.starts_with(b"/*") || first && rest[0] == b'*',
            FileKind::Source(Language::Lua | Language::Sql) => rest.starts_with(b"--"),
            FileKind::Source(Language::Clojure) => rest[0] == b';',
            FileKind::Source(Language::Batch) => first && rest.len() > 3 && rest[..3].eq_ignore_ascii_case(b"rem"),
            FileKind::Data(Format::Xml | Format::Html) => rest.starts_with(b"<!--"),
            FileKind::Data(Format::Ini | Format::Properties) => first && matches!(rest[0], b'#' | b';' | b'!'),
            _ => rest[0] == b'#' && (first || is_blank(line[at - 1])),
        }
    }

    fn value(&self, mut name: Range<usize>, at: usize, operator: Operator, was_quoted: bool) -> Option<Assignment> {
        if operator == Operator::Argument && !was_quoted {
            // The function is called, not what it is called on: `password.encode("utf-8")`.
            name.start += memchr::memrchr(b'.', &self.text[name.clone()]).map_or(0, |dot| dot + 1);
        }
        let mut start = self.skip_blanks(at);
        let mut wrapper = None;
        let mut quote = self.quote_at(start);
        if quote.is_none() && !matches!(operator, Operator::Element | Operator::Query) {
            // A string prefix, as in `b"..."`, or a call around the string, as in `decode("...")`.
            let mut end = start;
            while end - start < 60
                && (is_name_byte(self.at(end))
                    || matches!(self.at(end), b'@' | b'$' | b'&' | b':' | b'>' | b'[' | b']'))
            {
                end += 1;
            }
            let callee = start..end;
            if callee.len() <= 2 && self.quote_at(end).is_some() {
                start = end;
                quote = self.quote_at(start);
            } else if self.at(end) == b'(' && !callee.is_empty() {
                let inner = self.skip_blanks(end + 1);
                let prefix = usize::from(matches!(self.at(inner), b'b' | b'r' | b'@'));
                if self.quote_at(inner + prefix).is_some() {
                    start = inner + prefix;
                    quote = self.quote_at(start);
                    wrapper = Some(callee);
                }
            }
        }
        let inside = self.inside(name.start);
        let (range, quote) = match quote {
            Some(quote) => (self.quoted_value(start, quote)?, quote),
            None if operator == Operator::Argument || operator == Operator::Compare && !self.has_bare_strings() => {
                return None;
            }
            None if operator != Operator::Query && inside == Inside::Code && was_quoted && self.needs_quotes() => {
                return None;
            }
            None if operator != Operator::Query && inside == Inside::Code && self.needs_quotes() => return None,
            None => (self.bare_value(&name, start, operator, inside), Quote::None),
        };
        if range.is_empty() {
            return None;
        }
        Some(Assignment {
            name,
            value: range,
            quote,
            operator,
            inside,
            wrapper,
        })
    }

    fn has_bare_strings(&self) -> bool {
        !self.needs_quotes()
    }

    /// Whether a value without quotes is an expression rather than a literal in this kind of file.
    fn needs_quotes(&self) -> bool {
        match self.kind {
            FileKind::Source(language) => !language.has_bare_strings(),
            FileKind::Data(Format::Json | Format::Hcl | Format::Toml) => true,
            _ => false,
        }
    }

    fn quote_at(&self, at: usize) -> Option<Quote> {
        let byte = self.at(at);
        if is_quote(byte) {
            Some(Quote::Plain(byte))
        } else if byte == b'\\' && matches!(self.at(at + 1), b'"' | b'\'') {
            Some(Quote::Escaped(self.at(at + 1)))
        } else {
            None
        }
    }

    fn quoted_value(&self, start: usize, quote: Quote) -> Option<Range<usize>> {
        let (mut first, closing, is_escaped) = match quote {
            Quote::Plain(byte) => (start + 1, byte, false),
            Quote::Escaped(byte) => (start + 2, byte, true),
            Quote::None => return None,
        };
        // A triple quote opens the same way as an empty string followed by a quote.
        if !is_escaped && self.at(first) == closing && self.at(first + 1) == closing {
            first += 2;
        }
        let mut at = first;
        while at - first <= MAX_VALUE {
            match self.at(at) {
                0 => return None,
                byte if is_line_end(byte) => return None,
                b'\\' if is_escaped && self.at(at + 1) == closing => return Some(first..at),
                b'\\' if !is_escaped => at += 1,
                byte if byte == closing => return Some(first..at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// A value without quotes: to the end of the line where the notation says so, else to the next separator.
    fn bare_value(&self, name: &Range<usize>, start: usize, operator: Operator, inside: Inside) -> Range<usize> {
        let whole_line = inside != Inside::Text
            && self.begins_line(name.start)
            && matches!(operator, Operator::Equals | Operator::Colon | Operator::Pair)
            && matches!(
                self.kind,
                FileKind::Data(Format::Yaml | Format::Properties | Format::Ini | Format::Dotenv)
            );
        let mut end = start;
        while end - start <= MAX_VALUE {
            let byte = self.at(end);
            let stops = match operator {
                _ if byte == 0 || is_line_end(byte) => true,
                Operator::Element => byte == b'<',
                _ if whole_line => byte == b'#' && end > start && is_blank(self.before(end)),
                Operator::Query => {
                    is_blank(byte)
                        || is_quote(byte)
                        || matches!(
                            byte,
                            b'&' | b'#' | b'<' | b'>' | b')' | b']' | b'}' | b'\\' | b',' | b';'
                        )
                }
                _ => {
                    is_blank(byte)
                        || is_quote(byte)
                        || matches!(byte, b';' | b',' | b'<' | b')' | b'|' | b'\\')
                        || byte == b'&' && inside != Inside::Code
                }
            };
            if stops {
                break;
            }
            end += 1;
        }
        while end > start && is_blank(self.before(end)) {
            end -= 1;
        }
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the assignment around the first `pass`, `token` or `key` of a text and shows what was found.
    fn show(kind: FileKind, text: &str) -> String {
        let hit = ["pass", "PASS", "token", "key", "KEY"]
            .iter()
            .filter_map(|word| text.find(word))
            .min()
            .unwrap();
        match read(text, hit, kind) {
            Some(found) => format!("{} {:?} {}", &text[found.name], found.operator, &text[found.value]),
            None => "nothing".to_owned(),
        }
    }

    fn source(language: Language, text: &str) -> String {
        show(FileKind::Source(language), text)
    }

    fn data(format: Format, text: &str) -> String {
        show(FileKind::Data(format), text)
    }

    #[test]
    fn source_code() {
        assert_eq!(
            source(Language::Python, r#"db_password = "s3cret""#),
            "db_password Equals s3cret"
        );
        assert_eq!(
            source(Language::Python, "password: str = 's3cret'"),
            "password Equals s3cret"
        );
        assert_eq!(
            source(Language::Python, r#"connect(password=b"s3cret")"#),
            "password Equals s3cret"
        );
        assert_eq!(
            source(Language::Rust, r#"let password: &'static str = "s3cret";"#),
            "password Equals s3cret"
        );
        assert_eq!(source(Language::Go, r#"apikey := "s3cret""#), "apikey Equals s3cret");
        assert_eq!(
            source(Language::Php, "define('DB_PASSWORD', 's3cret');"),
            "DB_PASSWORD Argument s3cret"
        );
        assert_eq!(
            source(Language::Php, "'password' => 's3cret',"),
            "password Arrow s3cret"
        );
        assert_eq!(
            source(Language::Java, r#"client.password("s3cret")"#),
            "password Argument s3cret"
        );
        assert_eq!(source(Language::Java, r#"key = decode("s3cret")"#), "key Equals s3cret");
        assert_eq!(
            source(Language::C, r#"#define PASSWORD "s3cret""#),
            "PASSWORD Space s3cret"
        );
        assert_eq!(
            source(Language::JavaScript, r#"if (password === "s3cret")"#),
            "password Compare s3cret"
        );
        assert_eq!(
            source(Language::JavaScript, r#"s = "{\"password\": \"s3cret\"}""#),
            "password Colon s3cret"
        );
        assert_eq!(
            source(Language::JavaScript, "get('/x?token=abc123&y=1')"),
            "token Query abc123"
        );
        assert_eq!(
            source(Language::JavaScript, "// password = s3cret"),
            "password Equals s3cret"
        );
    }

    #[test]
    fn expressions_are_no_literals() {
        assert_eq!(source(Language::Python, "password = other"), "nothing");
        assert_eq!(source(Language::Rust, "token::Token"), "nothing");
        assert_eq!(source(Language::TypeScript, "password: string;"), "nothing");
        assert_eq!(
            source(Language::Java, r#"throw new Error("wrong password")"#),
            "nothing"
        );
        assert_eq!(source(Language::Java, "password(other)"), "nothing");
        assert_eq!(
            source(Language::Python, "password.encode('utf-8')"),
            "encode Argument utf-8",
            "a name that says nothing"
        );
        assert_eq!(data(Format::Hcl, "password = var.password"), "nothing");
    }

    #[test]
    fn configuration() {
        assert_eq!(data(Format::Yaml, "password: s3cret # old"), "password Colon s3cret");
        assert_eq!(
            data(Format::Yaml, "- name: DB_PASSWORD\n  value: s3cret"),
            "DB_PASSWORD Pair s3cret"
        );
        assert_eq!(
            data(Format::Properties, "spring.datasource.password=a b"),
            "spring.datasource.password Equals a b"
        );
        assert_eq!(
            data(Format::Xml, "<password>s3cret</password>"),
            "password Element s3cret"
        );
        assert_eq!(
            data(Format::Xml, r#"<string name="api_key">s3cret</string>"#),
            "api_key Element s3cret"
        );
        assert_eq!(
            data(Format::Xml, r#"<property name="password" value="s3cret"/>"#),
            "password Pair s3cret"
        );
        assert_eq!(data(Format::Dotenv, "export PASSWORD='a b'"), "PASSWORD Equals a b");
        assert_eq!(
            show(FileKind::Dockerfile, "ENV PASSWORD s3cret"),
            "PASSWORD Space s3cret"
        );
        assert_eq!(
            data(Format::Yaml, "- DB_USER=a DB_PASSWORD=b DB_HOST=c"),
            "DB_PASSWORD Equals b"
        );
        assert_eq!(
            source(Language::Shell, "mysql --password s3cret"),
            "password Space s3cret"
        );
        assert_eq!(
            source(Language::Shell, "docker run -e PASSWORD=s3cret x"),
            "PASSWORD Equals s3cret"
        );
    }
}
