//! Weighs an assignment: a logistic regression over named features, and a few shallow trees over the same features, which know
//! what pairs of them mean. Both are data (`rules/shared/assignment-model.yaml`); `training/README.md` says what they were
//! fitted to.

use std::cmp::Ordering;

use super::features::{Feature, Features};
use crate::model::Evidence;
use crate::rules::shared::{self, AssignmentModel};

/// Levels of splits in a tree.
const DEPTH: usize = 3;
/// Splits of a tree, and leaves.
const SPLITS: usize = (1 << DEPTH) - 1;
const LEAVES: usize = 1 << DEPTH;

/// The compiled model.
#[derive(Debug)]
pub struct Model {
    /// By the features' numbers.
    weights: Vec<f32>,
    bias: f32,
    trees: Vec<Tree>,
    /// Sum of the weights from which the trees are asked.
    trees_from: f32,
    /// Log-odds from which confidence is medium.
    pub medium: f32,
    /// Log-odds from which confidence is high.
    pub high: f32,
}

#[derive(Debug)]
struct Tree {
    /// The features' numbers, from the root down.
    features: [u8; SPLITS],
    limits: [f32; SPLITS],
    leaves: [f32; LEAVES],
}

impl Tree {
    /// A tree from its data; `None` when it is no whole tree of known features.
    fn new(data: &shared::Tree) -> Option<Self> {
        let number = |name: &String| Feature::ALL.iter().position(|feature| feature.name() == name);
        let features: Option<Vec<u8>> = data.features.iter().map(|name| u8::try_from(number(name)?).ok()).collect();
        Some(Self {
            features: features?.try_into().ok()?,
            limits: data.limits.as_slice().try_into().ok()?,
            leaves: data.leaves.as_slice().try_into().ok()?,
        })
    }

    fn leaf(&self, values: &[f32]) -> f32 {
        let mut split = 0;
        for _ in 0..DEPTH {
            let goes_right = values[usize::from(self.features[split])] > self.limits[split];
            split = 2 * split + 1 + usize::from(goes_right);
        }
        self.leaves[split - SPLITS]
    }
}

impl Model {
    /// Compiles the model from its data. A feature that the data does not name weighs nothing.
    pub fn new(data: &AssignmentModel) -> Self {
        let weight = |feature: &Feature| {
            data.weights.iter().find(|weight| weight.feature == feature.name()).map_or(0.0, |weight| weight.weight)
        };
        Self {
            weights: Feature::ALL.iter().map(weight).collect(),
            bias: data.bias,
            trees: data.trees.iter().filter_map(Tree::new).collect(),
            trees_from: data.trees_from,
            medium: data.medium,
            high: data.high,
        }
    }

    /// Log-odds that an assignment with these features is a credential.
    pub fn score(&self, features: &Features) -> f32 {
        let linear = self.linear(features);
        if linear < self.trees_from { linear } else { linear + self.combined(features) }
    }

    fn linear(&self, features: &Features) -> f32 {
        self.bias + features.iter().map(|(feature, value)| value * self.weights[*feature as usize]).sum::<f32>()
    }

    /// What the trees add.
    fn combined(&self, features: &Features) -> f32 {
        let mut values = [0.0; Feature::ALL.len()];
        features.iter().for_each(|(feature, value)| values[*feature as usize] = *value);
        self.trees.iter().map(|tree| tree.leaf(&values)).sum()
    }

    /// What each feature added to the log-odds, the weightiest first. What added next to nothing is left out.
    pub fn evidence(&self, features: &Features) -> Vec<Evidence> {
        const LEAST: f32 = 0.05;
        let linear = self.linear(features);
        let weighed =
            features.iter().map(|(feature, value)| (feature.phrase(), value * self.weights[*feature as usize]));
        let mut evidence: Vec<Evidence> = weighed
            .filter(|(_, weight)| weight.abs() >= LEAST)
            .map(|(text, weight)| Evidence { text, weight: Some(weight) })
            .collect();
        evidence.sort_by(|a, b| b.weight.map(f32::abs).partial_cmp(&a.weight.map(f32::abs)).unwrap_or(Ordering::Equal));
        evidence.push(Evidence { text: "all of these together", weight: Some(self.score(features) - linear) });
        evidence.push(Evidence { text: "where the model starts from", weight: Some(self.bias) });
        evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn every_tree_is_whole() {
        let rules = RuleSet::built_in();
        let data = &rules.shared().assignment_model;
        assert_eq!(Model::new(data).trees.len(), data.trees.len());
    }

    #[test]
    fn a_tree_leads_to_the_leaf_of_its_splits() {
        let tree =
            Tree { features: [0, 1, 1, 2, 2, 2, 2], limits: [0.5; SPLITS], leaves: [0., 1., 2., 3., 4., 5., 6., 7.] };
        assert_eq!(tree.leaf(&[0.0, 0.0, 0.0]), 0.0);
        assert_eq!(tree.leaf(&[1.0, 0.0, 1.0]), 5.0);
        assert_eq!(tree.leaf(&[1.0, 1.0, 1.0]), 7.0);
    }

    #[test]
    fn every_weight_names_a_feature() {
        let rules = RuleSet::built_in();
        for weight in &rules.shared().assignment_model.weights {
            assert!(Feature::ALL.iter().any(|feature| feature.name() == weight.feature), "{}", weight.feature);
        }
    }
}
