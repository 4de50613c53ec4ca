//! The second step of reading YAML: nodes from items, with aliases and merge keys replaced by what they stand for.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::super::tree::{Builder, Style};
use super::read::{Item, Scalar};

/// Most nodes that aliases and merge keys may copy in one file. A few lines of aliases for aliases stand for billions of nodes.
const MAX_COPIES: usize = 10_000;

/// A copy of a text that is not borrowed counts for one more node with every so many bytes.
const BYTES_OF_A_COPY: usize = 64;

/// What may still be copied in a file.
pub(super) struct Budget {
    left: usize,
    is_exceeded: bool,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: MAX_COPIES, is_exceeded: false }
    }
}

/// Adds the document that these items make to the tree.
pub(super) fn expand<'t>(items: &[Item<'t>], builder: &mut Builder<'t>, budget: &mut Budget) {
    if items.is_empty() {
        return;
    }
    let mut expander = Expander { items: Items(items), builder, budget, open: Vec::new() };
    expander.add(Entry { key: None, value: 0, origin: None });
    while expander.step() {}
}

/// A node to be added, by its items.
struct Entry {
    key: Option<usize>,
    value: usize,
    /// The place of the alias or merge key that it is a copy for; none for an original.
    origin: Option<Range<usize>>,
}

/// A collection that is open in the tree.
struct Open {
    is_mapping: bool,
    /// Its items that are still to be added.
    rest: Range<usize>,
    end: usize,
    origin: Option<Range<usize>>,
    /// What merge keys add after its own entries, the first of them last.
    merged: Vec<Entry>,
}

struct Expander<'a, 't> {
    items: Items<'a, 't>,
    builder: &'a mut Builder<'t>,
    budget: &'a mut Budget,
    open: Vec<Open>,
}

impl<'t> Expander<'_, 't> {
    /// Adds the next node of the innermost open collection, or closes it; false when none is open.
    fn step(&mut self) -> bool {
        let Some(mut open) = self.open.pop() else { return false };
        match self.next_entry(&mut open) {
            Some(entry) => {
                self.open.push(open);
                self.add(entry);
            }
            None => self.builder.close(open.end),
        }
        true
    }

    fn next_entry(&mut self, open: &mut Open) -> Option<Entry> {
        while !open.rest.is_empty() {
            if !self.may_copy(1, open.origin.as_ref()) {
                open.rest.start = open.rest.end;
                break;
            }
            let (first, origin) = (open.rest.start, open.origin.clone());
            let second = self.items.after(first);
            if !open.is_mapping {
                open.rest.start = second;
                return Some(Entry { key: None, value: first, origin });
            }
            if second >= open.rest.end {
                // The file broke off after a key.
                open.rest.start = open.rest.end;
                break;
            }
            open.rest.start = self.items.after(second);
            if self.items.merge_sources(first, second).is_none() {
                return Some(Entry { key: Some(first), value: second, origin });
            }
        }
        open.merged.pop()
    }

    fn add(&mut self, Entry { key, value, mut origin }: Entry) {
        let (items, mut cost) = (self.items, 0);
        let value = match &items.0[value] {
            Item::Alias { target, span } => {
                // Within a copy, it was paid for when it was met.
                cost += usize::from(origin.is_none());
                origin.get_or_insert_with(|| span.clone());
                &items.0[*target]
            }
            value => value,
        };
        let key = match key.map(|key| items.key(key)) {
            // A key that is no scalar.
            Some(None) => return,
            Some(Some(scalar)) => Some(scalar),
            None => None,
        };
        let text_of_value = if let Item::Scalar(scalar) = value { Some(&scalar.text) } else { None };
        for text in [key.map(|key| &key.text), text_of_value].into_iter().flatten() {
            cost += if let Cow::Owned(text) = text { text.len() / BYTES_OF_A_COPY } else { 0 };
        }
        if !self.may_copy(cost, origin.as_ref()) {
            return;
        }
        self.add_node(key, value, origin);
    }

    fn add_node(&mut self, key: Option<&Scalar<'t>>, value: &Item<'t>, origin: Option<Range<usize>>) {
        match value {
            Item::Alias { .. } | Item::UnknownAlias => {}
            Item::Scalar(scalar) => {
                self.give_key(key);
                self.builder.tag(scalar.tag);
                self.builder.scalar(scalar.text.clone(), scalar.style, scalar.span.clone(), scalar.whole.clone());
            }
            Item::Collection(collection) => {
                self.give_key(key);
                self.builder.tag(collection.tag);
                let merged = if collection.is_mapping {
                    self.builder.open_mapping(collection.span.start);
                    self.merged(collection.items.clone())
                } else {
                    self.builder.open_sequence(collection.span.start);
                    Vec::new()
                };
                let (is_mapping, rest) = (collection.is_mapping, collection.items.clone());
                self.open.push(Open { is_mapping, rest, end: collection.span.end, origin, merged });
            }
        }
    }

    fn give_key(&mut self, key: Option<&Scalar<'t>>) {
        if let Some(key) = key {
            self.builder.key(key.text.clone(), key.span.clone());
        }
    }

    /// What the merge keys of a mapping add to it, the first entry last. Its own keys go first, then what is named earlier.
    fn merged(&mut self, own: Range<usize>) -> Vec<Entry> {
        let items = self.items;
        let mut pending = Vec::new();
        for (key, value) in items.entries(own.clone()) {
            let place = || items.key(key).map_or(0..0, |key| key.span.clone());
            let sources = items.merge_sources(key, value).unwrap_or_default();
            pending.extend(sources.into_iter().map(|source| (source, place())));
        }
        if pending.is_empty() {
            return Vec::new();
        }
        let mut taken: HashSet<&str> = items.entries(own).filter_map(|(key, _)| Some(&*items.key(key)?.text)).collect();
        let mut merged = Vec::new();
        pending.reverse();
        'sources: while let Some((source, place)) = pending.pop() {
            if !self.may_copy(1, Some(&place)) {
                break;
            }
            let mut nested = Vec::new();
            for (key, value) in items.entries(items.items_of(source)) {
                if !self.may_copy(1, Some(&place)) {
                    break 'sources;
                }
                if let Some(sources) = items.merge_sources(key, value) {
                    nested.extend(sources.into_iter().map(|source| (source, place.clone())));
                } else if items.key(key).is_some_and(|key| taken.insert(&key.text)) {
                    merged.push(Entry { key: Some(key), value, origin: Some(place.clone()) });
                }
            }
            pending.extend(nested.into_iter().rev());
        }
        merged.reverse();
        merged
    }

    /// Takes the cost of a copy from the budget, and says so when the file has used it up. An original costs nothing.
    fn may_copy(&mut self, cost: usize, origin: Option<&Range<usize>>) -> bool {
        let Some(origin) = origin else { return true };
        let left = self.budget.left.checked_sub(cost).filter(|_| !self.budget.is_exceeded);
        match left {
            Some(left) => self.budget.left = left,
            None if !self.budget.is_exceeded => {
                self.budget.is_exceeded = true;
                self.builder
                    .problem(origin.clone(), "aliases stand for too many nodes: from here on they are left out");
            }
            None => {}
        }
        left.is_some()
    }
}

/// The items of a document, to be asked.
#[derive(Clone, Copy)]
struct Items<'a, 't>(&'a [Item<'t>]);

impl<'a, 't> Items<'a, 't> {
    /// The index of the item after this one and all that it holds.
    fn after(self, index: usize) -> usize {
        match &self.0[index] {
            Item::Collection(collection) => collection.items.end,
            Item::Scalar(_) | Item::Alias { .. } | Item::UnknownAlias => index + 1,
        }
    }

    fn resolve(self, index: usize) -> usize {
        if let Item::Alias { target, .. } = self.0[index] { target } else { index }
    }

    /// The scalar that is a key, or that an alias in its place stands for.
    fn key(self, index: usize) -> Option<&'a Scalar<'t>> {
        if let Item::Scalar(scalar) = &self.0[self.resolve(index)] { Some(scalar) } else { None }
    }

    fn items_of(self, index: usize) -> Range<usize> {
        if let Item::Collection(collection) = &self.0[index] { collection.items.clone() } else { 0..0 }
    }

    fn entries(self, mapping: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
        let mut key = mapping.start;
        std::iter::from_fn(move || {
            let value = (key < mapping.end).then(|| self.after(key)).filter(|&value| value < mapping.end)?;
            let entry = (key, value);
            key = self.after(value);
            Some(entry)
        })
    }

    /// The mappings that a merge key names; none if this is an ordinary entry.
    fn merge_sources(self, key: usize, value: usize) -> Option<Vec<usize>> {
        let Item::Scalar(Scalar { text, style: Style::Bare, tag: "" | "!!merge", .. }) = &self.0[key] else {
            return None;
        };
        if text != "<<" {
            return None;
        }
        let value = self.resolve(value);
        match &self.0[value] {
            Item::Scalar(_) | Item::Alias { .. } => None,
            Item::UnknownAlias => Some(Vec::new()),
            Item::Collection(collection) if collection.is_mapping => Some(vec![value]),
            Item::Collection(collection) => {
                let elements = std::iter::successors(Some(collection.items.start), |&at| Some(self.after(at)));
                let elements = elements.take_while(|&at| at < collection.items.end).map(|at| self.resolve(at));
                Some(elements.filter(|&at| matches!(&self.0[at], Item::Collection(one) if one.is_mapping)).collect())
            }
        }
    }
}
