//! `docker run` and its like: a service as any other, told in options.

use crate::facts::{Builder, UnitId, argument, image};
use crate::model::{Attribute, FactKind};

/// Programs with the subcommands of docker.
const PROGRAMS: &[&str] = &["docker", "podman", "nerdctl"];
/// Options of `docker` before its subcommand that take a value.
const GLOBAL: &[&str] =
    &["--config", "-c", "--context", "-H", "--host", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey"];
/// Options of `docker run` and `docker service create` that take no value.
const SWITCHES: &[&str] = &[
    "--detach",
    "--disable-content-trust",
    "--help",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--rm",
    "--sig-proxy",
    "--tty",
    "--replace",
    "--no-hosts",
    "--tls-verify",
    "--with-registry-auth",
    "--no-resolve-image",
    "--use-api-socket",
];
/// Short options that take no value.
const SHORT_SWITCHES: &str = "ditPq";

/// Adds the container that a command starts, if it does.
pub(super) fn add(builder: &mut Builder<'_>, unit: UnitId, program: &str, words: &[argument::Word]) {
    if !PROGRAMS.contains(&program) {
        return;
    }
    builder.built_images.note(words);
    let Some(options) = behind_subcommand(words) else { return };
    let options = &words[options..];
    let (found, image) = read(options);
    let Some(image) = image else { return };
    let name = found.iter().find(|option| option.flag == "--name").and_then(|option| option.value.as_ref());
    let reference = &options[image];
    let called = name.map_or(reference.text.as_str(), |name| name.text.as_str());
    let unit = builder.unit(unit, format!("container `{called}`"));
    builder
        .fact(FactKind::Service, unit, reference.place.clone())
        .with(Attribute::Kind, "docker-run")
        .with_some(Attribute::Name, name.map(|name| name.text.clone()))
        .add();
    // What was built here before comes from nowhere else.
    if !builder.built_images.hold(&reference.text) {
        image::add(builder, unit, &reference.text, reference.place.clone(), "run");
    }
    found.iter().for_each(|found| tell(builder, unit, found));
    argument::add(builder, unit, "", &options[image + 1..]);
}

/// Tells what options of `docker run` say of a container, where they stand without the rest of the command. Words that are no option of
/// it are passed over.
pub(in crate::facts) fn add_options(builder: &mut Builder<'_>, unit: UnitId, words: &[argument::Word]) {
    let mut rest = words;
    loop {
        let (found, operand) = read(rest);
        found.iter().for_each(|found| tell(builder, unit, found));
        let Some(operand) = operand else { break };
        rest = &rest[operand + 1..];
    }
}

/// An option with its value.
struct Given {
    flag: String,
    place: std::ops::Range<usize>,
    value: Option<argument::Word>,
}

/// The options up to the first word that is none, and where that stands.
fn read(words: &[argument::Word]) -> (Vec<Given>, Option<usize>) {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        if is_variable_of_options(&word.text) {
            continue;
        }
        if !word.text.starts_with('-') {
            return (found, Some(at - 1));
        }
        let (flag, inline) = split(&word.text);
        let (value, end) = if let Some(value) = inline {
            let start = word.place.end.saturating_sub(value.len()).max(word.place.start);
            (Some(argument::Word { text: value.to_owned(), place: start..word.place.end }), word.place.end)
        } else if is_switch(&flag) {
            (None, word.place.end)
        } else {
            let value = words.get(at).cloned();
            at += 1;
            let end = value.as_ref().map_or(word.place.end, |value| value.place.end.max(word.place.end));
            (value, end)
        };
        found.push(Given { flag, place: word.place.start..end, value });
    }
    (found, None)
}

fn tell(builder: &mut Builder<'_>, unit: UnitId, given: &Given) {
    let Given { flag, place, value } = given;
    option(&mut Draft { builder, unit, place: place.clone(), value: value.as_ref() }, flag);
}

/// Where the options of `run`, `create` or `service create` begin.
fn behind_subcommand(words: &[argument::Word]) -> Option<usize> {
    let mut at = 0;
    let mut before = "";
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.text.as_str();
        match text {
            _ if text.starts_with('-') => at += usize::from(GLOBAL.contains(&text)),
            "run" if matches!(before, "" | "container") => return Some(at),
            "create" if matches!(before, "" | "container" | "service") => return Some(at),
            "container" | "service" if before.is_empty() => before = text,
            _ => return None,
        }
    }
    None
}

/// Splits `--flag=value`, `-p8080:80`, and letters that stand together: the first that takes a value has what follows.
fn split(text: &str) -> (String, Option<&str>) {
    if text.starts_with("--") {
        let (flag, value) = text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value)));
        return (flag.to_owned(), value);
    }
    let taking = text.char_indices().skip(1).find(|(_, letter)| !SHORT_SWITCHES.contains(*letter));
    let Some((at, letter)) = taking else { return (text.to_owned(), None) };
    let value = text[at + letter.len_utf8()..].trim_start_matches('=');
    (format!("-{letter}"), Some(value).filter(|value| !value.is_empty()))
}

/// `$DOCKER_OPTS` stands for options, `$IMAGE` for the image.
fn is_variable_of_options(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with('$') && ["opt", "arg", "flag"].iter().any(|word| text.contains(word))
}

fn is_switch(flag: &str) -> bool {
    if flag.starts_with("--") {
        return SWITCHES.contains(&flag);
    }
    flag[1..].chars().all(|letter| SHORT_SWITCHES.contains(letter))
}

struct Draft<'b, 't, 'w> {
    builder: &'b mut Builder<'t>,
    unit: UnitId,
    place: std::ops::Range<usize>,
    value: Option<&'w argument::Word>,
}

impl Draft<'_, '_, '_> {
    fn privilege(&mut self, name: &'static str, value: &str) {
        let value_place = self.value.map_or(self.place.clone(), |value| value.place.clone());
        self.builder
            .fact(FactKind::Privilege, self.unit, self.place.clone())
            .value_at(value_place)
            .with(Attribute::Name, name)
            .with(Attribute::Value, value.to_owned())
            .with(Attribute::Origin, "container")
            .add();
    }

    fn limit(&mut self, name: &'static str, value: &str) {
        self.builder
            .fact(FactKind::Limit, self.unit, self.place.clone())
            .with(Attribute::Name, name)
            .with(Attribute::Value, value.to_owned())
            .add();
    }
}

/// Adds what one option says.
fn option(draft: &mut Draft<'_, '_, '_>, flag: &str) {
    let text = draft.value.map(|value| value.text.clone()).unwrap_or_default();
    let text = text.as_str();
    match flag {
        "--privileged" => draft.privilege("privileged", if text.is_empty() { "true" } else { text }),
        "--read-only" => draft.privilege("read-only-root", if text.is_empty() { "true" } else { text }),
        "--net" | "--network" if is_host(text) => draft.privilege("host-network", "true"),
        "--pid" if text == "host" => draft.privilege("host-pid", "true"),
        "--ipc" if text == "host" => draft.privilege("host-ipc", "true"),
        "--userns" if text == "host" => draft.privilege("host-users", "true"),
        "--cap-add" | "--cap-drop" => {
            let name = if flag == "--cap-add" { "capability-add" } else { "capability-drop" };
            text.split(',').for_each(|capability| draft.privilege(name, capability));
        }
        "--security-opt" => security_option(draft, text),
        "-u" | "--user" => draft.privilege("user", text),
        "--cgroup-parent" => draft.privilege("cgroup-parent", text),
        "--sysctl" => draft.privilege("sysctl", text),
        "--add-host" => draft.privilege("host-alias", text),
        "-m" | "--memory" | "--limit-memory" => draft.limit("limits.memory", text),
        "--cpus" | "--limit-cpu" => draft.limit("limits.cpu", text),
        "--pids-limit" => draft.limit("pids", text),
        "-e" | "--env" => environment(draft, text),
        "--env-file" => variable(draft, text, None, "file"),
        "-p" | "--publish" => port(draft, text),
        "--expose" => expose(draft, text),
        "-v" | "--volume" => volume(draft, text),
        "--mount" => mount(draft, text),
        "--tmpfs" => mounted(draft, None, text.split(':').next().unwrap_or_default(), "tmpfs", true),
        _ => {}
    }
}

fn is_host(network: &str) -> bool {
    network == "host" || network.split(',').any(|part| part == "name=host")
}

fn security_option(draft: &mut Draft<'_, '_, '_>, text: &str) {
    let (name, value) = text.split_once(['=', ':']).unwrap_or((text, "true"));
    match name {
        "seccomp" => draft.privilege("seccomp", value),
        "apparmor" => draft.privilege("apparmor", value),
        "label" => draft.privilege("selinux", value),
        "no-new-privileges" => draft.privilege("no-new-privileges", value),
        "systempaths" if value == "unconfined" => draft.privilege("proc-mount", "unmasked"),
        _ => {}
    }
}

fn environment(draft: &mut Draft<'_, '_, '_>, text: &str) {
    match text.split_once('=') {
        Some((name, value)) => variable(draft, name, Some(value), "literal"),
        None => variable(draft, text, None, "reference"),
    }
}

fn variable(draft: &mut Draft<'_, '_, '_>, name: &str, value: Option<&str>, origin: &'static str) {
    let known = value.and_then(crate::facts::text::with_defaults);
    let mut fact = draft
        .builder
        .fact(FactKind::Environment, draft.unit, draft.place.clone())
        .with(Attribute::Name, name.to_owned())
        .with(Attribute::Origin, origin)
        .with_some(Attribute::Value, known);
    if let (Some(value), Some(word)) = (value, draft.value) {
        // Inside quotes the value's own place is not known.
        let is_verbatim = word.place.len() == word.text.len();
        let start = if is_verbatim { word.place.end - value.len() } else { word.place.start };
        fact = fact.value_at(start..word.place.end);
    }
    fact.add();
}

/// `[address:][host:]container[/protocol]`, or `published=8080,target=80`.
fn port(draft: &mut Draft<'_, '_, '_>, text: &str) {
    let (address, host, container, protocol) = if text.contains('=') {
        let part = |names: &[&str]| {
            let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(name, _)| names.contains(name)).map(|(_, value)| value).next()
        };
        (None, part(&["published"]), part(&["target"]).unwrap_or_default(), part(&["protocol"]))
    } else {
        let (ports, protocol) = text.split_once('/').map_or((text, None), |(ports, protocol)| (ports, Some(protocol)));
        let (before, container) = ports.rsplit_once(':').unwrap_or(("", ports));
        let (address, host) = before.rsplit_once(':').map_or((None, before), |(address, host)| (Some(address), host));
        (address, Some(host).filter(|host| !host.is_empty()), container, protocol)
    };
    let is_local =
        address.is_some_and(|address| address.starts_with("127.") || matches!(address, "localhost" | "[::1]" | "::1"));
    draft
        .builder
        .fact(FactKind::Port, draft.unit, draft.place.clone())
        .with(Attribute::Container, container.to_owned())
        .with_some(Attribute::Host, host.map(str::to_owned))
        .with_some(Attribute::Address, address.map(str::to_owned))
        .with(Attribute::Protocol, protocol.unwrap_or("tcp").to_owned())
        .with(Attribute::Exposure, "published")
        .with(Attribute::Outside, if is_local { "false" } else { "true" })
        .add();
}

fn expose(draft: &mut Draft<'_, '_, '_>, text: &str) {
    let (container, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    draft
        .builder
        .fact(FactKind::Port, draft.unit, draft.place.clone())
        .with(Attribute::Container, container.to_owned())
        .with(Attribute::Protocol, protocol.to_owned())
        .with(Attribute::Exposure, "expose")
        .with(Attribute::Outside, "false")
        .add();
}

/// `source:target[:options]`, or only a target.
fn volume(draft: &mut Draft<'_, '_, '_>, text: &str) {
    let mut parts = text.split(':');
    let (first, second, options) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    let Some(target) = second else {
        mounted(draft, None, first, "volume", true);
        return;
    };
    let kind = if first.starts_with(['/', '.', '~', '$']) { "bind" } else { "volume" };
    let is_writable = !options.split(',').any(|option| option == "ro");
    mounted(draft, Some(first), target, kind, is_writable);
}

/// `type=bind,source=/a,target=/b,readonly`.
fn mount(draft: &mut Draft<'_, '_, '_>, text: &str) {
    let part = |names: &[&str]| {
        let pairs = text.split(',').map(|pair| pair.split_once('=').unwrap_or((pair, "true")));
        pairs.filter(|(name, _)| names.contains(name)).map(|(_, value)| value).next()
    };
    let kind = match part(&["type"]) {
        Some("bind") => "bind",
        Some("tmpfs") => "tmpfs",
        _ => "volume",
    };
    let is_writable = !part(&["readonly", "ro"]).is_some_and(|value| matches!(value, "true" | "1"));
    mounted(
        draft,
        part(&["source", "src"]),
        part(&["target", "destination", "dst"]).unwrap_or_default(),
        kind,
        is_writable,
    );
}

fn mounted(draft: &mut Draft<'_, '_, '_>, source: Option<&str>, target: &str, kind: &'static str, is_writable: bool) {
    draft
        .builder
        .fact(FactKind::Mount, draft.unit, draft.place.clone())
        .with_some(Attribute::Source, source.map(str::to_owned))
        .with(Attribute::Target, target.to_owned())
        .with(Attribute::Kind, kind)
        .with(Attribute::Writable, if is_writable { "true" } else { "false" })
        .add();
}
