//! `name value` on each line, in blocks or not. Written here, as the crates for single programs' files give no places.

use std::borrow::Cow;
use std::ops::Range;

use super::tree::{Builder, MAX_DEPTH};
use super::{ConfigTree, Style, lines, quoted};

/// Reads a mapping of names to values.
///
/// A block, in braces or as `<Name argument>`, is a mapping, with its arguments as a child `#args`. The value of a name is the rest
/// of its line, without quotes around it and without a `;` at its end. `set name = value` has the name that is set.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader { text, builder: Builder::new(), blocks: Vec::new() };
    reader.builder.open_mapping(0);
    let mut at = 0;
    while let Some(line) = lines::line_at(text, at) {
        at = line.next;
        let mut rest = lines::trim(text, line.range);
        while !rest.is_empty() && text.as_bytes()[rest.start] != b'#' {
            let end = reader.statement(rest.clone(), line.next);
            if end > rest.end {
                at = end;
                break;
            }
            rest.start = lines::skip_blanks(text, end..rest.end);
        }
    }
    if let Some(block) = reader.blocks.pop() {
        reader.builder.problem(block.name, "a block is not closed");
    }
    reader.builder.finish(text.len())
}

struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
    /// The blocks that are open, outermost first.
    blocks: Vec<Block>,
}

struct Block {
    name: Range<usize>,
    is_braced: bool,
}

/// What ends a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Line,
    Semicolon,
    /// The brace that opens a block.
    Open,
    /// The brace that closes the block around.
    Close,
}

impl<'t> Reader<'t> {
    /// Reads the statement at the start of `rest`, whose line ends at `next`, and gives where it ends.
    fn statement(&mut self, rest: Range<usize>, next: usize) -> usize {
        let start = rest.start;
        match self.text.as_bytes()[start] {
            b'}' => return self.close_brace(start),
            b';' => return start + 1,
            b'<' => {
                if let Some(end) = self.tag(rest.clone()) {
                    return end;
                }
            }
            _ => {}
        }
        let (end, kind) = self.find_end(rest.clone());
        let body = lines::trim(self.text, start..end);
        let (name, value) = self.split(body.clone());
        let brace = match kind {
            End::Open => Some(end),
            // nginx lets the brace stand on the next line.
            End::Line => self.brace_on_later_line(next),
            End::Semicolon | End::Close => None,
        };
        if let Some(brace) = brace {
            self.open_block(start, name, value, true);
            return brace + 1;
        }
        if &self.text[name.clone()] != "set" || !self.set(value.clone()) {
            self.add(name, value);
        }
        match kind {
            End::Semicolon => end + 1,
            // What follows is a comment.
            End::Line => rest.end,
            End::Open | End::Close => end,
        }
    }

    /// Finds what ends the statement at the start of `rest`. What stands in quotes ends nothing.
    fn find_end(&self, rest: Range<usize>) -> (usize, End) {
        let bytes = self.text.as_bytes();
        let is_inside = self.blocks.last().is_some_and(|block| block.is_braced);
        let mut at = rest.start;
        while at < rest.end {
            let after_blank = at > rest.start && lines::is_blank(bytes[at - 1]);
            let next = bytes[at + 1..rest.end].first().copied();
            let is_alone = next.is_none_or(|byte| lines::is_blank(byte) || matches!(byte, b'}' | b';'));
            match bytes[at] {
                b'"' | b'\'' if after_blank || at == rest.start || bytes[at - 1] == b'=' => {
                    let string = quoted::quoted(self.text, at..rest.end, bytes[at] == b'"');
                    at = string.map_or(at + 1, |string| string.end);
                    continue;
                }
                b'#' if after_blank => return (at, End::Line),
                b';' if next.is_none() || is_inside && is_alone => return (at, End::Semicolon),
                // `a{` opens a block at the end of a line; `${` does not.
                b'{' if is_alone && (at == rest.start || after_blank || next.is_none() && bytes[at - 1] != b'$') => {
                    return (at, End::Open);
                }
                b'}' if is_inside && after_blank && is_alone => return (at, End::Close),
                _ => {}
            }
            at += 1;
        }
        (rest.end, End::Line)
    }

    /// The brace that opens a block, when nothing but comments stand before it from `at` on.
    fn brace_on_later_line(&self, mut at: usize) -> Option<usize> {
        loop {
            let line = lines::line_at(self.text, at)?;
            let content = lines::trim(self.text, line.range);
            match self.text.as_bytes()[content.clone()].first() {
                None | Some(b'#') => at = line.next,
                first => return (first == Some(&b'{')).then_some(content.start),
            }
        }
    }

    /// Splits a statement into its name and its value, which may have an operator between them.
    fn split(&self, body: Range<usize>) -> (Range<usize>, Range<usize>) {
        let bytes = self.text.as_bytes();
        let string = (bytes[body.clone()].first() == Some(&b'"'))
            .then(|| quoted::quoted(self.text, body.clone(), true))
            .flatten();
        let (name, after) = match string {
            Some(string) => (string.inner, string.end),
            None => {
                let length = bytes[body.clone()].iter().position(|&byte| lines::is_blank(byte) || byte == b'=');
                let end = length.map_or(body.end, |length| body.start + length);
                let text = self.text[body.start..end].trim_end_matches([':', '+']);
                (body.start..body.start + text.len(), body.start + text.len())
            }
        };
        let start = lines::skip_blanks(self.text, after..body.end);
        let operator = self.operator(start..body.end, start == after);
        (name, lines::skip_blanks(self.text, start + operator..body.end)..body.end)
    }

    /// The length of the operator at the start of `rest`. After a blank, a value may begin with `=`.
    fn operator(&self, rest: Range<usize>, follows_name: bool) -> usize {
        let rest = &self.text.as_bytes()[rest];
        let length = match rest {
            [b':' | b'+', b'=', ..] | [b'=', b'>', ..] => 2,
            [b'=', ..] => 1,
            [b':', ..] if follows_name => 1,
            _ => 0,
        };
        let next = rest.get(length).copied();
        let ends = follows_name || next.is_none_or(|byte| lines::is_blank(byte) || matches!(byte, b'"' | b'\''));
        if ends { length } else { 0 }
    }

    /// Reads `name=value` pairs, as `set` takes them in mail readers; false when they are none.
    fn set(&mut self, pairs: Range<usize>) -> bool {
        let bytes = self.text.as_bytes();
        let word_end = |from: usize, or: u8| {
            let length = bytes[from..pairs.end].iter().position(|&byte| lines::is_blank(byte) || byte == or);
            length.map_or(pairs.end, |length| from + length)
        };
        let mut at = pairs.start;
        while at < pairs.end {
            let name = at..word_end(at, b'=');
            let equals = lines::skip_blanks(self.text, name.end..pairs.end);
            let has_value = bytes[equals..pairs.end].first() == Some(&b'=');
            if at == pairs.start && (!has_value || name.is_empty()) {
                return false;
            }
            at = equals;
            let mut value = name.end..name.end;
            if has_value {
                let start = lines::skip_blanks(self.text, equals + 1..pairs.end);
                let is_quote = matches!(bytes[start..pairs.end].first(), Some(b'"' | b'\''));
                let string = is_quote.then(|| quoted::quoted(self.text, start..pairs.end, true)).flatten();
                let end = string.map_or_else(|| word_end(start, b' '), |string| string.end);
                value = start..end;
                at = lines::skip_blanks(self.text, end..pairs.end);
            }
            self.add(name, value);
        }
        !pairs.is_empty()
    }

    /// Adds a name with its value.
    fn add(&mut self, name: Range<usize>, value: Range<usize>) {
        self.builder.key(&self.text[name.clone()], name);
        self.scalar(value);
    }

    /// Adds a value without the quotes around it.
    fn scalar(&mut self, value: Range<usize>) {
        let quote = self.text.as_bytes()[value.clone()].first().copied();
        let is_quote = matches!(quote, Some(b'"' | b'\''));
        let string = is_quote.then(|| quoted::quoted(self.text, value.clone(), quote == Some(b'"'))).flatten();
        match string.filter(|string| string.end == value.end) {
            Some(string) => {
                let raw = &self.text[string.inner.clone()];
                let is_double = quote == Some(b'"');
                let text =
                    if is_double { quoted::unescape(raw, quoted::same_character(b"\\\"")) } else { Cow::Borrowed(raw) };
                self.builder.scalar(text, Style::Quoted, string.inner, value);
            }
            None => self.builder.scalar(&self.text[value.clone()], Style::Bare, value.clone(), value),
        }
    }

    fn open_block(&mut self, start: usize, name: Range<usize>, arguments: Range<usize>, is_braced: bool) {
        self.builder.key(&self.text[name.clone()], name.clone());
        self.builder.open_mapping(start);
        if !arguments.is_empty() {
            self.builder.key("#args", arguments.clone());
            self.scalar(arguments);
        }
        self.blocks.push(Block { name, is_braced });
    }

    /// Closes the block that the brace at `brace` ends, and gives where that ends.
    fn close_brace(&mut self, brace: usize) -> usize {
        let end = brace + 1;
        if !self.close_block(end, |block| block.is_braced) {
            self.builder.problem(brace..end, "a brace that closes nothing");
        }
        end
    }

    /// Reads `<Name arguments>` or `</Name>`, and gives where it ends; none when the line is no such tag.
    fn tag(&mut self, rest: Range<usize>) -> Option<usize> {
        let line = lines::comment(self.text, rest.clone(), b"#", false).unwrap_or(rest.end);
        let line = lines::trim(self.text, rest.start..line);
        let inside = self.text[line.clone()].strip_prefix('<')?.strip_suffix('>')?;
        // Other programs have names in angle brackets for files to include.
        let name = inside.trim_start_matches('/').split_ascii_whitespace().next().unwrap_or_default();
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return None;
        }
        if let Some(name) = inside.strip_prefix('/') {
            let text = self.text;
            let is_same =
                |block: &Block| !block.is_braced && text[block.name.clone()].eq_ignore_ascii_case(name.trim_ascii());
            if !self.close_block(line.end, is_same) {
                self.builder.problem(line, "a tag that closes nothing");
            }
        } else {
            let (name, arguments) = self.split(lines::trim(self.text, line.start + 1..line.end - 1));
            self.open_block(line.start, name, arguments, false);
        }
        Some(rest.end)
    }

    /// Closes the innermost block that `is_meant`, and those inside it; false when there is none.
    fn close_block(&mut self, end: usize, is_meant: impl Fn(&Block) -> bool) -> bool {
        // Blocks that lie deeper than a tree keeps are not looked through: that would be slow on a hostile file.
        let depth = self.blocks.iter().rev().take(MAX_DEPTH).position(is_meant);
        for _ in 0..depth.map_or(0, |depth| depth + 1) {
            self.blocks.pop();
            self.builder.close(end);
        }
        depth.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn a_name_has_the_rest_of_its_line() {
        let text = "# c\nport 6379\nrequirepass \"a \\\"b\\\" #c\"\r\nsave 900 1 # c\n\tpassword = x\npassword =x\nuser: y\nPermitRootLogin\nsave ''\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /port Bare "6379" at "6379"
        /requirepass Quoted "a \"b\" #c" at "a \\\"b\\\" #c"
        /save Bare "900 1" at "900 1"
        /password Bare "x" at "x"
        /password Bare "=x" at "=x"
        /user Bare "y" at "y"
        /PermitRootLogin Bare "" at ""
        /save Quoted "" at ""
        "#);
    }

    #[test]
    fn set_names_what_it_sets() {
        let text = "set imap_user=ann imap_pass = \"a b\" beep\nset -g status on\nset\nset x=\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /imap_user Bare "ann" at "ann"
        /imap_pass Quoted "a b" at "a b"
        /beep Bare "" at ""
        /set Bare "-g status on" at "-g status on"
        /set Bare "" at ""
        /x Bare "" at ""
        "#);
    }

    #[test]
    fn blocks_stand_in_braces() {
        let text = "user www;\nserver\n# c\n{\n  listen 80; server_name 'a'; # c\n  location ~ \\.php$ { return 200 \"{ ; }\"; }\n  if ($x){\n    set $y \"z\";\n  }\n}\nkey \"k\" {\n secret \"x=\";\n};\nevents {}\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /user Bare "www" at "www"
        /server {}
        /server/listen Bare "80" at "80"
        /server/server_name Quoted "a" at "a"
        /server/location {}
        /server/location/#args Bare "~ \\.php$" at "~ \\.php$"
        /server/location/return Bare "200 \"{ ; }\"" at "200 \"{ ; }\""
        /server/if {}
        /server/if/#args Bare "($x)" at "($x)"
        /server/if/set Bare "$y \"z\"" at "$y \"z\""
        /key {}
        /key/#args Quoted "k" at "k"
        /key/secret Quoted "x=" at "x="
        /events {}
        "#);
    }

    #[test]
    fn operators_are_left_out() {
        let text = "output {\n  password => \"a\"\n  Cleartext-Password := 'b'\n  user=c\n}\nClient {\n  a.b.C required\n  username=\"u\"\n  password=\"p\";\n};\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /output {}
        /output/password Quoted "a" at "a"
        /output/Cleartext-Password Quoted "b" at "b"
        /output/user Bare "c" at "c"
        /Client {}
        /Client/a.b.C Bare "required" at "required"
        /Client/username Quoted "u" at "u"
        /Client/password Quoted "p" at "p"
        "#);
    }

    #[test]
    fn blocks_stand_in_tags() {
        let text = "<VirtualHost *:80>\n  <Location \"/a\"> # c\n    AuthLDAPBindPassword \"p\"\n  </location>\n  A b\n</VirtualHost>\n</x>\n<a:b.conf>\n<Open>\nC d\n";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /VirtualHost {}
        /VirtualHost/#args Bare "*:80" at "*:80"
        /VirtualHost/Location {}
        /VirtualHost/Location/#args Quoted "/a" at "/a"
        /VirtualHost/Location/AuthLDAPBindPassword Quoted "p" at "p"
        /VirtualHost/A Bare "b" at "b"
        /<a:b.conf> Bare "" at ""
        /Open {}
        /Open/C Bare "d" at "d"
        problem: a tag that closes nothing at "</x>"
        problem: a block is not closed at "Open"
        "#);
    }

    #[test]
    fn braces_may_be_broken() {
        insta::assert_snapshot!(dump("} a b\n{ c d; }\ne { f }g\n}", parse), @r#"
        {}
        /a {}
        /a/#args Bare "b" at "b"
        /a/c Bare "d" at "d"
        /e {}
        /e/f Bare "}g" at "}g"
        problem: a brace that closes nothing at "}"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "a", " ", "{", "}", " { ", " }", ";", "; ", "a; ", "\"", "'", "=", ":", "#", " #", "<a>", "</a>\n",
            "<b>\n", "\n", "\r\n", "é", "\\", "set ", "set a=", "a {\n", "a {a; ", "$",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
