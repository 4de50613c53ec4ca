//! What a literal is in the program, read from the syntax tree around it.
//!
//! Trees cost a hundred times as much as everything else that is done with a file. So a tree is made only where a candidate
//! needs a decision, of a part of the file where the file is long, and of few parts. Where there is no tree, or a broken one,
//! the text reader's word stands.

pub mod call;
mod context;
pub(super) mod features;
mod literal;
mod path;
mod role;
mod spans;

use std::ops::Range;

pub use self::call::Call;
pub use self::context::SyntaxContext;
pub use self::role::Role;
use self::spans::Spans;
use super::model::Model;
use crate::model::{FileKind, SourceFile};
use crate::parse::source::{self, Grammar, Tree};

/// Longest file that is parsed as a whole, in bytes.
const WHOLE_FILE: usize = 8 << 10;
/// How much of a longer file is parsed on either side of a place, in bytes. What a literal is shows within a few lines; parsing
/// whole files of up to 64 KiB took three times as long, for the same answers.
const MARGIN: usize = 2 << 10;
/// How much must lie on either side of a place in a part that was parsed for another one, in bytes.
const LEAST_MARGIN: usize = 512;
/// How many parts of a file are parsed.
const MAX_PARTS: usize = 64;
/// Scores, as distances from the model's limit for medium confidence, in which the syntax is asked. In trees of packages (2 GB
/// of Rust crates, 1.2 GB of Python packages) these are 2 % of the assignments in source code. Below, hardly any role makes a
/// credential of a literal; above, name and value say enough.
const BAND: Range<f32> = -1.0..2.0;

/// Whether a candidate with this score is to be decided by its syntax.
pub(super) fn is_uncertain(score: f32, model: &Model) -> bool {
    BAND.contains(&(score - model.medium))
}

/// The trees of one file, made when they are asked for.
#[derive(Debug)]
pub struct Trees<'t> {
    text: &'t str,
    /// `None` also once a parse was given up: the next one would be as much work for as little.
    grammar: Option<Grammar>,
    spans: Spans,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    range: Range<usize>,
    tree: Tree,
}

impl<'t> Trees<'t> {
    /// The trees of a file; none where its language has no grammar.
    pub fn new(file: &SourceFile<'t>) -> Self {
        let grammar = match file.kind {
            FileKind::Source(language) => Grammar::of(language, file.path),
            _ => None,
        };
        Self { text: file.text, grammar, spans: Spans::default(), parts: Vec::new() }
    }

    /// Whether the file can be read by its syntax.
    pub fn can_read(&self) -> bool {
        self.grammar.is_some()
    }

    /// What the value at this place is. `None` where the syntax can't be read.
    pub fn context(&mut self, value: &Range<usize>) -> Option<SyntaxContext> {
        let grammar = self.grammar?;
        if let Some(span) = self.spans.around(grammar, self.text, value.start)
            && !is_all_of(self.text, &span.range, value)
        {
            let role = if span.is_comment { Role::Comment } else { Role::Inside };
            return Some(SyntaxContext::of(Some(role), value.clone()));
        }
        let part = match self.parts.iter().position(|part| part.covers(value, self.text.len())) {
            Some(index) => &self.parts[index],
            None if self.parts.len() < MAX_PARTS => {
                let mut range = part_around(self.text, value)?;
                if let Some(span) = self.spans.around(grammar, self.text, range.start) {
                    range.start = span.range.end.min(value.start);
                }
                let grammar = if range.start == 0 { grammar } else { grammar.of_part() };
                let Some(tree) = source::parse(grammar, &self.text[range.clone()]) else {
                    self.grammar = None;
                    return None;
                };
                self.parts.push(Part { range, tree });
                self.parts.last()?
            }
            None => return None,
        };
        let offset = part.range.start;
        let inner = value.start - offset..value.end - offset;
        let path = path::around(&part.tree, &inner);
        let context = context::read(&self.text[part.range.clone()], &path, &inner)?;
        Some(context.moved(offset))
    }
}

impl Part {
    fn covers(&self, value: &Range<usize>, length: usize) -> bool {
        let Range { start, end } = self.range;
        (start == 0 || start + LEAST_MARGIN <= value.start) && (end == length || value.end + LEAST_MARGIN <= end)
    }
}

/// Whether a string holds a value and nothing but blanks and quotes around it.
fn is_all_of(text: &str, string: &Range<usize>, value: &Range<usize>) -> bool {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    let (before, after) = (text.get(string.start..value.start), text.get(value.end..string.end));
    [before, after].iter().all(|part| part.is_some_and(|part| part.chars().all(is_edge)))
}

/// The part of a text to parse for a value: whole lines. `None` where lines are so long that nobody wrote them.
fn part_around(text: &str, value: &Range<usize>) -> Option<Range<usize>> {
    if text.len() <= WHOLE_FILE {
        return Some(0..text.len());
    }
    let bytes = text.as_bytes();
    let start = match value.start.checked_sub(MARGIN) {
        None | Some(0) => 0,
        Some(start) => start + memchr::memchr(b'\n', &bytes[start..value.start])? + 1,
    };
    let end = match value.end + MARGIN {
        end if end >= text.len() => text.len(),
        end => value.end + memchr::memrchr(b'\n', &bytes[value.end..end])? + 1,
    };
    Some(start..end)
}

impl SyntaxContext {
    /// The context of a place in a text, read from a part of it that begins at `offset`.
    fn moved(mut self, offset: usize) -> Self {
        let by = |range: &Range<usize>| range.start + offset..range.end + offset;
        self.literal = by(&self.literal);
        self.target = self.target.as_ref().map(by);
        if let Some(call) = &mut self.call {
            call.callee = by(&call.callee);
        }
        self
    }
}

#[cfg(test)]
mod tests;
