//! Writes a scan's result in one of several formats. Each format owns its shape; none sees a file's text.

pub mod concise;
pub mod json;
pub mod summary;
pub mod text;

use std::io::{self, Write};
use std::path::PathBuf;

use crate::model::Severity;
use crate::rules::RuleSet;
use crate::scan::{FileReport, Links};

/// The result of a scan.
#[derive(Debug, Default)]
pub struct Report {
    /// Reports of files with findings, by path.
    pub files: Vec<FileReport>,
    /// What files say of each other, until they are joined.
    pub links: Vec<Linked>,
    /// What was covered.
    pub coverage: Coverage,
}

/// A file that says something of others, or others of it.
#[derive(Debug)]
pub struct Linked {
    /// The file, as it was opened.
    pub file: PathBuf,
    /// What it says.
    pub links: Links,
    /// What the scan of it alone counted as too little sure, and as of another profile.
    pub counted: (usize, usize),
}

/// What a scan covered, and what it could not.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Files scanned.
    pub files: u64,
    /// Their size in bytes.
    pub bytes: u64,
    /// Files left out because they hold no text.
    pub binary: u64,
    /// Archives among them that were named on the command line.
    pub closed_archives: u64,
    /// Findings not reported because their confidence was too low.
    pub below_confidence: u64,
    /// Findings not reported because their rules belong to a profile that was not asked for.
    pub off_profile: u64,
    /// What was in scope and could not be scanned, by path.
    pub skipped: Vec<Skipped>,
}

/// A file or folder that was in scope and could not be scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its path, as reported.
    pub path: String,
    /// Why, in words.
    pub reason: String,
}

/// What was done to mend findings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    /// Edits written.
    pub edits: usize,
    /// Files changed.
    pub files: usize,
    /// Files that were not changed, and why.
    pub failed: Vec<Skipped>,
}

impl Report {
    /// Findings that nothing suppresses.
    pub fn active(&self) -> impl Iterator<Item = &crate::scan::Reported> {
        self.files.iter().flat_map(|file| &file.findings).filter(|reported| reported.finding.suppressed.is_none())
    }

    /// How many findings something suppresses.
    pub fn suppressed(&self) -> usize {
        self.files
            .iter()
            .flat_map(|file| &file.findings)
            .filter(|reported| reported.finding.suppressed.is_some())
            .count()
    }

    /// The number of active findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.active().filter(|reported| reported.finding.severity == severity).count()
    }

    /// Whether the scan covered all that was in scope, and that was something.
    pub fn is_complete(&self) -> bool {
        self.coverage.files > 0 && self.coverage.skipped.is_empty()
    }
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: the line, underlined, with why and fix.
    Text,
    /// For editors: one line a finding.
    Concise,
    /// For programs; see `docs/json.md`.
    Json,
}

/// Writes a report.
///
/// # Errors
///
/// When the writer fails.
pub fn write(
    format: Format,
    report: &Report,
    rules: &RuleSet,
    style: text::Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, rules, style, out),
        Format::Concise => concise::write(report, rules, out),
        Format::Json => json::write(report, rules, out),
    }
}
