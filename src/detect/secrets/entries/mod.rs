//! Entries of configuration files that hold a credential by what they mean, whatever it looks like: the third field of
//! `chap-secrets`, `auths.*.auth` of Docker's configuration, `<Pass>` of an FTP program.
//!
//! The file's name says which rules have business in it, so that few files are parsed.

mod decode;
mod path;
pub(super) mod wildcard;

use std::collections::{BTreeMap, HashMap};

use self::path::EntryPath;
use super::candidate::Candidate;
use super::index::Variant;
use super::name::NameReader;
use super::pattern::Pattern;
use super::{SecretsDetector, value};
use crate::model::{Doubt, FileKind, Format, SourceFile};
use crate::parse::{self, ConfigTree, Node, NodeId, Scalar, Style, helm};
use crate::rules::rule::{Condition, Decoding, EntryPlace};

/// The `entry` variants, by the names of the files that they look into.
#[derive(Debug, Default)]
pub(super) struct EntryIndex {
    entries: Vec<Entry>,
    /// Names without wildcard and folder, in lower case.
    by_name: HashMap<String, Vec<usize>>,
    /// Patterns `*.extension`, in lower case, without the dot.
    by_extension: HashMap<String, Vec<usize>>,
    /// Other patterns.
    others: Vec<(Vec<String>, usize)>,
}

#[derive(Debug)]
struct Entry {
    variant: Variant,
    path: EntryPath,
    format: Option<Format>,
    containing: Vec<String>,
    conditions: Vec<(Condition, Pattern)>,
    decoding: Option<Decoding>,
}

impl EntryIndex {
    /// Adds a variant.
    pub(super) fn add(&mut self, variant: Variant, place: &EntryPlace) {
        let index = self.entries.len();
        for pattern in &place.files {
            let pattern = pattern.to_ascii_lowercase();
            let is_plain = |text: &str| !text.contains(['*', '/', '|']);
            match pattern.strip_prefix("*.") {
                Some(extension) if is_plain(extension) && !extension.contains('.') => {
                    self.by_extension.entry(extension.to_owned()).or_default().push(index);
                }
                _ if is_plain(&pattern) => self.by_name.entry(pattern).or_default().push(index),
                _ => self.others.push((pattern.split('/').map(str::to_owned).collect(), index)),
            }
        }
        let conditions =
            place.conditions.iter().map(|condition| (condition.clone(), Pattern::whole(&condition.pattern)));
        self.entries.push(Entry {
            variant,
            path: EntryPath::new(&place.path),
            format: place.format,
            containing: place.containing.clone(),
            conditions: conditions.collect(),
            decoding: place.decoding,
        });
    }

    /// The variants that look into a file of this path, by the format that they read it in.
    fn for_file(&self, file: &SourceFile<'_>) -> BTreeMap<Format, Vec<&Entry>> {
        let path = without_sample(file.path).to_ascii_lowercase();
        let parts: Vec<&str> = path.rsplit('/').collect();
        let name = parts[0];
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let fits = |pattern: &[String]| {
            pattern.len() <= parts.len() && pattern.iter().rev().zip(&parts).all(|(a, b)| wildcard::fits(a, b))
        };
        let others = self.others.iter().filter(|(pattern, _)| fits(pattern)).map(|(_, index)| index);
        let found = [self.by_name.get(name), self.by_extension.get(extension)];
        let mut found: Vec<usize> = found.into_iter().flatten().flatten().chain(others).copied().collect();
        found.sort_unstable();
        found.dedup();
        let mut by_format: BTreeMap<Format, Vec<&Entry>> = BTreeMap::new();
        for entry in found.into_iter().map(|index| &self.entries[index]) {
            let format = entry.format.or(match file.kind {
                FileKind::Data(format) => Some(format),
                _ => None,
            });
            if let Some(format) = format.filter(|_| entry.is_worth_parsing(file.text)) {
                by_format.entry(format).or_default().push(entry);
            }
        }
        by_format
    }
}

impl Entry {
    fn is_worth_parsing(&self, text: &str) -> bool {
        let holds = |part: &String| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some();
        self.containing.is_empty() || self.containing.iter().any(holds)
    }

    /// Whether the node is where the secret stands.
    fn leads_to(&self, tree: &ConfigTree<'_>, id: NodeId, names: &NameReader) -> bool {
        self.path.leads_to(tree, id, names)
            && self.conditions.iter().all(|(condition, pattern)| {
                let text = neighbour(tree, id, &condition.path).and_then(|id| tree.scalar(id));
                text.is_some_and(|scalar| pattern.match_start(&scalar.text).is_some()) == condition.holds
            })
    }
}

/// Follows a way that begins at the node's parent.
fn neighbour(tree: &ConfigTree<'_>, id: NodeId, way: &[String]) -> Option<NodeId> {
    way.iter().try_fold(tree.node(id).parent?, |id, step| match (step.as_str(), step.parse()) {
        ("..", _) => tree.node(id).parent,
        (_, Ok(number)) if tree.get(id, step).is_none() => tree.children(id).get::<usize>(number).copied(),
        (key, _) => tree.get(id, key),
    })
}

impl SecretsDetector {
    /// Looks into the entries of a file whose name says that some hold credentials.
    pub(super) fn find_entries(&self, file: &SourceFile<'_>, candidates: &mut Vec<Candidate>) {
        for (format, entries) in self.index.entries.for_file(file) {
            let masked = (format == Format::Yaml && helm::is_template(file.text)).then(|| helm::mask(file.text));
            let tree = read(format, file.text, masked.as_deref());
            for (id, node) in tree.iter() {
                let Some(scalar) = tree.scalar(id).filter(|scalar| is_literal(file, node, scalar)) else { continue };
                let leading = entries.iter().filter(|entry| entry.leads_to(&tree, id, &self.names));
                candidates.extend(leading.filter_map(|entry| self.entry(file, entry, scalar)));
            }
        }
    }

    /// The candidate that an entry's value makes.
    fn entry(&self, file: &SourceFile<'_>, entry: &Entry, scalar: &Scalar<'_>) -> Option<Candidate> {
        let decoded = entry.decoding.map(|decoding| decode::decode(decoding, &scalar.text));
        let text = match &decoded {
            Some(decoded) => decoded.as_deref()?,
            None => scalar.text.as_ref(),
        };
        let found = entry.variant.pattern.match_start(text)?;
        let secret_text = &text[found.secret.clone()];
        if value::is_reference(secret_text) {
            return None;
        }
        let place = scalar.span.range();
        let is_verbatim = decoded.is_none() && file.text[place.clone()] == *text;
        let secret = if is_verbatim { place.start + found.secret.start..place.start + found.secret.end } else { place };
        let mut candidate = Candidate::new(entry.variant.rule, secret, entry.variant.rank);
        candidate.confidence = self.index.rules[entry.variant.rule].confidence;
        self.judge_check(&entry.variant, secret_text, &mut candidate);
        if self.reader.is_placeholder(secret_text)
            || value::is_masked(secret_text)
            || self.reader.holds_placeholder(secret_text)
        {
            candidate.doubts.push(Doubt::Placeholder);
        }
        Some(candidate)
    }
}

/// Reads a text; where that gives problems and its template's actions can be masked, the masked text.
fn read<'t>(format: Format, text: &'t str, masked: Option<&'t str>) -> ConfigTree<'t> {
    let tree = parse::parse(format, text);
    match masked {
        Some(masked) if !tree.problems.is_empty() => parse::parse(format, masked),
        _ => tree,
    }
}

/// Whether the value is written in the file itself, and not computed, encrypted or kept elsewhere.
fn is_literal(file: &SourceFile<'_>, node: &Node<'_>, scalar: &Scalar<'_>) -> bool {
    let raw = &file.text[scalar.span.range()];
    let has_plain_tag = matches!(node.tag.as_ref(), "" | "!" | "!!str" | "!!binary" | "tag:yaml.org,2002:str");
    // A template's action is masked in the tree, and stands only in the text.
    has_plain_tag && scalar.style != Style::Expression && !raw.trim().is_empty() && !value::is_reference(raw)
}

/// A path without the ending that makes a sample of it: `.env.example`, `wp-config.php.bak`.
fn without_sample(path: &str) -> &str {
    let endings =
        [".example", ".sample", ".template", ".tmpl", ".tpl", ".dist", ".default", ".bak", ".orig", ".old", "~"];
    endings.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path)
}
