//! Security groups and firewalls of the clouds, as Terraform writes them.

use std::ops::Range;

use super::{Resource, blocks, text, texts};
use crate::facts::Builder;
use crate::facts::traffic::{self, Rule};
use crate::parse::{ConfigTree, NodeId};

/// Keys that name peers by their addresses.
const PEERS: [&str; 17] = [
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "cidr_ipv4",
    "cidr_ipv6",
    "cidr_ip",
    "cidr_block",
    "source_ranges",
    "destination_ranges",
    "source_addresses",
    "destination_addresses",
    "source_ips",
    "destination_ips",
    "remote_ip_prefix",
    "source",
    "v4_cidr_blocks",
    "source_cidr_ip",
    "remote_ip",
];

/// Reads the rules of a resource, if it is a security group or a rule of one.
pub(super) fn read(builder: &mut Builder<'_>, resource: Resource<'_, '_>) {
    let Resource { kind, unit, tree, body } = resource;
    let mut rules: Vec<Rule<'_>> = Vec::new();
    match kind {
        "aws_security_group" | "aws_default_security_group" | "yandex_vpc_security_group" | "aws_network_acl" => {
            for (key, is_inward) in [("ingress", true), ("egress", false)] {
                rules.extend(blocks(tree, body, key).into_iter().filter_map(|rule| plain(tree, rule, is_inward)));
            }
        }
        "aws_vpc_security_group_ingress_rule" => rules.extend(plain(tree, body, true)),
        "aws_vpc_security_group_egress_rule" => rules.extend(plain(tree, body, false)),
        "aws_security_group_rule" | "alicloud_security_group_rule" | "tencentcloud_security_group_rule" => {
            rules.extend(plain(tree, body, text(tree, body, "type") != Some("egress")));
        }
        "openstack_networking_secgroup_rule_v2"
        | "huaweicloud_networking_secgroup_rule"
        | "nifcloud_security_group_rule" => {
            let direction = text(tree, body, "direction").or_else(|| text(tree, body, "type")).unwrap_or_default();
            rules.extend(plain(tree, body, !matches!(direction, "egress" | "OUT")));
        }
        "azurerm_network_security_rule" => rules.extend(azure(tree, body)),
        "azurerm_network_security_group" => {
            rules.extend(blocks(tree, body, "security_rule").into_iter().filter_map(|rule| azure(tree, rule)));
        }
        "google_compute_firewall" => rules.extend(google(tree, body)),
        "digitalocean_firewall" | "linode_firewall" | "vultr_firewall_rule" => {
            for (key, is_inward) in [("inbound_rule", true), ("outbound_rule", false)] {
                rules.extend(blocks(tree, body, key).into_iter().filter_map(|rule| plain(tree, rule, is_inward)));
            }
        }
        "hcloud_firewall" => {
            let rule = |rule| plain(tree, rule, text(tree, rule, "direction") != Some("out"));
            rules.extend(blocks(tree, body, "rule").into_iter().filter_map(rule));
        }
        _ => {}
    }
    for rule in &rules {
        traffic::add(builder, unit, rule);
    }
}

fn peers<'a>(tree: &'a ConfigTree<'_>, rule: NodeId) -> Vec<(&'a str, Range<usize>)> {
    PEERS.iter().flat_map(|key| texts(tree, rule, key)).collect()
}

/// A rule of AWS and of those who write theirs alike.
fn plain<'a>(tree: &'a ConfigTree<'_>, rule: NodeId, is_inward: bool) -> Option<Rule<'a>> {
    let one = |keys: [&str; 3]| keys.into_iter().find_map(|key| text(tree, rule, key));
    let protocol = one(["protocol", "ip_protocol", "ip_protocol"]).unwrap_or("-1").to_ascii_lowercase();
    if protocol.starts_with("icmp")
        || one(["action", "rule_action", "policy"]).is_some_and(|action| action.eq_ignore_ascii_case("deny"))
    {
        return None;
    }
    let first = one(["from_port", "port_range_min", "port"]);
    let last = one(["to_port", "port_range_max", "port"]);
    let ports = match (one(["port_range", "ports", "port_range"]), first, last) {
        (Some(range), ..) => range.to_owned(),
        (None, Some(first), Some(last)) => format!("{first}-{last}"),
        _ if matches!(protocol.as_str(), "-1" | "all" | "any") => "*".to_owned(),
        _ => return Some(Rule { is_inward, peers: peers(tree, rule), ports: Vec::new() }),
    };
    let ports = if matches!(protocol.as_str(), "-1" | "all" | "any") { "*".to_owned() } else { ports };
    let ports = ports.split(',').map(str::to_owned).collect();
    Some(Rule { is_inward, peers: peers(tree, rule), ports })
}

fn azure<'a>(tree: &'a ConfigTree<'_>, rule: NodeId) -> Option<Rule<'a>> {
    if text(tree, rule, "access").is_some_and(|access| access.eq_ignore_ascii_case("deny"))
        || text(tree, rule, "protocol").is_some_and(|protocol| protocol.eq_ignore_ascii_case("icmp"))
    {
        return None;
    }
    let is_inward = !text(tree, rule, "direction").is_some_and(|direction| direction.eq_ignore_ascii_case("outbound"));
    let side = if is_inward { "source" } else { "destination" };
    let collect = |name: &str| {
        let mut found = texts(tree, rule, name);
        found.extend(texts(tree, rule, &format!("{name}s")));
        found
    };
    let peers = collect(&format!("{side}_address_prefix"))
        .into_iter()
        .chain(texts(tree, rule, &format!("{side}_address_prefixes")))
        .collect();
    let ports = collect("destination_port_range").into_iter().map(|(port, _)| port.to_owned()).collect();
    Some(Rule { is_inward, peers, ports })
}

fn google<'a>(tree: &'a ConfigTree<'_>, body: NodeId) -> Option<Rule<'a>> {
    let is_inward = !text(tree, body, "direction").is_some_and(|direction| direction.eq_ignore_ascii_case("egress"));
    let allowed = blocks(tree, body, "allow");
    if allowed.is_empty() || text(tree, body, "disabled") == Some("true") {
        return None;
    }
    let mut ports = Vec::new();
    for allow in allowed {
        let listed = texts(tree, allow, "ports");
        let protocol = text(tree, allow, "protocol").unwrap_or("all");
        match listed.is_empty() {
            true if protocol != "icmp" => ports.push("*".to_owned()),
            _ => ports.extend(listed.into_iter().map(|(port, _)| port.to_owned())),
        }
    }
    let is_ping_only = ports.is_empty();
    (!is_ping_only).then(|| Rule { is_inward, peers: peers(tree, body), ports })
}
