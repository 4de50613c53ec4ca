//! Groovy in tokens.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::string::{Interpolation, Quote, Strings};

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    /// A string, with its text between the quotes and the numbers of what is put into it.
    Text {
        content: Range<usize>,
        parts: Range<usize>,
    },
    Symbol,
    Newline,
}

/// A token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
    /// Whether blanks stand before it.
    pub(super) is_spaced: bool,
    /// For an opening bracket, the token that closes it; the number of tokens where none does.
    pub(super) partner: usize,
}

/// Symbols of several characters, longest first.
const SYMBOLS: &[&str] = &[
    "<=>", "==~", "**=", "...", ">>>", "===", "!==", "->", "?.", "?:", "==", "!=", "<=", ">=", "&&", "||", "<<", "+=",
    "-=", "*=", "/=", "*.", "::", "=~", "**", "..", "++", "--", ".&", ">>",
];

/// The tokens of a range of a text, and what is put into its strings.
pub(super) fn tokens(text: &str, range: Range<usize>) -> (Vec<Token>, Vec<Interpolation>) {
    let mut lexer = Lexer {
        bytes: &text.as_bytes()[..range.end],
        text,
        at: range.start,
        tokens: Vec::new(),
        strings: Strings::new(text, &range),
        is_spaced: false,
        has_dollar_slash: true,
    };
    while lexer.at < range.end {
        lexer.token();
    }
    pair(text, &mut lexer.tokens);
    (lexer.tokens, lexer.strings.interpolations)
}

struct Lexer<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    strings: Strings<'t>,
    is_spaced: bool,
    /// Whether a `/$` may follow, so that it is not looked for in vain again and again.
    has_dollar_slash: bool,
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

impl Lexer<'_> {
    fn byte(&self, at: usize) -> u8 {
        // NUL stands for the end: Groovy gives it no meaning.
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        let end = end.clamp(self.at + 1, self.bytes.len());
        self.tokens.push(Token { kind, span: self.at..end, is_spaced: self.is_spaced, partner: 0 });
        self.at = end;
        self.is_spaced = false;
    }

    fn token(&mut self) {
        let at = self.at;
        let next = self.byte(at + 1);
        match self.byte(at) {
            b'\n' => self.push(TokenKind::Newline, at + 1),
            // A line that ends in a backslash goes on.
            b'\\' if matches!(next, b'\n' | b'\r') => self.skip_to(at + if next == b'\r' { 3 } else { 2 }),
            byte if byte.is_ascii_whitespace() => self.skip_to(at + 1),
            b'/' if next == b'/' => self.skip_line(),
            b'#' if next == b'!' && at == 0 => self.skip_line(),
            b'/' if next == b'*' => {
                let end =
                    memmem::find(&self.bytes[at + 2..], b"*/").map_or(self.bytes.len(), |length| at + 2 + length + 2);
                self.skip_to(end);
            }
            b'"' | b'\'' => self.string(),
            b'/' if self.may_begin_value() && self.strings.closes_on_line(at + 1) => self.string(),
            b'$' if next == b'/' && self.may_begin_value() && self.dollar_slash_closes() => self.string(),
            byte if byte.is_ascii_digit() => {
                let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                let mut end = at;
                while is_part(self.byte(end)) || self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit() {
                    end += 1;
                }
                self.push(TokenKind::Number, end);
            }
            byte if is_word_byte(byte) => {
                let length = self.bytes[at..].iter().take_while(|&&byte| is_word_byte(byte)).count();
                self.push(TokenKind::Word, at + length);
            }
            _ => {
                let rest = &self.bytes[at..];
                let length =
                    SYMBOLS.iter().find(|symbol| rest.starts_with(symbol.as_bytes())).map_or(1, |symbol| symbol.len());
                self.push(TokenKind::Symbol, at + length);
            }
        }
    }

    fn skip_to(&mut self, end: usize) {
        self.at = end.min(self.bytes.len());
        self.is_spaced = true;
    }

    fn skip_line(&mut self) {
        self.skip_to(memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |length| self.at + length));
    }

    fn string(&mut self) {
        let (quote, start) = Quote::at(self.bytes, self.at);
        let first = self.strings.interpolations.len();
        let (content_end, end) = self.strings.scan(start, quote);
        let parts = first..self.strings.interpolations.len();
        self.push(TokenKind::Text { content: start..content_end.max(start), parts }, end);
    }

    /// Whether a value and no operator comes next, so that a slash begins a string.
    fn may_begin_value(&self) -> bool {
        let Some(last) = self.tokens.last() else { return true };
        match last.kind {
            TokenKind::Newline => true,
            TokenKind::Symbol => !matches!(&self.text[last.span.clone()], ")" | "]" | "}" | "++" | "--"),
            TokenKind::Word => matches!(&self.text[last.span.clone()], "return" | "in" | "case" | "assert"),
            TokenKind::Number | TokenKind::Text { .. } => false,
        }
    }

    fn dollar_slash_closes(&mut self) -> bool {
        self.has_dollar_slash = self.has_dollar_slash && memmem::find(&self.bytes[self.at + 2..], b"/$").is_some();
        self.has_dollar_slash
    }
}

/// Finds the bracket that closes each. One that closes nothing is left alone; one that is never closed ends with the bracket around it.
fn pair(text: &str, tokens: &mut [Token]) {
    let mut open: Vec<usize> = Vec::new();
    let mut counts = [0_usize; 3];
    for at in 0..tokens.len() {
        if tokens[at].kind != TokenKind::Symbol {
            continue;
        }
        let symbol = &text[tokens[at].span.clone()];
        let opens = |at: usize, tokens: &[Token]| "([{".find(&text[tokens[at].span.clone()]);
        if let Some(kind) = "([{".find(symbol) {
            counts[kind] += 1;
            open.push(at);
        } else if let Some(kind) = ")]}".find(symbol)
            && counts[kind] > 0
        {
            while let Some(opener) = open.pop() {
                tokens[opener].partner = at;
                let found = opens(opener, tokens).unwrap_or(kind);
                counts[found] -= 1;
                if found == kind {
                    break;
                }
            }
        }
    }
    for opener in open {
        tokens[opener].partner = tokens.len();
    }
}
