//! An object: what it is, its settings, and what its kind says beside.

use std::ops::Range;

use super::rbac::Roles;
use super::{at, config_map, control_plane, network, network_policy, rbac, text, workload};
use crate::facts::exposure::Labels;
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// An object that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'a, 't> {
    /// The tree that it stands in.
    pub tree: &'a ConfigTree<'t>,
    /// Its node.
    pub node: NodeId,
    /// Its unit.
    pub unit: UnitId,
    /// Its kind, as written.
    pub kind: &'a str,
    /// Its name; empty where it has none.
    pub name: &'a str,
    /// Its namespace; empty where the file names none.
    pub namespace: &'a str,
}

/// Reads an object.
pub(super) fn read<'t>(
    builder: &mut Builder<'t>,
    file: UnitId,
    tree: &ConfigTree<'t>,
    node: NodeId,
    roles: &Roles<'_>,
) {
    let Some(kind_node) = tree.get(node, "kind") else { return };
    let Some(kind) = tree.scalar(kind_node) else { return };
    let name = known(builder, tree, at(tree, node, &["metadata", "name"]));
    let namespace = known(builder, tree, at(tree, node, &["metadata", "namespace"]));
    let written_name = at(tree, node, &["metadata", "name"]).and_then(|id| tree.scalar(id));
    let called = written_name.map_or("without a name", |scalar| builder.raw(scalar.span.range()));
    let unit = builder.unit(file, format!("{} `{called}`", kind.text));
    let mut fact = builder
        .fact(FactKind::Object, unit, tree.node(kind_node).span.range())
        .with(Attribute::Kind, kind.text.clone())
        .with_some(Attribute::ApiVersion, text(tree, node, "apiVersion").map(str::to_owned))
        .with_some(Attribute::Name, name.map(str::to_owned))
        .with_some(Attribute::Namespace, namespace.map(str::to_owned));
    for &label in at(tree, node, &["metadata", "labels"]).iter().flat_map(|&labels| tree.children(labels)) {
        if let (Some(key), Some(value)) = (&tree.node(label).key, tree.scalar(label)) {
            fact = fact.with(Attribute::Label, format!("{}={}", key.text, value.text));
        }
    }
    fact.add();
    builder.settings(unit, control_plane::product(&kind.text), tree, node);
    workload::read(builder, unit, tree, node, &kind.text);
    let (name, namespace) = (name.unwrap_or_default(), namespace.unwrap_or_default());
    by_kind(builder, Object { tree, node, unit, kind: &kind.text, name, namespace }, roles);
}

/// Reads what only objects of this kind say.
fn by_kind(builder: &mut Builder<'_>, object: Object<'_, '_>, roles: &Roles<'_>) {
    match object.kind {
        "Role" | "ClusterRole" => rbac::role(builder, object),
        "RoleBinding" | "ClusterRoleBinding" => rbac::binding(builder, object, roles),
        "Service" => network::service(builder, object),
        "NetworkPolicy"
        | "CiliumNetworkPolicy"
        | "CiliumClusterwideNetworkPolicy"
        | "GlobalNetworkPolicy"
        | "SandboxTemplate" => network_policy::read(builder, object),
        "ConfigMap" => config_map::read(builder, object),
        _ if network::is_route(object.kind) => network::route(builder, object),
        _ => control_plane::read(builder, object),
    }
}

/// The text of a scalar, unless a template leaves it open.
pub(super) fn known<'a>(builder: &Builder<'_>, tree: &'a ConfigTree<'_>, id: Option<NodeId>) -> Option<&'a str> {
    let scalar = tree.scalar(id?)?;
    (!builder.is_open(&scalar.span.range())).then_some(scalar.text.as_ref())
}

/// The place of a node with its key.
pub(super) fn entry(tree: &ConfigTree<'_>, id: NodeId) -> Range<usize> {
    let node = tree.node(id);
    let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start);
    start as usize..node.span.end as usize
}

/// The labels in a mapping, as they are written: what a template fills in is the same where it is written the same.
pub(super) fn labels(builder: &Builder<'_>, tree: &ConfigTree<'_>, id: Option<NodeId>) -> Labels {
    let children = id.map_or(&[][..], |id| tree.children(id));
    let pairs = children.iter().filter_map(|&label| {
        let place = tree.scalar(label)?.span.range();
        let value = if builder.is_open(&place) { builder.raw(place) } else { tree.scalar(label)?.text.as_ref() };
        Some((tree.node(label).key.as_ref()?.text.to_string(), value.to_owned()))
    });
    pairs.collect()
}

/// What the objects of a text say of one kind: for each fact its words and the values of some attributes.
#[cfg(test)]
pub(super) fn told(text: &str, kind: FactKind, attributes: &[Attribute]) -> Vec<String> {
    use crate::model::ManifestKind;

    let masked = crate::parse::helm::mask(text);
    let is_template = masked != text;
    let manifest = if is_template { ManifestKind::HelmTemplate } else { ManifestKind::Kubernetes };
    let mut builder = Builder::new(manifest, text, &masked);
    super::read(&mut builder);
    let facts = builder.finish();
    let of_kind = facts.facts.iter().filter(|fact| fact.kind == kind);
    let told = of_kind.map(|fact| {
        let values = attributes.iter().map(|&attribute| fact.all(attribute).collect::<Vec<_>>().join("+"));
        format!("{} | {}", &text[fact.span.range()], values.collect::<Vec<_>>().join(" "))
    });
    told.collect()
}
