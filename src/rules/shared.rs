//! The lists that several checks use: `rules/shared/*.yaml`.

use serde::{Deserialize, Serialize};

use crate::rules::error::RuleError;
use crate::rules::tables::{EndOfLife, ImageSources, VulnerableVersions};

/// All shared lists.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shared {
    /// What names say about their values.
    pub names: Names,
    /// Texts that stand where a credential will be put.
    pub placeholders: Placeholders,
    /// Words that people take as passwords.
    pub common_passwords: CommonPasswords,
    /// Values that are published on purpose.
    pub known_public: KnownPublic,
    /// How rarely letters follow each other in words.
    pub letter_pairs: LetterPairs,
    /// How much each feature of an assignment counts.
    pub assignment_model: AssignmentModel,
    /// Versions of products with published holes.
    pub vulnerable_versions: VulnerableVersions,
    /// Releases that get no more updates.
    pub end_of_life: EndOfLife,
    /// Registries to know, and those to keep away from.
    pub image_sources: ImageSources,
}

/// `names.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Names of passwords.
    pub password: NameWords,
    /// Names of secrets.
    pub secret: NameWords,
    /// Names of tokens.
    pub token: NameWords,
    /// Names of keys that need no qualifier.
    pub key: NameWords,
    /// Words that make a `key` a credential.
    pub key_qualifier: Vec<String>,
    /// Names around authentication.
    pub auth: NameWords,
    /// Last words of names that speak about a credential.
    pub about: Vec<String>,
    /// Of these, the words after which the value only refers to the credential or describes it.
    pub refers: Vec<String>,
    /// Words of names whose values are no credentials.
    pub harmless: Vec<String>,
    /// First words that make a question or command of a name.
    pub verb: Vec<String>,
    /// Last words that say nothing.
    pub neutral: Vec<String>,
}

/// Words for one kind of name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameWords {
    /// Counted wherever they stand, also inside a longer word.
    pub inside: Vec<String>,
    /// Counted only as a word of their own.
    pub whole: Vec<String>,
}

/// `placeholders.yaml`; every entry is compared in any case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placeholders {
    /// Whole values.
    pub whole: Vec<String>,
    /// Parts of a value that no real credential has.
    pub inside: Vec<String>,
    /// Parts of a value that make it less likely.
    pub inside_weak: Vec<String>,
    /// Parts of a token of a known shape.
    pub inside_token: Vec<String>,
}

/// `common-passwords.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommonPasswords {
    /// Words in lower case.
    pub words: Vec<String>,
}

/// `known-public.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownPublic {
    /// The values.
    pub values: Vec<PublicValue>,
}

/// One published value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicValue {
    /// SHA-256 of the value, in lower-case hexadecimal.
    pub sha256: String,
    /// What it is.
    pub what: String,
}

/// `letter-pairs.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterPairs {
    /// One row of 26 digits for each first letter.
    pub rows: Vec<String>,
}

/// `assignment-model.yaml`: a logistic regression over named features, and shallow trees over the same.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentModel {
    /// Log-odds when no feature holds.
    pub bias: f32,
    /// Log-odds from which a finding has medium confidence.
    pub medium: f32,
    /// Log-odds from which a finding has high confidence.
    pub high: f32,
    /// Sum of the weights from which the trees are asked; below it no tree could change what is decided.
    pub trees_from: f32,
    /// Log-odds that each feature adds.
    pub weights: Vec<Weight>,
    /// Trees, each of which adds the log-odds of one of its leaves.
    pub trees: Vec<Tree>,
}

/// A tree of depth three.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// The features of its seven splits, from the root down.
    pub features: Vec<String>,
    /// Up to which value each split goes left.
    pub limits: Vec<f32>,
    /// Log-odds of its eight leaves, from left to right.
    pub leaves: Vec<f32>,
}

/// The weight of one feature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Name of the feature.
    pub feature: String,
    /// Log-odds that it adds.
    pub weight: f32,
}

impl Shared {
    /// Reads one file of the folder; its name decides the list.
    ///
    /// # Errors
    ///
    /// When the name is not known or the YAML does not fit.
    pub fn add(&mut self, path: &str, text: &str) -> Result<(), RuleError> {
        let problem = |error: serde_yaml::Error| RuleError::from_yaml(path, &error);
        match path.rsplit('/').next().unwrap_or(path) {
            "names.yaml" => self.names = serde_yaml::from_str(text).map_err(problem)?,
            "placeholders.yaml" => self.placeholders = serde_yaml::from_str(text).map_err(problem)?,
            "common-passwords.yaml" => self.common_passwords = serde_yaml::from_str(text).map_err(problem)?,
            "known-public.yaml" => self.known_public = serde_yaml::from_str(text).map_err(problem)?,
            "assignment-model.yaml" => self.assignment_model = serde_yaml::from_str(text).map_err(problem)?,
            "vulnerable-versions.yaml" => self.vulnerable_versions = serde_yaml::from_str(text).map_err(problem)?,
            "end-of-life.yaml" => self.end_of_life = serde_yaml::from_str(text).map_err(problem)?,
            "image-sources.yaml" => self.image_sources = serde_yaml::from_str(text).map_err(problem)?,
            "letter-pairs.yaml" => self.letter_pairs = serde_yaml::from_str(text).map_err(problem)?,
            _ => return Err(RuleError::new(path, "no shared list has this name")),
        }
        Ok(())
    }
}
