//! Rules on facts, compiled for look-ups.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::native;
use super::test::Test;
use crate::detect::secrets::value::ValueReader;
use crate::facts::{Fact, Facts};
use crate::model::{
    Attribute, Confidence, FactKind, Finding, ManifestKind, Profile, RuleId, Severity, SourceFile, Theme,
};
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

impl Variant {
    /// Whether it is about manifests of a kind.
    fn is_about(&self, kind: ManifestKind) -> bool {
        let FactVariant { kinds, not_kinds, .. } = &self.written;
        (kinds.is_empty() || kinds.contains(&kind)) && !not_kinds.contains(&kind)
    }
}

/// What a fact must be like.
#[derive(Debug)]
pub(super) struct Pattern {
    kind: FactKind,
    /// The cheapest first.
    tests: Vec<(Attribute, Test)>,
    names: Option<Vec<String>>,
    number: usize,
}

impl Pattern {
    fn new(written: &FactPattern, number: usize, values: &Arc<ValueReader>) -> Self {
        let key = written.kind.attributes()[0];
        let tests = written.tests.iter().map(|(attribute, test)| (*attribute, Test::new(test, values)));
        let mut tests: Vec<_> = tests.collect();
        let texts = tests.iter().find(|(attribute, _)| *attribute == key).and_then(|(_, test)| test.texts());
        let names = texts.map(|texts| texts.into_iter().map(str::to_ascii_lowercase).collect());
        tests.sort_by_key(|(_, test)| test.cost());
        Self { kind: written.kind, tests, names, number }
    }

    pub(super) fn fits(&self, fact: &Fact<'_>) -> bool {
        fact.kind == self.kind
            && self.tests.iter().all(|(attribute, test)| {
                let long = (*attribute == Attribute::Flag).then(|| long_flag(fact)).flatten();
                let is_flag = fact.kind == FactKind::Argument && *attribute == Attribute::Value;
                test.holds(fact.all(*attribute).chain(long.as_deref()), is_flag)
            })
    }

    /// The kind of fact that it is about.
    pub(super) fn kind(&self) -> FactKind {
        self.kind
    }

    /// The names that it is about, in lower case, where it says them.
    pub(super) fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// Its number among all patterns of the run.
    pub(super) fn number(&self) -> usize {
        self.number
    }
}

/// `--flag` for `-flag`, which programs in Go take alike.
fn long_flag(fact: &Fact<'_>) -> Option<String> {
    let flag = fact.get(Attribute::Flag).filter(|_| fact.kind == FactKind::Argument)?;
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
    /// The ids of [`rules`](Self::rules).
    pub(super) own: HashSet<RuleId>,
    variants: Vec<Variant>,
    /// How many patterns there are.
    patterns: usize,
    /// Variants by the kind of their fact and the name that it is about.
    by_name: HashMap<FactKind, HashMap<String, Vec<usize>>>,
    /// The other variants by kind of fact.
    by_kind: HashMap<FactKind, Vec<usize>>,
    natives: Vec<(usize, native::Check)>,
    /// What the checks in code know of images.
    images: native::Images,
}

impl Index {
    pub(super) fn new(set: &RuleSet, values: &Arc<ValueReader>, now: i64) -> Self {
        let mut index = Self { images: native::Images::new(set.shared(), now), ..Self::default() };
        for rule in set.iter() {
            let at = index.rules.len();
            match &rule.matcher {
                Matcher::Facts(variants) => variants.iter().for_each(|written| index.add(at, written, values)),
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
            index.own.insert(id.clone());
            let (theme, severity, confidence, profile) = (rule.theme, rule.severity, rule.confidence, rule.profile);
            index.themes.insert(id.clone(), theme);
            index.rules.push(RuleEntry { id, theme, severity, confidence, profile });
        }
        index
    }

    fn add(&mut self, rule: usize, written: &FactVariant, values: &Arc<ValueReader>) {
        let mut pattern = |written: &FactPattern| {
            self.patterns += 1;
            Pattern::new(written, self.patterns, values)
        };
        let at = self.variants.len();
        let fact = pattern(&written.fact);
        let with = written.with.iter().map(|patterns| patterns.iter().map(&mut pattern).collect()).collect();
        let without = written.without.iter().map(&mut pattern).collect();
        match fact.names() {
            Some(names) => {
                let by_name = self.by_name.entry(fact.kind).or_default();
                names.iter().for_each(|name| by_name.entry(name.clone()).or_default().push(at));
            }
            None => self.by_kind.entry(fact.kind).or_default().push(at),
        }
        self.variants.push(Variant { rule, with, without, fact, written: written.clone() });
    }

    /// What finds the variants for the facts of a manifest.
    pub(super) fn look_up(&self, kind: ManifestKind) -> LookUp<'_> {
        let wanted = |&&at: &&usize| self.variants[at].is_about(kind);
        let others = FactKind::ALL.iter().map(|fact| {
            let others = self.by_kind.get(fact).into_iter().flatten();
            others.filter(wanted).copied().collect()
        });
        LookUp { index: self, kind, others: others.collect(), name: String::new(), found: Vec::new() }
    }

    /// Runs the checks in code.
    pub(super) fn natives(&self, file: &SourceFile<'_>, facts: &Facts<'_>, findings: &mut Vec<Finding>) {
        for (rule, check) in &self.natives {
            let subject = native::Subject { rule: &self.rules[*rule], images: &self.images, file, facts };
            check(&subject, findings);
        }
    }
}

/// Finds the variants that can be about the facts of one manifest, one fact after the other.
#[derive(Debug)]
pub(super) struct LookUp<'i> {
    index: &'i Index,
    kind: ManifestKind,
    /// The variants that say no name, by the place of their kind of fact among all.
    others: Vec<Vec<usize>>,
    name: String,
    found: Vec<usize>,
}

impl<'i> LookUp<'i> {
    /// The variants that can be about a fact, in the order of the rules: of those that fit a place, the first counts.
    pub(super) fn candidates(&mut self, fact: &Fact<'_>) -> impl Iterator<Item = &'i Variant> {
        let Self { index, kind, others, name, found } = self;
        let (index, kind) = (*index, *kind);
        found.clear();
        found.extend(&others[fact.kind as usize]);
        if let Some(by_name) = index.by_name.get(&fact.kind) {
            let long = long_flag(fact);
            for written in fact.all(fact.kind.attributes()[0]).chain(long.as_deref()) {
                name.clear();
                name.push_str(written.trim());
                name.make_ascii_lowercase();
                let named = by_name.get(name.as_str()).into_iter().flatten();
                found.extend(named.filter(|&&at| index.variants[at].is_about(kind)));
            }
        }
        found.sort_unstable();
        found.dedup();
        found.iter().map(move |&at| &index.variants[at])
    }
}

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use super::*;
    use crate::detect::facts::neighbours::Neighbours;
    use crate::facts;
    use crate::model::{Encoding, Origin};
    use crate::rules::FactScope;

    /// Every variant that fits a fact is looked up for it, and a variant finds the same beside a fact as a look at all would.
    #[test]
    fn look_ups_find_what_trying_all_would() {
        let set = RuleSet::built_in();
        let index = Index::new(&set, &Arc::new(ValueReader::new(set.shared())), 0);
        let containers = |count: usize| {
            let container = "    - image: redis\n      args: [--protected-mode, no, -bind, 0.0.0.0]\n      ports: [{hostPort: 22}]\n      env: [{name: MONGO_INITDB_ROOT_PASSWORD, value: admin}]\n      securityContext: {privileged: true}\n";
            let pod = "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers:\n";
            format!("{pod}{}---\n{pod}    - image: nginx\n", container.repeat(count))
        };
        let texts = [
            ("pod.yaml", containers(2)),
            ("pods.yaml", containers(40)),
            ("Dockerfile", "FROM a\nENV PASSWORD=x\nRUN curl http://a/b | SH\n".repeat(40)),
            (
                ".github/workflows/a.yml",
                "on: push\njobs: {a: {permissions: write-all, steps: [{uses: a/b@v1}]}}".to_owned(),
            ),
        ];
        for (path, text) in &texts {
            with_facts(path, text, |facts| {
                let neighbours = Neighbours::new(facts);
                let mut look_up = index.look_up(facts.kind);
                for fact in &facts.facts {
                    let candidates: Vec<_> = look_up.candidates(fact).map(std::ptr::from_ref).collect();
                    for variant in index.variants.iter().filter(|one| one.is_about(facts.kind)) {
                        let is_found = candidates.contains(&std::ptr::from_ref(variant));
                        assert!(is_found || !variant.fact.fits(fact), "{}", index.rules[variant.rule].id);
                    }
                    for variant in index.variants.iter().filter(|variant| variant.fact.fits(fact)) {
                        assert_neighbours(&neighbours, facts, fact, variant);
                    }
                }
            });
        }
    }

    fn with_facts(path: &str, text: &str, check: impl FnOnce(&Facts<'_>)) {
        let (encoding, origin) = (Encoding::Utf8 { bom: 0 }, Origin::Memory);
        let kind = crate::input::classify::kind(path, text);
        let file = SourceFile { path, place: path, kind, role: OnceCell::new(), text, encoding, origin };
        let manifest = facts::manifest(&file).expect("a manifest");
        check(&facts::read(&file, &manifest, &[]));
    }

    fn assert_neighbours(neighbours: &Neighbours<'_, '_>, facts: &Facts<'_>, fact: &Fact<'_>, variant: &Variant) {
        let scope = variant.written.scope;
        for patterns in variant.with.iter().chain([&variant.without]) {
            let is_near = |other: &&Fact<'_>| match scope {
                FactScope::Unit => other.unit == fact.unit,
                FactScope::File => true,
                FactScope::Line => facts.are_in_line(fact.unit, other.unit),
            };
            // A flag with one hyphen is not looked for under its long name.
            let is_named = |pattern: &Pattern, other: &Fact<'_>| {
                let mut told = other.all(pattern.kind().attributes()[0]);
                pattern.names().is_none_or(|names| {
                    told.any(|name| names.iter().any(|known| known.eq_ignore_ascii_case(name.trim())))
                })
            };
            let fits =
                |other: &&Fact<'_>| patterns.iter().any(|pattern| is_named(pattern, other) && pattern.fits(other));
            let expected = facts.facts.iter().filter(is_near).find(fits);
            assert_eq!(neighbours.find(fact, patterns, scope), expected, "{}", variant.rule);
        }
    }
}
