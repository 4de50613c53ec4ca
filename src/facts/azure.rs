//! Facts of Azure Pipelines.

use crate::facts::pipeline::{self, Origin, Spelling, Variables};
use crate::facts::{Builder, Facts, UnitId, folder, image as images, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

const PRODUCT: &str = "azure-pipelines";
/// The product of what the reader concludes.
const DERIVED: &str = "workflow";

/// Macros that outsiders fill in by branch names, titles and messages, in lower case.
const OUTSIDERS: &[&str] = &[
    "build.sourcebranch",
    "build.sourcebranchname",
    "build.sourceversionmessage",
    "build.sourceversionauthor",
    "system.pullrequest.sourcebranch",
    "system.pullrequest.sourcebranchname",
    "build.requestedfor",
    "build.requestedforemail",
    "system.pullrequest.sourcerepositoryuri",
    "system.pullrequest.title",
    "build.buildnumber",
];

/// The keys of steps that hold a script.
const SCRIPTS: &[(&str, bool)] = &[("script", true), ("bash", true), ("powershell", false), ("pwsh", false)];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        let apart: Vec<NodeId> = ["stages", "jobs", "steps"].iter().filter_map(|key| tree.get(root, key)).collect();
        builder.settings_without(Facts::FILE, PRODUCT, &tree, root, &apart);
        resources(builder, &tree, root);
        let is_for_pull_requests =
            tree.get(root, "pr").and_then(|pr| tree.scalar(pr)).is_none_or(|pr| pr.text != "none");
        let reader = Reader { tree: &tree, is_for_pull_requests };
        reader.holder(builder, Facts::FILE, root);
    }
}

/// Containers and templates of other repositories.
fn resources(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, root: NodeId) {
    let Some(resources) = tree.get(root, "resources") else { return };
    let items = |key: &str| tree.get(resources, key).map(|list| tree.children(list)).unwrap_or_default();
    for &container in items("containers") {
        if let Some(image) = tree.get(container, "image").and_then(|image| tree.scalar(image)) {
            images::add(builder, Facts::FILE, &image.text, image.span.range(), "run");
        }
    }
    for &repository in items("repositories") {
        let value = |key: &str| tree.get(repository, key).and_then(|node| tree.scalar(node));
        let Some(name) = value("name") else { continue };
        let version = value("ref").map(|reference| reference.text.to_string());
        let is_pinned = version.as_deref().is_some_and(pipeline::is_commit);
        builder
            .fact(FactKind::Uses, Facts::FILE, name.span.range())
            .with(Attribute::Kind, "include")
            .with(Attribute::Kind, "repository")
            .with(Attribute::Name, name.text.to_string())
            .with_some(Attribute::Version, version)
            .with(Attribute::Pinned, if is_pinned { "true" } else { "false" })
            .add();
    }
}

struct Reader<'a, 't> {
    tree: &'a ConfigTree<'t>,
    /// Whether pull requests start the pipeline.
    is_for_pull_requests: bool,
}

impl<'t> Reader<'_, 't> {
    /// Reads what holds stages, jobs or steps, and all below.
    fn holder(&self, builder: &mut Builder<'t>, unit: UnitId, root: NodeId) {
        let tree = self.tree;
        let mut open = vec![(unit, root)];
        while let Some((unit, holder)) = open.pop() {
            self.variables(builder, unit, holder);
            self.container(builder, unit, holder);
            for key in ["stages", "jobs"] {
                for &child in tree.get(holder, key).map(|list| tree.children(list)).unwrap_or_default().iter().rev() {
                    open.push((self.unit(builder, unit, child), child));
                }
            }
            // The steps of a deployment stand below its strategy, and conditions of templates make lists of lists.
            let strategy = tree.get(holder, "strategy");
            let lists = tree.get(holder, "steps").into_iter().chain(strategy);
            for list in lists {
                self.steps(builder, unit, list);
            }
        }
    }

    fn unit(&self, builder: &mut Builder<'t>, parent: UnitId, holder: NodeId) -> UnitId {
        let tree = self.tree;
        let kinds = [("stage", "stage"), ("job", "job"), ("deployment", "job")];
        let named = kinds.iter().find_map(|(key, label)| {
            tree.get(holder, key).and_then(|node| tree.scalar(node)).map(|name| (*label, name))
        });
        let Some((label, name)) = named else { return builder.unit(parent, "") };
        let unit = builder.unit(parent, format!("{label} `{}`", name.text));
        builder.settings_without(
            unit,
            PRODUCT,
            tree,
            holder,
            &["jobs", "steps", "strategy"].iter().filter_map(|key| tree.get(holder, key)).collect::<Vec<_>>(),
        );
        if label == "job" {
            let service = builder.fact(FactKind::Service, unit, name.span.range());
            service.with(Attribute::Kind, "job").with(Attribute::Name, name.text.clone()).add();
        }
        unit
    }

    /// Variables are a mapping, or a list of mappings with `name` and `value`.
    fn variables(&self, builder: &mut Builder<'t>, unit: UnitId, holder: NodeId) {
        let tree = self.tree;
        let Some(variables) = tree.get(holder, "variables") else { return };
        pipeline::environment(builder, unit, tree, variables, is_reference);
        for &item in tree.children(variables).iter().filter(|&&item| tree.node(item).key.is_none()) {
            let name = tree.get(item, "name").and_then(|node| tree.scalar(node));
            if let (Some(name), Some(value)) = (name, tree.get(item, "value")) {
                pipeline::variable(builder, unit, (&name.text, name.span.start as usize), (tree, value), is_reference);
            }
        }
    }

    fn container(&self, builder: &mut Builder<'t>, unit: UnitId, holder: NodeId) {
        let tree = self.tree;
        let Some(container) = tree.get(holder, "container") else { return };
        let image =
            tree.scalar(container).or_else(|| tree.get(container, "image").and_then(|image| tree.scalar(image)));
        let is_alias = |name: &str| {
            let root = tree.ancestors(holder).last().unwrap_or(holder);
            let declared = tree.get(root, "resources").and_then(|resources| tree.get(resources, "containers"));
            declared.map(|declared| tree.children(declared)).unwrap_or_default().iter().any(|&container| {
                tree.get(container, "container")
                    .and_then(|node| tree.scalar(node))
                    .is_some_and(|alias| alias.text == name)
            })
        };
        if let Some(image) = image.filter(|image| !is_reference(&image.text) && !is_alias(&image.text)) {
            images::add(builder, unit, &image.text, image.span.range(), "run");
        }
    }

    fn steps(&self, builder: &mut Builder<'t>, job: UnitId, list: NodeId) {
        let tree = self.tree;
        let mut open = vec![list];
        let mut number = 0;
        let mut has_checkout = false;
        while let Some(node) = open.pop() {
            let is_step = SCRIPTS.iter().any(|(key, _)| tree.get(node, key).is_some())
                || ["task", "checkout", "template", "download"].iter().any(|key| tree.get(node, key).is_some());
            if !is_step {
                open.extend(tree.children(node).iter().rev());
                continue;
            }
            number += 1;
            let name =
                ["displayName", "name"].iter().find_map(|key| tree.get(node, key)).and_then(|name| tree.scalar(name));
            let label = name.map_or_else(|| format!("step {number}"), |name| format!("step `{}`", name.text));
            let unit = builder.unit(job, label);
            has_checkout |= tree
                .get(node, "checkout")
                .and_then(|checkout| tree.scalar(checkout))
                .is_some_and(|checkout| checkout.text == "self");
            self.step(builder, unit, node, has_checkout);
        }
    }

    fn step(&self, builder: &mut Builder<'t>, unit: UnitId, step: NodeId, has_checkout: bool) {
        let tree = self.tree;
        let scalar = |holder: NodeId, key: &str| tree.get(holder, key).and_then(|node| tree.scalar(node));
        let scripts: Vec<NodeId> = SCRIPTS.iter().filter_map(|(key, _)| tree.get(step, key)).collect();
        builder.settings_without(unit, PRODUCT, tree, step, &scripts);
        if let Some(env) = tree.get(step, "env") {
            pipeline::environment(builder, unit, tree, env, is_reference);
        }
        if let Some(task) = scalar(step, "task") {
            let (name, version) = task.text.split_once('@').unwrap_or((&task.text, ""));
            let fact = builder
                .fact(FactKind::Uses, unit, task.span.range())
                .with(Attribute::Kind, "task")
                .with(Attribute::Name, name.to_owned());
            fact.with(Attribute::Version, version.to_owned()).with(Attribute::Pinned, "false").add();
            for key in ["script", "inlineScript", "Inline", "arguments"] {
                if let Some(script) = tree.get(step, "inputs").and_then(|inputs| scalar(inputs, key)) {
                    self.script(
                        builder,
                        unit,
                        script,
                        name.eq_ignore_ascii_case("bash") || name.eq_ignore_ascii_case("cmdline"),
                        has_checkout,
                    );
                }
            }
        }
        for (key, is_shell) in SCRIPTS {
            if let Some(script) = scalar(step, key) {
                self.script(builder, unit, script, *is_shell, has_checkout);
            }
        }
    }

    fn script(&self, builder: &mut Builder<'t>, unit: UnitId, script: &Scalar<'t>, is_shell: bool, has_checkout: bool) {
        let place = script.span.range();
        let Some(raw) = builder.text().get(place.clone()) else { return };
        pipeline::injections(builder, unit, raw, place.start, &Variables { of: outsider, spellings: Spelling::Macro });
        parameters(builder, unit, raw, place.start);
        secret_variables(builder, unit, raw, place.start);
        if is_shell {
            if has_checkout && self.is_for_pull_requests {
                let runs = folder::commands(raw).into_iter().filter(|(_, words)| folder::is_run_by(words));
                for (found, _) in runs {
                    derive(
                        builder,
                        unit,
                        "foreign-code-run",
                        "pipeline",
                        place.start + found.start..place.start + found.end,
                    );
                }
            }
            shell::read(builder, unit, raw, place.start);
        }
    }
}

fn is_reference(text: &str) -> bool {
    text.contains("$(") || text.contains("${{") || text.contains("$[")
}

fn outsider(name: &str) -> Option<Origin> {
    OUTSIDERS.contains(&name.to_ascii_lowercase().as_str()).then_some(Origin::Outsider)
}

/// `${{ parameters.x }}` is put into a script as it is.
fn parameters(builder: &mut Builder<'_>, unit: UnitId, raw: &str, start: usize) {
    let mut from = 0;
    while let Some(at) = raw[from..].find("${{").map(|at| from + at) {
        let Some(end) = raw[at..].find("}}").map(|end| at + end + 2) else { break };
        let name = raw[at + 3..end - 2].trim();
        if name.starts_with("parameters.") {
            pipeline::expression(builder, unit, start + at..start + end, "run", name.to_owned(), Origin::Input);
        }
        from = end;
    }
}

/// `##vso[task.setvariable variable=NAME;issecret=true]VALUE`: the value stands in the script and in its log.
fn secret_variables(builder: &mut Builder<'_>, unit: UnitId, raw: &str, start: usize) {
    for (at, found) in raw.match_indices("##vso[task.setvariable") {
        let line = raw[at..].lines().next().unwrap_or_default();
        let Some((properties, value)) = line[found.len()..].split_once(']') else { continue };
        let value_at = at + found.len() + properties.len() + 1;
        let property = |name: &str| {
            properties
                .split(';')
                .filter_map(|part| part.split_once('='))
                .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim())
        };
        let is_secret = property("issecret").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let value = value.trim_end_matches(['"', '\'']);
        let kind = match (is_secret, value.contains('$') || value.is_empty()) {
            (true, false) => "literal-secret",
            (true, true) => "secret",
            (false, _) => "plain",
        };
        let variable = property("variable").unwrap_or_default().to_owned();
        let place = start + at..start + value_at + value.len();
        builder
            .fact(FactKind::Setting, unit, place)
            .value_at(start + value_at..start + value_at + value.len())
            .with(Attribute::Product, DERIVED)
            .with(Attribute::Key, "set-variable")
            .with(Attribute::Value, kind)
            .with(Attribute::Value, format!("{kind} {variable}"))
            .add();
    }
}

fn derive(
    builder: &mut Builder<'_>,
    unit: UnitId,
    key: &'static str,
    value: &'static str,
    place: std::ops::Range<usize>,
) {
    let fact = builder.fact(FactKind::Setting, unit, place).with(Attribute::Product, DERIVED);
    fact.with(Attribute::Key, key).with(Attribute::Value, value).add();
}
