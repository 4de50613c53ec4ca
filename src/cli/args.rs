//! The arguments, as typed. Help, completions and the man page come from these definitions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::options::{DEFAULT_MAX_FILE_SIZE, parse_size};
use crate::config::{Options, Selector};
use crate::model::{Confidence, Profile, Severity};
use crate::report;

const EXAMPLES: &str = "\
Examples:
  doorward                              check the folder you are in
  doorward src deploy.yaml              check a folder and a file
  doorward -f concise > f; vim -q f     one line a finding, as editors read it
  doorward --fail-on high               fail only for high and critical findings
  doorward --select github-pat-classic  check for one rule
  doorward explain github-pat-classic   what a rule finds, why, and what to do

Exit codes:
  0  nothing found     1  findings     2  could not run     3  nothing scanned, or not all";

/// Finds what leaves a door open: credentials in files, consoles without a login, code that nobody verified.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, about, after_help = EXAMPLES, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do; `check` when nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of `check`.
    #[command(flatten)]
    pub check: CheckArguments,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files and folders (the default)
    #[command(after_help = EXAMPLES)]
    Check(CheckArguments),
    /// Say what a rule finds, why it matters and what to do
    Explain {
        /// Id of the rule, as diagnostics show it in brackets
        rule: String,
        /// A folder of your own rules; may be given several times
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// List the rules, or test your own
    Rules {
        /// What to do with rules; they are listed when nothing is named
        #[command(subcommand)]
        command: Option<RulesCommand>,
        /// How to list them
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        /// A folder of your own rules; may be given several times
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

/// The commands on rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Run the examples of the rules in folders through the whole scanner
    Test {
        /// Folders of rule files
        #[arg(required = true, value_name = "DIR")]
        folders: Vec<PathBuf>,
    },
    /// Print the JSON schema of rule files, for editors
    Schema,
}

/// The arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Files and folders to check
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How findings are written
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub format: OutputFormat,
    /// Write findings to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Fail (exit code 1) for findings of this severity and above
    #[arg(long, value_enum, default_value_t = FailOn::Low, value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// Report findings of this confidence and above
    #[arg(long, value_enum, default_value_t = ConfidenceName::Medium, value_name = "CONFIDENCE")]
    pub min_confidence: ConfidenceName,
    /// Which rules to run: what an attacker would use, hardening, or all; a rule that --select names always runs
    #[arg(long, value_enum, default_value_t = ProfileName::Default, value_name = "PROFILE")]
    pub profile: ProfileName,
    /// Write the plain edits that mend findings into their files, then check again
    #[arg(long)]
    pub fix: bool,
    /// Also say what decided about each finding: features and their weights, and doubts
    #[arg(long)]
    pub why: bool,
    /// Check only this rule or theme; may be given several times, or separated by commas
    #[arg(long, value_name = "RULE|THEME", value_delimiter = ',')]
    pub select: Vec<Selector>,
    /// Leave out this rule or theme; may be given several times, or separated by commas
    #[arg(long, value_name = "RULE|THEME", value_delimiter = ',')]
    pub ignore: Vec<Selector>,
    /// Also check files that .gitignore and .ignore name
    #[arg(long)]
    pub no_ignore: bool,
    /// Also check what is in zip, tar, gzip, xz and zstd archives; nothing is unpacked to disk
    #[arg(long)]
    pub archives: bool,
    /// Skip text files larger than this; a skipped file makes the run incomplete
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "32M")]
    pub max_file_size: u64,
    /// A folder of your own rules; may be given several times
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    /// Threads to use; 0 for one a core
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Leave out the summary on standard error
    #[arg(long, short)]
    pub quiet: bool,
}

impl CheckArguments {
    /// What the arguments mean.
    pub fn options(&self) -> Options {
        debug_assert_eq!(DEFAULT_MAX_FILE_SIZE, 32 << 20, "the default value above says so too");
        Options {
            paths: self.paths.clone(),
            fail_on: self.fail_on.severity(),
            min_confidence: self.min_confidence.into(),
            profile: self.profile.profile(),
            explain: self.why,
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            threads: self.threads,
            respect_ignores: !self.no_ignore,
            max_file_size: self.max_file_size,
            archives: self.archives,
            rules: self.rules.clone(),
        }
    }
}

/// `--format` of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// The line, underlined, with why it matters and what to write instead
    Text,
    /// One line a finding, as editors read it
    Concise,
    /// One JSON document
    Json,
}

impl From<OutputFormat> for report::Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Text => Self::Text,
            OutputFormat::Concise => Self::Concise,
            OutputFormat::Json => Self::Json,
        }
    }
}

/// `--format` of `rules`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table
    Text,
    /// One JSON array
    Json,
}

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the severities are described at their own type")]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    /// Never fail for findings
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// `--profile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// What an attacker would use
    Default,
    /// What would make a break-in harder, and nearly every manifest lacks
    Hardening,
    /// Both
    All,
}

impl ProfileName {
    fn profile(self) -> Option<Profile> {
        match self {
            Self::Default => Some(Profile::Default),
            Self::Hardening => Some(Profile::Hardening),
            Self::All => None,
        }
    }
}

/// `--min-confidence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the confidences are described at their own type")]
pub enum ConfidenceName {
    High,
    Medium,
    Low,
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Self {
        match name {
            ConfidenceName::High => Self::High,
            ConfidenceName::Medium => Self::Medium,
            ConfidenceName::Low => Self::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_path_needs_no_command() {
        let arguments = Arguments::try_parse_from(["doorward", "src", "--select", "jwt,open-console"]).unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.check.paths, [PathBuf::from("src")]);
        assert_eq!(arguments.check.select.len(), 2);
    }
}
