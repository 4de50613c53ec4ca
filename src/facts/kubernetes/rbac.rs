//! What roles allow, and to whom bindings give them.

use std::collections::HashSet;

use super::object::{Object, entry, known};
use super::{at, text};
use crate::facts::Builder;
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar};

/// Roles that allow everything, by kind and name.
pub(super) type Roles<'a> = HashSet<(&'a str, &'a str)>;

/// The keys of a rule's entry, and what they tell.
const KEYS: [(&str, Attribute); 5] = [
    ("verbs", Attribute::Verb),
    ("resources", Attribute::Resource),
    ("nonResourceURLs", Attribute::Resource),
    ("apiGroups", Attribute::Group),
    ("resourceNames", Attribute::Name),
];

/// The roles among the objects of a file that allow everything: who is bound to one is no less than a cluster administrator.
pub(super) fn all_powerful<'a>(tree: &'a ConfigTree<'_>, objects: &[NodeId]) -> Roles<'a> {
    let roles = objects.iter().filter_map(|&object| {
        let kind = text(tree, object, "kind").filter(|kind| matches!(*kind, "Role" | "ClusterRole"))?;
        let name = at(tree, object, &["metadata", "name"]).and_then(|name| tree.scalar(name))?;
        let holds_star = |entry: NodeId, key: &str| items(tree, entry, key).iter().any(|item| item.text == "*");
        let rules = tree.get(object, "rules");
        let is_powerful = rules.iter().flat_map(|&rules| tree.children(rules)).any(|&entry| {
            holds_star(entry, "verbs") && holds_star(entry, "resources") && tree.get(entry, "resourceNames").is_none()
        });
        is_powerful.then_some((kind, name.text.as_ref()))
    });
    roles.collect()
}

/// Tells what a role allows, one fact for each entry of its rules.
pub(super) fn role(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    if is_built_in(object.name) {
        return;
    }
    let rules = object.tree.get(object.node, "rules");
    for &node in rules.iter().flat_map(|&rules| object.tree.children(rules)) {
        let mut told = Vec::new();
        for (key, attribute) in KEYS {
            let items = items(object.tree, node, key).into_iter().filter(|item| !builder.is_open(&item.span.range()));
            told.extend(items.map(|item| (attribute, item)));
        }
        let is_list = |attribute: &Attribute| matches!(attribute, Attribute::Verb | Attribute::Resource);
        let decisive = told.iter().find(|(_, item)| item.text == "*");
        let decisive = decisive.or_else(|| told.iter().rev().find(|(attribute, _)| is_list(attribute)));
        let place = decisive.map(|(_, item)| item.span.range());
        let mut fact = builder
            .fact(FactKind::Grant, object.unit, entry(object.tree, node))
            .with(Attribute::Role, object.name.to_owned())
            .with(Attribute::RoleKind, object.kind.to_owned())
            .with(Attribute::Scope, scope(object.kind));
        for (attribute, item) in &told {
            fact = fact.with(*attribute, item.text.to_string());
        }
        if let Some(place) = place {
            fact = fact.value_at(place);
        }
        fact.add();
    }
}

/// Tells to whom a binding gives which role.
pub(super) fn binding(builder: &mut Builder<'_>, object: Object<'_, '_>, roles: &Roles<'_>) {
    let tree = object.tree;
    let Some(role) = at(tree, object.node, &["roleRef", "name"]) else { return };
    let Some(name) = known(builder, tree, Some(role)) else { return };
    let role_kind = at(tree, object.node, &["roleRef", "kind"]);
    let role_kind = known(builder, tree, role_kind).unwrap_or("ClusterRole");
    let subjects = tree.get(object.node, "subjects");
    let told = subjects.iter().flat_map(|&subjects| tree.children(subjects)).flat_map(|&subject| {
        let told = [("kind", Attribute::SubjectKind), ("name", Attribute::Subject)];
        told.map(|(key, attribute)| (attribute, known(builder, tree, tree.get(subject, key))))
    });
    let told: Vec<_> = told.filter_map(|(attribute, text)| Some((attribute, text?.to_owned()))).collect();
    let place = tree.node(role).span.range();
    let mut fact = builder
        .fact(FactKind::Grant, object.unit, entry(tree, role))
        .value_at(place)
        .with(Attribute::Role, name.to_owned())
        .with(Attribute::RoleKind, role_kind.to_owned())
        .with(Attribute::Scope, scope(object.kind));
    if roles.contains(&(role_kind, name)) {
        fact = fact.with(Attribute::Role, "cluster-admin");
    }
    for (attribute, text) in told {
        fact = fact.with(attribute, text);
    }
    fact.add();
}

/// Whether a role comes with every cluster: files that hold one are dumps, and nobody can take anything from it.
fn is_built_in(name: &str) -> bool {
    matches!(name, "cluster-admin" | "admin" | "edit" | "view")
        || name.starts_with("system:")
        || name.starts_with("gce:")
}

fn scope(kind: &str) -> &'static str {
    if kind.starts_with("Cluster") { "cluster" } else { "namespace" }
}

/// The items of a list, or the one that stands in its place.
fn items<'a, 't>(tree: &'a ConfigTree<'t>, id: NodeId, key: &str) -> Vec<&'a Scalar<'t>> {
    let Some(list) = tree.get(id, key) else { return Vec::new() };
    match tree.scalar(list) {
        Some(scalar) => vec![scalar],
        None => tree.children(list).iter().filter_map(|&item| tree.scalar(item)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::told;
    use super::*;

    #[test]
    fn each_entry_of_a_role_is_a_grant() {
        let role = "kind: Role\nmetadata: { name: a }\nrules:\n  - { apiGroups: [''], resources: [pods, secrets], verbs: ['*'] }\n  \
                    - { nonResourceURLs: [/metrics], verbs: get }\n";
        let grants =
            told(role, FactKind::Grant, &[Attribute::Scope, Attribute::Resource, Attribute::Verb, Attribute::Group]);
        let wanted = [
            "{ apiGroups: [''], resources: [pods, secrets], verbs: ['*'] } | namespace pods+secrets * ",
            "{ nonResourceURLs: [/metrics], verbs: get } | namespace /metrics get ",
        ];
        assert_eq!(grants, wanted);
    }

    #[test]
    fn roles_that_come_with_every_cluster_tell_nothing() {
        let role =
            "kind: ClusterRole\nmetadata: { name: 'system:node' }\nrules:\n  - { resources: [pods], verbs: ['*'] }\n";
        assert!(told(role, FactKind::Grant, &[]).is_empty());
    }

    #[test]
    fn a_binding_tells_all_its_subjects_and_when_its_role_allows_everything() {
        let binding = "kind: ClusterRoleBinding\nroleRef: { kind: ClusterRole, name: all }\nsubjects:\n  - { kind: User, name: a }\n  \
                       - { kind: Group, name: b }\n";
        let role = "kind: ClusterRole\nmetadata: { name: all }\nrules:\n  - { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }\n";
        let attributes = [Attribute::Role, Attribute::SubjectKind, Attribute::Subject, Attribute::Scope];
        let alone = told(binding, FactKind::Grant, &attributes);
        assert_eq!(alone, ["name: all | all User+Group a+b cluster"]);
        let joined = told(&format!("{binding}---\n{role}"), FactKind::Grant, &attributes);
        assert_eq!(joined[0], "name: all | all+cluster-admin User+Group a+b cluster");
    }
}
