//! Values of attributes, items and elements, and how they end.

use super::{Expression, Frame, Parser, TRANSPARENT, comment_end, expression, heredoc, literal};
use crate::parse::{Style, lines};

impl Parser<'_> {
    /// Reads a value, or opens the collection that it is.
    pub(super) fn value(&mut self) {
        loop {
            self.skip_blanks();
            match self.byte() {
                Some(b'[') if !self.is_for() => {
                    self.builder.open_sequence(self.at);
                    return self.open(Frame::List);
                }
                Some(b'{') if !self.is_for() => {
                    self.builder.open_mapping(self.at);
                    return self.open(Frame::Object { has_mapping: true });
                }
                Some(b'"') => return self.string_value(),
                Some(b'<') => return self.heredoc_value(),
                _ => {}
            }
            let Some((name, argument)) = self.call() else {
                return self.expression_value();
            };
            if name == "merge" {
                self.builder.open_mapping(self.at);
                self.at = argument;
                self.frames.push(Frame::Merge);
                return;
            }
            self.at = argument;
            self.frames.push(Frame::Call);
        }
    }

    fn open(&mut self, frame: Frame) {
        self.at += 1;
        self.frames.push(frame);
    }

    fn string_value(&mut self) {
        let start = self.at;
        let found = self.string(start);
        if self.is_operator(found.end) {
            return self.expression_value();
        }
        self.at = found.end;
        self.builder.scalar(found.text, Style::Quoted, found.inner, start..found.end);
    }

    fn heredoc_value(&mut self) {
        let start = self.at;
        let Some(found) = heredoc(self.text, start) else {
            return self.expression_value();
        };
        if !found.is_closed {
            self.builder.problem(start..start + 2, "a heredoc is not closed");
        }
        self.at = found.end;
        self.builder.scalar(found.text, Style::Block, found.inner, start..found.end);
    }

    fn expression_value(&mut self) {
        let Expression { span, end } = self.expression();
        if span.is_empty() {
            self.builder.problem(span.clone(), "a value is missing");
        }
        let (text, style) = literal(&self.text[span.clone()]);
        self.builder.scalar(text, style, span.clone(), span);
        self.at = end;
    }

    /// The expression that begins here. Between parentheses and square brackets it may span lines.
    fn expression(&mut self) -> Expression {
        let spans_lines = self.spans_lines();
        expression(self.text, self.at, spans_lines, &mut self.one_line_strings)
    }

    fn spans_lines(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::List | Frame::Call | Frame::Merge))
    }

    /// Steps over an expression that is no value of the tree.
    pub(super) fn skip_expression(&mut self) {
        self.at = self.expression().end;
    }

    /// The name of a function whose call stands for its argument, and where that argument begins. Only collections, strings and
    /// further calls of that kind are worth it; else the whole call is one expression.
    fn call(&self) -> Option<(&str, usize)> {
        let bytes = self.text.as_bytes();
        let rest = &bytes[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = &self.text[self.at..self.at + length];
        if rest.get(length) != Some(&b'(') || !(name == "merge" || TRANSPARENT.contains(&name)) {
            return None;
        }
        let start = self.at + length + 1;
        let blanks = bytes[start..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let argument = start + blanks;
        let is_literal = matches!(bytes.get(argument), Some(b'{' | b'[' | b'"' | b'<'));
        let rest = &self.text[argument..];
        let is_call = rest.starts_with("merge(") || TRANSPARENT.iter().any(|inner| rest.starts_with(inner));
        (name == "merge" || is_literal || is_call).then_some((name, argument))
    }

    /// Whether `for` follows the bracket here.
    pub(super) fn is_for(&self) -> bool {
        let rest = self.text[self.at + 1..].trim_ascii_start();
        rest.strip_prefix("for").is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_whitespace()))
    }

    /// Whether an operator follows at `at`, so that what stands before it is only part of an expression.
    fn is_operator(&self, mut at: usize) -> bool {
        let is_adjacent = matches!(self.text.as_bytes().get(at), Some(b'.' | b'['));
        let spans_lines = self.spans_lines();
        loop {
            at = lines::skip_blanks(self.text, at..self.text.len());
            let rest = &self.text.as_bytes()[at..];
            match (rest.first(), comment_end(self.text, at)) {
                (_, Some(end)) => at = end,
                (Some(b'\n'), None) if spans_lines => at += 1,
                _ if rest.starts_with(b"<<") => return false,
                (Some(byte), None) => return is_adjacent || b"?=!<>&|+-*/%".contains(byte),
                (None, None) => return false,
            }
        }
    }

    /// Closes the innermost frame; its bracket is `length` bytes long here.
    pub(super) fn close_frame(&mut self, length: usize) {
        self.at += length;
        let mappings = match self.frames.pop() {
            Some(Frame::Body { mappings }) => mappings,
            Some(Frame::Object { has_mapping }) => usize::from(has_mapping),
            Some(Frame::List | Frame::Merge) => 1,
            Some(Frame::Call) | None => 0,
        };
        (0..mappings).for_each(|_| self.builder.close(self.at));
        // As in `[1, 2][0]` and `{ a = 1 }.a`.
        let is_element = matches!(self.frames.last(), Some(Frame::List | Frame::Merge));
        let goes_on = !is_element && self.is_operator(self.at) || matches!(self.byte(), Some(b'.' | b'['));
        if length > 0 && goes_on {
            self.skip_expression();
        }
    }

    /// Closes the innermost frame, whose own bracket was forgotten.
    pub(super) fn forgotten_bracket(&mut self) {
        self.builder.problem(self.at..self.at, "a bracket is missing");
        self.close_frame(0);
    }

    /// A bracket that does not close the innermost frame: it closes the one around, or nothing.
    pub(super) fn foreign_bracket(&mut self, bracket: u8) {
        let around = self.frames.len().checked_sub(2).map(|place| self.frames[place]);
        let is_meant = match around {
            Some(Frame::List) => bracket == b']',
            Some(Frame::Call | Frame::Merge) => bracket == b')',
            Some(Frame::Object { .. } | Frame::Body { .. }) => bracket == b'}',
            None => false,
        };
        if is_meant { self.forgotten_bracket() } else { self.skip_bracket() }
    }

    /// Steps over a bracket that closes nothing.
    pub(super) fn skip_bracket(&mut self) {
        self.builder.problem(self.at..self.at + 1, "a bracket that closes nothing");
        self.at += 1;
    }

    /// Steps over the rest of a line that could not be read from `start` on.
    pub(super) fn skip_line(&mut self, start: usize) {
        let end = lines::line_at(self.text, self.at).map_or(self.text.len(), |line| line.range.end);
        self.builder.problem(start..end, "neither an attribute nor a block");
        self.at = end;
    }
}
