//! Steps of pipelines: what they run, what they load, what is put into their text.

use std::borrow::Cow;
use std::ops::Range;

use super::groovy::{Reader, head, last};
use super::{agent, secret};
use crate::facts::{UnitId, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::groovy::{Kind, NodeId, Script};

/// Steps that hand a text to a shell.
const SHELLS: &[&str] = &["sh", "bat", "powershell", "pwsh"];
/// Names of variables that stand for the pipeline in shared libraries.
const SELF: &[&str] = &["steps", "script", "this", "pipeline", "ctx", "context", "jenkins", "dsl"];

/// Tells what a step does.
pub(super) fn call(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let name = script.node(id).name.text.clone();
    instruction(reader, id, unit);
    let step = step_name(&name);
    let first = script.positional(id, 0);
    match step {
        _ if SHELLS.contains(&step) => {
            let text = script.named(id, "script").or(first);
            text.into_iter().for_each(|text| run(reader, text, unit, step));
        }
        "sshCommand" => sink(reader, script.named(id, "command"), unit, "run"),
        "evaluate" | "Eval.me" => sink(reader, first, unit, "script"),
        "library" => {
            let text = script.named(id, "identifier").or(first);
            text.into_iter().for_each(|text| library(reader, text, unit));
        }
        _ if last(step) == "execute" => executed(reader, id, unit),
        _ if secret::is_print(step) => printed(reader, first.or_else(|| script.named(id, "message")), unit),
        _ => {}
    }
}

/// A step's name without the variable that stands for the pipeline: `steps.sh` is `sh`.
fn step_name(name: &str) -> &str {
    match name.split_once('.') {
        Some((first, rest)) if SELF.contains(&first) && !rest.contains('.') => rest,
        _ => name,
    }
}

/// Adds the step itself, with its text and its options.
fn instruction(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let node = script.node(id);
    if node.name.text.is_empty() || node.kind == Kind::New {
        return;
    }
    let first = script.positional(id, 0).or_else(|| script.named(id, "script"));
    let text = first.filter(|&first| script.node(first).kind == Kind::Text);
    let options: Vec<String> = script
        .arguments(id)
        .filter(|argument| is_simple(script, argument.id))
        .filter_map(|argument| {
            Some(format!("{}={}", argument.label?, script.source(argument.id).trim_matches(['"', '\''])))
        })
        .collect();
    let place = head(script, id);
    let mut fact = reader.builder.fact(FactKind::Instruction, unit, place);
    fact = fact.with(Attribute::Name, step_name(&node.name.text).to_owned());
    if let Some(text) = text {
        let content = script.node(text).content.clone();
        fact = fact.with(Attribute::Text, script.text[content.clone()].to_owned()).value_at(content);
    }
    let is_constant = |id: &NodeId| matches!(script.source(*id), "true" | "false" | "null");
    fact = fact.with_some(Attribute::Text, first.filter(is_constant).map(|first| script.source(first).to_owned()));
    for option in options {
        fact = fact.with(Attribute::Option, option);
    }
    fact.add();
}

/// Whether an argument is a text, a name or a number, or a list of such.
fn is_simple(script: &Script<'_>, id: NodeId) -> bool {
    let is_plain = |id: NodeId| matches!(script.node(id).kind, Kind::Text | Kind::Name | Kind::Number);
    is_plain(id) || script.node(id).kind == Kind::List && script.node(id).children.iter().all(|&child| is_plain(child))
}

/// Reads what is handed to a shell.
fn run(reader: &mut Reader<'_, '_, '_, '_>, text: NodeId, unit: UnitId, step: &str) {
    let script = reader.script;
    sink(reader, Some(text), unit, "run");
    let mut open = vec![text];
    while let Some(id) = open.pop() {
        let node = script.node(id);
        match node.kind {
            Kind::Text => {
                let start = node.content.start;
                let masked = masked(script, id);
                let masked = masked
                    .strip_prefix('@')
                    .filter(|_| step == "bat")
                    .map_or(masked.clone(), |rest| format!(" {rest}"));
                secret::printed(reader, &masked, start, unit);
                shell::read(reader.builder, unit, &masked, start);
            }
            Kind::Operation | Kind::Ternary => open.extend(node.children.iter().rev()),
            // `'''...'''.stripIndent()`
            Kind::Call => open.extend(node.receiver),
            _ => {}
        }
    }
}

/// The text of a string as a shell gets it, as long as it is written, so that places fit: what is put in is a variable, and escapes
/// are resolved with a blank beside them where none disturbs.
fn masked(script: &Script<'_>, id: NodeId) -> String {
    let node = script.node(id);
    let content = &script.text[node.content.clone()];
    let mut text: Vec<u8> = Vec::with_capacity(content.len());
    let bytes = content.as_bytes();
    let keeps_escapes = script.source(id).starts_with(['/', '$']);
    let (mut at, mut is_quoted) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().filter(|_| byte == b'\\' && !keeps_escapes);
        match next {
            Some(b'n') => text.extend(b" \n"),
            Some(b't' | b'r') => text.extend(b"  "),
            Some(b'\\') => text.extend(b" \\"),
            Some(quote @ (b'"' | b'\'')) => {
                let before = text
                    .last()
                    .is_none_or(|before| before.is_ascii_whitespace() || matches!(before, b'(' | b';' | b'|'));
                let after = bytes
                    .get(at + 2)
                    .is_none_or(|after| after.is_ascii_whitespace() || matches!(after, b')' | b';' | b'|'));
                let blank_first = if is_quoted { !after } else { before };
                text.extend(if blank_first { [b' ', quote] } else { [quote, b' '] });
                is_quoted = !is_quoted;
            }
            // The shell's own `$(` stays one; an escaped variable is told by its `$` in any case.
            Some(b'$') if bytes.get(at + 2) == Some(&b'(') => text.extend(b" $"),
            _ => {
                text.push(byte);
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    for &child in &node.children {
        let place = script.node(child).content.clone();
        let inside = place.start.saturating_sub(node.content.start)..place.end.saturating_sub(node.content.start);
        let bytes = text.get_mut(inside).unwrap_or_default();
        let length = bytes.len();
        for (at, byte) in bytes.iter_mut().enumerate() {
            let is_edge = at < 2 && matches!(byte, b'$' | b'{') || at + 1 == length && *byte == b'}';
            if !is_edge && !byte.is_ascii_alphanumeric() && *byte != b'\n' {
                *byte = b'_';
            }
        }
    }
    String::from_utf8(text).unwrap_or_else(|_| " ".repeat(content.len()))
}

/// Adds what outside text an expression puts into code.
fn sink(reader: &mut Reader<'_, '_, '_, '_>, value: Option<NodeId>, unit: UnitId, sink: &'static str) {
    let Some(value) = value else { return };
    let script = reader.script;
    let mut open = vec![value];
    while let Some(id) = open.pop() {
        let node = script.node(id);
        if matches!(node.kind, Kind::Text | Kind::Operation | Kind::Ternary) {
            open.extend(node.children.iter().rev());
            continue;
        }
        // `"""...""".stripIndent()`
        let text =
            node.receiver.filter(|&receiver| node.kind == Kind::Call && script.node(receiver).kind == Kind::Text);
        if let Some(text) = text {
            open.push(text);
            continue;
        }
        let place = part_place(script, id);
        for source in reader.flow.sources(id) {
            let fact = reader.builder.fact(FactKind::Expression, unit, place.clone());
            fact.with(Attribute::Sink, sink).with(Attribute::Source, source).add();
        }
    }
}

/// The place of what is put into a string, with its `$` and braces; of other values their own.
fn part_place(script: &Script<'_>, id: NodeId) -> Range<usize> {
    let node = script.node(id);
    let is_in_string = node.parent.is_some_and(|parent| script.node(parent).kind == Kind::Text);
    if is_in_string { node.content.clone() } else { node.span.clone() }
}

/// `"git clone ${x}".execute()`: Groovy's way to run a command.
fn executed(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let receiver = reader.script.node(id).receiver;
    let is_text = receiver.is_some_and(|receiver| matches!(reader.script.node(receiver).kind, Kind::Text | Kind::List));
    if is_text {
        sink(reader, receiver, unit, "run");
    }
}

/// What is printed into the log; only credentials matter there.
fn printed(reader: &mut Reader<'_, '_, '_, '_>, value: Option<NodeId>, unit: UnitId) {
    let Some(value) = value else { return };
    let script = reader.script;
    let parts = if script.node(value).kind == Kind::Text { script.node(value).children.clone() } else { vec![value] };
    for part in parts {
        let place = part_place(script, part);
        for source in reader.flow.sources(part).into_iter().filter(|source| source.starts_with("credential:")) {
            let fact = reader.builder.fact(FactKind::Expression, unit, place.clone());
            fact.with(Attribute::Sink, "log").with(Attribute::Source, source).add();
        }
    }
}

/// `@Library('x@1')`, `@Grab('...')`.
pub(super) fn annotation(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let node = script.node(id);
    if node.name.text == "Library" {
        let mut open = node.children.clone();
        let mut at = 0;
        while let Some(&next) = open.get(at) {
            at += 1;
            open.extend(script.node(next).children.iter().filter(|_| script.node(next).kind == Kind::List));
            library(reader, next, unit);
        }
    }
    let text = script.positional(id, 0).and_then(|first| script.literal(first)).map(Cow::into_owned);
    let fact = reader.builder.fact(FactKind::Instruction, unit, node.span.clone());
    fact.with(Attribute::Name, format!("@{}", node.name.text)).with_some(Attribute::Text, text).add();
}

/// Adds a shared library: `name` or `name@version`.
fn library(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    let node = script.node(id);
    if node.kind != Kind::Text {
        return;
    }
    let text = &script.text[node.content.clone()];
    let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
    let is_open = !node.children.is_empty();
    let pinned = version.is_some_and(|version| is_open || is_pinned(version));
    reader
        .builder
        .fact(FactKind::Uses, unit, node.content.clone())
        .value_at(node.content.clone())
        .with(Attribute::Kind, "library")
        .with(Attribute::Name, name.to_owned())
        .with_some(Attribute::Version, version.map(str::to_owned))
        .with(Attribute::Pinned, if pinned { "true" } else { "false" })
        .add();
}

/// Whether a version is a tag or commit and no branch that moves.
fn is_pinned(version: &str) -> bool {
    const BRANCHES: &[&str] = &[
        "",
        "master",
        "main",
        "develop",
        "dev",
        "trunk",
        "latest",
        "head",
        "stable",
        "production",
        "prod",
        "release",
        "staging",
    ];
    let version = version.to_ascii_lowercase();
    let is_branch = BRANCHES.contains(&version.as_str()) || version.contains('/') && !version.starts_with("refs/tags/");
    !is_branch
}

/// Options of SSH in any string: they stand in scripts, in variables and in options of git alike.
pub(super) fn text(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let content = reader.script.node(id).content.clone();
    let text = &reader.script.text[content.clone()];
    for name in ["StrictHostKeyChecking", "UserKnownHostsFile"] {
        for (at, _) in text.match_indices(name) {
            let rest = &text[at + name.len()..];
            let blanks = rest.len() - rest.trim_start_matches(['=', ' ', '"', '\\']).len();
            let value = &rest[blanks..];
            let value = &value[..value
                .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '-' | '_'))
                .unwrap_or(value.len())];
            if blanks > 0 && !value.is_empty() {
                let start = content.start + at;
                agent::setting(reader, unit, name, value.to_owned(), start..start + name.len() + blanks + value.len());
            }
        }
    }
}
