//! The conversion of the shapes of a credential, as a rule file writes them, into checked ones.

use crate::rules::file::{ArgumentFile, CompanionFile, VariantFile};
use crate::rules::literals;
use crate::rules::rule::{
    Anchor, Argument, CallArgument, CallPlace, CommandPlace, Companion, Condition, EntryPlace, Place, SecretVariant,
};

/// What an entry's value must match when the rule does not say. It has no bound, as one would make a huge automaton, and needs none:
/// every value matches, in one pass.
const ANY_VALUE: &str = "(?s:.+)";

/// What a command's argument must match when the rule does not say.
const ANY_ARGUMENT: &str = r"[^-\s]\S{0,199}";

/// What a call's argument must match when the rule does not say.
const ANY_LITERAL: &str = r".{3,200}";

/// Shortest text that the first pass finds without a word of a credential in it, in bytes: a run of token characters.
const MIN_CALLEE: usize = 12;

/// Checks one shape of a credential as written.
pub(super) fn checked(file: &VariantFile) -> Result<SecretVariant, String> {
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

/// Checks the other part of a credential of two parts as written.
pub(super) fn companion(file: CompanionFile) -> Result<Companion, String> {
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
