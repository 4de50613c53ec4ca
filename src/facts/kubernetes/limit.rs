//! Limits and requests of resources.

use super::container::name_place;
use super::place;
use super::workload::Pod;
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::NodeId;

/// What a container can be given, by where it stands.
const NAMES: [(&str, &str, &str); 4] = [
    ("limits", "cpu", "limits.cpu"),
    ("limits", "memory", "limits.memory"),
    ("requests", "cpu", "requests.cpu"),
    ("requests", "memory", "requests.memory"),
];

/// Tells the limits of a container. One that is not set has no value, and stands at the nearest place that could set it.
pub(super) fn read<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>, unit: UnitId, container: NodeId) {
    let tree = pod.tree;
    let of = |owner: NodeId| tree.get(owner, "resources");
    for (list, key, name) in NAMES {
        let stands = |owner: NodeId| tree.get(tree.get(of(owner)?, list)?, key);
        if let Some(node) = stands(container).or_else(|| stands(pod.specification)) {
            let fact = builder.fact(FactKind::Limit, unit, place(tree, node)).with(Attribute::Name, name);
            match tree.scalar(node) {
                Some(scalar) => fact.scalar(Attribute::Value, scalar).add(),
                None => fact.add(),
            }
            continue;
        }
        if pod.is_complete {
            let nearest = of(container).map(|resources| tree.get(resources, list).unwrap_or(resources));
            let place = nearest.map_or_else(|| name_place(tree, container), |node| place(tree, node));
            builder.fact(FactKind::Limit, unit, place).with(Attribute::Name, name).add();
        }
    }
}
