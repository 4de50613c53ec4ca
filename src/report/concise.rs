//! One line a finding, `path:line:column: severity[rule-id]: message`, the form that editors and `grep` users read.

use std::io::{self, Write};

use super::Report;
use crate::excerpt::escape::escaped;
use crate::rules::RuleSet;

/// Writes all active findings.
///
/// # Errors
///
/// When the writer fails.
pub fn write(report: &Report, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        let path = escaped(&file.path);
        for reported in file.findings.iter().filter(|reported| reported.finding.suppressed.is_none()) {
            let finding = &reported.finding;
            let message = rules.get(finding.rule.as_str()).map_or("", |rule| rule.text().message.as_str());
            let (line, column) = (reported.start.line, reported.start.column);
            writeln!(out, "{path}:{line}:{column}: {}[{}]: {message}", finding.severity, finding.rule)?;
        }
    }
    Ok(())
}
