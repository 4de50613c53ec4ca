//! `NAME=value`, as shells and loaders of `.env` files read it. Written here, as the crates for it give no places.

use std::borrow::Cow;
use std::ops::Range;

use super::{ConfigTree, Style, lines, quoted, tree::Builder};

/// Reads a mapping of names to values. Lines that assign nothing are problems, one for each run of them.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader { text, builder: Builder::new(), unread: None };
    reader.builder.open_mapping(0);
    let mut at = 0;
    while let Some(line) = lines::line_at(text, at) {
        let content = lines::trim(text, line.range.clone());
        at = line.next;
        if content.is_empty() || text[content.clone()].starts_with('#') {
            continue;
        }
        match reader.assignment(content.clone()) {
            // The value may end on a later line.
            Some(end) => at = lines::line_at(text, end).map_or(text.len(), |line| line.next),
            None => {
                let start = reader.unread.map_or(content.start, |(start, _)| start);
                reader.unread = Some((start, content.end));
            }
        }
    }
    reader.report_unread();
    reader.builder.finish(text.len())
}

struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
    /// Start and end of a run of lines that assign nothing.
    unread: Option<(usize, usize)>,
}

/// A value that begins with a quote.
struct Word<'t> {
    text: Cow<'t, str>,
    inner: Range<usize>,
    whole: Range<usize>,
}

impl<'t> Reader<'t> {
    /// Reads the assignment on a line and gives a place on the line where it ends; none when it is no assignment.
    fn assignment(&mut self, line: Range<usize>) -> Option<usize> {
        let name = self.name(line.clone())?;
        let after = lines::skip_blanks(self.text, name.end..line.end);
        let rest = &self.text.as_bytes()[after..line.end];
        let operator = match rest {
            [b'+', b'=', ..] => 2,
            [b'=', ..] | [b':'] => 1,
            [b':', next, ..] if lines::is_blank(*next) => 1,
            [] => 0,
            [b'#', ..] if after > name.end => 0,
            _ => return None,
        };
        self.report_unread();
        self.builder.key(&self.text[name.clone()], name);
        if operator == 0 {
            self.builder.scalar("", Style::Bare, after..after, after..after);
            return Some(line.end);
        }
        let start = lines::skip_blanks(self.text, after + operator..line.end);
        let is_quoted = matches!(self.text.as_bytes()[start..line.end].first(), Some(b'"' | b'\'' | b'`'));
        match is_quoted.then(|| self.word(start, line.end)).flatten() {
            Some(word) => {
                let end = word.whole.end;
                self.builder.scalar(word.text, Style::Quoted, word.inner, word.whole);
                Some(end)
            }
            None => {
                let comment = lines::comment(self.text, start..line.end, b"#", start > after + operator);
                let span = lines::trim(self.text, start..comment.unwrap_or(line.end));
                if is_quoted {
                    self.builder.problem(span.clone(), "a quote is not closed");
                }
                self.builder.scalar(&self.text[span.clone()], Style::Bare, span.clone(), span);
                Some(line.end)
            }
        }
    }

    /// The name at the start of a line, after `export`.
    fn name(&self, line: Range<usize>) -> Option<Range<usize>> {
        let exported = self.text[line.clone()].strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
        let start = exported.map_or(line.start, |rest| lines::skip_blanks(self.text, line.end - rest.len()..line.end));
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        let length = self.text.as_bytes()[start..line.end].iter().take_while(is_name).count();
        (length > 0).then_some(start..start + length)
    }

    /// Reads a value that begins with a quote. As in a shell, more pieces may follow without a blank between: `'it'\''s'`.
    fn word(&self, start: usize, line_end: usize) -> Option<Word<'t>> {
        let (mut text, mut inner, mut at) = self.piece(start, line_end)?;
        while at < line_end
            && !matches!(self.text.as_bytes()[at], b'#' | b';')
            && !lines::is_blank(self.text.as_bytes()[at])
        {
            let (piece, place, end) = self.piece(at, line_end)?;
            text.to_mut().push_str(&piece);
            inner.end = place.end;
            at = end;
        }
        // After a string of several lines nothing but a comment may follow, else a lone quote would take lines away.
        let last_line = lines::line_at(self.text, at).map_or(at..at, |line| line.range);
        let rest = lines::trim(self.text, last_line);
        let is_alone = rest.is_empty() || self.text[rest].starts_with('#');
        (at <= line_end || is_alone).then_some(Word { text, inner, whole: start..at })
    }

    /// Reads a piece of a value, in quotes or up to the next quote or blank: its text, its place, and where it ends.
    fn piece(&self, start: usize, line_end: usize) -> Option<(Cow<'t, str>, Range<usize>, usize)> {
        let bytes = self.text.as_bytes();
        let quote = bytes[start];
        if !matches!(quote, b'"' | b'\'' | b'`') {
            let is_end = |&byte: &u8| lines::is_blank(byte) || matches!(byte, b'"' | b'\'' | b'`' | b'\\');
            let skipped = if quote == b'\\' { 2 } else { 1 };
            let from = (start + skipped).min(line_end);
            let length = bytes[from..line_end].iter().position(is_end);
            let end = length.map_or(line_end, |length| from + length);
            let text = quoted::unescape(self.text.get(start..end)?, quoted::same_character(b"\\\"'`$ "));
            return Some((text, start..end, end));
        }
        let string = quoted::quoted(self.text, start..self.text.len(), quote == b'"')?;
        let raw = &self.text[string.inner.clone()];
        let text = if quote == b'"' { quoted::unescape(raw, escape) } else { Cow::Borrowed(raw) };
        Some((text, string.inner, string.end))
    }

    fn report_unread(&mut self) {
        if let Some((start, end)) = self.unread.take() {
            self.builder.problem(start..end, "no assignment");
        }
    }
}

/// Appends what an escape in double quotes stands for and gives its length.
fn escape(escape: &str, resolved: &mut String) -> usize {
    match escape.as_bytes() {
        [b'n', ..] => resolved.push('\n'),
        [b'r', ..] => resolved.push('\r'),
        [b't', ..] => resolved.push('\t'),
        [byte @ (b'"' | b'\\' | b'$' | b'`' | b'\''), ..] => resolved.push(char::from(*byte)),
        // The shell joins the lines.
        [b'\n', ..] => {}
        [b'\r', b'\n', ..] => return 2,
        _ => return 0,
    }
    1
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn names_have_values() {
        let text = "# A=1\nexport A=one two # three\nB: x#y\r\n C+=z\nD\nE=\nF= # none\nG.h-i=#\n";
        insta::assert_snapshot!(dump(text, parse), @r##"
        {}
        /A Bare "one two" at "one two"
        /B Bare "x#y" at "x#y"
        /C Bare "z" at "z"
        /D Bare "" at ""
        /E Bare "" at ""
        /F Bare "" at ""
        /G.h-i Bare "#" at "#"
        "##);
    }

    #[test]
    fn quotes_of_each_kind() {
        let text = "A=\"a\\n\\\"b\\q\" # c\nB='a\\n#'\nC=`it's`\nD=''\nE='it'\\''s \"x\"'\nF=a\"b\"";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /A Quoted "a\n\"b\\q" at "a\\n\\\"b\\q"
        /B Quoted "a\\n#" at "a\\n#"
        /C Quoted "it's" at "it's"
        /D Quoted "" at ""
        /E Quoted "it's \"x\"" at "it'\\''s \"x\""
        /F Bare "a\"b\"" at "a\"b\""
        "#);
    }

    #[test]
    fn a_value_in_quotes_may_span_lines() {
        let text = "KEY=\"-----BEGIN\nabc\n-----END\" # key\nA=1\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /KEY Quoted "-----BEGIN\nabc\n-----END" at "-----BEGIN\nabc\n-----END"
        /A Bare "1" at "1"
        "#);
    }

    #[test]
    fn a_lone_quote_takes_no_lines_away() {
        insta::assert_snapshot!(dump("A='tis\nB='b'\nC=\"c\nD=d", parse), @r#"
        {}
        /A Bare "'tis" at "'tis"
        /B Quoted "b" at "b"
        /C Bare "\"c" at "\"c"
        /D Bare "d" at "d"
        problem: a quote is not closed at "'tis"
        problem: a quote is not closed at "\"c"
        "#);
    }

    #[test]
    fn lines_that_assign_nothing_are_one_problem() {
        insta::assert_snapshot!(dump("A=1\nif [ x ]; then\nsource b\nB=2\nuse flake\n", parse), @r#"
        {}
        /A Bare "1" at "1"
        /B Bare "2" at "2"
        problem: no assignment at "if [ x ]; then\nsource b"
        problem: no assignment at "use flake"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "A=",
            "=",
            ":",
            "\"",
            "'",
            "`",
            "\\",
            "#",
            " #",
            "\n",
            "\r\n",
            " ",
            "export ",
            "é",
            ";",
            "A=\"",
            "A='x\n",
            "A=\"\\\"\n",
            "A=\"b\"'",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
