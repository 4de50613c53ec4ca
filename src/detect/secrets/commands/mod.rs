//! Credentials among the arguments of shell commands: `mysql -pVALUE`, `curl -u user:VALUE`, `docker login -p VALUE`.
//!
//! What an option means is the command's own affair: `-p` is a password here and a port or a path there. So a rule ties options
//! to commands, and the command's words are split as a shell would.

mod index;
mod input;
mod names;
mod quotes;
mod words;

use std::ops::Range;

pub(super) use self::index::CommandIndex;
use self::index::{Command, Program};
use self::quotes::Quotes;
use self::words::{Limit, Word, Words};
use super::candidate::Candidate;
use super::index::Variant;
use super::{SecretsDetector, value};
use crate::model::{Doubt, FileKind, Format, Language, SourceFile};
use crate::rules::rule::{Argument, Binding};

/// How far a command is read.
const MAX_COMMAND: Limit = Limit { bytes: 2048, words: 512 };
/// How far behind the program's name a subcommand stands.
const MAX_LEAD: Limit = Limit { bytes: 256, words: 8 };

/// Signs that source code of another kind holds commands: those that it holds most.
pub(super) const SIGNS: [&str; 2] = ["curl", "sshpass"];

/// Whether to read the commands of a file, by its kind and by whether it holds a sign. Source code is most of what is scanned, and hardly
/// any holds a command.
pub(super) fn may_stand_in(file: &SourceFile<'_>, holds_sign: bool) -> bool {
    /// Longest data that a person writes commands into, in bytes: the scripts of a `package.json`, an agent's settings.
    const LONGEST: usize = 64 << 10;
    match file.kind {
        FileKind::Source(
            Language::Shell
            | Language::Batch
            | Language::PowerShell
            | Language::Groovy
            | Language::Ruby
            | Language::Perl,
        )
        | FileKind::Dockerfile
        | FileKind::Document
        | FileKind::Text => true,
        FileKind::Source(_) => holds_sign,
        FileKind::Data(Format::Html | Format::Csv) => false,
        FileKind::Data(Format::Json | Format::Xml | Format::Toml | Format::Properties) => {
            holds_sign || file.text.len() <= LONGEST
        }
        FileKind::Data(_) => true,
    }
}

/// How far a file's commands were read. Commands come from left to right.
struct Progress {
    quotes: Quotes,
    /// For each subcommand, where the last of its commands ends: its name inside of that one begins no other.
    read_to: Vec<usize>,
}

/// A command's place in a file.
struct Place<'f, 't> {
    file: &'f SourceFile<'t>,
    /// The program's name.
    name: Range<usize>,
    /// The quote that it stands in.
    enclosing: Option<u8>,
}

impl SecretsDetector {
    /// Reads all commands of a file.
    pub(super) fn find_commands(&self, file: &SourceFile<'_>, candidates: &mut Vec<Candidate>) {
        let index = &self.index.commands;
        let mut progress = Progress { quotes: Quotes::default(), read_to: Vec::new() };
        index.names.each(file.text.as_bytes(), |program, at| {
            let program = &index.programs[program];
            if let Some(name) = name_at(file.text, at, program) {
                progress.read_to.resize(index.subcommands, 0);
                let enclosing = progress.quotes.around(file.text.as_bytes(), at);
                self.try_program(program, &Place { file, name, enclosing }, &mut progress.read_to, candidates);
            }
        });
    }

    fn try_program(&self, program: &Program, place: &Place<'_, '_>, read_to: &mut [usize], all: &mut Vec<Candidate>) {
        let text = place.file.text;
        let read = |limit| words::after(text, place.name.clone(), place.enclosing, limit);
        let lead = if program.has_subcommands() { read(MAX_LEAD).list } else { Vec::new() };
        let mut words: Option<Words> = None;
        for subcommand in &program.subcommands {
            let Some(reach) = subcommand.reach(text, &lead) else { continue };
            if place.name.start < read_to[subcommand.number] {
                continue;
            }
            let words = words.get_or_insert_with(|| read(MAX_COMMAND));
            read_to[subcommand.number] = words.end;
            for &command in &subcommand.commands {
                let command = &self.index.commands.commands[command];
                self.try_command(command, place, words, words.list.get(reach..).unwrap_or_default(), all);
            }
        }
    }

    fn try_command(
        &self,
        command: &Command,
        place: &Place<'_, '_>,
        all: &Words,
        words: &[Word],
        candidates: &mut Vec<Candidate>,
    ) {
        let text = place.file.text;
        let mut add = |range: Range<usize>| candidates.extend(self.argument(place.file, &command.variant, range));
        match &command.argument {
            Argument::Option { names, binding } => {
                (0..words.len())
                    .filter_map(|index| option_value(text, &words[index..], names, *binding))
                    .for_each(&mut add);
            }
            Argument::Position(number) => {
                let is_positional = |word: &&Word| !is_option(&text[word.inner.clone()]);
                let word = words.iter().filter(is_positional).nth(number - 1);
                word.map(|word| word.inner.clone()).into_iter().for_each(&mut add);
            }
            Argument::Input => {
                let piped = input::piped(text, place.name.start, place.enclosing);
                let here = words::here_string(text, all.end, place.enclosing, MAX_LEAD).map(|word| word.inner);
                piped.or(here).into_iter().for_each(&mut add);
            }
        }
    }

    fn argument(&self, file: &SourceFile<'_>, variant: &Variant, place: Range<usize>) -> Option<Candidate> {
        let found = variant.pattern.match_start(&file.text[place.clone()])?;
        let secret = unquoted(file.text, place.start + found.secret.start..place.start + found.secret.end);
        let text = &file.text[secret.clone()];
        let is_raw = file.text[..secret.start].ends_with('\'') || file.kind == FileKind::Source(Language::Batch);
        if value::is_reference(text) || !is_raw && holds_variable(text) || is_no_password(text) {
            return None;
        }
        let mut candidate = Candidate::new(variant.rule, secret, variant.rank);
        candidate.confidence = self.index.rules[variant.rule].confidence;
        self.judge_check(variant, text, &mut candidate);
        // Words of other alphabets say in documentation what goes there.
        let is_stand_in = self.reader.is_stand_in(text) || value::is_masked(text) || self.is_name_of_value(text);
        if is_stand_in || !text.is_ascii() {
            candidate.doubts.push(Doubt::Placeholder);
        }
        Some(candidate)
    }

    /// `DB_PASSWORD`, `my-secret-password`: the name of what goes there.
    fn is_name_of_value(&self, text: &str) -> bool {
        let is_name = |byte: u8| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-');
        let is_spoken = text.bytes().all(is_name) || self.reader.holds_weak_placeholder(text);
        is_spoken && self.reader.names_credential(text)
    }
}

/// The place of a program's name that begins at `at`, with the ending that Windows' programs have.
fn name_at(text: &str, at: usize, program: &Program) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
    if matches!(before, b'_' | b'-' | b'.' | b'$') {
        return None;
    }
    let end = at + program.name.len();
    let has_ending =
        |ending: &&str| bytes.get(end..end + 4).is_some_and(|found| found.eq_ignore_ascii_case(ending.as_bytes()));
    let end = if [".exe", ".cmd", ".bat"].iter().any(has_ending) { end + 4 } else { end };
    let is_followed =
        bytes.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\\' | b'"' | b'\'' | b',' | b'\n' | b'\r'));
    is_followed.then_some(at..end)
}

/// `-x`, `--long`, and `/x` or `/long:value`, which is no path.
fn is_option(word: &str) -> bool {
    let is_windows = |rest: &str| {
        let name = rest.split(':').next().unwrap_or_default();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    word.starts_with('-') || word.strip_prefix('/').is_some_and(is_windows)
}

/// The value that the first of `words` gives to one of the options, or leaves to the word after it.
fn option_value(text: &str, words: &[Word], options: &[String], binding: Binding) -> Option<Range<usize>> {
    let (word, next) = (words.first()?, words.get(1));
    let option = &text[word.inner.clone()];
    for name in options {
        let is_short = name.len() == 2;
        // `-p` and `-P` differ; `-Password` and `-password` do not.
        let is_same = |start: &str| start == name || !is_short && start.eq_ignore_ascii_case(name);
        let Some(rest) = option.get(..name.len()).filter(|start| is_same(start)).map(|_| &option[name.len()..]) else {
            continue;
        };
        let value = |rest: &str| Some(unquoted(text, word.inner.end - rest.len()..word.inner.end));
        if rest.is_empty() {
            let is_separate = !(is_short && binding == Binding::Attached);
            let next = next.map(|next| next.inner.clone()).filter(|_| is_separate)?;
            return Some(next).filter(|next| !text[next.clone()].starts_with('-'));
        }
        if !is_short {
            match rest.strip_prefix(['=', ':']) {
                Some(rest) => return value(rest),
                None => continue,
            }
        }
        match binding {
            Binding::Separate => {}
            // `/p` and `/prompt` are options of Windows, and have nothing to do with each other.
            _ if name.starts_with('/') => {
                if let Some(rest) = rest.strip_prefix(':') {
                    return value(rest);
                }
            }
            Binding::Attached => return value(rest),
            Binding::Either => return value(rest.strip_prefix('=').unwrap_or(rest)),
        }
    }
    None
}

/// Whether a shell would put something else for a part of the text.
fn holds_variable(text: &str) -> bool {
    let is_variable = |(at, _): (usize, &str)| {
        let next = text.as_bytes().get(at + 1);
        let is_doubled = next == Some(&b'$') || text[..at].ends_with('$');
        !is_doubled
            && next.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'{' | b'(' | b'['))
    };
    text.contains('`') || text.match_indices('$').any(is_variable)
}

/// A port, a path, a mark for "ask me", a variable of a batch file, the beginning of `{your password}`: what is never a password on a command line.
fn is_no_password(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() < 6
        || text.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    let is_path = ["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start)) || text.contains("://");
    let is_delayed = text.len() > 2 && text.starts_with('!') && text.ends_with('!');
    let is_sign = !text.chars().any(char::is_alphanumeric);
    let is_template = text.starts_with(['<', '[', '{']) || text.starts_with('%') && text.ends_with('%');
    is_number || is_path || is_delayed || is_sign || is_template
}

/// The range without the quotes around it.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let word = &text[range.clone()];
    for quote in ["\\\"", "\\'", "\"", "'"] {
        if word.len() >= 2 * quote.len() && word.starts_with(quote) && word.ends_with(quote) {
            return range.start + quote.len()..range.end - quote.len();
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'t>(text: &'t str, options: &[&str], binding: Binding) -> Option<&'t str> {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let words = words::after(text, 0..4, None, MAX_LEAD).list;
        (0..words.len())
            .find_map(|index| option_value(text, &words[index..], &options, binding))
            .map(|range| &text[range])
    }

    #[test]
    fn values_follow_options_in_every_way() {
        let both = ["-p", "--password"];
        assert_eq!(value("tool -u x -pabc", &both, Binding::Attached), Some("abc"));
        assert_eq!(value("tool -p'a b'", &both, Binding::Attached), Some("a b"));
        assert_eq!(value("tool -p abc", &both, Binding::Attached), None);
        assert_eq!(value("tool -p abc", &both, Binding::Either), Some("abc"));
        assert_eq!(value("tool -p=abc", &both, Binding::Either), Some("abc"));
        assert_eq!(value("tool -p=abc", &both, Binding::Attached), Some("=abc"));
        assert_eq!(value("tool -p -x", &both, Binding::Either), None);
        assert_eq!(value("tool -P abc", &both, Binding::Either), None);
        assert_eq!(value("tool -pabc", &both, Binding::Separate), None);
        assert_eq!(value("tool --password=abc", &both, Binding::Attached), Some("abc"));
        assert_eq!(value("tool --password \"a b\"", &both, Binding::Attached), Some("a b"));
        assert_eq!(value("tool --passwords abc", &both, Binding::Either), None);
        assert_eq!(value("tool -pw abc", &["-pw"], Binding::Either), Some("abc"));
        assert_eq!(value("tool -PASSWORD abc", &["-Password"], Binding::Either), Some("abc"));
        assert_eq!(value("tool /p:abc", &["/p"], Binding::Either), Some("abc"));
        assert_eq!(value("tool /p:abc", &["/p"], Binding::Separate), None);
        assert_eq!(value("tool /prompt", &["/p"], Binding::Either), None);
    }

    #[test]
    fn variables_are_no_passwords() {
        for text in ["$X", "a${X}", "a$(b)", "a`b`", "$1"] {
            assert!(holds_variable(text), "{text}");
        }
        for text in ["a", "P@$$w0rd", "a$", "a$!"] {
            assert!(!holds_variable(text), "{text}");
        }
        for text in ["3306", "3306:3306", "/x/y", "./x", "*", "-", "!X!", "<x y>", "{your", "%X%"] {
            assert!(is_no_password(text), "{text}");
        }
        for text in ["330612", "a/b", "a!", "pa$word"] {
            assert!(!is_no_password(text), "{text}");
        }
    }

    #[test]
    fn slashes_begin_options_and_paths() {
        assert!(["-x", "--x", "/add", "/user:a\\b"].into_iter().all(is_option));
        assert!(!["x", "/etc/x", "//host/share", "/"].into_iter().any(is_option));
    }
}
