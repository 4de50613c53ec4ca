//! Containers that Terraform starts: tasks of ECS, pods, Docker's, and those of other clouds.

use std::ops::Range;

use super::{Resource, blocks, literal, text, texts, whole};
use crate::facts::argument::{self, Word};
use crate::facts::{Builder, UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Style, json};

/// Beginnings of the types of resources that run containers.
const KINDS: [&str; 12] = [
    "aws_ecs_task_definition",
    "aws_apprunner",
    "aws_batch",
    "aws_lightsail_container",
    "kubernetes_",
    "docker_container",
    "docker_service",
    "azurerm_container",
    "azurerm_linux_web_app",
    "google_cloud_run",
    "nomad_",
    "podman_",
];

/// Reads the containers of a resource: each mapping in it that names an image.
pub(super) fn read<'t>(builder: &mut Builder<'t>, resource: Resource<'_, 't>) {
    let Resource { kind, unit, tree, body } = resource;
    if !KINDS.iter().any(|start| kind.starts_with(start)) {
        return;
    }
    pod(builder, unit, tree, body);
    let mut open = vec![body];
    while let Some(id) = open.pop() {
        if tree.get(id, "image").is_some_and(|image| tree.scalar(image).is_some()) {
            container(builder, unit, tree, id);
        }
        for &child in tree.children(id).iter().rev() {
            let is_definitions = tree.node(child).key.as_ref().is_some_and(|key| key.text == "container_definitions");
            match tree.scalar(child) {
                Some(scalar) if is_definitions && matches!(scalar.style, Style::Block) => {
                    definitions(builder, unit, scalar.span.range());
                }
                Some(_) => {}
                None => open.push(child),
            }
        }
    }
}

/// Reads container definitions of ECS, written as JSON in a text.
fn definitions(builder: &mut Builder<'_>, unit: UnitId, place: Range<usize>) {
    let whole = builder.text();
    builder.inside(place.start, |builder| {
        let tree = json::parse(&whole[place]);
        let items = tree.documents.iter().flat_map(|&document| tree.children(document));
        for &item in items.filter(|&&item| tree.get(item, "image").is_some()) {
            container(builder, unit, &tree, item);
        }
    });
}

/// What is said of all containers of a resource.
fn pod<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, body: NodeId) {
    let mut open = vec![body];
    while let Some(id) = open.pop() {
        for (key, name) in [("host_network", "host-network"), ("host_pid", "host-pid"), ("host_ipc", "host-ipc")] {
            privilege(builder, unit, tree, id, key, name);
        }
        for (key, name) in [("network_mode", "host-network"), ("pid_mode", "host-pid"), ("ipc_mode", "host-ipc")] {
            let is_host = text(tree, id, key) == Some("host");
            if let (true, Some(node)) = (is_host, tree.get(id, key)) {
                let fact = builder.fact(FactKind::Privilege, unit, whole(tree, node)).with(Attribute::Name, name);
                fact.with(Attribute::Value, "true").with(Attribute::Origin, "service").add();
            }
        }
        open.extend(tree.children(id).iter().rev());
    }
}

fn privilege<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    tree: &ConfigTree<'t>,
    id: NodeId,
    key: &str,
    name: &'static str,
) {
    let Some(node) = tree.get(id, key) else { return };
    let Some(scalar) = tree.scalar(node).filter(|scalar| literal(scalar).is_some()) else { return };
    let fact = builder.fact(FactKind::Privilege, unit, whole(tree, node)).with(Attribute::Name, name);
    fact.with(Attribute::Origin, "container").scalar(Attribute::Value, scalar).add();
}

fn container<'t>(builder: &mut Builder<'t>, parent: UnitId, tree: &ConfigTree<'t>, id: NodeId) {
    let name = text(tree, id, "name").unwrap_or("without a name");
    let unit = builder.unit(parent, format!("container `{name}`"));
    let place =
        tree.get(id, "name").or_else(|| tree.get(id, "image")).map_or(0..0, |node| tree.node(node).span.range());
    let fact = builder.fact(FactKind::Service, unit, place).with(Attribute::Kind, "container");
    fact.with(Attribute::Name, name.to_owned()).add();
    let reference = tree.get(id, "image").and_then(|image| tree.scalar(image));
    let known = reference.and_then(|scalar| literal(scalar));
    if let (Some(scalar), Some(known)) = (reference, known) {
        image::add(builder, unit, known, scalar.span.range(), "run");
    }
    let program = known.and_then(image::ImageReference::parse).map_or("", |image| image.name).to_owned();
    for key in ["entrypoint", "entryPoint", "command", "commands", "args"] {
        let words: Vec<Word> = texts(tree, id, key)
            .into_iter()
            .map(|(text, place)| Word { text: text.to_owned(), place: inner(place, text) })
            .collect();
        argument::add(builder, unit, &program, &words);
    }
    variables(builder, unit, tree, id);
    ports(builder, unit, tree, id);
    privilege(builder, unit, tree, id, "privileged", "privileged");
    privilege(builder, unit, tree, id, "user", "user");
    for context in blocks(tree, id, "security_context") {
        for (key, name) in [
            ("privileged", "privileged"),
            ("run_as_user", "user"),
            ("run_as_non_root", "run-as-non-root"),
            ("allow_privilege_escalation", "allow-privilege-escalation"),
            ("read_only_root_filesystem", "read-only-root"),
        ] {
            privilege(builder, unit, tree, context, key, name);
        }
    }
}

/// The place of a text inside the quotes around it.
fn inner(place: Range<usize>, text: &str) -> Range<usize> {
    if place.len() == text.len() + 2 { place.start + 1..place.end - 1 } else { place }
}

fn variables<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, id: NodeId) {
    for key in ["environment", "env", "environment_variables"] {
        for node in blocks(tree, id, key) {
            // `NAME=value`, as Docker takes it.
            if let Some(scalar) = tree.scalar(node) {
                let Some((name, value)) = literal(scalar).and_then(|text| text.split_once('=')) else { continue };
                variable(builder, unit, scalar.span.range(), name, Some(value));
                continue;
            }
            match tree.get(node, "name") {
                Some(_) => {
                    let Some(name) = text(tree, node, "name") else { continue };
                    variable(builder, unit, tree.node(node).span.range(), name, text(tree, node, "value"));
                }
                None => {
                    for &child in tree.children(node) {
                        let (Some(key), Some(scalar)) = (&tree.node(child).key, tree.scalar(child)) else { continue };
                        variable(builder, unit, whole(tree, child), &key.text, literal(scalar));
                    }
                }
            }
        }
    }
}

fn variable(builder: &mut Builder<'_>, unit: UnitId, place: Range<usize>, name: &str, value: Option<&str>) {
    builder
        .fact(FactKind::Environment, unit, place)
        .with(Attribute::Name, name.to_owned())
        .with(Attribute::Origin, if value.is_some() { "literal" } else { "reference" })
        .with_some(Attribute::Value, value.map(str::to_owned))
        .add();
}

fn ports<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, id: NodeId) {
    for node in ["port", "ports", "portMappings"].into_iter().flat_map(|key| blocks(tree, id, key)) {
        let one = |keys: [&str; 4]| keys.into_iter().find_map(|key| text(tree, node, key)).map(str::to_owned);
        let Some(container) = one(["containerPort", "container_port", "internal", "port"]) else { continue };
        let host = one(["hostPort", "host_port", "external", "hostPort"]).filter(|port| port != "0");
        let address = one(["ip", "host_ip", "ip", "ip"]);
        let is_local = address.as_ref().is_some_and(|address| address.starts_with("127."));
        // A task of ECS has an address of its own, which its security group guards.
        let is_outside = host.is_some() && !is_local && tree.get(node, "containerPort").is_none();
        builder
            .fact(FactKind::Port, unit, tree.node(node).span.range())
            .with(Attribute::Container, container)
            .with(Attribute::Exposure, if is_outside { "published" } else { "container" })
            .with(Attribute::Outside, if is_outside { "true" } else { "false" })
            .with_some(Attribute::Host, host)
            .with_some(Attribute::Address, address)
            .add();
    }
}
