//! Facts of Kubernetes objects, in YAML or JSON, also in templates of Helm charts.
//!
//! An object is a unit, a pod specification in it another, and so is each container. A pod specification is known by its
//! `containers`, wherever it stands, so that custom resources with a pod template are read as well.

mod command;
mod config_map;
mod container;
mod control_plane;
mod limit;
mod mount;
mod network;
mod network_policy;
mod object;
mod policy;
mod privilege;
mod rbac;
mod workload;

use std::ops::Range;

use crate::facts::{Builder, Facts, UnitId, exposure};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, json, yaml};

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    let is_json = text.trim_start().starts_with('{');
    let tree = if is_json { json::parse(text) } else { yaml::parse(text) };
    builder.problems(&tree);
    let objects = objects(&tree);
    let roles = rbac::all_powerful(&tree, &objects);
    for object in objects {
        object::read(builder, Facts::FILE, &tree, object, &roles);
    }
    exposure::tell(builder);
    network_policy::tell_missing_policies(builder);
}

/// Reads the objects of a text inside a file, which begins at `start` and can be indented. ConfigMaps are left out where `unit` is one
/// already, so that texts in texts come to an end.
pub(super) fn read_part<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    text: &'t str,
    start: usize,
    with_config_maps: bool,
) {
    let tree = yaml::parse(text);
    let objects = objects(&tree);
    let roles = rbac::all_powerful(&tree, &objects);
    builder.inside(start, |builder| {
        for object in objects {
            if with_config_maps || self::text(&tree, object, "kind") != Some("ConfigMap") {
                object::read(builder, unit, &tree, object, &roles);
            }
        }
    });
}

/// The objects of a file: its documents, with the items of lists and OpenShift's templates in their place.
fn objects(tree: &ConfigTree<'_>) -> Vec<NodeId> {
    let mut objects = Vec::new();
    let mut open: Vec<NodeId> = tree.documents.iter().rev().copied().collect();
    while let Some(id) = open.pop() {
        let kind = text(tree, id, "kind").unwrap_or_default();
        let key = match kind {
            "Template" => "objects",
            _ if kind.ends_with("List") => "items",
            _ => "",
        };
        match tree.get(id, key) {
            Some(items) => open.extend(tree.children(items).iter().rev()),
            None => objects.push(id),
        }
    }
    objects
}

/// The text of the scalar under a key.
fn text<'a>(tree: &'a ConfigTree<'_>, id: NodeId, key: &str) -> Option<&'a str> {
    let scalar = tree.scalar(tree.get(id, key)?)?;
    Some(scalar.text.as_ref())
}

/// The node at the end of a way of keys.
fn at(tree: &ConfigTree<'_>, id: NodeId, way: &[&str]) -> Option<NodeId> {
    way.iter().try_fold(id, |id, key| tree.get(id, key))
}

/// The place of a node with its key; of the key alone where the node holds others.
fn place(tree: &ConfigTree<'_>, id: NodeId) -> Range<usize> {
    let node = tree.node(id);
    match (&node.key, tree.scalar(id)) {
        (Some(key), Some(_)) => key.span.start as usize..(node.span.end as usize).max(key.span.end as usize),
        (Some(key), None) => key.span.range(),
        (None, _) => node.span.range(),
    }
}

/// The items of the list under a key.
fn items<'a>(tree: &'a ConfigTree<'_>, id: NodeId, key: &str) -> &'a [NodeId] {
    tree.get(id, key).map_or(&[], |list| tree.children(list))
}

/// Tells a privilege that stands in the file, with its value.
fn stated<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    tree: &ConfigTree<'t>,
    node: NodeId,
    name: &'static str,
    origin: &'static str,
) {
    let fact = builder
        .fact(FactKind::Privilege, unit, place(tree, node))
        .with(Attribute::Name, name)
        .with(Attribute::Origin, origin);
    match tree.scalar(node) {
        Some(scalar) => fact.scalar(Attribute::Value, scalar).add(),
        None => fact.add(),
    }
}

/// `CAP_SYS_ADMIN` and `sys_admin` as `SYS_ADMIN`.
fn capability(written: &str) -> String {
    let name = written.trim().to_ascii_uppercase();
    name.strip_prefix("CAP_").map_or_else(|| name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
