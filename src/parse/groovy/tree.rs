//! A script as a tree of calls, assignments and strings.

use std::borrow::Cow;
use std::ops::Range;

use super::string;

/// A node's place in its script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A name and its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name<'t> {
    /// The name; parts of a path are joined by dots.
    pub text: Cow<'t, str>,
    /// Its place.
    pub span: Range<usize>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The script; its children are statements.
    Script,
    /// `{ ... }`; its children are parameters, then statements.
    Closure,
    /// A call with or without parentheses, also of a keyword with a block (`if (x) { }`). Its children are the arguments.
    Call,
    /// `new X(...)`, like a call.
    New,
    /// A name or path of names: `params.X`, `params['X']`.
    Name,
    /// What is taken from a value: its receiver's `name`.
    Member,
    /// An element of a value: the receiver by its only child.
    Index,
    /// A string; its children are the expressions put into it.
    Text,
    /// A number.
    Number,
    /// `[...]`: a list, or a map when its children have labels.
    List,
    /// `x = value`, `def x = value`, `x += value`; a declaration without a value has no child.
    Assignment,
    /// A parameter of a closure or function.
    Parameter,
    /// A function; its children are parameters and the body.
    Function,
    /// `@Name(...)`; its children are the arguments.
    Annotation,
    /// `import a.b.C`.
    Import,
    /// Values joined by operators; its children are the operands.
    Operation,
    /// A comparison or a condition: what comes of it is true or false.
    Test,
    /// `a ? b : c`; its children are the two values, its receiver is the condition.
    Ternary,
    /// What was not read.
    Other,
}

/// A part of a script.
#[derive(Clone, Debug)]
pub struct Node<'t> {
    /// What it is.
    pub kind: Kind,
    /// The node that holds it.
    pub parent: Option<NodeId>,
    /// The name under which it is passed or stands in a map.
    pub label: Option<Name<'t>>,
    /// The name that is called, assigned or taken.
    pub name: Name<'t>,
    /// The value whose member is taken or called.
    pub receiver: Option<NodeId>,
    /// The nodes in it.
    pub children: Vec<NodeId>,
    /// The whole of it.
    pub span: Range<usize>,
    /// A string's text between its quotes.
    pub content: Range<usize>,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'s, 't> {
    /// The name it is passed under.
    pub label: Option<&'s str>,
    /// Its node.
    pub id: NodeId,
    /// The same.
    pub node: &'s Node<'t>,
}

/// A script as a tree.
#[derive(Clone, Debug)]
pub struct Script<'t> {
    /// The text that was read.
    pub text: &'t str,
    nodes: Vec<Node<'t>>,
}

impl<'t> Script<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, nodes: Vec::new() }
    }

    pub(super) fn push(&mut self, kind: Kind, span: Range<usize>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node {
            kind,
            parent: None,
            label: None,
            name: Name::default(),
            receiver: None,
            children: Vec::new(),
            content: span.clone(),
            span,
        });
        id
    }

    pub(super) fn node_mut(&mut self, NodeId(at): NodeId) -> &mut Node<'t> {
        &mut self.nodes[at as usize]
    }

    pub(super) fn adopt(&mut self, parent: NodeId, child: NodeId) {
        self.node_mut(child).parent = Some(parent);
        self.node_mut(parent).children.push(child);
    }

    pub(super) fn receive(&mut self, parent: NodeId, receiver: NodeId) {
        self.node_mut(receiver).parent = Some(parent);
        self.node_mut(parent).receiver = Some(receiver);
    }

    /// The root.
    pub const ROOT: NodeId = NodeId(0);

    /// A node.
    pub fn node(&self, NodeId(at): NodeId) -> &Node<'t> {
        &self.nodes[at as usize]
    }

    /// Every node, each before those in it, in the order of the text.
    pub fn walk(&self) -> Vec<NodeId> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut open = vec![Self::ROOT];
        while let Some(id) = open.pop() {
            order.push(id);
            let node = self.node(id);
            open.extend(node.children.iter().rev());
            open.extend(node.receiver);
        }
        order
    }

    /// The node and those that hold it, from the inside out.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |&id| self.node(id).parent)
    }

    /// The arguments of a call, or the items of a list or map; closures are left out.
    pub fn arguments(&self, id: NodeId) -> impl Iterator<Item = Argument<'_, 't>> {
        let arguments = self.node(id).children.iter().map(|&id| {
            let node = self.node(id);
            Argument { label: node.label.as_ref().map(|name| name.text.as_ref()), id, node }
        });
        arguments.filter(|argument| argument.node.kind != Kind::Closure)
    }

    /// The argument under a name.
    pub fn named(&self, id: NodeId, name: &str) -> Option<NodeId> {
        self.arguments(id).find(|argument| argument.label == Some(name)).map(|argument| argument.id)
    }

    /// The argument with this number, from 0, among those without names.
    pub fn positional(&self, id: NodeId, number: usize) -> Option<NodeId> {
        self.arguments(id).filter(|argument| argument.label.is_none()).nth(number).map(|argument| argument.id)
    }

    /// The closure that a call is given last.
    pub fn closure(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).children.iter().rev().copied().find(|&child| self.node(child).kind == Kind::Closure)
    }

    /// The calls that are statements of a closure.
    pub fn calls(&self, closure: NodeId) -> impl Iterator<Item = (NodeId, &Node<'t>)> {
        let children = self.node(closure).children.iter().map(|&id| (id, self.node(id)));
        children.filter(|(_, node)| node.kind == Kind::Call)
    }

    /// The text of a string that nothing is put into, with escapes resolved.
    pub fn literal(&self, id: NodeId) -> Option<Cow<'t, str>> {
        let node = self.node(id);
        let is_literal = node.kind == Kind::Text && node.children.is_empty();
        is_literal.then(|| string::unescape(&self.text[node.content.clone()], &self.text[node.span.clone()]))
    }

    /// The words of a node as they stand in the text.
    pub fn source(&self, id: NodeId) -> &'t str {
        &self.text[self.node(id).span.clone()]
    }
}
