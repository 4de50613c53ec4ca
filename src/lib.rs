//! doorward finds what leaves a door open in a tree of files: hard-coded credentials, open consoles, unverified code.
//!
//! The command line is in [`cli`]; a program that wants findings uses [`scan::Scanner`] with a [`rules::RuleSet`]:
//!
//! ```
//! use doorward::model::Confidence;
//! use doorward::rules::RuleSet;
//! use doorward::scan::{Document, Scanner};
//!
//! let scanner = Scanner::new(&RuleSet::built_in(), Confidence::Medium, 0);
//! let text = format!("db_password = \"{}\"\n", "k9Zq" .repeat(2) + "x3");
//! let report = scanner.scan(&Document::new("settings.py", &text));
//! assert_eq!(report.findings[0].finding.rule.as_str(), "generic-password");
//! ```
//!
//! Modules are the stages of the pipeline, and each uses only those before it: model, config, rules, input, parse, facts, suppress,
//! detect, excerpt, scan, examples, report, app, cli. `ARCHITECTURE.md` draws the picture.

pub mod app;
pub mod cli;
pub mod config;
pub mod detect;
pub mod examples;
pub mod excerpt;
pub mod exit;
pub mod facts;
pub mod input;
pub mod model;
pub mod parse;
pub mod report;
pub mod rules;
pub mod scan;
pub mod suppress;
