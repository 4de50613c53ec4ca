//! What the tests of the parsers share: a tree as lines to read, and what holds of every tree.

use std::fmt::Write;

use super::{ConfigTree, NodeId, Value};
use crate::model::Span;

/// One line for each node: its path, what it is, and the source under its span. Then one for each problem.
pub(super) fn dump(text: &str, tree: &ConfigTree<'_>) -> String {
    let mut lines = String::new();
    for (id, node) in tree.iter() {
        let tag = if node.tag.is_empty() { String::new() } else { format!(" {}", node.tag) };
        let (what, span) = match &node.value {
            Value::Mapping(_) => ("mapping".to_owned(), node.span),
            Value::Sequence(_) => ("sequence".to_owned(), node.span),
            Value::Scalar(scalar) => (format!("{:?} {:?}", scalar.style, scalar.text), scalar.span),
        };
        writeln!(lines, "{}:{tag} {what} at {:?}", path(tree, id), &text[span.range()]).unwrap();
    }
    for problem in &tree.problems {
        writeln!(lines, "problem: {} at {:?}", problem.message, &text[problem.span.range()]).unwrap();
    }
    lines
}

/// The keys and indices that lead to a node; the document comes first, by its number.
fn path(tree: &ConfigTree<'_>, id: NodeId) -> String {
    let step = |id: NodeId| {
        let node = tree.node(id);
        let siblings = node.parent.map_or(tree.documents.as_slice(), |parent| tree.children(parent));
        let index = || siblings.iter().position(|&sibling| sibling == id).unwrap().to_string();
        node.key.as_ref().map_or_else(index, |key| key.text.to_string())
    };
    let mut steps: Vec<_> = tree.ancestors(id).map(step).collect();
    steps.reverse();
    steps.join("/")
}

/// Fails unless every span can be sliced and every node lies in its parent. Copies, which a YAML alias makes, lie where their
/// originals do.
pub(super) fn assert_spans_hold(text: &str, tree: &ConfigTree<'_>) {
    let mut seen = Vec::new();
    for (_, node) in tree.iter() {
        let key = node.key.as_ref().map(|key| key.span);
        let scalar = match &node.value {
            Value::Scalar(scalar) => Some(scalar.span),
            Value::Mapping(_) | Value::Sequence(_) => None,
        };
        for span in [Some(node.span), key, scalar].into_iter().flatten() {
            assert!(text.get(span.range()).is_some(), "{span:?} is no place in the text");
        }
        assert!(scalar.is_none_or(|scalar| node.span.contains(scalar)), "a scalar lies outside its node");
        let parent = node.parent.map(|parent| tree.node(parent));
        let is_inside = |span: Span| parent.is_none_or(|parent| parent.span.contains(span));
        let is_copy = || seen.contains(&node.span);
        assert!(is_inside(node.span) && key.is_none_or(is_inside) || is_copy(), "a node lies outside its parent");
        assert_eq!(
            node.key.is_some(),
            parent.is_some_and(|parent| matches!(parent.value, Value::Mapping(_))),
            "mappings have keys"
        );
        seen.push(node.span);
    }
    for problem in &tree.problems {
        assert!(text.get(problem.span.range()).is_some(), "{:?} is no place in the text", problem.span);
        assert!(!problem.message.ends_with('.') && !problem.message.is_empty());
    }
}
