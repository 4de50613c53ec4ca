//! A service, with what it takes over from those of the same file that it extends.

use std::collections::HashMap;

use crate::parse::{ConfigTree, NodeId, Scalar};

/// Most services that one extends in a row. Compose refuses a circle.
const MAX_CHAIN: usize = 16;

/// What a document declares, by name.
pub(super) struct Declared<'a> {
    services: HashMap<&'a str, NodeId>,
    pub(super) volumes: HashMap<&'a str, NodeId>,
    pub(super) networks: HashMap<&'a str, NodeId>,
}

impl<'a> Declared<'a> {
    /// What `document` declares; its services stand below `services`.
    pub(super) fn of(tree: &'a ConfigTree<'_>, document: NodeId, services: NodeId) -> Self {
        let named = |list: Option<NodeId>| {
            let entries = list.map_or(&[][..], |list| tree.children(list)).iter();
            entries.filter_map(|&entry| Some((tree.node(entry).key.as_ref()?.text.as_ref(), entry))).collect()
        };
        Self {
            services: named(Some(services)),
            volumes: named(tree.get(document, "volumes")),
            networks: named(tree.get(document, "networks")),
        }
    }
}

/// A service.
pub(super) struct Service<'a, 't> {
    pub(super) tree: &'a ConfigTree<'t>,
    /// What stands in the same document.
    pub(super) declared: &'a Declared<'a>,
    /// Its own mapping.
    pub(super) node: NodeId,
    /// Its own mapping and those that it extends, the nearest first.
    chain: Vec<NodeId>,
    /// Whether all of those stand in this file.
    pub(super) is_complete: bool,
}

impl<'a, 't> Service<'a, 't> {
    pub(super) fn new(tree: &'a ConfigTree<'t>, declared: &'a Declared<'a>, node: NodeId) -> Self {
        let mut service = Self { tree, declared, node, chain: vec![node], is_complete: true };
        let mut last = node;
        while let Some(extends) = tree.get(last, "extends") {
            let is_elsewhere = tree.get(extends, "file").is_some();
            let name = tree.scalar(extends).or_else(|| tree.scalar(tree.get(extends, "service")?));
            let base =
                name.filter(|_| !is_elsewhere).and_then(|name| declared.services.get(name.text.as_ref()).copied());
            match base {
                Some(base) if service.chain.len() < MAX_CHAIN && !service.chain.contains(&base) => {
                    service.chain.push(base);
                    last = base;
                }
                _ => {
                    service.is_complete = false;
                    break;
                }
            }
        }
        service
    }

    /// The nearest node under a key.
    pub(super) fn get(&self, key: &str) -> Option<NodeId> {
        self.chain.iter().find_map(|&node| self.tree.get(node, key))
    }

    /// The nearest scalar under a key.
    pub(super) fn scalar(&self, key: &str) -> Option<&'a Scalar<'t>> {
        self.tree.scalar(self.get(key)?)
    }

    /// All nodes under a key, the nearest first: those of lists and mappings are put together.
    pub(super) fn all(&self, key: &str) -> Vec<NodeId> {
        self.chain.iter().filter_map(|&node| self.tree.get(node, key)).collect()
    }

    /// The nearest node at the end of a way of keys.
    pub(super) fn at(&self, way: &[&str]) -> Option<NodeId> {
        self.chain.iter().find_map(|&node| way.iter().try_fold(node, |node, key| self.tree.get(node, key)))
    }
}
