//! Rules on facts: patterns over what manifests say.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Attribute, Confidence, FactKind, ManifestKind, Profile, Severity};
use crate::rules::literals;

/// One way in which a manifest breaks a rule, as checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactVariant {
    /// The fact that is wrong, which the finding underlines.
    pub fact: FactPattern,
    /// Facts that must stand beside it; of each inner list at least one. They become related places.
    pub with: Vec<Vec<FactPattern>>,
    /// Facts of which none may stand beside it.
    pub without: Vec<FactPattern>,
    /// Kinds of files to look in; all, when empty.
    pub kinds: Vec<ManifestKind>,
    /// Kinds of files to leave out.
    pub not_kinds: Vec<ManifestKind>,
    /// How far `with` and `without` look.
    pub scope: FactScope,
    /// Whether the value is a credential that no output shows.
    pub masks: bool,
    /// Whether the detector of credentials must have found one in the fact; the finding takes its place.
    pub credential: bool,
    /// Whether only the value is underlined.
    pub underlines_value: bool,
    /// The edit that mends it.
    pub edit: Option<FactEdit>,
    /// How bad it is, where not as bad as the rule says.
    pub severity: Option<Severity>,
    /// How sure it is, where not as sure as the rule says.
    pub confidence: Option<Confidence>,
    /// The runs that it belongs to, where not those of the rule.
    pub profile: Option<Profile>,
}

/// How far a rule looks for facts beside the one that it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FactScope {
    /// The same unit, those that hold it and those that it holds: a container, its pod, its document, its file.
    #[default]
    Line,
    /// The whole file.
    File,
    /// The very same unit only.
    Unit,
}

/// A change of the text that mends a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FactEdit {
    /// The value is replaced by this text.
    Value(String),
    /// The place that is underlined is replaced by this text; nothing, to take it away.
    Text(String),
    /// The lines of the place go.
    RemoveLine(bool),
}

/// What a fact must be like.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FactPattern {
    /// Its kind.
    pub kind: FactKind,
    /// What must hold of what it tells.
    pub tests: Vec<(Attribute, ValueTest)>,
}

/// What must hold of an attribute. A test holds when any of the attribute's values passes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ValueTest {
    /// `true`, `yes`, `on`, `1`; also an argument without a value.
    True,
    /// `false`, `no`, `off`, `0`.
    False,
    /// The same text in any case, `*` standing for any characters.
    Text(String),
    /// Any of these.
    Any(Vec<ValueTest>),
    /// A regular expression that matches somewhere.
    Matches(String),
    /// No value passes, or there is none.
    Not(Box<ValueTest>),
    /// Whether a value is there.
    Present(bool),
    /// A number below this one.
    Below(f64),
    /// A number above this one.
    Above(f64),
    /// A version below this one, number by number.
    VersionBelow(String),
    /// A text with fewer characters.
    ShorterThan(usize),
}

/// A variant as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactVariantFile {
    /// The fact that is wrong.
    pub find: FactFile,
    /// Facts that must stand beside it; a list inside the list is a choice.
    #[serde(default)]
    pub with: Vec<OneOrMore>,
    /// Facts of which none may stand beside it.
    #[serde(default)]
    pub without: Vec<FactFile>,
    /// Kinds of files to look in.
    #[serde(default, rename = "in")]
    pub kinds: Vec<ManifestKind>,
    /// Kinds of files to leave out.
    #[serde(default)]
    pub not_in: Vec<ManifestKind>,
    /// How far `with` and `without` look.
    #[serde(default)]
    pub scope: FactScope,
    /// Whether the value is a credential.
    #[serde(default)]
    pub masks: bool,
    /// Whether a credential must have been found in the fact.
    #[serde(default)]
    pub credential: bool,
    /// Whether only the value is underlined.
    #[serde(default)]
    pub underline_value: bool,
    /// The edit that mends it.
    #[serde(default, deserialize_with = "serde_yaml::with::singleton_map_recursive::deserialize")]
    pub edit: Option<FactEdit>,
    /// How bad it is, where not as bad as the rule says.
    pub severity: Option<Severity>,
    /// How sure it is, where not as sure as the rule says.
    pub confidence: Option<Confidence>,
    /// The runs that it belongs to, where not those of the rule.
    pub profile: Option<Profile>,
}

/// One pattern or a choice of several.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(FactFile),
    /// Any of them.
    Any(Vec<FactFile>),
}

/// A pattern as written: one kind of fact, and what must hold of it.
pub type FactFile = BTreeMap<FactKind, BTreeMap<Attribute, TestFile>>;

/// A test as written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TestFile {
    /// Whether it is switched on.
    Flag(bool),
    /// The number, as written.
    Number(i64),
    /// The text, with `*` for any characters.
    Text(String),
    /// Any of several.
    Any(Vec<TestFile>),
    /// Another comparison.
    Other(OtherTest),
}

/// A comparison of another kind than being equal.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum OtherTest {
    /// A regular expression.
    Matches(String),
    /// None passes.
    Not(Box<TestFile>),
    /// Whether there is a value.
    Present(bool),
    /// A number below this.
    Below(f64),
    /// A number above this.
    Above(f64),
    /// A version below this.
    VersionBelow(String),
    /// A text with fewer characters.
    ShorterThan(usize),
}

/// Checks a variant as written.
///
/// # Errors
///
/// When a pattern names no kind of fact or two, an attribute that the kind does not have, or a broken expression.
pub fn checked(file: &FactVariantFile) -> Result<FactVariant, String> {
    let with = file.with.iter().map(|one| match one {
        OneOrMore::One(file) => Ok(vec![pattern(file)?]),
        OneOrMore::Any(files) => files.iter().map(pattern).collect(),
    });
    Ok(FactVariant {
        fact: pattern(&file.find)?,
        with: with.collect::<Result<_, String>>()?,
        without: file.without.iter().map(pattern).collect::<Result<_, String>>()?,
        kinds: file.kinds.clone(),
        not_kinds: file.not_in.clone(),
        scope: file.scope,
        masks: file.masks,
        credential: file.credential,
        underlines_value: file.underline_value,
        edit: file.edit.clone(),
        severity: file.severity,
        confidence: file.confidence,
        profile: file.profile,
    })
}

fn pattern(file: &FactFile) -> Result<FactPattern, String> {
    let mut kinds = file.iter();
    let (Some((&kind, tests)), None) = (kinds.next(), kinds.next()) else {
        return Err("a pattern names one kind of fact".to_owned());
    };
    let tests = tests.iter().map(|(&attribute, file)| {
        if !kind.attributes().contains(&attribute) {
            return Err(format!("a fact `{}` does not tell `{attribute:?}`", kind.as_str()));
        }
        Ok((attribute, test(file)?))
    });
    Ok(FactPattern { kind, tests: tests.collect::<Result<_, String>>()? })
}

fn test(file: &TestFile) -> Result<ValueTest, String> {
    Ok(match file {
        TestFile::Flag(true) => ValueTest::True,
        TestFile::Flag(false) => ValueTest::False,
        TestFile::Number(number) => ValueTest::Text(number.to_string()),
        TestFile::Text(text) => ValueTest::Text(text.clone()),
        TestFile::Any(files) => ValueTest::Any(files.iter().map(test).collect::<Result<_, _>>()?),
        TestFile::Other(OtherTest::Matches(pattern)) => {
            literals::parse(pattern)?;
            ValueTest::Matches(pattern.clone())
        }
        TestFile::Other(OtherTest::Not(file)) => ValueTest::Not(Box::new(test(file)?)),
        TestFile::Other(OtherTest::Present(is_present)) => ValueTest::Present(*is_present),
        TestFile::Other(OtherTest::Below(number)) => ValueTest::Below(*number),
        TestFile::Other(OtherTest::Above(number)) => ValueTest::Above(*number),
        TestFile::Other(OtherTest::VersionBelow(version)) => ValueTest::VersionBelow(version.clone()),
        TestFile::Other(OtherTest::ShorterThan(length)) => ValueTest::ShorterThan(*length),
    })
}
