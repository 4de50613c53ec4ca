//! Rules on facts, compiled for look-ups.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::native;
use super::test::Test;
use crate::detect::secrets::value::ValueReader;
use crate::facts::{Fact, Facts};
use crate::model::{Attribute, Confidence, FactKind, Finding, Profile, RuleId, Severity, SourceFile, Theme};
use crate::rules::{FactPattern, FactVariant, Matcher, RuleSet};

/// What a finding needs of its rule.
#[derive(Debug)]
pub(super) struct RuleEntry {
    pub(super) id: RuleId,
    pub(super) theme: Theme,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) profile: Profile,
}

/// A variant of a rule, ready to be tried.
#[derive(Debug)]
pub(super) struct Variant {
    /// The rule's place among [`Index::rules`].
    pub(super) rule: usize,
    pub(super) fact: Pattern,
    pub(super) with: Vec<Vec<Pattern>>,
    pub(super) without: Vec<Pattern>,
    pub(super) written: FactVariant,
}

/// What a fact must be like.
#[derive(Debug)]
pub(super) struct Pattern {
    kind: FactKind,
    tests: Vec<(Attribute, Test)>,
}

impl Pattern {
    fn new(written: &FactPattern, values: &Arc<ValueReader>) -> Self {
        let tests = written.tests.iter().map(|(attribute, test)| (*attribute, Test::new(test, values)));
        Self { kind: written.kind, tests: tests.collect() }
    }

    pub(super) fn fits(&self, fact: &Fact<'_>) -> bool {
        fact.kind == self.kind
            && self.tests.iter().all(|(attribute, test)| {
                let long = long_flag(fact, *attribute);
                let values: Vec<&str> = fact.all(*attribute).chain(long.as_deref()).collect();
                let is_flag = fact.kind == FactKind::Argument && *attribute == Attribute::Value;
                test.holds(&values, is_flag)
            })
    }

    /// The kind of fact that it is about.
    pub(super) fn kind(&self) -> FactKind {
        self.kind
    }

    /// The names that it is about, in lower case, where it says them.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        let key = self.kind.attributes()[0];
        let (_, test) = self.tests.iter().find(|(attribute, _)| *attribute == key)?;
        Some(test.texts()?.into_iter().map(str::to_ascii_lowercase).collect())
    }
}

/// `--flag` for `-flag`, which programs in Go take alike.
fn long_flag(fact: &Fact<'_>, attribute: Attribute) -> Option<String> {
    let flag = fact.get(attribute).filter(|_| fact.kind == FactKind::Argument && attribute == Attribute::Flag)?;
    (flag.len() > 2 && flag.starts_with('-') && !flag.starts_with("--")).then(|| format!("-{flag}"))
}

/// The rules on facts of a run.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) rules: Vec<RuleEntry>,
    /// The theme of each rule on facts.
    pub(super) themes: HashMap<RuleId, Theme>,
    /// Rules that find credentials by their surroundings only, and give way to a rule that knows the place.
    pub(super) generic: HashSet<RuleId>,
    variants: Vec<Variant>,
    /// Variants by the kind of their fact and the name that it is about.
    by_name: HashMap<(FactKind, String), Vec<usize>>,
    /// The other variants by kind of fact.
    by_kind: HashMap<FactKind, Vec<usize>>,
    natives: Vec<(usize, native::Check)>,
    /// What the checks in code know of images.
    images: native::Images,
}

impl Index {
    pub(super) fn new(set: &RuleSet, now: i64) -> Self {
        let mut index = Self { images: native::Images::new(set.shared(), now), ..Self::default() };
        let values = Arc::new(ValueReader::new(set.shared()));
        for rule in set.iter() {
            let at = index.rules.len();
            match &rule.matcher {
                Matcher::Facts(variants) => variants.iter().for_each(|written| index.add(at, written, &values)),
                Matcher::Native(named) => match native::check(*named) {
                    Some(check) => index.natives.push((at, check)),
                    None => {
                        index.generic.insert(RuleId::new(&rule.id));
                        continue;
                    }
                },
                Matcher::Secret(variants) => {
                    if variants.iter().all(|variant| variant.is_broad) {
                        index.generic.insert(RuleId::new(&rule.id));
                    }
                    continue;
                }
            }
            let id = RuleId::new(&rule.id);
            let (theme, severity, confidence, profile) = (rule.theme, rule.severity, rule.confidence, rule.profile);
            index.themes.insert(id.clone(), theme);
            index.rules.push(RuleEntry { id, theme, severity, confidence, profile });
        }
        index
    }

    fn add(&mut self, rule: usize, written: &FactVariant, values: &Arc<ValueReader>) {
        let pattern = |written: &FactPattern| Pattern::new(written, values);
        let at = self.variants.len();
        let fact = pattern(&written.fact);
        match fact.names() {
            Some(names) => {
                names.into_iter().for_each(|name| self.by_name.entry((fact.kind, name)).or_default().push(at));
            }
            None => self.by_kind.entry(fact.kind).or_default().push(at),
        }
        let with = written.with.iter().map(|patterns| patterns.iter().map(pattern).collect());
        let without = written.without.iter().map(pattern).collect();
        self.variants.push(Variant { rule, with: with.collect(), without, fact, written: written.clone() });
    }

    /// The variants that can be about a fact.
    pub(super) fn candidates(&self, fact: &Fact<'_>) -> impl Iterator<Item = &Variant> {
        let mut found: Vec<usize> = self.by_kind.get(&fact.kind).cloned().unwrap_or_default();
        for name in fact.all(fact.kind.attributes()[0]) {
            let name = name.trim().to_ascii_lowercase();
            let long = long_flag(fact, Attribute::Flag).map(|flag| flag.to_ascii_lowercase());
            for name in [Some(name), long].into_iter().flatten() {
                found.extend(self.by_name.get(&(fact.kind, name)).into_iter().flatten());
            }
        }
        // In the order of the rule: of the variants that fit a place, the first counts.
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.variants[at])
    }

    /// Runs the checks in code.
    pub(super) fn natives(&self, file: &SourceFile<'_>, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
        for (rule, check) in &self.natives {
            let subject = native::Subject { rule: &self.rules[*rule], images: &self.images, file, facts };
            check(&subject, findings);
        }
    }
}
