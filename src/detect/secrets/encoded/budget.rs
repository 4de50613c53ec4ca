//! How much of a file may be decoded.

/// Most that one gzip stream may hold, in bytes.
pub(super) const MAX_UNZIPPED: u64 = 1 << 20;
/// Bytes that may be decoded in any file.
const LEAST: usize = 4 << 20;
/// Bytes that may be decoded for each byte of a file. Base64 shrinks and compressed text grows ten times at most, but for bombs.
const FOR_EACH: usize = 4;

/// What is left of the bytes that may be decoded in a file, and how deep inside encodings the search is.
#[derive(Debug)]
pub(in crate::detect::secrets) struct Budget {
    left: usize,
    depth: usize,
    is_spent: bool,
}

impl Budget {
    /// The budget of a file of this length, in bytes.
    pub(in crate::detect::secrets) fn new(length: usize) -> Self {
        Self { left: LEAST.saturating_add(length.saturating_mul(FOR_EACH)), depth: 0, is_spent: false }
    }

    /// How many encodings lie around the text.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Runs a search one encoding deeper.
    pub(super) fn deeper(&mut self, search: impl FnOnce(&mut Self)) {
        self.depth += 1;
        search(self);
        self.depth -= 1;
    }

    /// Takes the bytes of a decoded text, if that many are left.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        self.is_spent |= bytes > self.left;
        let is_enough = bytes <= self.left;
        self.left = self.left.saturating_sub(bytes);
        is_enough
    }

    /// Whether something was left out because of the budget.
    pub(in crate::detect::secrets) fn is_spent(&self) -> bool {
        self.is_spent
    }
}
