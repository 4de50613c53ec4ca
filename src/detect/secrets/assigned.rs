//! Judges literals that are assigned to credential-like names.

use std::ops::Range;

use super::assignment::{Assignment, Inside, Operator, Quote};
use super::candidate::{Candidate, Rank};
use super::features::{self, Feature, Features};
use super::index::ValueVariant;
use super::name::{NameKind, NameReading};
use super::syntax::{self, SyntaxContext, Trees};
use super::{SecretsDetector, assignment, value};
use crate::input::classify;
use crate::model::{Confidence, Doubt, FileKind, Format, Role, SourceFile};
use crate::rules::Native;

/// An assignment with what the model says about it.
pub(super) struct Weighed {
    /// The assignment; its value ends with the last of joined literals.
    pub(super) found: Assignment,
    /// The text of joined literals.
    joined: Option<String>,
    pub(super) features: Features,
    pub(super) score: f32,
}

impl SecretsDetector {
    /// Reads the assignment around `at`, if it assigns a literal. Sets `done` to where the next name can begin.
    pub(super) fn read_assignment(
        &self,
        file: &SourceFile<'_>,
        at: usize,
        done: &mut usize,
    ) -> Option<(Assignment, NameReading)> {
        let found = assignment::read(file.text, at, file.kind, done)?;
        let value = &file.text[found.value.clone()];
        let is_bare = found.quote == Quote::None;
        // One word without quotes holds no other assignment; in a quoted text, or after a blank, one may follow.
        *done = if is_bare && !value.contains(' ') { found.value.end } else { found.name.end };
        if value.len() > assignment::MAX_VALUE {
            return None;
        }
        let name = self.names.read(&file.text[found.name.clone()])?;
        let is_literal =
            !(value::is_reference(value) || value::is_regex(value) || is_bare && value::is_expression(value));
        // `test.pass("...")` passes a test; `.password("...")` sets a password.
        let is_call_of_pass = found.operator == Operator::Argument && &file.text[found.name.clone()] == "pass";
        // TeamCity's reference to a credential that the server keeps.
        let is_kept_elsewhere = &file.text[found.name.clone()] == "credentialsJSON";
        let is_looked_up = found.wrapper.as_ref().is_some_and(|wrapper| is_look_up(&file.text[wrapper.clone()]));
        let is_literal =
            is_literal && !is_looked_up && !is_kept_elsewhere && !is_call_of_pass && !is_badge(file.text, &found);
        is_literal.then_some((found, name))
    }

    /// Judges the assignment around `at`.
    pub(super) fn try_assignment(
        &self,
        file: &SourceFile<'_>,
        at: usize,
        done: &mut usize,
        trees: &mut Trees<'_>,
        candidates: &mut Vec<Candidate>,
    ) {
        let Some((found, name)) = self.read_assignment(file, at, done) else {
            return;
        };
        self.try_values(file, &found, candidates);
        let native = match (found.operator, name.kind) {
            (Operator::Compare, _) => Native::ComparedCredential,
            (_, NameKind::Password) => Native::AssignedPassword,
            _ => Native::AssignedKey,
        };
        if self.configures_account(file, &found, name) {
            let weak = self.index.natives.get(&Native::WeakPassword);
            candidates.extend(weak.map(|&rule| Candidate::new(rule, found.value, Rank::Assigned)));
            return;
        }
        let Some(&rule) = self.index.natives.get(&native) else { return };
        let mut weighed = self.weigh(file, found, name, None);
        if trees.can_read()
            && (syntax::is_uncertain(weighed.score, &self.model) || joins_next(file.text, &weighed.found))
            && let Some(context) = trees.context(&weighed.found.value)
        {
            weighed = self.weigh(file, weighed.found, name, Some(&context));
        }
        candidates.push(self.judged(file, &weighed, name, rule));
    }

    /// Weighs an assignment, by its syntax where that is known.
    pub(super) fn weigh(
        &self,
        file: &SourceFile<'_>,
        mut found: Assignment,
        name: NameReading,
        context: Option<&SyntaxContext>,
    ) -> Weighed {
        let joined = context.and_then(|context| context.joined.clone());
        if let Some(context) = context.filter(|_| joined.is_some()) {
            found.value = context.literal.clone();
        }
        let value = joined.as_deref().unwrap_or(&file.text[found.value.clone()]);
        let mut features = features::read(file, &found, value, name, &self.reader);
        if let Some(context) = context {
            syntax::features::add(&mut features, context);
        }
        let score = self.model.score(&features);
        Weighed { found, joined, features, score }
    }

    fn judged(&self, file: &SourceFile<'_>, weighed: &Weighed, name: NameReading, rule: usize) -> Candidate {
        let Weighed { found, joined, features, score } = weighed;
        let mut candidate = Candidate::new(rule, found.value.clone(), Rank::Assigned);
        if self.explains {
            candidate.evidence = self.model.evidence(features);
        }
        candidate.confidence = if *score >= self.model.high { Confidence::High } else { Confidence::Medium };
        if found.is_default {
            candidate.confidence = candidate.confidence.min(Confidence::Medium);
        }
        let value = joined.as_deref().unwrap_or(&file.text[found.value.clone()]);
        let is_stand_in = |feature| matches!(feature, Feature::ValuePlaceholder | Feature::ValueHoldsPlaceholder);
        if value::is_masked(value)
            || self.reader.holds_placeholder(value)
            || goes_on(file.text, &found.value, found.quote == Quote::None)
            || *score >= self.model.medium && self.reader.encodes_placeholder(value)
        {
            candidate.doubts.push(Doubt::Placeholder);
        } else if is_prose(file.text, found) || name.is_harmless || name.is_reference || repeats_name(file.text, found)
        {
            candidate.doubts.push(Doubt::Unlikely);
        } else if *score < self.model.medium {
            let holds_stand_in = features.iter().any(|(feature, _)| is_stand_in(*feature));
            candidate.doubts.push(if holds_stand_in { Doubt::Placeholder } else { Doubt::Unlikely });
        }
        candidate
    }

    /// Whether a common password opens something: it stands in configuration that is used, and not in a test or an example.
    fn configures_account(&self, file: &SourceFile<'_>, found: &Assignment, name: NameReading) -> bool {
        let is_config = match file.kind {
            FileKind::Data(format) => !matches!(format, Format::Html | Format::Csv),
            FileKind::Dockerfile => true,
            _ => false,
        };
        let is_plain = !(name.is_reference || name.is_about || name.is_harmless || name.is_verb);
        let value = &file.text[found.value.clone()];
        // `Password` is a label.
        let is_label =
            value.starts_with(|c: char| c.is_ascii_uppercase()) && value[1..].bytes().all(|b| b.is_ascii_lowercase());
        let is_ordinary = || matches!(classify::role_of(file), Role::Ordinary);
        is_config
            && name.kind == NameKind::Password
            && is_plain
            && found.inside == Inside::Code
            && found.operator != Operator::Compare
            && !is_label
            && self.reader.is_common_password(value)
            && is_ordinary()
    }

    /// Tries the rules that know a value by its shape together with a word near it.
    fn try_values(&self, file: &SourceFile<'_>, found: &Assignment, candidates: &mut Vec<Candidate>) {
        let value = &file.text[found.value.clone()];
        let context = near_context(file.text, found);
        let name = &file.text[found.name.clone()];
        for ValueVariant { variant, .. } in self.index.values.find(value, [context, name]) {
            let Some(matched) = variant.pattern.match_start(value) else {
                continue;
            };
            let secret = found.value.start + matched.secret.start..found.value.start + matched.secret.end;
            let mut candidate = Candidate::new(variant.rule, secret, variant.rank);
            candidate.confidence = self.index.rules[variant.rule].confidence;
            self.judge_token(file, variant, &mut candidate);
            if self.reader.is_placeholder(&file.text[candidate.secret.clone()]) {
                candidate.doubts.push(Doubt::Placeholder);
            }
            // A value that fails the check of a shape as loose as these is not of this kind, and may be of another.
            let is_other = |doubt: &Doubt| matches!(doubt, Doubt::InvalidStructure | Doubt::LowEntropy);
            if !candidate.doubts.iter().any(is_other) {
                candidates.push(candidate);
            }
        }
    }
}

/// The text before a value in which words say what it is for: a stretch of its line, or the whole of the URL it is part of.
fn near_context<'t>(text: &'t str, found: &Assignment) -> &'t str {
    const NEAR: usize = 40;
    const URL: usize = 300;
    let end = found.value.start;
    if found.operator == Operator::Query {
        let from = text.floor_char_boundary(end.saturating_sub(URL));
        let is_outside = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        return text[from..end].rsplit(is_outside).next().unwrap_or_default();
    }
    let from = text.floor_char_boundary(end.saturating_sub(NEAR).min(found.name.start));
    text[from..end].rsplit(['\n', '\r']).next().unwrap_or_default()
}

/// Whether the value is the token of a badge's link, which is public by design and shows a picture.
fn is_badge(text: &str, found: &Assignment) -> bool {
    const LINK: usize = 60;
    let before = &text.as_bytes()[found.name.start.saturating_sub(LINK)..found.name.start];
    found.operator == Operator::Query && memchr::memmem::find(before, b"badge").is_some()
}

/// Whether another literal follows that may be joined with the value: `"abc" + "def"`, `"abc" "def"`.
fn joins_next(text: &str, found: &Assignment) -> bool {
    const FARTHEST: usize = 200;
    let Quote::Plain(quote) = found.quote else { return false };
    let bytes = text.as_bytes();
    let after = &bytes[found.value.end..bytes.len().min(found.value.end + FARTHEST)];
    let after = after.strip_prefix(&[quote]).unwrap_or_default().trim_ascii_start();
    let after = after.strip_prefix(b"+").or_else(|| after.strip_prefix(b".")).unwrap_or(after).trim_ascii_start();
    matches!(after.first(), Some(b'"' | b'\'' | b'`'))
}

/// Whether the value is only the constant part of something longer: `"prefix-" + name`, `prefix-<token>`.
fn goes_on(text: &str, value: &Range<usize>, is_bare: bool) -> bool {
    let after = &text[value.end..];
    if is_bare {
        return ["<", "{{", "${", " + \"", " + '"].iter().any(|start| after.starts_with(start))
            && !after.starts_with("</");
    }
    const SHORT: usize = 16;
    let after = after.trim_start_matches(['"', '\'', '`']).trim_start_matches(' ');
    value.len() < SHORT
        && (after.starts_with("+ ") || after.starts_with(". $") || after.starts_with(".$") || after.starts_with("% "))
}

/// Whether the value begins with the name itself, as another name would: `'passwd', 'passwd.*'`.
fn repeats_name(text: &str, found: &Assignment) -> bool {
    let (name, value) = (&text[found.name.clone()], &text[found.value.clone()]);
    value.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// Whether the name is a word of a sentence and the value the next one: `the only password: anyone can`.
fn is_prose(text: &str, found: &Assignment) -> bool {
    let mut before = text.as_bytes()[..found.name.start].iter().rev();
    let follows_word = before.next() == Some(&b' ') && before.next().is_some_and(u8::is_ascii_lowercase);
    let value = &text.as_bytes()[found.value.clone()];
    found.operator == Operator::Colon
        && found.quote == Quote::None
        && follows_word
        && value.iter().all(u8::is_ascii_lowercase)
}

/// Whether a function that wraps a string looks something up by that string, so that the string is a name.
fn is_look_up(callee: &str) -> bool {
    let lower = callee.to_ascii_lowercase();
    let last = lower.rsplit(['.', ':', '>']).next().unwrap_or(&lower);
    [
        "env",
        "credentials",
        "get",
        "pop",
        "fetch",
        "find",
        "load",
        "read",
        "lookup",
        "query",
        "param",
        "select",
        "require",
        "import",
        "config",
        "setting",
        "prompt",
        "input",
        "open",
        "translate",
        "gettext",
        "message",
        "label",
        "print",
        "format",
        "log",
        "error",
        "exec",
        "regex",
        "match",
        "test",
        "hash",
        "expect",
        "describe",
        "option",
        "field",
        "element",
        "by",
        "resolve",
        "join",
        "file",
        "path",
    ]
    .iter()
    .any(|verb| last.starts_with(verb) || last.ends_with(verb))
        || matches!(last, "t" | "_" | "__" | "i18n" | "tr" | "$t" | "$")
}
