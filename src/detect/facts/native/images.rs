//! What is known of images, for look-ups by their names.

use std::collections::HashMap;

use super::version::Version;
use crate::detect::date::day_of;
use crate::facts::Fact;
use crate::model::Attribute;
use crate::rules::Shared;
use crate::rules::tables::{ImageSources, VulnerableRange};

/// Registries that hold copies of Docker Hub's images, under a path of their own or none.
const MIRRORS: [&str; 4] =
    ["public.ecr.aws/docker/", "mirror.gcr.io/", "docker.m.daocloud.io/", "registry.docker-cn.com/"];

/// A release that may get no more updates.
#[derive(Debug)]
pub(super) struct Release {
    pub version: Option<Version>,
    pub codename: String,
    pub name: String,
    pub end: String,
    pub is_over: bool,
}

/// A product, and when its releases end.
#[derive(Debug)]
pub(super) struct Product {
    pub name: String,
    /// When the whole image was given up.
    pub ended: Option<String>,
    pub releases: Vec<Release>,
}

/// Versions of a product with one hole.
#[derive(Debug)]
pub(super) struct Range {
    pub written: VulnerableRange,
    pub from: Option<Version>,
    pub fixed: Option<Version>,
    pub last: Option<Version>,
}

/// What is known of images.
#[derive(Debug, Default)]
pub(in crate::detect::facts) struct Images {
    pub(super) products: Vec<Product>,
    /// Products by the names of their images.
    products_by_image: HashMap<String, usize>,
    /// Places of distributions among the products.
    pub(super) distributions: Vec<usize>,
    pub(super) vulnerable: Vec<(String, Vec<Range>)>,
    vulnerable_by_image: HashMap<String, usize>,
    pub(super) sources: ImageSources,
}

impl Images {
    /// Prepares the tables. `now` is in seconds since 1970.
    pub(in crate::detect::facts) fn new(shared: &Shared, now: i64) -> Self {
        let today = now.div_euclid(24 * 60 * 60);
        let is_over = |end: &str| day_of(end).is_some_and(|day| day < today);
        let mut images = Self { sources: shared.image_sources.clone(), ..Self::default() };
        for (index, product) in shared.end_of_life.products.iter().enumerate() {
            let releases = product.releases.iter().map(|release| Release {
                version: Version::parse(&release.release),
                codename: release.codename.clone(),
                name: release.release.clone(),
                end: release.end.clone(),
                is_over: is_over(&release.end),
            });
            let ended = Some(product.ended.clone()).filter(|day| is_over(day));
            images.products.push(Product { name: product.name.clone(), ended, releases: releases.collect() });
            images.products_by_image.extend(product.images.iter().map(|image| (image.clone(), index)));
            if product.is_distribution {
                images.distributions.push(index);
            }
        }
        for (index, product) in shared.vulnerable_versions.products.iter().enumerate() {
            let ranges = product.versions.iter().map(|range| Range {
                from: Version::of_tag(&range.from),
                fixed: Version::of_tag(&range.fixed),
                last: Version::of_tag(&range.last),
                written: range.clone(),
            });
            images.vulnerable.push((product.name.clone(), ranges.collect()));
            images.vulnerable_by_image.extend(product.images.iter().map(|image| (image.clone(), index)));
        }
        images
    }

    /// The product with releases that an image is of.
    pub(super) fn product(&self, image: &Fact<'_>) -> Option<&Product> {
        look_up(&self.products_by_image, image).map(|index| &self.products[index])
    }

    /// The product with holes that an image is of.
    pub(super) fn vulnerable_product(&self, image: &Fact<'_>) -> Option<&(String, Vec<Range>)> {
        look_up(&self.vulnerable_by_image, image).map(|index| &self.vulnerable[index])
    }
}

/// Finds an image by its name with and without its registry. A name of two parts is that of the product in every registry, which then
/// holds a copy; one of one part only where the registry is known to copy Docker Hub.
fn look_up(by_image: &HashMap<String, usize>, image: &Fact<'_>) -> Option<usize> {
    let (registry, repository) = (image.get(Attribute::Registry)?, image.get(Attribute::Repository)?);
    let full = format!("{registry}/{repository}");
    if let Some(&index) = by_image.get(&full) {
        return Some(index);
    }
    let mirrored = MIRRORS.iter().find_map(|mirror| full.strip_prefix(mirror));
    let at_hub = if registry == "docker.io" { Some(repository) } else { mirrored };
    let official = repository.rsplit_once("library/").map(|(_, name)| name);
    let names = [at_hub, official, Some(repository).filter(|name| name.contains('/'))];
    names.into_iter().flatten().find_map(|name| by_image.get(name.strip_prefix("library/").unwrap_or(name)).copied())
}

/// Whether an image is one of Docker's official ones.
pub(super) fn is_official(image: &Fact<'_>) -> bool {
    let repository = image.get(Attribute::Repository).unwrap_or_default();
    image.get(Attribute::Registry) == Some("docker.io") && !repository.contains('/') || repository.contains("library/")
}
