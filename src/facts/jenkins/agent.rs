//! Where a pipeline runs: labels of agents, images of containers, pods.

use std::borrow::Cow;
use std::ops::Range;

use super::groovy::{Reader, last};
use crate::facts::{UnitId, argument, image, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::groovy::{Kind, NodeId};

/// Tells what a call says of where something runs.
pub(super) fn call(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let name = script.node(id).name.text.clone();
    let first = script.positional(id, 0);
    match name.as_ref() {
        "image" | "docker" if is_inside(reader, id, &["docker", "agent", "containerTemplate", "dockerContainer"]) => {
            first.into_iter().for_each(|first| add_image(reader, first, unit));
        }
        "args" | "additionalBuildArgs" if is_inside(reader, id, &["docker", "dockerfile", "dockerContainer"]) => {
            first.into_iter().for_each(|first| options(reader, first, unit));
        }
        "docker" | "containerTemplate" | "dockerContainer" => {
            script.named(id, "image").into_iter().for_each(|image| add_image(reader, image, unit));
            script.named(id, "args").into_iter().for_each(|args| options(reader, args, unit));
            if script.named(id, "privileged").is_some_and(|value| script.source(value) == "true") {
                let place = script.named(id, "privileged").map_or(0..0, |value| script.node(value).span.clone());
                reader.builder.privilege(unit, place, "privileged", "true", "container");
            }
        }
        "hostPathVolume" => host_path(reader, id, unit),
        "docker.image" => {
            let is_run = !is_pushed(reader, id);
            first.filter(|_| is_run).into_iter().for_each(|first| add_image(reader, first, unit));
        }
        "docker.withServer" => first.into_iter().for_each(|first| daemon(reader, first, unit)),
        "node" | "label" | "customWorkspace" => label(reader, id, unit),
        _ if matches!(last(&name), "inside" | "withRun" | "run") => {
            let is_container = script.node(id).receiver.is_some_and(|receiver| {
                script.node(receiver).kind == Kind::Call && script.node(receiver).name.text.starts_with("docker.")
            });
            let is_variable = script.node(id).receiver.is_none() && last(&name) != "run";
            if is_container || is_variable {
                first.into_iter().for_each(|first| options(reader, first, unit));
            }
        }
        _ => {}
    }
}

/// Whether a call is a statement in the closure of one of these.
fn is_inside(reader: &Reader<'_, '_, '_, '_>, id: NodeId, names: &[&str]) -> bool {
    let mut around = reader.script.ancestors(id).skip(1).map(|id| reader.script.node(id));
    let is_closure = around.next().is_some_and(|node| node.kind == Kind::Closure);
    is_closure && around.next().is_some_and(|node| node.kind == Kind::Call && names.contains(&node.name.text.as_ref()))
}

/// Whether an image is only pushed or tagged, so that it is the pipeline's own.
fn is_pushed(reader: &Reader<'_, '_, '_, '_>, id: NodeId) -> bool {
    let parent = reader.script.node(id).parent.map(|parent| reader.script.node(parent));
    parent.is_some_and(|parent| parent.kind == Kind::Call && matches!(parent.name.text.as_ref(), "push" | "tag"))
}

fn add_image(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let node = reader.script.node(id);
    if node.kind != Kind::Text {
        return;
    }
    let text = &reader.script.text[node.content.clone()];
    // `"${image}"` may be anything, with a tag or without.
    if !text.trim_start().starts_with('$') {
        image::add(reader.builder, unit, text, node.content.clone(), "run");
    }
}

/// Reads a string of options for `docker run`.
fn options(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    if script.node(id).kind == Kind::Operation {
        let operands = script.node(id).children.clone();
        operands
            .into_iter()
            .filter(|&operand| script.node(operand).kind == Kind::Text)
            .for_each(|operand| options(reader, operand, unit));
        return;
    }
    if script.node(id).kind != Kind::Text {
        return;
    }
    let content = script.node(id).content.clone();
    let mut words = argument::quoted_words(&script.text[content.clone()]);
    words.iter_mut().for_each(|word| word.place = word.place.start + content.start..word.place.end + content.start);
    argument::add(reader.builder, unit, "docker", &words);
    shell::add_docker_options(reader.builder, unit, &words);
}

/// `hostPathVolume(hostPath: '/a', mountPath: '/b')` of a pod template.
fn host_path(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let text = |name| script.named(id, name).and_then(|value| script.literal(value)).map(Cow::into_owned);
    reader
        .builder
        .fact(FactKind::Mount, unit, script.node(id).span.clone())
        .with_some(Attribute::Source, text("hostPath"))
        .with_some(Attribute::Target, text("mountPath"))
        .with(Attribute::Kind, "bind")
        .with(Attribute::Writable, if text("readOnly").as_deref() == Some("true") { "false" } else { "true" })
        .add();
}

/// `docker.withServer('tcp://...')` is what `DOCKER_HOST` says elsewhere.
fn daemon(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let Some(text) = reader.script.literal(id) else { return };
    let place = reader.script.node(id).content.clone();
    let fact = reader.builder.fact(FactKind::Environment, unit, place.clone()).value_at(place);
    fact.with(Attribute::Name, "DOCKER_HOST")
        .with(Attribute::Value, text.into_owned())
        .with(Attribute::Origin, "literal")
        .add();
}

/// `node('x')`, `agent { label 'x' }`, `agent { node { label 'x' } }`.
fn label(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let name = &script.node(id).name.text;
    let is_agent = name == "node"
        || name == "label" && is_inside(reader, id, &["agent", "node", "docker", "dockerfile", "kubernetes"]);
    let value = script.positional(id, 0).or_else(|| script.named(id, "label"));
    let Some(value) = value.filter(|_| is_agent) else { return };
    let Some(text) = script.literal(value) else { return };
    setting(reader, unit, "agent.label", text.into_owned(), script.node(value).content.clone());
}

/// Adds a setting of a pipeline.
pub(super) fn setting(
    reader: &mut Reader<'_, '_, '_, '_>,
    unit: UnitId,
    key: &'static str,
    value: String,
    place: Range<usize>,
) {
    let fact = reader.builder.fact(FactKind::Setting, unit, place.clone()).value_at(place);
    fact.with(Attribute::Product, "jenkinsfile").with(Attribute::Key, key).with(Attribute::Value, value).add();
}
