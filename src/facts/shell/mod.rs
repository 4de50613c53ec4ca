//! Facts of shell commands, wherever they stand.
//!
//! All commands of a text are read first, also those inside of `$( )`, `bash -c '...'` and here-documents: what a command does can hang
//! on those piped into it or nested in it. Then each tells its facts, in a unit of its own.

mod arguments;
mod built;
mod container;
mod download;
mod mask;
mod options;
mod program;
mod script;
mod tell;

use std::ops::Range;

pub(super) use self::built::BuiltImages;
pub(super) use self::container::add_options as add_docker_options;
pub(super) use self::download::Downloads;
pub(super) use self::program::base_name;
use self::script::Script;
use crate::facts::{Builder, Facts, UnitId, argument};

/// Reads a shell script.
pub(super) fn read_file(builder: &mut Builder<'_>) {
    let text = builder.text();
    read(builder, Facts::FILE, text, 0);
}

/// Reads the commands of a piece of shell that stands at `start` of the text that is read. Each becomes a unit inside `unit`, with its
/// command, arguments, packages and what else it says.
pub(super) fn read(builder: &mut Builder<'_>, unit: UnitId, text: &str, start: usize) {
    let masked = mask::expressions(text, builder.kind());
    let script = Script::read(builder, unit, text, &masked);
    builder.inside(start, |builder| tell::all(builder, &script));
}

/// Reads a command line that is given as a list of words, as in `["sh", "-c", "..."]`: no shell reads it, but a word of it can be a
/// script for one. That word is read as it is written at its place.
pub(super) fn read_words(builder: &mut Builder<'_>, unit: UnitId, program_words: &[argument::Word]) {
    let script = Script::of_words(builder, unit, program_words);
    tell::all(builder, &script);
    if let Some(word) = script::script_of_words(program_words) {
        let place = inside_quotes(builder.text_at(&word.place), word);
        let text = builder.text_at(&place);
        read(builder, unit, text, place.start);
    }
}

/// The place of a word without the quotes around it, where it has some that are not part of the word.
fn inside_quotes(written: &str, word: &argument::Word) -> Range<usize> {
    let place = word.place.clone();
    let quote = written.chars().next().filter(|char| matches!(char, '"' | '\''));
    let is_quoted =
        quote.is_some_and(|quote| written.len() >= 2 && written.ends_with(quote) && !word.text.starts_with(quote));
    if is_quoted { place.start + 1..place.end - 1 } else { place }
}

#[cfg(test)]
mod tests;
