//! Rows that SQL scripts and dumps put into tables. Written here, as parsers of SQL want one dialect, and none gives places.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::tree::Builder;
use super::{ConfigTree, Style, lines};

/// Columns of a table beyond this number have no names.
const MAX_COLUMNS: usize = 1000;
/// Longest name in quotes, in bytes.
const MAX_NAME: usize = 200;

/// Reads a mapping of tables to their rows, which are mappings of columns to values.
///
/// Rows come from `INSERT`, `REPLACE` and PostgreSQL's `COPY`. The names of the columns stand there, or in a `CREATE TABLE` before;
/// otherwise a column's name is its number. Other statements are left out.
pub fn parse(text: &str) -> ConfigTree<'_> {
    let mut reader = Reader { text, at: 0, builder: Builder::new(), tables: HashMap::new() };
    reader.builder.open_mapping(0);
    while let Some(token) = reader.next() {
        match reader.word(&token).as_str() {
            "insert" | "replace" => reader.insert(),
            "create" => reader.create(),
            "copy" => reader.copy(),
            _ => reader.skip_statement(token),
        }
    }
    reader.builder.finish(text.len())
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A keyword, a name without quotes, a number.
    Word,
    /// A name in quotes.
    Name,
    String,
    Symbol(u8),
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    /// Without quotes.
    inner: Range<usize>,
    whole: Range<usize>,
}

/// The places of columns' names.
type Columns = Rc<[Range<usize>]>;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    builder: Builder<'t>,
    /// The columns of tables, by the tables' names in lower case.
    tables: HashMap<String, Columns>,
}

impl<'t> Reader<'t> {
    /// The next token that is no comment.
    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..)?;
            let line = |from: usize| memchr::memchr(b'\n', &rest[from..]).map_or(rest.len(), |length| from + length);
            self.at += match rest {
                [] => return None,
                [b'-', b'-', ..] | [b'#', ..] => line(0),
                // What MySQL's dumps put into such comments is for servers that know it.
                [b'/', b'*', ..] => memchr::memmem::find(rest, b"*/").map_or(rest.len(), |length| length + 2),
                [byte, ..] if byte.is_ascii_whitespace() => 1,
                _ => break,
            };
        }
        let start = self.at;
        let token = |kind, inner: Range<usize>, end| Token { kind, inner, whole: start..end };
        let found = match bytes[start] {
            b'\'' => {
                let (inner, end) = self.string(start);
                Some(token(Kind::String, inner, end))
            }
            quote @ (b'"' | b'`') => self.name(start, quote).map(|end| token(Kind::Name, start + 1..end - 1, end)),
            b'[' => self.name(start, b']').map(|end| token(Kind::Name, start + 1..end - 1, end)),
            byte if is_word(byte) => {
                let length = bytes[start..].iter().take_while(|&&byte| is_word(byte)).count();
                // The prefix of `N'text'` or `E'text'` belongs to the string.
                let end = start + length;
                let string = (length == 1 && bytes.get(end) == Some(&b'\'')).then(|| self.string(end));
                Some(match string {
                    Some((inner, end)) => token(Kind::String, inner, end),
                    None => token(Kind::Word, start..end, end),
                })
            }
            _ => None,
        };
        let found = found.unwrap_or_else(|| token(Kind::Symbol(bytes[start]), start..start + 1, start + 1));
        // A symbol of several bytes is stepped over as a whole.
        self.at = self.text.ceil_char_boundary(found.whole.end);
        Some(found)
    }

    /// The inside and the end of the string that opens at `start`. One that is never closed ends with the text.
    fn string(&mut self, start: usize) -> (Range<usize>, usize) {
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'\'', b'\\', rest)) {
            at += found;
            at += match &bytes[at..] {
                // Where backslashes are no escapes, one may stand at the end of a string.
                [b'\\', b'\'', b',' | b')' | b';' | b'\n' | b'\r', ..] => return (start + 1..at + 1, at + 2),
                [b'\\', ..] | [b'\'', b'\'', ..] => 2,
                _ => return (start + 1..at, at + 1),
            };
        }
        self.builder.problem(start..start + 1, "a string is not closed");
        (start + 1..bytes.len(), bytes.len())
    }

    /// The end of the name in quotes that opens at `start`.
    fn name(&self, start: usize, quote: u8) -> Option<usize> {
        let rest = self.text.as_bytes().get(start + 1..)?;
        let found = memchr::memchr2(quote, b'\n', &rest[..rest.len().min(MAX_NAME)])?;
        (rest[found] == quote).then_some(start + found + 2)
    }

    fn word(&self, token: &Token) -> String {
        if token.kind == Kind::Word { self.text[token.inner.clone()].to_ascii_lowercase() } else { String::new() }
    }

    fn skip_statement(&mut self, mut token: Token) {
        while token.kind != Kind::Symbol(b';') {
            let Some(next) = self.next() else { return };
            token = next;
        }
    }

    /// Reads a table's name, of which the last part counts, and gives the token after it.
    fn table(&mut self) -> Option<(Range<usize>, Option<Token>)> {
        let mut name = self.next()?;
        while matches!(
            self.word(&name).as_str(),
            "into"
                | "ignore"
                | "low_priority"
                | "delayed"
                | "high_priority"
                | "or"
                | "replace"
                | "overwrite"
                | "table"
                | "if"
                | "not"
                | "exists"
                | "only"
                | "temporary"
                | "unlogged"
        ) {
            name = self.next()?;
        }
        if !matches!(name.kind, Kind::Word | Kind::Name) {
            return None;
        }
        let mut after = self.next();
        while after.as_ref().is_some_and(|token| token.kind == Kind::Symbol(b'.')) {
            name = self.next()?;
            after = self.next();
        }
        Some((name.inner, after))
    }

    /// Reads the first word of each element of a list, after its bracket.
    fn columns(&mut self) -> Vec<Range<usize>> {
        let (mut columns, mut depth, mut is_first) = (Vec::new(), 1, true);
        while let Some(token) = self.next() {
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') => depth -= 1,
                Kind::Symbol(b',') if depth == 1 => is_first = true,
                Kind::Word | Kind::Name if is_first => {
                    // After the columns of a table stand its keys.
                    let is_column = !matches!(self.word(&token).as_str(), "primary" | "key" | "unique" | "constraint");
                    columns.extend((is_column && columns.len() < MAX_COLUMNS).then_some(token.inner));
                    is_first = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        columns
    }

    /// Notes the columns of a table that is created.
    fn create(&mut self) {
        let Some(token) = self.next() else { return };
        if !matches!(self.word(&token).as_str(), "table" | "temporary" | "unlogged") {
            return self.skip_statement(token);
        }
        if let Some((table, Some(after))) = self.table()
            && after.kind == Kind::Symbol(b'(')
        {
            let columns = self.columns();
            self.tables.insert(self.text[table].to_ascii_lowercase(), columns.into());
        }
    }

    /// Reads a table's name and columns, and gives the token after them.
    fn target(&mut self) -> Option<(Range<usize>, Columns, Token)> {
        let (table, after) = self.table()?;
        let mut after = after?;
        let columns = if after.kind == Kind::Symbol(b'(') {
            let columns = self.columns();
            after = self.next()?;
            columns.into()
        } else {
            self.tables.get(&self.text[table.clone()].to_ascii_lowercase()).cloned().unwrap_or_default()
        };
        Some((table, columns, after))
    }

    fn insert(&mut self) {
        let Some((table, columns, mut token)) = self.target() else { return };
        while !matches!(self.word(&token).as_str(), "values" | "value") {
            if token.kind == Kind::Symbol(b';') {
                return;
            }
            let Some(next) = self.next() else { return };
            token = next;
        }
        self.open_table(table);
        while let Some(token) = self.next() {
            match token.kind {
                Kind::Symbol(b'(') => self.row(token.whole.start, &columns),
                Kind::Symbol(b',') => {}
                Kind::Symbol(b';') => break,
                _ => {
                    self.skip_statement(token);
                    break;
                }
            }
        }
        self.builder.close(self.at);
    }

    fn open_table(&mut self, table: Range<usize>) {
        self.builder.key(&self.text[table.clone()], table.clone());
        self.builder.open_sequence(table.start);
    }

    /// Reads the values of a row, after its bracket.
    fn row(&mut self, start: usize, columns: &[Range<usize>]) {
        self.builder.open_mapping(start);
        let (mut number, mut depth) = (0, 1);
        let mut value: Vec<Token> = Vec::new();
        while let Some(token) = self.next() {
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 || depth == 1 && token.kind == Kind::Symbol(b',') {
                self.value(&value, columns.get(number), number);
                (number, value) = (number + 1, Vec::new());
            } else if value.len() < 3 {
                value.push(token);
            } else {
                // Of an expression only the end is of interest.
                value[2] = token;
            }
            if depth == 0 {
                break;
            }
        }
        self.builder.close(self.at);
    }

    fn column(&mut self, column: Option<&Range<usize>>, number: usize, place: usize) {
        match column {
            Some(column) => self.builder.key(&self.text[column.clone()], column.clone()),
            None => self.builder.key(number.to_string(), place..place),
        }
    }

    fn value(&mut self, value: &[Token], column: Option<&Range<usize>>, number: usize) {
        let [first, ..] = value else { return };
        self.column(column, number, first.whole.start);
        let is_cast = value.get(1).is_none_or(|token| token.kind == Kind::Symbol(b':'));
        match first.kind {
            // MySQL also takes double quotes for strings.
            Kind::String | Kind::Name if is_cast => {
                let text = resolve(&self.text[first.inner.clone()]);
                self.builder.scalar(text, Style::Quoted, first.inner.clone(), first.whole.clone());
            }
            _ => {
                let last = value.last().unwrap_or(first);
                let place = first.whole.start..last.whole.end;
                let style = if value.len() == 1 { Style::Bare } else { Style::Expression };
                self.builder.scalar(&self.text[place.clone()], style, place.clone(), place);
            }
        }
    }

    /// Reads the lines that follow a `COPY`, with tabs between values.
    fn copy(&mut self) {
        let Some((table, columns, mut token)) = self.target() else { return };
        let mut is_from_input = false;
        while token.kind != Kind::Symbol(b';') {
            is_from_input |= self.word(&token) == "stdin";
            let Some(next) = self.next() else { return };
            token = next;
        }
        if !is_from_input {
            return;
        }
        self.open_table(table);
        self.at = lines::line_at(self.text, self.at).map_or(self.text.len(), |line| line.next);
        while let Some(line) = lines::line_at(self.text, self.at) {
            self.at = line.next;
            if &self.text[line.range.clone()] == "\\." {
                break;
            }
            self.builder.open_mapping(line.range.start);
            let mut start = line.range.start;
            for (number, field) in self.text[line.range.clone()].split('\t').enumerate() {
                let place = start..start + field.len();
                self.column(columns.get(number), number, start);
                let text = if field == "\\N" { "" } else { field };
                self.builder.scalar(text, Style::Bare, place.clone(), place);
                start += field.len() + 1;
            }
            self.builder.close(line.range.end);
        }
        self.builder.close(self.at);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@') || !byte.is_ascii()
}

/// The text of a string. A backslash before a quote or another one is an escape, a doubled quote is one.
fn resolve(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['\'', '\\']) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(char) = rest.next() {
        let next = rest.clone().next();
        let is_escape = matches!((char, next), ('\'', Some('\'')) | ('\\', Some('\'' | '"' | '\\')));
        text.extend(if is_escape { rest.next() } else { Some(char) });
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::parse::dump::{assert_any_text_is_read, dump};

    #[test]
    fn rows_have_the_columns_of_their_statement() {
        let text = "-- c ';\nINSERT INTO `app`.`users` (`id`, name, \"pass\") VALUES\n(1,'O''Neil','a\\'b'), -- d\n(2, NULL, md5('x'));\nselect 'insert into x values (1)';\ninsert into dbo.[t] (a) values (N'é'::text);";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /users []
        /users/0 {}
        /users/0/id Bare "1" at "1"
        /users/0/name Quoted "O'Neil" at "O''Neil"
        /users/0/pass Quoted "a'b" at "a\\'b"
        /users/1 {}
        /users/1/id Bare "2" at "2"
        /users/1/name Bare "NULL" at "NULL"
        /users/1/pass Expression "md5('x')" at "md5('x')"
        /t []
        /t/0 {}
        /t/0/a Quoted "é" at "é"
        "#);
    }

    #[test]
    fn rows_have_the_columns_of_their_table() {
        let text = "CREATE TABLE IF NOT EXISTS `users` (\n  `id` int(10) NOT NULL,\n  `pw` varchar(60) DEFAULT '(',\n  PRIMARY KEY (`id`)\n);\nREPLACE INTO users VALUES (1,'C:\\',3,4), (2)\nON DUPLICATE KEY UPDATE x = ';';\nINSERT INTO other VALUES (1, 'b');\nINSERT INTO third SELECT * FROM users;";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /users []
        /users/0 {}
        /users/0/id Bare "1" at "1"
        /users/0/pw Quoted "C:\\" at "C:\\"
        /users/0/2 Bare "3" at "3"
        /users/0/3 Bare "4" at "4"
        /users/1 {}
        /users/1/id Bare "2" at "2"
        /other []
        /other/0 {}
        /other/0/0 Bare "1" at "1"
        /other/0/1 Quoted "b" at "b"
        "#);
    }

    #[test]
    fn rows_are_copied() {
        let text = "COPY public.users (id, pw) FROM stdin;\n1\ta b\r\n2\t\\N\n\\.\nCOPY t TO stdout;\nINSERT INTO t VALUES (3);insert into u values ('a";
        insta::assert_snapshot!(dump(text, parse), @r#"
        {}
        /users []
        /users/0 {}
        /users/0/id Bare "1" at "1"
        /users/0/pw Bare "a b" at "a b"
        /users/1 {}
        /users/1/id Bare "2" at "2"
        /users/1/pw Bare "" at "\\N"
        /t []
        /t/0 {}
        /t/0/0 Bare "3" at "3"
        /u []
        /u/0 {}
        problem: a string is not closed at "'"
        "#);
    }

    #[test]
    fn any_text_is_read() {
        let pieces = &[
            "insert into ",
            "t ",
            "(",
            ")",
            ",",
            ";",
            "values ",
            "'",
            "\"",
            "`",
            "[",
            "]",
            "\\",
            "--",
            "#",
            "/*",
            "*/",
            "\n",
            "copy t from stdin;\n",
            "\t",
            "\\.\n",
            "create table t (a int);",
            "é",
            "x",
            " ",
            ".",
            "N'",
            "€",
        ];
        assert_any_text_is_read(pieces, parse);
    }
}
