//! Configuration in XML.

use super::Part;
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, xml};

/// Reads properties as Hadoop writes them: `<property><name>key</name><value>value</value></property>`.
pub(super) fn read_properties<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let tree = xml::parse(part.text);
    let properties: Vec<NodeId> = tree.iter().map(|(id, _)| id).filter(|&id| tree.get(id, "name").is_some()).collect();
    for property in properties {
        let Some(name) = text_of(&tree, property, "name") else { continue };
        let value = text_of(&tree, property, "value");
        let whole = tree.node(property).span.range();
        let name_node = tree.get(property, "name").map_or(whole.start, |id| tree.node(id).span.start as usize);
        let end = tree.get(property, "value").map_or(whole.end, |id| tree.node(id).span.end as usize);
        let mut fact = builder
            .fact(FactKind::Setting, part.unit, name_node.min(end)..end)
            .with(Attribute::Product, part.product)
            .with(Attribute::Key, name.0.trim().to_owned())
            .with(Attribute::Value, value.as_ref().map_or(String::new(), |value| value.0.trim().to_owned()));
        if let Some((_, place)) = value {
            fact = fact.value_at(place);
        }
        fact.add();
    }
}

/// The text of a child element and its place.
fn text_of(tree: &ConfigTree<'_>, id: NodeId, name: &str) -> Option<(String, std::ops::Range<usize>)> {
    let child = tree.get(id, name)?;
    let scalar = tree.scalar(child).or_else(|| tree.scalar(tree.get(child, "#text")?))?;
    Some((scalar.text.to_string(), scalar.span.range()))
}

/// Reads elements and attributes. Keys are the names of the elements from below the root, with that of the attribute, joined by dots.
/// An element that holds something is a unit.
pub(super) fn read_elements<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let tree = xml::parse(part.text);
    let roots = tree.documents.iter().flat_map(|&document| tree.children(document));
    let mut open: Vec<(NodeId, UnitId, String)> = roots.map(|&root| (root, part.unit, String::new())).collect();
    while let Some((id, unit, path)) = open.pop() {
        for &child in tree.children(id).iter().rev() {
            let node = tree.node(child);
            let Some(key) = &node.key else { continue };
            if key.text == "#text" {
                add(builder, unit, part, &tree, child, path.clone());
                continue;
            }
            let name = key.text.strip_prefix('@').unwrap_or(&key.text);
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            if is_group(&tree, child) {
                let inner = builder.unit(unit, "");
                open.push((child, inner, path));
            } else {
                add(builder, unit, part, &tree, child, path);
            }
        }
    }
}

/// Whether an element holds more than a text.
fn is_group(tree: &ConfigTree<'_>, id: NodeId) -> bool {
    tree.children(id).iter().any(|&child| tree.node(child).key.as_ref().is_some_and(|key| key.text != "#text"))
}

/// Adds an attribute, or an element that holds a text or nothing.
fn add<'t>(builder: &mut Builder<'t>, unit: UnitId, part: Part<'t>, tree: &ConfigTree<'t>, id: NodeId, path: String) {
    let node = tree.node(id);
    let scalar = tree.scalar(id).or_else(|| tree.scalar(tree.get(id, "#text")?));
    let value = scalar.map_or(String::new(), |scalar| scalar.text.trim().to_owned());
    let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start.min(node.span.start));
    let mut fact = builder
        .fact(FactKind::Setting, unit, start as usize..node.span.end as usize)
        .with(Attribute::Product, part.product)
        .with(Attribute::Key, path)
        .with(Attribute::Value, value);
    if let Some(scalar) = scalar {
        fact = fact.value_at(scalar.span.range());
    }
    fact.add();
}
