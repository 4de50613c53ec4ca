//! Settings written in a programming language: PHP, Python, Ruby, Elixir, JavaScript and their like. Written here, as what they
//! have in common is enough to know which names lead to a string, and a parser for each would be a large part of this program.

use std::ops::Range;

use super::tree::Builder;
use super::{ConfigTree, Style, quoted};

/// Longest chain of names, as in `$a['b']['c']`, that is kept.
const MAX_CHAIN: usize = 8;
/// Longest name of a chain that stands in quotes, longest head of a class, and longest string in backquotes, in bytes.
const MAX_KEY: usize = 200;
const MAX_HEAD: usize = 400;
const MAX_TEMPLATE: usize = 4096;
/// Functions that only make a collection: their arguments belong to the name before them.
const TRANSPARENT: &[&str] = &["array", "dict", "list", "tuple", "new", "Map", "OrderedDict"];

/// Reads a mapping of names to the strings that they are assigned.
///
/// Each name of a chain (`$a['b']['c']`, `a.b.c`, `A::b`, `$a->b`), each key before `=>` or `:`, and each function or block around is a
/// mapping in a mapping. An argument has its number as key, and the second the text of the first: `define('A', 'b')` is `define/A`. The
/// string that an operator falls back on (`x || 'y'`) stands for the whole expression; one that is joined with others is left out.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader { text, at: 0, line: 0..0, builder: Builder::new(), frames: vec![Frame::default()] };
    reader.builder.open_mapping(0);
    while reader.at < text.len() {
        reader.token();
    }
    reader.builder.finish(text.len())
}

/// A name, without quotes.
type Name = Range<usize>;

/// What is known inside a bracket, or at the top.
#[derive(Debug, Default)]
struct Frame {
    /// How many mappings the bracket opened.
    mappings: usize,
    is_call: bool,
    /// The names that the value at hand belongs to.
    names: Vec<Name>,
    /// Whether the value comes next.
    expects: bool,
    /// Whether a `:` gave the names, which a type may follow: `name: str = "value"`.
    may_be_typed: bool,
    /// Whether anything of the element was read.
    has_begun: bool,
    /// The number of the element, from 0.
    position: usize,
    /// The first element, if it is a string.
    first: Option<Name>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// The part of a line that was looked at last. A whole program can be one line, which is not to be searched at each string.
    line: Range<usize>,
    builder: Builder<'t>,
    /// The brackets that are open, outermost first; the first is none.
    frames: Vec<Frame>,
}

impl<'t> Reader<'t> {
    fn byte(&self, at: usize) -> u8 {
        // NUL stands for the end: no notation gives it a meaning.
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the first frame is never closed")
    }

    fn skip_blanks(&self, at: usize) -> usize {
        at + self.text.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    fn line_end(&mut self, at: usize) -> usize {
        if !(self.line.start..=self.line.end).contains(&at) || self.line.end == 0 {
            let length = memchr::memchr2(b'\n', b'\r', &self.text.as_bytes()[at..]);
            self.line = at..length.map_or(self.text.len(), |length| at + length);
        }
        self.line.end
    }

    fn token(&mut self) {
        let at = self.at;
        let next = self.byte(at + 1);
        self.at += 1;
        match self.byte(at) {
            b'\n' | b'\r' if !self.frame().expects => self.frame().names.clear(),
            byte if byte.is_ascii_whitespace() => {}
            b'#' => self.at = self.line_end(at),
            b'/' if next == b'/' => self.at = self.line_end(at),
            b'/' if next == b'*' => {
                self.at = self.rest(at).find("*/").map_or(self.text.len(), |length| at + length + 2);
            }
            b'"' | b'\'' | b'`' => self.string(at),
            b'(' | b'[' | b'{' => self.open(at, false),
            b')' | b']' | b'}' => self.close(),
            b',' | b';' => self.end_element(),
            b'|' if next == b'|' => self.fall_back(2),
            b'?' if matches!(next, b'?' | b':') => self.fall_back(2),
            byte if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'@' | b':') || !byte.is_ascii() => {
                self.names(at);
            }
            _ => self.spend(),
        }
    }

    /// The value is an expression, and not a string alone.
    fn spend(&mut self) {
        let frame = self.frame();
        (frame.expects, frame.has_begun) = (false, true);
    }

    /// An operator after which the value of the same names follows.
    fn fall_back(&mut self, length: usize) {
        self.at += length - 1;
        let frame = self.frame();
        frame.expects = !frame.names.is_empty();
    }

    fn expect(&mut self, names: Vec<Name>, may_be_typed: bool) {
        let frame = self.frame();
        (frame.names, frame.expects, frame.may_be_typed, frame.has_begun) = (names, true, may_be_typed, true);
    }

    fn end_element(&mut self) {
        let frame = self.frame();
        (frame.expects, frame.has_begun) = (false, false);
        frame.names.clear();
        frame.position += 1;
        if frame.position == 1
            && let Some(name) = frame.first.take()
        {
            (frame.names, frame.expects) = (vec![name], true);
        }
    }

    /// Opens a bracket, as mappings when a value is expected: one for each name.
    fn open(&mut self, at: usize, is_call: bool) {
        let frame = self.frame();
        let names = if frame.expects { std::mem::take(&mut frame.names) } else { Vec::new() };
        self.spend();
        for name in &names {
            self.builder.key(&self.text[name.clone()], name.clone());
            self.builder.open_mapping(name.start);
        }
        self.at = at + 1;
        self.frames.push(Frame { mappings: names.len(), is_call, ..Frame::default() });
    }

    fn close(&mut self) {
        if self.frames.len() > 1
            && let Some(frame) = self.frames.pop()
        {
            (0..frame.mappings).for_each(|_| self.builder.close(self.at));
        }
        self.spend();
    }

    /// Reads a chain of names, and what ties it to a value.
    fn names(&mut self, at: usize) {
        let start = at + self.rest(at).bytes().take_while(|byte| matches!(byte, b'$' | b'@' | b':')).count();
        let mut names = vec![self.name_at(start)];
        self.at = names[0].end;
        if names[0].is_empty() {
            self.at = start.max(at + 1);
            return self.spend();
        }
        while let Some(name) = self.next_name() {
            if names.len() < MAX_CHAIN {
                names.push(name);
            }
        }
        let is_short = names.len() == 1 && names[0].len() <= 2;
        let end = self.at;
        let after = self.skip_blanks(end);
        let next = (self.byte(after), self.byte(after + 1));
        match next {
            // `b"..."`
            (b'"' | b'\'', _) if is_short && after == end => {}
            (b'=', b'>') | (b':', b'=') => self.assign(names, after + 2, false),
            (b'=' | b'!', b'=') | (b'=', b'~') => self.skip_to(after + 2),
            (b'=', _) if self.frame().expects && self.frame().may_be_typed => self.at = after + 1,
            (b'=', _) => self.assign(names, after + 1, false),
            (b'?', b':') => self.assign(names, after + 2, true),
            (b':', next) if next != b':' => self.assign(names, after + 1, true),
            (b'|' | b'?', _) if ["||=", "??="].iter().any(|sign| self.rest(after).starts_with(sign)) => {
                self.assign(names, after + 3, false);
            }
            (b'(', _) if after == end || self.is_transparent(&names) => self.call(names, after),
            _ if &self.text[names[0].clone()] == "class" => self.class(after),
            (b'{', _) if !self.frame().expects => {
                self.assign(names, after, false);
                self.open(after, false);
            }
            // `storePassword "..."`
            (b'"' | b'\'', _) if !self.frame().expects && !self.frame().has_begun => self.assign(names, after, false),
            _ if &self.text[names[0].clone()] == "or" => self.fall_back(1),
            _ => self.spend(),
        }
    }

    fn is_transparent(&self, called: &[Name]) -> bool {
        called.len() == 1 && TRANSPARENT.contains(&&self.text[called[0].clone()])
    }

    /// A class is a block of its name, whatever it extends.
    fn class(&mut self, at: usize) {
        let name = self.name_at(at);
        let line_end = self.line_end(at);
        let head = &self.text[at..self.text.floor_char_boundary(line_end.min(at + MAX_HEAD))];
        let brace = match head.find('{') {
            Some(length) => at + length,
            None => line_end + self.rest(line_end).bytes().take(MAX_HEAD).take_while(u8::is_ascii_whitespace).count(),
        };
        if name.is_empty() || self.byte(brace) != b'{' {
            return self.skip_to(at.max(name.end));
        }
        self.expect(vec![name], false);
        self.open(brace, false);
    }

    fn assign(&mut self, names: Vec<Name>, at: usize, may_be_typed: bool) {
        self.at = at;
        self.expect(names, may_be_typed);
    }

    fn skip_to(&mut self, at: usize) {
        self.at = at;
        self.spend();
    }

    /// A function's arguments belong to it, and to the names that are assigned its result.
    fn call(&mut self, called: Vec<Name>, at: usize) {
        let is_transparent = self.is_transparent(&called);
        let frame = self.frame();
        let mut names = if frame.expects { frame.names.clone() } else { Vec::new() };
        let kept = frame.names.clone();
        let expects = frame.expects;
        if is_transparent {
            return self.open(at, false);
        }
        names.extend(called);
        self.expect(names, false);
        self.open(at, true);
        // An operator after the call may fall back on a string.
        let outer = self.frames.len() - 2;
        self.frames[outer].names = if expects { kept } else { Vec::new() };
    }

    fn name_at(&self, start: usize) -> Name {
        let bytes = self.text.as_bytes();
        let mut end = start;
        while end < bytes.len() {
            let byte = bytes[end];
            let is_part = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
            let joins = byte == b'-' && end > start && self.byte(end + 1).is_ascii_alphabetic();
            if !(is_part || joins) {
                break;
            }
            end += 1;
        }
        start..end
    }

    /// Reads the next name of a chain: `.name`, `->name`, `::name`, `['name']`, `[:name]`, `[$name]`.
    fn next_name(&mut self) -> Option<Name> {
        let rest = self.rest(self.at);
        let tie = ["->", "::", "?.", "."].into_iter().find(|tie| rest.starts_with(tie));
        if let Some(tie) = tie {
            let name = self.name_at(self.at + tie.len());
            self.at = if name.is_empty() { self.at } else { name.end };
            return Some(name).filter(|name| !name.is_empty());
        }
        let start = self.at + 1;
        let (name, end) = match (self.byte(self.at), self.byte(start)) {
            (b'[', b'"' | b'\'') => {
                let end = self.line_end(start);
                let string = quoted::quoted(self.text, start..end.min(start + MAX_KEY), true)?;
                (string.inner, string.end)
            }
            (b'[', byte) => {
                let name = self.name_at(start + usize::from(matches!(byte, b':' | b'$')));
                (name.clone(), name.end)
            }
            _ => return None,
        };
        let is_closed = !name.is_empty() && self.byte(end) == b']';
        self.at = if is_closed { end + 1 } else { self.at };
        is_closed.then_some(name)
    }

    /// Reads a string: a key, a value, an argument, or nothing of these.
    fn string(&mut self, at: usize) {
        let quote = &self.text[at..=at];
        let triple = quote.repeat(3);
        let found = if self.rest(at).starts_with(&triple) {
            self.rest(at + 3).find(&triple).map(|length| (at + 3..at + 3 + length, at + 6 + length))
        } else {
            let end = if quote == "`" { self.text.len().min(at + MAX_TEMPLATE) } else { self.line_end(at) };
            quoted::quoted(self.text, at..end, true).map(|string| (string.inner, string.end))
        };
        // What opens here is no string, or one of a form that is not known.
        let Some((inner, end)) = found else {
            let end = self.line_end(at);
            return self.skip_to(end);
        };
        self.at = end;
        let spaces = self.rest(end).bytes().take_while(u8::is_ascii_whitespace).count();
        let after = end + spaces;
        match (self.byte(after), self.byte(after + 1)) {
            (b'=', b'>') => return self.assign(vec![inner], after + 2, false),
            (b':', next) if next != b':' => return self.assign(vec![inner], after + 1, false),
            (b'+' | b'%' | b'<' | b'~', _) => return self.spend(),
            (b'.', next) if !next.is_ascii_alphabetic() => return self.spend(),
            _ => {}
        }
        let frame = self.frame();
        if frame.expects {
            let names = frame.names.clone();
            self.value(&names, inner, at..end);
        } else if frame.is_call && !frame.has_begun {
            let position = frame.position;
            frame.first = Some(inner.clone()).filter(|_| position == 0);
            self.builder.key(position.to_string(), at..at);
            self.scalar(inner, at..end);
        }
        self.spend();
    }

    fn value(&mut self, names: &[Name], inner: Range<usize>, whole: Range<usize>) {
        let Some((last, outer)) = names.split_last() else { return };
        for name in outer {
            self.builder.key(&self.text[name.clone()], name.clone());
            self.builder.open_mapping(name.start);
        }
        self.builder.key(quoted_text(&self.text[last.clone()]), last.clone());
        let end = whole.end;
        self.scalar(inner, whole);
        outer.iter().for_each(|_| self.builder.close(end));
    }

    fn scalar(&mut self, inner: Range<usize>, whole: Range<usize>) {
        self.builder.scalar(quoted_text(&self.text[inner.clone()]), Style::Quoted, inner, whole);
    }
}

/// The text of a string. Escapes of single languages stay.
fn quoted_text(raw: &str) -> std::borrow::Cow<'_, str> {
    quoted::unescape(raw, quoted::same_character(b"\\\"'`$/"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn php() {
        let text = "<?php\n// define('A', 'b');\ndefine( 'DB_PASSWORD', 'it\\'s' );\ndefine('X', getenv('X') ?: 'y');\n$databases['default']['default'] = array(\n  'password' => 'p', # c\n  'host' => 'h' . $x,\n);\nclass JConfig extends B\n{\n  public $secret = 's';\n}\nreturn ['crypt' => ['key' => 'k'], 'db' => env('DB', 'd')];\n$CFG->dbpass = 'q';\n$cfg['S'][$i]['p'] = 'r';\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /define {}
        /define/0 Quoted "DB_PASSWORD" at "DB_PASSWORD"
        /define/DB_PASSWORD Quoted "it's" at "it\\'s"
        /define {}
        /define/0 Quoted "X" at "X"
        /define/X {}
        /define/X/getenv {}
        /define/X/getenv/0 Quoted "X" at "X"
        /define/X Quoted "y" at "y"
        /databases {}
        /databases/default {}
        /databases/default/default {}
        /databases/default/default/password Quoted "p" at "p"
        /JConfig {}
        /JConfig/secret Quoted "s" at "s"
        /crypt {}
        /crypt/key Quoted "k" at "k"
        /db {}
        /db/env {}
        /db/env/0 Quoted "DB" at "DB"
        /db/env/DB Quoted "d" at "d"
        /CFG {}
        /CFG/dbpass Quoted "q" at "q"
        /cfg {}
        /cfg/S {}
        /cfg/S/i {}
        /cfg/S/i/p Quoted "r" at "r"
        "#);
    }

    #[test]
    fn python() {
        let text = "SECRET_KEY: str = 'k'\nDATABASES = {\n    'default': {\n        'PASSWORD': os.environ.get('P', 'd'),\n        \"B\": b\"b\",\n    }\n}\nc.NotebookApp.token = u'''t'''\napp.config['SECRET_KEY'] = 'x' + y\nconnect(host, 'u', password=\"p\")\nA = x or 'f'\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /SECRET_KEY Quoted "k" at "k"
        /DATABASES {}
        /DATABASES/default {}
        /DATABASES/default/PASSWORD {}
        /DATABASES/default/PASSWORD/os {}
        /DATABASES/default/PASSWORD/os/environ {}
        /DATABASES/default/PASSWORD/os/environ/get {}
        /DATABASES/default/PASSWORD/os/environ/get/0 Quoted "P" at "P"
        /DATABASES/default/PASSWORD/os/environ/get/P Quoted "d" at "d"
        /DATABASES/default/B Quoted "b" at "b"
        /c {}
        /c/NotebookApp {}
        /c/NotebookApp/token Quoted "t" at "t"
        /connect {}
        /connect/1 Quoted "u" at "u"
        /connect/password Quoted "p" at "p"
        /A Quoted "f" at "f"
        "#);
    }

    #[test]
    fn ruby_elixir_groovy_and_javascript() {
        let text = "config.secret_key = 'a'\nconfig :app, App.Endpoint,\n  secret_key_base: \"b\",\n  live_view: [signing_salt: \"c\"]\nsigningConfigs {\n  release {\n    storePassword \"d\"\n    keyPassword System.getenv(\"K\") ?: \"e\"\n  }\n}\nconst s = session({ secret: process.env.S || 'f', \"g\": [{ h: `i` }] });\n:password => 'j'\nif (x == 'k') { y(z, 'l') }\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /config {}
        /config/secret_key Quoted "a" at "a"
        /secret_key_base Quoted "b" at "b"
        /live_view {}
        /live_view/signing_salt Quoted "c" at "c"
        /signingConfigs {}
        /signingConfigs/release {}
        /signingConfigs/release/storePassword Quoted "d" at "d"
        /signingConfigs/release/System {}
        /signingConfigs/release/System/getenv {}
        /signingConfigs/release/System/getenv/0 Quoted "K" at "K"
        /s {}
        /s/session {}
        /s/session/secret Quoted "f" at "f"
        /s/session/g {}
        /s/session/g/h Quoted "i" at "i"
        /password Quoted "j" at "j"
        /y {}
        /y/1 Quoted "l" at "l"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "a",
            "'",
            "\"",
            "`",
            "\"\"\"",
            "'''",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "=",
            "=>",
            ":",
            "::",
            ".",
            "->",
            ",",
            ";",
            "$",
            "@",
            "#",
            "//",
            "/*",
            "*/",
            "||",
            "??",
            " or ",
            "class ",
            "a['b']",
            "\n",
            " ",
            "\\",
            "['a']",
            "[:a]",
            "define('a', ",
            "é",
            "-",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
