//! Facts of GitHub Actions, as Gitea and Forgejo have them too: workflows, actions, and the hooks of pre-commit, which are fetched and
//! run the same way.
//!
//! The reader tells everything as settings of the product `github-actions`. What takes more than one of them to know, it tells as
//! settings of the product `workflow`: see `rules/README.md`.

mod cache;
mod checkout;
mod condition;
mod expression;
mod job;
mod origin;
mod publish;
mod scope;
mod script;
mod step;
mod trigger;
mod uses;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use self::expression::Expression;
use self::origin::Origin;
use self::scope::Scope;
use self::trigger::Triggers;
use crate::facts::{Builder, Facts, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, Style, Value};

/// The product of what stands in the file.
const PRODUCT: &str = "github-actions";
/// The product of what the reader concludes.
const DERIVED: &str = "workflow";

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        if let Some(jobs) = tree.get(root, "jobs") {
            Workflow::new(builder, &tree, root).read(jobs);
        } else if let Some(runs) = tree.get(root, "runs") {
            action(builder, &tree, root, runs);
        } else if let Some(hooks) = tree.get(root, "repos") {
            uses::hooks(builder, &tree, hooks);
        }
    }
}

/// What is read of a workflow or action, and what is known of it so far.
struct Workflow<'b, 'a, 't> {
    builder: &'b mut Builder<'t>,
    tree: &'a ConfigTree<'t>,
    root: NodeId,
    triggers: Triggers,
    /// The variables of the workflow.
    environment: Rc<scope::Names>,
    /// Where inputs are declared.
    inputs: Vec<NodeId>,
    /// What the jobs before put out.
    jobs: HashMap<String, scope::Source>,
    /// The jobs that publish, and the names of those that they need.
    publishing: publish::Jobs,
}

impl<'b, 'a, 't> Workflow<'b, 'a, 't> {
    fn new(builder: &'b mut Builder<'t>, tree: &'a ConfigTree<'t>, root: NodeId) -> Self {
        let triggers = tree.get(root, "on").map(|on| Triggers::read(tree, on)).unwrap_or_default();
        let declared = ["workflow_dispatch", "workflow_call"].iter().filter_map(|event| {
            let on = tree.get(root, "on")?;
            tree.get(tree.get(on, event)?, "inputs")
        });
        let inputs = declared.chain(tree.get(root, "inputs")).collect();
        let environment = tree.get(root, "env").map(|mapping| scope::names(tree, mapping)).unwrap_or_default();
        let publishing = publish::Jobs::read(tree, root);
        Self { builder, tree, root, triggers, environment, inputs, jobs: HashMap::new(), publishing }
    }

    fn read(mut self, jobs: NodeId) {
        let (tree, root) = (self.tree, self.root);
        self.builder.settings_without(Facts::FILE, PRODUCT, tree, root, &[jobs]);
        self.header(jobs);
        if let Some(env) = tree.get(root, "env") {
            environment(self.builder, Facts::FILE, tree, env);
        }
        for &job in tree.children(jobs) {
            self.job(job);
        }
        let scope = self.scope(None);
        let others: Vec<NodeId> = tree.children(root).iter().copied().filter(|&child| child != jobs).collect();
        others.into_iter().for_each(|child| expressions(self.builder, Facts::FILE, &scope, child, &[]));
    }

    /// What is said of the whole workflow.
    fn header(&mut self, jobs: NodeId) {
        let (tree, root) = (self.tree, self.root);
        let Some(on) = tree.get(root, "on") else { return };
        for (name, place) in &self.triggers.events {
            derive(self.builder, Facts::FILE, "trigger", name, place.clone());
        }
        let place = key_place(tree, on);
        if tree.get(root, "name").is_none() {
            derive(self.builder, Facts::FILE, "unnamed", "workflow", place.clone());
        }
        let concurrency = tree.get(root, "concurrency");
        let has_groups = tree.children(jobs).iter().all(|&job| tree.get(job, "concurrency").is_some());
        match concurrency {
            None if !has_groups => derive(self.builder, Facts::FILE, "concurrency", "none", place.clone()),
            Some(node) if tree.scalar(node).is_some() || tree.get(node, "cancel-in-progress").is_none() => {
                derive(self.builder, Facts::FILE, "concurrency", "no-cancel", key_place(tree, node));
            }
            _ => {}
        }
        if let Some(inputs) = tree.get(on, "workflow_dispatch").and_then(|event| tree.get(event, "inputs")) {
            let first = tree.children(inputs).first().copied().unwrap_or(inputs);
            derive(self.builder, Facts::FILE, "dispatch-inputs", "present", key_place(tree, first));
        }
        self.permissions(jobs, place);
    }

    /// Tells of jobs whose token can do whatever the repository's settings let it.
    fn permissions(&mut self, jobs: NodeId, place: Range<usize>) {
        let tree = self.tree;
        if tree.get(self.root, "permissions").is_some() {
            return;
        }
        let is_open = |job: NodeId| tree.get(job, "permissions").is_none();
        let is_only_called = self.triggers.is_only("workflow_call");
        if tree.children(jobs).iter().any(|&job| is_open(job) && tree.get(job, "uses").is_none()) && !is_only_called {
            derive(self.builder, Facts::FILE, "permissions", "default", place);
        }
    }

    /// The names that mean something in a job; none for what stands outside.
    fn scope(&self, job: Option<NodeId>) -> Scope<'a, 't> {
        let tree = self.tree;
        let of_job = job.and_then(|job| tree.get(job, "env"));
        let of_job = of_job.map(|mapping| scope::names(tree, mapping));
        let environments = of_job.into_iter().chain([Rc::clone(&self.environment)]).collect();
        let matrix = job.and_then(|job| tree.get(job, "strategy")).and_then(|strategy| tree.get(strategy, "matrix"));
        Scope { environments, matrix, inputs: self.inputs.clone(), ..Scope::new(tree) }
    }
}

/// Reads `action.yml`.
fn action<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, root: NodeId, runs: NodeId) {
    let steps = tree.get(runs, "steps");
    builder.settings_without(Facts::FILE, PRODUCT, tree, root, &steps.into_iter().collect::<Vec<_>>());
    let mut workflow = Workflow::new(builder, tree, root);
    if let Some(image) = tree.get(runs, "image").and_then(|node| tree.scalar(node)) {
        uses::image(workflow.builder, Facts::FILE, &workflow.scope(None), image, "action");
    }
    if let Some(steps) = steps {
        let mut scope = workflow.scope(None);
        workflow.steps(Facts::FILE, steps, &mut scope, &step::Surroundings::default());
    }
}

/// Tells what the reader concludes.
fn derive(builder: &mut Builder<'_>, unit: UnitId, key: &'static str, value: &str, place: Range<usize>) {
    builder
        .fact(FactKind::Setting, unit, place.clone())
        .with(Attribute::Product, DERIVED)
        .with(Attribute::Key, key)
        .with(Attribute::Value, value.to_owned())
        .value_at(place)
        .add();
}

/// The place of a node's key, or of the node.
fn key_place(tree: &ConfigTree<'_>, node: NodeId) -> Range<usize> {
    let node = tree.node(node);
    node.key.as_ref().map_or(node.span.range(), |key| key.span.range())
}

/// The text of a scalar below a mapping.
fn text<'a>(tree: &'a ConfigTree<'_>, mapping: NodeId, key: &str) -> Option<&'a str> {
    tree.get(mapping, key).and_then(|node| tree.scalar(node)).map(|scalar| scalar.text.as_ref())
}

/// Tells the variables of a mapping.
fn environment<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, mapping: NodeId) {
    for &child in tree.children(mapping) {
        let (Some(key), Some(scalar)) = (&tree.node(child).key, tree.scalar(child)) else { continue };
        let place = key.span.start as usize..tree.node(child).span.end as usize;
        let is_open = scalar.text.contains("${{");
        let origin = match is_open {
            true if scalar.text.contains("secrets.") => "secret",
            true => "reference",
            false => "literal",
        };
        builder
            .fact(FactKind::Environment, unit, place)
            .with(Attribute::Name, key.text.clone())
            .with_some(Attribute::Value, (!is_open).then(|| scalar.text.clone()))
            .value_at(scalar.span.range())
            .with(Attribute::Origin, origin)
            .add();
    }
}

/// What an expression is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sink {
    Run,
    Script,
    EnvironmentFile,
    Condition,
    With,
    Other,
}

impl Sink {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Script => "script",
            Self::EnvironmentFile => "env-file",
            Self::Condition => "if",
            Self::With => "with",
            Self::Other => "other",
        }
    }
}

/// The expressions of a scalar with their places: inside it where it is written as it reads, else the whole of it.
fn expressions_of(file: &str, scalar: &Scalar<'_>) -> Vec<(Range<usize>, String)> {
    let place = scalar.span.range();
    let raw = file.get(place.clone()).unwrap_or_default();
    if raw == scalar.text || scalar.style == Style::Block {
        let inside = |found: Range<usize>| (place.start + found.start..place.start + found.end, raw[found].to_owned());
        return expression::fenced(raw).into_iter().map(inside).collect();
    }
    expression::fenced(&scalar.text).into_iter().map(|found| (place.clone(), scalar.text[found].to_owned())).collect()
}

/// Tells the expressions of a node and everything below, but for some of its parts.
fn expressions(builder: &mut Builder<'_>, unit: UnitId, scope: &Scope<'_, '_>, root: NodeId, without: &[NodeId]) {
    let tree = scope.tree;
    let mut open = vec![(root, Sink::Other)];
    while let Some((node, sink)) = open.pop() {
        if without.contains(&node) {
            continue;
        }
        let sink = match tree.node(node).key.as_ref().map(|key| key.text.as_ref()) {
            Some("if") => Sink::Condition,
            Some("with") => Sink::With,
            _ => sink,
        };
        if let Value::Scalar(scalar) = &tree.node(node).value {
            let found = expressions_of(builder.text(), scalar);
            found.into_iter().for_each(|(place, text)| tell_expression(builder, unit, scope, sink, place, &text));
        }
        open.extend(tree.children(node).iter().rev().map(|&child| (child, sink)));
    }
}

/// Tells one expression: the contexts that reach its sink, and what is odd about it.
fn tell_expression(
    builder: &mut Builder<'_>,
    unit: UnitId,
    scope: &Scope<'_, '_>,
    sink: Sink,
    place: Range<usize>,
    fenced: &str,
) {
    let Some(expression) = expression::parse(expression::inner(fenced)) else { return };
    let is_code = matches!(sink, Sink::Run | Sink::Script);
    let sources: Vec<String> = match is_code {
        true => expression.values(),
        false => expression.contexts().into_iter().map(str::to_owned).collect(),
    };
    // The worst is told first: one finding for one place.
    let mut resolved: Vec<_> = sources.into_iter().map(|path| (scope.resolve(&path), path)).collect();
    resolved.sort_by_key(|(source, _)| Reverse(source.origin));
    resolved.dedup();
    for (source, path) in resolved {
        let is_followed = source.path != path;
        builder
            .fact(FactKind::Expression, unit, place.clone())
            .with(Attribute::Sink, sink.as_str())
            .with(Attribute::Source, path)
            .with_some(Attribute::Source, is_followed.then_some(source.path))
            .with(Attribute::Origin, source.origin.as_str())
            .add();
    }
    condition::oddities(builder, unit, &place, &expression);
    secrets(builder, unit, &place, &expression);
}

/// Tells of secrets that GitHub cannot hide in logs, or that are handed on all at once.
fn secrets(builder: &mut Builder<'_>, unit: UnitId, place: &Range<usize>, expression: &Expression) {
    for part in expression.all() {
        let kind = match part {
            Expression::Call { name, arguments } if name == "tojson" => arguments
                .iter()
                .any(|argument| matches!(argument, Expression::Context { path, .. } if path == "secrets"))
                .then_some("all"),
            Expression::Context { path, computed } if path.starts_with("secrets") && !computed.is_empty() => {
                Some("computed")
            }
            Expression::Call { name, arguments } if name == "fromjson" => arguments
                .iter()
                .any(|argument| matches!(argument, Expression::Context { path, .. } if path.starts_with("secrets.")))
                .then_some("unredacted"),
            _ => None,
        };
        if let Some(kind) = kind {
            derive(builder, unit, "secrets", kind, place.clone());
        }
    }
}

/// Tells that a text of others reaches code by a way that no expression shows.
fn tell_flow(builder: &mut Builder<'_>, unit: UnitId, sink: Sink, place: Range<usize>, source: &scope::Source) {
    builder
        .fact(FactKind::Expression, unit, place)
        .with(Attribute::Sink, sink.as_str())
        .with(Attribute::Source, source.path.clone())
        .with(Attribute::Origin, source.origin.as_str())
        .add();
}

/// Whether somebody but the project decides.
fn is_of_others(origin: Origin) -> bool {
    matches!(origin, Origin::Outsider | Origin::Input)
}
