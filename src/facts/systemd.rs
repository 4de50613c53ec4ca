//! Facts of units of systemd: what they start, as whom, and with which variables.

use std::ops::Range;

use crate::facts::argument::{self, Word};
use crate::facts::{Builder, Facts, UnitId, shell};
use crate::model::{Attribute, FactKind};
use crate::parse::{ConfigTree, NodeId, Scalar, ini};

/// Keys whose value is a command line.
const COMMANDS: [&str; 6] = ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"];

/// Programs whose arguments are commands again, which the reader of shell commands knows.
const RUNNERS: [&str; 9] = ["sh", "bash", "dash", "zsh", "docker", "podman", "nerdctl", "env", "sudo"];

/// Reads the file.
pub(super) fn read(builder: &mut Builder<'_>) {
    let text = builder.text();
    let tree = ini::parse(text);
    let sections: Vec<NodeId> = tree.documents.iter().flat_map(|&document| tree.children(document)).copied().collect();
    for &document in &tree.documents {
        builder.settings(Facts::FILE, "systemd", &tree, document);
    }
    let Some(service) = sections.iter().rev().find(|&&section| has_key(&tree, section, "Service")) else { return };
    let unit = builder.unit(Facts::FILE, "unit");
    let place = tree.node(*service).key.as_ref().map_or(0..0, |key| key.span.range());
    builder.fact(FactKind::Service, unit, place).with(Attribute::Kind, "unit").add();
    for &entry in
        sections.iter().filter(|&&section| has_key(&tree, section, "Service")).flat_map(|&id| tree.children(id))
    {
        let (Some(key), Some(scalar)) = (&tree.node(entry).key, tree.scalar(entry)) else { continue };
        let whole = key.span.start as usize..tree.node(entry).span.end as usize;
        match key.text.as_ref() {
            command if COMMANDS.contains(&command) => command_line(builder, unit, text, scalar),
            "Environment" => variables(builder, unit, text, scalar),
            "User" => {
                let fact = builder.fact(FactKind::Privilege, unit, whole).with(Attribute::Name, "user");
                fact.with(Attribute::Origin, "service").scalar(Attribute::Value, scalar).add();
            }
            _ => {}
        }
    }
}

fn has_key(tree: &ConfigTree<'_>, id: NodeId, name: &str) -> bool {
    tree.node(id).key.as_ref().is_some_and(|key| key.text == name)
}

fn command_line<'t>(builder: &mut Builder<'t>, unit: UnitId, text: &'t str, scalar: &Scalar<'t>) {
    let place = scalar.span.start as usize..end_of_command(text, scalar.span.end as usize);
    let mut words = words(text, place.clone());
    if words.is_empty() {
        return;
    }
    let program = words.remove(0);
    let path = program.text.trim_start_matches(['-', '@', ':', '+', '!', '|']);
    let name = path.rsplit('/').next().unwrap_or(path);
    if RUNNERS.contains(&name) {
        let start = program.place.start + (program.text.len() - path.len());
        shell::read(builder, unit, &text[start.min(place.end)..place.end], start);
    } else {
        argument::add(builder, unit, name, &words);
    }
}

/// Where a command line ends that goes on after each backslash at the end of a line. The parser takes `--flag=value` there for an entry.
fn end_of_command(text: &str, mut end: usize) -> usize {
    loop {
        let line_end = memchr::memchr(b'\n', &text.as_bytes()[end..]).map_or(text.len(), |at| end + at);
        let is_continued = text[..line_end].trim_end().ends_with('\\') && line_end < text.len();
        if !is_continued {
            return text[..line_end].trim_end().len().max(end);
        }
        end = line_end + 1;
    }
}

fn variables(builder: &mut Builder<'_>, unit: UnitId, text: &str, scalar: &Scalar<'_>) {
    for word in words(text, scalar.span.range()) {
        let Some((name, value)) = word.text.split_once('=') else { continue };
        let equals = text[word.place.clone()].find('=').map_or(word.place.end, |at| word.place.start + at + 1);
        builder
            .fact(FactKind::Environment, unit, word.place.clone())
            .value_at(equals..word.place.end)
            .with(Attribute::Name, name.to_owned())
            .with(Attribute::Value, value.to_owned())
            .with(Attribute::Origin, "literal")
            .add();
    }
}

/// The words of a value, without quotes. A backslash at the end of a line is a blank.
fn words(text: &str, range: Range<usize>) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let is_blank = |at: usize| {
            bytes[at].is_ascii_whitespace()
                || bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(|&next| next == b'\n' || next == b'\r')
        };
        if is_blank(at) {
            at += 1;
            continue;
        }
        let (mut word, start, mut quote) = (Vec::new(), at, None);
        while at < range.end && (quote.is_some() || !is_blank(at)) {
            match (bytes[at], quote) {
                (byte, Some(open)) if byte == open => quote = None,
                (byte @ (b'"' | b'\''), None) => quote = Some(byte),
                (byte, _) => word.push(byte),
            }
            at += 1;
        }
        let is_quoted = at - start >= 2 && matches!(bytes[start], b'"' | b'\'') && bytes[at - 1] == bytes[start];
        let place = if is_quoted { start + 1..at - 1 } else { start..at };
        words.push(Word { text: String::from_utf8_lossy(&word).into_owned(), place });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ManifestKind;

    #[test]
    fn a_unit_tells_arguments_and_variables() {
        let text = "[Service]\nUser=root\nEnvironment=\"A=b c\" D=e\nExecStart=-/usr/bin/dockerd -H fd:// \\\n  --host=tcp://0.0.0.0:2375\n";
        let mut builder = Builder::new(ManifestKind::Systemd, text, text);
        read(&mut builder);
        let facts = builder.finish().facts;
        let of = |kind: FactKind| facts.iter().filter(move |fact| fact.kind == kind);
        let arguments: Vec<_> = of(FactKind::Argument)
            .map(|fact| {
                (fact.get(Attribute::Program), fact.get(Attribute::Flag), &text[fact.value_span.unwrap().range()])
            })
            .collect();
        assert_eq!(arguments[..2], [(Some("dockerd"), Some("-H"), "fd://"), (Some("dockerd"), None, "fd://")],);
        assert_eq!(arguments.get(2).copied().unwrap(), (Some("dockerd"), Some("--host"), "tcp://0.0.0.0:2375"));
        let variables: Vec<_> =
            of(FactKind::Environment).map(|fact| (fact.get(Attribute::Name), fact.get(Attribute::Value))).collect();
        assert_eq!(variables, [(Some("A"), Some("b c")), (Some("D"), Some("e"))]);
        assert_eq!(of(FactKind::Privilege).next().and_then(|fact| fact.get(Attribute::Value)), Some("root"));
    }
}
