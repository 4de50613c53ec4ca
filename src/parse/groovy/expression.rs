//! Values: names, calls, strings, lists, closures, and what operators make of them.

use std::borrow::Cow;

use super::lexer::TokenKind;
use super::tree::{Kind, Name, NodeId};
use super::{MAX_DEPTH, MAX_STRING_DEPTH, Parser};

/// Operators that give true or false.
const TESTS: &[&str] = &["==", "!=", "===", "!==", "<", ">", "<=", ">=", "&&", "||", "=~", "==~", "in", "instanceof"];
/// Other operators between two values.
const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "**", "<<", ">>", ">>>", "|", "&", "^", "..", "?:", "<=>"];
/// Assignments.
const ASSIGNMENTS: &[&str] = &["=", "+=", "-=", "*=", "/=", "**=", "?="];

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Inside brackets, where lines mean nothing.
    Brackets,
    /// Among the arguments of a call without parentheses.
    Arguments,
    /// Where calls need no parentheses.
    Statement,
}

impl<'t> Parser<'_, 't> {
    /// Reads an expression that ends before the token `end`. Nothing is read where none begins.
    pub(super) fn expression(&mut self, end: usize, place: Place) -> Option<NodeId> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = self.joined(end, place);
        self.depth -= 1;
        value
    }

    fn joined(&mut self, end: usize, place: Place) -> Option<NodeId> {
        let start = self.start_of(self.at);
        let first = self.operand(end, place)?;
        let mut operands = vec![first];
        let mut is_test = false;
        while let Some(operator) = self.operator(end, place) {
            if ASSIGNMENTS.contains(&operator) {
                return Some(self.assignment(&operands, end, place));
            }
            self.at += 1;
            self.skip_newlines(end);
            if operator == "?" {
                return Some(self.ternary(operands, start, end, place));
            }
            is_test |= TESTS.contains(&operator);
            if operator == "as" || operator == "instanceof" {
                self.type_name(end);
            } else if let Some(operand) = self.operand(end, place) {
                operands.push(operand);
            }
        }
        Some(self.operation(operands, is_test, start))
    }

    /// The operator that comes next, if one does.
    fn operator(&mut self, end: usize, place: Place) -> Option<&'t str> {
        if place == Place::Brackets {
            self.skip_newlines(end);
        } else if self.is_newline(self.at) {
            // Some write `+`, `?` and `:` at the beginning of the next line.
            let mut next = self.at;
            while next < end && self.is_newline(next) {
                next += 1;
            }
            let goes_on = next < end && matches!(self.text(next), "?" | "?:" | "&&" | "||" | "+");
            if !goes_on {
                return None;
            }
            self.at = next;
        }
        if self.at >= end {
            return None;
        }
        let text = self.text(self.at);
        let is_operator = TESTS.contains(&text)
            || OPERATORS.contains(&text)
            || ASSIGNMENTS.contains(&text)
            || text == "?"
            || text == "as" && self.is_word(self.at + 1);
        is_operator.then_some(text)
    }

    fn operation(&mut self, operands: Vec<NodeId>, is_test: bool, start: usize) -> NodeId {
        if let ([only], false) = (operands.as_slice(), is_test) {
            return *only;
        }
        let kind = if is_test { Kind::Test } else { Kind::Operation };
        let id = self.script.push(kind, start..self.end_of_last().max(start));
        operands.into_iter().for_each(|operand| self.script.adopt(id, operand));
        id
    }

    /// Reads what stands behind the target of an assignment, from its sign on.
    fn assignment(&mut self, operands: &[NodeId], end: usize, place: Place) -> NodeId {
        let target = *operands.last().expect("an operator stands behind an operand");
        let start = self.script.node(operands[0]).span.start;
        let name = match self.script.node(target).kind {
            Kind::Name | Kind::Member => self.script.node(target).name.clone(),
            _ => Name::default(),
        };
        self.at += 1;
        self.skip_newlines(end);
        let place = if place == Place::Brackets { place } else { Place::Statement };
        let value = self.expression(end, place);
        let id = self.script.push(Kind::Assignment, start..self.end_of_last().max(start));
        self.script.node_mut(id).name = name;
        self.script.receive(id, target);
        if let Some(value) = value {
            self.script.adopt(id, value);
        }
        id
    }

    /// Reads the two values behind a `?`.
    fn ternary(&mut self, condition: Vec<NodeId>, start: usize, end: usize, place: Place) -> NodeId {
        let condition = self.operation(condition, false, start);
        let first = self.expression(end, place);
        let mut next = self.at;
        while next < end && self.is_newline(next) {
            next += 1;
        }
        let mut second = None;
        if next < end && self.text(next) == ":" {
            self.at = next + 1;
            self.skip_newlines(end);
            second = self.expression(end, place);
        }
        let id = self.script.push(Kind::Ternary, start..self.end_of_last().max(start));
        self.script.receive(id, condition);
        [first, second].into_iter().flatten().for_each(|value| self.script.adopt(id, value));
        id
    }

    /// Steps over the name of a type, with its parameters and brackets.
    fn type_name(&mut self, end: usize) {
        while self.at < end && (self.is_word(self.at) || matches!(self.text(self.at), "." | "[" | "]")) {
            self.at += 1;
        }
    }

    fn operand(&mut self, end: usize, place: Place) -> Option<NodeId> {
        let start = self.start_of(self.at);
        let mut is_test = false;
        while self.at < end && matches!(self.text(self.at), "!" | "-" | "+" | "~" | "++" | "--" | "*") {
            is_test |= self.text(self.at) == "!";
            self.at += 1;
        }
        let value = self.primary(end)?;
        let value = self.postfix(value, end, place);
        let value = if place == Place::Statement { self.command(value, end) } else { value };
        if !is_test {
            return Some(value);
        }
        Some(self.operation(vec![value], true, start))
    }

    fn primary(&mut self, end: usize) -> Option<NodeId> {
        if self.at >= end {
            return None;
        }
        let token = self.token(self.at)?;
        let (kind, span) = (token.kind.clone(), token.span.clone());
        match kind {
            TokenKind::Text { content, parts } => {
                self.at += 1;
                let id = self.script.push(Kind::Text, span);
                self.script.node_mut(id).content = content;
                self.inside_string(id, parts);
                Some(id)
            }
            TokenKind::Number => {
                self.at += 1;
                Some(self.script.push(Kind::Number, span))
            }
            TokenKind::Word if self.text(self.at) == "new" && self.is_word(self.at + 1) => Some(self.new_object(end)),
            TokenKind::Word => {
                let text = self.text(self.at);
                self.at += 1;
                let id = self.script.push(Kind::Name, span.clone());
                self.script.node_mut(id).name = Name { text: Cow::Borrowed(text), span };
                Some(id)
            }
            TokenKind::Symbol => self.bracket(end),
            TokenKind::Newline => None,
        }
    }

    /// Reads `(...)`, `[...]` or `{...}`.
    fn bracket(&mut self, end: usize) -> Option<NodeId> {
        let (at, close) = (self.at, self.partner(self.at, end));
        let start = self.start_of(at);
        let text = self.text(at);
        if text == "{" {
            return Some(self.closure(end));
        }
        if !matches!(text, "(" | "[") {
            return None;
        }
        self.at += 1;
        let id = if text == "[" {
            let id = self.script.push(Kind::List, start..start);
            self.arguments(id, close, Place::Brackets);
            id
        } else {
            self.skip_newlines(close);
            self.expression(close, Place::Brackets).unwrap_or_else(|| self.script.push(Kind::Other, start..start))
        };
        self.at = (close + 1).min(self.tokens.len()).max(at + 1);
        let end_of_bracket = self.end_of_last();
        if text == "[" {
            self.script.node_mut(id).span = start..end_of_bracket;
        }
        Some(id)
    }

    fn new_object(&mut self, end: usize) -> NodeId {
        let start = self.start_of(self.at);
        self.at += 1;
        let name_start = self.start_of(self.at);
        self.type_name_of_new(end);
        let span = name_start..self.end_of_last().max(name_start);
        let text: String = self.script.text[span.clone()].split(char::is_whitespace).collect();
        let id = self.script.push(Kind::New, start..span.end);
        self.script.node_mut(id).name = Name { text: Cow::Owned(text), span };
        if self.at < end && self.text(self.at) == "(" {
            self.call_arguments(id, end);
        } else if self.at < end && self.text(self.at) == "[" {
            self.at = (self.partner(self.at, end) + 1).min(self.tokens.len());
        }
        self.script.node_mut(id).span.end = self.end_of_last();
        id
    }

    fn type_name_of_new(&mut self, end: usize) {
        self.at += 1;
        while self.at + 1 < end && matches!(self.text(self.at), "." | "$") && self.is_word(self.at + 1) {
            self.at += 2;
        }
        if self.text(self.at) == "<" {
            let mut close = self.at;
            while close < end && !matches!(self.text(close), ">" | "(" | ")" | "{" | ";") && !self.is_newline(close) {
                close += 1;
            }
            self.at = if self.text(close) == ">" { close + 1 } else { self.at };
        }
    }

    /// Reads what is put into a string.
    fn inside_string(&mut self, string: NodeId, parts: std::ops::Range<usize>) {
        if self.string_depth >= MAX_STRING_DEPTH || self.depth >= MAX_DEPTH {
            // It must not look like a string that nothing is put into.
            for part in self.interpolations[parts].iter().cloned() {
                let other = self.script.push(Kind::Other, part.span);
                self.script.adopt(string, other);
            }
            return;
        }
        for part in self.interpolations[parts].iter().cloned() {
            let (depth, string_depth) = (self.depth + 1, self.string_depth + 1);
            let mut inner = Parser::new(self.script, part.expression, depth, string_depth);
            let end = inner.tokens.len();
            inner.skip_newlines(end);
            let value = inner.expression(end, Place::Brackets);
            let value = value.unwrap_or_else(|| self.script.push(Kind::Other, part.span.clone()));
            // A simple name is underlined with its `$` and braces.
            self.script.node_mut(value).content = part.span;
            self.script.adopt(string, value);
        }
    }
}
