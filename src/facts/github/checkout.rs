//! Code of outsiders that is checked out where it can do harm, and what runs it.

use std::ops::Range;

use super::origin::Origin;
use super::scope::Scope;
use super::step::Surroundings;
use super::uses::Reference;
use super::{Workflow, condition, derive, expression, text};
use crate::facts::{UnitId, folder};
use crate::parse::NodeId;

/// Actions that run what was checked out.
const RUNNING_ACTIONS: &[&str] = &[
    "bridgecrewio/checkov-action",
    "pre-commit/action",
    "oxsecurity/megalinter",
    "megalinter/megalinter",
    "github/super-linter",
    "super-linter/super-linter",
    "actions/jekyll-build-pages",
    "gradle/gradle-build-action",
    "gradle/actions",
    "golangci/golangci-lint-action",
    "goreleaser/goreleaser-action",
    "docker/build-push-action",
    "sonarsource/sonarqube-scan-action",
    "sonarsource/sonarcloud-github-action",
    "ruby/setup-ruby",
    "cypress-io/github-action",
    "bahmutov/npm-install",
    "ramsey/composer-install",
    "helm/chart-testing-action",
    "reviewdog/action-eslint",
    "tj-actions/eslint-changed-files",
    "wagoid/commitlint-github-action",
    "borales/actions-yarn",
    "andresz1/size-limit-action",
    "preactjs/compressed-size-action",
    "pyo3/maturin-action",
    "actions-rs/cargo",
    "stefanzweifel/git-auto-commit-action",
];

/// Reads one step: whether it checks out what outsiders wrote, and whether it runs that.
pub(super) fn read(
    workflow: &mut Workflow<'_, '_, '_>,
    unit: UnitId,
    step: NodeId,
    reference: Option<&Reference>,
    scope: &Scope<'_, '_>,
    around: &mut Surroundings,
) {
    if !workflow.triggers.has(&["pull_request_target", "workflow_run", "issue_comment"]) {
        return;
    }
    let tree = workflow.tree;
    let own_guard = text(tree, step, "if").map(condition::Guard::of).unwrap_or_default();
    let value = around.guard.max(own_guard).as_str();
    let run = tree.get(step, "run").and_then(|node| tree.scalar(node));
    if reference.is_some_and(|reference| matches!(reference.repository.as_str(), "actions/checkout" | "gitea/checkout"))
    {
        if let Some(place) = foreign_reference(workflow, step, scope) {
            derive(workflow.builder, unit, "foreign-checkout", value, place);
            around.has_foreign_code = true;
        }
        return;
    }
    if let Some(run) = run {
        let start = run.span.start as usize;
        let raw = workflow.builder.text().get(run.span.range()).unwrap_or_default();
        let mut is_told = false;
        for (place, words) in folder::commands(raw) {
            let place = start + place.start..start + place.end;
            if fetches_pull_request(&words, scope) {
                derive(workflow.builder, unit, "foreign-checkout", value, place);
                around.has_foreign_code = true;
            } else if around.has_foreign_code && !is_told && folder::is_run_by(&words) {
                is_told = true;
                derive(workflow.builder, unit, "foreign-code-run", value, place);
            }
        }
    }
    let uses = tree.get(step, "uses").and_then(|node| tree.scalar(node));
    if let Some(uses) = uses.filter(|_| around.has_foreign_code) {
        let is_runner = reference.is_some_and(|found| RUNNING_ACTIONS.contains(&found.repository.as_str()));
        if is_runner || uses.text.starts_with("./") {
            derive(workflow.builder, unit, "foreign-code-run", value, uses.span.range());
        }
    }
}

/// The place of the reference that makes a checkout one of outsiders' code.
fn foreign_reference(workflow: &Workflow<'_, '_, '_>, step: NodeId, scope: &Scope<'_, '_>) -> Option<Range<usize>> {
    let tree = workflow.tree;
    let with = tree.get(step, "with")?;
    let scalars =
        ["ref", "repository"].iter().filter_map(|name| tree.get(with, name)).filter_map(|node| tree.scalar(node));
    scalars.into_iter().find(|scalar| is_foreign(&scalar.text, scope)).map(|scalar| scalar.span.range())
}

/// Whether a reference names what outsiders wrote.
fn is_foreign(text: &str, scope: &Scope<'_, '_>) -> bool {
    let has_pull = text.contains("refs/pull/") || text.starts_with("pull/");
    let read = |place: Range<usize>| expression::parse(expression::inner(&text[place]));
    let values = expression::fenced(text).into_iter().filter_map(read).flat_map(|found| found.values());
    has_pull
        || values.into_iter().any(|value| {
            let source = scope.resolve(&value);
            let path = source.path.as_str();
            path == "github.head_ref"
                || path.starts_with("github.event.pull_request.head.")
                || path.starts_with("github.event.workflow_run.head_")
                || path == "github.event.pull_request.merge_commit_sha"
                || path.starts_with("steps.") && source.origin == Origin::Outsider
        })
}

/// Whether a command fetches the code of a pull request.
fn fetches_pull_request(words: &[&str], scope: &Scope<'_, '_>) -> bool {
    match folder::from_program(words) {
        ["gh" | "hub", "pr", "checkout", ..] => true,
        ["git", "fetch" | "checkout" | "pull" | "switch" | "merge", rest @ ..] => {
            let is_pull = |word: &&str| word.trim_start_matches(['"', '\'']).starts_with("pull/");
            rest.iter().any(is_pull) || is_foreign(&rest.join(" "), scope)
        }
        _ => false,
    }
}
