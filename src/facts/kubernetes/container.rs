//! A container: its image, command line, variables and ports.

use super::text;
use crate::facts::argument::{self, Word};
use crate::facts::{Builder, UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// Reads a container of a pod.
pub(super) fn read<'t>(
    builder: &mut Builder<'t>,
    pod: UnitId,
    tree: &ConfigTree<'t>,
    node: NodeId,
    workload: &str,
    called: &str,
) {
    let name = text(tree, node, "name").unwrap_or("without a name");
    let unit = builder.unit(pod, format!("{called} `{name}`"));
    let kind = if called == "container" { kebab(workload) } else { called.replace(' ', "-") };
    let place = tree.get(node, "name").map_or(tree.node(node).span, |name| tree.node(name).span);
    builder
        .fact(FactKind::Service, unit, place.range())
        .with(Attribute::Kind, kind)
        .with(Attribute::Name, name.to_owned())
        .add();
    let image_node = tree.get(node, "image").and_then(|id| tree.scalar(id));
    if let Some(scalar) = image_node
        && !builder.is_open(&scalar.span.range())
    {
        image::add(builder, unit, &scalar.text, scalar.span.range(), "run");
    }
    command_line(builder, unit, tree, node, image_node.map_or("", |scalar| &scalar.text));
    variables(builder, unit, tree, node);
    ports(builder, unit, tree, node);
}

fn command_line<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, node: NodeId, image: &str) {
    let words = |key: &str| -> Vec<Word> {
        let list = tree.get(node, key);
        let scalars = list.iter().flat_map(|&list| tree.children(list)).filter_map(|&item| tree.scalar(item));
        scalars.map(|scalar| Word { text: scalar.text.to_string(), place: scalar.span.range() }).collect()
    };
    let mut words: Vec<Word> = words("command").into_iter().chain(words("args")).collect();
    let has_command = tree.get(node, "command").is_some_and(|list| !tree.children(list).is_empty());
    let program = if has_command && !words.is_empty() {
        let program = words.remove(0).text;
        program.rsplit('/').next().unwrap_or(&program).to_owned()
    } else {
        image::ImageReference::parse(image).map_or_else(String::new, |image| image.name.to_owned())
    };
    argument::add(builder, unit, &program, &words);
}

fn variables<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, node: NodeId) {
    let list = tree.get(node, "env");
    for &variable in list.iter().flat_map(|&list| tree.children(list)) {
        let Some(name) = text(tree, variable, "name") else { continue };
        let name = name.to_owned();
        let fact = builder
            .fact(FactKind::Environment, unit, tree.node(variable).span.range())
            .with(Attribute::Name, name);
        match tree.get(variable, "value").and_then(|value| tree.scalar(value)) {
            Some(value) => fact.with(Attribute::Origin, "literal").scalar(Attribute::Value, value).add(),
            None => fact.with(Attribute::Origin, "reference").add(),
        }
    }
}

fn ports<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, node: NodeId) {
    let list = tree.get(node, "ports");
    for &port in list.iter().flat_map(|&list| tree.children(list)) {
        let Some(number) = tree.get(port, "containerPort").and_then(|number| tree.scalar(number)) else { continue };
        let host = text(tree, port, "hostPort").filter(|port| *port != "0").map(str::to_owned);
        let is_outside = host.is_some();
        builder
            .fact(FactKind::Port, unit, tree.node(port).span.range())
            .scalar(Attribute::Container, number)
            .with(Attribute::Exposure, if is_outside { "host-port" } else { "container" })
            .with(Attribute::Outside, if is_outside { "true" } else { "false" })
            .with_some(Attribute::Host, host)
            .add();
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
