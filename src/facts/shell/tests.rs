//! What commands are told to do.

use super::*;
use crate::facts::Fact;
use crate::model::{Attribute, FactKind, ManifestKind};

fn facts(kind: ManifestKind, text: &str) -> Facts<'_> {
    let mut builder = Builder::new(kind, text, text);
    read(&mut builder, Facts::FILE, text, 0);
    builder.finish()
}

fn told<'f>(fact: &'f Fact<'_>, attributes: &[Attribute]) -> String {
    let values = attributes.iter().map(|&attribute| fact.all(attribute).collect::<Vec<&'f str>>().join(","));
    values.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

fn all(text: &str, kind: FactKind, attributes: &[Attribute]) -> Vec<String> {
    facts(ManifestKind::Shell, text)
        .facts
        .iter()
        .filter(|fact| fact.kind == kind)
        .map(|fact| told(fact, attributes))
        .collect()
}

/// The commands that run what was fetched, as they stand in the text.
fn runs(text: &str) -> Vec<&str> {
    let facts = facts(ManifestKind::Shell, text);
    let runs = facts.facts.iter().filter(|fact| fact.get(Attribute::Runs).is_some());
    runs.map(|fact| &text[fact.span.range()]).collect()
}

#[test]
fn programs_are_found_behind_others() {
    let programs = |text| all(text, FactKind::Command, &[Attribute::Program]);
    assert_eq!(programs("sudo -u root env A=b /usr/bin/curl x"), ["sudo", "curl"]);
    assert_eq!(programs("timeout -k 5 10 nohup $SUDO apt-get update"), ["apt-get"]);
    assert_eq!(programs("bash -lc 'a; b \"$(c)\"' && eval \"d | e\""), ["bash", "a", "b", "c", "eval", "d", "e"]);
    assert_eq!(
        programs("ssh -p 1 host 'a; b'\nsh <<EOF\nc\nEOF\ncat <<EOF\nno\nEOF"),
        ["ssh", "a", "b", "sh", "c", "cat"]
    );
    assert_eq!(programs("python3 -m pip install x"), ["pip"]);
}

#[test]
fn words_of_commands_are_told() {
    let attributes = [Attribute::Program, Attribute::Subcommand, Attribute::Operand];
    let commands = |text| all(text, FactKind::Command, &attributes);
    assert_eq!(commands("kubectl -n x proxy --port=8"), ["kubectl proxy"]);
    assert_eq!(commands("curl -o x -H 'A: b' https://y z"), ["curl https://y z"]);
    let piped = [Attribute::Program, Attribute::PipedFrom, Attribute::PipedTo];
    assert_eq!(all("a | b | c", FactKind::Command, &piped), ["a  b,c", "b a c", "c b,a"]);
}

#[test]
fn clusters_of_letters_are_several_flags() {
    let flags = |text| all(text, FactKind::Argument, &[Attribute::Flag, Attribute::Value]);
    assert_eq!(flags("curl -fsk --insecure u"), ["-fsk", "-f", "-s", "-k", "--insecure", " u"]);
    assert_eq!(flags("curl -ko file"), ["-ko file", "-k", "-o file"]);
    assert_eq!(flags("wget -qO- u"), ["-qO-", "-q", "-O -", " u"]);
    assert_eq!(flags("java -Da=b"), ["-Da b"]);
    assert_eq!(flags("echo --insecure | grep -- --insecure"), Vec::<String>::new());
    assert_eq!(flags("dockerd -H tcp://x"), ["-H tcp://x", " tcp://x"]);
}

#[test]
fn variables_are_told_where_they_are_exported() {
    let variables = |text| all(text, FactKind::Environment, &[Attribute::Name, Attribute::Value]);
    assert_eq!(variables("A=b c; D=e; export F='g h' I; env J=k l"), ["A b", "F g h", "J k"]);
    assert_eq!(variables("export A=$B C=${D:-e}"), ["A", "C e"]);
    assert_eq!(variables("$env:A = \"b\""), ["A b"]);
}

#[test]
fn fetched_code_that_runs_is_told() {
    for text in [
        "curl -fsSL https://x.io | sudo -E bash -",
        "wget -qO- x.io | bash -s -- a",
        "bash <(curl -s https://x.io)",
        "curl x.io | gunzip | python3",
        "python -c \"$(curl https://x.io)\"",
        "iex (irm https://x.io)",
        "irm https://x.io | iex",
    ] {
        assert_eq!(runs(text), [text]);
    }
    assert_eq!(runs("sh -c \"$(curl https://x.io)\""), ["$(curl https://x.io)"]);
    assert_eq!(runs("eval \"$(wget -O - x.io)\""), ["$(wget -O - x.io)"]);
    assert_eq!(runs("curl -o /tmp/x u.io/y && chmod +x /tmp/x && /tmp/x"), ["/tmp/x"]);
    assert_eq!(runs("curl -Os http://u.io/x.sh\nchmod +x x.sh\n./x.sh"), ["./x.sh"]);
    assert_eq!(runs("wget http://u.io/x.sh; . x.sh"), [". x.sh"]);
    assert_eq!(runs("ssh host 'curl x.io | sh'"), ["curl x.io | sh"]);
}

#[test]
fn fetched_data_and_verified_code_are_not() {
    for text in [
        "curl https://x.io | python3 -m json.tool",
        "curl https://x.io | bash -c 'cat'",
        "curl https://x.io | sh script.sh",
        "curl https://x.io | tar xz",
        "curl -o x https://x.io && sha256sum -c sums && sh x",
        "curl http://localhost:8080/x | sh",
        "echo \"$(curl https://x.io)\"",
        "bash -c 'echo hi'",
        "curl https://x.io | while read -r line; do echo \"$line\"; done",
        "apt-get install curl bash",
    ] {
        assert!(runs(text).is_empty(), "{text}");
    }
}

#[test]
fn what_is_fetched_and_where_it_goes_is_told() {
    let attributes = [Attribute::Source, Attribute::Target];
    let fetched = |text| all(text, FactKind::Command, &attributes).swap_remove(0);
    assert_eq!(fetched("curl -fLo x http://a.io/b"), "http://a.io/b x");
    assert_eq!(fetched("wget http://a.io/b.tgz?c"), "http://a.io/b.tgz?c b.tgz");
    assert_eq!(fetched("curl http://a.io/b > c"), "http://a.io/b c");
    assert_eq!(fetched("curl -x http://proxy.a.io http://localhost/x http://10.1.2.3/"), "");
    assert_eq!(fetched("pip install -i http://a.io/simple b"), "http://a.io/simple");
}

#[test]
fn following_subcommands_are_told() {
    let then = |text| all(text, FactKind::Command, &[Attribute::Subcommand, Attribute::Then]);
    assert_eq!(then("apt-get update && apt-get -y install x"), ["update install", "install"]);
    assert_eq!(then("apt install x; apt-get update"), ["install update", "update"]);
}

#[test]
fn containers_are_services() {
    let text = "docker run -d --name x --privileged --net=host --pid host -p 127.0.0.1:1:2 -p 3:4 -v /:/host:ro -e A=b --cap-add SYS_ADMIN \
                --security-opt seccomp=unconfined r.io/i:1 --flag v";
    let told = |kind, attributes: &[Attribute]| all(text, kind, attributes);
    assert_eq!(told(FactKind::Service, &[Attribute::Kind, Attribute::Name]), ["docker-run x"]);
    assert_eq!(told(FactKind::Image, &[Attribute::Registry, Attribute::Name, Attribute::Tag]), ["r.io i 1"]);
    assert_eq!(
        told(FactKind::Privilege, &[Attribute::Name, Attribute::Value]),
        ["privileged true", "host-network true", "host-pid true", "capability-add SYS_ADMIN", "seccomp unconfined"]
    );
    assert_eq!(
        told(FactKind::Port, &[Attribute::Host, Attribute::Container, Attribute::Outside]),
        ["1 2 false", "3 4 true"]
    );
    assert_eq!(told(FactKind::Mount, &[Attribute::Source, Attribute::Target, Attribute::Writable]), ["/ /host false"]);
    assert_eq!(told(FactKind::Environment, &[Attribute::Name, Attribute::Value]), ["A b"]);
    let user = |text| all(text, FactKind::Privilege, &[Attribute::Name, Attribute::Value]);
    assert_eq!(user("docker run -uroot i"), ["user root"]);
    assert_eq!(user("docker run -itu root i"), ["user root"]);
    assert_eq!(all("docker compose run x\ndocker pull y", FactKind::Service, &[Attribute::Kind]), Vec::<String>::new());
}

#[test]
fn words_of_an_exec_form_are_a_command() {
    let text = r#"["sh", "-c", "curl x.io | sh"]"#;
    let word = |part: &str| {
        let at = text.find(&format!("\"{part}\"")).unwrap();
        argument::Word { text: part.to_owned(), place: at..at + part.len() + 2 }
    };
    let mut builder = Builder::new(ManifestKind::Dockerfile, text, text);
    read_words(&mut builder, Facts::FILE, &["sh", "-c", "curl x.io | sh"].map(word));
    let facts = builder.finish();
    let run = facts.facts.iter().find(|fact| fact.get(Attribute::Runs).is_some()).unwrap();
    assert_eq!(&text[run.span.range()], "curl x.io | sh");
}

#[test]
fn expressions_are_words_and_stay_as_written() {
    let text = "curl -d '${{ toJSON(secrets) }}' ${{ a || b }}";
    let facts = facts(ManifestKind::GithubActions, text);
    let commands: Vec<_> = facts.facts.iter().filter(|fact| fact.kind == FactKind::Command).collect();
    assert_eq!(commands.len(), 1);
    assert_eq!(commands[0].get(Attribute::Text), Some("curl -d ${{ toJSON(secrets) }} ${{ a || b }}"));
}
