//! What compose files say, in facts.

use crate::facts::Builder;
use crate::model::{Attribute, FactKind, ManifestKind};

/// The facts of a kind, a line each: what they tell but for the name, `|`, and the text that they underline.
fn facts(text: &str, kind: FactKind, name: &str) -> Vec<String> {
    let mut builder = Builder::new(ManifestKind::Compose, text, text);
    super::read(&mut builder);
    let facts = builder.finish();
    let wanted = facts.facts.iter().filter(|fact| fact.kind == kind);
    let wanted = wanted.filter(|fact| name.is_empty() || fact.get(Attribute::Name) == Some(name));
    wanted
        .map(|fact| {
            let values = fact.values.iter().filter(|(attribute, _)| *attribute != Attribute::Name);
            let values: Vec<&str> = values.map(|(_, value)| value.as_ref()).collect();
            format!("{} | {}", values.join(" "), &text[fact.span.range()])
        })
        .collect()
}

fn service(body: &str) -> String {
    format!(
        "services:\n  web:\n    image: nginx\n{}",
        body.lines().map(|line| format!("    {line}\n")).collect::<String>()
    )
}

#[test]
fn ports_are_outside_unless_bound_to_this_machine() {
    let text = service(
        "ports:\n- 80\n- '8080:80'\n- 127.0.0.1:5432:5432/tcp\n- '[::1]:1:2'\n- ${BIND:-127.0.0.1}:3:4\n- $IP:5:6\n- {target: 7, published: 8, host_ip: 0.0.0.0}\nexpose: ['9']\n",
    );
    assert_eq!(
        facts(&text, FactKind::Port, ""),
        [
            "80 tcp published true | 80",
            "80 8080 tcp published true | 8080:80",
            "5432 5432 127.0.0.1 tcp published false | 127.0.0.1:5432:5432/tcp",
            "2 1 ::1 tcp published false | [::1]:1:2",
            "4 3 127.0.0.1 tcp published false | ${BIND:-127.0.0.1}:3:4",
            "6 5 $IP tcp published | $IP:5:6",
            "7 8 0.0.0.0 tcp published true | published: 8",
            "9 expose false | 9",
        ]
    );
}

#[test]
fn mounts_of_all_forms_name_what_they_mount() {
    let mut text = service(
        "volumes:\n- /var/run/docker.sock:/s:ro\n- data:/d\n- ~/.ssh:/k\n- {type: bind, source: /etc, target: /e, read_only: true}\n- root:/r\ntmpfs: /tmp:size=1m\n",
    );
    text.push_str("volumes:\n  data:\n  root: {driver_opts: {type: none, o: bind, device: /}}\n");
    assert_eq!(
        facts(&text, FactKind::Mount, ""),
        [
            "bind /var/run/docker.sock /s false | /var/run/docker.sock:/s:ro",
            "volume data /d true | data:/d",
            "bind ~/.ssh /k true | ~/.ssh:/k",
            "bind /etc /e false | source: /etc",
            "bind / /r true | root:/r",
            "tmpfs /tmp true | /tmp:size=1m",
        ]
    );
}

#[test]
fn privileges_have_the_names_of_all_manifests() {
    let text = service(
        "privileged: true\nnetwork_mode: host\npid: host\nipc: shareable\nuser: root:1\ncap_add: [cap_sys_admin]\nsecurity_opt: [seccomp:unconfined, 'no-new-privileges:true', label=disable]\n",
    );
    let told: Vec<_> = [
        "privileged",
        "host-network",
        "host-pid",
        "host-ipc",
        "user",
        "group",
        "capability-add",
        "seccomp",
        "no-new-privileges",
        "selinux",
    ]
    .iter()
    .map(|name| facts(&text, FactKind::Privilege, name).concat())
    .collect();
    assert_eq!(
        told,
        [
            "service true | privileged: true",
            "service true | network_mode: host",
            "service true | pid: host",
            "service shareable | ipc: shareable",
            "service 0 | user: root:1",
            "service 1 | user: root:1",
            "service SYS_ADMIN | cap_sys_admin",
            "service Unconfined | seccomp:unconfined",
            "service true | no-new-privileges:true",
            "service disable | label=disable",
        ]
    );
}

#[test]
fn a_service_takes_over_what_it_extends() {
    let text = "services:\n  base: {image: redis, read_only: true, mem_limit: 1g}\n  web: {extends: base}\n  far: {extends: {file: x.yaml, service: y}}\n";
    assert_eq!(
        facts(text, FactKind::Privilege, "read-only-root"),
        ["service true | read_only: true", "service true | read_only: true"],
        "and nothing is known of what stands in another file"
    );
    assert_eq!(facts(text, FactKind::Image, "redis").len(), 2);
    assert_eq!(facts(text, FactKind::Limit, "limits.memory").len(), 2);
}

#[test]
fn anchors_and_merge_keys_count() {
    let text = "x-common: &common\n  privileged: true\nservices:\n  web:\n    <<: *common\n    image: nginx\n";
    assert_eq!(facts(text, FactKind::Privilege, "privileged").len(), 1);
}

#[test]
fn the_first_version_has_services_at_the_top() {
    let text = "web:\n  image: nginx\n  net: host\n";
    assert_eq!(facts(text, FactKind::Privilege, "host-network"), ["service true | net: host"]);
    let text = "version: '3'\nvolumes:\n  x: {driver: local}\n";
    assert_eq!(facts(text, FactKind::Service, ""), Vec::<String>::new());
}

#[test]
fn commands_are_words_with_places() {
    let text = service("command: redis-server --requirepass \"a b\" --port 1\n");
    assert_eq!(
        facts(&text, FactKind::Argument, ""),
        [
            "redis-server --requirepass --requirepass a b | --requirepass \"a b",
            "redis-server a b a b | a b",
            "redis-server --port --port 1 | --port 1",
            "redis-server 1 1 | 1",
        ]
    );
}

#[test]
fn variables_have_their_defaults() {
    let text = service(
        "environment:\n  A: ${X:-admin}\n  B:\n  C: $Y\nbuild: {args: [D=1]}\nlabels: ['traefik.http.routers.a.service=api@internal']\n",
    );
    assert_eq!(
        facts(&text, FactKind::Environment, ""),
        ["literal admin | A: ${X:-admin}", "reference | B", "reference | C: $Y", "argument 1 | D=1"]
    );
    let settings = facts(&text, FactKind::Setting, "");
    assert!(
        settings.iter().any(|setting| setting.starts_with("traefik http.routers.a.service api@internal |")),
        "{settings:?}"
    );
}
