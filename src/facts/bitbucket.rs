//! Facts of Bitbucket Pipelines.

use crate::facts::pipeline::{self, Origin, Spelling, Variables};
use crate::facts::{Builder, Facts, UnitId, image as images};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

const PRODUCT: &str = "bitbucket-pipelines";

/// Variables that outsiders fill in.
const OUTSIDERS: &[&str] =
    &["BITBUCKET_BRANCH", "BITBUCKET_TAG", "BITBUCKET_BOOKMARK", "BITBUCKET_PR_DESTINATION_BRANCH"];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        builder.settings_without(
            Facts::FILE,
            PRODUCT,
            &tree,
            root,
            &tree.get(root, "pipelines").into_iter().collect::<Vec<_>>(),
        );
        if let Some(image) = tree.get(root, "image") {
            image_of(builder, Facts::FILE, &tree, image);
        }
        let services = tree.get(root, "definitions").and_then(|definitions| tree.get(definitions, "services"));
        for &service in services.map(|services| tree.children(services)).unwrap_or_default() {
            let name = tree.node(service).key.as_ref().map(|key| key.text.to_string()).unwrap_or_default();
            let unit = builder.unit(Facts::FILE, format!("service `{name}`"));
            part(builder, unit, &tree, service);
        }
        steps(builder, &tree, root);
    }
}

/// Every `step` of the document, wherever it stands: in branches, stages, parallel groups, definitions.
fn steps<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, root: NodeId) {
    let mut number = 0;
    for (node, found) in tree.iter() {
        let is_step = found.key.as_ref().is_some_and(|key| key.text == "step") && !tree.children(node).is_empty();
        if !is_step || tree.ancestors(node).last() != Some(root) {
            continue;
        }
        number += 1;
        let name = tree.get(node, "name").and_then(|name| tree.scalar(name));
        let label = name.map_or_else(|| format!("step {number}"), |name| format!("step `{}`", name.text));
        let unit = builder.unit(Facts::FILE, label);
        let place = found.key.as_ref().map_or(found.span.range(), |key| key.span.range());
        let service = builder.fact(FactKind::Service, unit, place).with(Attribute::Kind, "step");
        service.with_some(Attribute::Name, name.map(|name| name.text.to_string())).add();
        builder.settings(unit, PRODUCT, tree, node);
        part(builder, unit, tree, node);
    }
}

fn part<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, holder: NodeId) {
    if let Some(image) = tree.get(holder, "image") {
        image_of(builder, unit, tree, image);
    }
    if let Some(variables) = tree.get(holder, "variables").or_else(|| tree.get(holder, "environment")) {
        pipeline::environment(builder, unit, tree, variables, |text| text.contains('$'));
    }
    for key in ["script", "after-script"] {
        let items = tree.get(holder, key).map(|script| tree.children(script)).unwrap_or_default();
        for &item in items {
            if let Some(command) = tree.scalar(item) {
                pipeline::shell_with(builder, unit, command, &Variables { of: outsider, spellings: Spelling::Shell });
            } else if let Some(pipe) = tree.get(item, "pipe").and_then(|pipe| tree.scalar(pipe)) {
                let name = pipe.text.strip_prefix("docker://").unwrap_or(&pipe.text);
                images::add(builder, unit, name, pipe.span.range(), "action");
                if let Some(variables) = tree.get(item, "variables") {
                    pipeline::environment(builder, unit, tree, variables, |text| text.contains('$'));
                }
            }
        }
    }
}

fn image_of(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, node: NodeId) {
    let name = tree.scalar(node).or_else(|| tree.get(node, "name").and_then(|name| tree.scalar(name)));
    if let Some(name) = name {
        images::add(builder, unit, &name.text, name.span.range(), "run");
    }
}

fn outsider(name: &str) -> Option<Origin> {
    OUTSIDERS.contains(&name).then_some(Origin::Outsider)
}
