//! Weighs an assignment: a logistic regression over named features, whose weights are data
//! (`rules/shared/assignment-model.yaml`). `training/README.md` says what it was fitted to.

use std::cmp::Ordering;

use super::features::{Feature, Features};
use crate::model::Evidence;
use crate::rules::shared::AssignmentModel;

/// The compiled model.
#[derive(Debug)]
pub struct Model {
    /// By the features' numbers.
    weights: Vec<f32>,
    bias: f32,
    /// Log-odds from which confidence is medium.
    pub medium: f32,
    /// Log-odds from which confidence is high.
    pub high: f32,
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
            medium: data.medium,
            high: data.high,
        }
    }

    /// Log-odds that an assignment with these features is a credential.
    pub fn score(&self, features: &Features) -> f32 {
        self.bias + features.iter().map(|(feature, value)| value * self.weights[*feature as usize]).sum::<f32>()
    }

    /// What each feature added to the log-odds, the weightiest first. What added next to nothing is left out.
    pub fn evidence(&self, features: &Features) -> Vec<Evidence> {
        const LEAST: f32 = 0.05;
        let weighed =
            features.iter().map(|(feature, value)| (feature.phrase(), value * self.weights[*feature as usize]));
        let mut evidence: Vec<Evidence> = weighed
            .filter(|(_, weight)| weight.abs() >= LEAST)
            .map(|(text, weight)| Evidence { text, weight: Some(weight) })
            .collect();
        evidence.sort_by(|a, b| b.weight.map(f32::abs).partial_cmp(&a.weight.map(f32::abs)).unwrap_or(Ordering::Equal));
        evidence.push(Evidence { text: "where the model starts from", weight: Some(self.bias) });
        evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn every_weight_names_a_feature() {
        let rules = RuleSet::built_in();
        for weight in &rules.shared().assignment_model.weights {
            assert!(Feature::ALL.iter().any(|feature| feature.name() == weight.feature), "{}", weight.feature);
        }
    }
}
