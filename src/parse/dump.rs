//! What the parsers' tests share: a readable form of a tree, and the laws that every tree obeys.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use proptest::{collection, sample::select};

use super::{ConfigTree, NodeId, Value};
use crate::model::Span;

/// A parser.
pub(super) type Parse = for<'t> fn(&'t str) -> ConfigTree<'t>;

/// One line for each node: its path, how it is written, its text, and the source under its span; then the problems.
pub(super) fn dump(text: &str, parse: Parse) -> String {
    assert_sound(text, parse);
    let tree = parse(text);
    let mut paths: HashMap<NodeId, String> = HashMap::new();
    let mut lines = String::new();
    for (id, node) in tree.iter() {
        let parent = node.parent.map_or("", |parent| paths[&parent].as_str());
        let step = match (&node.key, node.parent) {
            (Some(key), _) => format!("/{}", key.text),
            (None, Some(parent)) => {
                let place = tree.children(parent).iter().position(|child| *child == id).unwrap();
                format!("/{place}")
            }
            (None, None) => String::new(),
        };
        let path = format!("{parent}{step}");
        let value = match &node.value {
            Value::Mapping(_) => "{}".to_owned(),
            Value::Sequence(_) => "[]".to_owned(),
            Value::Scalar(scalar) => {
                format!("{:?} {:?} at {:?}", scalar.style, scalar.text, &text[scalar.span.range()])
            }
        };
        writeln!(lines, "{}", format!("{path}{} {value}", node.tag).trim_start()).unwrap();
        paths.insert(id, path);
    }
    for problem in &tree.problems {
        writeln!(lines, "problem: {} at {:?}", problem.message, &text[problem.span.range()]).unwrap();
    }
    lines
}

/// Checks what holds for the tree of any text: spans lie in the text, on boundaries of characters, and inside the parent's, but
/// for those of copies, which lie where their originals do.
pub(super) fn assert_sound(text: &str, parse: Parse) {
    let tree = parse(text);
    let mut places = HashSet::new();
    let is_inside = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    for (id, node) in tree.iter() {
        is_inside(node.span);
        if let Some(key) = &node.key {
            is_inside(key.span);
        }
        if let Some(scalar) = tree.scalar(id) {
            is_inside(scalar.span);
            assert!(node.span.contains(scalar.span), "{node:?} in {text:?}");
        }
        if let Some(parent) = node.parent {
            let holder = tree.node(parent);
            let is_copy = !places.insert(node.span);
            assert!(is_copy || holder.span.contains(node.span), "{node:?} in {holder:?} in {text:?}");
            let is_mapping = matches!(holder.value, Value::Mapping(_));
            assert_eq!(is_mapping, node.key.is_some(), "{node:?} in {text:?}");
        }
    }
    for problem in &tree.problems {
        is_inside(problem.span);
        assert!(!problem.message.starts_with(char::is_uppercase) && !problem.message.ends_with('.'), "{problem:?}");
    }
}

/// Checks the laws for any text, for texts made of `pieces`, and for each piece said over and over, at which a parser that takes
/// quadratic time would hang.
pub(super) fn assert_any_text_is_read(pieces: &'static [&'static str], parse: Parse) {
    let config = Config { cases: 1000, failure_persistence: None, ..Config::default() };
    let special = collection::vec(prop_oneof![4 => select(pieces).prop_map(String::from), 1 => ".{0,2}"], 0..40);
    let texts = prop_oneof![1 => any::<String>(), 4 => special.prop_map(|pieces| pieces.concat())];
    TestRunner::new(config)
        .run(&texts, |text| {
            assert_sound(&text, parse);
            Ok(())
        })
        .unwrap();
    for piece in pieces {
        parse(&piece.repeat((512 << 10) / piece.len()));
    }
}
