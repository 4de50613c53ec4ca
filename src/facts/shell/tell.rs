//! Tells the facts of commands.

use std::collections::HashMap;

use super::program::{base_name, is_name};
use super::script::{Node, Script};
use super::{arguments, container, download};
use crate::facts::{Builder, UnitId, argument, package, text};
use crate::model::{Attribute, FactKind};
use crate::parse::shell::Word;

/// Longest text of a command that is told.
const MAX_TEXT: usize = 4096;
/// Words of the shell itself that read like programs.
const KEYWORDS: &[&str] = &["for", "select", "case", "[[", "]]", "in"];
/// Commands that set variables of the environment.
const DECLARING: &[&str] = &["export", "declare", "typeset", "readonly", "setx"];
/// Programs whose arguments are texts, also where those look like another program's options.
const SPEAKING: &[&str] =
    &["echo", "printf", "grep", "egrep", "fgrep", "rg", "awk", "logger", "[", "test", ":", "read", "expr"];
/// Most package commands of one script that are compared with those behind them.
const MAX_FOLLOWING: usize = 64;

/// Tells the facts of all commands of a script, in the order in which they stand.
pub(super) fn all(builder: &mut Builder<'_>, script: &Script<'_>) {
    let mut order: Vec<usize> = (0..script.nodes.len()).collect();
    order.sort_by_key(|&at| script.nodes[at].command.place.start);
    let packages = PackageCommands::of(script, &order);
    for at in order {
        let node = &script.nodes[at];
        variables(builder, node);
        if node.process.name.is_empty() || KEYWORDS.contains(&node.process.name.as_str()) {
            continue;
        }
        command(builder, script, at, &packages);
        let words: Vec<_> = node.arguments().iter().map(argument_word).collect();
        if !SPEAKING.contains(&node.process.name.as_str()) {
            arguments::add(builder, node.unit, &node.process.name, &words);
        }
        package::add(builder, node.unit, &node.process.name, &words);
        container::add(builder, node.unit, &node.process.name, &words);
    }
}

fn argument_word(word: &Word<'_>) -> argument::Word {
    argument::Word { text: word.text.to_string(), place: word.place.clone() }
}

/// The commands of package managers in a script.
struct PackageCommands {
    /// Manager, subcommand, and the number of the text that it stands in.
    commands: Vec<(&'static str, String, usize)>,
    /// For a command of the script, its place in the list.
    places: HashMap<usize, usize>,
}

impl PackageCommands {
    fn of(script: &Script<'_>, order: &[usize]) -> Self {
        let mut found = Self { commands: Vec::new(), places: HashMap::new() };
        for &at in order {
            let node = &script.nodes[at];
            let Some(manager) = package::manager_of(&node.process.name) else { continue };
            let Some(subcommand) = node.operands().next() else { continue };
            found.places.insert(at, found.commands.len());
            found.commands.push((manager, subcommand.text.to_string(), node.piece));
        }
        found
    }

    /// The subcommands of the same manager behind a command in its text.
    fn behind(&self, at: usize) -> Vec<&str> {
        let Some(&place) = self.places.get(&at) else { return Vec::new() };
        let (manager, _, piece) = &self.commands[place];
        let behind = self.commands[place + 1..].iter().take(MAX_FOLLOWING);
        let same = behind.filter(|(other, _, within)| other == manager && within == piece);
        same.map(|(_, subcommand, _)| subcommand.as_str()).collect()
    }
}

/// Adds the command itself, and those around it that it runs in, such as `sudo`.
fn command(builder: &mut Builder<'_>, script: &Script<'_>, at: usize, packages: &PackageCommands) {
    let node = &script.nodes[at];
    for &wrapper in &node.process.wrappers {
        let word = &node.command.words[wrapper];
        builder
            .fact(FactKind::Command, node.unit, word.place.clone())
            .with(Attribute::Program, base_name(&word.text).to_owned())
            .add();
    }
    let fetched = download::runs(script, at);
    let fetcher = fetched.map(|fetched| script.nodes[fetched].process.name.clone());
    let runs = fetcher.or_else(|| builder.downloads.run_by(node).map(str::to_owned));
    let target = download::target(script, at);
    builder.downloads.note(node, target.as_deref());
    let place =
        fetched.map_or_else(|| node.command.place.clone(), |fetched| download::place_of_run(script, fetched, at));
    let mut fact = builder
        .fact(FactKind::Command, node.unit, place)
        .with(Attribute::Program, node.process.name.clone())
        .with(Attribute::Text, written(node))
        .with_some(Attribute::Runs, runs)
        .with_some(Attribute::Target, target);
    // The value is the program's name: rules on what a command lacks show that alone.
    if let Some(program) = node.command.words.get(node.process.at) {
        fact = fact.value_at(program.place.clone());
    }
    let mut operands = node.operands().map(|word| word.text.to_string());
    fact = fact.with_some(Attribute::Subcommand, operands.next());
    for operand in operands {
        fact = fact.with(Attribute::Operand, operand);
    }
    for source in download::sources(node) {
        fact = fact.with(Attribute::Source, source.to_owned());
    }
    for from in script.upstream(at) {
        fact = fact.with(Attribute::PipedFrom, script.nodes[from].process.name.clone());
    }
    for to in script.downstream(at) {
        fact = fact.with(Attribute::PipedTo, script.nodes[to].process.name.clone());
    }
    for then in packages.behind(at) {
        fact = fact.with(Attribute::Then, then.to_owned());
    }
    fact.add();
}

/// The words of a command as the program gets them, and its redirections, with one blank between.
fn written(node: &Node<'_>) -> String {
    let mut text = String::new();
    let words = node.command.words.iter().skip(node.process.at).map(|word| ("", word));
    let redirections = node.command.redirections.iter().map(|redirection| (redirection.operator, &redirection.target));
    for (operator, word) in words.chain(redirections) {
        let longest = MAX_TEXT.saturating_sub(text.len());
        if longest == 0 {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(operator);
        text.push_str(&word.text[..word.text.floor_char_boundary(longest)]);
    }
    text
}

/// Adds the variables that a command is given, or sets for those behind it.
fn variables(builder: &mut Builder<'_>, node: &Node<'_>) {
    let words = &node.command.words;
    if !words.is_empty() {
        node.command.assignments.iter().for_each(|word| variable(builder, node.unit, word));
    }
    node.process.assignments.iter().for_each(|&at| variable(builder, node.unit, &words[at]));
    if DECLARING.contains(&node.process.name.as_str()) {
        let is_exported = node.process.name != "declare" && node.process.name != "typeset"
            || node.arguments().iter().any(|word| word.text.starts_with('-') && word.text.contains('x'));
        node.arguments().iter().filter(|_| is_exported).for_each(|word| variable(builder, node.unit, word));
    }
    // PowerShell: `$env:NAME = "value"`.
    if let [name, sign, value] = &words[..]
        && sign.text == "="
        && let Some(name) = name.text.strip_prefix("$env:")
    {
        builder
            .fact(FactKind::Environment, node.unit, node.command.place.clone())
            .with(Attribute::Name, name.to_owned())
            .with(Attribute::Origin, "literal")
            .with(Attribute::Value, value.text.to_string())
            .value_at(value.place.clone())
            .add();
    }
}

fn variable(builder: &mut Builder<'_>, unit: UnitId, word: &Word<'_>) {
    let Some((name, value)) = word.text.split_once('=') else { return };
    let name = name.strip_suffix('+').unwrap_or(name);
    if !is_name(name) {
        return;
    }
    let place = word.place.clone();
    let written = builder.text_at(&place);
    let start = written.find('=').map_or(place.start, |at| place.start + at + 1);
    let inside = written.get(start - place.start..).unwrap_or_default();
    let is_quoted = inside.len() >= 2 && inside.starts_with(['"', '\'']) && inside.ends_with(['"', '\'']);
    let value_place = if is_quoted { start + 1..place.end - 1 } else { start..place.end };
    builder
        .fact(FactKind::Environment, unit, place)
        .with(Attribute::Name, name.to_owned())
        .with(Attribute::Origin, "literal")
        .with_some(Attribute::Value, text::with_defaults(value).filter(|_| !value.contains(['`'])))
        .value_at(value_place)
        .add();
}
