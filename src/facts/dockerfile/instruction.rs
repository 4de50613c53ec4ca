//! Instructions that say more than their words: files copied, variables, ports and volumes.

use std::ops::Range;

use super::{Reader, stage};
use crate::facts::variables::Expanded;
use crate::facts::{UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::dockerfile::{self, Instruction};

impl Reader<'_, '_> {
    pub(super) fn copy(&mut self, instruction: &Instruction<'_>, index: usize) {
        let unit = self.stages[index].unit;
        let mut words = instruction.items();
        words.retain(|word| !word.text.starts_with("<<"));
        let target = if words.len() > 1 || !instruction.heredocs.is_empty() { words.pop() } else { None };
        let expand = |word: &dockerfile::Word| self.expand(index, &word.text).text;
        let sources: Vec<String> = words.iter().map(expand).collect();
        let target = target.map(|word| self.expand(index, &word.text).text);
        let place = if let [source] = &words[..] { Some(source.place.clone()) } else { None };
        self.instruction_fact_at(unit, instruction, &sources, target, place);
        if let Some((name, place)) = instruction.option("from").next() {
            self.copied_image(name, place, index);
        }
    }

    /// The image that files are taken from, unless it is a stage.
    fn copied_image(&mut self, name: &str, place: Range<usize>, index: usize) {
        let expanded = stage::base(self.expand(index, name));
        let is_stage = self.by_name.contains_key(&expanded.text.to_ascii_lowercase())
            || expanded.text.bytes().all(|byte| byte.is_ascii_digit())
            || expanded.text.eq_ignore_ascii_case("scratch");
        if !is_stage {
            image::add(self.builder, self.stages[index].unit, &expanded.text, place, "copy");
        }
    }

    /// Images that are mounted while a command runs: `RUN --mount=type=bind,from=image`.
    pub(super) fn mounts_of_run(&mut self, run: &Instruction<'_>, index: usize) {
        for (value, place) in run.option("mount") {
            let mut at = place.start;
            for field in value.split(',') {
                if let Some(name) = field.strip_prefix("from=") {
                    self.copied_image(name, at + "from=".len()..at + field.len(), index);
                }
                at += field.len() + 1;
            }
        }
    }

    pub(super) fn variables(&mut self, instruction: &Instruction<'_>, index: usize, origin: &'static str) {
        let unit = self.stages[index].unit;
        self.instruction_fact(unit, instruction, &[], None);
        let is_argument = instruction.name == "ARG";
        let pairs = if is_argument { instruction.arguments() } else { instruction.pairs() };
        for pair in pairs {
            let value = pair.value.as_ref().map(|value| self.expand(index, &value.text));
            let name = pair.name.text.clone();
            if instruction.name != "LABEL" {
                let known = match &value {
                    Some(value) => value.clone().closed(),
                    None if is_argument => self.global(&name),
                    None => None,
                };
                self.stages[index].variables.insert(name, known);
            }
            self.environment(unit, &pair, value, origin);
        }
    }

    pub(super) fn environment(
        &mut self,
        unit: UnitId,
        pair: &dockerfile::Pair,
        value: Option<Expanded>,
        origin: &'static str,
    ) {
        let end = pair.value.as_ref().map_or(pair.name.place.end, |value| value.place.end.max(pair.name.place.end));
        let value = value.and_then(Expanded::closed);
        let mut fact = self
            .builder
            .fact(FactKind::Environment, unit, pair.name.place.start..end)
            .with(Attribute::Name, pair.name.text.clone())
            .with(Attribute::Origin, origin)
            .with_some(Attribute::Value, value);
        if let Some(written) = &pair.value {
            fact = fact.value_at(written.place.clone());
        }
        fact.add();
    }

    pub(super) fn expose(&mut self, instruction: &Instruction<'_>, index: usize) {
        let unit = self.stages[index].unit;
        self.instruction_fact(unit, instruction, &[], None);
        for word in instruction.words() {
            let Some(text) = self.expand(index, &word.text).closed() else { continue };
            let (ports, protocol) = text.split_once('/').unwrap_or((&text, "tcp"));
            // `8080:80` is no more than `80` here.
            let ports = ports.rsplit(':').next().unwrap_or(ports);
            let numbers = stage::ports(ports);
            if numbers.is_empty() {
                continue;
            }
            let mut fact = self.builder.fact(FactKind::Port, unit, word.place.clone()).value_at(word.place.clone());
            for number in numbers {
                fact = fact.with(Attribute::Container, number.to_string());
            }
            fact.with(Attribute::Protocol, protocol.to_ascii_lowercase())
                .with(Attribute::Exposure, "expose")
                .with(Attribute::Outside, "false")
                .add();
        }
    }

    pub(super) fn volume(&mut self, instruction: &Instruction<'_>, index: usize) {
        let unit = self.stages[index].unit;
        let text = instruction.body.text.trim().to_owned();
        for word in instruction.items() {
            let target = self.expand(index, &word.text).text;
            self.builder
                .fact(FactKind::Instruction, unit, instruction.place.clone())
                .with(Attribute::Name, "VOLUME")
                .with(Attribute::Text, text.clone())
                .with(Attribute::Target, target.clone())
                .value_at(word.place.clone())
                .add();
            self.builder
                .fact(FactKind::Mount, unit, word.place.clone())
                .with(Attribute::Target, target)
                .with(Attribute::Kind, "volume")
                .with(Attribute::Writable, "true")
                .value_at(word.place)
                .add();
        }
    }
}
