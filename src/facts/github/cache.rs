//! Steps that restore a cache, which whoever can run a workflow on another branch can have filled.

use super::uses::{self, Reference};
use super::{Workflow, derive};
use crate::facts::UnitId;
use crate::parse::{NodeId, Scalar};

/// When an action restores a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Always.
    Always,
    /// Unless this input is off, or says to only look.
    Unless(&'static str),
    /// Unless this input is on.
    UnlessOn(&'static str),
    /// When this input is on or names something.
    When(&'static str),
}

/// What actions do. One may stand twice.
const HABITS: &[(&str, Habit)] = &[
    ("actions/cache", Habit::UnlessOn("lookup-only")),
    ("actions/setup-java", Habit::When("cache")),
    ("actions/setup-python", Habit::When("cache")),
    ("actions/setup-dotnet", Habit::When("cache")),
    ("actions/setup-go", Habit::Unless("cache")),
    ("actions/setup-node", Habit::Unless("package-manager-cache")),
    ("actions/setup-node", Habit::When("cache")),
    ("astral-sh/setup-uv", Habit::Unless("enable-cache")),
    ("swatinem/rust-cache", Habit::UnlessOn("lookup-only")),
    ("ruby/setup-ruby", Habit::When("bundler-cache")),
    ("pyo3/maturin-action", Habit::When("sccache")),
    ("mlugg/setup-zig", Habit::Unless("use-cache")),
    ("oven-sh/setup-bun", Habit::UnlessOn("no-cache")),
    ("determinatesystems/magic-nix-cache-action", Habit::Unless("use-gha-cache")),
    ("graalvm/setup-graalvm", Habit::When("cache")),
    ("gradle/actions/setup-gradle", Habit::UnlessOn("cache-disabled")),
    ("gradle/gradle-build-action", Habit::UnlessOn("cache-disabled")),
    ("actions-rust-lang/setup-rust-toolchain", Habit::Unless("cache")),
    ("mozilla-actions/sccache-action", Habit::Always),
    ("nix-community/cache-nix-action", Habit::Always),
    ("coursier/cache-action", Habit::Always),
    ("jdx/mise-action", Habit::Unless("cache")),
    ("ramsey/composer-install", Habit::UnlessOn("ignore-cache")),
    ("golangci/golangci-lint-action", Habit::UnlessOn("skip-cache")),
    ("moonrepo/setup-toolchain", Habit::Unless("cache")),
    ("pnpm/action-setup", Habit::When("cache")),
    ("hynek/setup-cached-uv", Habit::Always),
];

/// Tells a step that restores a cache. Its value is `expression` where an expression decides.
pub(super) fn read(workflow: &mut Workflow<'_, '_, '_>, unit: UnitId, step: NodeId, reference: &Reference) {
    let tree = workflow.tree;
    let Some(uses) = tree.get(step, "uses").and_then(|node| tree.scalar(node)) else { return };
    let is_buildx = reference.repository == "docker/setup-buildx-action";
    let name = if reference.name.starts_with("actions/cache/") { "" } else { reference.name.as_str() };
    let name = if reference.name == "actions/cache/restore" { "actions/cache" } else { name };
    let habits = HABITS.iter().filter(|(action, _)| *action == name).map(|(_, habit)| *habit);
    let restores = |habit: Habit| match habit {
        Habit::Always => true,
        Habit::Unless(input) => match workflow.input(step, input) {
            Some(value) => is_on(workflow, value, "auto") && !is_auto_off(workflow, uses, reference, Some(&value.text)),
            None => is_default(workflow, uses, reference) && !is_auto_off(workflow, uses, reference, None),
        },
        Habit::UnlessOn(input) => {
            workflow.input(step, input).is_none_or(|value| !matches!(value.text.as_ref(), "true" | "yes" | "1" | "on"))
        }
        Habit::When(input) => {
            workflow.input(step, input).is_some_and(|value| !value.text.is_empty() && is_on(workflow, value, ""))
        }
    };
    // Buildx itself is fetched from the cache when its version is given.
    let of_buildx = is_buildx
        && workflow.input(step, "version").is_some()
        && workflow.input(step, "cache-binary").is_none_or(|value| value.text != "false");
    if of_buildx || habits.into_iter().any(restores) {
        derive(workflow.builder, unit, "cache-restored", "true", uses.span.range());
    }
}

/// Whether an action restores its cache where nothing is said: `setup-node` does from version 5 on, `setup-go` from 4 on.
fn is_default(workflow: &Workflow<'_, '_, '_>, uses: &Scalar<'_>, reference: &Reference) -> bool {
    let least = match reference.repository.as_str() {
        "actions/setup-node" => 5,
        "actions/setup-go" => 4,
        _ => return true,
    };
    major(workflow, uses, reference).is_none_or(|major| major >= least)
}

/// Whether `setup-uv` leaves the cache alone by itself: from version 10 on it does for releases.
fn is_auto_off(workflow: &Workflow<'_, '_, '_>, uses: &Scalar<'_>, reference: &Reference, value: Option<&str>) -> bool {
    reference.repository == "astral-sh/setup-uv"
        && value.is_none_or(|value| value == "auto")
        && major(workflow, uses, reference).is_some_and(|major| major >= 10)
}

/// The first number of the version, or of the one that a comment names beside a commit.
fn major(workflow: &Workflow<'_, '_, '_>, uses: &Scalar<'_>, reference: &Reference) -> Option<u32> {
    let version = match reference.is_pinned() {
        true => uses::comment_version(workflow.builder.text(), &uses.span.range())?,
        false => reference.version.clone()?,
    };
    version.trim_start_matches(['v', 'V']).split(['.', '-']).next()?.parse().ok()
}

/// Whether a value switches something on in a run that publishes.
fn is_on(workflow: &Workflow<'_, '_, '_>, value: &Scalar<'_>, word: &str) -> bool {
    let text = value.text.trim();
    if !text.contains("${{") {
        return !matches!(text, "false" | "no" | "off" | "0" | "") || !word.is_empty() && text == word;
    }
    let plain: String = text.split_whitespace().collect();
    let is_off_for_tags = [
        "${{!startsWith(github.ref,'refs/tags/')}}",
        "${{!(github.event_name=='push'&&github.ref_type=='tag')}}",
        "${{github.ref_type!='tag'}}",
        "${{!(github.ref_type=='tag')}}",
        "${{github.event_name!='release'}}",
    ];
    !(is_off_for_tags.contains(&plain.as_str()) && workflow.triggers.is_release && !workflow.triggers.is_release_branch)
}

impl<'a, 't> Workflow<'_, 'a, 't> {
    /// An input of a step.
    fn input(&self, step: NodeId, name: &str) -> Option<&'a Scalar<'t>> {
        let tree = self.tree;
        tree.get(step, "with").and_then(|with| tree.get(with, name)).and_then(|node| tree.scalar(node))
    }
}
