//! Facts of Jenkins' groovy.

use crate::facts::Builder;

/// Reads the file.
pub(in crate::facts) fn read(builder: &mut Builder<'_>) {
    let _ = builder;
}
