//! References to images: registry, repository, tag and digest.
//!
//! The grammar is that of <https://github.com/distribution/reference>: what stands before the first `/` is a registry when it holds
//! a dot or a colon, or is `localhost`.

use std::ops::Range;

use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// A reference to an image, in its parts as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageReference<'t> {
    /// The registry's host, where it is given.
    pub registry: Option<&'t str>,
    /// The path in the registry, without the `library/` of official images.
    pub repository: &'t str,
    /// The last part of the path.
    pub name: &'t str,
    /// The tag, where it is given.
    pub tag: Option<&'t str>,
    /// The digest, where it is given, with its algorithm.
    pub digest: Option<&'t str>,
}

impl<'t> ImageReference<'t> {
    /// Reads a reference. `None` for a text that is none.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon inside `${NAME:-default}` separates no tag.
        let name_start = last_outside_braces(rest, '/').map_or(0, |at| at + 1);
        let tag_at = last_outside_braces(&rest[name_start..], ':').map(|at| name_start + at);
        let (path, tag) = tag_at.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
        if path.is_empty() || path.contains(char::is_whitespace) {
            return None;
        }
        let is_registry = |part: &str| part.contains(['.', ':']) && !part.contains('$') || part == "localhost";
        let (registry, repository) = match path.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, path),
        };
        let repository = repository.strip_prefix("library/").unwrap_or(repository);
        let name = repository.rsplit('/').next().unwrap_or(repository);
        Some(Self { registry, repository, name, tag: tag.filter(|tag| !tag.is_empty()), digest })
    }
}

fn last_outside_braces(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut found = None;
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if char == wanted && depth == 0 => found = Some(at),
            _ => {}
        }
    }
    found
}

/// Adds an image. `used_as` says what for: `run`, `base`, `copy`, `build` or `action`. `place` is that of the reference.
pub(super) fn add<'t>(builder: &mut Builder<'t>, unit: UnitId, text: &str, place: Range<usize>, used_as: &'static str) {
    let Some(image) = ImageReference::parse(text) else { return };
    builder
        .fact(FactKind::Image, unit, place.clone())
        .value_at(place)
        .with(Attribute::Name, image.name.to_owned())
        .with(Attribute::Repository, image.repository.to_owned())
        .with(Attribute::Registry, image.registry.unwrap_or("docker.io").to_owned())
        .with_some(Attribute::Tag, image.tag.map(str::to_owned))
        .with_some(Attribute::Digest, image.digest.map(str::to_owned))
        .with(Attribute::Text, text.trim().to_owned())
        .with(Attribute::Use, used_as)
        .add();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> String {
        let ImageReference { registry, repository, name, tag, digest } = ImageReference::parse(text).unwrap();
        let part = |part: Option<&str>| part.unwrap_or("-").to_owned();
        format!("{} {repository} {name} {} {}", part(registry), part(tag), part(digest))
    }

    #[test]
    fn references_are_split_as_registries_do() {
        assert_eq!(parts("redis"), "- redis redis - -");
        assert_eq!(parts("library/redis:7"), "- redis redis 7 -");
        assert_eq!(parts("bitnami/redis:7.2@sha256:abc"), "- bitnami/redis redis 7.2 sha256:abc");
        assert_eq!(parts("localhost:5000/a/b"), "localhost:5000 a/b b - -");
        assert_eq!(parts("ghcr.io/o/r:${TAG:-latest}"), "ghcr.io o/r r ${TAG:-latest} -");
        assert_eq!(parts("${REGISTRY:-docker.io/x}/r:1"), "- ${REGISTRY:-docker.io/x}/r r 1 -");
        assert_eq!(ImageReference::parse(""), None);
    }
}
