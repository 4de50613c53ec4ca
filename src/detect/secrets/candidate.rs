//! A possible finding, before it is known whether another one says the same place better.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::input::classify;
use crate::model::{Confidence, Doubt, Evidence, Finding, Label, Role, RuleId, Secret, Severity, SourceFile, Span};

/// How specific a kind of match is; of two that overlap, the more specific stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A literal behind a credential-like name.
    Assigned,
    /// A shape that many kinds of credential share.
    Broad,
    /// A literal among the arguments of a call that takes a credential there.
    Call,
    /// A value that a word near it explains.
    Value,
    /// A secret behind fixed words, or in a URL.
    Phrase,
    /// An entry of a configuration file that holds a credential by its meaning.
    Entry,
    /// A token of a known shape.
    Token,
    /// A key block.
    Block,
}

impl Rank {
    /// What it means, in a few words.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Assigned => "assigned to a credential-like name",
            Self::Broad => "a shape that many kinds of credential share",
            Self::Value => "a value of this shape, with a word of the provider's near it",
            Self::Call => "an argument that is a credential by its place in the call",
            Self::Phrase => "a secret behind fixed words, in a command or in a URL",
            Self::Entry => "an entry that holds a credential by its place in the file",
            Self::Token => "a token that its shape gives away",
            Self::Block => "a key block",
        }
    }
}

/// A possible finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Index of the rule in the detector.
    pub rule: usize,
    /// The text to underline.
    pub secret: Range<usize>,
    /// The text that must not be shown.
    pub hidden: Range<usize>,
    /// How specific the match is.
    pub rank: Rank,
    /// Confidence before doubts.
    pub confidence: Confidence,
    /// What speaks against it.
    pub doubts: Vec<Doubt>,
    /// The place of the id that the secret belongs to.
    pub companion: Option<Range<usize>>,
    /// What to say at the place; may be empty.
    pub note: &'static str,
    /// What decided about it, where that was asked for.
    pub evidence: Vec<Evidence>,
}

impl Candidate {
    /// A candidate of medium confidence without doubts.
    pub fn new(rule: usize, secret: Range<usize>, rank: Rank) -> Self {
        let hidden = secret.clone();
        Self {
            rule,
            secret,
            hidden,
            rank,
            confidence: Confidence::Medium,
            doubts: Vec::new(),
            companion: None,
            note: "",
            evidence: Vec::new(),
        }
    }

    /// All of the text that it is about.
    fn place(&self) -> Range<usize> {
        self.secret.start.min(self.hidden.start)..self.secret.end.max(self.hidden.end)
    }

    /// How it compares with others for the same place.
    pub fn order(&self) -> (Rank, bool, Confidence, usize) {
        (self.rank, self.doubts.is_empty(), self.confidence, self.hidden.len())
    }

    /// The finding, with doubts turned into confidence.
    ///
    /// `label` is what to say at the place of its companion.
    pub fn into_finding(mut self, file: &SourceFile<'_>, rule: RuleId, severity: Severity, label: &str) -> Finding {
        // What is doubted already is not worth a look at the file around it.
        let role = match self.doubts.as_slice() {
            [] => classify::role_at(file, self.secret.start),
            _ => classify::role_of(file),
        };
        if matches!(role, Role::Test | Role::Example | Role::Documentation) {
            self.doubts.push(Doubt::Role);
        }
        let is_mild = |doubt: &Doubt| matches!(doubt, Doubt::Role | Doubt::Prose);
        let confidence = match self.doubts.as_slice() {
            [] => self.confidence,
            doubts if doubts.iter().all(is_mild) => self.confidence.min(Confidence::Medium),
            _ => Confidence::Low,
        };
        self.doubts.sort();
        self.doubts.dedup();
        let hidden = Span::new(self.hidden.clone());
        let related = self.companion.into_iter().map(|place| Label { span: Span::new(place), text: label.to_owned() });
        Finding {
            rule,
            severity,
            confidence,
            profile: None,
            primary: Label { span: Span::new(self.secret), text: self.note.to_owned() },
            related: related.collect(),
            arrivals: Vec::new(),
            secret: Some(Secret::new(&file.text[self.hidden])),
            hidden: vec![hidden],
            doubts: self.doubts,
            evidence: self.evidence,
            edit: None,
            suppressed: None,
        }
    }
}

/// Keeps, of candidates that overlap, the most specific and surest, in the order of their places.
pub fn strongest(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    // They come nearly in order, which this sort makes use of.
    candidates.sort_by_key(|candidate| candidate.place().start);
    let mut kept = Vec::with_capacity(candidates.len());
    let mut group: Vec<Candidate> = Vec::new();
    let mut end = 0;
    for candidate in candidates {
        let place = candidate.place();
        if place.start >= end {
            settle(&mut group, &mut kept);
        }
        end = end.max(place.end);
        group.push(candidate);
    }
    settle(&mut group, &mut kept);
    kept
}

/// Moves to `kept` those of a group that no better one overlaps. Few groups have more than one member.
fn settle(group: &mut Vec<Candidate>, kept: &mut Vec<Candidate>) {
    if group.len() < 2 {
        kept.append(group);
        return;
    }
    group.sort_by(|a, b| b.order().cmp(&a.order()).then(a.secret.start.cmp(&b.secret.start)).then(a.rule.cmp(&b.rule)));
    // Chosen places never overlap, so a sorted map of their starts answers each question in logarithmic time.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let first = kept.len();
    for candidate in group.drain(..) {
        let place = candidate.place();
        if places.range(..place.end).next_back().is_none_or(|(_, &end)| end <= place.start) {
            places.insert(place.start, place.end);
            kept.push(candidate);
        }
    }
    kept[first..].sort_by_key(|candidate| candidate.secret.start);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_specific_of_two_overlapping_candidates_stays() {
        let assigned = Candidate::new(0, 5..20, Rank::Assigned);
        let token = Candidate::new(1, 8..15, Rank::Token);
        let elsewhere = Candidate::new(2, 30..40, Rank::Assigned);
        let kept = strongest(vec![assigned, elsewhere.clone(), token.clone()]);
        assert_eq!(kept, [token, elsewhere]);
    }
}
