//! Finds credentials.
//!
//! Passes over the bytes, each far faster than a regular expression: [`runs`] of token characters, at whose word starts
//! the beginnings of tokens are looked up, a search for a few [`anchors`] in the whole text: credential-like names,
//! phrases, key blocks and URLs, and one for the names of [`commands`]. Expressions run only at the places found so, anchored and bounded. What they match becomes
//! a [`Candidate`], is judged, and the best of overlapping candidates stay.

mod anchors;
mod assigned;
pub mod assignment;
mod calls;
pub mod candidate;
pub mod check;
mod commands;
mod companion;
mod encoded;
mod entries;
pub mod entropy;
pub mod features;
mod index;
pub mod model;
pub mod name;
pub mod native;
mod near;
mod opening;
pub mod pattern;
mod prefixes;
mod prose;
pub mod runs;
pub mod syntax;
mod token;
pub mod value;
mod word_search;

use std::collections::HashSet;
use std::sync::Arc;

use self::anchors::Action;
use self::assignment::Assignment;
use self::candidate::{Candidate, Rank, strongest};
use self::encoded::Budget;
use self::features::Features;
use self::index::Index;
use self::model::Model;
use self::name::{NameReader, NameReading};
use self::native::{connection_string, private_key, url_password};
use self::prose::Prose;
use self::runs::Runs;
use self::syntax::Trees;
use self::value::ValueReader;
use crate::model::{Confidence, Doubt, Evidence, Finding, SourceFile};
use crate::rules::{Native, RuleSet};

/// Detects credentials by the rules it was made from. Shared by all threads.
#[derive(Debug)]
pub struct SecretsDetector {
    index: Index,
    names: NameReader,
    reader: Arc<ValueReader>,
    model: Model,
    /// SHA-256 of values that are published on purpose.
    known_public: HashSet<String>,
    /// Seconds since 1970, for expiry dates.
    now: i64,
    /// Whether findings tell what decided about them.
    explains: bool,
}

impl SecretsDetector {
    /// Compiles the secret rules of a set. `now` is in seconds since 1970 and decides whether a token expired.
    pub fn new(set: &RuleSet, now: i64) -> Self {
        let shared = set.shared();
        Self {
            index: Index::new(set),
            names: NameReader::new(&shared.names),
            reader: Arc::new(ValueReader::new(shared)),
            model: Model::new(&shared.assignment_model),
            known_public: shared.known_public.values.iter().map(|value| value.sha256.clone()).collect(),
            now,
            explains: false,
        }
    }

    /// What values look like, for other detectors.
    pub fn values(&self) -> Arc<ValueReader> {
        Arc::clone(&self.reader)
    }

    /// Makes findings tell what decided about them.
    pub fn explain(&mut self) {
        self.explains = true;
    }

    /// Appends the file's findings, in the order of their places. Returns whether all text that is encoded in the file was
    /// searched: it can decode to more than is decoded for a file of its size.
    pub fn detect(&self, file: &SourceFile<'_>, findings: &mut Vec<Finding>) -> bool {
        let mut candidates = Vec::new();
        let mut budget = Budget::new(file.text.len());
        self.search(file, &mut budget, &mut candidates);
        self.find_entries(file, &mut candidates);
        let mut candidates = strongest(candidates);
        self.join_companions(file, &mut candidates);
        doubt_prose(file, &mut candidates);
        findings.extend(candidates.into_iter().map(|candidate| self.finding(file, candidate)));
        !budget.is_spent()
    }

    /// Calls `visit` with each assignment and its features: what the model is trained on.
    pub fn assignments(&self, file: &SourceFile<'_>, mut visit: impl FnMut(&Assignment, &Features, f32)) {
        let mut trees = Trees::new(file);
        self.each_name(file, |found, name| {
            let context = trees.context(&found.value);
            let weighed = self.weigh(file, found, name, context.as_ref());
            visit(&weighed.found, &weighed.features, weighed.score);
        });
    }

    /// How many places the first pass looks up, for benchmarks.
    pub fn count_token_places(&self, text: &str) -> usize {
        let mut places = 0;
        Runs::new(text.as_bytes()).for_each(|run| self.index.each_token_place(text, &run, |_, _| places += 1));
        places
    }

    /// How many words the second pass finds, for benchmarks.
    pub fn count_words(&self, text: &str) -> usize {
        self.index.anchors.count(text)
    }

    /// Both passes over a text, and over what is encoded in it.
    fn search(&self, file: &SourceFile<'_>, budget: &mut Budget, candidates: &mut Vec<Candidate>) {
        let mut trees = Trees::new(file);
        for run in Runs::new(file.text.as_bytes()) {
            self.index.each_token_place(file.text, &run, |variant, at| match self.index.variants[variant].call {
                Some(call) => self.try_callee(file, call, at, &mut trees, candidates),
                None => self.try_variant(file, variant, at, candidates),
            });
            self.find_encoded(file, &run, budget, candidates);
        }
        self.find_percent_encoded(file, budget, candidates);
        self.find_words(file, &mut trees, candidates);
    }

    fn find_words(&self, file: &SourceFile<'_>, trees: &mut Trees<'_>, candidates: &mut Vec<Candidate>) {
        let (mut name_done, mut key_done, mut call_done) = (0, 0, 0);
        let mut holds_sign = false;
        self.index.anchors.each(file.text, |action, at| match action {
            Action::Name => {
                if at >= call_done && trees.can_read() {
                    self.find_call(file, at, &mut call_done, trees, candidates);
                }
                if at >= name_done {
                    self.try_connection_string(file, at, candidates);
                    self.try_assignment(file, at, &mut name_done, trees, candidates);
                }
            }
            Action::Key if at >= key_done => self.try_key(file, at, &mut key_done, candidates),
            Action::Key => {}
            Action::Url => self.try_url(file, at, candidates),
            Action::Phrase(index) => self.try_variant(file, index, at, candidates),
            Action::Commands => holds_sign = true,
        });
        if commands::may_stand_in(file, holds_sign) {
            self.find_commands(file, candidates);
        }
    }

    fn each_name(&self, file: &SourceFile<'_>, mut visit: impl FnMut(Assignment, NameReading)) {
        let mut done = 0;
        self.index.anchors.each(file.text, |action, at| {
            if action == Action::Name
                && at >= done
                && let Some((found, name)) = self.read_assignment(file, at, &mut done)
            {
                visit(found, name);
            }
        });
    }

    fn try_key(&self, file: &SourceFile<'_>, at: usize, done: &mut usize, candidates: &mut Vec<Candidate>) {
        let Some(block) = private_key::read(file.text, at) else {
            return;
        };
        *done = block.found.secret.end;
        self.push_native(block.native, Rank::Block, block.found, candidates);
    }

    fn try_url(&self, file: &SourceFile<'_>, at: usize, candidates: &mut Vec<Candidate>) {
        if let Some(found) = url_password::read(file.text, at, &self.reader) {
            self.push_native(Native::UrlPassword, Rank::Phrase, found, candidates);
        }
    }

    fn try_connection_string(&self, file: &SourceFile<'_>, at: usize, candidates: &mut Vec<Candidate>) {
        // Most names that are met are of other kinds.
        if matches!(file.text.as_bytes()[at], b'p' | b'P')
            && let Some(found) = connection_string::read(file.text, at, &self.reader)
        {
            self.push_native(Native::ConnectionStringPassword, Rank::Phrase, found, candidates);
        }
    }

    fn push_native(&self, native: Native, rank: Rank, found: native::NativeMatch, candidates: &mut Vec<Candidate>) {
        let Some(&rule) = self.index.natives.get(&native) else { return };
        let mut candidate = Candidate::new(rule, found.primary, rank);
        candidate.confidence = found.confidence.unwrap_or(self.index.rules[rule].confidence);
        candidate.hidden = found.secret;
        candidate.doubts = found.doubts;
        candidates.push(candidate);
    }

    fn finding(&self, file: &SourceFile<'_>, mut candidate: Candidate) -> Finding {
        let rule = &self.index.rules[candidate.rule];
        // Hashing is not free, and what is doubted already needs no further doubt.
        if candidate.doubts.is_empty() && self.is_known_public(&file.text[candidate.hidden.clone()]) {
            candidate.doubts.push(Doubt::KnownPublic);
        }
        if self.explains && candidate.evidence.is_empty() {
            candidate.evidence = vec![Evidence { text: candidate.rank.phrase(), weight: None }];
            let has_companion = candidate.companion.is_some();
            candidate
                .evidence
                .extend(has_companion.then_some(Evidence { text: "its other part stands near", weight: None }));
        }
        let label = rule.companion.as_ref().map_or("", |companion| companion.label.as_str());
        candidate.into_finding(file, rule.id.clone(), rule.severity, label)
    }

    fn is_known_public(&self, value: &str) -> bool {
        use sha2::{Digest, Sha256};
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(value.as_bytes()));
        self.known_public.contains(&digest)
    }
}

/// Doubts what stands in comments and long strings. The file is read for that only if something is sure otherwise.
fn doubt_prose(file: &SourceFile<'_>, candidates: &mut [Candidate]) {
    let is_sure = |candidate: &Candidate| candidate.confidence == Confidence::High && candidate.doubts.is_empty();
    if !candidates.iter().any(is_sure) {
        return;
    }
    let prose = Prose::read(file.text, file.kind);
    for candidate in candidates.iter_mut().filter(|candidate| is_sure(candidate)) {
        if prose.holds(file.text, &candidate.secret) {
            candidate.doubts.push(Doubt::Prose);
        }
    }
}
