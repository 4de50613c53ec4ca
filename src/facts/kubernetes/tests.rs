//! What Kubernetes objects say, in facts.

use crate::facts::{Builder, Facts};
use crate::model::{Attribute, FactKind, ManifestKind};

/// The facts of a kind, a line each: what they tell but for `unless`, `|`, and the text that they underline.
fn facts(text: &str, kind: FactKind, name: &str) -> Vec<String> {
    let mut builder = Builder::new(ManifestKind::Kubernetes, text, text);
    super::read(&mut builder);
    shown(&builder.finish(), text, kind, name)
}

fn shown(facts: &Facts<'_>, text: &str, kind: FactKind, name: &str) -> Vec<String> {
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

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    container.apparmor.security.beta.kubernetes.io/main: unconfined
spec:
  hostPID: true
  securityContext:
    runAsUser: 0
    seccompProfile: {type: RuntimeDefault}
    sysctls: [{name: kernel.msgmax, value: '1'}]
  containers:
  - name: main
    image: nginx:1.2
    securityContext:
      runAsUser: 10001
      capabilities: {add: [CAP_SYS_ADMIN, net_admin]}
    volumeMounts:
    - {name: docker, mountPath: /sock, readOnly: true}
  - name: side
    image: nginx
    resources: {limits: {cpu: 1, memory: 1Gi}}
  initContainers:
  - name: first
    image: nginx
    securityContext: {privileged: true}
  volumes:
  - name: docker
    hostPath: {path: /var/run/docker.sock}
  - name: unused
    hostPath: {path: /etc}
";

#[test]
fn a_container_takes_what_its_pod_says() {
    let user = facts(POD, FactKind::Privilege, "user");
    assert_eq!(user, ["container 10001 | runAsUser: 10001", "pod 0 | runAsUser: 0", "pod 0 | runAsUser: 0"]);
    let seccomp = facts(POD, FactKind::Privilege, "seccomp");
    assert_eq!(seccomp, ["pod RuntimeDefault | type: RuntimeDefault"; 3]);
}

#[test]
fn what_nothing_states_has_its_default_at_the_name() {
    let escalation = facts(POD, FactKind::Privilege, "allow-privilege-escalation");
    assert_eq!(escalation, ["default true | securityContext", "default true | side", "default true | securityContext"]);
    assert_eq!(facts(POD, FactKind::Privilege, "automount-token"), ["default true | spec"]);
}

#[test]
fn annotations_and_short_names_count() {
    let apparmor = facts(POD, FactKind::Privilege, "apparmor");
    assert_eq!(apparmor[0], "pod Unconfined | container.apparmor.security.beta.kubernetes.io/main: unconfined");
    let added = facts(POD, FactKind::Privilege, "capability-add");
    assert_eq!(added, ["container SYS_ADMIN | CAP_SYS_ADMIN", "container NET_ADMIN | net_admin"]);
    assert_eq!(facts(POD, FactKind::Privilege, "sysctl"), ["pod kernel.msgmax | name: kernel.msgmax"]);
    assert_eq!(facts(POD, FactKind::Privilege, "privileged"), ["container true | privileged: true"]);
    assert_eq!(facts(POD, FactKind::Privilege, "host-pid"), ["pod true | hostPID: true"]);
}

#[test]
fn volumes_are_joined_to_their_mounts() {
    let mounts = facts(POD, FactKind::Mount, "");
    assert_eq!(
        mounts,
        ["bind /sock false /var/run/docker.sock | path: /var/run/docker.sock", "bind /etc | path: /etc"]
    );
}

#[test]
fn limits_tell_what_is_missing() {
    let missing = |name| facts(POD, FactKind::Limit, name);
    assert_eq!(missing("limits.cpu"), [" | main", "1 | cpu: 1", " | first"]);
    assert_eq!(missing("requests.memory"), [" | main", " | resources", " | first"]);
}

#[test]
fn schemas_and_policies_run_nothing() {
    for kind in [
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition",
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy",
    ] {
        let text = format!("{kind}\nspec:\n  containers:\n  - name: x\n    image: y\n");
        assert_eq!(facts(&text, FactKind::Service, ""), Vec::<String>::new());
    }
}

#[test]
fn a_policy_allows_what_a_pod_can_take() {
    let text = "kind: SecurityContextConstraints\nmetadata: {name: x}\nallowHostPID: true\nallowedCapabilities: ['*']\nrunAsUser: {type: RunAsAny}\nvolumes: ['*']\n";
    assert_eq!(facts(text, FactKind::Privilege, "host-pid"), ["policy true | allowHostPID: true"]);
    assert_eq!(facts(text, FactKind::Privilege, "capability-add"), ["policy ALL | *"]);
    assert_eq!(facts(text, FactKind::Privilege, "run-as-non-root"), ["policy false | type: RunAsAny"]);
    assert_eq!(facts(text, FactKind::Mount, ""), ["bind / true | '*'"]);
}

#[test]
fn templates_of_workflows_hold_containers_and_scripts() {
    let text = "\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: x-}
spec:
  templates:
  - name: greet
    container: {name: main, image: alpine, command: [sh, -c], args: ['echo {{inputs.parameters.who}} {{pod.name}}']}
  - name: run
    script:
      image: python
      command: [python]
      source: |
        print('{{ workflow.parameters[\"text\"] }}')
";
    assert_eq!(facts(text, FactKind::Service, "main").len(), 1);
    let expressions = facts(text, FactKind::Expression, "");
    assert_eq!(
        expressions,
        [
            "run inputs.parameters.who | {{inputs.parameters.who}}",
            "run workflow.parameters.text | {{ workflow.parameters[\"text\"] }}"
        ]
    );
}

#[test]
fn steps_of_tasks_hold_scripts_with_parameters() {
    let text = "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  steps:\n  - name: a\n    image: x\n    script: |\n      echo $(params.title) $(date)\n";
    assert_eq!(facts(text, FactKind::Service, "a"), ["step | a"]);
    assert_eq!(facts(text, FactKind::Expression, ""), ["run params.title | $(params.title)"]);
}

#[test]
fn what_a_template_prints_may_state_anything() {
    let raw = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: x\n    {{- toYaml .Values.a | nindent 4 }}\n";
    let text = crate::parse::helm::mask(raw);
    let mut builder = Builder::new(ManifestKind::HelmTemplate, raw, &text);
    super::read(&mut builder);
    let facts = builder.finish();
    assert_eq!(shown(&facts, raw, FactKind::Privilege, ""), Vec::<String>::new());
    assert_eq!(shown(&facts, raw, FactKind::Service, "a").len(), 1);
}
