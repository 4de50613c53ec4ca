//! Arguments of a process: flags with their values.

use std::ops::Range;

use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// Arguments with which k3s and RKE2 pass others on to the programs of the cluster.
const PASSED_ON: [(&str, &str); 5] = [
    ("--kube-apiserver-arg", "kube-apiserver"),
    ("--kube-controller-manager-arg", "kube-controller-manager"),
    ("--kube-scheduler-arg", "kube-scheduler"),
    ("--kubelet-arg", "kubelet"),
    ("--etcd-arg", "etcd"),
];

/// A word of a command line, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The word, without quotes.
    pub text: String,
    /// Its place in the text that is read.
    pub place: Range<usize>,
}

/// Words that are no program but a part of one: what an image runs by itself takes them as its first argument.
const SUBCOMMANDS: [&str; 20] = [
    "agent",
    "api",
    "controller",
    "dashboard",
    "local",
    "master",
    "proxy",
    "run",
    "scheduler",
    "serve",
    "server",
    "standalone",
    "start",
    "start-dev",
    "start-single-node",
    "ui",
    "web",
    "webserver",
    "work",
    "worker",
];

/// The command line of a container whose image brings the program: its arguments, with the name of the image for the program where the
/// first of them is no program. `None` where they begin with a flag, so that only the image knows what reads them.
pub(super) fn with_program(image: &str, words: &[Word]) -> Option<Vec<Word>> {
    let first = words.first().filter(|first| !first.text.starts_with('-'))?;
    let program = SUBCOMMANDS.contains(&first.text.as_str()) && !image.is_empty();
    let program = program.then(|| Word { text: image.to_owned(), place: first.place.start..first.place.start });
    Some(program.into_iter().chain(words.iter().cloned()).collect())
}

/// Adds the arguments of one process. `words` are the command line without the program; the program is known by its base name, or
/// empty where only the image knows it.
///
/// `--flag=value` is a flag with a value, as is `--flag value` where the next word begins with no hyphen. A flag without a value tells
/// no value. A word that is no flag tells a value only. What k3s passes on to another program is told as an argument of that as well.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, program: &str, words: &[Word]) {
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).filter(|next| !next.text.starts_with('-'));
        let is_flag = word.text.len() > 1 && word.text.starts_with('-');
        let (flag, value, end) = if !is_flag {
            (None, Some((word.text.clone(), word.place.clone())), word.place.end)
        } else if let Some((flag, value)) = split(&word.text) {
            let start = word.place.end.saturating_sub(value.len()).max(word.place.start);
            (Some(flag), Some((value.to_owned(), start..word.place.end)), word.place.end)
        } else {
            let value = next.map(|next| (next.text.clone(), next.place.clone()));
            let end = value.as_ref().map_or(word.place.end, |(_, place)| place.end);
            (Some(word.text.as_str()), value, end)
        };
        let mut fact = builder
            .fact(FactKind::Argument, unit, word.place.start..end)
            .with(Attribute::Program, program.to_owned())
            .with(Attribute::Text, word.text.clone())
            .with_some(Attribute::Flag, flag.map(str::to_owned));
        if let Some((text, place)) = &value {
            fact = fact.with(Attribute::Value, text.clone()).value_at(place.clone());
        }
        fact.add();
        // What was passed on is not passed on again, so that no word is without end.
        let is_receiver = PASSED_ON.iter().any(|(_, receiver)| *receiver == program);
        let receiver = PASSED_ON.iter().find(|(known, _)| flag == Some(known) && !is_receiver);
        if let (Some((_, program)), Some((text, place))) = (receiver, value) {
            add(builder, unit, program, &[Word { text: format!("--{}", text.trim_start_matches('-')), place }]);
        }
    }
}

/// Splits `--flag=value`, `-Dname=value` and `-agentlib:jdwp=...` at the sign between name and value.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_once('=')
}

/// Whether a variable of this name hands arguments to a program that runs on Java.
pub(super) fn is_java_options(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "JAVA_OPTS",
        "JAVA_OPTIONS",
        "JAVA_ARGS",
        "JAVA_TOOL_OPTIONS",
        "JVM_OPTS",
        "JVM_OPTIONS",
        "JVM_ARGS",
        "JMX_OPTS",
        "CATALINA_OPTS",
        "JENKINS_OPTS",
        "JENKINS_ARGS",
        "MAVEN_OPTS",
        "GRADLE_OPTS",
        "KAFKA_OPTS",
    ];
    let name = name.to_ascii_uppercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Adds the arguments in the value of a variable of Java's options. `place` is that of the value; where the value is not written there
/// as it is, each argument gets the whole place.
pub(super) fn java_options(builder: &mut Builder<'_>, unit: UnitId, value: &str, place: &Range<usize>) {
    let is_verbatim = place.len() == value.len();
    let words = quoted_words(value).into_iter().map(|Word { text, place: inside }| {
        let place = if is_verbatim { place.start + inside.start..place.start + inside.end } else { place.clone() };
        Word { text, place }
    });
    add(builder, unit, "java", &words.collect::<Vec<_>>());
}

/// The words of a line, with their places in it. Quotes, also those behind a backslash, keep blanks together and go.
pub(super) fn quoted_words(line: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut quote, mut is_inside) = (None, false);
    for (at, char) in line.char_indices() {
        let is_blank = char.is_whitespace() && quote.is_none();
        if is_blank {
            is_inside = false;
            continue;
        }
        if !is_inside {
            words.push(Word { text: String::new(), place: at..at });
            is_inside = true;
        }
        let Some(word) = words.last_mut() else { continue };
        word.place.end = at + char.len_utf8();
        let is_escape = char == '\\' && line[at + 1..].starts_with(['"', '\'']);
        match char {
            _ if is_escape => {}
            '"' | '\'' if quote == Some(char) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(char),
            _ => word.text.push(char),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::model::ManifestKind;

    #[test]
    fn options_of_java_are_arguments() {
        let text = r#"-Xmx1g -Da.b=true -DCSP="" -Dc='x y'"#;
        let mut builder = Builder::new(ManifestKind::Compose, text, text);
        java_options(&mut builder, Facts::FILE, text, &(0..text.len()));
        let facts = builder.finish().facts;
        let seen: Vec<_> = facts
            .iter()
            .map(|fact| (fact.get(Attribute::Flag).unwrap(), fact.get(Attribute::Value), &text[fact.span.range()]))
            .collect();
        assert_eq!(
            seen,
            [
                ("-Xmx1g", None, "-Xmx1g"),
                ("-Da.b", Some("true"), "-Da.b=true"),
                ("-DCSP", Some(""), "-DCSP=\"\""),
                ("-Dc", Some("x y"), "-Dc='x y'"),
            ]
        );
        assert!(
            is_java_options("JENKINS_JAVA_OPTS") && is_java_options("java_opts") && !is_java_options("NODE_OPTIONS")
        );
    }
}
