//! What reading one archive may cost, and readers that keep to it.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};

use humansize::{BINARY, format_size};

use super::{FREE_OF_RATIO, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, Problem};

/// What an archive and all archives in it may unpack to together.
pub(super) struct Budget {
    bytes: u64,
    bytes_left: Cell<u64>,
    members_left: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Budget {
    /// The budget of an archive that is `size` bytes large.
    pub(super) fn new(size: u64) -> Self {
        let bytes = size.saturating_mul(MAX_RATIO).clamp(FREE_OF_RATIO, MAX_UNPACKED);
        Self { bytes, bytes_left: Cell::new(bytes), members_left: Cell::new(MAX_MEMBERS), is_spent: Cell::new(false) }
    }

    /// Takes one more member, unless something is spent already.
    pub(super) fn take_member(&self) -> bool {
        if self.is_spent.get() {
            return false;
        }
        let left = self.members_left.get().checked_sub(1);
        self.is_spent.set(left.is_none());
        self.members_left.set(left.unwrap_or(0));
        left.is_some()
    }

    /// What was spent, if something was.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.is_spent.get().then(|| {
            if self.bytes_left.get() == 0 {
                Problem::TooMuch(format_size(self.bytes, BINARY.decimal_places(1)))
            } else {
                Problem::TooMany
            }
        })
    }
}

/// Unpacked bytes, taken from a budget while they are read.
pub(super) struct Metered<'a> {
    source: &'a mut dyn Read,
    budget: &'a Budget,
}

impl<'a> Metered<'a> {
    pub(super) fn new(source: &'a mut dyn Read, budget: &'a Budget) -> Self {
        Self { source, budget }
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.bytes_left.get();
        if left == 0 && !buffer.is_empty() {
            self.budget.is_spent.set(true);
            return Err(io::Error::other("the archive's budget is spent"));
        }
        let count = self.source.take(left).read(buffer)?;
        self.budget.bytes_left.set(left - count as u64);
        Ok(count)
    }
}

/// A source of which only so many bytes may be read, until the limit is raised. It bounds what a library keeps of an archive's
/// headers.
pub(super) struct Limited<'a, S> {
    source: S,
    read: u64,
    limit: &'a Cell<u64>,
}

impl<'a, S> Limited<'a, S> {
    pub(super) fn new(source: S, limit: &'a Cell<u64>) -> Self {
        Self { source, read: 0, limit }
    }
}

impl<S: Read> Read for Limited<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.limit.get().saturating_sub(self.read);
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("its headers are too large"));
        }
        let count = self.source.by_ref().take(left).read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

impl<S: Seek> Seek for Limited<'_, S> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.source.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_follows_the_size_within_bounds() {
        assert_eq!(Budget::new(0).bytes, FREE_OF_RATIO);
        assert_eq!(Budget::new(10 << 20).bytes, 1000 << 20);
        assert_eq!(Budget::new(u64::MAX).bytes, MAX_UNPACKED);
    }

    #[test]
    fn no_byte_is_read_beyond_the_budget() {
        let budget = Budget::new(0);
        let mut endless = io::repeat(b'a');
        let read = io::copy(&mut Metered::new(&mut endless, &budget), &mut io::sink());
        assert!(read.is_err() && budget.bytes_left.get() == 0);
        assert!(matches!(budget.problem(), Some(Problem::TooMuch(size)) if size == "64 MiB"));
        assert!(!budget.take_member());
    }

    #[test]
    fn members_are_counted() {
        let budget = Budget::new(0);
        assert!((0..MAX_MEMBERS).all(|_| budget.take_member()));
        assert!(budget.problem().is_none());
        assert!(!budget.take_member());
        assert!(matches!(budget.problem(), Some(Problem::TooMany)));
    }

    #[test]
    fn a_raised_limit_lets_more_through() {
        let limit = Cell::new(2);
        let mut limited = Limited::new(&b"abcd"[..], &limit);
        let mut text = Vec::new();
        assert!(limited.read_to_end(&mut text).is_err());
        limit.set(5);
        limited.read_to_end(&mut text).unwrap();
        assert_eq!(text, b"abcd");
    }
}
