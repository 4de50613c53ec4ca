//! Facts of lists of plugins: `plugins.txt` and `plugins.yaml` of the plugin installation manager, and the lists of Jenkins' chart.

use std::ops::Range;

use crate::facts::{Builder, Facts, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, yaml};

/// Reads the file.
pub(in crate::facts) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    let is_yaml = text.lines().any(|line| line.trim_end() == "plugins:");
    if is_yaml {
        let tree = yaml::parse(text);
        tree.documents
            .iter()
            .filter_map(|&root| tree.get(root, "plugins"))
            .for_each(|list| read_list(builder, &tree, list));
        return;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let entry = line.split('#').next().unwrap_or(line);
        let trimmed = entry.trim();
        let at = start + entry.len() - entry.trim_start().len();
        start += line.len();
        if is_name(trimmed.split(':').next().unwrap_or(trimmed)) {
            add(builder, Facts::FILE, trimmed, at..at + trimmed.len());
        }
    }
}

/// Adds a plugin as lists name it: `name`, `name:version`, `name:version:url`, `name::url`.
pub(in crate::facts) fn add(builder: &mut Builder<'_>, unit: UnitId, text: &str, place: Range<usize>) {
    let mut parts = text.splitn(3, ':');
    let (name, version, url) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    tell(builder, unit, name, Some(version).filter(|version| !version.is_empty()), url.is_some(), place);
}

fn tell(
    builder: &mut Builder<'_>,
    unit: UnitId,
    name: &str,
    version: Option<&str>,
    has_address: bool,
    place: Range<usize>,
) {
    const MOVING: &[&str] = &["latest", "experimental", "lts", "stable"];
    let is_pinned = version.is_some_and(|version| !MOVING.contains(&version)) || version.is_none() && has_address;
    builder
        .fact(FactKind::Uses, unit, place)
        .with(Attribute::Kind, "plugin")
        .with(Attribute::Name, name.to_owned())
        .with_some(Attribute::Version, version.map(str::to_owned))
        .with(Attribute::Pinned, if is_pinned { "true" } else { "false" })
        .add();
}

/// Whether a word can be the name of a plugin, so that other lists of plugins are left alone.
fn is_name(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn read_list(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, list: NodeId) {
    for &item in tree.children(list) {
        let text = |id: NodeId, key: &str| tree.get(id, key).and_then(|id| tree.scalar(id));
        let Some(name) = text(item, "artifactId") else { continue };
        let source = tree.get(item, "source");
        let version = source.and_then(|source| text(source, "version"));
        let has_address = source.is_some_and(|source| text(source, "url").is_some());
        let place = name.span.range();
        tell(builder, Facts::FILE, &name.text, version.map(|version| version.text.as_ref()), has_address, place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    fn plugins(text: &str) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::JenkinsPlugins, text, text);
        read(&mut builder);
        let facts = builder.finish().facts;
        let shown = facts.iter().map(|fact| {
            let of = |attribute| fact.get(attribute).unwrap_or("-").to_owned();
            format!(
                "{} {} {} [{}]",
                of(Attribute::Name),
                of(Attribute::Version),
                of(Attribute::Pinned),
                &text[fact.span.range()]
            )
        });
        shown.collect()
    }

    #[test]
    fn both_lists_tell_names_and_versions() {
        assert_eq!(
            plugins("# list\ngit:5.2.0 # scm\n\nant\nant-x:latest\nant-y::https://h/y.hpi\n"),
            [
                "git 5.2.0 true [git:5.2.0]",
                "ant - false [ant]",
                "ant-x latest false [ant-x:latest]",
                "ant-y - true [ant-y::https://h/y.hpi]"
            ]
        );
        assert_eq!(
            plugins(
                "plugins:\n  - artifactId: git\n    source:\n      version: latest\n  - artifactId: ant\n    source: {version: 1.2}\n"
            ),
            ["git latest false [git]", "ant 1.2 true [ant]"]
        );
    }
}
