//! Where the fixed texts of rules stand that are looked for in the whole text, and what to do there.

use super::word_search::{WordSearch, has_word};

/// A fixed text, and what to do where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The text, in lower case.
    text: String,
    action: Action,
}

impl Anchor {
    /// An anchor at a text, in any case.
    pub(super) fn new(text: &str, action: Action) -> Self {
        Self { text: text.to_ascii_lowercase(), action }
    }
}

/// What a word in the text leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Read an assignment.
    Name,
    /// Read a private key block.
    Key,
    /// Read a URL.
    Url,
    /// Try a variant.
    Phrase(usize),
    /// Read the file's commands, if its kind alone does not say that it holds some.
    Commands,
}

/// An anchor that holds a word which is searched for.
#[derive(Debug)]
struct AnchorAt {
    anchor: Anchor,
    /// Where in the anchor the word stands.
    offset: usize,
}

/// Looks for anchors.
#[derive(Debug)]
pub(super) struct AnchorSearch {
    words: WordSearch,
    /// The anchors that hold each word of `words`.
    anchors: Vec<Vec<AnchorAt>>,
}

impl AnchorSearch {
    /// A search for these anchors.
    pub(super) fn new(anchors: Vec<Anchor>) -> Self {
        let (words, anchors) = group_by_word(anchors);
        Self { words: WordSearch::new(&words), anchors }
    }

    /// Calls `visit` with what to do at each anchor in the text, and with where it stands. Names come from left to right.
    pub(super) fn each(&self, text: &str, mut visit: impl FnMut(Action, usize)) {
        let bytes = text.as_bytes();
        self.words.find(bytes, |word, at| {
            for AnchorAt { anchor, offset } in &self.anchors[word] {
                if let Some(start) = at.checked_sub(*offset)
                    && has_word(bytes, start, &anchor.text)
                {
                    visit(anchor.action, start);
                }
            }
        });
    }

    /// How many words are found, before anything is done about them.
    pub(super) fn count(&self, text: &str) -> usize {
        let mut words = 0;
        self.words.find(text.as_bytes(), |_, _| words += 1);
        words
    }
}

/// Chooses the words to search for: an anchor that holds another anchor is found by that one, which is searched for anyway.
/// The shortest words come first, so that the names' stems share the first and fastest groups.
fn group_by_word(mut anchors: Vec<Anchor>) -> (Vec<String>, Vec<Vec<AnchorAt>>) {
    anchors.sort_by(|a, b| {
        (a.action != Action::Name, a.text.len(), &a.text).cmp(&(b.action != Action::Name, b.text.len(), &b.text))
    });
    let mut words: Vec<String> = Vec::new();
    let mut groups: Vec<Vec<AnchorAt>> = Vec::new();
    for anchor in anchors {
        let held = words.iter().enumerate().find_map(|(index, word)| Some((index, anchor.text.find(word.as_str())?)));
        let (index, offset) = held.unwrap_or_else(|| {
            words.push(anchor.text.clone());
            groups.push(Vec::new());
            (words.len() - 1, 0)
        });
        groups[index].push(AnchorAt { anchor, offset });
    }
    (words, groups)
}
