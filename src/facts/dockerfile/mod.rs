//! Facts of Dockerfiles: each stage is a unit, inside that of the stage it is built upon.

mod instruction;
mod process;
mod script;
mod stage;

use std::collections::HashMap;
use std::ops::Range;

use self::stage::Stage;
use crate::facts::variables::{Expanded, Variables, expand};
use crate::facts::{Builder, Facts, UnitId, image};
use crate::model::{Attribute, FactKind};
use crate::parse::dockerfile::{self, Dockerfile, Instruction};

/// Most stages that are followed from one to the one it is built upon.
const MAX_CHAIN: usize = 32;

/// Variables that the builder sets.
const BUILDER_VARIABLES: [&str; 2] = ["TARGET", "BUILD"];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    let file = dockerfile::parse(text);
    // A file without a stage is a part of one, or something else.
    let has_stage = file.instructions.iter().any(|instruction| instruction.name == "FROM");
    for problem in file.problems.iter().filter(|_| has_stage) {
        let (place, message) = (problem.span.range(), problem.message.clone());
        builder.fact(FactKind::Problem, Facts::FILE, place).with(Attribute::Name, message).add();
    }
    directives(builder, &file);
    let mut reader =
        Reader { builder, escape: file.escape, stages: Vec::new(), by_name: HashMap::new(), before: Variables::new() };
    let is_from = |instruction: &Instruction<'_>| instruction.name == "FROM" && !instruction.is_trigger;
    let starts: Vec<usize> = (0..file.instructions.len()).filter(|&at| is_from(&file.instructions[at])).collect();
    reader.before_stages(&file.instructions[..starts.first().copied().unwrap_or(file.instructions.len())]);
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied();
        let instructions = &file.instructions[start..end.unwrap_or(file.instructions.len())];
        reader.stage(instructions, end.is_none());
    }
}

/// The image that reads the file itself, which `# syntax=` names.
fn directives(builder: &mut Builder<'_>, file: &Dockerfile<'_>) {
    for directive in file.directives.iter().filter(|directive| directive.name.eq_ignore_ascii_case("syntax")) {
        image::add(builder, Facts::FILE, directive.value, directive.place.clone(), "build");
    }
}

struct Reader<'b, 't> {
    builder: &'b mut Builder<'t>,
    escape: u8,
    stages: Vec<Stage>,
    /// The stages by their names in lower case.
    by_name: HashMap<String, usize>,
    /// What `ARG` declares before the first stage.
    before: Variables,
}

impl Reader<'_, '_> {
    /// Reads what stands before the first stage: `ARG`, or in a file that is a part of another, anything.
    fn before_stages(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            for pair in if instruction.name == "ARG" { instruction.arguments() } else { Vec::new() } {
                let value = pair.value.and_then(|value| expand(&value.text, &|name| self.global(name)).closed());
                self.before.insert(pair.name.text, value);
            }
        }
        if instructions.iter().any(|instruction| instruction.name != "ARG") {
            let unit = Facts::FILE;
            self.stages.push(Stage { unit, base: None, user: None, variables: Variables::new(), depth: 0 });
            self.instructions(instructions, 0);
            self.stages.clear();
        } else {
            // Nothing but the names of arguments is known of a file that has no stage yet.
            self.arguments_before(instructions);
        }
    }

    fn arguments_before(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            self.instruction_fact(Facts::FILE, instruction, &[], None);
            for pair in instruction.arguments() {
                let value = pair.value.as_ref().map(|value| expand(&value.text, &|name| self.global(name)));
                self.environment(Facts::FILE, &pair, value, "argument");
            }
        }
    }

    /// The value of an argument that is declared before the first stage.
    fn global(&self, name: &str) -> Option<String> {
        self.before.get(name).cloned().flatten()
    }

    /// The value of an argument in `FROM`. One that stands inside a stage before counts as well, though BuildKit does not take it.
    fn in_from(&self, name: &str) -> Option<String> {
        if BUILDER_VARIABLES.iter().any(|start| name.starts_with(start)) && !self.before.contains_key(name) {
            return None;
        }
        match self.before.get(name) {
            Some(value) => value.clone(),
            None => self.stages.last().and_then(|stage| stage.variables.get(name).cloned().flatten()),
        }
    }

    /// Reads a stage, which begins with `FROM`.
    fn stage(&mut self, instructions: &[Instruction<'_>], is_final: bool) {
        let Some(from) = instructions.first() else { return };
        let words = from.words();
        let expanded = words.first().map(|word| stage::base(expand(&word.text, &|name| self.in_from(name))));
        let alias = match &words[..] {
            [_, keyword, name, ..] if keyword.text.eq_ignore_ascii_case("as") => Some(name.text.clone()),
            _ => None,
        };
        let base = expanded.as_ref().and_then(|image| self.by_name.get(&image.text.to_ascii_lowercase()).copied());
        let index = self.stages.len();
        let label = match &alias {
            _ if is_final => "the final stage".to_owned(),
            Some(name) => format!("stage `{name}`"),
            None => format!("stage {index}"),
        };
        let depth = base.map_or(0, |base| self.stages[base].depth + 1);
        let parent = base.filter(|_| depth < MAX_CHAIN).map_or(Facts::FILE, |base| self.stages[base].unit);
        let unit = self.builder.unit(parent, label);
        self.stages.push(Stage {
            unit,
            base: base.filter(|_| depth < MAX_CHAIN),
            user: None,
            variables: Variables::new(),
            depth,
        });
        if let Some(name) = &alias {
            self.by_name.insert(name.to_ascii_lowercase(), index);
        }
        self.builder
            .fact(FactKind::Service, unit, from.place.clone())
            .with(Attribute::Kind, "stage")
            .with(Attribute::Final, if is_final { "true" } else { "false" })
            .with_some(Attribute::Name, alias.clone())
            .add();
        let is_scratch = expanded.as_ref().is_some_and(|image| image.text.eq_ignore_ascii_case("scratch"));
        if let (Some(image), Some(word), None, false) = (&expanded, words.first(), base, is_scratch) {
            image::add(self.builder, unit, &image.text, word.place.clone(), "base");
        }
        let source = expanded.and_then(Expanded::closed);
        self.instruction_fact(unit, from, &source.into_iter().collect::<Vec<_>>(), alias);
        self.instructions(&instructions[1..], index);
        self.start(&instructions[1..], unit);
        self.user(from, index, is_scratch);
    }

    /// Reads what a container of the stage starts: its last entry point and its last command.
    fn start(&mut self, instructions: &[Instruction<'_>], unit: UnitId) {
        let last = |name: &str| instructions.iter().rev().find(|one| one.name == name && !one.is_trigger);
        process::start(self.builder, unit, last("ENTRYPOINT"), last("CMD"), self.escape);
        if let Some(check) = last("HEALTHCHECK") {
            process::health_check(self.builder, unit, check, self.escape);
        }
    }

    /// Tells whom the stage runs as: the last `USER` of it or of the stage that it is built upon. Without one it is whom the base
    /// image names, which is root in most.
    fn user(&mut self, from: &Instruction<'_>, index: usize, is_scratch: bool) {
        let unit = self.stages[index].unit;
        let found = self.chain(index).find_map(|stage| stage.user.clone());
        match found {
            Some((user, place)) => {
                let (name, group) = match user.as_deref().map(|user| user.split_once(':').unwrap_or((user, ""))) {
                    Some((name, group)) => {
                        (Some(name.to_owned()), Some(group.to_owned()).filter(|group| !group.is_empty()))
                    }
                    None => (None, None),
                };
                let mut tell = |attribute: &'static str, value: Option<String>| {
                    let fact = self.builder.fact(FactKind::Privilege, unit, place.clone());
                    fact.with(Attribute::Name, attribute)
                        .with(Attribute::Origin, "container")
                        .with_some(Attribute::Value, value)
                        .add();
                };
                tell("user", name);
                if group.is_some() {
                    tell("group", group);
                }
            }
            None if !is_scratch => {
                let fact = self.builder.fact(FactKind::Privilege, unit, from.place.clone());
                fact.with(Attribute::Name, "user").with(Attribute::Origin, "default").add();
            }
            None => {}
        }
    }

    /// A stage and those that it is built upon.
    fn chain(&self, index: usize) -> impl Iterator<Item = &Stage> {
        std::iter::successors(self.stages.get(index), |stage| stage.base.and_then(|base| self.stages.get(base)))
    }

    /// The value of a variable in a stage.
    fn look_up(&self, index: usize, name: &str) -> Option<String> {
        match self.chain(index).find_map(|stage| stage.variables.get(name)) {
            Some(value) => value.clone(),
            None => None,
        }
    }

    fn expand(&self, index: usize, text: &str) -> Expanded {
        expand(text, &|name| self.look_up(index, name))
    }

    fn instructions(&mut self, instructions: &[Instruction<'_>], index: usize) {
        for instruction in instructions {
            self.instruction(instruction, index);
        }
    }

    fn instruction(&mut self, instruction: &Instruction<'_>, index: usize) {
        let unit = self.stages[index].unit;
        match instruction.name.as_str() {
            "ADD" | "COPY" => self.copy(instruction, index),
            "RUN" => {
                self.instruction_fact(unit, instruction, &[], None);
                self.mounts_of_run(instruction, index);
                process::run(self.builder, unit, instruction, self.escape);
            }
            "ARG" => self.variables(instruction, index, "argument"),
            "ENV" => self.variables(instruction, index, "literal"),
            "LABEL" => self.variables(instruction, index, "label"),
            "EXPOSE" => self.expose(instruction, index),
            "VOLUME" => self.volume(instruction, index),
            "USER" | "WORKDIR" => {
                let word = instruction.words().into_iter().next();
                let value = word.as_ref().and_then(|word| self.expand(index, &word.text).closed());
                let place = word.map_or(instruction.place.clone(), |word| word.place);
                self.instruction_fact_at(unit, instruction, &[], value.clone(), Some(place));
                if instruction.name == "USER" && !instruction.is_trigger {
                    self.stages[index].user = Some((value, instruction.place.clone()));
                }
            }
            _ => self.instruction_fact(unit, instruction, &[], None),
        }
    }

    fn instruction_fact(
        &mut self,
        unit: UnitId,
        instruction: &Instruction<'_>,
        sources: &[String],
        target: Option<String>,
    ) {
        self.instruction_fact_at(unit, instruction, sources, target, None);
    }

    /// Adds an instruction; `place` is that of the value which rules underline.
    fn instruction_fact_at(
        &mut self,
        unit: UnitId,
        instruction: &Instruction<'_>,
        sources: &[String],
        target: Option<String>,
        place: Option<Range<usize>>,
    ) {
        let mut fact = self
            .builder
            .fact(FactKind::Instruction, unit, instruction.place.clone())
            .with(Attribute::Name, instruction.name.clone())
            .with(Attribute::Text, instruction.body.text.trim().to_owned())
            .with_some(Attribute::Target, target);
        for source in sources {
            fact = fact.with(Attribute::Source, source.clone());
        }
        for option in &instruction.options {
            fact = fact.with(Attribute::Option, option.text.clone());
        }
        if let Some(place) = place {
            fact = fact.value_at(place);
        }
        fact.add();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::model::ManifestKind;

    /// Facts of a kind: the unit's label, the attributes, and the text of the place.
    fn told(text: &str, kind: FactKind, attributes: &[Attribute]) -> Vec<String> {
        let mut builder = Builder::new(ManifestKind::Dockerfile, text, text);
        read(&mut builder);
        let facts = builder.finish();
        let line = |fact: &Fact<'_>| {
            let values = attributes.iter().map(|&attribute| fact.all(attribute).collect::<Vec<_>>().join(","));
            let place = text[fact.span.range()].lines().next().unwrap_or_default().to_owned();
            let labels = facts.ancestors(fact.unit).map(|unit| facts.unit(unit).label.clone());
            let label = labels.into_iter().find(|label| !label.is_empty()).unwrap_or_default();
            [label].into_iter().chain(values).chain([place]).collect::<Vec<_>>().join("|")
        };
        facts.facts.iter().filter(|fact| fact.kind == kind).map(line).collect()
    }

    #[test]
    fn images_are_those_that_are_pulled() {
        let text = "# syntax=docker/dockerfile:1\nARG TAG=1.2\nFROM --platform=linux/amd64 a/b:$TAG AS One\nFROM one\nFROM scratch\n\
                    COPY --from=ONE x y\nCOPY --from=0 x y\nCOPY --from=c:3 x y\nRUN --mount=type=bind,from=d:4,target=/x y\n\
                    FROM {{ base }}\n";
        let found = told(text, FactKind::Image, &[Attribute::Use, Attribute::Name, Attribute::Tag]);
        assert_eq!(
            found,
            [
                "|build|dockerfile|1|docker/dockerfile:1",
                "stage `One`|base|b|1.2|a/b:$TAG",
                "stage 2|copy|c|3|c:3",
                "stage 2|copy|d|4|d:4",
                "the final stage|base|||{{",
            ]
        );
    }

    #[test]
    fn the_user_is_the_last_one_of_the_stage_and_of_those_it_is_built_upon() {
        let user = |text: &str| {
            told(text, FactKind::Privilege, &[Attribute::Name, Attribute::Value, Attribute::Origin]).pop().unwrap()
        };
        assert_eq!(user("FROM a\nUSER b\nUSER 0:0\n"), "the final stage|group|0|container|USER 0:0");
        assert_eq!(user("FROM a AS x\nUSER root\nFROM x\nRUN y\n"), "the final stage|user|root|container|USER root");
        assert_eq!(user("FROM a AS x\nUSER root\nFROM b\n"), "the final stage|user||default|FROM b");
        assert_eq!(
            user("ARG U=c\nFROM a\nARG U\nUSER $U\nONBUILD USER root"),
            "the final stage|user|c|container|USER $U"
        );
        assert_eq!(user("FROM a\nUSER ${U}"), "the final stage|user||container|USER ${U}");
    }

    #[test]
    fn variables_reach_ports_and_paths() {
        let text = "FROM a\nARG P=80\nENV Q=$P/udp R=\"x y\" OLD\nEXPOSE $Q 20-22 ${Z}\nENV S two words\nLABEL l=$R\nWORKDIR /$R\nVOLUME [\"/v\"]";
        assert_eq!(
            told(text, FactKind::Port, &[Attribute::Container, Attribute::Protocol]),
            ["the final stage|80|udp|$Q", "the final stage|20,21,22|tcp|20-22",]
        );
        assert_eq!(
            told(text, FactKind::Environment, &[Attribute::Name, Attribute::Value, Attribute::Origin]),
            [
                "the final stage|P|80|argument|P=80",
                "the final stage|Q|80/udp|literal|Q=$P/udp",
                "the final stage|R|x y|literal|R=\"x y",
                "the final stage|OLD||literal|OLD",
                "the final stage|S|two words|literal|S two words",
                "the final stage|l|x y|label|l=$R",
            ]
        );
        assert!(
            told(text, FactKind::Instruction, &[Attribute::Name, Attribute::Target])
                .contains(&"the final stage|WORKDIR|/x y|WORKDIR /$R".to_owned())
        );
        assert_eq!(told(text, FactKind::Mount, &[Attribute::Target]), ["the final stage|/v|/v"]);
    }

    #[test]
    fn what_is_started_is_the_last_entry_point_with_its_arguments() {
        let program = |text: &str| told(text, FactKind::Command, &[Attribute::Program]);
        let flags = |text: &str| told(text, FactKind::Argument, &[Attribute::Program, Attribute::Flag]);
        let text = "FROM a\nCMD [\"old\"]\nENTRYPOINT [\"/bin/tini\", \"--\", \"/srv/x\", \"--a\"]\nCMD [\"--b=c\"]\n";
        assert_eq!(flags(text), ["the final stage|x|--a|--a", "the final stage|x|--b|--b=c"]);
        assert_eq!(flags("FROM a\nCMD [\"--b\"]"), ["the final stage||--b|--b"]);
        let script = "FROM a\nENTRYPOINT [\"/docker-entrypoint.sh\"]\nCMD [\"redis-server\"]";
        assert_eq!(program(script).len(), 2);
        assert_eq!(
            flags("FROM a\nENV JAVA_OPTS=\"-Da=b -Xmx1g\""),
            ["the final stage|java|-Da|-Da=b", "the final stage|java|-Xmx1g|-Xmx1g"]
        );
    }

    #[test]
    fn a_chain_of_stages_and_half_a_file_are_read() {
        let chain: String = (0..100).map(|at| format!("FROM s{at} AS s{}\nUSER u{at}\n", at + 1)).collect();
        assert_eq!(told(&chain, FactKind::Privilege, &[Attribute::Value]).len(), 100);
        assert_eq!(told("COPY . /app\nEXPOSE 22", FactKind::Port, &[Attribute::Container]), ["|22|22"]);
        for text in [
            "FROM",
            "FROM a AS",
            "COPY",
            "COPY --from=",
            "EXPOSE /",
            "USER",
            "ENV =",
            "HEALTHCHECK",
            "HEALTHCHECK CMD",
            "CMD []",
            "ONBUILD",
        ] {
            told(text, FactKind::Service, &[]);
        }
    }
}
