//! Settings out of trees of keys and values.

use std::borrow::Cow;

use crate::facts::text::with_defaults;
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind, Format};
use crate::parse::{ConfigTree, NodeId, Style};

/// Adds every scalar below a node as a setting, its keys joined by dots; the items of a list share their key.
///
/// A mapping or list that is empty is a setting without a value.
pub(super) fn add<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    product: &'static str,
    tree: &ConfigTree<'t>,
    root: NodeId,
) {
    let mut open = vec![(root, String::new())];
    while let Some((id, path)) = open.pop() {
        for &child in tree.children(id).iter().rev() {
            let path = match &tree.node(child).key {
                Some(key) if path.is_empty() => key.text.trim().to_owned(),
                Some(key) => format!("{path}.{}", key.text.trim()),
                None => path.clone(),
            };
            open.push((child, path));
        }
        if id != root && tree.children(id).is_empty() {
            add_node(builder, unit, product, tree, id, path);
        }
    }
}

/// Adds the value of one node under a key.
pub(super) fn add_node<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    product: &'static str,
    tree: &ConfigTree<'t>,
    id: NodeId,
    key: String,
) {
    let node = tree.node(id);
    let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start.min(node.span.start));
    let end = node.key.as_ref().map_or(node.span.end, |key| key.span.end.max(node.span.end));
    let scalar = tree.scalar(id);
    let is_open =
        scalar.is_some_and(|scalar| scalar.style == Style::Expression || builder.is_open(&scalar.span.range()));
    let format = if product == "spring" { Format::Properties } else { Format::Yaml };
    let value = scalar.filter(|_| !is_open).and_then(|scalar| known(format, &scalar.text));
    let mut fact = builder
        .fact(FactKind::Setting, unit, start as usize..end as usize)
        .with(Attribute::Product, product)
        .with(Attribute::Key, key)
        .with_some(Attribute::Value, value);
    if let Some(scalar) = scalar {
        fact = fact.value_at(scalar.span.range());
    }
    fact.add();
}

/// A value with the defaults of its variables in their place; none where a variable has none.
pub(super) fn known<'t>(format: Format, text: &Cow<'t, str>) -> Option<Cow<'t, str>> {
    if !text.contains('$') {
        return Some(text.clone());
    }
    if format == Format::Properties
        && let Some(variable) = text.strip_prefix("${").and_then(|text| text.strip_suffix('}'))
    {
        // Spring separates the default by a colon alone.
        let (_, default) = variable.split_once(':')?;
        return Some(Cow::Owned(default.strip_prefix('-').unwrap_or(default).to_owned()));
    }
    with_defaults(text).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_values() {
        let value = |format, text: &str| known(format, &Cow::Borrowed(text)).map(Cow::into_owned);
        assert_eq!(value(Format::Yaml, "${A:-x}").as_deref(), Some("x"));
        assert_eq!(value(Format::Yaml, "${A}"), None);
        assert_eq!(value(Format::Properties, "${ADMIN_PASSWORD:admin}").as_deref(), Some("admin"));
        assert_eq!(value(Format::Properties, "${ADMIN_PASSWORD}"), None);
        assert_eq!(value(Format::Properties, "plain").as_deref(), Some("plain"));
    }
}
