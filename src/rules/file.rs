//! The YAML of a rule file, mirrored, and its conversion into a checked [`Rule`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::model::{Confidence, Format, Severity, Theme};
use crate::rules::error::RuleError;
use crate::rules::literals;
use crate::rules::rule::{
    Anchor, Argument, Binding, CallArgument, CallLanguage, CallPlace, Check, CommandPlace, Companion, Condition,
    Decoding, EntryPlace, Example, Examples, LazyText, Matcher, Native, Place, Rule, RuleText, SecretVariant,
};

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

/// What an entry's value must match when the rule does not say. It has no bound, as one would make a huge automaton, and needs none:
/// every value matches, in one pass.
const ANY_VALUE: &str = "(?s:.+)";

/// What a command's argument must match when the rule does not say.
const ANY_ARGUMENT: &str = r"[^-\s]\S{0,199}";

/// What a call's argument must match when the rule does not say.
const ANY_LITERAL: &str = r".{3,200}";

/// Shortest text that the first pass finds without a word of a credential in it, in bytes: a run of token characters.
const MIN_CALLEE: usize = 12;

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
    check_id(&file.id)?;
    check_wording(&file)?;
    if file.examples.bad.is_empty() || file.examples.good.is_empty() {
        return Err("a rule needs at least one bad and one good example".to_owned());
    }
    let matcher = match (file.detect.secret, file.detect.native) {
        (Some(variants), None) if !variants.is_empty() => {
            Matcher::Secret(variants.iter().map(variant).collect::<Result<_, _>>()?)
        }
        (None, Some(native)) => Matcher::Native(native),
        _ => return Err("`detect` holds exactly one of `secret` (a list that is not empty) and `native`".to_owned()),
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
        theme: file.theme,
        severity: file.severity,
        confidence: file.confidence,
        matcher,
        companion: file.with.map(companion).transpose()?,
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

fn variant(file: &VariantFile) -> Result<SecretVariant, String> {
    let anchor = |pattern: &str| -> Result<Anchor, String> {
        literals::parse(pattern)?;
        let literals = if file.literals.is_empty() { literals::beginnings(pattern)? } else { file.literals.clone() };
        match literals.iter().find(|literal| literal.len() < literals::MIN_LITERAL) {
            Some(short) => Err(format!("literal `{short}` is shorter than {} bytes", literals::MIN_LITERAL)),
            None => Ok(Anchor { literals, lead: file.lead, offset: file.offset }),
        }
    };
    let (pattern, place) =
        match (&file.token, &file.phrase, &file.entry, &file.value, &file.near) {
            (Some(token), None, None, None, None) => (token.as_str(), Place::Token(anchor(token)?)),
            (None, Some(phrase), None, None, None) => (phrase.as_str(), Place::Phrase(anchor(phrase)?)),
            (None, None, Some(path), value, None) => {
                (value.as_deref().unwrap_or(ANY_VALUE), Place::Entry(entry(file, path)?))
            }
            (None, None, None, value, None) if !file.command.is_empty() => {
                (value.as_deref().unwrap_or(ANY_ARGUMENT), Place::Command(command(file)?))
            }
            (None, None, None, value, None) if !file.call.is_empty() => {
                (value.as_deref().unwrap_or(ANY_LITERAL), Place::Call(call(file)?))
            }
            (None, None, None, Some(value), Some(near)) => {
                (value.as_str(), Place::Value { near: near.clone(), texts: literals::required(near)? })
            }
            _ => return Err(
                "a variant is a `token`, a `phrase`, a `value` with `near`, an `entry` with `files`, a `command`, or a `call`"
                    .to_owned(),
            ),
        };
    Ok(SecretVariant {
        pattern: pattern.to_owned(),
        length: if pattern == ANY_VALUE { (1, usize::MAX) } else { literals::length(pattern)? },
        place,
        check: file.check,
        min_entropy: file.min_entropy,
        is_broad: file.broad,
    })
}

fn companion(file: CompanionFile) -> Result<Companion, String> {
    literals::parse(&file.pattern)?;
    let CompanionFile { pattern, lines, label, rules } = file;
    Ok(Companion { pattern, lines, label, rules })
}

fn entry(file: &VariantFile, path: &str) -> Result<EntryPlace, String> {
    if file.files.is_empty() {
        return Err("an `entry` needs `files`".to_owned());
    }
    // The path of a value without keys is empty.
    let keys = |path: &str| path.split('/').filter(|_| !path.is_empty()).map(str::to_owned).collect();
    let conditions = [(&file.holds, true), (&file.unless, false)].into_iter().flat_map(|(conditions, holds)| {
        conditions.iter().map(move |(path, pattern)| {
            literals::parse(pattern)?;
            Ok(Condition { path: keys(path), pattern: pattern.clone(), holds })
        })
    });
    Ok(EntryPlace {
        path: keys(path),
        files: file.files.clone(),
        format: file.format,
        containing: file.containing.clone(),
        conditions: conditions.collect::<Result<_, String>>()?,
        decoding: file.decode,
    })
}

fn command(file: &VariantFile) -> Result<CommandPlace, String> {
    let argument = match (file.option.as_slice(), &file.argument, file.input) {
        ([], Some(ArgumentFile::Number(number)), false) if *number > 0 => Argument::Position(*number),
        ([], None, true) => Argument::Input,
        (names @ [_, ..], None, false) => Argument::Option { names: names.to_vec(), binding: file.binding },
        _ => return Err("a `command` needs one of `option`, `argument` from 1, and `input`".to_owned()),
    };
    let is_short = |name: &&String| name.split(' ').next().unwrap_or_default().len() < 2;
    if let Some(short) = file.command.iter().find(is_short) {
        return Err(format!("the program of the command `{short}` has a name of less than 2 letters"));
    }
    Ok(CommandPlace { names: file.command.clone(), argument })
}

fn call(file: &VariantFile) -> Result<CallPlace, String> {
    let argument = match &file.argument {
        Some(ArgumentFile::Number(number)) if *number > 0 => CallArgument::Position(*number),
        Some(ArgumentFile::Word(word)) if word == "last" => CallArgument::Last,
        Some(ArgumentFile::Word(name)) => CallArgument::Named(name.clone()),
        _ => return Err("a `call` needs `argument`: a number from 1, `last`, or a name".to_owned()),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    for name in &file.call {
        if !name.strip_suffix('=').unwrap_or(name).chars().all(is_part) {
            return Err(format!("call `{name}` is not words joined by dots"));
        }
        let lower = name.to_ascii_lowercase();
        let is_found = literals::NAME_STEMS.iter().any(|stem| lower.contains(stem)) || name.len() >= MIN_CALLEE;
        if file.named_by.is_none() && !is_found {
            return Err(format!(
                "call `{name}` cannot be found: it holds none of {}, and is shorter than {MIN_CALLEE} characters",
                literals::NAME_STEMS.join(", ")
            ));
        }
    }
    Ok(CallPlace { names: file.call.clone(), argument, named_by: file.named_by, languages: file.languages.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        insta::assert_snapshot!(error("fix:", "fixx:"), @"rules/example-token.yaml: unknown field `fixx`, expected one of `id`, `title`, `theme`, `severity`, `confidence`, `message`, `why`, `fix`, `cwe`, `references`, `since`, `detect`, `with`, `examples` at line 8 column 1; did you mean `fix`?");
        insta::assert_snapshot!(error("severity: high", "severity: hihg"), @"rules/example-token.yaml: severity: unknown variant `hihg`, expected one of `info`, `low`, `medium`, `high`, `critical` at line 4 column 11; did you mean `high`?");
        insta::assert_snapshot!(error("why: Anyone can use it.\n", ""), @"rules/example-token.yaml: missing field `why`");
        insta::assert_snapshot!(error("{20}", "+"), @"rules/example-token.yaml: pattern `exa_[a-z]+` has a repetition without an upper bound; write `{m,n}`");
        insta::assert_snapshot!(error("exa_", ""), @"rules/example-token.yaml: pattern `[a-z]{20}` does not begin with at least 3 fixed characters; give `literals` and `lead`, or use `value` and `near`");
        insta::assert_snapshot!(error("exa_[a-z]", "exa_[a-z"), @"rules/example-token.yaml: bad pattern `exa_[a-z{20}`: error: unclosed character class");
        insta::assert_snapshot!(error("id: example-token", "id: other-token"), @"rules/example-token.yaml: id `other-token` is not the file's name `example-token`");
        insta::assert_snapshot!(error("in the file", "in the file."), @"rules/example-token.yaml: `message` is one line without a full stop");
    }
}
