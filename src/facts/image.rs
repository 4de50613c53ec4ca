//! References to images: registry, repository, tag and digest.
//!
//! The grammar is that of <https://github.com/distribution/reference>: what stands before the first `/` is a registry when it holds
//! a dot or a colon, or is `localhost`.

use std::ops::Range;

use crate::facts::variables::expand;
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
        if path.is_empty() || last_outside_braces(path, ' ').is_some() || path.contains(['\n', '\t']) {
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

/// Hosts under which Docker's own registry can be written.
const DOCKER_HUB: [&str; 4] = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"];

/// What stands for a tag or digest that only a template knows: no rule takes it for a value, nor for none.
const OPEN: &str = "{{}}";

/// Adds an image. `used_as` says what for: `run`, `base`, `copy`, `build` or `action`. `place` is that of the reference.
///
/// Defaults of variables are put in. A part that a variable or a template leaves open is not told, but for the tag and the digest: there
/// the variable itself is told, so that an image with an open tag is none without a tag.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, text: &str, place: Range<usize>, used_as: &'static str) {
    let written = text.trim();
    let text = if written.contains('$') { expand(written, &|_| None).text } else { written.to_owned() };
    let Some(image) = ImageReference::parse(&text) else { return };
    let is_verbatim = place.len() == text.len();
    let is_masked = |part: &str| {
        // The part lies in the text, so its place follows from where it lies.
        let start = place.start + (part.as_ptr().addr() - text.as_ptr().addr());
        builder.is_open(&if is_verbatim { start..start + part.len() } else { place.clone() })
    };
    // Braces and the like are of a template that nothing masked, such as Jinja's.
    let is_open = |part: &str| part.contains(['$', '{', '}', '<', '%', '@']) || is_masked(part);
    let closed = |part: &str| (!is_open(part)).then(|| part.to_owned());
    let or_open = |part: &str| if is_masked(part) { OPEN.to_owned() } else { part.to_owned() };
    let repository = closed(image.repository);
    let registry = match image.registry {
        Some(host) if DOCKER_HUB.contains(&host) => Some("docker.io".to_owned()),
        Some(host) => closed(host),
        // A variable before the first `/` may hold a registry.
        None => repository.as_ref().map(|_| "docker.io".to_owned()),
    };
    let (name, tag, digest) = (closed(image.name), image.tag.map(or_open), image.digest.map(or_open));
    builder
        .fact(FactKind::Image, unit, place.clone())
        .value_at(place)
        .with_some(Attribute::Name, name)
        .with_some(Attribute::Repository, repository)
        .with_some(Attribute::Registry, registry)
        .with_some(Attribute::Tag, tag)
        .with_some(Attribute::Digest, digest)
        .with(Attribute::Text, written.to_owned())
        .with(Attribute::Use, used_as)
        .add();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::model::ManifestKind;

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
        assert_eq!(parts("${{ matrix.image }}:1"), "- ${{ matrix.image }} ${{ matrix.image }} 1 -");
        assert_eq!(ImageReference::parse(""), None);
        assert_eq!(ImageReference::parse("two words"), None);
    }

    /// What is told of an image in a text whose `{{...}}` are masked.
    fn told(raw: &str) -> String {
        let masked: String =
            raw.chars().map(|char| if "{}._".contains(char) && raw.contains("{{") { 'x' } else { char }).collect();
        let mut builder = Builder::new(ManifestKind::Kubernetes, raw, &masked);
        add(&mut builder, Facts::FILE, &masked, 0..masked.len(), "run");
        let facts = builder.finish();
        let part = |attribute| facts.facts[0].get(attribute).unwrap_or("-").to_owned();
        [Attribute::Registry, Attribute::Repository, Attribute::Name, Attribute::Tag].map(part).join(" ")
    }

    #[test]
    fn open_parts_are_not_told() {
        assert_eq!(told("index.docker.io/library/nginx"), "docker.io nginx nginx -");
        assert_eq!(told("${REGISTRY}/a/b:${TAG}"), "- - b ${TAG}");
        assert_eq!(told("${REGISTRY:-ghcr.io}/a/b:${TAG:-latest}"), "ghcr.io a/b b latest");
        assert_eq!(told("$IMAGE"), "- - - -");
        assert_eq!(told("{{x}}/nginx:{{y}}"), "- - nginx {{}}");
        assert_eq!(told("{{x}}"), "- - - -");
        assert_eq!(told("<IMAGE>"), "- - - -");
    }
}
