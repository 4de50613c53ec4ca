//! What is wrong with a rule file, said so that its author can mend it.

use thiserror::Error;

/// A rule file that cannot be used. Displays as one line that names file, place and what was expected.
#[derive(Debug, Error)]
#[error("{path}: {problem}")]
pub struct RuleError {
    /// The file, as given.
    pub path: String,
    /// What is wrong, with line and column where YAML gives them.
    pub problem: String,
}

impl RuleError {
    /// An error about the file at `path`.
    pub fn new(path: &str, problem: impl Into<String>) -> Self {
        Self { path: path.to_owned(), problem: problem.into() }
    }

    /// An error of the YAML reader, with a suggestion where a key or word is close to an allowed one.
    pub fn from_yaml(path: &str, error: &serde_yaml::Error) -> Self {
        let text = error.to_string();
        let problem = match did_you_mean(&text) {
            Some(guess) => format!("{text}; did you mean `{guess}`?"),
            None => text,
        };
        Self::new(path, problem)
    }
}

/// The allowed word nearest to the unknown one in a message like ``unknown field `fixx`, expected one of `id`, `fix` ``.
fn did_you_mean(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("unknown ")?;
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let wrong = quoted.next()?;
    quoted
        .map(|allowed| (strsim::damerau_levenshtein(wrong, allowed), allowed))
        .filter(|(distance, allowed)| *distance <= 1 + allowed.len() / 4)
        .min()
        .map(|(_, allowed)| allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_gets_a_suggestion_and_a_far_one_none() {
        let message = "unknown field `mesage`, expected one of `id`, `title`, `message` at line 3 column 1";
        assert_eq!(did_you_mean(message), Some("message"));
        assert_eq!(did_you_mean("unknown field `zebra`, expected `id` or `title`"), None);
        assert_eq!(did_you_mean("invalid type: string"), None);
    }
}
