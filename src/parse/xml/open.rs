//! The elements that are open.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// The elements that are open, outermost first, and how many there are of each name: an end tag that closes none of thousands is
/// found without a look at each.
#[derive(Debug)]
pub(super) struct OpenElements<'t> {
    is_html: bool,
    stack: Vec<(Cow<'t, str>, Range<usize>)>,
    counts: HashMap<Cow<'t, str>, usize>,
}

impl<'t> OpenElements<'t> {
    /// None is open. In HTML, names are equal in any case.
    pub(super) fn new(is_html: bool) -> Self {
        Self { is_html, stack: Vec::new(), counts: HashMap::new() }
    }

    /// Opens an element whose name stands at this place.
    pub(super) fn push(&mut self, name: &'t str, place: Range<usize>) {
        let name = self.folded(name);
        *self.counts.entry(name.clone()).or_default() += 1;
        self.stack.push((name, place));
    }

    /// Closes the innermost element and gives the place of its name.
    pub(super) fn pop(&mut self) -> Option<Range<usize>> {
        let (name, place) = self.stack.pop()?;
        if let Some(count) = self.counts.get_mut(&name) {
            *count -= 1;
        }
        Some(place)
    }

    /// Whether an element of this name is open.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.counts.get(&*self.folded(name)).is_some_and(|&count| count > 0)
    }

    /// Whether the innermost element has this name.
    pub(super) fn is_innermost(&self, name: &str) -> bool {
        self.stack.last().is_some_and(|(innermost, _)| *innermost == self.folded(name))
    }

    /// Whether none is open.
    pub(super) fn is_empty(&self) -> bool {
        self.stack.is_empty()
    }

    fn folded<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let is_folded = self.is_html && name.bytes().any(|byte| byte.is_ascii_uppercase());
        if is_folded { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
    }
}
