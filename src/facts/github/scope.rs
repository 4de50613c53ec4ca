//! What a name means at a place of a workflow: which value a variable, a matrix, an input and a step's output stand for there.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::expression::{self, Expression};
use super::origin::{self, Origin};
use crate::parse::{ConfigTree, NodeId};

/// How many variables that stand for variables are followed.
const MAX_HOPS: usize = 4;
/// How many names are looked up for one text; a hostile file makes variables of variables of variables.
const MAX_LOOKUPS: u32 = 50;
/// How many entries of a mapping are looked at for a name.
const MAX_ENTRIES: usize = 1000;

/// Where a text comes from: who decides, and the context that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Who decides.
    pub origin: Origin,
    /// The context, followed to where the text comes from.
    pub path: String,
}

/// Variables by their names in lower case.
pub(super) type Names = HashMap<String, NodeId>;

/// The variables of a mapping.
pub(super) fn names(tree: &ConfigTree<'_>, mapping: NodeId) -> Rc<Names> {
    let entries = tree.children(mapping).iter();
    let named = entries.filter_map(|&entry| Some((tree.node(entry).key.as_ref()?.text.to_ascii_lowercase(), entry)));
    Rc::new(named.collect())
}

/// The names that mean something at a place, from the inside out.
#[derive(Clone, Debug)]
pub(super) struct Scope<'a, 't> {
    /// The file.
    pub tree: &'a ConfigTree<'t>,
    /// The variables that count here, the innermost first.
    pub environments: Vec<Rc<Names>>,
    /// The job's matrix.
    pub matrix: Option<NodeId>,
    /// Where inputs are declared: mappings of their names.
    pub inputs: Vec<NodeId>,
    /// What the steps before put out, by their ids in lower case.
    pub steps: HashMap<String, Source>,
    /// What the jobs before put out, by `job.output` in lower case.
    pub jobs: HashMap<String, Source>,
    /// How many names were looked up for the text that is followed now.
    pub lookups: Cell<u32>,
}

impl<'a, 't> Scope<'a, 't> {
    /// A scope in which no name means anything.
    pub(super) fn new(tree: &'a ConfigTree<'t>) -> Self {
        Self {
            tree,
            environments: Vec::new(),
            matrix: None,
            inputs: Vec::new(),
            steps: HashMap::new(),
            jobs: HashMap::new(),
            lookups: Cell::new(0),
        }
    }

    /// Where a context comes from.
    pub(super) fn resolve(&self, path: &str) -> Source {
        self.lookups.set(0);
        self.follow(path, MAX_HOPS)
    }

    /// The worst source of a text, with all its expressions; none where it has no expression.
    pub(super) fn source_of(&self, text: &str) -> Option<Source> {
        self.lookups.set(0);
        self.source(text, MAX_HOPS)
    }

    /// The value of a variable, where the file gives one.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        let node = self.environments.iter().find_map(|names| names.get(&name))?;
        self.tree.scalar(*node).map(|scalar| scalar.text.as_ref())
    }

    fn is_called(&self, node: NodeId, name: &str) -> bool {
        self.tree.node(node).key.as_ref().is_some_and(|key| key.text.eq_ignore_ascii_case(name))
    }

    fn follow(&self, path: &str, hops: usize) -> Source {
        let plain = || Source { origin: origin::of(path), path: path.to_owned() };
        let Some(hops) = hops.checked_sub(1).filter(|_| self.lookups.get() < MAX_LOOKUPS) else { return plain() };
        self.lookups.set(self.lookups.get() + 1);
        let parts: Vec<&str> = path.split('.').collect();
        match parts.as_slice() {
            ["env", name] => match self.variable(name) {
                Some(text) => self.source(text, hops).unwrap_or_else(|| fixed(path)),
                None => plain(),
            },
            ["matrix", name, ..] => self.of_matrix(path, name, hops),
            ["steps", id, "outputs", output] if !is_count(output) => self.steps.get(*id).cloned().unwrap_or_else(plain),
            ["steps", _, "outputs", _] => fixed(path),
            ["needs", job, "outputs", output] => {
                self.jobs.get(&format!("{job}.{output}")).cloned().unwrap_or_else(plain)
            }
            ["inputs", name] | ["github", "event", "inputs", name] if self.is_closed_input(name) => fixed(path),
            ["inputs", name] if self.is_only_called(name) => Source { origin: Origin::Caller, path: path.to_owned() },
            _ => plain(),
        }
    }

    fn source(&self, text: &str, hops: usize) -> Option<Source> {
        let read = |place| expression::parse(expression::inner(&text[place]));
        let values = expression::fenced(text).into_iter().filter_map(read).flat_map(|found: Expression| found.values());
        values.map(|value| self.follow(&value, hops)).max_by_key(|source| source.origin)
    }

    /// Where the values of a dimension of the matrix come from.
    fn of_matrix(&self, path: &str, name: &str, hops: usize) -> Source {
        let open = || Source { origin: Origin::Unknown, path: path.to_owned() };
        let Some(matrix) = self.matrix else { return open() };
        if let Some(scalar) = self.tree.scalar(matrix) {
            return self.source(&scalar.text, hops).unwrap_or_else(open);
        }
        let found = self.matrix_values(name).into_iter().filter_map(|text| self.source(text, hops));
        found.max_by_key(|source| source.origin).unwrap_or_else(|| fixed(path))
    }

    /// The values of a dimension of the matrix, as written, also those that `include` adds.
    fn matrix_values(&self, name: &str) -> Vec<&str> {
        let Some(matrix) = self.matrix else { return Vec::new() };
        let included = self.tree.get(matrix, "include").map(|include| self.tree.children(include)).unwrap_or_default();
        let holders = std::iter::once(matrix).chain(included.iter().copied());
        let entries = holders.flat_map(|holder| self.tree.children(holder)).take(MAX_ENTRIES);
        let mut open: Vec<NodeId> = entries.copied().collect();
        open.retain(|&child| self.is_called(child, name));
        // `include: ${{ ... }}` can add any dimension.
        open.extend(self.tree.get(matrix, "include"));
        let mut values = Vec::new();
        while let Some(node) = open.pop().filter(|_| values.len() < MAX_ENTRIES) {
            let is_include = self.is_called(node, "include");
            open.extend(self.tree.children(node).iter().filter(|_| !is_include));
            values.extend(self.tree.scalar(node).map(|scalar| scalar.text.as_ref()));
        }
        values
    }

    /// The scalars of a dimension of the matrix that are written out, without those that `exclude` takes away by that dimension alone.
    pub(super) fn matrix_scalars(&self, name: &str) -> Vec<NodeId> {
        let Some(matrix) = self.matrix else { return Vec::new() };
        let items = |key: &str| self.tree.get(matrix, key).map(|list| self.tree.children(list)).unwrap_or_default();
        let value = |entry: NodeId| self.tree.get(entry, name).and_then(|node| self.tree.scalar(node));
        let few = |list: &'_ [NodeId]| list.iter().copied().take(MAX_ENTRIES).collect::<Vec<_>>();
        let is_alone = |entry: NodeId| self.tree.children(entry).len() == 1;
        let excluded = few(items("exclude")).into_iter().filter(|&entry| is_alone(entry)).filter_map(value);
        let excluded: HashSet<&str> = excluded.map(|scalar| scalar.text.as_ref()).collect();
        let dimension = self.tree.get(matrix, name).map(|list| self.tree.children(list)).unwrap_or_default();
        let added = few(items("include")).into_iter().filter_map(|entry| self.tree.get(entry, name));
        let all = few(dimension).into_iter().chain(added);
        all.filter(|&node| self.tree.scalar(node).is_some_and(|scalar| !excluded.contains(scalar.text.as_ref())))
            .collect()
    }

    /// Whether only other workflows give an input its value.
    fn is_only_called(&self, name: &str) -> bool {
        let declares = |inputs: NodeId| {
            self.tree.children(inputs).iter().take(MAX_ENTRIES).any(|&input| self.is_called(input, name))
        };
        let mut declared = self.inputs.iter().filter(|&&inputs| declares(inputs)).peekable();
        let event =
            |inputs: NodeId| self.tree.node(inputs).parent.is_some_and(|event| self.is_called(event, "workflow_call"));
        declared.peek().is_some() && declared.all(|&inputs| event(inputs))
    }

    /// Whether an input takes no free text: a truth value, a number, one of several words.
    fn is_closed_input(&self, name: &str) -> bool {
        let declared = self
            .inputs
            .iter()
            .flat_map(|&inputs| self.tree.children(inputs).iter().take(MAX_ENTRIES))
            .filter(|&&input| self.is_called(input, name));
        let mut kinds = declared.map(|&input| {
            let kind = self.tree.get(input, "type").and_then(|node| self.tree.scalar(node));
            kind.is_some_and(|kind| matches!(kind.text.as_ref(), "boolean" | "number" | "choice" | "environment"))
        });
        let first = kinds.next();
        first.is_some_and(|is_closed| is_closed && kinds.all(|is_closed| is_closed))
    }
}

fn fixed(path: &str) -> Source {
    Source { origin: Origin::Fixed, path: path.to_owned() }
}

/// Whether an output tells how many or whether any, and no text.
fn is_count(output: &str) -> bool {
    output.starts_with("any_")
        || output.starts_with("only_")
        || output.ends_with("_count")
        || output.ends_with("-count")
}
