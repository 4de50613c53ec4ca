//! Ports of a service, in the short and the long form.

use std::ops::Range;

use super::{Service, place, resolved};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::NodeId;

/// A port as published.
#[derive(Default)]
struct Published {
    container: String,
    host: Option<String>,
    address: Option<String>,
    protocol: String,
}

/// Tells the ports of a service.
pub(super) fn read(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId) {
    let tree = service.tree;
    for port in service.all("ports").iter().flat_map(|&list| tree.children(list)) {
        let published = match tree.scalar(*port) {
            Some(scalar) => short(&resolved(scalar)),
            None => long(service, *port),
        };
        if published.container.is_empty() {
            continue;
        }
        let whole = match tree.scalar(*port) {
            Some(scalar) => scalar.span.range(),
            None => {
                tree.get(*port, "published").or_else(|| tree.get(*port, "target")).map_or(0..0, |key| place(tree, key))
            }
        };
        tell(builder, unit, whole, published);
    }
    for port in service.all("expose").iter().flat_map(|&list| tree.children(list)) {
        let Some(scalar) = tree.scalar(*port) else { continue };
        builder
            .fact(FactKind::Port, unit, scalar.span.range())
            .with(Attribute::Container, resolved(scalar))
            .with(Attribute::Exposure, "expose")
            .with(Attribute::Outside, "false")
            .add();
    }
}

fn tell(builder: &mut Builder<'_>, unit: UnitId, whole: Range<usize>, published: Published) {
    let address = published.address.filter(|address| !address.is_empty());
    // An address that only a variable knows may be this machine's or everybody's.
    let outside = match address.as_deref() {
        Some(address) if address.contains('$') => None,
        Some(address) => Some(!(address.starts_with("127.") || matches!(address, "localhost" | "::1"))),
        None => Some(true),
    };
    builder
        .fact(FactKind::Port, unit, whole)
        .with(Attribute::Container, published.container)
        .with_some(Attribute::Host, published.host.filter(|host| !host.is_empty()))
        .with_some(Attribute::Address, address)
        .with(Attribute::Protocol, published.protocol)
        .with(Attribute::Exposure, "published")
        .with_some(Attribute::Outside, outside.map(|is_outside| if is_outside { "true" } else { "false" }))
        .add();
}

/// `[[address:]host:]container[/protocol]`; colons inside brackets and braces separate nothing.
fn short(text: &str) -> Published {
    let (text, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let mut depth = 0_usize;
    let mut colons = Vec::new();
    for (at, char) in text.char_indices() {
        match char {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => colons.push(at),
            _ => {}
        }
    }
    let container = colons.last().map_or(text, |&at| &text[at + 1..]);
    let before = colons.last().map(|&at| &text[..at]);
    let (address, host) = match (before, colons.len()) {
        (None, _) => (None, None),
        (Some(host), 1) => (None, Some(host)),
        (Some(before), count) => (Some(&before[..colons[count - 2]]), Some(&before[colons[count - 2] + 1..])),
    };
    Published {
        container: container.to_owned(),
        host: host.map(str::to_owned),
        address: address.map(|address| address.trim_matches(['[', ']']).to_owned()),
        protocol: protocol.to_owned(),
    }
}

fn long(service: &Service<'_, '_>, port: NodeId) -> Published {
    let text = |key: &str| service.tree.get(port, key).and_then(|node| service.tree.scalar(node)).map(resolved);
    Published {
        container: text("target").unwrap_or_default(),
        host: text("published"),
        address: text("host_ip"),
        protocol: text("protocol").unwrap_or_else(|| "tcp".to_owned()),
    }
}
