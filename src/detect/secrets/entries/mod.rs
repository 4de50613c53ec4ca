//! Entries of configuration files that hold a credential by what they mean, whatever it looks like: the third field of
//! `chap-secrets`, `auths.*.auth` of Docker's configuration, `<Pass>` of an FTP program.
//!
//! The file's name says which rules have business in it, so that few files are parsed.

mod decode;
mod files;
mod path;
pub(super) mod wildcard;

use std::collections::{BTreeMap, HashMap};

use self::files::FilePatterns;
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
    files: FilePatterns,
}

#[derive(Debug)]
struct Entry {
    variant: Variant,
    path: EntryPath,
    format: Option<Format>,
    containing: Vec<String>,
    conditions: Vec<(Condition, Wanted)>,
    decoding: Option<Decoding>,
}

/// The step of a condition's way to the entry before.
const PREVIOUS: &str = "<previous>";

/// What the value of another entry must be.
#[derive(Debug)]
enum Wanted {
    Text(Pattern),
    /// The name of a credential.
    Credential,
}

impl Wanted {
    fn new(pattern: &str) -> Self {
        if pattern == "<credential>" { Self::Credential } else { Self::Text(Pattern::whole(pattern)) }
    }

    fn fits(&self, text: &str, names: &NameReader) -> bool {
        match self {
            Self::Text(pattern) => pattern.match_start(text).is_some(),
            Self::Credential => path::names_credential(names, text),
        }
    }
}

impl EntryIndex {
    /// Adds a variant.
    pub(super) fn add(&mut self, variant: Variant, place: &EntryPlace) {
        let index = self.entries.len();
        place.files.iter().for_each(|pattern| self.files.add(pattern, index));
        let conditions = place.conditions.iter().map(|condition| (condition.clone(), Wanted::new(&condition.pattern)));
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
    fn for_file<'e>(&'e self, file: &SourceFile<'e>) -> BTreeMap<Format, Vec<&'e Entry>> {
        let mut by_format: BTreeMap<Format, Vec<&Entry>> = BTreeMap::new();
        let mut held = Held { text: file.text, known: HashMap::new() };
        for entry in self.files.find(file.path).into_iter().map(|index| &self.entries[index]) {
            let format = entry.format.or(match file.kind {
                FileKind::Data(format) => Some(format),
                _ => None,
            });
            if let Some(format) = format.filter(|_| held.holds_any(&entry.containing)) {
                by_format.entry(format).or_default().push(entry);
            }
        }
        by_format
    }
}

/// Which texts a file holds. Many entries ask for the same ones.
struct Held<'t> {
    text: &'t str,
    known: HashMap<&'t str, bool>,
}

impl<'t> Held<'t> {
    /// Whether the file holds one of the texts, where any are asked for.
    fn holds_any(&mut self, parts: &'t [String]) -> bool {
        let holds = |part: &'t String| {
            let is_there = || memchr::memmem::find(self.text.as_bytes(), part.as_bytes()).is_some();
            *self.known.entry(part).or_insert_with(is_there)
        };
        parts.is_empty() || parts.iter().any(holds)
    }
}

impl Entry {
    /// Whether the node is where the secret stands.
    fn leads_to(&self, tree: &ConfigTree<'_>, id: NodeId, names: &NameReader) -> bool {
        self.path.leads_to(tree, id, names)
            && self.conditions.iter().all(|(condition, wanted)| {
                let text = neighbour(tree, id, &condition.path).and_then(|id| tree.scalar(id));
                text.is_some_and(|scalar| wanted.fits(&scalar.text, names)) == condition.holds
            })
    }
}

/// Follows a way that begins at the node's parent, or at the node itself when it leads to the one before.
fn neighbour(tree: &ConfigTree<'_>, id: NodeId, way: &[String]) -> Option<NodeId> {
    let start = if way.first().is_some_and(|step| step == PREVIOUS) { id } else { tree.node(id).parent? };
    way.iter().try_fold(start, |id, step| match (step.as_str(), step.parse()) {
        (".", _) => Some(id),
        ("..", _) => tree.node(id).parent,
        (PREVIOUS, _) => {
            // Children stand in the order of the file, and so of their ids.
            let siblings = tree.children(tree.node(id).parent?);
            Some(siblings[siblings.binary_search(&id).ok()?.checked_sub(1)?])
        }
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
        let secret = if is_verbatim {
            place.start + found.secret.start..place.start + found.secret.end
        } else {
            Some(&file.text[place.clone()])
                .filter(|_| decoded.is_none())
                .and_then(|raw| as_written(raw, secret_text))
                .map_or(place.clone(), |at| place.start + at..place.start + at + secret_text.len())
        };
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

/// Where a text stands in a longer one that is written otherwise than it reads: in a block of lines, with escapes.
/// `None` when it stands nowhere, or more than once.
fn as_written(raw: &str, text: &str) -> Option<usize> {
    let mut places = memchr::memmem::find_iter(raw.as_bytes(), text.as_bytes());
    places.next().filter(|_| places.next().is_none())
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
