//! Facts of Kubernetes objects, in YAML or JSON, also in templates of Helm charts.
//!
//! An object is a unit, a pod specification in it another, and so is each container. A pod specification is known by its
//! `containers`, wherever it stands, so that custom resources with a pod template are read as well.

mod container;
mod object;
mod workload;

use crate::facts::{Builder, Facts};
use crate::parse::{ConfigTree, NodeId, json, yaml};

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    let is_json = text.trim_start().starts_with('{');
    let tree = if is_json { json::parse(text) } else { yaml::parse(text) };
    builder.problems(&tree);
    for object in objects(&tree) {
        object::read(builder, Facts::FILE, &tree, object);
    }
}

/// The objects of a file: its documents, with the items of lists in their place.
fn objects(tree: &ConfigTree<'_>) -> Vec<NodeId> {
    let mut objects = Vec::new();
    let mut open: Vec<NodeId> = tree.documents.iter().rev().copied().collect();
    while let Some(id) = open.pop() {
        let is_list = text(tree, id, "kind").is_some_and(|kind| kind.ends_with("List"));
        match tree.get(id, "items") {
            Some(items) if is_list => open.extend(tree.children(items).iter().rev()),
            _ => objects.push(id),
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
