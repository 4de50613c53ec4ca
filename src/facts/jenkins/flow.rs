//! Where the text of an expression comes from: parameters, the environment, what people type, credentials.
//!
//! Simple on purpose: a variable has all values that the script ever gives it, whatever the order, and what a function makes of its
//! arguments is not known.

use std::collections::{HashMap, HashSet};

use super::groovy::{is_in_environment, last};
use crate::parse::groovy::{Kind, NodeId, Script};

/// Most nodes that are looked at for one expression.
const MAX_STEPS: usize = 200;

/// Most values that are kept of one variable.
const MAX_VALUES: usize = 16;

/// Methods whose result holds nothing of the text that they are called on.
const HARMLESS: &[&str] = &[
    "toInteger",
    "toLong",
    "toBoolean",
    "toFloat",
    "toDouble",
    "isInteger",
    "isNumber",
    "size",
    "length",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "equals",
    "isEmpty",
    "hashCode",
    "indexOf",
    "md5",
    "sha256",
    "encodeBase64",
    "bytes",
    "getBytes",
    "count",
    "asBoolean",
    "parseInt",
    "valueOf",
    "digest",
];

/// Names of functions that make a text harmless.
const GUARDS: &[&str] = &["quote", "escape", "sanit", "slug", "clean", "encode", "validat", "normali", "safe"];

/// Methods that call their closure with what they are called on, or with parts of it.
const EACH: &[&str] =
    &["each", "collect", "eachWithIndex", "find", "findAll", "any", "every", "with", "collectEntries"];

/// What a script gives its variables.
#[derive(Debug)]
pub(super) struct Flow<'s, 't> {
    script: &'s Script<'t>,
    /// Variables of the script. One that is declared without a value has none.
    locals: HashMap<&'s str, Vec<NodeId>>,
    /// Variables of the environment that the pipeline sets.
    environment: HashMap<&'s str, Vec<NodeId>>,
    /// The build's parameters that the script declares, and whether any text can be given for them.
    parameters: HashMap<String, bool>,
    /// Variables that hold credentials.
    pub(super) secrets: HashSet<String>,
}

impl<'s, 't> Flow<'s, 't> {
    /// Reads what a script gives its variables.
    pub(super) fn new(script: &'s Script<'t>) -> Self {
        let secrets = super::secret::variables(script);
        let mut flow =
            Self { script, locals: HashMap::new(), environment: HashMap::new(), parameters: HashMap::new(), secrets };
        for id in script.walk() {
            flow.note(id);
        }
        flow
    }

    fn note(&mut self, id: NodeId) {
        let script = self.script;
        let node = script.node(id);
        match node.kind {
            Kind::Assignment => {
                let name = node.name.text.as_ref();
                let values = match name.strip_prefix("env.") {
                    Some(name) => self.environment.entry(name),
                    None if is_in_environment(script, id) => self.environment.entry(name),
                    None => self.locals.entry(name.strip_prefix("this.").unwrap_or(name)),
                };
                give(values.or_default(), node.children.first().copied());
            }
            Kind::Parameter => {
                let origin = self.origin_of_parameter(id);
                give(self.locals.entry(node.name.text.as_ref()).or_default(), origin);
            }
            Kind::Call => self.note_call(id),
            _ => {}
        }
    }

    fn note_call(&mut self, id: NodeId) {
        let script = self.script;
        let name = script.node(id).name.text.as_ref();
        match name {
            "string" | "text" | "choice" | "booleanParam" | "password" | "stringParam" | "textParam"
            | "choiceParam" => {
                if let Some(name) = script.named(id, "name").and_then(|name| script.literal(name)) {
                    let is_free =
                        !matches!(script.node(id).name.text.as_ref(), "choice" | "booleanParam" | "choiceParam");
                    self.parameters.insert(name.into_owned(), is_free);
                }
            }
            "withEnv" => {
                let Some(list) = script.positional(id, 0) else { return };
                for &item in &script.node(list).children {
                    let content = &script.text[script.node(item).content.clone()];
                    if let Some((name, _)) = content.split_once('=').filter(|_| script.node(item).kind == Kind::Text) {
                        give(self.environment.entry(name).or_default(), Some(item));
                    }
                }
            }
            "for" => self.note_loop(id),
            _ => {}
        }
    }

    /// `for (x in xs)` gives `x` what `xs` holds.
    fn note_loop(&mut self, id: NodeId) {
        let script = self.script;
        for &child in &script.node(id).children {
            let node = script.node(child);
            if let (Kind::Test, [variable, list]) = (node.kind, node.children.as_slice()) {
                give(self.locals.entry(script.node(*variable).name.text.as_ref()).or_default(), Some(*list));
            } else if let Some(variable) = &node.label {
                // `String x : xs`
                give(self.locals.entry(variable.text.as_ref()).or_default(), Some(child));
            }
        }
    }

    /// What a closure is called with: the list of `list.each { x -> }`.
    fn origin_of_parameter(&self, id: NodeId) -> Option<NodeId> {
        let closure = self.script.node(id).parent.filter(|&parent| self.script.node(parent).kind == Kind::Closure)?;
        self.origin_of_closure(closure)
    }

    fn origin_of_closure(&self, closure: NodeId) -> Option<NodeId> {
        let call = self.script.node(closure).parent?;
        let node = self.script.node(call);
        let is_each = node.kind == Kind::Call && EACH.contains(&last(&node.name.text));
        // `params.X.each { }` is called by its path, which the call itself stands for.
        is_each.then(|| node.receiver.unwrap_or(call))
    }

    /// The places that the text of an expression comes from: `params.X`, `env.X`, `input`, `credential:X` and others.
    pub(super) fn sources(&self, id: NodeId) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if !seen.insert(id) || seen.len() > MAX_STEPS {
                continue;
            }
            let node = self.script.node(id);
            match node.kind {
                Kind::Text | Kind::Operation | Kind::Ternary | Kind::List | Kind::Assignment => {
                    open.extend(node.children.iter().rev());
                }
                Kind::Member | Kind::Index => open.extend(node.receiver),
                Kind::Name => self.name(id, &node.name.text, &mut open, &mut found),
                Kind::Call => self.call(id, &mut open, &mut found),
                _ => {}
            }
        }
        found.dedup();
        found
    }

    fn name(&self, id: NodeId, path: &str, open: &mut Vec<NodeId>, found: &mut Vec<String>) {
        let path = path.strip_prefix("this.").unwrap_or(path);
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let member = rest.map(|rest| rest.split('.').next().unwrap_or(rest));
        match (first, member) {
            ("params", Some(name)) => self.parameter(name, found),
            ("env", Some(name)) => self.variable(name, open, found),
            ("pullRequest", Some("title" | "body" | "headRef")) => found.push(path.to_owned()),
            ("it", _) if !self.locals.contains_key("it") => {
                let closure = self.script.ancestors(id).find(|&id| self.script.node(id).kind == Kind::Closure);
                open.extend(closure.and_then(|closure| self.origin_of_closure(closure)));
            }
            _ => match self.locals.get(first) {
                Some(values) => {
                    let is_guarded = values.iter().any(|&value| self.is_guard(value));
                    // Of a map that the script writes out, the one value.
                    let part =
                        |value: NodeId| member.and_then(|member| self.script.named(value, member)).unwrap_or(value);
                    open.extend(values.iter().filter(|_| !is_guarded).map(|&value| part(value)));
                }
                // A bare name is looked up among the parameters and in the environment.
                None if member.is_none() => self.variable(first, open, found),
                None => {}
            },
        }
    }

    fn parameter(&self, name: &str, found: &mut Vec<String>) {
        if self.parameters.get(name).copied().unwrap_or(true) {
            found.push(format!("params.{name}"));
        }
    }

    fn variable(&self, name: &str, open: &mut Vec<NodeId>, found: &mut Vec<String>) {
        if self.secrets.contains(name) {
            found.push(format!("credential:{name}"));
        } else if let Some(values) = self.environment.get(name) {
            open.extend(values);
        } else if self.parameters.contains_key(name) {
            self.parameter(name, found);
        } else {
            found.push(format!("env.{name}"));
        }
    }

    fn call(&self, id: NodeId, open: &mut Vec<NodeId>, found: &mut Vec<String>) {
        let script = self.script;
        let node = script.node(id);
        let method = last(&node.name.text);
        if HARMLESS.contains(&method) || self.is_guard(id) {
            return;
        }
        if let Some(receiver) = node.receiver {
            open.push(receiver);
            return;
        }
        let Some((object, method)) = node.name.text.rsplit_once('.') else {
            found.extend(self.step(id));
            return;
        };
        let named = script.positional(id, 0).and_then(|name| script.literal(name));
        match (object, method, named) {
            ("params", "get" | "getOrDefault", Some(name)) => self.parameter(&name, found),
            ("env", "get" | "getProperty", Some(name)) => self.variable(&name, open, found),
            ("String", "format" | "join", _) => open.extend(script.arguments(id).map(|argument| argument.id)),
            _ => self.name(id, object, open, found),
        }
    }

    /// What a step gives that outsiders have a hand in.
    fn step(&self, id: NodeId) -> Option<String> {
        let script = self.script;
        match script.node(id).name.text.as_ref() {
            "input" => Some("input".to_owned()),
            "readFile" | "readJSON" | "readYaml" | "readProperties" => Some("file".to_owned()),
            "sh" | "bat" | "powershell" | "pwsh" => {
                let text = script.named(id, "script").or_else(|| script.positional(id, 0))?;
                let text = &script.text[script.node(text).content.clone()];
                let shows_message =
                    ["%s", "%B", "%b", "%an", "%ae", "%cn", "--oneline"].iter().any(|format| text.contains(format));
                let source = match text {
                    _ if shows_message && (text.contains("git log") || text.contains("git show")) => "commit.message",
                    _ if text.contains("--abbrev-ref")
                        || text.contains("--show-current")
                        || text.contains("name-rev") =>
                    {
                        "commit.branch"
                    }
                    _ => return None,
                };
                Some(source.to_owned())
            }
            _ => None,
        }
    }

    /// Whether a call makes a text harmless: a function with such a name, or taking away all but certain characters.
    fn is_guard(&self, id: NodeId) -> bool {
        let script = self.script;
        let node = script.node(id);
        if node.kind != Kind::Call {
            return false;
        }
        let name = node.name.text.to_ascii_lowercase();
        let takes_away = last(&name) == "replaceall"
            && script
                .positional(id, 0)
                .is_some_and(|first| script.source(first).contains("[^") || script.source(first).contains("\\W"));
        takes_away || GUARDS.iter().any(|guard| last(&name).contains(guard))
    }
}

/// Adds a value of a variable, unless it has many.
fn give(values: &mut Vec<NodeId>, value: Option<NodeId>) {
    if values.len() < MAX_VALUES {
        values.extend(value);
    }
}
