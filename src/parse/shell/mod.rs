//! A tolerant reader of shell: which commands there are, with the place of every word.
//!
//! Shell stands inside of other files, indented, cut out of strings, with lines of a Dockerfile's comments in the middle of a command. A
//! grammar gives up on much of that. This reader goes on after anything, reads each text once, and calls itself never: what is nested
//! (`$( )`, `bash -c '...'`) is a place that the caller reads in turn.

mod nested;
mod reader;
mod word;

use std::borrow::Cow;
use std::ops::Range;

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word<'t> {
    /// The word as the program gets it, without quotes; expansions as written.
    pub text: Cow<'t, str>,
    /// Its place: without the quotes where one pair holds all of it.
    pub place: Range<usize>,
    /// The code inside its `$( )`, backticks and `<( )`.
    pub substitutions: Vec<Substitution>,
    /// Whether some of it is quoted.
    pub is_quoted: bool,
}

/// Code that runs so that its output takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// The code.
    pub code: Range<usize>,
    /// Whether it is `<( )` or `>( )`, which stand for a file.
    pub is_file: bool,
}

/// Where a command's input comes from, or its output goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection<'t> {
    /// `<`, `>`, `>>`, `<<`, `<<<` and so on, without the number of the stream.
    pub operator: &'t str,
    /// The file, the mark of a here-document, or the text itself.
    pub target: Word<'t>,
    /// The text of a here-document.
    pub body: Option<Range<usize>>,
}

/// One command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command<'t> {
    /// `A=b` before the program.
    pub assignments: Vec<Word<'t>>,
    /// The program and its arguments; none for assignments alone.
    pub words: Vec<Word<'t>>,
    /// Its redirections.
    pub redirections: Vec<Redirection<'t>>,
    /// The commands whose output it reads, as places in the list of commands.
    pub piped_from: Range<usize>,
    /// All of it.
    pub place: Range<usize>,
}

/// Reads the commands at a place of a text. `skips_comments` is whether comment lines between continued lines are left out, as in a
/// Dockerfile.
pub fn parse(text: &str, place: Range<usize>, skips_comments: bool) -> Vec<Command<'_>> {
    reader::Reader::new(text, place, skips_comments).read()
}

#[cfg(test)]
mod tests;
