//! Runs rules' examples through the whole scanner.

pub mod template;

use std::fmt;

use crate::excerpt::escape::escaped;
use crate::model::{Confidence, Span};
use crate::rules::{Example, Rule};
use crate::scan::{Document, Scanner};

/// The time that examples are run at, in seconds since 1970: the first second of 2026. Expiry dates are judged by it.
pub const NOW: i64 = 1_767_225_600;

/// How an example came out wrong.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A template of the example cannot be expanded.
    BadTemplate(String),
    /// A highlight of a bad example was not reported.
    Missing(String),
    /// The rule reported at a place that no highlight names, or in a good example.
    Noisy(String),
    /// The rule reported near a highlight, but underlined something else.
    WrongSpan {
        /// The highlight.
        expected: String,
        /// What was underlined.
        found: String,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadTemplate(problem) => write!(f, "bad template: {problem}"),
            Self::Missing(text) => write!(f, "missing: `{}` was not reported", escaped(text)),
            Self::Noisy(text) => write!(f, "noisy: `{}` was reported", escaped(text)),
            Self::WrongSpan { expected, found } => {
                write!(f, "wrong span: `{}` was underlined instead of `{}`", escaped(found), escaped(expected))
            }
        }
    }
}

/// An example that did not come out as its rule says.
#[derive(Debug)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// `bad` or `good`, and which one, from 1.
    pub example: (&'static str, usize),
    /// The example's file name.
    pub file: String,
    /// What went wrong.
    pub outcome: Outcome,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, number) = self.example;
        write!(f, "{}: {kind} example {number} ({}): {}", self.rule, self.file, self.outcome)
    }
}

/// Runs all examples of a rule; empty when each came out as the rule says.
///
/// `scanner` should report from medium confidence on, as users see it by default; examples of rules of low confidence
/// need a scanner that reports those.
pub fn run(scanner: &Scanner, rule: &Rule) -> Vec<Failure> {
    let mut failures = Vec::new();
    let kinds = [("bad", &rule.text().examples.bad), ("good", &rule.text().examples.good)];
    for (kind, examples) in kinds {
        for (index, example) in examples.iter().enumerate() {
            let outcomes = run_one(scanner, rule, example);
            failures.extend(outcomes.into_iter().map(|outcome| Failure {
                rule: rule.id.clone(),
                example: (kind, index + 1),
                file: example.file.clone(),
                outcome,
            }));
        }
    }
    failures
}

/// The least confidence at which a rule's examples must be reported.
pub fn least_confidence(rule: &Rule) -> Confidence {
    rule.confidence.min(Confidence::Medium)
}

fn run_one(scanner: &Scanner, rule: &Rule, example: &Example) -> Vec<Outcome> {
    let expand = |text: &str| template::expand(&rule.id, text);
    let code = match expand(&example.code) {
        Ok(code) => code,
        Err(problem) => return vec![Outcome::BadTemplate(problem)],
    };
    let report = scanner.scan(&Document::new(&example.file, &code));
    let mut found: Vec<Span> = report
        .findings
        .iter()
        .filter(|reported| reported.finding.rule.as_str() == rule.id)
        .map(|reported| reported.finding.primary.span)
        .collect();
    let mut outcomes = Vec::new();
    let mut searched = 0;
    for highlight in &example.highlights {
        let expected = match expand(highlight) {
            Ok(expected) => expected,
            Err(problem) => return vec![Outcome::BadTemplate(problem)],
        };
        let Some(at) = code[searched..].find(&expected).map(|at| at + searched) else {
            outcomes.push(Outcome::BadTemplate(format!("highlight `{highlight}` is not in the code")));
            continue;
        };
        searched = at + expected.len();
        let span = Span::new(at..searched);
        match found.iter().position(|other| other.overlaps(span)) {
            Some(index) => {
                let other = found.remove(index);
                if other != span {
                    outcomes.push(Outcome::WrongSpan { expected, found: code[other.range()].to_owned() });
                }
            }
            None => outcomes.push(Outcome::Missing(expected)),
        }
    }
    outcomes.extend(found.into_iter().map(|span| Outcome::Noisy(code[span.range()].to_owned())));
    outcomes
}
