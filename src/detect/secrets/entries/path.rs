//! The way from a document to an entry, as rules write it.

use super::wildcard;
use crate::detect::secrets::name::{NameKind, NameReader};
use crate::parse::{ConfigTree, NodeId, Value};

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Any number of steps.
    Any,
    /// An item of a list, by its number from 0.
    Item(usize),
    /// A key that a pattern fits; `*` also stands for any item.
    Key(String),
    /// A key that speaks of a credential.
    Credential,
}

/// The way from a document to an entry.
#[derive(Clone, Debug)]
pub(super) struct EntryPath {
    steps: Vec<Step>,
}

impl EntryPath {
    pub(super) fn new(keys: &[String]) -> Self {
        let step = |key: &String| match key.as_str() {
            "**" => Step::Any,
            "<credential>" => Step::Credential,
            key => key.parse().map_or_else(|_| Step::Key(key.to_owned()), Step::Item),
        };
        Self { steps: keys.iter().map(step).collect() }
    }

    /// Whether the way leads to this node. It is read backwards: the last step rules out nearly every node.
    pub(super) fn leads_to(&self, tree: &ConfigTree<'_>, node: NodeId, names: &NameReader) -> bool {
        if self.steps.last().is_some_and(|last| tree.node(node).parent.is_some() && !fits(last, tree, node, names)) {
            return false;
        }
        // Places on the way from the document to the node, which is short: nesting has a limit.
        let way: Vec<NodeId> = tree.ancestors(node).filter(|&id| tree.node(id).parent.is_some()).collect();
        let (mut step, mut place) = (self.steps.len(), 0);
        // Where `**` was met last, and how many places it stands for by now.
        let mut any: Option<(usize, usize)> = None;
        while place < way.len() {
            let before = step.checked_sub(1).map(|index| &self.steps[index]);
            match before {
                Some(Step::Any) => {
                    any = Some((step - 1, place));
                    step -= 1;
                }
                Some(before) if fits(before, tree, way[place], names) => (step, place) = (step - 1, place + 1),
                _ => {
                    let Some((rest, end)) = any else { return false };
                    (step, place) = (rest, end + 1);
                    any = Some((rest, end + 1));
                }
            }
        }
        self.steps[..step].iter().all(|step| *step == Step::Any)
    }
}

/// Whether a name is a credential's, and not one of something about a credential. A name that says just `key` is none.
pub(super) fn names_credential(names: &NameReader, name: &str) -> bool {
    names.read(name).is_some_and(|name| {
        let is_of_other = name.is_harmless || name.is_reference || name.is_about || name.is_verb;
        !is_of_other && name.kind != NameKind::BareKey
    })
}

fn fits(step: &Step, tree: &ConfigTree<'_>, node: NodeId, names: &NameReader) -> bool {
    let key = tree.node(node).key.as_ref().map(|key| key.text.as_ref());
    match (step, key) {
        (Step::Any, _) => true,
        (Step::Key(pattern), Some(key)) => wildcard::fits(pattern, key),
        (Step::Key(pattern), None) => pattern == "*",
        (Step::Credential, Some(key)) => names_credential(names, key),
        (Step::Credential, None) => false,
        // A key that is a number is no item, but a rule that names one means either.
        (Step::Item(number), Some(key)) => key.parse() == Ok(*number),
        (Step::Item(number), None) => item_number(tree, node) == Some(*number),
    }
}

fn item_number(tree: &ConfigTree<'_>, node: NodeId) -> Option<usize> {
    let parent = tree.node(node).parent?;
    match &tree.node(parent).value {
        // Items stand in the order of the file, and so of their ids.
        Value::Sequence(items) => items.binary_search(&node).ok(),
        Value::Mapping(_) | Value::Scalar(_) => None,
    }
}
