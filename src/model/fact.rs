//! The vocabulary in which every kind of manifest says the same things: kinds of facts, and what can be told of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A kind of file that says what runs, how, and who may reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestKind {
    /// Azure Pipelines.
    AzurePipelines,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// CircleCI.
    Circleci,
    /// A compose file of any version.
    Compose,
    /// A product's own configuration file, such as `redis.conf`.
    Config,
    /// GitHub's Dependabot.
    Dependabot,
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// Drone and Woodpecker.
    Drone,
    /// An action: `action.yml`.
    GithubAction,
    /// A workflow of GitHub Actions, Gitea or Forgejo.
    GithubActions,
    /// GitLab CI.
    GitlabCi,
    /// A Groovy script that Jenkins runs at its start.
    Groovy,
    /// A template of a Helm chart, not rendered.
    HelmTemplate,
    /// The values of a Helm chart.
    HelmValues,
    /// Jenkins' configuration as code.
    Jcasc,
    /// A Jenkins pipeline, declarative or scripted, or a step of a shared library.
    Jenkinsfile,
    /// A list of Jenkins plugins.
    JenkinsPlugins,
    /// Jenkins' own XML: `config.xml` of the controller, of a job, of a node.
    JenkinsXml,
    /// Objects of Kubernetes, in YAML or JSON.
    Kubernetes,
    /// A kustomization.
    Kustomize,
    /// A shell script.
    Shell,
    /// A unit of systemd.
    Systemd,
    /// Terraform.
    Terraform,
}

/// Declares kinds of facts, with the attributes of each; the first is the one that rules are looked up by.
macro_rules! facts {
    ($($(#[$doc:meta])* $kind:ident = $name:literal [$($attribute:ident),+ $(,)?]),+ $(,)?) => {
        /// A kind of fact.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum FactKind { $($(#[$doc])* $kind),+ }

        impl FactKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The name in rules.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }

            /// What can be told of it; the first is what rules are looked up by.
            pub const fn attributes(self) -> &'static [Attribute] {
                match self { $(Self::$kind => &[$(Attribute::$attribute),+]),+ }
            }
        }
    };
}

facts! {
    /// One thing that runs: a container, a compose service, a stage of a Dockerfile, a job, a step, a `docker run`, a unit.
    Service = "service" [Kind, Name, Namespace, Final],
    /// An image that is run, built upon or copied from.
    Image = "image" [Name, Registry, Repository, Tag, Digest, Text, Use],
    /// One argument of a process. `-fsS` of a shell command is three.
    Argument = "argument" [Flag, Value, Program, Text],
    /// One command of a shell.
    Command = "command" [Program, Subcommand, Text, PipedFrom, PipedTo, Operand, Source, Target, Runs, Then],
    /// A variable of the environment, or a build argument.
    Environment = "environment" [Name, Value, Origin],
    /// An entry of a product's own configuration, or of a manifest as it stands.
    Setting = "setting" [Key, Value, Product, Origin],
    /// A port, and who can reach it.
    Port = "port" [Container, Host, Address, Protocol, Exposure, Outside],
    /// A volume or a part of the host's file system, mounted.
    Mount = "mount" [Source, Target, Kind, Writable],
    /// What a process may do on its host.
    Privilege = "privilege" [Name, Value, Origin],
    /// A limit or request of resources.
    Limit = "limit" [Name, Value],
    /// What somebody may do.
    Grant = "grant" [Role, RoleKind, SubjectKind, Subject, Verb, Resource, Group, Scope, Name],
    /// What a policy or security group lets in or out.
    Traffic = "traffic" [Direction, Peer, Port, Origin],
    /// A package that a command installs.
    Package = "package" [Manager, Name, Version],
    /// Code of others that is run by reference: an action, an orb, a library, an included file, a plugin, a chart.
    Uses = "uses" [Kind, Name, Version, Pinned, Tag],
    /// An expression whose text comes from outside and is put into code.
    Expression = "expression" [Sink, Source, Origin],
    /// An object of Kubernetes.
    Object = "object" [Kind, Name, Namespace, ApiVersion, Label],
    /// An instruction of a Dockerfile, or a step of a pipeline.
    Instruction = "instruction" [Name, Text, Source, Target, Option],
    /// Something that could not be read.
    Problem = "problem" [Name],
}

/// What can be told of a fact. Not every fact tells all that its kind can, and it can tell one thing several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "rules/README.md describes each, by kind of fact; build.rs includes this file without the lint"
)]
pub enum Attribute {
    Address,
    ApiVersion,
    Container,
    Digest,
    Direction,
    Exposure,
    Final,
    Flag,
    Group,
    Host,
    Key,
    Kind,
    Label,
    Manager,
    Name,
    Namespace,
    Operand,
    Option,
    Origin,
    Outside,
    Peer,
    Pinned,
    PipedFrom,
    PipedTo,
    Port,
    Product,
    Program,
    Protocol,
    Registry,
    Repository,
    Resource,
    Role,
    RoleKind,
    Runs,
    Scope,
    Sink,
    Source,
    Subcommand,
    Subject,
    SubjectKind,
    Tag,
    Target,
    Text,
    Then,
    Use,
    Value,
    Verb,
    Version,
    Writable,
}
