//! Machines with logins, as `.netrc` holds them. Written here, as no crate reads them and gives places.

use std::borrow::Cow;
use std::ops::Range;

use super::{ConfigTree, Style, lines, quoted, tree::Builder};

/// Reads a sequence of machines: mappings of `machine` (or `default`, without a value), `login`, `password` and `account`.
///
/// The words of a machine may stand in any order. Macros are left out.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut builder = Builder::new();
    builder.open_sequence(0);
    let mut reader = Reader { text, at: 0, end: 0, builder, named: false };
    while let Some(word) = reader.word(true) {
        reader.entry(&word);
    }
    reader.close_machine();
    reader.builder.finish(text.len())
}

/// A word with its place.
struct Word<'t> {
    text: Cow<'t, str>,
    style: Style,
    inner: Range<usize>,
    whole: Range<usize>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where the last entry ends.
    end: usize,
    builder: Builder<'t>,
    /// Whether the machine that is open has its name.
    named: bool,
}

impl<'t> Reader<'t> {
    /// Reads what begins with this word.
    fn entry(&mut self, word: &Word<'t>) {
        match &*word.text {
            name @ ("machine" | "default") => {
                if self.named {
                    self.close_machine();
                }
                self.named = true;
                self.open_machine(word.whole.start);
                if name == "machine" {
                    self.value(word);
                } else {
                    self.builder.key("default", word.inner.clone());
                    let place = word.whole.end..word.whole.end;
                    self.builder.scalar("", Style::Bare, place.clone(), place);
                    self.end = word.whole.end;
                }
            }
            "login" | "user" | "password" | "passwd" | "account" => {
                self.open_machine(word.whole.start);
                self.value(word);
            }
            "macdef" => self.skip_macro(),
            _ => self.builder.problem(word.whole.clone(), "a word that is not known"),
        }
    }

    /// Reads the value of this key.
    fn value(&mut self, key: &Word<'t>) {
        self.builder.key(key.text.clone(), key.inner.clone());
        let word = self.word(false);
        if word.is_none() {
            self.builder.problem(key.whole.clone(), "a value is missing");
        }
        let place = key.whole.end..key.whole.end;
        let empty = Word { text: Cow::Borrowed(""), style: Style::Bare, inner: place.clone(), whole: place };
        let word = word.unwrap_or(empty);
        self.end = word.whole.end;
        self.builder.scalar(word.text, word.style, word.inner, word.whole);
    }

    fn open_machine(&mut self, start: usize) {
        if !self.builder.is_in_mapping() {
            self.builder.open_mapping(start);
        }
    }

    fn close_machine(&mut self) {
        if self.builder.is_in_mapping() {
            self.builder.close(self.end);
        }
        self.named = false;
    }

    /// The next word. Where a value stands, a `#` begins no comment.
    fn word(&mut self, comments: bool) -> Option<Word<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            self.at += bytes[self.at..].iter().take_while(|&&byte| is_space(byte)).count();
            if !comments || *bytes.get(self.at)? != b'#' {
                break;
            }
            self.at = lines::line_at(self.text, self.at)?.next;
        }
        let start = self.at;
        let line = lines::line_at(self.text, start)?.range;
        if bytes[start] == b'"'
            && let Some(string) = quoted::quoted(self.text, line.clone(), true)
        {
            self.at = string.end;
            let text = resolve(&self.text[string.inner.clone()]);
            return Some(Word { text, style: Style::Quoted, inner: string.inner, whole: start..string.end });
        }
        let length = bytes[line.clone()].iter().position(|&byte| is_space(byte)).unwrap_or(line.len());
        self.at = start + length;
        let text = Cow::Borrowed(&self.text[start..self.at]);
        Some(Word { text, style: Style::Bare, inner: start..self.at, whole: start..self.at })
    }

    /// A macro ends at the first line without anything on it.
    fn skip_macro(&mut self) {
        while let Some(line) = lines::line_at(self.text, self.at) {
            self.at = line.next;
            if lines::trim(self.text, line.range).is_empty() {
                break;
            }
        }
    }
}

fn is_space(byte: u8) -> bool {
    lines::is_blank(byte) || byte == b'\n'
}

fn resolve(raw: &str) -> Cow<'_, str> {
    quoted::unescape(raw, quoted::same_character(b"\\\""))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn machines_have_logins() {
        let text = "machine a.example login ann password #1 # all\n\
                    machine b.example\n\tpassword \"two \\\"words\\\"\"\n\tlogin bob\r\n\n\
                    default\n  login guest password x\n";
        insta::assert_snapshot!(dump(text, parse), @r##"
        []
        /0 {}
        /0/machine Bare "a.example" at "a.example"
        /0/login Bare "ann" at "ann"
        /0/password Bare "#1" at "#1"
        /1 {}
        /1/machine Bare "b.example" at "b.example"
        /1/password Quoted "two \"words\"" at "two \\\"words\\\""
        /1/login Bare "bob" at "bob"
        /2 {}
        /2/default Bare "" at ""
        /2/login Bare "guest" at "guest"
        /2/password Bare "x" at "x"
        "##);
    }

    #[test]
    fn words_may_stand_before_the_machine() {
        insta::assert_snapshot!(dump("login ann machine a password x account", parse), @r#"
        []
        /0 {}
        /0/login Bare "ann" at "ann"
        /0/machine Bare "a" at "a"
        /0/password Bare "x" at "x"
        /0/account Bare "" at ""
        problem: a value is missing at "account"
        "#);
    }

    #[test]
    fn macros_are_left_out() {
        let text = "machine a login b\nmacdef init\ncd /password x\n\npassword c hello machine";
        insta::assert_snapshot!(dump(text, parse), @r#"
        []
        /0 {}
        /0/machine Bare "a" at "a"
        /0/login Bare "b" at "b"
        /0/password Bare "c" at "c"
        /1 {}
        /1/machine Bare "" at ""
        problem: a word that is not known at "hello"
        problem: a value is missing at "machine"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "machine ",
            "login ",
            "password ",
            "default ",
            "macdef ",
            "#",
            "\"",
            "\\",
            " ",
            "\n",
            "\r\n",
            "\"a\" ",
            "é",
            " \"",
            "x",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
