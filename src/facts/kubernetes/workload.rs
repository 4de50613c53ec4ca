//! Pod specifications, wherever they stand in an object, and what they say of all their containers.

use std::ops::Range;

use super::{at, container, items, mount, network, place, policy, privilege, stated, text};
use crate::facts::{Builder, UnitId};
use crate::parse::{ConfigTree, NodeId, Value};

/// The keys under which a pod specification lists containers, and what they are called.
const LISTS: [(&str, &str); 3] =
    [("containers", "container"), ("initContainers", "init container"), ("ephemeralContainers", "ephemeral container")];

/// What a pod can share with its host, and what its containers share.
const HOST_KEYS: [(&str, &str); 5] = [
    ("hostNetwork", "host-network"),
    ("hostPID", "host-pid"),
    ("hostIPC", "host-ipc"),
    ("hostUsers", "host-users"),
    ("shareProcessNamespace", "share-process-namespace"),
];

/// A pod specification.
pub(super) struct Pod<'a, 't> {
    pub(super) tree: &'a ConfigTree<'t>,
    pub(super) unit: UnitId,
    /// The kind of its object.
    pub(super) kind: &'a str,
    pub(super) specification: NodeId,
    /// The metadata that stands beside the specification.
    pub(super) metadata: Option<NodeId>,
    /// Whether all that holds of it stands in the file. Then what is not stated has its default.
    pub(super) is_complete: bool,
    pub(super) volumes: &'a mount::Volumes<'a>,
}

impl Pod<'_, '_> {
    /// The place to show for what the specification does not state: its key, or the name of its first container.
    fn place(&self) -> Range<usize> {
        match &self.tree.node(self.specification).key {
            Some(key) => key.span.range(),
            None => self.tree.node(self.specification).span.range(),
        }
    }
}

/// Reads the pod specifications of an object.
pub(super) fn read<'t>(builder: &mut Builder<'t>, object: UnitId, tree: &ConfigTree<'t>, root: NodeId, kind: &str) {
    let group = text(tree, root, "apiVersion").unwrap_or_default().split('/').next().unwrap_or_default().to_owned();
    match kind {
        "PodSecurityPolicy" => return policy::pod_security(builder, object, tree, root),
        "SecurityContextConstraints" => return policy::constraints(builder, object, tree, root),
        "ServiceAccount" => return service_account(builder, object, tree, root),
        "PersistentVolume" => return mount::persistent(builder, object, tree, root),
        // Schemas and policies describe pods, and run none.
        "CustomResourceDefinition" => return,
        _ if group.ends_with("kyverno.io") || group.ends_with("gatekeeper.sh") => return,
        _ => {}
    }
    let is_complete = !builder.has_open_lines(&extent(tree, root, builder.text().len()));
    for specification in specifications(tree, root, &group) {
        let unit = builder.unit(object, "");
        network::workload(builder, tree, root, specification, unit);
        let metadata = tree.node(specification).parent.and_then(|parent| tree.get(parent, "metadata"));
        let volumes = mount::Volumes::of(tree, specification);
        let is_complete = is_complete && group != "tekton.dev";
        let pod = Pod { tree, unit, kind, specification, metadata, is_complete, volumes: &volumes };
        read_pod(builder, &pod, &group);
    }
}

fn read_pod<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>, group: &str) {
    let tree = pod.tree;
    host(builder, pod);
    account(builder, pod);
    privilege::of_pod(builder, pod);
    for (key, called) in LISTS {
        for &node in items(tree, pod.specification, key) {
            container::read(builder, pod, node, called);
        }
    }
    match group {
        "argoproj.io" => templates(builder, pod),
        "tekton.dev" => {
            for (key, called) in [("steps", "step"), ("sidecars", "sidecar")] {
                for &node in items(tree, pod.specification, key) {
                    container::read(builder, pod, node, called);
                }
            }
        }
        _ => {}
    }
    pod.volumes.unmounted(builder, pod);
}

/// The containers in the templates of an Argo workflow.
fn templates<'t>(builder: &mut Builder<'t>, workflow: &Pod<'_, 't>) {
    let tree = workflow.tree;
    for &template in items(tree, workflow.specification, "templates") {
        let name = text(tree, template, "name").unwrap_or("without a name").to_owned();
        let unit = builder.unit(workflow.unit, format!("template `{name}`"));
        let pod = Pod { unit, ..*workflow };
        for key in ["container", "script"] {
            if let Some(node) = tree.get(template, key) {
                container::read(builder, &pod, node, key);
            }
        }
        let set = tree.get(template, "containerSet");
        let containers = set.map_or(&[][..], |set| items(tree, set, "containers"));
        let others = ["sidecars", "initContainers"].into_iter().flat_map(|key| items(tree, template, key));
        for &node in containers.iter().chain(others) {
            container::read(builder, &pod, node, "container");
        }
    }
}

/// The mappings below a node that list containers, each before those inside it.
fn specifications(tree: &ConfigTree<'_>, root: NodeId, group: &str) -> Vec<NodeId> {
    let lists: &[&str] = match group {
        "argoproj.io" => &["containers", "initContainers", "templates"],
        "tekton.dev" => &["containers", "steps"],
        _ => &["containers", "initContainers", "ephemeralContainers"],
    };
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        let holds_mappings = |list: NodeId| {
            let is_list = matches!(tree.node(list).value, Value::Sequence(_));
            is_list && tree.children(list).iter().any(|&item| !tree.children(item).is_empty())
        };
        let is_specification = tree.node(id).key.as_ref().is_some_and(|key| key.text == "spec");
        let shares_host = is_specification && HOST_KEYS.iter().any(|(key, _)| tree.get(id, key).is_some());
        if shares_host || lists.iter().any(|key| tree.get(id, key).is_some_and(holds_mappings)) {
            found.push(id);
            // The lists inside an Argo template belong to its workflow.
            if group == "argoproj.io" && tree.get(id, "templates").is_some() {
                continue;
            }
        }
        open.extend(tree.children(id).iter().rev());
    }
    found
}

/// The place of an object up to where the next document starts, so that the lines are in it that a template prints at its end.
fn extent(tree: &ConfigTree<'_>, root: NodeId, length: usize) -> Range<usize> {
    let start = tree.node(root).span.start;
    let next = tree.documents.partition_point(|&document| tree.node(document).span.start <= start);
    let end = tree.documents.get(next).map_or(length, |&document| tree.node(document).span.start as usize);
    start as usize..end.max(start as usize)
}

/// What a pod shares with its host.
fn host<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>) {
    for (key, name) in HOST_KEYS {
        if let Some(node) = pod.tree.get(pod.specification, key) {
            stated(builder, pod.unit, pod.tree, node, name, "pod");
        }
    }
    if let Some(node) = pod.tree.get(pod.specification, "hostAliases")
        && !pod.tree.children(node).is_empty()
    {
        stated(builder, pod.unit, pod.tree, node, "host-alias", "pod");
    }
}

/// The account under which a pod calls the API server.
fn account<'t>(builder: &mut Builder<'t>, pod: &Pod<'_, 't>) {
    let tree = pod.tree;
    let name = ["serviceAccountName", "serviceAccount"].into_iter().find_map(|key| tree.get(pod.specification, key));
    match name {
        Some(node) if tree.scalar(node).is_some_and(|name| name.text.is_empty()) => {
            builder.privilege(pod.unit, place(tree, node), "service-account", "default", "pod");
        }
        Some(node) => stated(builder, pod.unit, tree, node, "service-account", "pod"),
        None if pod.is_complete => builder.privilege(pod.unit, pod.place(), "service-account", "default", "default"),
        None => {}
    }
    match tree.get(pod.specification, "automountServiceAccountToken") {
        Some(node) => stated(builder, pod.unit, tree, node, "automount-token", "pod"),
        None if pod.is_complete => builder.privilege(pod.unit, pod.place(), "automount-token", "true", "default"),
        None => {}
    }
}

fn service_account<'t>(builder: &mut Builder<'t>, object: UnitId, tree: &ConfigTree<'t>, root: NodeId) {
    if let Some(node) = tree.get(root, "automountServiceAccountToken") {
        stated(builder, object, tree, node, "automount-token", "account");
    } else if let Some(name) = at(tree, root, &["metadata", "name"])
        && !builder.has_open_lines(&extent(tree, root, builder.text().len()))
    {
        builder.privilege(object, place(tree, name), "automount-token", "true", "account-default");
    }
}
