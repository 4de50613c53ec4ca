//! ConfigMaps: files of products, variables of containers, and settings of what reads them.

use super::object::{self, Object};
use crate::facts::{Builder, config};
use crate::model::{Attribute, FactKind};
use crate::parse::{Key, NodeId, Scalar, Style, yaml};

/// Longest YAML that is read for a product that nothing else is known of. Configuration is shorter; dashboards and data are longer.
const MAX_YAML: usize = 64 << 10;

/// Reads a ConfigMap.
pub(super) fn read(builder: &mut Builder<'_>, map: Object<'_, '_>) {
    let data = map.tree.get(map.node, "data");
    for &entry in data.iter().flat_map(|&data| map.tree.children(data)) {
        let (Some(key), Some(value)) = (&map.tree.node(entry).key, map.tree.scalar(entry)) else { continue };
        if value.style == Style::Block || value.text.contains('\n') {
            file(builder, map, &key.text, value);
        } else {
            setting(builder, map, key, value, entry);
        }
    }
}

/// An entry that is a file. Objects in it are read as those of the file itself.
fn file(builder: &mut Builder<'_>, map: Object<'_, '_>, name: &str, value: &Scalar<'_>) {
    let place = value.span.range();
    let Some(text) = builder.text().get(place.clone()) else { return };
    if value.style != Style::Block {
        return;
    }
    if text.contains("apiVersion:") && text.contains("kind:") {
        super::read_part(builder, map.unit, text, place.start, false);
        return;
    }
    if config::read_part(builder, map.unit, name, text, place.start) {
        return;
    }
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    if is_yaml && text.len() < MAX_YAML {
        let tree = yaml::parse(text);
        let product = map.name.to_owned();
        builder.inside(place.start, |builder| {
            tree.documents.iter().for_each(|&document| builder.settings(map.unit, product.clone(), &tree, document));
        });
    }
}

/// An entry of one line: a setting of what the map is called after, and a variable where its name looks like one.
fn setting(builder: &mut Builder<'_>, map: Object<'_, '_>, key: &Key<'_>, value: &Scalar<'_>, entry: NodeId) {
    let span = object::entry(map.tree, entry);
    let place = value.span.range();
    let known = (!builder.is_open(&place)).then(|| value.text.to_string());
    builder
        .fact(FactKind::Setting, map.unit, span.clone())
        .value_at(place.clone())
        .with(Attribute::Product, map.name.to_owned())
        .with(Attribute::Key, key.text.to_string())
        .with_some(Attribute::Value, known.clone())
        .add();
    let is_variable = key.text.len() > 1
        && key.text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if is_variable {
        builder
            .fact(FactKind::Environment, map.unit, span)
            .value_at(place)
            .with(Attribute::Name, key.text.to_string())
            .with(Attribute::Origin, "config")
            .with_some(Attribute::Value, known)
            .add();
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::told;
    use super::*;

    #[test]
    fn entries_are_settings_variables_and_files() {
        let text = "kind: ConfigMap\nmetadata: { name: cm }\ndata:\n  a.b: 'true'\n  AUTH: none\n  config.yaml: |\n    auth:\n      \
                    strategy: anonymous\n";
        let settings = told(text, FactKind::Setting, &[Attribute::Product, Attribute::Key, Attribute::Value]);
        for wanted in ["a.b: 'true' | cm a.b true", "strategy: anonymous | cm auth.strategy anonymous"] {
            assert!(settings.iter().any(|setting| setting == wanted), "{wanted}: {settings:?}");
        }
        let variables = told(text, FactKind::Environment, &[Attribute::Name, Attribute::Value, Attribute::Origin]);
        assert_eq!(variables, ["AUTH: none | AUTH none config"]);
    }

    #[test]
    fn objects_in_an_entry_are_read_in_their_place() {
        let text = "kind: ConfigMap\nmetadata: { name: kubelet-config }\ndata:\n  kubelet: |\n    apiVersion: a\n    \
                    kind: KubeletConfiguration\n    readOnlyPort: 10255\n";
        let told = told(text, FactKind::Argument, &[Attribute::Flag, Attribute::Value]);
        assert_eq!(told, ["readOnlyPort: 10255 | --read-only-port 10255"]);
    }
}
