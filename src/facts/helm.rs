//! Facts of the values of Helm charts: images that are written in parts, variables, arguments, services, embedded configuration.
//!
//! Every value is a setting of the product `helm`. A chart can be a part of another, under any key, so that a setting has the ends of
//! its path as keys too: `grafana.auth.enabled` is `auth.enabled` as well.

use std::ops::Range;

use crate::facts::argument::{self, Word};
use crate::facts::{Builder, Facts, UnitId, config, image};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, Style};

/// Most ends of a path that a setting has as keys beside the whole.
const MAX_KEYS: usize = 6;

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &document in &tree.documents {
        read_values(builder, Facts::FILE, &tree, document);
    }
}

/// Reads the values of a chart wherever they stand: in a file of their own, or in a release.
pub(super) fn read_values<'t>(builder: &mut Builder<'t>, file: UnitId, tree: &ConfigTree<'t>, root: NodeId) {
    let mut open = vec![(root, file, Vec::new())];
    while let Some((id, unit, path)) = open.pop() {
        let unit = if id != root && has_image(tree, id) {
            let label = format!("values `{}`", path.join("."));
            builder.unit(unit, label)
        } else {
            unit
        };
        images(builder, unit, tree, id);
        exposure(builder, unit, tree, id);
        for &child in tree.children(id).iter().rev() {
            let mut path = path.clone();
            if let Some(key) = &tree.node(child).key {
                path.push(key.text.to_string());
                if by_key(builder, unit, tree, child, &key.text) {
                    continue;
                }
            } else {
                named_variable(builder, unit, tree, child);
            }
            match tree.scalar(child) {
                Some(scalar) => setting(builder, unit, tree, child, scalar, &path),
                None => open.push((child, unit, path)),
            }
        }
    }
}

/// What a value says by its key alone. Tells whether that is all.
fn by_key<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, id: NodeId, key: &str) -> bool {
    match tree.scalar(id) {
        Some(scalar) => {
            if JAVA_OPTIONS.contains(&key) && !builder.is_open(&scalar.span.range()) {
                argument::java_options(builder, unit, &scalar.text, &scalar.span.range());
            }
            embedded(builder, unit, key, scalar)
        }
        None if ARGUMENTS.contains(&key) => {
            arguments(builder, unit, tree, id);
            false
        }
        None if VARIABLES.contains(&key) => {
            variables(builder, unit, tree, id);
            false
        }
        None if key == "installPlugins" || key == "additionalPlugins" => {
            plugins(builder, unit, tree, id);
            true
        }
        None => {
            let known = config::known_part(key, "").filter(|_| key.contains('.'));
            if let Some(known) = known {
                config::read_tree(builder, unit, known.product, tree, id);
            }
            known.is_some()
        }
    }
}

/// Keys whose value is a list of arguments, or a mapping of flags to values.
const ARGUMENTS: [&str; 12] = [
    "args",
    "command",
    "extraArgs",
    "extraFlags",
    "additionalArguments",
    "globalArguments",
    "commandArgs",
    "extraCommandArgs",
    "additionalArgs",
    "containerArgs",
    "entrypoint",
    "flags",
];

/// Keys whose value is the options of a Java virtual machine.
const JAVA_OPTIONS: [&str; 6] =
    ["javaOpts", "javaOptions", "jvmOpts", "jvmOptions", "jenkinsJavaOpts", "extraJavaOpts"];

/// Keys whose value is a mapping of names of variables to their values.
const VARIABLES: [&str; 8] =
    ["env", "environment", "extraEnv", "extraEnvs", "extraEnvVars", "containerEnv", "envVars", "additionalEnv"];

fn arguments<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, list: NodeId) {
    let is_bare_flags = tree.node(list).key.as_ref().is_some_and(|key| key.text.ends_with("lags"));
    let mut words = Vec::new();
    for &item in tree.children(list) {
        let Some(scalar) = tree.scalar(item).filter(|scalar| !builder.is_open(&scalar.span.range())) else { continue };
        let place = whole(tree, item);
        let text = match &tree.node(item).key {
            Some(key) if scalar.text.is_empty() => format!("--{}", key.text.trim_start_matches('-')),
            Some(key) => format!("--{}={}", key.text.trim_start_matches('-'), scalar.text),
            // The chart adds the hyphens.
            None if is_bare_flags && !scalar.text.starts_with('-') => format!("--{}", scalar.text),
            None => scalar.text.to_string(),
        };
        words.push(Word { text, place });
    }
    argument::add(builder, unit, "", &words);
}

fn variables<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, list: NodeId) {
    for &item in tree.children(list) {
        let (Some(key), Some(scalar)) = (&tree.node(item).key, tree.scalar(item)) else { continue };
        let fact = builder
            .fact(FactKind::Environment, unit, whole(tree, item))
            .with(Attribute::Name, key.text.clone())
            .with(Attribute::Origin, "literal");
        fact.scalar(Attribute::Value, scalar).add();
    }
}

/// A variable as Kubernetes writes it, in any list: `{ name: X, value: y }`.
fn named_variable<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, item: NodeId) {
    let name = tree.get(item, "name").and_then(|name| tree.scalar(name));
    let value = tree.get(item, "value").and_then(|value| tree.scalar(value));
    let (Some(name), Some(value)) = (name, value) else { return };
    let is_variable = name.text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if is_variable {
        builder
            .fact(FactKind::Environment, unit, tree.node(item).span.range())
            .with(Attribute::Name, name.text.clone())
            .with(Attribute::Origin, "literal")
            .scalar(Attribute::Value, value)
            .add();
    }
}

fn plugins<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, list: NodeId) {
    for scalar in tree.children(list).iter().filter_map(|&item| tree.scalar(item)) {
        let (name, version) = match scalar.text.split_once(':') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (scalar.text.as_ref(), None),
        };
        let is_pinned = version.as_ref().is_some_and(|version| version != "latest");
        builder
            .fact(FactKind::Uses, unit, scalar.span.range())
            .with(Attribute::Kind, "plugin")
            .with(Attribute::Name, name.to_owned())
            .with_some(Attribute::Version, version)
            .with(Attribute::Pinned, if is_pinned { "true" } else { "false" })
            .add();
    }
}

/// The name of the file that a text is, under keys which charts use for the whole of a configuration.
fn file_name<'k>(key: &'k str, text: &str) -> &'k str {
    let holds = |word: &str| text.contains(word);
    match key {
        "pgHbaConfiguration" => "pg_hba.conf",
        "commonConfiguration" | "redisConfig" | "customConfig" if holds("protected-mode") || holds("requirepass") => {
            "redis.conf"
        }
        _ if holds("loopback_users") => "rabbitmq.conf",
        _ if holds("xpack.security") => "elasticsearch.yml",
        _ if holds("plugins.security") => "opensearch.yml",
        _ if holds("AllowAllAuthenticator") => "cassandra.yaml",
        _ if holds("authorization:") => "mongod.conf",
        _ if holds("dbms.security.auth_enabled") => "neo4j.conf",
        _ if holds("allow_anonymous") => "mosquitto.conf",
        _ => key,
    }
}

/// Reads a text of several lines as the configuration file that it is, if it is one that is known.
fn embedded<'t>(builder: &mut Builder<'t>, unit: UnitId, key: &str, scalar: &Scalar<'t>) -> bool {
    let place = scalar.span.range();
    let whole = builder.text();
    scalar.style == Style::Block
        && config::read_part(builder, unit, file_name(key, &scalar.text), &whole[place.clone()], place.start)
}

/// Whether a mapping says which image runs.
fn has_image(tree: &ConfigTree<'_>, id: NodeId) -> bool {
    let image = tree.get(id, "image");
    image.is_some_and(|image| {
        tree.scalar(image).is_some_and(|scalar| !scalar.text.is_empty()) || tree.get(image, "repository").is_some()
    })
}

/// Adds the image of a mapping, which charts write as one text, or in parts of their own or beside the name.
fn images<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, id: NodeId) {
    let Some(node) = tree.get(id, "image") else { return };
    let text = |node: NodeId, key: &str| {
        let scalar = tree.scalar(tree.get(node, key)?)?;
        Some(scalar.text.to_string()).filter(|text| !text.is_empty())
    };
    let (name, holder) = match tree.scalar(node) {
        Some(scalar) => (scalar, id),
        None => {
            match tree.get(node, "repository").or_else(|| tree.get(node, "name")).and_then(|name| tree.scalar(name)) {
                Some(scalar) => (scalar, node),
                None => return,
            }
        }
    };
    if name.text.is_empty() || builder.is_open(&name.span.range()) {
        return;
    }
    let mut reference = name.text.to_string();
    if holder == node
        && let Some(registry) = text(node, "registry")
    {
        reference = format!("{registry}/{reference}");
    }
    let tag = if holder == node { text(node, "tag") } else { text(id, "imageTag").or_else(|| text(id, "tag")) };
    let digest = text(holder, "digest");
    let is_whole = image::ImageReference::parse(&name.text).is_some_and(|image| image.tag.or(image.digest).is_some());
    if let Some(tag) = &tag {
        reference = format!("{reference}:{tag}");
    } else if !is_whole && digest.is_none() && holder == node {
        // The chart's own version is the tag then.
        reference.push_str(":${appVersion}");
    }
    if let Some(digest) = digest {
        reference = format!("{reference}@{digest}");
    }
    image::add(builder, unit, &reference, name.span.range(), "run");
}

/// Adds who reaches the service of a mapping.
fn exposure<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, id: NodeId) {
    let scalar = |way: [&str; 2]| tree.scalar(tree.get(tree.get(id, way[0])?, way[1])?);
    let switch = |way: [&str; 2]| tree.get(tree.get(id, way[0])?, way[1]);
    let service_type = scalar(["service", "type"]).filter(|kind| matches!(&*kind.text, "NodePort" | "LoadBalancer"));
    if let (Some(kind), Some(node)) = (service_type, switch(["service", "type"])) {
        let port = scalar(["service", "port"])
            .or_else(|| scalar(["service", "servicePort"]))
            .map(|port| port.text.to_string());
        let exposure = if kind.text == "NodePort" { "node-port" } else { "load-balancer" };
        port_fact(builder, unit, whole(tree, node), port, exposure);
    }
    let is_on = scalar(["ingress", "enabled"]).is_some_and(|enabled| enabled.text == "true");
    if let (true, Some(node)) = (is_on, switch(["ingress", "enabled"])) {
        port_fact(builder, unit, whole(tree, node), None, "ingress");
    }
}

fn port_fact(
    builder: &mut Builder<'_>,
    unit: UnitId,
    place: Range<usize>,
    port: Option<String>,
    exposure: &'static str,
) {
    builder
        .fact(FactKind::Port, unit, place)
        .with_some(Attribute::Container, port)
        .with(Attribute::Exposure, exposure)
        .with(Attribute::Outside, "true")
        .add();
}

/// The key and value of a node.
fn whole(tree: &ConfigTree<'_>, id: NodeId) -> Range<usize> {
    let node = tree.node(id);
    let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start);
    start.min(node.span.start) as usize..node.span.end as usize
}

fn setting<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    tree: &ConfigTree<'t>,
    id: NodeId,
    scalar: &Scalar<'t>,
    path: &[String],
) {
    // The whole path, and its shorter ends.
    let starts = std::iter::once(0).chain(path.len().saturating_sub(MAX_KEYS).max(1)..path.len());
    let keys: Vec<String> = starts.map(|start| path[start..].join(".")).collect();
    add_setting(builder, unit, whole(tree, id), scalar, keys);
}

/// Adds a setting of a chart that a release gives by its dotted key.
pub(super) fn named_setting<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    place: Range<usize>,
    key: &str,
    scalar: &Scalar<'t>,
) {
    let ends: Vec<_> = key.match_indices('.').map(|(at, _)| key[at + 1..].to_owned()).collect();
    let short = ends.len().saturating_sub(MAX_KEYS);
    let keys = std::iter::once(key.to_owned()).chain(ends.into_iter().skip(short)).collect();
    add_setting(builder, unit, place, scalar, keys);
}

fn add_setting<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    place: Range<usize>,
    scalar: &Scalar<'t>,
    keys: Vec<String>,
) {
    let mut fact = builder.fact(FactKind::Setting, unit, place).with(Attribute::Product, "helm");
    for key in keys {
        fact = fact.with(Attribute::Key, key);
    }
    fact.scalar(Attribute::Value, scalar).add();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    /// Kind, unit and first attribute of each fact, with the text under its span.
    fn told(text: &str, kind: FactKind) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::HelmValues, text, text);
        read(&mut builder);
        let facts = builder.finish();
        let of_kind = facts.facts.iter().filter(|fact| fact.kind == kind);
        let line = |fact: &crate::facts::Fact<'_>| {
            let values: Vec<_> = fact.values.iter().map(|(_, value)| value.as_ref()).collect();
            format!("{} {} at {}", facts.unit(fact.unit).label, values.join("|"), &text[fact.span.range()])
        };
        of_kind.map(line).collect()
    }

    #[test]
    fn images_are_joined() {
        let text = "a:\n  image:\n    registry: r.io\n    repository: o/redis\n    tag: 7\nb:\n  image: nginx:1\nc:\n  image: { repository: x, tag: '' }\n";
        let told = told(text, FactKind::Image);
        assert!(told[0].starts_with("values `a` redis|o/redis|r.io|7|"), "{told:?}");
        assert!(told[1].starts_with("values `b` nginx|nginx|docker.io|1|"), "{told:?}");
        assert!(told[2].contains("|${appVersion}|"), "{told:?}");
    }

    #[test]
    fn settings_have_the_ends_of_their_path() {
        let told = told("redis:\n  auth:\n    enabled: false\n", FactKind::Setting);
        assert_eq!(told, [" helm|redis.auth.enabled|auth.enabled|enabled|false at enabled: false"]);
    }

    #[test]
    fn variables_and_arguments_are_read_in_every_form() {
        let text = "env:\n  A: b\nextraEnvVars:\n  - name: C\n    value: d\nserver:\n  extraFlags:\n    - web.enable-lifecycle\n  extraArgs:\n    log.level: debug\n";
        assert_eq!(
            told(text, FactKind::Environment),
            [" A|literal|b at A: b", " C|literal|d at name: C\n    value: d"]
        );
        let arguments = told(text, FactKind::Argument);
        assert!(arguments.iter().any(|told| told.contains("|--web.enable-lifecycle")), "{arguments:?}");
        assert!(arguments.iter().any(|told| told.contains("|--log.level|debug")), "{arguments:?}");
    }

    #[test]
    fn services_and_plugins_are_told() {
        let text = "service:\n  type: NodePort\n  port: 80\ningress:\n  enabled: true\ncontroller:\n  installPlugins:\n    - git:5.0\n    - job-dsl\n";
        assert_eq!(
            told(text, FactKind::Port),
            [" 80|node-port|true at type: NodePort", " ingress|true at enabled: true"]
        );
        assert_eq!(told(text, FactKind::Uses), [" plugin|git|5.0|true at git:5.0", " plugin|job-dsl|false at job-dsl"]);
    }

    #[test]
    fn configuration_inside_is_read() {
        let text = "grafana.ini:\n  auth.anonymous:\n    enabled: true\ncommonConfiguration: |-\n  protected-mode no\n";
        let told = told(text, FactKind::Setting);
        assert!(told.contains(&" grafana|auth.anonymous.enabled|true at enabled: true".to_owned()), "{told:?}");
        assert!(told.contains(&"`redis.conf` redis|protected-mode|no at protected-mode no".to_owned()), "{told:?}");
    }
}
