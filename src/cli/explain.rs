//! `doorward explain RULE`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::app;
use crate::config::Options;
use crate::exit::ExitCode;
use crate::rules::rule::Place;
use crate::rules::{FactVariant, Matcher, Rule};

pub(super) fn run(id: &str, folders: &[PathBuf], out: &mut dyn Write) -> Result<ExitCode> {
    let rules = app::load_rules(&Options { rules: folders.to_vec(), ..Options::default() })?;
    let Some(rule) = rules.named(id) else { bail!(app::unknown_rule(&rules, id)) };
    write(rule, out)?;
    Ok(ExitCode::Clean)
}

fn write(rule: &Rule, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}: {}", rule.id, rule.text().title)?;
    writeln!(
        out,
        "{} severity, {} confidence, theme {}, since {}",
        rule.severity,
        rule.confidence,
        rule.theme,
        rule.text().since
    )?;
    for (heading, text) in [("What", &rule.text().message), ("Why", &rule.text().why), ("Fix", &rule.text().fix)] {
        writeln!(out, "\n{heading}\n{}", indent(text))?;
    }
    writeln!(out, "\nHow it is found\n{}", indent(&how(&rule.matcher)))?;
    if let Some(example) = rule.text().examples.bad.first() {
        writeln!(out, "\nReported ({})\n{}", example.file, indent(&example.code))?;
    }
    if let Some(example) = rule.text().examples.good.first() {
        writeln!(out, "\nNot reported ({})\n{}", example.file, indent(&example.code))?;
    }
    let cwe = rule.text().cwe.iter().map(|number| format!("https://cwe.mitre.org/data/definitions/{number}.html"));
    let links: Vec<String> = rule.text().references.iter().cloned().chain(cwe).collect();
    if !links.is_empty() {
        writeln!(out, "\nMore\n{}", indent(&links.join("\n")))?;
    }
    writeln!(out, "\nTo silence one finding, put a comment on its line or the line above:")?;
    writeln!(out, "  doorward: ignore[{}] the reason", rule.id)?;
    Ok(())
}

fn indent(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("  {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn how(matcher: &Matcher) -> String {
    let variants = match matcher {
        Matcher::Secret(variants) => variants,
        Matcher::Facts(variants) => return how_facts(variants),
        Matcher::Native(_) => return "by a check in code, which reads the structure of the text".to_owned(),
    };
    let lines = variants.iter().map(|variant| {
        let check = variant.check.map_or("", |_| ", and its checksum or structure is verified");
        match &variant.place {
            Place::Token(_) => format!("a token of the shape {}{check}", variant.pattern),
            Place::Entry(entry) => format!("the entry {} of {}{check}", entry.path.join("/"), entry.files.join(", ")),
            Place::Command(command) => format!("an argument of the command {}{check}", command.names.join(", ")),
            Place::Call(call) => format!("a literal among the arguments of {}{check}", call.names.join(", ")),
            Place::Phrase(_) => format!("a phrase of the shape {}{check}", variant.pattern),
            Place::Value { near, .. } => {
                format!("a value of the shape {}, assigned to a credential-like name, with {near} in the name or near it{check}", variant.pattern)
            }
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn how_facts(variants: &[FactVariant]) -> String {
    let mut kinds: Vec<&str> = variants.iter().map(|variant| variant.fact.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    format!("by what a manifest says of: {}", kinds.join(", "))
}
