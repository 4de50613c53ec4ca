//! The first step of reading YAML: the events of the parser as a flat list of items.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::super::tree::Style;

/// Most problems that are noted in one file; a file with more is likely not YAML.
const MAX_PROBLEMS: usize = 10;

/// A node as it stands in the file. The items of a collection follow it; a mapping's are keys and values by turns.
#[derive(Debug)]
pub(super) enum Item<'t> {
    Scalar(Scalar<'t>),
    Collection(Collection<'t>),
    /// An alias for an item that stands before it.
    Alias {
        target: usize,
        span: Range<usize>,
    },
    /// An alias for nothing that was read, or for a node that holds it.
    UnknownAlias,
}

#[derive(Debug)]
pub(super) struct Scalar<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) style: Style,
    pub(super) span: Range<usize>,
    pub(super) whole: Range<usize>,
    pub(super) tag: &'t str,
}

#[derive(Debug)]
pub(super) struct Collection<'t> {
    pub(super) is_mapping: bool,
    pub(super) tag: &'t str,
    pub(super) span: Range<usize>,
    /// The indices of what it holds.
    pub(super) items: Range<usize>,
    pub(super) is_open: bool,
}

/// Reads one document after the other.
pub(super) struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    items: Vec<Item<'t>>,
    /// The collections that are open, as indices of their items.
    open: Vec<usize>,
    /// The item that each anchor of this document marks.
    anchors: HashMap<usize, usize>,
    /// Where the last item ended.
    last_end: usize,
    is_at_end: bool,
    pub(super) problems: Vec<(Range<usize>, String)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut options = granit_parser::options! {
            emit_unresolved_aliases: true,
            bom_inside_document_as_content: true
        };
        options.set_emit_comments(false);
        Self {
            text,
            parser: Parser::new_from_str_with_options(text, options),
            items: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            last_end: 0,
            is_at_end: false,
            problems: Vec::new(),
        }
    }

    /// The items of the next document, or of as much of it as can be read.
    pub(super) fn next_document(&mut self) -> Option<Vec<Item<'t>>> {
        while !self.is_at_end {
            match self.parser.next_event() {
                Some(Ok((Event::DocumentEnd, _))) => return Some(self.end_document()),
                Some(Ok((Event::StreamEnd, _))) | None => self.is_at_end = true,
                Some(Ok((event, span))) => self.event(event, &span),
                Some(Err(error)) => {
                    self.error(&error);
                    self.is_at_end = !self.parser.proceed_next_document().unwrap_or(false);
                    return Some(self.end_document());
                }
            }
        }
        None
    }

    fn event(&mut self, event: Event<'t>, span: &granit_parser::Span) {
        let range = span.byte_range().unwrap_or(self.last_end..self.last_end);
        let written_tag = span.tag_span().and_then(|tag| tag.slice(self.text)).unwrap_or_default();
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = self.scalar(text, style, range, written_tag, tag.as_deref());
                self.last_end = self.last_end.max(scalar.whole.end);
                self.add(Item::Scalar(scalar), anchor);
            }
            Event::MappingStart(_, anchor, _) => self.open_collection(true, range, written_tag, anchor),
            Event::SequenceStart(_, anchor, _) => {
                let start = self.with_dash(range.start);
                self.open_collection(false, start..range.end, written_tag, anchor);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                // The end of a block is told only where the next token starts; a bracket has a width.
                if !range.is_empty() {
                    self.last_end = self.last_end.max(range.end);
                }
                self.close_collection();
            }
            Event::Alias(anchor) => {
                self.last_end = self.last_end.max(range.end);
                let target = self.anchors.get(&anchor).copied().filter(|&target| !self.is_open(target));
                match target {
                    Some(target) => self.add(Item::Alias { target, span: range }, 0),
                    None => {
                        self.problem(range, "an alias for a node that holds it");
                        self.add(Item::UnknownAlias, 0);
                    }
                }
            }
            Event::UnresolvedAlias(_) => {
                self.last_end = self.last_end.max(range.end);
                self.problem(range, "an alias without an anchor before it");
                self.add(Item::UnknownAlias, 0);
            }
            _ => {}
        }
    }

    fn scalar(
        &self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        range: Range<usize>,
        written_tag: &'t str,
        tag: Option<&Tag>,
    ) -> Scalar<'t> {
        let (text, style, span, whole) = match style {
            ScalarStyle::Plain => {
                // The parser gives `~` for what isn't there.
                let is_null = range.is_empty() || matches!(&*text, "~" | "null" | "Null" | "NULL");
                let is_text = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
                let text = if range.is_empty() || is_null && !is_text { Cow::Borrowed("") } else { text };
                (text, Style::Bare, range.clone(), range)
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                (text, Style::Quoted, range.start + 1..range.end - 1, range)
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let (span, whole) = self.block(range, written_tag);
                (text, Style::Block, span, whole)
            }
        };
        Scalar { text, style, span, whole, tag: written_tag }
    }

    /// The lines of a block scalar, and the same with its mark. The parser tells from the first character of the content to the line
    /// after the block.
    fn block(&self, content: Range<usize>, tag: &str) -> (Range<usize>, Range<usize>) {
        let before = &self.text[self.last_end.min(content.start)..content.start];
        let searched = before.find(tag).map_or(0, |at| at + tag.len());
        let mark = before[searched..].find(['|', '>']).map(|at| content.start - before.len() + searched + at);
        let Some(mark) = mark else {
            // A block without content is told from its mark on.
            return (content.end..content.end, content);
        };
        let start = self.text[mark..content.start].rfind('\n').map_or(content.start, |at| mark + at + 1);
        let end = start + self.text[start..content.end].trim_end().len();
        (start..end, mark..end)
    }

    /// Where a sequence starts, which the parser may tell from its first value on instead of its first dash.
    fn with_dash(&self, start: usize) -> usize {
        let is_dash = self.text[start..]
            .strip_prefix('-')
            .is_some_and(|rest| !rest.starts_with(|next: char| !next.is_whitespace()));
        let before = &self.text[self.last_end.min(start)..start];
        let dash = before.trim_end_matches([' ', '\t']).strip_suffix('-');
        dash.filter(|_| !is_dash).map_or(start, |outside| start - (before.len() - outside.len()))
    }

    fn open_collection(&mut self, is_mapping: bool, range: Range<usize>, tag: &'t str, anchor: usize) {
        let index = self.items.len();
        self.last_end = self.last_end.max(range.end);
        let items = index + 1..index + 1;
        self.add(Item::Collection(Collection { is_mapping, tag, span: range, items, is_open: true }), anchor);
        self.open.push(index);
    }

    fn close_collection(&mut self) {
        let (stop, end) = (self.items.len(), self.last_end);
        if let Some(Item::Collection(collection)) = self.open.pop().map(|index| &mut self.items[index]) {
            (collection.items.end, collection.is_open) = (stop, false);
            collection.span.end = end;
            let start = collection.span.start;
            self.widen_parent(start);
        }
    }

    fn add(&mut self, item: Item<'t>, anchor: usize) {
        let start = match &item {
            Item::Scalar(scalar) => scalar.whole.start,
            Item::Collection(collection) => collection.span.start,
            Item::Alias { span, .. } => span.start,
            Item::UnknownAlias => self.last_end,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, self.items.len());
        }
        self.items.push(item);
        self.widen_parent(start);
    }

    /// Makes the innermost open collection start no later than what it holds.
    fn widen_parent(&mut self, start: usize) {
        if let Some(Item::Collection(parent)) = self.open.last().map(|&index| &mut self.items[index]) {
            parent.span.start = parent.span.start.min(start);
        }
    }

    fn is_open(&self, index: usize) -> bool {
        matches!(&self.items[index], Item::Collection(collection) if collection.is_open)
    }

    fn end_document(&mut self) -> Vec<Item<'t>> {
        while !self.open.is_empty() {
            self.close_collection();
        }
        self.anchors.clear();
        std::mem::take(&mut self.items)
    }

    fn error(&mut self, error: &ScanError) {
        let at = self.text.floor_char_boundary(error.marker().byte_offset().unwrap_or(self.last_end));
        match error.kind() {
            // Its own message quotes the character.
            ErrorKind::UnexpectedCharacter { .. } => self.problem(at..at, "unexpected character"),
            kind => self.problem(at..at, &kind.to_string()),
        }
    }

    fn problem(&mut self, span: Range<usize>, message: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push((span, message.to_owned()));
        }
    }
}
