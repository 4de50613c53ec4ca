//! Facts of GitLab CI.
//!
//! Everything at the top that is no keyword is a job; what begins with a dot is a part of jobs that does not run by itself, and is read
//! all the same.

use std::ops::Range;

use crate::facts::pipeline::{self, Origin, Variables};
use crate::facts::{Builder, Facts, UnitId, image as images};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

const PRODUCT: &str = "gitlab-ci";

/// Keys at the top that are no jobs.
const KEYWORDS: &[&str] = &[
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "types",
];

/// Variables that outsiders fill in by the branch, title or message of what they push or ask to merge.
const OUTSIDERS: &[&str] = &[
    "CI_COMMIT_MESSAGE",
    "CI_COMMIT_TITLE",
    "CI_COMMIT_DESCRIPTION",
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_TAG",
    "CI_COMMIT_TAG_MESSAGE",
    "CI_COMMIT_AUTHOR",
    "CI_MERGE_REQUEST_TITLE",
    "CI_MERGE_REQUEST_DESCRIPTION",
    "CI_MERGE_REQUEST_LABELS",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_MERGE_REQUEST_MILESTONE",
    "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
    "CI_BUILD_REF_NAME",
];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        document(builder, &tree, root);
    }
}

fn document<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, root: NodeId) {
    let is_job = |node: NodeId| {
        let key = tree.node(node).key.as_ref().map(|key| key.text.as_ref()).unwrap_or_default();
        !KEYWORDS.contains(&key) && !tree.children(node).is_empty()
    };
    let jobs: Vec<NodeId> = tree.children(root).iter().copied().filter(|&node| is_job(node)).collect();
    builder.settings_without(Facts::FILE, PRODUCT, tree, root, &jobs);
    if let Some(includes) = tree.get(root, "include") {
        include(builder, tree, includes);
    }
    part(builder, Facts::FILE, tree, root);
    if let Some(default) = tree.get(root, "default") {
        part(builder, Facts::FILE, tree, default);
    }
    for job in jobs {
        let Some(key) = &tree.node(job).key else { continue };
        let unit = builder.unit(Facts::FILE, format!("job `{}`", key.text));
        let service = builder.fact(FactKind::Service, unit, key.span.range());
        service.with(Attribute::Kind, "job").with(Attribute::Name, key.text.clone()).add();
        builder.settings(unit, PRODUCT, tree, job);
        part(builder, unit, tree, job);
    }
}

/// What the top, `default` and jobs have in common.
fn part<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, holder: NodeId) {
    if let Some(variables) = tree.get(holder, "variables") {
        pipeline::environment(builder, unit, tree, variables, is_reference);
    }
    if let Some(image) = tree.get(holder, "image") {
        image_of(builder, unit, tree, image);
    }
    let services = tree.get(holder, "services").map(|services| tree.children(services)).unwrap_or_default();
    for &service in services {
        let inner = builder.unit(unit, "service");
        builder
            .fact(FactKind::Service, inner, tree.node(service).span.range())
            .with(Attribute::Kind, "service-container")
            .add();
        image_of(builder, inner, tree, service);
        if let Some(variables) = tree.get(service, "variables") {
            pipeline::environment(builder, inner, tree, variables, is_reference);
        }
        let command = tree.get(service, "command").map(|command| tree.children(command)).unwrap_or_default();
        pipeline::arguments(builder, inner, command.iter().filter_map(|&word| tree.scalar(word)));
    }
    for key in ["before_script", "script", "after_script"] {
        let Some(script) = tree.get(holder, key) else { continue };
        for scalar in pipeline::scalars(tree, script) {
            pipeline::shell_with(
                builder,
                unit,
                scalar,
                &Variables { of: outsider, spellings: pipeline::Spelling::Shell },
            );
            inputs(builder, unit, scalar);
        }
    }
}

fn image_of(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, node: NodeId) {
    let name = tree.scalar(node).or_else(|| tree.get(node, "name").and_then(|name| tree.scalar(name)));
    if let Some(name) = name {
        images::add(builder, unit, &name.text, name.span.range(), "run");
    }
}

fn is_reference(text: &str) -> bool {
    text.contains('$')
}

fn outsider(name: &str) -> Option<Origin> {
    OUTSIDERS.contains(&name).then_some(Origin::Outsider)
}

/// `$[[ inputs.name ]]` is put into a script as it is, before any shell reads it.
fn inputs(builder: &mut Builder<'_>, unit: UnitId, script: &Scalar<'_>) {
    let start = script.span.start as usize;
    let raw = builder.text().get(script.span.range()).unwrap_or_default();
    let mut from = 0;
    while let Some(at) = raw[from..].find("$[[").map(|at| from + at) {
        let Some(end) = raw[at..].find("]]").map(|end| at + end + 2) else { break };
        let name = raw[at + 3..end - 2].split('|').next().unwrap_or_default().trim().to_owned();
        pipeline::expression(builder, unit, start + at..start + end, "run", name, Origin::Input);
        from = end;
    }
}

/// Tells what is included from elsewhere.
fn include(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, includes: NodeId) {
    let entries: Vec<NodeId> = match tree.node(includes).key.is_some()
        && tree.get(includes, "remote").or_else(|| tree.get(includes, "project")).is_none()
    {
        true if !tree.children(includes).is_empty() => tree.children(includes).to_vec(),
        _ => vec![includes],
    };
    for entry in entries {
        if let Some(url) = tree.scalar(entry) {
            if url.text.contains("://") {
                uses(builder, url.span.range(), "remote", &url.text, None, tree.get(entry, "integrity").is_some());
            }
            continue;
        }
        let value = |key: &str| tree.get(entry, key).and_then(|node| tree.scalar(node));
        if let Some(url) = value("remote") {
            uses(builder, url.span.range(), "remote", &url.text, None, value("integrity").is_some());
        }
        if let Some(project) = value("project") {
            let reference = value("ref").map(|reference| reference.text.to_string());
            uses(builder, project.span.range(), "project", &project.text, reference, false);
        }
        if let Some(component) = value("component") {
            let (name, version) = component.text.rsplit_once('@').unwrap_or((&component.text, ""));
            let version = (!version.is_empty()).then(|| version.to_owned());
            uses(builder, component.span.range(), "component", name, version, false);
        }
        if let Some(template) = value("template") {
            uses(builder, template.span.range(), "template", &template.text, None, true);
        }
    }
}

fn uses(
    builder: &mut Builder<'_>,
    place: Range<usize>,
    kind: &'static str,
    name: &str,
    version: Option<String>,
    has_hash: bool,
) {
    let is_pinned = has_hash || version.as_deref().is_some_and(pipeline::is_commit);
    builder
        .fact(FactKind::Uses, Facts::FILE, place.clone())
        .value_at(place)
        .with(Attribute::Kind, "include")
        .with(Attribute::Kind, kind)
        .with(Attribute::Name, name.to_owned())
        .with(Attribute::Pinned, if is_pinned { "true" } else { "false" })
        .with_some(Attribute::Version, version)
        .add();
}
