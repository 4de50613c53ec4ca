//! Credentials that a pipeline binds to variables, and what prints them.

use std::collections::HashSet;

use super::groovy::{Reader, is_in_environment, last};
use crate::facts::UnitId;
use crate::model::{Attribute, FactKind};
use crate::parse::groovy::{Kind, NodeId, Script};

/// Names under which bindings take the name of a variable that will hold a secret.
const LABELS: &[&str] = &[
    "passwordVariable",
    "passphraseVariable",
    "secretKeyVariable",
    "secretVariable",
    "tokenVariable",
    "clientSecretVariable",
    "accessTokenVariable",
    "envVar",
    "keystorePasswordVariable",
    "aliasVariable",
];

/// Bindings whose `variable` is the name of a file, not a secret.
const FILES: &[&str] =
    &["file", "zip", "dockerCert", "certificate", "FileBinding", "ZipFileBinding", "kubeconfigContent"];

/// The variables of a script that hold credentials.
pub(super) fn variables(script: &Script<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    for id in script.walk() {
        let node = script.node(id);
        match node.kind {
            Kind::Call | Kind::List => names.extend(bound(script, id).into_iter().map(|(name, _)| name)),
            Kind::Assignment if is_in_environment(script, id) => {
                let value = node.children.first().map(|&value| script.node(value));
                if value.is_some_and(|value| value.kind == Kind::Call && value.name.text == "credentials") {
                    names.insert(format!("{}_PSW", node.name.text));
                    names.insert(node.name.text.to_string());
                }
            }
            _ => {}
        }
    }
    names
}

/// The variables that one binding gives a secret, with the nodes that name them.
fn bound(script: &Script<'_>, id: NodeId) -> Vec<(String, NodeId)> {
    let class = script.named(id, "$class").and_then(|class| script.literal(class));
    let kind = class.as_deref().unwrap_or(&script.node(id).name.text);
    let is_secret = |label: &str| {
        LABELS.contains(&label)
            || label == "variable" && !FILES.contains(&kind) && script.named(id, "credentialsId").is_some()
    };
    let named = script.arguments(id).filter(|argument| argument.label.is_some_and(is_secret));
    named.filter_map(|argument| Some((script.literal(argument.id)?.into_owned(), argument.id))).collect()
}

/// Tells the variables that `withCredentials` and its like bind, as part of the environment of their closure.
pub(super) fn bindings(reader: &mut Reader<'_, '_, '_, '_>, id: NodeId, unit: UnitId) {
    let script = reader.script;
    if !matches!(script.node(id).name.text.as_ref(), "withCredentials" | "withVault") {
        return;
    }
    let mut open = script.node(id).children.clone();
    let mut at = 0;
    while let Some(&next) = open.get(at) {
        at += 1;
        let node = script.node(next);
        if !matches!(node.kind, Kind::List | Kind::Call) {
            continue;
        }
        open.extend(&node.children);
        for (name, place) in bound(script, next) {
            let fact = reader.builder.fact(FactKind::Environment, unit, script.node(place).content.clone());
            fact.with(Attribute::Name, name).with(Attribute::Origin, "secret").add();
        }
    }
}

/// Tells which lines of a script for the shell print credentials into the log. `start` is the place of its text.
pub(super) fn printed(reader: &mut Reader<'_, '_, '_, '_>, text: &str, start: usize, unit: UnitId) {
    if reader.flow.secrets.is_empty() {
        return;
    }
    let mut at = start;
    for line in text.split_inclusive('\n') {
        for command in line.split(['&', ';']) {
            let place = at..at + command.len();
            at = place.end + 1;
            let trimmed = command.trim();
            let begin = place.start + command.len() - command.trim_start().len();
            if let Some(source) = shown(reader, trimmed) {
                let fact = reader.builder.fact(FactKind::Expression, unit, begin..begin + trimmed.len());
                fact.with(Attribute::Sink, "log").with(Attribute::Source, source).add();
            }
        }
        // The last part ends with the line, not with a sign.
        at -= 1;
    }
}

/// The credential that a command prints.
fn shown(reader: &Reader<'_, '_, '_, '_>, command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let all = || Some("credential:*".to_owned());
    match words.as_slice() {
        ["printenv" | "env" | "export"] => all(),
        ["set", options] if options.starts_with('-') && options.contains('x') => all(),
        ["set", "-o", "xtrace"] => all(),
        ["echo" | "printf" | "Write-Host" | "Write-Output" | "printenv", ..] if !command.contains(['|', '>']) => {
            let mut names: Vec<&String> = reader.flow.secrets.iter().collect();
            names.sort();
            let is_named = |name: &&&String| {
                [
                    format!("${name}"),
                    format!("${{{name}}}"),
                    format!("%{name}%"),
                    format!("$env:{name}"),
                    format!("printenv {name}"),
                ]
                .iter()
                .any(|written| {
                    command.match_indices(written.as_str()).any(|(at, _)| {
                        let next = command[at + written.len()..].chars().next();
                        !next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '_')
                    })
                })
            };
            names.iter().find(is_named).map(|name| format!("credential:{name}"))
        }
        _ => None,
    }
}

/// Whether a call prints its argument into the log.
pub(super) fn is_print(name: &str) -> bool {
    matches!(name, "echo" | "print" | "println" | "error" | "unstable" | "warnError") || last(name) == "println"
}
