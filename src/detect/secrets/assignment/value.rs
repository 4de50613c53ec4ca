//! The value of an assignment: in quotes, in a call, or bare.

use std::ops::Range;

use super::{Assignment, Inside, MAX_VALUE, Operator, Quote, Reader, is_blank, is_line_end, is_name_byte, is_quote};
use crate::model::{FileKind, Format};

/// Whether a method compares what it is called on with its argument.
fn is_comparison(method: &[u8]) -> bool {
    matches!(method, b"equals" | b"equalsIgnoreCase" | b"Equals" | b"compareTo" | b"contentEquals")
}

impl Reader<'_> {
    pub(super) fn value(
        &self,
        mut name: Range<usize>,
        at: usize,
        mut operator: Operator,
        was_quoted: bool,
    ) -> Option<Assignment> {
        if operator == Operator::Argument && !was_quoted {
            // The function is called, not what it is called on: `password.encode("utf-8")`.
            let dot = memchr::memrchr(b'.', &self.text[name.clone()]).map(|dot| name.start + dot);
            match dot {
                Some(dot) if is_comparison(&self.text[dot + 1..name.end]) => {
                    operator = Operator::Compare;
                    name.end = dot;
                }
                Some(dot) => name.start = dot + 1,
                None => {}
            }
        }
        let mut start = self.skip_blanks(at);
        if operator == Operator::Equals && self.needs_quotes() && self.quote_at(start).is_none() {
            start = self.in_parentheses_or_below(start);
        }
        let fallback = self.fallback(start);
        start = fallback.unwrap_or(start);
        let mut wrapper = None;
        let mut quote = self.quote_at(start);
        if quote.is_none() && !matches!(operator, Operator::Element | Operator::Query) {
            // A string prefix, as in `b"..."`, or a call around the string, as in `decode("...")`.
            let mut end = start;
            while end - start < 60
                && (is_name_byte(self.at(end))
                    || matches!(self.at(end), b'@' | b'$' | b'&' | b':' | b'>' | b'[' | b']'))
            {
                end += 1;
            }
            let callee = start..end;
            if callee.len() <= 2 && self.quote_at(end).is_some() {
                start = end;
                quote = self.quote_at(start);
            } else if self.at(end) == b'(' && !callee.is_empty() {
                let inner = self.skip_blanks(end + 1);
                let prefix = usize::from(matches!(self.at(inner), b'b' | b'r' | b'@'));
                if self.quote_at(inner + prefix).is_some() {
                    start = inner + prefix;
                    quote = self.quote_at(start);
                    wrapper = Some(callee);
                }
            }
        }
        let inside = self.inside(name.start);
        let (range, quote) = match quote {
            Some(quote) => (self.quoted_value(start, quote)?, quote),
            None if operator == Operator::Argument || operator == Operator::Compare && !self.is_script() => {
                return None;
            }
            None if operator != Operator::Query && inside == Inside::Code && !self.can_stand_bare(operator) => {
                return None;
            }
            None => (self.bare_value(&name, start, operator, inside), Quote::None),
        };
        // Elsewhere than in markup, `<password>` is a placeholder, unless its end follows.
        let is_markup = matches!(self.kind, FileKind::Data(Format::Xml | Format::Html));
        let is_open = operator == Operator::Element && !is_markup && self.at(range.end) != b'<';
        if range.is_empty() || is_open {
            return None;
        }
        if let Some(value) = self.default_of_name(&name, &range) {
            // A property is named and set here, as in its own file; the string around it is part of the notation.
            let (operator, inside) = (Operator::Equals, Inside::Code);
            let quote = Quote::Plain(b'"');
            return Some(Assignment { name, value, quote, operator, inside, wrapper: None, is_default: true });
        }
        let default = self.default_inside(&range);
        let is_default = fallback.is_some() || default.is_some();
        let value = default.unwrap_or(range);
        Some(Assignment { name, value, quote, operator, inside, wrapper, is_default })
    }

    /// Where a literal begins that stands in parentheses or on the next line, else `at`.
    fn in_parentheses_or_below(&self, at: usize) -> usize {
        let inner = self.skip_space(at + usize::from(self.at(at) == b'('));
        // A string prefix, as in `b"..."`.
        let prefix = usize::from(self.at(inner).is_ascii_alphabetic());
        if self.quote_at(inner + prefix).is_some() { inner } else { at }
    }

    /// Whether a script's words need no quotes, also where they are compared.
    fn is_script(&self) -> bool {
        matches!(self.kind, FileKind::Source(language) if language.has_bare_strings())
    }

    /// Whether a value without quotes is an expression rather than a literal in this kind of file.
    pub(super) fn needs_quotes(&self) -> bool {
        match self.kind {
            FileKind::Source(language) => !language.has_bare_strings(),
            FileKind::Data(Format::Json | Format::Hcl | Format::Toml) => true,
            _ => false,
        }
    }

    /// Whether a value may stand without quotes, as far as the line before it tells.
    ///
    /// JSON assigns nothing with `=`, and a notebook or a record of requests can be one long line.
    fn can_stand_bare(&self, operator: Operator) -> bool {
        !self.needs_quotes() || self.kind == FileKind::Data(Format::Json) && operator == Operator::Equals
    }

    pub(super) fn quote_at(&self, at: usize) -> Option<Quote> {
        let byte = self.at(at);
        if is_quote(byte) {
            Some(Quote::Plain(byte))
        } else if byte == b'\\' && matches!(self.at(at + 1), b'"' | b'\'') {
            Some(Quote::Escaped(self.at(at + 1)))
        } else {
            None
        }
    }

    fn quoted_value(&self, start: usize, quote: Quote) -> Option<Range<usize>> {
        let (mut first, closing, is_escaped) = match quote {
            Quote::Plain(byte) => (start + 1, byte, false),
            Quote::Escaped(byte) => (start + 2, byte, true),
            Quote::None => return None,
        };
        // A triple quote opens the same way as an empty string followed by a quote.
        if !is_escaped && self.at(first) == closing && self.at(first + 1) == closing {
            first += 2;
        }
        let mut at = first;
        while at - first <= MAX_VALUE {
            match self.at(at) {
                0 => return None,
                byte if is_line_end(byte) => return None,
                b'\\' if is_escaped && self.at(at + 1) == closing => return Some(first..at),
                b'\\' if !is_escaped => at += 1,
                byte if byte == closing => return Some(first..at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    /// Where the template ends that opens at `at`: blanks inside it do not end the value.
    fn after_template(&self, at: usize) -> Option<usize> {
        const LONGEST: usize = 200;
        let rest = &self.text[at..self.text.len().min(at + LONGEST)];
        let (open, close) = [("{{", "}}"), ("${", "}"), ("$(", ")"), ("<%", "%>")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open.as_bytes()))?;
        let inner = &rest[open.len()..];
        let line = &inner[..memchr::memchr2(b'\n', b'\r', inner).unwrap_or(inner.len())];
        Some(at + open.len() + memchr::memmem::find(line, close.as_bytes())? + close.len())
    }

    /// A value without quotes: to the end of the line where the notation says so, else to the next separator.
    fn bare_value(&self, name: &Range<usize>, start: usize, operator: Operator, inside: Inside) -> Range<usize> {
        let whole_line = inside != Inside::Text
            && self.begins_line(name.start)
            && matches!(operator, Operator::Equals | Operator::Colon | Operator::Pair)
            && matches!(self.kind, FileKind::Data(Format::Yaml | Format::Properties | Format::Ini | Format::Dotenv));
        let mut end = start;
        while end - start <= MAX_VALUE {
            let byte = self.at(end);
            let stops = match operator {
                _ if byte == 0 || is_line_end(byte) => true,
                Operator::Element => byte == b'<',
                _ if whole_line => byte == b'#' && end > start && is_blank(self.before(end)),
                Operator::Query => {
                    is_blank(byte)
                        || is_quote(byte)
                        || matches!(byte, b'&' | b'#' | b'<' | b'>' | b')' | b']' | b'}' | b'\\' | b',' | b';')
                }
                _ => {
                    is_blank(byte)
                        || is_quote(byte)
                        || matches!(byte, b';' | b',' | b'<' | b')' | b'|' | b'\\')
                        || byte == b'&' && inside != Inside::Code
                }
            };
            if stops {
                break;
            }
            end = self.after_template(end).unwrap_or(end + 1);
        }
        while end > start && is_blank(self.before(end)) {
            end -= 1;
        }
        start..end
    }
}
