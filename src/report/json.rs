//! The JSON format, versioned; `docs/json.md` describes it. It holds no time, so that equal scans give equal bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use crate::excerpt::Excerpt;
use crate::model::{Evidence, Finding, Severity, Suppression};
use crate::rules::RuleSet;
use crate::scan::{FileReport, RelatedPlace, Reported};

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    summary: Summary<'a>,
    findings: Vec<FindingEntry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary<'a> {
    complete: bool,
    files_scanned: u64,
    bytes_scanned: u64,
    binary_files: u64,
    below_confidence: u64,
    off_profile: u64,
    suppressed: usize,
    by_severity: Counts,
    skipped: Vec<SkippedEntry<'a>>,
}

#[derive(Serialize)]
struct Counts {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

#[derive(Serialize)]
struct SkippedEntry<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    rule: &'a str,
    theme: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    why: &'a str,
    fix: &'a str,
    cwe: &'a [u16],
    references: &'a [String],
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    byte_offset: u64,
    label: &'a str,
    snippet: SnippetEntry<'a>,
    masked: Option<String>,
    doubts: Vec<&'static str>,
    related: Vec<RelatedEntry<'a>>,
    evidence: Vec<EvidenceEntry>,
    edit: Option<EditEntry<'a>>,
    suppressed: Option<SuppressionEntry<'a>>,
}

#[derive(Serialize)]
struct RelatedEntry<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    label: &'a str,
    snippet: SnippetEntry<'a>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    byte_offset: u64,
    byte_length: u64,
    text: &'a str,
}

#[derive(Serialize)]
struct EvidenceEntry {
    text: &'static str,
    weight: Option<f32>,
}

#[derive(Serialize)]
struct SnippetEntry<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct SuppressionEntry<'a> {
    kind: &'static str,
    line: u32,
    reason: &'a str,
}

/// Writes the whole report as one JSON document.
///
/// # Errors
///
/// When the writer fails.
pub fn write(report: &Report, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let count = |severity| report.count(severity);
    let coverage = &report.coverage;
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        summary: Summary {
            complete: report.is_complete(),
            files_scanned: coverage.files,
            bytes_scanned: coverage.bytes,
            binary_files: coverage.binary,
            below_confidence: coverage.below_confidence,
            off_profile: coverage.off_profile,
            suppressed: report.suppressed(),
            by_severity: Counts {
                critical: count(Severity::Critical),
                high: count(Severity::High),
                medium: count(Severity::Medium),
                low: count(Severity::Low),
                info: count(Severity::Info),
            },
            skipped: coverage
                .skipped
                .iter()
                .map(|skipped| SkippedEntry { path: &skipped.path, reason: &skipped.reason })
                .collect(),
        },
        findings: report
            .files
            .iter()
            .flat_map(|file| file.findings.iter().filter_map(|reported| entry(file, reported, rules)))
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn hundredths(weight: f32) -> f32 {
    (weight * 100.0).round() / 100.0
}

fn snippet(excerpt: &Excerpt) -> SnippetEntry<'_> {
    SnippetEntry { text: &excerpt.text, start: excerpt.highlight.start, end: excerpt.highlight.end }
}

fn related_entry<'a>(file: &'a FileReport, place: &'a RelatedPlace) -> RelatedEntry<'a> {
    RelatedEntry {
        path: place.path.as_deref().unwrap_or(&file.path),
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        label: &place.label,
        snippet: snippet(&place.excerpt),
    }
}

fn entry<'a>(file: &'a FileReport, reported: &'a Reported, rules: &'a RuleSet) -> Option<FindingEntry<'a>> {
    let Finding { rule, severity, confidence, secret, doubts, evidence, suppressed, .. } = &reported.finding;
    let rule = rules.get(rule.as_str())?;
    Some(FindingEntry {
        rule: &rule.id,
        theme: rule.theme.as_str(),
        severity: severity.as_str(),
        confidence: confidence.as_str(),
        message: &rule.text().message,
        why: &rule.text().why,
        fix: &rule.text().fix,
        cwe: &rule.text().cwe,
        references: &rule.text().references,
        path: &file.path,
        line: reported.start.line,
        column: reported.start.column,
        end_line: reported.end.line,
        end_column: reported.end.column,
        byte_offset: reported.byte_offset,
        label: &reported.finding.primary.text,
        snippet: snippet(&reported.excerpt),
        masked: secret.as_ref().map(crate::model::Secret::masked),
        doubts: doubts.iter().map(|doubt| doubt.as_str()).collect(),
        related: reported.related.iter().map(|place| related_entry(file, place)).collect(),
        // Hundredths are as fine as the weights are known.
        evidence: evidence
            .iter()
            .map(|Evidence { text, weight }| EvidenceEntry { text, weight: weight.map(hundredths) })
            .collect(),
        edit: reported.edit.as_ref().map(|edit| EditEntry {
            line: edit.start.line,
            column: edit.start.column,
            end_line: edit.end.line,
            end_column: edit.end.column,
            byte_offset: edit.bytes.start,
            byte_length: edit.bytes.end - edit.bytes.start,
            text: &edit.text,
        }),
        suppressed: suppressed.as_ref().map(|suppression| match suppression {
            Suppression::Inline { line, .. } => SuppressionEntry {
                kind: "inline",
                line: *line,
                reason: reported.suppression_reason.as_deref().unwrap_or_default(),
            },
        }),
    })
}
