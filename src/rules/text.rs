//! What people read of a rule, decoded when somebody reads it.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// What people read of a rule, and its proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RuleText {
    /// What it finds, in a few words.
    pub title: String,
    /// What is wrong, in plain words.
    pub message: String,
    /// What an attacker does with it.
    pub why: String,
    /// What to write instead, and what else to do.
    pub fix: String,
    /// CWE numbers.
    pub cwe: Vec<u16>,
    /// Links for further reading.
    pub references: Vec<String>,
    /// The first version of doorward with this rule.
    pub since: String,
    /// The rule's own proof.
    pub examples: Examples,
}

/// A rule's text, or where it stands among the texts of the built-in rules. Most runs read few of them, and to decode them all
/// would take most of the start.
#[derive(Clone, Debug)]
pub struct LazyText {
    /// First byte and length among the stored texts.
    stored: (u32, u32),
    text: OnceLock<RuleText>,
}

impl LazyText {
    /// A text at hand.
    pub fn new(text: RuleText) -> Self {
        Self { stored: (0, 0), text: OnceLock::from(text) }
    }

    pub(super) fn get(&self) -> &RuleText {
        self.text.get_or_init(|| {
            let (start, length) = (self.stored.0 as usize, self.stored.1 as usize);
            let bytes = &super::stored::TEXTS[start..start + length];
            postcard::from_bytes(bytes).expect("build.rs wrote these bytes with the same types")
        })
    }

    /// Moves the text to the end of `texts`, and keeps its place.
    ///
    /// # Errors
    ///
    /// When the text cannot be encoded, which takes more memory than there is.
    pub fn store(&mut self, texts: &mut Vec<u8>) -> Result<(), postcard::Error> {
        let bytes = postcard::to_allocvec(self.get())?;
        self.stored = (texts.len() as u32, bytes.len() as u32);
        texts.extend(bytes);
        Ok(())
    }
}

impl Serialize for LazyText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LazyText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { stored: Deserialize::deserialize(deserializer)?, text: OnceLock::new() })
    }
}

/// A small file, with templates not yet expanded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Example {
    /// A path; its name decides the kind of file.
    pub file: String,
    /// The content.
    pub code: String,
    /// The texts under the primary spans, in order. Empty for good examples.
    pub highlights: Vec<String>,
}

/// A rule's examples.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Examples {
    /// Files in which the rule must report exactly the highlights.
    pub bad: Vec<Example>,
    /// Files in which it must report nothing.
    pub good: Vec<Example>,
}
