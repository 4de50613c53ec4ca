//! The commands of all rules, by program.

use super::super::entries::wildcard;
use super::super::index::Variant;
use super::names::NameTable;
use super::words::Word;
use crate::rules::rule::{Argument, CommandPlace};

/// A compiled `command` variant.
#[derive(Debug)]
pub(in super::super) struct Command {
    pub(super) variant: Variant,
    pub(super) argument: Argument,
}

/// A program, and its commands.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) subcommands: Vec<Subcommand>,
}

/// The commands of a program that share their further words.
#[derive(Debug)]
pub(super) struct Subcommand {
    /// Its place among all subcommands of all programs.
    pub(super) number: usize,
    /// The words after the program's name; none when any will do.
    words: Vec<String>,
    /// Places in the list of commands.
    pub(super) commands: Vec<usize>,
}

/// The commands of all rules.
#[derive(Debug)]
pub(in super::super) struct CommandIndex {
    pub(super) commands: Vec<Command>,
    pub(super) programs: Vec<Program>,
    pub(super) names: NameTable,
    /// How many subcommands there are.
    pub(super) subcommands: usize,
}

impl CommandIndex {
    /// An index of these variants.
    pub(in super::super) fn new(variants: Vec<(Variant, &CommandPlace)>) -> Self {
        let mut programs: Vec<Program> = Vec::new();
        let (mut commands, mut subcommands) = (Vec::new(), 0);
        for (variant, place) in variants {
            for name in &place.names {
                let mut words = name.split(' ').map(str::to_owned);
                let name = words.next().unwrap_or_default();
                let words: Vec<_> = words.collect();
                let program = programs.iter().position(|program| program.name == name).unwrap_or_else(|| {
                    programs.push(Program { name, subcommands: Vec::new() });
                    programs.len() - 1
                });
                let all = &mut programs[program].subcommands;
                let subcommand = all.iter().position(|other| other.words == words).unwrap_or_else(|| {
                    all.push(Subcommand { number: subcommands, words, commands: Vec::new() });
                    subcommands += 1;
                    all.len() - 1
                });
                all[subcommand].commands.push(commands.len());
            }
            commands.push(Command { variant, argument: place.argument.clone() });
        }
        let names = programs.iter().enumerate().map(|(number, program)| (program.name.as_str(), number));
        let names = NameTable::new(names);
        Self { commands, programs, names, subcommands }
    }
}

impl Program {
    /// Whether one of its commands has further words.
    pub(super) fn has_subcommands(&self) -> bool {
        self.subcommands.iter().any(|subcommand| !subcommand.words.is_empty())
    }
}

impl Subcommand {
    /// How many of the words after the program's name lead to the subcommand. Options may stand between, with their values.
    pub(super) fn reach(&self, text: &str, words: &[Word]) -> Option<usize> {
        let word = |word: &Word| &text[word.inner.clone()];
        let mut at = 0;
        for wanted in &self.words {
            // A wanted option may stand after other arguments.
            let is_passed = |index: usize| {
                let is_value = index > 0 && word(&words[index - 1]).starts_with('-');
                wanted.starts_with('-') || word(&words[index]).starts_with('-') || is_value
            };
            while !wildcard::fits(wanted, word(words.get(at)?)) {
                if !is_passed(at) {
                    return None;
                }
                at += 1;
            }
            at += 1;
        }
        // All arguments of a command with a wanted option count, also those before it.
        let is_option = |wanted: &String| wanted.starts_with('-');
        Some(if self.words.last().is_some_and(is_option) { 0 } else { at })
    }
}
