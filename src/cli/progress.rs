//! A progress bar on standard error, when that is a terminal and the run takes more than a moment.

use std::io::{IsTerminal, stderr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressDrawTarget, ProgressStyle};

use crate::app::Progress;

/// A run shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// Files between two looks at the clock, so that counting costs nothing.
const STEP: u64 = 256;

pub(super) struct ProgressBar {
    started: Instant,
    is_terminal: bool,
    total: AtomicU64,
    done: AtomicU64,
    bar: OnceLock<indicatif::ProgressBar>,
}

impl ProgressBar {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            is_terminal: stderr().is_terminal(),
            total: AtomicU64::new(0),
            done: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// Takes the bar off the screen.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }

    fn draw(&self) -> indicatif::ProgressBar {
        let total = self.total.load(Ordering::Relaxed);
        let bar = indicatif::ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} files, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar
    }
}

impl Progress for ProgressBar {
    fn total(&self, files: u64) {
        self.total.store(files, Ordering::Relaxed);
    }

    fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.is_terminal && done.is_multiple_of(STEP) && self.started.elapsed() > PATIENCE {
            self.bar.get_or_init(|| self.draw()).set_position(done);
        }
    }
}
