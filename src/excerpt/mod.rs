//! The only way to quote a file: the line around a place, with secrets masked, dangerous characters escaped, and cut to a
//! readable length.
//!
//! Excerpts are made while the text is at hand, so that memory follows findings and not files, and so that no reporter ever
//! holds a secret.

pub mod escape;

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::model::{Finding, LineIndex, SourceFile, Span, secret};

/// Characters shown on either side of a highlight that is far from the edge of its line.
const AROUND: usize = 70;
/// Longest highlight shown, in characters.
const MAX_HIGHLIGHT: usize = 100;
/// Columns that a tab takes.
const TAB: &str = "    ";
/// Secrets at least this long, in bytes, are masked wherever their text stands, not only where they were found.
const MIN_REPEATED: usize = 6;

/// A quoted line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Number of the line, from 1.
    pub line: u32,
    /// The line: masked, escaped and cut. One line, no control characters.
    pub text: String,
    /// The part of `text` to underline, in bytes.
    pub highlight: Range<usize>,
}

/// Makes the excerpts of one file.
#[derive(Debug)]
pub struct Quoter<'a> {
    file: &'a SourceFile<'a>,
    lines: &'a LineIndex,
    /// Places whose text is masked, sorted, without overlaps.
    hidden: Vec<Span>,
    /// Finds texts that are masked wherever they stand.
    repeated: Option<AhoCorasick>,
}

impl<'a> Quoter<'a> {
    /// A quoter that masks the secrets of all these findings where they were found, and those for which `is_reported` holds
    /// wherever their text stands. (What is hardly a secret, such as the word `password`, would mask half of some lines.)
    pub fn new(
        file: &'a SourceFile<'a>,
        lines: &'a LineIndex,
        findings: &[Finding],
        is_reported: impl Fn(&Finding) -> bool,
    ) -> Self {
        let mut spans: Vec<Span> = findings.iter().flat_map(|finding| finding.hidden.iter().copied()).collect();
        spans.sort();
        let reported = findings.iter().filter(|finding| is_reported(finding)).flat_map(|finding| &finding.hidden);
        let texts =
            reported.map(|&span| file.slice(span)).filter(|text| text.len() >= MIN_REPEATED && !text.contains('\n'));
        let texts: BTreeSet<String> =
            texts.flat_map(|text| base64_forms(text).into_iter().chain([text.to_owned()])).collect();
        // The automaton cannot be built only beyond gigabytes of secrets; then the spans found must do.
        let repeated = (!texts.is_empty()).then(|| AhoCorasick::builder().build(&texts).ok()).flatten();
        let mut hidden: Vec<Span> = Vec::new();
        for span in spans {
            match hidden.last_mut() {
                Some(last) if last.end >= span.start => last.end = last.end.max(span.end),
                _ => hidden.push(span),
            }
        }
        Self { file, lines, hidden, repeated }
    }

    /// Whether a part of `span` is masked.
    pub fn hides(&self, span: Span) -> bool {
        !self.masks(span.range()).is_empty()
    }

    /// The text under `span`, masked and escaped, cut to a readable length.
    pub fn render(&self, span: Span) -> String {
        let Excerpt { text, highlight, .. } = self.quote(span);
        text[highlight].to_owned()
    }

    /// The first line of `span`, with the part of the span that lies on it highlighted.
    pub fn quote(&self, span: Span) -> Excerpt {
        let number = self.lines.line(span.start);
        let line = self.lines.line_span(self.file.text, number);
        let end = span.end.min(line.end).max(span.start);
        let target = Span { start: span.start, end };
        let mut builder = Builder::default();
        // Far parts of a long line are not even looked at: a line can be as large as the file.
        let reach = 4 * (AROUND + MAX_HIGHLIGHT);
        let from =
            self.file.text.floor_char_boundary((target.start as usize).saturating_sub(reach).max(line.start as usize));
        let to = self
            .file
            .text
            .ceil_char_boundary((target.end.min(target.start + 4096) as usize + reach).min(line.end as usize));
        let mut at = from;
        for mask in self.masks(from..to) {
            let shown = mask.start.max(from)..mask.end.min(to);
            builder.plain(&self.file.text[at..shown.start], at, target);
            builder.masked(&self.file.text[mask.clone()], mask.start < from, &shown, target);
            at = shown.end;
        }
        builder.plain(&self.file.text[at..to], at, target);
        let cut_before = from > line.start as usize;
        let cut_after = to < line.end as usize;
        let (text, highlight) = builder.cut(cut_before, cut_after);
        Excerpt { line: number, text, highlight }
    }

    /// The ranges to mask that overlap `window`, in order, without overlaps. They may reach beyond its edges.
    fn masks(&self, window: Range<usize>) -> Vec<Range<usize>> {
        let first = self.hidden.partition_point(|span| (span.end as usize) <= window.start);
        let spans = self.hidden[first..].iter().map(|span| span.range());
        let mut masks: Vec<Range<usize>> = spans.take_while(|range| range.start < window.end).collect();
        if let Some(repeated) = &self.repeated {
            // A text that the window's edge cuts must be found as well.
            let text = self.file.text;
            let from = text.floor_char_boundary(window.start.saturating_sub(repeated.max_pattern_len()));
            let to = text.ceil_char_boundary(window.end.saturating_add(repeated.max_pattern_len()));
            let found =
                repeated.find_overlapping_iter(&text[from..to]).map(|found| from + found.start()..from + found.end());
            masks.extend(found.filter(|range| range.start < window.end && range.end > window.start));
        }
        masks.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::new();
        for mask in masks {
            match merged.last_mut() {
                Some(last) if last.end > mask.start => last.end = last.end.max(mask.end),
                _ => merged.push(mask),
            }
        }
        merged
    }
}

/// The texts that base64 makes of a secret, one for each of the three ways in which it can lie in a larger text, without the
/// characters that depend on what stands around it.
fn base64_forms(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for (before, lost) in [(0, 0), (1, 2), (2, 3)] {
        let bytes = [vec![0; before], secret.as_bytes().to_vec()].concat();
        let whole = bytes.len() / 3 * 3;
        for encoding in [&data_encoding::BASE64, &data_encoding::BASE64URL] {
            forms.push(encoding.encode(&bytes[..whole])[lost..].to_owned());
        }
    }
    forms.retain(|form| form.len() >= MIN_REPEATED);
    forms
}

/// Builds an excerpt piece by piece and remembers where the highlight went.
#[derive(Default)]
struct Builder {
    text: String,
    start: Option<usize>,
    end: usize,
}

impl Builder {
    fn plain(&mut self, piece: &str, offset: usize, target: Span) {
        let place = |at: u32| piece.ceil_char_boundary((at as usize).saturating_sub(offset).min(piece.len()));
        let (start, end) = (place(target.start), place(target.end));
        self.escaped(&piece[..start]);
        if start < piece.len() {
            self.mark(offset + start, target);
        }
        self.escaped(&piece[start..end]);
        if end > 0 {
            self.end = self.text.len();
        }
        self.escaped(&piece[end..]);
    }

    fn escaped(&mut self, piece: &str) {
        for (index, part) in piece.split('\t').enumerate() {
            if index > 0 {
                self.text.push_str(TAB);
            }
            escape::push_all(&mut self.text, part);
        }
    }

    /// Writes the mask of `secret`, of which the excerpt holds the part `shown`. Where its beginning is cut off, no
    /// character of it is kept.
    fn masked(&mut self, secret: &str, is_cut: bool, shown: &Range<usize>, target: Span) {
        let overlaps = Span::new(shown.clone()).overlaps(target);
        if overlaps && self.start.is_none() {
            self.start = Some(self.text.len());
        }
        self.mark(shown.start, target);
        if is_cut {
            self.text.push_str(secret::CUT_MASK);
        } else {
            self.text.push_str(&secret::mask(secret));
        }
        if overlaps {
            self.end = self.text.len();
        }
    }

    fn mark(&mut self, offset: usize, target: Span) {
        if self.start.is_none() && offset >= target.start as usize {
            self.start = Some(self.text.len());
        }
    }

    /// Cuts the text around the highlight.
    fn cut(self, cut_before: bool, cut_after: bool) -> (String, Range<usize>) {
        const ELLIPSIS: &str = "...";
        let start = self.start.unwrap_or(self.text.len());
        let end = self.end.clamp(start, self.text.len());
        let step_back = |from: usize, count: usize| {
            self.text[..from].char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at)
        };
        let step_on = |from: usize, count: usize| {
            self.text[from..].char_indices().nth(count).map_or(self.text.len(), |(at, _)| from + at)
        };
        let end = end.min(step_on(start, MAX_HIGHLIGHT));
        let left = step_back(start, AROUND);
        let right = step_on(end, AROUND);
        let before = if left > 0 || cut_before { ELLIPSIS } else { "" };
        let after = if right < self.text.len() || cut_after { ELLIPSIS } else { "" };
        let body = &self.text[left..right];
        let text = format!("{before}{body}{after}");
        let shift = before.len();
        (text, start - left + shift..end - left + shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::OnceCell;

    use crate::model::{Confidence, Encoding, FileKind, Label, Origin, RuleId, Severity};

    fn quote(text: &str, secret: &str, others: &[&str]) -> Excerpt {
        let file = SourceFile {
            path: "x",
            kind: FileKind::Text,
            place: "x",
            role: OnceCell::new(),
            text,
            encoding: Encoding::Utf8 { bom: 0 },
            origin: Origin::Memory,
        };
        let lines = LineIndex::new(text);
        let span = |part: &str| {
            let at = text.find(part).unwrap();
            Span::new(at..at + part.len())
        };
        let finding = |part: &str| Finding {
            rule: RuleId::new("r"),
            severity: Severity::High,
            confidence: Confidence::High,
            profile: None,
            primary: Label { span: span(part), text: String::new() },
            related: Vec::new(),
            arrivals: Vec::new(),
            secret: None,
            hidden: vec![span(part)],
            doubts: Vec::new(),
            evidence: Vec::new(),
            edit: None,
            suppressed: None,
        };
        let findings: Vec<_> = std::iter::once(&secret).chain(others).map(|part| finding(part)).collect();
        Quoter::new(&file, &lines, &findings, |_| true).quote(span(secret))
    }

    #[test]
    fn every_secret_of_the_line_is_masked_also_where_it_is_repeated() {
        let excerpt = quote("a = abcdef99 b = hunter2! c = abcdef99", "abcdef99", &["hunter2!"]);
        assert_eq!(excerpt.text, "a = ******** b = ******** c = ********");
        assert_eq!(excerpt.highlight, 4..12);
    }

    #[test]
    fn control_and_bidi_characters_are_escaped() {
        let excerpt = quote("\u{1b}[31m\u{202e}x\u{200b} = hunter2!", "hunter2!", &[]);
        assert_eq!(excerpt.text, "\\u{1b}[31m\\u{202e}x\\u{200b} = ********");
        assert_eq!(&excerpt.text[excerpt.highlight], "********");
    }

    #[test]
    fn a_long_line_is_cut_around_the_highlight() {
        let text = format!("{}key=hunter2!{}", "é".repeat(5000), "x".repeat(5000));
        let excerpt = quote(&text, "hunter2!", &[]);
        assert!(excerpt.text.chars().count() < 2 * AROUND + 20, "{}", excerpt.text.chars().count());
        assert!(excerpt.text.starts_with("...é") && excerpt.text.ends_with("x..."));
        assert_eq!(&excerpt.text[excerpt.highlight], "********");
    }

    #[test]
    fn a_span_over_several_lines_shows_its_first() {
        let excerpt = quote("x\n  begin\nmiddle\nend\n", "begin\nmiddle\nend", &[]);
        assert_eq!((excerpt.line, excerpt.text.as_str()), (2, "  be************"));
    }
}
