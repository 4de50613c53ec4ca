//! Small whole projects: leaky ones, one of near misses, and one file of each kind.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use doorward::examples::template;
use doorward::input::classify;
use doorward::model::{FileKind, Format, Language};
use insta::assert_snapshot;
use support::{Run, Tree, program, without_time};

/// Every kind of file.
const KINDS: &[FileKind] = &[
    FileKind::Source(Language::C),
    FileKind::Source(Language::Clojure),
    FileKind::Source(Language::CSharp),
    FileKind::Source(Language::Dart),
    FileKind::Source(Language::Elixir),
    FileKind::Source(Language::Go),
    FileKind::Source(Language::Groovy),
    FileKind::Source(Language::Java),
    FileKind::Source(Language::JavaScript),
    FileKind::Source(Language::Kotlin),
    FileKind::Source(Language::Lua),
    FileKind::Source(Language::Perl),
    FileKind::Source(Language::Php),
    FileKind::Source(Language::PowerShell),
    FileKind::Source(Language::Python),
    FileKind::Source(Language::R),
    FileKind::Source(Language::Ruby),
    FileKind::Source(Language::Rust),
    FileKind::Source(Language::Scala),
    FileKind::Source(Language::Shell),
    FileKind::Source(Language::Sql),
    FileKind::Source(Language::Swift),
    FileKind::Source(Language::TypeScript),
    FileKind::Source(Language::Batch),
    FileKind::Data(Format::Dotenv),
    FileKind::Data(Format::Hcl),
    FileKind::Data(Format::Html),
    FileKind::Data(Format::Ini),
    FileKind::Data(Format::Json),
    FileKind::Data(Format::Properties),
    FileKind::Data(Format::Toml),
    FileKind::Data(Format::Xml),
    FileKind::Data(Format::Yaml),
    FileKind::Dockerfile,
    FileKind::Document,
    FileKind::Text,
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a project, below its folder, with their expanded texts.
fn project(name: &str) -> Vec<(PathBuf, String)> {
    let top = root().join("testdata/projects").join(name);
    let mut files = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the project is there") {
            let path = entry.expect("the project can be listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("the project's files are text");
            let below = path.strip_prefix(&top).expect("the file lies in the project").to_owned();
            files.push((below, template::expand(name, &text).expect("the project's templates are well formed")));
        }
    }
    files.sort();
    files
}

fn expanded(name: &str) -> Tree {
    let tree = Tree::new(&[]);
    for (path, text) in project(name) {
        tree.write(path, text);
    }
    tree
}

#[test]
fn the_demonstration_leaks_where_it_should() {
    assert_snapshot!(expanded("demo").run(&["--format", "concise"]), @"
    exit code 1
    --- stdout ---
    .env:4:23: critical[aws-secret-access-key]: an AWS secret access key is written in the file
    .env:5:14: critical[github-pat-classic]: a classic GitHub personal access token is written in the file
    .env:6:15: high[generic-password]: a password is written in the file
    application.properties:4:28: high[spring-config-password]: an application's configuration holds a password
    config.json:5:23: medium[slack-webhook-url]: a Slack webhook URL is written in the file
    config.json:7:69: high[generic-api-key]: a key, token or secret is written in the file
    deploy.sh:6:22: high[curl-user-option]: a curl command carries user and password
    deployment.yaml:20:22: critical[k8s-secret-in-env-literal]: a credential is written in the manifest of a workload
    docker-compose.yml:13:26: critical[compose-secret-inline]: a credential is written in the compose file
    keys/id_rsa:1:1: critical[pem-private-key]: a private key is written in the file
    settings.py:6:15: high[django-secret-key]: the SECRET_KEY of a Django project is written in the file
    settings.py:7:49: high[url-userinfo-password]: a URL carries its password
    settings.py:10:19: critical[stripe-secret-live]: a Stripe live secret key is written in the file
    --- stderr ---
    doorward: 13 findings (6 critical, 6 high, 1 medium); scanned 11 files, 4.1 KiB in [time] (10 less sure (--min-confidence low shows them), 26 of another profile (--profile all shows them))
    ");
}

#[test]
fn the_demonstration_runs_as_an_example() {
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    let output = std::process::Command::new(cargo)
        .args(["run", "--quiet", "--locked", "--example", "demo"])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    let run = Run::new(output);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.starts_with("target/leaky"), "{run}");
    assert!(run.stdout.contains("critical[github-pat-classic]"), "{run}");
    assert!(run.stderr.contains("findings ("), "{run}");
}

#[test]
fn nothing_is_found_among_near_misses() {
    let run = expanded("clean").run(&["--format", "concise"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
}

#[test]
fn every_door_of_the_open_cluster_is_found() {
    let run = expanded("cluster-open").run(&["--format", "concise"]);
    assert_snapshot!(run.stdout, @"
    ci/.github/workflows/label.yml:5:1: medium[gha-excessive-permissions]: the workflow's token can do more than its jobs need
    ci/.github/workflows/label.yml:12:16: critical[gha-untrusted-checkout]: code of a pull request is fetched or run with the rights and secrets of this repository
    ci/.github/workflows/label.yml:13:34: critical[gha-template-injection]: text that others write is put into this code before it runs
    ci/.github/workflows/label.yml:14:14: critical[gha-untrusted-checkout]: code of a pull request is fetched or run with the rights and secrets of this repository
    compose/docker-compose.yml:5:9: high[traefik-api-insecure]: Traefik shows its routes and services to everybody
    compose/docker-compose.yml:11:9: critical[docker-socket-mounted]: the socket of the container engine is mounted into the container
    compose/docker-compose.yml:15:10: high[docker-registry-open]: the image registry takes and gives images without a login
    compose/docker-compose.yml:18:5: critical[privileged-container]: the container runs privileged, as good as root on the host
    compose/docker-compose.yml:20:7: critical[docker-daemon-tcp]: the Docker daemon listens on, or is reached over, TCP without TLS
    compose/docker-compose.yml:22:10: critical[docker-daemon-tcp]: the Docker daemon listens on, or is reached over, TCP without TLS
    compose/docker-compose.yml:22:10: medium[ports-on-all-interfaces]: a port of a store or console is published on every interface of the machine
    compose/docker-compose.yml:27:7: high[rabbitmq-guest]: RabbitMQ lets the default user in from everywhere, or one whose password everybody tries
    compose/docker-compose.yml:29:10: medium[ports-on-all-interfaces]: a port of a store or console is published on every interface of the machine
    jenkins/Dockerfile:1:6: critical[jenkins-outdated]: this version of Jenkins has a published hole that leads to code execution
    jenkins/Dockerfile:2:55: high[jenkins-csrf-off]: protection against forged requests is off
    jenkins/Dockerfile:4:5: medium[plain-http-download]: software is fetched over a connection that anybody on the way can change
    jenkins/Dockerfile:4:5: high[pipe-to-shell]: code is fetched from the network and run without verification
    jenkins/Jenkinsfile:5:19: high[jenkins-docker-root]: the container that the build runs in is given root or the host
    jenkins/Jenkinsfile:5:27: high[jenkins-docker-root]: the container that the build runs in is given root or the host
    jenkins/Jenkinsfile:5:40: high[jenkins-docker-root]: the container that the build runs in is given root or the host
    jenkins/Jenkinsfile:14:33: critical[jenkins-groovy-interpolation]: text from outside becomes part of a command before the shell reads it
    jenkins/jenkins.yaml:6:7: high[jenkins-signup-allowed]: visitors can make themselves an account
    jenkins/jenkins.yaml:9:21: critical[jenkins-weak-user]: an account of Jenkins has one of the first passwords that anybody tries
    jenkins/jenkins.yaml:10:3: critical[jenkins-security-off]: Jenkins lets everybody in as an administrator
    jenkins/jenkins.yaml:12:5: high[jenkins-agent-to-controller-off]: agents may read files of the controller and run commands on it
    kubernetes/apiserver.yaml:7:3: high[host-network]: this shares the network of its host
    kubernetes/apiserver.yaml:10:14: high[base-image-eol]: the image is of a release that gets no more security updates
    kubernetes/apiserver.yaml:13:11: high[apiserver-anonymous-auth]: the API server takes requests without a login
    kubernetes/apiserver.yaml:14:11: critical[apiserver-always-allow]: the API server allows every request
    kubernetes/apiserver.yaml:15:11: critical[apiserver-insecure-port]: the API server listens at a port that asks for no credential
    kubernetes/apiserver.yaml:22:5: critical[kubelet-anonymous-auth]: the kubelet takes requests without a login
    kubernetes/apiserver.yaml:24:3: critical[kubelet-always-allow]: the kubelet allows every request
    kubernetes/apiserver.yaml:25:1: high[kubelet-read-only-port]: the kubelet's read-only port answers everybody
    kubernetes/dashboard-service.yaml:7:3: critical[k8s-dashboard-open]: the Kubernetes dashboard is open to others than its users
    kubernetes/dashboard.yaml:30:15: critical[k8s-dashboard-open]: the Kubernetes dashboard is open to others than its users
    kubernetes/dashboard.yaml:31:15: critical[k8s-dashboard-open]: the Kubernetes dashboard is open to others than its users
    kubernetes/dashboard.yaml:42:3: critical[k8s-dashboard-open]: the Kubernetes dashboard is open to others than its users
    kubernetes/grafana.yaml:9:5: critical[grafana-anonymous-admin]: Grafana gives visitors without a login more than a look
    kubernetes/stores.yaml:20:15: critical[elastic-security-off]: Elasticsearch answers everybody: its security features are off
    kubernetes/stores.yaml:40:18: critical[redis-open]: Redis answers everybody without a password
    kubernetes/stores.yaml:50:3: critical[redis-open]: Redis answers everybody without a password
    kubernetes/stores.yaml:71:15: critical[postgres-trust]: PostgreSQL lets everybody in as any user, without a password
    ");
}

#[test]
fn nothing_is_found_in_the_cluster_that_is_locked_down() {
    let run = expanded("cluster-locked").run(&["--format", "concise"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
}

#[test]
fn each_leak_of_many_programs_files_is_found_and_nothing_else() {
    // Each line of the list is the place of one finding.
    let list = fs::read_to_string(root().join("testdata/projects/leaky.txt")).expect("the list is there");
    let mut missed: Vec<_> = list.lines().collect();
    let mut extra = Vec::new();
    for finding in expanded("leaky").run(&["--format", "json"]).findings() {
        let place = format!("{}:{}", finding["path"].as_str().expect("a path"), finding["line"]);
        match missed.iter().position(|listed| *listed == place) {
            Some(index) => drop(missed.remove(index)),
            None => extra.push(format!("{place} {}", finding["rule"])),
        }
    }
    assert!(missed.is_empty() && extra.is_empty(), "listed, not found: {missed:#?}\nfound, not listed: {extra:#?}");
}

#[test]
fn every_kind_of_file_is_read() {
    let files = project("kinds");
    let kinds: Vec<_> =
        files.iter().map(|(path, text)| classify::kind(path.to_str().expect("names are UTF-8"), text)).collect();
    let missing: Vec<_> = KINDS.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert!(missing.is_empty(), "no file of {missing:?}");
    let run = expanded("kinds").run(&["--format", "json"]);
    let found: Vec<_> =
        run.findings().iter().map(|finding| finding["path"].as_str().expect("a path").to_owned()).collect();
    let unique: BTreeSet<_> = found.iter().cloned().collect();
    let all: BTreeSet<_> = files.iter().map(|(path, _)| path.to_str().expect("names are UTF-8").to_owned()).collect();
    let missed: Vec<_> = all.difference(&unique).collect();
    assert!(missed.is_empty(), "nothing is found in {missed:?}");
    assert_eq!(found.len(), files.len(), "one finding in each file: {found:?}");
}

#[test]
fn this_repository_is_clean() {
    let output =
        std::process::Command::new(program()).args(["--format", "concise"]).current_dir(root()).output().unwrap();
    let run = Run::new(output);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    assert!(!run.stderr.contains("suppressed"), "no comment silences a finding: {}", without_time(&run.stderr));
}
