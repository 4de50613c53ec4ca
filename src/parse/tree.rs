//! A configuration file as a tree, with the place of every key and value.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::Span;

/// Deepest nesting that is kept, in levels. What lies deeper is left out, and said so in a [`Problem`].
pub const MAX_DEPTH: usize = 128;

/// A node's place in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A configuration file as a tree.
///
/// Nodes stand in the order of the file, each before its children, so that going over them needs no recursion. Every span lies inside
/// the text and on boundaries of characters.
#[derive(Clone, Debug, Default)]
pub struct ConfigTree<'t> {
    nodes: Vec<Node<'t>>,
    /// The documents of the file, in order: one, but for YAML and other notations that hold several.
    pub documents: Vec<NodeId>,
    /// What could not be read. The rest was.
    pub problems: Vec<Problem>,
}

/// A value with its place, and its key where it has one.
#[derive(Clone, Debug)]
pub struct Node<'t> {
    /// The node that holds it; none for a document.
    pub parent: Option<NodeId>,
    /// Its key, when a mapping holds it.
    pub key: Option<Key<'t>>,
    /// The value.
    pub value: Value<'t>,
    /// The whole value in the text, with quotes and brackets.
    pub span: Span,
    /// A tag that the file gives it, such as YAML's `!vault`; empty for none.
    pub tag: Cow<'t, str>,
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key<'t> {
    /// The key, with escapes resolved.
    pub text: Cow<'t, str>,
    /// Its place, without quotes.
    pub span: Span,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value<'t> {
    /// Children with keys. A key may occur twice.
    Mapping(Vec<NodeId>),
    /// Children without keys.
    Sequence(Vec<NodeId>),
    /// One value.
    Scalar(Scalar<'t>),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar<'t> {
    /// The value, with escapes resolved; empty for null.
    pub text: Cow<'t, str>,
    /// Its place, without quotes and without the mark of a block.
    pub span: Span,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Bare,
    /// In quotes of any kind.
    Quoted,
    /// As a block of lines, such as YAML's `|` and a heredoc.
    Block,
    /// An expression of the notation that names or computes a value, such as HCL's `var.password`.
    Expression,
}

/// A place that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place.
    pub span: Span,
    /// What is wrong, in lower case, without a full stop. It quotes nothing of the file.
    pub message: String,
}

impl<'t> ConfigTree<'t> {
    /// The node with this id.
    pub fn node(&self, id: NodeId) -> &Node<'t> {
        &self.nodes[id.0 as usize]
    }

    /// Every node in the order of the file, each before its children.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node<'t>)> {
        self.nodes.iter().enumerate().map(|(index, node)| (NodeId(index as u32), node))
    }

    /// The children of a node, none for a scalar.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        match &self.node(id).value {
            Value::Mapping(children) | Value::Sequence(children) => children,
            Value::Scalar(_) => &[],
        }
    }

    /// The child of a mapping under this exact key; the last one, as most readers take it.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        let has_key = |child: &&NodeId| self.node(**child).key.as_ref().is_some_and(|found| found.text == key);
        self.children(id).iter().rev().find(has_key).copied()
    }

    /// The scalar of a node, if it is one.
    pub fn scalar(&self, id: NodeId) -> Option<&Scalar<'t>> {
        match &self.node(id).value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Mapping(_) | Value::Sequence(_) => None,
        }
    }

    /// The node and those that hold it, from the inside out.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |&id| self.node(id).parent)
    }
}

/// Builds a tree from what a parser meets, in the order of the file.
///
/// Opening and closing need not balance: [`finish`](Self::finish) closes what is open, and a close without an open does nothing.
#[derive(Debug)]
pub struct Builder<'t> {
    tree: ConfigTree<'t>,
    /// The nodes that are open, outermost first.
    open: Vec<NodeId>,
    /// How many nodes were opened below [`MAX_DEPTH`] and not closed yet.
    too_deep: usize,
    key: Option<Key<'t>>,
    tag: Cow<'t, str>,
}

impl Default for Builder<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'t> Builder<'t> {
    /// An empty tree.
    pub fn new() -> Self {
        let tree = ConfigTree::default();
        Self { tree, open: Vec::new(), too_deep: 0, key: None, tag: Cow::Borrowed("") }
    }

    /// Gives the key of the next node. `span` is its place without quotes.
    pub fn key(&mut self, text: impl Into<Cow<'t, str>>, span: Range<usize>) {
        self.key = Some(Key { text: text.into(), span: Span::new(span) });
    }

    /// Gives the tag of the next node.
    pub fn tag(&mut self, tag: impl Into<Cow<'t, str>>) {
        self.tag = tag.into();
    }

    /// Opens a mapping that starts at `start`, as a child of the node that is open, or as a document when none is.
    pub fn open_mapping(&mut self, start: usize) {
        self.open_node(Value::Mapping(Vec::new()), start);
    }

    /// Opens a sequence that starts at `start`.
    pub fn open_sequence(&mut self, start: usize) {
        self.open_node(Value::Sequence(Vec::new()), start);
    }

    /// Adds a scalar. `span` is its place without quotes, `whole` with them.
    pub fn scalar(&mut self, text: impl Into<Cow<'t, str>>, style: Style, span: Range<usize>, whole: Range<usize>) {
        let scalar = Scalar { text: text.into(), span: Span::new(span), style };
        self.add(Value::Scalar(scalar), Span::new(whole));
    }

    /// Closes the node that was opened last; it ends at `end`.
    pub fn close(&mut self, end: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(NodeId(index)) = self.open.pop() {
            let span = &mut self.tree.nodes[index as usize].span;
            *span = Span::new(span.start as usize..end.max(span.start as usize));
        }
        self.key = None;
    }

    /// How many nodes are open.
    pub fn depth(&self) -> usize {
        self.open.len() + self.too_deep
    }

    /// Whether the node that is open is a mapping.
    pub fn is_in_mapping(&self) -> bool {
        self.open.last().is_some_and(|&id| matches!(self.tree.node(id).value, Value::Mapping(_)))
    }

    /// Notes what could not be read. `message` is in lower case, has no full stop and quotes nothing of the file.
    pub fn problem(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.tree.problems.push(Problem { span: Span::new(span), message: message.into() });
    }

    /// The tree; `end` is where the nodes end that are still open.
    pub fn finish(mut self, end: usize) -> ConfigTree<'t> {
        while self.depth() > 0 {
            self.close(end);
        }
        self.tree
    }

    fn open_node(&mut self, value: Value<'t>, start: usize) {
        if self.depth() >= MAX_DEPTH {
            if self.too_deep == 0 {
                self.problem(start..start, "nested too deep to be read");
            }
            self.too_deep += 1;
            (self.key, self.tag) = (None, Cow::Borrowed(""));
            return;
        }
        let id = self.add(value, Span::new(start..start));
        self.open.extend(id);
    }

    fn add(&mut self, value: Value<'t>, span: Span) -> Option<NodeId> {
        let (key, tag) = (self.key.take(), std::mem::take(&mut self.tag));
        if self.too_deep > 0 {
            return None;
        }
        let id = NodeId(u32::try_from(self.tree.nodes.len()).ok()?);
        let parent = self.open.last().copied();
        self.tree.nodes.push(Node { parent, key, value, span, tag });
        match parent.map(|NodeId(index)| &mut self.tree.nodes[index as usize].value) {
            Some(Value::Mapping(children) | Value::Sequence(children)) => children.push(id),
            Some(Value::Scalar(_)) => unreachable!("a scalar is never open"),
            None => self.tree.documents.push(id),
        }
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_built_in_the_order_of_the_file() {
        let mut builder = Builder::new();
        builder.open_mapping(0);
        builder.key("a", 0..1);
        builder.scalar("1", Style::Bare, 3..4, 3..4);
        builder.key("b", 5..6);
        builder.open_sequence(8);
        builder.scalar("2", Style::Quoted, 10..11, 9..12);
        let tree = builder.finish(13);
        let root = tree.documents[0];
        assert_eq!(tree.scalar(tree.get(root, "a").unwrap()).unwrap().text, "1");
        let list = tree.get(root, "b").unwrap();
        assert_eq!(tree.node(list).span, Span::new(8..13));
        assert_eq!(tree.ancestors(tree.children(list)[0]).count(), 3);
    }

    #[test]
    fn what_is_too_deep_is_left_out_and_said() {
        let mut builder = Builder::new();
        (0..MAX_DEPTH + 5).for_each(|at| builder.open_sequence(at));
        builder.scalar("x", Style::Bare, 0..1, 0..1);
        (0..MAX_DEPTH + 5).for_each(|_| builder.close(1));
        builder.scalar("y", Style::Bare, 0..1, 0..1);
        let tree = builder.finish(1);
        assert_eq!((tree.iter().count(), tree.problems.len(), tree.documents.len()), (MAX_DEPTH + 1, 1, 2));
    }
}
