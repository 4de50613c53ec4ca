//! Finds what manifests say wrong: patterns of rules over the facts of a file.
//!
//! Most patterns name what they are about, such as a flag or a variable. Those are found by that name in one look-up for each fact, so
//! that the number of rules costs next to nothing; the others are tried on each fact of their kind.

mod credentials;
mod index;
mod native;
mod neighbours;
mod test;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use self::credentials::Credentials;
use self::index::{Index, Pattern, RuleEntry, Variant};
use self::neighbours::Neighbours;
use crate::detect::secrets::value::ValueReader;
use crate::facts::{Fact, Facts, UnitId};
use crate::model::{Confidence, Doubt, Edit, FactKind, Finding, Label, Profile, Role, RuleId, SourceFile, Span, Theme};
use crate::rules::{FactEdit, RuleSet};

/// Detects what manifests say wrong, by the rules it was made from. Shared by all threads.
#[derive(Debug)]
pub struct FactsDetector {
    set: RuleSet,
    values: Arc<ValueReader>,
    now: i64,
    compiled: OnceLock<Index>,
}

/// A fact that a variant of a rule is about, and those beside it that it needs.
struct Match<'f, 't> {
    variant: &'f Variant,
    fact: &'f Fact<'t>,
    beside: Vec<&'f Fact<'t>>,
}

impl FactsDetector {
    /// A detector by the rules on facts of a set. They are compiled when the first manifest comes: most runs over few files meet none.
    /// `now` is in seconds since 1970 and decides which releases still get updates.
    pub fn new(set: &RuleSet, values: Arc<ValueReader>, now: i64) -> Self {
        Self { set: set.clone(), values, now, compiled: OnceLock::new() }
    }

    fn index(&self) -> &Index {
        self.compiled.get_or_init(|| Index::new(&self.set, &self.values, self.now))
    }

    /// Appends what the facts of a file say wrong. A credential that was found before, in a fact that a rule knows more about, becomes a
    /// finding of that rule.
    pub fn detect(&self, file: &SourceFile<'_>, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
        let credentials = Credentials::new(findings);
        let neighbours = OnceCell::new();
        let (mut places, mut replaced) = (HashSet::new(), HashSet::new());
        let mut look_up = self.index().look_up(facts.kind);
        for fact in &facts.facts {
            for variant in look_up.candidates(fact) {
                let Some(found) = found(variant, fact, facts, &neighbours) else { continue };
                if variant.written.credential {
                    self.take_over(&found, facts, findings, &credentials);
                } else if !self.is_known(&found, findings, &credentials, &mut replaced)
                    && places.insert((variant.rule, found.span()))
                {
                    findings.push(self.finding(file, facts, &found));
                }
            }
        }
        let mut at = 0;
        findings.retain(|_| {
            at += 1;
            !replaced.contains(&(at - 1))
        });
        self.index().natives(file, facts, findings);
        self.prefer_consoles(findings);
        findings.sort_by_key(|finding| finding.primary.span.start);
    }

    /// Drops what says that a password is in the file where another finding says which door it opens.
    fn prefer_consoles(&self, findings: &mut Vec<Finding>) {
        let theme = |finding: &Finding| self.index().themes.get(&finding.rule).copied();
        let doors = findings.iter().filter(|finding| theme(finding) == Some(Theme::OpenConsole));
        let doors: Vec<Span> = doors.flat_map(|finding| finding.hidden.iter().copied()).collect();
        if doors.is_empty() {
            return;
        }
        findings.retain(|finding| {
            let is_plain =
                theme(finding) == Some(Theme::HardcodedCredential) || self.index().generic.contains(&finding.rule);
            let is_behind = |span: &Span| doors.iter().any(|door| door.overlaps(*span));
            !(is_plain && (finding.hidden.iter().any(is_behind) || is_behind(&finding.primary.span)))
        });
    }

    /// Makes the credentials that were found in the fact findings of the variant's rule, unless a rule found them that knows their kind.
    fn take_over(&self, found: &Match<'_, '_>, facts: &Facts<'_>, findings: &mut [Finding], credentials: &Credentials) {
        let place = found.fact.value_span.unwrap_or(found.fact.span);
        let rule = &self.index().rules[found.variant.rule];
        for at in credentials.at(place) {
            let finding = &mut findings[at];
            if self.index().generic.contains(&finding.rule) {
                finding.rule = rule.id.clone();
                finding.severity = found.variant.written.severity.unwrap_or(rule.severity);
                finding.profile = found.variant.written.profile;
                finding.primary.text = label(facts, found.fact.unit);
            }
        }
    }

    /// Whether a rule that knows the kind of credential found the one that this is about. A finding that only its surroundings gave, or
    /// that is doubted, is replaced.
    fn is_known(
        &self,
        found: &Match<'_, '_>,
        findings: &[Finding],
        credentials: &Credentials,
        replaced: &mut HashSet<usize>,
    ) -> bool {
        let is_value = matches!(found.fact.kind, FactKind::Environment | FactKind::Setting);
        let rule = &self.index().rules[found.variant.rule];
        // What only some runs show takes the place of nothing.
        let is_shown = found.variant.written.profile.unwrap_or(rule.profile) == Profile::Default;
        if !is_value || !is_shown || rule.theme != Theme::HardcodedCredential {
            return false;
        }
        // What a variant took over before is no more certain.
        let knows_kind = |id: &RuleId| !self.index().generic.contains(id) && !self.index().own.contains(id);
        let is_known = |finding: &Finding| finding.confidence >= Confidence::Medium && knows_kind(&finding.rule);
        let place = found.fact.value_span.unwrap_or(found.fact.span);
        if credentials.at(place).any(|at| is_known(&findings[at])) {
            return true;
        }
        replaced.extend(credentials.at(place));
        false
    }

    fn finding(&self, file: &SourceFile<'_>, facts: &Facts<'_>, found: &Match<'_, '_>) -> Finding {
        let rule = &self.index().rules[found.variant.rule];
        // The name of a file that is copied is no secret.
        let is_secret = rule.theme == Theme::HardcodedCredential && found.fact.kind != FactKind::Instruction;
        let is_masked = found.variant.written.masks || is_secret;
        let hidden = found.fact.value_span.filter(|_| is_masked);
        let here = found.beside.iter().filter(|fact| fact.arrival.is_none());
        let related = here.map(|fact| Label { span: fact.span, text: phrase(fact.kind).to_owned() });
        let arrivals = found.beside.iter().copied().chain([found.fact]).filter_map(|fact| fact.arrival);
        let primary = Label { span: found.span(), text: label(facts, found.fact.unit) };
        let written = &found.variant.written;
        Finding {
            severity: written.severity.unwrap_or(rule.severity),
            profile: written.profile,
            related: related.collect(),
            arrivals: arrivals.collect(),
            hidden: hidden.into_iter().collect(),
            edit: found.edit(file),
            ..plain(rule, written.confidence, file, primary)
        }
    }
}

/// A finding of a rule at one place, less certain in a test.
fn plain(rule: &RuleEntry, confidence: Option<Confidence>, file: &SourceFile<'_>, primary: Label) -> Finding {
    let confidence = confidence.unwrap_or(rule.confidence);
    let is_test = crate::input::classify::role_of(file) == Role::Test;
    Finding {
        rule: rule.id.clone(),
        severity: rule.severity,
        confidence: if is_test { confidence.min(Confidence::Medium) } else { confidence },
        profile: None,
        primary,
        related: Vec::new(),
        arrivals: Vec::new(),
        secret: None,
        hidden: Vec::new(),
        doubts: if is_test { vec![Doubt::Role] } else { Vec::new() },
        evidence: Vec::new(),
        edit: None,
        suppressed: None,
    }
}

impl Match<'_, '_> {
    /// The place to underline.
    fn span(&self) -> Span {
        let value = self.fact.value_span.filter(|_| self.variant.written.underlines_value);
        value.unwrap_or(self.fact.span)
    }

    fn edit(&self, file: &SourceFile<'_>) -> Option<Edit> {
        Some(match self.variant.written.edit.as_ref()? {
            FactEdit::Value(text) => Edit { span: self.fact.value_span?, text: text.clone() },
            FactEdit::Text(text) => Edit { span: self.span(), text: text.clone() },
            FactEdit::RemoveLine(_) => {
                let span = whole_lines(file.text, self.fact.span);
                // An item of a list, or an entry, that has its lines for itself.
                let outside = [span.start..self.fact.span.start, self.fact.span.end..span.end];
                let is_alone = outside.iter().all(|range| {
                    let text = &file.text[range.start as usize..range.end as usize];
                    text.chars().all(|char| char.is_whitespace() || matches!(char, '-' | '"' | '\'' | '\\' | ','))
                });
                is_alone.then_some(Edit { span, text: String::new() })?
            }
        })
    }
}

/// The lines that a place lies on, with their line breaks.
fn whole_lines(text: &str, span: Span) -> Span {
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..span.start as usize]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &text.as_bytes()[span.end as usize..]);
    Span::new(start..end.map_or(text.len(), |at| span.end as usize + at + 1))
}

fn found<'f, 't>(
    variant: &'f Variant,
    fact: &'f Fact<'t>,
    facts: &'f Facts<'t>,
    neighbours: &OnceCell<Neighbours<'f, 't>>,
) -> Option<Match<'f, 't>> {
    let written = &variant.written;
    if !variant.fact.fits(fact) {
        return None;
    }
    let is_there =
        |patterns: &[Pattern]| neighbours.get_or_init(|| Neighbours::new(facts)).find(fact, patterns, written.scope);
    let beside = variant.with.iter().map(|patterns| is_there(patterns)).collect::<Option<Vec<_>>>()?;
    if !variant.without.is_empty() && is_there(&variant.without).is_some() {
        return None;
    }
    Some(Match { variant, fact, beside })
}

/// What the unit is called, with those that hold it, from the inside out.
fn label(facts: &Facts<'_>, unit: UnitId) -> String {
    let labels = facts.ancestors(unit).map(|id| facts.unit(id).label.as_str()).filter(|label| !label.is_empty());
    labels.take(2).collect::<Vec<_>>().join(" of ")
}

/// What to say at the place of a fact that a finding needs beside its own.
const fn phrase(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Image => "with this image",
        FactKind::Port => "reachable here",
        FactKind::Environment | FactKind::Setting | FactKind::Argument => "together with this",
        FactKind::Mount => "mounted here",
        _ => "belongs to it",
    }
}
