//! Jobs: where they run, with which rights, in which containers.

use super::scope::{Scope, Source};
use super::step::Surroundings;
use super::{DERIVED, PRODUCT, Workflow, condition, derive, environment, expressions, key_place, text, uses};
use crate::facts::{Builder, Facts, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, Value};

impl<'t> Workflow<'_, '_, 't> {
    pub(super) fn job(&mut self, job: NodeId) {
        let tree = self.tree;
        let Some(key) = &tree.node(job).key else { return };
        let unit = self.builder.unit(Facts::FILE, format!("job `{}`", key.text));
        let service = self.builder.fact(FactKind::Service, unit, key.span.range());
        service.with(Attribute::Kind, "job").with(Attribute::Name, key.text.clone()).add();
        let first = self.builder.facts().len();
        if tree.get(job, "name").is_none() {
            derive(self.builder, unit, "unnamed", "job", key.span.range());
        }
        let apart: Vec<NodeId> = ["steps", "run"].iter().filter_map(|part| tree.get(job, part)).collect();
        self.builder.settings_without(unit, PRODUCT, tree, job, &apart);
        if let Some(env) = tree.get(job, "env") {
            environment(self.builder, unit, tree, env);
        }
        let mut scope = self.scope(Some(job));
        scope.jobs = std::mem::take(&mut self.jobs);
        expressions(self.builder, unit, &scope, job, &apart);
        if let Some(condition) = tree.get(job, "if") {
            condition::read(self.builder, unit, tree, condition);
        }
        self.rights(unit, job);
        self.containers(unit, job, &scope);
        runner(self.builder, unit, &scope, job);
        if let Some(reference) = tree.get(job, "uses").and_then(|node| tree.scalar(node)) {
            uses::read(self.builder, unit, reference, "workflow");
        }
        let around = self.surroundings(job);
        if let Some(run) = tree.get(job, "run").and_then(|node| tree.scalar(node)) {
            self.run(unit, run, &scope, &around, "");
        }
        if let Some(steps) = tree.get(job, "steps") {
            self.steps(unit, steps, &mut scope, &around);
        }
        self.outputs(&key.text, job, &scope);
        self.jobs.extend(std::mem::take(&mut scope.jobs));
        if tree.get(job, "environment").is_none() {
            self.secrets_without_environment(first);
        }
    }

    fn surroundings(&self, job: NodeId) -> Surroundings {
        let tree = self.tree;
        let of = |holder: NodeId| {
            tree.get(tree.get(tree.get(holder, "defaults")?, "run")?, "shell").and_then(|node| tree.scalar(node))
        };
        let shell = of(job).or_else(|| of(self.root)).map(|scalar| scalar.text.to_string());
        let permissions = tree.get(job, "permissions").or_else(|| tree.get(self.root, "permissions"));
        let has_identity = permissions.is_some_and(|node| {
            text(tree, node, "id-token") == Some("write")
                || tree.scalar(node).is_some_and(|scalar| scalar.text == "write-all")
        });
        let guard = text(tree, job, "if").map(condition::Guard::of).unwrap_or_default();
        Surroundings { shell, has_identity, guard, ..Surroundings::default() }
    }

    /// Tells a job whose token has what the repository's settings give it.
    fn rights(&mut self, unit: UnitId, job: NodeId) {
        let tree = self.tree;
        if tree.get(job, "permissions").or_else(|| tree.get(self.root, "permissions")).is_some() {
            return;
        }
        // Who calls a workflow decides about its jobs, but not about those that it calls in turn.
        if tree.get(job, "uses").is_some() || !self.triggers.is_only("workflow_call") {
            derive(self.builder, unit, "permissions", "default-of-job", key_place(tree, job));
        }
    }

    fn containers(&mut self, unit: UnitId, job: NodeId, scope: &Scope<'_, 't>) {
        let tree = self.tree;
        let services = tree.get(job, "services").map(|services| tree.children(services)).unwrap_or_default();
        let container = tree.get(job, "container");
        for &node in container.iter().chain(services) {
            let is_service = Some(node) != container;
            let name = tree.node(node).key.as_ref().map(|key| key.text.to_string()).unwrap_or_default();
            let inner = match is_service {
                true => self.builder.unit(unit, format!("service `{name}`")),
                false => self.builder.unit(unit, "container"),
            };
            if is_service {
                let service = self.builder.fact(FactKind::Service, inner, key_place(tree, node));
                service.with(Attribute::Kind, "service-container").with(Attribute::Name, name).add();
            }
            let image = tree.scalar(node).or_else(|| tree.get(node, "image").and_then(|image| tree.scalar(image)));
            if let Some(image) = image {
                uses::image(self.builder, inner, scope, image, "run");
            }
            if let Some(env) = tree.get(node, "env") {
                environment(self.builder, inner, tree, env);
            }
            if let Some(options) = tree.get(node, "options").and_then(|node| tree.scalar(node)) {
                container_options(self.builder, inner, options);
            }
            let volumes = tree.get(node, "volumes").map(|volumes| tree.children(volumes)).unwrap_or_default();
            volumes
                .iter()
                .filter_map(|&volume| tree.scalar(volume))
                .for_each(|volume| mount(self.builder, inner, volume));
        }
    }

    /// Notes where the outputs of a job come from.
    fn outputs(&mut self, job: &str, node: NodeId, scope: &Scope<'_, '_>) {
        let Some(outputs) = self.tree.get(node, "outputs") else { return };
        for &output in self.tree.children(outputs) {
            let (Some(key), Some(scalar)) = (&self.tree.node(output).key, self.tree.scalar(output)) else { continue };
            let source: Option<Source> = scope.source_of(&scalar.text);
            if let Some(source) = source {
                self.jobs.insert(format!("{job}.{}", key.text).to_ascii_lowercase(), source);
            }
        }
    }

    /// Tells of secrets that no environment with its approvals guards.
    fn secrets_without_environment(&mut self, first: usize) {
        let is_secret =
            |source: &str| source.starts_with("secrets.") && source != "secrets.github_token" && !source.contains('*');
        let of_secrets = self.builder.facts()[first..]
            .iter()
            .filter(|fact| fact.kind == FactKind::Expression && fact.get(Attribute::Source).is_some_and(is_secret));
        let places: Vec<_> = of_secrets.map(|fact| (fact.unit, fact.span.range())).collect();
        for (unit, place) in places {
            derive(self.builder, unit, "secrets", "without-environment", place);
        }
    }
}

/// Tells a job that runs on the project's own machines.
fn runner(builder: &mut Builder<'_>, unit: UnitId, scope: &Scope<'_, '_>, job: NodeId) {
    let tree = scope.tree;
    let Some(node) = tree.get(job, "runs-on") else { return };
    if let Some(group) = tree.get(node, "group") {
        derive(builder, unit, "self-hosted-runner", "group", tree.node(group).span.range());
    }
    let labels: Vec<NodeId> = match &tree.node(node).value {
        Value::Scalar(_) => vec![node],
        Value::Sequence(items) => items.clone(),
        Value::Mapping(_) => tree
            .get(node, "labels")
            .map(|labels| [vec![labels], tree.children(labels).to_vec()].concat())
            .unwrap_or_default(),
    };
    for label in labels.into_iter().filter_map(|label| tree.scalar(label)) {
        let of_matrix = label
            .text
            .strip_prefix("${{")
            .and_then(|text| text.strip_suffix("}}"))
            .and_then(|text| text.trim().strip_prefix("matrix."));
        let is_own = |node: NodeId| {
            let items = tree.children(node).iter().copied().chain([node]);
            items.filter_map(|item| tree.scalar(item)).any(|scalar| scalar.text == "self-hosted")
        };
        let is_self_hosted = label.text == "self-hosted"
            || of_matrix.is_some_and(|name| scope.matrix_scalars(name).into_iter().any(is_own));
        if is_self_hosted {
            derive(builder, unit, "self-hosted-runner", "label", label.span.range());
        }
    }
}

/// Tells what `options` gives a container: they are those of `docker create`.
fn container_options(builder: &mut Builder<'_>, unit: UnitId, options: &Scalar<'_>) {
    let start = options.span.start as usize;
    let raw = builder.text().get(options.span.range()).unwrap_or_default();
    for word in raw.split_whitespace() {
        let at = start + (word.as_ptr() as usize - raw.as_ptr() as usize);
        let name = match word {
            "--privileged" | "--privileged=true" => "privileged",
            "--network=host" | "--net=host" => "host-network",
            "--pid=host" => "host-pid",
            "--ipc=host" => "host-ipc",
            _ => continue,
        };
        let fact = builder.fact(FactKind::Privilege, unit, at..at + word.len());
        fact.with(Attribute::Name, name).with(Attribute::Value, "true").with(Attribute::Origin, "container").add();
    }
}

/// Tells a volume of a container: `source:target`.
fn mount(builder: &mut Builder<'_>, unit: UnitId, volume: &Scalar<'_>) {
    let mut parts = volume.text.split(':');
    let (Some(source), Some(target)) = (parts.next(), parts.next()) else { return };
    let is_writable = !parts.any(|option| option.split(',').any(|option| option == "ro"));
    builder
        .fact(FactKind::Mount, unit, volume.span.range())
        .with(Attribute::Source, source.to_owned())
        .with(Attribute::Target, target.to_owned())
        .with(Attribute::Kind, if source.starts_with(['/', '.', '~']) { "bind" } else { "volume" })
        .with(Attribute::Writable, if is_writable { "true" } else { "false" })
        .add();
}

/// Whether a fact is one that the reader concluded, under this key.
pub(super) fn is_derived(fact: &crate::facts::Fact<'_>, key: &str) -> bool {
    fact.get(Attribute::Product) == Some(DERIVED) && fact.get(Attribute::Key) == Some(key)
}

/// The text of `with.NAME` of a step.
pub(super) fn input<'a>(tree: &'a ConfigTree<'_>, step: NodeId, name: &str) -> Option<&'a str> {
    text(tree, tree.get(step, "with")?, name)
}
