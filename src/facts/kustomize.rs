//! Facts of kustomize: what a kustomization changes in the objects that it takes from elsewhere.

use crate::facts::{Builder, Facts, UnitId, image, kubernetes};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, yaml};

/// Keys under which patches stand, as texts or as mappings that hold one.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = builder.yaml();
    for &document in &tree.documents {
        builder.settings(Facts::FILE, "kustomize", &tree, document);
        items(&tree, document, "images").for_each(|node| read_image(builder, &tree, node));
        for (key, origin) in [("configMapGenerator", "config"), ("secretGenerator", "secret")] {
            items(&tree, document, key).for_each(|node| read_generator(builder, &tree, node, origin));
        }
        for key in PATCHES {
            items(&tree, document, key).for_each(|node| read_patch(builder, &tree, node));
        }
        items(&tree, document, "helmCharts").for_each(|node| read_chart(builder, &tree, node));
    }
}

fn items<'a>(tree: &'a ConfigTree<'_>, id: NodeId, key: &str) -> impl Iterator<Item = NodeId> + 'a {
    tree.get(id, key).map_or(&[][..], |list| tree.children(list)).iter().copied()
}

fn scalar<'a, 't>(tree: &'a ConfigTree<'t>, id: NodeId, key: &str) -> Option<&'a Scalar<'t>> {
    tree.scalar(tree.get(id, key)?)
}

/// An image that takes the place of another, or its tag.
fn read_image(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, node: NodeId) {
    let [name, new_name, tag, digest] = ["name", "newName", "newTag", "digest"].map(|key| scalar(tree, node, key));
    let Some(repository) = new_name.or(name) else { return };
    let Some(decisive) = digest.or(tag).or(new_name) else { return };
    let mut text = repository.text.to_string();
    if let Some(tag) = tag {
        text.extend([":", &tag.text]);
    }
    if let Some(digest) = digest {
        text.extend(["@", &digest.text]);
    }
    let unit = builder.unit(Facts::FILE, format!("image `{}`", repository.text));
    image::add(builder, unit, &text, decisive.span.range(), "run");
}

/// Literals from which a ConfigMap or Secret is made: most become variables of containers.
fn read_generator(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, node: NodeId, origin: &'static str) {
    let name = scalar(tree, node, "name").map_or("", |name| &name.text).to_owned();
    let unit = builder.unit(Facts::FILE, format!("generator `{name}`"));
    let literals = items(tree, node, "literals").filter_map(|literal| tree.scalar(literal));
    for literal in literals {
        let Some((key, value)) = literal.text.split_once('=') else { continue };
        let whole = literal.span.range();
        let place = whole.end.saturating_sub(value.len()).max(whole.start)..whole.end;
        let value = value.trim_matches(['"', '\'']).to_owned();
        let (kind, named) = match key.contains('.') {
            true => (FactKind::Setting, Attribute::Key),
            false => (FactKind::Environment, Attribute::Name),
        };
        let fact = builder.fact(kind, unit, whole).value_at(place).with(named, key.to_owned());
        let fact = fact.with(Attribute::Value, value);
        match kind {
            FactKind::Setting => fact.with(Attribute::Product, name.clone()).add(),
            _ => fact.with(Attribute::Origin, origin).add(),
        }
    }
}

/// A patch that is written in the kustomization itself.
fn read_patch(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, node: NodeId) {
    let Some(patch) = tree.scalar(node).or_else(|| scalar(tree, node, "patch")) else { return };
    let place = patch.span.range();
    // A text with escapes, or a path, is no patch that stands in this file.
    let Some(text) = builder.text().get(place.clone()).filter(|text| text.contains('\n')) else { return };
    if text.trim_start().starts_with('-') && text.contains("op:") {
        let unit = builder.unit(Facts::FILE, "patch");
        read_operations(builder, unit, text, place.start);
    } else {
        kubernetes::read_part(builder, Facts::FILE, text, place.start, true);
    }
}

/// The operations of a JSON patch: each sets what its path leads to.
fn read_operations(builder: &mut Builder<'_>, unit: UnitId, text: &str, start: usize) {
    let patch = yaml::parse(text);
    builder.inside(start, |builder| {
        for &operation in patch.documents.iter().flat_map(|&document| patch.children(document)) {
            let (Some(path), Some(value)) = (scalar(&patch, operation, "path"), patch.get(operation, "value")) else {
                continue;
            };
            if scalar(&patch, operation, "op").is_some_and(|name| name.text == "remove") {
                continue;
            }
            let steps =
                path.text.split('/').filter(|step| !step.is_empty() && *step != "-" && step.parse::<u32>().is_err());
            let key = steps.collect::<Vec<_>>().join(".").replace("~1", "/").replace("~0", "~");
            for scalar in patch.scalar(value).into_iter().chain(items_of(&patch, value)) {
                builder
                    .fact(FactKind::Setting, unit, scalar.span.range())
                    .value_at(scalar.span.range())
                    .with(Attribute::Product, "kubernetes")
                    .with(Attribute::Key, key.clone())
                    .with(Attribute::Value, scalar.text.to_string())
                    .add();
            }
        }
    });
}

/// The scalars among the items of a list.
fn items_of<'a, 't>(tree: &'a ConfigTree<'t>, id: NodeId) -> impl Iterator<Item = &'a Scalar<'t>> {
    tree.children(id).iter().filter(|&&item| tree.node(item).key.is_none()).filter_map(|&item| tree.scalar(item))
}

/// A chart, with the values that stand beside it.
fn read_chart<'t>(builder: &mut Builder<'t>, tree: &ConfigTree<'t>, node: NodeId) {
    let Some(name) = scalar(tree, node, "name") else { return };
    let unit = builder.unit(Facts::FILE, format!("chart `{}`", name.text));
    builder
        .fact(FactKind::Uses, unit, tree.node(node).span.range())
        .value_at(name.span.range())
        .with(Attribute::Kind, "chart")
        .with(Attribute::Name, name.text.to_string())
        .with_some(Attribute::Version, scalar(tree, node, "version").map(|version| version.text.to_string()))
        .add();
    if let Some(values) = tree.get(node, "valuesInline") {
        builder.settings(unit, "helm", tree, values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    fn told(text: &str, kind: FactKind, attributes: &[Attribute]) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::Kustomize, text, text);
        read(&mut builder);
        let facts = builder.finish();
        let of_kind = facts.facts.iter().filter(|fact| fact.kind == kind);
        let told = of_kind.map(|fact| {
            let values = attributes.iter().map(|&attribute| fact.get(attribute).unwrap_or("-"));
            format!("{} | {}", &text[fact.span.range()], values.collect::<Vec<_>>().join(" "))
        });
        told.collect()
    }

    #[test]
    fn images_and_literals_are_told() {
        let text = "images:\n  - name: a\n    newName: ghcr.io/o/b\n    newTag: latest\nconfigMapGenerator:\n  - name: c\n    literals:\n      \
                    - AUTH=\"off\"\n      - a.b=1\n";
        let images = told(text, FactKind::Image, &[Attribute::Registry, Attribute::Repository, Attribute::Tag]);
        assert_eq!(images, ["latest | ghcr.io o/b latest"]);
        let variables = told(text, FactKind::Environment, &[Attribute::Name, Attribute::Value]);
        assert_eq!(variables, ["AUTH=\"off\" | AUTH off"]);
    }

    #[test]
    fn patches_are_read_as_what_they_change() {
        let text = "patches:\n  - patch: |-\n      apiVersion: v1\n      kind: Service\n      metadata: { name: a }\n      spec:\n        \
                    type: NodePort\n        ports: [{ port: 80 }]\n  - target: { kind: Deployment }\n    patch: |-\n      - op: replace\n        \
                    path: /spec/template/spec/hostNetwork\n        value: true\n";
        let ports = told(text, FactKind::Port, &[Attribute::Exposure, Attribute::Outside]);
        assert_eq!(ports, ["type: NodePort | node-port true"]);
        let settings = told(text, FactKind::Setting, &[Attribute::Key, Attribute::Value]);
        assert!(settings.contains(&"true | spec.template.spec.hostNetwork true".to_owned()), "{settings:?}");
    }

    #[test]
    fn values_of_charts_are_settings_of_helm() {
        let text = "helmCharts:\n  - name: grafana\n    version: 8.0.0\n    valuesInline:\n      service: { type: NodePort }\n";
        let settings = told(text, FactKind::Setting, &[Attribute::Product, Attribute::Key, Attribute::Value]);
        assert!(settings.contains(&"type: NodePort | helm service.type NodePort".to_owned()), "{settings:?}");
    }
}
