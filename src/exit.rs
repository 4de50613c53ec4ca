//! What a run's exit code says.

/// The exit codes, stable and documented in README.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// The scan was complete, and nothing at or above `--fail-on` was found.
    Clean = 0,
    /// Something at or above `--fail-on` was found.
    Findings = 1,
    /// The run could not start: wrong usage, an invalid rule, a path that does not exist.
    Usage = 2,
    /// The run ended, but the scan was empty or incomplete, so that finding nothing proves nothing.
    Incomplete = 3,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
