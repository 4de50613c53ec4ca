//! Weighs an assignment: a logistic regression over named features, whose weights are data
//! (`rules/shared/assignment-model.yaml`). `training/README.md` says what it was fitted to.

use super::features::{Feature, Features};
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
