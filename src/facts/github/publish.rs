//! Steps that publish packages and releases, and those that put together what is published.

use std::collections::HashSet;
use std::ops::Range;

use super::job::{input, is_derived};
use super::script::Script;
use super::uses::Reference;
use super::{Workflow, derive, text};
use crate::facts::{Builder, UnitId};
use crate::parse::{ConfigTree, NodeId};

/// Actions that publish.
const PUBLISHING_ACTIONS: &[&str] = &[
    "softprops/action-gh-release",
    "ncipollo/release-action",
    "pypa/gh-action-pypi-publish",
    "goreleaser/goreleaser-action",
    "js-devtools/npm-publish",
    "cycjimmy/semantic-release-action",
    "changesets/action",
    "actions/upload-release-asset",
    "actions/create-release",
    "svenstaro/upload-release-action",
    "rubygems/release-gem",
    "redhat-actions/push-to-registry",
    "wangyoucao577/go-release-action",
    "taiki-e/upload-rust-binary-action",
    "elgohr/publish-docker-github-action",
    "marvinpinto/action-automatic-releases",
    "katyo/publish-crates",
    "eifinger/actionlint-action",
    "release-plz/action",
    "mathieudutour/github-tag-action",
    "alextmjugador/deploy-action",
    "firebaseextended/action-hosting-deploy",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "google-github-actions/deploy-cloudrun",
    "cloudflare/wrangler-action",
    "azure/webapps-deploy",
    "apple-actions/upload-testflight-build",
];

/// Commands that publish, word by word; `*` stands behind a word that may go on.
const PUBLISHING_COMMANDS: &[&[&str]] = &[
    &["npm", "publish"],
    &["pnpm", "publish"],
    &["yarn", "publish"],
    &["yarn", "npm", "publish"],
    &["bun", "publish"],
    &["cargo", "publish"],
    &["gem", "push"],
    &["twine*", "upload"],
    &["nuget", "push"],
    &["nuget.exe", "push"],
    &["uv", "publish"],
    &["poetry", "publish"],
    &["hatch", "publish"],
    &["pdm", "publish"],
    &["flit", "publish"],
    &["maturin", "publish"],
    &["maturin", "upload"],
];

/// Tells the commands of a script that publish with a long-lived token, where the registry would trust the job's own identity.
pub(super) fn commands(builder: &mut Builder<'_>, unit: UnitId, script: Script<'_>, has_identity: bool) {
    for place in published(script.text) {
        let place = script.start + place.start..script.start + place.end;
        derive(builder, unit, "publishes", if has_identity { "with-identity" } else { "with-token" }, place);
    }
}

/// The places of the commands of a script that publish.
fn published(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_comment = line.trim_start().starts_with('#');
        for word in line.split_whitespace().filter(|_| !is_comment) {
            let start = at + (word.as_ptr() as usize - line.as_ptr() as usize);
            match word {
                "&&" | "||" | "|" | ";" => found.extend(command(&std::mem::take(&mut words))),
                "\\" | "`" => {}
                _ => words.push((start, word)),
            }
        }
        at += line.len();
        if !line.trim_end().ends_with(['\\', '`']) {
            found.extend(command(&std::mem::take(&mut words)));
        }
    }
    found.extend(command(&words));
    found
}

fn command(words: &[(usize, &str)]) -> Option<Range<usize>> {
    let is_trial = words.iter().any(|(_, word)| word.starts_with("--dry-run") || matches!(*word, "-n" | "--help"));
    if is_trial || words.first().is_some_and(|(_, word)| matches!(*word, "echo" | "printf" | "Write-Host")) {
        return None;
    }
    // `cargo +nightly publish`.
    let plain: Vec<(usize, &str)> = words.iter().copied().filter(|(_, word)| !word.starts_with('+')).collect();
    let fits =
        |word: &str, wanted: &str| wanted.strip_suffix('*').map_or(word == wanted, |start| word.starts_with(start));
    let at = (0..plain.len()).find(|&at| {
        PUBLISHING_COMMANDS.iter().any(|command| {
            command.len() <= plain.len() - at
                && command.iter().zip(&plain[at..]).all(|(wanted, (_, word))| fits(word, wanted))
        })
    })?;
    let start = if at <= 3 { plain.first()?.0 } else { plain[at].0 };
    let (last, word) = plain.last()?;
    Some(start..last + word.len())
}

/// Tells, once all steps of a job are read, which of them restore a cache on the way to something that is published, and which keep a
/// credential in a folder that is uploaded whole.
/// `first` is the first fact of the steps.
pub(super) fn finish(workflow: &mut Workflow<'_, '_, '_>, job: UnitId, steps: NodeId, first: usize) {
    let tree = workflow.tree;
    for &step in tree.children(steps) {
        let Some(reference) = text(tree, step, "uses").and_then(Reference::parse) else { continue };
        if publishes(tree, step, &reference)
            && let Some(node) = tree.get(step, "uses")
        {
            derive(workflow.builder, job, "publishing-job", "action", tree.node(node).span.range());
        }
        if reference.repository == "actions/upload-artifact"
            && let Some(node) = tree.get(step, "with").and_then(|with| tree.get(with, "path"))
            && tree.scalar(node).is_some_and(|scalar| is_whole_folder(&scalar.text))
        {
            derive(workflow.builder, job, "workspace-uploaded", "path", tree.node(node).span.range());
        }
    }
    let told = &workflow.builder.facts()[first.min(workflow.builder.facts().len())..];
    let command = told.iter().find(|fact| is_derived(fact, "publishes")).map(|fact| fact.span.range());
    if let Some(place) = command {
        derive(workflow.builder, job, "publishing-job", "command", place);
    }
    let triggers = &workflow.triggers;
    let is_release =
        (triggers.is_release || triggers.is_release_branch) && !workflow.publishing.leaves_out(tree, steps);
    if is_release
        && let Some((_, place)) = triggers.events.iter().find(|(name, _)| matches!(name.as_str(), "release" | "push"))
    {
        let (place, value) = (place.clone(), if triggers.are_mixed { "mixed-trigger" } else { "trigger" });
        derive(workflow.builder, job, "publishing-job", value, place);
    }
}

/// Which jobs of a workflow publish.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    publishing: HashSet<NodeId>,
    /// The names of the jobs that those need.
    needed: HashSet<String>,
}

impl Jobs {
    /// Looks through the jobs of a workflow.
    pub(super) fn read(tree: &ConfigTree<'_>, root: NodeId) -> Self {
        let mut found = Self::default();
        let jobs = tree.get(root, "jobs").map(|jobs| tree.children(jobs)).unwrap_or_default();
        for &job in jobs.iter().filter(|&&job| has_publishing_step(tree, job)) {
            found.publishing.insert(job);
            let needs = tree.get(job, "needs");
            let items = needs.map(|needs| tree.children(needs)).unwrap_or_default().iter().copied().chain(needs);
            found.needed.extend(items.filter_map(|item| tree.scalar(item)).map(|scalar| scalar.text.to_string()));
        }
        found
    }

    /// Whether only other jobs publish, and need nothing of the one with these steps.
    fn leaves_out(&self, tree: &ConfigTree<'_>, steps: NodeId) -> bool {
        let Some(job) = tree.node(steps).parent else { return false };
        let name = tree.node(job).key.as_ref().map(|key| key.text.as_ref()).unwrap_or_default();
        !self.publishing.is_empty() && !self.publishing.contains(&job) && !self.needed.contains(name)
    }
}

fn has_publishing_step(tree: &ConfigTree<'_>, job: NodeId) -> bool {
    let steps = tree.get(job, "steps").map(|steps| tree.children(steps)).unwrap_or_default();
    steps.iter().any(|&step| {
        let reference = text(tree, step, "uses").and_then(Reference::parse);
        let by_action = reference.is_some_and(|reference| publishes(tree, step, &reference));
        by_action || text(tree, step, "run").is_some_and(|run| !published(run).is_empty())
    })
}

fn publishes(tree: &ConfigTree<'_>, step: NodeId, reference: &Reference) -> bool {
    let pushes = || input(tree, step, "push").is_some_and(|push| push.trim() != "false");
    PUBLISHING_ACTIONS.contains(&reference.repository.as_str())
        || reference.repository == "docker/build-push-action" && pushes()
}

/// Whether uploaded paths hold the checked out repository with its `.git`.
fn is_whole_folder(paths: &str) -> bool {
    const WHOLE: [&str; 9] =
        [".", "./*", "./**", "**", "**/*", ".git", "./.git", "${{ github.workspace }}", "${{github.workspace}}"];
    let is_left_out = paths.lines().any(|path| path.trim().starts_with('!') && path.contains(".git"));
    !is_left_out && paths.lines().any(|path| WHOLE.contains(&path.trim().trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(script: &str) -> String {
        published(script).into_iter().map(|place| script[place].to_owned()).collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn commands_that_publish_are_found() {
        assert_eq!(told("npm ci && npm publish --access public"), "npm publish --access public");
        assert_eq!(told("cargo +nightly publish"), "cargo +nightly publish");
        assert_eq!(
            told("python3.10 -m \\\n  twine \\\n  upload \\\n  dist/*\n"),
            "python3.10 -m \\\n  twine \\\n  upload \\\n  dist/*"
        );
        assert_eq!(told("pipx run twine==6.1.0 upload dist/*"), "pipx run twine==6.1.0 upload dist/*");
        assert_eq!(
            told("bundle exec gem push x.gem\ndotnet nuget push a"),
            "bundle exec gem push x.gem / dotnet nuget push a"
        );
        for script in
            ["cargo publish --dry-run", "echo npm publish", "# npm publish", "npm run publish:docs", "cargo publish -n"]
        {
            assert_eq!(told(script), "", "{script}");
        }
    }
}
