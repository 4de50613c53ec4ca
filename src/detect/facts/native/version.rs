//! Versions in tags of images.

use std::cmp::Ordering;

/// The numbers of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version(Vec<u64>);

impl Version {
    /// The version in a tag: the first of its words that begins with a digit, `1.8.0` in `v1.8.0-alpine` and `3.0.3` in
    /// `ubuntu-3.0.3`.
    pub(super) fn of_tag(tag: &str) -> Option<Self> {
        // MinIO names its releases after their times.
        if let Some(time) = tag.strip_prefix("RELEASE.") {
            return Self::parse(&time.replace(['-', 'T', 'Z'], "."));
        }
        tag.split(['-', '_']).find_map(Self::parse)
    }

    /// The numbers that a text begins with.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(['v', 'V']);
        let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
        let numbers: Vec<u64> = text[..end].split('.').map_while(|part| part.parse().ok()).collect();
        (!numbers.is_empty()).then_some(Self(numbers))
    }

    /// How many numbers it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is older than another for sure: `7` may be any 7.x.
    pub(super) fn is_older(&self, than: &Self) -> bool {
        let shared = self.len().min(than.len());
        self.0[..shared].cmp(&than.0[..shared]) == Ordering::Less
    }

    /// Whether it is another or older for sure.
    pub(super) fn is_at_most(&self, other: &Self) -> bool {
        self.is_older(other) || self.0.starts_with(&other.0)
    }

    /// Whether it is one of a release: it begins with all of the release's numbers.
    pub(super) fn is_of(&self, release: &Self) -> bool {
        self.0.starts_with(&release.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(tag: &str) -> Version {
        Version::of_tag(tag).unwrap()
    }

    #[test]
    fn versions_are_found_in_tags() {
        assert_eq!(version("v1.8.0-alpine"), Version(vec![1, 8, 0]));
        assert_eq!(version("ubuntu-3.0.3"), Version(vec![3, 0, 3]));
        assert_eq!(version("RELEASE.2023-02-27T18-10-45Z"), Version(vec![2023, 2, 27, 18, 10, 45]));
        assert_eq!(version("8u292-jdk"), Version(vec![8]));
        for tag in ["latest", "lts-jdk", "${TAG}", "{{}}", ""] {
            assert_eq!(Version::of_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_moving_tag_is_older_only_where_that_is_sure() {
        assert!(version("2.9").is_older(&version("2.10.1")));
        assert!(!version("2").is_older(&version("2.10.1")));
        assert!(version("2.426.3-lts").is_at_most(&version("2.426.3")));
        assert!(!version("2.426").is_at_most(&version("2.426.3")));
        assert!(version("3.9.1").is_of(&version("3.9")));
        assert!(!version("3").is_of(&version("3.9")));
    }
}
