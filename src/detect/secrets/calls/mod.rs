//! Literals that are credentials by their position among a call's arguments: `mysqli_connect(host, user, "HERE")`,
//! `new NetworkCredential(user, "HERE")`, `os.getenv("DB_PASSWORD", "HERE")`.
//!
//! No word is searched for because of them. Callees with a stem of a credential's name in them are found by that stem, others
//! where a run of token characters begins, and look-ups of the environment by the name that is looked up. The text tells
//! whether the wanted argument holds a literal; only then is a syntax tree made.

mod arguments;
mod index;

use std::ops::Range;

pub(super) use self::index::CallIndex;
use super::assignment::{Assignment, Inside, Operator, Quote};
use super::candidate::{Candidate, Rank};
use super::name::NameKind;
use super::syntax::{Call, SyntaxContext, Trees};
use super::{SecretsDetector, value};
use crate::model::{Doubt, FileKind, Language, SourceFile};
use crate::rules::rule::{CallArgument, CallLanguage};

/// Longest word of a callee, in bytes.
const MAX_WORD: usize = 60;

impl SecretsDetector {
    /// Reads the call that the stem of a name at `at` belongs to, if it does. Sets `done` to where the word ends.
    pub(super) fn find_call(
        &self,
        file: &SourceFile<'_>,
        at: usize,
        done: &mut usize,
        trees: &mut Trees<'_>,
        candidates: &mut Vec<Candidate>,
    ) {
        let bytes = file.text.as_bytes();
        let word = word_around(bytes, at);
        *done = word.end;
        if word.len() > MAX_WORD {
            return;
        }
        match bytes.get(word.end) {
            Some(b'"' | b'\'') => self.find_named(file, &word, trees, candidates),
            Some(b'(' | b'.' | b':' | b'-' | b'<' | b'=' | b' ' | b'?') => {
                for callee in self.index.calls.by_word(&file.text[word.clone()]) {
                    if let Some(open) = open_after(bytes, word.end, &callee.rest, callee.is_tuple) {
                        self.try_call(file, callee.call, open, trees, candidates);
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads the call that begins at `at` with a callee that a run of token characters began with.
    pub(super) fn try_callee(
        &self,
        file: &SourceFile<'_>,
        call: usize,
        at: usize,
        trees: &mut Trees<'_>,
        candidates: &mut Vec<Candidate>,
    ) {
        let bytes = file.text.as_bytes();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        let end = at + bytes[at..].iter().take(MAX_WORD).take_while(|byte| is_part(byte)).count();
        let callee = file.text[at..end].to_ascii_lowercase();
        if self.index.calls.call(call).is_called(&callee, false)
            && let Some(open) = open_after(bytes, end, &[], false)
        {
            self.try_call(file, call, open, trees, candidates);
        }
    }

    /// Reads the call that looks up the name around `word`, which is its first argument.
    fn find_named(
        &self,
        file: &SourceFile<'_>,
        word: &Range<usize>,
        trees: &mut Trees<'_>,
        candidates: &mut Vec<Candidate>,
    ) {
        let bytes = file.text.as_bytes();
        let before = &bytes[word.start.saturating_sub(MAX_WORD)..word.start];
        // The words before it in a name such as `db.password`.
        let is_part = |byte: &&u8| is_word_byte(**byte) || matches!(**byte, b'.' | b'-' | b':');
        let before = &before[..before.len() - before.iter().rev().take_while(is_part).count()];
        let Some(before) = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")) else { return };
        let Some(before) = before.trim_ascii_end().strip_suffix(b"(") else { return };
        let length = before.iter().rev().take_while(|&&byte| is_word_byte(byte)).count();
        let Ok(function) = std::str::from_utf8(&before[before.len() - length..]) else { return };
        let Some(open) = bytes[..word.start].iter().rposition(|&byte| byte == b'(') else { return };
        for callee in self.index.calls.by_function(function) {
            self.try_call(file, callee.call, open, trees, candidates);
        }
    }

    /// Judges the wanted argument of the call whose arguments begin at `open`.
    fn try_call(
        &self,
        file: &SourceFile<'_>,
        number: usize,
        open: usize,
        trees: &mut Trees<'_>,
        candidates: &mut Vec<Candidate>,
    ) {
        let call = self.index.calls.call(number);
        if !trees.can_read() || !call.may_stand_in(language_of(file.kind)) {
            return;
        }
        let Some(arguments) = arguments::split(file.text, open) else { return };
        let wanted = wanted(file.text, &arguments, &call.argument);
        let Some(literal) = wanted.and_then(|wanted| arguments::first_literal(file.text, wanted)) else { return };
        if literal.is_empty() {
            return;
        }
        let name = match call.named_by {
            Some(number) => {
                match arguments.get(number - 1).and_then(|name| arguments::first_literal(file.text, name)) {
                    Some(name) if self.is_credential_name(&file.text[name.clone()]) => Some(name),
                    _ => return,
                }
            }
            None => None,
        };
        let Some(context) = trees.context(&literal) else { return };
        let is_wanted = context.call.as_ref().is_some_and(|read| {
            call.is_called(&file.text[read.callee.clone()], read.is_tuple)
                && is_at(file.text, &call.argument, read, &context)
        });
        if is_wanted && !context.is_part && !context.has_holes {
            candidates.extend(self.called(file, call.variant, &context, name));
        }
    }

    fn called(
        &self,
        file: &SourceFile<'_>,
        variant: usize,
        context: &SyntaxContext,
        name: Option<Range<usize>>,
    ) -> Option<Candidate> {
        let variant = &self.index.variants[variant];
        let place = context.literal.clone();
        let text = context.joined.as_deref().unwrap_or(&file.text[place.clone()]);
        let found = variant.pattern.match_start(text)?;
        let secret = match &context.joined {
            Some(_) => place,
            None => place.start + found.secret.start..place.start + found.secret.end,
        };
        let text = context.joined.as_deref().unwrap_or(&file.text[secret.clone()]);
        if value::is_reference(text) || value::is_regex(text) {
            return None;
        }
        let mut candidate = Candidate::new(variant.rule, secret.clone(), Rank::Call);
        candidate.confidence = self.index.rules[variant.rule].confidence;
        self.judge_check(variant, text, &mut candidate);
        if self.reader.is_stand_in(text) || value::is_masked(text) {
            candidate.doubts.push(Doubt::Placeholder);
        }
        if name.is_some_and(|name| !self.is_likely_default(file, name, secret)) {
            candidate.doubts.push(Doubt::Unlikely);
        }
        Some(candidate)
    }

    /// Whether a name that is looked up is a credential's, and not about one.
    fn is_credential_name(&self, name: &str) -> bool {
        self.names.read(name).is_some_and(|name| {
            name.is_head
                && !(name.is_harmless || name.is_verb)
                && !matches!(name.kind, NameKind::BareKey | NameKind::Auth)
        })
    }

    /// Whether the model takes a default for a credential.
    fn is_likely_default(&self, file: &SourceFile<'_>, name: Range<usize>, value: Range<usize>) -> bool {
        let Some(reading) = self.names.read(&file.text[name.clone()]) else { return false };
        let (operator, inside, quote) = (Operator::Fallback, Inside::Code, Quote::Plain(b'"'));
        let found = Assignment { name, value, quote, operator, inside, wrapper: None, is_default: true };
        self.weigh(file, found, reading, None).score >= self.model.medium
    }
}

/// The argument that a rule wants, by the text.
fn wanted<'a>(text: &str, arguments: &'a [Range<usize>], argument: &CallArgument) -> Option<&'a Range<usize>> {
    match argument {
        CallArgument::Position(number) => arguments.get(number - 1),
        CallArgument::Last => arguments.last(),
        CallArgument::Named(name) => arguments.iter().find(|range| {
            let rest = text[(*range).clone()].strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.trim_start().starts_with(['=', ':']))
        }),
    }
}

/// Whether the literal is the argument that a rule wants, by the syntax.
fn is_at(text: &str, argument: &CallArgument, call: &Call, context: &SyntaxContext) -> bool {
    match argument {
        CallArgument::Position(number) => call.index == number - 1,
        CallArgument::Last => call.is_last,
        CallArgument::Named(name) => context.target.as_ref().is_some_and(|target| text[target.clone()] == **name),
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word_around(bytes: &[u8], at: usize) -> Range<usize> {
    let before = bytes[..at].iter().rev().take(MAX_WORD).take_while(|&&byte| is_word_byte(byte)).count();
    let after = bytes[at..].iter().take_while(|&&byte| is_word_byte(byte)).count();
    at - before..at + after
}

/// Where the arguments begin after a word of a callee and the words that must follow it.
fn open_after(bytes: &[u8], end: usize, rest: &[String], is_tuple: bool) -> Option<usize> {
    let mut at = end;
    for word in rest {
        at += bytes[at..]
            .iter()
            .take_while(|byte| matches!(byte, b'.' | b':' | b'-' | b'>' | b'?' | b' ' | b'\n'))
            .count();
        let found = bytes.get(at..at + word.len())?;
        at += word.len();
        if !found.eq_ignore_ascii_case(word.as_bytes()) || bytes.get(at).is_some_and(|&byte| is_word_byte(byte)) {
            return None;
        }
    }
    let after = &bytes[at..];
    let blanks = after.iter().take_while(|&&byte| byte == b' ').count();
    let open = match (is_tuple, after.get(blanks)?) {
        (true, b'=') => at + blanks + 1 + after[blanks + 1..].iter().take_while(|&&byte| byte == b' ').count(),
        (false, b'(') => return Some(at + blanks),
        (false, b'<') => {
            const GENERIC: usize = 80;
            let close = after.iter().take(GENERIC).position(|&byte| byte == b'>')?;
            at + close + 1
        }
        // `basic_auth 'user', 'HERE'`
        (false, b'"' | b'\'') if blanks > 0 => return Some(at + blanks - 1),
        _ => return None,
    };
    matches!(bytes.get(open), Some(b'(' | b'[')).then_some(open)
}

fn language_of(kind: FileKind) -> Option<CallLanguage> {
    let FileKind::Source(language) = kind else { return None };
    Some(match language {
        Language::CSharp => CallLanguage::CSharp,
        Language::Go => CallLanguage::Go,
        Language::Java => CallLanguage::Java,
        Language::JavaScript => CallLanguage::JavaScript,
        Language::Php => CallLanguage::Php,
        Language::Python => CallLanguage::Python,
        Language::Ruby => CallLanguage::Ruby,
        Language::Rust => CallLanguage::Rust,
        Language::TypeScript => CallLanguage::TypeScript,
        _ => return None,
    })
}
