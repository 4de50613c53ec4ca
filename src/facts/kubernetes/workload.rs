//! Pod specifications, wherever they stand in an object.

use super::container;
use crate::facts::{Builder, UnitId};
use crate::parse::{ConfigTree, NodeId};

/// The keys under which a pod specification lists containers, and what they are called.
const LISTS: [(&str, &str); 3] = [
    ("containers", "container"),
    ("initContainers", "init container"),
    ("ephemeralContainers", "ephemeral container"),
];

/// Reads the pod specifications of an object.
pub(super) fn read<'t>(builder: &mut Builder<'t>, object: UnitId, tree: &ConfigTree<'t>, root: NodeId, kind: &str) {
    for specification in specifications(tree, root) {
        let pod = builder.unit(object, "");
        for (key, called) in LISTS {
            let list = tree.get(specification, key);
            for &node in list.iter().flat_map(|&list| tree.children(list)) {
                container::read(builder, pod, tree, node, kind, called);
            }
        }
    }
}

/// The mappings below a node that list containers.
fn specifications(tree: &ConfigTree<'_>, root: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if LISTS.iter().any(|(key, _)| tree.get(id, key).is_some_and(|list| !tree.children(list).is_empty())) {
            found.push(id);
        }
        open.extend(tree.children(id).iter().rev());
    }
    found
}
