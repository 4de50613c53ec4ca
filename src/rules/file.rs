//! The YAML of a rule file, mirrored, and its conversion into a checked [`Rule`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::model::{Confidence, Format, Profile, Severity, Theme};
use crate::rules::error::RuleError;
use crate::rules::fact::{self, FactVariantFile};
use crate::rules::native::Native;
use crate::rules::rule::{Binding, CallLanguage, Check, Decoding, Matcher, Rule};
use crate::rules::text::{Example, Examples, LazyText, RuleText};
use crate::rules::variant;

/// A rule file as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "doorward rule")]
pub struct RuleFile {
    /// Kebab-case name; the same as the file's.
    pub id: String,
    /// What it finds, in a few words.
    pub title: String,
    /// Which rule of conduct it enforces.
    pub theme: Theme,
    /// How bad a true finding is.
    pub severity: Severity,
    /// How sure a finding is before doubts.
    pub confidence: Confidence,
    /// Other names under which the rule can be selected and ignored.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Which runs it belongs to.
    pub profile: Option<Profile>,
    /// What is wrong, in plain words, without a full stop.
    pub message: String,
    /// What an attacker does with it.
    pub why: String,
    /// What to write instead, and what else to do.
    pub fix: String,
    /// CWE numbers.
    #[serde(default)]
    pub cwe: Vec<u16>,
    /// Links for further reading.
    #[serde(default)]
    pub references: Vec<String>,
    /// The first version with this rule.
    pub since: String,
    /// How it is found: exactly one kind.
    pub detect: DetectFile,
    /// The other part of a credential of two parts.
    pub with: Option<CompanionFile>,
    /// Files that prove the rule.
    pub examples: ExamplesFile,
}

/// The `with` key: the part of a credential that says whose it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanionFile {
    /// What the part looks like, with a group `secret` around it where the expression matches more.
    pub pattern: String,
    /// How far away it can stand, in lines.
    pub lines: u32,
    /// What to say at its place.
    pub label: String,
    /// Rules whose findings at its place are part of this one.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub rules: Vec<String>,
}

/// The `detect` key: exactly one of its keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectFile {
    /// Shapes of a credential.
    pub secret: Option<Vec<VariantFile>>,
    /// What manifests say.
    pub facts: Option<Vec<FactVariantFile>>,
    /// The name of a check in code.
    pub native: Option<Native>,
}

/// One shape of a credential: `token`, `phrase`, `value` with `near`, `entry` with `files`, `command`, or `call`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantFile {
    /// Pattern of a token whose shape gives it away.
    pub token: Option<String>,
    /// Pattern of a secret behind fixed words.
    pub phrase: Option<String>,
    /// Pattern of a whole assigned value.
    pub value: Option<String>,
    /// Pattern that must stand in the name or shortly before the value.
    pub near: Option<String>,
    /// Keys that lead to an entry of a configuration file, separated by `/`.
    pub entry: Option<String>,
    /// For an entry: patterns of the files' names.
    #[serde(default)]
    pub files: Vec<String>,
    /// For an entry: how the files are written, where their names do not tell.
    pub format: Option<Format>,
    /// For an entry: texts of which the file must hold at least one.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub containing: Vec<String>,
    /// For an entry: what entries beside it must match, by the way to them.
    #[serde(default, rename = "where")]
    pub holds: BTreeMap<String, String>,
    /// For an entry: what entries beside it must not match.
    #[serde(default)]
    pub unless: BTreeMap<String, String>,
    /// For an entry: how its value is encoded.
    pub decode: Option<Decoding>,
    /// Shell commands: a program's name, with a subcommand or without.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub command: Vec<String>,
    /// For a command: the options whose value is the secret.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub option: Vec<String>,
    /// For a command: how the value follows an option of one letter.
    #[serde(default)]
    pub binding: Binding,
    /// Calls in source code: what is called.
    #[serde(default, deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub call: Vec<String>,
    /// For a command or a call: the number of the argument that is the secret, from 1, counted without options and named
    /// arguments. For a call also `last`, or the argument's name.
    pub argument: Option<ArgumentFile>,
    /// For a call: the number of the argument that must be a credential-like name.
    pub named_by: Option<usize>,
    /// For a call: the languages to look in.
    #[serde(default)]
    pub languages: Vec<CallLanguage>,
    /// For a command: whether the secret is what is piped into it.
    #[serde(default)]
    pub input: bool,
    /// Fixed texts, where the pattern does not begin with one.
    #[serde(default)]
    pub literals: Vec<String>,
    /// Bytes of the match that can stand before a literal.
    #[serde(default)]
    pub lead: usize,
    /// For a token: bytes between the beginning of a word and the literal.
    #[serde(default)]
    pub offset: usize,
    /// A named check.
    pub check: Option<Check>,
    /// Bits a character under which confidence falls.
    pub min_entropy: Option<f32>,
    /// Whether any other rule that matches the same place says more.
    #[serde(default)]
    pub broad: bool,
}

/// Which argument: its number, `last`, or its name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ArgumentFile {
    /// From 1.
    Number(usize),
    /// `last`, or a name.
    Word(String),
}

/// The `examples` key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExamplesFile {
    /// Files with findings.
    pub bad: Vec<BadExampleFile>,
    /// Files without.
    pub good: Vec<GoodExampleFile>,
}

/// An example with findings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BadExampleFile {
    /// Path whose name decides the kind of file.
    pub file: String,
    /// Content, with templates.
    pub code: String,
    /// The exact text under each primary span, in order.
    #[serde(deserialize_with = "one_or_many")]
    #[schemars(with = "OneOrMany")]
    pub highlights: Vec<String>,
}

/// An example without findings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodExampleFile {
    /// Path whose name decides the kind of file.
    pub file: String,
    /// Content, with templates.
    pub code: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    })
}

/// Reads one rule file.
///
/// `path` is used in errors, and its file name must be the rule's id with `.yaml`.
///
/// # Errors
///
/// When the YAML is broken, a key is unknown or missing, or the content breaks a convention of `rules/README.md`.
pub fn parse(path: &str, text: &str) -> Result<Rule, RuleError> {
    let file: RuleFile = serde_yaml::from_str(text).map_err(|error| RuleError::from_yaml(path, &error))?;
    checked(path, file).map_err(|problem| RuleError::new(path, problem))
}

fn checked(path: &str, file: RuleFile) -> Result<Rule, String> {
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yaml").trim_end_matches(".yml");
    if file.id != stem {
        return Err(format!("id `{}` is not the file's name `{stem}`", file.id));
    }
    file.aliases.iter().chain([&file.id]).try_for_each(|id| check_id(id))?;
    check_wording(&file)?;
    if file.examples.bad.is_empty() || file.examples.good.is_empty() {
        return Err("a rule needs at least one bad and one good example".to_owned());
    }
    let matcher = match (file.detect.secret, file.detect.facts, file.detect.native) {
        (Some(variants), None, None) if !variants.is_empty() => {
            Matcher::Secret(variants.iter().map(variant::checked).collect::<Result<_, _>>()?)
        }
        (None, Some(variants), None) if !variants.is_empty() => {
            Matcher::Facts(variants.iter().map(fact::checked).collect::<Result<_, _>>()?)
        }
        (None, None, Some(native)) => Matcher::Native(native),
        _ => {
            return Err(
                "`detect` holds exactly one of `secret`, `facts` (lists that are not empty) and `native`".to_owned()
            );
        }
    };
    let bad = file.examples.bad.into_iter().map(|e| Example { file: e.file, code: e.code, highlights: e.highlights });
    let good = file.examples.good.into_iter().map(|e| Example { file: e.file, code: e.code, highlights: Vec::new() });
    let text = RuleText {
        title: file.title,
        message: file.message,
        why: file.why.trim().to_owned(),
        fix: file.fix.trim().to_owned(),
        cwe: file.cwe,
        references: file.references,
        since: file.since,
        examples: Examples { bad: bad.collect(), good: good.collect() },
    };
    Ok(Rule {
        id: file.id,
        aliases: file.aliases,
        profile: file.profile.unwrap_or(Profile::Default),
        theme: file.theme,
        severity: file.severity,
        confidence: file.confidence,
        matcher,
        companion: file.with.map(variant::companion).transpose()?,
        text: LazyText::new(text),
    })
}

fn check_id(id: &str) -> Result<(), String> {
    let kebab = !id.is_empty() && id.split('-').all(|word| !word.is_empty() && word.bytes().all(is_lower_alphanumeric));
    if kebab { Ok(()) } else { Err(format!("id `{id}` is not in kebab case")) }
}

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn check_wording(file: &RuleFile) -> Result<(), String> {
    if file.message.ends_with('.') || file.message.contains('\n') {
        return Err("`message` is one line without a full stop".to_owned());
    }
    for (key, text) in [("title", &file.title), ("message", &file.message), ("why", &file.why), ("fix", &file.fix)] {
        if text.trim().is_empty() {
            return Err(format!("`{key}` is empty"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rule::Place;

    const RULE: &str = "\
id: example-token
title: Example token
theme: hardcoded-credential
severity: high
confidence: high
message: an Example token is written in the file
why: Anyone can use it.
fix: Revoke it.
since: 0.1.0
detect:
  secret:
    - token: 'exa_[a-z]{20}'
examples:
  bad: [{ file: a.txt, code: x, highlights: x }]
  good: [{ file: a.txt, code: y }]
";

    fn error(from: &str, to: &str) -> String {
        assert!(RULE.contains(from), "the test replaces `{from}`");
        parse("rules/example-token.yaml", &RULE.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_good_rule_is_read_with_its_literals() {
        let rule = parse("rules/example-token.yaml", RULE).unwrap();
        let Matcher::Secret(variants) = &rule.matcher else { panic!("{:?}", rule.matcher) };
        let Place::Token(anchor) = &variants[0].place else { panic!("{:?}", variants[0].place) };
        assert_eq!(anchor.literals, ["exa_"]);
    }

    #[test]
    fn mistakes_name_file_place_and_remedy() {
        insta::assert_snapshot!(error("fix:", "fixx:"), @"rules/example-token.yaml: unknown field `fixx`, expected one of `id`, `title`, `theme`, `severity`, `confidence`, `aliases`, `profile`, `message`, `why`, `fix`, `cwe`, `references`, `since`, `detect`, `with`, `examples` at line 8 column 1; did you mean `fix`?");
        insta::assert_snapshot!(error("severity: high", "severity: hihg"), @"rules/example-token.yaml: severity: unknown variant `hihg`, expected one of `info`, `low`, `medium`, `high`, `critical` at line 4 column 11; did you mean `high`?");
        insta::assert_snapshot!(error("why: Anyone can use it.\n", ""), @"rules/example-token.yaml: missing field `why`");
        insta::assert_snapshot!(error("{20}", "+"), @"rules/example-token.yaml: pattern `exa_[a-z]+` has a repetition without an upper bound; write `{m,n}`");
        insta::assert_snapshot!(error("exa_", ""), @"rules/example-token.yaml: pattern `[a-z]{20}` does not begin with at least 3 fixed characters; give `literals` and `lead`, or use `value` and `near`");
        insta::assert_snapshot!(error("exa_[a-z]", "exa_[a-z"), @"rules/example-token.yaml: bad pattern `exa_[a-z{20}`: error: unclosed character class");
        insta::assert_snapshot!(error("id: example-token", "id: other-token"), @"rules/example-token.yaml: id `other-token` is not the file's name `example-token`");
        insta::assert_snapshot!(error("in the file", "in the file."), @"rules/example-token.yaml: `message` is one line without a full stop");
    }
}
