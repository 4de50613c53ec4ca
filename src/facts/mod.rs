//! What manifests say, in one vocabulary: a Dockerfile, a Pod, a compose service, a pipeline and a product's own configuration
//! name images, arguments, variables, ports and privileges, each in its own grammar. Here each becomes a [`Fact`] with its place.
//!
//! One module reads one kind of file; the modules named after facts hold what several of them share.

mod argument;
mod azure;
mod bitbucket;
mod builder;
mod circleci;
mod compose;
mod config;
mod dependabot;
mod dockerfile;
mod drone;
pub mod exposure;
mod folder;
mod github;
mod gitlab;
mod helm;
mod image;
mod jenkins;
mod kind;
mod kubernetes;
mod kustomize;
mod package;
mod pipeline;
mod shell;
mod systemd;
mod terraform;
mod text;
mod traffic;
mod variables;

use std::borrow::Cow;

pub use builder::Builder;
pub use kind::{Manifest, manifest};

use crate::model::{Attribute, FactKind, ManifestKind, SourceFile, Span};

/// A unit's place among those of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(u32);

impl UnitId {
    /// The place among the units of the file, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What belongs together: the file, a document, a pod, a container, a stage, a job, a step, a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The unit that holds it; none for the file.
    pub parent: Option<UnitId>,
    /// What to call it in a message: ``container `web` ``; empty for what needs no name.
    pub label: String,
}

/// Something that a manifest says, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact<'t> {
    /// What kind of thing.
    pub kind: FactKind,
    /// What it is said of.
    pub unit: UnitId,
    /// The words that say it.
    pub span: Span,
    /// The value among them, where there is one.
    pub value_span: Option<Span>,
    /// What it tells. An attribute can stand several times.
    pub values: Vec<(Attribute, Cow<'t, str>)>,
    /// Which of the arrivals from other files says it, if one does.
    pub arrival: Option<usize>,
}

impl Fact<'_> {
    /// The values of an attribute.
    pub fn all(&self, attribute: Attribute) -> impl Iterator<Item = &str> + Clone {
        self.values.iter().filter(move |(known, _)| *known == attribute).map(|(_, value)| value.as_ref())
    }

    /// The first value of an attribute.
    pub fn get(&self, attribute: Attribute) -> Option<&str> {
        self.all(attribute).next()
    }
}

/// All that a file says.
#[derive(Clone, Debug)]
pub struct Facts<'t> {
    /// What kind of file it is.
    pub kind: ManifestKind,
    /// The units, each after the one that holds it; the first is the file.
    pub units: Vec<Unit>,
    /// The facts, in no order that matters.
    pub facts: Vec<Fact<'t>>,
    /// The ways to pods, of Services and routes.
    pub exposures: Vec<exposure::Exposure>,
    /// The pods, and what makes pods.
    pub workloads: Vec<exposure::Workload>,
    /// The policies for the network of pods.
    pub policies: Vec<exposure::Policy>,
}

impl Facts<'_> {
    /// No facts, of a file without units.
    fn new(kind: ManifestKind) -> Self {
        let (units, facts) = (Vec::new(), Vec::new());
        Self { kind, units, facts, exposures: Vec::new(), workloads: Vec::new(), policies: Vec::new() }
    }

    /// The unit of the file.
    pub const FILE: UnitId = UnitId(0);

    /// Every unit, each after the one that holds it.
    pub fn all_units(&self) -> impl Iterator<Item = (UnitId, &Unit)> {
        self.units.iter().enumerate().map(|(at, unit)| (UnitId(at as u32), unit))
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.units[id.0 as usize]
    }

    /// A unit and those that hold it, from the inside out.
    pub fn ancestors(&self, id: UnitId) -> impl Iterator<Item = UnitId> {
        std::iter::successors(Some(id), |&id| self.unit(id).parent)
    }

    /// Whether one of the units holds the other, or they are the same.
    pub fn are_in_line(&self, one: UnitId, other: UnitId) -> bool {
        self.ancestors(one).any(|id| id == other) || self.ancestors(other).any(|id| id == one)
    }
}

/// Reads a manifest. `text` is the file's, or as long as that with the actions of a template masked.
pub fn read<'t>(file: &SourceFile<'t>, manifest: &'t Manifest<'t>, arrivals: &[exposure::Arrival]) -> Facts<'t> {
    let mut builder = Builder::new(manifest.kind, file.text, &manifest.text);
    match manifest.kind {
        ManifestKind::AzurePipelines => azure::read(&mut builder),
        ManifestKind::Bitbucket => bitbucket::read(&mut builder),
        ManifestKind::Circleci => circleci::read(&mut builder),
        ManifestKind::Compose => compose::read(&mut builder),
        ManifestKind::Config => config::read(&mut builder, file.place),
        ManifestKind::Dependabot => dependabot::read(&mut builder),
        ManifestKind::Dockerfile => dockerfile::read(&mut builder),
        ManifestKind::Drone => drone::read(&mut builder),
        ManifestKind::GithubAction | ManifestKind::GithubActions => github::read(&mut builder),
        ManifestKind::GitlabCi => gitlab::read(&mut builder),
        ManifestKind::Groovy | ManifestKind::Jenkinsfile => jenkins::groovy::read(&mut builder),
        ManifestKind::HelmTemplate | ManifestKind::Kubernetes => kubernetes::read(&mut builder),
        ManifestKind::HelmValues => helm::read(&mut builder),
        ManifestKind::Jcasc => jenkins::jcasc::read(&mut builder),
        ManifestKind::JenkinsPlugins => jenkins::plugins::read(&mut builder),
        ManifestKind::JenkinsXml => jenkins::xml::read(&mut builder),
        ManifestKind::Kustomize => kustomize::read(&mut builder),
        ManifestKind::Shell => shell::read_file(&mut builder),
        ManifestKind::Systemd => systemd::read(&mut builder),
        ManifestKind::Terraform => terraform::read(&mut builder),
    }
    exposure::arrive(&mut builder, arrivals);
    builder.finish()
}
