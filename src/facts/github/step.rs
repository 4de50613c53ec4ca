//! Steps: what they run, and with what texts of others.

use std::ops::Range;

use super::condition::Guard;
use super::job::input;
use super::origin::{self, Origin};
use super::scope::{self, Scope, Source};
use super::script::{self, Script};
use super::uses::{self, Reference};
use super::{
    PRODUCT, Sink, Workflow, cache, checkout, condition, derive, environment, expressions, expressions_of,
    is_of_others, publish, tell_expression, tell_flow, text,
};
use crate::facts::{UnitId, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::{NodeId, Scalar};

/// What a step needs to know of its job.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// The shell of steps that name none.
    pub shell: Option<String>,
    /// Whether the job can get tokens of others by its identity.
    pub has_identity: bool,
    /// Whether a condition keeps pull requests of outsiders out.
    pub guard: Guard,
    /// Whether code of outsiders was checked out by a step before.
    pub has_foreign_code: bool,
}

/// Inputs that actions run as code, by the action.
const CODE_INPUTS: &[(&str, &[&str])] = &[
    ("actions/github-script", &["script"]),
    ("azure/cli", &["inlinescript"]),
    ("azure/powershell", &["inlinescript"]),
    ("mikefarah/yq", &["cmd"]),
    ("amadevus/pwsh-script", &["script"]),
    ("jannekem/run-python-script-action", &["script"]),
    ("appleboy/ssh-action", &["script"]),
    ("nick-fields/retry", &["command", "on_retry_command"]),
    ("nick-invision/retry", &["command"]),
    ("addnab/docker-run-action", &["run", "options"]),
    ("cloudflare/wrangler-action", &["command", "precommands", "postcommands"]),
    ("devorbitus/yq-action-output", &["cmd"]),
    ("sergeysova/jq-action", &["cmd"]),
    ("uraimo/run-on-arch-action", &["run", "install", "setup"]),
    ("vmactions/freebsd-vm", &["run", "prepare"]),
    ("vmactions/openbsd-vm", &["run", "prepare"]),
    ("cross-platform-actions/action", &["run"]),
    ("reactivecircus/android-emulator-runner", &["script", "pre-emulator-launch-script"]),
    ("pyo3/maturin-action", &["before-script-linux"]),
    ("satackey/action-js-inline", &["run", "script"]),
    ("codesys/run-script", &["script"]),
    ("maxbrunet/execute-command", &["command"]),
    ("octokit/graphql-action", &["query"]),
    ("skitionek/notify-microsoft-teams", &["overwrite"]),
    ("gautamkrishnar/blog-post-workflow", &["item_exec"]),
];

impl<'t> Workflow<'_, '_, 't> {
    pub(super) fn steps(&mut self, job: UnitId, steps: NodeId, scope: &mut Scope<'_, 't>, around: &Surroundings) {
        let mut around = around.clone();
        let first = self.builder.facts().len();
        for (index, &step) in self.tree.children(steps).iter().enumerate() {
            self.step(job, step, index + 1, scope, &mut around);
        }
        publish::finish(self, job, steps, first);
    }

    fn step(&mut self, job: UnitId, step: NodeId, number: usize, scope: &mut Scope<'_, 't>, around: &mut Surroundings) {
        let tree = self.tree;
        let name = text(tree, step, "name").or_else(|| text(tree, step, "id"));
        let label = name.map_or_else(|| format!("step {number}"), |name| format!("step `{}`", name.trim()));
        let unit = self.builder.unit(job, label);
        let place =
            tree.children(step).first().map_or(tree.node(step).span.range(), |&first| super::key_place(tree, first));
        let service = self.builder.fact(FactKind::Service, unit, place).with(Attribute::Kind, "step");
        service.with_some(Attribute::Name, name.map(str::to_owned)).add();
        let env = tree.get(step, "env");
        if let Some(env) = env {
            environment(self.builder, unit, tree, env);
            scope.environments.insert(0, scope::names(tree, env));
        }
        let run = tree.get(step, "run");
        self.builder.settings_without(unit, PRODUCT, tree, step, &run.into_iter().collect::<Vec<_>>());
        if let Some(condition) = tree.get(step, "if") {
            condition::read(self.builder, unit, tree, condition);
        }
        let reference = tree
            .get(step, "uses")
            .and_then(|node| tree.scalar(node))
            .and_then(|scalar| uses::read(self.builder, unit, scalar, "action"));
        let code = reference.as_ref().map(|reference| self.code_inputs(step, reference)).unwrap_or_default();
        expressions(self.builder, unit, scope, step, &[code.clone(), run.into_iter().collect()].concat());
        let mut output: Option<Source> = None;
        for scalar in code.iter().filter_map(|&node| tree.scalar(node)) {
            let found = self.code(unit, scalar, scope, Sink::Script);
            output = output.into_iter().chain(found).max_by_key(|source| source.origin);
        }
        checkout::read(self, unit, step, reference.as_ref(), scope, around);
        if let Some(reference) = &reference {
            cache::read(self, unit, step, reference);
            self.inputs_as_expression(unit, step);
        }
        if let Some(run) = run.and_then(|node| tree.scalar(node)) {
            output = self.run(unit, run, scope, around, text(tree, step, "shell").unwrap_or_default());
        }
        if let Some(id) = text(tree, step, "id") {
            let plain = reference.as_ref().map_or(Origin::Output, |reference| origin::of_action(&reference.repository));
            let path = format!("steps.{}.outputs", id.to_ascii_lowercase());
            let source = output.filter(|source| is_of_others(source.origin)).unwrap_or(Source { origin: plain, path });
            scope.steps.insert(id.to_ascii_lowercase(), source);
        }
        if env.is_some() {
            scope.environments.remove(0);
        }
    }

    /// The inputs of a step's action that are run as code.
    fn code_inputs(&self, step: NodeId, reference: &Reference) -> Vec<NodeId> {
        let names = CODE_INPUTS
            .iter()
            .find(|(action, _)| *action == reference.repository)
            .map(|(_, names)| *names)
            .unwrap_or_default();
        let inputs = self.tree.get(step, "with").map(|with| self.tree.children(with)).unwrap_or_default();
        let is_code = |node: &NodeId| {
            self.tree
                .node(*node)
                .key
                .as_ref()
                .is_some_and(|key| names.contains(&key.text.to_ascii_lowercase().as_str()))
        };
        inputs.iter().copied().filter(is_code).collect()
    }

    /// Tells the expressions of a piece of code, and the worst of what they put into it.
    fn code(&mut self, unit: UnitId, scalar: &Scalar<'t>, scope: &Scope<'_, '_>, sink: Sink) -> Option<Source> {
        let found = expressions_of(self.builder.text(), scalar);
        let worst = found.iter().filter_map(|(_, text)| scope.source_of(text)).max_by_key(|source| source.origin);
        found.into_iter().for_each(|(place, text)| tell_expression(self.builder, unit, scope, sink, place, &text));
        worst
    }

    /// Reads a script. What it puts out for later steps comes back.
    pub(super) fn run(
        &mut self,
        unit: UnitId,
        run: &Scalar<'t>,
        scope: &Scope<'_, '_>,
        around: &Surroundings,
        shell_name: &str,
    ) -> Option<Source> {
        self.code(unit, run, scope, Sink::Run);
        let place: Range<usize> = run.span.range();
        let raw = self.builder.text().get(place.clone()).unwrap_or_default();
        let script = Script { text: raw, start: place.start };
        let effects = script::effects(script, scope);
        for (place, source) in &effects.exported {
            tell_flow(self.builder, unit, Sink::EnvironmentFile, place.clone(), source);
        }
        for (place, source) in &effects.evaluated {
            tell_flow(self.builder, unit, Sink::Run, place.clone(), source);
        }
        for (name, value, place) in effects.set {
            let fact = self.builder.fact(FactKind::Environment, unit, place);
            fact.with(Attribute::Name, name).with(Attribute::Value, value).with(Attribute::Origin, "file").add();
        }
        publish::commands(self.builder, unit, script, around.has_identity);
        let shell_name = if shell_name.is_empty() { around.shell.as_deref().unwrap_or("bash") } else { shell_name };
        let program = shell_name.split(' ').next().and_then(|path| path.rsplit('/').next());
        if matches!(program, Some("bash" | "sh" | "dash" | "zsh")) || shell_name.contains("${{") {
            shell::read(self.builder, unit, raw, place.start);
        }
        effects.output
    }

    /// Tells of inputs that an expression makes up whole, so that nobody sees what they are.
    fn inputs_as_expression(&mut self, unit: UnitId, step: NodeId) {
        let with = self.tree.get(step, "with").and_then(|node| self.tree.scalar(node));
        if let Some(with) = with.filter(|with| with.text.contains("${{")) {
            derive(self.builder, unit, "obfuscated", "with", with.span.range());
        }
        if input(self.tree, step, "pip-install").is_some()
            && let Some(node) = self.tree.get(step, "with").and_then(|with| self.tree.get(with, "pip-install"))
        {
            derive(self.builder, unit, "misfeature", "pip-install", super::key_place(self.tree, node));
        }
    }
}
