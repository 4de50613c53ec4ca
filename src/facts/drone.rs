//! Facts of Drone and Woodpecker.

use crate::facts::pipeline::{self, Origin, Spelling, Variables};
use crate::facts::{Builder, Facts, UnitId, image as images};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

const PRODUCT: &str = "drone";

/// Variables that outsiders fill in; the names of both systems.
const OUTSIDERS: &[&str] = &[
    "DRONE_BRANCH",
    "DRONE_COMMIT_BRANCH",
    "DRONE_COMMIT_MESSAGE",
    "DRONE_SOURCE_BRANCH",
    "DRONE_PULL_REQUEST_TITLE",
    "DRONE_TAG",
    "DRONE_COMMIT_AUTHOR_NAME",
    "DRONE_COMMIT_AUTHOR_EMAIL",
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_MESSAGE",
    "CI_COMMIT_SOURCE_BRANCH",
    "CI_COMMIT_PULL_REQUEST_LABELS",
    "CI_COMMIT_TAG",
    "CI_COMMIT_AUTHOR",
    "CI_COMMIT_AUTHOR_EMAIL",
];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        let groups: Vec<NodeId> =
            ["steps", "pipeline", "services", "clone"].iter().filter_map(|key| tree.get(root, key)).collect();
        builder.settings_without(Facts::FILE, PRODUCT, &tree, root, &groups);
        for group in groups {
            for &step in tree.children(group) {
                let key = tree.node(step).key.as_ref().map(|key| key.text.to_string());
                let name =
                    tree.get(step, "name").and_then(|name| tree.scalar(name)).map(|name| name.text.to_string()).or(key);
                let unit = builder.unit(Facts::FILE, format!("step `{}`", name.clone().unwrap_or_default()));
                let service =
                    builder.fact(FactKind::Service, unit, tree.node(step).span.range()).with(Attribute::Kind, "step");
                service.with_some(Attribute::Name, name).add();
                self::step(builder, unit, &tree, step);
            }
        }
        host_volumes(builder, &tree, root);
    }
}

fn step<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, step: NodeId) {
    builder.settings(unit, PRODUCT, tree, step);
    if let Some(image) = tree.get(step, "image").and_then(|image| tree.scalar(image)) {
        images::add(builder, unit, &image.text, image.span.range(), "run");
    }
    if let Some((node, scalar)) = tree.get(step, "privileged").and_then(|node| Some((node, tree.scalar(node)?))) {
        let place = key_start(tree, node)..scalar.span.end as usize;
        let fact = builder.fact(FactKind::Privilege, unit, place).with(Attribute::Name, "privileged");
        fact.scalar(Attribute::Value, scalar).with(Attribute::Origin, "container").add();
    }
    for key in ["environment", "settings"] {
        if let Some(variables) = tree.get(step, key) {
            pipeline::environment(builder, unit, tree, variables, |text| text.contains('$'));
        }
    }
    if let Some(commands) = tree.get(step, "commands") {
        for command in pipeline::scalars(tree, commands) {
            pipeline::shell_with(builder, unit, command, &Variables { of: outsider, spellings: Spelling::Shell });
        }
    }
}

fn key_start(tree: &ConfigTree<'_>, node: NodeId) -> usize {
    let node = tree.node(node);
    node.key.as_ref().map_or(node.span.start, |key| key.span.start) as usize
}

/// `volumes: [{name, host: {path}}]` are parts of the host that steps can mount.
fn host_volumes(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, root: NodeId) {
    let volumes = tree.get(root, "volumes").map(|volumes| tree.children(volumes)).unwrap_or_default();
    for &volume in volumes {
        let Some(path) =
            tree.get(volume, "host").and_then(|host| tree.get(host, "path")).and_then(|path| tree.scalar(path))
        else {
            continue;
        };
        let fact = builder
            .fact(FactKind::Mount, Facts::FILE, path.span.range())
            .with(Attribute::Source, path.text.to_string());
        fact.with(Attribute::Kind, "bind").with(Attribute::Writable, "true").add();
    }
}

fn outsider(name: &str) -> Option<Origin> {
    OUTSIDERS.contains(&name).then_some(Origin::Outsider)
}
