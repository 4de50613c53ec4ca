//! What a container runs: its command line, scripts, hooks and probes, and what templates put into them.

use std::ops::Range;

use super::workload::Pod;
use super::{at, items};
use crate::facts::argument::{self, Word};
use crate::facts::{Builder, UnitId, image, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::{NodeId, Scalar};

/// Programs that run the text that follows such a flag.
const INTERPRETERS: [&str; 14] = [
    "sh", "bash", "ash", "dash", "zsh", "ksh", "busybox", "python", "python3", "python2", "node", "ruby", "perl",
    "pwsh",
];

/// Where commands stand that the kubelet runs beside the main one.
const HOOKS: [&[&str]; 5] = [
    &["lifecycle", "postStart", "exec", "command"],
    &["lifecycle", "preStop", "exec", "command"],
    &["livenessProbe", "exec", "command"],
    &["readinessProbe", "exec", "command"],
    &["startupProbe", "exec", "command"],
];

/// Tells the command line of a container, its scripts and its hooks. `image` is the reference of its image.
pub(super) fn read<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>, unit: UnitId, container: NodeId, image: &str) {
    let scalars = |key: &str| -> Vec<&Scalar<'t>> {
        items(pod.tree, container, key).iter().filter_map(|&item| pod.tree.scalar(item)).collect()
    };
    let command = scalars("command");
    let line: Vec<&Scalar<'t>> = command.iter().chain(&scalars("args")).copied().collect();
    let words: Vec<Word> =
        line.iter().map(|scalar| Word { text: scalar.text.to_string(), place: scalar.span.range() }).collect();
    let of_image = image::ImageReference::parse(image).map_or("", |image| image.name);
    let whole = if command.is_empty() { argument::with_program(of_image, &words) } else { Some(words.clone()) };
    match &whole {
        Some(words) => shell::read_words(builder, unit, words),
        None => argument::add(builder, unit, of_image, &words),
    }
    let program = whole.and_then(|words| words.into_iter().next());
    let program = program.map_or_else(|| of_image.to_owned(), |program| shell::base_name(&program.text).to_owned());
    if let Some((_, rest)) = line.split_first() {
        inline_script(builder, unit, &program, rest);
    }
    scripts(builder, pod, unit, container, &program);
    for way in HOOKS {
        let list = at(pod.tree, container, way).map_or(&[][..], |list| pod.tree.children(list));
        let line: Vec<&Scalar<'t>> = list.iter().filter_map(|&item| pod.tree.scalar(item)).collect();
        if let Some((program, rest)) = line.split_first() {
            let words = line.iter().map(|scalar| Word { text: scalar.text.to_string(), place: scalar.span.range() });
            shell::read_words(builder, unit, &words.collect::<Vec<_>>());
            inline_script(builder, unit, shell::base_name(&program.text), rest);
        }
    }
}

/// What templates put into the script of `sh -c SCRIPT` and its like.
fn inline_script(builder: &mut Builder<'_>, unit: UnitId, program: &str, line: &[&Scalar<'_>]) {
    if !INTERPRETERS.contains(&program) {
        return;
    }
    let is_flag = |scalar: &&Scalar<'_>| {
        let flag = scalar.text.as_ref();
        flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with(['c', 'e'])
    };
    let Some(flag) = line.iter().position(is_flag) else { return };
    let mut scripts = line[flag + 1..].iter().skip_while(|scalar| scalar.text.starts_with('-'));
    if let Some(script) = scripts.next() {
        let place = script.span.range();
        expressions(builder, unit, place, "run");
    }
}

/// The scripts of Argo's and Tekton's steps.
fn scripts(builder: &mut Builder<'_>, pod: &Pod<'_, '_>, unit: UnitId, container: NodeId, program: &str) {
    for key in ["script", "source"] {
        let Some(scalar) = pod.tree.get(container, key).and_then(|node| pod.tree.scalar(node)) else { continue };
        let place = scalar.span.range();
        expressions(builder, unit, place.clone(), "run");
        let first = scalar.text.lines().next().unwrap_or_default();
        let is_shell = match first.strip_prefix("#!") {
            Some(interpreter) => interpreter.trim_end().ends_with("sh"),
            None => key == "script" || program.ends_with("sh"),
        };
        if is_shell {
            run(builder, unit, place);
        }
    }
}

fn run(builder: &mut Builder<'_>, unit: UnitId, place: Range<usize>) {
    if let Some(script) = builder.text().get(place.clone()) {
        shell::read(builder, unit, script, place.start);
    }
}

/// Tells what Argo (`{{inputs.parameters.x}}`), Tekton (`$(params.x)`) or Pipelines as Code (`{{ body.x }}`) put into a script.
fn expressions(builder: &mut Builder<'_>, unit: UnitId, place: Range<usize>, sink: &'static str) {
    let script = builder.raw(place.clone());
    for (open, close) in [("{{", "}}"), ("$(", ")")] {
        let mut from = 0;
        while let Some(at) = script[from..].find(open) {
            let start = from + at;
            let inside = start + open.len();
            let Some(length) = script[inside..].find(close) else { break };
            let end = inside + length + close.len();
            from = end;
            if let Some(source) = source(&script[inside..inside + length]) {
                builder
                    .fact(FactKind::Expression, unit, place.start + start..place.start + end)
                    .with(Attribute::Sink, sink)
                    .with(Attribute::Source, source)
                    .add();
            }
        }
    }
}

/// The path that an expression names, without the quotes of its keys; `$(date)` and other commands of a shell name none.
fn source(expression: &str) -> Option<String> {
    const ROOTS: [&str; 9] =
        ["inputs.", "workflow.", "steps.", "tasks.", "params.", "params[", "body.", "headers", "item"];
    let path = expression.trim().trim_start_matches(['=', '-']).trim();
    let is_path =
        path.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']' | '"' | '\'' | '*'));
    let is_known =
        ROOTS.iter().any(|root| path.starts_with(root)) || ["source_branch", "target_branch"].contains(&path);
    (is_path && is_known).then(|| path.replace(['"', '\''], "").replace('[', ".").replace(']', ""))
}
