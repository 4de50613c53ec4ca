//! Facts of Dependabot's configuration.

use crate::facts::{Builder, Facts};
use crate::model::{Attribute, FactKind};
use crate::parse::NodeId;

const PRODUCT: &str = "dependabot";

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &root in &tree.documents {
        let updates = tree.get(root, "updates");
        builder.settings_without(Facts::FILE, PRODUCT, &tree, root, &updates.into_iter().collect::<Vec<_>>());
        for &update in updates.map(|updates| tree.children(updates)).unwrap_or_default() {
            let value = |key: &str| tree.get(update, key).and_then(|node| tree.scalar(node));
            let Some(ecosystem) = value("package-ecosystem") else { continue };
            let unit = builder.unit(Facts::FILE, format!("updates of `{}`", ecosystem.text));
            builder.settings(unit, PRODUCT, &tree, update);
            let cooldown = tree.get(update, "cooldown");
            let days = cooldown.and_then(|cooldown| tree.get(cooldown, "default-days"));
            if days.is_none() {
                let node: Option<NodeId> = cooldown.or_else(|| tree.get(update, "package-ecosystem"));
                let key = node.and_then(|node| tree.node(node).key.as_ref());
                let place = key.map_or(ecosystem.span.range(), |key| key.span.range());
                let fact = builder.fact(FactKind::Setting, unit, place).with(Attribute::Product, PRODUCT);
                fact.with(Attribute::Key, "cooldown").with(Attribute::Value, "missing").add();
            }
        }
    }
}
