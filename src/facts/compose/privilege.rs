//! What a service may do on its host, and the limits of its resources.

use std::ops::Range;

use super::{Service, place, resolved};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{NodeId, Scalar};

/// Keys whose value `host` shares a part of the host, and what is shared.
const SHARED: [(&str, &str); 6] = [
    ("network_mode", "host-network"),
    // The first version of the format.
    ("net", "host-network"),
    ("pid", "host-pid"),
    ("ipc", "host-ipc"),
    ("userns_mode", "host-users"),
    ("uts", "host-uts"),
];

/// Limits, and the ways to where they can stand.
const LIMITS: [(&str, &[&[&str]]); 3] = [
    ("limits.memory", &[&["deploy", "resources", "limits", "memory"], &["mem_limit"]]),
    ("limits.cpu", &[&["deploy", "resources", "limits", "cpus"], &["cpus"], &["cpu_quota"], &["cpuset"]]),
    ("pids", &[&["deploy", "resources", "limits", "pids"], &["pids_limit"]]),
];

/// Tells what a service may do. `name` is the place of its name.
pub(super) fn read(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId, name: &Range<usize>) {
    for (key, called) in
        [("privileged", "privileged"), ("read_only", "read-only-root"), ("cgroup_parent", "cgroup-parent")]
    {
        if let Some(node) = service.get(key) {
            let scalar = service.tree.scalar(node);
            let value = scalar.map(resolved).unwrap_or_default();
            let value_place = scalar.map_or_else(|| place(service.tree, node), |scalar| scalar.span.range());
            builder
                .fact(FactKind::Privilege, unit, place(service.tree, node))
                .value_at(value_place)
                .with(Attribute::Name, called)
                .with(Attribute::Origin, "service")
                .with(Attribute::Value, value)
                .add();
        }
    }
    if service.get("read_only").is_none() && service.is_complete {
        builder.privilege(unit, name.clone(), "read-only-root", "false", "default");
    }
    for (key, called) in SHARED {
        let Some(node) = service.get(key) else { continue };
        let value = service.tree.scalar(node).map(resolved).unwrap_or_default();
        let value = if value == "host" { "true" } else { &value };
        builder.privilege(unit, place(service.tree, node), called, value, "service");
    }
    networks(builder, service, unit);
    user(builder, service, unit);
    for (key, called) in [("cap_add", "capability-add"), ("cap_drop", "capability-drop")] {
        for scalar in texts(service, key) {
            let value = resolved(scalar).to_ascii_uppercase();
            builder.privilege(
                unit,
                scalar.span.range(),
                called,
                value.strip_prefix("CAP_").unwrap_or(&value),
                "service",
            );
        }
    }
    options(builder, service, unit, name);
    limits(builder, service, unit, name);
}

/// The texts of the list under a key.
fn texts<'a, 't>(service: &Service<'a, 't>, key: &str) -> Vec<&'a Scalar<'t>> {
    let items = service.all(key).into_iter().flat_map(|list| service.tree.children(list));
    items.filter_map(|&item| service.tree.scalar(item)).collect()
}

/// `networks: [host]` where the file declares `host` as external is how stack files share the host's network.
fn networks(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId) {
    let tree = service.tree;
    let name_of = |network: NodeId| -> Option<String> {
        let node = tree.node(network);
        node.key
            .as_ref()
            .map(|key| key.text.to_string())
            .or_else(|| tree.scalar(network).map(|scalar| scalar.text.to_string()))
    };
    for &network in service.all("networks").iter().flat_map(|&list| tree.children(list)) {
        let Some(name) = name_of(network) else { continue };
        let Some(external) = service
            .declared
            .networks
            .get(name.as_str())
            .copied()
            .filter(|&declared| tree.get(declared, "external").is_some())
        else {
            continue;
        };
        let real = tree.get(external, "name").or_else(|| tree.get(tree.get(external, "external")?, "name"));
        let real = real.and_then(|real| tree.scalar(real)).map_or(name.as_str(), |real| &real.text);
        if real == "host" {
            builder.privilege(unit, place(tree, network), "host-network", "true", "service");
        }
    }
}

fn user(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId) {
    let Some(node) = service.get("user") else { return };
    let Some(scalar) = service.tree.scalar(node) else { return };
    let value = resolved(scalar);
    let (user, group) = value.split_once(':').map_or((value.as_str(), None), |(user, group)| (user, Some(group)));
    let number = |name: &str| if name == "root" { "0".to_owned() } else { name.to_owned() };
    builder.privilege(unit, place(service.tree, node), "user", &number(user), "service");
    if let Some(group) = group {
        builder.privilege(unit, place(service.tree, node), "group", &number(group), "service");
    }
}

/// `security_opt`: `name:value` or `name=value`.
fn options(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId, name: &Range<usize>) {
    let mut has_no_new_privileges = false;
    for scalar in texts(service, "security_opt") {
        let text = resolved(scalar);
        let (option, value) = text.split_once([':', '=']).unwrap_or((&text, "true"));
        let (called, value) = match (option.trim(), value.trim()) {
            ("no-new-privileges", value) => ("no-new-privileges", value),
            ("seccomp", "unconfined") => ("seccomp", "Unconfined"),
            ("seccomp", value) => ("seccomp", value),
            ("apparmor", "unconfined") => ("apparmor", "Unconfined"),
            ("apparmor", value) => ("apparmor", value),
            ("label", value) => ("selinux", value),
            ("systempaths", value) => ("proc-mount", if value == "unconfined" { "Unmasked" } else { value }),
            _ => continue,
        };
        has_no_new_privileges |= called == "no-new-privileges";
        builder.privilege(unit, scalar.span.range(), called, value, "service");
    }
    for pair in super::pairs(service.tree, &service.all("sysctls")) {
        builder.privilege(unit, pair.whole, "sysctl", pair.name, "service");
    }
    if !has_no_new_privileges && service.is_complete {
        let list = service.get("security_opt").map(|node| place(service.tree, node));
        let key_only = list.map(|list| list.start..list.start + "security_opt".len());
        builder.privilege(unit, key_only.unwrap_or_else(|| name.clone()), "no-new-privileges", "false", "default");
    }
}

fn limits(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId, name: &Range<usize>) {
    for (called, ways) in LIMITS {
        let node = ways.iter().find_map(|way| service.at(way));
        if let Some(scalar) = node.and_then(|node| service.tree.scalar(node)) {
            let whole = node.map_or_else(|| name.clone(), |node| place(service.tree, node));
            builder
                .fact(FactKind::Limit, unit, whole)
                .with(Attribute::Name, called)
                .with(Attribute::Value, resolved(scalar))
                .value_at(scalar.span.range())
                .add();
        } else if service.is_complete {
            let nearest =
                service.at(&["deploy", "resources", "limits"]).and_then(|node| service.tree.node(node).key.as_ref());
            let whole = nearest.map_or_else(|| name.clone(), |key| key.span.range());
            builder.fact(FactKind::Limit, unit, whole).with(Attribute::Name, called).add();
        }
    }
}
