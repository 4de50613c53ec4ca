//! Scans a file: detect, suppress, quote. Pure: no I/O, no failure, no panic that leaves the file.

pub mod project;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use crate::detect::facts::FactsDetector;
use crate::detect::secrets::SecretsDetector;
use crate::excerpt::{Excerpt, Quoter};
use crate::facts;
use crate::input::classify;
use crate::model::{
    Confidence, Edit, Encoding, Finding, Label, LineIndex, Locator, Origin, Position, Profile, RuleId, SourceFile,
    Suppression,
};
use crate::rules::{Rule, RuleSet};
use crate::suppress::inline;

pub use project::{Links, Visit};

/// Scans files by a set of rules. Shared by all threads.
#[derive(Debug)]
pub struct Scanner {
    secrets: SecretsDetector,
    facts: FactsDetector,
    min_confidence: Confidence,
    /// Rules whose findings are masked, and neither reported nor counted.
    deselected: BTreeSet<RuleId>,
    /// Rules of a profile that the run does not ask for. Their findings are counted.
    off_profile: BTreeSet<(RuleId, Option<Profile>)>,
}

/// A text to scan, and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What other files of the project say of this one.
    pub visits: &'a [Visit],
    /// Path as reported.
    pub path: &'a str,
    /// The part of the path that tells what kind of file it is and what it is there for, such as a test. The folders that a
    /// checkout happens to lie in say nothing about it, nor does the archive around it.
    pub place: &'a str,
    /// The content, decoded.
    pub text: &'a str,
    /// How it was decoded.
    pub encoding: Encoding,
    /// Where it came from.
    pub origin: Origin,
}

impl<'a> Document<'a> {
    /// A text that lies in no file, under a name that decides its kind.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, place: path, text, encoding: Encoding::Utf8 { bom: 0 }, origin: Origin::Memory, visits: &[] }
    }
}

/// What a scan found in one file.
#[derive(Debug, Default)]
pub struct FileReport {
    /// Path as reported: `/` between components.
    pub path: String,
    /// The file as it was opened, an archive for what is in it; empty for a text that lies in none.
    pub file: PathBuf,
    /// Findings at or above the least confidence, in the order of their places.
    pub findings: Vec<Reported>,
    /// How many findings had less confidence than is reported.
    pub below_confidence: usize,
    /// How many findings belong to a profile that the run does not ask for.
    pub off_profile: usize,
    /// What the file says of others, and others may say of it.
    pub links: Option<Links>,
    /// A hash of the text that edits of the findings are for; none where there are no edits.
    pub text_hash: Option<u64>,
    /// What part of the file was not scanned, if any.
    pub gap: Option<Gap>,
}

/// A part of a file that was not scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// All of it: the scanner failed.
    InternalError,
    /// Some text that is encoded in the file: it decodes to more than a file may.
    DecodingBudget,
}

impl Gap {
    /// The reason, in a few words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::InternalError => "internal error; please report it with the line above",
            Self::DecodingBudget => "holds more encoded text than is decoded; the rest of that was not searched",
        }
    }
}

/// A finding with everything that a reporter needs from the text.
#[derive(Debug)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Where it starts.
    pub start: Position,
    /// Where it ends: the position after its last character.
    pub end: Position,
    /// Offset of its first byte in the file as stored on disk.
    pub byte_offset: u64,
    /// The line it is on.
    pub excerpt: Excerpt,
    /// The places that belong to it: those of the finding, then those in other files.
    pub related: Vec<RelatedPlace>,
    /// The change of the text that mends it, where a plain one does.
    pub edit: Option<ProposedEdit>,
    /// The reason for which it is suppressed, masked and escaped.
    pub suppression_reason: Option<String>,
}

/// A change of the file that mends a finding.
#[derive(Debug)]
pub struct ProposedEdit {
    /// Where the replaced text starts.
    pub start: Position,
    /// Where it ends: the position after its last character.
    pub end: Position,
    /// The bytes of the file that are replaced.
    pub bytes: Range<u64>,
    /// The first line of what is replaced.
    pub excerpt: Excerpt,
    /// What takes its place.
    pub text: String,
}

/// A place that belongs to a finding, with everything that a reporter needs from the text.
#[derive(Clone, Debug)]
pub struct RelatedPlace {
    /// Path of the file, if it is another one.
    pub path: Option<String>,
    /// What to say about it.
    pub label: String,
    /// Where it starts.
    pub start: Position,
    /// Where it ends: the position after its last character.
    pub end: Position,
    /// The line it is on.
    pub excerpt: Excerpt,
}

impl Scanner {
    /// A scanner that reports findings of at least `min_confidence`. `now` is in seconds since 1970.
    pub fn new(rules: &RuleSet, min_confidence: Confidence, now: i64) -> Self {
        let secrets = SecretsDetector::new(rules, now);
        Self {
            facts: FactsDetector::new(rules, secrets.values(), now),
            secrets,
            min_confidence,
            deselected: BTreeSet::new(),
            off_profile: BTreeSet::new(),
        }
    }

    /// Reports only what rules find for which `selects` holds. The others still run: what they find is masked where another
    /// finding quotes it, and is not reported under a less specific rule instead.
    #[must_use]
    pub fn select(mut self, rules: &RuleSet, selects: impl Fn(&Rule) -> bool) -> Self {
        self.deselected = rules.iter().filter(|rule| !selects(rule)).map(|rule| RuleId::new(&rule.id)).collect();
        self
    }

    /// Leaves out, and counts, what rules of other profiles find.
    #[must_use]
    pub fn profile(mut self, rules: &RuleSet, includes: impl Fn(&Rule, Profile) -> bool) -> Self {
        // A finding without a profile of its own has that of its rule.
        let own = [None].into_iter().chain(Profile::ALL.iter().copied().map(Some));
        let all = rules.iter().flat_map(|rule| own.clone().map(move |own| (rule, own)));
        let off = all.filter(|(rule, own)| !includes(rule, own.unwrap_or(rule.profile)));
        self.off_profile = off.map(|(rule, own)| (RuleId::new(&rule.id), own)).collect();
        self
    }

    /// Makes findings tell what decided about them.
    #[must_use]
    pub fn explain(mut self) -> Self {
        self.secrets.explain();
        self
    }

    /// Scans a text.
    pub fn scan(&self, document: &Document<'_>) -> FileReport {
        let scan = || self.scan_unguarded(document);
        // The payload of a panic may quote the text, so it is not passed on.
        catch_unwind(AssertUnwindSafe(scan)).unwrap_or_else(|_| FileReport {
            path: document.path.to_owned(),
            gap: Some(Gap::InternalError),
            ..FileReport::default()
        })
    }

    fn scan_unguarded(&self, document: &Document<'_>) -> FileReport {
        let Document { path, place, text, encoding, origin, visits } = *document;
        let kind = classify::kind(place, text);
        let file = SourceFile { path, place, kind, role: OnceCell::new(), text, encoding, origin };
        let mut findings = Vec::new();
        let is_whole = self.secrets.detect(&file, &mut findings);
        let mut links = None;
        if let Some(manifest) = facts::manifest(&file) {
            let arrivals: Vec<_> = visits.iter().map(|visit| visit.arrival.clone()).collect();
            let facts = facts::read(&file, &manifest, &arrivals);
            self.facts.detect(&file, &facts, &mut findings);
            links = Links::of(&file, &facts, &findings);
        }
        let gap = (!is_whole).then_some(Gap::DecodingBudget);
        if findings.is_empty() && is_whole {
            return FileReport { links, ..FileReport::default() };
        }
        let is_off_profile = |finding: &Finding| self.off_profile.contains(&(finding.rule.clone(), finding.profile));
        let off_profile = findings
            .iter()
            .filter(|finding| is_off_profile(finding) && !self.deselected.contains(&finding.rule))
            .count();
        let is_selected = |finding: &Finding| !self.deselected.contains(&finding.rule) && !is_off_profile(finding);
        let is_reported = |finding: &Finding| finding.confidence >= self.min_confidence && is_selected(finding);
        let below_confidence = findings.iter().filter(|finding| is_selected(finding) && !is_reported(finding)).count();
        let mut report =
            FileReport { path: path.to_owned(), below_confidence, off_profile, gap, links, ..FileReport::default() };
        if findings.iter().any(is_reported) {
            let lines = LineIndex::new(text);
            inline::mark(&file, &lines, &mut findings);
            let quoter = Quoter::new(&file, &lines, &findings, is_reported);
            let mut locator = Locator::new(&lines, text, encoding);
            let found = findings.into_iter().filter(is_reported);
            report.findings = found.map(|finding| reported(&mut locator, &quoter, finding, visits)).collect();
            report.text_hash =
                report.findings.iter().any(|reported| reported.edit.is_some()).then(|| text_hash(text.as_bytes()));
        }
        report
    }

    /// The detector of credentials, for training and inspection.
    pub fn secrets(&self) -> &SecretsDetector {
        &self.secrets
    }
}

/// A hash of a text, the same throughout a run of the program: it tells whether a file changed since it was scanned.
pub fn text_hash(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text);
    hasher.finish()
}

/// An edit with its places. None where the text is no UTF-8 on disk, or holds a secret, which only a person can replace.
fn proposed(locator: &mut Locator<'_>, quoter: &Quoter<'_>, edit: &Edit) -> Option<ProposedEdit> {
    if quoter.hides(edit.span) || !matches!(locator.encoding(), Encoding::Utf8 { .. }) {
        return None;
    }
    let (start, end) = (locator.place(edit.span.start), locator.place(edit.span.end));
    Some(ProposedEdit {
        start: start.position,
        end: end.position,
        bytes: start.byte_offset..end.byte_offset,
        excerpt: quoter.quote(edit.span),
        text: edit.text.clone(),
    })
}

fn reported(locator: &mut Locator<'_>, quoter: &Quoter<'_>, finding: Finding, visits: &[Visit]) -> Reported {
    let span = finding.primary.span;
    let (start, end) = (locator.place(span.start), locator.place(span.end));
    let mut related = |&Label { span, ref text }: &Label| RelatedPlace {
        path: None,
        label: text.clone(),
        start: locator.place(span.start).position,
        end: locator.place(span.end).position,
        excerpt: quoter.quote(span),
    };
    let elsewhere = finding.arrivals.iter().filter_map(|&at| visits.get(at));
    let elsewhere = elsewhere.map(|visit| RelatedPlace::clone(&visit.place));
    let related = finding.related.iter().map(&mut related).collect::<Vec<_>>().into_iter().chain(elsewhere).collect();
    let edit = finding.edit.as_ref().and_then(|edit| proposed(locator, quoter, edit));
    let suppression_reason =
        finding.suppressed.as_ref().map(|Suppression::Inline { reason, .. }| quoter.render(*reason));
    Reported {
        start: start.position,
        end: end.position,
        byte_offset: start.byte_offset,
        excerpt: quoter.quote(span),
        related,
        edit,
        suppression_reason,
        finding,
    }
}
