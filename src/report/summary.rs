//! The closing lines on standard error: what was covered, what was not, and what was found.

use std::io::{self, Write};
use std::time::Duration;

use humansize::{BINARY, format_size};

use super::{Fixed, Report, Skipped};
use crate::excerpt::escape::escaped;
use crate::model::Severity;

/// Skipped paths listed before the rest is only counted.
const MAX_LISTED: usize = 10;

/// Writes the summary.
///
/// # Errors
///
/// When the writer fails.
pub fn write(report: &Report, elapsed: Duration, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &report.coverage;
    list(&coverage.skipped, "not scanned", out)?;
    if let Some(rest) = coverage.skipped.len().checked_sub(MAX_LISTED).filter(|&rest| rest > 0) {
        writeln!(out, "doorward: not scanned: {rest} more; --format json lists them all")?;
    }
    write!(out, "doorward: {}", found(report))?;
    write!(out, "; scanned {} in {}", files(coverage.files, coverage.bytes), time(elapsed))?;
    let mut aside = Vec::new();
    push_count(&mut aside, coverage.binary, "binary file left out", "binary files left out");
    push_count(&mut aside, coverage.skipped.len() as u64, "not scanned", "not scanned");
    push_count(&mut aside, report.suppressed() as u64, "suppressed", "suppressed");
    push_count(
        &mut aside,
        coverage.below_confidence,
        "less sure (--min-confidence low shows it)",
        "less sure (--min-confidence low shows them)",
    );
    push_count(
        &mut aside,
        coverage.off_profile,
        "of another profile (--profile all shows it)",
        "of another profile (--profile all shows them)",
    );
    if !aside.is_empty() {
        write!(out, " ({})", aside.join(", "))?;
    }
    writeln!(out)?;
    match coverage.closed_archives {
        0 => {}
        1 => writeln!(out, "doorward: a file that you named is an archive; --archives checks what is in it")?,
        many => writeln!(out, "doorward: {many} files that you named are archives; --archives checks what is in them")?,
    }
    if coverage.files == 0 {
        writeln!(
            out,
            "doorward: nothing was scanned, which proves nothing: check the paths, and --no-ignore if .gitignore names them"
        )?;
    }
    Ok(())
}

/// Writes what `--fix` did.
///
/// # Errors
///
/// When the writer fails.
pub fn write_fixed(fixed: &Fixed, out: &mut dyn Write) -> io::Result<()> {
    list(&fixed.failed, "not fixed", out)?;
    let mut written = Vec::new();
    push_count(&mut written, fixed.edits as u64, "edit", "edits");
    push_count(&mut written, fixed.files as u64, "file", "files");
    match written.is_empty() {
        true => writeln!(out, "doorward: nothing was written: no finding has a plain edit that mends it"),
        false => writeln!(out, "doorward: wrote {}", written.join(" in ")),
    }
}

/// Lists paths with what happened to them, as far as a person reads.
fn list(paths: &[Skipped], what: &str, out: &mut dyn Write) -> io::Result<()> {
    for Skipped { path, reason } in paths.iter().take(MAX_LISTED) {
        writeln!(out, "doorward: {what}: {}: {}", escaped(path), escaped(reason))?;
    }
    Ok(())
}

fn push_count(aside: &mut Vec<String>, count: u64, one: &str, many: &str) {
    match count {
        0 => {}
        1 => aside.push(format!("1 {one}")),
        _ => aside.push(format!("{count} {many}")),
    }
}

fn found(report: &Report) -> String {
    let counts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|&severity| (report.count(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    match report.active().count() {
        0 => "no findings".to_owned(),
        1 => format!("1 finding ({})", counts.join(", ")),
        all => format!("{all} findings ({})", counts.join(", ")),
    }
}

fn files(count: u64, bytes: u64) -> String {
    let noun = if count == 1 { "file" } else { "files" };
    format!("{count} {noun}, {}", format_size(bytes, BINARY.decimal_places(1)))
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        milliseconds @ 0..1000 => format!("{milliseconds} ms"),
        _ => format!("{:.1} s", elapsed.as_secs_f64()),
    }
}
