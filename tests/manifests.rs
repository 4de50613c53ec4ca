//! Manifests through the whole program: profiles, edits, and what files say of each other.

mod support;

use std::fs;

use insta::assert_snapshot;
use support::Tree;

const COMPOSE: &str = "\
services:
  proxy:
    image: traefik:v3.0   # the door
    privileged: true
    command:
      - --api.insecure=true
";

#[test]
fn hardening_is_counted_and_shown_when_asked_for() {
    let tree = Tree::new(&[("compose.yaml", "services:\n  web:\n    image: registry.example.com/shop/web:1.27.2\n")]);
    let default = tree.run(&["--format", "json"]);
    assert_eq!(default.findings().len(), 0);
    let hidden = default.json()["summary"]["off_profile"].as_u64().unwrap();
    assert!(hidden > 0);
    let all = tree.run(&["--profile", "all", "--format", "json"]);
    assert_eq!(all.findings().len() as u64, hidden);
    assert_eq!(all.json()["summary"]["off_profile"], 0);
    let named = tree.run(&["--select", "compose-no-limits", "--format", "json"]);
    assert!(!named.findings().is_empty(), "a rule that is asked for by its name runs in every profile");
    assert!(default.stderr.contains("of another profile (--profile all shows them)"), "{}", default.stderr);
}

#[test]
fn another_name_selects_a_rule() {
    let code = "FROM docker:26.0-dind\nRUN dockerd -H tcp://0.0.0.0:2375\n";
    let tree = Tree::new(&[("Dockerfile", code)]);
    let run = tree.run(&["--select", "docker-tcp-2375", "--format", "json"]);
    assert_eq!(run.findings()[0]["rule"], "docker-daemon-tcp");
}

#[test]
fn an_edit_is_shown_as_a_diff_and_written_by_fix() {
    let tree = Tree::new(&[("compose.yaml", COMPOSE)]);
    let shown = tree.run(&["--select", "privileged-container"]);
    assert!(shown.stdout.contains("4 -     privileged: true\n4 +     privileged: false\n"), "{}", shown.stdout);
    assert_eq!(fs::read_to_string(tree.path().join("compose.yaml")).unwrap(), COMPOSE, "nothing is written unasked");

    let fixed = tree.run(&["--select", "privileged-container", "--fix"]);
    assert_eq!(fixed.code, Some(0), "{}", fixed.stdout);
    assert!(fixed.stderr.contains("doorward: wrote 1 edit in 1 file\n"), "{}", fixed.stderr);
    let after = fs::read_to_string(tree.path().join("compose.yaml")).unwrap();
    assert_eq!(after, COMPOSE.replace("privileged: true", "privileged: false"), "comments and layout stay");
}

#[test]
fn fix_leaves_alone_what_a_comment_silences_and_what_is_read_only() {
    let silenced = COMPOSE.replace(
        "true\n    command",
        "true # doorward: ignore[privileged-container] it needs the devices\n    command",
    );
    let tree = Tree::new(&[("compose.yaml", &silenced)]);
    tree.run(&["--select", "privileged-container", "--fix"]);
    assert_eq!(fs::read_to_string(tree.path().join("compose.yaml")).unwrap(), silenced);

    let tree = Tree::new(&[("compose.yaml", COMPOSE)]);
    let path = tree.path().join("compose.yaml");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let run = tree.run(&["--select", "privileged-container", "--fix"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), COMPOSE);
    assert!(run.stderr.contains("not fixed: compose.yaml: "), "{}", run.stderr);
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: store
spec:
  template:
    metadata:
      labels: { app: store }
    spec:
      containers:
        - name: redis
          image: redis:7.2.4
          ports:
            - containerPort: 6379
";
const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: store
spec:
  type: LoadBalancer
  ports:
    - port: 6379
  selector: { app: store }
";

#[test]
fn a_service_in_another_file_exposes_a_workload() {
    let tree = Tree::new(&[("shop/redis.yaml", DEPLOYMENT), ("shop/service.yaml", SERVICE)]);
    let run = tree.run(&["--select", "redis-open"]);
    assert_snapshot!(run, @"
    exit code 1
    --- stdout ---
    critical[redis-open]: Redis answers everybody without a password
      --> shop/redis.yaml:4:9
       |
     4 |   name: store
       |         ^^^^^ container `redis` of Deployment `store`, medium confidence
       |
      ::: shop/redis.yaml:12:18
       |
    12 |           image: redis:7.2.4
       |                  ----------- with this image
       |
      ::: shop/service.yaml:6:3
       |
     6 |   type: LoadBalancer
       |   ------------------ leads here from outside
       |
       = why: Whoever reaches the port reads and changes all data, and can write files on the host,
              which has long been used to plant SSH keys, cron jobs and modules.
       = fix: Set a password (`requirepass`, `--requirepass`, or users in an ACL file), leave
              `protected-mode` on, and publish the port on 127.0.0.1 only.
    --- stderr ---
    doorward: 1 finding (1 critical); scanned 2 files, 385 B in [time]
    ");
    let apart = Tree::new(&[("shop/redis.yaml", DEPLOYMENT), ("other/service.yaml", SERVICE)]);
    assert_eq!(apart.run(&["--select", "redis-open"]).code, Some(0), "what lies apart is applied apart");
}

#[test]
fn one_broken_file_keeps_no_other_from_being_checked() {
    let tree = Tree::new(&[
        ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: [\n"),
        ("b.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: true\n  containers: [{ name: x, image: y:1 }]\n"),
        ("Dockerfile", "FROM\nRUN [\"\nADD http://example.com/x /x\n"),
        ("Jenkinsfile", "pipeline { agent { docker { image 'x:1'; args '--privileged' } } stages {"),
    ]);
    let run = tree.run(&["--format", "concise"]);
    assert_snapshot!(run, @"
    exit code 1
    --- stdout ---
    Dockerfile:3:1: medium[add-remote-url]: ADD downloads a file or repository that nothing verifies
    Dockerfile:3:1: medium[plain-http-download]: software is fetched over a connection that anybody on the way can change
    Jenkinsfile:1:48: high[jenkins-docker-root]: the container that the build runs in is given root or the host
    a.yaml:3:1: low[unreadable-manifest]: a part of this manifest cannot be read, so nothing checks it
    b.yaml:4:3: high[host-network]: this shares the network of its host
    --- stderr ---
    doorward: 5 findings (2 high, 2 medium, 1 low); scanned 4 files, 249 B in [time] (17 of another profile (--profile all shows them))
    ");
}
