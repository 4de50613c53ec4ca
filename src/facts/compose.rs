//! Facts of compose.

use crate::facts::Builder;

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let _ = builder;
}
