//! Facts of compose files, of every version.

use crate::facts::argument::{self, Word};
use crate::facts::text::with_defaults;
use crate::facts::{Builder, Facts, UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, yaml};

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = yaml::parse(builder.text());
    builder.problems(&tree);
    for &document in &tree.documents {
        // In the first version services stand at the top.
        let services = tree.get(document, "services").unwrap_or(document);
        for &service in tree.children(services) {
            read_service(builder, &tree, service);
        }
    }
}

fn read_service<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, service: NodeId) {
    let Some(key) = &tree.node(service).key else { return };
    let unit = builder.unit(Facts::FILE, format!("service `{}`", key.text));
    builder
        .fact(FactKind::Service, unit, key.span.range())
        .with(Attribute::Kind, "compose-service")
        .with(Attribute::Name, key.text.clone())
        .add();
    let image = tree.get(service, "image").and_then(|image| tree.scalar(image));
    if let Some(scalar) = image {
        let text = with_defaults(&scalar.text).unwrap_or_else(|| scalar.text.to_string());
        image::add(builder, unit, &text, scalar.span.range(), "run");
    }
    builder.settings(unit, "compose", tree, service);
    command_line(builder, unit, tree, service, image.map_or("", |scalar| &scalar.text));
    variables(builder, unit, tree, service);
    ports(builder, unit, tree, service);
}

fn command_line<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, service: NodeId, image: &str) {
    let program = image::ImageReference::parse(image).map_or("", |image| image.name).to_owned();
    for key in ["entrypoint", "command"] {
        let Some(node) = tree.get(service, key) else { continue };
        let words: Vec<Word> = match tree.scalar(node) {
            Some(scalar) => words(scalar),
            None => {
                let items = tree.children(node).iter().filter_map(|&item| tree.scalar(item));
                items.map(|item| Word { text: item.text.to_string(), place: item.span.range() }).collect()
            }
        };
        argument::add(builder, unit, &program, &words);
    }
}

/// The words of a command that is written as one text.
fn words(scalar: &Scalar<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in scalar.text.split_whitespace() {
        let start = at + scalar.text[at..].find(word).unwrap_or(0);
        at = start + word.len();
        let start = scalar.span.start as usize + start;
        let end = (start + word.len()).min(scalar.span.end as usize);
        words.push(Word { text: word.trim_matches(['"', '\'']).to_owned(), place: start.min(end)..end });
    }
    words
}

fn variables<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, service: NodeId) {
    let Some(list) = tree.get(service, "environment") else { return };
    for &variable in tree.children(list) {
        let Some(scalar) = tree.scalar(variable) else { continue };
        let span = tree.node(variable).span;
        match &tree.node(variable).key {
            Some(key) => {
                let whole = key.span.start as usize..span.end as usize;
                variable_fact(builder, unit, &key.text, Some((&scalar.text, scalar.span.range())), whole);
            }
            None => {
                let (name, value) = match scalar.text.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (scalar.text.as_ref(), None),
                };
                let end = scalar.span.end as usize;
                let value = value.map(|value| (value, end.saturating_sub(value.len())..end));
                variable_fact(builder, unit, name, value, scalar.span.range());
            }
        }
    }
}

fn variable_fact(
    builder: &mut Builder<'_>,
    unit: UnitId,
    name: &str,
    value: Option<(&str, std::ops::Range<usize>)>,
    whole: std::ops::Range<usize>,
) {
    let known = value.as_ref().and_then(|(value, _)| with_defaults(value));
    let mut fact = builder
        .fact(FactKind::Environment, unit, whole)
        .with(Attribute::Name, name.to_owned())
        .with(Attribute::Origin, if known.is_some() { "literal" } else { "reference" })
        .with_some(Attribute::Value, known);
    if let Some((_, place)) = value {
        fact = fact.value_at(place);
    }
    fact.add();
}

fn ports<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, service: NodeId) {
    let Some(list) = tree.get(service, "ports") else { return };
    for &port in tree.children(list) {
        let Some(scalar) = tree.scalar(port) else { continue };
        let text = with_defaults(&scalar.text).unwrap_or_else(|| scalar.text.to_string());
        let (text, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
        let parts: Vec<&str> = text.rsplitn(3, ':').collect();
        let (container, host, address) = (parts[0], parts.get(1).copied(), parts.get(2).copied());
        let is_local = address.is_some_and(|address| address.starts_with("127.") || address == "localhost");
        builder
            .fact(FactKind::Port, unit, tree.node(port).span.range())
            .with(Attribute::Container, container.to_owned())
            .with_some(Attribute::Host, host.filter(|host| !host.is_empty()).map(str::to_owned))
            .with_some(Attribute::Address, address.map(str::to_owned))
            .with(Attribute::Protocol, protocol.to_owned())
            .with(Attribute::Exposure, "published")
            .with(Attribute::Outside, if is_local { "false" } else { "true" })
            .add();
    }
}
