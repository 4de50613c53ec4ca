//! Scans a file: detect, suppress, quote. Pure: no I/O, no failure, no panic that leaves the file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::detect::secrets::SecretsDetector;
use crate::excerpt::{Excerpt, Quoter};
use crate::input::classify;
use crate::model::{Confidence, Encoding, Finding, LineIndex, Origin, Position, SourceFile};
use crate::rules::RuleSet;
use crate::suppress::inline;

/// Scans files by a set of rules. Shared by all threads.
#[derive(Debug)]
pub struct Scanner {
    secrets: SecretsDetector,
    min_confidence: Confidence,
}

/// What a scan found in one file.
#[derive(Debug, Default)]
pub struct FileReport {
    /// Path as reported: `/` between components.
    pub path: String,
    /// Findings at or above the least confidence, in the order of their places.
    pub findings: Vec<Reported>,
    /// How many findings had less confidence than is reported.
    pub below_confidence: usize,
    /// Set when the scanner itself failed on this file, with what it said.
    pub internal_error: Option<String>,
}

/// A finding with everything that a reporter needs from the text.
#[derive(Debug)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Where it starts.
    pub start: Position,
    /// Where it ends: the position after its last character.
    pub end: Position,
    /// Offset of its first byte in the file as stored on disk.
    pub byte_offset: u64,
    /// The line it is on.
    pub excerpt: Excerpt,
}

impl Scanner {
    /// A scanner that reports findings of at least `min_confidence`. `now` is in seconds since 1970.
    pub fn new(rules: &RuleSet, min_confidence: Confidence, now: i64) -> Self {
        Self {
            secrets: SecretsDetector::new(rules, now),
            min_confidence,
        }
    }

    /// Scans a text. `path` decides its kind and is reported as it is.
    pub fn scan(&self, path: &str, text: &str, encoding: Encoding, origin: Origin) -> FileReport {
        let scan = || self.scan_unguarded(path, text, encoding, origin);
        catch_unwind(AssertUnwindSafe(scan)).unwrap_or_else(|payload| {
            let message = payload.downcast_ref::<String>().map(String::as_str);
            let message = message
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("unknown");
            FileReport {
                path: path.to_owned(),
                internal_error: Some(message.to_owned()),
                ..FileReport::default()
            }
        })
    }

    fn scan_unguarded(&self, path: &str, text: &str, encoding: Encoding, origin: Origin) -> FileReport {
        let kind = classify::kind(path, text);
        let role = classify::role(path, kind, text);
        let file = SourceFile {
            path,
            kind,
            role,
            text,
            encoding,
            origin,
        };
        let mut findings = Vec::new();
        self.secrets.detect(&file, &mut findings);
        if findings.is_empty() {
            return FileReport::default();
        }
        let is_reported = |finding: &Finding| finding.confidence >= self.min_confidence;
        let below_confidence = findings.iter().filter(|finding| !is_reported(finding)).count();
        let mut report = FileReport {
            path: path.to_owned(),
            below_confidence,
            ..FileReport::default()
        };
        if below_confidence < findings.len() {
            let lines = LineIndex::new(text);
            inline::mark(&file, &lines, &mut findings);
            let quoter = Quoter::new(&file, &lines, &findings, is_reported);
            report.findings = findings
                .iter()
                .filter(|finding| is_reported(finding))
                .map(|finding| reported(&file, &lines, &quoter, finding))
                .collect();
        }
        report
    }

    /// The detector of credentials, for training and inspection.
    pub fn secrets(&self) -> &SecretsDetector {
        &self.secrets
    }
}

fn reported(file: &SourceFile<'_>, lines: &LineIndex, quoter: &Quoter<'_>, finding: &Finding) -> Reported {
    let span = finding.primary.span;
    Reported {
        start: lines.position(file.text, span.start),
        end: lines.position(file.text, span.end),
        byte_offset: file.encoding.original_offset(file.text, span.start),
        excerpt: quoter.quote(span),
        finding: finding.clone(),
    }
}
