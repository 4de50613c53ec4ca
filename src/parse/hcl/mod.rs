//! HashiCorp's language: Terraform, Packer, Nomad. Written here, as the crates for it stop at the first error.

mod expression;
mod template;
mod value;

use std::borrow::Cow;
use std::ops::Range;

use super::tree::Builder;
use super::{ConfigTree, lines};
use expression::{Expression, comment_end, expression, literal};
use template::{Template, heredoc, string};

/// Functions that give their first argument, or an encoding of it: the argument stands in their place.
const TRANSPARENT: &[&str] = &[
    "base64encode",
    "base64gzip",
    "jsonencode",
    "nonsensitive",
    "sensitive",
    "tolist",
    "tomap",
    "toset",
    "tostring",
    "yamlencode",
];

/// Reads a mapping of attributes and blocks.
///
/// A block is a mapping under its type, with a mapping for each of its labels. What is neither a literal nor a collection of values
/// is one scalar of the style [`Expression`](super::Style::Expression), but for calls of functions that give their argument, as
/// `jsonencode` does, and of `merge`: these stand for what they are called with.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut parser = Parser {
        text,
        at: 0,
        builder: Builder::new(),
        frames: Vec::new(),
        after_comma: false,
        one_line_strings: false,
    };
    parser.builder.open_mapping(0);
    parser.skip_space();
    while parser.at < text.len() {
        match parser.frames.last() {
            None | Some(Frame::Body { .. }) => parser.body_item(),
            Some(Frame::Object { .. }) => parser.object_item(),
            Some(Frame::List) => parser.list_item(),
            Some(Frame::Call) => parser.call_item(),
            Some(Frame::Merge) => parser.merge_item(),
        }
        parser.skip_space();
    }
    if !parser.frames.is_empty() {
        parser.builder.problem(text.len()..text.len(), "a bracket is not closed");
    }
    parser.builder.finish(text.len())
}

/// What is open.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// The body of a block, with so many mappings: one, and one for each label.
    Body {
        mappings: usize,
    },
    /// An object; one that `merge` takes has no mapping of its own.
    Object {
        has_mapping: bool,
    },
    List,
    /// A call that stands for its first argument.
    Call,
    /// A call of `merge`.
    Merge,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    builder: Builder<'t>,
    frames: Vec<Frame>,
    /// Whether there is a comma in the space before this place.
    after_comma: bool,
    /// Whether interpolations end with their line, as [`string`] says.
    one_line_strings: bool,
}

/// A name or label.
struct Name<'t> {
    text: Cow<'t, str>,
    span: Range<usize>,
    start: usize,
}

impl<'t> Parser<'t> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over blanks, line ends, commas and comments.
    fn skip_space(&mut self) {
        self.after_comma = false;
        while let Some(byte) = self.byte() {
            self.after_comma |= byte == b',';
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                _ => match comment_end(self.text, self.at) {
                    Some(end) => self.at = end,
                    None => break,
                },
            }
        }
    }

    fn skip_blanks(&mut self) {
        self.at = lines::skip_blanks(self.text, self.at..self.text.len());
    }

    /// Reads an attribute or the head of a block, or closes the body.
    fn body_item(&mut self) {
        match self.byte() {
            Some(b'}') if !self.frames.is_empty() => return self.close_frame(1),
            Some(b'}' | b']' | b')') => return self.skip_bracket(),
            _ => {}
        }
        let start = self.at;
        let Some(name) = self.name() else {
            return self.skip_line(start);
        };
        self.skip_blanks();
        if self.takes_value() {
            self.builder.key(name.text, name.span);
            return self.value();
        }
        let mut labels = vec![name];
        while self.byte() != Some(b'{') {
            let Some(label) = self.name() else {
                return self.skip_line(start);
            };
            labels.push(label);
            self.skip_blanks();
        }
        self.open_block(labels);
    }

    /// Opens the mappings of a block. Each begins where what its key names begins: the next label or the body.
    fn open_block(&mut self, labels: Vec<Name<'t>>) {
        let mappings = labels.len();
        let starts: Vec<usize> = labels.iter().skip(1).map(|label| label.start).chain([self.at]).collect();
        for (label, start) in labels.into_iter().zip(starts) {
            self.builder.key(label.text, label.span);
            self.builder.open_mapping(start);
        }
        self.at += 1;
        self.frames.push(Frame::Body { mappings });
    }

    /// Reads an item of an object, or closes it.
    fn object_item(&mut self) {
        match self.byte() {
            Some(b'}') => return self.close_frame(1),
            Some(bracket @ (b']' | b')')) => return self.foreign_bracket(bracket),
            _ => {}
        }
        let start = self.at;
        let name = if self.byte() == Some(b'(') { self.computed_name() } else { self.name() };
        self.skip_blanks();
        match name.filter(|_| self.takes_value()) {
            Some(name) => {
                self.builder.key(name.text, name.span);
                self.value();
            }
            None => {
                let rest = expression(self.text, self.at, false, &mut self.one_line_strings);
                self.builder.problem(start..rest.span.end, "an item without a value");
                self.at = rest.end;
            }
        }
    }

    fn list_item(&mut self) {
        match self.byte() {
            Some(b']') => self.close_frame(1),
            Some(bracket @ (b'}' | b')')) => self.foreign_bracket(bracket),
            _ => self.value(),
        }
    }

    /// Steps over further arguments of a call, or ends it.
    fn call_item(&mut self) {
        match self.byte() {
            Some(b')') => self.close_frame(1),
            Some(byte) if !self.after_comma || matches!(byte, b'}' | b']') => self.forgotten_bracket(),
            _ => self.skip_expression(),
        }
    }

    /// Reads an argument of `merge`, or ends the call.
    fn merge_item(&mut self) {
        match self.byte() {
            Some(b')') => self.close_frame(1),
            Some(b'}' | b']') => self.forgotten_bracket(),
            Some(b'{') if !self.is_for() => {
                self.at += 1;
                self.frames.push(Frame::Object { has_mapping: false });
            }
            _ => self.skip_expression(),
        }
    }

    /// Steps over what follows `=` or `:`, and says whether one of them stood there.
    fn takes_value(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let is_operator = matches!(rest, [b'=' | b':', ..]) && !rest.starts_with(b"==");
        self.at += usize::from(is_operator);
        is_operator
    }

    /// Reads a name, in quotes or not.
    fn name(&mut self) -> Option<Name<'t>> {
        let start = self.at;
        if self.byte() == Some(b'"') {
            let name = self.string(start);
            self.at = name.end;
            return Some(Name { text: name.text, span: name.inner, start });
        }
        let is_name =
            |&&byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii();
        self.at += self.text.as_bytes()[start..].iter().take_while(is_name).count();
        let span = start..self.at;
        (!span.is_empty()).then(|| Name { text: Cow::Borrowed(&self.text[span.clone()]), span, start })
    }

    /// Reads a name that is an expression in parentheses.
    fn computed_name(&mut self) -> Option<Name<'t>> {
        let start = self.at;
        let inner = expression(self.text, start + 1, true, &mut self.one_line_strings);
        self.at = inner.end;
        let is_closed = self.byte() == Some(b')');
        self.at += usize::from(is_closed);
        is_closed.then(|| Name { text: Cow::Borrowed(&self.text[inner.span.clone()]), span: inner.span, start })
    }

    /// Reads a string, and notes when it is not closed.
    fn string(&mut self, start: usize) -> Template<'t> {
        let found = string(self.text, start, &mut self.one_line_strings);
        if !found.is_closed {
            self.builder.problem(start..found.end, "a string is not closed");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn blocks_are_mappings_under_their_labels() {
        let text = "resource \"aws_db\" main { # c\n  password = \"p\"\n  tag { a = 1 }\n  tag {}\n}\nterraform {}\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /resource {}
        /resource/aws_db {}
        /resource/aws_db/main {}
        /resource/aws_db/main/password Quoted "p" at "p"
        /resource/aws_db/main/tag {}
        /resource/aws_db/main/tag/a Bare "1" at "1"
        /resource/aws_db/main/tag {}
        /terraform {}
        "#);
        let spans: Vec<_> = parse(text).iter().map(|(_, node)| &text[node.span.range()]).skip(7).take(2).collect();
        assert_eq!(spans, ["{}", "{}"]);
    }

    #[test]
    fn literals_are_scalars() {
        let text = "a = \"x\\n\\\"\\u00e9\\q\" // c\nb = -1.5e3\nc = true /* c */\nd = null\ne = \"\"\r\nf = 5m\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a Quoted "x\n\"é\\q" at "x\\n\\\"\\u00e9\\q"
        /b Bare "-1.5e3" at "-1.5e3"
        /c Bare "true" at "true"
        /d Bare "" at "null"
        /e Quoted "" at ""
        /f Expression "5m" at "5m"
        "#);
    }

    #[test]
    fn interpolations_stay_in_strings() {
        let text = "a = \"${x[\"}\"]} $${no} %{ if y }\\t${ { a = \"b\" } }\"\nb = \"${\n  z }\"\nc = 1\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a Quoted "${x[\"}\"]} $${no} %{ if y }\t${ { a = \"b\" } }" at "${x[\"}\"]} $${no} %{ if y }\\t${ { a = \"b\" } }"
        /b Quoted "${\n  z }" at "${\n  z }"
        /c Bare "1" at "1"
        "#);
    }

    #[test]
    fn heredocs_are_blocks() {
        let text =
            "a = <<EOT\n  one\n\ntwo\nEOT\nb = <<-E_2\n    one\n      two\n\n  E_2\nc = f(<<X\n)\nX\n, 1)\nd = <<E\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a Block "  one\n\ntwo\n" at "  one\n\ntwo\n"
        /b Block "one\n  two\n\n" at "    one\n      two\n\n"
        /c Expression "f(<<X\n)\nX\n, 1)" at "f(<<X\n)\nX\n, 1)"
        /d Block "" at ""
        problem: a heredoc is not closed at "<<"
        "#);
    }

    #[test]
    fn collections_hold_values() {
        let text = "a = [\n  1, # c\n  \"b\",\n  [], var.x\n   # c\n]\nb = { \"c d\" = 1, e: \"f\"\n  (var.k) = [2] }\nc = [\"x\"][0]\nd = {a=1}.a\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a []
        /a/0 Bare "1" at "1"
        /a/1 Quoted "b" at "b"
        /a/2 []
        /a/3 Expression "var.x" at "var.x"
        /b {}
        /b/c d Bare "1" at "1"
        /b/e Quoted "f" at "f"
        /b/var.k []
        /b/var.k/0 Bare "2" at "2"
        /c []
        /c/0 Quoted "x" at "x"
        /d {}
        /d/a Bare "1" at "1"
        "#);
    }

    #[test]
    fn other_expressions_are_one_scalar() {
        let text = "a = var.x # c\nb = x ? \"y\" : \"z\"\nc = \"a\" == b\nd = f(\n  \"x\", [1]\n)\ne = [for k in x : \"a\"]\ng = { for k, v in x : k => v }\nh = (1 + 2) * 3\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a Expression "var.x" at "var.x"
        /b Expression "x ? \"y\" : \"z\"" at "x ? \"y\" : \"z\""
        /c Expression "\"a\" == b" at "\"a\" == b"
        /d Expression "f(\n  \"x\", [1]\n)" at "f(\n  \"x\", [1]\n)"
        /e Expression "[for k in x : \"a\"]" at "[for k in x : \"a\"]"
        /g Expression "{ for k, v in x : k => v }" at "{ for k, v in x : k => v }"
        /h Expression "(1 + 2) * 3" at "(1 + 2) * 3"
        "#);
    }

    #[test]
    fn calls_that_give_their_argument_stand_for_it() {
        let text = "a = jsonencode({ p = \"x\", q = sensitive(\"y\") })\nb = merge(var.t, { c = 1 }, { d = [2] })\ne = base64encode(var.x)\nf = tolist(toset([\"g\"]), h)\ni = 1\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /a {}
        /a/p Quoted "x" at "x"
        /a/q Quoted "y" at "y"
        /b {}
        /b/c Bare "1" at "1"
        /b/d []
        /b/d/0 Bare "2" at "2"
        /e Expression "base64encode(var.x)" at "base64encode(var.x)"
        /f []
        /f/0 Quoted "g" at "g"
        /i Bare "1" at "1"
        "#);
    }

    #[test]
    fn what_is_broken_takes_little_away() {
        let text = "? x\na b c\nd = \"open\ne = [1, { f = 2 ]\ng = jsonencode({ h = [3 }\ni =\nj = { k, l = 4 }\n} ) m = 5\ni2 = [jsonencode([1)]\nn {\no = (6\n}\np = 7\nq {";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /d Quoted "open" at "open"
        /e []
        /e/0 Bare "1" at "1"
        /e/1 {}
        /e/1/f Bare "2" at "2"
        /g {}
        /g/h []
        /g/h/0 Bare "3" at "3"
        /i Bare "" at ""
        /j {}
        /j/l Bare "4" at "4"
        /m Bare "5" at "5"
        /i2 []
        /i2/0 []
        /i2/0/0 Bare "1" at "1"
        /n {}
        /n/o Expression "(6" at "(6"
        /p Bare "7" at "7"
        /q {}
        problem: neither an attribute nor a block at "? x"
        problem: neither an attribute nor a block at "a b c"
        problem: a string is not closed at "\"open"
        problem: a bracket is missing at ""
        problem: a bracket is missing at ""
        problem: a bracket is missing at ""
        problem: a value is missing at ""
        problem: an item without a value at "k"
        problem: a bracket that closes nothing at "}"
        problem: a bracket that closes nothing at ")"
        problem: a bracket is missing at ""
        problem: a bracket is not closed at ""
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "a",
            " ",
            "=",
            "a = ",
            "\"",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "${",
            "%{",
            "$",
            "\\",
            "<<",
            "<<A\n",
            "A\n",
            "<<-B\n  x\n B\n",
            "#",
            "//",
            "/*",
            "*/",
            "\n",
            "\r\n",
            ",",
            ":",
            "é",
            "merge(",
            "jsonencode(",
            "a = jsonencode({",
            "a = \"${\n",
            "a \"b\" {\n",
            "[for x in ",
            "null",
            "-1",
            "?",
            ".",
            "x \"${\n",
            "\"\\\"",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
