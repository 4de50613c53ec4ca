//! An object: what it is, its settings, and the workloads in it.

use super::{at, text, workload};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// Reads an object.
pub(super) fn read<'t>(builder: &mut Builder<'t>, file: UnitId, tree: &ConfigTree<'t>, object: NodeId) {
    let Some(kind_node) = tree.get(object, "kind") else { return };
    let Some(kind) = tree.scalar(kind_node) else { return };
    let metadata = tree.get(object, "metadata");
    let name = metadata.and_then(|metadata| text(tree, metadata, "name"));
    let unit = builder.unit(file, format!("{} `{}`", kind.text, name.unwrap_or("without a name")));
    let mut fact = builder
        .fact(FactKind::Object, unit, tree.node(kind_node).span.range())
        .with(Attribute::Kind, kind.text.clone())
        .with_some(Attribute::ApiVersion, text(tree, object, "apiVersion").map(str::to_owned))
        .with_some(Attribute::Name, name.map(str::to_owned))
        .with_some(Attribute::Namespace, metadata.and_then(|node| text(tree, node, "namespace")).map(str::to_owned));
    for &label in at(tree, object, &["metadata", "labels"]).iter().flat_map(|&labels| tree.children(labels)) {
        if let (Some(key), Some(value)) = (&tree.node(label).key, tree.scalar(label)) {
            fact = fact.with(Attribute::Label, format!("{}={}", key.text, value.text));
        }
    }
    fact.add();
    builder.settings(unit, "kubernetes", tree, object);
    workload::read(builder, unit, tree, object, &kind.text);
}
