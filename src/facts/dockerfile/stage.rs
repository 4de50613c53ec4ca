//! A stage, and the smaller texts of its instructions.

use std::ops::Range;

use crate::facts::UnitId;
use crate::facts::variables::{Expanded, Variables};

/// Most ports of a range that are told one by one; of a longer one its ends are.
const MAX_PORTS: u32 = 16;

/// A stage that was read.
#[derive(Debug)]
pub(super) struct Stage {
    pub unit: UnitId,
    /// The stage that it is built upon.
    pub base: Option<usize>,
    /// The last `USER`, unless a variable leaves it open, and the place of the instruction.
    pub user: Option<(Option<String>, Range<usize>)>,
    /// What `ARG` and `ENV` set.
    pub variables: Variables,
    /// How many stages it is built upon, one by the other.
    pub depth: usize,
}

/// A reference to an image whose variables were put in. One right behind the letters of a name comes to nothing when it is not set:
/// `alpine$TAG` is `alpine`.
pub(super) fn base(mut reference: Expanded) -> Expanded {
    let start = reference.text.rfind('/').map_or(0, |at| at + 1);
    let name = &reference.text[start..];
    if let Some(at) = name.find("${")
        && name[..at].ends_with(|char: char| char.is_ascii_alphanumeric())
        && !name.contains([':', '@'])
        && name.ends_with('}')
    {
        reference.text.truncate(start + at);
    }
    reference
}

/// The ports of `80` or `8000-8010`; none for a text that is neither.
pub(super) fn ports(text: &str) -> Vec<u32> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (Ok(first), Ok(last)) = (first.trim().parse::<u32>(), last.trim().parse::<u32>()) else { return Vec::new() };
    match last.checked_sub(first) {
        Some(0..MAX_PORTS) => (first..=last).collect(),
        Some(_) => vec![first, last],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_numbers_or_ranges() {
        assert_eq!(ports("22"), [22]);
        assert_eq!(ports("20-22"), [20, 21, 22]);
        assert_eq!(ports("0-65535"), [0, 65535]);
        assert_eq!(ports("http"), Vec::<u32>::new());
        assert_eq!(ports("9-1"), Vec::<u32>::new());
    }

    #[test]
    fn a_variable_behind_a_name_is_no_tag() {
        let base = |text: &str| base(Expanded { text: text.to_owned(), is_open: true }).text;
        assert_eq!(base("alpine${TAG}"), "alpine");
        assert_eq!(base("r/${NAME}"), "r/${NAME}");
        assert_eq!(base("r/a:${TAG}"), "r/a:${TAG}");
        assert_eq!(base("a-${X}"), "a-${X}");
    }
}
