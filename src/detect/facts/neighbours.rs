//! Finds facts beside a fact, without going over all facts of the file each time: a file can hold thousands of containers.

use std::collections::HashMap;

use super::index::Pattern;
use crate::facts::{Fact, Facts, UnitId};
use crate::model::FactKind;
use crate::rules::FactScope;

/// Facts of one name that are compared one by one. Of more, those of the units in question are.
const FEW: usize = 32;

/// The facts of a file, by name and by unit.
#[derive(Debug)]
pub(super) struct Neighbours<'f, 't> {
    facts: &'f Facts<'t>,
    by_name: HashMap<(FactKind, String), Vec<usize>>,
    by_kind: HashMap<FactKind, Vec<usize>>,
    by_unit: Vec<Vec<usize>>,
    /// The units in each unit.
    inner: Vec<Vec<UnitId>>,
}

impl<'f, 't> Neighbours<'f, 't> {
    pub(super) fn new(facts: &'f Facts<'t>) -> Self {
        let units = facts.units.len();
        let (mut by_name, mut by_kind) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        let (mut by_unit, mut inner) = (vec![Vec::new(); units], vec![Vec::new(); units]);
        for (at, fact) in facts.facts.iter().enumerate() {
            for name in fact.all(fact.kind.attributes()[0]) {
                by_name.entry((fact.kind, name.trim().to_ascii_lowercase())).or_default().push(at);
            }
            by_kind.entry(fact.kind).or_default().push(at);
            by_unit[fact.unit.index()].push(at);
        }
        for (id, unit) in facts.all_units() {
            if let Some(parent) = unit.parent {
                inner[parent.index()].push(id);
            }
        }
        Self { facts, by_name, by_kind, by_unit, inner }
    }

    /// The first fact that fits one of the patterns, as far from `fact` as the scope reaches.
    pub(super) fn find(&self, fact: &Fact<'_>, patterns: &[Pattern], scope: FactScope) -> Option<&'f Fact<'t>> {
        let found = patterns.iter().filter_map(|pattern| self.first(fact, pattern, scope)).min();
        found.map(|at| &self.facts.facts[at])
    }

    fn first(&self, fact: &Fact<'_>, pattern: &Pattern, scope: FactScope) -> Option<usize> {
        let fits = |at: &usize| pattern.fits(&self.facts.facts[*at]);
        let of_unit = |unit: UnitId| self.by_unit[unit.index()].iter().copied().filter(fits).min();
        if scope == FactScope::Unit {
            return of_unit(fact.unit);
        }
        let named = self.named(pattern);
        let is_near =
            |at: &usize| scope == FactScope::File || self.facts.are_in_line(fact.unit, self.facts.facts[*at].unit);
        if scope == FactScope::File || named.len() <= FEW {
            return named.into_iter().filter(|at| is_near(at) && fits(at)).min();
        }
        let outer = self.facts.ancestors(fact.unit).filter_map(of_unit).min();
        let mut inner = None;
        let mut open: Vec<UnitId> = self.inner[fact.unit.index()].clone();
        while let Some(unit) = open.pop() {
            inner = inner.into_iter().chain(of_unit(unit)).min();
            open.extend(&self.inner[unit.index()]);
        }
        outer.into_iter().chain(inner).min()
    }

    /// The facts that a pattern can be about.
    fn named(&self, pattern: &Pattern) -> Vec<usize> {
        let all = |list: Option<&Vec<usize>>| list.cloned().unwrap_or_default();
        match pattern.names() {
            Some(names) => {
                let lists = names.into_iter().map(|name| all(self.by_name.get(&(pattern.kind(), name))));
                lists.flatten().collect()
            }
            None => all(self.by_kind.get(&pattern.kind())),
        }
    }
}
