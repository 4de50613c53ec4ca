//! A finding: what a rule says about a place.

use std::fmt;
use std::sync::Arc;

use crate::model::{Confidence, Profile, Secret, Severity, Span};

/// The id of a rule, in kebab case. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Arc<str>);

impl RuleId {
    /// An id from its text.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A span with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say about it; may be empty. Text taken from the file is already escaped.
    pub text: String,
}

/// A reason to believe a finding less. Doubts lower confidence; they never drop a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The value looks like a stand-in that is to be replaced.
    Placeholder,
    /// The value is published by its provider for tests and documentation.
    KnownPublic,
    /// A checksum or inner structure of the format does not hold.
    InvalidStructure,
    /// The value is less random than its format makes values.
    LowEntropy,
    /// The value runs through an alphabet or repeats a pattern.
    Sequence,
    /// Name, value and surroundings together make it unlikely.
    Unlikely,
    /// The file is a test, an example or documentation.
    Role,
    /// The place is a comment, or a string with much else in it.
    Prose,
    /// The token expired.
    Expired,
}

impl Doubt {
    /// The word for the doubt in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::KnownPublic => "known-public-value",
            Self::InvalidStructure => "invalid-structure",
            Self::LowEntropy => "low-entropy",
            Self::Sequence => "sequence",
            Self::Unlikely => "unlikely",
            Self::Role => "file-role",
            Self::Prose => "comment-or-text",
            Self::Expired => "expired",
        }
    }
}

/// A change of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What takes its place.
    pub text: String,
}

/// Why a finding is not to be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// A comment in the file says so.
    Inline {
        /// Line of the comment, from 1.
        line: u32,
        /// Where it gives the reason.
        reason: Span,
    },
}

/// Something that spoke for or against a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is, in a few words that quote nothing of the file.
    pub text: &'static str,
    /// How much it weighed, in log-odds, where a model weighed it.
    pub weight: Option<f32>,
}

/// What a rule says about a place.
///
/// Message, why, fix and references stay in the [`RuleSet`](crate::rules::RuleSet), where reporters look them up.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is, after all doubts.
    pub confidence: Confidence,
    /// The runs that it belongs to, where not those of its rule.
    pub profile: Option<Profile>,
    /// The place to underline.
    pub primary: Label,
    /// Further places that belong to it.
    pub related: Vec<Label>,
    /// What it takes from other files: places in the list of what they say.
    pub arrivals: Vec<usize>,
    /// The credential itself, if it is one.
    pub secret: Option<Secret>,
    /// Places whose text no output may show.
    pub hidden: Vec<Span>,
    /// What spoke against it.
    pub doubts: Vec<Doubt>,
    /// What decided about it, the weightiest first; empty unless it was asked for.
    pub evidence: Vec<Evidence>,
    /// A change of the text that mends it, where a plain one does.
    pub edit: Option<Edit>,
    /// Set when something in the file or the configuration says to ignore it.
    pub suppressed: Option<Suppression>,
}
