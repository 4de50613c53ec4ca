//! Calls with and without parentheses, members, indexes, arguments.

use std::borrow::Cow;

use super::Parser;
use super::expression::Place;
use super::lexer::TokenKind;
use super::statement::BETWEEN;
use super::tree::{Kind, Name, NodeId};

impl Parser<'_, '_> {
    /// Reads the members, calls and indexes behind a value.
    pub(super) fn postfix(&mut self, mut value: NodeId, end: usize, place: Place) -> NodeId {
        loop {
            let mut next = self.at;
            while next < end && self.is_newline(next) {
                next += 1;
            }
            let is_here = next == self.at;
            if next >= end {
                return value;
            }
            let is_spaced = self.token(next).is_some_and(|token| token.is_spaced);
            let kind = self.script.node(value).kind;
            let is_callable = matches!(kind, Kind::Name | Kind::Member);
            match self.text(next) {
                "." | "?." | "*." | ".&" | "::" if self.is_word(next + 1) || self.is_text(next + 1) => {
                    self.at = next + 1;
                    value = self.member(value);
                }
                "(" if is_here && (is_callable || !is_spaced && kind != Kind::Text) => value = self.call(value, end),
                "[" if is_here && !is_spaced => value = self.index(value, end),
                "{" if is_here && (is_callable || kind == Kind::Call) && place != Place::Arguments => {
                    value = if is_callable { self.call_of(value) } else { value };
                    let closure = self.closure(end);
                    self.script.adopt(value, closure);
                    let end_of_closure = self.end_of_last();
                    self.script.node_mut(value).span.end = end_of_closure;
                }
                "++" | "--" if is_here => self.at += 1,
                _ => return value,
            }
        }
    }

    /// Reads the name behind a dot.
    fn member(&mut self, value: NodeId) -> NodeId {
        let (text, span) = match self.token(self.at) {
            Some(token) => match &token.kind {
                TokenKind::Text { content, .. } => (&self.script.text[content.clone()], content.clone()),
                _ => (self.text(self.at), token.span.clone()),
            },
            None => ("", 0..0),
        };
        self.at += 1;
        self.extended(value, text, span)
    }

    /// A path with one more name, or a member of what is no path.
    fn extended(&mut self, value: NodeId, text: &str, span: std::ops::Range<usize>) -> NodeId {
        let end = self.end_of_last();
        if self.script.node(value).kind == Kind::Name {
            let node = self.script.node_mut(value);
            let path = node.name.text.to_mut();
            path.push('.');
            path.push_str(text);
            node.name.span.end = span.end;
            node.span.end = end;
            return value;
        }
        let start = self.script.node(value).span.start;
        let id = self.script.push(Kind::Member, start..end);
        let text = Cow::Borrowed(&self.script.text[span.clone()]);
        self.script.node_mut(id).name = Name { text, span };
        self.script.receive(id, value);
        id
    }

    /// Makes a call of the name that is called.
    fn call_of(&mut self, callee: NodeId) -> NodeId {
        let node = self.script.node_mut(callee);
        node.kind = Kind::Call;
        callee
    }

    fn call(&mut self, callee: NodeId, end: usize) -> NodeId {
        let id = match self.script.node(callee).kind {
            Kind::Name | Kind::Member => self.call_of(callee),
            // `x.f()()`, `list[0]()`: the value is called.
            _ => {
                let start = self.script.node(callee).span.start;
                let id = self.script.push(Kind::Call, start..start);
                self.script.receive(id, callee);
                id
            }
        };
        self.call_arguments(id, end);
        let end_of_call = self.end_of_last();
        self.script.node_mut(id).span.end = end_of_call;
        id
    }

    /// Reads `(...)` as arguments of `call`.
    pub(super) fn call_arguments(&mut self, call: NodeId, end: usize) {
        let (at, close) = (self.at, self.partner(self.at, end));
        self.at += 1;
        self.arguments(call, close, Place::Brackets);
        self.at = (close + 1).min(self.tokens.len()).max(at + 1);
    }

    fn index(&mut self, value: NodeId, end: usize) -> NodeId {
        let (at, close) = (self.at, self.partner(self.at, end));
        if close == at + 2
            && let Some(TokenKind::Text { content, parts }) = self.token(at + 1).map(|token| token.kind.clone())
            && parts.is_empty()
            && self.script.node(value).kind == Kind::Name
        {
            self.at = close + 1;
            let text = &self.script.text[content.clone()];
            return self.extended(value, text, content);
        }
        let start = self.script.node(value).span.start;
        let id = self.script.push(Kind::Index, start..start);
        self.script.receive(id, value);
        self.call_arguments(id, end);
        let end_of_index = self.end_of_last();
        self.script.node_mut(id).span.end = end_of_index;
        id
    }

    /// Reads the arguments of a call without parentheses, if any follow.
    pub(super) fn command(&mut self, callee: NodeId, end: usize) -> NodeId {
        let is_callable = matches!(self.script.node(callee).kind, Kind::Name | Kind::Member);
        let Some(next) = self.token(self.at).filter(|_| is_callable && self.at < end) else { return callee };
        let text = self.text(self.at);
        let begins_argument = match next.kind {
            TokenKind::Text { .. } => true,
            TokenKind::Number => next.is_spaced,
            TokenKind::Word => !BETWEEN.contains(&text),
            TokenKind::Symbol => text == "[" && next.is_spaced,
            TokenKind::Newline => false,
        };
        if !begins_argument {
            return callee;
        }
        let id = self.call_of(callee);
        self.arguments(id, end, Place::Arguments);
        let end_of_call = self.end_of_last();
        self.script.node_mut(id).span.end = end_of_call;
        id
    }

    /// Reads arguments or items. Without brackets they end with the line, but for one that ends in a comma.
    pub(super) fn arguments(&mut self, parent: NodeId, end: usize, place: Place) {
        loop {
            self.skip_newlines(if place == Place::Brackets { end } else { self.at });
            if self.at >= end {
                return;
            }
            let before = self.at;
            let label = self.label(end);
            let value = self.expression(end, place);
            if let Some(value) = value {
                self.script.node_mut(value).label = label;
                self.script.adopt(parent, value);
            }
            if self.at < end && self.text(self.at) == "," {
                self.at += 1;
                self.skip_newlines(end);
            } else if place != Place::Brackets {
                return;
            } else if self.at == before {
                self.at += 1;
            }
        }
    }

    /// Reads the name that an argument is passed under.
    fn label(&mut self, end: usize) -> Option<Name<'static>> {
        let at = self.at;
        let (close, span) = match &self.token(at)?.kind {
            TokenKind::Word | TokenKind::Number => (at, self.token(at)?.span.clone()),
            TokenKind::Text { content, .. } => (at, content.clone()),
            TokenKind::Symbol if self.text(at) == "(" => {
                let close = self.partner(at, end);
                (close, self.token(at)?.span.start..self.start_of(close))
            }
            _ => return None,
        };
        if close + 1 >= end || self.text(close + 1) != ":" {
            return None;
        }
        self.at = close + 2;
        self.skip_newlines(end);
        Some(Name { text: Cow::Owned(self.script.text[span.clone()].to_owned()), span })
    }
}
