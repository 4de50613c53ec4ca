//! Facts of scripts in Groovy: pipelines, declarative and scripted, steps of shared libraries, and scripts that run at Jenkins' start.
//!
//! One walk over the script: a call that runs its closure somewhere, such as `stage` or `withCredentials`, is a unit of what stands in
//! the closure.

use std::collections::HashMap;

use super::flow::Flow;
use super::{admin, agent, secret, step};
use crate::facts::{Builder, Facts, UnitId};
use crate::model::{Attribute, FactKind};
use crate::parse::groovy::{self, Kind, Name, NodeId, Script};

/// Calls whose closure says what is run, and is no step.
const STRUCTURE: &[&str] = &[
    "pipeline",
    "stages",
    "stage",
    "steps",
    "script",
    "agent",
    "environment",
    "options",
    "parameters",
    "triggers",
    "tools",
    "when",
    "post",
    "always",
    "success",
    "failure",
    "unstable",
    "changed",
    "cleanup",
    "aborted",
    "fixed",
    "regression",
    "matrix",
    "axes",
    "axis",
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "node",
    "parallel",
    "input",
    "each",
    "docker",
    "dockerfile",
    "kubernetes",
    "class",
];

/// Reads the file.
pub(in crate::facts) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    read_part(builder, Facts::FILE, text, 0);
}

/// Reads a script that stands at `start` of the text that is read.
pub(in crate::facts) fn read_part(builder: &mut Builder<'_>, unit: UnitId, text: &str, start: usize) {
    let script = groovy::parse(text);
    let flow = Flow::new(&script);
    builder.inside(start, |builder| {
        let mut reader = Reader { builder, script: &script, flow: &flow, units: HashMap::new() };
        for id in script.walk() {
            let parent = script.node(id).parent.and_then(|parent| reader.units.get(&parent).copied());
            let unit = reader.node(id, parent.unwrap_or(unit));
            reader.units.insert(id, unit);
        }
    });
}

/// Reads one script.
pub(super) struct Reader<'b, 's, 't, 'f> {
    pub(super) builder: &'b mut Builder<'f>,
    pub(super) script: &'s Script<'t>,
    pub(super) flow: &'s Flow<'s, 't>,
    /// The unit in which what stands in a node is.
    units: HashMap<NodeId, UnitId>,
}

impl<'t> Reader<'_, '_, 't, '_> {
    /// Tells what a node says, and gives the unit for what stands in it.
    fn node(&mut self, id: NodeId, unit: UnitId) -> UnitId {
        let script = self.script;
        let node = script.node(id);
        match node.kind {
            Kind::Call | Kind::New => {
                let unit = self.unit_of(id, unit);
                self.call(id, unit);
                return unit;
            }
            Kind::Annotation => step::annotation(self, id, unit),
            Kind::Assignment => self.assignment(id, unit),
            Kind::Text => step::text(self, id, unit),
            Kind::Name | Kind::Member => admin::name(self, id, unit),
            _ => {}
        }
        unit
    }

    /// The unit of a call: a new one where its closure runs somewhere of its own.
    fn unit_of(&mut self, id: NodeId, unit: UnitId) -> UnitId {
        let script = self.script;
        if script.closure(id).is_none() {
            return unit;
        }
        let node = script.node(id);
        let first = script.positional(id, 0).or_else(|| script.named(id, "name"));
        let named = first
            .and_then(|first| script.literal(first).or_else(|| Some(script.source(first).trim_matches('"').into())));
        let label = match (node.name.text.as_ref(), named) {
            ("stage", Some(name)) => format!("stage `{name}`"),
            ("node", Some(label)) => format!("node `{label}`"),
            ("agent", None) => "agent".to_owned(),
            ("withCredentials" | "podTemplate", _) => String::new(),
            (name, _) if matches!(last(name), "inside" | "withRun") => "container".to_owned(),
            _ => return unit,
        };
        let kind = match node.name.text.as_ref() {
            "stage" => Some("stage"),
            "agent" | "node" => Some("agent"),
            _ => None,
        };
        let name = label.split('`').nth(1).map(str::to_owned);
        let unit = self.builder.unit(unit, label);
        if let Some(kind) = kind {
            let service = self.builder.fact(FactKind::Service, unit, head(script, id));
            service.with(Attribute::Kind, kind).with_some(Attribute::Name, name).add();
        }
        unit
    }

    fn call(&mut self, id: NodeId, unit: UnitId) {
        let script = self.script;
        let name = script.node(id).name.text.clone();
        if name == "pipeline" && script.node(id).parent == Some(Script::ROOT) {
            let place = script.node(id).name.span.clone();
            self.builder.fact(FactKind::Service, unit, place).with(Attribute::Kind, "pipeline").add();
        }
        agent::call(self, id, unit);
        secret::bindings(self, id, unit);
        admin::call(self, id, unit);
        if last(&name) == "withEnv" {
            self.with_environment(id, unit);
        }
        if !STRUCTURE.contains(&name.as_ref()) {
            step::call(self, id, unit);
        }
    }

    /// `X = 'value'` in `environment`, and `env.X = 'value'`.
    fn assignment(&mut self, id: NodeId, unit: UnitId) {
        let script = self.script;
        let node = script.node(id);
        let name = match node.name.text.strip_prefix("env.") {
            Some(name) => name.to_owned(),
            None if is_in_environment(script, id) => node.name.text.to_string(),
            None => return admin::assignment(self, id, unit),
        };
        let Some(&value) = node.children.first() else { return };
        let place = node.span.clone();
        self.variable(unit, name, value, place, 0);
    }

    /// `withEnv(["X=value"])`.
    fn with_environment(&mut self, id: NodeId, unit: UnitId) {
        let script = self.script;
        let Some(list) = script.positional(id, 0).filter(|&list| script.node(list).kind == Kind::List) else { return };
        for &item in &script.node(list).children {
            let content = &script.text[script.node(item).content.clone()];
            if script.node(item).kind == Kind::Text
                && let Some((name, _)) = content.split_once('=')
            {
                let place = script.node(item).content.clone();
                self.variable(unit, name.to_owned(), item, place, name.len() + 1);
            }
        }
    }

    /// Adds a variable. Its value begins `skipped` bytes into the text of `value`.
    fn variable(&mut self, unit: UnitId, name: String, value: NodeId, place: std::ops::Range<usize>, skipped: usize) {
        let script = self.script;
        let node = script.node(value);
        let is_credential = node.kind == Kind::Call && node.name.text == "credentials";
        let text = script.literal(value).map(|text| text.get(skipped..).unwrap_or_default().to_owned());
        let origin = match (&text, is_credential) {
            (Some(_), _) => "literal",
            (None, true) => "secret",
            (None, false) => "reference",
        };
        let is_text = node.kind == Kind::Text;
        let value_place = if is_text { node.content.start + skipped..node.content.end } else { node.span.clone() };
        let fact = self.builder.fact(FactKind::Environment, unit, place).value_at(value_place);
        fact.with(Attribute::Name, name).with(Attribute::Origin, origin).with_some(Attribute::Value, text).add();
    }

    /// Adds a setting, as scripts make it. `value` is `None` for what only the run knows.
    pub(super) fn setting(
        &mut self,
        unit: UnitId,
        key: &Name<'_>,
        value: Option<String>,
        value_place: Option<std::ops::Range<usize>>,
        place: std::ops::Range<usize>,
    ) {
        let mut fact = self
            .builder
            .fact(FactKind::Setting, unit, place)
            .with(Attribute::Product, "jenkins-groovy")
            .with(Attribute::Key, key.text.to_string())
            .with(Attribute::Origin, if value.is_some() { "literal" } else { "reference" })
            .with_some(Attribute::Value, value);
        if let Some(place) = value_place {
            fact = fact.value_at(place);
        }
        fact.add();
    }
}

/// Whether an assignment stands right in an `environment` block.
pub(super) fn is_in_environment(script: &Script<'_>, id: NodeId) -> bool {
    let mut around = script.ancestors(id).skip(1).map(|id| script.node(id));
    let is_closure = around.next().is_some_and(|node| node.kind == Kind::Closure);
    is_closure && around.next().is_some_and(|node| node.kind == Kind::Call && node.name.text == "environment")
}

/// The last name of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The words of a call without its closure.
pub(super) fn head(script: &Script<'_>, id: NodeId) -> std::ops::Range<usize> {
    let node = script.node(id);
    let end = script.closure(id).map_or(node.span.end, |closure| script.node(closure).span.start);
    let text = script.text[node.span.start..end.max(node.span.start)].trim_end();
    node.span.start..node.span.start + text.len()
}

#[cfg(test)]
mod tests;
