//! Records of fields with `:` between them. Written here, as no crate reads them with `\` escapes and gives places.

use std::borrow::Cow;
use std::ops::Range;

use super::{ConfigTree, Style, lines, quoted, tree::Builder};

/// Reads each line into a sequence of its fields. A comment begins with `#`.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut builder = Builder::new();
    builder.open_sequence(0);
    for line in lines::lines(text) {
        let content = lines::trim(text, line.clone());
        if content.is_empty() || text[content].starts_with('#') {
            continue;
        }
        builder.open_sequence(line.start);
        for field in fields(text, line.clone()) {
            builder.scalar(resolve(&text[field.clone()]), Style::Bare, field.clone(), field);
        }
        builder.close(line.end);
    }
    builder.finish(text.len())
}

/// The fields of a line. A backslash keeps the character after it from dividing.
fn fields(text: &str, line: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut next = Some(line.start);
    std::iter::from_fn(move || {
        let start = next?;
        let mut at = start;
        while let Some(found) = memchr::memchr2(b':', b'\\', &text.as_bytes()[at..line.end]) {
            at += found;
            if text.as_bytes()[at] == b':' {
                next = Some(at + 1);
                return Some(start..at);
            }
            at = (at + 2).min(line.end);
        }
        next = None;
        Some(start..line.end)
    })
}

fn resolve(field: &str) -> Cow<'_, str> {
    quoted::unescape(field, quoted::same_character(b":\\"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn fields_are_divided_by_colons_that_are_not_escaped() {
        let text = "# host:port\n\ndb.example:5432:*:joe:a\\:b\\\\c\\d\r\nroot::0:\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        []
        /0 []
        /0/0 Bare "db.example" at "db.example"
        /0/1 Bare "5432" at "5432"
        /0/2 Bare "*" at "*"
        /0/3 Bare "joe" at "joe"
        /0/4 Bare "a:b\\c\\d" at "a\\:b\\\\c\\d"
        /1 []
        /1/0 Bare "root" at "root"
        /1/1 Bare "" at ""
        /1/2 Bare "0" at "0"
        /1/3 Bare "" at ""
        "#);
    }

    #[test]
    fn any_text_is_read() {
        assert_any_text_is_read(&[":", "\\", "\\:", "\n", "#", " ", "\r\n", "é", "a:"], parse);
    }
}
