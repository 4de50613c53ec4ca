//! Volumes of a pod, joined to the places where its containers mount them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::workload::Pod;
use super::{at, items, place, text};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// Kinds of volumes: the key, what it is called, and the way from there to the name of what is mounted.
const KINDS: [(&str, &str, &[&str]); 6] = [
    ("hostPath", "bind", &["path"]),
    ("secret", "secret", &["secretName"]),
    ("configMap", "config-map", &["name"]),
    ("emptyDir", "tmpfs", &["medium"]),
    ("persistentVolumeClaim", "volume", &["claimName"]),
    ("nfs", "volume", &["path"]),
];

/// The volumes of a pod by name.
pub(super) struct Volumes<'a> {
    by_name: HashMap<&'a str, NodeId>,
    list: &'a [NodeId],
    mounted: RefCell<HashSet<NodeId>>,
}

impl<'a> Volumes<'a> {
    /// The volumes of a pod specification.
    pub(super) fn of(tree: &'a ConfigTree<'_>, specification: NodeId) -> Self {
        let list = items(tree, specification, "volumes");
        let by_name = list.iter().filter_map(|&volume| Some((text(tree, volume, "name")?, volume))).collect();
        Self { by_name, list, mounted: RefCell::default() }
    }

    /// Tells what a container mounts.
    pub(super) fn mounted<'t>(&self, builder: &mut Builder<'t>, pod: &Pod<'_, 't>, unit: UnitId, container: NodeId) {
        let tree = pod.tree;
        for &mount in items(tree, container, "volumeMounts") {
            let Some(&volume) = text(tree, mount, "name").and_then(|name| self.by_name.get(name)) else { continue };
            self.mounted.borrow_mut().insert(volume);
            add(builder, unit, tree, volume, Some(mount));
        }
    }

    /// Tells of the volumes that no container mounts here.
    pub(super) fn unmounted<'t>(&self, builder: &mut Builder<'t>, pod: &Pod<'_, 't>) {
        for &volume in self.list {
            if !self.mounted.borrow().contains(&volume) {
                add(builder, pod.unit, pod.tree, volume, None);
            }
        }
    }
}

/// Tells what a PersistentVolume stores in.
pub(super) fn persistent<'t>(builder: &mut Builder<'t>, object: UnitId, tree: &ConfigTree<'t>, root: NodeId) {
    if let Some(volume) = tree.get(root, "spec") {
        add(builder, object, tree, volume, None);
    }
}

/// Tells of a volume, and of where it is mounted.
fn add<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, volume: NodeId, mount: Option<NodeId>) {
    let found = KINDS.iter().find_map(|(key, kind, way)| Some((tree.get(volume, key)?, *kind, *way)));
    let Some((node, kind, way)) = found else { return };
    let source = at(tree, node, way);
    let whole: Range<usize> = source.map_or_else(|| place(tree, node), |source| place(tree, source));
    let target = mount.and_then(|mount| text(tree, mount, "mountPath"));
    let mut fact = builder
        .fact(FactKind::Mount, unit, whole)
        .with(Attribute::Kind, kind)
        .with_some(Attribute::Target, target.map(str::to_owned));
    if let Some(mount) = mount {
        let is_read_only = text(tree, mount, "readOnly").is_some_and(|value| value == "true");
        fact = fact.with(Attribute::Writable, if is_read_only { "false" } else { "true" });
    }
    match source.and_then(|source| tree.scalar(source)) {
        Some(scalar) => fact.scalar(Attribute::Source, scalar).add(),
        None => fact.add(),
    }
}
