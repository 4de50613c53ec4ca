//! All commands of a text, and how they hang together.

use std::ops::Range;

use super::options::operands;
use super::program::Process;
use crate::facts::{Builder, UnitId, argument};
use crate::model::ManifestKind;
use crate::parse::shell::{self, Command, Word};

/// Deepest nesting of code in code that is read.
const MAX_DEPTH: usize = 6;
/// Most commands of one text. A hostile text is cut there.
const MAX_COMMANDS: usize = 50_000;
/// How many commands of a group count as those that are piped into another.
const MAX_GROUP: usize = 32;
/// How many commands of a pipeline are looked at from one of them.
const MAX_PIPELINE: usize = 16;

/// Programs that read code from a file, an option or their input.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh", "fish"];
const INTERPRETERS: &[&str] = &[
    "python",
    "perl",
    "ruby",
    "node",
    "nodejs",
    "php",
    "pwsh",
    "powershell",
    "osascript",
    "deno",
    "bun",
    "lua",
    "Rscript",
];

/// How a command stands inside of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Its output becomes the word with this number.
    Word(usize),
    /// Its output is a file that the word with this number names.
    File(usize),
    /// Its output is the input.
    Input,
    /// It stands in a script that the other runs.
    Script,
}

/// One command with its surroundings.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) command: Command<'t>,
    pub(super) process: Process,
    pub(super) unit: UnitId,
    /// The commands whose output it reads.
    pub(super) from: Range<usize>,
    /// The command that reads its output.
    pub(super) to: Option<usize>,
    /// The commands inside of it.
    pub(super) inner: Vec<(usize, Role)>,
    /// The text that it belongs to: the commands of one text follow each other.
    pub(super) piece: usize,
}

impl<'t> Node<'t> {
    /// The arguments of its program.
    pub(super) fn arguments(&self) -> &[Word<'t>] {
        self.command.words.get(self.process.arguments..).unwrap_or_default()
    }

    /// Its words that are neither options nor values of options.
    pub(super) fn operands(&self) -> impl Iterator<Item = &Word<'t>> {
        let words = &self.command.words;
        let found = operands(&self.process.name, words, self.process.arguments..words.len());
        found.into_iter().map(|at| &words[at])
    }
}

/// A piece of code that is to be read.
struct Piece {
    place: Range<usize>,
    parent: Option<(usize, Role)>,
    unit: UnitId,
    depth: usize,
}

/// All commands of a text.
#[derive(Debug, Default)]
pub(super) struct Script<'t> {
    pub(super) nodes: Vec<Node<'t>>,
}

impl<'t> Script<'t> {
    /// Reads a text, and the code inside of its commands. `masked` is the text without what no shell sees; words are told as in `text`.
    pub(super) fn read(builder: &mut Builder<'_>, unit: UnitId, text: &'t str, masked: &'t str) -> Self {
        let skips_comments = builder.kind() == ManifestKind::Dockerfile;
        let mut script = Self::default();
        let mut pieces = vec![Piece { place: 0..text.len(), parent: None, unit, depth: 0 }];
        let mut number = 0;
        let is_masked = text.len() == masked.len() && text != masked;
        while let Some(piece) = pieces.pop() {
            let first = script.nodes.len();
            for mut command in shell::parse(masked, piece.place.clone(), skips_comments) {
                if script.nodes.len() >= MAX_COMMANDS {
                    return script;
                }
                if is_masked {
                    unmask(&mut command, text, masked);
                }
                let unit = builder.unit(piece.unit, "");
                let node = script.add(command, unit, first, number);
                if let Some((parent, role)) = piece.parent {
                    script.nodes[parent].inner.push((node, role));
                }
                if piece.depth < MAX_DEPTH {
                    let inner = script.nodes[node].code();
                    let piece =
                        |(place, role)| Piece { place, parent: Some((node, role)), unit, depth: piece.depth + 1 };
                    pieces.extend(inner.into_iter().map(piece));
                }
            }
            number += 1;
        }
        script
    }

    /// The one command that a list of words is.
    pub(super) fn of_words(builder: &mut Builder<'_>, unit: UnitId, words: &[argument::Word]) -> Self {
        let mut script = Self::default();
        if !words.is_empty() {
            let unit = builder.unit(unit, "");
            script.add(command_of(words), unit, 0, 0);
        }
        script
    }

    fn add(&mut self, command: Command<'t>, unit: UnitId, first: usize, piece: usize) -> usize {
        let number = self.nodes.len();
        let from = command.piped_from.start + first..command.piped_from.end + first;
        let from = from.start.max(from.end.saturating_sub(MAX_GROUP))..from.end;
        for node in from.clone() {
            self.nodes[node].to = Some(number);
        }
        let process = Process::of(&command);
        self.nodes.push(Node { command, process, unit, from, to: None, inner: Vec::new(), piece });
        number
    }

    /// The commands whose output reaches a command, the nearest first.
    pub(super) fn upstream(&self, node: usize) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            for from in self.nodes[node].from.clone().rev() {
                if found.len() >= MAX_PIPELINE {
                    return found;
                }
                found.push(from);
                open.push(from);
            }
        }
        found
    }

    /// The commands that a command's output reaches, the nearest first.
    pub(super) fn downstream(&self, node: usize) -> Vec<usize> {
        std::iter::successors(self.nodes[node].to, |&node| self.nodes[node].to).take(MAX_PIPELINE).collect()
    }
}

impl Node<'_> {
    /// The code inside of the command.
    fn code(&self) -> Vec<(Range<usize>, Role)> {
        let scripts = self.scripts();
        let mut found: Vec<(Range<usize>, Role)> = Vec::new();
        let words = self.command.words.iter().enumerate();
        let assigned = self.command.assignments.iter().map(|word| (usize::MAX, word));
        for (at, word) in words.chain(assigned) {
            let role = |is_file| if is_file { Role::File(at) } else { Role::Word(at) };
            // What stands in a script is found when that is read.
            let is_outside = |code: &Range<usize>| {
                !scripts.iter().any(|script| script.start <= code.start && code.end <= script.end)
            };
            let inner = word.substitutions.iter().filter(|inner| is_outside(&inner.code));
            found.extend(inner.map(|inner| (inner.code.clone(), role(inner.is_file))));
        }
        for redirection in &self.command.redirections {
            let is_input = redirection.operator.starts_with('<');
            let role = if is_input { Role::Input } else { Role::Word(usize::MAX) };
            found.extend(redirection.target.substitutions.iter().map(|inner| (inner.code.clone(), role)));
            // A here-document that goes to a file could be read here as that file (`cat <<EOF > daemon.json`).
            let runs = self.command.words.is_empty() || self.reads_code_from_input() || self.is_remote_shell();
            if let Some(body) = redirection.body.clone().filter(|_| runs) {
                found.push((body, Role::Script));
            }
        }
        found.extend(scripts.into_iter().map(|place| (place, Role::Script)));
        found
    }

    fn is_remote_shell(&self) -> bool {
        self.process.name == "ssh" && self.operands().nth(1).is_none()
    }

    /// The places of its arguments that are scripts for a shell.
    fn scripts(&self) -> Vec<Range<usize>> {
        let arguments = self.arguments();
        let rest = |at: usize| {
            let (first, last) = (arguments.get(at)?, arguments.last()?);
            Some(if at + 1 == arguments.len() { first.place.clone() } else { first.place.start..last.place.end })
        };
        let name = self.process.name.as_str();
        let place = match name {
            "eval" | "iex" | "Invoke-Expression" => rest(0),
            "ssh" => {
                let host = self.operands().next().map(|host| host.place.clone());
                let at = arguments.iter().position(|word| Some(&word.place) == host.as_ref());
                at.and_then(|at| rest(at + 1))
            }
            "powershell" | "pwsh" => option_of_code(arguments, name).and_then(|at| rest(at + 1)),
            _ if is_shell(name) || name == "su" => {
                option_of_code(arguments, name).and_then(|at| arguments.get(at + 1)).map(|word| word.place.clone())
            }
            _ => None,
        };
        place.into_iter().collect()
    }

    /// Whether the program takes its input for code: `sh`, `bash -s -- x`, `python -`.
    pub(super) fn reads_code_from_input(&self) -> bool {
        let name = self.process.name.as_str();
        if matches!(name, "iex" | "Invoke-Expression") {
            return true;
        }
        if !is_interpreter(name) || option_of_code(self.arguments(), name).is_some() {
            return false;
        }
        let takes_arguments = is_shell(name) && self.arguments().iter().any(|word| is_cluster_with(&word.text, 's'));
        let is_module = self.arguments().iter().any(|word| word.text == "-m");
        let first = self.operands().next().map(|word| word.text.as_ref());
        !is_module && (takes_arguments || matches!(first, None | Some("-" | "/dev/stdin" | "/proc/self/fd/0")))
    }

    /// The word that is code for an interpreter: `python -c CODE`.
    pub(super) fn code_argument(&self) -> Option<usize> {
        let name = self.process.name.as_str();
        if !is_interpreter(name) {
            return None;
        }
        option_of_code(self.arguments(), name).map(|at| self.process.arguments + at + 1)
    }
}

fn command_of<'t>(words: &[argument::Word]) -> Command<'t> {
    let word =
        |word: &argument::Word| Word { text: word.text.clone().into(), place: word.place.clone(), ..Word::default() };
    let place = words.first().map_or(0, |first| first.place.start)..words.last().map_or(0, |last| last.place.end);
    Command { words: words.iter().map(word).collect(), place, ..Command::default() }
}

/// Gives words that were masked in part their text as it stands in the file.
fn unmask<'t>(command: &mut Command<'t>, text: &'t str, masked: &str) {
    let targets = command.redirections.iter_mut().map(|redirection| &mut redirection.target);
    for word in command.words.iter_mut().chain(&mut command.assignments).chain(targets) {
        let written = text.get(word.place.clone());
        if written != masked.get(word.place.clone()) {
            word.text = written.unwrap_or_default().into();
        }
    }
}

/// Whether a program is a shell.
pub(super) fn is_shell(name: &str) -> bool {
    SHELLS.contains(&name)
}

/// Whether a program runs code that it is given.
pub(super) fn is_interpreter(name: &str) -> bool {
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    is_shell(name) || INTERPRETERS.contains(&plain)
}

fn is_cluster_with(word: &str, letter: char) -> bool {
    let letters = word.strip_prefix('-').unwrap_or_default();
    letters.contains(letter) && letters.len() < 8 && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The option before a script, as a place among the arguments: `-c`, `-lc`, `-e`, `-Command`.
fn option_of_code(arguments: &[Word<'_>], program: &str) -> Option<usize> {
    let is_option = |text: &str| match program {
        "powershell" | "pwsh" => {
            let text = text.to_ascii_lowercase();
            matches!(text.as_str(), "-c" | "/c" | "-command" | "/command")
        }
        "perl" | "ruby" | "node" | "nodejs" | "lua" => matches!(text, "-e" | "--eval" | "-p" | "-ne" | "-pe"),
        "php" => text == "-r",
        _ => is_cluster_with(text, 'c'),
    };
    // A script's own arguments stand behind it.
    let is_script = |word: &Word<'_>| !word.text.starts_with(['-', '+', '/']) || word.text.len() > 20;
    let end = if is_shell(program) {
        arguments.iter().position(is_script).unwrap_or(arguments.len())
    } else {
        arguments.len()
    };
    arguments[..end].iter().position(|word| is_option(&word.text)).filter(|at| at + 1 < arguments.len())
}

/// The word of a command line that is a script: `["sh", "-c", "..."]`.
pub(super) fn script_of_words(words: &[argument::Word]) -> Option<&argument::Word> {
    let command = command_of(words);
    let process = Process::of(&command);
    let arguments = command.words.get(process.arguments..).unwrap_or_default();
    let at = option_of_code(arguments, &process.name).filter(|_| is_shell(&process.name))?;
    words.get(process.arguments + at + 1)
}
