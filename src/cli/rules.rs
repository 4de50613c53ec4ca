//! `doorward rules` and `doorward rules test DIR`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use serde::Serialize;

use super::args::ListFormat;
use crate::app;
use crate::config::Options;
use crate::examples;
use crate::excerpt::escape::escaped;
use crate::exit::ExitCode;
use crate::input::rule_files;
use crate::rules::RuleSet;
use crate::scan::Scanner;

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    theme: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    why: &'a str,
    fix: &'a str,
    cwe: &'a [u16],
    references: &'a [String],
    since: &'a str,
}

pub(super) fn list(format: ListFormat, folders: &[PathBuf], out: &mut dyn Write) -> Result<ExitCode> {
    let rules = app::load_rules(&Options { rules: folders.to_vec(), ..Options::default() })?;
    match format {
        ListFormat::Text => {
            let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in rules.iter() {
                writeln!(out, "{:width$}  {:8}  {:6}  {}", rule.id, rule.severity, rule.confidence, rule.text().title)?;
            }
        }
        ListFormat::Json => {
            let entries: Vec<_> = rules
                .iter()
                .map(|rule| Entry {
                    id: &rule.id,
                    title: &rule.text().title,
                    theme: rule.theme.as_str(),
                    severity: rule.severity.as_str(),
                    confidence: rule.confidence.as_str(),
                    message: &rule.text().message,
                    why: &rule.text().why,
                    fix: &rule.text().fix,
                    cwe: &rule.text().cwe,
                    references: &rule.text().references,
                    since: &rule.text().since,
                })
                .collect();
            serde_json::to_writer_pretty(&mut *out, &entries).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(ExitCode::Clean)
}

/// Tests the rules of folders: each alone with its examples, as built-in rules are tested.
pub(super) fn test(folders: &[PathBuf], out: &mut dyn Write) -> Result<ExitCode> {
    let mut rules = RuleSet::built_in();
    let mut ids = Vec::new();
    let mut invalid = Vec::new();
    for folder in folders {
        for (path, text) in rule_files::read(folder).map_err(|problem| anyhow!(problem))? {
            match rules.add(&path, &text) {
                Ok(rule) => ids.push(rule.id.clone()),
                Err(problem) => invalid.push(problem.to_string()),
            }
        }
    }
    let mut failures = Vec::new();
    let mut examples = 0;
    for rule in ids.iter().filter_map(|id| rules.get(id)) {
        let scanner = Scanner::new(&rules, examples::least_confidence(rule), examples::NOW);
        examples += rule.text().examples.bad.len() + rule.text().examples.good.len();
        failures.extend(examples::run(&scanner, rule));
    }
    for problem in &invalid {
        writeln!(out, "invalid: {}", escaped(problem))?;
    }
    for failure in &failures {
        writeln!(out, "failed: {}", escaped(&failure.to_string()))?;
    }
    writeln!(
        out,
        "rules: {}, examples: {examples}, failed: {}, files invalid: {}",
        ids.len(),
        failures.len(),
        invalid.len()
    )?;
    Ok(match (invalid.is_empty(), failures.is_empty()) {
        (false, _) => ExitCode::Usage,
        (true, false) => ExitCode::Findings,
        (true, true) => ExitCode::Clean,
    })
}
