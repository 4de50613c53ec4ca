//! Options of `docker run`, as pipelines pass them to the containers of their agents.

use std::ops::Range;

use crate::facts::argument::Word;
use crate::facts::{Builder, UnitId};
use crate::model::{Attribute, FactKind};

/// Tells what options say of the container that is run.
pub(super) fn options(builder: &mut Builder<'_>, unit: UnitId, words: &[Word]) {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        if !word.text.starts_with('-') {
            continue;
        }
        let (flag, value) = match word.text.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => {
                let start = word.place.end.saturating_sub(value.len()).max(word.place.start);
                (flag, Some((value, start..word.place.end)))
            }
            // `-v/a:/b` and `-uroot`
            _ if !word.text.starts_with("--")
                && word.text.is_char_boundary(2)
                && word.text.len() > 2
                && takes_value(&word.text[..2]) =>
            {
                (&word.text[..2], Some((&word.text[2..], word.place.start + 2..word.place.end)))
            }
            _ if takes_value(&word.text) => {
                let value = words.get(at).map(|value| (value.text.as_str(), value.place.clone()));
                at += usize::from(value.is_some());
                (word.text.as_str(), value)
            }
            _ => (word.text.as_str(), None),
        };
        let end = value.as_ref().map_or(word.place.end, |(_, place)| place.end);
        let (value, value_place) = value.unwrap_or(("true", word.place.clone()));
        option(builder, unit, flag, value, word.place.start..end, value_place);
    }
}

fn takes_value(flag: &str) -> bool {
    const TAKING: &[&str] = &[
        "-u",
        "--user",
        "-v",
        "--volume",
        "--mount",
        "--network",
        "--net",
        "--pid",
        "--ipc",
        "--cap-add",
        "--cap-drop",
        "--security-opt",
        "--userns",
        "--device",
        "-e",
        "--env",
        "-p",
        "--publish",
        "--entrypoint",
        "--name",
        "-w",
        "--workdir",
        "-m",
        "--memory",
        "--group-add",
        "--add-host",
        "--env-file",
        "--volumes-from",
        "-h",
        "--hostname",
        "--label",
        "-l",
        "--tmpfs",
        "--shm-size",
        "--cpus",
        "--dns",
        "--link",
    ];
    TAKING.contains(&flag)
}

fn option(
    builder: &mut Builder<'_>,
    unit: UnitId,
    flag: &str,
    value: &str,
    place: Range<usize>,
    value_place: Range<usize>,
) {
    let mut tell = |name, value: &str| privilege(builder, unit, name, value, place.clone(), value_place.clone());
    match flag {
        "--privileged" => tell("privileged", value),
        "-u" | "--user" => tell("user", value),
        "--network" | "--net" if value == "host" => tell("host-network", "true"),
        "--pid" if value == "host" => tell("host-pid", "true"),
        "--ipc" if value == "host" => tell("host-ipc", "true"),
        "--userns" if value == "host" => tell("host-users", "true"),
        "--cap-add" => value.split(',').for_each(|name| tell("capability-add", name)),
        "--cap-drop" => value.split(',').for_each(|name| tell("capability-drop", name)),
        "--security-opt" => match value.split_once(['=', ':']) {
            Some(("seccomp", value)) => tell("seccomp", value),
            Some(("apparmor", value)) => tell("apparmor", value),
            Some(("no-new-privileges", value)) => tell("no-new-privileges", value),
            Some(("label", value)) => tell("selinux", value),
            _ => {}
        },
        "-v" | "--volume" => {
            let mut parts = value.split(':');
            let (source, target, options) =
                (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
            let is_writable = !options.split(',').any(|option| option == "ro");
            if let Some(target) = target {
                mount(builder, unit, source, target, is_writable, place);
            }
        }
        "--mount" => {
            let part = |names: &[&str]| {
                value
                    .split(',')
                    .filter_map(|pair| pair.split_once('='))
                    .find(|(name, _)| names.contains(name))
                    .map(|(_, value)| value)
            };
            let is_writable = !value.split(',').any(|option| matches!(option, "readonly" | "ro" | "readonly=true"));
            if let (Some(source), Some(target)) = (part(&["source", "src"]), part(&["target", "destination", "dst"])) {
                mount(builder, unit, source, target, is_writable, place);
            }
        }
        "-e" | "--env" => environment(builder, unit, value, place, value_place),
        "-p" | "--publish" => port(builder, unit, value, place),
        _ => {}
    }
}

/// Adds a privilege of the container.
pub(super) fn privilege(
    builder: &mut Builder<'_>,
    unit: UnitId,
    name: &'static str,
    value: &str,
    place: Range<usize>,
    value_place: Range<usize>,
) {
    let fact = builder.fact(FactKind::Privilege, unit, place).value_at(value_place);
    fact.with(Attribute::Name, name)
        .with(Attribute::Value, value.to_owned())
        .with(Attribute::Origin, "container")
        .add();
}

fn mount(builder: &mut Builder<'_>, unit: UnitId, source: &str, target: &str, is_writable: bool, place: Range<usize>) {
    let is_path = source.starts_with(['/', '.', '~', '$']) || source.get(1..3).is_some_and(|drive| drive == ":\\");
    builder
        .fact(FactKind::Mount, unit, place)
        .with(Attribute::Source, source.to_owned())
        .with(Attribute::Target, target.to_owned())
        .with(Attribute::Kind, if is_path { "bind" } else { "volume" })
        .with(Attribute::Writable, if is_writable { "true" } else { "false" })
        .add();
}

fn environment(builder: &mut Builder<'_>, unit: UnitId, text: &str, place: Range<usize>, value_place: Range<usize>) {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let known = value.and_then(crate::facts::text::with_defaults);
    // Behind quotes the value's own place is not known.
    let is_verbatim = value_place.len() == text.len();
    let skipped = if is_verbatim { text.len() - value.map_or(0, str::len) } else { 0 };
    let value_place = value_place.start + skipped..value_place.end;
    builder
        .fact(FactKind::Environment, unit, place)
        .value_at(value_place)
        .with(Attribute::Name, name.to_owned())
        .with(Attribute::Origin, if value.is_some() { "literal" } else { "reference" })
        .with_some(Attribute::Value, known)
        .add();
}

fn port(builder: &mut Builder<'_>, unit: UnitId, text: &str, place: Range<usize>) {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (before, container) = ports.rsplit_once(':').unwrap_or(("", ports));
    let (address, host) = before.rsplit_once(':').map_or((None, before), |(address, host)| (Some(address), host));
    let is_local = address.is_some_and(|address| address.starts_with("127.") || address == "localhost");
    builder
        .fact(FactKind::Port, unit, place)
        .with(Attribute::Container, container.to_owned())
        .with_some(Attribute::Host, Some(host).filter(|host| !host.is_empty()).map(str::to_owned))
        .with_some(Attribute::Address, address.map(str::to_owned))
        .with(Attribute::Protocol, protocol.to_owned())
        .with(Attribute::Exposure, "published")
        .with(Attribute::Outside, if is_local { "false" } else { "true" })
        .add();
}
