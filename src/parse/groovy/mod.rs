//! Groovy as pipelines and scripts of Jenkins are written: calls with their arguments and closures, assignments, strings with what is
//! put into them.
//!
//! Written here, as what is asked of it is small and it must read any text: it knows no precedence of operators and no types, and what
//! it can't place it steps over. It never fails, and takes time in the length of the text.

mod call;
mod expression;
mod lexer;
mod statement;
mod string;
mod tree;

pub use tree::{Argument, Kind, Name, Node, NodeId, Script};

use lexer::Token;

/// Deepest nesting of brackets and strings that is read. What lies deeper is stepped over.
const MAX_DEPTH: usize = 100;

/// Deepest nesting of strings inside each other's `${}`. Each level is read again from the text, so that it must be small.
const MAX_STRING_DEPTH: usize = 4;

/// Reads a script.
pub fn parse(text: &str) -> Script<'_> {
    let mut script = Script::new(text);
    let root = script.push(Kind::Script, 0..text.len());
    let mut parser = Parser::new(&mut script, 0..text.len(), 0, 0);
    let end = parser.tokens.len();
    parser.statements(root, end);
    script
}

/// Reads the tokens of one range: the file, or an expression inside a string.
struct Parser<'s, 't> {
    script: &'s mut Script<'t>,
    tokens: Vec<Token>,
    interpolations: Vec<string::Interpolation>,
    /// The next token.
    at: usize,
    depth: usize,
    string_depth: usize,
}

impl<'s, 't> Parser<'s, 't> {
    fn new(script: &'s mut Script<'t>, range: std::ops::Range<usize>, depth: usize, string_depth: usize) -> Self {
        let (tokens, interpolations) = lexer::tokens(script.text, range);
        Self { script, tokens, interpolations, at: 0, depth, string_depth }
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The text of a token; empty behind the last.
    fn text(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.script.text[token.span.clone()])
    }

    fn is_word(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.kind == lexer::TokenKind::Word)
    }

    fn is_newline(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.kind == lexer::TokenKind::Newline)
    }

    fn is_text(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| matches!(token.kind, lexer::TokenKind::Text { .. }))
    }

    fn skip_newlines(&mut self, end: usize) {
        while self.at < end && self.is_newline(self.at) {
            self.at += 1;
        }
    }

    /// Where a token begins; the end of the text behind the last.
    fn start_of(&self, at: usize) -> usize {
        self.token(at).map_or(self.script.text.len(), |token| token.span.start)
    }

    /// Where the token before the next one ends.
    fn end_of_last(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.token(at)).map_or(0, |token| token.span.end)
    }

    /// The place of the bracket that closes the one at `at`, not behind `end`.
    fn partner(&self, at: usize, end: usize) -> usize {
        self.token(at).map_or(end, |token| token.partner.min(end))
    }
}

#[cfg(test)]
mod tests;
