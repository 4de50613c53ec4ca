//! Facts of products' own configuration files: settings, with dotted keys.
//!
//! `products` lists the files, the other modules read those that are no plain tree of keys and values.

mod assignments;
mod known;
mod products;
mod sections;
mod settings;
mod xml;

use std::ops::Range;

use crate::facts::jenkins::jcasc;
use crate::facts::{Builder, Facts, UnitId};
use crate::model::{Attribute, FactKind, Format};
use crate::parse::{self, columns, dotenv};
use products::Known;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// A tree of keys and values.
    Plain(Format),
    /// A tree of keys and values, in YAML or as `name = value`.
    Guess,
    /// Sections, each a unit, of `name value` or `name = value`.
    Sections,
    /// Directives, with each block a unit.
    Blocks,
    /// PostgreSQL's table of who may connect.
    Hba,
    /// Properties in XML, as Hadoop has them.
    Hadoop,
    /// Elements and attributes of XML.
    Xml,
    /// Assignments of a program.
    Assignments,
    /// Variables of the environment.
    Environment,
}

/// A configuration that is being read: what it is, where its facts go, and its text.
#[derive(Clone, Copy)]
struct Part<'t> {
    product: &'static str,
    unit: UnitId,
    text: &'t str,
}

/// Whether a file is the configuration of a product that is known. Paths are in lower case.
pub(super) fn is_known(folder: &str, name: &str, text: &str) -> bool {
    known::find(folder, name, text).is_some()
}

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>, path: &str) {
    let path = path.to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let text = builder.text();
    if let Some(known) = known::find(folder, name, text) {
        let part = Part { product: known.product, unit: Facts::FILE, text };
        read_known(builder, known.reader, part);
    }
}

/// Reads a configuration that stands inside another file, such as an entry of a ConfigMap: `text` is its part of the text that is read
/// and begins at `start`; its lines may be indented. Tells whether a file of this name is known; else it adds nothing.
pub(super) fn read_part<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    file_name: &str,
    text: &'t str,
    start: usize,
) -> bool {
    let Some(known) = known_part(file_name, text) else {
        // Jenkins takes its configuration from files of any name.
        let is_jenkins = text.lines().any(|line| line.trim() == "jenkins:");
        if is_jenkins {
            jcasc::read_part(builder, unit, text, start);
        }
        return is_jenkins;
    };
    let unit = builder.unit(unit, format!("`{file_name}`"));
    let part = Part { product: known.product, unit, text };
    builder.inside(start, |builder| read_known(builder, known.reader, part));
    true
}

/// The kind of configuration that a file of this name inside another file is.
pub(super) fn known_part(file_name: &str, text: &str) -> Option<&'static Known> {
    known::find("", &file_name.to_ascii_lowercase(), text)
}

/// Adds what a tree says as settings of a product.
pub(super) fn read_tree<'t>(
    builder: &mut Builder<'t>,
    unit: UnitId,
    product: &'static str,
    tree: &parse::ConfigTree<'t>,
    root: parse::NodeId,
) {
    settings::add(builder, unit, product, tree, root);
}

fn read_known<'t>(builder: &mut Builder<'t>, reader: Reader, part: Part<'t>) {
    match reader {
        Reader::Plain(format) => plain(builder, format, part),
        Reader::Guess => plain(builder, if looks_like_yaml(part.text) { Format::Yaml } else { Format::Ini }, part),
        Reader::Sections => sections::read_sections(builder, part),
        Reader::Blocks => sections::read_blocks(builder, part),
        Reader::Hba => hba(builder, part),
        Reader::Hadoop => xml::read_properties(builder, part),
        Reader::Xml => xml::read_elements(builder, part),
        Reader::Assignments => assignments::read(builder, part),
        Reader::Environment => environment(builder, part),
    }
}

fn plain<'t>(builder: &mut Builder<'t>, format: Format, part: Part<'t>) {
    let tree = parse::parse(format, part.text);
    if part.unit == Facts::FILE && matches!(format, Format::Yaml | Format::Json) {
        builder.problems(&tree);
    }
    for &document in &tree.documents {
        settings::add(builder, part.unit, part.product, &tree, document);
    }
}

/// Whether the first line that says something does so with a colon.
fn looks_like_yaml(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.find(':').is_some_and(|colon| line.find('=').is_none_or(|equals| colon < equals)))
}

/// Reads each line of `pg_hba.conf` as a unit of its own.
fn hba<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let tree = columns::parse(part.text);
    for &line in tree.documents.iter().flat_map(|&document| tree.children(document)) {
        let fields: Vec<_> = tree.children(line).iter().filter_map(|&field| tree.scalar(field)).collect();
        let Some(kind) = fields.first().filter(|kind| kind.text == "local" || kind.text.starts_with("host")) else {
            continue;
        };
        // An address may be followed by a mask.
        let has_mask = fields.get(4).is_some_and(|field| field.text.contains('.') && !field.text.contains('='));
        let keys: &[&'static str] = match (&*kind.text, has_mask) {
            ("local", _) => &["type", "database", "user", "method"],
            (_, true) => &["type", "database", "user", "address", "mask", "method"],
            _ => &["type", "database", "user", "address", "method"],
        };
        let unit = builder.unit(part.unit, "");
        let whole: Range<usize> = tree.node(line).span.range();
        for (&key, field) in keys.iter().zip(&fields) {
            let span = if key == "method" { whole.start..field.span.end as usize } else { field.span.range() };
            builder
                .fact(FactKind::Setting, unit, span)
                .with(Attribute::Product, part.product)
                .with(Attribute::Key, key)
                .scalar(Attribute::Value, field)
                .add();
        }
    }
}

/// Reads variables of the environment.
fn environment<'t>(builder: &mut Builder<'t>, part: Part<'t>) {
    let tree = dotenv::parse(part.text);
    for &variable in tree.documents.iter().flat_map(|&document| tree.children(document)) {
        let node = tree.node(variable);
        let (Some(key), Some(scalar)) = (&node.key, tree.scalar(variable)) else { continue };
        let value = settings::known(Format::Dotenv, &scalar.text);
        builder
            .fact(FactKind::Environment, part.unit, key.span.start as usize..node.span.end as usize)
            .value_at(scalar.span.range())
            .with(Attribute::Name, key.text.clone())
            .with(Attribute::Origin, if value.is_some() { "literal" } else { "reference" })
            .with_some(Attribute::Value, value)
            .add();
    }
}

#[cfg(test)]
mod tests;
