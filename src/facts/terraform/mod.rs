//! Facts of Terraform: security groups, containers, Helm releases, and settings of resources and providers.

mod containers;
mod firewalls;

use std::ops::Range;

use crate::facts::{Builder, Facts, UnitId, helm};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, Style, hcl, yaml};

/// A resource: its type and its body.
#[derive(Clone, Copy)]
struct Resource<'a, 't> {
    kind: &'a str,
    unit: UnitId,
    tree: &'a ConfigTree<'t>,
    body: NodeId,
}

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let tree = hcl::parse(builder.text());
    builder.problems(&tree);
    let top = tree.documents.iter().flat_map(|&document| tree.children(document));
    for &block in top {
        let Some(key) = &tree.node(block).key else { continue };
        match key.text.as_ref() {
            "resource" => {
                for (kind, name, body) in labelled(&tree, block) {
                    let unit = builder.unit(Facts::FILE, format!("resource `{kind}.{name}`"));
                    read_resource(builder, Resource { kind, unit, tree: &tree, body });
                }
            }
            "provider" | "variable" | "module" | "locals" | "terraform" => {
                let unit = builder.unit(Facts::FILE, format!("`{}`", key.text));
                settings(builder, unit, &tree, block, &key.text);
            }
            _ => {}
        }
    }
}

/// The bodies of a block with two labels.
fn labelled<'a>(tree: &'a ConfigTree<'_>, block: NodeId) -> Vec<(&'a str, &'a str, NodeId)> {
    let mut found = Vec::new();
    for &kind in tree.children(block) {
        let Some(kind_key) = &tree.node(kind).key else { continue };
        for &name in tree.children(kind) {
            if let Some(name_key) = &tree.node(name).key {
                found.push((kind_key.text.as_ref(), name_key.text.as_ref(), name));
            }
        }
    }
    found
}

fn read_resource<'t>(builder: &mut Builder<'t>, resource: Resource<'_, 't>) {
    let Resource { kind, unit, tree, body } = resource;
    settings(builder, unit, tree, body, kind);
    firewalls::read(builder, resource);
    if kind == "helm_release" {
        release(builder, resource);
    } else {
        containers::read(builder, resource);
    }
}

/// Adds the literals of a body as settings of the product `terraform`. Keys begin with the type of the resource.
fn settings<'t>(builder: &mut Builder<'t>, unit: UnitId, tree: &ConfigTree<'t>, body: NodeId, start: &str) {
    let mut open = vec![(body, start.to_owned())];
    while let Some((id, path)) = open.pop() {
        for &child in tree.children(id).iter().rev() {
            let path = tree.node(child).key.as_ref().map_or_else(|| path.clone(), |key| format!("{path}.{}", key.text));
            open.push((child, path));
        }
        let Some(scalar) = tree.scalar(id) else { continue };
        let fact = builder
            .fact(FactKind::Setting, unit, whole(tree, id))
            .value_at(scalar.span.range())
            .with(Attribute::Product, "terraform")
            .with(Attribute::Key, path);
        fact.with_some(Attribute::Value, literal(scalar).map(str::to_owned)).add();
    }
}

/// The text of a literal; none of an expression, and of a text that holds one.
fn literal<'a>(scalar: &'a Scalar<'_>) -> Option<&'a str> {
    let is_literal = scalar.style != Style::Expression && !scalar.text.contains("${") && !scalar.text.contains("%{");
    is_literal.then_some(scalar.text.as_ref())
}

/// The literal under a key.
fn text<'a>(tree: &'a ConfigTree<'_>, id: NodeId, key: &str) -> Option<&'a str> {
    literal(tree.scalar(tree.get(id, key)?)?)
}

/// The literals under a key, one or a list, with their places.
fn texts<'a>(tree: &'a ConfigTree<'_>, id: NodeId, key: &str) -> Vec<(&'a str, Range<usize>)> {
    let Some(node) = tree.get(id, key) else { return Vec::new() };
    let nodes = if tree.scalar(node).is_some() { vec![node] } else { tree.children(node).to_vec() };
    let scalars = nodes.into_iter().filter_map(|node| Some((tree.scalar(node)?, tree.node(node).span.range())));
    scalars.filter_map(|(scalar, place)| Some((literal(scalar)?, place))).collect()
}

/// The blocks under a key, and the items of lists under it, which an argument gives as well.
fn blocks(tree: &ConfigTree<'_>, id: NodeId, key: &str) -> Vec<NodeId> {
    let is_named = |child: &&NodeId| tree.node(**child).key.as_ref().is_some_and(|found| found.text == key);
    let mut found = Vec::new();
    for &child in tree.children(id).iter().filter(is_named) {
        match &tree.node(child).value {
            crate::parse::Value::Sequence(items) => found.extend(items),
            _ => found.push(child),
        }
    }
    found
}

/// The key and value of a node.
fn whole(tree: &ConfigTree<'_>, id: NodeId) -> Range<usize> {
    let node = tree.node(id);
    let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start.min(node.span.start));
    start as usize..node.span.end as usize
}

/// Reads the values that a release of a Helm chart sets.
fn release<'t>(builder: &mut Builder<'t>, resource: Resource<'_, 't>) {
    let Resource { unit, tree, body, .. } = resource;
    for set in ["set", "set_sensitive", "set_string"].into_iter().flat_map(|key| blocks(tree, body, key)) {
        let (Some(name), Some(value)) = (text(tree, set, "name"), tree.get(set, "value")) else { continue };
        let name = name.replace("\\.", ".");
        if let Some(scalar) = tree.scalar(value).filter(|scalar| literal(scalar).is_some()) {
            helm::named_setting(builder, unit, tree.node(set).span.range(), &name, scalar);
        }
    }
    for values in tree.get(body, "values").into_iter().flat_map(|values| tree.children(values)) {
        match tree.scalar(*values) {
            Some(scalar) if scalar.style == Style::Block => {
                let place = scalar.span.range();
                let whole = builder.text();
                builder.inside(place.start, |builder| {
                    let inner = yaml::parse(&whole[place]);
                    for &document in &inner.documents {
                        helm::read_values(builder, unit, &inner, document);
                    }
                });
            }
            Some(_) => {}
            None => helm::read_values(builder, unit, tree, *values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    fn told(text: &str, kind: FactKind) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::Terraform, text, text);
        read(&mut builder);
        let facts = builder.finish();
        let of_kind = facts.facts.iter().filter(|fact| fact.kind == kind);
        let line = |fact: &crate::facts::Fact<'_>| {
            let values: Vec<_> = fact.values.iter().map(|(_, value)| value.as_ref()).collect();
            format!("{} at {}", values.join("|"), &text[fact.span.range()])
        };
        of_kind.map(line).collect()
    }

    #[test]
    fn rules_of_security_groups_are_traffic() {
        let text = "resource \"aws_security_group\" \"a\" {\n  ingress = [{ from_port = 22, to_port = 22, protocol = \"tcp\", cidr_blocks = [\"0.0.0.0/0\", var.x] }]\n  egress {\n    from_port = 0\n    to_port = 0\n    protocol = \"-1\"\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n}\n";
        assert_eq!(
            told(text, FactKind::Traffic),
            ["in|*|security-group|22 at \"0.0.0.0/0\"", "out|10.0.0.0/8|security-group|* at \"10.0.0.0/8\""]
        );
    }

    #[test]
    fn containers_are_read_in_every_form() {
        let ecs = "resource \"aws_ecs_task_definition\" \"a\" {\n  container_definitions = <<EOF\n[{\"name\": \"web\", \"image\": \"redis:7\", \"command\": [\"--protected-mode\", \"no\"], \"privileged\": true,\n  \"environment\": [{\"name\": \"A\", \"value\": \"b\"}]}]\nEOF\n}\n";
        assert_eq!(told(ecs, FactKind::Image).len(), 1);
        assert_eq!(told(ecs, FactKind::Environment), ["A|literal|b at {\"name\": \"A\", \"value\": \"b\"}"]);
        assert_eq!(told(ecs, FactKind::Privilege), ["privileged|container|true at privileged\": true"]);
        let docker = "resource \"docker_container\" \"a\" {\n  name = \"db\"\n  image = \"mysql:8\"\n  env = [\"A=b\"]\n  ports {\n    internal = 3306\n    external = 3306\n  }\n}\n";
        assert_eq!(told(docker, FactKind::Environment), ["A|literal|b at A=b"]);
        assert!(told(docker, FactKind::Port)[0].starts_with("3306|published|true|3306"));
        let encoded = "resource \"aws_ecs_task_definition\" \"a\" {\n  container_definitions = jsonencode([{ name = \"web\", image = \"redis:7\", entryPoint = [\"a\"] }])\n}\n";
        assert_eq!(told(encoded, FactKind::Image).len(), 1);
    }

    #[test]
    fn releases_of_charts_are_values() {
        let text = "resource \"helm_release\" \"a\" {\n  set {\n    name  = \"auth.enabled\"\n    value = false\n  }\n  values = [<<EOF\nx:\n  y: z\nEOF\n  ]\n}\n";
        let told = told(text, FactKind::Setting);
        assert!(told.iter().any(|told| told.starts_with("helm|auth.enabled|enabled|false at ")), "{told:?}");
        assert!(told.contains(&"helm|x.y|y|z at y: z".to_owned()), "{told:?}");
    }
}
