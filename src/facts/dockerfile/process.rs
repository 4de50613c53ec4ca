//! What a stage starts, and what its `RUN` instructions run.

use super::script;
use crate::facts::argument::{self, Word};
use crate::facts::{Builder, UnitId, shell};
use crate::parse::dockerfile::{self, Instruction, Logical};

/// Programs that start what stands behind them.
const WRAPPERS: [&str; 3] = ["tini", "dumb-init", "catatonit"];

/// Programs that start what stands behind the name of a user.
const USER_WRAPPERS: [&str; 3] = ["gosu", "su-exec", "s6-setuidgid"];

fn words(list: Vec<dockerfile::Word>) -> Vec<Word> {
    list.into_iter().map(|word| Word { text: word.text, place: word.place }).collect()
}

/// Reads the text of a shell form, which stands in the file as it is but for continued lines.
fn shell_form(builder: &mut Builder<'_>, unit: UnitId, body: &Logical<'_>, end: usize, escape: u8) {
    let place = body.whole();
    let text = builder.text();
    let (Some(head), Some(tail)) = (text.get(place.clone()), text.get(place.end..end.max(place.end))) else { return };
    let head = script::masked(head, escape);
    if tail.is_empty() {
        shell::read(builder, unit, &head, place.start);
    } else {
        shell::read(builder, unit, &format!("{head}{tail}"), place.start);
    }
}

/// Reads what a `RUN` runs: a list, a text, or documents.
pub(super) fn run(builder: &mut Builder<'_>, unit: UnitId, run: &Instruction<'_>, escape: u8) {
    if let Some(list) = run.list() {
        return shell::read_words(builder, unit, &words(list));
    }
    let end = run.heredocs.last().map_or(0, |heredoc| heredoc.end);
    if !run.body.text.starts_with("<<") {
        return shell_form(builder, unit, &run.body, end, escape);
    }
    // The documents themselves are run.
    let text = builder.text();
    for heredoc in &run.heredocs {
        let Some(content) = text.get(heredoc.content.clone()) else { continue };
        let first = content.lines().next().unwrap_or_default();
        let is_shell = !first.starts_with("#!") || first.trim_end().ends_with("sh") || first.contains("sh ");
        if is_shell {
            shell::read(builder, unit, content, heredoc.content.start);
        }
    }
}

/// Reads what a container of the stage starts. `entrypoint` and `command` are the last of the stage.
pub(super) fn start(
    builder: &mut Builder<'_>,
    unit: UnitId,
    entrypoint: Option<&Instruction<'_>>,
    command: Option<&Instruction<'_>>,
    escape: u8,
) {
    let Some(entrypoint) = entrypoint else {
        if let Some(command) = command {
            form(builder, unit, &command.body, command.list(), escape);
        }
        return;
    };
    let (entry, arguments) = (entrypoint.list(), command.and_then(Instruction::list));
    match (entry, arguments) {
        (Some(entry), Some(arguments)) if !is_wrapper(&entry) => {
            form(builder, unit, &entrypoint.body, Some(entry.into_iter().chain(arguments).collect()), escape);
        }
        (Some(entry), arguments) => {
            form(builder, unit, &entrypoint.body, Some(entry), escape);
            if let Some(command) = command {
                form(builder, unit, &command.body, arguments, escape);
            }
        }
        // A text for the shell takes no arguments.
        (None, _) => form(builder, unit, &entrypoint.body, None, escape),
    }
}

/// Whether the program only prepares and then starts its arguments.
fn is_wrapper(entry: &[dockerfile::Word]) -> bool {
    let program = entry.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or_default());
    program.ends_with(".sh") || program.contains("entrypoint") || WRAPPERS.contains(&program) && entry.len() < 3
}

fn form(builder: &mut Builder<'_>, unit: UnitId, body: &Logical<'_>, list: Option<Vec<dockerfile::Word>>, escape: u8) {
    let Some(list) = list else { return shell_form(builder, unit, body, 0, escape) };
    let mut words = words(list);
    let program = words.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or_default());
    let skipped = if WRAPPERS.contains(&program) {
        words.iter().position(|word| word.text == "--").map_or(1, |at| at + 1)
    } else if USER_WRAPPERS.contains(&program) {
        2
    } else {
        0
    };
    if skipped < words.len() {
        words.drain(..skipped);
    }
    // The image's own entry point takes them.
    if words.first().is_some_and(|word| word.text.starts_with('-')) {
        return argument::add(builder, unit, "", &words);
    }
    shell::read_words(builder, unit, &words);
}

/// Reads what a health check runs: what follows `CMD`.
pub(super) fn health_check(builder: &mut Builder<'_>, unit: UnitId, check: &Instruction<'_>, escape: u8) {
    if let Some(command) = check.rest_after("CMD") {
        let list = command.list();
        form(builder, unit, &command.body, list, escape);
    }
}
