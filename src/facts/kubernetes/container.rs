//! A container: its image, command line, variables, ports, privileges, volumes and limits.

use std::ops::Range;

use super::workload::Pod;
use super::{command, items, limit, place, privilege, text};
use crate::facts::{Builder, UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// Reads a container of a pod.
pub(super) fn read<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>, node: NodeId, called: &str) {
    let tree = pod.tree;
    // An item that a template prints is no mapping.
    if tree.children(node).is_empty() {
        return;
    }
    let name = text(tree, node, "name").unwrap_or("without a name");
    let label = if tree.get(node, "name").is_none() && called == "script" {
        called.to_owned()
    } else {
        format!("{called} `{name}`")
    };
    let unit = builder.unit(pod.unit, label);
    let kind = if called == "container" { kebab(pod.kind) } else { called.replace(' ', "-") };
    builder
        .fact(FactKind::Service, unit, name_place(tree, node))
        .with(Attribute::Kind, kind)
        .with(Attribute::Name, name.to_owned())
        .add();
    let image_node = tree.get(node, "image").and_then(|id| tree.scalar(id));
    if let Some(scalar) = image_node
        && !builder.is_open(&scalar.span.range())
    {
        image::add(builder, unit, &scalar.text, scalar.span.range(), "run");
    }
    let image = image_node.map_or("", |scalar| &scalar.text);
    command::read(builder, pod, unit, node, image);
    variables(builder, unit, tree, node);
    ports(builder, unit, tree, node);
    pull_policy(builder, pod, unit, node, image);
    privilege::of_container(builder, pod, unit, node, name);
    pod.volumes.mounted(builder, pod, unit, node);
    if called != "ephemeral container" {
        limit::read(builder, pod, unit, node);
    }
}

/// The place to show for what a container does not state: its name, else its image, else all of it.
pub(super) fn name_place(tree: &ConfigTree<'_>, container: NodeId) -> Range<usize> {
    let node = ["name", "image"].into_iter().find_map(|key| tree.get(container, key)).unwrap_or(container);
    tree.node(node).span.range()
}

fn variables<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, node: NodeId) {
    for &variable in items(tree, node, "env") {
        let Some(name_node) = tree.get(variable, "name") else { continue };
        let Some(name) = text(tree, variable, "name") else { continue };
        let name = name.to_owned();
        let value = tree.get(variable, "value");
        let end = value.map_or(tree.node(name_node).span.end, |value| tree.node(value).span.end);
        let start = tree.node(variable).span.start as usize;
        let fact = builder
            .fact(FactKind::Environment, unit, start..(end as usize).max(tree.node(name_node).span.end as usize))
            .with(Attribute::Name, name);
        match value.and_then(|value| tree.scalar(value)) {
            Some(value) => fact.with(Attribute::Origin, "literal").scalar(Attribute::Value, value).add(),
            None => {
                let from = tree.get(variable, "valueFrom").and_then(|from| tree.children(from).first());
                let key = from.and_then(|&from| tree.node(from).key.as_ref()).map_or("", |key| &key.text);
                let origin = match key {
                    "secretKeyRef" => "secret",
                    "configMapKeyRef" => "config",
                    _ => "reference",
                };
                fact.with(Attribute::Origin, origin).add();
            }
        }
    }
    for &source in items(tree, node, "envFrom") {
        for (key, origin) in [("secretRef", "secret"), ("configMapRef", "config")] {
            if let Some(reference) = tree.get(source, key) {
                builder.fact(FactKind::Environment, unit, place(tree, reference)).with(Attribute::Origin, origin).add();
            }
        }
    }
}

fn ports<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, node: NodeId) {
    for &port in items(tree, node, "ports") {
        let Some(number) = tree.get(port, "containerPort").and_then(|number| tree.scalar(number)) else { continue };
        let host = tree.get(port, "hostPort").filter(|&port| tree.scalar(port).is_some_and(|port| port.text != "0"));
        let whole = host.map_or_else(|| tree.node(port).span.range(), |host| place(tree, host));
        let address = text(tree, port, "hostIP").map(str::to_owned);
        let is_local = address.as_deref().is_some_and(|address| address.starts_with("127.") || address == "::1");
        let is_outside = host.is_some() && !is_local;
        let mut fact = builder
            .fact(FactKind::Port, unit, whole)
            .scalar(Attribute::Container, number)
            .with(Attribute::Exposure, if host.is_some() { "host-port" } else { "container" })
            .with(Attribute::Outside, if is_outside { "true" } else { "false" })
            .with(Attribute::Protocol, text(tree, port, "protocol").unwrap_or("TCP").to_ascii_lowercase())
            .with_some(Attribute::Address, address);
        if let Some(host) = host.and_then(|host| tree.scalar(host)) {
            fact = fact.scalar(Attribute::Host, host);
        }
        fact.add();
    }
}

/// When the image is fetched. Where it is not stated, the tag decides.
fn pull_policy<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>, unit: UnitId, node: NodeId, image: &str) {
    let setting = |builder: &mut Builder<'t>, place: Range<usize>, value: &'static str| {
        builder
            .fact(FactKind::Setting, unit, place)
            .with(Attribute::Product, "container")
            .with(Attribute::Key, "imagePullPolicy")
            .with(Attribute::Value, value)
            .add();
    };
    let stated = pod.tree.get(node, "imagePullPolicy").and_then(|policy| Some((policy, pod.tree.scalar(policy)?)));
    if let Some((policy, scalar)) = stated {
        builder
            .fact(FactKind::Setting, unit, place(pod.tree, policy))
            .with(Attribute::Product, "container")
            .with(Attribute::Key, "imagePullPolicy")
            .scalar(Attribute::Value, scalar)
            .add();
    } else if pod.is_complete
        && let Some(place) = pod.tree.get(node, "image").map(|image| place(pod.tree, image))
        && !builder.is_open(&place)
    {
        let is_moving = image::ImageReference::parse(image)
            .is_some_and(|image| image.digest.is_none() && image.tag.is_none_or(|tag| tag == "latest"));
        setting(builder, place, if is_moving { "Always" } else { "IfNotPresent" });
    }
}

/// `CronJob` as `cron-job`.
fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 2);
    for char in name.chars() {
        if char.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(char.to_ascii_lowercase());
    }
    kebab
}
