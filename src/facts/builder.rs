//! Collects facts, and knows what every reader needs: the texts, the units, and which values a template leaves open.

use std::borrow::Cow;
use std::ops::Range;

use crate::facts::exposure::{Exposure, Policy, Workload};
use crate::facts::shell::{BuiltImages, Downloads};
use crate::facts::{Fact, Facts, Unit, UnitId, argument};
use crate::model::{Attribute, FactKind, ManifestKind, Span};
use crate::parse::{ConfigTree, NodeId, Scalar, yaml};

/// Most facts that are kept of a file. A hostile file is cut there; real ones hold a few hundred.
const MAX_FACTS: usize = 200_000;

/// Collects the facts of one file.
#[derive(Debug)]
pub struct Builder<'t> {
    facts: Facts<'t>,
    /// The text as it stands in the file.
    raw: &'t str,
    /// The same with the actions of a template masked; equal to `raw` in other files.
    text: &'t str,
    /// Where the text that is read now begins in the file, for texts inside others.
    base: usize,
    /// The files that commands fetched so far.
    pub(super) downloads: Downloads,
    /// The images that commands built so far.
    pub(super) built_images: BuiltImages,
    /// Where actions of a template stand that print whole lines, in order.
    open_lines: Vec<usize>,
}

impl<'t> Builder<'t> {
    /// A builder for one file. `text` is as long as `raw`.
    pub fn new(kind: ManifestKind, raw: &'t str, text: &'t str) -> Self {
        let file = Unit { parent: None, label: String::new() };
        let open_lines = if raw == text { Vec::new() } else { printed_lines(raw) };
        let facts = Facts { units: vec![file], ..Facts::new(kind) };
        Self {
            facts,
            raw,
            text,
            base: 0,
            downloads: Downloads::default(),
            built_images: BuiltImages::default(),
            open_lines,
        }
    }

    /// The facts.
    pub fn finish(self) -> Facts<'t> {
        self.facts
    }

    /// What kind of file is read.
    pub fn kind(&self) -> ManifestKind {
        self.facts.kind
    }

    /// The text to parse, with the actions of a template masked.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The text at a place of what is read now.
    pub(super) fn text_at(&self, place: &Range<usize>) -> &'t str {
        self.text.get(place.start + self.base..place.end + self.base).unwrap_or_default()
    }

    /// Whether a place was masked in part: its value is known only when the template is rendered.
    pub fn is_open(&self, place: &Range<usize>) -> bool {
        let place = place.start + self.base..place.end + self.base;
        self.raw.get(place.clone()) != self.text.get(place)
    }

    /// The place in the file of a place in the text that is read now.
    pub fn place(&self, range: Range<usize>) -> Span {
        Span::new(range.start + self.base..range.end + self.base)
    }

    /// What stands at a place in the file, actions of a template with it.
    pub fn raw(&self, place: Range<usize>) -> &'t str {
        self.raw.get(place.start + self.base..place.end + self.base).unwrap_or_default()
    }

    /// Whether a template prints whole lines somewhere in a place: what stands nowhere in it may be among them.
    pub fn has_open_lines(&self, place: &Range<usize>) -> bool {
        let first = self.open_lines.partition_point(|&at| at < place.start + self.base);
        self.open_lines.get(first).is_some_and(|&at| at < place.end + self.base)
    }

    /// Reads a part of the file as a file of its own: places inside it, counted from its start, become places of the file.
    pub fn inside(&mut self, start: usize, read: impl FnOnce(&mut Self)) {
        let before = self.base;
        self.base += start;
        read(self);
        self.base = before;
    }

    /// A new unit inside `parent`.
    pub fn unit(&mut self, parent: UnitId, label: impl Into<String>) -> UnitId {
        let id = UnitId(self.facts.units.len() as u32);
        self.facts.units.push(Unit { parent: Some(parent), label: label.into() });
        id
    }

    /// Gives a unit another label.
    pub fn label(&mut self, unit: UnitId, label: impl Into<String>) {
        self.facts.units[unit.0 as usize].label = label.into();
    }

    /// Begins a fact; it is added when the returned value is told so with [`FactBuilder::add`].
    pub fn fact(&mut self, kind: FactKind, unit: UnitId, span: impl Into<Range<usize>>) -> FactBuilder<'_, 't> {
        FactBuilder {
            span: span.into(),
            value_span: None,
            values: Vec::new(),
            arrival: None,
            kind,
            unit,
            builder: self,
        }
    }

    /// The unit that holds another.
    pub fn parent(&self, unit: UnitId) -> Option<UnitId> {
        self.facts.unit(unit).parent
    }

    /// Notes a way to pods.
    pub fn add_exposure(&mut self, exposure: Exposure) {
        self.facts.exposures.push(exposure);
    }

    /// The ways to pods that were noted so far.
    pub fn exposures(&self) -> &[Exposure] {
        &self.facts.exposures
    }

    /// Notes a pod, or what makes pods.
    pub fn add_workload(&mut self, workload: Workload) {
        self.facts.workloads.push(workload);
    }

    /// The pods that were noted so far.
    pub fn workloads(&self) -> &[Workload] {
        &self.facts.workloads
    }

    /// Notes a policy for the network of pods.
    pub fn add_policy(&mut self, policy: Policy) {
        self.facts.policies.push(policy);
    }

    /// The policies that were noted so far.
    pub fn policies(&self) -> &[Policy] {
        &self.facts.policies
    }

    /// How many units there are.
    pub(super) fn units(&self) -> usize {
        self.facts.units.len()
    }

    /// Facts that were added so far.
    pub fn facts(&self) -> &[Fact<'t>] {
        &self.facts.facts
    }

    /// Tells what a process may do, where the value is not the text that stands at the place.
    pub(super) fn privilege(
        &mut self,
        unit: UnitId,
        place: Range<usize>,
        name: &'static str,
        value: &str,
        origin: &'static str,
    ) {
        self.fact(FactKind::Privilege, unit, place)
            .with(Attribute::Name, name)
            .with(Attribute::Origin, origin)
            .with(Attribute::Value, value.to_owned())
            .add();
    }

    /// The file as YAML, with what could not be read told.
    pub(super) fn yaml(&mut self) -> ConfigTree<'t> {
        let tree = yaml::parse(self.text);
        self.problems(&tree);
        tree
    }

    /// Tells what of a tree could not be read.
    pub fn problems(&mut self, tree: &ConfigTree<'t>) {
        for problem in &tree.problems {
            let (name, place) = (problem.message.clone(), problem.span.range());
            let place = if place.is_empty() { self.line_at(place.start) } else { place };
            self.fact(FactKind::Problem, Facts::FILE, place).with(Attribute::Name, name).add();
        }
    }

    /// The line at an offset of the text that is read, without the blanks around it.
    fn line_at(&self, at: usize) -> Range<usize> {
        let bytes = &self.text.as_bytes()[self.base..];
        let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
        let line = &bytes[start..end];
        let blank = line.len() - line.trim_ascii_start().len();
        start + blank..start + blank + line.trim_ascii().len()
    }

    /// Adds every scalar below a node as a setting of `product`, its keys joined by dots; the items of a list share their key.
    pub fn settings(&mut self, unit: UnitId, product: impl Into<Cow<'t, str>>, tree: &ConfigTree<'t>, root: NodeId) {
        self.settings_without(unit, product, tree, root, &[]);
    }

    /// The same without some of the nodes and what is below them.
    pub fn settings_without(
        &mut self,
        unit: UnitId,
        product: impl Into<Cow<'t, str>>,
        tree: &ConfigTree<'t>,
        root: NodeId,
        without: &[NodeId],
    ) {
        let product = product.into();
        let mut open = vec![(root, String::new())];
        while let Some((id, path)) = open.pop() {
            if without.contains(&id) {
                continue;
            }
            for &child in tree.children(id).iter().rev() {
                let node = tree.node(child);
                let path = match &node.key {
                    Some(key) if path.is_empty() => key.text.to_string(),
                    Some(key) => format!("{path}.{}", key.text),
                    None => path.clone(),
                };
                open.push((child, path));
            }
            if let Some(scalar) = tree.scalar(id)
                && id != root
            {
                let node = tree.node(id);
                let start = node.key.as_ref().map_or(node.span.start, |key| key.span.start);
                let span = start as usize..node.span.end as usize;
                self.fact(FactKind::Setting, unit, span)
                    .with(Attribute::Product, product.clone())
                    .with(Attribute::Key, path)
                    .scalar(Attribute::Value, scalar)
                    .add();
            }
        }
    }
}

/// Where the lines of a template stand that it fills with lines of its own: `{{ toYaml . | nindent 8 }}`, `{{ include "x" . }}`.
fn printed_lines(raw: &str) -> Vec<usize> {
    const SILENT: [&str; 9] = ["if", "else", "end", "range", "with", "define", "block", "/*", "$"];
    let mut at = 0;
    let mut found = Vec::new();
    for line in raw.split_inclusive('\n') {
        let action = line.trim().strip_prefix("{{").map(|action| action.trim_start_matches('-').trim_start());
        let is_printed = action.is_some_and(|action| !SILENT.iter().any(|word| action.starts_with(word)));
        if is_printed || line.contains("{{") && line.contains("indent ") {
            found.push(at);
        }
        at += line.len();
    }
    found
}

/// A fact that is being told.
#[derive(Debug)]
#[must_use = "a fact counts once it is added"]
pub struct FactBuilder<'b, 't> {
    builder: &'b mut Builder<'t>,
    kind: FactKind,
    unit: UnitId,
    span: Range<usize>,
    value_span: Option<Range<usize>>,
    values: Vec<(Attribute, Cow<'t, str>)>,
    arrival: Option<usize>,
}

impl<'t> FactBuilder<'_, 't> {
    /// Tells something.
    pub fn with(mut self, attribute: Attribute, value: impl Into<Cow<'t, str>>) -> Self {
        self.values.push((attribute, value.into()));
        self
    }

    /// Tells something if it is known.
    pub fn with_some(self, attribute: Attribute, value: Option<impl Into<Cow<'t, str>>>) -> Self {
        match value {
            Some(value) => self.with(attribute, value),
            None => self,
        }
    }

    /// Tells the value of a scalar, unless a template leaves it open, and notes its place as that of the value.
    pub fn scalar(mut self, attribute: Attribute, scalar: &Scalar<'t>) -> Self {
        let place = scalar.span.range();
        if !self.builder.is_open(&place) {
            self.values.push((attribute, scalar.text.clone()));
        }
        self.value_span = Some(place);
        self
    }

    /// Notes that another file says it, by the arrival's place in the list.
    pub(super) fn from(mut self, arrival: Option<usize>) -> Self {
        self.arrival = arrival;
        self
    }

    /// Notes the place of the value.
    pub fn value_at(mut self, place: Range<usize>) -> Self {
        self.value_span = Some(place);
        self
    }

    /// Adds the fact.
    pub fn add(self) {
        let Self { builder, kind, unit, span, value_span, values, arrival } = self;
        debug_assert!(
            values.iter().all(|(attribute, _)| kind.attributes().contains(attribute)),
            "{kind:?}: {values:?}"
        );
        if builder.facts.facts.len() < MAX_FACTS {
            let place = |range: Range<usize>| Span::new(range.start + builder.base..range.end + builder.base);
            let (here, value_here) = (place(span.clone()), value_span.clone().map(place));
            let fact = Fact { kind, unit, span: here, value_span: value_here, values, arrival };
            let options = java_options(&fact);
            builder.facts.facts.push(fact);
            if let Some(options) = options {
                argument::java_options(builder, unit, &options, &value_span.unwrap_or(span));
            }
        }
    }
}
/// The options that a variable hands to a Java machine, whatever kind of file sets it.
fn java_options(fact: &Fact<'_>) -> Option<String> {
    let is_options =
        fact.kind == FactKind::Environment && fact.get(Attribute::Name).is_some_and(argument::is_java_options);
    fact.get(Attribute::Value).filter(|_| is_options).map(str::to_owned)
}
