//! Finds the literal that is assigned to a name, given where a credential-like word stands.
//!
//! One small reader serves every notation, because the shape is the same in all of them: a name, perhaps in quotes or
//! brackets, an operator, and a value. It looks at one line, reads bounded distances, and allocates nothing.

mod fallback;
mod operator;
mod surroundings;
mod value;

use std::ops::Range;

use crate::model::FileKind;

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
    /// `name || value`, `getenv("name") ?? value`
    Fallback,
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
    /// Whether the value only stands in for one that is looked up elsewhere.
    pub is_default: bool,
}

/// Reads the assignment whose name holds the byte at `hit`. Sets `done` to where the next name can begin, when this one is too
/// long to be a name.
pub fn read(text: &str, hit: usize, kind: FileKind, done: &mut usize) -> Option<Assignment> {
    Reader { text: text.as_bytes(), kind }.assignment(hit, done)
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

impl Reader<'_> {
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

    /// Skips blanks, and line ends where there are few.
    fn skip_space(&self, at: usize) -> usize {
        const FARTHEST: usize = 200;
        let rest = &self.text[at.min(self.text.len())..self.text.len().min(at + FARTHEST)];
        at + rest.iter().take_while(|&&byte| is_blank(byte) || is_line_end(byte)).count()
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

    fn assignment(&self, hit: usize, done: &mut usize) -> Option<Assignment> {
        let found = self.name(hit);
        if found.len() > MAX_NAME {
            *done = found.end;
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Format, Language};

    /// Reads the assignment around the first `pass`, `token` or `key` of a text and shows what was found.
    fn show(kind: FileKind, text: &str) -> String {
        let hit = ["pass", "PASS", "token", "key", "KEY"].iter().filter_map(|word| text.find(word)).min().unwrap();
        match read(text, hit, kind, &mut 0) {
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
        assert_eq!(source(Language::Python, r#"db_password = "VALUE""#), "db_password Equals VALUE");
        assert_eq!(source(Language::Python, "password: str = 'VALUE'"), "password Equals VALUE");
        assert_eq!(source(Language::Python, r#"connect(password=b"VALUE")"#), "password Equals VALUE");
        assert_eq!(source(Language::Rust, r#"let password: &'static str = "VALUE";"#), "password Equals VALUE");
        assert_eq!(source(Language::Go, r#"apikey := "VALUE""#), "apikey Equals VALUE");
        assert_eq!(source(Language::Php, "define('DB_PASSWORD', 'VALUE');"), "DB_PASSWORD Argument VALUE");
        assert_eq!(source(Language::Php, "'password' => 'VALUE',"), "password Arrow VALUE");
        assert_eq!(source(Language::Java, r#"client.password("VALUE")"#), "password Argument VALUE");
        assert_eq!(source(Language::Java, r#"key = decode("VALUE")"#), "key Equals VALUE");
        assert_eq!(source(Language::C, r#"#define PASSWORD "VALUE""#), "PASSWORD Space VALUE");
        assert_eq!(source(Language::JavaScript, r#"if (password === "VALUE")"#), "password Compare VALUE");
        assert_eq!(source(Language::JavaScript, r#"s = "{\"password\": \"VALUE\"}""#), "password Colon VALUE");
        assert_eq!(source(Language::JavaScript, "get('/x?token=abc123&y=1')"), "token Query abc123");
        assert_eq!(source(Language::JavaScript, "// password = VALUE"), "password Equals VALUE");
        assert_eq!(source(Language::Python, "password = (\n    'VALUE'"), "password Equals VALUE");
        assert_eq!(source(Language::Java, "String password =\n    \"VALUE\";"), "password Equals VALUE");
    }

    #[test]
    fn comparisons_and_fallbacks() {
        assert_eq!(source(Language::Java, r#"if (password.equals("VALUE"))"#), "password Compare VALUE");
        assert_eq!(source(Language::Java, r#"Objects.equals(password, "VALUE")"#), "password Compare VALUE");
        assert_eq!(source(Language::Php, "strcmp($password, 'VALUE')"), "password Compare VALUE");
        assert_eq!(
            source(Language::JavaScript, "process.env.DB_PASSWORD || 'VALUE'"),
            "process.env.DB_PASSWORD Fallback VALUE"
        );
        assert_eq!(source(Language::JavaScript, "env['DB_PASSWORD'] ?? 'VALUE'"), "DB_PASSWORD Fallback VALUE");
        assert_eq!(source(Language::Php, "getenv('DB_PASSWORD') ?: 'VALUE'"), "DB_PASSWORD Fallback VALUE");
        assert_eq!(source(Language::Python, "os.getenv('PASS') or 'VALUE'"), "PASS Fallback VALUE");
        assert_eq!(source(Language::Rust, r#"var("PASS").unwrap_or("VALUE".into())"#), "PASS Fallback VALUE");
        assert_eq!(source(Language::JavaScript, "password || other"), "nothing");
    }

    #[test]
    fn defaults_of_look_ups() {
        assert_eq!(source(Language::Python, r#"password = os.environ.get("P", "VALUE")"#), "password Equals VALUE");
        assert_eq!(source(Language::Python, r#"password = config("P", default="VALUE")"#), "password Equals VALUE");
        assert_eq!(source(Language::JavaScript, "password: process.env.P || 'VALUE',"), "password Colon VALUE");
        assert_eq!(source(Language::Ruby, r#"password = ENV["P"] || "VALUE""#), "password Equals VALUE");
        assert_eq!(source(Language::Php, "'password' => env('P', 'VALUE'),"), "password Arrow VALUE");
        assert_eq!(source(Language::JavaScript, "f({ password: process.env.P, b: 'x' })"), "nothing");
        assert_eq!(source(Language::Python, r#"f(password=os.environ["P"], b="x")"#), "nothing");
        assert_eq!(data(Format::Yaml, "password: ${P:-VALUE}"), "password Colon VALUE");
        assert_eq!(data(Format::Yaml, "- password=${P-VALUE}"), "password Equals VALUE");
        assert_eq!(data(Format::Xml, "<password>${db-password}</password>"), "password Element ${db-password}");
        assert_eq!(data(Format::Properties, "password=${db.password:VALUE}"), "password Equals VALUE");
        assert_eq!(data(Format::Yaml, "password: ${ssm:/x}"), "password Colon ${ssm:/x}");
        assert_eq!(data(Format::Yaml, "password: ${P:?VALUE}"), "password Colon ${P:?VALUE}");
        assert_eq!(data(Format::Yaml, "password: ${P:-$Q}"), "password Colon ${P:-$Q}");
        assert_eq!(source(Language::Shell, r#"PASSWORD="${PASSWORD:-VALUE}""#), "PASSWORD Equals VALUE");
        assert_eq!(source(Language::Java, r#"@Value("${db.password:VALUE}") String a;"#), "db.password Equals VALUE");
    }

    #[test]
    fn expressions_are_no_literals() {
        assert_eq!(source(Language::Python, "password = other"), "nothing");
        assert_eq!(source(Language::Rust, "token::Token"), "nothing");
        assert_eq!(source(Language::TypeScript, "password: string;"), "nothing");
        assert_eq!(source(Language::Java, r#"throw new Error("wrong password")"#), "nothing");
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
        assert_eq!(data(Format::Yaml, "password: VALUE # old"), "password Colon VALUE");
        assert_eq!(data(Format::Yaml, "- name: DB_PASSWORD\n  value: VALUE"), "DB_PASSWORD Pair VALUE");
        assert_eq!(data(Format::Properties, "spring.datasource.password=a b"), "spring.datasource.password Equals a b");
        assert_eq!(data(Format::Xml, "<password>VALUE</password>"), "password Element VALUE");
        assert_eq!(data(Format::Xml, r#"<string name="api_key">VALUE</string>"#), "api_key Element VALUE");
        assert_eq!(data(Format::Xml, r#"<property name="password" value="VALUE"/>"#), "password Pair VALUE");
        assert_eq!(data(Format::Dotenv, "export PASSWORD='a b'"), "PASSWORD Equals a b");
        assert_eq!(source(Language::Shell, "PASSWORD=a{{ b c }}d e"), "PASSWORD Equals a{{ b c }}d");
        assert_eq!(show(FileKind::Dockerfile, "ENV PASSWORD VALUE"), "PASSWORD Space VALUE");
        assert_eq!(data(Format::Yaml, "- DB_USER=a DB_PASSWORD=b DB_HOST=c"), "DB_PASSWORD Equals b");
        assert_eq!(source(Language::Shell, "mysql --password VALUE"), "password Space VALUE");
        assert_eq!(source(Language::Shell, "docker run -e PASSWORD=VALUE x"), "PASSWORD Equals VALUE");
    }
}
