//! Finds facts beside a fact, without going over all facts of the file each time: a file can hold thousands of containers.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use super::index::Pattern;
use crate::facts::{Fact, Facts, UnitId};
use crate::model::FactKind;
use crate::rules::FactScope;

/// Facts of one name that are compared one by one. Of more, those that fit a pattern are noted once for every unit.
const FEW: usize = 32;

/// The facts of a file by name, and those that fit the patterns that were asked for.
#[derive(Debug)]
pub(super) struct Neighbours<'f, 't> {
    facts: &'f Facts<'t>,
    by_name: HashMap<(FactKind, Cow<'f, str>), Vec<usize>>,
    by_kind: HashMap<FactKind, Vec<usize>>,
    /// By the number of the pattern.
    fitting: RefCell<HashMap<usize, Fitting>>,
}

/// The facts that fit a pattern, as places in the file's list.
#[derive(Debug)]
struct Fitting {
    /// With their units, sorted.
    by_unit: Vec<(UnitId, usize)>,
    /// For each unit the first that is said of it, of a unit that holds it or of one that it holds.
    in_line: OnceCell<Vec<Option<u32>>>,
}

impl<'f, 't> Neighbours<'f, 't> {
    pub(super) fn new(facts: &'f Facts<'t>) -> Self {
        let (mut by_name, mut by_kind) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (at, fact) in facts.facts.iter().enumerate() {
            for name in fact.all(fact.kind.attributes()[0]) {
                by_name.entry((fact.kind, lower(name.trim()))).or_default().push(at);
            }
            by_kind.entry(fact.kind).or_default().push(at);
        }
        Self { facts, by_name, by_kind, fitting: RefCell::default() }
    }

    /// The first fact that fits one of the patterns, as far from `fact` as the scope reaches.
    pub(super) fn find(&self, fact: &Fact<'_>, patterns: &[Pattern], scope: FactScope) -> Option<&'f Fact<'t>> {
        let found = patterns.iter().filter_map(|pattern| self.first(fact, pattern, scope)).min();
        found.map(|at| &self.facts.facts[at])
    }

    fn first(&self, fact: &Fact<'_>, pattern: &Pattern, scope: FactScope) -> Option<usize> {
        if scope == FactScope::Line && self.named(pattern).nth(FEW).is_none() {
            let is_near = |at: &usize| self.facts.are_in_line(fact.unit, self.facts.facts[*at].unit);
            return self.named(pattern).filter(|at| is_near(at) && pattern.fits(&self.facts.facts[*at])).min();
        }
        let mut known = self.fitting.borrow_mut();
        let fitting = known.entry(pattern.number()).or_insert_with(|| {
            let found = self.named(pattern).map(|at| (self.facts.facts[at].unit, at));
            let mut by_unit: Vec<_> = found.filter(|(_, at)| pattern.fits(&self.facts.facts[*at])).collect();
            by_unit.sort_unstable();
            Fitting { by_unit, in_line: OnceCell::new() }
        });
        match scope {
            _ if fitting.by_unit.is_empty() => None,
            FactScope::Unit => fitting.of_unit(fact.unit),
            FactScope::File => fitting.by_unit.iter().map(|(_, at)| *at).min(),
            FactScope::Line => fitting.in_line(self.facts)[fact.unit.index()].map(|at| at as usize),
        }
    }

    /// The facts that a pattern can be about.
    fn named<'s>(&'s self, pattern: &'s Pattern) -> impl Iterator<Item = usize> {
        let names = pattern.names().into_iter().flatten();
        let named = names.filter_map(|name| self.by_name.get(&(pattern.kind(), Cow::Borrowed(name.as_str()))));
        let all = self.by_kind.get(&pattern.kind()).filter(|_| pattern.names().is_none());
        named.chain(all).flatten().copied()
    }
}

impl Fitting {
    fn of_unit(&self, unit: UnitId) -> Option<usize> {
        let first = self.by_unit.partition_point(|(other, _)| *other < unit);
        self.by_unit.get(first).filter(|(other, _)| *other == unit).map(|(_, at)| *at)
    }

    fn in_line(&self, facts: &Facts<'_>) -> &[Option<u32>] {
        self.in_line.get_or_init(|| {
            let first = |one: Option<u32>, other: Option<u32>| one.into_iter().chain(other).min();
            let mut own = vec![None; facts.units.len()];
            for &(unit, at) in &self.by_unit {
                own[unit.index()] = first(own[unit.index()], u32::try_from(at).ok());
            }
            // Each unit stands after the one that holds it.
            let (mut above, mut below) = (own.clone(), own);
            for (at, unit) in facts.units.iter().enumerate() {
                let outer = unit.parent.and_then(|parent| above[parent.index()]);
                above[at] = first(above[at], outer);
            }
            for (at, unit) in facts.units.iter().enumerate().rev() {
                if let Some(parent) = unit.parent {
                    below[parent.index()] = first(below[parent.index()], below[at]);
                }
            }
            above.into_iter().zip(below).map(|(above, below)| first(above, below)).collect()
        })
    }
}

/// A text in lower case.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}
