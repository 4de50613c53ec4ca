//! What pipelines of all systems but GitHub Actions have in common: variables, scripts, and texts of others in them.

use std::ops::Range;

use crate::facts::{Builder, UnitId, argument, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

/// How many variables of a line are looked at.
const MAX_NAMES: usize = 200;

/// Who decides what a variable says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Anybody who pushes a branch or asks to merge.
    Outsider,
    /// Who starts the pipeline or includes the file.
    Input,
}

impl Origin {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Outsider => "outsider",
            Self::Input => "input",
        }
    }
}

/// How a system writes a variable in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `$NAME` and `${NAME}`: the shell puts the value in, and quotes keep it whole.
    Shell,
    /// `$(NAME)`: the system puts it into the text before any shell reads it.
    Macro,
}

/// Which variables are of others, and how they are written.
pub(super) struct Variables {
    /// Who decides about a variable, by its name.
    pub of: fn(&str) -> Option<Origin>,
    /// How it is written.
    pub spellings: Spelling,
}

/// Tells the variables of a mapping from names to values, or to mappings with a `value`.
pub(super) fn environment<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    tree: &ConfigTree<'t>,
    mapping: NodeId,
    is_reference: fn(&str) -> bool,
) {
    for &child in tree.children(mapping) {
        let value = if tree.scalar(child).is_some() { Some(child) } else { tree.get(child, "value") };
        if let (Some(key), Some(value)) = (&tree.node(child).key, value) {
            variable(builder, unit, (&key.text, key.span.start as usize), (tree, value), is_reference);
        }
    }
}

/// Tells one variable: its name and where that begins, and the node of its value.
pub(super) fn variable<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    (name, start): (&str, usize),
    (tree, value): (&ConfigTree<'t>, NodeId),
    is_reference: fn(&str) -> bool,
) {
    let Some(scalar) = tree.scalar(value) else { return };
    let is_open = is_reference(&scalar.text);
    let whole = tree.node(value).span;
    builder
        .fact(FactKind::Environment, unit, start.min(whole.start as usize)..whole.end as usize)
        .with(Attribute::Name, name.to_owned())
        .with_some(Attribute::Value, (!is_open).then(|| scalar.text.clone()))
        .value_at(scalar.span.range())
        .with(Attribute::Origin, if is_open { "reference" } else { "literal" })
        .add();
}

/// The scalars of a script: it is one, or a list, perhaps with lists inside.
pub(super) fn scalars<'a, 't>(tree: &'a ConfigTree<'t>, script: NodeId) -> Vec<&'a Scalar<'t>> {
    let mut found = Vec::new();
    let mut open = vec![script];
    while let Some(node) = open.pop() {
        found.extend(tree.scalar(node));
        open.extend(tree.children(node).iter().rev());
    }
    found
}

/// Tells the words of a command line, each as it is.
pub(super) fn arguments<'a, 't: 'a>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    words: impl Iterator<Item = &'a Scalar<'t>>,
) {
    let words: Vec<_> =
        words.map(|word| argument::Word { text: word.text.to_string(), place: word.span.range() }).collect();
    argument::add(builder, unit, "", &words);
}

/// Reads a script as shell, and tells where texts of others reach code.
pub(super) fn shell_with(builder: &mut Builder<'_>, unit: UnitId, script: &Scalar<'_>, variables: &Variables) {
    let place = script.span.range();
    let Some(raw) = builder.text().get(place.clone()) else { return };
    injections(builder, unit, raw, place.start, variables);
    shell::read(builder, unit, raw, place.start);
}

/// Tells where texts of others reach code in a script.
pub(super) fn injections(builder: &mut Builder<'_>, unit: UnitId, raw: &str, start: usize, variables: &Variables) {
    let mut at = 0;
    for line in raw.split_inclusive('\n') {
        for (place, name) in names(line, variables.spellings) {
            let Some(origin) = (variables.of)(name) else { continue };
            let sink = match variables.spellings {
                Spelling::Macro => Some("run"),
                Spelling::Shell => sink_of(line, &place),
            };
            if let Some(sink) = sink {
                expression(
                    builder,
                    unit,
                    start + at + place.start..start + at + place.end,
                    sink,
                    name.to_owned(),
                    origin,
                );
            }
        }
        at += line.len();
    }
}

/// Tells a text of others that reaches code.
pub(super) fn expression(
    builder: &mut Builder<'_>,
    unit: UnitId,
    place: Range<usize>,
    sink: &'static str,
    source: String,
    origin: Origin,
) {
    let fact = builder.fact(FactKind::Expression, unit, place).with(Attribute::Sink, sink);
    fact.with(Attribute::Source, source).with(Attribute::Origin, origin.as_str()).add();
}

/// The variables of a line, with their places.
fn names(line: &str, spelling: Spelling) -> Vec<(Range<usize>, &str)> {
    let is_name =
        |c: char| c.is_ascii_alphanumeric() || c == '_' || spelling == Spelling::Macro && matches!(c, '.' | '-');
    let mut found = Vec::new();
    for (at, _) in line.match_indices('$').take(MAX_NAMES) {
        let after = &line[at + 1..];
        let (open, close) = match (spelling, after.chars().next()) {
            (Spelling::Shell, Some('{')) => (1, "}"),
            (Spelling::Macro, Some('(')) => (1, ")"),
            (Spelling::Shell, _) => (0, ""),
            (Spelling::Macro, _) => continue,
        };
        let body = &after[open..];
        let end = body.find(|c: char| !is_name(c)).unwrap_or(body.len());
        if end == 0 || spelling == Spelling::Macro && !body[end..].starts_with(close) {
            continue;
        }
        let closing = if body[end..].starts_with(close) { close.len() } else { 0 };
        found.push((at..at + 1 + open + end + closing, &body[..end]));
    }
    found
}

/// What a shell does with a variable at this place of a line: `run` where its text becomes code, `word` where it is not quoted and so
/// becomes words of the command.
fn sink_of(line: &str, place: &Range<usize>) -> Option<&'static str> {
    let before = &line[..place.start];
    let is_code = [
        "eval ",
        "bash -c ",
        "sh -c ",
        "ssh ",
        "python -c ",
        "python3 -c ",
        "node -e ",
        "perl -e ",
        "ruby -e ",
        "xargs ",
    ]
    .iter()
    .any(|word| {
        before.match_indices(word).any(|(at, _)| {
            before[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        })
    });
    if is_code {
        return Some("run");
    }
    let quotes = |quote: char| before.matches(quote).count() % 2 == 1;
    let is_assigned =
        before.trim_end_matches(['{', '$']).trim_start().strip_suffix('=').is_some_and(|name| !name.contains(' '));
    let is_tested = before.contains("[[ ") || before.trim_start().starts_with("case ");
    (!quotes('"') && !quotes('\'') && !is_assigned && !is_tested).then_some("word")
}

/// Whether a version is the hash of one commit.
pub(super) fn is_commit(version: &str) -> bool {
    matches!(version.len(), 40 | 64) && version.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sinks(line: &str) -> String {
        let found = names(line, Spelling::Shell);
        found
            .iter()
            .map(|(place, name)| format!("{} {name} {}", &line[place.clone()], sink_of(line, place).unwrap_or("-")))
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn quotes_keep_a_text_whole() {
        assert_eq!(sinks("echo \"$A\" ${B}"), "$A A -; ${B} B word");
        assert_eq!(sinks("eval \"x $A\""), "$A A run");
        assert_eq!(sinks("bash -c \"echo ${A:-x}\""), "${A A run");
        assert_eq!(sinks("X=$A"), "$A A -");
        assert_eq!(sinks("[[ $A == b ]]"), "$A A -");
        assert_eq!(sinks("git-eval $A"), "$A A word");
    }

    #[test]
    fn macros_are_found_anywhere() {
        let line = "echo \"$(Build.SourceBranch)\" $(date) $x";
        let found: Vec<_> =
            names(line, Spelling::Macro).into_iter().map(|(place, name)| (&line[place], name)).collect();
        assert_eq!(found, [("$(Build.SourceBranch)", "Build.SourceBranch"), ("$(date)", "date")]);
    }
}
