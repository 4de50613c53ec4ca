//! Which program a command runs, behind `sudo`, `env` and the like, and which of its words are values of options.

use crate::parse::shell::{Command, Word};

/// Programs that run the command behind their own options: their options with values, and how many further words are theirs.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
    ("builtin", &[], 0),
    ("busybox", &[], 0),
    ("chroot", &[], 1),
    ("command", &[], 0),
    ("doas", &["-u", "-C"], 0),
    ("dumb-init", &[], 0),
    ("env", &["-u", "-C", "--unset", "--chdir"], 0),
    ("exec", &["-a"], 0),
    ("fakeroot", &[], 0),
    ("gosu", &[], 1),
    ("ionice", &["-c", "-n"], 0),
    ("nice", &["-n"], 0),
    ("nohup", &[], 0),
    ("runuser", &["-u", "-g", "-s"], 0),
    ("setsid", &[], 0),
    ("sshpass", &["-p", "-f", "-e"], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("su-exec", &[], 1),
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "--user", "--group", "--host", "--prompt"], 0),
    ("time", &["-f", "-o"], 0),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("tini", &[], 0),
    ("unbuffer", &[], 0),
    ("xargs", &["-n", "-I", "-P", "-L", "-d", "-a", "-E", "-s"], 0),
];
/// Most wrappers around one command.
const MAX_WRAPPERS: usize = 8;

/// The program that a command runs.
#[derive(Clone, Debug)]
pub(super) struct Process {
    /// Its base name; empty when there is no program.
    pub(super) name: String,
    /// The place of its word among those of the command.
    pub(super) at: usize,
    /// The first word that is an argument of it.
    pub(super) arguments: usize,
    /// The words of wrappers around it that rules know by themselves: `sudo`.
    pub(super) wrappers: Vec<usize>,
    /// The words `A=b` of `env A=b program`.
    pub(super) assignments: Vec<usize>,
}

impl Process {
    /// Finds the program of a command.
    pub(super) fn of(command: &Command<'_>) -> Self {
        let words = &command.words;
        let mut process =
            Self { name: String::new(), at: 0, arguments: 0, wrappers: Vec::new(), assignments: Vec::new() };
        for _ in 0..MAX_WRAPPERS {
            let Some(word) = words.get(process.at) else { break };
            let name = base_name(&word.text);
            let wrapper = WRAPPERS.iter().find(|(wrapper, ..)| *wrapper == name);
            let (options, operands): (&[&str], usize) = match wrapper {
                Some((_, options, operands)) => (options, *operands),
                // `$SUDO apt-get ...`
                None if word.text.starts_with('$') && word.text.to_ascii_lowercase().contains("sudo") => (&[], 0),
                None => break,
            };
            let next = process.behind_wrapper(words, options, operands);
            if next >= words.len() {
                break;
            }
            if matches!(name, "sudo" | "doas") {
                process.wrappers.push(process.at);
            }
            process.at = next;
        }
        process.name = words.get(process.at).map(|word| base_name(&word.text).to_owned()).unwrap_or_default();
        process.arguments = (process.at + 1).min(words.len());
        process.look_through_module(words);
        process
    }

    /// The word behind a wrapper's own.
    fn behind_wrapper(&mut self, words: &[Word<'_>], options: &[&str], mut operands: usize) -> usize {
        let mut at = self.at + 1;
        while let Some(word) = words.get(at) {
            let text = word.text.as_ref();
            if text.starts_with('-') && text.len() > 1 {
                at += usize::from(options.contains(&text));
            } else if text.split_once('=').is_some_and(|(name, _)| is_name(name)) {
                self.assignments.push(at);
            } else if operands > 0 {
                operands -= 1;
            } else {
                break;
            }
            at += 1;
        }
        at
    }

    /// `python -m pip` is pip.
    fn look_through_module(&mut self, words: &[Word<'_>]) {
        let is_python = self
            .name
            .strip_prefix("python")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        if !is_python {
            return;
        }
        let module =
            words.iter().skip(self.arguments).position(|word| word.text == "-m").map(|at| self.arguments + at + 1);
        if let Some(at) = module
            && let Some(word) = words.get(at).filter(|word| matches!(word.text.as_ref(), "pip" | "pipx" | "uv"))
        {
            self.name = word.text.to_string();
            (self.at, self.arguments) = (at, at + 1);
        }
    }
}

/// A program's name without its folder.
pub(in crate::facts) fn base_name(text: &str) -> &str {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// Whether a text can be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
