//! TOML, over the events of `toml_parser`, which go on after an error; `toml_edit` gives no tree then.

use std::borrow::Cow;
use std::ops::Range;

use toml_parser::decoder::Encoding;
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, ParseError, Raw, Source, Span};

use super::ConfigTree;
use super::tree::{Builder, MAX_DEPTH, Style};

/// Most problems that are noted in one file; a file with more is likely not TOML.
const MAX_PROBLEMS: usize = 10;

/// Reads a text as TOML.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let tokens = Source::new(text).lex().into_vec();
    let mut errors = Vec::new();
    let mut note = |error: ParseError| {
        if errors.len() < MAX_PROBLEMS {
            errors.push(error);
        }
    };
    let mut reader = Reader::new(text);
    parse_document(&tokens, &mut reader, &mut note);
    let mut builder = reader.builder;
    for error in &errors {
        let place = error.unexpected().or(error.context()).unwrap_or_default();
        builder.problem(place_in(text, place), error.description());
    }
    builder.finish(reader.last_end)
}

/// The range of a span, made to fit the text where an error points beyond it.
fn place_in(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.start());
    start..text.floor_char_boundary(span.end()).max(start)
}

/// A part of a dotted key.
struct Part<'t> {
    name: Cow<'t, str>,
    span: Range<usize>,
}

/// A table that is open.
struct Table<'t> {
    name: Cow<'t, str>,
    /// Whether `[[name]]` opened it: then it is the last element of a list, which is open too.
    is_in_list: bool,
}

/// A value in brackets that is open.
struct Brackets {
    is_array: bool,
    /// How many tables were open before it.
    tables_before: usize,
}

/// A header whose end was not read yet.
struct Header {
    start: usize,
    is_list: bool,
}

/// Makes nested nodes from headers and dotted keys.
///
/// Tables stay open as long as what follows lies in them, so that `a.b = 1` and `a.c = 2` share one node.
struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
    /// The open tables: first those of the last header, then those of dotted keys.
    tables: Vec<Table<'t>>,
    tables_of_header: usize,
    brackets: Vec<Brackets>,
    header: Option<Header>,
    /// The parts of a key that were read and not used yet.
    parts: Vec<Part<'t>>,
    /// Where the last header, bracket or value ended.
    last_end: usize,
    /// Whether `toml_parser` leaves out what follows up to a closing bracket, of which it tells.
    is_ignoring: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let mut builder = Builder::new();
        builder.open_mapping(0);
        Self {
            text,
            builder,
            tables: Vec::new(),
            tables_of_header: 0,
            brackets: Vec::new(),
            header: None,
            parts: Vec::new(),
            last_end: 0,
            is_ignoring: false,
        }
    }

    fn begin_header(&mut self, span: Span, is_list: bool) {
        // No header stands inside brackets.
        while !self.brackets.is_empty() {
            self.is_ignoring = false;
            self.close_brackets(self.last_end);
        }
        self.parts.clear();
        self.header = Some(Header { start: span.start(), is_list });
    }

    /// Opens the tables that a header names.
    fn enter_header(&mut self) {
        let Some(Header { start, is_list }) = self.header.take() else { return };
        let mut parts = std::mem::take(&mut self.parts);
        let list = if is_list { parts.pop() } else { None };
        self.close_tables(self.tables_of_header);
        let shared = self.count_shared(0, &parts);
        let is_next_element = shared == parts.len()
            && self
                .tables
                .get(shared)
                .zip(list.as_ref())
                .is_some_and(|(open, list)| open.is_in_list && open.name == list.name);
        if is_next_element {
            self.close_tables(shared + 1);
            self.builder.close(self.last_end);
            self.builder.open_mapping(start);
        } else {
            self.close_tables(shared);
            for Part { name, span } in parts.into_iter().skip(shared) {
                self.builder.key(name.clone(), span);
                self.builder.open_mapping(start);
                self.tables.push(Table { name, is_in_list: false });
            }
            if let Some(Part { name, span }) = list {
                self.builder.key(name.clone(), span);
                self.builder.open_sequence(start);
                self.builder.open_mapping(start);
                self.tables.push(Table { name, is_in_list: true });
            }
        }
        self.tables_of_header = self.tables.len();
    }

    /// Opens the tables of a dotted key and gives the builder its last part, for a value that starts at `at`.
    fn use_key(&mut self, at: usize) {
        let mut parts = std::mem::take(&mut self.parts);
        let outer = match self.brackets.last() {
            Some(brackets) if brackets.is_array => return,
            Some(brackets) => brackets.tables_before,
            None => self.tables_of_header,
        };
        let last = parts.pop().unwrap_or(Part { name: Cow::Borrowed(""), span: at..at });
        let shared = self.count_shared(outer, &parts);
        self.close_tables(outer + shared);
        let mut parts = parts.into_iter().skip(shared).peekable();
        while let Some(Part { name, span }) = parts.next() {
            // The value of `a` in `a.b = 1` is all of `b = 1`.
            let start = parts.peek().map_or(last.span.start, |next| next.span.start);
            // A value that is missing may be told before the key that is missing too.
            let start = start.min(at);
            self.builder.key(name.clone(), span);
            self.builder.open_mapping(start);
            self.tables.push(Table { name, is_in_list: false });
        }
        self.last_end = self.last_end.max(last.span.end);
        self.builder.key(last.name, last.span);
    }

    /// How many of the tables above the first `outer` ones are the ones that `parts` begins with.
    fn count_shared(&self, outer: usize, parts: &[Part<'t>]) -> usize {
        self.tables[outer..].iter().zip(parts).take_while(|(table, part)| table.name == part.name).count()
    }

    /// Closes all tables but the first `kept` ones.
    fn close_tables(&mut self, kept: usize) {
        while self.tables.len() > kept {
            let is_in_list = self.tables.pop().is_some_and(|table| table.is_in_list);
            self.builder.close(self.last_end);
            if is_in_list {
                self.builder.close(self.last_end);
            }
        }
    }

    fn open_brackets(&mut self, at: usize, is_array: bool) -> bool {
        if self.brackets.len() >= MAX_DEPTH {
            // The parser recurses for each level, so this is also what bounds the stack.
            self.is_ignoring = true;
            self.parts.clear();
            return false;
        }
        self.use_key(at);
        self.last_end = self.last_end.max(at);
        self.brackets.push(Brackets { is_array, tables_before: self.tables.len() });
        if is_array {
            self.builder.open_sequence(at);
        } else {
            self.builder.open_mapping(at);
        }
        true
    }

    fn close_brackets(&mut self, end: usize) {
        self.parts.clear();
        if std::mem::take(&mut self.is_ignoring) {
            return;
        }
        if let Some(brackets) = self.brackets.pop() {
            self.close_tables(brackets.tables_before);
            self.last_end = self.last_end.max(end);
            self.builder.close(self.last_end);
        }
    }

    fn raw(&self, span: Span, encoding: Option<Encoding>) -> Raw<'t> {
        Raw::new_unchecked(&self.text[place_in(self.text, span)], encoding, span)
    }
}

impl EventReceiver for Reader<'_> {
    fn std_table_open(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.begin_header(span, false);
    }

    fn std_table_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.enter_header();
        self.last_end = span.end();
    }

    fn array_table_open(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.begin_header(span, true);
    }

    fn array_table_close(&mut self, span: Span, error: &mut dyn ErrorSink) {
        self.std_table_close(span, error);
    }

    fn inline_table_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        let is_open = self.open_brackets(span.start(), false);
        if !is_open {
            error.report_error(ParseError::new("nested too deep to be read").with_unexpected(span));
        }
        is_open
    }

    fn inline_table_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.close_brackets(span.end());
    }

    fn array_open(&mut self, span: Span, error: &mut dyn ErrorSink) -> bool {
        let is_open = self.open_brackets(span.start(), true);
        if !is_open {
            error.report_error(ParseError::new("nested too deep to be read").with_unexpected(span));
        }
        is_open
    }

    fn array_close(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        self.close_brackets(span.end());
    }

    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let raw = self.raw(span, encoding);
        let mut name = Cow::Borrowed("");
        raw.decode_key(&mut name, error);
        let inner = content(raw.as_str(), encoding);
        self.parts.push(Part { name, span: span.start() + inner.start..span.start() + inner.end });
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        let raw = self.raw(span, encoding);
        let mut text = Cow::Borrowed("");
        let _kind = raw.decode_scalar(&mut text, error);
        let style = match encoding {
            None => Style::Bare,
            Some(Encoding::LiteralString | Encoding::BasicString) => Style::Quoted,
            Some(Encoding::MlLiteralString | Encoding::MlBasicString) => Style::Block,
        };
        if style == Style::Bare {
            // Decoding is for its errors only: it takes the `_` out of numbers.
            text = Cow::Borrowed(raw.as_str());
        }
        let inner = content(raw.as_str(), encoding);
        self.use_key(span.start());
        let inner = span.start() + inner.start..span.start() + inner.end;
        self.builder.scalar(text, style, inner, span.start()..span.end());
        self.last_end = self.last_end.max(span.end());
    }

    fn value_sep(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.parts.clear();
    }

    fn newline(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        if self.header.is_some() {
            // Without a closing bracket, yet what follows belongs to it.
            self.enter_header();
            self.last_end = span.start();
        }
        if self.brackets.is_empty() {
            self.parts.clear();
            self.is_ignoring = false;
        }
    }

    fn error(&mut self, span: Span, _error: &mut dyn ErrorSink) {
        let is_opening = matches!(self.text.get(span.start()..span.end()), Some("[" | "{"));
        self.is_ignoring |= is_opening;
    }
}

/// The part of a key or value without its quotes.
fn content(raw: &str, encoding: Option<Encoding>) -> Range<usize> {
    let (quotes, is_multi_line) = match encoding {
        None => return 0..raw.len(),
        Some(Encoding::LiteralString) => ("'", false),
        Some(Encoding::BasicString) => ("\"", false),
        Some(Encoding::MlLiteralString) => ("'''", true),
        Some(Encoding::MlBasicString) => ("\"\"\"", true),
    };
    let mut inner = raw.strip_prefix(quotes).unwrap_or(raw);
    if is_multi_line {
        // The line break after the opening quotes is no part of the value.
        inner = inner.strip_prefix("\r\n").or(inner.strip_prefix('\n')).unwrap_or(inner);
    }
    let start = raw.len() - inner.len();
    start..start + inner.strip_suffix(quotes).unwrap_or(inner).len()
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
    fn tables_and_dotted_keys_nest() {
        assert_snapshot!(read("top = 1\n[a.b]\nx = 'y'\nc.d = 2\nc.\"e f\" = 3\n[a.g] # c\nz = true\n[other]\n[a]\nlast = 1979-05-27T07:32:00Z\n"), @r#"
        {}
        /top Bare "1" at "1"
        /a {}
        /a/b {}
        /a/b/x Quoted "y" at "y"
        /a/b/c {}
        /a/b/c/d Bare "2" at "2"
        /a/b/c/e f Bare "3" at "3"
        /a/g {}
        /a/g/z Bare "true" at "true"
        /other {}
        /a {}
        /a/last Bare "1979-05-27T07:32:00Z" at "1979-05-27T07:32:00Z"
        "#);
    }

    #[test]
    fn lists_of_tables_nest() {
        assert_snapshot!(read("[[user]]\nname = 'a'\n[user.key]\nid = 1\n[[user]]\nname = 'b'\n[[user.role]]\nr = 1\n[[user.role]]\nr = 2\n"), @r#"
        {}
        /user []
        /user/0 {}
        /user/0/name Quoted "a" at "a"
        /user/0/key {}
        /user/0/key/id Bare "1" at "1"
        /user/1 {}
        /user/1/name Quoted "b" at "b"
        /user/1/role []
        /user/1/role/0 {}
        /user/1/role/0/r Bare "1" at "1"
        /user/1/role/1 {}
        /user/1/role/1/r Bare "2" at "2"
        "#);
    }

    #[test]
    fn values_in_brackets_have_places() {
        assert_snapshot!(read("a = [ 1_000, [\"x\"], {p.q = 1, p.r = '2', s = []}, ]\nb = {}\n"), @r#"
        {}
        /a []
        /a/0 Bare "1_000" at "1_000"
        /a/1 []
        /a/1/0 Quoted "x" at "x"
        /a/2 {}
        /a/2/p {}
        /a/2/p/q Bare "1" at "1"
        /a/2/p/r Quoted "2" at "2"
        /a/2/s []
        /b {}
        "#);
    }

    #[test]
    fn strings_are_decoded() {
        assert_snapshot!(read("a = \"q\\n\\u00e9\"\nb = '''\nl1\n  l2'''\r\nc = \"\"\"\\\n   x\ny\"\"\"\nd = \"\"\nk\\ey = 1\n\"k\\u0020e\" = 1"), @r#"
        {}
        /a Quoted "q\né" at "q\\n\\u00e9"
        /b Block "l1\n  l2" at "l1\n  l2"
        /c Block "x\ny" at "\\\n   x\ny"
        /d Quoted "" at ""
        /k\ey Bare "1" at "1"
        /k e Bare "1" at "1"
        problem: invalid unquoted key at "\\"
        "#);
    }

    #[test]
    fn what_comes_after_a_mistake_is_read() {
        assert_snapshot!(read("a = \nb = \"open\nno value\nc = some words\n[d\ne = [1, 2\nf = 3\n"), @r#"
        {}
        /a Bare "" at ""
        /b Quoted "open" at "open"
        /c Bare "some words" at "some words"
        /d {}
        /d/e []
        /d/e/0 Bare "1" at "1"
        /d/e/1 Bare "2" at "2"
        /d/e/2 Bare "f" at "f"
        /d/e/3 Bare "3" at "3"
        problem: string values must be quoted at ""
        problem: invalid basic string at ""
        problem: key with no value at ""
        problem: string values must be quoted at "some words"
        problem: unclosed table at ""
        problem: missing comma between array elements at ""
        problem: invalid boolean at "f"
        problem: unexpected `=` in array at "="
        problem: missing comma between array elements at ""
        problem: unclosed array at ""
        "#);
        assert_snapshot!(read("= 1\n[]\nx = {a, b = 1, {c = 2}, d = 3} junk\n]]\ny = 4\n"), @r#"
        {}
        / Bare "1" at "1"
        / {}
        //x {}
        //x/a Bare "b" at "b"
        //x/1 {}
        //x/1/c Bare "2" at "2"
        //x/d Bare "3" at "3"
        //y Bare "4" at "4"
        problem: unquoted keys cannot be empty at ""
        problem: unquoted keys cannot be empty at ""
        problem: extra comma in inline table at ""
        problem: missing assignment between key-value pairs at ""
        problem: string values must be quoted at "b"
        problem: extra assignment between key-value pairs at ""
        problem: missing comma between key-value pairs at ""
        problem: extra comma in inline table at ""
        problem: missing assignment between key-value pairs at ""
        problem: unexpected key or value at ""
        "#);
    }

    #[test]
    fn hostile_texts_take_linear_time() {
        for unit in [
            "[", "]", "{", "}", "\"", "'", "=", ".", "a.", "a=[", "a={", "a={b=", "[a]\n", "[[a]]\n", "[a.", "a.b=1\n",
            ",", "\\", "#", "\n", "\"\"\"", "a={{",
        ] {
            let hostile = unit.repeat(200_000 / unit.len());
            parse(&hostile);
            parse(&format!("a={hostile}"));
        }
    }

    proptest! {
        #[test]
        fn every_text_gives_a_tree_with_places(
            text in "\\PC*|[\\[\\]{}=.,\"'\\\\#\\n\\r ab1é\u{feff}]*|((\\[|\\[\\[)?(a|b|\\.|=|\\{|\\}|\\[|\\]|,|1|\"c\"|'''|\n| ){0,6}\n)*"
        ) {
            assert_sound(&text, parse);
        }
    }
}
