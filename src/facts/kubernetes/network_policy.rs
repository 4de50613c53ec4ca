//! Network policies: what they let in and out, and which pods none is about.

use super::object::{Object, entry, known, labels};
use crate::facts::exposure::{MAX_PAIRS, Policy, is_same_namespace, is_selected};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind, ManifestKind};
use crate::parse::{ConfigTree, NodeId, Value};

/// The keys of the rules for one direction, and of the peers in each.
const DIRECTIONS: [(&str, &str, &str); 2] = [("ingress", "from", "in"), ("egress", "to", "out")];

/// Reads a policy, or what holds one.
pub(super) fn read(builder: &mut Builder<'_>, object: Object<'_, '_>) {
    let tree = object.tree;
    let Some(specification) = tree.get(object.node, "spec") else { return };
    if object.kind == "SandboxTemplate" {
        return sandbox(builder, object, specification);
    }
    let is_plain = object.kind == "NetworkPolicy";
    if is_plain {
        rules(builder, object.unit, tree, specification);
    }
    let pods = tree.get(specification, "podSelector").or_else(|| tree.get(specification, "endpointSelector"));
    let says_nothing = ["podSelector", "namespaceSelector", "ingress", "egress", "selector", "order"];
    if is_plain && says_nothing.iter().all(|key| tree.get(specification, key).is_none()) {
        tell_missing(builder, object.unit, entry(tree, specification), "default");
    }
    let matched = pods.and_then(|pods| tree.get(pods, "matchLabels"));
    let is_read = pods.is_some_and(|pods| tree.get(pods, "matchExpressions").is_none());
    let selector = is_read.then(|| labels(builder, tree, matched));
    let place = builder.place(entry(tree, pods.unwrap_or(specification)));
    let namespace = object.namespace.to_owned();
    builder.add_policy(Policy { namespace, selector, unit: object.unit, place });
}

/// A template of sandboxes for agents, which holds the policy of its pods.
fn sandbox(builder: &mut Builder<'_>, object: Object<'_, '_>, specification: NodeId) {
    let tree = object.tree;
    let management = tree.get(specification, "networkPolicyManagement");
    let policy = tree.get(specification, "networkPolicy");
    let is_mapping = |id: NodeId| matches!(tree.node(id).value, Value::Mapping(_));
    let egress = policy.and_then(|policy| tree.get(policy, "egress"));
    let is_malformed = egress.is_some_and(|egress| !matches!(tree.node(egress).value, Value::Sequence(_)));
    let is_managed = management.is_none_or(|id| known(builder, tree, Some(id)).is_none_or(|text| text == "Managed"));
    if !is_managed || is_malformed || !policy.is_some_and(is_mapping) {
        let place = management.or(policy).unwrap_or(specification);
        return tell_missing(builder, object.unit, entry(tree, place), "default");
    }
    if let Some(policy) = policy {
        rules(builder, object.unit, tree, policy);
    }
}

/// Tells what a policy lets in and out.
fn rules(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, policy: NodeId) {
    for (key, peers_key, direction) in DIRECTIONS {
        let list = tree.get(policy, key);
        for &rule in list.iter().flat_map(|&list| tree.children(list)) {
            let ports = tree.get(rule, "ports").map_or(&[][..], |ports| tree.children(ports));
            let ports = ports.iter().filter_map(|&port| known(builder, tree, tree.get(port, "port")));
            let ports: Vec<String> = ports.map(str::to_owned).collect();
            let peers = tree.get(rule, peers_key).map_or(&[][..], |peers| tree.children(peers));
            if peers.is_empty() {
                tell(builder, unit, entry(tree, rule), direction, "*", &ports);
            }
            for &peer in peers {
                let told = peer_name(builder, tree, peer);
                tell(builder, unit, entry(tree, peer), direction, &told, &ports);
            }
        }
    }
}

/// Who a peer of a rule is.
fn peer_name(builder: &Builder<'_>, tree: &ConfigTree<'_>, peer: NodeId) -> String {
    if let Some(block) = tree.get(peer, "ipBlock") {
        let cidr = tree.get(block, "cidr");
        return match known(builder, tree, cidr) {
            Some(cidr) => cidr.to_owned(),
            None => if cidr.is_none() { "*" } else { "selected" }.to_owned(),
        };
    }
    let (pods, namespaces) = (tree.get(peer, "podSelector"), tree.get(peer, "namespaceSelector"));
    // An empty mapping selects everything. One that only a template fills in is not known to be empty.
    let selects_all = |id: NodeId| {
        tree.children(id).is_empty() && !builder.is_open(&tree.node(id).span.range()) && tree.scalar(id).is_none()
    };
    match (pods, namespaces) {
        (None, None) if selects_all(peer) => "*",
        (None, Some(namespaces)) if selects_all(namespaces) => "all-namespaces",
        (Some(pods), Some(namespaces)) if selects_all(pods) && selects_all(namespaces) => "all-namespaces",
        (Some(pods), None) if selects_all(pods) => "all-pods",
        _ => "selected",
    }
    .to_owned()
}

fn tell(
    builder: &mut Builder<'_>,
    unit: UnitId,
    place: std::ops::Range<usize>,
    direction: &'static str,
    peer: &str,
    ports: &[String],
) {
    let mut fact = builder
        .fact(FactKind::Traffic, unit, place)
        .with(Attribute::Direction, direction)
        .with(Attribute::Peer, peer.to_owned())
        .with(Attribute::Origin, "network-policy");
    for port in ports {
        fact = fact.with(Attribute::Port, port.clone());
    }
    fact.add();
}

fn tell_missing(builder: &mut Builder<'_>, unit: UnitId, place: std::ops::Range<usize>, origin: &'static str) {
    builder
        .fact(FactKind::Traffic, unit, place)
        .with(Attribute::Direction, "in")
        .with(Attribute::Peer, "*")
        .with(Attribute::Origin, origin)
        .add();
}

/// Tells of workloads that no policy of the file is about, and of policies that are about none of its workloads.
pub(super) fn tell_missing_policies(builder: &mut Builder<'_>) {
    // What a template fills in decides which policies there are.
    if builder.kind() == ManifestKind::HelmTemplate {
        return;
    }
    let (policies, workloads) = (builder.policies().to_vec(), builder.workloads().to_vec());
    if policies.len().saturating_mul(workloads.len()) > MAX_PAIRS {
        return;
    }
    let mut is_used = vec![false; policies.len()];
    for workload in &workloads {
        let mut is_covered = false;
        for (policy, is_used) in policies.iter().zip(&mut is_used) {
            let is_selecting = policy.selector.as_ref().is_none_or(|selector| is_selected(selector, &workload.labels));
            let is_about = is_selecting && is_same_namespace(&policy.namespace, &workload.namespace);
            is_covered |= is_about;
            *is_used |= is_about;
        }
        if !is_covered {
            tell_missing(builder, workload.unit, workload.place.range(), "default");
        }
    }
    if !workloads.is_empty() {
        for (policy, _) in policies.iter().zip(&is_used).filter(|(_, is_used)| !**is_used) {
            tell_missing(builder, policy.unit, policy.place.range(), "unmatched");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::told;
    use super::*;

    const ATTRIBUTES: [Attribute; 4] = [Attribute::Direction, Attribute::Peer, Attribute::Port, Attribute::Origin];

    #[test]
    fn a_policy_tells_who_is_let_in_and_out() {
        let text = "kind: NetworkPolicy\nspec:\n  podSelector: {}\n  ingress:\n    - {}\n    - from: [{ podSelector: {} }]\n  egress:\n    \
                    - to:\n        - ipBlock: { cidr: 10.0.0.0/8 }\n        - namespaceSelector: {}\n      ports: [{ port: 53 }]\n";
        let wanted = [
            "{} | in *  network-policy",
            "{ podSelector: {} } | in all-pods  network-policy",
            "ipBlock: { cidr: 10.0.0.0/8 } | out 10.0.0.0/8 53 network-policy",
            "namespaceSelector: {} | out all-namespaces 53 network-policy",
        ];
        assert_eq!(told(text, FactKind::Traffic, &ATTRIBUTES), wanted);
    }

    #[test]
    fn workloads_and_policies_that_miss_each_other_are_told() {
        let pod =
            "kind: Pod\nmetadata: { name: web, labels: { app: web } }\nspec: { containers: [{ name: a }] }\n---\n";
        let policy = |label: &str| {
            format!("{pod}kind: NetworkPolicy\nspec:\n  podSelector: {{ matchLabels: {{ app: {label} }} }}\n")
        };
        assert_eq!(told(pod, FactKind::Traffic, &ATTRIBUTES), ["web | in *  default"]);
        assert!(told(&policy("web"), FactKind::Traffic, &ATTRIBUTES).is_empty());
        let apart = told(&policy("other"), FactKind::Traffic, &ATTRIBUTES);
        assert_eq!(apart, ["web | in *  default", "podSelector: { matchLabels: { app: other } } | in *  unmatched"]);
    }
}
