//! Facts of CircleCI.

use crate::facts::pipeline::{self, Origin, Spelling, Variables};
use crate::facts::{Builder, Facts, UnitId, image as images};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

const PRODUCT: &str = "circleci";

/// Variables that outsiders fill in.
const OUTSIDERS: &[&str] = &[
    "CIRCLE_BRANCH",
    "CIRCLE_TAG",
    "CIRCLE_PR_REPONAME",
    "CIRCLE_PR_USERNAME",
    "CIRCLE_USERNAME",
    "CIRCLE_PROJECT_REPONAME",
    "CIRCLE_PR_NUMBER",
];

/// Values of the pipeline that outsiders fill in, and that are put into a script before any shell reads it.
const OUTSIDERS_VALUES: &[&str] = &[
    "pipeline.git.branch",
    "pipeline.git.tag",
    "pipeline.git.commit.subject",
    "pipeline.git.commit.body",
    "pipeline.git.commit.message",
    "pipeline.git.commit.author_name",
    "pipeline.git.commit.author_email",
    "pipeline.trigger_parameters",
];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        document(builder, &tree, root);
    }
}

fn document<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, root: NodeId) {
    let groups = [("jobs", "job"), ("executors", "executor"), ("commands", "command")];
    let apart: Vec<NodeId> = groups.iter().filter_map(|(key, _)| tree.get(root, key)).collect();
    builder.settings_without(Facts::FILE, PRODUCT, tree, root, &apart);
    let orbs = tree.get(root, "orbs").map(|orbs| tree.children(orbs)).unwrap_or_default();
    orbs.iter().filter_map(|&orb| tree.scalar(orb)).for_each(|orb| uses_orb(builder, orb));
    for (key, label) in groups {
        let Some(group) = tree.get(root, key) else { continue };
        for &holder in tree.children(group) {
            let Some(key) = &tree.node(holder).key else { continue };
            let unit = builder.unit(Facts::FILE, format!("{label} `{}`", key.text));
            let service = builder.fact(FactKind::Service, unit, key.span.range());
            service.with(Attribute::Kind, "job").with(Attribute::Name, key.text.clone()).add();
            job(builder, unit, tree, holder);
        }
    }
}

/// `org/name@version`; `volatile`, `dev:` and a range move.
fn uses_orb(builder: &mut Builder<'_>, orb: &Scalar<'_>) {
    let (name, version) = orb.text.rsplit_once('@').unwrap_or((&orb.text, ""));
    let is_whole = version.split('.').count() == 3
        && version.split('.').all(|part| part.chars().all(|c| c.is_ascii_digit()) && !part.is_empty());
    let place = orb.span.range();
    builder
        .fact(FactKind::Uses, Facts::FILE, place.clone())
        .value_at(place)
        .with(Attribute::Kind, "orb")
        .with(Attribute::Name, name.to_owned())
        .with_some(Attribute::Version, (!version.is_empty()).then(|| version.to_owned()))
        .with(Attribute::Pinned, if is_whole { "true" } else { "false" })
        .add();
}

fn job<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, job: NodeId) {
    let steps = tree.get(job, "steps");
    builder.settings_without(unit, PRODUCT, tree, job, &steps.into_iter().collect::<Vec<_>>());
    environment(builder, unit, tree, job);
    let containers = tree.get(job, "docker").map(|docker| tree.children(docker)).unwrap_or_default();
    for &container in containers {
        let inner = builder.unit(unit, "container");
        if let Some(image) = tree.get(container, "image").and_then(|image| tree.scalar(image))
            && !image.text.contains("<<")
        {
            images::add(builder, inner, &image.text, image.span.range(), "run");
        }
        environment(builder, inner, tree, container);
        for key in ["command", "entrypoint"] {
            let words = tree.get(container, key).map(|command| tree.children(command)).unwrap_or_default();
            pipeline::arguments(builder, inner, words.iter().filter_map(|&word| tree.scalar(word)));
        }
    }
    if let Some(image) =
        tree.get(job, "machine").and_then(|machine| tree.get(machine, "image")).and_then(|image| tree.scalar(image))
    {
        machine(builder, unit, image);
    }
    if let Some(steps) = steps {
        all_steps(builder, unit, tree, steps);
    }
}

/// A virtual machine's image is none of a registry, but its tag says as much.
fn machine(builder: &mut Builder<'_>, unit: UnitId, image: &Scalar<'_>) {
    let Some((_, tag)) = image.text.rsplit_once(':') else { return };
    let place = image.span.range();
    let fact = builder
        .fact(FactKind::Image, unit, place.clone())
        .value_at(place)
        .with(Attribute::Text, image.text.to_string());
    fact.with(Attribute::Name, "machine").with(Attribute::Tag, tag.to_owned()).with(Attribute::Use, "machine").add();
}

fn environment<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, holder: NodeId) {
    if let Some(variables) = tree.get(holder, "environment") {
        pipeline::environment(builder, unit, tree, variables, |text| text.starts_with('$') || text.contains("<<"));
    }
}

/// The steps of a job, also those inside `when` and `unless`.
fn all_steps<'t>(builder: &mut Builder<'t>, job: UnitId, tree: &ConfigTree<'t>, steps: NodeId) {
    let mut open: Vec<NodeId> = tree.children(steps).iter().rev().copied().collect();
    let mut number = 0;
    while let Some(step) = open.pop() {
        for key in ["when", "unless"] {
            let inner = tree.get(step, key).and_then(|part| tree.get(part, "steps"));
            open.extend(inner.map(|inner| tree.children(inner)).unwrap_or_default().iter().rev());
        }
        let Some(run) = tree.get(step, "run") else { continue };
        number += 1;
        let name = tree.get(run, "name").and_then(|node| tree.scalar(node));
        let label = name.map_or_else(|| format!("step {number}"), |name| format!("step `{}`", name.text));
        let unit = builder.unit(job, label);
        environment(builder, unit, tree, run);
        let command = tree.scalar(run).or_else(|| tree.get(run, "command").and_then(|node| tree.scalar(node)));
        if let Some(command) = command {
            pipeline::shell_with(builder, unit, command, &Variables { of: outsider, spellings: Spelling::Shell });
            parameters(builder, unit, command);
        }
    }
}

fn outsider(name: &str) -> Option<Origin> {
    OUTSIDERS.contains(&name).then_some(Origin::Outsider)
}

/// `<< pipeline.parameters.x >>` is put into a script as it is.
fn parameters(builder: &mut Builder<'_>, unit: UnitId, command: &Scalar<'_>) {
    let start = command.span.start as usize;
    let raw = builder.text().get(command.span.range()).unwrap_or_default();
    let mut from = 0;
    while let Some(at) = raw[from..].find("<<").map(|at| from + at) {
        let line_end = raw[at..].find('\n').map_or(raw.len(), |end| at + end);
        let Some(end) = raw[at..line_end].find(">>").map(|end| at + end + 2) else {
            from = at + 2;
            continue;
        };
        let name = raw[at + 2..end - 2].trim().to_owned();
        if OUTSIDERS_VALUES.contains(&name.as_str()) {
            pipeline::expression(builder, unit, start + at..start + end, "run", name, Origin::Outsider);
        } else if name.starts_with("pipeline.parameters.") {
            pipeline::expression(builder, unit, start + at..start + end, "run", name, Origin::Input);
        }
        from = end;
    }
}
