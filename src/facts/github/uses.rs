//! What a workflow runs by reference: actions, reusable workflows, images, hooks of pre-commit.

use std::ops::Range;

use super::expression;
use super::scope::Scope;
use super::{derive, key_place, text};
use crate::facts::{Builder, Facts, UnitId, image as images};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

/// A reference to an action or workflow: `owner/repo/path@version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Owner, repository and path, in lower case, without what is superfluous in it.
    pub name: String,
    /// Owner and repository.
    pub repository: String,
    /// What stands behind `@`.
    pub version: Option<String>,
}

impl Reference {
    /// Reads a reference; none for a local path and for an image.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with(['.', '/', '$']) || text.starts_with("docker://") || text.contains("${{") || text.is_empty()
        {
            return None;
        }
        // Gitea and Forgejo take whole URLs.
        let text = text.strip_prefix("https://github.com/").unwrap_or(text);
        let (path, version) = text.split_once('@').map_or((text, None), |(path, version)| (path, Some(version)));
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.len() > 2 => parts.truncate(parts.len() - 1),
                _ => parts.push(part),
            }
        }
        let lower = |parts: &[&str]| parts.join("/").to_ascii_lowercase();
        Some(Self {
            name: lower(&parts),
            repository: lower(&parts[..parts.len().min(2)]),
            version: version.map(str::to_owned),
        })
    }

    /// Whether the version is the hash of one commit.
    pub(super) fn is_pinned(&self) -> bool {
        let is_hash =
            |version: &String| matches!(version.len(), 40 | 64) && version.chars().all(|c| c.is_ascii_hexdigit());
        self.version.as_ref().is_some_and(is_hash)
    }
}

/// Tells what `uses` says, and gives it back where it is a reference. `kind` is `action` or `workflow`.
pub(super) fn read<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    scalar: &Scalar<'t>,
    kind: &'static str,
) -> Option<Reference> {
    let place = scalar.span.range();
    if let Some(name) = scalar.text.strip_prefix("docker://") {
        let start = place.end.saturating_sub(name.len()).max(place.start);
        images::add(builder, unit, name, start..place.end, "action");
        return None;
    }
    if scalar.text.starts_with("./") {
        derive(builder, unit, "local-uses", "relative", place.clone());
    }
    let path = scalar.text.split('@').next().unwrap_or_default();
    let is_odd = |part: &str| part.is_empty() || part == "." || part == "..";
    if !scalar.text.starts_with(['.', '$']) && path.contains('/') && path.split('/').skip(1).any(is_odd) {
        derive(builder, unit, "obfuscated", "uses", place.clone());
    }
    let reference = Reference::parse(&scalar.text)?;
    let version =
        if reference.is_pinned() { comment_version(builder.text(), &place) } else { reference.version.clone() };
    let fact = builder
        .fact(FactKind::Uses, unit, place.clone())
        .value_at(place)
        .with(Attribute::Kind, kind)
        .with(Attribute::Name, reference.name.clone())
        .with(Attribute::Pinned, if reference.is_pinned() { "true" } else { "false" })
        .with_some(Attribute::Tag, version)
        .with_some(Attribute::Version, reference.version.clone());
    // An action in a folder is found by its repository too.
    match reference.repository == reference.name {
        true => fact.add(),
        false => fact.with(Attribute::Name, reference.repository.clone()).add(),
    }
    Some(reference)
}

/// The version that a comment behind a hash tells: `# v4.2.2`, `# tag=v1`.
pub(super) fn comment_version(file: &str, place: &Range<usize>) -> Option<String> {
    let line = file.get(place.end..)?.lines().next()?;
    let (_, comment) = line.split_once('#')?;
    let is_version = |word: &&str| {
        let word = word.trim_start_matches(['v', 'V']);
        word.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut words = comment.split(|c: char| c.is_whitespace() || matches!(c, '=' | '@' | ',' | '/'));
    words.find(is_version).map(str::to_owned)
}

/// Tells an image. One that an expression chooses is each of those that it can be.
pub(super) fn image<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    scope: &Scope<'_, 't>,
    scalar: &Scalar<'t>,
    used_as: &'static str,
) {
    let place = scalar.span.range();
    let name = scalar.text.strip_prefix("docker://").unwrap_or(&scalar.text);
    if !name.contains("${{") {
        // A path is a Dockerfile in the repository.
        let is_file = name.starts_with('.') || name.eq_ignore_ascii_case("dockerfile") || name.is_empty();
        if !is_file {
            let start = place.end.saturating_sub(name.len()).max(place.start);
            images::add(builder, unit, name, start..place.end, used_as);
        }
        return;
    }
    let fences = expression::fenced(name);
    let is_whole = fences.len() == 1 && fences[0] == (0..name.len());
    let Some(expression) = is_whole.then(|| expression::parse(expression::inner(name))).flatten() else { return };
    for literal in expression.literals().into_iter().filter(|literal| !literal.is_empty()) {
        images::add(builder, unit, literal, place.clone(), used_as);
    }
    for value in expression.values() {
        let Some(name) = value.strip_prefix("matrix.") else { continue };
        for node in scope.matrix_scalars(name) {
            let Some(scalar) = scope.tree.scalar(node) else { continue };
            if !scalar.text.contains("${{") {
                images::add(builder, unit, &scalar.text, scalar.span.range(), used_as);
            }
        }
    }
}

/// Tells the hooks of pre-commit, which are code of others that is fetched and run.
pub(super) fn hooks<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, hooks: NodeId) {
    for &entry in tree.children(hooks) {
        let Some(node) = tree.get(entry, "repo") else { continue };
        let Some(url) = tree.scalar(node).map(|scalar| scalar.text.as_ref()) else { continue };
        let Some(name) =
            url.split_once("github.com/").map(|(_, name)| name.trim_end_matches(".git").trim_end_matches('/'))
        else {
            continue;
        };
        let version = text(tree, entry, "rev").map(str::to_owned);
        let reference = Reference { name: name.to_ascii_lowercase(), repository: name.to_ascii_lowercase(), version };
        let label = format!("hook `{name}`");
        let unit = builder.unit(Facts::FILE, label);
        let place = key_place(tree, node).start..tree.node(node).span.end as usize;
        builder
            .fact(FactKind::Uses, unit, place)
            .with(Attribute::Kind, "hook")
            .with(Attribute::Name, reference.name.clone())
            .with(Attribute::Pinned, if reference.is_pinned() { "true" } else { "false" })
            .with_some(Attribute::Version, reference.version)
            .add();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        Reference::parse(text).map_or("-".to_owned(), |found| {
            format!("{} {} {:?} {}", found.name, found.repository, found.version, found.is_pinned())
        })
    }

    #[test]
    fn references_are_read_as_they_resolve() {
        assert_eq!(told("Actions/Checkout@v4"), "actions/checkout actions/checkout Some(\"v4\") false");
        assert_eq!(told("actions/cache/save/../save@x"), "actions/cache/save actions/cache Some(\"x\") false");
        assert_eq!(told("actions/checkout////"), "actions/checkout actions/checkout None false");
        assert_eq!(told(&format!("a/b@{}", "0a".repeat(20))), format!("a/b a/b Some(\"{}\") true", "0a".repeat(20)));
        assert_eq!(told("./local"), "-");
        assert_eq!(told("docker://x"), "-");
        assert_eq!(told("$/.github/workflows/x.yml"), "-");
    }

    #[test]
    fn comments_name_versions() {
        let version = |line: &str| comment_version(line, &(0..1));
        assert_eq!(version("x # v4.2.2").as_deref(), Some("v4.2.2"));
        assert_eq!(version("x # tag=v7.0.1").as_deref(), Some("v7.0.1"));
        assert_eq!(version("x # create-token/v0.2.2").as_deref(), Some("v0.2.2"));
        assert_eq!(version("x # some comment"), None);
        assert_eq!(version("x"), None);
    }
}
