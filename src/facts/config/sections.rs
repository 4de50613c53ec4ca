//! Files of sections and blocks, where what is set in one says nothing of another: each is a unit.

use std::ops::Range;

use super::{Part, settings};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{NodeId, directives};

/// Reads lines of `name value` and `name = value` in sections: `[module]` as `rsyncd.conf` has them, or a line that begins with no
/// blank, as in `haproxy.cfg`. A name of several words has them all, one after the other, as keys: `stats`, `stats uri`.
pub(super) fn read_sections<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let is_bracketed = part.product != "haproxy";
    let mut unit = part.unit;
    let mut at = 0;
    for line in part.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let place = start + (line.len() - line.trim_start().len());
        let place = place..place + content.len();
        if is_bracketed {
            match content.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                Some(name) => unit = builder.unit(part.unit, format!("section `{name}`")),
                None => assignment(builder, unit, part, place),
            }
        } else if is_section(content) {
            unit = builder.unit(part.unit, format!("section `{content}`"));
        } else {
            statement(builder, unit, part, place);
        }
    }
}

/// Whether a line of HAProxy's begins a section.
fn is_section(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    matches!(
        word,
        "backend"
            | "cache"
            | "defaults"
            | "frontend"
            | "global"
            | "listen"
            | "mailers"
            | "peers"
            | "program"
            | "resolvers"
            | "userlist"
    )
}

/// A line `name = value`.
fn assignment<'t>(builder: &mut Builder<'t>, unit: UnitId, part: Part<'t>, place: Range<usize>) {
    let line = &part.text[place.clone()];
    let Some((name, value)) = line.split_once('=') else { return };
    let value = value.trim();
    builder
        .fact(FactKind::Setting, unit, place.clone())
        .value_at(place.end - value.len()..place.end)
        .with(Attribute::Product, part.product)
        .with(Attribute::Key, name.trim())
        .with(Attribute::Value, value)
        .add();
}

/// A line of words: the first and the first two are keys, and what follows each is a value.
fn statement<'t>(builder: &mut Builder<'t>, unit: UnitId, part: Part<'t>, place: Range<usize>) {
    let line = &part.text[place.clone()];
    let end = line.find(" #").unwrap_or(line.len());
    let line = line[..end].trim_end();
    let place = place.start..place.start + line.len();
    let first = line.find([' ', '\t']).unwrap_or(line.len());
    let after = line[first..].trim_start();
    let second = line.len() - after.len() + after.find([' ', '\t']).unwrap_or(after.len());
    let short = (line[..first].to_owned(), &line[first..]);
    let long = after.split_whitespace().next().map(|word| (format!("{} {word}", &line[..first]), &line[second..]));
    for (key, value) in std::iter::once(short).chain(long) {
        let value = value.trim();
        builder
            .fact(FactKind::Setting, unit, place.clone())
            .value_at(place.end - value.len()..place.end)
            .with(Attribute::Product, part.product)
            .with(Attribute::Key, key)
            .with(Attribute::Value, value)
            .add();
    }
}

/// Reads directives in blocks, as those of nginx and Apache. The key is the directive's name alone, since a file may be a part of
/// another; a block is a setting as well, its value what follows the name.
pub(super) fn read_blocks<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let tree = directives::parse(part.text);
    let mut open: Vec<(NodeId, UnitId)> = tree.documents.iter().map(|&document| (document, part.unit)).collect();
    while let Some((block, unit)) = open.pop() {
        for &child in tree.children(block) {
            let Some(key) = &tree.node(child).key else { continue };
            if tree.scalar(child).is_some() {
                if key.text != "#args" {
                    settings::add_node(builder, unit, part.product, &tree, child, key.text.to_string());
                }
                continue;
            }
            let arguments = tree.get(child, "#args").and_then(|arguments| tree.scalar(arguments));
            let arguments = arguments.map(|arguments| arguments.text.to_string()).unwrap_or_default();
            let inner = builder.unit(unit, block_label(&key.text, &arguments));
            builder
                .fact(FactKind::Setting, inner, key.span.range())
                .with(Attribute::Product, part.product)
                .with(Attribute::Key, key.text.clone())
                .with(Attribute::Value, arguments)
                .add();
            open.push((child, inner));
        }
    }
}

fn block_label(name: &str, arguments: &str) -> String {
    if arguments.is_empty() { format!("`{name}`") } else { format!("`{name} {arguments}`") }
}
