//! Credentials among the arguments of shell commands: `mysql -pVALUE`, `curl -u user:VALUE`, `docker login -p VALUE`.
//!
//! What an option means is the command's own affair: `-p` is a password here and a port or a path there. So a rule ties options
//! to commands, and the command's words are split as a shell would.

mod words;

use std::ops::Range;

use self::words::Word;
use super::candidate::Candidate;
use super::index::Variant;
use super::{SecretsDetector, value};
use crate::model::{Doubt, FileKind, Format, Language, SourceFile};
use crate::rules::rule::{Argument, Binding, CommandPlace};

/// A compiled `command` variant.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) variant: Variant,
    pub(super) place: CommandPlace,
}

/// Whether shell commands are to be expected in files of this kind. Most source code holds none, and is most of what is scanned.
pub(super) fn may_stand_in(kind: FileKind) -> bool {
    match kind {
        FileKind::Source(language) => matches!(
            language,
            Language::Shell
                | Language::Batch
                | Language::PowerShell
                | Language::Groovy
                | Language::Ruby
                | Language::Perl
        ),
        FileKind::Data(format) => !matches!(format, Format::Html | Format::Csv),
        FileKind::Dockerfile | FileKind::Document | FileKind::Text => true,
    }
}

impl SecretsDetector {
    /// Reads the command whose name stands at `at`.
    pub(super) fn try_command(
        &self,
        file: &SourceFile<'_>,
        command: &Command,
        at: usize,
        candidates: &mut Vec<Candidate>,
    ) {
        let before = at.checked_sub(1).map_or(b' ', |before| file.text.as_bytes()[before]);
        if before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-' | b'.') {
            return;
        }
        let name_is =
            |name: &&String| file.text.get(at..at + name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name));
        let Some(name) = command.place.names.iter().filter(name_is).max_by_key(|name| name.len()) else { return };
        let words = words::after(file.text, at..at + name.len());
        let text = |range: &Range<usize>| &file.text[range.clone()];
        match &command.place.argument {
            Argument::Option { names, binding } => {
                let values =
                    (0..words.len()).filter_map(|index| option_value(file.text, &words[index..], names, *binding));
                values.for_each(|range| candidates.extend(self.argument(file, &command.variant, range)));
            }
            Argument::Position(number) => {
                let mut positional = words.iter().filter(|word| !text(&word.raw).starts_with('-'));
                let word = positional.nth(number - 1);
                candidates.extend(word.and_then(|word| self.argument(file, &command.variant, word.inner.clone())));
            }
        }
    }

    fn argument(&self, file: &SourceFile<'_>, variant: &Variant, place: Range<usize>) -> Option<Candidate> {
        let word = &file.text[place.clone()];
        let found = variant.pattern.match_start(word)?;
        let secret = place.start + found.secret.start..place.start + found.secret.end;
        let text = &file.text[secret.clone()];
        // Shells replace a variable anywhere in a word.
        let is_variable = text.contains('$') && !file.text[..place.start].ends_with('\'') || text.contains('`');
        if value::is_reference(text) || is_variable {
            return None;
        }
        let mut candidate = Candidate::new(variant.rule, secret, variant.rank);
        candidate.confidence = self.index.rules[variant.rule].confidence;
        self.judge_check(variant, text, &mut candidate);
        if self.reader.is_stand_in(text) || value::is_masked(text) {
            candidate.doubts.push(Doubt::Placeholder);
        }
        Some(candidate)
    }
}

/// The value that the first of `words` gives to one of the options, or leaves to the word after it.
fn option_value(text: &str, words: &[Word], options: &[String], binding: Binding) -> Option<Range<usize>> {
    let (word, next) = (words.first()?, words.get(1));
    let option = &text[word.inner.clone()];
    for name in options {
        let Some(rest) = option.strip_prefix(name.as_str()) else { continue };
        let is_short = name.len() == 2;
        if rest.is_empty() {
            let is_separate = !(is_short && binding == Binding::Attached);
            return next.filter(|_| is_separate).map(|next| next.inner.clone());
        }
        let start = word.inner.end - rest.len();
        let is_attached = is_short && binding != Binding::Separate;
        if let Some(rest) = rest.strip_prefix(['=', ':']).filter(|_| !is_short) {
            return Some(unquoted(text, word.inner.end - rest.len()..word.inner.end));
        }
        if is_attached {
            return Some(unquoted(text, start..word.inner.end));
        }
    }
    None
}

/// The range without the quotes around it.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let word = &text[range.clone()];
    for quote in ["\\\"", "\"", "'"] {
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
        let words = words::after(text, 0..4);
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
        assert_eq!(value("tool -pabc", &both, Binding::Separate), None);
        assert_eq!(value("tool --password=abc", &both, Binding::Attached), Some("abc"));
        assert_eq!(value("tool --password \"a b\"", &both, Binding::Attached), Some("a b"));
        assert_eq!(value("tool --passwords abc", &both, Binding::Either), None);
        assert_eq!(value("tool -pw abc", &["-pw"], Binding::Either), Some("abc"));
        assert_eq!(value("tool /p:abc", &["/p"], Binding::Separate), None);
    }
}
