//! Facts of Jenkins' configuration as code: every entry as a setting of the product `jenkins`, permissions as grants, and the scripts
//! of jobs as any script.

use super::{grant, groovy};
use crate::facts::{Builder, Facts, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Value, yaml};

/// Reads the file.
pub(in crate::facts) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    tell(builder, Facts::FILE, &tree, builder.text());
}

/// Reads configuration that stands at `start` of the text that is read: in a ConfigMap, or in the values of Jenkins' chart.
pub(in crate::facts) fn read_part(builder: &mut Builder<'_>, unit: UnitId, text: &str, start: usize) {
    let tree = yaml::parse(text);
    builder.inside(start, |builder| tell(builder, unit, &tree, text));
}

fn tell(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, text: &str) {
    let mut open: Vec<(NodeId, String)> = tree.documents.iter().rev().map(|&root| (root, String::new())).collect();
    while let Some((id, path)) = open.pop() {
        for &child in tree.children(id).iter().rev() {
            let path = match &tree.node(child).key {
                Some(key) if path.is_empty() => key.text.to_string(),
                Some(key) => format!("{path}.{}", key.text),
                None => path.clone(),
            };
            open.push((child, path));
        }
        let key = tree.node(id).key.as_ref().map(|key| key.text.as_ref());
        match key {
            Some("permissions") => permissions(builder, unit, tree, id),
            Some("script") if path == "jobs.script" => {
                let place = tree.node(id).span.range();
                groovy::read_part(builder, unit, text.get(place.clone()).unwrap_or_default(), place.start);
            }
            _ => {}
        }
        setting(builder, unit, tree, id, path);
    }
}

/// Adds an entry. One that is only named (`unsecured: {}`) has no value.
fn setting(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, id: NodeId, path: String) {
    let node = tree.node(id);
    let is_empty = tree.children(id).is_empty();
    if path.is_empty() || !is_empty {
        return;
    }
    let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start);
    let place = start as usize..(node.span.end as usize).max(start as usize);
    let scalar = tree.scalar(id);
    let value =
        scalar.filter(|scalar| !builder.is_open(&scalar.span.range())).and_then(|scalar| resolved(&scalar.text));
    let mut fact =
        builder.fact(FactKind::Setting, unit, place).with(Attribute::Product, "jenkins").with(Attribute::Key, path);
    if let Some(scalar) = scalar {
        fact = fact.value_at(scalar.span.range());
    }
    let origin = scalar.map(|_| if value.is_some() { "literal" } else { "reference" });
    fact.with_some(Attribute::Value, value).with_some(Attribute::Origin, origin).add();
}

/// What a value comes to where the file says all of it: `${NAME:-default}` is its default. Nothing for references and for what
/// Jenkins encrypted.
fn resolved(text: &str) -> Option<String> {
    let is_encrypted = text.starts_with("{AQA") && text.ends_with('}');
    if is_encrypted {
        return None;
    }
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('^') {
            // `^${X}` is `${X}` as it stands.
            value.push_str(&rest[..at - 1]);
            value.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        value.push_str(&rest[..at]);
        let (variable, after) = rest[at + 2..].split_once('}')?;
        let (_, default) = variable.split_once(":-")?;
        value.push_str(default);
        rest = after;
    }
    value.push_str(rest);
    Some(value)
}

/// Adds the permissions of a matrix, of an entry of one, or of a role.
fn permissions(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, id: NodeId) {
    let Some(holder) = tree.node(id).parent else { return };
    let subjects = subjects(tree, holder);
    let role = tree.get(holder, "name").and_then(|name| tree.scalar(name)).map(|name| name.text.to_string());
    for &item in tree.children(id) {
        let Some(scalar) = tree.scalar(item) else { continue };
        let place = scalar.span.range();
        match grant::entry(&scalar.text) {
            Some((permission, subject)) => grant::add(builder, unit, permission, subject, None, place),
            None => {
                for subject in &subjects {
                    grant::add(builder, unit, &scalar.text, subject, role.as_deref(), place.clone());
                }
            }
        }
    }
}

/// Who has the permissions of a mapping: `user: {name: x}`, or those that a role is assigned to.
fn subjects(tree: &ConfigTree<'_>, holder: NodeId) -> Vec<String> {
    let text = |id: NodeId| tree.scalar(id).map(|scalar| scalar.text.to_string());
    let key = tree.node(holder).key.as_ref().map(|key| key.text.as_ref());
    if matches!(key, Some("user" | "group" | "userOrGroup")) {
        return tree.get(holder, "name").and_then(text).into_iter().collect();
    }
    let mut subjects = Vec::new();
    for list in ["entries", "assignments"].iter().filter_map(|key| tree.get(holder, key)) {
        for &item in tree.children(list) {
            match &tree.node(item).value {
                Value::Scalar(_) => subjects.extend(text(item)),
                Value::Mapping(children) | Value::Sequence(children) => {
                    subjects.extend(children.iter().filter_map(|&child| text(child)));
                }
            }
        }
    }
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    fn facts(text: &str) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::Jcasc, text, text);
        read(&mut builder);
        let facts = builder.finish().facts;
        let shown = facts.iter().map(|fact| match fact.kind {
            FactKind::Grant => {
                format!("{} may {}", fact.get(Attribute::Subject).unwrap(), fact.get(Attribute::Verb).unwrap())
            }
            _ => format!("{}={}", fact.get(Attribute::Key).unwrap_or("-"), fact.get(Attribute::Value).unwrap_or("?")),
        });
        shown.collect()
    }

    #[test]
    fn entries_are_settings_and_references_have_no_value() {
        assert_eq!(
            facts(
                "jenkins:\n  numExecutors: 0\n  authorizationStrategy:\n    unsecured: {}\n  a: ${X}\n  b: ${X:-y}z\n  c: '{AQAAx=}'\n  d: [p, q]"
            ),
            [
                "jenkins.numExecutors=0",
                "jenkins.authorizationStrategy.unsecured=?",
                "jenkins.a=?",
                "jenkins.b=yz",
                "jenkins.c=?",
                "jenkins.d=p",
                "jenkins.d=q"
            ]
        );
        assert_eq!(resolved("^${X}").as_deref(), Some("${X}"));
        assert_eq!(resolved("${readFile:/run/secrets/a-b}"), None);
    }

    #[test]
    fn permissions_are_grants_in_every_form() {
        let grants = |text: &str| facts(text).into_iter().filter(|fact| fact.contains(" may ")).collect::<Vec<_>>();
        assert_eq!(
            grants("permissions:\n  - Overall/Read:anonymous\n  - GROUP:Job/Build:authenticated"),
            ["anonymous may Overall/Read", "authenticated may Job/Build"]
        );
        assert_eq!(
            grants("entries:\n  - group:\n      name: authenticated\n      permissions: [Overall/Administer]"),
            ["authenticated may Overall/Administer"]
        );
        assert_eq!(
            grants(
                "global:\n  - name: admin\n    permissions: [Overall/Administer]\n    entries:\n      - user: root\n      - group: anonymous"
            ),
            ["root may Overall/Administer", "anonymous may Overall/Administer"]
        );
    }

    #[test]
    fn scripts_of_jobs_are_read_at_their_place() {
        let text = "jobs:\n  - script: |\n      x { gitHubTrustEveryone() }\n";
        let mut builder = Builder::new(ManifestKind::Jcasc, text, text);
        read(&mut builder);
        let facts = builder.finish().facts;
        let step = facts.iter().find(|fact| fact.get(Attribute::Name) == Some("gitHubTrustEveryone")).unwrap();
        assert_eq!(&text[step.span.range()], "gitHubTrustEveryone()");
    }
}
