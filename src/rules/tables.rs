//! What is known of images: versions with published holes, releases without updates, and registries that nobody should trust.

use serde::{Deserialize, Serialize};

/// `vulnerable-versions.yaml`, which `training/vulnerable_versions.py` writes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VulnerableVersions {
    /// The products.
    pub products: Vec<VulnerableProduct>,
}

/// A product with versions that have published holes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VulnerableProduct {
    /// What it is called.
    pub name: String,
    /// The images that it is published as: the repository at Docker Hub, or with another registry before it.
    pub images: Vec<String>,
    /// The versions.
    pub versions: Vec<VulnerableRange>,
}

/// Versions that have one hole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VulnerableRange {
    /// The name of the hole.
    pub advisory: String,
    /// The first version that has it; all older ones do, where it is empty.
    #[serde(default)]
    pub from: String,
    /// The first version that has it no more; empty where none is known.
    #[serde(default)]
    pub fixed: String,
    /// The last version that is known to have it, where no version that mends it is known.
    #[serde(default)]
    pub last: String,
    /// Of how many numbers a version must consist, where lines of releases differ in that: Jenkins' long-term ones have three.
    #[serde(default)]
    pub numbers: usize,
    /// A word that the tag must hold, where only one variant of the image has the hole.
    #[serde(default)]
    pub variant: String,
}

/// `end-of-life.yaml`, which `training/end_of_life.py` refreshes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOfLife {
    /// The products.
    pub products: Vec<EndedProduct>,
}

/// A product with releases that get no more updates.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedProduct {
    /// What it is called.
    pub name: String,
    /// Its name at endoflife.date; empty where it has none there.
    #[serde(default)]
    pub page: String,
    /// The images that it is published as, as in [`VulnerableProduct::images`].
    pub images: Vec<String>,
    /// The day of the last update of the whole image, where it is given up; empty otherwise.
    #[serde(default)]
    pub ended: String,
    /// Whether tags of other images name its releases, as `python:3.9-buster` does: a distribution.
    #[serde(default)]
    pub is_distribution: bool,
    /// The releases.
    #[serde(default)]
    pub releases: Vec<EndedRelease>,
}

/// A release and the day of its last update.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedRelease {
    /// The numbers that its versions begin with.
    pub release: String,
    /// The day of the last update: `YYYY-MM-DD`.
    pub end: String,
    /// Its name in tags; empty where it has none.
    #[serde(default)]
    pub codename: String,
}

/// `image-sources.yaml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSources {
    /// Hosts of registries that many use, of which others can be look-alikes.
    pub registries: Vec<String>,
    /// Namespaces at Docker Hub that many use.
    pub namespaces: Vec<String>,
    /// Hosts and namespaces that look like one of those, and are none.
    pub not_alike: Vec<String>,
    /// Hosts that were given up, or that only imitate another.
    pub distrusted: Vec<DistrustedSource>,
}

/// A registry, or a part of one, that nobody should pull from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistrustedSource {
    /// The host, with a path where only that is meant. A leading dot stands for every host below.
    pub source: String,
    /// What is wrong with it, to be read behind its name.
    pub why: String,
}
