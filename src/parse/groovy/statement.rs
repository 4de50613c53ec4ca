//! Statements, calls and their arguments, closures.

use std::borrow::Cow;

use super::expression::Place;
use super::tree::{Kind, Name, NodeId};
use super::{MAX_DEPTH, Parser};

/// Words before a declaration.
const MODIFIERS: &[&str] = &[
    "def",
    "final",
    "static",
    "private",
    "public",
    "protected",
    "synchronized",
    "abstract",
    "transient",
    "volatile",
    "var",
];
/// Words before a statement that say nothing here.
const LEADS: &[&str] = &["else", "try", "finally", "do", "return", "throw", "assert", "case", "default"];
/// Words that stand between operands, and begin none.
pub(super) const BETWEEN: &[&str] = &["in", "as", "instanceof"];

/// Furthest that the arrow of a closure's parameters is looked for, in tokens.
const MAX_PARAMETERS: usize = 64;

impl Parser<'_, '_> {
    /// Reads statements up to the token `end` as children of `parent`.
    pub(super) fn statements(&mut self, parent: NodeId, end: usize) {
        while self.at < end {
            let before = self.at;
            if let Some(id) = self.statement(end) {
                self.script.adopt(parent, id);
            }
            if self.at == before {
                self.at += 1;
            }
        }
    }

    fn statement(&mut self, end: usize) -> Option<NodeId> {
        match self.text(self.at) {
            "@" if self.is_word(self.at + 1) => Some(self.annotation(end)),
            "import" | "package" => Some(self.import(end)),
            word if LEADS.contains(&word) => {
                self.at += 1;
                None
            }
            word if MODIFIERS.contains(&word) && self.is_word(self.at) => {
                while MODIFIERS.contains(&self.text(self.at)) && self.at < end {
                    self.at += 1;
                }
                self.declaration(end)
            }
            _ if self.begins_typed_declaration(end) => self.declaration(end),
            _ => self.expression(end, Place::Statement),
        }
    }

    fn import(&mut self, end: usize) -> NodeId {
        let start = self.start_of(self.at);
        self.at += 1;
        let name_start = self.start_of(self.at);
        while self.at < end && !self.is_newline(self.at) && self.text(self.at) != ";" {
            self.at += 1;
        }
        let span = name_start.min(self.end_of_last())..self.end_of_last();
        let id = self.script.push(Kind::Import, start..span.end);
        let text = Cow::Borrowed(&self.script.text[span.clone()]);
        self.script.node_mut(id).name = Name { text, span };
        id
    }

    fn annotation(&mut self, end: usize) -> NodeId {
        let start = self.start_of(self.at);
        self.at += 1;
        let name_start = self.start_of(self.at);
        self.at += 1;
        while self.at + 1 < end && self.text(self.at) == "." && self.is_word(self.at + 1) {
            self.at += 2;
        }
        let span = name_start..self.end_of_last();
        let id = self.script.push(Kind::Annotation, start..span.end);
        let text = Cow::Borrowed(&self.script.text[span.clone()]);
        self.script.node_mut(id).name = Name { text, span };
        if self.at < end && self.text(self.at) == "(" {
            self.call_arguments(id, end);
        }
        self.script.node_mut(id).span.end = self.end_of_last();
        id
    }

    /// Whether a type and a name come next: `String x = ...`, `Map<String, String> x`, `void f() {`.
    fn begins_typed_declaration(&self, end: usize) -> bool {
        let Some(name) = self.declared_name(self.at, end) else { return false };
        if name == self.at {
            return false;
        }
        let is_type = self.text(self.at).starts_with(|c: char| c.is_ascii_uppercase())
            || matches!(
                self.text(self.at),
                "int" | "long" | "boolean" | "double" | "float" | "byte" | "char" | "short" | "void"
            );
        match self.text(name + 1) {
            "=" => true,
            "in" | ":" => is_type,
            "(" => is_type && self.text(self.partner(name + 1, end) + 1) == "{",
            _ => false,
        }
    }

    /// The token that is declared by the type that begins at `at`; `at` where no type stands before it.
    fn declared_name(&self, at: usize, end: usize) -> Option<usize> {
        if !self.is_word(at) {
            return None;
        }
        let mut next = at + 1;
        while self.text(next) == "." && self.is_word(next + 1) {
            next += 2;
        }
        if self.text(next) == "<" {
            let is_part =
                |at: usize| self.is_word(at) || matches!(self.text(at), "," | "." | "?" | "<" | ">" | ">>" | "[" | "]");
            while next < end && is_part(next) && !(self.is_word(next) && self.text(next - 1).starts_with('>')) {
                next += 1;
            }
        }
        while self.text(next) == "[" && self.text(next + 1) == "]" {
            next += 2;
        }
        let is_name = next < end && self.is_word(next) && !BETWEEN.contains(&self.text(next));
        Some(if is_name { next } else { at })
    }

    /// Reads what is declared, from the type or the name on.
    fn declaration(&mut self, end: usize) -> Option<NodeId> {
        let start = self.start_of(self.at);
        // `def (a, b) = [1, 2]`
        if self.text(self.at) == "(" {
            let close = self.partner(self.at, end);
            let id = self.script.push(Kind::List, start..self.start_of(close));
            while self.at < close {
                if self.is_word(self.at) && matches!(self.text(self.at + 1), "," | ")") {
                    let name = self.parameter(self.at);
                    self.script.adopt(id, name);
                }
                self.at += 1;
            }
            return Some(id);
        }
        let name = self.declared_name(self.at, end)?;
        self.at = name + 1;
        let (text, span) = (Cow::Borrowed(self.text(name)), self.token(name)?.span.clone());
        if self.at < end && self.text(self.at) == "(" {
            return Some(self.function(Name { text, span }, start, end));
        }
        let id = self.script.push(Kind::Assignment, start..span.end);
        self.script.node_mut(id).name = Name { text, span };
        if self.at < end && matches!(self.text(self.at), "=" | "in" | ":") {
            self.at += 1;
            self.skip_newlines(end);
            if let Some(value) = self.expression(end, Place::Statement) {
                self.script.adopt(id, value);
            }
            self.script.node_mut(id).span.end = self.end_of_last();
        }
        Some(id)
    }

    fn parameter(&mut self, at: usize) -> NodeId {
        let span = self.token(at).map_or(0..0, |token| token.span.clone());
        let id = self.script.push(Kind::Parameter, span.clone());
        let text = Cow::Borrowed(&self.script.text[span.clone()]);
        self.script.node_mut(id).name = Name { text, span };
        id
    }

    fn function(&mut self, name: Name<'_>, start: usize, end: usize) -> NodeId {
        let id = self.script.push(Kind::Function, start..name.span.end);
        let text = Cow::Borrowed(&self.script.text[name.span.clone()]);
        self.script.node_mut(id).name = Name { text, span: name.span };
        let close = self.partner(self.at, end);
        for at in self.at + 1..close {
            let ends_here = at + 1 >= close || matches!(self.text(at + 1), "," | "=");
            if self.is_word(at) && ends_here {
                let parameter = self.parameter(at);
                self.script.adopt(id, parameter);
            }
        }
        self.at = (close + 1).min(end);
        self.skip_newlines(end);
        if self.at < end && self.text(self.at) == "{" {
            let body = self.closure(end);
            self.script.adopt(id, body);
        }
        self.script.node_mut(id).span.end = self.end_of_last();
        id
    }

    /// Reads a closure or block.
    pub(super) fn closure(&mut self, end: usize) -> NodeId {
        let (at, close) = (self.at, self.partner(self.at, end));
        let start = self.start_of(at);
        let id = self.script.push(Kind::Closure, start..start);
        self.at += 1;
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            self.closure_parameters(id, close);
            self.statements(id, close);
            self.depth -= 1;
        }
        self.at = (close + 1).min(self.tokens.len()).max(at + 1);
        self.script.node_mut(id).span.end = self.end_of_last();
        id
    }

    /// Reads `a, b ->`.
    fn closure_parameters(&mut self, closure: NodeId, end: usize) {
        let limit = end.min(self.at + MAX_PARAMETERS);
        let arrow = (self.at..limit)
            .take_while(|&at| !matches!(self.text(at), "{" | "(" | ";"))
            .find(|&at| self.text(at) == "->");
        let Some(arrow) = arrow else { return };
        for at in self.at..arrow {
            if self.is_word(at) && matches!(self.text(at + 1), "," | "->" | "=") {
                let parameter = self.parameter(at);
                self.script.adopt(closure, parameter);
            }
        }
        self.at = arrow + 1;
    }
}
