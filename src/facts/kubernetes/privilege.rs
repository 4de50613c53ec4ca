//! Security contexts: what a container may do, from its own context, else its pod's, else the default.

use super::workload::Pod;
use super::{at, capability, items, place, stated};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::NodeId;

/// What a container takes from its pod's context where its own says nothing: the way to it, its name, and what holds by default.
const INHERITED: [(&[&str], &str, Option<&str>); 6] = [
    (&["runAsUser"], "user", Some("none")),
    (&["runAsGroup"], "group", Some("none")),
    (&["runAsNonRoot"], "run-as-non-root", Some("false")),
    (&["seccompProfile", "type"], "seccomp", Some("none")),
    (&["appArmorProfile", "type"], "apparmor", Some("none")),
    (&["windowsOptions", "hostProcess"], "host-process", None),
];

/// What only a container's own context says.
const OWN: [(&str, &str, Option<&str>); 4] = [
    ("privileged", "privileged", None),
    ("allowPrivilegeEscalation", "allow-privilege-escalation", Some("true")),
    ("readOnlyRootFilesystem", "read-only-root", Some("false")),
    ("procMount", "proc-mount", None),
];

/// Annotations that said the same before there were fields for it.
const ANNOTATIONS: [(&str, &str); 2] = [
    ("container.seccomp.security.alpha.kubernetes.io/", "seccomp"),
    ("container.apparmor.security.beta.kubernetes.io/", "apparmor"),
];

/// Tells what the context of a pod says of the pod itself.
pub(super) fn of_pod<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>) {
    let tree = pod.tree;
    let Some(context) = tree.get(pod.specification, "securityContext") else { return };
    if let Some(node) = tree.get(context, "fsGroup") {
        stated(builder, pod.unit, tree, node, "fs-group", "pod");
    }
    for &group in items(tree, context, "supplementalGroups") {
        stated(builder, pod.unit, tree, group, "group", "pod");
    }
    for &sysctl in items(tree, context, "sysctls") {
        let Some(node) = tree.get(sysctl, "name") else { continue };
        let Some(name) = tree.scalar(node).filter(|name| !builder.is_open(&name.span.range())) else { continue };
        // The kernel takes both spellings.
        builder.privilege(pod.unit, place(tree, node), "sysctl", &name.text.replace('/', "."), "pod");
    }
}

/// Tells what a container may do. `name` is the container's.
pub(super) fn of_container<'t>(
    builder: &mut Builder<'t>,
    pod: &Pod<'_, 't>,
    unit: UnitId,
    container: NodeId,
    name: &str,
) {
    let tree = pod.tree;
    let own = tree.get(container, "securityContext");
    let shared = tree.get(pod.specification, "securityContext");
    let default_place = super::container::name_place(tree, container);
    // What is missing belongs into the container's own context, where it has one.
    let place_of_default = own.map_or_else(|| default_place.clone(), |own| place(tree, own));
    for (way, called, default) in INHERITED {
        let stands = |context: Option<NodeId>| context.and_then(|context| at(tree, context, way));
        if let Some(node) = stands(own) {
            stated(builder, unit, tree, node, called, "container");
        } else if annotated(builder, pod, unit, name, called) {
        } else if let Some(node) = stands(shared) {
            stated(builder, unit, tree, node, called, "pod");
        } else if let Some(value) = default.filter(|_| pod.is_complete) {
            builder.privilege(unit, place_of_default.clone(), called, value, "default");
        }
    }
    for (key, called, default) in OWN {
        if let Some(node) = own.and_then(|own| tree.get(own, key)) {
            stated(builder, unit, tree, node, called, "container");
        } else if let Some(value) = default.filter(|_| pod.is_complete) {
            builder.privilege(unit, place_of_default.clone(), called, value, "default");
        }
    }
    capabilities(builder, pod, unit, container, own);
    let labels = [own, shared].into_iter().flatten().find_map(|context| tree.get(context, "seLinuxOptions"));
    for &label in labels.map_or(&[][..], |labels| tree.children(labels)) {
        if let (Some(key), Some(value)) = (&tree.node(label).key, tree.scalar(label)) {
            let value = format!("{}:{}", key.text, value.text);
            builder.privilege(
                unit,
                place(tree, label),
                "selinux",
                &value,
                if own.is_some() { "container" } else { "pod" },
            );
        }
    }
    match own.or(shared) {
        Some(node) => {
            let origin = if own.is_some() { "container" } else { "pod" };
            let is_empty = tree.children(node).is_empty();
            let value = if is_empty && pod.is_complete { "empty" } else { "present" };
            builder.privilege(unit, place(tree, node), "security-context", value, origin);
        }
        None if pod.is_complete => builder.privilege(unit, default_place, "security-context", "missing", "default"),
        None => {}
    }
}

/// Tells what an annotation says of a container, if one does.
fn annotated(
    builder: &mut Builder<'_>,
    pod: &Pod<'_, '_>,
    unit: UnitId,
    container: &str,
    called: &'static str,
) -> bool {
    let tree = pod.tree;
    let Some(annotations) = pod.metadata.and_then(|metadata| tree.get(metadata, "annotations")) else { return false };
    let of_container =
        ANNOTATIONS.iter().find(|(_, name)| *name == called).map(|(prefix, _)| format!("{prefix}{container}"));
    let of_pod = ["pod", "defaultProfileName"].map(|key| format!("seccomp.security.alpha.kubernetes.io/{key}"));
    let of_pod = of_pod.into_iter().filter(|_| called == "seccomp");
    let node = of_container.into_iter().chain(of_pod).find_map(|key| tree.get(annotations, &key));
    let Some((node, scalar)) = node.and_then(|node| Some((node, tree.scalar(node)?))) else { return false };
    let value = match scalar.text.as_ref() {
        "runtime/default" | "docker/default" => "RuntimeDefault",
        "unconfined" => "Unconfined",
        other if other.starts_with("localhost/") => "Localhost",
        other => other,
    };
    if !builder.is_open(&scalar.span.range()) {
        builder.privilege(unit, place(tree, node), called, value, "pod");
    }
    true
}

fn capabilities<'t>(
    builder: &mut Builder<'t>,
    pod: &Pod<'_, 't>,
    unit: UnitId,
    container: NodeId,
    own: Option<NodeId>,
) {
    let tree = pod.tree;
    let written = own.and_then(|own| tree.get(own, "capabilities"));
    let mut drops_some = false;
    for (key, called) in [("add", "capability-add"), ("drop", "capability-drop")] {
        for &item in written.map_or(&[][..], |written| items(tree, written, key)) {
            let Some(scalar) = tree.scalar(item) else { continue };
            drops_some |= key == "drop";
            let fact = builder
                .fact(FactKind::Privilege, unit, scalar.span.range())
                .with(Attribute::Name, called)
                .with(Attribute::Origin, "container");
            if scalar.text.is_empty() {
                fact.add();
            } else {
                fact.with(Attribute::Value, capability(&scalar.text)).value_at(scalar.span.range()).add();
            }
        }
    }
    if !drops_some && pod.is_complete {
        let whole = written.or(own);
        let place = whole.map_or_else(|| super::container::name_place(tree, container), |node| place(tree, node));
        builder.privilege(unit, place, "capability-drop", "none", "default");
    }
}
