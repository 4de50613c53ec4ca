//! A found credential, in a type that cannot be printed.

use std::fmt;

/// The text of a found credential.
///
/// There is no `Display`, and `Debug` masks, so that a secret cannot reach a report or a log by accident. Its one way out is
/// [`Secret::masked`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Longest mask written, in characters: the length of long secrets is not told.
const MASK_WIDTH: usize = 12;

impl Secret {
    /// Takes the text of a credential into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The mask that stands for the secret in every output.
    ///
    /// At most four leading characters of a long secret are kept, none of a short one, and never more than a quarter.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// The mask for a text whose beginning is not at hand.
pub const CUT_MASK: &str = "************";

/// The mask for a text that must not be shown; see [`Secret::masked`].
pub fn mask(text: &str) -> String {
    let length = text.chars().count();
    let kept = match length {
        20.. => 4,
        12.. => 2,
        _ => 0,
    };
    let head: String = text.chars().take(kept).map(|c| if c.is_ascii_graphic() { c } else { '*' }).collect();
    let stars = (length - kept).clamp(1, MASK_WIDTH);
    format!("{head}{}", "*".repeat(stars))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_at_most_four_characters_and_hides_the_length() {
        assert_eq!(Secret::new("correct horse battery staple").masked(), "corr************");
        assert_eq!(Secret::new("twelve chars").masked(), "tw**********");
        assert_eq!(Secret::new("short").masked(), "*****");
        assert_eq!(Secret::new("").masked(), "*");
    }

    #[test]
    fn debug_masks() {
        assert_eq!(format!("{:?}", Secret::new("hunter22")), "Secret(********)");
    }
}
