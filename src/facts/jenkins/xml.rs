//! Facts of Jenkins' own XML: each element and attribute as a setting of the product `jenkins-xml`, permissions as grants, scripts as
//! any script.

use std::ops::Range;

use super::{grant, groovy};
use crate::facts::{Builder, Facts, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, xml};

/// Reads the file.
pub(in crate::facts) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    let tree = xml::parse(text);
    let mut open: Vec<(NodeId, String)> = tree.documents.iter().rev().map(|&root| (root, String::new())).collect();
    while let Some((id, path)) = open.pop() {
        for &child in tree.children(id).iter().rev() {
            let path = match &tree.node(child).key {
                Some(key) if key.text == "#text" => path.clone(),
                Some(key) if path.is_empty() => key.text.to_string(),
                Some(key) => format!("{path}.{}", key.text),
                None => path.clone(),
            };
            open.push((child, path));
        }
        entry(builder, &tree, id, path);
        if tree.node(id).key.as_ref().is_some_and(|key| key.text == "role") {
            role(builder, &tree, id);
        }
    }
}

/// Adds the text of an element or attribute. An element that holds nothing has no value.
fn entry(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, id: NodeId, path: String) {
    let node = tree.node(id);
    if path.is_empty() || !tree.children(id).is_empty() {
        return;
    }
    let is_text = node.key.as_ref().is_some_and(|key| key.text == "#text");
    let element = node.parent.filter(|_| is_text).unwrap_or(id);
    let start = match &node.key {
        Some(key) if !is_text && tree.scalar(id).is_some() => key.span.start.min(node.span.start),
        _ => tree.node(element).span.start,
    };
    let place = start as usize..tree.node(element).span.end as usize;
    let scalar = tree.scalar(id);
    if let Some(scalar) = scalar.filter(|_| is_text) {
        inner(builder, &path, &scalar.text, scalar.span.range());
    }
    let value =
        scalar.map(|scalar| scalar.text.trim()).filter(|text| !(text.starts_with("{AQA") && text.ends_with('}')));
    let mut fact = builder
        .fact(FactKind::Setting, Facts::FILE, place)
        .with(Attribute::Product, "jenkins-xml")
        .with(Attribute::Key, path);
    if let Some(scalar) = scalar {
        fact = fact.value_at(scalar.span.range());
    }
    let origin = scalar.map(|_| if value.is_some() { "literal" } else { "reference" });
    fact.with_some(Attribute::Value, value.map(str::to_owned)).with_some(Attribute::Origin, origin).add();
}

/// Reads what the text of an element is: a permission, a script, commands.
fn inner(builder: &mut Builder<'_>, path: &str, text: &str, place: Range<usize>) {
    let name = path.rsplit('.').next().unwrap_or(path);
    match name {
        "permission" => {
            if let Some((permission, subject)) = grant::entry(text) {
                grant::add(builder, Facts::FILE, permission, subject, None, place);
            }
        }
        "script" | "scriptText" => {
            let script = unescaped(&builder.text()[place.clone()]);
            groovy::read_part(builder, Facts::FILE, &script, place.start);
        }
        "command" if path.contains("hudson.tasks.Shell") || path.contains("hudson.tasks.BatchFile") => {
            let script = unescaped(&builder.text()[place.clone()]);
            shell::read(builder, Facts::FILE, &script, place.start);
        }
        _ => {}
    }
}

/// A text with its entities resolved, as long as it is written: blanks fill the rest.
fn unescaped(written: &str) -> String {
    const ENTITIES: &[(&str, char)] = &[
        ("&quot;", '"'),
        ("&apos;", '\''),
        ("&#39;", '\''),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&#xd;", ' '),
        ("&#13;", ' '),
        ("&#34;", '"'),
        ("&#10;", '\n'),
        ("&#9;", ' '),
    ];
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (char, length) = known.map_or(('&', 1), |(entity, char)| (*char, entity.len()));
        text.extend(std::iter::repeat_n(' ', length - 1));
        text.push(char);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

/// A role of the role strategy: its permissions for those it is assigned to.
fn role(builder: &mut Builder<'_>, tree: &ConfigTree<'_>, id: NodeId) {
    let texts = |holder: &str, element: &str| -> Vec<(String, Range<usize>)> {
        let Some(holder) = tree.get(id, holder) else { return Vec::new() };
        let named = tree
            .children(holder)
            .iter()
            .filter(|&&child| tree.node(child).key.as_ref().is_some_and(|key| key.text == element));
        let scalars = named.filter_map(|&child| tree.scalar(child).or_else(|| tree.scalar(tree.get(child, "#text")?)));
        scalars.map(|scalar| (scalar.text.trim().to_owned(), scalar.span.range())).collect()
    };
    let name = tree.get(id, "@name").and_then(|name| tree.scalar(name)).map(|name| name.text.to_string());
    let subjects = texts("assignedSIDs", "sid");
    for (permission, place) in texts("permissions", "permission") {
        for (subject, _) in &subjects {
            grant::add(builder, Facts::FILE, &permission, subject, name.as_deref(), place.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    fn facts(text: &str) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::JenkinsXml, text, text);
        read(&mut builder);
        let facts = builder.finish().facts;
        let shown = facts.iter().map(|fact| {
            let place = &text[fact.span.range()];
            match fact.kind {
                FactKind::Grant => {
                    format!("{} may {}", fact.get(Attribute::Subject).unwrap(), fact.get(Attribute::Verb).unwrap())
                }
                FactKind::Setting => {
                    format!(
                        "{}={} {place}",
                        fact.get(Attribute::Key).unwrap(),
                        fact.get(Attribute::Value).unwrap_or("?")
                    )
                }
                _ => format!("{} {place}", fact.get(Attribute::Name).unwrap_or("-")),
            }
        });
        shown.collect()
    }

    #[test]
    fn elements_and_attributes_are_settings() {
        let text = "<hudson><useSecurity>false</useSecurity><a class=\"x$Y\"/><b/></hudson>";
        assert_eq!(
            facts(text),
            [
                "hudson.useSecurity=false <useSecurity>false</useSecurity>",
                "hudson.a.@class=x$Y class=\"x$Y\"",
                "hudson.b=? <b/>"
            ]
        );
    }

    #[test]
    fn permissions_and_scripts_are_read() {
        let text = "<a><permission>hudson.model.Hudson.Read:anonymous</permission></a>";
        assert_eq!(facts(text)[0], "anonymous may Overall/Read");
        let text = "<r><role name=\"admin\"><permissions><permission>hudson.model.Item.Build</permission></permissions>\
                    <assignedSIDs><sid>anonymous</sid></assignedSIDs></role></r>";
        assert!(facts(text).contains(&"anonymous may Job/Build".to_owned()));
        let text = "<d><script>sh &quot;a &amp;&amp; b&quot;\nload &apos;x&apos;</script></d>";
        assert!(facts(text).contains(&"load load &apos;x&apos;".to_owned()), "{:?}", facts(text));
        assert_eq!(unescaped("&quot;a&amp;&nope;"), "     \"a    &&nope;");
    }
}
