//! Conditions, and expressions that do not do what they seem to.

use std::ops::Range;

use super::expression::{self, Expression};
use super::{derive, expressions_of};
use crate::facts::{Builder, UnitId};
use crate::parse::{ConfigTree, NodeId};

/// Names of whoever caused an event. They say who acted last, which needs not be who wrote the code.
const ACTORS: &[&str] = &[
    "github.actor",
    "github.triggering_actor",
    "github.event.sender.login",
    "github.event.pull_request.sender.login",
    "github.actor_id",
    "github.event.sender.id",
    "github.event.pull_request.sender.id",
];
/// Numbers of the accounts of well-known bots: Dependabot, GitHub Actions, pre-commit.ci, Renovate.
const BOT_IDS: &[&str] = &["49699333", "41898282", "66853113", "29139614"];

/// Reads a condition of a job or step.
pub(super) fn read(builder: &mut Builder<'_>, unit: UnitId, tree: &ConfigTree<'_>, node: NodeId) {
    let Some(scalar) = tree.scalar(node) else { return };
    let fences = expression::fenced(&scalar.text);
    let place = scalar.span.range();
    if fences.is_empty() {
        if let Some(found) = expression::parse(scalar.text.trim()) {
            oddities(builder, unit, &place, &found);
            actors(builder, unit, &place, &found);
        }
        return;
    }
    // What stands beside an expression makes the whole a text, and a text that is not empty is true.
    if fences.len() > 1 || fences[0] != (0..scalar.text.len()) {
        derive(builder, unit, "condition", "always-true", place);
    }
    for (place, text) in expressions_of(builder.text(), scalar) {
        if let Some(found) = expression::parse(expression::inner(&text)) {
            actors(builder, unit, &place, &found);
        }
    }
}

/// Tells a comparison of whoever acted last with a bot.
fn actors(builder: &mut Builder<'_>, unit: UnitId, place: &Range<usize>, condition: &Expression) {
    let is_about_bot = condition.all().into_iter().any(|part| match part {
        Expression::Binary { operator: "==", left, right } => {
            let sides = [(left, right), (right, left)];
            sides.into_iter().any(|(one, other)| is_actor(one) && is_bot(other))
        }
        Expression::Call { name, arguments } if matches!(name.as_str(), "contains" | "endswith" | "startswith") => {
            match arguments.as_slice() {
                [one, other] => is_actor(one) && is_bot(other),
                _ => false,
            }
        }
        _ => false,
    });
    if is_about_bot {
        derive(builder, unit, "condition", "bot", place.clone());
    }
}

fn is_actor(expression: &Expression) -> bool {
    matches!(expression, Expression::Context { path, .. } if ACTORS.contains(&path.as_str()))
}

fn is_bot(expression: &Expression) -> bool {
    match expression {
        Expression::Text(text) => text.to_ascii_lowercase().contains("[bot]") || BOT_IDS.contains(&text.as_str()),
        Expression::Literal(number) => BOT_IDS.contains(&number.as_str()),
        _ => false,
    }
}

/// Tells of parts of an expression that always have the same result, or that go wrong.
pub(super) fn oddities(builder: &mut Builder<'_>, unit: UnitId, place: &Range<usize>, whole: &Expression) {
    let is_constant =
        whole.is_constant() || whole.all().into_iter().any(|part| part.is_composed() && part.is_constant());
    if is_constant {
        derive(builder, unit, "obfuscated", "constant", place.clone());
    }
    for part in whole.all() {
        match part {
            Expression::Context { computed, .. } | Expression::Part { computed, .. } if !computed.is_empty() => {
                derive(builder, unit, "obfuscated", "computed-index", place.clone());
            }
            Expression::Call { name, arguments } if name == "contains" => {
                if let [Expression::Text(list), Expression::Context { .. }] = arguments.as_slice()
                    && list.contains([',', ' ', '|', ';'])
                {
                    derive(builder, unit, "condition", "contains", place.clone());
                }
            }
            Expression::Binary { operator: "||", left, .. } => {
                if let Expression::Binary { operator: "&&", right, .. } = left.as_ref()
                    && right.is_falsy()
                {
                    derive(builder, unit, "condition", "ternary", place.clone());
                }
            }
            _ => {}
        }
    }
}

/// How well a condition keeps outsiders out, from worse to better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    /// It does not, or there is none.
    #[default]
    Open,
    /// A step or job before decides, in what cannot be seen.
    Perhaps,
    /// It lets only the project's own branches and people through.
    Closed,
}

impl Guard {
    /// That of a condition.
    pub(super) fn of(condition: &str) -> Self {
        if keeps_outsiders_out(condition) {
            return Self::Closed;
        }
        let has_output =
            condition.contains(".outputs.") && ["needs.", "steps."].iter().any(|of| condition.contains(of));
        if has_output { Self::Perhaps } else { Self::Open }
    }

    /// The word in facts.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Perhaps => "perhaps-guarded",
            Self::Closed => "guarded",
        }
    }
}

fn keeps_outsiders_out(condition: &str) -> bool {
    let condition: String = condition.split_whitespace().collect();
    let is_same_repository = condition.contains("head.repo.full_name==github.repository")
        || condition.contains("github.repository==github.event.pull_request.head.repo.full_name")
        || condition.contains("head_repository.full_name==github.repository")
        || condition.contains("head.repo.fork==false")
        || condition.contains("!github.event.pull_request.head.repo.fork");
    // Somebody with rights gave a label after a look at the code.
    let is_approved = condition.contains("labels.*.name") || condition.contains("github.event.label.name");
    is_same_repository
        || is_approved
        || condition.contains("author_association")
        || condition.contains("workflow_run.event=='push'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_keep_outsiders_out_are_known() {
        assert!(keeps_outsiders_out("github.event.pull_request.head.repo.full_name == github.repository"));
        assert!(!keeps_outsiders_out("github.repository == 'a/b'"));
        assert_eq!(Guard::of("needs.check.outputs.is_member == 'true'"), Guard::Perhaps);
        assert_eq!(Guard::of("github.event.workflow_run.conclusion == 'success'"), Guard::Open);
    }
}
