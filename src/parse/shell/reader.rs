//! Reads commands: pipes, lists, groups and here-documents.

use std::borrow::Cow;
use std::ops::Range;

use super::word::{Words, begins_word};
use super::{Command, Redirection, Word};

/// What a group of commands ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// `( ... )`.
    Subshell,
    /// `{ ... }`.
    Braces,
    /// `if ... fi`, `for ... done`.
    Compound,
    /// `case ... esac`; whether a pattern stands next.
    Case { is_pattern: bool },
}

/// Reads the commands of one text.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    words: Words<'t>,
    commands: Vec<Command<'t>>,
    /// The command that is being read.
    open: Command<'t>,
    /// The groups that are open, with the number of their first command.
    groups: Vec<(Group, usize)>,
    /// The commands whose output the next one reads.
    pipe: Range<usize>,
    /// The commands that a pipe here would read from.
    last: Range<usize>,
    /// The here-documents whose text begins on the next line: numbers of command and redirection.
    heredocs: Vec<(usize, usize)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, place: Range<usize>, skips_comments: bool) -> Self {
        Self {
            text,
            at: place.start,
            end: place.end,
            words: Words::new(text, &place, skips_comments),
            commands: Vec::new(),
            open: Command::default(),
            groups: Vec::new(),
            pipe: 0..0,
            last: 0..0,
            heredocs: Vec::new(),
        }
    }

    fn byte(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        if at < self.end { self.text.as_bytes()[at] } else { 0 }
    }

    pub(super) fn read(mut self) -> Vec<Command<'t>> {
        while self.at < self.end {
            if let Some(next) = self.words.continued(self.at) {
                self.at = next;
                continue;
            }
            match self.byte(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => self.line_end(),
                b'#' => self.at = self.line_end_at(self.at),
                b'&' if self.byte(1) == b'>' => self.redirection(),
                b'<' | b'>' if self.byte(1) != b'(' => self.redirection(),
                b';' | b'&' | b'|' => self.operator(),
                b'(' => self.opening(),
                b')' => self.closing(),
                _ => self.word(),
            }
        }
        self.finish();
        self.commands
    }

    fn line_end_at(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[from..self.end]).map_or(self.end, |length| from + length)
    }

    /// Ends the command that is being read, if there is one.
    fn finish(&mut self) -> bool {
        let open = std::mem::take(&mut self.open);
        if open.words.is_empty() && open.assignments.is_empty() && open.redirections.is_empty() {
            return false;
        }
        let number = self.commands.len();
        self.commands.push(Command { piped_from: std::mem::replace(&mut self.pipe, 0..0), ..open });
        self.last = number..number + 1;
        true
    }

    fn line_end(&mut self) {
        if self.finish() || self.pipe.is_empty() {
            (self.pipe, self.last) = (0..0, 0..0);
        }
        self.at += 1;
        for (command, redirection) in std::mem::take(&mut self.heredocs) {
            let body = self.here_document(command, redirection);
            if let Some(redirection) =
                self.commands.get_mut(command).and_then(|command| command.redirections.get_mut(redirection))
            {
                redirection.body = Some(body);
            }
        }
    }

    /// The text of a here-document that begins here. Blanks before its last line don't matter: the whole script may be indented.
    fn here_document(&mut self, command: usize, redirection: usize) -> Range<usize> {
        let mark = self.commands.get(command).and_then(|command| command.redirections.get(redirection));
        let mark = mark.map(|redirection| redirection.target.text.to_string()).unwrap_or_default();
        let start = self.at;
        while self.at < self.end {
            let line_end = self.line_end_at(self.at);
            let line = self.at..line_end;
            self.at = (line_end + 1).min(self.end);
            if self.text[line.clone()].trim() == mark {
                return start..line.start;
            }
        }
        start..self.end
    }

    fn operator(&mut self) {
        if self.is_pattern() {
            self.at += 1;
            return;
        }
        self.finish();
        let is_pipe = self.byte(0) == b'|' && self.byte(1) != b'|';
        let is_case_end = self.byte(0) == b';' && matches!(self.byte(1), b';' | b'&');
        self.pipe = if is_pipe { self.last.clone() } else { 0..0 };
        self.last = 0..0;
        if is_case_end && let Some((Group::Case { is_pattern }, _)) = self.groups.last_mut() {
            *is_pattern = true;
        }
        self.at += if is_pipe && self.byte(1) != b'&' {
            1
        } else {
            1 + usize::from(matches!(self.byte(1), b';' | b'&' | b'|'))
        };
    }

    fn is_pattern(&self) -> bool {
        matches!(self.groups.last(), Some((Group::Case { is_pattern: true }, _)))
    }

    fn opening(&mut self) {
        let is_counting = self.byte(1) == b'(' && self.open.words.iter().all(|word| word.text == "for");
        if is_counting && let Some(end) = self.words.ends.closing(self.at + 1, b')') {
            self.at = end + 1;
            return;
        }
        let is_first = self.open.words.is_empty() && self.open.assignments.is_empty();
        if is_first && !self.is_pattern() {
            self.groups.push((Group::Subshell, self.commands.len()));
        }
        self.at += 1;
        // `name() { ... }` declares a function: its commands are read as they stand.
        let rest = &self.text[self.at..self.end];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if self.open.words.len() == 1 && self.byte(blanks) == b')' {
            self.open = Command::default();
            self.at += blanks + 1;
        }
    }

    fn closing(&mut self) {
        self.at += 1;
        match self.groups.last_mut() {
            Some((Group::Case { is_pattern }, _)) if *is_pattern => {
                *is_pattern = false;
                self.open = Command::default();
            }
            Some(&mut (Group::Subshell, first)) => {
                self.finish();
                self.groups.pop();
                self.last = first..self.commands.len();
            }
            // PowerShell's `iex (irm ...)`.
            _ if !self.open.words.is_empty() => self.open.place.end = self.at,
            _ => {}
        }
    }

    /// Ends the innermost group of this kind, and those that are open inside of it.
    fn close(&mut self, ends: impl Fn(Group) -> bool) {
        if let Some(depth) = self.groups.iter().rposition(|(group, _)| ends(*group)) {
            self.last = self.groups[depth].1..self.commands.len();
            self.groups.truncate(depth);
        }
    }

    fn redirection(&mut self) {
        let start = self.at;
        let is_sign = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | b'|' | b'-');
        let longest =
            if self.text[start..self.end].starts_with("<<-") || self.text[start..].starts_with("<<<") { 3 } else { 2 };
        self.at += 1;
        while self.at - start < longest && is_sign(self.byte(0)) {
            // `>(code)` and `<(code)` begin a word, and `<-` is no operator.
            if self.byte(0) == b'-' && self.at - start < 2 || self.byte(1) == b'(' && self.byte(0) != b'&' {
                break;
            }
            self.at += 1;
        }
        if self.text[start..self.at] == *"&>" && self.byte(0) == b'>' {
            self.at += 1;
        }
        let operator = &self.text[start..self.at];
        self.skip_blanks();
        let is_file = matches!(self.byte(0), b'<' | b'>') && self.byte(1) == b'(';
        let (target, end) =
            if begins_word(self.byte(0)) || is_file { self.words.read(self.at) } else { (Word::default(), self.at) };
        self.begin(start);
        if matches!(operator, "<<" | "<<-") && !target.text.is_empty() {
            self.heredocs.push((self.commands.len(), self.open.redirections.len()));
        }
        self.at = end;
        self.open.place.end = end;
        self.open.redirections.push(Redirection { operator, target, body: None });
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(0), b' ' | b'\t') || self.words.continued(self.at).is_some() {
            self.at = self.words.continued(self.at).unwrap_or(self.at + 1);
        }
    }

    /// Notes that the open command begins here, unless it did before.
    fn begin(&mut self, at: usize) {
        let open = &self.open;
        if open.words.is_empty() && open.assignments.is_empty() && open.redirections.is_empty() {
            self.open.place = at..at;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let (word, end) = self.words.read(start);
        // A sign that begins no word after all.
        self.at = if end > start { end } else { start + self.text[start..].chars().next().map_or(1, char::len_utf8) };
        let is_stream = matches!(self.byte(0), b'<' | b'>') && word.text.bytes().all(|byte| byte.is_ascii_digit());
        if end == start || is_stream {
            return;
        }
        let is_bare = !word.is_quoted && word.place == (start..end) && matches!(word.text, Cow::Borrowed(_));
        if is_bare && self.is_reserved(&word.text) {
            return;
        }
        self.begin(start);
        self.open.place.end = end;
        let is_assignment = self.open.words.is_empty() && !self.is_pattern() && is_assignment(&self.text[start..end]);
        if is_assignment {
            self.open.assignments.push(word);
        } else {
            self.open.words.push(word);
        }
    }

    /// Whether a word where a command begins is a word of the shell's own; then it is done with.
    fn is_reserved(&mut self, word: &str) -> bool {
        let first = self.open.words.first().map(|word| word.text.as_ref());
        if first == Some("case") && word == "in" {
            self.finish();
            self.groups.push((Group::Case { is_pattern: true }, self.commands.len()));
            return true;
        }
        if first.is_some() || !self.open.assignments.is_empty() {
            return false;
        }
        let next = self.commands.len();
        match word {
            "if" | "while" | "until" => self.groups.push((Group::Compound, next)),
            "{" => self.groups.push((Group::Braces, next)),
            "for" | "select" => {
                self.groups.push((Group::Compound, next));
                return false;
            }
            "then" | "else" | "elif" | "do" | "!" | "time" | "coproc" => {}
            "fi" | "done" => self.close(|group| group == Group::Compound),
            "esac" => self.close(|group| matches!(group, Group::Case { .. })),
            "}" => self.close(|group| group == Group::Braces),
            "function" => {
                self.skip_blanks();
                self.at = self.words.read(self.at).1;
            }
            _ => return false,
        }
        true
    }
}

/// Whether a word is `NAME=value` or `NAME+=value`.
fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
