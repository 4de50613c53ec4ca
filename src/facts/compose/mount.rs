//! Volumes of a service, in the short and the long form, joined to those that the file declares.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Service, place, resolved};
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId};

/// A volume as mounted.
struct Mounted {
    kind: &'static str,
    source: Option<String>,
    target: Option<String>,
    is_writable: bool,
}

/// Tells the mounts of a service.
pub(super) fn read(builder: &mut Builder<'_>, service: &Service<'_, '_>, unit: UnitId) {
    let tree = service.tree;
    for &volume in service.all("volumes").iter().flat_map(|&list| tree.children(list)) {
        let (whole, mounted) = match tree.scalar(volume) {
            Some(scalar) => (scalar.span.range(), short(&resolved(scalar))),
            None => {
                let source = tree.get(volume, "source").or_else(|| tree.get(volume, "target"));
                (source.map_or(0..0, |source| place(tree, source)), long(service, volume))
            }
        };
        tell(builder, unit, whole, behind(service, mounted));
    }
    for &device in service.all("devices").iter().flat_map(|&list| tree.children(list)) {
        if let Some(scalar) = tree.scalar(device) {
            tell(builder, unit, scalar.span.range(), Mounted { kind: "device", ..short(&resolved(scalar)) });
        }
    }
    for &list in &service.all("tmpfs") {
        let nodes = if tree.scalar(list).is_some() { std::slice::from_ref(&list) } else { tree.children(list) };
        for scalar in nodes.iter().filter_map(|&node| tree.scalar(node)) {
            let target = resolved(scalar).split(':').next().map(str::to_owned);
            tell(
                builder,
                unit,
                scalar.span.range(),
                Mounted { kind: "tmpfs", source: None, target, is_writable: true },
            );
        }
    }
}

fn tell(builder: &mut Builder<'_>, unit: UnitId, whole: Range<usize>, mounted: Mounted) {
    builder
        .fact(FactKind::Mount, unit, whole)
        .with(Attribute::Kind, mounted.kind)
        .with_some(Attribute::Source, mounted.source)
        .with_some(Attribute::Target, mounted.target)
        .with(Attribute::Writable, if mounted.is_writable { "true" } else { "false" })
        .add();
}

/// Tells of named volumes that several services may write to, at each of their mounts.
pub(super) fn shared<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, services: NodeId) {
    let mut mounts: BTreeMap<String, Vec<(UnitId, Range<usize>)>> = BTreeMap::new();
    for fact in builder.facts().iter().filter(|fact| fact.kind == FactKind::Mount) {
        let is_named = fact.get(Attribute::Kind) == Some("volume") && fact.get(Attribute::Writable) == Some("true");
        if let Some(source) = fact.get(Attribute::Source).filter(|_| is_named) {
            mounts.entry(source.to_owned()).or_default().push((fact.unit, fact.span.range()));
        }
    }
    let is_alone = tree.children(services).len() < 2;
    for (source, places) in mounts {
        let first = places[0].0;
        if is_alone || places.iter().all(|(unit, _)| *unit == first) {
            continue;
        }
        for (unit, place) in places {
            builder
                .fact(FactKind::Privilege, unit, place)
                .with(Attribute::Name, "shared-volume")
                .with(Attribute::Value, source.clone())
                .with(Attribute::Origin, "service")
                .add();
        }
    }
}

/// `[source:]target[:options]`.
fn short(text: &str) -> Mounted {
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for char in text.chars() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let last = parts.len() - 1;
        // A drive of Windows: `C:\data`.
        let is_drive = parts[last].len() == 1 && parts[last].starts_with(|c: char| c.is_ascii_alphabetic());
        if char == ':' && depth == 0 && !is_drive {
            parts.push(String::new());
        } else {
            parts[last].push(char);
        }
    }
    let is_writable = parts.get(2).is_none_or(|options| !options.split(',').any(|option| option == "ro"));
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next()) {
        (Some(source), Some(target)) => {
            let is_path = source.starts_with(['/', '.', '~', '$', '\\']) || source.contains(":\\");
            let kind = if is_path { "bind" } else { "volume" };
            Mounted { kind, source: Some(source), target: Some(target), is_writable }
        }
        (target, _) => Mounted { kind: "volume", source: None, target, is_writable },
    }
}

fn long(service: &Service<'_, '_>, volume: NodeId) -> Mounted {
    let text = |key: &str| service.tree.get(volume, key).and_then(|node| service.tree.scalar(node)).map(resolved);
    let source = text("source").or_else(|| text("src"));
    let kind = match text("type").as_deref() {
        Some("bind") => "bind",
        Some("tmpfs") => "tmpfs",
        // Docker's socket and the like are named pipes on Windows.
        Some("npipe") => "bind",
        _ if source.as_deref().is_some_and(|source| source.starts_with(['/', '.', '~'])) => "bind",
        _ => "volume",
    };
    let is_writable = text("read_only").is_none_or(|value| value != "true");
    Mounted { kind, source, target: text("target"), is_writable }
}

/// What stands behind a volume that the file declares as a part of the host: `driver_opts` with `o: bind` and a `device`.
fn behind(service: &Service<'_, '_>, mounted: Mounted) -> Mounted {
    let tree = service.tree;
    let device = || {
        let volume = service.declared.volumes.get(mounted.source.as_deref()?)?;
        let options = tree.get(*volume, "driver_opts")?;
        let is_bind = tree.scalar(tree.get(options, "o")?)?.text.split(',').any(|option| option == "bind");
        is_bind.then_some(resolved(tree.scalar(tree.get(options, "device")?)?))
    };
    match device() {
        Some(device) if mounted.kind == "volume" => Mounted { kind: "bind", source: Some(device), ..mounted },
        _ => mounted,
    }
}
