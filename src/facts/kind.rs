//! What kind of manifest a file is, if any, from its name and a look at its text.

use std::borrow::Cow;

use memchr::memmem;

use crate::model::{FileKind, Format, Language, ManifestKind, SourceFile};
use crate::parse::helm;

/// A manifest, ready to be read.
#[derive(Debug)]
pub struct Manifest<'t> {
    /// Its kind.
    pub kind: ManifestKind,
    /// Its text, with the actions of a template masked.
    pub text: Cow<'t, str>,
}

/// The manifest that a file is, or none.
pub fn manifest<'t>(file: &SourceFile<'t>) -> Option<Manifest<'t>> {
    let kind = kind(file)?;
    let is_yaml = matches!(file.kind, FileKind::Data(Format::Yaml)) && !is_expression_language(kind);
    // A role of Ansible writes the configuration of a product from a template.
    let may_be_template = is_yaml || kind == ManifestKind::Config && file.place.ends_with(".j2");
    let text = if may_be_template && holds(file.text, "{{") && helm::is_template(file.text) {
        Cow::Owned(helm::mask(file.text))
    } else {
        Cow::Borrowed(file.text)
    };
    let kind = if kind == ManifestKind::Kubernetes && matches!(text, Cow::Owned(_)) {
        ManifestKind::HelmTemplate
    } else {
        kind
    };
    Some(Manifest { kind, text })
}

/// Whether `{{ }}` is part of the file's own language.
fn is_expression_language(kind: ManifestKind) -> bool {
    matches!(kind, ManifestKind::GithubActions | ManifestKind::GithubAction | ManifestKind::AzurePipelines)
}

fn kind(file: &SourceFile<'_>) -> Option<ManifestKind> {
    let path = file.place.to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    match file.kind {
        FileKind::Dockerfile => Some(ManifestKind::Dockerfile),
        FileKind::Data(Format::Yaml) => yaml(folder, name, file.text),
        FileKind::Data(Format::Json) => json(name, file.text),
        FileKind::Data(Format::Hcl) if name.ends_with(".hcl") => {
            let is_known = crate::facts::config::is_known(folder, name, file.text);
            Some(if is_known { ManifestKind::Config } else { ManifestKind::Terraform })
        }
        FileKind::Data(Format::Hcl) => Some(ManifestKind::Terraform),
        FileKind::Data(Format::Xml) => xml(folder, name, file.text),
        FileKind::Source(Language::Groovy) => groovy(folder, name, file.text),
        FileKind::Source(Language::Shell) => Some(ManifestKind::Shell),
        _ => other(folder, name),
    }
    .or_else(|| crate::facts::config::is_known(folder, name, file.text).then_some(ManifestKind::Config))
}

fn holds(text: &str, word: &str) -> bool {
    memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Whether a line begins with this word.
fn begins_line(text: &str, word: &str) -> bool {
    text.starts_with(word)
        || memmem::find_iter(text.as_bytes(), word.as_bytes()).any(|at| at > 0 && text.as_bytes()[at - 1] == b'\n')
}

fn yaml(folder: &str, name: &str, text: &str) -> Option<ManifestKind> {
    let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml");
    let is_below = |wanted: &str| folder == wanted || folder.ends_with(&format!("/{wanted}"));
    let by_name = match stem {
        _ if is_below(".github/workflows") || is_below(".gitea/workflows") || is_below(".forgejo/workflows") => {
            ManifestKind::GithubActions
        }
        "action" if begins_line(text, "runs:") => ManifestKind::GithubAction,
        // Hooks are fetched and run like actions.
        ".pre-commit-config" => ManifestKind::GithubActions,
        "dependabot" => ManifestKind::Dependabot,
        ".gitlab-ci" => ManifestKind::GitlabCi,
        _ if name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml") => ManifestKind::GitlabCi,
        "azure-pipelines" => ManifestKind::AzurePipelines,
        "bitbucket-pipelines" => ManifestKind::Bitbucket,
        ".drone" | ".woodpecker" => ManifestKind::Drone,
        "kustomization" => ManifestKind::Kustomize,
        "config" if is_below(".circleci") => ManifestKind::Circleci,
        "plugins" if begins_line(text, "plugins:") && holds(text, "artifactId:") => ManifestKind::JenkinsPlugins,
        _ if stem.starts_with("docker-compose") || stem.starts_with("compose") => ManifestKind::Compose,
        _ => return yaml_by_content(folder, stem, text),
    };
    Some(by_name)
}

fn yaml_by_content(folder: &str, stem: &str, text: &str) -> Option<ManifestKind> {
    if holds(text, "apiVersion:") && holds(text, "kind:") {
        let is_kustomization = begins_line(text, "kind: Kustomization");
        return Some(if is_kustomization { ManifestKind::Kustomize } else { ManifestKind::Kubernetes });
    }
    let is_credentials = begins_line(text, "credentials:") && holds(text, "domainCredentials:");
    let is_security = begins_line(text, "security:")
        && ["globalJobDslSecurityConfiguration:", "scriptApproval:", "gitHostKey"].iter().any(|key| holds(text, key));
    let is_jenkins = begins_line(text, "jenkins:") || begins_line(text, "unclassified:") && holds(text, "jenkins");
    if is_jenkins || is_credentials || is_security {
        return Some(ManifestKind::Jcasc);
    }
    if begins_line(text, "services:") && (holds(text, "image:") || holds(text, "build:")) {
        return Some(ManifestKind::Compose);
    }
    if begins_line(text, "on:") && begins_line(text, "jobs:")
        || begins_line(text, "\"on\":") && begins_line(text, "jobs:")
    {
        return Some(ManifestKind::GithubActions);
    }
    if begins_line(text, "runs:") && holds(text, "using:") {
        return Some(ManifestKind::GithubAction);
    }
    if stem == "values" || stem.starts_with("values-") || stem.starts_with("values.") || stem.ends_with("-values") {
        return Some(ManifestKind::HelmValues);
    }
    if begins_line(text, "version: 2") && begins_line(text, "jobs:") && holds(text, "steps:") {
        return Some(ManifestKind::Circleci);
    }
    if begins_line(text, "pipelines:") && holds(text, "step:") {
        return Some(ManifestKind::Bitbucket);
    }
    if holds(text, "vmImage:") || begins_line(text, "pool:") && begins_line(text, "steps:") {
        return Some(ManifestKind::AzurePipelines);
    }
    // Compose v1: services at the top.
    let is_plain = !folder.contains("templates");
    (is_plain && text.len() < 64 << 10 && compose_v1(text)).then_some(ManifestKind::Compose)
}

/// A file of the first compose format: every top-level key holds an `image:` or `build:`.
fn compose_v1(text: &str) -> bool {
    let mut services = 0;
    let mut lines =
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        let is_key = !line.starts_with([' ', '-', '{', '[', '"', '\'']) && line.trim_end().ends_with(':');
        if !is_key {
            return false;
        }
        let mut is_service = false;
        while let Some(inner) = lines.next_if(|line| line.starts_with([' ', '-'])) {
            is_service |= inner.trim_start().starts_with("image:") || inner.trim_start().starts_with("build:");
        }
        if !is_service {
            return false;
        }
        services += 1;
    }
    services > 0
}

fn json(name: &str, text: &str) -> Option<ManifestKind> {
    if holds(text, "\"apiVersion\"") && holds(text, "\"kind\"") {
        return Some(ManifestKind::Kubernetes);
    }
    name.starts_with("docker-compose").then_some(ManifestKind::Compose)
}

fn xml(folder: &str, name: &str, text: &str) -> Option<ManifestKind> {
    let is_jenkins = holds(text, "<hudson>")
        || holds(text, "hudson.")
        || holds(text, "jenkins.model")
        || holds(text, "<useSecurity>");
    let is_in_home =
        folder.contains("jenkins") || folder.contains("jobs") || matches!(name, "config.xml" | "credentials.xml");
    let is_named = ["hudson.", "jenkins.", "org.jenkinsci.", "com.cloudbees.", "javaposse."]
        .iter()
        .any(|start| name.starts_with(start));
    (is_jenkins && is_in_home || is_named).then_some(ManifestKind::JenkinsXml)
}

fn groovy(folder: &str, name: &str, text: &str) -> Option<ManifestKind> {
    if name.starts_with("jenkinsfile") || name.ends_with("jenkinsfile") {
        return Some(ManifestKind::Jenkinsfile);
    }
    let is_library = folder == "vars" || folder.ends_with("/vars");
    let is_pipeline = ["pipeline {", "pipeline{", "node(", "node {", "node{", "podTemplate(", "@Library("]
        .iter()
        .any(|word| begins_line(text, word));
    let is_start = folder.contains("init.groovy.d");
    if is_start || !is_pipeline && !is_library && (folder.contains("jenkins") || holds(text, "jenkins.model")) {
        return Some(ManifestKind::Groovy);
    }
    (is_library || is_pipeline).then_some(ManifestKind::Jenkinsfile)
}

fn other(folder: &str, name: &str) -> Option<ManifestKind> {
    let (_, extension) = name.rsplit_once('.').unwrap_or(("", ""));
    match name {
        "plugins.txt" | "plugins.yaml" => return Some(ManifestKind::JenkinsPlugins),
        _ if name.starts_with("jenkinsfile") => return Some(ManifestKind::Jenkinsfile),
        _ => {}
    }
    let is_unit =
        matches!(extension, "service" | "socket" | "timer") || extension == "conf" && folder.ends_with(".service.d");
    is_unit.then_some(ManifestKind::Systemd)
}
