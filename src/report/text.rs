//! Diagnostics for people: the line with the place underlined, why it matters and what to write instead.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::Report;
use crate::excerpt::escape::escaped;
use crate::model::{Confidence, Evidence, Severity};
use crate::rules::{Rule, RuleSet};
use crate::scan::Reported;

/// How the text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours and bold.
    pub color: bool,
    /// Width of the terminal in columns, to wrap prose at.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// Writes all active findings.
///
/// # Errors
///
/// When the writer fails.
pub fn write(report: &Report, rules: &RuleSet, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    for file in &report.files {
        let path = escaped(&file.path);
        for reported in file.findings.iter().filter(|reported| reported.finding.suppressed.is_none()) {
            let Some(rule) = rules.get(reported.finding.rule.as_str()) else {
                continue;
            };
            let rendered = render(&renderer, &path, reported, rule, style.width);
            writeln!(out, "{rendered}\n")?;
        }
    }
    Ok(())
}

/// The level that decides the colour; the name is always the severity.
fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::INFO,
        Severity::Info => Level::NOTE,
    }
    .with_name(severity.as_str())
}

fn render(renderer: &Renderer, path: &str, reported: &Reported, rule: &Rule, width: usize) -> String {
    let excerpt = &reported.excerpt;
    let mut annotation = AnnotationKind::Primary.span(excerpt.highlight.clone());
    let mut labels = vec![escaped(&reported.finding.primary.text)];
    if reported.finding.confidence < Confidence::High {
        labels.push(format!("{} confidence", reported.finding.confidence));
    }
    labels.retain(|label| !label.is_empty());
    if !labels.is_empty() {
        annotation = annotation.label(labels.join(", "));
    }
    let snippet =
        Snippet::source(excerpt.text.as_str()).path(path).line_start(excerpt.line as usize).annotation(annotation);
    let related: Vec<Snippet<'_, _>> = reported
        .related
        .iter()
        .map(|place| {
            let annotation = AnnotationKind::Context.span(place.excerpt.highlight.clone()).label(place.label.as_str());
            Snippet::source(place.excerpt.text.as_str())
                .path(place.path.as_deref().map_or_else(|| path.to_owned(), escaped))
                .line_start(place.excerpt.line as usize)
                .annotation(annotation)
        })
        .collect();
    // Prose stands behind `  = why: `, some columns in.
    let prose = width.saturating_sub(12).max(40);
    let group = Group::with_title(
        level(reported.finding.severity).primary_title(rule.text().message.as_str()).id(rule.id.as_str()),
    )
    .element(snippet)
    .elements(related)
    .element(Level::NOTE.with_name("why").message(wrap(&rule.text().why, prose)))
    .element(Level::HELP.with_name("fix").message(wrap(&rule.text().fix, prose)))
    .elements(evidence(reported).map(|text| Level::NOTE.with_name("decided by").message(wrap(&text, prose))));
    let edit = reported.edit.as_ref().map(|edit| {
        let patch = Patch::new(edit.excerpt.highlight.clone(), edit.text.as_str());
        let snippet = Snippet::source(edit.excerpt.text.as_str()).line_start(edit.excerpt.line as usize).patch(patch);
        Group::with_title(Level::HELP.secondary_title("--fix writes this")).element(snippet)
    });
    let groups: Vec<_> = std::iter::once(group).chain(edit).collect();
    // The renderer counts columns in the excerpt, which is masked and cut; the file's own column takes their place.
    let place = |column| format!("{path}:{}:{column}", excerpt.line);
    let shown = excerpt.text[..excerpt.highlight.start].chars().count() + 1;
    renderer.render(&groups).replacen(&place(shown), &place(reported.start.column as usize), 1)
}

/// What decided about a finding, where that was asked for.
fn evidence(reported: &Reported) -> Option<String> {
    let finding = &reported.finding;
    let weighed = finding.evidence.iter().map(|Evidence { text, weight }| match weight {
        Some(weight) => format!("{text} {weight:+.2}"),
        None => (*text).to_owned(),
    });
    let doubts = finding.doubts.iter().map(|doubt| format!("doubt: {}", doubt.as_str()));
    let all: Vec<String> = weighed.chain(doubts).collect();
    let sum: f32 = finding.evidence.iter().filter_map(|evidence| evidence.weight).sum();
    let score =
        finding.evidence.iter().any(|evidence| evidence.weight.is_some()).then(|| format!("{sum:+.2} in all: "));
    (!finding.evidence.is_empty()).then(|| format!("{}{}", score.unwrap_or_default(), all.join("; ")))
}

/// Breaks prose into lines of at most `width` characters.
fn wrap(prose: &str, width: usize) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in prose.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_at_words() {
        assert_eq!(wrap("one two  three\nfour", 9), "one two\nthree\nfour");
        assert_eq!(wrap("averyverylongword a", 5), "averyverylongword\na");
        assert_eq!(wrap("", 5), "");
    }
}
