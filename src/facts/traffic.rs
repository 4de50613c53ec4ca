//! What security groups and firewalls let through.

use std::ops::Range;

use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// Ports that rules ask for by number. Of a range, those are told that it holds.
const ASKED: [u16; 46] = [
    20, 21, 22, 23, 25, 53, 80, 135, 139, 389, 443, 445, 873, 1433, 1521, 2181, 2375, 2376, 2379, 3000, 3306, 3389,
    5000, 5432, 5601, 5900, 5984, 5985, 6379, 6443, 7001, 8080, 8088, 8443, 8500, 8888, 9000, 9042, 9090, 9092, 9200,
    9300, 10250, 11211, 15672, 27017,
];

/// A rule of a security group.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    /// Whether it is about what comes in.
    pub is_inward: bool,
    /// Those who may connect, or to whom: address ranges, and where they are written.
    pub peers: Vec<(&'a str, Range<usize>)>,
    /// Ports as written (`22`, `0-65535`); `*` for all.
    pub ports: Vec<String>,
}

/// Adds a fact for each peer.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, rule: &Rule<'_>) {
    for (peer, place) in &rule.peers {
        let peer = if is_everybody(peer) { "*" } else { peer };
        let mut fact = builder
            .fact(FactKind::Traffic, unit, place.clone())
            .value_at(place.clone())
            .with(Attribute::Direction, if rule.is_inward { "in" } else { "out" })
            .with(Attribute::Peer, peer.to_owned())
            .with(Attribute::Origin, "security-group");
        for port in rule.ports.iter().flat_map(|port| told(port)) {
            fact = fact.with(Attribute::Port, port);
        }
        fact.add();
    }
}

/// Whether an address range holds every address, in the spellings of the clouds.
fn is_everybody(peer: &str) -> bool {
    matches!(peer, "*" | "0.0.0.0/0" | "0.0.0.0" | "::/0" | "::" | "0/0")
        || ["internet", "any", "all"].iter().any(|word| peer.eq_ignore_ascii_case(word))
        || peer.ends_with("/0")
}

/// What is told of a port or range of ports.
fn told(port: &str) -> Vec<String> {
    let port = port.trim();
    let (first, last) = match port.split_once(['-', '/', ':']) {
        Some((first, last)) => (first.trim(), last.trim()),
        None => (port, port),
    };
    let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) else {
        let is_all = matches!(port, "*" | "any" | "all" | "-1/-1");
        return vec![if is_all { "*".to_owned() } else { port.to_owned() }];
    };
    if first <= 1 && (last >= 65535 || last <= 0) {
        return vec!["*".to_owned()];
    }
    if first == last {
        return vec![first.to_string()];
    }
    let inside = ASKED.iter().filter(|&&asked| (first..=last).contains(&i64::from(asked)));
    std::iter::once(format!("{first}-{last}")).chain(inside.map(u16::to_string)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_tell_the_ports_that_matter() {
        assert_eq!(told("22"), ["22"]);
        assert_eq!(told("20-23"), ["20-23", "20", "21", "22", "23"]);
        assert_eq!(told("0-65535"), ["*"]);
        assert_eq!(told("22/22"), ["22"]);
        assert_eq!(told("*"), ["*"]);
    }

    #[test]
    fn everybody_has_many_spellings() {
        assert!(["0.0.0.0/0", "::/0", "Internet", "*", "Any"].into_iter().all(is_everybody));
        assert!(!["10.0.0.0/8", "VirtualNetwork"].into_iter().any(is_everybody));
    }
}
