//! The way from a place in the text outwards through the tree.

use std::collections::VecDeque;
use std::ops::Range;

use crate::parse::source::{Node, Tree};

/// How many nodes around a place are looked at. What a literal is shows within a few; chains of operators take one a part.
const MAX_PATH: usize = 64;

/// A node on the way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'t> {
    pub(super) node: Node<'t>,
    /// Which field of its parent it is.
    pub(super) field: Option<&'t str>,
}

/// The nodes around a range, the innermost first. One descent from the root finds all of them, where asking each node for its
/// parent would descend once for each.
pub(super) fn around<'t>(tree: &'t Tree, range: &Range<usize>) -> Vec<Step<'t>> {
    let mut cursor = tree.walk();
    let mut path = VecDeque::with_capacity(MAX_PATH);
    loop {
        if path.len() == MAX_PATH {
            path.pop_back();
        }
        path.push_front(Step { node: cursor.node(), field: cursor.field_name() });
        let has_child = cursor.goto_first_child_for_byte(range.start).is_some();
        let child = cursor.node();
        if !has_child || child.start_byte() > range.start || child.end_byte() < range.end {
            return path.into();
        }
    }
}
