//! Policies that let pods have privileges: PodSecurityPolicy, and the SecurityContextConstraints of OpenShift.
//!
//! What a policy allows is told as a privilege of origin `policy`, in the words in which a pod takes it.

use super::{capability, items, place, stated, text};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// A field that switches a privilege on, and the privilege.
type Switch = (&'static str, &'static str);

const POD_SECURITY: [Switch; 6] = [
    ("privileged", "privileged"),
    ("allowPrivilegeEscalation", "allow-privilege-escalation"),
    ("hostNetwork", "host-network"),
    ("hostPID", "host-pid"),
    ("hostIPC", "host-ipc"),
    ("readOnlyRootFilesystem", "read-only-root"),
];

const CONSTRAINTS: [Switch; 6] = [
    ("allowPrivilegedContainer", "privileged"),
    ("allowPrivilegeEscalation", "allow-privilege-escalation"),
    ("allowHostNetwork", "host-network"),
    ("allowHostPID", "host-pid"),
    ("allowHostIPC", "host-ipc"),
    ("readOnlyRootFilesystem", "read-only-root"),
];

const ORIGIN: &str = "policy";

/// Reads a PodSecurityPolicy.
pub(super) fn pod_security<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, root: NodeId) {
    let Some(policy) = tree.get(root, "spec") else { return };
    switches(builder, unit, tree, policy, &POD_SECURITY);
    shared(builder, unit, tree, policy, "rule");
    let missing = place(tree, policy);
    if tree.get(policy, "allowPrivilegeEscalation").is_none() {
        builder.privilege(unit, missing.clone(), "allow-privilege-escalation", "true", "policy-default");
    }
    if tree.get(policy, "readOnlyRootFilesystem").is_none() {
        builder.privilege(unit, missing, "read-only-root", "false", "policy-default");
    }
    let annotations = tree.get(root, "metadata").and_then(|metadata| tree.get(metadata, "annotations"));
    let key = "seccomp.security.alpha.kubernetes.io/allowedProfileNames";
    let profiles = annotations.and_then(|annotations| tree.get(annotations, key));
    match profiles {
        Some(node) => stated(builder, unit, tree, node, "seccomp", ORIGIN),
        None => builder.privilege(unit, place(tree, policy), "seccomp", "none", "policy-default"),
    }
}

/// Reads SecurityContextConstraints.
pub(super) fn constraints<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, root: NodeId) {
    switches(builder, unit, tree, root, &CONSTRAINTS);
    shared(builder, unit, tree, root, "type");
    if let Some(node) = tree.get(root, "allowHostDirVolumePlugin")
        && text(tree, root, "allowHostDirVolumePlugin") == Some("true")
    {
        any_path(builder, unit, tree, node);
    }
}

fn switches<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, policy: NodeId, switches: &[Switch]) {
    for &(key, name) in switches {
        if let Some(node) = tree.get(policy, key) {
            stated(builder, unit, tree, node, name, ORIGIN);
        }
    }
}

/// What both kinds of policy say in the same words; `rule` is the key of how a user is chosen.
fn shared<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, policy: NodeId, rule: &str) {
    for (key, name) in [
        ("allowedCapabilities", "capability-add"),
        ("defaultAddCapabilities", "capability-add"),
        ("requiredDropCapabilities", "capability-drop"),
    ] {
        for &item in items(tree, policy, key) {
            let Some(scalar) = tree.scalar(item) else { continue };
            // Whoever may add any may add all.
            let value = if scalar.text == "*" { "ALL".to_owned() } else { capability(&scalar.text) };
            builder.privilege(unit, scalar.span.range(), name, &value, ORIGIN);
        }
    }
    if items(tree, policy, "requiredDropCapabilities").is_empty() {
        builder.privilege(unit, place(tree, policy), "capability-drop", "none", "policy-default");
    }
    users(builder, unit, tree, policy, rule);
    for &sysctl in items(tree, policy, "allowedUnsafeSysctls") {
        stated(builder, unit, tree, sysctl, "sysctl", ORIGIN);
    }
    for &mount in items(tree, policy, "allowedProcMountTypes") {
        stated(builder, unit, tree, mount, "proc-mount", ORIGIN);
    }
    for &volume in items(tree, policy, "volumes") {
        let allows_host = tree.scalar(volume).is_some_and(|scalar| matches!(scalar.text.as_ref(), "*" | "hostPath"));
        if allows_host && items(tree, policy, "allowedHostPaths").is_empty() {
            any_path(builder, unit, tree, volume);
        }
    }
    for &path in items(tree, policy, "allowedHostPaths") {
        let Some(prefix) = tree.get(path, "pathPrefix") else { continue };
        let Some(scalar) = tree.scalar(prefix) else { continue };
        let is_read_only = text(tree, path, "readOnly") == Some("true");
        builder
            .fact(FactKind::Mount, unit, place(tree, prefix))
            .with(Attribute::Kind, "bind")
            .with(Attribute::Writable, if is_read_only { "false" } else { "true" })
            .scalar(Attribute::Source, scalar)
            .add();
    }
}

/// Whether pods may run as root: by any user, or by a range that begins at 0.
fn users<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, policy: NodeId, rule: &str) {
    for (key, name) in [
        ("runAsUser", "run-as-non-root"),
        ("runAsGroup", "group"),
        ("fsGroup", "fs-group"),
        ("supplementalGroups", "group"),
    ] {
        let Some(node) = tree.get(policy, key) else { continue };
        let Some(rule_node) = tree.get(node, rule) else { continue };
        let Some(chosen) = tree.scalar(rule_node) else { continue };
        let value = match (key, chosen.text.as_ref()) {
            ("runAsUser", "RunAsAny") => Some("false"),
            ("runAsUser", "MustRunAsNonRoot") => Some("true"),
            (_, "RunAsAny") => Some("0"),
            _ => None,
        };
        if let Some(value) = value {
            builder.privilege(unit, place(tree, rule_node), name, value, ORIGIN);
        }
        for &range in items(tree, node, "ranges") {
            let Some(min) = tree.get(range, "min") else { continue };
            stated(builder, unit, tree, min, if key == "runAsUser" { "user" } else { name }, ORIGIN);
        }
    }
}

/// A mount of any part of the host.
fn any_path<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, node: NodeId) {
    builder
        .fact(FactKind::Mount, unit, place(tree, node))
        .with(Attribute::Kind, "bind")
        .with(Attribute::Source, "/")
        .with(Attribute::Writable, "true")
        .add();
}
