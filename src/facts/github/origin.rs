//! Where the text of a context comes from, and so who decides what it says.

/// Who decides what a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The project, or GitHub in a form that cannot do harm: numbers, hashes, user names.
    Fixed,
    /// It cannot be seen.
    Unknown,
    /// A step or job of the project, from what cannot be seen.
    Output,
    /// Who can push branches and tags.
    Reference,
    /// Another workflow that calls this one.
    Caller,
    /// Who starts the workflow by hand, or calls the action.
    Input,
    /// Anybody who opens an issue or pull request, writes a comment, or pushes to a fork.
    Outsider,
}

impl Origin {
    /// The word in facts.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "project",
            Self::Unknown => "unknown",
            Self::Output => "output",
            Self::Reference => "reference",
            Self::Caller => "caller",
            Self::Input => "input",
            Self::Outsider => "outsider",
        }
    }
}

/// Ends of paths below `github.event` that anybody fills in with free text.
const FREE_TEXT: &[&str] = &[
    "title",
    "body",
    "message",
    "email",
    "name",
    "label",
    "page_name",
    "head_branch",
    "description",
    "homepage",
    "display_title",
    "path",
    "from",
    "text",
    "default_branch",
    "head_ref",
    "comment",
    "review",
    "issue",
    "discussion",
    "pull_request",
    "head_commit",
    "workflow_run",
    "commits",
    "head",
    "changes",
    "pages",
    "author",
    "committer",
    "authors",
    "body_text",
    "body_html",
];

/// Parts of the event that those who run the project fill in.
const OWN_PARTS: &[&str] = &[
    "repository",
    "organization",
    "sender",
    "installation",
    "enterprise",
    "number",
    "action",
    "base",
    "after",
    "before",
    "sha",
    "schedule",
];

/// Parts of the event that need rights on the repository.
const WRITERS_PARTS: &[&str] =
    &["ref", "release", "label", "milestone", "deployment", "deployment_status", "branch", "project"];

/// Contexts that tell nothing an attacker writes; `secret` is a slip of the hand, and empty.
const OWN_ROOTS: &[&str] = &["secrets", "secret", "vars", "runner", "job", "strategy", "jobs"];

/// Who decides what a context says, for those that need no look at the file.
pub(super) fn of(path: &str) -> Origin {
    let (root, rest) = path.split_once('.').unwrap_or((path, ""));
    match root {
        "github" => of_github(rest),
        _ if OWN_ROOTS.contains(&root) => Origin::Fixed,
        "steps" | "needs" => of_outputs(rest),
        "inputs" => Origin::Input,
        _ => Origin::Unknown,
    }
}

fn of_github(rest: &str) -> Origin {
    match rest {
        "" | "event" | "head_ref" | "*" => Origin::Outsider,
        "ref" | "ref_name" => Origin::Reference,
        _ => rest.strip_prefix("event.").map_or(Origin::Fixed, of_event),
    }
}

/// Who decides what a part of the event says.
fn of_event(rest: &str) -> Origin {
    let mut parts = rest.split('.');
    let first = parts.next().unwrap_or(rest);
    if matches!(first, "inputs" | "client_payload") {
        return Origin::Input;
    }
    if OWN_PARTS.contains(&first) {
        return Origin::Fixed;
    }
    let last = rest.rsplit('.').find(|part| *part != "*").unwrap_or(first);
    let is_free = FREE_TEXT.contains(&last) || last == "ref" && rest.contains("head");
    let is_of_base = rest.contains(".base.");
    match (is_free && !is_of_base, WRITERS_PARTS.contains(&first)) {
        (true, false) => Origin::Outsider,
        (true, true) => Origin::Reference,
        (false, true) if first == rest => Origin::Reference,
        _ => Origin::Fixed,
    }
}

/// Who decides what `steps.x.outputs.y` says; its outcome is one of a few words.
fn of_outputs(rest: &str) -> Origin {
    let part = rest.split('.').nth(1);
    if part.is_some_and(|part| part == "outputs" || part == "*") || part.is_none() {
        Origin::Output
    } else {
        Origin::Fixed
    }
}

/// Actions whose outputs hold what outsiders wrote: names of files of a pull request, branch names, comments.
const OUTSIDERS_OUTPUTS: &[&str] = &[
    "tj-actions/changed-files",
    "tj-actions/branch-names",
    "jitterbit/get-changed-files",
    "trilom/file-changes-action",
    "masesgroup/retrieve-changed-files",
    "lots0logs/gh-action-get-changed-files",
    "xt0rted/pull-request-comment-branch",
    "alessbell/pull-request-comment-branch",
    "khan/pull-request-comment-trigger",
    "xt0rted/slash-command-action",
    "eficode/resolve-pr-refs",
    "potiuk/get-workflow-origin",
    "github/issue-parser",
    "stefanbuck/github-issue-parser",
    "zentered/issue-forms-body-parser",
    "peter-murray/issue-body-parser-action",
    "peter-murray/issue-forms-body-parser",
    "edumserrano/github-issue-forms-parser",
    "franzdiebold/github-env-vars-action",
    "8bitjonny/gh-get-current-pr",
    "jwalton/gh-find-current-pr",
    "github/command",
    "gotson/pull-request-comment-branch",
    "actions-ecosystem/action-get-merged-pull-request",
    "levonet/action-restrict-pr-changes",
    "ahmadnassri/action-changed-files",
    "tzkhan/pr-update-action",
];

/// Who decides what the outputs of an action say.
pub(super) fn of_action(name: &str) -> Origin {
    if OUTSIDERS_OUTPUTS.contains(&name) { Origin::Outsider } else { Origin::Output }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_of_events_is_an_outsiders() {
        for path in [
            "github.event.issue.title",
            "github.event.pull_request.head.ref",
            "github.event.pull_request.head.label",
            "github.head_ref",
            "github.event.commits.*.author.email",
            "github.event.head_commit.message",
            "github.event.comment.body",
            "github.event",
            "github.event.pull_request.head.repo.default_branch",
            "github.event.workflow_run.head_branch",
            "github",
        ] {
            assert_eq!(of(path), Origin::Outsider, "{path}");
        }
    }

    #[test]
    fn what_cannot_do_harm_is_fixed() {
        for path in [
            "github.event.pull_request.number",
            "github.event.pull_request.head.sha",
            "github.event.pull_request.base.ref",
            "github.event.repository.name",
            "github.sha",
            "github.actor",
            "github.event.pull_request.head.repo.fork",
            "secrets.x",
            "steps.x.outcome",
            "needs.x.result",
            "runner.os",
            "github.event.workflow_run.artifacts_url",
            "github.event.issue.number",
            "github.event.pull_request.user.login",
        ] {
            assert_eq!(of(path), Origin::Fixed, "{path}");
        }
    }

    #[test]
    fn the_others_are_told_apart() {
        assert_eq!(of("inputs.x"), Origin::Input);
        assert_eq!(of("github.event.inputs.x"), Origin::Input);
        assert_eq!(of("github.ref_name"), Origin::Reference);
        assert_eq!(of("github.event.release.name"), Origin::Reference);
        assert_eq!(of("steps.x.outputs.y"), Origin::Output);
        assert_eq!(of("env.x"), Origin::Unknown);
    }
}
