//! What scripts set on Jenkins itself: security realms, strategies, switches, accounts.
//!
//! `instance.setCrumbIssuer(null)` and `instance.crumbIssuer = null` both are the setting `setCrumbIssuer`; what is made by `new X(...)`
//! is the setting `X` with its first argument.

use std::borrow::Cow;

use super::grant;
use super::groovy::{Reader, last};
use crate::facts::UnitId;
use crate::model::{Attribute, FactKind};
use crate::parse::groovy::{Kind, Name, NodeId};

/// How the names of methods begin that change something.
const BEGINNINGS: &[&str] = &["set", "disable", "enable", "approve", "preapprove", "createAccount", "addSignature"];

/// Constants that switch security off.
const CONSTANTS: &[&str] = &["UNSECURED", "Unsecured", "NO_AUTHENTICATION"];

/// Tells what a call sets.
pub(super) fn call(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let node = script.node(id);
    let name = node.name.clone();
    let method = last(&name.text);
    let count = script.arguments(id).count();
    if node.kind == Kind::New {
        let class = class_name(&name.text);
        let number = if class.starts_with("UsernamePassword") { 4 } else { 0 };
        return add(reader, id, unit, &class, script.positional(id, number));
    }
    match (name.text.as_ref(), method) {
        ("System.setProperty", _) if count == 2 => property(reader, id, unit),
        (_, "fromString") if name.text == "Secret.fromString" || name.text == "hudson.util.Secret.fromString" => {
            add(reader, id, unit, "Secret.fromString", script.positional(id, 0));
        }
        (_, "createAccount") if count == 2 => add(reader, id, unit, method, script.positional(id, 1)),
        (_, "add") if count == 2 => permission(reader, id, unit),
        _ if BEGINNINGS.iter().any(|beginning| method.starts_with(beginning)) => {
            add(reader, id, unit, method, script.positional(id, 0));
        }
        _ => {}
    }
}

/// The last name of a class, with the one that holds it: `AuthorizationStrategy.Unsecured`.
fn class_name(path: &str) -> String {
    let is_class = |name: &&str| name.starts_with(|c: char| c.is_ascii_uppercase());
    path.split(['.', '$']).filter(is_class).collect::<Vec<_>>().join(".")
}

/// `instance.crumbIssuer = null` is `setCrumbIssuer(null)`.
pub(super) fn assignment(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let node = script.node(id);
    let is_property = node.receiver.is_some_and(|target| {
        let target = script.node(target);
        target.kind == Kind::Member || target.name.text.contains('.')
    });
    let property = last(&node.name.text);
    let Some(first) = property.chars().next().filter(|_| is_property) else { return };
    let key = format!("set{}{}", first.to_ascii_uppercase(), &property[first.len_utf8()..]);
    add(reader, id, unit, &key, node.children.first().copied());
}

/// Constants such as `AuthorizationStrategy.UNSECURED`.
pub(super) fn name(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let name = reader.script.node(id).name.text.clone();
    if CONSTANTS.contains(&last(&name)) && name.contains('.') {
        add(reader, id, unit, &class_name(&name), None);
    }
}

/// Adds a setting with the texts of its value.
fn add(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId, key: &str, value: Option<NodeId>) {
    let script = reader.script;
    let place = script.node(id).span.clone();
    let key = Name { text: key.into(), span: place.clone() };
    let Some(value) = value else {
        return reader.setting(unit, &key, None, None, place);
    };
    let node = script.node(value);
    let constant = match node.kind {
        Kind::Text => script.literal(value).map(Cow::into_owned),
        Kind::Number => Some(script.source(value).to_owned()),
        Kind::Name if matches!(node.name.text.as_ref(), "true" | "false" | "null") => Some(node.name.text.to_string()),
        _ => None,
    };
    let value_place = if node.kind == Kind::Text { node.content.clone() } else { node.span.clone() };
    // Of a collection, each text in it.
    let mut texts = Vec::new();
    let mut open = vec![value];
    while let (Some(next), None) = (open.pop(), &constant) {
        let inner = script.node(next);
        if matches!(inner.kind, Kind::List | Kind::New | Kind::Call) {
            open.extend(inner.children.iter().rev());
        } else if next != value {
            texts.extend(script.literal(next).map(|text| (text.into_owned(), inner.content.clone())));
        }
    }
    if texts.is_empty() {
        return reader.setting(unit, &key, constant, Some(value_place), place);
    }
    for (text, text_place) in texts {
        reader.setting(unit, &key, Some(text), Some(text_place), place.clone());
    }
}

/// `System.setProperty('name', 'value')` is `-Dname=value`.
fn property(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let text = |number| script.positional(id, number).and_then(|value| script.literal(value));
    let Some(name) = text(0) else { return };
    let mut fact = reader
        .builder
        .fact(FactKind::Argument, unit, script.node(id).span.clone())
        .with(Attribute::Program, "java")
        .with(Attribute::Flag, format!("-D{name}"))
        .with(Attribute::Text, format!("-D{name}"));
    if let (Some(text), Some(value)) = (text(1), script.positional(id, 1)) {
        fact = fact.with(Attribute::Value, text.into_owned()).value_at(script.node(value).content.clone());
    }
    fact.add();
}

/// `strategy.add(Jenkins.ADMINISTER, 'anonymous')`.
fn permission(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let (Some(permission), Some(subject)) = (script.positional(id, 0), script.positional(id, 1)) else { return };
    let Some(subject) = script.literal(subject) else { return };
    let node = script.node(permission);
    if node.kind == Kind::Name && node.name.text.contains('.') {
        let permission = node.name.text.clone();
        grant::add(reader.builder, unit, &permission, &subject, None, script.node(id).span.clone());
    }
}
