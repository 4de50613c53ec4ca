//! Dockerfiles: instructions with the place of every word. What BuildKit refuses is a problem, and the rest is read.
//!
//! No crate keeps the places of words through continued lines and documents, or reads on after an error.

mod heredoc;
mod logical;
mod word;

use std::ops::Range;

pub use heredoc::Heredoc;
pub use logical::Logical;
pub use word::{Pair, Word};

use self::heredoc::Ends;
use crate::model::Span;
use crate::parse::tree::Problem;

/// Names of instructions.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Instructions that take options.
const WITH_OPTIONS: [&str; 5] = ["ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"];

/// Instructions that documents can follow.
const WITH_DOCUMENTS: [&str; 3] = ["ADD", "COPY", "RUN"];

/// Most problems that are told of a file: a template of something else has one on every line.
const MAX_PROBLEMS: usize = 3;

/// A Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile<'t> {
    /// `# syntax=...` and others at the beginning.
    pub directives: Vec<Directive<'t>>,
    /// The character that continues a line.
    pub escape: u8,
    /// The instructions, in order.
    pub instructions: Vec<Instruction<'t>>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A directive to the builder in a comment at the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive<'t> {
    /// Its name, as written.
    pub name: &'t str,
    /// What it is set to.
    pub value: &'t str,
    /// The place of the value.
    pub place: Range<usize>,
}

/// An instruction.
#[derive(Clone, Debug)]
pub struct Instruction<'t> {
    /// Its name in upper case.
    pub name: String,
    /// From its name to its last word, without documents that follow.
    pub place: Range<usize>,
    /// Its options, with their hyphens.
    pub options: Vec<Word>,
    /// What follows name and options.
    pub body: Logical<'t>,
    /// Documents that follow.
    pub heredocs: Vec<Heredoc>,
    /// Whether `ONBUILD` stands before it, so that it is run where another image is built upon this one.
    pub is_trigger: bool,
    escape: u8,
}

impl Instruction<'_> {
    /// The words of the body, parted by blanks.
    pub fn words(&self) -> Vec<Word> {
        word::split(&self.body, self.escape)
    }

    /// The body as a list in JSON; `None` where it is a text for the shell.
    pub fn list(&self) -> Option<Vec<Word>> {
        word::list(&self.body)
    }

    /// The items of the list, or the words.
    pub fn items(&self) -> Vec<Word> {
        self.list().unwrap_or_else(|| self.words())
    }

    /// The names and values of `ENV` and `LABEL`, in the form `A=b` or the old `A b`.
    pub fn pairs(&self) -> Vec<Pair> {
        word::pairs(&self.body, self.escape)
    }

    /// The names of `ARG`, with their values where they have one.
    pub fn arguments(&self) -> Vec<Pair> {
        word::arguments(&self.body, self.escape)
    }

    /// What follows the first word of the body, where that is `word`: the command of `HEALTHCHECK CMD`.
    pub fn rest_after(&self, word: &str) -> Option<Self> {
        let first = self.body.text.split_ascii_whitespace().next()?;
        let body = first.eq_ignore_ascii_case(word).then(|| self.body.after(first.len()))?;
        let (options, heredocs) = (Vec::new(), Vec::new());
        Some(Self { name: word.to_owned(), place: body.whole(), options, body, heredocs, ..*self })
    }

    /// The values of an option: `from` of `--from=build`.
    pub fn option(&self, name: &str) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.options.iter().filter_map(move |word| {
            let value = word.text.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('=')?;
            Some((value, word.place.end.saturating_sub(value.len()).max(word.place.start)..word.place.end))
        })
    }
}

/// Reads a Dockerfile.
pub fn parse(text: &str) -> Dockerfile<'_> {
    let mut reader = Reader { text, at: 0, file: Dockerfile { escape: b'\\', ..Dockerfile::default() }, ends: None };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    reader.directives();
    while reader.at < text.len() {
        reader.instruction();
    }
    reader.file
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    file: Dockerfile<'t>,
    ends: Option<Ends<'t>>,
}

impl<'t> Reader<'t> {
    /// The line at this place, without its break, and where the next one begins.
    fn line(&self) -> (&'t str, usize) {
        let rest = &self.text[self.at..];
        let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
        (rest[..length].trim_end_matches(['\n', '\r']), self.at + length)
    }

    fn directives(&mut self) {
        loop {
            let (line, next) = self.line();
            let Some((name, value)) = line.trim_start().strip_prefix('#').and_then(|text| text.split_once('=')) else {
                return;
            };
            let (name, trimmed) = (name.trim(), value.trim());
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) || trimmed.is_empty() {
                return;
            }
            if name.eq_ignore_ascii_case("escape") && matches!(trimmed, "`" | "\\") {
                self.file.escape = trimmed.as_bytes()[0];
            }
            let start = self.at + line.len() - value.trim_start().len();
            self.file.directives.push(Directive { name, value: trimmed, place: start..start + trimmed.len() });
            self.at = next;
            if next >= self.text.len() {
                return;
            }
        }
    }

    /// Reads the next instruction, with the lines that continue it and the documents that follow.
    fn instruction(&mut self) {
        let mut line = Logical::default();
        while self.at < self.text.len() {
            let (content, next) = self.line();
            let trimmed = content.trim_start();
            let (start, is_first) = (self.at, line.text.is_empty());
            self.at = next;
            if trimmed.is_empty() || trimmed.starts_with('#') {
                if is_first {
                    return;
                }
                continue;
            }
            let (kept, continues) = cut_continuation(content, self.file.escape);
            let indent = if is_first { content.len() - trimmed.len() } else { 0 };
            line.push(kept.get(indent..).unwrap_or_default(), start + indent);
            if !continues {
                break;
            }
        }
        self.add(&line, false);
    }

    fn add(&mut self, line: &Logical<'t>, is_trigger: bool) {
        let escape = self.file.escape;
        let text = line.text.trim_end();
        let name_end = text.find(|char: char| char.is_ascii_whitespace()).unwrap_or(text.len());
        let name = text[..name_end].to_ascii_uppercase();
        let place = line.place(0..text.len());
        if !INSTRUCTIONS.contains(&name.as_str()) {
            let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
            if is_word {
                self.problem(line.place(0..name_end), "no instruction has this name");
            }
            return;
        }
        let mut body = line.after(name_end);
        if name == "ONBUILD" && !is_trigger {
            self.file.instructions.push(Instruction {
                name,
                place,
                options: Vec::new(),
                body: Logical::default(),
                heredocs: Vec::new(),
                is_trigger,
                escape,
            });
            return self.add(&body, true);
        }
        let mut options = Vec::new();
        if WITH_OPTIONS.contains(&name.as_str()) {
            let ranges = word::ranges(&body.text, escape);
            let count = ranges.iter().take_while(|range| body.text[(*range).clone()].starts_with("--")).count();
            if count > 0 {
                options = word::split(&body, escape);
                options.truncate(count);
                body = body.after(ranges[count - 1].end);
            }
        }
        let heredocs = if WITH_DOCUMENTS.contains(&name.as_str()) { self.heredocs(&body) } else { Vec::new() };
        self.file.instructions.push(Instruction { name, place, options, body, heredocs, is_trigger, escape });
    }

    /// Reads the documents that a line announces.
    fn heredocs(&mut self, line: &Logical<'t>) -> Vec<Heredoc> {
        if memchr::memmem::find(line.text.as_bytes(), b"<<").is_none() || word::list(line).is_some() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for mark in heredoc::marks(&line.text) {
            let ends = self.ends.get_or_insert_with(|| Ends::new(self.text));
            if !ends.follows(&mark, self.at) {
                // `$((1 << 2))` has a mark as well, but not a name.
                if mark.name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') {
                    self.problem(line.whole(), "the end of this document is missing");
                }
                continue;
            }
            if let Some((document, next)) = heredoc::read(self.text, self.at, &mark) {
                found.push(document);
                self.at = next;
            }
        }
        found
    }

    fn problem(&mut self, place: Range<usize>, message: &str) {
        if self.file.problems.len() < MAX_PROBLEMS {
            self.file.problems.push(Problem { span: Span::new(place), message: message.to_owned() });
        }
    }
}

/// A line without the character that continues it, and whether it had one. Two of them continue nothing.
fn cut_continuation(line: &str, escape: u8) -> (&str, bool) {
    let trimmed = line.trim_end_matches([' ', '\t']);
    match trimmed.as_bytes() {
        [.., before, last] if *last == escape && *before != escape => (&trimmed[..trimmed.len() - 1], true),
        [last] if *last == escape => ("", true),
        _ => (line, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse(text).instructions.into_iter().map(|instruction| instruction.name).collect()
    }

    #[test]
    fn continued_lines_are_one_instruction() {
        let text = "FROM a\r\nrun one \\  \r\n# a comment\r\n\r\n  && two\r\nCMD x\r\n";
        let file = parse(text);
        assert_eq!(names(text), ["FROM", "RUN", "CMD"]);
        let run = &file.instructions[1];
        assert_eq!(run.body.text, "one   && two");
        assert!(text[run.place.clone()].starts_with("run one") && text[run.place.clone()].ends_with("&& two"));
        assert_eq!(&text[run.words()[2].place.clone()], "two");
    }

    #[test]
    fn the_character_that_continues_can_be_chosen() {
        let text = "# escape=`\nFROM a\nRUN dir C:\\\nCOPY a `\n b\n";
        let file = parse(text);
        assert_eq!(file.escape, b'`');
        assert_eq!(names(text), ["FROM", "RUN", "COPY"]);
        assert_eq!(file.instructions[1].body.text, r"dir C:\");
        assert_eq!(file.instructions[2].words().len(), 2);
        assert_eq!(names("FROM a\nRUN x \\\\\nCMD y"), ["FROM", "RUN", "CMD"], "two of them continue nothing");
    }

    #[test]
    fn directives_stand_only_at_the_beginning() {
        let file = parse("# syntax = docker/dockerfile:1\n# escape=`\n#\n# check=skip=all\nFROM a");
        let found: Vec<_> = file.directives.iter().map(|directive| (directive.name, directive.value)).collect();
        assert_eq!(found, [("syntax", "docker/dockerfile:1"), ("escape", "`")]);
        assert_eq!(file.directives[0].place, 11..30);
    }

    #[test]
    fn documents_belong_to_their_instruction() {
        let text = "RUN <<EOF cat <<-'X'\nFROM not\nEOF\n\ta\n\tX\nCOPY --chmod=777 <<A <<B /d/\n1\nA\n2\nB\nRUN echo $((1<<2))\nUSER a\n";
        let file = parse(text);
        assert_eq!(names(text), ["RUN", "COPY", "RUN", "USER"]);
        let contents = |index: usize| -> Vec<&str> {
            file.instructions[index].heredocs.iter().map(|heredoc| &text[heredoc.content.clone()]).collect()
        };
        assert_eq!(contents(0), ["FROM not\n", "\ta\n"]);
        assert_eq!(contents(1), ["1\n", "2\n"]);
        assert_eq!(file.instructions[1].options[0].text, "--chmod=777");
        assert!(file.problems.is_empty(), "{:?}", file.problems);
    }

    #[test]
    fn options_end_where_the_body_begins() {
        let file =
            parse("RUN --mount=type=cache,target=/x \\\n --network=none curl --fail x\nONBUILD COPY --from=b . /y");
        let run = &file.instructions[0];
        assert_eq!(run.options.len(), 2);
        assert_eq!(run.body.text, "curl --fail x");
        assert_eq!(run.option("network").next().unwrap().0, "none");
        let copy = &file.instructions[2];
        assert!(copy.is_trigger && file.instructions[1].name == "ONBUILD");
        assert_eq!(copy.option("from").next().unwrap().0, "b");
    }

    #[test]
    fn problems_stop_nothing() {
        let file = parse("FORM a\nRUN <<EOF\nx\nUSER b\n{% if x %}\nCMD [\"a\"");
        let kept: Vec<_> = file.instructions.iter().map(|instruction| instruction.name.as_str()).collect();
        assert_eq!(kept, ["RUN", "USER", "CMD"]);
        assert_eq!(file.problems.len(), 3, "FORM, EOF, x");
        for text in ["", "\u{feff}", "#", "# a=", "\\", "FROM", "FROM \\", "RUN --", "\\\n\\\n", "é\\\né", "ENV é\\"]
        {
            let _ = parse(text);
        }
    }
}
