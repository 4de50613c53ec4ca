//! What starts a workflow.

use std::ops::Range;

use super::key_place;
use crate::parse::{ConfigTree, NodeId, Value};

/// The events that start a workflow.
#[derive(Clone, Debug, Default)]
pub(super) struct Triggers {
    /// Their names, with their places.
    pub events: Vec<(String, Range<usize>)>,
    /// Whether it is started by a release or a tag.
    pub is_release: bool,
    /// Whether it runs for changes that are not released too.
    pub are_mixed: bool,
    /// Whether it is started by a push to a branch that is named for releases.
    pub is_release_branch: bool,
}

impl Triggers {
    /// Reads the value of `on`, in each of its forms: a word, a list of words, a mapping.
    pub(super) fn read(tree: &ConfigTree<'_>, on: NodeId) -> Self {
        let events = match &tree.node(on).value {
            Value::Scalar(scalar) => vec![(scalar.text.to_string(), scalar.span.range())],
            Value::Sequence(items) => {
                let scalars = items.iter().filter_map(|&item| tree.scalar(item));
                scalars.map(|scalar| (scalar.text.to_string(), scalar.span.range())).collect()
            }
            Value::Mapping(entries) => {
                let named = entries
                    .iter()
                    .filter_map(|&entry| tree.node(entry).key.as_ref().map(|key| (key.text.to_string(), entry)));
                named.map(|(name, entry)| (name, key_place(tree, entry))).collect()
            }
        };
        let push = tree.get(on, "push");
        let has_tags = push.is_some_and(|push| {
            tree.get(push, "tags").is_some_and(|tags| !tree.children(tags).is_empty() || tree.scalar(tags).is_some())
        });
        let branches = push.and_then(|push| tree.get(push, "branches"));
        let is_release_branch = branches.is_some_and(|branches| {
            let names = tree.children(branches).iter().copied().chain([branches]).filter_map(|name| tree.scalar(name));
            names.into_iter().any(|name| name.text.to_ascii_lowercase().contains("release"))
        });
        let is_release = has_tags || events.iter().any(|(name, _)| name == "release");
        let is_for_changes = |name: &str| {
            matches!(name, "pull_request" | "pull_request_target" | "schedule" | "merge_group")
                || name == "push" && !has_tags
        };
        let has_branches = branches.is_some() && !is_release_branch;
        let are_mixed = has_branches
            || events.iter().any(|(name, _)| is_for_changes(name) && !(name == "push" && is_release_branch));
        Self { events, is_release, are_mixed, is_release_branch }
    }

    /// Whether one of these events starts it.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.events.iter().any(|(name, _)| names.contains(&name.as_str()))
    }

    /// Whether nothing else starts it.
    pub(super) fn is_only(&self, name: &str) -> bool {
        !self.events.is_empty() && self.events.iter().all(|(event, _)| event == name)
    }
}
