//! Records of fields with blanks between them. Written here, as no crate reads them and gives places.

use std::borrow::Cow;
use std::ops::Range;

use super::{ConfigTree, Style, lines, quoted, tree::Builder};

/// Reads each line into a sequence of its fields, which may stand in quotes.
///
/// A comment begins with `#` at the start of a line, or with a `#` that stands alone: a password may begin with `#`.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut builder = Builder::new();
    builder.open_sequence(0);
    for line in lines::lines(text) {
        let line = lines::trim(text, line);
        if line.is_empty() || text[line.clone()].starts_with('#') {
            continue;
        }
        builder.open_sequence(line.start);
        let mut at = line.start;
        while at < line.end {
            let Some(end) = field(text, at..line.end, &mut builder) else {
                break;
            };
            at = lines::skip_blanks(text, end..line.end);
        }
        builder.close(line.end);
    }
    builder.finish(text.len())
}

/// Reads the field at the start of `rest` and gives its end; none where a comment begins.
fn field<'t>(text: &'t str, rest: Range<usize>, builder: &mut Builder<'t>) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_end = |at: usize| at == rest.end || lines::is_blank(bytes[at]);
    if matches!(bytes[rest.start], b'"' | b'\'')
        && let Some(string) = quoted::quoted(text, rest.clone(), bytes[rest.start] == b'"')
        && is_end(string.end)
    {
        let whole = rest.start..string.end;
        let value = &text[string.inner.clone()];
        let value = if bytes[rest.start] == b'"' {
            quoted::unescape(value, quoted::same_character(b"\\\""))
        } else {
            Cow::Borrowed(value)
        };
        builder.scalar(value, Style::Quoted, string.inner, whole);
        return Some(string.end);
    }
    let length = bytes[rest.clone()].iter().position(|&byte| lines::is_blank(byte));
    let span = rest.start..length.map_or(rest.end, |length| rest.start + length);
    if &text[span.clone()] == "#" {
        return None;
    }
    builder.scalar(&text[span.clone()], Style::Bare, span.clone(), span.clone());
    Some(span.end)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn fields_are_divided_by_blanks() {
        let text = "# client server secret\n\nalice\t* \"two \\\"words\\\"\" 'x\\y' # all\n  [smtp.example]:587 bob:#1 #pass \"open\n";
        insta::assert_snapshot!(dump(text, parse), @r##"
        []
        /0 []
        /0/0 Bare "alice" at "alice"
        /0/1 Bare "*" at "*"
        /0/2 Quoted "two \"words\"" at "two \\\"words\\\""
        /0/3 Quoted "x\\y" at "x\\y"
        /1 []
        /1/0 Bare "[smtp.example]:587" at "[smtp.example]:587"
        /1/1 Bare "bob:#1" at "bob:#1"
        /1/2 Bare "#pass" at "#pass"
        /1/3 Bare "\"open" at "\"open"
        "##);
    }

    #[test]
    fn any_text_is_read() {
        assert_any_text_is_read(&[" ", "\t", "\"", "'", "\\", "#", " # ", "\n", "\r\n", "é", " \"", "\"a"], parse);
    }
}
