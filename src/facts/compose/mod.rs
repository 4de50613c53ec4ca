//! Facts of compose files, of every version, and of stack files for swarms.

mod command;
mod mount;
mod port;
mod privilege;
mod service;
#[cfg(test)]
mod tests;

use std::ops::Range;

use service::{Declared, Service};

use crate::facts::text::with_defaults;
use crate::facts::{Builder, Facts, UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, Style};

/// Top-level keys that are no services in the first version of the format, where services stand at the top.
const OTHER_KEYS: [&str; 7] = ["version", "name", "networks", "volumes", "secrets", "configs", "include"];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &document in &tree.documents {
        let services = tree.get(document, "services").unwrap_or(document);
        let declared = Declared::of(&tree, document, services);
        for &service in tree.children(services) {
            let Some(key) = &tree.node(service).key else { continue };
            let is_other =
                services == document && (OTHER_KEYS.contains(&key.text.as_ref()) || key.text.starts_with("x-"));
            if !is_other && !tree.children(service).is_empty() {
                read_service(builder, &Service::new(&tree, &declared, service), &key.text, key.span.range());
            }
        }
        mount::shared(builder, &tree, services);
        configs(builder, &tree, document);
    }
}

fn read_service<'t>(builder: &mut Builder<'t>, service: &Service<'_, 't>, name: &str, place: Range<usize>) {
    let unit = builder.unit(Facts::FILE, format!("service `{name}`"));
    builder
        .fact(FactKind::Service, unit, place.clone())
        .with(Attribute::Kind, "compose-service")
        .with(Attribute::Name, name.to_owned())
        .add();
    let image = service.scalar("image");
    let reference = image.map_or_else(String::new, |scalar| resolved(scalar));
    if let Some(scalar) = image {
        image::add(builder, unit, &reference, scalar.span.range(), "run");
    }
    builder.settings(unit, "compose", service.tree, service.node);
    command::read(builder, service, unit, &reference);
    variables(builder, service, unit);
    port::read(builder, service, unit);
    mount::read(builder, service, unit);
    privilege::read(builder, service, unit, &place);
    labels(builder, service, unit);
}

/// The text of a scalar with the defaults of its variables in their place; as it stands where one has none.
fn resolved(scalar: &Scalar<'_>) -> String {
    with_defaults(&scalar.text).unwrap_or_else(|| scalar.text.to_string())
}

/// The place of a node with its key.
fn place(tree: &ConfigTree<'_>, id: NodeId) -> Range<usize> {
    let node = tree.node(id);
    match &node.key {
        Some(key) => key.span.start as usize..(node.span.end as usize).max(key.span.end as usize),
        None => node.span.range(),
    }
}

/// A name and perhaps a value, out of `NAME: value` or `NAME=value`.
struct Pair<'a> {
    name: &'a str,
    value: Option<(&'a str, Range<usize>)>,
    whole: Range<usize>,
}

/// The pairs of a mapping, or of a list of texts.
fn pairs<'a>(tree: &'a ConfigTree<'_>, lists: &[NodeId]) -> Vec<Pair<'a>> {
    let entries = lists.iter().flat_map(|&list| tree.children(list));
    let pair = |&entry: &NodeId| {
        let scalar = tree.scalar(entry)?;
        let Some(key) = &tree.node(entry).key else {
            let (name, value) = match scalar.text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (scalar.text.as_ref(), None),
            };
            let end = scalar.span.end as usize;
            let start = |value: &str| end.saturating_sub(value.len()).max(scalar.span.start as usize);
            return Some(Pair {
                name,
                value: value.map(|value| (value, start(value)..end)),
                whole: scalar.span.range(),
            });
        };
        // A name alone takes its value from the environment of whoever starts it.
        let is_null = scalar.text.is_empty() && scalar.style == Style::Bare;
        let value = (!is_null).then(|| (scalar.text.as_ref(), scalar.span.range()));
        Some(Pair { name: &key.text, value, whole: place(tree, entry) })
    };
    entries.filter_map(pair).collect()
}

fn variables(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId) {
    for pair in pairs(service.tree, &service.all("environment")) {
        let known = pair.value.as_ref().and_then(|(value, _)| with_defaults(value));
        let mut fact = builder
            .fact(FactKind::Environment, unit, pair.whole)
            .with(Attribute::Name, pair.name.to_owned())
            .with(Attribute::Origin, if known.is_some() { "literal" } else { "reference" })
            .with_some(Attribute::Value, known);
        if let Some((_, place)) = pair.value {
            fact = fact.value_at(place);
        }
        fact.add();
    }
    let build = service.all("build");
    let arguments: Vec<NodeId> = build.iter().filter_map(|&build| service.tree.get(build, "args")).collect();
    for pair in pairs(service.tree, &arguments) {
        let Some((value, place)) = pair.value else { continue };
        builder
            .fact(FactKind::Environment, unit, pair.whole)
            .with(Attribute::Name, pair.name.to_owned())
            .with(Attribute::Origin, "argument")
            .with_some(Attribute::Value, with_defaults(value))
            .value_at(place)
            .add();
    }
}

/// Labels by which Traefik is configured, as its settings.
fn labels(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId) {
    let deployed = service.all("deploy").into_iter().filter_map(|deploy| service.tree.get(deploy, "labels"));
    let lists: Vec<NodeId> = service.all("labels").into_iter().chain(deployed).collect();
    for pair in pairs(service.tree, &lists) {
        let Some(key) = pair.name.strip_prefix("traefik.") else { continue };
        let Some((value, place)) = pair.value else { continue };
        builder
            .fact(FactKind::Setting, unit, pair.whole)
            .with(Attribute::Product, "traefik")
            .with(Attribute::Key, key.to_owned())
            .with_some(Attribute::Value, with_defaults(value))
            .value_at(place)
            .add();
    }
}

/// What stands in the file for `configs` and `secrets`, as settings of the file.
fn configs<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, document: NodeId) {
    for key in ["configs", "secrets"] {
        if let Some(list) = tree.get(document, key) {
            builder.settings(Facts::FILE, "compose", tree, list);
        }
    }
}
